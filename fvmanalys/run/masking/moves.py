"""Numbers and days of confidential rows, moved a quarter down or up, so that a run of them is another possible world."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import inf
from statistics import median

from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import TABLES
from fvmanalys.run.masking.raw import RawTable, Secret, Tables, is_secret

__all__ = ["DIRECTIONS", "directions", "moved"]

STEP = 0.25
DAYS = 90
QUANTITY = ("low", "likely", "high")
NOT_NEGATIVE = ("fte", "months", "years", "count", "points")
ONE_DAY = timedelta(days=1)
DATES = ("date", "deadline", "planned_date", "actual_date", "period_start", "period_end")

# Other columns that hold a number of their own, and its limits.
NUMBERS = {
    "amount": (-inf, inf), "count": (0.0, inf), "cost_ratio": (1e-6, inf), "duration_ratio": (1e-6, inf), "index": (1e-6, inf),
    "months": (0.0, inf), "variance_reduction": (0.0, 1.0), "minimum": (0.0, 100.0), "real_growth": (-0.99, inf), "strength": (-1.0, 1.0),
}  # fmt: skip
Direction = Callable[[int], int]
Key = tuple[str, ...]
DIRECTIONS: list[Direction] = [lambda turn: -1, lambda turn: 1]
ALTERNATING: list[Direction] = [lambda turn: (-1) ** turn, lambda turn: -((-1) ** turn)]


def directions(secrets: list[Secret]) -> list[Direction]:
    """The variants to make: every secret lower, every one higher; and, of several, every other one."""
    return [] if not secrets else DIRECTIONS if len(secrets) == 1 else DIRECTIONS + ALTERNATING


def moved(tables: Tables, direction: Direction, as_of: date) -> Tables:
    """The tables with the numbers and days of their confidential rows moved, each in the direction of its turn."""
    found = turns(tables)

    def changed(name: str, row: dict[str, str]) -> dict[str, str]:
        return moved_row(name, tables, row, direction(found[name, key_in(name, row)]), as_of) if is_secret(row) else row

    return {name: replace(table, rows=[changed(name, row) for row in table.rows]) for name, table in tables.items()}


def turns(tables: Tables) -> dict[tuple[str, Key], int]:
    """The turn of every confidential key: a key's rows move alike, and what is weighed against each other alternates.

    Neighbours are keys that differ in their last part alone (areas, the areas of a group, the items of an option): were all of
    them to move alike always, their shares of the whole would stay as they are, and be told.
    """
    groups: dict[tuple[str, Key], dict[Key, None]] = {}
    for name, table in tables.items():
        for row in filter(is_secret, table.rows):
            key = key_in(name, row)
            groups.setdefault((name, key[:-1]), {}).setdefault(key)
    return {(name, key): first + turn for first, ((name, _), keys) in enumerate(groups.items()) for turn, key in enumerate(keys)}


def key_in(name: str, row: dict[str, str]) -> Key:
    """The key of a row, as it is written."""
    return tuple(row.get(column, "") for column in TABLES[name].KEY)


def moved_row(name: str, tables: Tables, row: dict[str, str], way: int, as_of: date) -> dict[str, str]:
    """One row moved, down or up."""
    table = tables[name]
    columns = [column for column in NUMBERS if row.get(column) and column in TABLES[name].model_fields]
    own = {column: moved_number(row[column], way, spare(table, column), *NUMBERS[column]) for column in columns}
    own |= moved_share(table, row, way) if name == "readiness" and not shared(name, tables, row) else {}
    return row | dict(moved_quantity(tables, name, row, way)) | own | moved_days(name, tables, row, way, as_of)


def moved_quantity(tables: Tables, name: str, row: dict[str, str], way: int) -> Iterator[tuple[str, str]]:
    """Low, likely and high moved alike, so that their order stays; a zero moves by a quarter of the smallest of the others.

    A year of prices moves to the next one that has an index.
    """
    given = {column: row[column] for column in QUANTITY if row.get(column)}
    if row.get("unit") == "year":
        yield from ((column, moved_year(tables, text, way)) for column, text in given.items())
        return
    table = tables[name]
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


def moved_share(table: RawTable, row: dict[str, str], way: int) -> dict[str, str]:
    """The standing share that a row of readiness is about, unless another row of the option is about what it would become."""
    new = moved_number(row["standing_share"], way, spare(table, "standing_share"), 0.0, 1.0)
    taken = [float(other["standing_share"]) for other in table.rows if other is not row and other["option_id"] == row["option_id"]]
    return {} if float(new) in taken else {"standing_share": new}


def moved_year(tables: Tables, text: str, way: int) -> str:
    """The nearest earlier or later year with a public price index; the same year where there is none."""
    known = [int(row["year"]) for row in tables["price_index"].rows if not is_secret(row)] if "price_index" in tables else []
    beyond = [year for year in known if (year - float(text)) * way > 0]
    return str(min(beyond, key=lambda year: abs(year - float(text)))) if beyond else text


def moved_days(name: str, tables: Tables, row: dict[str, str], way: int, as_of: date) -> dict[str, str]:
    """The days of a row: the first one moved, the distance to the next a quarter shorter or longer; and when it became known."""
    columns = [column for column in DATES if row.get(column) and not (column in TABLES[name].KEY and shared(name, tables, row))]
    days = {column: date.fromisoformat(row[column]) for column in columns}
    if name == "spend" and "period_start" not in days:
        start, end = (date.fromisoformat(row[column]) for column in ("period_start", "period_end"))
        return {"period_end": (start + (end - start) * (1 + STEP * way)).isoformat()} | moved_knowledge(name, tables, row, way, as_of)
    first = min(days.values(), default=as_of)
    start = date.fromisoformat(moved_day(first.isoformat(), way, as_of))
    moved = {column: (start + (day - first) * (1 + STEP * way)).isoformat() for column, day in days.items()}
    return moved | moved_knowledge(name, tables, row, way, as_of)


def shared(name: str, tables: Tables, row: dict[str, str]) -> bool:
    """Whether another row has the same key."""
    return sum(key_in(name, other) == key_in(name, row) for other in tables[name].rows) > 1


def moved_knowledge(name: str, tables: Tables, row: dict[str, str], way: int, as_of: date) -> dict[str, str]:
    """The day a row became known, moved as far as the same rows stay in force; that of a source's publication, only back."""
    if name == "sources":
        return {"published": moved_day(row["published"], -1, as_of)} if way < 0 else {}
    if not row.get("known_from") or not TABLES[name].KEY or (known := date.fromisoformat(row["known_from"])) > as_of:
        return {}
    same = [other["known_from"] for other in tables[name].rows if key_in(name, other) == key_in(name, row) and other.get("known_from")]
    others = [day for day in map(date.fromisoformat, same) if day != known]
    cited = split(row.get("source_id", "")) if row.get("kind") == "fact" else []
    published = [date.fromisoformat(one["published"]) for one in tables["sources"].rows if one["source_id"] in cited]
    lowest = max([*(day + ONE_DAY for day in others if day < known), *published], default=date.min)
    highest = min([*(day - ONE_DAY for day in others if day > known), as_of])
    return {"known_from": min(max(date.fromisoformat(moved_day(row["known_from"], way, as_of)), lowest), highest).isoformat()}


def moved_day(text: str, way: int, as_of: date) -> str:
    """A day moved by a quarter of its distance from `as_of`, and by no less than some months."""
    day = date.fromisoformat(text)
    return (day + way * timedelta(days=max(DAYS, round(STEP * abs((day - as_of).days))))).isoformat()
