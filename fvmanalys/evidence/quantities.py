"""What must hold within a quantity: its order, distribution, unit and bounds, the second of a row as the first."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.fields import WRITTEN
from fvmanalys.evidence.percentiles import RANGED, NotPossible, truncated, truncation
from fvmanalys.evidence.spelling import said, spelt
from fvmanalys.evidence.tables import TABLES, bounds

__all__ = ["QUANTITY", "fault", "quantity_faults", "second_quantity", "second_quantity_faults"]

QUANTITY = ("low", "likely", "high")
FIXED = ("", "fixed")
RATE_ABOVE = -0.99  # a real rate may be negative


def fault(row: dict[str, Any], column: str, problem: str, remedy: str) -> Fault:
    """A fault at the place where `row` was read."""
    return Fault(row["_file"], row["_row"], column, problem, remedy)


def quantity_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check low, likely, high, distribution, unit and common factor of one row."""
    given = [column for column in QUANTITY if row[column] is not None]
    if not given:
        if row["distribution"]:
            problem = f"is empty although the distribution is {row['distribution']!r}"
            yield fault(row, "likely", problem, "give low, likely and high, or clear the distribution")
        return
    yield from order_faults(row)
    yield from distribution_faults(row)
    yield from ends_faults(table, row)
    yield from unit_faults(table, row)
    for column in given:
        yield from value_faults(table, row, column)
    if row["strength"] is not None and not row["moves_with"]:
        yield fault(row, "strength", "is given without moves_with", "name the common factor, or clear strength")


def second_quantity_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check the second quantity of a row, if its table has one; it is due where the first is given."""
    prefix = TABLES[table].SECOND
    if not prefix:
        return
    other = second_quantity(row, prefix)
    for one in quantity_faults(table, other):
        yield replace(one, column=f"{prefix}_{one.column}")
    if all(other[column] is None for column in QUANTITY) and any(row[column] is not None for column in QUANTITY):
        yield fault(row, f"{prefix}_likely", "is empty", "give it as well: one number says nothing without the other")


def second_quantity(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """A row with its second quantity in the place of the first; ties concern the first alone."""
    columns = (*QUANTITY, "distribution")
    texts = row.get("_text", {})
    written = texts | {column: texts.get(f"{prefix}_{column}", "") for column in columns}
    taken = {column: row[f"{prefix}_{column}"] for column in columns}
    return {**row, **taken, "ends": "", "moves_with": "", "strength": None, "_text": written}


def order_faults(row: dict[str, Any]) -> Iterator[Fault]:
    """Check that low <= likely <= high."""
    low, likely, high = (row[column] for column in QUANTITY)
    remedy = "correct the row: low <= likely <= high"
    if low is not None and likely is not None and low > likely:
        yield fault(row, "low", f"{said(row, 'low')} is above likely {said(row, 'likely')}", remedy)
    if high is not None and likely is not None and high < likely:
        yield fault(row, "high", f"{said(row, 'high')} is below likely {said(row, 'likely')}", remedy)
    if low is not None and high is not None and likely is None and low > high:
        yield fault(row, "low", f"{said(row, 'low')} is above high {said(row, 'high')}", remedy)


def distribution_faults(row: dict[str, Any]) -> Iterator[Fault]:
    """Check that a range has a distribution, and a distribution the numbers that it needs."""
    low, likely, high, kind = row["low"], row["likely"], row["high"], row["distribution"]
    if kind in FIXED:
        if low is not None or high is not None:
            remedy = "name it (uniform, triangular, pert, normal, lognormal, truncated_normal), or clear low and high"
            yield fault(row, "distribution", f"is {kind or 'empty'} although a range is given", remedy)
        elif likely is None:
            yield fault(row, "likely", "is empty", "give the number")
    elif low is None or high is None:
        column = "low" if low is None else "high"
        yield fault(row, column, f"is empty although the distribution is {kind!r}", "give both low and high")
    elif likely is None and kind in ("triangular", "pert"):
        yield fault(row, "likely", f"is empty although {kind!r} needs it", "give the most likely value")
    if kind == "lognormal" and low is not None and low <= 0:
        problem = f"{said(row, 'low')} is not above zero, as a lognormal estimate must be"
        yield fault(row, "low", problem, "give a positive 5th percentile, or use normal")


def ends_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check that low and high can be read as the row says, and that a cut normal can have them as percentiles."""
    low, high, kind, ends = (row[column] for column in ("low", "high", "distribution", "ends"))
    if ends and kind in FIXED:
        remedy = "give low, high and distribution, or clear it"
        yield fault(row, "ends", f"is {ends} although there is no range", remedy)
    elif ends == "range" and kind not in RANGED:
        yield fault(row, "ends", f"is range although {kind!r} has no ends", "clear it: low and high are percentiles")
    if kind == "truncated_normal" and low is not None and high is not None and low < high:
        try:
            truncated(low, high, *truncation(high, bounds(table, row["unit"])))
        except NotPossible:
            told = f"{said(row, 'low')} and {said(row, 'high')} as its 5th and 95th percentile"
            cut = f"no normal cut at what {row['unit'] or 'it'} allows (or at 0)"
            problem = f"is truncated_normal, but {cut} has {told}"
            yield fault(row, "distribution", problem, "narrow the range, or use another distribution")


def unit_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check that the unit is given, and is one of the table's."""
    unit = row["unit"]
    allowed = TABLES[table].UNITS  # type: ignore[attr-defined]
    if not unit:
        yield fault(row, "unit", "is empty", f"use {' or '.join(allowed)}" if allowed else "name the unit")
    elif allowed and unit not in allowed:
        yield fault(row, "unit", f"{unit!r} does not belong in {table}", f"use {' or '.join(allowed)}")


def value_faults(table: str, row: dict[str, Any], column: str) -> Iterator[Fault]:
    """Check one number against its unit, a fixed level against the scale, and a weight against zero."""
    unit = row["unit"]
    value = row[column]
    told = said(row, column)
    least, most = WRITTEN.get(unit, (-inf, inf))
    if str(row.get("parameter_id")).endswith("_rate"):
        least = RATE_ABOVE
    if unit == "share" and not least <= value <= most:
        percent = f" ({told} % is {spelt(f'{value / 100:.10g}', row.get('_mark', '.'))})" if value > 0 else ""
        yield fault(row, column, f"{told} is no share", f"write a share between 0 and 1{percent}")
    elif value < 0 <= least:
        yield fault(row, column, f"{told} is negative", f"{unit} cannot be negative")
    elif not least <= value <= most:
        remedy = f"a number of {unit} lies from {least:,.0f} to {most:,.0f}: correct it, or the unit"
        yield fault(row, column, f"{told} is out of all bounds", remedy)
    elif unit == "level" and is_off_scale(row, column):
        remedy = "write a level from 0 to 100; only a range may pass an end, and is cut there"
        yield fault(row, column, f"{told} is off the scale", remedy)
    elif value < 0 and TABLES[table].WEIGHED is not None:  # type: ignore[attr-defined]
        yield fault(row, column, f"{told} is a negative weight", "write 0 for what counts for nothing")


def is_off_scale(row: dict[str, Any], column: str) -> bool:
    """Whether a fixed level, or all of a range, lies outside 0 to 100, and this column is the end nearest to it."""
    fixed = row["distribution"] in FIXED
    below, above = ("likely", "likely") if fixed else ("high", "low")
    return (column == below and row[column] < 0) or (column == above and row[column] > 100)
