"""What an analyst changes without editing files: quantities, rows, options and risks; and the file that holds it."""

import fnmatch
import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Strict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as declared

from fvmanalys.errors import Fault, UsageError
from fvmanalys.evidence.asof import key_of, withdraws
from fvmanalys.evidence.conditions import in_id, literals
from fvmanalys.evidence.read import parse_row
from fvmanalys.evidence.rows import Evidenced, cell
from fvmanalys.evidence.rules import Rows, Tables, estimate_ids, id_part, near, revealed, split
from fvmanalys.evidence.settings import read_toml, setting_fault
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, columns, references, text_columns
from fvmanalys.evidence.variants import ways

__all__ = [
    "MADE_WITH", "OWN_FILE", "own_text", "read_own", "Change", "Made", "Workbench", "altered", "change_of",
    "changes_text", "read_changes", "row_id", "second_prefix",
]  # fmt: skip

OWN_FILE = "own.toml"  # what an organisation has of its own in a run: logo, colour, words
MADE_WITH = "made_with.toml"  # the changes that a run was made with, beside its raw tables
RANGE = ("low", "likely", "high")
QUANTITY = (*RANGE, "distribution")
BUNDLES = {
    "duration": ("timeline", "readiness"),
    "amount": ("contracts",),
    "staffing": ("staffing",),
    "level": ("levels",),
}
WAYS = (
    "give value=, or any of low=, likely=, high= and distribution=, or add=, or times=, or drop=True, or rows=, "
    "and only one of these ways"
)
Place = tuple[str, str, int]  # table, file and row
NumPys = BeforeValidator(lambda one: float(one) if isinstance(one, Real) and type(one) is not bool else one)
Number = Annotated[float, NumPys, Strict()]
Ids = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: tuple(split(given)) if isinstance(given, str) else given)
]


