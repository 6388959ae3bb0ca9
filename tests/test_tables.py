"""docs/tables.md tells people what fvmanalys/evidence/tables.py tells the computer."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from fvmanalys.evidence.tables import TABLES, Quantified

TEXT = (Path(__file__).parents[1] / "docs/tables.md").read_text("utf-8")
SHARED = set(Quantified.model_fields)
WHEN = {"timeline", "contracts", "staffing", "levels"}


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
    assert set(columns) == set(row.model_fields) - SHARED | set(row.KEY) | ({"unit"} & set(columns))
    for name, (mark, text) in columns.items():
        field = row.model_fields[name]
        assert mark == ("key" if name in row.KEY else "needed" if field.is_required() else ""), name
        if get_origin(field.annotation) is Literal and "yes" not in get_args(field.annotation) and text:
            assert {value for value in get_args(field.annotation) if value} <= set(re.findall(r"`(\w+)`", text)) or "as in" in text, name


def test_the_shared_columns_are_told_once():
    _, columns = told("Columns that many tables share")
    assert set(columns) == SHARED


def test_what_is_needed_and_what_may_have_a_condition_is_told():
    needed = re.search(r"\*\*Needed\*\*: (.*?)\. The", TEXT)
    assert needed and set(re.findall(r"`(\w+)`", needed[1])) == {name for name, row in TABLES.items() if row.REQUIRED}
    assert {name for name, row in TABLES.items() if "when" in row.model_fields} == WHEN and "Four tables may have" in TEXT
