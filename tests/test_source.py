"""Notebooks as their authors saved them: every fault told before any work, and what of them decides a run's name."""

import copy
import json
from datetime import date
from pathlib import Path

import nbformat
import pytest

from fvmanalys.errors import UsageError
from fvmanalys.run import publish
from fvmanalys.run.record import Request, run_id
from fvmanalys.run.source import read_notebook
from fvmanalys.run.suite import Notebook, check_parameters, read_suite
from tests.decisions import library_decision, write_tables


def code(source, **more):
    return {"cell_type": "code", "id": "abc", "metadata": {}, "execution_count": None, "outputs": [], "source": source} | more


def text(source, **more):
    return {"cell_type": "markdown", "id": "def", "metadata": {}, "source": source} | more


TAGGED = code('lang = "sv"\ndraws = 100', metadata={"tags": ["parameters"]})


def write(path, *cells, numbered=False, **metadata):
    for number, cell in enumerate(cells if numbered else []):
        cell["id"] = f"c{number}"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}), "utf-8")
    return path


# A file that is not as it must be


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([TAGGED, text("x"), code("1", metadata={"tags": None})], r"cell \[2\], metadata\.tags: null is not a list; .*remove it"),
        ([code("1", metadata={"tags": "parameters"})], r'cell \[1\], metadata\.tags: "parameters" is not a list'),
        ([TAGGED, text("x", metadata={"tags": None})], r"cell 2 from the top, metadata\.tags: null is not a list"),
        ([TAGGED, code("1", metadata={"tags": [7]})], r"cell \[2\], metadata\.tags\.0: 7 is not a text"),
        ([TAGGED, code(5)], r"cell \[2\], source: 5 is not valid"),
        ([TAGGED, code([None])], "is not a notebook"),
        ([TAGGED, code("1", metadata=None)], "is not a notebook"),
        ([TAGGED, 5], "is not a notebook"),
        ([TAGGED, code("1", cell_type="heading")], r"cell 2 from the top: .*'heading'"),
    ],
)
def test_a_cell_that_jupyter_would_not_have_saved_is_told_with_its_place(tmp_path, cells, told):
    with pytest.raises(UsageError, match=rf"bok\.ipynb: {told}"):
        read_notebook(write(tmp_path / "bok.ipynb", *cells))


@pytest.mark.parametrize("content", ["{}", "[]", "null", '{"nbformat": 4, "nbformat_minor": 5, "metadata": null, "cells": []}', "\xff"])
def test_a_file_that_is_no_notebook_is_told_as_that(tmp_path, content):
    (tmp_path / "bok.ipynb").write_text(content, "latin-1")
    with pytest.raises(UsageError, match=r"bok\.ipynb: is not a notebook \(.*save it again in JupyterLab"):
        read_notebook(tmp_path / "bok.ipynb")


def test_every_fault_of_a_file_is_told_at_once(tmp_path):
    cells = [TAGGED, *(code(f"{number}", metadata={"tags": None}) for number in range(3))]
    with pytest.raises(UsageError) as caught:
        read_notebook(write(tmp_path / "bok.ipynb", *cells))
    assert [line.split(",")[0].split(": ")[1] for line in str(caught.value).splitlines()] == ["cell [2]", "cell [3]", "cell [4]"]


@pytest.mark.parametrize("outputs", [[{"output_type": "stream"}], [5]])
def test_what_a_notebook_showed_when_it_was_saved_does_not_matter(tmp_path, outputs):
    check_parameters(write(tmp_path / "bok.ipynb", TAGGED, code("1", outputs=outputs)), {"draws": 7})


# A suite, before any work


def suite(folder, **notebooks):
    """A suite of notebooks given as their cells; one whose name begins with `per` runs once an area."""
    lines = ["draws = 8"]
    for name, cells in notebooks.items():
        write(folder / f"{name}.ipynb", *cells)
        per = 'per = "areas"' if name.startswith("per") else ""
        lines.append(f'[[notebooks]]\npath = "{name}.ipynb"\n{per}')
    (folder / "suite.toml").write_text("\n".join(lines), "utf-8")
    return read_suite(folder / "suite.toml")


def faults_of(folder, **notebooks):
    """What is told of a suite before any work, and that nothing is written."""
    data = write_tables(folder / "data", library_decision(2))
    with pytest.raises(UsageError) as caught:
        publish.run(data, folder / "out", suite(folder, **notebooks))
    assert not (folder / "out").exists()
    return str(caught.value).replace(f"{folder}/", "")


