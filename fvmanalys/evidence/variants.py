"""What counts for an option: its own rows, those that all share, and those of the option that it is a variant of.

What is in force is settled before, on the rows as they are written. A variant then takes every row that counts for its
base, with the same id and the same random numbers, unless it has a row of its own with the same key; one of its own
without a quantity and a date means that the inherited one is absent. One that holds back its choice between two ways is
a variant of both: what counts for it as a variant of the one alone, counts in the draws in which it takes that one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fvmanalys.evidence.asof import key_of, withdraws
from fvmanalys.evidence.conditions import as_set, literals
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES

__all__ = [
    "INHERITED", "Line", "counting", "counting_either", "line_of", "owners", "part_of", "renamed", "stream_owners",
    "takes", "ways",
]  # fmt: skip

Rows = Sequence[Mapping[str, Any]]
Line = Sequence[str]
ADDING_UP = ("contracts", "staffing")
CONDITIONED = ("timeline", *ADDING_UP, "levels")
INHERITED = (*CONDITIONED, "risks", "signals", "readiness")


def ways(options: Iterable[Mapping[str, Any]]) -> dict[str, list[list[str]]]:
    """The line of every option; of one that holds back a choice between two ways, a line through each."""
    rows = list(options)
    bases = {row["option_id"]: row.get("variant_of") or "" for row in rows}
    among = {row["option_id"]: split(row.get("choose_among") or "") for row in rows}
    return {
        option: [[option, *line_of(way, bases)] for way in among[option]] or [line_of(option, bases)]
        for option in bases
    }


def line_of(option: str, bases: Mapping[str, str]) -> list[str]:
    """An option, what it is a variant of, and so on; a circle ends where it closes."""
    line = [option]
    while (base := bases.get(line[-1], "")) and base not in line:
        line.append(base)
    return line


def counting(table: str, rows: Rows, line: Line) -> list[Any]:
    """The rows of a table that count for the first option of a line, in the order of its base."""
    option, *bases = line
    if not bases:
        return first_of_line(table, rows, option)
    own = {key_of(table, row): row for row in rows if row["option_id"] == option}
    mine = {key[1:]: row for key, row in own.items()}
    taken = {part_of(table, row) for row in mine.values() if not withdraws(table, row)}
    found: dict[tuple, Any] = {}
    for row in counting(table, rows, bases):
        key = key_of(table, row)
        shared = row["option_id"] == ALL_OPTIONS and table not in (*ADDING_UP, "readiness")
        if key[1:] in mine:
            found.setdefault((option, *key[1:]), mine[key[1:]])
        elif not (shared and part_of(table, row) in taken):
            found[key] = row
        alike = {key: one for key, one in own.items() if part_of(table, one) == part_of(table, row)}
        found |= {key: one for key, one in alike.items() if key not in found}
    return [row for row in (found | own).values() if row["option_id"] != option or not withdraws(table, row)]


def first_of_line(table: str, rows: Rows, option: str) -> list[Any]:
    """The rows that count for an option that is no variant: costs add up, else its own replace shared ones."""
    mine = [row for row in rows if row["option_id"] in (option, ALL_OPTIONS)]
    if table in ADDING_UP:
        return mine
    own = {part_of(table, row) for row in mine if row["option_id"] == option}
    return [row for row in mine if row["option_id"] == option or part_of(table, row) not in own]


def takes(line: Line) -> str:
    """What holds where the way that a line goes through is taken, as a condition has it."""
    return f"takes:{line[1]}"


def renamed(tables: Mapping[str, Rows], known: Sequence[Line]) -> list[dict[str, str]]:
    """What the risks and signals of each way are called where both have one of the name that is not the same."""
    sides = []
    for line in known:
        rows = {table: counting(table, tables[table], line) for table in ("risks", "signals")}
        sides.append({row[TABLES[table].KEY[1]]: row for table, some in rows.items() for row in some})
    differ = {name for name in sides[0] for side in sides if name in side and side[name] is not sides[0][name]}
    return [{name: f"{line[1]}:{name}" for name in differ} for line in known if len(known) > 1] or [{}]


def counting_either(table: str, tables: Mapping[str, Rows], known: Sequence[Line]) -> list[Any]:
    """The rows that count for an option that holds back a choice, in the order of either way.

    Those of one way alone count under the condition that it is taken; risks and signals have the names of `renamed`.
    """
    names = renamed(tables, known)
    sides = [
        {told_apart(table, row, own): row for row in counting(table, tables[table], line)}
        for line, own in zip(known, names, strict=True)
    ]
    condition = takes(known[0])
    found: list[Any] = []
    first = list(sides[0])
    common = sides[0].keys() & sides[1].keys()
    for key, row in sides[1].items():
        if key in common:
            until = first.index(key) + 1 if key in first else 0
            found += [as_told(table, one, sides[0][one], "" if one in common else condition) for one in first[:until]]
            first = first[until:]
        else:
            found.append(as_told(table, key, row, f"!{condition}"))
    return found + [as_told(table, one, sides[0][one], "" if one in common else condition) for one in first]


def told_apart(table: str, row: Mapping[str, Any], names: Mapping[str, str]) -> tuple:
    """The place of a row, with its condition, or its name and what it is of, as these are called in its way."""
    if table in CONDITIONED:
        held = [f"{'' if holds else '!'}{names.get(name, name)}" for name, holds in literals(row["when"])]
        return row["_file"], row["_row"], as_set(";".join(held))
    called = row[TABLES[table].KEY[1]]
    of = row.get("of", "")
    return row["_file"], row["_row"], names.get(called, called), names.get(of, of)


def as_told(table: str, key: tuple, row: Mapping[str, Any], condition: str) -> Mapping[str, Any]:
    """A row as it counts under a condition."""
    if table in CONDITIONED:
        return {**row, "when": as_set(f"{key[2]};{condition}")}
    if table == "readiness":
        return row
    return {**row, TABLES[table].KEY[1]: key[2]} | ({"of": key[3]} if table == "signals" else {})


def stream_owners(table: str, rows: Rows, known: Sequence[Line]) -> dict[tuple, str]:
    """Whose random numbers each thing that counts for an option has; in the second way's where only that has it."""
    first, *others = (owners(table, rows, line) for line in known)
    return first | {
        part: one for other in others for part, one in other.items() if first.get(part) in (None, known[0][0])
    }


def part_of(table: str, row: Mapping[str, Any]) -> tuple:
    """What a row is about, whatever its option and condition; the rows of one readiness curve are about the same."""
    return () if table == "readiness" else tuple(row[column] for column in TABLES[table].KEY if column != "option_id")


def owners(table: str, rows: Rows, line: Line) -> dict[tuple, str]:
    """Whose random numbers each thing that counts for an option has: the furthest base's that it comes from."""
    option, *bases = line
    inherited = owners(table, rows, bases) if bases else {}
    counted = sorted(counting(table, rows, line), key=lambda row: row["option_id"] == option)
    return {part: inherited.get(part, row["option_id"]) for row in counted for part in [part_of(table, row)]}
