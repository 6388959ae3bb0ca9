"""The notebooks: thin, stored without outputs, and running on any decision through the real runner."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from fvmanalys import load
from fvmanalys.errors import EvidenceError
from fvmanalys.run.suite import Job, run_suite
from tests.decisions import library_decision, write_tables

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OF_THE_SUITE = {path.stem for path in NOTEBOOKS} - {"09_scenarier", "index", "mall"}  # a sweep, what to open first, and what to copy
BY_NAME = {"argvalues": NOTEBOOKS, "ids": lambda path: path.stem}


def cells(path: Path, kind: str = "code") -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@pytest.mark.parametrize("path", **BY_NAME)
def test_cells_are_short_and_define_nothing(path):
    for cell in cells(path):
        assert len(cell.source.splitlines()) <= 12, cell.source
        defined = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
        assert not defined


def stored(path: Path) -> str:
    """A notebook as git holds it, whatever has been run since; as it lies here where git does not hold it."""
    shown = subprocess.run(["git", "show", f":./{path.name}"], cwd=path.parent, capture_output=True, encoding="utf-8")
    return shown.stdout if shown.returncode == 0 else path.read_text("utf-8")


@pytest.mark.parametrize("path", **BY_NAME)
def test_notebooks_are_stored_without_outputs_and_without_the_version_of_python(path):
    notebook = nbformat.reads(stored(path), 4)
    assert [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []
    assert notebook.metadata.language_info == {"name": "python"}


@pytest.mark.parametrize("path", **BY_NAME)
def test_one_cell_holds_the_parameters_and_only_them(path):
    tagged = [cell for cell in cells(path) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert all(isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) for node in ast.parse(tagged[0].source).body)


@pytest.mark.parametrize("path", **BY_NAME)
def test_prose_names_no_option_area_or_organisation(path):
    prose = "\n".join(cell.source for cell in cells(path, "markdown") + cells(path))
    try:
        inputs = load(ROOT / "data" / "raw")
    except EvidenceError as error:
        pytest.skip(f"data/raw does not load: {str(error).splitlines()[0]}")
    names = {
        inputs.decision["organisation"],
        *inputs.tables["areas"]["name"],
        *inputs.tables["options"]["name"],
        "Millennium",
        "Oracle",
        "Cerner",
    }
    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", prose, re.IGNORECASE)] == []


def test_every_notebook_runs_on_another_decision(other_appendix):
    ran = {path.stem.split("-")[0] for path in (other_appendix / "notebooks").iterdir()}
    assert ran == OF_THE_SUITE


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with these notebooks, and a small decision where they look for one."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    write_tables(folder / "data/raw", library_decision(2))
    return folder


def test_every_notebook_runs_as_it_stands_on_the_raw_tables_of_its_project(project, tmp_path):
    outcomes = run_suite([Job(project / "notebooks" / path.name, path.name, {"draws": 64}) for path in NOTEBOOKS], tmp_path)
    assert [outcome.path.name for outcome in outcomes if "Traceback" in outcome.path.read_text("utf-8")] == []
    assert len(outcomes) == len(NOTEBOOKS)


def test_every_notebook_runs_on_the_default_decision(appendix):
    ran = {path.stem.split("-")[0] for path in (appendix / "notebooks").iterdir()}
    assert ran == OF_THE_SUITE
