"""Who is needed when: full-time equivalents worked by hand, with ramps, a standing share, conditions and a decision between."""

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.staffing import highest_before, peaks, staffing_path, yearly_staffing
from tests.conftest import ROOT
from tests.tiny import tiny

# Worked by hand, from 2024-01-01 to a horizon of 4 years; the decision comes after 12 months, the new system is in use after 36, and
# months are counted at their middle. 2024 has 366 days, so the months of a calendar year are those twelve that stand in it.
#
#   pause      own        10 from 0 to 1 year, of which the standing share 0.4 is kept: 4
#   restart    own        5 from 1 to 1.5 years, times 1 − 0.4: 3
#   build      own        0 → 24 rising from 1 to 3 years: 12·(t − 1)
#   build      consultant 8 falling from 8 at 1 year to 0 at 3 years: 8 − 4·(t − 1)
#   operate    own        6 from 3 years on, to the horizon
#   rescue     consultant 20 from 1 to 2 years where things go wrong, with probability 0.25: 5 expected
#
#   2024  own 4                                 consultants 0
#   2025  own 3/2 + mean of 12·u on [0, 1] = 6: 7.5; consultants mean of 8 − 4u = 6, and 5
#   2026  own mean of 12 + 12·u = 18            consultants mean of 4 − 4·u = 2
#   2027  own 6                                 consultants 0
#
# The means are exact, since the middles of the months lie evenly about the middle of the year. The peak month of the region's own is the
# 36th: 24·(35.5 − 12)/24 = 23.5; that of consultants the 13th: 8·(1 − 0.5/24) + 5 = 12.8333.

ROWS = [
    ("team", "pause", "own", "", "decided", "level", 10, ""),
    ("team", "restart", "own", "decided", "again", "level", 5, ""),
    ("team", "build", "own", "decided", "done", "ramp_up", 24, ""),
    ("experts", "build", "consultant", "decided", "done", "ramp_down", 8, ""),
    ("team", "operate", "own", "done", "", "level", 6, ""),
    ("experts", "rescue", "consultant", "decided", "later", "level", 20, "trouble"),
]


def worked(options=("a",), **tables):
    """The case above."""
    columns = ("role_id", "phase", "employer", "from_event", "to_event", "profile", "is", "when")
    months = {"decided": 12, "again": 18, "later": 24, "done": 36}
    return tiny(
        options,
        parameters={"discount_rate": 0, "horizon_years": 4, "standing_share": 0.4},
        timeline=[{"option_id": "*", "event_id": name, "is": after} for name, after in months.items()],
        risks=[{"option_id": "*", "risk_id": "trouble", "name": "Trouble", "is": 0.25}],
        staffing=[{"option_id": "a", **dict(zip(columns, row, strict=True))} for row in ROWS],
        staff_costs=[{"role_id": role, "is": 1} for role in ("team", "experts")],
        **tables,
    )


@pytest.fixture(scope="module")
def path():
    """The months of the case."""
    return staffing_path(fvm.simulate(worked(), 4096))


def test_each_row_is_counted_at_the_middle_of_each_month_to_the_horizon(path):
    assert path["time"].unique() == pytest.approx((np.arange(48) + 0.5) / 12)
    assert path.groupby(["role_id", "phase"]).size().tolist() == [48] * len(ROWS)
    assert path["year"].unique().tolist() == [2024, 2025, 2026, 2027]


def test_yearly_staffing_comes_out_as_by_hand(path):
    table = yearly_staffing(path).pivot_table(index="year", columns="employer", values="fte", aggfunc="sum")
    assert table["own"].to_dict() == pytest.approx({2024: 4, 2025: 7.5, 2026: 18, 2027: 6})
    assert table["consultant"].to_dict() == pytest.approx({2024: 0, 2025: 11, 2026: 2, 2027: 0})


