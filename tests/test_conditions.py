"""Conditions as sets, signals, and variants: what counts for an option, and with which random numbers."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from tests.tiny import tiny

DRAWS = 2000
RISKS = [{"option_id": "a", "risk_id": one, "is": (0.2, 0.4, 0.6)} for one in "pqr"]
SIGNAL = {"option_id": "a", "signal_id": "gate", "of": "p", "is": 0.8, "false_alarm_likely": 0.1}


def cost(item, amount, option="a", **more):
    return {"option_id": option, "item_id": item, "category": item, "basis": "once", "is": amount} | more


def faults(**tables):
    with pytest.raises(EvidenceError) as caught:
        tiny(**tables)
    return [str(one) for one in caught.value.faults]


def occurs(simulation, option, name):
    """The draws in which a risk or a signal holds."""
    model = simulation.model
    return model.sample(fvm.model.draws.blocks(simulation.draws), simulation.seed).holds(option, name)


# `when` is a set


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(["p", "!p", "q", "!q", "r", "!r"]), min_size=1, max_size=5))
def test_a_row_counts_where_all_its_conditions_hold_in_any_order_and_however_often(parts):
    found = fvm.simulate(tiny(risks=RISKS, contracts=[cost("loss", 7, when=" ; ".join(parts))]), DRAWS)
    expected = np.full(DRAWS, 7.0)
    for part in parts:
        holds = occurs(found, "a", part.strip("!"))
        expected *= ~holds if part.startswith("!") else holds
    assert np.array_equal(found.cost["a"], expected)
    again = fvm.simulate(tiny(risks=RISKS, contracts=[cost("loss", 7, when=";".join(sorted(parts * 2, reverse=True)))]), DRAWS)
    assert again.cost.equals(found.cost)


def test_an_id_tells_the_conditions_sorted_and_only_where_another_row_has_the_key():
    rows = [cost("loss", 7, when="q; !p"), cost("loss", 5, when="p"), cost("alone", 1, when="r;p")]
    ids = set(tiny(risks=RISKS, contracts=rows).estimates["id"])
    assert {"contracts/a/loss/!p&q", "contracts/a/loss/p", "contracts/a/alone"} <= ids


def test_rows_of_an_event_that_exclude_one_another_pairwise_are_one_event():
    whens = [f"{one};{other}" for one, other in product(("p", "!p"), ("q", "!q"))]
    rows = [{"option_id": "a", "event_id": "done", "is": 12 * place, "when": when} for place, when in enumerate(whens, 1)]
    found = fvm.simulate(tiny(risks=RISKS, timeline=rows), DRAWS)
    expected = sum(place * occurs(found, "a", when) for place, when in enumerate(whens, 1))
    assert np.array_equal(found.events["a", "done"], expected)


@settings(max_examples=25, deadline=None)
@given(*(st.sets(st.sampled_from(["p", "!p", "q", "!q", "r", "!r"]), max_size=3) for _ in range(2)))
def test_rows_of_one_key_whose_conditions_can_hold_together_are_a_fault_that_says_where(one, other):
    rows = [cost("loss", 7, when=";".join(one)), cost("loss", 5, when=";".join(other), known_from="2023-02-01")]
    meets = [case for case in product((True, False), repeat=3) if holds_in(case, one) and holds_in(case, other)]
    superseded = one == other or not one or not other
    if not meets or superseded:
        tiny(risks=RISKS, contracts=rows)
        return
    [text] = faults(risks=RISKS, contracts=rows)
    told = text.split("where ")[1].split(" holds")[0].split(";")
    assert "contracts.csv:3: when:" in text
    assert "on row 2" in text
    assert set(told) == one | other


def holds_in(case, parts):
    known = dict(zip("pqr", case, strict=True))
    return all(known[part.strip("!")] != part.startswith("!") for part in parts)


def test_two_rows_of_one_day_with_and_without_a_condition_name_both_and_where_they_meet():
    [text] = faults(risks=RISKS, contracts=[cost("loss", 7), cost("loss", 5, when="p;q")])
    assert "'a/loss' where p;q holds stands twice" in text
    assert "the other is on row 2" in text


def test_every_unknown_name_in_a_condition_is_told():
    texts = faults(risks=RISKS, contracts=[cost("loss", 7, when="p;!fire;flood")])
    assert [text.split("when: ")[1].split(" is no")[0] for text in texts] == ["'!fire'".replace("!", ""), "'flood'"]


# Signals


def test_a_signal_says_yes_as_often_as_it_should_in_either_state():
    signal = SIGNAL | {"is": (0.6, 0.8, 0.9), "false_alarm_low": 0.05, "false_alarm_likely": 0.1, "false_alarm_high": 0.2, "false_alarm_distribution": "pert"}
    found = fvm.simulate(tiny(risks=RISKS, signals=[signal], contracts=[cost("loss", 1, when="gate")]), 40_960)
    risk, says = occurs(found, "a", "p"), found.cost["a"].to_numpy() == 1
    hit, false_alarm = found.draws_of("signals/a/gate"), found.draws_of("signals/a/gate/false_alarm")
    assert says[risk].mean() == pytest.approx(hit.mean(), abs=0.02)
    assert says[~risk].mean() == pytest.approx(false_alarm.mean(), abs=0.02)
    assert abs(np.corrcoef(hit[risk], says[risk])[0, 1]) < 0.25  # its random number is not that of the rate


@pytest.mark.parametrize(("hit", "false_alarm", "same"), [(1, 0, "p"), (0, 1, "!p")])
def test_a_perfect_signal_is_the_risk_itself(hit, false_alarm, same):
    signal = SIGNAL | {"is": hit, "false_alarm_likely": false_alarm}
    rows = [cost("loss", 1, when="gate"), cost("other", -1, when=same)]
    assert (fvm.simulate(tiny(risks=RISKS, signals=[signal], contracts=rows), DRAWS).cost["a"] == 0).all()


def test_a_signal_that_is_no_better_than_chance_tells_nothing():
    signal = SIGNAL | {"is": 0.5, "false_alarm_likely": 0.5}
    found = fvm.simulate(tiny(risks=RISKS, signals=[signal]), 40_960)
    assert abs(np.corrcoef(occurs(found, "a", "p"), occurs(found, "a", "gate"))[0, 1]) < 0.07


def test_the_two_rates_of_a_signal_can_be_changed_each_for_itself():
    inputs = tiny(risks=RISKS, signals=[SIGNAL])
    changed = inputs.with_estimate("signals/a/gate/false_alarm", low=0.1, likely=0.2, high=0.3, distribution="pert")
    row = changed.tables["signals"].iloc[0]
    assert row[["likely", "false_alarm_low", "false_alarm_likely", "false_alarm_high"]].tolist() == [0.8, 0.1, 0.2, 0.3]
    assert changed.with_estimate("signals/a/gate/false_alarm", times=0.5).tables["signals"]["false_alarm_high"].tolist() == [0.15]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"of": "fire"}, ["of: 'fire' is no risk of option 'a'"]),
        ({"signal_id": "q"}, ["signal_id: 'q' is a risk of option 'a' too"]),
        ({"false_alarm_likely": ""}, ["false_alarm_likely: is empty"]),
        ({"false_alarm_likely": 1.2}, ["false_alarm_likely: 1.2 is no share"]),
        ({"false_alarm_low": 0.3, "false_alarm_high": 0.4, "false_alarm_distribution": "pert"}, ["false_alarm_low: 0.3 is above likely 0.1"]),
        ({"is": 1.5}, ["likely: 1.5 is no share"]),
    ],
)
def test_a_signal_that_cannot_be_drawn_is_a_fault(cells, told):
    found = faults(risks=RISKS, signals=[SIGNAL | cells])
    assert [any(text in one for one in found) for text in told] == [True] * len(told)
    assert len(found) == len(told)


# Variants

BASE = {
    "options": {"a": {}, "b": {}, "v": {"variant_of": "b"}},
    "parameters": {"outside_view": 0.5, "standing_share": 0.4},
    "risks": [{"option_id": "b", "risk_id": "p", "is": (0.2, 0.4, 0.6)}, {"option_id": "*", "risk_id": "q", "is": 0.3}],
    "signals": [{"option_id": "b", "signal_id": "gate", "of": "p", "is": (0.6, 0.8, 0.9), "false_alarm_likely": 0.1}],
    "timeline": [
        {"option_id": "*", "event_id": "decided", "is": (3, 6, 12)},
        {"option_id": "*", "event_id": "restarted", "after": "decided"},
        {"option_id": "b", "event_id": "done", "after": "restarted", "is": (6, 12, 24), "when": "!p", "outside_view": "yes"},
        {"option_id": "b", "event_id": "done", "after": "restarted", "is": (24, 36, 60), "when": "p"},
    ],
    "contracts": [
        cost("none", 0, "*"),
        cost("build", (5, 8, 20), "b", basis="total", from_event="decided", to_event="done", outside_view="yes"),
        cost("loss", (10, 20, 40), "b", when="p", from_event="done"),
        cost("fee", (1, 2, 3), "*", basis="per_year"),
    ],
    "staffing": [
        {"option_id": "b", "role_id": "nurse", "phase": "pause", "to_event": "restarted", "is": (2, 3, 5)},
        {"option_id": "*", "role_id": "nurse", "phase": "run", "from_event": "done", "is": (1, 2, 3)},
    ],
    "staff_costs": [{"role_id": "nurse", "is": (0.8, 1, 1.2)}],
    "readiness": [{"option_id": "*", "standing_share": share, "is": (3 - share, 9 - 6 * share, 12)} for share in (0, 1)],
    "levels": [
        {"option_id": "*", "area_id": "x", "is": (20, 30, 40)},
        {"option_id": "b", "area_id": "x", "from_event": "done", "is": (40, 60, 80)},
    ],
    "reference_class": [
        {"programme_id": name, "name": name, "cost_ratio": ratio, "duration_ratio": ratio + 0.1} for name, ratio in (("k", 1.2), ("l", 1.9), ("m", 3.1))
    ],
}  # fmt: skip
OWN = {
    "contracts": cost("loss", (10, 20, 40), "v", when="p", from_event="decided"),
    "staffing": {"option_id": "v", "role_id": "nurse", "phase": "pause", "to_event": "restarted", "is": (1, 2, 4)},
    "timeline": {"option_id": "v", "event_id": "decided", "is": (27, 30, 36)},
    "levels": {"option_id": "v", "area_id": "x", "from_event": "done", "is": (50, 70, 90)},
    "risks": {"option_id": "v", "risk_id": "p", "is": (0.1, 0.2, 0.3)},
    "signals": {"option_id": "v", "signal_id": "gate", "of": "p", "is": 1, "false_alarm_likely": 0},
    "readiness": {"option_id": "v", "standing_share": 1, "is": 0},
}


def varied(*rows, **more):
    """The decision with rows of the variant's own, each as (table, row)."""
    tables = {name: list(table) if isinstance(table, list) else table for name, table in BASE.items()} | more
    for table, row in rows:
        tables[table] = [*tables[table], row]
    return tiny(**tables)


