"""The first steps of a user: find the data, look at the notebooks without changing what git holds, begin a decision."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from itertools import product
from pathlib import Path

import nbformat
import pytest

import fvmanalys as fvm
from fvmanalys.cli import main
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence import worth_a_look
from fvmanalys.evidence.public import check_public
from fvmanalys.evidence.tables import TABLES, text_columns
from fvmanalys.run.chain import SAME
from fvmanalys.run.lab import show_git
from fvmanalys.run.record import code_hash, sha256
from fvmanalys.run.start import EXAMPLE, READ_ME, lay_out
from fvmanalys.run.suite import read_suite, shipped, suite_at_hand
from tests.conftest import BRIEF
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


# A decision of one's own


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("begun") / "vårt beslut"
    lay_out(folder)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", TABLES)
def test_every_table_that_is_declared_has_an_example_that_is_explained(table):
    """Whoever declares a table gives it rows in fvmanalys/run/example, and a paragraph in read_me.txt there."""
    assert rows(EXAMPLE / f"{table}.csv")
    assert re.search(rf"^{table} +\w", (EXAMPLE / "read_me.txt").read_text("utf-8"), re.MULTILINE)


def test_no_example_is_left_of_a_table_that_is_gone():
    assert {path.stem for path in EXAMPLE.glob("*.csv")} == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_every_text_of_the_example_that_readers_see_has_its_english(table):
    ids = ("moves_with", "when", "resolves", "categories", "plan_version", "part_of", "version", "register_number", "url", "from", "to")
    for row in rows(EXAMPLE / f"{table}.csv"):
        lacking = [name for name in set(text_columns(table)) & set(row) - set(ids) if row[name] and name != "confidential" and not row.get(f"{name}_en")]
        assert lacking == []


def test_the_example_has_a_risk_that_a_when_asks_for_and_a_stand_in_for_a_secret():
    risks = {row["risk_id"] for row in rows(EXAMPLE / "risks.csv")}
    asked = {row["when"].removeprefix("!") for name in ("timeline", "contracts", "levels") for row in rows(EXAMPLE / f"{name}.csv")}
    assert risks == asked - {""}
    assert any(row["public_likely"] for row in rows(EXAMPLE / "contracts.csv"))


def test_what_is_laid_out_passes_check_in_secret_and_in_public(begun):
    inputs = fvm.load(begun / "data/raw")
    assert worth_a_look(inputs) == []
    assert check_public(begun / "data/raw")[1] == []
    assert all(inputs.has(name) for name in TABLES)


def test_workbooks_hold_the_same_as_the_csv_files(begun, tmp_path):
    lay_out(tmp_path / "x", xlsx=True)
    assert {path.suffix for path in (tmp_path / "x/data/raw").iterdir()} == {".xlsx"}
    written, read = (fvm.load(folder / "data/raw") for folder in (begun, tmp_path / "x"))
    places = ["_file", "_row"]
    for name in TABLES:
        assert read.tables[name].drop(columns=places).equals(written.tables[name].drop(columns=places)), name


def test_notebooks_are_laid_out_without_what_came_out_of_them(monkeypatch, checkout, tmp_path):
    shutil.copytree(ROOT / "docs", checkout / "docs")
    look_at(checkout)
    (checkout / "suite.toml").write_text('[[notebooks]]\npath = "notebooks/08_beslutsbilaga.ipynb"\n')
    monkeypatch.setattr("fvmanalys.run.start.shipped", lambda name: checkout / name)
    lay_out(tmp_path / "x")
    copied = sorted((tmp_path / "x/notebooks").glob("*.ipynb"))
    assert [path.name for path in copied] == ["00_underlag.ipynb", "08_beslutsbilaga.ipynb"]
    for path in copied:
        assert [cell for cell in nbformat.read(path, 4).cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("holds", ["data/raw/decision.csv", ".git/config", "notes.txt", "suite.toml"])
def test_a_folder_that_holds_anything_is_refused_and_left_as_it_is(tmp_path, holds):
    kept = tmp_path / "x" / holds
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    with pytest.raises(UsageError, match="is not empty, and was left as it is"):
        lay_out(tmp_path / "x")
    assert [path for path in (tmp_path / "x").rglob("*") if path.is_file()] == [kept]
    assert kept.read_text() == "mine"


def test_a_place_where_no_folder_can_be_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(UsageError, match="cannot be laid out"):
            lay_out(place)


def test_an_empty_folder_is_filled(tmp_path):
    lay_out(tmp_path)
    assert (tmp_path / READ_ME).exists()


def test_the_suite_at_hand_is_the_projects_own_or_else_the_librarys(monkeypatch, begun, tmp_path):
    monkeypatch.chdir(begun / "notebooks")
    assert suite_at_hand().resolve() == begun / "suite.toml"
    monkeypatch.chdir(tmp_path)
    assert suite_at_hand() == shipped("suite.toml")
    assert len(read_suite(suite_at_hand()).notebooks) == 9


def test_commands_find_the_project_from_below_it(monkeypatch, capsys, begun):
    monkeypatch.chdir(begun / "notebooks")
    for command, told in (("check", "../data/raw: no faults"), ("--version", f"fvmanalys {fvm.__version__}")):
        monkeypatch.setattr("sys.argv", ["fvmanalys", command])
        with pytest.raises(SystemExit, match="0"):
            main()
        assert told in capsys.readouterr().out


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The built wheel, unpacked: what pip puts into an environment."""
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built], cwd=ROOT, check=True, capture_output=True)
    (path,) = built.glob("*.whl")
    zipfile.ZipFile(path).extractall(built / "site")
    return built / "site"


