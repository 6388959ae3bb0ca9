"""Numbers worked by hand, printed in books or given by another program, through our own tables wherever that is possible.

Where a source was read or run is said beside each number; none of the programs named is needed to run the tests.
"""

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.compare import switching_points
from fvmanalys.analysis.frontier import dominated_by
from tests.tiny import tiny

# PERT network with merge bias. Heizer & Render, Operations Management, the Milwaukee Paper example: optimistic, likely and
# pessimistic duration, predecessors. Simulated figures: base R 4.2.2, 2,000,000 draws, beta-PERT with λ = 4.
MILWAUKEE = {
    "A": ((1, 2, 3), ""), "B": ((2, 3, 4), ""), "C": ((1, 2, 3), "A"), "D": ((2, 4, 6), "A;B"),
    "E": ((1, 4, 7), "C"), "F": ((1, 2, 9), "C"), "G": ((3, 4, 11), "D;E"), "H": ((1, 2, 3), "F;G"),
}  # fmt: skip


@pytest.fixture(scope="module")
def milwaukee():
    rows = [{"option_id": "a", "event_id": name, "is": months, "after": after} for name, (months, after) in MILWAUKEE.items()]
    return fvm.simulate(tiny(timeline=rows), 50_000)


def test_milwaukee_expected_times(milwaukee):
    """(a + 4m + b)/6, as the book has them."""
    means = {name: milwaukee.draws_of(f"timeline/a/{name}").mean() for name in MILWAUKEE}
    assert means == pytest.approx({"A": 2, "B": 3, "C": 2, "D": 4, "E": 4, "F": 3, "G": 5, "H": 2}, abs=2e-3)


def test_milwaukee_duration_with_its_merge_bias(milwaukee):
    """The one critical path gives 15.0 and P(within 16) = 0.715; paths that meet make it later."""
    duration = milwaukee.events["a", "H"] * 12
    assert duration.mean() == pytest.approx(15.23345, abs=0.02)
    assert duration.std() == pytest.approx(1.7111, abs=0.02)
    assert (duration <= 16).mean() == pytest.approx(0.6904, abs=0.006)
    assert duration.quantile([0.1, 0.5, 0.8, 0.9]).tolist() == pytest.approx([13.12875, 15.09849, 16.66115, 17.53904], abs=0.04)


def test_milwaukee_criticality(milwaukee):
    """The share of draws in which A-C-E-G-H is the longest path."""
    path = sum(milwaukee.draws_of(f"timeline/a/{name}") for name in "ACEGH")
    critical = np.isclose(path, milwaukee.events["a", "H"] * 12)
    assert critical.mean() == pytest.approx(0.7377, abs=0.008)


# Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3: seven offices, six criteria, rounded swing weights in
# per cent, values 0–100 and annual cost in pounds; the aggregates, the dominated offices and the frontier are printed there.
WEIGHTS = {"closeness": 32, "visibility": 26, "image": 23, "size": 10, "comfort": 6, "parking": 3}
OFFICES = {
    "A": (100, 60, 100, 75, 0, 90), "B": (20, 80, 10, 30, 100, 30), "C": (80, 70, 0, 0, 10, 100), "D": (70, 50, 30, 55, 30, 90),
    "E": (40, 60, 90, 100, 60, 70), "F": (0, 0, 70, 0, 80, 0), "G": (60, 100, 20, 50, 50, 80),
}  # fmt: skip
RENT = {"A": 35000, "B": 17800, "C": 6700, "D": 14100, "E": 34800, "F": 18600, "G": 12000}


@pytest.fixture(scope="module")
def offices():
    levels = [
        {"option_id": office, "area_id": "benefit", "criterion_id": criterion, "is": value}
        for office, values in OFFICES.items()
        for criterion, value in zip(WEIGHTS, values, strict=True)
    ]
    rents = [{"option_id": office, "item_id": "rent", "category": "rent", "basis": "once", "is": rent} for office, rent in RENT.items()]
    criteria = [{"area_id": "benefit", "criterion_id": name, "name": name, "is": weight} for name, weight in WEIGHTS.items()]
    parameters = {"value_per_point": (100, 700, 2000, "uniform")}
    return fvm.compare(fvm.simulate(tiny(options=tuple(OFFICES), areas=("benefit",), parameters=parameters, criteria=criteria, levels=levels, contracts=rents), 3))


