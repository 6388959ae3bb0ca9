"""Rates of discount that change over time, that are others for benefits, and that are negative."""

from itertools import pairwise

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.model.costs import Stream, Window, stream_value
from fvmanalys.model.levels import share_elapsed
from fvmanalys.model.streams import periods
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.sources import about
from fvmanalys.report.workbook import write_workbook
from tests.tiny import tiny

# HM Treasury, The Green Book (2022), annex 6: 3.5 % for 30 years, 3.0 % to year 75, then 2.5 %. Factors as its supplementary table
# has them, from 1.0000 in year 0; each follows by hand: 1.035^-30, times 1.03^-20 for year 50, and so on.
GREEN_BOOK = [(0, 0.035), (30, 0.03), (75, 0.025)]
FACTORS = {0: 1.0, 1: 0.9662, 10: 0.7089, 30: 0.3563, 31: 0.3459, 50: 0.1973, 75: 0.0942, 76: 0.0919, 100: 0.0508}


def lumps(years, rates, **parameters):
    """One MSEK in each of some years, as an option each."""
    timeline = [{"option_id": f"y{year}", "event_id": "paid", "is": 12 * year} for year in years]
    contracts = [{"option_id": f"y{year}", "item_id": "i", "category": "c", "basis": "once", "from_event": "paid", "is": 1} for year in years]
    table = {"discount_rates": [{"from_year": start, "rate": rate} for start, rate in rates]} if rates else {}
    parameters = {"horizon_years": 120} | parameters
    return tiny(options=[f"y{year}" for year in years], parameters=parameters, timeline=timeline, contracts=contracts, **table)


def test_the_discount_factors_are_the_green_books():
    found = fvm.simulate(lumps(FACTORS, GREEN_BOOK), 1).cost.iloc[0]
    assert [round(value, 4) for value in found] == list(FACTORS.values())


def test_the_parameter_holds_until_the_first_step():
    found = fvm.simulate(lumps(FACTORS, GREEN_BOOK[1:], discount_rate=0.035), 1).cost.iloc[0]
    assert [round(value, 4) for value in found] == list(FACTORS.values())


def test_one_step_from_the_start_is_the_rate_itself():
    table, parameter = (fvm.simulate(lumps([1, 7.5], rates, discount_rate=0.04), 1) for rates in ([(0, 0.04)], []))
    assert table.cost.to_numpy() == pytest.approx(parameter.cost.to_numpy(), rel=1e-15)
    assert table.score.to_numpy() == pytest.approx(parameter.score.to_numpy(), rel=1e-15)


def factor(time, steps):
    """The discount factor by walking through the steps."""
    value = 1.0
    for (start, rate), (end, _) in zip(steps, [*steps[1:], (np.inf, 0)], strict=True):
        value *= (1 + rate) ** -max(min(time, end) - start, 0)
    return value


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(-0.05, 0.2), min_size=1, max_size=4),
    st.sampled_from(["level", "ramp_up", "ramp_down"]),
    st.floats(0, 15),
    st.floats(0.5, 20),
    st.floats(-0.03, 0.05),
)
def test_a_stream_is_the_integral_of_what_it_pays_times_the_factor(rates, profile, start, length, growth):
    steps = [(5.0 * place, rate) for place, rate in enumerate(rates)]
    what = {"estimates": ("e",), "category": "c", "payer": "", "group": "", "programme": True, "outside_view": False, "when": ""}
    stream = Stream(**what, basis="per_year", factor=1.0, start="s", end="t", profile=profile, growth=growth)
    times = {"s": np.array([start]), "t": np.array([start + length])}
    shape = {"level": lambda t: 1.0, "ramp_up": lambda t: (t - start) / length, "ramp_down": lambda t: (start + length - t) / length}[profile]
    last = min(start + length, 25.0)
    edges = sorted({start, last, *(time for time, _ in steps if start < time < last)})
    expected = sum(quad(lambda t: shape(t) * (1 + growth) ** t * factor(t, steps), one, other)[0] for one, other in pairwise(edges))
    assert stream_value(stream, np.ones(1), times, Window(periods(steps), 25.0))[0] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    years = [Window(periods(steps), 25.0, opens, opens + 1.0) for opens in range(25)]
    assert sum(stream_value(stream, np.ones(1), times, year)[0] for year in years) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    passed, whole = (sum(quad(factor, one, min(one + 5.0, end), args=(steps,))[0] for one in np.arange(0.0, end, 5.0)) for end in (last, 25.0))
    assert share_elapsed(np.array([last]), periods(steps), 25.0)[0] == pytest.approx(passed / whole, rel=1e-9)


