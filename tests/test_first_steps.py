"""The first steps of a user: find the data, and look at the notebooks without changing what git holds."""

import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import nbformat
import pytest

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.run.lab import show_git
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


# Notebooks that are looked at


@pytest.fixture
def checkout(monkeypatch, tmp_path: Path) -> Path:
    """A repository with two of the notebooks, and the environment that make lab makes: one Python with nbstripout."""
    for role, what in product(("AUTHOR", "COMMITTER"), ("NAME", "EMAIL")):
        monkeypatch.setenv(f"GIT_{role}_{what}", "me@example.org")
    for place in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{place}", os.devnull)
    folder = tmp_path / "a checkout"
    (folder / "notebooks").mkdir(parents=True)
    for name in ("Makefile", ".gitattributes", ".gitignore", "notebooks/00_underlag.ipynb", "notebooks/08_beslutsbilaga.ipynb"):
        shutil.copy(ROOT / name, folder / name)
    for path in (folder / "notebooks").iterdir():
        notebook = nbformat.read(path, 4)
        strip(notebook)
        nbformat.write(notebook, path)
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        git(folder, *words)
    (folder / ".venv-lab/bin").mkdir(parents=True)
    python = folder / ".venv-lab/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder


def strip(notebook: nbformat.NotebookNode) -> None:
    """Take out what running has left in the notebooks that the test began with."""
    for cell in notebook.cells:
        cell.pop("outputs", None) if cell.cell_type == "markdown" else cell.update(outputs=[], execution_count=None)
        cell.metadata.pop("execution", None)
    notebook.metadata["language_info"] = {"name": "python"}


def git(folder: Path, *words: str) -> str:
    """What a git command prints, its warnings too."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def make_filter(folder: Path, **environment: str) -> int:
    """Do the part of make lab that sets up the filter."""
    make = str(shutil.which("make"))
    return subprocess.run([make, "filter"], cwd=folder, env=os.environ | environment, capture_output=True).returncode


def look_at(folder: Path) -> None:
    """Run and save every notebook as JupyterLab does."""
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, 4)
        for number, cell in enumerate(notebook.cells, 1):
            cell["id"] = f"{number:04x}-beef"
            if cell.cell_type == "code":
                cell.update(execution_count=number, outputs=[nbformat.v4.new_output("stream", text=f"{number}")])
                cell.metadata.update({"execution": {"iopub.status.idle": "2025-05-27"}, "collapsed": True, "scrolled": True})
        versions = {"version": "3.99.1", "codemirror_mode": {"name": "ipython", "version": 3}, "pygments_lexer": "ipython3"}
        files = {"file_extension": ".py", "mimetype": "text/x-python", "nbconvert_exporter": "python"}
        notebook.metadata["language_info"] = {"name": "python"} | versions | files
        nbformat.write(notebook, path)
        (path.parent / ".ipynb_checkpoints").mkdir(exist_ok=True)
        shutil.copy(path, path.parent / ".ipynb_checkpoints")
        show_git(os_path=str(path), model={}, contents_manager=None)


def test_notebooks_that_were_run_and_saved_are_unchanged_to_git(checkout):
    assert make_filter(checkout) == 0
    look_at(checkout)
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "diff") == ""


def test_an_edit_is_stored_without_what_jupyterlab_added(checkout):
    make_filter(checkout)
    look_at(checkout)
    path = checkout / "notebooks/08_beslutsbilaga.ipynb"
    path.write_text(path.read_text("utf-8").replace("draws = ", "draws = 1"), "utf-8")
    changed = [line for line in git(checkout, "diff", "--unified=0").splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")]
    assert len(changed) == 2 and all("draws" in line for line in changed)


def test_another_worktree_uses_the_same_filter(checkout, tmp_path):
    make_filter(checkout)
    git(checkout, "worktree", "add", "--quiet", str(tmp_path / "other"))
    look_at(tmp_path / "other")
    assert git(tmp_path / "other", "status", "--porcelain") == ""


def test_without_the_environment_git_still_works_and_says_nothing_of_it(checkout):
    make_filter(checkout)
    shutil.rmtree(checkout / ".venv-lab")
    look_at(checkout)
    assert git(checkout, "status", "--porcelain").split() == ["M", "notebooks/00_underlag.ipynb", "M", "notebooks/08_beslutsbilaga.ipynb"]
    assert git(checkout, "stash", "--quiet") == ""
    assert git(checkout, "status", "--porcelain") == ""


def test_a_clone_that_has_no_filter_works(checkout, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(checkout), str(clone))
    assert git(clone, "status", "--porcelain") == ""
    look_at(clone)
    assert git(clone, "commit", "--quiet", "--all", "--message", "Keep what came out") == ""


def test_the_filter_is_no_condition_for_jupyterlab(checkout, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    assert make_filter(checkout, PATH=str(tmp_path / "bin")) == 0
    shutil.rmtree(checkout / ".git")
    git(tmp_path, "init", "--quiet")
    assert make_filter(checkout) == 0
    assert "nbstripout" not in git(tmp_path, "config", "--list")
