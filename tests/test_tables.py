"""docs/tables.md tells people what fvmanalys/evidence/tables.py tells the computer."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

import fvmanalys as fvm
from fvmanalys.evidence.fields import Kind
from fvmanalys.evidence.read import parse_row
from fvmanalys.evidence.tables import TABLES, Quantified, columns, kinds, text_columns
from fvmanalys.report.edition import Edition
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


# What a column holds


FIELDS = [(table, column) for table in TABLES for column in columns(table)]
SAMPLES = {  # cells that a kind of column reads, and cells that it refuses
    Kind.NUMBER: (["0.5", "1"], ["half", "2024-05-27", "1_000"]),
    Kind.WHOLE: (["2023"], ["2023.5", "soon", "2_023"]),
    Kind.DATE: (["2024-05-27"], ["0", "45439", "27/5 2024", "2024-05-32"]),
    Kind.ID: (["a-1", "points", "internal_3"], ["a b", "a/b", "*"]),
    Kind.NAMES: (["a-1", "points"], []),
    Kind.TEXT: (["points of interest", "2024-05-27", "0.5", "internal"], []),
}


@pytest.mark.parametrize(("table", "column"), FIELDS)
def test_a_column_reads_what_its_declaration_says_and_nothing_else(table, column):
    kind, field = kinds(table)[column], TABLES[table].model_fields[column]
    bounds = [mark for mark in field.metadata if hasattr(mark, "ge")]
    read, refused = SAMPLES.get(kind) or ([one for one in choices(field) if one], ["neither"])
    read = ["2023"] if column == "price_year" else [one for one in read if not bounds or kind is not Kind.NUMBER or float(one) >= bounds[0].ge]
    for text in read:
        assert column not in faulty(table, column, text), text
    for text in refused:
        assert column in faulty(table, column, text), text


def faulty(table, column, text):
    """The columns with a fault in a row of which this cell is filled alone."""
    return [fault.column for fault in parse_row(table, "file", 2, {column: text})[1] if "is missing" not in fault.problem]


def test_every_kind_of_column_is_what_people_would_call_it():
    by_name = {column: kinds(table)[column] for table, column in FIELDS if column != "unit"}
    assert kinds("decision")["unit"] is Kind.TEXT
    assert kinds("contracts")["unit"] is Kind.CHOICE
    for column, kind in by_name.items():
        ends = column.rsplit("_", 1)[-1]
        expected = {"date": Kind.DATE, "ratio": Kind.NUMBER, "share": Kind.NUMBER, "growth": Kind.NUMBER, "event": Kind.NAMES, "name": Kind.TEXT}.get(ends)
        assert kind is (expected or kind), column
    named = {kind: {column for column, one in by_name.items() if one is kind} for kind in Kind}
    assert {"known_from", "published", "as_of", "deadline", "period_start"} <= named[Kind.DATE]
    assert {"after", "source_id", "when", "moves_with", "resolves"} <= named[Kind.NAMES]
    assert named[Kind.WHOLE] == {"year", "year_from", "year_to"}
    assert {"parameter_id", "basis", "kind"} <= named[Kind.CHOICE]


@pytest.mark.parametrize("table", TABLES)
def test_a_text_and_nothing_else_may_have_a_translation(table):
    assert text_columns(table) == [column for column, kind in kinds(table).items() if kind is Kind.TEXT]


def test_the_smallest_decision_is_one(tmp_path):
    tables = dict(re.findall(r"`(\w+)\.csv`:\n\n```csv\n(.*?)```", TEXT, re.DOTALL))
    assert set(tables) == {name for name, row in TABLES.items() if row.REQUIRED}
    findings = fvm.find(fvm.load(write_tables(tmp_path, tables)), 64)
    assert findings.comparison.best in ("stay", "mill")
    write_workbook(Edition(findings, "en"), tmp_path / "book.xlsx")
