"""The history: every published run in one table, a figure that says how the answer moved, and a file of either kind."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from fvmanalys import find, load
from fvmanalys.cli import main
from fvmanalys.errors import ModelError, UsageError
from fvmanalys.evidence.published import COLUMNS, by_day, read_history
from fvmanalys.report.charts import plot_history
from fvmanalys.report.sheets.history import write_history
from fvmanalys.report.words import Words
from fvmanalys.run.history import history_of, history_table, known_history, write_history_file
from tests.decisions import library_decision, write_tables
from tests.workbook_checks import faults, table_description_faults

WORDS = {lang: Words(lang) for lang in ("sv", "en")}
MILESTONES = """milestone_id,plan_version,name,planned_date,actual_date,own_programme,kind,source_id,known_from
roof,outcome,The roof leaks,,2024-03-02,no,fact,quote,2024-03-02
before,outcome,Long before,,2023-11-01,no,fact,quote,2023-11-01"""
DAYS = ("2024-03-01", "2024-03-08", "2024-03-15")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three published runs of another decision, without what the history does not read."""
    folder = tmp_path_factory.mktemp("history")
    data = write_tables(folder / "raw", library_decision(3) | {"milestones": MILESTONES})
    for day in DAYS:
        publish(folder, data, day)
    return folder


def publish(out: Path, data: Path, day: str, name: str = "0123456789", created: str = "08:00", **manifest: object) -> Path:
    """A run as it is published, as far as the history goes."""
    run = out / "runs" / f"{day}-{name}"
    (run / "tables").mkdir(parents=True)
    for table, frame in find(load(data, day), 64).tables().items():
        frame.to_csv(run / "tables" / f"{table}.csv", index=False)
    shutil.copytree(data, run / "raw")
    told = {"run_id": run.name, "as_of": day, "created": f"{day}T{created}:00+00:00", "answer": "P."} | manifest
    (run / "manifest.json").write_text(json.dumps(told))
    return run


def test_the_history_has_a_row_for_each_run_and_option(out):
    table = history_table(out)
    assert list(table.columns) == COLUMNS
    assert list(table["as_of"]) == [day for day in DAYS for _ in range(3)]
    assert set(table["option_name"]) == {"P", "Q", "R"}
    chances = table[table["permanent"]].groupby("as_of")["p_best"].sum()
    assert chances.to_numpy() == pytest.approx(1)
    assert (table.groupby("as_of")["best"].sum() == 1).all()
    assert set(table.loc[table["option"] == "p", "reference"]) == {True}


def test_what_happened_stands_at_the_first_run_that_knew_it(out):
    told = history_table(out).drop_duplicates("as_of").set_index("as_of")["events"]
    assert list(told) == ["", "2024-03-02 The roof leaks", ""]


def test_a_run_that_cannot_be_read_is_named_and_left_out(out, tmp_path):
    shutil.copytree(out / "runs", tmp_path / "runs")
    (tmp_path / "runs" / f"{DAYS[0]}-0123456789" / "manifest.json").write_text("no json")
    shutil.rmtree(tmp_path / "runs" / f"{DAYS[1]}-0123456789" / "tables")
    table, unread = history_of(tmp_path)
    assert set(table["as_of"]) == {DAYS[2]}
    assert unread == [f"{day}-0123456789" for day in DAYS[:2]]


def test_what_a_run_does_not_tell_is_missing_and_breaks_nothing(out, tmp_path):
    shutil.copytree(out / "runs", tmp_path / "runs")
    run = tmp_path / "runs" / f"{DAYS[2]}-0123456789"
    shutil.rmtree(run / "raw")
    shown = pd.read_csv(run / "tables" / "comparison.csv").astype(object)
    shown.loc[0, ["net_benefit", "p_best", "cost_p50"]] = "masked"
    shown.to_csv(run / "tables" / "comparison.csv", index=False)
    table = history_table(tmp_path)
    last = table[table["as_of"] == DAYS[2]]
    assert last[["net_benefit", "p_best"]].isna().all(axis=1).sum() == 1
    assert set(table["option_name"]) == {"P", "Q", "R"}
    assert plot_history(table, WORDS["sv"]) is not None


def test_of_several_runs_on_one_day_the_newest_counts(out, tmp_path):
    shutil.copytree(out / "runs", tmp_path / "runs")
    publish(tmp_path, out / "raw", DAYS[2], "ffffffffff", "07:00")
    publish(tmp_path, out / "raw", DAYS[2], "aaaaaaaaaa", "09:00")
    table = history_table(tmp_path)
    assert table["run_id"].nunique() == 5
    kept = by_day(table)
    assert kept.loc[kept["as_of"] == DAYS[2], "run_id"].unique().tolist() == [f"{DAYS[2]}-aaaaaaaaaa"]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_figure_says_how_the_leader_fared_and_what_happened(out, lang):
    picture = plot_history(history_table(out), WORDS[lang])
    assert picture is not None
    assert "The roof leaks" in picture.alt
    assert "Long before" not in picture.alt
    assert all(day in picture.title for day in (DAYS[0], DAYS[-1]))
    assert picture.svg == plot_history(history_table(out), WORDS[lang]).svg


