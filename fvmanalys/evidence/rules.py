"""What must hold within a row, between rows, and between tables, whenever it became known; each rule yields faults."""

import difflib
import fnmatch
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from math import inf
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.asof import key_of, superseded
from fvmanalys.evidence.fields import WRITTEN
from fvmanalys.evidence.spelling import said, spelt
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, references

__all__ = [
    "Nearest", "criteria_exist", "estimate_ids", "fault", "history_faults", "id_part", "near", "price_years_exist",
    "risks_exist", "split",
]  # fmt: skip

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
QUANTITY, FIXED = ("low", "likely", "high"), ("", "fixed")
SUGGESTED = 10  # so many unknown names of a column are told what they probably mean
PARAMETER_UNITS = {
    "inflation": "share",
    "discount_rate": "share",
    "horizon_years": "years",
    "price_year": "year",
    "value_per_point": "MSEK",
    "outside_view": "share",
    "standing_share": "share",
}


def fault(row: dict[str, Any], column: str, problem: str, remedy: str) -> Fault:
    """A fault at the place where `row` was read."""
    return Fault(row["_file"], row["_row"], column, problem, remedy)


def history_faults(tables: Tables, unread: Iterable[str] = ()) -> Iterator[Fault]:
    """Check every row ever known: ranges, evidence, references, one row where one is due.

    Nothing is looked up in the tables `unread`, which have faults of their own.
    """
    published = {source["source_id"]: source["published"] for source in tables.get("sources", [])}
    for name, rows in tables.items():
        for row in rows:
            if issubclass(TABLES[name], Quantified):
                yield from quantity_faults(name, row)
            yield from evidence_faults(row, published)
        yield from reference_faults(name, rows, tables, unread)
        yield from first_row_faults(name, rows)
    for check, looked_up in CHECKS.items():
        if not set(looked_up) & set(unread):
            yield from check(tables)


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
    yield from unit_faults(table, row)
    for column in given:
        yield from value_faults(table, row, column)
    if row["strength"] is not None and not row["moves_with"]:
        yield fault(row, "strength", "is given without moves_with", "name the common factor, or clear strength")


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
            remedy = "name it (uniform, triangular, pert, normal, lognormal), or clear low and high"
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


def unit_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check that the unit is given, and is one of the table's."""
    unit, allowed = row["unit"], TABLES[table].UNITS  # type: ignore[attr-defined]
    if not unit:
        yield fault(row, "unit", "is empty", f"use {' or '.join(allowed)}" if allowed else "name the unit")
    elif allowed and unit not in allowed:
        yield fault(row, "unit", f"{unit!r} does not belong in {table}", f"use {' or '.join(allowed)}")


def value_faults(table: str, row: dict[str, Any], column: str) -> Iterator[Fault]:
    """Check one number against its unit, a fixed level against the scale, and a weight against zero."""
    unit, value, told = row["unit"], row[column], said(row, column)
    least, most = WRITTEN.get(unit, (-inf, inf))
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
    """Whether a fixed level lies outside 0 to 100, or a range wholly does so: this column is the end nearest to the scale."""
    fixed = row["distribution"] in FIXED
    below, above = ("likely", "likely") if fixed else ("high", "low")
    return (column == below and row[column] < 0) or (column == above and row[column] > 100)


def evidence_faults(row: dict[str, Any], published: Mapping[str, date]) -> Iterator[Fault]:
    """Check that a fact has a source that was public, and a judgement or assumption an owner."""
    kind = row.get("kind")
    if kind == "fact" and not row["source_id"]:
        remedy = "name the source, or call it a judgement or an assumption"
        yield fault(row, "source_id", "is empty although the kind is fact", remedy)
    if kind in ("judgement", "assumption") and not row["owner"]:
        yield fault(row, "owner", f"is empty although the kind is {kind}", "name who stands for it")
    if kind == "fact" and row["known_from"]:
        days = [published[one] for one in split(row["source_id"]) if one in published]
        if days and row["known_from"] < max(days):
            problem = f"{row['known_from']} is before its source was published ({max(days)})"
            yield fault(row, "known_from", problem, "use the day it became public, or cite the earlier source")


def reference_faults(name: str, rows: Rows, tables: Tables, unread: Iterable[str]) -> Iterator[Fault]:
    """Check that what a row points at exists."""
    for column, mark in references(name):
        if mark.table == "criteria" or mark.table in unread:
            continue  # a criterion is looked up together with its area below
        known = {row[mark.column] for row in tables.get(mark.table, [])}
        near = Nearest(known)
        for row in rows:
            values = split(row[column]) if mark.many else [row[column]] if row[column] else []
            for value in values:
                if value not in known and not (mark.all_options and value == ALL_OPTIONS):
                    remedy = near(value) or f"add it to {mark.table}, or correct it"
                    yield fault(row, column, f"{value!r} is not in {mark.table}", remedy)