@declared(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Change:
    """One change, and why it was made.

    `ids` are ids of estimates or rows, patterns of them, or bundles; `values` gives several ids a number each; `rows`
    are rows by table, which take the place of those with the same key. What a number may be is said by the rules of the
    tables.
    """

    ids: Ids = ()
    values: dict[str, Any] = field(default_factory=dict)
    value: Any = None
    low: Any = None
    likely: Any = None
    high: Any = None
    distribution: str | None = None
    add: Number | None = None
    times: Number | None = None
    drop: Annotated[bool, Strict()] = False
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    why: str = ""
    owner: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """What is given of it."""
        return {
            one.name: given
            for one in fields(self)
            if (given := getattr(self, one.name)) not in (None, False, "", (), {})
        }

    @property
    def about(self) -> str:
        """What it is about, in few words."""
        return ", ".join([*self.ids, *self.values, *self.rows]) or "nothing"

    def check(self) -> None:
        """Raise UsageError where it is not one change, made in one way."""
        ways = [self.value is not None, any(getattr(self, one) is not None for one in QUANTITY), self.add is not None,
                self.times is not None, self.drop]  # fmt: skip
        alone = [bool(self.values), bool(self.rows)]
        if sum(ways) + sum(alone) != 1 or bool(self.ids) != any(ways):
            raise UsageError(f"{self.about}: {WAYS}")
        if unknown := next((one for one in self.rows if one not in TABLES), None):
            raise UsageError(
                f"rows: there is no table {unknown!r}; {near(unknown, TABLES) or 'docs/tables.md lists them'}"
            )


KEYS = [one.name for one in fields(Change)]


def change_of(**given: Any) -> Change:
    """Make one change; UsageError where it is none, or several."""
    try:
        change = Change(**given)
    except ValidationError as error:
        about = ", ".join([*given.get("ids", ()), *given.get("rows", ())])
        raise UsageError("\n".join(f"{about}: {given_fault(one)}" for one in error.errors())) from error
    change.check()
    return change


def given_fault(fault: Any) -> str:
    """One fault of what a call was given."""
    name = ".".join(map(str, fault["loc"]))
    if fault["type"] == "unexpected_keyword_argument":
        return f"{name}= is unknown; {near(name, KEYS) or WAYS}"
    return f"{name}={fault['input']!r} is not a {'number' if 'float' in fault['type'] else 'text'}"


def altered(row: Mapping[str, Any], prefix: str, change: Change) -> dict[str, Any]:
    """The cells of a row that a change of its quantity fills, by name; `prefix` begins those of a second quantity."""
    given = {name: one for name in QUANTITY if (one := getattr(change, name)) is not None}
    if change.value is not None:
        ends = {} if prefix else {"ends": ""}  # how low and high are meant is said once for both quantities of a row
        given = {"low": None, "likely": change.value, "high": None, "distribution": "", **ends}
    if change.add is not None:
        given = {end: row[prefix + end] + change.add for end in RANGE if row[prefix + end] is not None}
    if change.times is not None:
        given = {end: row[prefix + end] * change.times for end in RANGE if row[prefix + end] is not None}
    return {prefix + column: content for column, content in given.items()}


def row_id(table: str, row: Mapping[str, Any]) -> str:
    """The id of a row whether or not it holds a quantity, with its condition if it has one."""
    condition = [in_id(row["when"])] if row.get("when") else []
    return "/".join([table, *(id_part(row[column]) for column in TABLES[table].KEY), *condition])


class Made(NamedTuple):
    """A row as it was and as it is: new where it was not, dropped where it is not."""

    table: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    change: Change

    @property
    def id(self) -> str:
        """The id of the row."""
        return row_id(self.table, self.after or self.before or {})

    @property
    def record(self) -> dict[str, str]:
        """What was changed, from what to what, and why, as texts."""
        both = [one or {} for one in (self.before, self.after)]
        names = [name for name in TABLES[self.table].model_fields if name not in Evidenced.model_fields]
        differ = [name for name in names if cell(both[0].get(name)) != cell(both[1].get(name))]
        texts = [[f"{name} {told}" for name in differ if (told := cell(one.get(name)))] for one in both]
        what = "added" if self.before is None else "dropped" if self.after is None else "changed"
        before, after = map("; ".join, texts)
        return {"id": self.id, "what": what, "before": before, "after": after, "why": self.change.why}

    def raw(self, owner: str, known_from: date) -> dict[str, str]:
        """The row that supersedes it in the raw tables; a dropped one is withdrawn by a row that says nothing."""
        model = TABLES[self.table]
        row = self.after or self.before or {}
        if self.after is None and not model.SAYS:
            raise UsageError(f"{self.id}: no later row can withdraw a row of {self.table}; take it out of the file")
        silent = (
            set(QUANTITY) | {*model.SAYS, "ends", "unit", "moves_with", "strength"} if self.after is None else set()
        )
        about = {"kind": "assumption", "owner": owner, "known_from": known_from, "note": self.change.why}
        told = {name: content for name, content in (row | about).items() if name in model.model_fields}
        return {name: "" if name in silent else cell(content) for name, content in told.items()}


@dataclass
class Workbench:
    """The rows in force and all rows known by then, while changes are made to them."""

    standing: Tables
    history: Tables
    as_of: date
    owner: str
    faults: list[Fault] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)

    def make(self, change: Change, places: Mapping[str, Place]) -> None:
        """Make one change to the rows whose `places` are known by id."""
        for table, rows in change.rows.items():
            for row in rows:
                self.put(table, row, change)
        ways = {name: replace(change, value=number, values={}) for name, number in change.values.items()}
        ways |= {name: change for pattern in change.ids for name in self.matching(pattern, places)}
        together: dict[Place, list[tuple[str, Change]]] = defaultdict(list)
        for name, way in ways.items():
            if name not in places:
                raise UsageError(f"no estimate {name!r}; {near(name, places) or 'inputs.estimates lists them'}")
            together[places[name]].append((name, way))
        for place, parts in together.items():
            table = place[0]
            standing = self.row_at(place)
            if standing is not None and change.drop:
                self.drop(table, standing, change)
            elif standing is not None:
                cells: dict[str, Any] = {}
                for name, way in parts:
                    cells |= altered(standing, second_prefix(table, name), way)
                self.put(table, cells, change, standing)
        if change.drop:
            self.forget_what_is_gone(change)

    def row_at(self, place: Place) -> dict[str, Any] | None:
        """The row in force at a place; none where it went with another."""
        table, file, line = place
        return next((one for one in self.standing[table] if (one["_file"], one["_row"]) == (file, line)), None)

    def matching(self, pattern: str, places: Mapping[str, Place]) -> list[str]:
        """The ids that an id, a pattern or a bundle means; the pattern itself where it means none."""
        if pattern in places:
            return [pattern]
        if pattern.startswith("bundle/"):
            rows = ((name, place[0], self.row_at(place)) for name, place in places.items())
            return [name for name, table, row in rows if row and in_bundle(pattern, table, row)] or [pattern]
        return fnmatch.filter(places, pattern) or [pattern]

    def put(self, table: str, cells: Mapping[str, Any], change: Change, former: dict[str, Any] | None = None) -> None:
        """Let a row take the place of that with the same key; what is not given stays, or is an assumption of today."""
        known = {*TABLES[table].model_fields, *(f"{name}_en" for name in text_columns(table))}
        label = "/".join([table, *(str({**(former or {}), **cells}.get(name, "")) for name in TABLES[table].KEY)])
        for name in [name for name in cells if name not in known]:
            remedy = near(name, known) or f"the columns are {', '.join(columns(table))}"
            self.faults.append(Fault(label, None, name, f"column {name!r} is unknown", remedy))
        key = [cells.get(name) for name in TABLES[table].KEY]
        if former is None:
            alike = (one for one in self.standing[table] if [one[name] for name in TABLES[table].KEY] == key)
            former = next((one for one in alike if cells.get("when", one.get("when")) == one.get("when")), None)
        row = {**(former or only_unit(table)), **self.evidence(table, change), **cells}
        texts = {name: cell(content) for name, content in row.items() if name in known}
        parsed, found = parse_row(table, label, 0, texts)
        self.faults += found
        if parsed is not None:
            parsed |= {"_file": row_id(table, parsed)}
            self.standing[table] = with_row(table, self.standing[table], parsed, lambda one: True)
            self.history[table] = with_row(
                table, self.history[table], parsed, lambda one: one.get("known_from") == parsed.get("known_from")
            )
            self.made.append(Made(table, former, parsed, change))

    def evidence(self, table: str, change: Change) -> dict[str, Any]:
        """Where a changed row comes from: it is an assumption of who changes it."""
        known = TABLES[table].model_fields
        about = {
            "kind": "assumption",
            "owner": change.owner or self.owner,
            "known_from": self.as_of,
            "note": change.why,
        }
        return {
            name: one
            for name, one in {**about, "owner_en": "", "note_en": ""}.items()
            if name.removesuffix("_en") in known
        }

    def drop(self, table: str, row: dict[str, Any], change: Change) -> None:
        """Take a row away, as if it had never been known, and what is nothing without it."""
        key = key_of(table, row)
        self.made.append(Made(table, row, None, change))
        for known in (self.standing, self.history):
            known[table] = [one for one in known[table] if key_of(table, one) != key]
        if table in ("risks", "signals"):
            self.never(row["option_id"], row[f"{table[:-1]}_id"], change)
        if len(TABLES[table].KEY) == 1:
            [name] = TABLES[table].KEY
            pointing = [(other, column) for other in TABLES for column, mark in references(other)
                        if (mark.table, mark.column) == (table, name) and column != "source_id"]  # fmt: skip
            for other, column in pointing:
                self.drop_all(other, partial(names_it, column, str(row[name])), change)

    def drop_all(self, table: str, gone: Callable[[dict[str, Any]], bool], change: Change) -> None:
        """Drop the rows of a table that go with another; those superseded too."""
        for row in [one for one in self.standing.get(table, []) if gone(one)]:
            self.drop(table, row, change)
        if table in self.history:
            self.history[table] = [one for one in self.history[table] if not gone(one)]

    def never(self, option: str, name: str, change: Change) -> None:
        """Let a risk or signal of an option never hold: rows that need it go, those that need its absence stay."""
        others = {
            (one["option_id"], one[f"{table[:-1]}_id"])
            for table in ("risks", "signals")
            for one in self.standing[table]
        }
        takes = {own: {one for line in known for one in line} for own, known in ways(self.standing["options"]).items()}
        last = not any(name == known for _, known in others)

        def concerned(one: Mapping[str, Any]) -> bool:
            own = one["option_id"]
            return last or option == ALL_OPTIONS or (option in takes.get(own, {own}) and (own, name) not in others)

        self.drop_all("signals", lambda one: concerned(one) and one["of"] == name, change)
        for table, row in TABLES.items():
            if "when" in row.model_fields:
                self.drop_all(table, lambda one: concerned(one) and (name, True) in literals(one["when"]), change)
                for known in (self.standing, self.history):
                    known[table] = always(table, known[table], name, concerned)

    def forget_what_is_gone(self, change: Change) -> None:
        """Clear what investigations and correlations say of estimates that are no more; drop those that say no more."""
        known = estimate_ids(self.history)
        for tables in (self.standing, self.history):
            for place, row in enumerate(tables.get("investigations", [])):
                resolves = ";".join(one for one in split(row["resolves"]) if fnmatch.filter(known, one))
                reveals = ";".join(one for one in split(row["reveals"]) if revealed(one, self.history.get("risks", [])))
                idle = {} if resolves else {"variance_reduction": None}
                idle |= {} if reveals else {"hit_rate": None, "false_alarm_rate": None}
                tables["investigations"][place] = {**row, "resolves": resolves, "reveals": reveals, **idle}
        self.drop_all("investigations", lambda one: not one["resolves"] and not one["reveals"], change)
        self.drop_all("correlations", lambda one: not {one["first_id"], one["second_id"]} <= known, change)