def test_a_variant_without_rows_of_its_own_is_its_base_draw_by_draw():
    found = fvm.simulate(varied(), DRAWS)
    for frame in (found.cost, found.score, found.programme_cost, found.net_benefit()):
        assert frame["v"].equals(frame["b"].rename("v"))
    assert found.events["v"].equals(found.events["b"])
    assert not {row for row in found.inputs.estimates["id"] if "/v/" in row}


@pytest.mark.parametrize("table", OWN)
def test_a_variant_that_differs_in_one_row_is_its_base_with_that_row_changed(table):
    """What the variant comes to is what the base would, had the row been written there: the same draws, only the row differs."""
    own = OWN[table]
    found = fvm.simulate(varied((table, own)), DRAWS)
    later = own | {"option_id": "*" if table in ("timeline", "readiness") else "b", "known_from": "2023-06-01"}
    edited = fvm.simulate(varied((table, later)), DRAWS)
    assert found.cost["v"].tolist() == pytest.approx(edited.cost["b"].tolist(), rel=1e-14)  # a later row is summed last
    assert found.score["v"].tolist() == edited.score["b"].tolist()
    assert found.events["v"].equals(edited.events["b"])
    assert not (found.cost["v"].equals(found.cost["b"].rename("v")) and found.score["v"].equals(found.score["b"].rename("v"))) or table == "signals"
    assert found.cost["b"].equals(fvm.simulate(varied(), DRAWS).cost["b"])


