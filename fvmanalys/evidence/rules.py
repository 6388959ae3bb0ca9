"""What must hold within a row, between rows, and between tables, whenever it became known; each rule yields faults."""

import difflib
import fnmatch
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.asof import key_of, supersedes
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, references

__all__ = [
    "criteria_exist", "estimate_ids", "fault", "history_faults", "id_part", "near", "price_years_exist", "risks_exist",
    "split",
]  # fmt: skip

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
NOT_NEGATIVE = ("fte", "months", "years", "count", "points")
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
    for name, rows in tables.items():
        for row in rows:
            if issubclass(TABLES[name], Quantified):
                yield from quantity_faults(name, row)
            yield from evidence_faults(row, tables)
        yield from reference_faults(name, rows, tables, unread)
        yield from first_row_faults(name, rows)
    for check, looked_up in CHECKS.items():
        if not set(looked_up) & set(unread):
            yield from check(tables)


def quantity_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check low, likely, high, distribution, unit and common factor of one row."""
    low, likely, high, kind = row["low"], row["likely"], row["high"], row["distribution"]
    values = {name: row[name] for name in ("low", "likely", "high") if row[name] is not None}
    if not values:
        if kind:
            problem = f"is empty although the distribution is {kind!r}"
            yield fault(row, "likely", problem, "give low, likely and high, or clear the distribution")
        return
    yield from range_faults(row, low, likely, high, kind)
    yield from unit_faults(table, row, values)
    if row["strength"] is not None and not row["moves_with"]:
        yield fault(row, "strength", "is given without moves_with", "name the common factor, or clear strength")


def range_faults(row: dict[str, Any], low: float | None, likely: float | None, high: float | None, kind: str) -> Iterator[Fault]:
    """Check that low <= likely <= high, and that a range has a distribution and a distribution a range."""
    if low is not None and likely is not None and low > likely:
        yield fault(row, "low", f"{low:g} is above likely {likely:g}", "correct the row: low <= likely <= high")
    if high is not None and likely is not None and high < likely:
        yield fault(row, "high", f"{high:g} is below likely {likely:g}", "correct the row: low <= likely <= high")
    if low is not None and high is not None and likely is None and low > high:
        yield fault(row, "low", f"{low:g} is above high {high:g}", "correct the row: low <= likely <= high")
    if kind in ("", "fixed"):
        if low is not None or high is not None:
            remedy = "name it (uniform, triangular, pert, normal, lognormal), or clear low and high"
            yield fault(row, "distribution", f"is {kind or 'empty'} although a range is given", remedy)
        elif likely is None:
            yield fault(row, "likely", "is empty", "give the number")
    elif low is None or high is None:
        yield fault(row, "low" if low is None else "high", f"is empty although the distribution is {kind!r}", "give both low and high")
    elif likely is None and kind in ("triangular", "pert"):
        yield fault(row, "likely", f"is empty although {kind!r} needs it", "give the most likely value")
    if kind == "lognormal" and low is not None and low <= 0:
        problem = f"{low:g} is not above zero, as a lognormal estimate must be"
        yield fault(row, "low", problem, "give a positive 5th percentile, or use normal")


def unit_faults(table: str, row: dict[str, Any], values: dict[str, float]) -> Iterator[Fault]:
    """Check the unit, and the values against it."""
    unit, allowed = row["unit"], TABLES[table].UNITS  # type: ignore[attr-defined]
    if not unit:
        yield fault(row, "unit", "is empty", f"use {' or '.join(allowed)}" if allowed else "name the unit")
    elif allowed and unit not in allowed:
        yield fault(row, "unit", f"{unit!r} does not belong in {table}", f"use {' or '.join(allowed)}")
    for name, value in values.items():
        if unit == "share" and not 0 <= value <= 1:
            yield fault(row, name, f"{value:g} is no share", "write a share between 0 and 1 (3,5 % is 0.035)")
        if unit in NOT_NEGATIVE and value < 0:
            yield fault(row, name, f"{value:g} is negative", f"{unit} cannot be negative")


def evidence_faults(row: dict[str, Any], tables: Tables) -> Iterator[Fault]:
    """Check that a fact has a source that was public, and a judgement or assumption an owner."""
    kind = row.get("kind")
    if kind == "fact" and not row["source_id"]:
        yield fault(row, "source_id", "is empty although the kind is fact", "name the source, or call it a judgement or an assumption")
    if kind in ("judgement", "assumption") and not row["owner"]:
        yield fault(row, "owner", f"is empty although the kind is {kind}", "name who stands for it")
    if kind == "fact" and row["known_from"]:
        published = {source["source_id"]: source["published"] for source in tables.get("sources", [])}
        days = [published[one] for one in split(row["source_id"]) if one in published]
        if days and row["known_from"] < max(days):
            problem = f"{row['known_from']} is before its source was published ({max(days)})"
            yield fault(row, "known_from", problem, "use the day it became public, or cite the earlier source")


def reference_faults(name: str, rows: Rows, tables: Tables, unread: Iterable[str]) -> Iterator[Fault]:
    """Check that what a row points at exists."""
    for column, mark in references(name):
        known = {row[mark.column] for row in tables.get(mark.table, [])}
        if mark.table == "criteria" or mark.table in unread:
            continue  # a criterion is looked up together with its area below
        for row in rows:
            values = split(row[column]) if mark.many else [row[column]] if row[column] else []
            for value in values:
                if value not in known and not (mark.all_options and value == ALL_OPTIONS):
                    remedy = near(value, known) or f"add it to {mark.table}, or correct it"
                    yield fault(row, column, f"{value!r} is not in {mark.table}", remedy)


def first_row_faults(table: str, rows: Rows) -> Iterator[Fault]:
    """Check that the first row of a key says something: only a later row can withdraw."""
    if not issubclass(TABLES[table], Quantified):
        return
    before: list[tuple] = []
    for row in sorted(rows, key=lambda row: row["known_from"]):
        key = key_of(table, row)
        empty = all(row[column] is None for column in ("low", "likely", "high"))
        stands = row.get("date") or row["distribution"] or takes_readiness(table, row)
        if empty and not stands and not any(supersedes(key, one) for one in before):
            yield fault(row, "likely", "is empty", "give a number; only a later row with the same key may be empty, and withdraws it")
        before.append(key)


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
        yield fault(options[0], "reference", f"{len(names)} options are the reference", "set reference to yes for exactly one option")


def parameter_values(tables: Tables) -> Iterator[Fault]:
    """A parameter is one number, in its unit."""
    for row in tables.get("parameters", []):
        name, unit = row["parameter_id"], row["unit"]
        if row["likely"] is None and (row["low"] is not None or row["high"] is not None):
            yield fault(row, "likely", "is empty", "a parameter is a choice: give the value to use")
        elif row["likely"] is not None and name in ("horizon_years", "value_per_point") and row["likely"] <= 0:
            yield fault(row, "likely", f"{row['likely']:g} is not above zero", "give a positive value")
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
            yield fault(row, "to_event", "is empty although the row is a total or a ramp", "name the event where it ends")
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
                yield fault(row, "when", f"{risk!r} is no risk of option {row['option_id']!r}", "add it to risks, or correct it")


def criteria_exist(tables: Tables) -> Iterator[Fault]:
    """A level's criterion belongs to its area, and is named where the area has criteria."""
    criteria: dict[str, set[str]] = {}
    for row in tables.get("criteria", []):
        criteria.setdefault(row["area_id"], set()).add(row["criterion_id"])
    for row in tables.get("levels", []):
        known, value = criteria.get(row["area_id"], {""}), row["criterion_id"]
        if value not in known:
            remedy = near(value, known) or f"use one of: {', '.join(one or '(empty)' for one in sorted(known))}"
            yield fault(row, "criterion_id", f"{value!r} is no criterion of area {row['area_id']!r}", remedy)


