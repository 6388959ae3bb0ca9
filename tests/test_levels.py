"""What options give: levels over time, their discounted average, weights."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.model.levels import discounted_average
from tests.tiny import tiny

RHO = np.log(1.03)
EVENTS = [{"option_id": "a", "event_id": name, "is": months} for name, months in (("two", 24), ("same", 24), ("five", 60), ("late", 240))]
LOST = {"option_id": "b", "event_id": "only_b", "is": 12}


def share(start, end=10.0, rho=RHO):
    """The share of the discounted time to ten years that lies between two times."""
    if rho == 0:
        return (end - start) / 10
    return (np.exp(-rho * start) - np.exp(-rho * end)) / (1 - np.exp(-rho * 10))


def level(value, event="", option="a", area="x", criterion="", **more):
    return {"option_id": option, "area_id": area, "criterion_id": criterion, "from_event": event, "is": value} | more


def scored(*rows, draws=1, **tables):
    extra = [level(0, option="b", area=area) for area in tables.get("areas_of_b", "x")] if "criteria" not in tables else []
    tables.pop("areas_of_b", None)
    return fvm.simulate(tiny(options=("a", "b"), timeline=[*EVENTS, LOST, *tables.pop("timeline", [])], levels=[*rows, *extra], **tables), draws)


def score(*rows, **tables):
    return float(scored(*rows, **tables).score["a"].iloc[0])


def test_a_step_has_its_closed_form():
    assert score(level(30), level(80, "two")) == pytest.approx(30 * share(0, 2) + 80 * share(2))


def test_without_discounting_a_score_is_the_average_over_time():
    assert score(level(30), level(80, "two"), parameters={"discount_rate": 0}) == pytest.approx(0.2 * 30 + 0.8 * 80)


def test_a_level_that_never_changes_is_the_score():
    assert score(level(64)) == pytest.approx(64)


def test_before_the_first_row_the_level_is_zero():
    assert score(level(80, "two")) == pytest.approx(80 * share(2))


def test_the_level_in_force_is_that_of_the_event_that_came_last_whatever_the_order_of_rows():
    expected = 30 * share(0, 2) + 80 * share(2, 5) + 50 * share(5)
    assert score(level(50, "five"), level(80, "two"), level(30)) == pytest.approx(expected)


def test_at_equal_times_the_later_row_of_the_file_is_in_force():
    assert score(level(30, "two"), level(80, "same")) == pytest.approx(80 * share(2))
    assert score(level(80, "same"), level(30, "two")) == pytest.approx(30 * share(2))


def test_what_came_before_as_of_is_in_force_from_the_start_the_latest_first():
    past = [{"option_id": "a", "event_id": name, "date": day} for name, day in (("long_ago", "2020-01-01"), ("lately", "2023-01-01"))]
    assert score(level(80, "lately"), level(10, "long_ago"), timeline=past) == pytest.approx(80)


def test_an_event_after_the_horizon_or_lacking_changes_nothing():
    assert score(level(30), level(80, "late"), level(90, "only_b")) == pytest.approx(30)


def test_a_level_is_clipped_to_the_scale_when_it_counts_and_not_when_it_is_drawn():
    simulation = scored(level((-20, 5, 30, "uniform")), draws=500)
    drawn = simulation.draws_of("levels/a/x//")
    assert drawn.min() < 0
    assert simulation.score["a"].to_numpy() == pytest.approx(np.clip(drawn, 0, 100))


def test_a_conditional_level_comes_in_the_draws_where_its_risk_holds():
    risks = [{"option_id": "a", "risk_id": "fails", "name": "F", "is": 0.25}]
    found = scored(level(80, "two", when="!fails"), level(20, "two", when="fails"), level(50), risks=risks, draws=4096).score["a"]
    assert sorted(found.round(9).unique()) == pytest.approx([50 * share(0, 2) + 20 * share(2), 50 * share(0, 2) + 80 * share(2)])
    assert (found < 50).mean() == 0.25


# Rows for all options


def test_an_own_row_replaces_the_shared_row_of_the_same_level():
    assert score(level(30, option="*"), level(60)) == pytest.approx(60)


def test_shared_rows_fall_silent_once_the_first_own_row_has_come():
    ageing = [level(40, option="*"), level(20, "five", "*"), {**level(80, "two")}]
    assert score(*ageing) == pytest.approx(40 * share(0, 2) + 80 * share(2))


def test_shared_rows_speak_until_the_first_own_row_comes():
    assert score(level(40, option="*"), level(20, "two", "*"), level(80, "five")) == pytest.approx(40 * share(0, 2) + 20 * share(2, 5) + 80 * share(5))


def test_a_shared_row_at_the_same_time_as_the_own_one_is_silent():
    assert score(level(80, "two"), level(20, "same", "*"), level(40, option="*")) == pytest.approx(40 * share(0, 2) + 80 * share(2))


def test_silence_is_kept_area_by_area():
    rows = [level(40, option="*"), level(20, "five", "*"), level(80, "two"), level(40, option="*", area="y"), level(20, "five", "*", "y")]
    found = scored(*rows, areas=("x", "y"), areas_of_b="xy").area_scores["a"].iloc[0]
    assert found["x"] == pytest.approx(40 * share(0, 2) + 80 * share(2))
    assert found["y"] == pytest.approx(40 * share(0, 5) + 20 * share(5))


# Criteria and weights

CRITERIA = [{"area_id": "x", "criterion_id": name, "name": name, "is": weight} for name, weight in (("near", 30), ("far", 10))]


def test_criteria_are_weighted_within_their_area():
    rows = [level(80, criterion="near", option="*"), level(20, criterion="far", option="*"), level(60, "two", criterion="far")]
    assert score(*rows, criteria=CRITERIA) == pytest.approx(0.75 * 80 + 0.25 * (20 * share(0, 2) + 60 * share(2)))


def test_an_own_row_of_one_criterion_does_not_take_todays_level_of_another_away():
    rows = [level(70, criterion="near"), level(80, criterion="near", option="*"), level(20, criterion="far", option="*")]
    assert score(*rows, criteria=CRITERIA) == pytest.approx(0.75 * 70 + 0.25 * 20)


def test_weights_are_normalised_in_every_draw():
    areas = {"x": {"is": (10, 30, 80)}, "y": {"is": (5, 10, 50)}, "z": {"is": 20}}
    simulation = scored(*(level(value, area=area) for area, value in zip("xyz", (90, 40, 10), strict=True)), areas=areas, areas_of_b="xyz", draws=300)
    weights = np.array([simulation.draws_of(f"areas/{area}") for area in "xyz"])
    expected = (weights / weights.sum(axis=0)).T @ [90, 40, 10]
    assert simulation.score["a"].to_numpy() == pytest.approx(expected)


# Against a plain sum over small steps of time

STARTS = st.one_of(st.floats(-5, 15), st.just(0.0), st.just(float("inf")))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 100), STARTS), min_size=1, max_size=5), st.sampled_from([0.0, 0.03, 0.2]))
def test_the_average_is_the_integral_of_the_level_in_force(rows, rate):
    values, starts = ([np.array([part]) for part in column] for column in zip(*rows, strict=True))
    found = discounted_average(list(values), list(starts), rate, 10.0)[0]
    edges = sorted({0.0, 10.0, *(start for _, start in rows if 0 < start < 10)})
    expected = 0.0
    for opens, closes in pairwise(edges):
        started = [(start, place) for place, (_, start) in enumerate(rows) if start <= (opens + closes) / 2]
        in_force = rows[max(started)[1]][0] if started else 0.0
        expected += in_force * share(opens, closes, np.log1p(rate))
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_path_of_a_level_shows_what_the_score_averages():
    simulation = scored(level(30), level(80, "two"), level((40, 50, 60), "five"), draws=200)
    path = simulation.level_paths(np.array([0.0, 1.9, 2.0, 6.0])).query("option == 'a'")
    assert path["level"].tolist()[:3] == pytest.approx([30, 30, 80])
    assert path["level"].tolist()[3] == pytest.approx(simulation.draws_of("levels/a/x//five").mean())
