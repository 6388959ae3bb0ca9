"""Two states of the raw tables and every mixture of them: which groups of rows differ, and which can be mixed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.asof import key_of
from fvmanalys.evidence.estimates import ESTIMATE_COLUMNS, estimate_rows, ids_by_place, with_ids
from fvmanalys.evidence.frames import PLACE, frame, frames, plain_rows
from fvmanalys.evidence.rules import Rows, Tables, id_part
from fvmanalys.evidence.standing import standing_faults
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Evidenced, text_columns
from fvmanalys.evidence.variants import ways

__all__ = [
    "CALENDAR", "OPTIONS", "PARAMETERS", "Cell", "Group", "Mixture", "RowChange", "merged", "mixable", "row_changes",
    "words_of",
]  # fmt: skip

Cell = tuple[str, ...]  # table and option, and the key where each row is a cell
Groups = Sequence["Group"]
CALENDAR: Cell = ("calendar", ALL_OPTIONS)
PARAMETERS: Cell = ("parameters", ALL_OPTIONS)
OPTIONS: Cell = ("options", ALL_OPTIONS)
MODEL = (
    "options", "areas", "criteria", "parameters", "timeline", "contracts", "staffing", "staff_costs", "levels", "risks",
    "signals", "readiness", "price_index", "reference_class", "discount_rates", "correlations",
)  # fmt: skip
ORDERED = ("levels",)
WITHOUT_EFFECT = {"deadline", "minimum", "programme"}


@dataclass(frozen=True)
class RowChange:
    """A row in force on one side only, or on both with other content; `columns` are those that differ."""

    table: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    columns: tuple[str, ...]

    @property
    def row(self) -> dict[str, Any]:
        """The row as it is now, or as it was where it is gone."""
        return self.after or self.before or {}

    @property
    def what(self) -> str:
        return "new" if self.before is None else "withdrawn" if self.after is None else "changed"

    @property
    def cell(self) -> Cell:
        """Its table and option; `*` for what all options share."""
        return cell_of(self.table, self.row)

    @property
    def key(self) -> str:
        """The keys of the row, as in an estimate's id."""
        return row_key(self.table, self.row)

    @property
    def counts(self) -> bool:
        """Whether anything that the answer is computed from differs."""
        return self.table in MODEL and bool(self.numbers)

    @property
    def numbers(self) -> list[str]:
        """The columns that differ and are no words."""
        return [name for name in self.columns if name not in words_of(self.table)]


@dataclass(frozen=True)
class Group:
    """What changes together: the calendar, or rows of some tables and options."""

    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """What the group is called in tables."""
        return "+".join("/".join(cell[::2] if cell[1] == ALL_OPTIONS or len(cell) > 2 else cell) for cell in self.cells)

    @property
    def kind(self) -> str:
        """calendar, parameters, options (which are in play), rows of one table and option, or several together."""
        if OPTIONS in self.cells:
            return "options"
        if len(self.cells) > 1:
            return "several"
        return {CALENDAR: "calendar", PARAMETERS: "parameters"}.get(self.cells[0][:2], "rows")


def words_of(table: str) -> set[str]:
    """The columns of a table from which no compared figure is computed: words, evidence, what is shown beside."""
    texts = set(text_columns(table))
    return texts | WITHOUT_EFFECT | set(Evidenced.model_fields) | {f"{name}_en" for name in texts}


def cell_of(table: str, row: dict[str, Any]) -> Cell:
    return table, (row.get("option_id") or ALL_OPTIONS) if table != "options" else ALL_OPTIONS


def row_key(table: str, row: dict[str, Any]) -> str:
    """The keys of a row, as in an estimate's id."""
    return "/".join(id_part(part) for part in key_of(table, row) if part != "")


@dataclass(frozen=True)
class ReadTable:
    """A table and what `Inputs` makes of it."""

    name: str
    frame: pd.DataFrame
    ways: dict[str, list[list[str]]]

    @cached_property
    def estimates(self) -> Rows:
        return list(estimate_rows(self.name, self.frame, self.ways))

    @cached_property
    def records(self) -> Rows:
        """Its rows, each with the id of its quantity."""
        known = ids_by_place(pd.DataFrame(self.estimates, columns=["_file", "_row", "id"]))
        return with_ids(self.frame.to_dict("records"), known)


