"""What counts for an option: its own rows, those that all share, and those of the option that it is a variant of.

What is in force is settled before, on the rows as they are written. A variant then takes every row that counts for its
base, with the same id and the same random numbers, unless it has a row of its own with the same key; one of its own
without a quantity and a date means that the inherited one is absent.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fvmanalys.evidence.asof import key_of, withdraws
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES

__all__ = ["INHERITED", "counting", "lines", "owners", "part_of"]

Rows = Sequence[Mapping[str, Any]]
Line = Sequence[str]
ADDING_UP = ("contracts", "staffing")
INHERITED = ("timeline", *ADDING_UP, "levels", "risks", "signals", "readiness")


def lines(options: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Every option with what it is a variant of, and so on to the first that is none."""
    bases = {row["option_id"]: row.get("variant_of") or "" for row in options}
    return {option: line_of(option, bases) for option in bases}


def line_of(option: str, bases: Mapping[str, str]) -> list[str]:
    """An option, what it is a variant of, and so on; a circle ends where it closes."""
    line = [option]
    while (base := bases.get(line[-1], "")) and base not in line:
        line.append(base)
    return line


def counting(table: str, rows: Rows, line: Line) -> list[Any]:
    """The rows of a table that count for the first option of a line,
    in the order of its base; own ones by those that they resemble.
    """
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
        found |= {
            alike: one
            for alike, one in own.items()
            if part_of(table, one) == part_of(table, row) and alike not in found
        }
    return [row for row in (found | own).values() if row["option_id"] != option or not withdraws(table, row)]


def first_of_line(table: str, rows: Rows, option: str) -> list[Any]:
    """The rows that count for an option that is no variant:
    costs add up, else its own take the place of shared ones.
    """
    mine = [row for row in rows if row["option_id"] in (option, ALL_OPTIONS)]
    if table in ADDING_UP:
        return mine
    own = {part_of(table, row) for row in mine if row["option_id"] == option}
    return [row for row in mine if row["option_id"] == option or part_of(table, row) not in own]


def part_of(table: str, row: Mapping[str, Any]) -> tuple:
    """What a row is about, whatever its option and condition; the rows of one readiness curve are about the same."""
    return () if table == "readiness" else tuple(row[column] for column in TABLES[table].KEY if column != "option_id")


def owners(table: str, rows: Rows, line: Line) -> dict[tuple, str]:
    """Whose random numbers each thing that counts for an option has: the furthest base's that it comes from."""
    option, *bases = line
    inherited = owners(table, rows, bases) if bases else {}
    counted = sorted(counting(table, rows, line), key=lambda row: row["option_id"] == option)
    return {part: inherited.get(part, row["option_id"]) for row in counted for part in [part_of(table, row)]}