def test_office_values_are_the_books(offices):
    found = offices.table["score"].to_dict()
    assert found == pytest.approx({"A": 80.8, "B": 39.4, "C": 47.4, "D": 52.3, "E": 64.8, "F": 20.9, "G": 60.2}, abs=0.051)


def test_dominated_offices_and_the_frontier_are_the_books(offices):
    """E, which the book leaves out too, is £200 cheaper than A: no single office dominates it, and no value of a point makes it best."""
    assert offices.table["dominated_by"].to_dict() == {"A": "", "B": "G", "C": "", "D": "G", "E": "", "F": "G", "G": ""}
    assert set(offices.acceptability.columns[offices.acceptability.max() > 0]) == {"C", "G", "A"}


def test_the_price_of_a_point_between_offices_is_the_books(offices):
    """£5,300 / 12.8 points from C to G, £23,000 / 20.6 from G to A."""
    assert offices.switches["value_per_point"].tolist() == pytest.approx([414, 1117], abs=0.6)
    assert offices.switches[["from_option", "to_option"]].to_numpy().tolist() == [["C", "G"], ["G", "A"]]


# Net present values: numpy-financial 1.0.0 (docstring examples) and Microsoft Excel's help for NPV and XNPV, the latter by
# pyxirr 0.10.8. Lumps fall on the times given; XNPV counts years of 365 days, so its days are given as such.
XNPV_DAYS = [0, 60, 303, 411, 456]
FLOWS = {
    "numpy-financial, example 1": (0.281, [-100, 39, 59, 55, 20], range(5), -0.00847859163845488),
    "numpy-financial, example 2": (0.08, [-40000, 5000, 8000, 12000, 30000], range(5), 3065.2226681795255),
    "Excel NPV, example 1": (0.1, [-10000, 3000, 4200, 6800], range(1, 5), 1188.4434123352216),
    "Excel NPV, example 2": (0.08, [-40000, 8000, 9200, 10000, 12000, 14500], range(6), 1922.061554932363),
    "Excel XNPV": (0.09, [-10000, 2750, 4250, 3250, 2750], [day / 365 for day in XNPV_DAYS], 2086.6476020315363),
}


@pytest.mark.parametrize("source", FLOWS)
def test_net_present_value_of_lumps(source):
    rate, flows, years, expected = FLOWS[source]
    timeline = [{"option_id": "a", "event_id": f"t{i}", "is": 12 * year} for i, year in enumerate(years)]
    contracts = [{"option_id": "a", "item_id": f"f{i}", "category": "c", "basis": "once", "from_event": f"t{i}", "is": flow} for i, flow in enumerate(flows)]
    inputs = tiny(parameters={"discount_rate": rate}, timeline=timeline, contracts=contracts)
    assert fvm.simulate(inputs, 1).cost["a"].iloc[0] == pytest.approx(expected, abs=1e-6)


# By hand: two options, 10 years, no discounting. Costs 100 and 160, scores 40 and 70: thirty points for 60 MSEK.
def test_break_even_is_the_extra_cost_of_an_extra_point():
    contracts = [{"option_id": name, "item_id": "i", "category": "c", "basis": "once", "is": amount} for name, amount in (("a", 100), ("b", 160))]
    levels = [{"option_id": name, "area_id": "x", "is": value} for name, value in (("a", 40), ("b", 70))]
    comparison = fvm.compare(fvm.simulate(tiny(options=("a", "b"), contracts=contracts, levels=levels, parameters={"value_per_point": (0.5, 1, 4)}), 4))
    assert comparison.table["break_even_value"].tolist() == pytest.approx([np.nan, 2], nan_ok=True)
    assert comparison.switches["value_per_point"].tolist() == pytest.approx([2])
    assert comparison.best == "a" and fvm.compare(comparison.simulation, 2.01).best == "b"


def test_dominance_by_hand():
    """c costs more than a for the same score; d costs as much as b for less; a and b trade cost for score."""
    cost, score = pd.Series({"a": 1, "b": 3, "c": 2, "d": 3, "e": 3}), pd.Series({"a": 5, "b": 9, "c": 5, "d": 8, "e": 9})
    assert dominated_by(cost, score).to_dict() == {"a": "", "b": "", "c": "a", "d": "b", "e": ""}
    assert switching_points(cost, score, 0, 10)["value_per_point"].tolist() == [0.5]
