"""How what changed since the former run is told: its parts, and the rows that differ."""

from datetime import date
from typing import Any

import numpy as np

from fvmanalys.analysis.changes import CODE, SAMPLING
from fvmanalys.analysis.mixtures import Cell, RowChange
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified
from fvmanalys.report.item import NOTHING, Item
from fvmanalys.report.names import Names
from fvmanalys.report.words import Words

__all__ = ["MONEY", "WHOLE", "group_names", "level", "signed"]

MONEY = ("net_benefit", "cost_mean")
WHOLE = ("before", "after")  # the figures themselves, between which the parts lie
NUMBERS = ("low", "likely", "high")
QUANTITY = {*NUMBERS, "distribution", "unit"}
EVENTS = ("after", "from_event", "to_event", "full_use_event")
OTHERS = (
    "date", "planned_date", "actual_date", "deadline", "amount", "index", "cost_ratio", "duration_ratio", "censored",
    "role", "count", "status", "after", "from_event", "to_event", "full_use_event", "when", "basis", "profile",
    "price_year", "real_growth", "outside_view", "payer", "employer", "permanent", "reference", "minimum", "moves_with",
    "strength", "variance_reduction", "months", "resolves", "reveals", "hit_rate", "false_alarm_rate",
    "false_alarm_low", "false_alarm_likely", "false_alarm_high", "of", "variant_of",
    "choose_at", "choose_among",
)  # fmt: skip
FOR_NEW = ("date", "planned_date", "actual_date", "amount", "index", "cost_ratio", "duration_ratio", "count", "status")
UNSEEN = 0.005


def signed(value: float, measure: str, words: Words) -> str:
    """A change of a measure with its sign, without its unit."""
    if not np.isfinite(value):
        return NOTHING
    scaled = 100 * value if measure == "p_best" else value
    if abs(scaled) < (UNSEEN if measure in MONEY else 0.05):
        return "0"
    text = words.millions(scaled) if measure in MONEY else words.number(scaled, 1)
    return f"+{text}" if scaled > 0 else text


def level(value: float, measure: str, words: Words) -> str:
    """A figure as it was or is."""
    if measure in MONEY:
        return words.millions(value)
    return words.share(value) if measure == "p_best" else words.number(value, 1)


def tell_moved(item: Item) -> str:
    """A figure before or now, or a part of its change with its sign; the measure stands after `=`."""
    tell = level if item.row.get("group") in WHOLE else signed
    return NOTHING if item.missing else tell(item.value, item.argument, item.words)


def put_moved(item: Item) -> Any:
    """The same in a cell: changes of shares are percentage points."""
    points = item.argument == "p_best" and item.row.get("group") not in WHOLE
    return None if item.missing else 100 * item.value if points else item.value


def moved_form(item: Item) -> str:
    """The format of that cell."""
    if item.argument in MONEY:
        return "money"
    return "share" if item.argument == "p_best" and item.row.get("group") in WHOLE else "n1"


def tell_changed_group(item: Item) -> str:
    """What changed together; the figure before or now."""
    if item.value in WHOLE:
        return item.words(f"changes.{item.value}")
    return group_names(item.edition).get(item.value) or item.words("changes.no_group")


def tell_changed_option(item: Item) -> str:
    """The option of a row, of this run or the former."""
    if item.value == ALL_OPTIONS:
        return item.words("table.all_options")
    return item.edition.options_of_both.get(item.value, NOTHING)


def tell_changed_what(item: Item) -> str:
    """Whether a row is new, changed or withdrawn, and whether more than its words changed."""
    change: RowChange = item.value
    seen = change.what != "changed" or told_columns(change)
    return item.words(f"changes.what.{change.what if seen else 'text'}")


def group_names(edition: Names) -> dict[str, str]:
    """What every group is called."""
    found = {name: edition.words(f"changes.group.{name}") for name in (CODE, SAMPLING)}
    for group in edition.findings.changes.groups:
        own = [cell for cell in group.cells if group.kind != "options" or cell[1] == ALL_OPTIONS]
        found[group.name] = edition.words.listing([cell_name(edition, cell) for cell in own])
    return found


def cell_name(edition: Names, cell: Cell) -> str:
    """What the rows of one table and option are called, or the calendar."""
    findings, words = edition.findings, edition.words
    table, option = cell[:2]
    former = findings.changes.former
    if table == "calendar" and former is not None:
        return words("changes.group.calendar", before=words.day(former.as_of), after=words.day(findings.inputs.as_of))
    if table == "options":
        return words("changes.group.options")
    shared = "option_id" in TABLES[table].model_fields and option == ALL_OPTIONS
    owner = words("changes.group.all") if shared else edition.options_of_both.get(option, "")
    name = words(f"table_name.{table}")
    return words("changes.group.rows", table=name, option=owner) if owner else name


def tell_changed_row(item: Item) -> str:
    """What a row is about, as its own run calls it."""
    change: RowChange = item.value
    row = change.row
    source = item.edition if change.after else item.edition.former
    if "title" in row:
        return item.words.of(row, "title")
    known = row if row.get("area_id") in source.areas else {name: row[name] for name in row if name != "area_id"}
    table = item.words(f"table_name.{change.table}")
    name = source.label(known | {"table": change.table})
    return name if name == table else item.words("changes.row", table=table, name=name)


def told_columns(change: RowChange) -> list[str]:
    """The columns, beside the quantity, that are worth showing."""
    return [name for name in change.columns if name in OTHERS or name in QUANTITY]


def tell_side(item: Item) -> str:
    """What a row said before, or says now; which of the two stands after `=`."""
    change: RowChange = item.value
    row = change.before if item.argument == "before" else change.after
    if row is None:
        return NOTHING
    source = item.edition.former if item.argument == "before" else item.edition
    texts = []
    if issubclass(TABLES[change.table], Quantified) and (change.what != "changed" or QUANTITY & set(change.columns)):
        numbers = {name: np.nan if row[name] is None else row[name] for name in NUMBERS}
        texts.append(item.words.quantity({**row, **numbers}))
    wanted = told_columns(change) if change.what == "changed" else FOR_NEW
    texts += [column_text(source, row, name) for name in OTHERS if name in wanted and row.get(name) not in (None, "")]
    return "; ".join(text for text in texts if text != NOTHING) or NOTHING


def column_text(edition: Names, row: dict[str, Any], name: str) -> str:
    """A column's name and what stands in it."""
    words = edition.words
    value = row[name]
    if name in EVENTS:
        said = words.listing([edition.event(row | {"from_event": one}) for one in split(value)])
    elif isinstance(value, date):
        said = words.day(value)
    elif name == "price_year":
        said = f"{value:.0f}"
    elif isinstance(value, float):
        said = words.number(value, 0 if value.is_integer() or abs(value) >= 100 else 2)
    else:
        said = words.get(f"yes_no.{value}", str(value) or NOTHING)
    return words("changes.cell", column=words(f"changes.column.{name}"), value=said)