def first_row_faults(table: str, rows: Rows) -> Iterator[Fault]:
    """Check that the first row of a key says something: only a later row can withdraw."""
    if not issubclass(TABLES[table], Quantified):
        return
    before: dict[tuple, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["known_from"]):
        *key, when = key_of(table, row)
        former = before.setdefault(tuple(key), {})
        empty = all(row[column] is None for column in QUANTITY)
        stands = row.get("date") or row["distribution"] or takes_readiness(table, row)
        if empty and not stands and not superseded(former, when):
            remedy = "give a number; only a later row with the same key may be empty, and withdraws it"
            yield fault(row, "likely", "is empty", remedy)
        former[when] = row


def takes_readiness(table: str, row: dict[str, Any]) -> bool:
    """Whether the row is an event `restarted` without a duration of its own."""
    return table == "timeline" and row["event_id"] == "restarted"


def one_decision(tables: Tables) -> Iterator[Fault]:
    """There is one decision."""
    for row in tables.get("decision", [])[1:]:
        yield fault(row, "row", "is a second decision", "keep one row")


def one_reference(tables: Tables) -> Iterator[Fault]:
    """One option is what the others are compared with."""
    options = tables.get("options", [])
    newest = {row["option_id"]: row for row in sorted(options, key=lambda row: row["known_from"] or date.min)}
    names = [name for name, row in newest.items() if row["reference"] == "yes"]
    if options and len(names) != 1:
        yield fault(
            options[0],
            "reference",
            f"{len(names)} options are the reference",
            "set reference to yes for exactly one option",
        )


def parameter_values(tables: Tables) -> Iterator[Fault]:
    """A parameter is one number, in its unit."""
    for row in tables.get("parameters", []):
        name, unit = row["parameter_id"], row["unit"]
        if row["likely"] is None and (row["low"] is not None or row["high"] is not None):
            yield fault(row, "likely", "is empty", "a parameter is a choice: give the value to use")
        elif row["likely"] is not None and name in ("horizon_years", "value_per_point") and row["likely"] <= 0:
            yield fault(row, "likely", f"{said(row, 'likely')} is not above zero", "give a positive value")
        if unit and unit != PARAMETER_UNITS[name]:
            yield fault(row, "unit", f"{unit!r} does not belong to {name}", f"use {PARAMETER_UNITS[name]}")


def timeline_choices(tables: Tables) -> Iterator[Fault]:
    """A row has a date or a quantity, not both."""
    for row in tables.get("timeline", []):
        if row["date"] and any(row[column] is not None for column in ("low", "likely", "high")):
            yield fault(row, "date", "stands beside a duration", "keep the date or the months, not both")


def stream_ends(tables: Tables) -> Iterator[Fault]:
    """A ramp or a total needs to know where it ends."""
    for row in tables.get("contracts", []):
        if not row["to_event"] and (row["basis"] == "total" or (row["profile"] != "level" and row["basis"] != "once")):
            yield fault(
                row, "to_event", "is empty although the row is a total or a ramp", "name the event where it ends"
            )
    for row in tables.get("staffing", []):
        if not row["to_event"] and row["profile"] != "level":
            yield fault(row, "to_event", "is empty although the row is a ramp", "name the event where it ends")


def risks_exist(tables: Tables) -> Iterator[Fault]:
    """A `when` names a risk of the same option."""
    risks = {(row["option_id"], row["risk_id"]) for row in tables.get("risks", [])}
    for name in ("timeline", "contracts", "staffing", "levels"):
        for row in tables.get(name, []):
            risk = row["when"].removeprefix("!")
            if risk and not {(row["option_id"], risk), (ALL_OPTIONS, risk)} & risks:
                yield fault(
                    row, "when", f"{risk!r} is no risk of option {row['option_id']!r}", "add it to risks, or correct it"
                )


def criteria_exist(tables: Tables) -> Iterator[Fault]:
    """A level's criterion belongs to its area, and is named where the area has criteria."""
    criteria: dict[str, set[str]] = {}
    for row in tables.get("criteria", []):
        criteria.setdefault(row["area_id"], set()).add(row["criterion_id"])
    nearest = {area: Nearest(known) for area, known in criteria.items()}
    for row in tables.get("levels", []):
        known, value = criteria.get(row["area_id"], {""}), row["criterion_id"]
        if value not in known:
            near = nearest.get(row["area_id"])
            remedy = (
                near and near(value)
            ) or f"use one of: {', '.join(one or '(empty)' for one in sorted(known)[:20])}"
            yield fault(row, "criterion_id", f"{value!r} is no criterion of area {row['area_id']!r}", remedy)


