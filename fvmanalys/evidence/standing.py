"""What must stand at `as_of`: options in play with costs and levels, events that exist and do not run in circles."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.rules import Nearest, Rows, Tables, criteria_exist, fault, price_years_exist, risks_exist, split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, references

__all__ = ["standing_faults"]

NEEDED = ("discount_rate", "horizon_years", "value_per_point")


def standing_faults(tables: Tables, as_of: date) -> Iterator[Fault]:
    """Check what stands at `as_of`: options in play have costs and levels, events exist and do not run in circles."""
    options = tables.get("options", [])
    names = [row["option_id"] for row in options]
    if not names:
        yield Fault(
            "options", None, "known_from", f"no option is known at {as_of}", "use a later day, or an earlier known_from"
        )
    if names and not any(row["permanent"] == "yes" for row in options):
        problem = f"no option known at {as_of} may be the lasting answer"
        yield fault(options[0], "permanent", problem, "set permanent to yes for at least one")
    if names and sum(row["reference"] == "yes" for row in options) != 1:
        yield fault(
            options[0],
            "reference",
            f"no single reference option is known at {as_of}",
            "use a later day, or an earlier known_from",
        )
    if not tables.get("areas"):
        yield Fault(
            "areas", None, "known_from", f"no area is known at {as_of}", "use a later day, or an earlier known_from"
        )
    yield from needed_parameters(tables.get("parameters", []), as_of)
    playing = in_play(tables)
    yield from coverage_faults(options, playing, as_of)
    yield from circle_faults(names, playing.get("timeline", []))
    yield from weightless_faults(playing)
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


def coverage_faults(options: Rows, tables: Tables, as_of: date) -> Iterator[Fault]:
    """An option in play has a cost row, and a level row for each area or criterion."""
    with_costs = {row["option_id"] for name in ("contracts", "staffing") for row in tables.get(name, [])}
    levels: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in tables.get("levels", []):
        levels[row["option_id"]].add((row["area_id"], row["criterion_id"]))
    criteria = [(row["area_id"], row["criterion_id"]) for row in tables.get("criteria", [])]
    divided = {area for area, _ in criteria}
    whole = [(row["area_id"], "") for row in tables.get("areas", []) if row["area_id"] not in divided]
    for option in options:
        name = option["option_id"]
        if not {name, ALL_OPTIONS} & with_costs:
            problem = f"{name!r} has no cost row known at {as_of}"
            yield fault(option, "option_id", problem, "add one to contracts or staffing; nothing known is not zero")
        mine = levels[name] | levels[ALL_OPTIONS]
        for area, criterion in [*criteria, *whole]:
            if (area, criterion) not in mine:
                place = f"{area}/{criterion}" if criterion else area
                problem = f"{name!r} has no level for {place!r} known at {as_of}"
                yield fault(option, "option_id", problem, "add a row to levels; nothing known is not zero")


def circle_faults(options: list[str], timeline: Rows) -> Iterator[Fault]:
    """No event of an option waits for itself, in any of its rows; an option's own event takes the place of the shared one."""
    rows: dict[str, Rows] = defaultdict(list)
    for row in timeline:
        rows[row["option_id"]].append(row)
    for option in [ALL_OPTIONS, *options]:
        own = {row["event_id"] for row in rows[option]}
        shared = (row for row in rows[ALL_OPTIONS] if row["event_id"] not in own)
        graph: dict[str, list[str]] = {}
        first: dict[str, dict[str, Any]] = {}
        for row in [*shared, *rows[option]] if own else []:
            graph.setdefault(row["event_id"], []).extend(split(row["after"]))
            first.setdefault(row["event_id"], row)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            yield circle_fault(error.args[1][:0:-1], first)


def circle_fault(events: list[str], rows: dict[str, dict[str, Any]]) -> Fault:
    """The fault of events that wait for one another, told from the one that stands first in the file."""
    start = min(range(len(events)), key=lambda place: rows[events[place]]["_row"])
    path = " -> ".join([*events[start:], *events[: start + 1]])
    return fault(rows[events[start]], "after", f"events run in a circle: {path}", "remove one of the links")


def weightless_faults(tables: Tables) -> Iterator[Fault]:
    """Weights that are weighed against one another do not all come to nothing."""
    for table, model in TABLES.items():
        by = model.WEIGHED if issubclass(model, Quantified) else None
        groups: dict[tuple, Rows] = defaultdict(list)
        for row in tables.get(table, []) if by is not None else []:
            groups[tuple(row[column] for column in by or ())].append(row)
        for group, rows in groups.items():
            if all((row["likely"] if row["high"] is None else row["high"]) == 0 for row in rows):
                whose = f" of {group[0]!r}" if group else ""
                yield fault(rows[0], "likely", f"all weights{whose} are zero", "give at least one a weight above zero")


def dangling_faults(tables: Tables, as_of: date) -> Iterator[Fault]:
    """Every event and role that a row names is known at `as_of`, an event for some option."""
    for name, rows in tables.items():
        for column, mark in references(name):
            if mark.table not in ("timeline", "staff_costs"):
                continue
            known = {row[mark.column] for row in tables.get(mark.table, [])}
            near = Nearest(known)
            for row in rows:
                for value in split(row[column]):
                    if value not in known:
                        remedy = near(value) or f"give it a row in {mark.table} known by then"
                        yield fault(row, column, f"{value!r} is not known at {as_of}", remedy)


def readiness_faults(options: list[str], tables: Tables) -> Iterator[Fault]:
    """An event `restarted` without a duration needs the readiness table."""
    ready = {row["option_id"] for row in tables.get("readiness", [])}
    for row in tables.get("timeline", []):
        empty = (
            row["event_id"] == "restarted"
            and row["date"] is None
            and all(row[c] is None for c in ("low", "likely", "high"))
        )
        mine = options if row["option_id"] == ALL_OPTIONS else [row["option_id"]]
        if empty and any(not {option, ALL_OPTIONS} & ready for option in mine):
            yield fault(
                row,
                "likely",
                "is empty, and readiness has no row for this option",
                "give months, or add rows to readiness",
            )