def price_years_exist(tables: Tables) -> Iterator[Fault]:
    """A price year stands in the index; without an index all price years are the parameter's."""
    index = {row["year"] for row in tables.get("price_index", [])}
    parameter = {row["likely"] for row in tables.get("parameters", []) if row["parameter_id"] == "price_year"}
    for name, column in (("parameters", "likely"), ("contracts", "price_year"), ("staff_costs", "price_year")):
        for row in tables.get(name, []):
            year = row[column] if name != "parameters" or row["parameter_id"] == "price_year" else None
            if year is not None and index and year not in index:
                yield fault(row, column, f"{year:g} is not in price_index", "add the year to price_index, or use one that it has")
            elif year is not None and not index and year not in parameter:
                problem = f"{year:g} is not the parameter price_year, and there is no price_index"
                yield fault(row, column, problem, "add the table price_index")
            elif year is not None and not parameter:
                problem = f"{year:g} is given, but no parameter says the money of which year is counted in"
                yield fault(row, column, problem, "add price_year to parameters")


def ranges_of_time(tables: Tables) -> Iterator[Fault]:
    """A period of spend does not end before it starts."""
    for row in tables.get("spend", []):
        if row["period_end"] < row["period_start"]:
            yield fault(row, "period_end", f"{row['period_end']} is before {row['period_start']}", "swap the dates")
        if row["part_of"] and row["part_of"] not in {other["category"] for other in tables["spend"]}:
            yield fault(row, "part_of", f"{row['part_of']!r} is no category of spend", "name a category that has a row")


def programmes_have_ratios(tables: Tables) -> Iterator[Fault]:
    """A past programme has a ratio, and one for what is called censored."""
    for row in tables.get("reference_class", []):
        if row["cost_ratio"] is None and row["duration_ratio"] is None:
            yield fault(row, "cost_ratio", "is empty, and so is duration_ratio", "give at least one of them")
        for name in ("cost", "duration"):
            if row["censored"] in (name, "both") and row[f"{name}_ratio"] is None:
                yield fault(row, "censored", f"says {row['censored']} but {name}_ratio is empty", "give the bound, or correct censored")


def investigations_resolve(tables: Tables) -> Iterator[Fault]:
    """An investigation names estimates that exist."""
    known = estimate_ids(tables)
    for row in tables.get("investigations", []):
        for pattern in split(row["resolves"]):
            if not fnmatch.filter(known, pattern):
                remedy = near(pattern, known) or "write an estimate id (table/key/key) or a pattern with *"
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


def near(value: str, known: Iterable[Any]) -> str:
    """Suggest what was probably meant."""
    match = difflib.get_close_matches(value, [str(one) for one in known], 1)
    return f"did you mean {match[0]!r}?" if match else ""


