"""When things happen: the latest of what comes before, plus a duration."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from tests.tiny import times, tiny


def event(name, months=None, after="", option="a", **more):
    return {"option_id": option, "event_id": name, "is": months, "after": after, **more}


def test_an_event_comes_after_the_latest_of_its_predecessors():
    found = times(tiny(timeline=[event("one", 6), event("two", 9), event("both", 3, "one;two"), event("last", 1, "both")]))
    assert found.iloc[0][["one", "two", "both", "last"]].tolist() == pytest.approx([6 / 12, 9 / 12, 1, 13 / 12])


def test_without_after_an_event_counts_from_as_of_and_rows_stand_in_any_order():
    assert times(tiny(timeline=[event("last", 2, "first"), event("first", 1)]))["last"].iloc[0] == pytest.approx(3 / 12)


def test_a_date_is_years_of_365_25_days_and_may_lie_before_as_of():
    found = times(tiny(timeline=[event("past", date="2023-01-01"), event("coming", date="2025-07-01"), event("then", 6, "past")]))
    assert found["past"].iloc[0] == pytest.approx(-365 / 365.25)
    assert found["coming"].iloc[0] == pytest.approx((date(2025, 7, 1) - date(2024, 1, 1)).days / 365.25)
    assert found["then"].iloc[0] == pytest.approx(0.5 - 365 / 365.25)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_every_draw_is_what_a_plain_loop_over_the_network_gives(data):
    names = [f"e{index}" for index in range(data.draw(st.integers(2, 6)))]
    after = {name: data.draw(st.lists(st.sampled_from(names[:index]), unique=True)) if index else [] for index, name in enumerate(names)}
    inputs = tiny(timeline=[event(name, (1, 2 + index, 9 + index), ";".join(after[name])) for index, name in enumerate(names)])
    simulation = fvm.simulate(inputs, 30)
    drawn = {name: simulation.draws_of(f"timeline/a/{name}") for name in names}
    for i in range(30):
        expected = {}
        for name in names:
            expected[name] = max([expected[one] for one in after[name]], default=0) + drawn[name][i] / 12
        assert simulation.events["a"].iloc[i][names].tolist() == pytest.approx(list(expected.values()))


def test_an_event_after_one_that_the_option_lacks_never_happens():
    inputs = tiny(options=("a", "b"), timeline=[event("opened", 6, option="b"), event("moved", 1, "opened", "*")])
    found = fvm.simulate(inputs, 2).events
    assert np.isinf(found["a", "moved"]).all()
    assert found["b", "moved"].tolist() == pytest.approx([7 / 12] * 2)
    assert ("a", "opened") not in found


def test_an_own_row_replaces_the_shared_row_of_the_same_event():
    inputs = tiny(options=("a", "b"), timeline=[event("decided", (3, 6, 9), option="*"), event("decided", 24, option="b")])
    simulation = fvm.simulate(inputs, 50)
    assert (simulation.events["b", "decided"] == 2).all()
    assert simulation.events["a", "decided"].to_numpy() == pytest.approx(simulation.draws_of("timeline/*/decided") / 12)


def test_a_shared_event_is_one_estimate_for_all_options():
    found = fvm.simulate(tiny(options=("a", "b"), timeline=[event("decided", (3, 6, 9), option="*")]), 50).events
    assert (found["a", "decided"] == found["b", "decided"]).all()
    assert found["a", "decided"].nunique() == 50


# Conditions

FAILS = [{"option_id": "a", "risk_id": "fails", "name": "Fails", "is": 0.25}]


def test_two_rows_with_opposite_conditions_are_one_event():
    rows = [event("open", 12, when="!fails"), event("open", 36, when="fails"), event("use", 6, "open")]
    found = times(tiny(timeline=rows, risks=FAILS), 4096)
    assert (found["open"] == 3).mean() == 0.25
    assert (found["open"] == 1).mean() == 0.75
    assert (found["use"] - found["open"]).to_numpy() == pytest.approx(0.5)


def test_halves_of_an_event_may_wait_for_different_events():
    rows = [event("open", 12, "early", when="!fails"), event("open", 12, "late", when="fails"), event("early", 1), event("late", 24)]
    found = times(tiny(timeline=rows, risks=FAILS), 4096)["open"]
    assert sorted(found.unique()) == pytest.approx([13 / 12, 3])


def test_an_event_that_does_not_happen_in_a_draw_never_happens_there():
    found = times(tiny(timeline=[event("stopped", 6, when="fails"), event("after", 1, "stopped")], risks=FAILS), 4096)
    assert np.isinf(found["stopped"]).mean() == 0.75
    assert (np.isinf(found["stopped"]) == np.isinf(found["after"])).all()


def test_halves_of_an_event_share_their_random_numbers():
    rows = [event("open", (12, 14, 20), when="!fails"), event("open", (12, 14, 20), when="fails")]
    with_risk = times(tiny(timeline=rows, risks=FAILS), 300)["open"]
    without = times(tiny(timeline=[event("open", (12, 14, 20))]), 300)["open"]
    assert (with_risk == without).all()


def test_an_options_own_risk_replaces_the_shared_one():
    risks = [{"option_id": "*", "risk_id": "fails", "name": "Fails", "is": 0.5}, {"option_id": "b", "risk_id": "fails", "name": "Fails", "is": 0}]
    found = fvm.simulate(tiny(options=("a", "b", "c"), timeline=[event("stopped", 6, option="*", when="fails")], risks=risks), 4096).events
    assert np.isfinite(found["a", "stopped"]).mean() == 0.5
    assert np.isinf(found["b", "stopped"]).all()
    assert (found["a", "stopped"] == found["c", "stopped"]).all()


# Restart


READY = [{"option_id": "*", "standing_share": share, "is": months} for share, months in ((0.25, 12), (0.5, 6), (1, 2))]


@pytest.mark.parametrize(("share", "months"), [(0.25, 12), (0.375, 9), (0.5, 6), (0.75, 4), (1, 2), (0, 12)])
def test_months_to_restart_are_linear_between_rows_and_clamped_outside(share, months):
    inputs = tiny(parameters={"standing_share": share}, timeline=[event("decided", 6), event("restarted", None, "decided")], readiness=READY)
    assert times(inputs)["restarted"].iloc[0] == pytest.approx((6 + months) / 12)


def test_the_whole_team_is_kept_where_no_share_is_given():
    assert times(tiny(timeline=[event("restarted", None, "done")], readiness=READY))["restarted"].iloc[0] == pytest.approx(14 / 12)


def test_a_restart_with_months_of_its_own_takes_no_other():
    assert times(tiny(timeline=[event("restarted", 7)], readiness=READY))["restarted"].iloc[0] == pytest.approx(7 / 12)


def test_an_options_own_readiness_replaces_the_shared():
    rows = [*READY, {"option_id": "a", "standing_share": 1, "is": 3}]
    assert times(tiny(timeline=[event("restarted")], readiness=rows))["restarted"].iloc[0] == pytest.approx(3 / 12)


def test_the_rows_of_a_readiness_curve_share_one_random_number():
    rows = [{"option_id": "*", "standing_share": share, "is": (low, low + 2, low + 4)} for share, low in ((0, 10), (1, 2))]
    simulation = fvm.simulate(tiny(timeline=[event("restarted")], readiness=rows), 200)
    gap = simulation.draws_of("readiness/*/0") - simulation.draws_of("readiness/*/1")
    assert gap == pytest.approx(8)


def test_a_later_decision_moves_what_follows_it_and_nothing_else():
    inputs = tiny(timeline=[event("decided", (3, 6, 9)), event("open", 6, "decided"), event("law", 24)])
    now, later = (fvm.simulate(inputs, 20, delay=delay).events["a"] for delay in (0.0, 0.5))
    moved = (later - now).mean()
    assert moved[["decided", "open", "law"]].tolist() == pytest.approx([0.5, 0.5, 0])
