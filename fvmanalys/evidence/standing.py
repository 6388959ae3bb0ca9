"""What must stand at `as_of`: options in play with costs and levels, events that exist and do not run in circles."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.asof import key_of
from fvmanalys.evidence.choices import choice_faults
from fvmanalys.evidence.conditions import together
from fvmanalys.evidence.correlations import correlation_faults

from fvmanalys.evidence.rules import (  # isort: skip
    CONDITIONAL, Nearest, Rows, Tables, criteria_exist, fault, price_years_exist, split, unknown_conditions,
)  # fmt: skip
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, references
from fvmanalys.evidence.variants import INHERITED, counting, line_of, ways

__all__ = ["standing_faults"]

MOST_GROUPS = 6
NEEDED = ("discount_rate", "horizon_years", "value_per_point")


def standing_faults(tables: Tables, as_of: date) -> Iterator[Fault]:
    """Check what stands at `as_of`: options in play have costs and levels, events exist and do not run in circles."""
    options = tables.get("options", [])
    later = "use a later day, or an earlier known_from"
    if not options:
        yield Fault("options", None, "known_from", f"no option is known at {as_of}", later)
    if options and not any(row["permanent"] == "yes" for row in options):
        problem = f"no option known at {as_of} may be the lasting answer"
        yield fault(options[0], "permanent", problem, "set permanent to yes for at least one")
    if options and sum(row["reference"] == "yes" for row in options) != 1:
        yield fault(options[0], "reference", f"no single reference option is known at {as_of}", later)
    if not tables.get("areas"):
        yield Fault("areas", None, "known_from", f"no area is known at {as_of}", later)
    yield from needed_parameters(tables.get("parameters", []), as_of)
    playing = in_play(tables)
    circular = list(variant_faults(options, as_of))
    yield from circular
    known = {} if circular else ways(options)
    inherited = {name: playing.get(name, []) for name in INHERITED}
    line_to = {
        option if len(lines) == 1 else f"{option}, taking {line[1]}": line
        for option, lines in known.items()
        for line in lines
    }
    effective = {
        option: {name: counting(name, rows, line) for name, rows in inherited.items()}
        for option, line in line_to.items()
    }
    shared = {name: [row for row in rows if row["option_id"] == ALL_OPTIONS] for name, rows in inherited.items()}
    everyone = {ALL_OPTIONS: shared} | dict(sorted(effective.items(), key=lambda item: len(line_to[item[0]])))
    yield from choice_faults(options, playing, known)
    yield from dict.fromkeys(one for option, rows in everyone.items() for one in overlap_faults(option, rows))
    yield from condition_faults(everyone)
    yield from coverage_faults(options, playing, effective, as_of)
    yield from circle_faults(everyone)
    yield from weightless_faults(playing)
    yield from group_faults(playing)
    yield from dangling_faults(playing, as_of)
    yield from readiness_faults(effective)
    yield from correlation_faults(tables)
    for check in (criteria_exist, price_years_exist):
        yield from check(playing)


def variant_faults(options: Rows, as_of: date) -> Iterator[Fault]:
    """A variant varies an option in play, and no circle of options varies itself."""
    bases = {row["option_id"]: row["variant_of"] for row in options}
    choosing = {row["option_id"] for row in options if row["choose_among"]}
    for row in options:
        named = [(column, base) for column in ("variant_of", "choose_among") for base in split(row[column])]
        for column, base in named:
            if choosing & set(line_of(base, bases)):
                problem = f"{base!r} holds back a choice of its own, or varies an option that does"
                yield fault(row, column, problem, "name an option that holds back none")
            if column == "choose_among" and base not in bases:
                remedy = "name options in play, or give this one a later known_from"
                yield fault(row, column, f"{base!r} is not known at {as_of}", remedy)
        option, base = row["option_id"], row["variant_of"]
        if base and base not in bases:
            remedy = "name an option in play, or give the variant a later known_from"
            yield fault(row, "variant_of", f"{base!r} is not known at {as_of}", remedy)
        path = [option]
        while bases.get(path[-1]) and bases[path[-1]] not in path:
            path.append(bases[path[-1]])
        if bases.get(path[-1]) == option:
            told = " -> ".join([*path, option])
            remedy = "leave variant_of empty for one of them"
            yield fault(row, "variant_of", f"options vary in a circle: {told}", remedy)


def overlap_faults(option: str, tables: Tables) -> Iterator[Fault]:
    """Rows with the same key apart from `when` have conditions that exclude one another."""
    for name in CONDITIONAL:
        alike: dict[tuple, Rows] = defaultdict(list)
        for row in tables[name]:
            alike[row["option_id"] == ALL_OPTIONS, *key_of(name, row)[1:-1]].append(row)
        for later, former in (pair for rows in alike.values() for pair in combinations(reversed(rows), 2)):
            both = together(later["when"], former["when"])
            if both is not None:
                where = f"{both} holds" if both else "no condition is given"
                whose = option if option in (later["option_id"], former["option_id"]) else later["option_id"]
                rows_told = f"{told_when(later)} and {told_when(former)} on row {former['_row']}"
                problem = f"{rows_told} both count for {whose!r} where {where}"
                remedy = "let their conditions exclude one another, as risk and !risk do, or withdraw one of them"
                yield fault(later, "when", problem, remedy)


def told_when(row: dict[str, Any]) -> str:
    """The condition of a row, as a message says it."""
    return repr(row["when"]) if row["when"] else "the row without a condition"


def condition_faults(effective: dict[str, Tables]) -> Iterator[Fault]:
    """Every risk and signal that a row waits for is one of the option that it counts for; each row is told of once."""
    told: set[tuple] = set()
    for option, tables in effective.items():
        known = {(name, row[TABLES[name].KEY[1]]) for name in ("risks", "signals") for row in tables[name]}
        waiting = [(table, row) for table in (*CONDITIONAL, "signals") for row in tables[table]]
        found = [one for table, row in waiting for one in unknown_conditions(table, row, known, option)]
        yield from (one for one in found if (one.file, one.row, one.column) not in told)
        told |= {(one.file, one.row, one.column) for one in found}


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


def coverage_faults(options: Rows, tables: Tables, effective: dict[str, Tables], as_of: date) -> Iterator[Fault]:
    """An option in play has a cost row, and a level row for each area or criterion."""
    criteria = [(row["area_id"], row["criterion_id"]) for row in tables.get("criteria", [])]
    divided = {area for area, _ in criteria}
    whole = [(row["area_id"], "") for row in tables.get("areas", []) if row["area_id"] not in divided]
    for name, mine in effective.items():
        option = next(row for row in options if row["option_id"] == name.split(", taking ")[0])
        if not mine["contracts"] and not mine["staffing"]:
            problem = f"{name!r} has no cost row known at {as_of}"
            yield fault(option, "option_id", problem, "add one to contracts or staffing; nothing known is not zero")
        levels = {(row["area_id"], row["criterion_id"]) for row in mine["levels"]}
        for area, criterion in [*criteria, *whole]:
            if (area, criterion) not in levels:
                place = f"{area}/{criterion}" if criterion else area
                problem = f"{name!r} has no level for {place!r} known at {as_of}"
                yield fault(option, "option_id", problem, "add a row to levels; nothing known is not zero")


def circle_faults(effective: dict[str, Tables]) -> Iterator[Fault]:
    """No event of an option waits for itself, in any of its rows."""
    for option, tables in effective.items():
        rows = tables["timeline"]
        if option != ALL_OPTIONS and all(row["option_id"] == ALL_OPTIONS for row in rows):
            continue
        graph: dict[str, list[str]] = {}
        first: dict[str, dict[str, Any]] = {}
        for row in rows:
            graph.setdefault(row["event_id"], []).extend(split(row["after"]))
            first.setdefault(row["event_id"], row)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            events = error.args[1][:0:-1]
            start = min(range(len(events)), key=lambda place: first[events[place]]["_row"])  # first in the file
            path = " -> ".join([*events[start:], *events[: start + 1]])
            yield fault(first[events[start]], "after", f"events run in a circle: {path}", "remove one of the links")


def group_faults(tables: Tables) -> Iterator[Fault]:
    """No more groups of costs than a reader can take in."""
    first: dict[str, dict[str, Any]] = {}
    for row in (row for name in ("contracts", "staffing") for row in tables.get(name, []) if row["group"]):
        first.setdefault(row["group"], row)
    for name in list(first)[MOST_GROUPS:]:
        known = ", ".join(list(first)[:MOST_GROUPS])
        problem = f"{name!r} is one group of costs more than {MOST_GROUPS}"
        yield fault(first[name], "group", problem, f"use one of {known}, or name fewer groups")


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


def readiness_faults(effective: dict[str, Tables]) -> Iterator[Fault]:
    """An event `restarted` without a duration needs the readiness table."""
    for tables in effective.values():
        for row in tables["timeline"] if not tables["readiness"] else []:
            given = [row[name] for name in ("date", "low", "likely", "high") if row[name] is not None]
            if row["event_id"] == "restarted" and not given:
                problem = "is empty, and readiness has no row for this option"
                yield fault(row, "likely", problem, "give months, or add rows to readiness")
