"""Which way forward, and how clearly."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.analysis.compare import probability_best, switching_points
from fvmanalys.analysis.frontier import dominated_by
from fvmanalys.errors import UsageError
from tests.tiny import tiny

COSTS = {"a": (80, 100, 140), "b": (90, 120, 200), "c": (10, 20, 30)}
LEVELS = {"a": (30, 40, 50), "b": (40, 60, 70), "c": (60, 70, 90)}


@pytest.fixture(scope="module")
def comparison():
    options = {"a": {"full_use_event": "done"}, "b": {"full_use_event": "opened"}, "c": {"full_use_event": "", "permanent": "no"}}
    contracts = [{"option_id": name, "item_id": "i", "category": "c", "basis": "once", "is": COSTS[name]} for name in options]
    levels = [{"option_id": name, "area_id": "x", "is": LEVELS[name]} for name in options]
    timeline = [{"option_id": "a", "event_id": "opened", "is": 6}, {"option_id": "*", "event_id": "done", "is": (6, 12, 240)}]
    inputs = tiny(options, {"x": {"minimum": 45}}, {"value_per_point": (0.5, 2, 6), "minimum_risk": 1}, contracts=contracts, levels=levels, timeline=timeline)
    return fvm.compare(fvm.simulate(inputs, 4096))


def test_net_benefit_is_measured_from_the_reference(comparison):
    table, simulation = comparison.table, comparison.simulation
    assert table.loc["a", "net_benefit"] == 0
    expected = 2 * (table.loc["b", "score"] - table.loc["a", "score"]) - (table.loc["b", "cost_mean"] - table.loc["a", "cost_mean"])
    assert table.loc["b", "net_benefit"] == pytest.approx(expected)
    assert table["cost_p85"].to_dict() == pytest.approx(simulation.cost.quantile(0.85).to_dict())


def test_only_lasting_answers_compete(comparison):
    table = comparison.table
    assert table["net_benefit"].idxmax() == "c"
    assert comparison.best in ("a", "b") and comparison.runner_up in ("a", "b")
    assert list(comparison.acceptability.columns) == ["a", "b"]
    assert table.loc["c", ["p_best", "expected_loss", "regret_p95"]].isna().all()
    assert table.loc["c", "dominated_by"] == ""


def test_probability_and_expected_loss_are_those_of_the_draws(comparison):
    benefit = comparison.simulation.net_benefit(2.0)[["a", "b"]]
    wins = benefit["b"] > benefit["a"]
    assert comparison.table.loc["b", "p_best"] == pytest.approx(wins.mean())
    assert comparison.table["p_best"].sum() == pytest.approx(1)
    assert comparison.table.loc["a", "expected_loss"] == pytest.approx(benefit["b"].clip(lower=0).mean())
    assert comparison.table.loc["b", "expected_loss"] == pytest.approx((-benefit["b"]).clip(lower=0).mean())
    assert comparison.table["expected_loss"].idxmin() == comparison.best


def test_acceptability_covers_the_range_of_value_per_point(comparison):
    grid = comparison.acceptability
    assert (grid.index.min(), grid.index.max()) == (0.5, 6)
    assert grid.sum(axis=1).to_numpy() == pytest.approx(1)
    assert grid.loc[2.0].to_dict() == pytest.approx(comparison.table["p_best"].dropna().to_dict())
    assert grid["b"].is_monotonic_increasing


def test_years_to_full_use_are_infinite_for_an_event_that_never_comes(comparison):
    table, done = comparison.table, comparison.simulation.events["a", "done"]
    assert np.isinf(table.loc["b", "full_use_p50"])
    assert table.loc["b", "full_use_within_horizon"] == 0
    assert table.loc["a", "full_use_within_horizon"] == pytest.approx((done <= 10).mean())
    assert table.loc["c", ["full_use_p50", "full_use_within_horizon"]].isna().all()


def test_the_chance_of_falling_below_a_minimum_is_shown(comparison):
    scores = comparison.simulation.area_scores
    assert comparison.areas.loc[("a", "x"), "p_below_minimum"] == pytest.approx((scores["a", "x"] < 45).mean())
    assert 0 < comparison.areas.loc[("b", "x"), "p_below_minimum"] < 1


def test_another_value_per_point_is_another_comparison(comparison):
    dear = fvm.compare(comparison.simulation, 6)
    assert dear.value_per_point == 6
    assert dear.table.loc["b", "net_benefit"] > comparison.table.loc["b", "net_benefit"]
    assert dear.table["cost_mean"].equals(comparison.table["cost_mean"])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_per_point_that_is_no_number_is_refused(comparison, value):
    with pytest.raises(UsageError, match="is not a finite number of MSEK"):
        fvm.compare(comparison.simulation, value)


def test_a_single_option_has_no_runner_up():
    comparison = fvm.compare(fvm.simulate(tiny(), 4))
    assert comparison.runner_up is None
    assert comparison.table.loc["a", "p_best"] == 1


# The parts


def test_ties_share_the_probability_of_being_best():
    assert probability_best([[1, 1, 0], [2, 2, 2], [0, 0, 3], [5, 1, 1]]).tolist() == pytest.approx([11 / 24, 5 / 24, 8 / 24])


def test_twins_tie_in_every_draw():
    rows = [{"option_id": "*", "item_id": "i", "category": "c", "basis": "once", "is": (1, 2, 3)}]
    comparison = fvm.compare(fvm.simulate(tiny(("a", "b"), contracts=rows), 100))
    assert comparison.table["p_best"].tolist() == [0.5, 0.5]
    assert comparison.table["expected_loss"].tolist() == [0, 0]


NUMBERS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6)


@settings(deadline=None, max_examples=100)
@given(NUMBERS)
def test_switching_points_are_where_a_search_finds_the_best_to_change(rows):
    cost, score = (pd.Series(column, index=list("abcdef")[: len(rows)], dtype=float) for column in zip(*rows, strict=True))
    found = switching_points(cost, score, 0.01, 25.01)
    edges = [0.01, *found["value_per_point"], 25.01]
    for opens, closes in pairwise(edges):
        inside = np.linspace(opens, closes, 7)[1:-1]
        worth = np.outer(inside, score) - cost.to_numpy()
        best = worth.max(axis=1, keepdims=True)
        assert (np.isclose(worth, best).all(axis=0) if closes > opens else np.ones(len(rows))).any()
    assert found["value_per_point"].is_monotonic_increasing
    assert (found["from_option"].iloc[1:].to_numpy() == found["to_option"].iloc[:-1].to_numpy()).all()


@settings(deadline=None, max_examples=100)
@given(NUMBERS)
def test_dominance_is_what_a_pair_by_pair_search_finds(rows):
    cost, score = (pd.Series(column, index=list("abcdef")[: len(rows)], dtype=float) for column in zip(*rows, strict=True))
    found = dominated_by(cost, score)
    for one in cost.index:
        rivals = [other for other in cost.index if cost[other] <= cost[one] and score[other] >= score[one] and (cost[other], score[other]) != (cost[one], score[one])]
        assert bool(found[one]) == bool(rivals)
        assert not found[one] or found[one] in rivals
