"""What is drawn stays within what its unit allows, and what no number follows from is refused with a reason."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.analysis.decomposition import decomposition
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.priorities import common_weights
from fvmanalys.analysis.yearly import mid_year_present_value
from fvmanalys.errors import ModelError, UsageError
from fvmanalys.evidence.tables import BOUNDS, TABLES, Quantified, bounds
from fvmanalys.model.draws import QUANTILES, blocks, draw, read_estimates
from fvmanalys.model.sample import Sample
from tests.tiny import tiny

UNITS = sorted({(name, unit) for name, row in TABLES.items() if issubclass(row, Quantified) for unit in row.UNITS or BOUNDS})
SHARES = st.floats(0, 1)


UNCUT = sorted(set(QUANTILES) - {"truncated_normal"})  # whose ranges the rules refuse where no cut normal has them


def estimate_row(table, unit, distribution, ends, tie):
    """A row of estimates as the rules allow it: only a level may be written wider than its scale."""
    lowest, highest = bounds(table, unit) if unit != "level" else (-50.0, 150.0)
    lowest, highest = max(lowest, -100.0), min(highest, 1000.0)
    low, likely, high = (lowest + (highest - lowest) * part for part in sorted(ends))
    low = max(low, 1e-3) if distribution == "lognormal" else low
    return {
        "id": "e", "stream": "e", "table": table, "unit": unit, "low": low, "likely": max(likely, low), "high": max(high, low),
        "distribution": distribution, "ends": "", "moves_with": "factor" if tie else "", "strength": tie,
    }  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(UNITS), st.sampled_from(UNCUT), st.tuples(SHARES, SHARES, SHARES), st.sampled_from([0.0, 1.0, -1.0, 0.6, -0.3]), st.integers(0, 99))
def test_every_draw_lies_within_its_unit_and_is_unchanged_where_it_does(place, distribution, ends, tie, seed):
    table, unit = place
    estimates = read_estimates([estimate_row(table, unit, distribution, ends, tie)])
    sample = Sample(estimates, {}, None, 0.0, seed, blocks(500))
    counted, drawn = sample.column("e"), draw(estimates["e"], seed, blocks(500))
    low, high = bounds(table, unit)
    assert low <= counted.min() and counted.max() <= high
    inside = (low <= drawn) & (drawn <= high)
    assert (counted[inside] == drawn[inside]).all()
    assert set(counted[~inside]) <= {low, high}


def test_a_given_column_is_held_within_its_unit_too():
    estimates = read_estimates([estimate_row("staffing", "fte", "normal", (0, 0.1, 0.2), 0.0)])
    sample = Sample(estimates, {}, None, 0.0, 1, blocks(3), {"e": np.array([-2.0, 3.0, 0.0])})
    assert sample.column("e").tolist() == [0, 3, 0]


def wide(low_to_high, unit=None):
    """A normal range that begins at 0, so that one draw in twenty lies below it."""
    return {"is": (0, low_to_high / 3, low_to_high, "normal")} | ({"unit": unit} if unit else {})


def wide_decision(weights="points", outside=0.0, tie=""):
    """Everything that cannot be negative is drawn from a normal range that reaches below zero."""
    tied = {"moves_with": tie, "strength": 1} if tie else {}
    return tiny(
        options=("a", "b"),
        areas={"x": wide(0.9, weights) | tied, "y": wide(0.6, weights) | tied},
        criteria=[{"area_id": "y", "criterion_id": name, "name": name} | wide(20) for name in ("near", "far")],
        parameters={"outside_view": outside},
        timeline=[
            {"option_id": "*", "event_id": "decided"} | wide(12) | tied,
            {"option_id": "a", "event_id": "restarted", "after": "decided"},
            {"option_id": "a", "event_id": "done", "after": "restarted", "outside_view": "yes"} | wide(30) | tied,
            {"option_id": "b", "event_id": "done", "after": "decided"} | wide(60),
        ],
        readiness=[{"option_id": "*", "standing_share": share} | wide(10) for share in (0, 1)],
        contracts=[{"option_id": "a", "item_id": "i", "category": "c", "basis": "total", "to_event": "done", "is": 5}],
        staff_costs=[{"role_id": "r", "is": 1}],
        staffing=[{"option_id": option, "role_id": "r", "phase": "run"} | wide(8) for option in "ab"],
        risks=[{"option_id": "a", "risk_id": "fails", "name": "F"} | wide(0.9)],
        levels=[
            {"option_id": option, "area_id": area, "criterion_id": criterion, "from_event": event, "is": (-30, 60, 150, "normal")}
            for option in "ab"
            for area, criterion in (("x", ""), ("y", "near"), ("y", "far"))
            for event in ("", "done")
        ],
        reference_class=[{"programme_id": str(place), "name": "P", "cost_ratio": ratio, "duration_ratio": ratio} for place, ratio in enumerate((0.5, 1, 9))],
    )


@pytest.mark.parametrize(("weights", "outside", "tie"), [("points", 0.0, ""), ("share", 0.5, ""), ("ratio", 1.0, "all"), ("ratio", 0.3, "all")])
def test_no_score_leaves_its_scale_no_event_comes_before_what_it_waits_for_and_nobody_works_less_than_nothing(weights, outside, tie):
    inputs = wide_decision(weights, outside, tie)
    simulation = fvm.simulate(inputs, 2000)
    assert simulation.draws_of("areas/x").min() < 0 and simulation.draws_of("staffing/a/r/run").min() < 0
    for frame in (simulation.score, simulation.area_scores):
        assert frame.min().min() >= 0 and frame.max().max() <= 100
    events = simulation.events
    assert (events["a", "decided"] >= 0).all()
    assert (events["a", "restarted"] >= events["a", "decided"]).all() and (events["a", "done"] >= events["a", "restarted"]).all()
    assert (events["b", "done"] >= events["b", "decided"]).all()
    assert (simulation.cost >= 0).all(axis=None)
    assert simulation.weights.sum(axis=1).to_numpy() == pytest.approx(np.ones(2000)) and (simulation.weights >= 0).all(axis=None)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=6), st.floats(0.5, 119), st.sampled_from([0, 100]), st.floats(0, 0.2))
def test_no_rounding_carries_a_score_past_the_ends_of_its_scale(weights, months, level, rate):
    names = [f"area{place}" for place in range(len(weights))]
    rows = [{"option_id": "a", "area_id": area, "from_event": event, "is": level} for area in names for event in ("", "done")]
    done = [{"option_id": "a", "event_id": "done", "is": months}]
    areas = {name: {"is": weight} for name, weight in zip(names, weights, strict=True)}
    simulation = fvm.simulate(tiny(areas=areas, levels=rows, timeline=done, parameters={"discount_rate": rate}), 1)
    for frame in (simulation.score, simulation.area_scores):
        assert frame.min().min() >= 0 and frame.max().max() <= 100
        assert frame.to_numpy() == pytest.approx(np.full(frame.shape, level), rel=1e-12)


def test_areas_count_alike_in_a_draw_where_no_weight_is_above_zero():
    simulation = fvm.simulate(wide_decision(tie="all"), 2000)
    none = simulation.draws_of("areas/x") <= 0
    assert none.any() and (simulation.weights[none] == 0.5).all(axis=None)
    assert simulation.score["a"][none].to_numpy() == pytest.approx(simulation.area_scores["a"][none].mean(axis=1).to_numpy())


def test_what_is_told_of_weights_is_what_counts():
    comparison = fvm.compare(fvm.simulate(wide_decision(), 2000))
    assert common_weights(comparison).to_dict() == pytest.approx(comparison.simulation.weights.mean().to_dict())
    gains = decomposition(comparison).query("area != ''").groupby("other")["difference"].sum()
    scores = comparison.value_per_point * comparison.simulation.score.mean()
    assert gains.to_dict() == pytest.approx((scores[comparison.best] - scores.drop(comparison.best)).to_dict())


# What no number follows from

ONE = {"option_id": "a", "item_id": "i", "category": "c", "basis": "per_year", "is": 1}


def with_column(inputs, table, **columns):
    """Inputs with other values in whole columns, whatever the rules of the files say of them."""
    return replace(inputs, tables={**inputs.tables, table: inputs.tables[table].assign(**columns)})


@pytest.mark.parametrize(("table", "told"), [("areas", r"no weight of areas is above 0 \(x, y\)"), ("criteria", r"no weight of criteria/y is above 0 \(near, far\)")])
@pytest.mark.parametrize("weight", [0.0, -3.0])
def test_weights_that_are_never_above_zero_are_refused(table, told, weight):
    inputs = with_column(wide_decision(), table, low=np.nan, likely=weight, high=np.nan, distribution="")
    with pytest.raises(ModelError, match=told):
        fvm.simulate(inputs, 5)


@pytest.mark.parametrize("name", ["discount_rate", "inflation"])
@pytest.mark.parametrize("rate", [-1.0, -1.5, -np.inf])
def test_a_rate_that_leaves_nothing_is_refused_wherever_it_is_given(name, rate):
    inputs = tiny(contracts=[ONE])
    with pytest.raises(UsageError, match=rf"{name} {rate:g}: give a finite share above -1"):
        fvm.simulate(with_parameters(inputs, **{name: rate}), 5)
    with pytest.raises(UsageError, match="discount_rate"):
        mid_year_present_value([1.0], [0.0, 1.0], rate)


@pytest.mark.parametrize("table", ["contracts", "staff_costs"])
def test_a_growth_that_leaves_nothing_is_refused_by_the_model_too(table):
    inputs = tiny(contracts=[ONE], staff_costs=[{"role_id": "r", "is": 1}], staffing=[{"option_id": "a", "role_id": "r", "phase": "run", "is": 1}])
    with pytest.raises(UsageError, match=rf"{table}/.*: real_growth -1: give a finite share above -1"):
        fvm.simulate(with_column(inputs, table, real_growth=-1.0), 5)


def test_a_negative_rate_above_minus_one_is_computed_with():
    found = fvm.simulate(with_parameters(tiny(contracts=[ONE]), discount_rate=-0.02), 5).cost["a"]
    assert found.to_numpy() == pytest.approx((0.98**-10 - 1) / -np.log(0.98))


@pytest.mark.parametrize("years", [7974, 8000, 1e6, 1e99])
def test_a_horizon_beyond_the_calendar_is_refused(years):
    with pytest.raises(UsageError, match=r"horizon_years .* counted from 2024-01-01.*; give a number of years above 0 that ends before the year 9998"):
        fvm.simulate(with_parameters(tiny(contracts=[ONE]), horizon_years=years), 5)


def test_a_very_long_horizon_gives_a_number():
    simulation = fvm.simulate(with_parameters(tiny(contracts=[ONE]), horizon_years=7973, discount_rate=0.5), 1)
    assert simulation.cost["a"].iloc[0] == pytest.approx(1 / np.log(1.5))
    assert simulation.yearly_cost()["present_value"].sum() == pytest.approx(1 / np.log(1.5))


@pytest.mark.parametrize("choice", [{"horizon_years": np.inf}, {"horizon_years": np.nan}, {"value_per_point": np.nan}, {"value_per_point": 1e200}, {"discount_rate": np.nan}])
def test_a_parameter_that_is_no_number_to_compute_with_is_named(choice):
    (name,) = choice
    with pytest.raises(UsageError, match=f"{name} .*is not a number to compute with"):
        fvm.simulate(with_parameters(tiny(contracts=[ONE]), **choice), 5)


@pytest.mark.parametrize(("low", "likely", "high", "distribution"), [(1, 2, 1.7e308, name) for name in UNCUT] + [(np.nan, 1e200, np.nan, "")])
def test_an_amount_too_large_to_compute_with_is_named(low, likely, high, distribution):
    inputs = with_column(tiny(contracts=[ONE]), "contracts", low=low, likely=likely, high=high, distribution=distribution)
    with pytest.raises(ModelError, match=r"contracts/a/i: its draws go beyond 1e\+100.*correct the unit or the range"):
        fvm.simulate(inputs, 500)


def test_a_cost_that_grows_beyond_all_numbers_is_named():
    inputs = with_parameters(tiny(contracts=[ONE | {"real_growth": 5}]), horizon_years=5000)
    with pytest.raises(ModelError, match=r"the outcome of option a is not a finite number.*growth above the discount rate"):
        fvm.simulate(inputs, 5)


def test_the_largest_numbers_that_pass_give_means_and_net_benefits_that_are_numbers():
    simulation = fvm.simulate(tiny(contracts=[ONE | {"is": 1e9}]), 5000)
    assert np.isfinite(fvm.compare(simulation).table[["cost_mean", "cost_p85", "net_benefit", "expected_loss"]]).all(axis=None)
    for value in (np.nan, np.inf, -np.inf, 1e200):
        with pytest.raises(UsageError, match="is not a finite number of MSEK"):
            simulation.net_benefit(value)