def price_years_exist(tables: Tables) -> Iterator[Fault]:
    """A price year stands in the index; without an index all price years are the parameter's."""
    index = {row["year"] for row in tables.get("price_index", [])}
    parameter = {row["likely"] for row in tables.get("parameters", []) if row["parameter_id"] == "price_year"}
    for name, column in (("parameters", "likely"), ("contracts", "price_year"), ("staff_costs", "price_year")):
        for row in tables.get(name, []):
            year = row[column] if name != "parameters" or row["parameter_id"] == "price_year" else None
            if year is not None and index and year not in index:
                yield fault(
                    row,
                    column,
                    f"{year:g} is not in price_index",
                    "add the year to price_index, or use one that it has",
                )
            elif year is not None and not index and year not in parameter:
                problem = f"{year:g} is not the parameter price_year, and there is no price_index"
                yield fault(row, column, problem, "add the table price_index")
            elif year is not None and not parameter:
                problem = f"{year:g} is given, but no parameter says the money of which year is counted in"
                yield fault(row, column, problem, "add price_year to parameters")


def ranges_of_time(tables: Tables) -> Iterator[Fault]:
    """A period of spend does not end before it starts."""
    categories = {row["category"] for row in tables.get("spend", [])}
    for row in tables.get("spend", []):
        if row["period_end"] < row["period_start"]:
            yield fault(row, "period_end", f"{row['period_end']} is before {row['period_start']}", "swap the dates")
        if row["part_of"] and row["part_of"] not in categories:
            yield fault(row, "part_of", f"{row['part_of']!r} is no category of spend", "name a category that has a row")


def programmes_have_ratios(tables: Tables) -> Iterator[Fault]:
    """A past programme has a ratio, and one for what is called censored."""
    for row in tables.get("reference_class", []):
        if row["cost_ratio"] is None and row["duration_ratio"] is None:
            yield fault(row, "cost_ratio", "is empty, and so is duration_ratio", "give at least one of them")
        for name in ("cost", "duration"):
            if row["censored"] in (name, "both") and row[f"{name}_ratio"] is None:
                yield fault(
                    row,
                    "censored",
                    f"says {row['censored']} but {name}_ratio is empty",
                    "give the bound, or correct censored",
                )


def investigations_resolve(tables: Tables) -> Iterator[Fault]:
    """An investigation names estimates that exist."""
    known = sorted(estimate_ids(tables))
    near = Nearest(known)

    @cache
    def matches(pattern: str) -> bool:
        begins = re.split(r"[*?\[]", pattern)[0]
        likely = known[bisect_left(known, begins) : bisect_right(known, begins + chr(sys.maxunicode))]
        return bool(fnmatch.filter(likely, pattern))

    for row in tables.get("investigations", []):
        for pattern in split(row["resolves"]):
            if not matches(pattern):
                remedy = near(pattern) or "write an estimate id (table/key/key) or a pattern with *"
                yield fault(row, "resolves", f"{pattern!r} matches no estimate", remedy)


def estimate_ids(tables: Tables) -> set[str]:
    """The ids of all estimates."""
    rows = [(name, row) for name, rows in tables.items() if issubclass(TABLES[name], Quantified) for row in rows]
    return {"/".join([name, *(id_part(row[column]) for column in TABLES[name].KEY)]) for name, row in rows}


CHECKS: dict[Callable[[Tables], Iterator[Fault]], tuple[str, ...]] = {
    one_decision: (),
    one_reference: ("options",),
    parameter_values: (),
    timeline_choices: (),
    stream_ends: (),
    risks_exist: ("risks",),
    price_years_exist: ("price_index", "parameters"),
    ranges_of_time: ("spend",),
    programmes_have_ratios: (),
    investigations_resolve: tuple(TABLES),
}


def split(text: str) -> list[str]:
    """The parts of a cell that holds several values."""
    return [part.strip() for part in text.split(";") if part.strip()]


def id_part(value: Any) -> str:
    """A key as it stands in an estimate's id."""
    return f"{value:g}" if isinstance(value, float) else str(value)


class Nearest:
    """Suggest what was probably meant by names that are not known, for the first few of them: it takes time."""

    def __init__(self, known: Iterable[Any]):
        self.known = [str(one) for one in known]
        self.found: dict[str, str] = {}

    def __call__(self, value: str) -> str:
        if value not in self.found and len(self.found) < SUGGESTED:
            match = difflib.get_close_matches(value, self.known, 1)
            self.found[value] = f"did you mean {match[0]!r}?" if match else ""
        return self.found.get(value, "")


def near(value: str, known: Iterable[Any]) -> str:
    """Suggest what was probably meant by one name."""
    return Nearest(known)(value)
