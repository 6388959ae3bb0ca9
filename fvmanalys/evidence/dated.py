"""Raw tables as known on one day, row by row: what inputs are made of, and all that `check` needs."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fvmanalys.errors import EvidenceError, Fault, UsageError
from fvmanalys.evidence.asof import default_as_of, duplicate_faults, in_force
from fvmanalys.evidence.fields import FIRST_DAY, LAST_DAY
from fvmanalys.evidence.known import known_on
from fvmanalys.evidence.read import RAW, RawTable, parse_tables, read_folder
from fvmanalys.evidence.rules import Rows, Tables, history_faults
from fvmanalys.evidence.standing import standing_faults
from fvmanalys.evidence.tables import TABLES, Quantified, release_columns
from fvmanalys.evidence.variants import ways

if TYPE_CHECKING:
    from fvmanalys.evidence.changing import Change

__all__ = ["Dated", "check", "dated", "default_folder", "parse_day", "project", "read_dated", "row_faults"]


@dataclass(frozen=True)
class Dated:
    """The rows in force on a day, and all that were known by then; `steps` and `own` are what a run keeps with them."""

    folder: Path
    as_of: date
    tables: Tables
    history: Tables
    steps: "tuple[Change, ...]" = ()
    own: Mapping[str, Any] = field(default_factory=dict)

    def rows(self, table: str) -> Rows:
        """The rows of a table in force."""
        return self.tables.get(table, [])

    def ever(self, table: str) -> Rows:
        """Every row of a table that was ever known."""
        return self.history.get(table, [])

    @property
    def quantities(self) -> int:
        """How many estimates the rows in force hold."""
        held = [(TABLES[name], rows) for name, rows in self.tables.items() if issubclass(TABLES[name], Quantified)]
        given = [table for table, rows in held for row in rows if not row["likely"] is row["low"] is None]
        return sum(1 + bool(table.SECOND) for table in given)

    @property
    def parameters(self) -> dict[str, float]:
        """The value used of each parameter that is given."""
        return {row["parameter_id"]: row["likely"] for row in self.rows("parameters")}

    @cached_property
    def ways(self) -> dict[str, list[list[str]]]:
        """The line of every option in play, as `Inputs` has it."""
        return ways(self.rows("options"))


def project() -> Path:
    """The nearest folder from here upwards that holds data/raw, as seen from here; where there is none, this one."""
    upwards = (Path(*[os.pardir] * steps) for steps in range(len(Path.cwd().parts)))
    return next((folder for folder in upwards if (folder / RAW).is_dir()), Path())


def default_folder() -> Path:
    """The raw tables of the project that we stand in, at its root or below it."""
    return project() / RAW


def read_dated(data: str | Path, as_of: str | date | None = None) -> Dated:
    """Read, check and date the raw tables in the folder `data`."""
    folder = default_folder() if Path(data) == RAW else Path(data)
    return dated(folder, *read_folder(folder), as_of)


def dated(folder: Path, raw: dict[str, RawTable], faults: list[Fault], as_of: str | date | None = None) -> Dated:
    """Check and date raw tables that have been read; `faults` are those of reading."""
    day = parse_day(as_of)
    tables, found = parse_tables(raw)
    faults = [*faults, *found]
    unread = {Path(fault.file).stem for fault in faults}
    faults += row_faults(tables, unread)
    day = day or default_as_of(tables)
    if day is None or unread:
        raise EvidenceError(faults)
    standing = {name: in_force(name, rows, day) for name, rows in tables.items()}
    check(standing, day, faults)
    known = known_on(tables, day)
    standing = {name: without_release(name, in_force(name, rows, day)) for name, rows in known.items()}
    return Dated(folder, day, standing, known, *kept_beside(folder))


def kept_beside(folder: Path) -> "tuple[tuple[Change, ...], dict[str, Any]]":
    """The changes that a run was made with, and what its organisation has of its own, where a run keeps its tables."""
    if not any(folder.glob("*.toml")):
        return (), {}
    from fvmanalys.evidence.changing import MADE_WITH, OWN_FILE, read_changes, read_own  # takes a while to import

    steps = read_changes(folder / MADE_WITH) if (folder / MADE_WITH).is_file() else []
    return tuple(steps), read_own(folder / OWN_FILE)


def without_release(table: str, rows: Rows) -> Rows:
    """Rows without what may be public of the confidential ones: nothing but the making of public tables reads that."""
    aside = set(release_columns(table))
    return [{column: content for column, content in row.items() if column not in aside} for row in rows]


def row_faults(tables: Tables, unread: Iterable[str] = ()) -> list[Fault]:
    """Check every row ever known, alone and among the others."""
    twins = [fault for name, rows in tables.items() for fault in duplicate_faults(name, rows)]
    return [*twins, *history_faults(tables, unread)]


def check(standing: Tables, day: date, faults: list[Fault]) -> None:
    """Raise EvidenceError where faults have been found so far, or are among the rows that stand on the day."""
    places = {(fault.file, fault.row, fault.column) for fault in faults}
    found = dict.fromkeys(standing_faults(standing, day))
    faults = [*faults, *(fault for fault in found if (fault.file, fault.row, fault.column) not in places)]
    if faults:
        raise EvidenceError(faults)


def parse_day(as_of: str | date | None) -> date | None:
    """Read a day given as text."""
    if as_of is None or as_of == "":
        return None
    try:
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else date(as_of.year, as_of.month, as_of.day)
    except (ValueError, AttributeError, TypeError) as error:
        raise UsageError(f"as_of {as_of!r} is not a date; write it as year-month-day, such as 2025-05-27") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError(f"as_of {day} is out of reach; give a day from {FIRST_DAY} to {LAST_DAY}")
    return day