def test_an_uncertain_loss_met_under_another_condition_is_the_same_draw_as_the_bases():
    gone = cost("loss", None, "v", when="p")
    gated = cost("loss", (10, 20, 40), "v", when="p;!gate", from_event="done")
    found = fvm.simulate(varied(("contracts", gone), ("contracts", gated)), DRAWS)
    assert np.array_equal(found.draws_of("contracts/v/loss/!gate&p"), found.draws_of("contracts/b/loss"))
    differs = found.cost["b"] != found.cost["v"]
    assert np.array_equal(differs, occurs(found, "b", "p;gate"))
    other = cost("loss", (1, 2, 4), "v", when="p;!gate", from_event="done")
    scaled = fvm.simulate(varied(("contracts", gone), ("contracts", other)), DRAWS)
    assert np.allclose(10 * scaled.draws_of("contracts/v/loss/!gate&p"), found.draws_of("contracts/b/loss"))


def test_an_unconditional_row_of_the_base_is_put_under_a_condition_by_taking_it_away_and_giving_it_again():
    rows = ("contracts", cost("build", None, "v")), ("contracts", cost("build", 9, "v", when="gate", from_event="decided"))
    for order in (rows, rows[::-1]):
        found = fvm.simulate(varied(*order), DRAWS)
        assert set(found.inputs.estimates.query("option_id == 'v'")["id"]) == {"contracts/v/build/gate"}
        assert [row["category"] for row in found.inputs.counting("contracts", "v") if row["item_id"] == "build"] == ["build"]


