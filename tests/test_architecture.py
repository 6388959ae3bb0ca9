"""The house as it is drawn: evidence flows one way, names are public, language and the case stand in the data."""

import ast
import csv
import json
import re
import tomllib
from pathlib import Path
from statistics import median

import pytest

import fvmanalys as fvm

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "fvmanalys").rglob("*.py"))
ROOMS = ["errors", "evidence", "model", "analysis", "report", "run", "cli"]
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]


def tree(name):
    return ast.parse((ROOT / name).read_text("utf-8"))


def room(module):
    """The place in the house of fvmanalys.ROOM…; the package itself opens on all rooms but the command line."""
    return ROOMS.index(module.split(".")[1]) if "." in module else None


def imported(name):
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def functions(name):
    return [node for node in ast.walk(tree(name)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node):
    return node.end_lineno - node.lineno + 1


def code(name):
    """A module without its docstrings and comments."""
    whole = tree(name)
    for node in ast.walk(whole):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
            body[0] = ast.Pass()
    return ast.unparse(whole)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("__init__.py")])
def test_no_package_hides_a_module_of_its_own_by_a_function_of_the_same_name(name):
    modules = {path.stem for path in (ROOT / name).parent.glob("*.py")}
    package = name.removesuffix("/__init__.py").replace("/", ".")
    hidden = [alias.name for node in tree(name).body if isinstance(node, ast.ImportFrom) and node.module != package for alias in node.names if (alias.asname or alias.name) in modules]
    assert hidden == []


@pytest.mark.parametrize("name", NAMES)
def test_a_room_imports_only_from_rooms_to_its_left(name):
    own = room(name.removesuffix(".py").replace("/", ".")) if name != "fvmanalys/__init__.py" else ROOMS.index("report")
    for module in imported(name):
        if module.startswith("fvmanalys."):
            assert room(module) <= own, f"{name} imports {module}"


class Shape(ast.NodeTransformer):
    """What a value looks like, whatever it names."""

    def visit_Name(self, node):
        return ast.Name("_", ast.Load())

    def visit_Constant(self, node):
        return ast.Constant(type(node.value).__name__)

    def visit_Attribute(self, node):
        return ast.Attribute(self.visit(node.value), "_", ast.Load())


@pytest.mark.parametrize("name", NAMES)
def test_several_things_are_named_on_one_line_only_where_they_are_alike_or_change_places(name):
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            targets, values, text = node.targets[0].elts, node.value.elts, ast.unparse(node)
            if any(isinstance(one, ast.Starred) for one in values):
                continue
            named = {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
            used = {one.id for value in values for one in ast.walk(value) if isinstance(one, ast.Name)}
            shapes = {re.sub(r"arg='\w+'", "", ast.dump(Shape().visit(value))) for value in values}
            assert len(shapes) == 1 or named & used or any(isinstance(target, ast.Tuple) for target in targets), text


COMPUTING = {"crosstab", "groupby", "pivot", "pivot_table", "quantile", "percentile", "resample", "nanquantile"}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("fvmanalys/report/")])
def test_nothing_in_the_report_computes(name):
    used = {node.attr for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)} & COMPUTING
    assert not used, f"{name} uses {used}; give it a name and a test in analysis/"


def test_no_modules_import_each_other_in_a_circle():
    """Whether for types alone or not; a package's own `__init__` opens on its modules."""
    names = {name.removesuffix(".py").replace("/", ".") for name in NAMES}
    known = {
        one.removesuffix(".py").replace("/", "."): {module for module in imported_fully(one) if module in names}
        for one in NAMES
        if not one.endswith("__init__.py")
    }
    while leaves := [module for module, others in known.items() if not others & known.keys()]:
        for leaf in leaves:
            del known[leaf]
    assert not known, f"circles among {sorted(known)}"