def outside(wheel: Path, folder: Path, *words: str) -> str:
    """What Python prints in a folder outside the checkout, where the library is the wheel's."""
    environment = os.environ | {"PYTHONPATH": str(wheel)}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_lays_out_a_decision_and_publishes_its_appendix(wheel, tmp_path):
    run = ["-m", "fvmanalys.cli"]
    assert str(wheel) in outside(wheel, tmp_path, "-c", "import fvmanalys; print(fvmanalys.__file__)")
    outside(wheel, tmp_path, *run, "init", "x")
    suite = tmp_path / "x/suite.toml"
    suite.write_text("draws = 64\n" + "".join(f"[[notebooks]]\n{part}" for part in suite.read_text("utf-8").split("[[notebooks]]\n")[-1:]))
    outside(wheel, tmp_path / "x", "-c", BRIEF, "run")
    latest = tmp_path / "x/data/processed/latest"
    manifest = json.loads((latest / "manifest.json").read_text("utf-8"))
    assert {"beslutsbilaga.xlsx", "beslutsbilaga.html"} <= {path.name for path in latest.iterdir()}
    assert manifest["versions"]["fvmanalys"] == fvm.__version__ and manifest["code_revision"] == ""
    assert f": {SAME}\n" in outside(wheel, tmp_path / "x", "-c", BRIEF, "verify", "data/processed/latest", "--expect", sha256(latest / "manifest.json"))


def test_the_wheel_is_the_same_code_as_the_checkout_and_has_its_version(wheel):
    told = outside(wheel, wheel, "-c", "from fvmanalys.run.record import code_hash; from fvmanalys.run.suite import *; print(code_hash([]), shipped('suite.toml'))")
    assert told.split() == [code_hash([]), str(wheel / "fvmanalys/shipped/suite.toml")]
    assert (wheel / f"fvmanalys-{fvm.__version__}.dist-info").is_dir()
    notebooks = (wheel / "fvmanalys/shipped/notebooks").rglob("*.ipynb")
    here = [path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    assert {path.name for path in notebooks} == {path.name for path in here} >= {Path(one.path).name for one in read_suite(ROOT / "suite.toml").notebooks}