def test_an_own_row_takes_the_place_of_what_all_share_and_an_empty_one_takes_it_away():
    found = varied(("contracts", cost("fee", 5, "v")), ("staffing", {"option_id": "v", "role_id": "nurse", "phase": "run", "is": None}))
    assert [row["likely"] for row in found.counting("contracts", "v") if row["item_id"] == "fee"] == [5]
    assert [row["phase"] for row in found.counting("staffing", "v")] == ["pause"]
    assert [row["phase"] for row in found.counting("staffing", "b")] == ["pause", "run"]


def test_what_is_in_force_is_settled_before_inheritance():
    withdrawn = cost("loss", None, "b", when="p", known_from="2023-06-01")
    assert not [row for row in varied(("contracts", withdrawn)).counting("contracts", "v") if row["item_id"] == "loss"]
    own, gone = cost("loss", 99, "v", when="p"), cost("loss", None, "v", when="p", known_from="2023-06-01")
    [row] = [row for row in varied(("contracts", own), ("contracts", gone)).counting("contracts", "v") if row["item_id"] == "loss"]
    assert (row["option_id"], row["likely"]) == ("b", 20)


def test_a_variant_of_a_variant_takes_from_both():
    options = BASE["options"] | {"w": {"variant_of": "v"}}
    found = fvm.simulate(varied(("risks", OWN["risks"]), ("contracts", cost("loss", (1, 2, 4), "w", when="p", from_event="done")), options=options), DRAWS)
    assert np.allclose(10 * found.draws_of("contracts/w/loss"), found.draws_of("contracts/b/loss"))
    assert np.array_equal(occurs(found, "w", "p"), occurs(found, "v", "p"))
    assert np.all(occurs(found, "b", "p") | ~occurs(found, "v", "p"))  # less likely on the same random number
    assert found.inputs.family("w") == ["b", "v", "w"]
    assert found.inputs.family("a") == ["a"]


