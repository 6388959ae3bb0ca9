"""The first steps of a user: the data are found from where one stands, and one who stands elsewhere is told where to go."""

import shutil
from pathlib import Path

import pytest

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from tests.decisions import library_decision, write_tables

ROOT = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_tables(tmp_path / "project/data/raw", library_decision(2))
    (tmp_path / "project/notebooks/own ideas/är").mkdir(parents=True)
    return tmp_path / "project"


def refusal(*folder: Path | str) -> str:
    """What `load` says when it refuses the folder."""
    with pytest.raises(EvidenceError) as refused:
        fvm.load(*folder)
    assert len(refused.value.faults) == 1
    return str(refused.value)


# Where the data are


@pytest.mark.parametrize("below", [".", "notebooks", "notebooks/own ideas/är", "data", "data/raw"])
@pytest.mark.parametrize("given", [(), ("data/raw",), (Path("data/raw/"),)])
def test_the_projects_data_are_found_from_anywhere_below_it(monkeypatch, project, below, given):
    monkeypatch.chdir(project / below)
    inputs = fvm.load(*given, as_of="2024-06-01")
    assert inputs.folder.resolve() == project / "data/raw"


def test_the_nearest_data_are_taken(monkeypatch, project):
    nearer = write_tables(project / "notebooks/data/raw", library_decision(3))
    monkeypatch.chdir(project / "notebooks/own ideas")
    assert fvm.load().folder.resolve() == nearer


def test_another_folder_is_taken_as_it_is_given(monkeypatch, project):
    monkeypatch.chdir(project / "notebooks")
    shutil.copytree(project / "data/raw", project / "others")
    assert fvm.load("../others").folder == Path("../others")
    assert str(project / "notebooks/others") in refusal("others")


@pytest.mark.parametrize("given", [(), ("data/raw",), ("elsewhere",), ("../no/such",)])
def test_the_absolute_path_that_was_tried_is_named(monkeypatch, tmp_path, given):
    monkeypatch.chdir(tmp_path)
    told = refusal(*given)
    assert str((tmp_path / (given or ("data/raw",))[0]).resolve()) in told
    assert "--data" in told and "fvmanalys init" in told


def test_the_folder_above_the_data_is_corrected(project):
    assert f"did you mean {project / 'data/raw'}?" in refusal(project)


@pytest.mark.parametrize("holds", [[], [".gitkeep"], ["README.md", "notes.docx"]])
def test_an_empty_folder_gets_one_sentence_and_not_a_fault_for_each_table(tmp_path, holds):
    for name in holds:
        (tmp_path / name).touch()
    told = refusal(tmp_path)
    assert str(tmp_path) in told and "--data" in told and "fvmanalys init" in told
