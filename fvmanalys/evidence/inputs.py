"""The raw tables as known on one day: what every other room starts from."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from fvmanalys.errors import Fault, UsageError
from fvmanalys.evidence.append import append_rows

from fvmanalys.evidence.changing import (  # isort: skip
    Change, Made, Workbench, altered, change_of, changes_text, row_id, second_prefix,
)  # fmt: skip
from fvmanalys.evidence.dated import Dated, check, dated, parse_day, read_dated, row_faults
from fvmanalys.evidence.display import Estimates, Shows
from fvmanalys.evidence.estimates import ESTIMATE_COLUMNS, estimate_rows, ids_by_place, with_ids
from fvmanalys.evidence.frames import PLACE, frame, frames, plain_rows, read_only
from fvmanalys.evidence.quantities import second_quantity
from fvmanalys.evidence.read import RawTable, parse_row
from fvmanalys.evidence.readonly import ReadOnlyDict, ReadOnlyList, ReadOnlyTable
from fvmanalys.evidence.rows import cell, same_place
from fvmanalys.evidence.rules import Tables, near, split
from fvmanalys.evidence.tables import OPEN, TABLES
from fvmanalys.evidence.variants import counting, counting_either, ways

__all__ = ["DEFAULTS", "Inputs", "load", "load_ahead", "no_estimate", "understand"]

AHEAD: "dict[tuple[str, str], tuple[dict[str, str], Inputs]]" = {}  # filled in a process that forks kernels
DEFAULTS = {"outside_view": 0.0, "standing_share": 1.0, "minimum_risk": 0.1}


@dataclass(frozen=True, repr=False)
class Inputs(Shows):
    """Validated tables as known at `as_of`, which cannot be changed in place: `with_estimate` makes changed ones.

    `tables` holds a DataFrame for every table (no rows where the file is missing): the declared columns, translations
    `X_en`, and `_file` and `_row`, the place of each row. `history` holds every row known by then, superseded ones too,
    and what may be public of confidential rows.
    """

    folder: Path
    as_of: date
    tables: dict[str, pd.DataFrame]
    history: dict[str, pd.DataFrame]
    barred: frozenset[str] = field(default=frozenset(), kw_only=True)  # options that fall short of what must hold
    steps: tuple[Change, ...] = field(default=(), kw_only=True)  # what `with_` changed, in order
    made: tuple[Made, ...] = field(default=(), kw_only=True)  # and the rows as they were and are
    own: Mapping[str, Any] = field(default_factory=dict, kw_only=True, compare=False)  # logo, colour, words of a run

    def __post_init__(self) -> None:
        for name in ("tables", "history"):
            tables = {table: read_only(rows) for table, rows in getattr(self, name).items()}
            object.__setattr__(self, name, ReadOnlyDict(tables))

    def __reduce__(self) -> Any:
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.kw_only}
        return partial(type(self), **named), tuple(getattr(self, one.name) for one in fields(self) if not one.kw_only)

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

        One way of: `value`, a fixed number; any of `low`, `likely`, `high`, `distribution`; `add` or `times`, which
        shift or scale the range. The random streams are the same. UsageError for an unknown id, EvidenceError where a
        rule is broken.
        """
        given = {"value": value, "low": low, "likely": likely, "high": high, "distribution": distribution, "add": add}
        change = change_of(ids=(estimate_id,), **given, times=times)
        table, row = self.row_of(estimate_id)
        return self.with_rows(table, [row | altered(row, second_prefix(table, estimate_id), change)])

    def with_(
        self,
        what: str | Iterable[str] | Mapping[str, float] = (),
        value: float | None = None,
        *,
        drop: bool = False,
        rows: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
        why: str = "",
        owner: str = "",
        **ways: Any,
    ) -> "Inputs":
        """Make inputs with other numbers, rows, options or risks, and remember what was changed and why.

        `what` are ids, patterns such as `contracts/A/*`, or bundles; or numbers by id. One way of: `value`; any of
        `low`, `likely`, `high` and `distribution`; `add` or `times`; `drop`; `rows` by table, added or in the place of
        those with the same key. What is changed is an assumption of the `owner` (else the organisation). UsageError for
        an unknown id, EvidenceError where a rule is broken.
        """
        values = dict(what) if isinstance(what, Mapping) else {}
        ids = (what,) if isinstance(what, str) else () if values else tuple(what)
        given = {table: [dict(row) for row in some] for table, some in (rows or {}).items()}
        return self.with_change(
            change_of(ids=ids, values=values, value=value, drop=drop, rows=given, why=why, owner=owner, **ways)
        )

    def with_change(self, change: Change) -> "Inputs":
        """Make inputs with a change that was written down, as `with_` does."""
        standing, history = ({name: list(rows) for name, rows in tables.items()} for tables in self._as_read)
        bench = Workbench(standing, history, self.as_of, self.decision["organisation"])
        quantities = set(self.estimates["id"])
        bench.make(change, {name: place for name, place in self.places.items() if change.drop or name in quantities})
        steps = (*self.steps, change)
        return self._with(standing, history, bench.faults, steps=steps, made=(*self.made, *bench.made))

    def _with(self, standing: Tables, history: Tables, faults: list[Fault], **more: Any) -> "Inputs":
        """Make inputs of changed rows, checked; what is unchanged is shared."""
        check(standing, self.as_of, [*faults, *row_faults(history)])
        new, ever = (
            {name: frame(name, rows) for name, rows in after.items() if rows != before[name]}
            for after, before in zip((standing, history), self._as_read, strict=True)
        )
        tables, known = {**self.tables, **new}, {**self.history, **ever}
        found = replace(self, tables=tables, history=known, barred=frozenset(), **more)
        sides = zip(self._as_read, (new, ever), strict=True)
        found.__dict__["_as_read"] = tuple(before | plain_rows(changed) for before, changed in sides)
        same = {name: rows for name, rows in self.records.items() if name not in new}
        found._known_records.update({} if "options" in new else same)
        return found

    @property
    def told(self) -> dict[str, object]:
        """What they are of, as of when, how large, and what they rest on."""
        kinds = self.estimates["kind"].value_counts()
        return {
            "decision": self.decision["title"],
            "as of": self.as_of,
            "options": ", ".join(self.options()),
            "areas": ", ".join(self.areas),
            "estimates": len(self.estimates),
            "evidence": ", ".join(f"{count} {kind}s" for kind, count in kinds.items()),
            **({"changed": ", ".join(one.about for one in self.steps)} if self.steps else {}),
        }

    @property
    def changes(self) -> pd.DataFrame:
        """What `with_` has changed, row by row: id, what, before, after, why."""
        return pd.DataFrame([one.record for one in self.made], columns=["id", "what", "before", "after", "why"])

    def save_changes(self, path: str | Path, owner: str = "", known_from: str | date | None = None) -> list[Path]:
        """Write what `with_` has changed to a file `*.toml`, for `run --changes`, or into a folder of raw tables.

        There each row supersedes the former from `known_from` (default: `as_of`), an assumption of the `owner`. Nothing
        is written where a rule of the tables would not hold: EvidenceError.
        """
        path = Path(path)
        day = parse_day(known_from) or self.as_of
        if path.suffix == ".toml":
            path.write_text(changes_text(self.steps), encoding="utf-8")
            return [path]
        last = {one.id: one for one in self.made}
        rows: dict[str, list[dict[str, str]]] = {}
        for one in last.values():
            row = one.raw(owner or one.change.owner or str(self.decision["organisation"]), day)
            rows.setdefault(one.table, []).append(row)
        return append_rows(path, rows, lambda folder: load(folder, max(day, self.as_of)))

    @cached_property
    def places(self) -> dict[str, tuple[str, str, int]]:
        """Where every row in force stands, its table, file and row, by the ids of its quantities and by its own."""
        rows = ((name, row) for name, some in self._as_read[0].items() for row in some)
        known = {row_id(name, row): (name, row["_file"], row["_row"]) for name, row in rows}
        quantities = self.estimates[["id", "table", *PLACE]].itertuples(index=False)
        return known | {name: (table, file, int(line)) for name, table, file, line in quantities}

    def with_rows(self, table: str, rows: Iterable[dict[str, Any]]) -> "Inputs":
        """Make the same inputs with rows of a table in those of the same file and row; EvidenceError by its rules."""
        faults: list[Fault] = []
        standing, history = ({**known, table: list(known[table])} for known in self._as_read)
        for row in rows:
            texts = {column: cell(content) for column, content in row.items() if column not in PLACE}
            parsed, found = parse_row(table, row["_file"], row["_row"], texts)
            faults += found
            for known in (standing, history):
                known[table] = [one | parsed if parsed and same_place(one, row) else one for one in known[table]]
        return self._with(standing, history, faults)

    def used_by(self, estimate_id: str, draws: int = 2048, seed: int = 1, **more: Any) -> pd.DataFrame:
        """Which published numbers an estimate moves, and by how much: `fvmanalys.analysis.uses` says how."""
        return import_module("fvmanalys").used_by(self, estimate_id, draws, seed, **more)

    def row_of(self, estimate_id: str) -> tuple[str, dict[str, Any]]:
        """The table of an estimate and its row in it, empty cells as None."""
        known = self.estimates["id"].tolist()
        if estimate_id not in known:
            raise no_estimate(estimate_id, known)
        estimate = self.estimates.iloc[known.index(estimate_id)]
        table = str(estimate["table"])
        return table, next(row for row in self._as_read[0][table] if same_place(row, estimate))

    @cached_property
    def _as_read(self) -> tuple[Tables, Tables]:
        """The rows of `tables` and of `history` as they were read: dicts, with None where there is no number."""
        return plain_rows(self.tables), plain_rows(self.history)

    @property
    def dated(self) -> Dated:
        """Their rows, with None where there is no number."""
        return Dated(self.folder, self.as_of, *self._as_read, self.steps, self.own)

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The value used of each parameter."""
        table = self.tables["parameters"]
        return ReadOnlyDict(DEFAULTS | dict(zip(table["parameter_id"], table["likely"], strict=True)))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Every quantity in force: id, value, evidence, place; the halves of one event share the random `stream`."""
        blank = dict.fromkeys(["option_id", "name_en", "owner_en", "note_en"], "")
        rows = [blank | row for name in TABLES for row in estimate_rows(name, self.tables[name], self.ways)]
        return Estimates(pd.DataFrame(rows, columns=ESTIMATE_COLUMNS))

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
        ids = ids_by_place(self.estimates)
        known = self._known_records
        new = {
            name: with_ids(table.to_dict("records"), ids) if len(table) else []
            for name, table in self.tables.items()
            if name not in known
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
        """Every quantity in force as its table and its row, with its `id`; a row with two quantities stands twice."""
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
        return not self.tables[table].empty

    def options(self, permanent_only: bool = False) -> list[str]:
        """The options in play, in the order of their table; the permanent ones are those that compete, none barred."""
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


def load(data: str | Path = "data/raw", as_of: str | date | None = None) -> Inputs:
    """Read, check and date the raw tables in `data`: by default data/raw here, or in the nearest folder above.

    `as_of` is the day whose knowledge is used (default: the decision's own, else the newest `known_from`).
    EvidenceError with every fault found, or UsageError for an impossible day.
    """
    told, found = AHEAD.get((str(data), str(as_of)), (None, None))
    return found if found and told == contents(Path(data)) else as_inputs(read_dated(data, as_of))


def load_ahead(data: str | Path, as_of: str) -> Inputs:
    """Load for whatever is forked from this process, which reads no file again that is what it was, byte for byte."""
    told = contents(Path(data))
    found = load(data, as_of)
    AHEAD[str(data), str(as_of)] = told, found
    return found


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def understand(folder: Path, raw: dict[str, RawTable], faults: list[Fault], as_of: str | date | None = None) -> Inputs:
    """Check and date raw tables that have been read, as `load` does; `faults` are those of reading."""
    return as_inputs(dated(folder, raw, faults, as_of))


def as_inputs(known: Dated) -> Inputs:
    """Make the inputs of rows as known on a day."""
    return Inputs(
        known.folder, known.as_of, frames(known.tables), frames(known.history), steps=known.steps, own=known.own
    )


def no_estimate(estimate_id: str, known: Iterable[str]) -> UsageError:
    """The error of an id that no estimate in force has."""
    return UsageError(f"no estimate {estimate_id!r}; {near(estimate_id, known) or 'inputs.estimates lists them'}")
