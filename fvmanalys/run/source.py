"""A notebook as its author saved it: read, checked before any kernel starts, and what of it decides what comes out.

papermill finds parameters with a regular expression and only logs one that no notebook has: here names and types are
checked from the syntax tree of the one tagged cell.
"""

import ast
import difflib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.validator import iter_validate

from fvmanalys.errors import UsageError
from fvmanalys.evidence.settings import did_you_mean

__all__ = [
    "TITLES", "check_parameters", "declared_parameters", "essence", "notebook_faults", "place",
    "read_notebook", "runs",
]  # fmt: skip

TITLES = ("title", "authors")  # the metadata that a published notebook keeps
ABOUT_TAGS = "in JupyterLab: the gears at the right, Cell tags"


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook, or say everything that is wrong with the file; the outputs it holds do not matter."""
    try:
        notebook = nbformat.reads(json.dumps(_without_traces(json.loads(path.read_text("utf-8")))), as_version=4)
        faults = list(iter_validate(notebook, relax_add_props=True))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); correct the path") from error
    except (ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError) as error:
        raise UsageError(f"{path}: is not a notebook ({error}); save it again in JupyterLab") from error
    if faults:
        raise UsageError("\n".join(f"{path}: {_format_fault(notebook, fault)}" for fault in faults))
    return notebook


def _without_traces(saved: Any) -> Any:
    """A notebook without what the last look at it left behind: outputs, and ids that may be missing or the same."""
    for number, cell in enumerate(saved.get("cells", []), start=1):
        if "outputs" in cell:
            cell["outputs"] = []
        if (saved["nbformat"], saved["nbformat_minor"]) >= (4, 5):
            cell["id"] = f"cell-{number}"
    return saved


def _format_fault(notebook: NotebookNode, fault: Any) -> str:
    keys = list(fault.absolute_path)
    cell = [place(notebook, keys[1])] if keys[:1] == ["cells"] and len(keys) > 1 else []
    name = ".".join(map(str, keys[2 * len(cell) :]))
    due = {"array": "a list", "object": "an object", "string": "a text"}.get(str(fault.validator_value))
    wrong = fault.message
    if fault.validator == "type" and due:
        wrong = f"{json.dumps(fault.instance, ensure_ascii=False)} is not {due}"
    return f"{', '.join([*cell, name] if name else cell)}: {wrong}; correct it in a text editor, or remove it"


def place(notebook: NotebookNode, index: int) -> str:
    """A cell as Jupyter counts it when all cells are run; one that gets no number there, from the top."""
    if not runs(notebook.cells[index]):
        return f"cell {index + 1} from the top"
    return f"cell [{sum(map(runs, notebook.cells[: index + 1]))}]"


def runs(cell: NotebookNode) -> bool:
    """Whether a cell is one that Jupyter runs."""
    return cell.get("cell_type") == "code" and bool(str(cell.get("source", "")).strip())


def essence(notebook: NotebookNode) -> dict[str, Any]:
    """What of a notebook decides what comes out: not what JupyterLab keeps in the file beside it."""
    cells = [
        [one.cell_type, one.source, one.metadata.get("tags", []), one.get("attachments", {})] for one in notebook.cells
    ]
    return {"cells": cells, **{key: notebook.metadata[key] for key in TITLES if key in notebook.metadata}}


# Faults


def notebook_faults(path: Path, given: Mapping[str, Any], due: Sequence[str] = ()) -> Iterator[str]:
    """Everything that would end a run at this notebook; of what is `given` it must declare what is `due`."""
    try:
        notebook = read_notebook(path)
    except UsageError as error:
        yield str(error)
        return
    yield from (f"{path}: {fault}" for fault in _cell_faults(notebook))
    try:
        declared = _declared(path, notebook, given)
    except UsageError as error:
        yield str(error)
        return
    yield from _unknown(path, declared, {name: given[name] for name in due})
    yield from _mistyped(path, declared, given)
    unused = [name for name in given if name not in declared]
    for name in declared:
        if name not in given and (close := difflib.get_close_matches(name, unused, n=1, cutoff=0.75)):
            yield f"{path}: parameter {name!r} is given by no run; did you mean {close[0]!r}?"


def check_parameters(notebook_path: str | Path, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that the notebook does not declare, or whose type is not that of the default."""
    path = Path(notebook_path)
    declared = declared_parameters(path, parameters)
    if faults := [*_unknown(path, declared, parameters), *_mistyped(path, declared, parameters)]:
        raise UsageError("\n".join(faults))


