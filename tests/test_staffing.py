"""Who is needed when: full-time equivalents worked by hand, with ramps, a standing share, conditions and a decision between."""

from dataclasses import replace

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.staffing import (
    agreements,
    highest_before,
    peaks,
    staffing_path,
    terms,
    training_load,
    yearly_staffing,
)
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
    assert table["exceeds"].to_dict() == {"own": True, "consultant": None}, "what was before is known of the own alone"
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


KNOWN = {"kind": "fact", "source_id": "s", "known_from": "2023-01-01"}


def figure(item, value, unit="count", **more):
    """A background figure."""
    return {"item_id": item, "name": item, "is": value, "unit": unit, **KNOWN, **more}


def test_an_agreement_gathers_its_date_its_number_and_its_notice_from_rows_of_one_stem():
    context = [figure("late_count", 7), figure("early_notice", 4, "months"), figure("early_count", (10, 20, 90)), figure("lease_notice", 6, "months"), figure("users", 5)]
    milestones = [
        {"milestone_id": "late_ends", "name": "Late", "planned_date": "2026-12-31", **KNOWN},
        {"milestone_id": "early_ends", "name": "Early", "planned_date": "2025-12-31", "actual_date": "2025-06-30", **KNOWN},
        {"milestone_id": "opening", "name": "Opening", "planned_date": "2025-01-01", **KNOWN},
    ]
    found = agreements(tiny(context=context, milestones=milestones))
    names = [[parts[name] and parts[name]["name"] for name in ("ends", "count", "notice")] for parts in found]
    assert names == [["Early", "early_count", "early_notice"], ["Late", "late_count", None], [None, None, "lease_notice"]]
    assert agreements(tiny()) == []


def test_terms_are_the_figures_of_employers_that_are_no_part_of_an_agreement():
    context = [figure("consultants_working", 5), figure("consultants_first_count", 3), figure("partner_staff", 2), figure("own_staff", 2), figure("consultants_notice", 2, "months")]
    assert list(terms(worked(context=context))["item_id"]) == ["consultants_working"]


# 2 000 users of 10–20–30 hours at 0.5 MSEK a thousand: 40 thousand hours and 20 MSEK, from 2 000·10 hours to 2 000·30. They run from the
# decision after 12 months to 36 months: 40 000 / 1 600 / 2 years = 12.5 full-time equivalents. Option b trains half as many users.
FIGURES = [figure("training_users", 2000), figure("training_hours", (10, 20, 30)), figure("training_hour_cost", 0.5, "MSEK"), figure("working_hours", 1600)]


def trained(*, likely=18, **tables):
    """Two options with a cost row for training."""
    contracts = [
        {"option_id": option, "item_id": "training", "category": "t", "basis": "total", "from_event": "decided", "to_event": "done", "is": (8, likely, 40)}
        for option in "ab"
    ]
    timeline = [{"option_id": "*", "event_id": "decided", "is": 12}, {"option_id": "*", "event_id": "done", "is": 36}]
    return fvm.simulate(tiny("ab", parameters={"horizon_years": 8}, timeline=timeline, contracts=contracts, **tables), 64)


def test_the_training_load_is_users_times_hours_times_cost():
    own = figure("training_users_b", 1000, option_id="b")
    table = training_load(trained(context=[*FIGURES, own])).set_index("option")
    assert table.loc["a", ["hours_low", "hours", "hours_high"]].tolist() == [20_000, 40_000, 60_000]
    assert table.loc["a", ["cost_low", "cost", "cost_high"]].tolist() == [10, 20, 30]
    assert table.loc["a", ["months", "fte"]].tolist() == pytest.approx([24, 12.5])
    assert table.loc["b", ["users", "hours", "cost", "fte"]].tolist() == pytest.approx([1000, 20_000, 10, 6.25])
    assert table.loc["a", ["contract_low", "contract", "contract_high"]].tolist() == [8, 18, 40]


@pytest.mark.parametrize(("likely", "agrees"), [(18, True), (35, False), (9, False)])
def test_the_training_load_says_whether_the_cost_rows_fit_with_it(likely, agrees):
    assert training_load(trained(likely=likely, context=FIGURES))["agrees"].tolist() == [agrees, agrees]


def test_training_in_steps_runs_from_the_first_to_the_last():
    contracts = [
        {"option_id": "a", "item_id": "training_one", "category": "t", "basis": "once", "from_event": "first", "is": 6},
        {"option_id": "a", "item_id": "training_two", "category": "t", "basis": "total", "from_event": "first", "to_event": "later", "is": 10},
        {"option_id": "a", "item_id": "training_three", "category": "t", "basis": "once", "from_event": "done", "is": 4},
        {"option_id": "a", "item_id": "new_training", "category": "t", "basis": "once", "from_event": "done", "is": 99},
    ]
    timeline = [{"option_id": "*", "event_id": name, "is": months} for name, months in (("first", 6), ("later", 12), ("done", 18))]
    row = training_load(fvm.simulate(tiny(timeline=timeline, contracts=contracts, context=FIGURES), 16)).iloc[0]
    assert (row["months"], row["contract"]) == (pytest.approx(12), 20)


def test_without_the_figures_or_without_cost_rows_no_training_load_is_claimed():
    assert training_load(trained()).empty
    assert training_load(trained(context=FIGURES[:2])).empty
    assert training_load(fvm.simulate(tiny(context=FIGURES), 16)).empty


def test_no_figure_of_agreements_or_training_moves_the_answer():
    inputs = fvm.load(ROOT / "data/raw")
    bare = {name: inputs.tables[name].iloc[:0] for name in ("context", "milestones")}
    without = replace(inputs, tables={**inputs.tables, **bare})
    full, empty = (fvm.simulate(one, 64) for one in (inputs, without))
    assert full.cost.equals(empty.cost)
    assert full.score.equals(empty.score)


def test_the_default_decision_holds_its_agreements_and_its_training_by_what_was_known():
    known = fvm.load(ROOT / "data/raw")
    dated = [parts for parts in agreements(known) if parts["ends"]]
    assert len(dated) >= 2
    assert all(parts["ends"]["kind"] == "fact" and parts["count"]["kind"] == "assumption" for parts in dated)
    assert agreements(fvm.load(ROOT / "data/raw", "2025-02-24")) == []
    assert training_load(fvm.simulate(known, 64))["agrees"].all()


def test_the_default_decision_has_staffing_of_every_option_that_has_rows():
    inputs = fvm.load(ROOT / "data/raw")
    path = staffing_path(fvm.simulate(inputs, 64))
    assert set(path["option"]) == set(inputs.options())
    table = yearly_staffing(path)
    assert (table["fte"] >= 0).all()
    months = path.groupby(["option", "employer", "time"])["fte"].sum()
    top = peaks(path, highest_before(inputs)).set_index(["option", "employer"])["peak_fte"]
    assert top.to_dict() == months.groupby(["option", "employer"]).max().to_dict()