def names_it(column: str, name: str, row: Mapping[str, Any]) -> bool:
    """Whether a row points at another by its name."""
    return name in split(row[column] or "")


def second_prefix(table: str, name: str) -> str:
    """What the columns of an estimate begin with: nothing, but where it is the second quantity of its row."""
    second = TABLES[table].SECOND
    return f"{second}_" if second and name.endswith(f"/{second}") else ""


def only_unit(table: str) -> dict[str, Any]:
    """The unit of a new row, where its table has but one."""
    units: tuple[str, ...] = getattr(TABLES[table], "UNITS", ())
    return {"unit": units[0]} if len(units) == 1 else {}


def with_row(table: str, rows: Rows, row: dict[str, Any], same: Callable[[Mapping[str, Any]], bool]) -> Rows:
    """Rows with one more: in the place of that with its key if it is the `same`, or else after it, or last."""
    extra = dict.fromkeys((name for one in [*rows[:1], row] for name in one if not name.startswith("_")), "")
    alike = [place for place, one in enumerate(rows) if key_of(table, one) == key_of(table, row)]
    found = [extra | one for one in rows]
    if not alike:
        return [*found, extra | row]
    last = alike[-1]
    kept = last if same(rows[last]) else last + 1
    return [*found[:kept], found[last] | row, *found[last + 1 :]]


