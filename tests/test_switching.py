"""What would turn the answer: a switching value put back in leaves the leader level with its best rival."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.levers import scaled
from fvmanalys.analysis.switching import COLUMNS, switching_values
from tests.decisions import library_decision, write_tables
from tests.test_changed_inputs import ROWS
from tests.tiny import tiny

DRAWS, SEED = 2100, 3
CLASS = [
    {"programme_id": f"p{cost}", "name": "P", "role": "core", "cost_ratio": cost, "duration_ratio": length}
    for cost, length in ((1, 1.2), (1.4, 1), (2.5, 2), (0.9, 1.6))
]


def turned(inputs, draws=DRAWS):
    return switching_values(fvm.compare(fvm.simulate(inputs, draws, SEED)))


def margin(inputs, leader, draws=DRAWS):
    """By how much the leader's expected net benefit is above the best other permanent option's, by plain simulation."""
    return ahead(inputs, leader, fvm.simulate(inputs, draws, SEED).net_benefit().mean())


def ahead(inputs, leader, worth):
    """How far the leader is ahead of the best permanent option that is neither it nor of its family."""
    rivals = set(inputs.options(permanent_only=True)) - set(inputs.family(leader))
    return worth[leader] - worth[list(rivals)].max()


def put_back(inputs, name, value):
    """The inputs with a number fixed in every draw: no range, no tie, no outside view."""
    fixed = inputs.with_estimate(name, value=value)
    table, row = fixed.row_of(name)
    return fixed.with_rows(table, [row | {"outside_view": "no"}]) if row.get("outside_view") == "yes" else fixed


def margin_at(inputs, leader, name, value):
    """The margin with a number at a value; with a probability, of what is expected where it never and always holds."""
    if not name.startswith(("risks/", "signals/")):
        return margin(put_back(inputs, name, value), leader)
    never, always = (fvm.simulate(put_back(inputs, name, end), DRAWS, SEED).net_benefit().mean() for end in (0, 1))
    return ahead(inputs, leader, (1 - value) * never + value * always)


def small():
    """Every kind of number, three options, an outside view and ties."""
    rows = {name: list(table) for name, table in ROWS.items() if name not in ("areas", "investigations", "context", "viewpoints")}
    rows["timeline"] = [{**one, "outside_view": "yes"} if one["event_id"] == "done" else one for one in rows["timeline"]] + [
        {"option_id": "c", "event_id": "done", "after": "decided", "is": (12, 20, 40), "moves_with": "wages", "strength": -0.5}
    ]
    rows["contracts"] = [
        *({**one, "outside_view": "yes"} if one["item_id"] == "build" else one for one in rows["contracts"]),
        {"option_id": "c", "item_id": "fee", "category": "c", "basis": "per_year", "from_event": "done", "is": (1, 3, 4)},
        {"option_id": "a", "item_id": "grant", "category": "income", "basis": "once", "from_event": "done", "is": (-9, -4, -1)},
    ]
    rows["staffing"] += [{"option_id": "c", "role_id": "nurse", "phase": "later", "from_event": "done", "is": (1, 2, 9)}]
    rows["levels"] = [
        {"option_id": option, "area_id": area, "criterion_id": criterion, "from_event": "done", "is": level}
        for option, level in (("a", (-10, 50, 105)), ("b", (30, 45, 80)), ("c", (20, 60, 70)))
        for area, criterion in (("x", ""), ("y", "near"), ("y", "far"))
    ] + [{"option_id": "*", "area_id": "x", "criterion_id": "", "is": 20}]
    return tiny(
        options=("a", "b", "c"),
        areas=ROWS["areas"],
        parameters={"value_per_point": 3, "outside_view": 0.5, "standing_share": 0.4},
        reference_class=CLASS,
        **rows,
    )


def library(folder):
    return fvm.load(write_tables(folder / "library", library_decision(4)))


@pytest.fixture(params=["small", "library"])
def decision(request, tmp_path):
    return small() if request.param == "small" else library(tmp_path)


def test_a_switching_value_put_back_in_gives_a_margin_of_zero(decision):
    comparison = fvm.compare(fvm.simulate(decision, DRAWS, SEED))
    table = switching_values(comparison).query("not id.str.startswith('bundle/')")
    assert list(table.columns) == COLUMNS
    found = table.dropna(subset="switching_value")
    assert len(found) > 8 and set(found["id"].str.split("/").str[0]) >= {"timeline", "contracts", "levels"}
    for row in found.itertuples():
        assert margin_at(decision, comparison.best, row.id, row.switching_value) == pytest.approx(0, abs=1e-5), row.id


def test_where_no_switching_value_is_given_the_leader_stays_ahead_or_behind_all_the_way(decision):
    comparison = fvm.compare(fvm.simulate(decision, DRAWS, SEED))
    table = turned(decision).query("not id.str.startswith('bundle/')")
    known = decision.estimates.set_index("id")
    for row in table[table["switching_value"].isna()].itertuples():
        high = known.loc[row.id, "high"] if known.loc[row.id, "distribution"] else known.loc[row.id, "likely"]
        last = {"share": 1, "level": 100}.get(row.unit, 10 * max(high, 0))
        signs = {np.sign(margin_at(decision, comparison.best, row.id, end)) for end in (0, row.base, last)}
        assert len(signs) == 1, row.id


def test_of_several_roots_the_nearest_to_the_base_is_given(decision):
    comparison = fvm.compare(fvm.simulate(decision, DRAWS, SEED))
    for row in turned(decision).dropna(subset="switching_value").query("not id.str.contains('^bundle|^risks')").itertuples():
        places = np.linspace(row.base, row.switching_value, 5)[1:-1]
        signs = {np.sign(margin_at(decision, comparison.best, row.id, float(place))) for place in places}
        assert len(signs) == 1, row.id


def test_a_value_of_each_kind_of_the_default_decision_put_back_in_gives_a_margin_of_zero():
    inputs = fvm.load()
    comparison = fvm.compare(fvm.simulate(inputs, DRAWS, SEED))
    found = switching_values(comparison).dropna(subset="switching_value")
    first = found.assign(table=found["id"].str.split("/").str[0]).drop_duplicates("table")
    assert {"timeline", "contracts", "staffing", "risks", "bundle"} <= set(first["table"])
    for row in first[first["table"] != "bundle"].itertuples():
        assert margin_at(inputs, comparison.best, row.id, row.switching_value) == pytest.approx(0, abs=0.01), row.id


def with_bundle(inputs, name, x):
    """The inputs with every row of a bundle changed, one by one."""
    _, option, kind, called = name.split("/", 3)
    tables = {"duration": ("timeline", "readiness"), "amount": ("contracts",), "staffing": ("staffing",), "level": ("levels",)}[kind]
    column = {"amount": "category", "staffing": "phase"}.get(kind)
    for table in tables:
        for row in inputs.records[table]:
            if row["option_id"] == option and row["id"] and (not column or row[column] == called):
                inputs = inputs.with_estimate(row["id"], **({"add": x} if kind == "level" else {"times": x}))
    return inputs


def test_a_bundle_is_every_one_of_its_rows_multiplied_or_raised(decision):
    leader = fvm.compare(fvm.simulate(decision, DRAWS, SEED)).best
    table = turned(decision).query("id.str.startswith('bundle/')")
    kinds = set(table["id"].str.split("/").str[2])
    assert kinds >= {"duration", "amount", "level"}
    assert len(table.dropna(subset="switching_value")) >= 4
    for row in table.itertuples():
        assert (row.base, row.inside, row.probability_beyond) == (0 if "/level/" in row.id else 1, "no", 0)
        if np.isfinite(row.switching_value):
            assert margin(with_bundle(decision, row.id, row.switching_value), leader) == pytest.approx(0, abs=1e-5), row.id
        else:
            ends = (-15, 15) if "/level/" in row.id else (0.001, 10)
            assert len({np.sign(margin(with_bundle(decision, row.id, end), leader)) for end in (*ends, row.base)}) == 1, row.id


# By hand, with nothing discounted over ten years: a gives 60 points and costs 4 a year and 10 if its start fails, with 25 %;
# b gives 50 and costs 3 a year; c gives 40 and nothing else. At 2 MSEK a point a is worth 120 − 40 − 2.5 = 77.5, b 100 − 30 = 70
# and c 80 − 5 = 75. So a's yearly cost turns the answer to c at 4.25, its level at 58.75, and its risk at 0.5.
HAND = {
    "options": ("a", "b", "c"),
    "parameters": {"discount_rate": 0, "value_per_point": 2},
    "risks": [{"option_id": "a", "risk_id": "fails", "name": "F", "is": (0.05, 0.25, 0.45, "uniform")}],
    "contracts": [
        {"option_id": "a", "item_id": "run", "category": "run", "basis": "per_year", "is": (3.6, 4, 4.4, "uniform")},
        {"option_id": "a", "item_id": "again", "category": "start", "basis": "once", "when": "fails", "is": 10},
        {"option_id": "b", "item_id": "run", "category": "run", "basis": "per_year", "is": 3},
        {"option_id": "c", "item_id": "run", "category": "run", "basis": "once", "is": 5},
    ],
    "levels": [{"option_id": name, "area_id": "x", "is": level} for name, level in (("a", 60), ("b", 50), ("c", 40))],
}


@pytest.mark.parametrize(
    ("name", "base", "value", "winner", "inside", "beyond"),
    [
        ("contracts/a/run", 4, 4.25, "c", "yes", 0.1875),
        ("contracts/a/again/fails", 10, 20, "c", "no", 0),
        ("contracts/b/run", 3, 2.25, "b", "no", 0),
        ("contracts/c/run", 5, 2.5, "c", "no", 0),
        ("levels/a/x//", 60, 58.75, "c", "no", 0),
        ("levels/b/x//", 50, 53.75, "b", "no", 0),
        ("risks/a/fails", 0.25, 0.5, "c", "no", 0),
        ("bundle/a/amount/run", 1, 1.0625, "c", "no", 0),
        ("bundle/a/level/", 0, -1.25, "c", "no", 0),
    ],
)
def test_by_hand(name, base, value, winner, inside, beyond):
    found = turned(tiny(**HAND), 32768).set_index("id")
    name = name if name in found.index else name.removesuffix("/fails")
    row = found.loc[name]
    assert row["switching_value"] == pytest.approx(value, rel=0.01) and row["base"] == pytest.approx(base, abs=1e-3)
    assert (row["winner"], row["inside"]) == (winner, inside) and row["probability_beyond"] == pytest.approx(beyond, abs=4e-3)


# A gate that says stop, rightly or not, costs a 30; without it a is 10 ahead of b. a's variant has a cost of its own, and is no rival.
GATED = {
    "options": {"a": {}, "v": {"variant_of": "a"}, "b": {}},
    "parameters": {"discount_rate": 0},
    "risks": [{"option_id": "a", "risk_id": "p", "is": (0.1, 0.2, 0.3)}],
    "signals": [{"option_id": "a", "signal_id": "gate", "of": "p", "is": 0.5, "false_alarm_likely": 0.1}],
    "contracts": [
        {"option_id": "a", "item_id": "stop", "category": "stop", "basis": "once", "is": 30, "when": "gate"},
        {"option_id": "a", "item_id": "run", "category": "run", "basis": "once", "is": (1, 2, 3)},
        {"option_id": "v", "item_id": "own", "category": "run", "basis": "once", "is": 1},
        {"option_id": "b", "item_id": "run", "category": "run", "basis": "once", "is": 12},
    ],
    "levels": [{"option_id": "a", "area_id": "x", "is": 50}, {"option_id": "b", "area_id": "x", "is": 50}],
}


def test_signals_turn_the_answer_too_and_a_variant_of_the_leader_is_no_rival():
    inputs = tiny(**GATED)
    assert inputs.family("a") == ["a", "v"]
    found = turned(inputs, 16384).set_index("id")
    # By hand: 10 = 30·(0.2·h + 0.8·f), so h = (1/3 − 0.08)/0.2 at f = 0.1 is beyond 1, f = (1/3 − 0.1)/0.8, and the risk 7/12.
    assert np.isnan(found.loc["signals/a/gate", "switching_value"])
    assert found.loc["signals/a/gate/false_alarm", "switching_value"] == pytest.approx((1 / 3 - 0.1) / 0.8, abs=0.03)
    assert found.loc["risks/a/p", "switching_value"] == pytest.approx(7 / 12, abs=0.03)
    assert found.loc["contracts/b/run", "winner"] == "b" and not found.index.str.startswith("bundle/v/").any()
    assert np.isnan(found.loc["contracts/v/own", "switching_value"])
    for row in turned(inputs).dropna(subset="switching_value").query("not id.str.startswith('bundle')").itertuples():
        assert margin_at(inputs, "a", row.id, row.switching_value) == pytest.approx(0, abs=1e-6), row.id


def test_a_leap_past_zero_is_no_value_at_which_two_options_are_level():
    lump = [{"option_id": "a", "item_id": "late", "category": "c", "basis": "once", "from_event": "done", "is": 100}]
    lump += [{"option_id": "b", "item_id": "none", "category": "c", "basis": "once", "is": 0}]
    levels = [{"option_id": name, "area_id": "x", "is": level} for name, level in (("a", 60), ("b", 50))]
    done = [{"option_id": name, "event_id": "done", "is": 150} for name in ("a", "b")]
    inputs = tiny(options=("a", "b"), timeline=done, contracts=lump, levels=levels)
    assert margin(put_back(inputs, "timeline/a/done", 121), "a", 16) > 9 and margin(put_back(inputs, "timeline/a/done", 119), "a", 16) < -9
    assert np.isnan(turned(inputs, 16).set_index("id").loc["timeline/a/done", "switching_value"])


def test_without_a_rival_there_is_nothing_to_turn():
    assert turned(tiny(options={"a": {}, "b": {"permanent": "no"}}), 16).empty


class Placed(str):
    """A name that a set puts where it is told."""

    def __new__(cls, name, place):
        found = super().__new__(cls, name)
        found.place = place
        return found

    def __hash__(self):
        return self.place


def test_a_bundle_comes_to_the_same_in_whatever_order_a_set_has_its_numbers():
    amounts = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 1e16, "e": -1e16}
    parts = SimpleNamespace(drawn=SimpleNamespace(total=0.0), slopes=SimpleNamespace(get=lambda name, _: (amounts[str(name)], 0.0)))
    orders = [{Placed(name, place) for name, place in zip(amounts, places, strict=True)} for places in permutations(range(5))]
    assert len({tuple(map(str, order)) for order in orders}) > 1
    assert len({scaled(frozenset(order), parts, 3.0) for order in orders}) == 1


def test_what_is_asked_for_alone_is_what_it_is_among_all():
    comparison = fvm.compare(fvm.simulate(small(), DRAWS, SEED))
    every = switching_values(comparison)
    some = {one for kind in ("timeline/", "contracts/", "bundle/") for one in every["id"][every["id"].str.startswith(kind)][:2]}
    alone = switching_values(comparison, some)
    assert len(alone) == len(some) == 6
    pd.testing.assert_frame_equal(alone, every[every["id"].isin(some)].reset_index(drop=True))
