"""What a run has found is found once: its notebooks take it over, and nothing else ever is."""

import errno
import hashlib
import json
import os
import pickle
import stat
import sys

import nbformat
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis import findings as module
from fvmanalys.analysis.kept import ASKED, WHERE, cached, kept_for
from fvmanalys.evidence import inputs as loading
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.report import charts, figure
from fvmanalys.report.edition import Edition
from fvmanalys.run.suite import Job, run_suite
from tests.test_suite import write_notebook
from tests.tiny import tiny, write_tiny

DECISION = {
    "options": {"a": {}, "b": {"permanent": "yes"}, "c": {"permanent": "yes"}},
    "contracts": [{"option_id": name, "item_id": "fee", "category": "k", "basis": "per_year", "is": (1, 2, 4)} for name in "abc"],
    "levels": [{"option_id": name, "area_id": "x", "is": (place, 30, 60)} for place, name in enumerate("abc")],
}


@pytest.fixture(scope="module")
def inputs():
    return tiny(**DECISION)


@pytest.fixture(scope="module")
def found(inputs):
    findings = fvm.find(inputs, 64, 3)
    findings.tables()
    return findings


@pytest.fixture
def kept(found, tmp_path, monkeypatch):
    for name, value in found.keep(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path / "kept"


@pytest.fixture
def simulated(monkeypatch):
    """How often a model has been simulated."""
    calls = []
    monkeypatch.setattr(module, "simulate", lambda *asked: calls.append(asked) or fvm.simulate(*asked))
    return calls


def equal(one, other):
    assert list(one.tables()) == list(other.tables())
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, other.tables()[name], check_exact=True)


def test_what_was_found_from_the_same_inputs_is_taken_over_to_the_last_digit(found, kept, simulated):
    again = fvm.find(tiny(**DECISION), 64, 3)
    assert not simulated
    equal(again, found)
    assert again.simulation.draws_of("contracts/a/fee").tolist() == found.simulation.draws_of("contracts/a/fee").tolist()


@pytest.mark.parametrize("draws, seed, parameters", [(65, 3, {}), (64, 4, {}), (64, 3, {"value_per_point": 2})])
def test_what_was_found_from_anything_else_is_found_anew(kept, simulated, draws, seed, parameters):
    fvm.find(tiny(**DECISION, parameters=parameters), draws, seed)
    assert len(simulated) == 1


def test_a_row_that_was_only_known_once_counts_as_well(kept, simulated, tmp_path):
    (tmp_path / "data").mkdir()
    earlier = {"option_id": "b", "item_id": "fee", "category": "k", "basis": "per_year", "is": 9, "known_from": "2022-01-01"}
    write_tiny(tmp_path / "data", **DECISION | {"contracts": [*DECISION["contracts"], earlier]})
    fvm.find(fvm.load(tmp_path / "data"), 64, 3)
    assert len(simulated) == 1