def test_yearly_staffing_by_phase_comes_out_as_by_hand(path):
    table = yearly_staffing(path).set_index(["year", "role_id", "phase"])["fte"]
    assert table[2024, "team", "pause"] == pytest.approx(0.4 * 10)
    assert table[2025, "team", "restart"] == pytest.approx(0.6 * 5 / 2)
    assert table[2025, "experts", "rescue"] == pytest.approx(0.25 * 20)
    assert table[2026, "team", "build"] == pytest.approx(18)


def test_a_year_of_staffing_costs_what_its_people_cost(path):
    # One full-time equivalent costs 1 MSEK a year and nothing is discounted; 2024 is 366 days long, and a year of cost 365.25.
    cost = fvm.simulate(worked(), 4096).cost["a"].mean()
    assert cost == pytest.approx(yearly_staffing(path)["fte"].sum(), rel=1e-9)


def test_peaks_come_out_as_by_hand(path):
    table = peaks(path, {"own": 20.0}).set_index("employer")
    assert table["peak_fte"].to_dict() == pytest.approx({"own": 23.5, "consultant": 8 * (1 - 0.5 / 24) + 5})
    assert table["peak_time"].to_dict() == pytest.approx({"own": 35.5 / 12, "consultant": 12.5 / 12})
    assert table["exceeds"].to_dict() == {"own": True, "consultant": False}
    assert np.isnan(table.loc["consultant", "before_fte"])
    assert table["mean_share"].to_dict() == pytest.approx({"own": 35.5 / 48.5, "consultant": 13 / 48.5})


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_standing_share_scales_the_pause_and_the_rebuilding_alone(path, share):
    table = staffing_path(fvm.simulate(with_parameters(worked(), standing_share=share), 4096)).set_index(["phase", "employer", "time"])["fte"]
    before = path.set_index(["phase", "employer", "time"])["fte"]
    scale = {"pause": share / 0.4, "restart": (1 - share) / 0.6}
    for phase in path["phase"].unique():
        assert table[phase].to_numpy() == pytest.approx(before[phase].to_numpy() * scale.get(phase, 1))


def test_the_threads_and_the_draws_change_nothing_where_only_a_risk_is_uncertain(path):
    again = staffing_path(fvm.simulate(worked(), 12_288, workers=2))
    assert again["fte"].to_numpy() == pytest.approx(path["fte"].to_numpy())


def test_a_row_for_all_options_counts_in_each():
    rows = [{"option_id": "*", "role_id": "team", "phase": "run", "employer": "own", "is": 3}, {"option_id": "b", "role_id": "team", "phase": "run", "employer": "own", "is": 2}]
    inputs = tiny("ab", parameters={"horizon_years": 1}, staffing=rows, staff_costs=[{"role_id": "team", "is": 1}])
    table = peaks(staffing_path(fvm.simulate(inputs, 1)), {}).set_index("option")["peak_fte"]
    assert table.to_dict() == {"a": 3, "b": 5}


def test_without_staffing_there_are_no_rows():
    path = staffing_path(fvm.simulate(tiny(), 1))
    assert path.empty
    assert yearly_staffing(path).empty
    assert peaks(path, {}).empty


def test_what_the_region_has_had_before_comes_from_the_facts():
    known = {"kind": "fact", "source_id": "s", "known_from": "2023-01-01"}
    context = [{"item_id": "peak_own", "name": "Most at once", "is": 40, "unit": "fte", **known}, {"item_id": "users", "name": "Users", "is": 9, "unit": "count", **known}]
    assert highest_before(worked(context=context)) == {"own": 40}
    assert highest_before(worked()) == {}


def test_the_default_decision_has_staffing_of_every_option_that_has_rows():
    inputs = fvm.load(ROOT / "data/raw")
    path = staffing_path(fvm.simulate(inputs, 64))
    assert set(path["option"]) == set(inputs.options())
    table = yearly_staffing(path)
    assert (table["fte"] >= 0).all()
    months = path.groupby(["option", "employer", "time"])["fte"].sum()
    top = peaks(path, highest_before(inputs)).set_index(["option", "employer"])["peak_fte"]
    assert top.to_dict() == months.groupby(["option", "employer"]).max().to_dict()
