"""docs/tables.md tells people what fvmanalys/evidence/tables.py tells the computer."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

import fvmanalys as fvm
from fvmanalys.evidence.tables import TABLES, Quantified
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.decisions import write_tables

TEXT = (Path(__file__).parents[1] / "docs/tables.md").read_text("utf-8")


def told(heading: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """The part below a heading, and of each column there how it is marked and what it holds."""
    part = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert part, heading
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part[1].splitlines() if line.startswith("| `")]
    return part[1], {name: (mark, text) for names, mark, text in rows for name in re.findall(r"`(\w+)`", names)}


def test_every_table_has_its_part_and_no_other():
    assert sorted(re.findall(r"^### `(\w+)`$", TEXT, re.MULTILINE)) == sorted(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_told_as_it_is_declared(table):
    row = TABLES[table]
    _, columns = told(f"`{table}`")
    assert set(columns) == set(row.__annotations__)
    for name, (mark, text) in columns.items():
        field = row.model_fields[name]
        assert mark == ("key" if name in row.KEY else "needed" if field.is_required() else ""), name
        if text:
            assert choices(field) - {"yes", "no"} <= set(re.findall(r"`(\w+)`", text)), name


def choices(field):
    """The words that a column may hold, where it may not hold any."""
    return set(get_args(field.annotation)) - {""} if get_origin(field.annotation) is Literal else set()


def test_the_shared_columns_are_told_once():
    _, columns = told("Columns that many tables share")
    assert set(columns) == set(Quantified.model_fields)
    for name, (_, text) in columns.items():
        assert choices(Quantified.model_fields[name]) <= set(re.findall(r"`(\w+)`", text)), name


def test_what_is_needed_and_what_may_have_a_condition_is_told():
    needed = re.search(r"\*\*Needed\*\*: (.*?)\. The", TEXT)
    assert needed and set(re.findall(r"`(\w+)`", needed[1])) == {name for name, row in TABLES.items() if row.REQUIRED}
    conditional = re.search(r"^(.*?) may have the column `when`", TEXT, re.MULTILINE)
    assert conditional and set(re.findall(r"`(\w+)`", conditional[1])) == {name for name, row in TABLES.items() if "when" in row.model_fields}


def test_the_smallest_decision_is_one(tmp_path):
    tables = dict(re.findall(r"`(\w+)\.csv`:\n\n```csv\n(.*?)```", TEXT, re.DOTALL))
    assert set(tables) == {name for name, row in TABLES.items() if row.REQUIRED}
    findings = fvm.find(fvm.load(write_tables(tmp_path, tables)), 64)
    assert findings.comparison.best in ("stay", "mill")
    write_workbook(findings, tmp_path / "book.xlsx", Words("en"))
