"""What nothing has changed for is not made again; whatever has changed, or is not as it was, is."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from fvmanalys.evidence.published import MANIFEST
from fvmanalys.run import folder as place
from fvmanalys.run import publish
from fvmanalys.run.log import Log
from fvmanalys.run.suite import Suite, read_suite
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