def _cell_faults(notebook: NotebookNode) -> Iterator[str]:
    for index, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if not runs(cell) or "parameters" in tags:
            continue
        if "skip-execution" in tags:
            problem = "is tagged 'skip-execution' and would never run; remove the tag, or the cell"
            yield f"{place(notebook, index)}: {problem}"
        if error := _syntax_error(cell.source):
            number = getattr(error, "lineno", None) or 1
            line = dict(enumerate(cell.source.splitlines(), start=1)).get(number, "").strip()
            why = getattr(error, "msg", error)
            yield f"{place(notebook, index)}, line {number}: {line}: is not Python ({why}); correct it"


def _syntax_error(source: str) -> Exception | None:
    """What Python says of a cell's code, with IPython's own commands (`%…`, `!…`, `…?`) made Python first."""
    with warnings.catch_warnings(action="ignore"):
        try:
            compile(source, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError):
            from IPython.core.inputtransformer2 import TransformerManager  # half a second, and few notebooks need it

            try:
                python = TransformerManager().transform_cell(source)
                compile(python, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            except (SyntaxError, ValueError) as error:
                return error
    return None


def _unknown(path: Path, declared: Mapping[str, type], given: Mapping[str, Any]) -> Iterator[str]:
    for name in given:
        if name not in declared:
            yield f"{path}: no parameter {name!r}; {did_you_mean(name, list(declared))}"


def _mistyped(path: Path, declared: Mapping[str, type], given: Mapping[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        if name in declared and not _fits(value, declared[name]):
            due = declared[name].__name__
            line = _assignment(name, value)
            wrong = f"{value!r} is {type(value).__name__}; give {due}, or let the notebook say {line}"
            yield f"{path}: parameter {name!r}: {wrong}"


def _fits(value: Any, kind: type) -> bool:
    if kind is object:
        return True
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, {float: (float, int), str: (str, Path)}.get(kind, kind))


def _assignment(name: str, value: Any) -> str:
    """The line that declares a parameter."""
    return f"{name} = {value!r}" if isinstance(value, int | float) else f'{name} = ""'


# Parameters


def declared_parameters(path: Path, given: Mapping[str, Any] | None = None) -> dict[str, type]:
    """Give names and types from the one cell tagged `parameters`; `object` where the default does not tell."""
    return _declared(path, read_notebook(path), given or {})


def _declared(path: Path, notebook: NotebookNode, given: Mapping[str, Any]) -> dict[str, type]:
    tagged = [index for index, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        remedy = f"tag exactly one{_how(notebook, tagged, given)}"
        raise UsageError(f"{path}: {len(tagged)} cells are tagged 'parameters'; {remedy}")
    try:
        tree = ast.parse(notebook.cells[tagged[0]].source)
    except (SyntaxError, ValueError) as error:
        problem = f"the cell tagged 'parameters' is not plain Python ({error})"
        raise UsageError(f"{path}: {problem}; keep to assignments") from error
    return {name: kind for statement in tree.body for name, kind in _declarations(statement)}


def _how(notebook: NotebookNode, tagged: Sequence[int], given: Mapping[str, Any]) -> str:
    """What to paste where no cell is tagged; which cells are where several are."""
    if tagged:
        return f" of {', '.join(place(notebook, index) for index in tagged)}"
    lines = "".join(f"\n    {_assignment(name, value)}" for name, value in given.items())
    above = f": a code cell above the others, with those of these lines that it uses{lines}" if given else ""
    return f" ({ABOUT_TAGS}){above}"


def _declarations(statement: ast.stmt) -> Iterator[tuple[str, type]]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        named = {"int": int, "float": float, "str": str, "bool": bool}.get(ast.unparse(statement.annotation))
        yield statement.target.id, named or object
    elif isinstance(statement, ast.Assign):
        targets = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        yield from ((name, _type_of(statement.value)) for name in targets)


def _type_of(default: ast.expr) -> type:
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return object
    return object if value is None else type(value)
