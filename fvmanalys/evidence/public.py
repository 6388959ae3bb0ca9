"""Raw tables to public tables, row by row: what is secret in a confidential row never passes, its stand-in does.

Whatever a public run computes, it computes from these tables and from nothing else. So two folders that differ only in
what is secret give the same public tables, and with them the same public run, to the last byte (non-interference).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from fvmanalys.errors import EvidenceError, Fault
from fvmanalys.evidence.asof import key_of, supersedes, withdraws
from fvmanalys.evidence.files import read_csv
from fvmanalys.evidence.inputs import Inputs, understand
from fvmanalys.evidence.read import RawTable, read_folder, text_rows
from fvmanalys.evidence.rules import near, split

from fvmanalys.evidence.tables import (  # isort: skip
    OPEN, STAND_IN, TABLES, Quantified, columns, releasable, release_columns, secret_columns, with_translations,
)  # fmt: skip
from fvmanalys.evidence.write import raw_texts

__all__ = ["PublicTables", "check_public", "make_public"]

OMIT, WITHDRAW = "omit", "withdraw"
FIRST_ROW = 2
WHERE = "the public tables (`fvmanalys check --public` says where they stand in the raw ones)"
NO_KEY = "name a column that is no key; choose a secret key neutral, or omit the row"
OWNER = "give what its owner is willing to show, or set public to omit"

Cells = dict[str, str]


class Origin(NamedTuple):
    """Where a public row comes from, its key and its owner, and which of its columns stand-ins stand in."""

    file: str
    row: int
    key: str
    owner: str
    replaced: frozenset[str]


@dataclass(frozen=True)
class PublicTables:
    """Public tables, where their rows come from, and what they still lack.

    `faults`, and those that `load` raises, name the rows of the public tables; `of_owner` says them of the raw tables.
    `returns` says which earlier row stands again where a later one is omitted.
    """

    tables: dict[str, RawTable] = field(repr=False)
    origins: dict[tuple[str, int], Origin] = field(repr=False)
    faults: list[Fault]
    returns: list[str]

    @property
    def lacking(self) -> int:
        """How many rows lack something to be public."""
        return len({(fault.file, fault.row) for fault in self.faults})

    def load(self, as_of: str | date | None = None) -> Inputs:
        """Check and date the public tables as any others; EvidenceError names everything that is wrong or missing."""
        missing = [
            Fault(f"{name}.csv", None, "file", "has no public row", "every decision needs this table")
            for name, row in TABLES.items()
            if row.REQUIRED and name not in self.tables
        ]
        try:
            inputs = understand(Path(), self.tables, missing, as_of)
        except EvidenceError as error:
            told = {(fault.file, fault.row) for fault in self.faults}
            others = [one for one in error.faults if (one.file, one.row) not in told]
            raise EvidenceError([*self.faults, *others], WHERE) from None
        if self.faults:
            raise EvidenceError(self.faults, WHERE)
        return inputs

    def of_owner(self, faults: Iterable[Fault]) -> list[Fault]:
        told = []
        for fault in faults:
            if origin := self.origins.get((fault.file, fault.row or 0)):
                column = "public_from" if fault.column == "known_from" else f"{STAND_IN}{fault.column}"
                here = column if fault.column in origin.replaced else fault.column
                fault = replace(fault, file=origin.file, row=origin.row, column=here)
            told.append(fault)
        return told


def make_public(data: str | Path | Inputs) -> PublicTables:
    """Make the public tables of a folder of raw tables, or of inputs; EvidenceError where these cannot be read."""
    faults: list[Fault] = []
    if isinstance(data, Inputs):
        raw = {Path(file).stem: read_csv(file, text) for file, text in raw_texts(data).items() if file.endswith(".csv")}
    else:
        raw, faults = read_folder(Path(data))
    rows = {}
    for name, table in raw.items():
        rows[name], found = text_rows(name, table)
        faults += found
    if faults:
        raise EvidenceError(faults)
    tables = [Release(name, table.file, rows[name], table.mark) for name, table in raw.items()]
    cited = {
        one for table in tables if table.name != "sources" for row in table.public for one in split(row["source_id"])
    }
    tables = [table.citing(cited) if table.name == "sources" else table for table in tables]
    kept = [table for table in tables if table.kept or table.name == "sources"]
    return PublicTables(
        tables={table.name: table.table() for table in kept},
        origins={place: origin for table in kept for place, origin in table.places()},
        faults=[fault for table in kept for fault in table.faults()],
        returns=[line for table in tables for line in table.returns()],
    )


def check_public(folder: str | Path, as_of: str | date | None = None) -> tuple[Inputs, list[str]]:
    """Check what a public run is made of, in terms of the raw tables; give the inputs and which earlier rows return."""
    tables = make_public(folder)
    try:
        return tables.load(as_of), tables.returns
    except EvidenceError as error:
        raise EvidenceError(tables.of_owner(error.faults), "what would be public") from None


class Release:
    """The rows of one table, let out one by one."""

    def __init__(self, name: str, file: str, rows: list[tuple[int, Cells]], mark: str):
        self.name, self.file, self.mark = name, file, mark
        self.kept = [(line, row) for line, row in rows if not is_omitted(row)]
        self.omitted = [(line, row) for line, row in rows if is_omitted(row)]
        self.public = [self.released(row) for _, row in self.kept]

    def citing(self, cited: set[str]) -> "Release":
        """The sources that public rows cite: what only confidential rows cite, or nobody, must not tell of them."""
        rows = [one for one in [*self.kept, *self.omitted] if one[1]["source_id"] in cited]
        return Release(self.name, self.file, rows, self.mark)

    def replaced(self, row: Cells) -> list[str]:
        """The columns of a row that a stand-in stands in."""
        if row.get("confidential", "") in OPEN:
            return []
        called = [name for name in split(row.get("secret", "")) if name in releasable(self.name)]
        return [*secret_columns(self.name), *with_translations(self.name, called), "known_from", "stand_in"]

    def released(self, row: Cells) -> Cells:
        """A row as the public may see it."""
        shown = with_translations(self.name, columns(self.name))
        hidden = self.replaced(row)
        public = {column: row.get(f"{STAND_IN}{column}" if column in hidden else column, "") for column in shown}
        if hidden:
            public |= {"known_from": row.get("public_from", ""), "stand_in": "yes"}
        if hidden and row.get("public") == WITHDRAW:
            says = (*TABLES[self.name].SAYS, "distribution", "ends")
            public |= dict.fromkeys([column for column in says if column in hidden], "")
        return public

    def table(self) -> RawTable:
        """The public rows, with the columns that are needed or hold something, in the order of the declaration."""
        fields = TABLES[self.name].model_fields
        every = with_translations(self.name, columns(self.name))
        needed = {name for name, field in fields.items() if field.is_required()}
        header = [one for one in every if one in needed or any(row[one] for row in self.public)]
        rows = [(line, [row[one] for one in header]) for line, row in enumerate(self.public, FIRST_ROW)]
        return RawTable(f"{self.name}.csv", header, rows, self.mark)

    def places(self) -> Iterator[tuple[tuple[str, int], Origin]]:
        """Where each public row stands, and where it comes from."""
        for line, (came_from, row) in enumerate(self.kept, FIRST_ROW):
            place = self.file, came_from, self.key_text(row), row.get("owner", "")
            yield (f"{self.name}.csv", line), Origin(*place, frozenset(self.replaced(row)))

    def faults(self) -> Iterator[Fault]:
        """What is missing for the rows to be public, or cannot be meant."""
        for line, ((_, row), public) in enumerate(zip(self.kept, self.public, strict=True), FIRST_ROW):
            hidden = row.get("confidential", "") not in OPEN
            for column, problem, remedy in self.missing(row, public) if hidden else self.unmarked(row):
                yield Fault(f"{self.name}.csv", line, column, problem, remedy)

    def unmarked(self, row: Cells) -> Iterator[tuple[str, str, str]]:
        """Stand-ins in a row that is not confidential: somebody forgot to say so."""
        for column in release_columns(self.name):
            if row.get(column):
                problem = "is filled in although the row is not confidential"
                yield column, problem, "write the ground in confidential, or clear the cell"

    def missing(self, row: Cells, public: Cells) -> Iterator[tuple[str, str, str]]:
        which = f"is empty, and {self.key_text(row)!r} is confidential"
        for name in split(row.get("secret", "")):
            if name not in releasable(self.name):
                remedy = near(name, releasable(self.name)) or NO_KEY
                yield "secret", f"{name!r} is no column that a row can call secret", remedy
        if row.get("public", "") not in ("", OMIT, WITHDRAW):
            yield "public", f"{row['public']!r} is not one of the allowed values", f"use {OMIT}, {WITHDRAW} or nothing"
        if not public["known_from"]:
            yield "known_from", which, "give the day from which the stand-in is known, or set public to omit"
        fields = TABLES[self.name].model_fields
        withdrawn = row.get("public") == WITHDRAW
        for column in self.replaced(row):
            if column in fields and fields[column].is_required() and not public[column] and column != "known_from":
                yield column, which, OWNER
        if public["kind"] == "fact" and not public["source_id"]:
            yield "source_id", which, "name a source that may be shown, or call kind secret and give public_kind"
        says = ("likely",) if issubclass(TABLES[self.name], Quantified) else TABLES[self.name].SAYS
        value = next((column for column in says if column in releasable(self.name)), None)
        if withdrawn and value is None:
            yield "public", f"is {WITHDRAW}, and nothing in {self.name} can be withdrawn", f"use {OMIT}"
        elif value and not withdrawn and withdraws(self.name, {name: text or None for name, text in public.items()}):
            day = ", as number or public_date," if self.name == "timeline" else ""
            yield value, which, f"give what its owner is willing to show{day} or set public to {OMIT} or {WITHDRAW}"

    def key_text(self, row: Cells) -> str:
        """The key of a row, as in an estimate's id; it is no secret."""
        return "/".join([self.name, *(row.get(key, "") for key in TABLES[self.name].KEY)])

    def returns(self) -> Iterator[str]:
        """Which earlier row stands again where a later one is omitted."""
        for line, row in self.omitted:
            key = key_of(self.name, row)
            stands = [
                (public["known_from"], came_from)
                for (came_from, _), public in zip(self.kept, self.public, strict=True)
                if public["known_from"] <= row.get("known_from", "") and supersedes(key, key_of(self.name, public))
            ]
            if stands:
                day, earlier = max(stands)
                yield f"{self.file}:{line}: is omitted; then row {earlier}, known from {day}, stands in its place"


def is_omitted(row: Cells) -> bool:
    return row.get("confidential", "") not in OPEN and row.get("public") == OMIT
