"""What is loaded cannot be changed in place, and `with_estimate` gives what editing the file would have given."""

import copy
import csv
import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence.tables import TABLES, Quantified
from tests.tiny import KNOWN, tiny, write_tiny

DRAWS = 64
ROWS = {
    "areas": {"x": {"is": (10, 40, 60)}, "y": {"is": 20}},
    "criteria": [{"area_id": "y", "criterion_id": name, "name": name, "is": (10, 20, 40)} for name in ("near", "far")],
    "timeline": [
        {"option_id": "*", "event_id": "decided", "is": (3, 6, 12)},
        {"option_id": "a", "event_id": "restarted", "after": "decided"},
        {"option_id": "a", "event_id": "done", "after": "restarted", "is": (6, 12, 40), "when": "!fails"},
        {"option_id": "a", "event_id": "done", "after": "restarted", "is": (24, 36, 60), "when": "fails"},
        {"option_id": "b", "event_id": "done", "after": "decided", "is": 12},
    ],
    "contracts": [
        {"option_id": "a", "item_id": "fee", "category": "c", "basis": "per_year", "from_event": "done", "is": (1, 2, 4)},
        {"option_id": "b", "item_id": "build", "category": "c", "basis": "total", "to_event": "done", "is": (5, 8, 30, "lognormal")},
    ],
    "staffing": [{"option_id": "a", "role_id": "nurse", "phase": "pause", "to_event": "done", "is": (5, 8, 12)}],
    "staff_costs": [{"role_id": "nurse", "is": (0.5, 0.7, 1.2), "moves_with": "wages", "strength": 0.6}],
    "levels": [
        {"option_id": option, "area_id": area, "criterion_id": criterion, "is": (20, 50, 70)}
        for option in "ab"
        for area, criterion in (("x", ""), ("y", "near"), ("y", "far"))
    ],
    "risks": [{"option_id": "a", "risk_id": "fails", "name": "F", "is": (0.2, 0.3, 0.5)}],
    "signals": [{"option_id": "a", "signal_id": "gate", "name": "G", "of": "fails", "is": 0.8, "false_alarm_likely": 0.1}],
    "limits": [{"limit_id": "all", "name": "All", "is": 50}],
    "readiness": [{"option_id": "*", "standing_share": 1, "is": (1, 2, 3)}],
    "investigations": [
        {"investigation_id": "look", "name": "L", "resolves": "contracts/a/fee", "variance_reduction": 0.5, "months": 1, "is": 1, "unit": "MSEK"} | KNOWN
    ],
    "context": [{"item_id": "users", "name": "U", "is": 100, "unit": "count"} | KNOWN],
    "viewpoints": [{"viewpoint_id": "v", "area_id": "x", "name": "V", "is": 30, "unit": "points"} | KNOWN],
}
IDS = {
    "areas": "areas/x",
    "criteria": "criteria/y/near",
    "parameters": "parameters/value_per_point",
    "timeline": "timeline/a/done/fails",
    "contracts": "contracts/b/build",
    "staffing": "staffing/a/nurse/pause",
    "staff_costs": "staff_costs/nurse",
    "levels": "levels/a/y/near/",
    "risks": "risks/a/fails",
    "signals": "signals/a/gate",
    "limits": "limits/all",
    "readiness": "readiness/*/1",
    "investigations": "investigations/look",
    "context": "context/users",
    "viewpoints": "viewpoints/v/x",
}
FEE = "contracts/a/fee"


def write_decision(folder):
    folder.mkdir()
    return write_tiny(folder, options=("a", "b"), **ROWS)


@pytest.fixture(scope="module")
def inputs():
    return tiny(options=("a", "b"), **ROWS)


def edited(folder, table, number, **cells):
    """The decision with some cells of one row written over in its file."""
    path = write_decision(folder) / f"{table}.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    rows[number] |= cells
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys([*rows[0], *cells])), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return fvm.load(folder)


def assert_same_tables(one, other):
    """Both inputs hold the same."""
    for name in TABLES:
        for kept in ("tables", "history"):
            first, second = (getattr(inputs, kept)[name] for inputs in (one, other))
            if len(first) or len(second):  # most are empty, and to hold those together takes as long
                assert_frame_equal(first.drop(columns="_file"), second.drop(columns="_file"))