def always(table: str, rows: Rows, name: str, concerned: Callable[[Mapping[str, Any]], bool]) -> Rows:
    """Rows that no longer ask for the absence of something, in the place of those that only said what is absent."""
    asks = [concerned(row) and (name, False) in literals(row["when"]) for row in rows]
    found = [
        {**row, "when": ";".join(one for one in split(row["when"]) if one != f"!{name}")} if asking else row
        for row, asking in zip(rows, asks, strict=True)
    ]
    said = {key_of(table, row) for row, asking in zip(found, asks, strict=True) if asking}
    return [
        row
        for row, asking in zip(found, asks, strict=True)
        if asking or not withdraws(table, row) or key_of(table, row) not in said
    ]


def in_bundle(bundle: str, table: str, row: Mapping[str, Any]) -> bool:
    """Whether a row is an option's own and of a bundle `bundle/OPTION/KIND/NAME`, as among the switching values."""
    _, option, kind, name = [*bundle.split("/", 3), "", "", ""][:4]
    column = {"timeline": "", "readiness": "", "levels": "", "contracts": "category", "staffing": "phase"}.get(table)
    of_kind = table in BUNDLES.get(kind, ()) and row["option_id"] == option
    return of_kind and (not column or row[column] == name)


def read_changes(path: str | Path) -> list[Change]:
    """Read a file of changes: tables `[[change]]` in TOML, each with what `inputs.with_` takes."""
    try:
        told = read_toml(Path(path), "name a file of changes")
        others = [name for name in told if name != "change"]
        if others or not told:
            raise UsageError(f"{path}: holds {others or 'nothing'}; write each change under [[change]]")
        return TypeAdapter(list[Change]).validate_python(told["change"])
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            first, *rest = fault["loc"]
            where = ".".join(map(str, ["change", first + 1 if isinstance(first, int) else first, *rest]))
            faults.append(f"{path}: {setting_fault(where, fault, KEYS)}")
        raise UsageError("\n".join(faults)) from error


def own_text(own: Mapping[str, Any]) -> str:
    """What an organisation has of its own as a file beside the raw tables."""
    return "".join(f"{name} = {toml(one)}\n" for name, one in own.items())


def read_own(path: Path) -> dict[str, Any]:
    """What an organisation has of its own, as a run keeps it."""
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def changes_text(changes: Iterable[Change]) -> str:
    """Changes as a file that `read_changes` reads."""
    blocks = ([f"{name} = {toml(value)}" for name, value in one.told.items()] for one in changes)
    return "\n".join("\n".join(["[[change]]", *lines, ""]) for lines in blocks)


def toml(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items() if one is not None) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return value.isoformat() if isinstance(value, date) else repr(value)
