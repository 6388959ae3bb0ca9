"""What was known when, and what superseded what."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.conditions import as_set
from fvmanalys.evidence.tables import TABLES

__all__ = ["default_as_of", "duplicate_faults", "in_force", "key_of", "superseded", "supersedes", "withdraws"]

Rows = list[dict[str, Any]]


def key_of(table: str, row: Mapping[str, Any]) -> tuple:
    """The columns that say which row this is; a `when` is part of it, since it tells two halves of one event apart."""
    return (*(row[column] for column in TABLES[table].KEY), as_set(row.get("when", "")))


def withdraws(table: str, row: Mapping[str, Any]) -> bool:
    """Whether a later row takes the former back: no quantity, no date, and no `restarted` that waits for an event."""
    if row.get("event_id") == "restarted" and row["after"]:
        return False
    says = TABLES[table].SAYS
    return bool(says) and all(row[column] is None or row[column] != row[column] for column in says)


def in_force(table: str, rows: Rows, as_of: date) -> Rows:
    """The rows known at `as_of`, the newest of each key, without those withdrawn, in the order of the file.

    The first row of a key cannot withdraw anything and stays.
    """
    known = [row for row in rows if (row.get("known_from") or date.min) <= as_of]
    newest: dict[tuple, dict[str, dict[str, Any]]] = {}
    gone: set[int] = set()
    for row in sorted(known, key=lambda row: (row.get("known_from") or date.min, not withdraws(table, row))):
        *key, when = key_of(table, row)
        standing = newest.setdefault(tuple(key), {})
        former = superseded(table, standing, when)
        if former and withdraws(table, row):
            gone.add(id(row))
        for one in former:
            del standing[one]
        standing[when] = row
    kept = {id(row) for standing in newest.values() for row in standing.values()} - gone
    return [row for row in rows if id(row) in kept]


def superseded(table: str, standing: dict[str, dict[str, Any]], when: str) -> list[str]:
    """The conditions of rows with one key whose place a later row takes: its own, none, or all if it has none.

    A row without a condition that says nothing stays beside one with a condition: of a variant it says what is absent.
    """
    if not when:
        return [*standing]
    return [one for one in ("", when) if one in standing and (one or not withdraws(table, standing[one]))]


def supersedes(later: tuple, former: tuple) -> bool:
    """Whether a row of one key takes the place of a row of another."""
    return later[:-1] == former[:-1] and (not later[-1] or former[-1] in ("", later[-1]))


def duplicate_faults(table: str, rows: Rows) -> Iterable[Fault]:
    """Find rows with the same key and the same `known_from`: which of them holds cannot be told."""
    seen: dict[tuple, dict[str, dict[str, Any]]] = {}
    for row in rows if TABLES[table].KEY else []:
        *key, when = key_of(table, row)
        same_day = seen.setdefault((*key, row.get("known_from")), {})
        twins = superseded(table, same_day, when)
        if withdraws(table, row) and not when:
            twins = [one for one in twins if not one]
        if twins:
            name = "/".join(str(part) for part in key)
            twin = same_day[twins[0]]["_row"]
            where = as_set(f"{twins[0]};{when}")
            name = f"{name!r}" + (f" where {where} holds" if where else "")
            remedy = f"remove one (the other is on row {twin}), or give the later knowledge a later known_from"
            yield Fault(row["_file"], row["_row"], "/".join(TABLES[table].KEY), f"{name} stands twice", remedy)
        same_day.setdefault(when, row)


def default_as_of(tables: dict[str, Rows]) -> date | None:
    """The decision's own day, or else the newest `known_from`."""
    own = [row["as_of"] for row in tables.get("decision", []) if row["as_of"]]
    days = [row["known_from"] for rows in tables.values() for row in rows if row.get("known_from")]
    return own[0] if own else max(days, default=None)