def assert_same_draws(one, other):
    """Both inputs give the same, draw by draw."""
    runs = [fvm.simulate(inputs, DRAWS, seed=3) for inputs in (one, other)]
    for part in ("cost", "programme_cost", "score", "area_scores", "events"):
        assert_frame_equal(getattr(runs[0], part), getattr(runs[1], part))
    assert one.estimates["id"].tolist() == other.estimates["id"].tolist()
    for name in one.estimates["id"]:
        assert (runs[0].draws_of(name) == runs[1].draws_of(name)).all()
    assert_frame_equal(runs[0].net_benefit(), runs[1].net_benefit())


def test_every_table_with_a_quantity_is_tried():
    assert set(IDS) == {name for name, row in TABLES.items() if issubclass(row, Quantified)}


CHANGES = {
    "value": (lambda row: {"value": 0.75}, lambda row: {"low": "", "likely": "0.75", "high": "", "distribution": ""}),
    "range": (
        lambda row: {"low": 0.25, "likely": 0.5, "high": 0.75, "distribution": "uniform"},
        lambda row: {"low": "0.25", "likely": "0.5", "high": "0.75", "distribution": "uniform"},
    ),
    "add": (lambda row: {"add": 0.125}, lambda row: shifted(row, lambda number: number + 0.125)),
    "times": (lambda row: {"times": 1.25}, lambda row: shifted(row, lambda number: number * 1.25)),
}


def shifted(row, change):
    return {end: repr(change(float(row[end]))) for end in ("low", "likely", "high") if np.isfinite(row[end])}


@pytest.mark.parametrize(("place", "table"), list(enumerate(IDS)))
def test_a_changed_estimate_is_what_editing_the_file_would_have_given(tmp_path, place, table):
    inputs = fvm.load(write_decision(tmp_path / "as_it_was"))
    row = inputs.estimates.set_index("id").loc[IDS[table]]
    for number, (name, makers) in enumerate(CHANGES.items()):
        arguments, cells = (make(row) for make in makers)
        changed, other = inputs.with_estimate(IDS[table], **arguments), edited(tmp_path / name, table, row["_row"] - 2, **cells)
        assert_same_tables(changed, other)
        assert changed.estimates.set_index("id").loc[IDS[table], "likely"] != row["likely"]
        if number == place % len(CHANGES):
            assert_same_draws(changed, other)


def test_a_part_of_the_range_is_changed_and_the_rest_stays(inputs):
    row = inputs.with_estimate(FEE, high=9).with_estimate(FEE, distribution="triangular").estimates.set_index("id").loc[FEE]
    assert (row["low"], row["likely"], row["high"], row["distribution"]) == (1, 2, 9, "triangular")


def test_the_original_stays_as_it_was_and_no_other_draw_changes(inputs):
    before = fvm.simulate(inputs, DRAWS)
    after = fvm.simulate(inputs.with_estimate(FEE, times=2), DRAWS)
    assert after.draws_of(FEE) == pytest.approx(2 * before.draws_of(FEE))
    for name in inputs.estimates["id"].drop(inputs.estimates.index[inputs.estimates["id"] == FEE]):
        assert (after.draws_of(name) == before.draws_of(name)).all()
    assert_frame_equal(fvm.simulate(inputs, DRAWS).cost, before.cost)
    assert inputs.estimates.set_index("id").loc[FEE, "likely"] == 2


