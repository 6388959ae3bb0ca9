"""The raw tables as known on one day: what every other room starts from."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence.asof import default_as_of, duplicate_faults, in_force
from fvmanalys.evidence.read import RAW, read_folder
from fvmanalys.evidence.rules import history_faults, id_part, split
from fvmanalys.evidence.standing import standing_faults
from fvmanalys.evidence.tables import TABLES, Quantified, columns

__all__ = ["DEFAULTS", "Inputs", "default_folder", "estimate_id", "load", "project"]

DEFAULTS = {"outside_view": 0.0, "standing_share": 1.0}
ESTIMATE_COLUMNS = [
    "id", "stream", "table", "name", "option_id", "low", "likely", "high", "distribution", "unit", "moves_with", "strength",
    "kind", "source_id", "known_from", "owner", "confidential", "note", "name_en", "note_en", "_file", "_row",
]  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """Validated tables as known at `as_of`.

    `tables` holds a DataFrame for every table of the design (no rows where the file is missing): the declared columns,
    translations `X_en` where the file has them, and `_file` and `_row`, the place of each row. `history` holds the
    same for every row ever known.
    """

    folder: Path
    as_of: date
    tables: dict[str, pd.DataFrame]
    history: dict[str, pd.DataFrame]

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The value used of each parameter."""
        table = self.tables["parameters"]
        return DEFAULTS | dict(zip(table["parameter_id"], table["likely"], strict=True))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A row for every quantity in force: id, value, evidence and place.

        `stream` is the id that keys its random numbers: two halves of one event (`when` and its opposite) share it.
        """
        blank = dict.fromkeys(["option_id", "name_en", "note_en"], "")
        rows = [blank | row for name in TABLES for row in estimate_rows(name, self.tables[name])]
        return pd.DataFrame(rows, columns=ESTIMATE_COLUMNS)

    @cached_property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every table as dicts, each quantity with its `id`."""
        known = dict(zip(zip(self.estimates["_file"], self.estimates["_row"], strict=True), self.estimates["id"], strict=True))
        rows = {name: table.to_dict("records") for name, table in self.tables.items()}
        return {name: [{**row, "id": known.get((row["_file"], row["_row"]), "")} for row in table] for name, table in rows.items()}

    @cached_property
    def price_factors(self) -> dict[float, float]:
        """What turns money of each year of the price index into money of the parameter's price year."""
        index = {row["year"]: row["index"] for row in self.records["price_index"]}
        target = index.get(self.parameters.get("price_year", 0))
        return {year: target / value for year, value in index.items()} if target else {}

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The sources that rows in force cite, by id."""
        citing = [table for name, table in self.tables.items() if name != "sources" and "source_id" in table]
        cited = {one for table in citing for text in table["source_id"] for one in split(text)}
        table = self.tables["sources"]
        return table[table["source_id"].isin(cited)].set_index("source_id").sort_index()

    def has(self, table: str) -> bool:
        """Whether the table has any row in force."""
        return not self.tables[table].empty

    def options(self, permanent_only: bool = False) -> list[str]:
        """The options in play, in the order of their table."""
        table = self.tables["options"]
        return list(table.loc[table["permanent"].eq("yes") | (not permanent_only), "option_id"])

    @property
    def reference(self) -> str:
        """The option that the others are compared with."""
        table = self.tables["options"]
        return str(table.loc[table["reference"].eq("yes"), "option_id"].iloc[0])

    @property
    def areas(self) -> list[str]:
        """The areas, in the order of their table."""
        return list(self.tables["areas"]["area_id"])

    @property
    def decision(self) -> dict[str, Any]:
        """The decision's own row."""
        return dict(self.tables["decision"].iloc[0])


def project() -> Path:
    """The nearest folder from here upwards that holds data/raw, as seen from here; where there is none, this one."""
    upwards = (Path(*[os.pardir] * steps) for steps in range(len(Path.cwd().parts)))
    return next((folder for folder in upwards if (folder / RAW).is_dir()), Path())


def default_folder() -> Path:
    """The raw tables of the project that we stand in, at its root or below it."""
    return project() / RAW


def load(data: str | Path = "data/raw", as_of: str | date | None = None) -> Inputs:
    """Read, check and date the raw tables in the folder `data`: by default data/raw here, or in the nearest folder above.

    `as_of` is the day whose knowledge is used (default: the decision's own, else the newest `known_from`).
    Raises EvidenceError with every fault found, or UsageError for an impossible day.
    """
    folder, day = default_folder() if Path(data) == RAW else Path(data), parse_day(as_of)
    tables, faults = read_folder(folder)
    unread = {Path(fault.file).stem for fault in faults}
    faults += [fault for name, rows in tables.items() for fault in duplicate_faults(name, rows)]
    faults += history_faults(tables, unread)
    day = day or default_as_of(tables)
    if day is None or unread:
        raise EvidenceError(faults)
    standing = {name: in_force(name, rows, day) for name, rows in tables.items()}
    places = {(fault.file, fault.row, fault.column) for fault in faults}
    found = dict.fromkeys(standing_faults(standing, day))
    faults += [fault for fault in found if (fault.file, fault.row, fault.column) not in places]
    if faults:
        raise EvidenceError(faults)
    return Inputs(folder, day, frames(standing), frames(tables))


def parse_day(as_of: str | date | None) -> date | None:
    """Read a day given as text."""
    if isinstance(as_of, datetime):
        return as_of.date()
    if as_of is None or isinstance(as_of, date):
        return as_of
    if as_of == "":
        return None
    try:
        return date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(f"as_of {as_of!r} is not a date; write it as year-month-day, such as 2025-05-27") from error


def frames(tables: dict[str, list[dict[str, Any]]]) -> dict[str, pd.DataFrame]:
    """Make a DataFrame of every table, empty where there is none; missing numbers are NaN, missing days None."""
    return {name: frame(name, tables.get(name, [])) for name in TABLES}


def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make one table's DataFrame."""
    known = [*columns(name), "_file", "_row"]
    extra = [column for column in (rows[0] if rows else {}) if column not in known]
    table = pd.DataFrame(rows, columns=[*known, *extra])
    numbers = [column for column, field in TABLES[name].model_fields.items() if "float" in str(field.annotation)]
    return table.astype({column: float for column in numbers})


def estimate_id(table: str, row: dict[str, Any]) -> str:
    """The id `table/key/key`; empty keys are kept."""
    return "/".join([table, *(id_part(row[column]) for column in TABLES[table].KEY)])


def estimate_rows(name: str, table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The quantities of one table; where two conditions share a key, the condition is added to their ids."""
    if not issubclass(TABLES[name], Quantified) or table.empty:
        return
    rows = table.to_dict("records")
    ids = [estimate_id(name, row) for row in rows]
    for row, stream in zip(rows, ids, strict=True):
        if pd.notna(row["likely"]) or pd.notna(row["low"]):
            unique = f"{stream}/{row['when']}" if row.get("when") and ids.count(stream) > 1 else stream
            yield {**row, "id": unique, "stream": stream, "table": name, "name": row.get("name", "")}