def imported_fully(name):
    """The modules that one imports, also where it imports them from their package."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_linter_of_imports_knows_every_room():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]["layers"]
    assert [re.sub(r"[()]|fvmanalys\.", "", layer) for layer in layers] == ROOMS[::-1]
    assert {path.name.removesuffix(".py") for path in (ROOT / "fvmanalys").iterdir() if not path.name.startswith("__")} <= set(ROOMS)


def test_the_names_that_outside_checks_rely_on_are_there():
    assert {"load", "simulate", "compare", "Inputs", "Simulation", "Comparison"} <= set(fvm.__all__)
    from fvmanalys.model.streams import present_value

    assert present_value.__code__.co_varnames[:7] == ("amount", "start", "end", "rate", "profile", "growth", "horizon")
    for name in ("cost", "score", "area_scores", "events", "net_benefit", "draws_of", "yearly_cost"):
        assert name in fvm.Simulation.__dataclass_fields__ or hasattr(fvm.Simulation, name)
    for name in ("table", "acceptability"):
        assert name in fvm.Comparison.__dataclass_fields__ or hasattr(fvm.Comparison, name)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_module_names_as_public_exists_and_is_described(name):
    whole = tree(name)
    if (ROOT / name).stat().st_size:
        assert ast.get_docstring(whole), f"{name} does not say its one job"
    lists = [node.value for node in whole.body if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"]
    public = ast.literal_eval(lists[0]) if lists else []
    defined = {node.name: node for node in whole.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for one in public:
        if one in defined:
            assert ast.get_docstring(defined[one]), f"{name}: {one} has no docstring"


@pytest.mark.parametrize("name", [name for name in NAMES if name.split("/")[1] in ("errors.py", "evidence", "model", "analysis")])
def test_no_swedish_stands_in_the_logic(name):
    assert not re.search("[åäöÅÄÖ]", code(name))


@pytest.mark.parametrize("name", NAMES)
def test_modules_and_functions_are_small(name):
    assert (ROOT / name).read_text("utf-8").count("\n") <= 450  # as the formatter lays it out
    long = {node.name: length(node) for node in functions(name) if node.end_lineno - node.body[0].lineno >= 45}
    assert not long


def test_the_median_function_is_short():
    assert median(length(node) for name in NAMES for node in functions(name)) <= 8


def test_there_is_no_drawer_for_odds_and_ends():
    assert not {"utils", "util", "helpers", "misc", "common"} & {path.stem for path in MODULES}


# The suite is a tool; what it decides about is data.

CASE = re.compile(r"\b(oracle|cerner|millennium|vgr|västra götaland\w*|mödravård|primärvård|läkemedel|patientadmin\w*|maternity\w*|primary_care|patient_admin)\b", re.IGNORECASE)


def raw_ids():
    """The ids of the default decision that could only come from it."""
    found = set()
    for table, column in (("options", "option_id"), ("options", "name"), ("areas", "area_id"), ("areas", "name"), ("sources", "source_id")):
        with (ROOT / "data" / "raw" / f"{table}.csv").open(encoding="utf-8-sig") as file:
            found |= {row[column] for row in csv.DictReader(file) if row.get(column)}
    return {one for one in found if len(one) > 5}


def strings(source):
    return {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def cells(path):
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        yield cell["cell_type"], "".join(cell["source"])


@pytest.mark.parametrize("name", NAMES)
def test_no_option_area_or_supplier_stands_in_the_code(name):
    text = code(name)
    assert not CASE.search(text), CASE.search(text)
    named = raw_ids() & strings(text)
    assert not named, f"{name} names {named}"


@pytest.mark.parametrize("path", sorted((ROOT / "fvmanalys").rglob("*.toml")), ids=lambda path: path.stem)
def test_no_option_area_or_supplier_stands_in_the_words(path):
    text = path.read_text("utf-8")
    assert not CASE.search(text), CASE.search(text)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_option_area_or_supplier_stands_in_a_notebook(path):
    for kind, source in cells(path):
        assert not CASE.search(source), CASE.search(source)
        if kind == "code":
            assert not raw_ids() & strings(source)
