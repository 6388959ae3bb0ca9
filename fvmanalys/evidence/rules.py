"""What must hold within a row, between rows, and between tables; each rule is a small function that yields faults."""

import difflib
import fnmatch
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, references

__all__ = ["history_faults", "standing_faults"]

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
NOT_NEGATIVE = ("fte", "months", "years", "count", "points")


def fault(row: dict[str, Any], column: str, problem: str, remedy: str) -> Fault:
    """A fault at the place where `row` was read."""
    return Fault(row["_file"], row["_row"], column, problem, remedy)


def history_faults(tables: Tables) -> Iterator[Fault]:
    """Check every row ever known: ranges, evidence, references, one row where one is due."""
    for name, rows in tables.items():
        for row in rows:
            if issubclass(TABLES[name], Quantified):
                yield from quantity_faults(name, row)
            yield from evidence_faults(row, tables)
        yield from reference_faults(name, rows, tables)
        yield from first_row_faults(name, rows)
    for check in CHECKS:
        yield from check(tables)


def quantity_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check low, likely, high, distribution, unit and common factor of one row."""
    low, likely, high, kind = row["low"], row["likely"], row["high"], row["distribution"]
    values = {name: row[name] for name in ("low", "likely", "high") if row[name] is not None}
    if not values:
        if kind:
            yield fault(row, "likely", f"is empty although the distribution is {kind!r}", "give low, likely and high, or clear the distribution")
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
    if low is not None and high is not None and low > high:
        yield fault(row, "low", f"{low:g} is above high {high:g}", "correct the row: low <= likely <= high")
    if kind in ("", "fixed"):
        if low is not None or high is not None:
            yield fault(row, "distribution", "is empty although a range is given", "name it (uniform, triangular, pert, normal, lognormal), or clear low and high")
        elif likely is None:
            yield fault(row, "likely", "is empty", "give the number")
    elif low is None or high is None:
        yield fault(row, "low" if low is None else "high", f"is empty although the distribution is {kind!r}", "give both low and high")
    elif likely is None and kind in ("triangular", "pert"):
        yield fault(row, "likely", f"is empty although {kind!r} needs it", "give the most likely value")
    if kind == "lognormal" and low is not None and low <= 0:
        yield fault(row, "low", f"{low:g} is not above zero, as a lognormal estimate must be", "give a positive 5th percentile, or use normal")


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


def reference_faults(name: str, rows: Rows, tables: Tables) -> Iterator[Fault]:
    """Check that what a row points at exists."""
    for column, mark in references(name):
        known = {row[mark.column] for row in tables.get(mark.table, [])}
        if mark.table == "criteria":
            continue  # looked up together with its area below
        for row in rows:
            values = split(row[column]) if mark.many else [row[column]] if row[column] else []
            for value in values:
                if value not in known and not (mark.all_options and value == ALL_OPTIONS):
                    yield fault(row, column, f"{value!r} is not in {mark.table}", near(value, known) or f"add it to {mark.table}, or correct it")


def first_row_faults(table: str, rows: Rows) -> Iterator[Fault]:
    """Check that the first row of a key says something: only a later row can withdraw."""
    if not issubclass(TABLES[table], Quantified):
        return
    first: dict[tuple, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["known_from"]):
        first.setdefault(tuple(row[column] for column in TABLES[table].KEY), row)
    for row in first.values():
        empty = all(row[column] is None for column in ("low", "likely", "high"))
        if empty and not row.get("date") and not takes_readiness(table, row):
            yield fault(row, "likely", "is empty", "give a number; only a later row with the same key may be empty, and withdraws it")


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
    names = {row["option_id"] for row in options if row["reference"] == "yes"}
    if options and len(names) != 1:
        yield fault(options[0], "reference", f"{len(names)} options are the reference", "set reference to yes for exactly one option")


def needed_parameters(tables: Tables) -> Iterator[Fault]:
    """Discount rate, horizon and value per point have no default."""
    rows = tables.get("parameters", [])
    known = {row["parameter_id"] for row in rows}
    for name in ("discount_rate", "horizon_years", "value_per_point"):
        if rows and name not in known:
            yield Fault(rows[0]["_file"], None, "parameter_id", f"{name!r} is missing", "add the row; the answer depends on it")
    for row in rows:
        if row["likely"] is None:
            yield fault(row, "likely", "is empty", "a parameter is a choice: give the value to use")
        elif row["parameter_id"] in ("horizon_years", "value_per_point") and row["likely"] <= 0:
            yield fault(row, "likely", f"{row['likely']:g} is not above zero", "give a positive value")


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
        known = criteria.get(row["area_id"], {""})
        if row["criterion_id"] not in known:
            value = row["criterion_id"]
            yield fault(row, "criterion_id", f"{value!r} is no criterion of area {row['area_id']!r}", near(value, known) or f"use one of: {', '.join(sorted(known)) or '(empty)'}")


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
                yield fault(row, column, f"{year:g} is not the parameter price_year, and there is no price_index", "add the table price_index")


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
    known = {"/".join([name, *(id_part(row[c]) for c in TABLES[name].KEY)]) for name, rows in tables.items() if issubclass(TABLES[name], Quantified) for row in rows}
    for row in tables.get("investigations", []):
        for pattern in split(row["resolves"]):
            if not fnmatch.filter(known, pattern):
                yield fault(row, "resolves", f"{pattern!r} matches no estimate", near(pattern, known) or "write an estimate id (table/key/key) or a pattern with *")


CHECKS: tuple[Callable[[Tables], Iterator[Fault]], ...] = (
    one_decision,
    one_reference,
    needed_parameters,
    timeline_choices,
    stream_ends,
    risks_exist,
    criteria_exist,
    price_years_exist,
    ranges_of_time,
    programmes_have_ratios,
    investigations_resolve,
)


def standing_faults(tables: Tables, as_of: date) -> Iterator[Fault]:
    """Check what stands at `as_of`: options in play have costs and levels, events exist and do not run in circles."""
    options = tables.get("options", [])
    names = [row["option_id"] for row in options]
    if not names:
        yield Fault("options", None, "known_from", f"no option is known at {as_of}", "use a later day, or an earlier known_from")
    if names and not any(row["permanent"] == "yes" for row in options):
        yield fault(options[0], "permanent", f"no option known at {as_of} may be the lasting answer", "set permanent to yes for at least one")
    if names and not any(row["reference"] == "yes" for row in options):
        yield fault(options[0], "reference", f"the reference option is not known at {as_of}", "use a later day, or an earlier known_from")
    if not tables.get("areas"):
        yield Fault("areas", None, "known_from", f"no area is known at {as_of}", "use a later day, or an earlier known_from")
    for option in options:
        yield from coverage_faults(option, tables, as_of)
        yield from circle_faults(option["option_id"], tables)
    yield from dangling_faults(tables, as_of)
    yield from readiness_faults(names, tables)


def coverage_faults(option: dict[str, Any], tables: Tables, as_of: date) -> Iterator[Fault]:
    """An option in play has a cost row, and a level row for each area or criterion."""
    mine = {option["option_id"], ALL_OPTIONS}
    if not any(row["option_id"] in mine for row in [*tables.get("contracts", []), *tables.get("staffing", [])]):
        yield fault(option, "option_id", f"{option['option_id']!r} has no cost row known at {as_of}", "add one to contracts or staffing; nothing known is not zero")
    criteria = [(row["area_id"], row["criterion_id"]) for row in tables.get("criteria", [])]
    areas = [row["area_id"] for row in tables.get("areas", [])]
    due = [*criteria, *((area, "") for area in areas if area not in {name for name, _ in criteria})]
    known = {(row["area_id"], row["criterion_id"]) for row in tables.get("levels", []) if row["option_id"] in mine}
    for area, criterion in due:
        if (area, criterion) not in known:
            place = f"{area}/{criterion}" if criterion else area
            yield fault(option, "option_id", f"{option['option_id']!r} has no level for {place!r} known at {as_of}", "add a row to levels; nothing known is not zero")


def events_of(option_id: str, tables: Tables) -> dict[str, dict[str, Any]]:
    """The events that an option has: its own rows, and those of all options that it does not replace."""
    shared = {row["event_id"]: row for row in tables.get("timeline", []) if row["option_id"] == ALL_OPTIONS}
    return shared | {row["event_id"]: row for row in tables.get("timeline", []) if row["option_id"] == option_id}


def circle_faults(option_id: str, tables: Tables) -> Iterator[Fault]:
    """No event waits for itself."""
    events = events_of(option_id, tables)
    done: set[str] = set()
    for start in events:
        path: list[str] = []
        circle = find_circle(start, events, path, done)
        if circle:
            yield fault(events[start], "after", f"events run in a circle: {' -> '.join(circle)}", "remove one of the links")
            return


def find_circle(name: str, events: dict[str, dict[str, Any]], path: list[str], done: set[str]) -> list[str]:
    """The events from `name` back to `name`, if it waits for itself."""
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done or name not in events:
        return []
    path.append(name)
    for before in split(events[name]["after"]):
        circle = find_circle(before, events, path, done)
        if circle:
            return circle
    path.pop()
    done.add(name)
    return []


def dangling_faults(tables: Tables, as_of: date) -> Iterator[Fault]:
    """Every event that a row names is known at `as_of` for some option."""
    known = {row["event_id"] for row in tables.get("timeline", [])}
    for name, rows in tables.items():
        for column, mark in references(name):
            if mark.table != "timeline":
                continue
            for row in rows:
                for value in split(row[column]):
                    if value not in known:
                        yield fault(row, column, f"event {value!r} is not known at {as_of}", near(value, known) or "give it a row in timeline known by then")


def readiness_faults(options: list[str], tables: Tables) -> Iterator[Fault]:
    """An event `restarted` without a duration needs the readiness table."""
    ready = {row["option_id"] for row in tables.get("readiness", [])}
    for row in tables.get("timeline", []):
        empty = row["event_id"] == "restarted" and row["date"] is None and all(row[c] is None for c in ("low", "likely", "high"))
        mine = options if row["option_id"] == ALL_OPTIONS else [row["option_id"]]
        if empty and any(not {option, ALL_OPTIONS} & ready for option in mine):
            yield fault(row, "likely", "is empty, and readiness has no row for this option", "give months, or add rows to readiness")


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