@pytest.mark.parametrize("harm", [lambda raw: raw[:-1], lambda raw: raw[: len(raw) // 2] + b"x" + raw[len(raw) // 2 + 1 :], lambda raw: b""])
def test_what_is_damaged_is_found_anew(found, kept, simulated, harm):
    kept.write_bytes(harm(kept.read_bytes()))
    assert fvm.find(tiny(**DECISION), 64, 3).comparison.table.equals(found.comparison.table)
    assert len(simulated) == 1


def test_what_somebody_else_put_there_is_never_opened(kept, simulated, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    kept.write_bytes(pickle.dumps(Trap()))
    fvm.find(tiny(**DECISION), 64, 3)
    assert not (tmp_path / "sprung").exists()
    assert len(simulated) == 1


def test_who_asks_for_no_former_run_takes_over_all_that_does_not_tell_of_it(inputs, found, tmp_path, monkeypatch, simulated):
    former = PublishedRun(tmp_path, {"run_id": "2023-01-01-0123456789", "as_of": "2023-01-01"})
    findings = fvm.find(inputs, 64, 3, former)
    told = {picture.name for picture in charts.figures(Edition(findings), hand_over=True)}
    assert findings.changes.reason == "unreadable"
    monkeypatch.setenv(WHERE, findings.keep(tmp_path)[WHERE])
    simulated.clear()
    alone, beside = fvm.find(tiny(**DECISION), 64, 3), fvm.find(tiny(**DECISION), 64, 3, former)
    assert not simulated
    equal(alone, found)
    assert (alone.changes.reason, alone.news.since) == (found.changes.reason, found.news.since)
    assert {name for name, _ in beside.drawn} - {name for name, _ in alone.drawn} == {"plot_changes"} and "areas" in told


def test_what_is_gone_is_found_anew(kept, simulated):
    kept.unlink()
    fvm.find(tiny(**DECISION), 64, 3)
    assert len(simulated) == 1


def test_where_it_cannot_be_kept_the_run_goes_on_without(found, tmp_path, monkeypatch):
    def full(number, _):
        os.close(number)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("builtins.open", full)
    assert found.keep(tmp_path) == {}
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())


def test_nothing_is_kept_over_what_lies_there_already(found, kept, tmp_path):
    before = kept.read_bytes()
    assert found.keep(tmp_path) == {}
    assert kept.read_bytes() == before


def test_a_figure_that_the_run_has_drawn_is_handed_over_and_no_other(tmp_path, monkeypatch):
    findings = fvm.find(tiny(**DECISION), 64, 3)
    ours = {picture.name: picture for picture in charts.figures(Edition(findings), hand_over=True)}
    for name, value in findings.keep(tmp_path).items():
        monkeypatch.setenv(name, value)
    theirs, draws = fvm.find(tiny(**DECISION), 64, 3), []
    finish = figure.Drawing.finish
    monkeypatch.setattr(figure.Drawing, "finish", lambda *facts: draws.append(facts[1]) or finish(*facts))
    assert charts.plot_areas(Edition(theirs)) == ours["areas"] and charts.plot_tornado(Edition(theirs)) == ours["tornado"]
    assert not draws
    charts.plot_areas(Edition(theirs, "en")), charts.plot_areas(Edition(theirs), "x"), charts.plot_areas(Edition(fvm.find(tiny(**DECISION), 65, 3)))
    assert draws == ["areas", "areas-x", "areas"]


def test_what_one_reader_changes_no_other_sees(found, kept):
    first, second = (fvm.find(tiny(**DECISION), 64, 3) for _ in range(2))
    first.simulation.cost.iloc[:] = 0.0
    first.measures.iloc[:, 1:] = 0.0
    equal(second, found)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_nobody_else_may_read_it(kept):
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_its_hash_comes_from_who_kept_it(kept):
    assert os.environ[WHERE].split(" ")[0] == hashlib.sha256(kept.read_bytes()).hexdigest()


def test_only_data_is_kept(found, inputs):
    assert {"samples"}.isdisjoint(cached(found.simulation)) and "events" in cached(found.simulation)
    assert {"columns", "fits", "studies"}.isdisjoint(cached(found.knowledge)) and "estimates" in cached(found.knowledge)
    assert "by_view" not in cached(found) and "views" in cached(found)


def test_without_a_run_nothing_is_looked_for(inputs, monkeypatch):
    monkeypatch.delenv(WHERE, raising=False)
    assert kept_for(inputs, 64, 3, None) is None


def test_a_notebook_is_told_what_its_own_run_kept_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv(WHERE, "from another run")
    told, folders = f"import os; print('told', os.environ.get({WHERE!r}))", []
    path = write_notebook(tmp_path, told)
    job = Job(path, path.name)
    run_suite([job], tmp_path / "with", keep=lambda folder: folders.append((folder, folder.stat())) or {WHERE: "from this run"})
    run_suite([job], tmp_path / "without")
    assert "told from this run" in (tmp_path / "with" / path.name).read_text("utf-8")
    assert "told None" in (tmp_path / "without" / path.name).read_text("utf-8")
    [(folder, known)] = folders
    assert not folder.exists()
    assert os.name != "posix" or stat.S_IMODE(known.st_mode) == 0o700


TAKING_OVER = """
from fvmanalys import find, load
from fvmanalys.analysis import findings as module
found = []
module.simulate = lambda *asked: found.append(asked)
inputs = load({data!r}, "2024-01-01")
first, again = find(inputs, 64, 3), find(inputs, 64, 3)
print("told", first.inputs is inputs, first.comparison is not again.comparison, first.simulation.cost.sum().sum(), found)
first.simulation.cost.iloc[:] = 0.0
first.comparison.table["cost_mean"] = 0.0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_kernels_forked_from_one_that_has_read_what_was_found_change_nothing_for_one_another(found, tmp_path):
    data = tmp_path / "raw"
    data.mkdir()
    write_tiny(data, **DECISION)
    path = write_notebook(tmp_path, TAKING_OVER.format(data=str(data)))
    asked = {ASKED: json.dumps([str(data), "2024-01-01", 64, 3])}
    outcomes = run_suite([Job(path, f"{number}.ipynb") for number in range(3)], tmp_path / "out", keep=lambda folder: found.keep(folder) | asked)
    told = [nbformat.read(outcome.path, 4).cells[1].outputs[0].text for outcome in outcomes]
    assert told == [f"told True True {found.simulation.cost.sum().sum()} []\n"] * 3


def test_tables_that_were_read_ahead_are_read_again_where_a_file_is_not_what_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "AHEAD", {})
    write_tiny(tmp_path, **DECISION)
    ahead = loading.load_ahead(tmp_path, "2024-01-01")
    assert fvm.load(tmp_path, "2024-01-01") is ahead and fvm.load(tmp_path) is not ahead
    contracts = tmp_path / "contracts.csv"
    contracts.write_text(contracts.read_text("utf-8").replace("fee", "fie"), "utf-8")
    assert "contracts/a/fie" in set(fvm.load(tmp_path, "2024-01-01").estimates["id"])
