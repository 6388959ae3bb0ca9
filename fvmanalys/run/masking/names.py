"""Ids and texts of confidential rows, replaced: a name that stands in no public row gets a number instead, everywhere alike.

What the model reads (enumerations, references, days, the basis of an amount) stays. So does a name that a public row bears
too: it is no secret.
"""

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, columns, text_columns
from fvmanalys.report.words import Words
from fvmanalys.run.masking.raw import GROUND, RawTable, Secret, Tables, is_secret

__all__ = ["MASKED_ID", "marker", "without_names"]

MASKED_ID = "masked_"
RESERVED = {"", ALL_OPTIONS, "decided", "restarted", "pause", "restart", "users"}

# Which names are of one kind: columns that may hold the same name.
NAMESPACES = {
    "option": ["option_id"],
    "area": ["area_id"],
    "criterion": ["criterion_id"],
    "event": ["event_id", "after", "from_event", "to_event", "full_use_event"],
    "risk": ["risk_id", "when"],
    "role": ["role_id"],
    "item": ["item_id"],
    "source": ["source_id"],
    "programme": ["programme_id"],
    "investigation": ["investigation_id"],
    "viewpoint": ["viewpoint_id"],
    "milestone": ["milestone_id"],
    "plan": ["plan_version"],
    "factor": ["moves_with"],
    "category": ["contracts.category", "context.categories", "phase"],
    "spending": ["spend.category", "part_of"],
    "payer": ["payer"],
    "group": ["group"],
    "thing": ["item"],
}
KIND_OF = {column: kind for kind, named in NAMESPACES.items() for column in named}
SHOWN = ("plan", "category", "spending", "payer", "group", "thing")
FORCED = ("name", "note")
DROPPED = ("url",)
MARKED = {"partners": ("item",)}  # these rows have no name: what they are about gets the marker even where others share it
Names = dict[tuple[str, str], str]


def marker(secret: Secret, words: Words) -> str:
    """What stands for a text of a confidential row: its number and the ground."""
    ground = re.sub(r"[^\w.,:§&%+–-]+", " ", secret.ground).strip()
    return words("public.marker_ground" if ground else "public.marker", number=secret.number, ground=ground)


def kind_of(table: str, column: str) -> str:
    """The kind of names that a column holds; empty where it holds none."""
    return KIND_OF.get(f"{table}.{column}") or KIND_OF.get(column, "")


def names_in(table: str, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every name in a row, with its kind."""
    for column, text in row.items():
        kind = kind_of(table, column)
        yield from ((kind, one.removeprefix("!")) for one in split(text) if kind)
    for pattern in split(row.get("resolves", "")):
        yield from names_in_id(pattern)


def names_in_id(text: str) -> Iterator[tuple[str, str]]:
    """The names in an estimate's id; parts with a wildcard are none."""
    table, *parts = text.split("/")
    if table in TABLES:
        yield from ((kind_of(table, column), part) for column, part in zip(TABLES[table].KEY, parts, strict=False) if "*" not in part)


def without_names(tables: Tables, secrets: list[Secret], words: Words) -> Tables:
    """The tables with the names and texts of their confidential rows replaced by numbers and markers."""
    marks = {(secret.table, secret.place): marker(secret, words) for secret in secrets}
    names = new_names(tables, marks)
    changed = {}
    for name, table in tables.items():
        rows = [
            secret_row(name, row, names, marks[name, place]) if is_secret(row) else public_row(row, tables, names)
            for place, row in enumerate(table.rows)
        ]
        if name == "spend":
            rows = [row | category_marked(row, table, marks.get((name, place), "")) for place, row in enumerate(rows)]
        changed[name] = RawTable(list(rows[0]) if rows else table.header, filled(rows))
    return changed


def category_marked(row: dict[str, str], table: RawTable, mark: str) -> dict[str, str]:
    """The category of a confidential expense, which has no other name: its marker, unless others are a part of it."""
    whole = {other.get("part_of", "") for other in table.rows}
    return {"category": mark} if mark and row["category"] not in whole else {}


def filled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows that all have the columns of any."""
    header = dict.fromkeys(column for row in rows for column in row)
    return [{column: row.get(column, "") for column in header} for row in rows]


def new_names(tables: Tables, marks: Mapping[tuple[str, int], str]) -> Names:
    """The new name of every name that no public row bears: a number, or the marker of its row for what readers see."""
    public: dict[str, set[str]] = defaultdict(lambda: set(RESERVED))
    for table, raw in tables.items():
        for row in raw.rows:
            for kind, one in names_in(table, row) if not is_secret(row) else ():
                public[kind].add(one)
    found: Names = {}
    for (table, place), mark in marks.items():
        for kind, one in names_in(table, tables[table].rows[place]):
            if kind and one not in public[kind]:
                found.setdefault((kind, one), mark if kind in SHOWN else f"{MASKED_ID}{len(found) + 1}")
    return found


def secret_row(table: str, row: dict[str, str], names: Names, mark: str) -> dict[str, str]:
    """A confidential row with its names replaced and every other text by its marker."""
    declared = [column for column in columns(table) if column in row or column in FORCED]
    texts = {column for column in text_columns(table) if column != GROUND and not kind_of(table, column)}
    shown = row | {column: mark for column in texts if column in declared and (row.get(column) or column in FORCED)}
    for column in [*shown]:
        base = column.removesuffix("_en")
        if column.endswith("_en") and base in texts:
            shown[column] = mark if shown.get(base) else ""
        elif column.endswith("_en") and kind_of(table, base):
            shown[column] = ""
        elif kind_of(table, column):
            shown[column] = renamed(kind_of(table, column), shown[column], names)
        elif column == "resolves":
            shown[column] = ";".join(renamed_id(one, names) for one in split(row[column]))
    return shown | {column: "" for column in DROPPED if column in shown} | {column: mark for column in MARKED.get(table, ())}


def public_row(row: dict[str, str], tables: Tables, names: Names) -> dict[str, str]:
    """A public row; where it resolves estimates by a pattern, the new ids of what the pattern named are added."""
    if not row.get("resolves"):
        return row
    more = [new for pattern in split(row["resolves"]) for new in new_ids(pattern, tables, names)]
    return row | {"resolves": ";".join(dict.fromkeys([*split(row["resolves"]), *more]))}


def new_ids(pattern: str, tables: Tables, names: Names) -> Iterator[str]:
    """The new ids of estimates that a pattern named and no longer finds."""
    for table, raw in tables.items():
        for row in raw.rows if issubclass(TABLES[table], Quantified) else ():
            old = "/".join([table, *(row.get(column, "") for column in TABLES[table].KEY)])
            new = renamed_id(old, names)
            if fnmatch.fnmatchcase(old, pattern) and not fnmatch.fnmatchcase(new, pattern):
                yield new


def renamed(kind: str, text: str, names: Names) -> str:
    """The new names of what a cell holds."""
    marks = [("!" if one.startswith("!") else "", one.removeprefix("!")) for one in split(text)]
    return ";".join(mark + names.get((kind, one), one) for mark, one in marks)


def renamed_id(text: str, names: Names) -> str:
    """An estimate's id with its new names."""
    table, *parts = text.split("/")
    keys = TABLES[table].KEY if table in TABLES else ()
    return "/".join([table, *(names.get((kind_of(table, column), part), part) for column, part in zip(keys, parts, strict=False))])
