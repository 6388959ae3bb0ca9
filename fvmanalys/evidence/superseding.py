"""Rows that take the place of others: written as the raw tables are, and read with them before anybody copies them."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from fvmanalys.errors import UsageError
from fvmanalys.evidence.inputs import Inputs, understand
from fvmanalys.evidence.read import RawTable, read_folder
from fvmanalys.evidence.spelling import Number, spelt
from fvmanalys.evidence.tables import TABLES, release_columns

__all__ = ["Successors", "superseding"]

NUMBERS = ("low", "likely", "high", "strength")
Texts = Mapping[str, str]


class Successors(NamedTuple):
    """Rows that take the place of others, by table and as texts of CSV files by name; and the inputs with them."""

    rows: dict[str, list[dict[str, str]]]
    texts: dict[str, str]
    inputs: Inputs


def superseding(inputs: Inputs, changes: Mapping[str, Texts], day: date) -> Successors:
    """Make the rows that hold other quantities from a day on.

    `changes` are the cells that differ from the row in force, by estimate id; numbers have a decimal point. What may be
    public goes with the numbers that it stood for. EvidenceError where a rule is broken, UsageError where a row would
    not be later.
    """
    raw, faults = read_folder(inputs.folder)
    made, texts = {}, {}
    for table in dict.fromkeys(name.partition("/")[0] for name in changes):
        known = raw[table]
        mine = [name for name in changes if name.partition("/")[0] == table]
        rows = [successor(inputs, name, known, changes[name], day) for name in mine]
        header = list(dict.fromkeys([*known.header, *(column for row in rows for column in row)]))
        lines = [[row.get(column, "") for column in header] for row in rows]
        last = max(line for line, _ in known.rows)
        old = [(line, cells + [""] * (len(header) - len(cells))) for line, cells in known.rows]
        raw[table] = known._replace(header=header, rows=[*old, *enumerate(lines, last + 1)])
        made[table] = rows
        texts[f"{table}.csv"] = csv_text([header, *lines], known.mark)
    return Successors(made, texts, understand(inputs.folder, raw, faults, max(inputs.as_of, day)))


def successor(inputs: Inputs, name: str, known: RawTable, changes: Texts, day: date) -> dict[str, str]:
    """The row in force with what is new in it, as its file would have it."""
    table, row = inputs.row_of(name)
    if not row["known_from"] < day:
        remedy = "give a later --known-from: a later judgement takes the place of an earlier one"
        raise UsageError(f"{name}: its row is known from {row['known_from']}, which is not before {day}; {remedy}")
    former = dict(zip(known.header, next(cells for line, cells in known.rows if line == row["_row"]), strict=True))
    as_number = partial(spelt, mark=known.mark) if known.mark else Number
    told = {column: as_number(text) if column in NUMBERS and text else text for column, text in changes.items()}
    gone = {column for column in former if column in (*release_columns(table), "note_en", "owner_en", "assessor_en")}
    fields = TABLES[table].model_fields.keys() | {f"{column}_en" for column in changes}
    return former | dict.fromkeys(gone, "") | {column: text for column, text in told.items() if column in fields}


def csv_text(lines: list[list[str]], mark: str) -> str:
    """Rows as a CSV file of the dialect that has this decimal mark."""
    out = io.StringIO()
    csv.writer(out, delimiter=";" if mark == "," else ",", lineterminator="\n").writerows(lines)
    return out.getvalue()
