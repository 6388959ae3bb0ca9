"""Rows as read-only tables, and tables as the rows that they were read from."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from fvmanalys.evidence.fields import Kind
from fvmanalys.evidence.readonly import ReadOnlyTable
from fvmanalys.evidence.rows import no_numbers
from fvmanalys.evidence.rules import Rows, Tables
from fvmanalys.evidence.tables import TABLES, columns, kinds

__all__ = ["PLACE", "frame", "frames", "plain_rows", "read_only"]

PLACE = ("_file", "_row")


def frames(tables: Tables) -> dict[str, pd.DataFrame]:
    """Make a DataFrame of every table, empty where there is none; missing numbers are NaN, missing days None."""
    return {name: frame(name, tables[name]) if tables.get(name) else empty(name) for name in TABLES}


@cache
def empty(name: str) -> pd.DataFrame:
    """A table without rows: read-only, so one for all."""
    return frame(name, [])


def frame(name: str, rows: Rows) -> pd.DataFrame:
    """Make one table's DataFrame."""
    known = [*columns(name), *PLACE]
    extra = [column for column in (rows[0] if rows else {}) if column not in known and not column.startswith("_")]
    table = pd.DataFrame(rows, columns=[*known, *extra])
    for column, kind in kinds(name).items():
        if kind is Kind.NUMBER and table[column].dtype != float:
            table[column] = table[column].astype(float)
    return ReadOnlyTable(table)


def read_only(table: pd.DataFrame) -> ReadOnlyTable:
    """A table that cannot be changed; what is one already is used as it is."""
    return table if isinstance(table, ReadOnlyTable) else ReadOnlyTable(table)


def plain_rows(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The rows of tables as they were read: dicts, with None where there is no number."""
    return {
        name: [{**row, **no_numbers(row)} for row in table.to_dict("records")] if len(table) else []
        for name, table in tables.items()
    }