def test_the_figure_needs_two_days_and_two_options(out):
    table = history_table(out)
    assert plot_history(table[table["as_of"] == DAYS[0]], WORDS["sv"]) is None
    assert plot_history(table[table["option"] == "p"], WORDS["sv"]) is None
    assert plot_history(read_history(""), WORDS["sv"]) is None


def test_a_history_read_again_gives_the_same_figure(out, tmp_path):
    table = history_table(out)
    table.to_csv(tmp_path / "history.csv", index=False)
    again = read_history(tmp_path / "history.csv")
    assert plot_history(again, WORDS["sv"]) == plot_history(table, WORDS["sv"])


def test_a_run_knows_itself_and_what_came_before_its_own_day(out):
    findings = find(load(out / "raw", DAYS[1]), 64)
    table = known_history(out, findings, "this-run", WORDS["en"])
    assert table.drop_duplicates("run_id")["run_id"].tolist() == [f"{DAYS[0]}-0123456789", "this-run"]
    assert set(table["created"]) == {""}
    own = table[table["run_id"] == "this-run"].set_index("option")["p_best"]
    pd.testing.assert_series_equal(own, findings.comparison.table["p_best"], check_names=False)


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_workbook_is_accessible_and_the_same_each_time(out, tmp_path, lang):
    for name in ("one.xlsx", "two.xlsx"):
        write_history(history_table(out), tmp_path / name, WORDS[lang])
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert faults(tmp_path / "one.xlsx") == []
    assert table_description_faults(tmp_path / "one.xlsx") == []


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["fvmanalys", "history", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("name", ["history.xlsx", "history.csv"])
def test_the_command_writes_the_file_that_its_ending_asks_for(monkeypatch, capsys, out, tmp_path, name):
    assert call(monkeypatch, "--runs", out, "--out", tmp_path / name) == 0
    assert "3 runs from 2024-03-01 to 2024-03-15" in capsys.readouterr().out
    assert (tmp_path / name).stat().st_size > 0


def test_the_command_refuses_another_ending_and_a_folder_without_runs(monkeypatch, capsys, out, tmp_path):
    assert call(monkeypatch, "--runs", out, "--out", tmp_path / "history.txt") == 2
    assert "name a file that ends in .xlsx or .csv" in capsys.readouterr().err
    assert call(monkeypatch, "--runs", tmp_path, "--out", tmp_path / "history.csv") == 2
    assert "holds no published run" in capsys.readouterr().err
    assert not (tmp_path / "history.csv").exists()


# A file that may not be written, and a run that may not be read


def hindered(folder: Path, how: str) -> tuple[Path, str]:
    """A file that a history cannot be written to, and what is said of it."""
    path = folder / "h.xlsx"
    if how == "folder":
        path.mkdir()
    elif how == "excel":
        path.with_name("~$h.xlsx").write_text("")
    elif how == "libreoffice":
        path.with_name(".~lock.h.xlsx#").write_text("")
    elif how == "loop":
        path.symlink_to("h.xlsx")
    return {"proc": Path("/proc/h.xlsx"), "below a file": folder / "a" / "h.xlsx"}.get(how, path), how


@pytest.mark.parametrize("how", ["folder", "excel", "libreoffice", "loop", "proc", "below a file"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path, monkeypatch, how):
    (tmp_path / "a").write_text("mine")
    path, _ = hindered(tmp_path, how)
    monkeypatch.setattr("fvmanalys.run.history.history_of", lambda *_: pytest.fail("the work was begun"))
    with pytest.raises(UsageError, match=r"h\.xlsx: (cannot be written|is open in Excel)"):
        write_history_file(tmp_path, path, "sv")
    assert not list(tmp_path.glob(".part-*"))


@pytest.mark.parametrize("name", ["h.xlsx", "h.csv"])
def test_a_history_that_fails_leaves_the_former_file_as_it_was(out, tmp_path, monkeypatch, name):
    (tmp_path / name).write_text("mine")
    for part in ("tidy_csv", "joined"):
        monkeypatch.setattr(f"fvmanalys.run.history.{part}", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(UsageError, match="cannot be written"):
        write_history_file(out, tmp_path / name, "sv")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize("fault", [KeyError("ours"), ValueError("ours"), ModelError("ours")])
def test_a_fault_of_our_own_is_not_taken_for_a_run_that_cannot_be_read(out, monkeypatch, fault):
    monkeypatch.setattr("fvmanalys.run.history.run_rows", lambda *_: (_ for _ in ()).throw(fault))
    with pytest.raises(type(fault), match="ours"):
        history_of(out)


@pytest.mark.parametrize("text", ["", "a\n1\n", "option\n", '"', "\x00\xff"])
def test_a_damaged_table_makes_a_run_that_cannot_be_read(out, tmp_path, text):
    shutil.copytree(out / "runs", tmp_path / "runs")
    name = f"{DAYS[1]}-0123456789"
    (tmp_path / "runs" / name / "tables" / "comparison.csv").write_bytes(text.encode("latin-1"))
    assert history_of(tmp_path)[1] == [name]