@dataclass(frozen=True)
class MixedInputs(Inputs):
    """Inputs put together from tables that many mixtures share, so that each is read once."""

    parts: dict[str, ReadTable]

    @cached_property
    def estimates(self) -> pd.DataFrame:
        blank = dict.fromkeys(["option_id", "name_en", "note_en"], "")
        rows = [blank | row for part in self.parts.values() for row in part.estimates]
        return pd.DataFrame(rows, columns=ESTIMATE_COLUMNS)

    @cached_property
    def records(self) -> dict[str, Rows]:
        return {name: self.parts[name].records if name in self.parts else [] for name in self.tables}


@dataclass(frozen=True)
class Mixture:
    """The rows in force in two inputs, `old` and `new`; what differs in a table of an option is one, or each row is."""

    old: Inputs
    new: Inputs
    by_row: bool = False

    @cached_property
    def sides(self) -> tuple[Tables, Tables]:
        """The rows of both, empty cells as None; places of the old ones are marked, so that no two rows share one."""
        former = plain_rows(self.old.tables)
        marked = {name: [{**row, "_file": f"former/{row['_file']}"} for row in rows] for name, rows in former.items()}
        return marked, plain_rows(self.new.tables)

    @cached_property
    def changes(self) -> list[RowChange]:
        """Every row that differs, whether or not anything is computed from it; in the order of the tables."""
        return [change for name in TABLES for change in row_changes(name, self.sides[0][name], self.sides[1][name])]

    @cached_property
    def both(self) -> list[str]:
        """The options that both have in play, in the order of the new."""
        return [option for option in self.new.options() if option in self.old.options()]

    def cell_of(self, table: str, row: dict[str, Any]) -> Cell:
        """What a row changes together with."""
        cell = cell_of(table, row)
        return (*cell, row_key(table, row)) if self.by_row and cell not in self.undivided else cell

    @cached_property
    def undivided(self) -> set[Cell]:
        """What is never changed row by row: which options are in play, and rows whose order counts and differs."""
        found = {OPTIONS}
        for table in ORDERED:
            before, after = (by_cell(table, side[table]) for side in self.sides)
            for cell in before.keys() & after.keys():
                kept = [key for key in before[cell] if key in after[cell]]
                come = [key for key in after[cell] if key not in before[cell]]
                found |= {cell} if kept + come != after[cell] else set()
        return found

    @cached_property
    def cells(self) -> dict[tuple[bool, Cell], Rows]:
        found: dict[tuple[bool, Cell], Rows] = {}
        for side, tables in enumerate(self.sides):
            for name in MODEL:
                for row in tables[name]:
                    found.setdefault((bool(side), self.cell_of(name, row)), []).append(row)
        return found

    def groups(self) -> list[Group]:
        """What has changed, group by group; rows of options that come or go belong to the set of options."""
        playing = {ALL_OPTIONS, *self.both}
        changed = dict.fromkeys(self.changed_cells())
        single = [cell for cell in changed if cell[1] in playing and cell != OPTIONS]
        moving = [cell for cell in changed if cell[1] in set(self.old.options()) ^ set(self.new.options())]
        groups = [Group((CALENDAR,))] if self.old.as_of != self.new.as_of else []
        groups += [Group((OPTIONS, *moving))] if OPTIONS in changed or moving else []
        return groups + [Group((cell,)) for cell in single]

    def changed_cells(self) -> Iterator[Cell]:
        """The cells that a figure is computed from and that differ."""
        yield from (self.cell_of(change.table, change.row) for change in self.changes if change.counts)
        for cell in dict.fromkeys(cell for _, cell in self.cells if cell[0] in ORDERED):
            sides = (self.cells.get((side, cell), []) for side in (False, True))
            before, after = ([key_of(cell[0], row) for row in rows] for rows in sides)
            if before != after and sorted(map(str, before)) == sorted(map(str, after)):
                yield cell

    def side_of(self, cell: Cell, chosen: frozenset[Cell], changed: frozenset[Cell]) -> bool:
        """Whether a cell's rows are the new ones: chosen to be, or the same on both sides."""
        return cell in chosen or cell not in changed

    def rows(self, chosen: frozenset[Cell], changed: frozenset[Cell], line: Sequence[str] = ()) -> Tables:
        """The rows of a mixture with the `chosen` of the `changed` cells new; with a `line`, only what concerns it."""
        tables: Tables = {name: [] for name in MODEL}
        concerned = {ALL_OPTIONS, *line}
        for cell in dict.fromkeys(cell for _, cell in self.cells):
            if not line or cell[1] in concerned:
                side = self.side_of(cell, chosen, changed)
                tables[cell[0]] += self.cells.get((side, cell), [])
        return tables

    def day(self, chosen: frozenset[Cell]) -> date:
        """The day on which time 0 lies in a mixture."""
        return self.new.as_of if CALENDAR in chosen else self.old.as_of

    def option_rows(self, chosen: frozenset[Cell], changed: frozenset[Cell]) -> dict[str, dict[str, Any]]:
        """The row of every option that either has, from the side that is chosen where both have it."""
        one, other = self.sides if self.side_of(OPTIONS, chosen, changed) else self.sides[::-1]
        return {row["option_id"]: row for side in (one, other) for row in side["options"]}

    def line(self, option: str, chosen: frozenset[Cell], changed: frozenset[Cell]) -> list[str]:
        """An option and what it is a variant of, whichever way it takes."""
        known = ways(self.option_rows(chosen, changed).values())[option]
        return list(dict.fromkeys(one for line in known for one in line))

    def one_option(self, option: str, chosen: frozenset[Cell], changed: frozenset[Cell]) -> Inputs:
        """A mixture with a single option in play, beside those that it is a variant of."""
        line = self.line(option, chosen, changed)
        known = self.option_rows(chosen, changed)
        tables = self.rows(chosen, changed, line)
        tables["options"] = [known[one] for one in line]
        around = ways(tables["options"]) if len(line) > 1 else {}
        made = {name: self.table(name, rows, around) for name, rows in tables.items()}
        found = self.empty | {name: one.frame for name, one in made.items()}
        return MixedInputs(self.new.folder, self.day(chosen), found, {}, made)

    @cached_property
    def empty(self) -> dict[str, pd.DataFrame]:
        return frames({})

    @cached_property
    def made(self) -> dict[tuple, "ReadTable"]:
        """Tables made so far, by the places of their rows: many mixtures share them."""
        return {}

    def table(self, name: str, rows: Rows, around: dict[str, list[list[str]]]) -> "ReadTable":
        """Some rows as a table, for an option and what it is a variant of."""
        key = name, *around, *((row["_file"], row["_row"]) for row in rows)
        if key not in self.made:
            self.made[key] = ReadTable(name, frame(name, rows), around)
        return self.made[key]

    def is_valid(self, chosen: frozenset[Cell], changed: frozenset[Cell]) -> bool:
        """Whether a mixture could stand as evidence of its own."""
        return next(standing_faults(self.rows(chosen, changed), self.day(chosen)), None) is None


