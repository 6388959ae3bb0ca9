"""Numbers and days of confidential rows, moved a quarter down or up, so that a run of them is another possible world."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from math import inf
from statistics import median

from fvmanalys.evidence.tables import TABLES
from fvmanalys.run.masking.raw import RawTable, Secret, Tables, is_secret

__all__ = ["DIRECTIONS", "directions", "moved"]

STEP = 0.25
DAYS = 90
QUANTITY = ("low", "likely", "high")
NOT_NEGATIVE = ("fte", "months", "years", "count", "points")
DATES = ("date", "deadline", "planned_date", "actual_date")

# Other columns that hold a number of their own, and its limits.
NUMBERS = {
    "amount": (-inf, inf), "count": (0.0, inf), "cost_ratio": (1e-6, inf), "duration_ratio": (1e-6, inf), "index": (1e-6, inf),
    "months": (0.0, inf), "variance_reduction": (0.0, 1.0), "minimum": (0.0, 100.0), "real_growth": (-0.99, inf), "strength": (-1.0, 1.0),
}  # fmt: skip
Direction = Callable[[int], int]
DIRECTIONS: list[Direction] = [lambda turn: -1, lambda turn: 1]
ALTERNATING: list[Direction] = [lambda turn: (-1) ** turn, lambda turn: -((-1) ** turn)]


def directions(secrets: list[Secret]) -> list[Direction]:
    """The variants to make: every secret lower, every one higher; and, of several, every other one."""
    return [] if not secrets else DIRECTIONS if len(secrets) == 1 else DIRECTIONS + ALTERNATING


def moved(tables: Tables, direction: Direction, as_of: date) -> Tables:
    """The tables with the numbers and days of their confidential rows moved; the turns go by the rows that hold any."""
    turns = count()
    return {
        name: replace(table, rows=[moved_row(name, table, row, direction(next(turns)), as_of) if holds(row) else row for row in table.rows])
        for name, table in tables.items()
    }


def holds(row: dict[str, str]) -> bool:
    """Whether a row is confidential and holds something to move."""
    return is_secret(row) and any(row.get(column) for column in (*QUANTITY, *NUMBERS, *DATES))


def moved_row(name: str, table: RawTable, row: dict[str, str], way: int, as_of: date) -> dict[str, str]:
    """One row moved, down or up."""
    columns = [column for column in NUMBERS if row.get(column) and column in TABLES[name].model_fields]
    own = {column: moved_number(row[column], way, spare(table, column), *NUMBERS[column]) for column in columns}
    days = {column: moved_day(row[column], way, as_of) for column in DATES if row.get(column)}
    return row | dict(moved_quantity(table, row, way)) | own | days


def moved_quantity(table: RawTable, row: dict[str, str], way: int) -> Iterator[tuple[str, str]]:
    """Low, likely and high moved alike, so that their order stays; a zero moves by a quarter of the smallest of the others.

    A year is a name rather than a number, and stays.
    """
    given = {column: row[column] for column in QUANTITY if row.get(column)}
    if row.get("unit") == "year":
        return
    sizes = [abs(float(text)) for text in given.values() if float(text)]
    lowest = 0.0 if row.get("unit") in (*NOT_NEGATIVE, "share") else -inf
    highest = 1.0 if row.get("unit") == "share" else inf
    for column, text in given.items():
        yield column, moved_number(text, way, min(sizes) if sizes else spare(table, "likely", row.get("unit", "")), lowest, highest)


def moved_number(text: str, way: int, size: float, lowest: float, highest: float) -> str:
    """A number a quarter lower or higher; a zero moves by a quarter of `size`."""
    value = float(text)
    new = value * (1 + STEP * way) if value else STEP * way * size
    return f"{min(max(new, lowest), highest):.12g}"


def spare(table: RawTable, column: str, unit: str = "") -> float:
    """A usual size in a column, for what has none of its own."""
    texts = (row[column] for row in table.rows if row.get(column) and not is_secret(row) and (not unit or row.get("unit") == unit))
    sizes = [abs(float(text)) for text in texts if float(text)]
    return median(sizes) if sizes else 1.0


def moved_day(text: str, way: int, as_of: date) -> str:
    """A day moved by a quarter of its distance from `as_of`, and by no less than some months."""
    day = date.fromisoformat(text)
    return (day + way * timedelta(days=max(DAYS, round(STEP * abs((day - as_of).days))))).isoformat()