def test_full_use_is_inherited_and_names_are_not():
    inputs = varied(options={"a": {}, "b": {"full_use_event": "done"}, "v": {"variant_of": "b", "full_use_event": "", "name": "V"}})
    assert inputs.full_use_event("v") == "done"
    assert inputs.tables["options"]["name"].tolist() == ["a", "b", "V"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"a": {}, "v": {"variant_of": "z"}}, "variant_of: 'z' is not in options"),
        ({"a": {}, "v": {"variant_of": "v"}}, "variant_of: options vary in a circle: v -> v"),
        ({"a": {}, "v": {"variant_of": "w"}, "w": {"variant_of": "v"}}, "variant_of: options vary in a circle: v -> w -> v"),
        ({"a": {"known_from": "2023-01-01"}, "b": {"known_from": "2024-06-01"}, "v": {"variant_of": "b", "known_from": "2023-01-01"}}, "variant_of: 'b' is not known at 2024-01-01"),
    ],
)  # fmt: skip
def test_a_variant_of_nothing_in_play_and_a_circle_are_faults(options, told):
    assert any(told in text for text in faults(options=options))


def test_rules_of_completeness_and_names_run_after_inheritance():
    lacking = {"option_id": "v", "risk_id": "p", "is": None}
    texts = faults(**BASE | {"risks": [*BASE["risks"], lacking]})
    assert [text.split(": ", 1)[1].split(";")[0] for text in texts if "contracts" in text] == ["when: 'p' is no risk of option 'v'"]
    nothing = {"option_id": "v", "area_id": "x", "from_event": "done", "is": None}
    shared = {"option_id": "v", "area_id": "x", "is": None}
    assert any("'v' has no level for 'x'" in text for text in faults(**BASE | {"levels": [*BASE["levels"], nothing, shared]}))
    both = cost("loss", 3, "v", when="q")
    [text] = faults(**BASE | {"contracts": [*BASE["contracts"], both]})
    assert "'q' and 'p' on row 4 both count for 'v' where p;q holds" in text


def test_an_empty_row_that_takes_nothing_away_is_a_fault():
    [text] = faults(**BASE | {"contracts": [*BASE["contracts"], cost("los", None, "v", when="p")]})
    assert "contracts.csv:6: likely: is empty, and no row with this key and condition is inherited" in text


# The other tables


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, ["resolves: is empty, and so is reveals"]),
        ({"reveals": "p"}, ["hit_rate: is empty although the row reveals something", "false_alarm_rate: is empty although the row reveals something"]),
        ({"reveals": "fire", "hit_rate": 0.8, "false_alarm_rate": 0.1}, ["reveals: 'fire' is not one risk"]),
        ({"reveals": "p;q", "hit_rate": 0.8, "false_alarm_rate": 0.1}, ["reveals: 'q' is not one risk"]),
        ({"reveals": "risks/a/p", "hit_rate": 8, "false_alarm_rate": 0.1}, ["hit_rate: '8' is too large"]),
        ({"resolves": "contracts/a/*"}, ["variance_reduction: is empty although the row resolves something"]),
        ({"resolves": "contracts/a/*", "variance_reduction": 0.5, "hit_rate": 0.8}, ["reveals: is empty although hit_rate is given"]),
    ],
)  # fmt: skip
def test_an_investigation_says_what_it_tells_and_how_well(cells, told):
    risks = [*RISKS, {"option_id": "b", "risk_id": "q", "is": 0.5}]
    row = {"investigation_id": "ask", "name": "Ask", "months": 2, "is": 1, "unit": "MSEK", "kind": "assumption", "owner": "o", "known_from": "2023-01-01"}
    found = faults(options="ab", risks=risks, contracts=[cost("none", 0, "*"), cost("fee", 1)], investigations=[row | cells])
    assert [any(text in one for one in found) for text in told] == [True] * len(told)
    assert len(found) == len(told)


def test_tables_of_limits_and_factors_are_read_and_move_nothing():
    limit = {"limit_id": "grant", "name": "Grant", "category": "loss", "year_from": 2025, "is": 40}
    plain = tiny(contracts=[cost("loss", 7)])
    more = tiny(contracts=[cost("loss", 7)], limits=[limit], factors=[{"factor_id": "rain", "name": "Rain"}])
    assert more.tables["limits"].iloc[0][["category", "group", "payer", "likely"]].tolist() == ["loss", "*", "", 40]
    pd.testing.assert_frame_equal(fvm.simulate(more, 100).cost, fvm.simulate(plain, 100).cost)
    assert any("year_to: 2024 is before 2025" in text for text in faults(limits=[limit | {"year_to": 2024}]))