@pytest.mark.parametrize(
    ("table", "arguments", "cells"),
    [
        ("contracts", {"low": 9.0}, {"low": "9"}),
        ("contracts", {"likely": "3,5"}, {"likely": "3,5"}),
        ("contracts", {"high": np.inf}, {"high": "inf"}),
        ("contracts", {"distribution": "pyramid"}, {"distribution": "pyramid"}),
        ("contracts", {"value": 3.0, "distribution": None}, None),
        ("risks", {"value": 1.5}, {"low": "", "likely": "1.5", "high": "", "distribution": ""}),
        ("staffing", {"add": -6}, {"low": "-1", "likely": "2", "high": "6"}),
        ("timeline", {"times": -1}, {"low": "-24", "likely": "-36", "high": "-60"}),
        ("parameters", {"value": 0}, {"low": "", "likely": "0", "high": "", "distribution": ""}),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused_in_the_words_of_the_file(tmp_path, table, arguments, cells):
    inputs = fvm.load(write_decision(tmp_path / "as_it_was"))
    row = inputs.estimates.set_index("id").loc[IDS[table]]
    if cells is None:
        assert inputs.with_estimate(IDS[table], **arguments).estimates.set_index("id").loc[IDS[table], "likely"] == 3
        return
    with pytest.raises(EvidenceError) as from_file:
        edited(tmp_path / "edited", table, row["_row"] - 2, **cells)
    with pytest.raises(EvidenceError) as from_call:
        inputs.with_estimate(IDS[table], **arguments)
    said = [[(fault.row, fault.column, fault.problem, fault.remedy) for fault in error.value.faults] for error in (from_file, from_call)]
    assert said[0] == said[1]
    assert str(tmp_path / "as_it_was" / f"{table}.csv") in str(from_call.value)


def test_an_unknown_estimate_or_an_unclear_change_is_named(inputs):
    with pytest.raises(UsageError, match=r"no estimate 'contracts/a/fees'; did you mean 'contracts/a/fee'\?"):
        inputs.with_estimate("contracts/a/fees", value=1)
    with pytest.raises(UsageError, match=r"no estimate 'zzz'; inputs\.estimates lists them"):
        inputs.with_estimate("zzz", value=1)
    for unclear in ({}, {"value": 1, "times": 2}, {"low": 1, "add": 2}, {"add": 1, "times": 2}):
        with pytest.raises(UsageError, match=r"contracts/a/fee: give value=, or any of low=.* and only one of these ways"):
            inputs.with_estimate(FEE, **unclear)
    for name in ("add", "times"):
        with pytest.raises(UsageError, match=f"contracts/a/fee: {name}='a lot' is not a number"):
            inputs.with_estimate(FEE, **{name: "a lot"})


# What is loaded cannot be changed in place

IN_PLACE = [
    'table.loc[0, "likely"] = 99',
    'table["likely"] = 99',
    'table["new"] = 99',
    'table.loc[len(table)] = table.iloc[0]',
    "table.iloc[0, 0] = 99",
    'table.at[0, "likely"] = 99',
    "table.iat[0, 0] = 99",
    'table["likely"] *= 2',
    "table.likely = 99",
    'table.loc[table["likely"] > 0, "likely"] += 1',
    'table[["likely"]] = 99',
    'table[table["likely"] > 0] = 99',
    "table += table",
    'del table["likely"]',
    "del table.likely",
    'table.insert(0, "first", 1)',
    'table.pop("likely")',
    'table.update(pd.DataFrame({"likely": [99.0]}))',
    "table.isetitem(0, 99)",
    "table.columns = range(len(table.columns))",
    "table.index = table.index + 1",
    'table.eval("more = likely + 1", inplace=True)',
    'table.query("likely > 0", inplace=True)',
    'table.set_index("likely", inplace=True)',
    'table.rename_axis("row", inplace=True)',
    'table.fillna({"likely": 0}, inplace=True)',
    'table.drop(columns="likely", inplace=True)',
]


def loaded(inputs):
    return {
        "tables": inputs.tables["contracts"],
        "history": inputs.history["contracts"],
        "estimates": inputs.estimates,
        "another": inputs.with_estimate(FEE, value=3).tables["contracts"],
        "unpickled": pickle.loads(pickle.dumps(inputs)).estimates,
    }


@pytest.mark.parametrize("statement", IN_PLACE)
def test_a_table_refuses_to_be_changed_and_names_the_way(inputs, statement):
    for table in loaded(inputs).values():
        before = table.copy()
        with pytest.raises(UsageError, match=r"read-only.*inputs\.with_estimate\(id, value=.*\.copy\(\)"):
            exec(statement, {"table": table, "pd": pd})
        assert_frame_equal(table.copy(), before)


def test_every_method_that_can_work_in_place_is_refused(inputs):
    found = {name: method for name, method in inspect.getmembers(pd.DataFrame, inspect.isfunction) if not name.startswith("_")}
    names = [name for name, method in found.items() if "inplace" in inspect.signature(method).parameters]
    assert len(names) >= 15
    table, before = inputs.tables["contracts"], inputs.tables["contracts"].copy()
    for name in names:
        with pytest.raises(UsageError, match="read-only"):
            getattr(table, name)(inplace=True)
        assert_frame_equal(table.copy(), before)


@pytest.mark.filterwarnings("ignore::pandas.errors.ChainedAssignmentError")
def test_what_only_a_copy_would_take_is_refused_or_warned_of_by_pandas(inputs):
    with pytest.raises(ValueError, match="read-only"):
        inputs.estimates.values[0, 0] = 99
    with pytest.raises(ValueError, match="read-only"):
        inputs.estimates["likely"].values[0] = 99
    with pytest.warns(pd.errors.ChainedAssignmentError):
        inputs.tables["contracts"]["likely"][0] = 99


@pytest.mark.parametrize(
    "statement",
    [
        'inputs.tables["contracts"] = None',
        'del inputs.tables["contracts"]',
        'inputs.tables.pop("contracts")',
        "inputs.tables.update(contracts=None)",
        'inputs.history["contracts"] = None',
        'inputs.records["contracts"] = []',
        'inputs.records["contracts"].append({})',
        'inputs.records["contracts"][0]["likely"] = 99',
        'inputs.records["contracts"][0].update(likely=99)',
        'inputs.records["contracts"].sort(key=str)',
        'inputs.parameters["discount_rate"] = 0',
        'inputs.parameters |= {"discount_rate": 0}',
        'inputs.decision["title"] = "Another"',
        'inputs.sources.loc["s", "title"] = "Another"',
        'inputs.sources["title"] = "Another"',
        'inputs.areas.append("z")',
        'inputs.options().remove("a")',
        "inputs.price_factors.clear()",
    ],
)
def test_what_is_made_from_the_tables_refuses_too(inputs, statement):
    with pytest.raises(UsageError, match=r"read-only.*inputs\.with_estimate"):
        exec(statement, {"inputs": inputs})


@pytest.mark.parametrize(("option", "factor"), [("a", 10)])
def test_names_of_the_caller_are_known_to_a_query(inputs, option, factor):
    table = inputs.tables["contracts"]
    assert (table.query("option_id == @option")["item_id"].tolist(), option) == (["fee"], "a")
    assert table.eval("likely * @factor").tolist() == [2 * factor, 8 * factor]


def test_copies_and_what_is_taken_from_a_table_can_be_changed(inputs):
    table = inputs.tables["contracts"]
    before = table.copy()
    own = [
        table.copy(), table[table["likely"] > 0], table[["likely", "low"]], table.query("likely > 0"), table.loc[[0]], table.iloc[:1], table.head(1),
        table.assign(more=1), table.reset_index(), table.set_index("item_id"), table.sort_values("likely"), table.drop(columns="note"), table.T,
        table.merge(table, on="item_id"), pd.concat([table, table]), pd.DataFrame(table), pickle.loads(pickle.dumps(table)),
        copy.copy(table), copy.deepcopy(table), next(iter(table.groupby("option_id")))[1],
    ]  # fmt: skip
    for one in own:
        assert type(one) is pd.DataFrame
        one["new"] = 1
        one.iloc[0, -1] = 2
    column = table["likely"].copy()
    column[0] = 99
    rows = inputs.records["contracts"]
    for mine in (rows.copy(), rows[:], list(rows), copy.deepcopy(rows), sorted(rows, key=str)):
        mine.append({})
    for mine in (rows[0].copy(), dict(rows[0]), rows[0] | {"likely": 99}, copy.copy(rows[0]), pickle.loads(pickle.dumps(rows[0]))):
        mine["likely"] = 99
    assert_frame_equal(table.copy(), before)


def test_inputs_go_to_another_process_and_stay_read_only(inputs):
    other = pickle.loads(pickle.dumps(inputs))
    assert_same_tables(other, inputs)
    assert_same_draws(other, inputs)
    with pytest.raises(UsageError, match="read-only"):
        other.tables["contracts"]["likely"] = 1
