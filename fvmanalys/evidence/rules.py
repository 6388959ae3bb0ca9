"""What must hold within a row, between rows, and between tables, whenever it became known; each rule yields faults."""

import difflib
import fnmatch
import re
import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.asof import key_of, superseded
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.fields import PARAMETER_UNITS
from fvmanalys.evidence.quantities import QUANTITY, fault, quantity_faults, second_quantity_faults
from fvmanalys.evidence.spelling import said
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified, references

__all__ = [
    "CONDITIONAL", "Nearest", "criteria_exist", "estimate_ids", "fault", "history_faults", "id_part",
    "near", "price_years_exist", "revealed", "split", "takes_readiness", "unknown_conditions",
]  # fmt: skip

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
CONDITIONAL = ("timeline", "contracts", "staffing", "levels")
CONDITIONS = ("risks", "signals")
PAIR = ("first_id", "second_id")
CHOSEN = ("parameters", "context", "limits", "investigations", "viewpoints")
SUGGESTED = 10  # so many unknown names of a column are told what they probably mean


def history_faults(tables: Tables, unread: Iterable[str] = ()) -> Iterator[Fault]:
    """Check every row ever known, alone and among the others; nothing is looked up in the tables `unread`."""
    published = {source["source_id"]: source["published"] for source in tables.get("sources", [])}
    bases = ever_bases(tables)
    for name, rows in tables.items():
        for row in rows:
            if issubclass(TABLES[name], Quantified):
                yield from quantity_faults(name, row)
                yield from second_quantity_faults(name, row)
            yield from evidence_faults(row, published)
            yield from row_faults(name, row)
        yield from reference_faults(name, rows, tables, unread)
        yield from first_row_faults(name, rows, bases)
    for check, looked_up in CHECKS.items():
        if not set(looked_up) & set(unread):
            yield from check(tables)


def evidence_faults(row: dict[str, Any], published: Mapping[str, date]) -> Iterator[Fault]:
    """Check that a fact has a source that was public, and a judgement or assumption an owner."""
    kind = row.get("kind")
    if kind == "fact" and not row["source_id"]:
        remedy = "name the source, or call it a judgement or an assumption"
        yield fault(row, "source_id", "is empty although the kind is fact", remedy)
    if kind in ("judgement", "assumption") and not row["owner"]:
        yield fault(row, "owner", f"is empty although the kind is {kind}", "name who stands for it")
    if kind == "fact" and row["known_from"]:
        days = [published[one] for one in split(row["source_id"]) if one in published]
        if days and row["known_from"] < max(days):
            problem = f"{row['known_from']} is before its source was published ({max(days)})"
            yield fault(row, "known_from", problem, "use the day it became public, or cite the earlier source")


def reference_faults(name: str, rows: Rows, tables: Tables, unread: Iterable[str]) -> Iterator[Fault]:
    """Check that what a row points at exists."""
    for column, mark in references(name):
        if mark.table == "criteria" or mark.table in unread:
            continue  # a criterion is looked up together with its area below
        known = {row[mark.column] for row in tables.get(mark.table, [])}
        near = Nearest(known)
        for row in rows:
            values = split(row[column]) if mark.many else [row[column]] if row[column] else []
            for value in values:
                if value not in known and not (mark.all_options and value == ALL_OPTIONS):
                    remedy = near(value) or f"add it to {mark.table}, or correct it"
                    yield fault(row, column, f"{value!r} is not in {mark.table}", remedy)


def ever_bases(tables: Tables) -> dict[str, set[str]]:
    """Of every option, what it has ever been a variant of, directly or through others, and what all share."""
    options = tables.get("options", [])
    taken = [
        (row["option_id"], base) for row in options for base in [*split(row["variant_of"]), *split(row["choose_among"])]
    ]
    bases: dict[str, set[str]] = {option: {ALL_OPTIONS} for option, _ in taken}
    for _ in range(len(bases)):
        for option, base in taken:
            bases[option] |= {base} | bases.get(base, set())
    return bases


