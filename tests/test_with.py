"""`inputs.with_` changes numbers, rows, options and risks by the rules of the files; what was changed can be saved."""

import json
from dataclasses import replace

import pytest
from pandas.testing import assert_frame_equal

import fvmanalys as fvm
from fvmanalys.analysis.kept import key_of
from fvmanalys.analysis.mixtures import Mixture
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence.changing import MADE_WITH, Change, changes_text, read_changes
from fvmanalys.evidence.write import raw_texts
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.answer import made_with
from fvmanalys.run.suite import read_suite
from fvmanalys.run.verify import verify
from tests.decisions import library_decision, write_tables
from tests.soak.child import brief_runs
from tests.test_changed_inputs import DRAWS, FEE, assert_same_draws, write_decision
from tests.test_cli import call, suite


@pytest.fixture
def data(tmp_path):
    return write_tables(tmp_path / "raw", library_decision(3))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return fvm.load(write_decision(tmp_path_factory.mktemp("decision") / "raw"))


CHANGES = {
    "a number": {"what": FEE, "value": 3},
    "a range": {"what": FEE, "low": 2, "likely": 3, "high": 5},
    "a shift": {"what": FEE, "add": 0.5},
    "a pattern": {"what": "contracts/*", "times": 1.25},
    "several": {"what": [FEE, "levels/a/*"], "times": 0.5},
    "weights": {"what": {"areas/x": 50, "areas/y": 10}},
    "a bundle": {"what": "bundle/a/duration/", "times": 2},
    "a second quantity": {"what": "signals/a/gate/false_alarm", "value": 0.2},
    "a row": {"rows": {"contracts": [{"option_id": "b", "item_id": "more", "category": "c", "basis": "once", "likely": 7}]}},
    "a row again": {"rows": {"contracts": [{"option_id": "a", "item_id": "fee", "basis": "total", "to_event": "done"}]}},
    "a variant": {"rows": {"options": [{"option_id": "b2", "name": "B2", "variant_of": "b", "full_use_event": "done"}]}},
    "no row": {"what": "investigations/look", "drop": True},
    "no risk": {"what": "risks/a/fails", "drop": True},
    "no option": {"what": "options/b", "drop": True},
    "a choice": {"rows": {"options": [{"option_id": "ab", "name": "AB", "choose_among": "a;b", "choose_at": "decided"}]}},
    "no area": {"what": "areas/y", "drop": True},
}  # fmt: skip


@pytest.mark.parametrize("given", CHANGES.values(), ids=CHANGES)
def test_a_change_read_from_a_file_or_kept_with_a_run_is_the_same_change(inputs, given, tmp_path):
    changed = inputs.with_(**given, why="Because — “so” it is", owner="us")
    assert changed.steps[0].why in set(changed.changes["why"])
    assert inputs.steps == () and len(inputs.changes) == 0
    [path] = changed.save_changes(tmp_path / "changes.toml")
    [step] = read_changes(path)
    again = inputs.with_change(step)
    assert_frame_equal(again.changes, changed.changes)
    for name, text in raw_texts(changed).items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / MADE_WITH).write_text(changes_text(changed.steps), "utf-8")
    kept = fvm.load(tmp_path, inputs.as_of)
    assert kept.steps == changed.steps
    assert key_of(kept, 1, 1) == key_of(changed, 1, 1)
    for other in (again, kept):
        assert_same_draws(other, changed)


@pytest.mark.parametrize("given", [CHANGES[name] for name in ("a range", "a pattern", "weights", "a row", "a second quantity")])
def test_changes_written_into_raw_tables_supersede_from_a_day_on(inputs, given, tmp_path):
    folder = write_decision(tmp_path / "raw")
    changed = inputs.with_(**given, why="New offer")
    changed.save_changes(folder, owner="The analyst", known_from="2024-02-01")
    later = fvm.load(folder, "2024-02-01")
    assert_same_draws(fvm.load(folder, inputs.as_of), inputs)
    for name in changed.estimates["id"]:
        columns = ["low", "likely", "high", "distribution"]
        one, other = (some.estimates.set_index("id").loc[name, columns].tolist() for some in (changed, later))
        assert str(one) == str(other)
    rows = later.estimates[later.estimates["note"] == "New offer"]
    assert len(rows) > 0 and set(rows["owner"]) == {"The analyst"} and set(rows["kind"]) == {"assumption"}


def test_a_withdrawn_row_is_written_as_one_that_says_nothing(inputs, tmp_path):
    folder = write_decision(tmp_path / "raw")
    more = {"option_id": "b", "item_id": "more", "category": "c", "basis": "once", "likely": 7}
    changed = inputs.with_(rows={"contracts": [more]}).with_("contracts/b/build", drop=True)
    changed.with_(FEE, times=2).with_(FEE, times=2).save_changes(folder, known_from="2024-02-01")
    later = fvm.load(folder, "2024-02-01")
    assert "contracts/b/build" not in set(later.estimates["id"])
    assert later.estimates.set_index("id").loc[FEE, "likely"] == 8
    with pytest.raises(UsageError, match="options/b: no later row can withdraw a row of options; take it out of the file"):
        inputs.with_("options/b", drop=True).save_changes(folder)


