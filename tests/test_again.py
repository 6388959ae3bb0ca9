"""What is kept and used again is what would be computed anew, to the last digit."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis import outside
from fvmanalys.model.again import reckon
from fvmanalys.model.draws import draw_block
from fvmanalys.model.simulate import read_model
from tests.tiny import tiny

CLASS = [
    {"programme_id": f"p{cost}", "name": "P", "role": "core", "cost_ratio": cost, "duration_ratio": length, "kind": "judgement",
     "owner": "o", "known_from": "2023-01-01"}
    for cost, length in ((1, 1.2), (1.4, 1), (2.5, 2))
]  # fmt: skip
DRAWS = 9000  # more than a chunk


@pytest.fixture(scope="module")
def inputs():
    return tiny(
        options={"a": {}, "b": {"permanent": "yes"}},
        areas=("x", "y"),
        timeline=[
            {"option_id": "*", "event_id": "decided", "is": (1, 3, 9)},
            {"option_id": "b", "event_id": "done", "after": "decided", "is": (6, 12, 30), "outside_view": "yes"},
            {"option_id": "b", "event_id": "again", "after": "done", "is": (6, 12, 30), "when": "fails"},
        ],
        risks=[{"option_id": "b", "risk_id": "fails", "name": "F", "is": (0.1, 0.3, 0.6)}],
        contracts=[
            {"option_id": "*", "item_id": "rent", "category": "k", "basis": "per_year", "is": (1, 2, 4)},
            {"option_id": "b", "item_id": "build", "category": "k", "basis": "total", "from_event": "decided", "to_event": "done",
             "profile": "ramp_up", "is": (10, 20, 50), "outside_view": "yes"},
            {"option_id": "b", "item_id": "run", "category": "k", "basis": "per_year", "from_event": "done", "to_event": "again", "is": (1, 2, 3)},
            {"option_id": "b", "item_id": "fee", "category": "k", "basis": "once", "from_event": "again", "is": (1, 2, 3)},
        ],
        levels=[
            {"option_id": "*", "area_id": "x", "is": (10, 20, 30)},
            {"option_id": "*", "area_id": "y", "is": (20, 30, 40)},
            {"option_id": "b", "area_id": "x", "from_event": "done", "is": (40, 60, 90)},
            {"option_id": "b", "area_id": "y", "from_event": "done", "is": (50, 60, 70)},
        ],
        reference_class=CLASS,
        parameters={"outside_view": 0.3, "discount_rate": 0.04, "horizon_years": 10, "value_per_point": 1},
    )  # fmt: skip


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_a_view_put_together_of_two_is_the_view_simulated(inputs, share):
    used = fvm.compare(fvm.simulate(inputs, DRAWS, 2))
    found = outside.by_view(used)
    plain = fvm.compare(fvm.simulate(outside.with_parameters(inputs, outside_view=share), DRAWS, 2))
    pd.testing.assert_frame_equal(found[share].table, plain.table, check_exact=True)
    pd.testing.assert_frame_equal(found[share].areas, plain.areas, check_exact=True)
    assert sorted(found) == list(found) == [0.0, 0.3, 0.5, 1.0]


@pytest.mark.parametrize("delay", [None, 0.0, 0.25, 4.0, 20.0])
def test_an_option_with_a_later_decision_is_what_it_is_computed_anew(inputs, delay):
    model = read_model(inputs)
    plain = fvm.simulate(inputs, 256, 3, delay=delay)
    [sample] = model.chunks(256, 3)
    for option in model.options:
        before = reckon(model, sample, option)
        found = reckon(replace(model, delay=delay), sample, option, before)
        assert found.cost.tolist() == plain.cost[option].tolist()
        assert found.score.tolist() == plain.score[option].tolist()


def test_what_is_asked_of_kept_draws_is_what_fresh_draws_give(inputs, monkeypatch):
    kept = fvm.simulate(inputs, DRAWS, 4)
    monkeypatch.setattr(import_module("fvmanalys.model.simulate"), "KEPT", 0)
    draw_block.cache_clear()
    fresh = fvm.simulate(inputs, DRAWS, 4)
    assert kept.samples and not fresh.samples
    for part in ("cost", "score", "programme_cost", "events", "area_scores", "levels_today", "weights", "yearly_streams"):
        pd.testing.assert_frame_equal(getattr(kept, part), getattr(fresh, part), check_exact=True)


def test_a_condition_of_what_is_given_is_not_the_one_that_was_drawn(inputs):
    [sample] = read_model(inputs).chunks(256, 1)
    drawn = sample.holds("b", "fails")
    never, always = (replace(sample, given={"risks/b/fails": np.full(256, share)}).holds("b", "fails") for share in (0.0, 1.0))
    assert 0 < drawn.mean() < 1
    assert not never.any() and always.all()
    assert sample.holds("b", "fails").tolist() == drawn.tolist()


def test_the_first_draws_are_those_of_a_smaller_simulation(inputs):
    simulation = fvm.simulate(inputs, DRAWS, 5)
    for draws in (4096, 8192, DRAWS):
        column = np.concatenate([one.column("contracts/b/run") for one in simulation.first(draws)])
        assert column.tolist() == simulation.draws_of("contracts/b/run")[:draws].tolist()


def test_a_drawn_column_cannot_spoil_the_next(inputs):
    simulation = fvm.simulate(inputs, 64, 6)
    simulation.draws_of("contracts/b/run")[:] = 0.0
    assert fvm.simulate(inputs, 64, 6).cost.equals(simulation.cost)
    assert simulation.draws_of("contracts/b/run").all()
