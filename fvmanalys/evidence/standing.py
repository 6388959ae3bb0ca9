"""What must stand at `as_of`: options in play with costs and levels, events that exist and do not run in circles."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.rules import Rows, Tables, criteria_exist, fault, near, price_years_exist, risks_exist, split
from fvmanalys.evidence.tables import ALL_OPTIONS, references

__all__ = ["standing_faults"]

NEEDED = ("discount_rate", "horizon_years", "value_per_point")


def standing_faults(tables: Tables, as_of: date) -> Iterator[Fault]:
    """Check what stands at `as_of`: options in play have costs and levels, events exist and do not run in circles."""
    options = tables.get("options", [])
    names = [row["option_id"] for row in options]
    if not names:
        yield Fault("options", None, "known_from", f"no option is known at {as_of}", "use a later day, or an earlier known_from")
    if names and not any(row["permanent"] == "yes" for row in options):
        problem = f"no option known at {as_of} may be the lasting answer"
        yield fault(options[0], "permanent", problem, "set permanent to yes for at least one")
    if names and sum(row["reference"] == "yes" for row in options) != 1:
        yield fault(options[0], "reference", f"no single reference option is known at {as_of}", "use a later day, or an earlier known_from")
    if not tables.get("areas"):
        yield Fault("areas", None, "known_from", f"no area is known at {as_of}", "use a later day, or an earlier known_from")
    yield from needed_parameters(tables.get("parameters", []), as_of)
    playing = in_play(tables)
    for option in options:
        yield from coverage_faults(option, playing, as_of)
        yield from circle_faults(option["option_id"], playing)
    yield from dangling_faults(playing, as_of)
    yield from readiness_faults(names, playing)
    for check in (risks_exist, criteria_exist, price_years_exist):
        yield from check(playing)


def needed_parameters(rows: Rows, as_of: date) -> Iterator[Fault]:
    """Discount rate, horizon and value per point have no default."""
    for name in NEEDED:
        if name not in {row["parameter_id"] for row in rows}:
            file = rows[0]["_file"] if rows else "parameters"
            remedy = "add the row, as known by that day; the answer depends on it"
            yield Fault(file, None, "parameter_id", f"{name!r} is not known at {as_of}", remedy)


def in_play(tables: Tables) -> Tables:
    """The rows that concern options in play and areas known."""
    options = {"", ALL_OPTIONS, *(row["option_id"] for row in tables.get("options", []))}
    areas = {row["area_id"] for row in tables.get("areas", [])}

    def concerns(row: dict[str, Any]) -> bool:
        return row.get("option_id", "") in options and ("area_id" not in row or row["area_id"] in areas)

    return {name: list(filter(concerns, rows)) for name, rows in tables.items()}


def coverage_faults(option: dict[str, Any], tables: Tables, as_of: date) -> Iterator[Fault]:
    """An option in play has a cost row, and a level row for each area or criterion."""
    mine = {option["option_id"], ALL_OPTIONS}
    if not any(row["option_id"] in mine for row in [*tables.get("contracts", []), *tables.get("staffing", [])]):
        problem = f"{option['option_id']!r} has no cost row known at {as_of}"
        yield fault(option, "option_id", problem, "add one to contracts or staffing; nothing known is not zero")
    criteria = [(row["area_id"], row["criterion_id"]) for row in tables.get("criteria", [])]
    areas = [row["area_id"] for row in tables.get("areas", [])]
    due = [*criteria, *((area, "") for area in areas if area not in {name for name, _ in criteria})]
    known = {(row["area_id"], row["criterion_id"]) for row in tables.get("levels", []) if row["option_id"] in mine}
    for area, criterion in due:
        if (area, criterion) not in known:
            place = f"{area}/{criterion}" if criterion else area
            problem = f"{option['option_id']!r} has no level for {place!r} known at {as_of}"
            yield fault(option, "option_id", problem, "add a row to levels; nothing known is not zero")


def events_of(option_id: str, tables: Tables) -> dict[str, dict[str, Any]]:
    """The events that an option has, its own and those of all options that it does not replace; `after` of all their rows."""
    rows = [row for row in tables.get("timeline", []) if row["option_id"] in (ALL_OPTIONS, option_id)]
    own = {row["event_id"] for row in rows if row["option_id"] == option_id}
    events: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["option_id"] == option_id or row["event_id"] not in own:
            waits = events.get(row["event_id"], {"after": ""})["after"]
            events[row["event_id"]] = {**row, "after": f"{waits};{row['after']}"}
    return events


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
    """Every event and role that a row names is known at `as_of`, an event for some option."""
    for name, rows in tables.items():
        for column, mark in references(name):
            if mark.table not in ("timeline", "staff_costs"):
                continue
            known = {row[mark.column] for row in tables.get(mark.table, [])}
            for row in rows:
                for value in split(row[column]):
                    if value not in known:
                        remedy = near(value, known) or f"give it a row in {mark.table} known by then"
                        yield fault(row, column, f"{value!r} is not known at {as_of}", remedy)


def readiness_faults(options: list[str], tables: Tables) -> Iterator[Fault]:
    """An event `restarted` without a duration needs the readiness table."""
    ready = {row["option_id"] for row in tables.get("readiness", [])}
    for row in tables.get("timeline", []):
        empty = row["event_id"] == "restarted" and row["date"] is None and all(row[c] is None for c in ("low", "likely", "high"))
        mine = options if row["option_id"] == ALL_OPTIONS else [row["option_id"]]
        if empty and any(not {option, ALL_OPTIONS} & ready for option in mine):
            yield fault(row, "likely", "is empty, and readiness has no row for this option", "give months, or add rows to readiness")