def first_row_faults(table: str, rows: Rows, bases: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Check that the first row of a key says something: only a later row withdraws, or a variant what it inherits."""
    if not issubclass(TABLES[table], Quantified):
        return
    before: dict[tuple, dict[str, Any]] = {}
    known_of: dict[tuple, set[str]] = defaultdict(set)
    for row in rows:
        known_of[key_of(table, row)[1:]].add(row.get("option_id", ""))
    for row in sorted(rows, key=lambda row: row["known_from"]):
        *key, when = key_of(table, row)
        former = before.setdefault(tuple(key), {})
        empty = all(row[column] is None for column in QUANTITY)
        stands = row.get("date") or row["distribution"] or takes_readiness(table, row)
        if empty and not stands and not superseded(table, former, when):
            inherited = bases.get(row.get("option_id", ""), set())
            remedy = "give a number; only a later row with the same key may be empty, and withdraws it"
            if not inherited:
                yield fault(row, "likely", "is empty", remedy)
            elif not inherited & known_of[(*key[1:], when)]:
                problem = "is empty, and no row with this key and condition is inherited"
                remedy = "give a number, or the key of the inherited row that is to be absent"
                yield fault(row, "likely", problem, remedy)
        former[when] = row


def row_faults(table: str, row: dict[str, Any]) -> Iterator[Fault]:
    """Check what the columns of a row must say together."""
    given = {name for name in ("low", "likely", "high") if row.get(name) is not None}
    name = row.get("parameter_id", "")
    match table:
        case "parameters" if given and "likely" not in given:
            yield fault(row, "likely", "is empty", "a parameter is a choice: give the value to use")
        case "parameters" if given and name in ("horizon_years", "value_per_point") and row["likely"] <= 0:
            yield fault(row, "likely", f"{said(row, 'likely')} is not above zero", "give a positive value")
        case "timeline" if row["date"] and given:
            yield fault(row, "date", "stands beside a duration", "keep the date or the months, not both")
        case "staffing" if not row["to_event"] and row["profile"] != "level":
            yield fault(row, "to_event", "is empty although the row is a ramp", "name the event where it ends")
        case "limits" if row["year_from"] and row["year_to"] and row["year_to"] < row["year_from"]:
            yield fault(row, "year_to", f"{row['year_to']} is before {row['year_from']}", "swap the years")
        case "spend" if row["period_end"] < row["period_start"]:
            yield fault(row, "period_end", f"{row['period_end']} is before {row['period_start']}", "swap the dates")
        case "contracts":
            yield from contract_faults(row)
        case "reference_class":
            if row["cost_ratio"] is None and row["duration_ratio"] is None:
                yield fault(row, "cost_ratio", "is empty, and so is duration_ratio", "give at least one of them")
            for part in ("cost", "duration"):
                if row["censored"] in (part, "both") and row[f"{part}_ratio"] is None:
                    problem = f"says {row['censored']} but {part}_ratio is empty"
                    yield fault(row, "censored", problem, "give the bound, or correct censored")
        case "investigations":
            yield from telling_faults(row)
    if table == "parameters" and row["unit"] not in ("", PARAMETER_UNITS[name]):
        yield fault(row, "unit", f"{row['unit']!r} does not belong to {name}", f"use {PARAMETER_UNITS[name]}")


def contract_faults(row: dict[str, Any]) -> Iterator[Fault]:
    """Check that an amount is corrected for optimism in one way, and that a ramp or a total says where it ends."""
    if row["optimism_bias"] is not None and row["outside_view"] == "yes":
        yield fault(row, "optimism_bias", "stands beside outside_view, which corrects the same", "keep one of them")
    if row["bias_mitigated"] is not None and row["optimism_bias"] is None:
        yield fault(row, "bias_mitigated", "is given without optimism_bias", "give the bias, or clear it")
    ramp = row["profile"] != "level" and row["basis"] != "once"
    if not row["to_event"] and (row["basis"] == "total" or ramp):
        problem = "is empty although the row is a total or a ramp"
        yield fault(row, "to_event", problem, "name the event where it ends")


def telling_faults(row: dict[str, Any]) -> Iterator[Fault]:
    """Check that an investigation tells something, and says how well it does."""
    if not split(row["resolves"]) and not split(row["reveals"]):
        remedy = "name the estimates that it resolves, or the risks that it reveals"
        yield fault(row, "resolves", "is empty, and so is reveals", remedy)
    needs = (("resolves", "variance_reduction"), ("reveals", "hit_rate"), ("reveals", "false_alarm_rate"))
    for column, one in needs:
        if row[column] and row[one] is None:
            yield fault(row, one, f"is empty although the row {column} something", "give a share between 0 and 1")
        elif not row[column] and row[one] is not None:
            yield fault(row, column, f"is empty although {one} is given", f"name what it {column}, or clear {one}")


def takes_readiness(table: str, row: dict[str, Any]) -> bool:
    """Whether the row is an event `restarted` without a duration of its own."""
    return table == "timeline" and row["event_id"] == "restarted"


def one_of_each(tables: Tables) -> Iterator[Fault]:
    """There is one decision, and one option that the others are compared with."""
    for row in tables.get("decision", [])[1:]:
        yield fault(row, "row", "is a second decision", "keep one row")
    options = tables.get("options", [])
    newest = {row["option_id"]: row for row in sorted(options, key=lambda row: row["known_from"] or date.min)}
    count = sum(row["reference"] == "yes" for row in newest.values())
    if options and count != 1:
        remedy = "set reference to yes for exactly one option"
        yield fault(options[0], "reference", f"{count} options are the reference", remedy)


def choices_are_two(tables: Tables) -> Iterator[Fault]:
    """An option that holds back its choice says between which two others, and until when; it varies nothing else."""
    for row in tables.get("options", []):
        among = split(row["choose_among"])
        if among and (len(set(among)) != 2 or len(among) != 2 or row["option_id"] in among):
            problem = f"{row['choose_among']!r} is not two other options"
            yield fault(row, "choose_among", problem, "name the two ways, as in 'b;c'")
        if bool(among) != bool(row["choose_at"]):
            empty, given = ("choose_at", "choose_among") if among else ("choose_among", "choose_at")
            remedy = "name an event or a signal of the option" if among else "name the two ways, as in 'b;c'"
            yield fault(row, empty, f"is empty although {given} is given", remedy)
        if among and row["variant_of"]:
            yield fault(row, "variant_of", "stands beside choose_among, whose ways say what is varied", "clear it")


def conditions_exist(tables: Tables) -> Iterator[Fault]:
    """A `when` names risks and signals of the same option, and a signal a risk, some day at least."""
    bases, known = ever_bases(tables), defaultdict(set)
    for name in CONDITIONS:
        for row in tables.get(name, []):
            known[row["option_id"]].add((name, row[TABLES[name].KEY[1]]))
    for name in (*CONDITIONAL, "signals"):
        for row in tables.get(name, []):
            mine = {row["option_id"], ALL_OPTIONS, *bases.get(row["option_id"], ())}
            yield from unknown_conditions(name, row, set().union(*(known[one] for one in mine)), row["option_id"])


def unknown_conditions(table: str, row: dict[str, Any], known: set[tuple[str, str]], option: str) -> Iterator[Fault]:
    """The risks and signals that a row names and an option does not have."""
    risks = {name for kind, name in known if kind == "risks"}
    if table == "signals":
        if row["of"] not in risks:
            problem = f"{row['of']!r} is no risk of option {option!r}"
            yield fault(row, "of", problem, near(row["of"], risks) or "add it to risks, or correct it")
        if row["signal_id"] in risks:
            problem = f"{row['signal_id']!r} is a risk of option {option!r} too, and `when` could mean either"
            yield fault(row, "signal_id", problem, "give the signal another id")
        return
    names = {name for _, name in known}
    for name, _ in literals(row["when"]):
        if name not in names:
            problem = f"{name!r} is no risk of option {option!r}"
            yield fault(row, "when", problem, "add it to risks or signals, or correct it")


def criteria_exist(tables: Tables) -> Iterator[Fault]:
    """A level's criterion belongs to its area, and is named where the area has criteria."""
    criteria: dict[str, set[str]] = {}
    for row in tables.get("criteria", []):
        criteria.setdefault(row["area_id"], set()).add(row["criterion_id"])
    nearest = {area: Nearest(known) for area, known in criteria.items()}
    for row in tables.get("levels", []):
        known = criteria.get(row["area_id"], {""})
        value = row["criterion_id"]
        if value not in known:
            others = ", ".join(one or "(empty)" for one in sorted(known)[:20])
            near = nearest.get(row["area_id"])
            remedy = (near and near(value)) or f"use one of: {others}"
            yield fault(row, "criterion_id", f"{value!r} is no criterion of area {row['area_id']!r}", remedy)


def price_years_exist(tables: Tables) -> Iterator[Fault]:
    """A price year stands in the index; without an index all price years are the parameter's."""
    index = {row["year"] for row in tables.get("price_index", [])}
    parameter = {row["likely"] for row in tables.get("parameters", []) if row["parameter_id"] == "price_year"}
    for name, column in (("parameters", "likely"), ("contracts", "price_year"), ("staff_costs", "price_year")):
        for row in tables.get(name, []):
            year = row[column] if name != "parameters" or row["parameter_id"] == "price_year" else None
            if year is not None and index and year not in index:
                remedy = "add the year to price_index, or use one that it has"
                yield fault(row, column, f"{year:g} is not in price_index", remedy)
            elif year is not None and not index and year not in parameter:
                problem = f"{year:g} is not the parameter price_year, and there is no price_index"
                yield fault(row, column, problem, "add the table price_index")
            elif year is not None and not parameter:
                problem = f"{year:g} is given, but no parameter says the money of which year is counted in"
                yield fault(row, column, problem, "add price_year to parameters")


def spend_is_part_of_spend(tables: Tables) -> Iterator[Fault]:
    """What a row of spend is part of is a category of spend."""
    categories = {row["category"] for row in tables.get("spend", [])}
    for row in tables.get("spend", []):
        if row["part_of"] and row["part_of"] not in categories:
            yield fault(row, "part_of", f"{row['part_of']!r} is no category of spend", "name a category that has a row")


def investigations_tell(tables: Tables) -> Iterator[Fault]:
    """An investigation resolves estimates or reveals risks, and says how well; what it names exists."""
    known = sorted(estimate_ids(tables))
    near = Nearest(known)

    @cache
    def matches(pattern: str) -> bool:
        begins = re.split(r"[*?\[]", pattern)[0]
        likely = known[bisect_left(known, begins) : bisect_right(known, begins + chr(sys.maxunicode))]
        return bool(fnmatch.filter(likely, pattern))

    for row in tables.get("investigations", []):
        for name in split(row["reveals"]):
            if not revealed(name, tables.get("risks", [])):
                remedy = near(name) or "write risks/OPTION/RISK, or the risk_id where only one risk has it"
                yield fault(row, "reveals", f"{name!r} is not one risk", remedy)
        for pattern in split(row["resolves"]):
            if not matches(pattern):
                remedy = near(pattern) or "write an estimate id (table/key/key) or a pattern with *"
                yield fault(row, "resolves", f"{pattern!r} matches no estimate", remedy)


def correlated_exist(tables: Tables) -> Iterator[Fault]:
    """A correlation names estimates that the model draws."""
    known = {one for one in estimate_ids(tables) if one.split("/")[0] not in CHOSEN}
    near = Nearest(known)
    for row in tables.get("correlations", []):
        for end in PAIR:
            if row[end] not in known:
                remedy = near(row[end]) or "write the id (table/key/key) of an estimate that is drawn"
                yield fault(row, end, f"{row[end]!r} is no estimate that is drawn", remedy)


def revealed(name: str, risks: Rows) -> str:
    """The id of the risk that `risks/OPTION/RISK`, or a `risk_id` that one option has, means; empty without."""
    ids = {f"risks/{row['option_id']}/{row['risk_id']}" for row in risks}
    meant = [one for one in ids if one == name or one.split("/")[2] == name]
    return meant[0] if len(meant) == 1 else ""


def estimate_ids(tables: Tables) -> set[str]:
    """The ids of all estimates."""
    found = set()
    for name, rows in tables.items():
        model = TABLES[name]
        if issubclass(model, Quantified):
            ids = {"/".join([name, *(id_part(row[column]) for column in model.KEY)]) for row in rows}
            found |= ids | ({f"{one}/{model.SECOND}" for one in ids} if model.SECOND else set())
    return found


CHECKS: dict[Callable[[Tables], Iterator[Fault]], tuple[str, ...]] = {
    one_of_each: ("options",),
    choices_are_two: (),
    conditions_exist: CONDITIONS,
    price_years_exist: ("price_index", "parameters"),
    spend_is_part_of_spend: ("spend",),
    investigations_tell: tuple(TABLES),
    correlated_exist: tuple(TABLES),
}


def split(text: str) -> list[str]:
    """The parts of a cell that holds several values."""
    return [part.strip() for part in text.split(";") if part.strip()]


def id_part(value: Any) -> str:
    """A key as it stands in an estimate's id."""
    return f"{value:g}" if isinstance(value, float) else str(value)


class Nearest:
    """Suggest what was probably meant by names that are not known, for the first few of them: it takes time."""

    def __init__(self, known: Iterable[Any]):
        self.known = [str(one) for one in known]
        self.found: dict[str, str] = {}

    def __call__(self, value: str) -> str:
        if value not in self.found and len(self.found) < SUGGESTED:
            match = difflib.get_close_matches(value, self.known, 1)
            self.found[value] = f"did you mean {match[0]!r}?" if match else ""
        return self.found.get(value, "")


def near(value: str, known: Iterable[Any]) -> str:
    """Suggest what was probably meant by one name."""
    return Nearest(known)(value)