@pytest.mark.parametrize("rates", [[], [(0, 0.03), (10, 0.01)]])
def test_a_lump_on_the_horizon_or_on_a_step_counts_once(rates):
    found = fvm.simulate(lumps([10, 20], rates, horizon_years=20, discount_rate=0.03), 1).cost.iloc[0]
    assert found["y10"] == pytest.approx(1.03**-10) and found["y20"] == pytest.approx(1.03**-10 * (1.01 if rates else 1.03) ** -10)


def later(**parameters):
    """A level of 100 from year 5 of 10, and a stream of one MSEK a year."""
    return tiny(
        parameters={"horizon_years": 10} | parameters,
        timeline=[{"option_id": "a", "event_id": "go", "is": 60}],
        levels=[{"option_id": "a", "area_id": "x", "is": 0}, {"option_id": "a", "area_id": "x", "from_event": "go", "is": 100}],
        contracts=[{"option_id": "a", "item_id": "i", "category": "c", "basis": "per_year", "is": 1}],
    )


def test_a_rate_for_benefits_moves_scores_and_no_cost():
    """At no rate half the time counts; at 3.5 % the later half is worth (1 + 1.035^5)^-1 of the whole."""
    both, own = (fvm.simulate(later(discount_rate=0.035, **more), 1) for more in ({}, {"benefit_discount_rate": 0}))
    assert both.score["a"][0] == pytest.approx(100 / (1 + 1.035**5))
    assert own.score["a"][0] == pytest.approx(50)
    assert own.cost["a"][0] == both.cost["a"][0]


def test_a_real_rate_may_be_negative():
    found = fvm.simulate(later(discount_rate=-0.01), 1)
    assert found.cost["a"][0] == pytest.approx(quad(lambda t: 0.99**-t, 0, 10)[0])
    assert found.score["a"][0] == pytest.approx(100 / (1 + 0.99**5))
    with pytest.raises(EvidenceError, match=r"likely: -1\.5 is"):
        later(discount_rate=-1.5)


@pytest.mark.parametrize(
    ("row", "told"),
    [((2055, 0.03), "from_year: '2055'"), ((30, 3.5), "rate: '3.5'"), ((30, -1), "rate: '-1'"), ((30, ""), "rate: is missing")],
)
def test_a_rate_that_cannot_be_meant_is_a_fault(row, told):
    with pytest.raises(EvidenceError, match=r"discount_rates\.csv:2") as error:
        lumps([1], [row])
    assert told.split(":")[0] in str(error.value)


def test_the_appendix_says_which_rates_it_uses_and_lets_nobody_turn_one(tmp_path):
    edition = Edition(fvm.find(lumps([1, 40], GREEN_BOOK, benefit_discount_rate=0.015), 4), "en")
    assert "rate 3.5%, 3.0% from year 30 on and 2.5% from year 75 on." in " ".join(about(edition))
    assert "Points of benefit are discounted at 1.5%." in " ".join(about(edition))
    write_workbook(edition, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    texts = [cell.value for row in book[edition("sheet.comparison.name")].iter_rows() for cell in row]
    said = " ".join(text for text in texts if isinstance(text, str))
    assert edition("sheet.comparison.no_levers") in said and edition("sheet.live.name") not in book.sheetnames
    assert "discount_rate" not in book.defined_names