def test_nothing_is_written_where_a_rule_would_break(inputs, tmp_path):
    folder = write_decision(tmp_path / "raw")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(EvidenceError, match="stands twice"):
        inputs.with_(FEE, value=3).save_changes(folder, known_from="2023-01-01")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_changed_becomes_an_assumption_and_what_was_stays_known(inputs):
    changed = inputs.with_(FEE, add=1, why="Dearer")
    row = changed.estimates.set_index("id").loc[FEE]
    assert (row["kind"], row["owner"], row["note"], row["known_from"]) == ("assumption", "O", "Dearer", inputs.as_of)
    assert changed.history["contracts"]["likely"].tolist() == [2, 3, 8]
    assert changed.changes.to_dict("records") == [
        {"id": FEE, "what": "changed", "before": "low 1; likely 2; high 4", "after": "low 2; likely 3; high 5", "why": "Dearer"}
    ]


def test_what_is_nothing_without_a_dropped_row_goes_with_it(inputs):
    gone = inputs.with_("risks/a/fails", drop=True)
    assert [one for one in gone.places if one.startswith(("risks", "signals"))] == []
    assert [row["when"] for row in gone.records["timeline"] if row["event_id"] == "done"] == ["", ""]
    alone = inputs.with_("options/b", drop=True)
    assert [one for one in alone.places if "b" in one.split("/")[1:2]] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"what": FEE}, f"{FEE}: give value=, or any of"),
        ({"what": FEE, "value": 1, "drop": True}, "and only one of these ways"),
        ({"what": {FEE: 1}, "times": 2}, "and only one of these ways"),
        ({"what": FEE, "tims": 2}, r"tims= is unknown; did you mean 'times'\?"),
        ({"what": FEE, "add": "2"}, "add='2' is not a number"),
        ({"what": "contracts/a/fees", "value": 1}, r"no estimate 'contracts/a/fees'; did you mean 'contracts/a/fee'\?"),
        ({"what": "bundle/b/staffing/x", "times": 1}, "no estimate 'bundle/b/staffing/x'"),
        ({"what": "options/b", "value": 1}, "no estimate 'options/b'"),
        ({"rows": {"contract": [{}]}}, r"no table 'contract'; did you mean 'contracts'\?"),
        ({"rows": {"contracts": [{"option_id": "a", "item": 1}]}}, r"contracts/a/: item: column 'item' is unknown; did you mean 'item_id'\?"),
        ({"rows": {"contracts": [{"option_id": "a"}]}}, "contracts/a/: item_id: is missing"),
        ({"what": FEE, "low": 9}, "contracts/a/fee: low: .*9"),
        ({"what": "options/a", "drop": True}, "reference"),
    ],
)
def test_a_change_that_cannot_be_made_is_told(inputs, given, told):
    with pytest.raises(UsageError, match=told):
        inputs.with_(**given)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds nothing; write each change under"),
        ("[[chang]]", r"holds \['chang'\]"),
        ("[[change]]\nids = 3", "change.1.ids: .*correct 3"),
        ("[[change]]\nids = 'a'\nfactor = 3", "change.1.factor: no such setting; there are add, distribution"),
        ("[[change]]\nids = 'a'\ntimes = 'x'", "change.1.times: .*number.*correct 'x'"),
        ("[[change", "is not TOML"),
    ],
)
def test_a_file_of_changes_that_holds_something_else_is_told(tmp_path, text, told):
    path = tmp_path / "c.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=told):
        read_changes(path)
    assert read_changes_of([Change(("a",), why='a "b" \\ \n\t\x7f å'), Change(rows={"t": [{"d": 1.5, "e": "x"}]})], path)


def read_changes_of(changes, path):
    path.write_text(changes_text(changes), "utf-8")
    return read_changes(path) == changes


def test_a_run_with_changes_says_so_is_verified_and_is_no_former_run(monkeypatch, capsys, data, tmp_path):
    brief_runs(monkeypatch.setattr)
    config, out = suite(tmp_path / "suite", "1"), tmp_path / "out"
    changes = tmp_path / "c.toml"
    changes.write_text("[[change]]\nids = 'contracts/p/build'\ntimes = 3\nwhy = 'Dear stone'\n", "utf-8")
    run = ("run", "--data", data, "--out", out, "--config", config, "--lang", "en")
    assert call(monkeypatch, capsys, *run, "--changes", changes)[0] == 0
    first = (out / "latest").resolve()
    assert "contracts/p/build" in (first / "raw" / MADE_WITH).read_text("utf-8")
    assert "Dear stone" in (first / "tables" / "estimates.csv").read_text("utf-8")
    assert made_with(Edition(fvm.find(fvm.load(first / "raw"), 8), "en")) == [
        "A trial: calculated with changes that are not in the evidence (Dear stone)."
    ]
    assert verify(first, read_suite(config)).holds
    assert call(monkeypatch, capsys, *run)[0] == 0
    second = (out / "latest").resolve()
    assert second != first and json.loads((second / "manifest.json").read_text("utf-8"))["former"] is None


