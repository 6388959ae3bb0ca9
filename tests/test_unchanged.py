"""What nothing has changed for is not made again; whatever has changed, or is not as it was, is."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.run import build, publish
from fvmanalys.run import folder as place
from fvmanalys.run.log import Log
from fvmanalys.run.source import read_notebook
from fvmanalys.run.suite import Outcome, Suite, read_suite
from tests.decisions import library_decision, write_tables
from tests.soak.child import short_runs
from tests.soak.ground import write_suite


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    short_runs(monkeypatch.setattr)
    return read_suite(write_suite(tmp_path / "suite", "1"))


@pytest.fixture
def again(tmp_path, monkeypatch, suite):
    """Make the first run, and a way to ask for it again that gives whether it was made again."""
    data, out, made = write_tables(tmp_path / "raw", library_decision(2)), tmp_path / "out", []
    monkeypatch.setattr(publish, "build", lambda *facts, make=publish.build: made.append(facts) or make(*facts))

    def run(suite=suite, **asked):
        made.clear()
        return publish.run(data, out, suite, **{"fresh": False} | asked), bool(made)

    run.first, begun = run()
    assert begun
    return run


def test_a_run_that_nothing_has_changed_for_is_taken_over_as_it_is(again, suite):
    before = {path: path.read_bytes() for path in again.first.path.rglob("*") if path.is_file()}
    said = []
    (again.first.path.parents[1] / "latest").unlink()
    run, made = again(log=Log(said.append))
    assert not made and (run.path, run.digest, " ".join(run.answer)) == (again.first.path, again.first.digest, " ".join(again.first.answer))
    assert place.latest(run.path.parents[1]) == run.path.resolve()
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    assert any("nothing has changed since it was made; taken over: one.ipynb" in line for line in said)


def change_a_table(tmp_path, run):
    table = tmp_path / "raw/contracts.csv"
    table.write_bytes(table.read_bytes().replace(b"assumption", b"judgement", 1))


CHANGES = {
    "it is asked for afresh": lambda tmp_path, run: {"fresh": True},
    "a table": change_a_table,
    "the notebook": lambda tmp_path, run: write_suite(tmp_path / "suite", "2"),
    "data beside the notebook": lambda tmp_path, run: (tmp_path / "suite/own.csv").write_text("1"),
    "a published file": lambda tmp_path, run: (run / "answer.txt").write_text("other"),
    "a file too many": lambda tmp_path, run: (run / "tables/other.csv").write_text("1"),
    "a file too few": lambda tmp_path, run: next((run / "raw").iterdir()).unlink(),
    "the manifest": lambda tmp_path, run: (run / MANIFEST).write_text((run / MANIFEST).read_text() + " "),
    "the record": lambda tmp_path, run: (run.parents[1] / place.MADE).write_bytes(b"\xff{"),
    "the record, of another shape": lambda tmp_path, run: (run.parents[1] / place.MADE).write_text("[1]"),
    "no record": lambda tmp_path, run: (run.parents[1] / place.MADE).unlink(),
    "a signature": lambda tmp_path, run: (run / "manifest.sig").write_text("00\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_is_made_again_and_then_taken_over(again, tmp_path, what):
    asked = CHANGES[what](tmp_path, again.first.path)
    assert again(**asked if isinstance(asked, dict) else {})[1]
    assert not again()[1]


@pytest.mark.parametrize("change", [{"draws": 65}, {"seed": 2}, {"lang": "en"}])
def test_other_parameters_are_another_run(again, suite, change):
    run, made = again(replace(suite, **change))
    assert made and run.path != again.first.path
    assert [again()[1], again(replace(suite, **change))[1]] == [False, False]


def test_the_run_that_changes_are_told_from_counts(again, suite):
    assert [again(replace(suite, seed=2))[1] for _ in range(2)] == [True, False]
    (again.first.path / "answer.txt").write_text("other")
    assert again(replace(suite, seed=2))[1]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_the_record_is_for_its_owner_alone_and_forgets_runs_that_are_gone(again, suite):
    record = again.first.path.parents[1] / place.MADE
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    place.remove(again.first.path)
    again(replace(suite, seed=2))
    assert again.first.path.name not in record.read_text()


@pytest.fixture
def several(tmp_path, monkeypatch):
    """Run a suite of notebooks, given by their cells, and say which were executed."""
    executed = []
    short_runs(monkeypatch.setattr)

    def execute(jobs, folder, limits, workers, hear, *_):
        for job in jobs:
            executed.append(job.name)
            (folder / job.name).write_text(f"{job.name} {read_notebook(job.notebook).cells[-1].source} {job.parameters['draws']}")
            hear(Outcome(folder / job.name, 1.0))

    monkeypatch.setattr(build, "run_suite", execute)
    data = write_tables(tmp_path / "raw", library_decision(2))

    def run(out="out", draws=64, said=None, public=False, **cells):
        config, place_of = tmp_path / "asked.toml", tmp_path / "suite"
        for name, source in cells.items():
            write_suite(place_of, source).unlink()
            (place_of / "one.ipynb").rename(place_of / f"{name}.ipynb")
        config.write_text(f"draws = {draws}\n" + "".join(f'[[notebooks]]\npath = "suite/{name}.ipynb"\n' for name in cells))
        executed.clear()
        made = publish.run(data, tmp_path / out, read_suite(config), fresh=False, public=public, log=Log(said))
        return made.path, sorted(executed)

    return run


def test_only_a_notebook_of_which_something_has_changed_is_executed(several):
    said = []
    first, executed = several(a="1", b="2", c="3")
    assert executed == ["a.ipynb", "b.ipynb", "c.ipynb"]
    second, executed = several(a="1", b="4", c="3", said=said.append)
    assert executed == ["b.ipynb"] and second != first
    assert any("taken over: a.ipynb, c.ipynb" in line for line in said)
    assert several(a="1")[1] == several(c="3", b="4")[1] == []
    assert several(a="1", b="4", c="3", draws=65)[1] == ["a.ipynb", "b.ipynb", "c.ipynb"]
    fresh, executed = several(a="1", b="4", c="3", out="elsewhere")
    assert executed == ["a.ipynb", "b.ipynb", "c.ipynb"]
    files = {path.relative_to(second): path.read_bytes() for path in second.rglob("*") if path.is_file() and path.name not in ("manifest.json", "log.jsonl")}
    assert all((fresh / name).read_bytes() == content for name, content in files.items())
    assert read_manifest(fresh)["outputs"] == read_manifest(second)["outputs"] and read_manifest(fresh)["seconds"].keys() == read_manifest(second)["seconds"].keys()


HARMS = {
    "the executed notebook": lambda run: (run / "notebooks/a.ipynb").write_text("another"),
    "the executed notebook is gone": lambda run: (run / "notebooks/a.ipynb").unlink(),
    "a file beside it": lambda run: (run.parents[2] / "suite/own.csv").write_text("1"),
    "a table": lambda run: change_a_table(run.parents[2], run),
    "the record": lambda run: (run.parents[1] / place.MADE).write_text(json.dumps({run.name: ["x", "y", {"a.ipynb": 3}]})),
}


@pytest.mark.parametrize("what", HARMS)
def test_a_notebook_is_executed_where_anything_is_not_as_it_was(several, what):
    run, _ = several(a="1")
    HARMS[what](run)
    assert several(a="1", b="2")[1] == ["a.ipynb", "b.ipynb"]