def test_all_notebooks_are_checked_before_any_work_and_all_faults_told_at_once(tmp_path):
    told = faults_of(
        tmp_path,
        untagged=[code("print(1)"), code("for")],
        twice=[TAGGED, text("x"), TAGGED],
        broken=[TAGGED, text("x"), code(""), code("if True:\nprint(1)"), code("return 1"), code("a\0b")],
        skipped=[TAGGED, code("1", metadata={"tags": ["skip-execution"]})],
        mistyped=[code('draws = "100"\nseed = 1.5\nas_of = None', metadata={"tags": ["parameters"]})],
        misspelt=[code("drawz = 100", metadata={"tags": ["parameters"]})],
        magic=[code("%pip install x", metadata={"tags": ["parameters"]})],
        per_area=[TAGGED],
        null=[code("lang = 'sv'", metadata={"tags": None})],
    )
    expected = [
        "untagged.ipynb: cell [2], line 1: for: is not Python (invalid syntax)",
        "untagged.ipynb: 0 cells are tagged 'parameters'; tag exactly one",
        "twice.ipynb: 2 cells are tagged 'parameters'; tag exactly one of cell [1], cell [2]",
        "broken.ipynb: cell [2], line 2: print(1): is not Python (expected an indented block after 'if' statement on line 1)",
        "broken.ipynb: cell [3], line 1: return 1: is not Python ('return' outside function)",
        "broken.ipynb: cell [4]",
        "skipped.ipynb: cell [2]: is tagged 'skip-execution' and would never run; remove the tag",
        "mistyped.ipynb: parameter 'draws': 8 is int; give str, or let the notebook say draws = 8",
        "mistyped.ipynb: parameter 'seed': 1 is int",
        "misspelt.ipynb: parameter 'drawz' is given by no run; did you mean 'draws'?",
        "magic.ipynb: the cell tagged 'parameters' is not plain Python",
        "per_area.ipynb: no parameter 'area'",
        "null.ipynb: cell [1], metadata.tags: null is not a list",
    ]
    assert [line for line in expected if line not in told and line != expected[8]] == []
    assert len([line for line in told.splitlines() if ".ipynb: " in line]) == len(expected) - 1, "seed = 1.5 takes a whole number"


def test_a_notebook_without_parameters_is_given_the_lines_to_paste(tmp_path):
    told = faults_of(tmp_path, bok=[code("1")], per_bok=[code("1")])
    pasted = ['data = ""', 'as_of = "', "draws = 8", "seed = 1", 'lang = "', 'run_id = ""', 'former = ""', 'history = ""']
    assert [line for line in pasted if told.count(f"\n    {line}") != 2] == []
    assert told.count('\n    area = ""') == 1
    assert "Cell tags" in told


@pytest.mark.parametrize("source", ["%matplotlib inline\nx = 1", "!ls", "%%bash\nfor", "len?", "await x", "x = !ls", "# bara en kommentar", "'\\d'"])
def test_what_ipython_understands_is_no_fault(tmp_path, source):
    told = faults_of(tmp_path, bok=[TAGGED, code(source)], other=[code("1")])
    assert "bok.ipynb" not in told and "other.ipynb" in told


# What decides the name of a run

NOTEBOOK = [TAGGED, text("# Rubrik"), code("print(1)", metadata={"tags": ["hide-input"]}), text("![b](attachment:b.png)", attachments={"b.png": {"image/png": "aa"}})]
LOOKED_AT = {
    "ran": lambda cells, _: cells[2].update(execution_count=7, outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}]),
    "ids": lambda cells, _: [cell.update(id=f"x{number}") for number, cell in enumerate(cells)],
    "folded": lambda cells, _: cells[2]["metadata"].update(collapsed=True, jupyter={"source_hidden": True}, scrolled=False),
    "timed": lambda cells, _: cells[2]["metadata"].update(execution={"iopub.execute_input": "2025-01-01"}, ExecuteTime={"end": "x"}),
    "kernel": lambda _, metadata: metadata.update(kernelspec={"name": "other", "display_name": "Other", "language": "python"}),
    "python": lambda _, metadata: metadata.update(language_info={"name": "python", "version": "3.14.1"}, widgets={"x": {}}),
    "lines": lambda cells, _: cells[2].update(source=["print(1)"]),
}
CHANGED = {
    "source": lambda cells, _: cells[2].update(source="print(2)"),
    "text": lambda cells, _: cells[1].update(source="# Annan"),
    "tags": lambda cells, _: cells[2]["metadata"].update(tags=[]),
    "kind": lambda cells, _: cells[1].update(code("# Rubrik")),
    "picture": lambda cells, _: cells[3].update(attachments={"b.png": {"image/png": "bb"}}),
    "order": lambda cells, _: cells.reverse(),
    "title": lambda _, metadata: metadata.update(title="T"),
}


def named(folder, change, **entry):
    cells, metadata = copy.deepcopy(NOTEBOOK), {}
    change(cells, metadata)
    path = write(folder / "bok.ipynb", *cells, **metadata)
    return run_id(Request(date(2025, 1, 1), 8, 1, "sv"), {}, [Notebook(str(path), **entry)])


@pytest.mark.parametrize("change", LOOKED_AT.values(), ids=LOOKED_AT.keys())
def test_looking_at_a_notebook_in_jupyterlab_changes_no_name(tmp_path, change):
    assert named(tmp_path, change) == named(tmp_path, lambda *_: None)


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_what_a_reader_would_see_differently_changes_the_name(tmp_path, change):
    assert named(tmp_path, change) != named(tmp_path, lambda *_: None)


def test_which_notebook_is_the_appendix_is_part_of_the_name(tmp_path):
    assert named(tmp_path, lambda *_: None, appendix=True) != named(tmp_path, lambda *_: None)


def test_a_published_notebook_holds_no_more_than_its_name_tells(tmp_path):
    from fvmanalys.run.suite import clean_notebook

    path = Path(write(tmp_path / "bok.ipynb", *copy.deepcopy(NOTEBOOK), numbered=True))
    clean_notebook(path)
    before = path.read_bytes()
    for change in ("ids", "folded", "timed", "kernel"):
        cells, metadata = copy.deepcopy(NOTEBOOK), {}
        LOOKED_AT[change](cells, metadata)
        write(path, *cells, numbered=True, **metadata)
        clean_notebook(path)
        assert path.read_bytes() == before, change
    assert [cell.metadata for cell in nbformat.read(path, 4).cells] == [{"tags": ["parameters"]}, {}, {"tags": ["hide-input"]}, {}]
