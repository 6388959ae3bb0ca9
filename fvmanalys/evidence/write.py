"""The raw tables that a run keeps: what was known on its day and nothing else, each table as one CSV file."""

import re
from typing import Any

import pandas as pd

from fvmanalys.evidence.changing import MADE_WITH, OWN_FILE, changes_text, own_text
from fvmanalys.evidence.inputs import Inputs
from fvmanalys.evidence.tables import TABLES

__all__ = ["raw_texts"]

PLACE = ["_file", "_row"]


def raw_texts(inputs: Inputs) -> dict[str, str]:
    """The text of each file by name: read again, equal tables on the same day; equal tables give equal texts."""
    made_with = {MADE_WITH: changes_text(inputs.steps)} if inputs.steps else {}
    made_with |= {OWN_FILE: own_text(inputs.own)} if inputs.own else {}
    return made_with | {
        f"{name}.csv": csv_text(name, table) for name, table in sorted(inputs.history.items()) if not table.empty
    }


def csv_text(name: str, table: pd.DataFrame) -> str:
    """A table as CSV; columns that say no more than their default are left out."""
    fields = TABLES[name].model_fields
    free = [column for column, field in fields.items() if not field.is_required()]
    idle = {name for name in free if (table[name].isna() | table[name].eq(fields[name].default)).all()}
    told = [column for column in table if column not in PLACE and column not in idle]
    lines = [told, *table[told].itertuples(index=False, name=None)]
    return "".join(f"{','.join(cell(value) for value in line)}\n" for line in lines)


def cell(value: Any) -> str:
    """A value as it is written; quoted where it holds what parts cells or lines."""
    whole = isinstance(value, float) and value.is_integer()
    text = "" if pd.isna(value) else str(int(value)) if whole else str(value)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if re.search(r'[",\r\n]', text) else text
