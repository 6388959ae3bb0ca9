"""Distributions by their percentiles: exact ends, cut normals, and what `check` says of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence.second_look import worth_a_look
from fvmanalys.model.draws import Estimate, quantile
from tests.tiny import tiny

ENDS = np.array([0.05, 0.95])


def estimate(low, likely, high, distribution, ends="p90", bounds=(-np.inf, np.inf)):
    return Estimate("x", low, likely, high, distribution, ends=ends, bounds=bounds)


def contract(**columns):
    return tiny(contracts=[{"option_id": "a", "item_id": "i", "category": "c", "basis": "once", "unit": "MSEK", **columns}])


ordered = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=3, max_size=3, unique=True).map(sorted)


@settings(deadline=None)
@given(ordered, st.sampled_from(["uniform", "triangular", "pert", "normal"]))
def test_low_and_high_are_the_5th_and_95th_percentile(row, distribution):
    assert quantile(estimate(*row, distribution), ENDS) == pytest.approx([row[0], row[2]], abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(ordered, st.sampled_from(["triangular", "pert"]))
def test_a_distribution_by_percentiles_is_that_of_scipy_with_its_peak_at_likely(row, distribution):
    low, likely, high = row
    a, b = quantile(estimate(low, likely, high, distribution), np.array([0.0, 1.0]))
    peak = (likely - a) / (b - a)
    theirs = stats.triang(peak, a, b - a) if distribution == "triangular" else stats.beta(1 + 4 * peak, 5 - 4 * peak, a, b - a)
    assert theirs.cdf([low, high]) == pytest.approx(ENDS, abs=1e-9)
    p = np.linspace(0.02, 0.98, 25)
    assert quantile(estimate(low, likely, high, distribution), p) == pytest.approx(theirs.ppf(p), abs=1e-5 * (b - a))


CUT = [(10, 20, (0, np.inf)), (1, 20, (0, np.inf)), (1, 55, (0, np.inf)), (0.06, 0.94, (0, 1)), (0.9, 0.99, (0, 1)), (40, 95, (0, 100))]


@pytest.mark.parametrize(("low", "high", "bounds"), CUT)
def test_a_cut_normal_has_its_percentiles_and_lies_within_its_bounds(low, high, bounds):
    """What makes it a normal, wherever it is cut: the logarithm of its density is one parabola, open downwards."""
    cut = estimate(low, low, high, "truncated_normal", "", bounds)
    assert quantile(cut, ENDS) == pytest.approx([low, high], abs=1e-9 * high)
    p = np.linspace(1e-9, 1 - 1e-9, 1001)
    drawn = quantile(cut, p)
    assert (np.diff(drawn) > 0).all() and drawn[0] >= bounds[0] and drawn[-1] <= bounds[1]
    density, place = np.log(np.gradient(p, drawn))[50:-50], drawn[50:-50] / high
    parabola = np.polyfit(place, density, 2)
    assert np.polyval(parabola, place) == pytest.approx(density, abs=2e-3)
    assert parabola[0] < 0


def test_the_published_percentiles_of_a_normal_cut_at_zero():
    """R's decisionSupport (posnorm) fits the same two percentiles; scipy.stats.truncnorm with centre 6.155994043869755 and
    spread 7.863454447786548, cut at zero, has 1 and 20 as its 5th and 95th and this as its 50th."""
    assert stats.truncnorm(-6.155994043869755 / 7.863454447786548, np.inf, 6.155994043869755, 7.863454447786548).cdf([1, 20]) == pytest.approx(ENDS, abs=1e-9)
    assert quantile(estimate(1, 5, 20, "truncated_normal", ""), np.array([0.5])) == pytest.approx(8.320189431156269, abs=1e-9)
    assert quantile(estimate(-20, -5, -1, "truncated_normal", ""), np.array([0.5])) == pytest.approx(-8.320189431156269, abs=1e-9)


def test_what_is_read_is_what_is_drawn():
    rows = {"p90": ("uniform", "p90"), "range": ("uniform", "range"), "empty": ("uniform", ""), "cut": ("truncated_normal", "")}
    contracts = [
        {"option_id": "a", "item_id": name, "category": "c", "basis": "once", "is": (1, 5, 19, kind), "ends": ends} for name, (kind, ends) in rows.items()
    ]
    simulation = fvm.simulate(tiny(contracts=contracts), 4096)
    drawn = {name: simulation.draws_of(f"contracts/a/{name}") for name in rows}
    assert np.quantile(drawn["p90"], ENDS) == pytest.approx([1, 19], abs=0.02) and drawn["p90"].min() < 0.1
    assert [drawn["range"].min(), drawn["range"].max()] == pytest.approx([1, 19], abs=0.01)
    assert drawn["empty"].min() >= 1 and drawn["cut"].min() > 0
    assert np.quantile(drawn["cut"], ENDS) == pytest.approx([1, 19], abs=0.02)
    fixed = simulation.inputs.with_estimate("contracts/a/p90", 7)
    assert fvm.simulate(fixed, 1).draws_of("contracts/a/p90").tolist() == [7]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"likely": 5, "ends": "p90"}, "ends: is p90 although there is no range"),
        ({"low": 1, "likely": 5, "high": 9, "distribution": "normal", "ends": "range"}, "ends: is range although 'normal' has no ends"),
        ({"low": 1, "likely": 5, "high": 9, "distribution": "pert", "ends": "p80"}, "ends"),
        ({"low": 1, "likely": 5, "high": 100, "distribution": "truncated_normal"}, "no normal cut at what MSEK allows (or at 0) has 1 and 100 as its 5th and 95th percentile"),
        ({"low": 0, "likely": 5, "high": 100, "distribution": "truncated_normal"}, "no normal cut"),
    ],
)
def test_what_cannot_be_read_so_is_a_fault(columns, told):
    with pytest.raises(EvidenceError, match=r"contracts\.csv:2") as error:
        contract(**columns)
    assert told in str(error.value)


def test_a_cost_that_may_fall_below_zero_is_worth_a_look():
    looks = {
        (kind, ends): [line for line in worth_a_look(contract(low=1, likely=2, high=20, distribution=kind, ends=ends)) if "below zero" in line]
        for kind, ends in (("normal", ""), ("truncated_normal", ""), ("pert", ""), ("uniform", ""), ("uniform", "p90"), ("lognormal", "p90"))
    }
    assert {key for key, lines in looks.items() if lines} == {("normal", ""), ("uniform", "p90")}
    assert "ends: makes uniform reach down to -0.0556, below zero" in looks["uniform", "p90"][0]
