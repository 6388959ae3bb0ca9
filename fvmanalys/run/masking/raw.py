"""The raw tables as text: which rows are confidential and on what ground, and the copy of them that may be published."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fvmanalys.evidence.read import is_number, plain_number, read_grid
from fvmanalys.evidence.tables import TABLES

__all__ = [
    "GROUND", "PUBLIC", "RawTable", "Secret", "Tables", "csv_text", "grounds", "is_secret", "masked_copy", "newest_public_day", "read_raw",
    "secrets_in", "write_raw",
]  # fmt: skip

GROUND = "confidential"
PUBLIC = ("", "no")


@dataclass(frozen=True)
class RawTable:
    """A raw table as text, numbers with a decimal point."""

    header: list[str]
    rows: list[dict[str, str]]


Tables = dict[str, RawTable]


@dataclass(frozen=True)
class Secret:
    """A confidential row: its number in the run, its table, its place there, and the ground (empty where none is given)."""

    number: int
    table: str
    place: int
    ground: str


def read_raw(folder: Path) -> Tables:
    """Read every raw table of a folder that has been checked, whatever its dialect."""
    paths = {name: path for name in TABLES for path in (folder / f"{name}.csv", folder / f"{name}.xlsx") if path.exists()}
    return {name: read_one(name, path) for name, path in paths.items()}


def read_one(name: str, path: Path) -> RawTable:
    """Read one table."""
    header, grid, decimal_comma = read_grid(path)
    model = TABLES[name]
    numbers = {column for column in header if column in model.model_fields and is_number(model, column)} if decimal_comma else set()
    rows = [dict(zip(header, cells, strict=True)) for _, cells in grid]
    return RawTable(header, [{column: plain_number(text) if column in numbers else text for column, text in row.items()} for row in rows])


def is_secret(row: dict[str, str]) -> bool:
    """Whether a row is marked confidential; any word but `no` counts."""
    return row.get(GROUND, "") not in PUBLIC


def secrets_in(tables: Tables) -> list[Secret]:
    """Every confidential row, numbered in the order of the tables: superseded rows and those known later too."""
    found = ((name, place, row[GROUND]) for name, table in tables.items() for place, row in enumerate(table.rows) if is_secret(row))
    return [Secret(number, name, place, "" if ground == "yes" else ground) for number, (name, place, ground) in enumerate(found, 1)]


def newest_public_day(data: Path) -> str | None:
    """The day whose knowledge is used where none is given: the decision's own, or else the newest of a public row.

    None leaves it, and every fault of the tables, to `load`. The newest day of all would tell when a secret became known.
    """
    if not data.is_dir():
        return None
    try:
        tables = read_raw(data)
        days = [row["known_from"] for table in tables.values() for row in table.rows if row.get("known_from") and not is_secret(row)]
    except (OSError, ValueError):
        return None
    own = any(row.get("as_of") for row in tables["decision"].rows) if "decision" in tables else True
    return None if own or not secrets_in(tables) else max(days, default=None)


def grounds(secrets: list[Secret]) -> dict[str, int]:
    """How many rows are secret on each ground."""
    return dict(sorted(Counter(secret.ground or "yes" for secret in secrets).items()))


def masked_copy(tables: Tables) -> Tables:
    """The tables as they may be published: of a confidential row, only its place and the ground."""
    return {name: replace(table, rows=[masked_row(row) if is_secret(row) else row for row in table.rows]) for name, table in tables.items()}


def masked_row(row: dict[str, str]) -> dict[str, str]:
    """A row of which nothing but the ground is left."""
    return {column: text if column == GROUND else "" for column, text in row.items()}


def csv_text(table: RawTable) -> str:
    """A table as CSV: comma, decimal point."""
    return "".join(csv_lines(table))


def csv_lines(table: RawTable) -> Iterator[str]:
    """The lines of a table as CSV."""
    for cells in (table.header, *([row[column] for column in table.header] for row in table.rows)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        yield line.getvalue()


def write_raw(tables: Tables, folder: Path) -> None:
    """Write the tables as CSV files."""
    folder.mkdir(parents=True)
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(csv_text(table), encoding="utf-8", newline="")
