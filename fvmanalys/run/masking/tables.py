"""The published tables of several variants as one: cell by cell, with what differs masked."""

import math
from collections.abc import Sequence
from datetime import date
from numbers import Integral, Real
from typing import Any

import pandas as pd

from fvmanalys.run.masking.raw import GROUND, PUBLIC
from fvmanalys.run.masking.values import DIGITS, Masks, common_number, rounded

__all__ = ["MASK", "aligned_rows", "common_marker", "merged_tables"]

MASK = "confidential"
AS_GIVEN = ("estimates", "sources", "context", "milestones", "spend", "partners", "reference_class")
Rows = list[list[Any]]


def merged_tables(variants: Sequence[dict[str, pd.DataFrame]], masks: Masks) -> dict[str, pd.DataFrame]:
    """Every table that all variants publish, as it may be published."""
    common = [name for name in variants[0] if all(name in tables for tables in variants)]
    return {name: merged_table(name, [tables[name] for tables in variants], masks) for name in common}


def merged_table(name: str, variants: Sequence[pd.DataFrame], masks: Masks) -> pd.DataFrame:
    """One table, in the columns of all variants: as given where it holds raw rows, and with computed figures rounded to three digits."""
    common = [column for column in variants[0].columns if all(column in table.columns for table in variants)]
    columns = list(map(str, common))
    rows = aligned_rows([table[common].astype(object).to_numpy().tolist() for table in variants])
    shown = [merged_row(columns, row, masks, name in AS_GIVEN) for row in rows]
    return pd.DataFrame(shown, columns=columns, dtype=object)


def merged_row(columns: list[str], row: Sequence[Sequence[Any]], masks: Masks, as_given: bool) -> list[Any]:
    """One row of every variant as one; of a confidential row only the ground."""
    first = row[0]
    ground = first[columns.index(GROUND)] if GROUND in columns else "no"
    if isinstance(ground, str) and ground not in PUBLIC:
        return [ground if column == GROUND else "" for column in columns]
    marker = common_marker([[value for value in one if isinstance(value, str)] for one in row], masks)
    if marker:
        return [f"{MASK}: {marker}", *[""] * (len(columns) - 1)]
    return [merged_cell(values, as_given or column == "year") for column, values in zip(columns, zip(*row, strict=True), strict=True)]


def common_marker(variants: Sequence[Sequence[str]], masks: Masks) -> str:
    """The marker of a row that is about the same confidential thing in every variant; else nothing."""
    found = {masks.of_row(texts) for texts in variants}
    return found.pop() if len(found) == 1 else ""


def merged_cell(values: Sequence[Any], as_given: bool) -> Any:
    """One cell of every variant as one."""
    first = values[0]
    if all(isinstance(value, Real) and not isinstance(value, bool) for value in values):
        whole = any(isinstance(value, Integral) for value in values) or as_given
        found = common_number([float(value) for value in values], whole)
        return MASK if found is None else first if whole else rounded(found, DIGITS[0])
    return first if all(same(first, value) for value in values) else MASK


def same(one: Any, other: Any) -> bool:
    """Whether two cells hold the same, or both nothing."""
    empty = [value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT for value in (one, other)]
    return all(empty) or (not any(empty) and type(one) is type(other) and one == other)


def aligned_rows(variants: Sequence[Rows]) -> list[Rows]:
    """The rows of the variants side by side: by place where their texts agree, else by name, in the order of the names.

    The name of a row is its first cell where that tells rows apart, else all its texts. Rows that some variant lacks stand
    last, with nothing that is the same in all: as many as they are, or a single one where that number differs.
    """
    texts = [list(map(texts_of, rows)) for rows in variants]
    if all(one == texts[0] for one in texts):
        return [list(row) for row in zip(*variants, strict=True)]
    firsts = [[key[:1] for key in keys] for keys in texts]
    keys = firsts if all(len(set(one)) == len(one) for one in firsts) else texts
    width = max(len(row) for rows in variants for row in rows)
    nothing = [[object() for _ in range(width)] for _ in variants]
    even = len({len(rows) for rows in variants}) == 1
    if any(len(set(one)) < len(one) for one in keys):
        return [nothing] * (len(variants[0]) if even else 1)
    found = [dict(zip(one, rows, strict=True)) for one, rows in zip(keys, variants, strict=True)]
    common = [key for key in keys[0] if all(key in one for one in found)]
    if any(one != keys[0] for one in keys):
        common = sorted(common, key=repr)
    return [[one[key] for one in found] for key in common] + [nothing] * (len(keys[0]) - len(common) if even else 1)


def texts_of(row: list[Any]) -> tuple[Any, ...]:
    """What tells a row from others: its texts, days and truths."""
    return tuple(value for value in row if isinstance(value, (str, date, bool)))
