"""The raw tables as known on one day: what every other room starts from."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cached_property, partial
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.errors import EvidenceError, Fault, UsageError
from fvmanalys.evidence.asof import default_as_of, duplicate_faults, in_force
from fvmanalys.evidence.conditions import in_id
from fvmanalys.evidence.fields import FIRST_DAY, LAST_DAY, Kind
from fvmanalys.evidence.known import known_on
from fvmanalys.evidence.quantities import second_quantity
from fvmanalys.evidence.read import RAW, RawTable, parse_row, parse_tables, read_folder
from fvmanalys.evidence.readonly import ReadOnlyDict, ReadOnlyList, ReadOnlyTable
from fvmanalys.evidence.release import OPEN, release_columns
from fvmanalys.evidence.rows import no_numbers, same_place
from fvmanalys.evidence.rules import Rows, Tables, history_faults, id_part, near, split
from fvmanalys.evidence.standing import standing_faults
from fvmanalys.evidence.tables import TABLES, Quantified, columns, kinds
from fvmanalys.evidence.variants import INHERITED, counting, counting_either, part_of, stream_owners, ways

__all__ = [
    "DEFAULTS", "Inputs", "default_folder", "estimate_id", "ids_by_place", "load", "no_estimate", "plain_rows",
    "project", "understand",
]  # fmt: skip

RANGE, PLACE = ("low", "likely", "high"), ("_file", "_row")
DEFAULTS = {"outside_view": 0.0, "standing_share": 1.0, "minimum_risk": 0.1}
ESTIMATE_COLUMNS = [
    "id", "stream", "table", "name", "option_id", "low", "likely", "high", "distribution", "ends", "unit", "moves_with",
    "strength",
    "kind", "source_id", "known_from", "owner", "confidential", "stand_in", "note", "name_en", "owner_en", "note_en",
    "_file", "_row",
]  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """Validated tables as known at `as_of`, which cannot be changed in place: `with_estimate` makes changed ones.

    `tables` holds a DataFrame for every table of the design (no rows where the file is missing): the declared columns,
    translations `X_en` where the file has them, and `_file` and `_row`, the place of each row. `history` holds the
    same for every row known by then, those superseded since too, and what may be public of confidential rows.
    """

    folder: Path
    as_of: date
    tables: dict[str, pd.DataFrame]
    history: dict[str, pd.DataFrame]
    barred: frozenset[str] = field(default=frozenset(), kw_only=True)  # options that fall short of what must hold

    def __post_init__(self) -> None:
        for name in ("tables", "history"):
            tables = {table: read_only(rows) for table, rows in getattr(self, name).items()}
            object.__setattr__(self, name, ReadOnlyDict(tables))

    def __reduce__(self) -> Any:
        return partial(type(self), barred=self.barred), tuple(
            getattr(self, one.name) for one in fields(self) if not one.kw_only
        )

    def with_estimate(
        self,
        estimate_id: str,
        value: float | None = None,
        *,
        low: float | None = None,
        likely: float | None = None,
        high: float | None = None,
        distribution: str | None = None,
        add: float | None = None,
        times: float | None = None,
    ) -> "Inputs":
        """Make the same inputs with another quantity for one estimate, as if its row had been edited in the file.

        One way of: `value`, a fixed number; any of `low`, `likely`, `high` and `distribution`, where the others stay as
        they are; `add` or `times`, which shift or scale the whole range. The random streams are the same.
        Raises UsageError for an unknown id, EvidenceError where a rule of the raw tables does not hold.
        """
        given = {"low": low, "likely": likely, "high": high, "distribution": distribution}
        given = {name: one for name, one in given.items() if one is not None}
        if sum([value is not None, bool(given), add is not None, times is not None]) != 1:
            ways = "value=, or any of low=, likely=, high= and distribution=, or add=, or times="
            raise UsageError(f"{estimate_id}: give {ways}, and only one of these ways")
        table, row = self.row_of(estimate_id)
        prefix = self.column_prefix(table, estimate_id)
        if value is not None:
            given = {"low": None, "likely": value, "high": None, "distribution": "", "ends": ""}
        for name, change in (("add", add), ("times", times)):
            if change is not None and (isinstance(change, bool) or not isinstance(change, Real)):
                raise UsageError(f"{estimate_id}: {name}={change!r} is not a number")
        if add is not None:
            given = {end: row[prefix + end] + add for end in RANGE if row[prefix + end] is not None}
        if times is not None:
            given = {end: row[prefix + end] * times for end in RANGE if row[prefix + end] is not None}
        return self.with_rows(table, [row | {prefix + column: content for column, content in given.items()}])

    def with_rows(self, table: str, rows: Iterable[dict[str, Any]]) -> "Inputs":
        """Make the same inputs with some rows of a table in the place of those of the same file and row.

        Raises EvidenceError where a rule of the raw tables does not hold.
        """
        faults: list[Fault] = []
        standing, history = ({**known, table: list(known[table])} for known in self._as_read)
        for row in rows:
            texts = {column: cell(content) for column, content in row.items() if column not in PLACE}
            parsed, found = parse_row(table, row["_file"], row["_row"], texts)
            faults += found
            for known in (standing, history):
                known[table] = [one | parsed if parsed and same_place(one, row) else one for one in known[table]]
        check(standing, self.as_of, [*faults, *row_faults(history)])
        tables = {**self.tables, table: frame(table, standing[table])}
        return replace(
            self, tables=tables, history={**self.history, table: frame(table, history[table])}, barred=frozenset()
        )

    def row_of(self, estimate_id: str) -> tuple[str, dict[str, Any]]:
        """The table of an estimate and its row in it, empty cells as None."""
        known = self.estimates["id"].tolist()
        if estimate_id not in known:
            raise no_estimate(estimate_id, known)
        estimate = self.estimates.iloc[known.index(estimate_id)]
        table = str(estimate["table"])
        return table, next(row for row in self._as_read[0][table] if same_place(row, estimate))

    def column_prefix(self, table: str, estimate_id: str) -> str:
        """What the columns of an estimate begin with: nothing, but where it is the second quantity of its row."""
        second = TABLES[table].SECOND
        return f"{second}_" if second and estimate_id.endswith(f"/{second}") else ""

    @cached_property
    def _as_read(self) -> tuple[Tables, Tables]:
        """The rows of `tables` and of `history` as they were read: dicts, with None where there is no number."""
        return plain_rows(self.tables), plain_rows(self.history)

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The value used of each parameter."""
        table = self.tables["parameters"]
        return ReadOnlyDict(DEFAULTS | dict(zip(table["parameter_id"], table["likely"], strict=True)))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A row for every quantity in force: id, value, evidence and place.

        `stream` is the id that keys its random numbers: two halves of one event (`when` and its opposite) share it.
        """
        blank = dict.fromkeys(["option_id", "name_en", "owner_en", "note_en"], "")
        rows = [blank | row for name in TABLES for row in estimate_rows(name, self.tables[name], self.ways)]
        return ReadOnlyTable(pd.DataFrame(rows, columns=ESTIMATE_COLUMNS))

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        """Every option in play with what it is a variant of, and so on to the first that is none."""
        return ReadOnlyDict({option: known[0] for option, known in self.ways.items()})

    @cached_property
    def ways(self) -> dict[str, list[list[str]]]:
        """The line of every option in play; of one that holds back a choice between two ways, a line through each."""
        return ReadOnlyDict(ways(self.tables["options"].to_dict("records")))

    def family(self, option: str) -> list[str]:
        """An option with its variants, and with what it is a variant of and the variants of that."""
        return [other for other, line in self.lines.items() if line[-1] == self.lines[option][-1]]

    def counting(self, table: str, option: str) -> list[dict[str, Any]]:
        """The rows of a table that count for an option: its own, those that all share, and those that it inherits."""
        known = self.ways[option]
        if len(known) > 1:
            return counting_either(table, self.records, known)
        return counting(table, self.records[table], known[0])

    def full_use_event(self, option: str) -> str:
        """The event that counts as in full use: the option's own, or else its base's."""
        own = {row["option_id"]: row["full_use_event"] for row in self.records["options"]}
        return next((own[one] for one in self.lines[option] if own[one]), "")

    @cached_property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every table as dicts, each quantity with its `id`."""
        ids, known = ids_by_place(self.estimates), self._known_records
        new = {
            name: with_ids(table.to_dict("records"), ids) for name, table in self.tables.items() if name not in known
        }
        found = known | {name: ReadOnlyList(map(ReadOnlyDict, rows)) for name, rows in new.items()}
        return ReadOnlyDict({name: found[name] for name in self.tables})

    @cached_property
    def _known_records(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of tables that other inputs have as well."""
        return {}

    def with_parameter_table(self, table: pd.DataFrame) -> "Inputs":
        """Make the same inputs with another table of parameters."""
        found = replace(self, tables={**self.tables, "parameters": table})
        found._known_records.update({name: rows for name, rows in self.records.items() if name != "parameters"})
        return found

    @cached_property
    def quantities(self) -> list[tuple[str, dict[str, Any]]]:
        """Every quantity in force as its table and its row:
        a row with two quantities stands twice, each time with its `id`.
        """
        found = [(name, row) for name, rows in self.records.items() for row in rows if row["id"]]
        seconds = {name: TABLES[name].SECOND for name in self.tables}
        more = [(name, second_quantity(row, seconds[name])) for name, row in found if seconds[name]]
        return [*found, *((name, row | {"id": f"{row['id']}/{seconds[name]}"}) for name, row in more)]

    @cached_property
    def price_factors(self) -> dict[float, float]:
        """What turns money of each year of the price index into money of the parameter's price year."""
        index = {row["year"]: row["index"] for row in self.records["price_index"]}
        target = index.get(self.parameters.get("price_year", 0))
        return ReadOnlyDict({year: target / value for year, value in index.items()} if target else {})

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The sources that rows in force cite, by id."""
        citing = [table for name, table in self.tables.items() if name != "sources" and "source_id" in table]
        cited = {one for table in citing for text in table["source_id"] for one in split(text)}
        table = self.tables["sources"]
        return ReadOnlyTable(table[table["source_id"].isin(cited)].set_index("source_id").sort_index())

    def has(self, table: str) -> bool:
        """Whether the table has any row in force."""
        return not self.tables[table].empty

    def options(self, permanent_only: bool = False) -> list[str]:
        """The options in play, in the order of their table;
        the permanent ones are those that compete: none that is barred.
        """
        table = self.tables["options"]
        competes = table["permanent"].eq("yes") & ~table["option_id"].isin(self.barred)
        return ReadOnlyList(table.loc[competes | (not permanent_only), "option_id"])

    @property
    def reference(self) -> str:
        """The option that the others are compared with."""
        table = self.tables["options"]
        return str(table.loc[table["reference"].eq("yes"), "option_id"].iloc[0])

    @property
    def confidential(self) -> bool:
        """Whether any row ever known holds something secret; a stand-in does not."""
        tables = [table for table in self.history.values() if "confidential" in table]
        return any((~table["confidential"].isin(OPEN) & (table["stand_in"] != "yes")).any() for table in tables)

    @property
    def stand_ins(self) -> list[dict[str, Any]]:
        """The rows in force that are stand-ins, each with the `id` of its quantity."""
        return [row for rows in self.records.values() for row in rows if row.get("stand_in") == "yes"]

    @property
    def areas(self) -> list[str]:
        """The areas, in the order of their table."""
        return ReadOnlyList(self.tables["areas"]["area_id"])

    @property
    def decision(self) -> dict[str, Any]:
        """The decision's own row."""
        return ReadOnlyDict(self.tables["decision"].iloc[0])


def project() -> Path:
    """The nearest folder from here upwards that holds data/raw, as seen from here; where there is none, this one."""
    upwards = (Path(*[os.pardir] * steps) for steps in range(len(Path.cwd().parts)))
    return next((folder for folder in upwards if (folder / RAW).is_dir()), Path())


def default_folder() -> Path:
    """The raw tables of the project that we stand in, at its root or below it."""
    return project() / RAW


def load(data: str | Path = "data/raw", as_of: str | date | None = None) -> Inputs:
    """Read, check and date the raw tables in the folder `data`:
    by default data/raw here, or in the nearest folder above.

    `as_of` is the day whose knowledge is used (default: the decision's own, else the newest `known_from`).
    Raises EvidenceError with every fault found, or UsageError for an impossible day.
    """
    folder = default_folder() if Path(data) == RAW else Path(data)
    return understand(folder, *read_folder(folder), as_of)


def understand(folder: Path, raw: dict[str, RawTable], faults: list[Fault], as_of: str | date | None = None) -> Inputs:
    """Check and date raw tables that have been read, as `load` does; `faults` are those of reading."""
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
    return Inputs(folder, day, frames(standing), frames(known))


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
        day = (
            as_of.date()
            if isinstance(as_of, datetime)
            else as_of
            if isinstance(as_of, date)
            else date.fromisoformat(as_of)
        )
    except ValueError as error:
        raise UsageError(f"as_of {as_of!r} is not a date; write it as year-month-day, such as 2025-05-27") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError(f"as_of {day} is out of reach; give a day from {FIRST_DAY} to {LAST_DAY}")
    return day


def frames(tables: Tables) -> dict[str, pd.DataFrame]:
    """Make a DataFrame of every table, empty where there is none; missing numbers are NaN, missing days None."""
    return {name: frame(name, tables.get(name, [])) for name in TABLES}


def frame(name: str, rows: Rows) -> pd.DataFrame:
    """Make one table's DataFrame."""
    known = [*columns(name), *PLACE]
    extra = [column for column in (rows[0] if rows else {}) if column not in known and not column.startswith("_")]
    table = pd.DataFrame(rows, columns=[*known, *extra])
    for column, kind in kinds(name).items():
        if kind is Kind.NUMBER and table[column].dtype != float:
            table[column] = table[column].astype(float)
    return ReadOnlyTable(table)


def read_only(table: pd.DataFrame) -> ReadOnlyTable:
    """A table that cannot be changed; what is one already is used as it is."""
    return table if isinstance(table, ReadOnlyTable) else ReadOnlyTable(table)


def plain_rows(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The rows of tables as they were read: dicts, with None where there is no number."""
    return {name: [{**row, **no_numbers(row)} for row in table.to_dict("records")] for name, table in tables.items()}


def cell(content: Any) -> str:
    """What a CSV file would hold."""
    if isinstance(content, Real) and not isinstance(content, Integral):
        return repr(float(content)).removesuffix(".0")
    return "" if content is None else str(content)


def no_estimate(estimate_id: str, known: Iterable[str]) -> UsageError:
    """The error of an id that no estimate in force has."""
    return UsageError(f"no estimate {estimate_id!r}; {near(estimate_id, known) or 'inputs.estimates lists them'}")


def estimate_id(table: str, row: dict[str, Any]) -> str:
    """The id `table/key/key`; empty keys are kept."""
    return "/".join([table, *(id_part(row[column]) for column in TABLES[table].KEY)])


def with_ids(rows: Rows, known: dict[tuple[str, int], str]) -> Rows:
    """Rows, each with the `id` of its quantity by its place; an empty one where it has none."""
    return [{**row, "id": known.get((row["_file"], row["_row"]), "")} for row in rows]


def ids_by_place(estimates: pd.DataFrame) -> dict[tuple[str, int], str]:
    """The id of the first quantity of each row, by its place."""
    rows = zip(estimates["_file"], estimates["_row"], estimates["id"], strict=True)
    return {(file, row): one for file, row, one in reversed(list(rows))}


def estimate_rows(name: str, table: pd.DataFrame, known: Mapping[str, list[list[str]]]) -> Iterator[dict[str, Any]]:
    """The quantities of one table; where two conditions share a key, the condition is added to their ids.

    A variant's own row has the random numbers of the row that it stands for.
    """
    if not issubclass(TABLES[name], Quantified) or table.empty:
        return
    rows = table.to_dict("records")
    ids = [estimate_id(name, row) for row in rows]
    times = Counter(ids)
    second = TABLES[name].SECOND
    whose = {
        option: stream_owners(name, rows, one) for option, one in known.items() if len(one[0]) > 1 and name in INHERITED
    }
    for row, key in zip(rows, ids, strict=True):
        if pd.notna(row["likely"]) or pd.notna(row["low"]):
            unique = f"{key}/{in_id(row['when'])}" if row.get("when") and times[key] > 1 else key
            owner = whose.get(row.get("option_id", ""), {}).get(part_of(name, row))
            stream = estimate_id(name, {**row, "option_id": owner}) if owner else key
            found = {**row, "table": name, "name": row.get("name", "")}
            yield {**found, "id": unique, "stream": f"{stream}/hit_rate" if second else stream}
            if second:
                yield {
                    **second_quantity(found, second),
                    "id": f"{unique}/{second}",
                    "stream": f"{stream}/{second}",
                    "strength": np.nan,
                }