def by_cell(table: str, rows: Rows) -> dict[Cell, list[tuple]]:
    """The keys of the rows of each cell, in their order."""
    found: dict[Cell, list[tuple]] = {}
    for row in rows:
        found.setdefault(cell_of(table, row), []).append(key_of(table, row))
    return found


def row_changes(table: str, before: Rows, after: Rows) -> Iterator[RowChange]:
    """The rows of a table that differ, by their keys: those there now in their order, then those that are gone."""
    old = {key_of(table, row): row for row in before}
    keys = {key_of(table, row) for row in after}
    for row in after:
        former = old.get(key_of(table, row))
        names = differing(former or {}, row)
        if names:
            yield RowChange(table, former, row, names)
    yield from (RowChange(table, row, None, differing({}, row)) for key, row in old.items() if key not in keys)


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """The columns whose content differs; an absent one is as an empty one."""
    names = [name for name in dict.fromkeys([*after, *before]) if name not in PLACE]
    return tuple(name for name in names if filled(before, name) != filled(after, name))


def filled(row: dict[str, Any], name: str) -> Any:
    """What stands in a column, None where nothing does."""
    value = row.get(name)
    return None if isinstance(value, str) and value == "" else value


def mixable(groups: Groups, valid: Callable[[frozenset[Group]], bool]) -> list[Group]:
    """Merge groups until each can be new beside the old rest: a new cost row may begin at a new event."""
    everyone = frozenset(groups)
    tests: list[Callable[[frozenset[Group]], bool]] = [valid, lambda some: valid(everyone - some)]
    clashes = (company(group, groups, test) for group in groups for test in tests)
    clash = next((clash for clash in clashes if len(clash) > 1), None)
    return list(groups) if clash is None else mixable(merged(groups, clash), valid)


def company(group: Group, groups: Groups, valid: Callable[[frozenset[Group]], bool]) -> frozenset[Group]:
    """The group with as few others as it needs beside it."""
    if valid(frozenset([group])):
        return frozenset([group])
    needed = frozenset(groups)
    for other in groups:
        if other != group and valid(needed - {other}):
            needed -= {other}
    return needed


def merged(groups: Groups, several: Iterable[Group]) -> list[Group]:
    """The groups with several of them made one, in the place of the first."""
    together = [group for group in groups if group in set(several)]
    one = Group(tuple(cell for group in together for cell in group.cells))
    return [one if group is together[0] else group for group in groups if group is together[0] or group not in together]