def test_a_run_whose_changes_cannot_be_made_names_each_and_writes_nothing(monkeypatch, capsys, data, tmp_path):
    changes = tmp_path / "c.toml"
    changes.write_text("[[change]]\nids = 'contracts/p/built'\ntimes = 3\n[[change]]\nids = 'levels/p/care//open'\nlow = 90\n", "utf-8")
    run = ("run", "--data", data, "--out", tmp_path / "out", "--config", suite(tmp_path / "suite", "1"), "--changes", changes)
    code, _, err = call(monkeypatch, capsys, *run)
    assert (code, (tmp_path / "out").exists()) == (2, False)
    assert "change.1: no estimate 'contracts/p/built'" in err and "change.2: " in err and "levels/p/care//open: low: " in err
    code, _, err = call(monkeypatch, capsys, *run, "--public")
    assert code == 2 and "give one of them" in err


def test_two_analysts_numbers_are_told_apart_and_their_parts_sum_to_the_difference(inputs):
    other = inputs.with_(FEE, add=1, owner="Ada").with_({"areas/x": 90}, owner="Bo").with_("levels/b/*", times=1.2, owner="Bo")
    found = fvm.compare_inputs(inputs, other, draws=DRAWS)
    assert dict(zip(found.rows["key"], found.rows["owner_after"], strict=True)) == {
        "x": "Bo", "a/fee": "Ada", "b/x": "Bo", "b/y/near": "Bo", "b/y/far": "Bo",
    }  # fmt: skip
    assert set(found.rows["owner_before"]) == {"analysts"}
    moved = found.second.table["net_benefit"] - found.first.table["net_benefit"]
    assert found.parts[["a", "b"]].sum().to_numpy() == pytest.approx(moved.to_numpy(), abs=1e-9)
    leader, rival = found.first.best, found.first.runner_up
    assert found.parts["lead"].sum() == pytest.approx(moved[leader] - moved[rival])
    assert found.parts.loc["levels/b", "b"] > 0 > found.parts.loc["contracts/a", "lead" if leader == "a" else "a"] - 1e-12
    assert fvm.compare_inputs(inputs, inputs, draws=8).parts.empty


def test_what_two_analysts_differ_over_is_divided_row_by_row_where_asked(inputs):
    ada = inputs.with_(FEE, add=1, owner="Ada").with_("levels/b/x//", value=40, owner="Ada")
    bo = inputs.with_("levels/b/*", times=1.2, owner="Bo").with_({"areas/x": 90, "parameters/value_per_point": 3}, owner="Bo")
    found = fvm.compare_inputs(ada, bo, draws=DRAWS, by="row")
    assert set(found.parts.index) == {"contracts/a/fee", "levels/b/x", "levels/b/y/near", "levels/b/y/far", "areas/x", "parameters/value_per_point"}
    assert set(found.rows["group"]) == set(found.parts.index)
    moved = found.second.table["net_benefit"] - found.first.table["net_benefit"]
    assert found.parts[["a", "b"]].sum().to_numpy() == pytest.approx(moved.to_numpy(), abs=1e-9)
    together = fvm.compare_inputs(ada, bo, draws=DRAWS)
    assert set(together.parts.index) == {"contracts/a", "levels/b", "areas", "parameters"}
    alone = fvm.compare_inputs(inputs, inputs.with_(FEE, add=1), draws=DRAWS)
    moved = alone.second.table["net_benefit"] - alone.first.table["net_benefit"]
    assert alone.parts.loc["contracts/a", ["a", "b"]].to_numpy() == pytest.approx(moved.to_numpy())
    assert "levels/b/y/near" in found._repr_html_() and "Bo" in found._repr_html_()
    assert repr(found).startswith("Opinions(best: ") and "most of it by: " in repr(found)
    with pytest.raises(UsageError, match="by 'rows' is no way to divide a difference; use option or row"):
        fvm.compare_inputs(ada, bo, by="rows")


def test_rows_whose_order_counts_and_differs_are_one_part(inputs):
    turned = replace(inputs, tables={**inputs.tables, "levels": inputs.tables["levels"].iloc[::-1]})
    assert [group.name for group in Mixture(inputs, turned, by_row=True).groups()] == ["levels/a", "levels/b"]
