"""What changed since the former run: the sentences and tables of that question."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.changes import CODE, SAMPLING
from fvmanalys.analysis.mixtures import RowChange
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified
from fvmanalys.report.edition import Edition
from fvmanalys.report.markup import Html, html_table
from fvmanalys.report.words import Words, lowered

__all__ = [
    "SHOWN", "Grid", "Headline", "changes_answer", "changes_missing", "changes_sentence", "group_names", "headline",
    "idle_parts", "level",
    "ordered_rows", "part_grids", "row_grid", "row_texts", "shown_parts", "signed", "table_changed_rows",
    "table_parts",
]  # fmt: skip

SHOWN = ("net_benefit", "p_best", "cost_mean", "score")
NUMBERS = ("low", "likely", "high")
QUANTITY = {*NUMBERS, "distribution", "unit"}
EVENTS = ("after", "from_event", "to_event", "full_use_event")
OTHERS = (
    "date", "planned_date", "actual_date", "deadline", "amount", "index", "cost_ratio", "duration_ratio", "censored",
    "role", "count",
    "status", "after", "from_event", "to_event", "full_use_event", "when", "basis", "profile", "price_year",
    "real_growth", "outside_view",
    "payer", "employer", "permanent", "reference", "minimum", "moves_with", "strength", "variance_reduction", "months",
    "resolves",
    "reveals", "hit_rate", "false_alarm_rate", "false_alarm_low", "false_alarm_likely", "false_alarm_high", "of",
    "variant_of",
)  # fmt: skip
FOR_NEW = ("date", "planned_date", "actual_date", "amount", "index", "cost_ratio", "duration_ratio", "count", "status")
UNSEEN = 0.005


@dataclass(frozen=True)
class Grid:
    """A table in words: its title, its headings, its rows; the last `numbers` columns are numbers."""

    title: str
    head: list[str]
    rows: list[list[str]]
    numbers: int = 0


@dataclass(frozen=True)
class Headline:
    """The change that is told first: `parts` by group sum to `after` − `before`, in MSEK.

    `kind` is lead (how far the best option is ahead of the next best) or, where that cannot be told, cost (of the
    best).
    """

    kind: str
    parts: pd.Series
    before: float
    after: float

    @property
    def change(self) -> float:
        """The whole change."""
        return self.after - self.before

    @property
    def largest(self) -> str:
        """The group that did most in the direction of the change."""
        return str((self.parts * np.sign(self.change)).idxmax())


def headline(findings: Findings) -> Headline | None:
    """What is told first; nothing where the best option was not there before."""
    changes, comparison = findings.changes, findings.comparison
    best, second = comparison.best, comparison.runner_up
    worth, cost = changes.whole("net_benefit"), changes.whole("cost_mean")
    if second is not None and {best, second} <= set(worth.index):
        parts = changes.parts("net_benefit")
        ends = worth.loc[best] - worth.loc[second]
        return Headline("lead", parts[best] - parts[second], ends["before"], ends["after"])
    if best in cost.index:
        return Headline("cost", changes.parts("cost_mean")[best], *cost.loc[best, ["before", "after"]])
    return None


def changes_missing(edition: Edition) -> str:
    """Why it cannot be told what changed; nothing where it can."""
    findings = edition.findings
    changes = findings.changes
    if changes.told:
        return ""
    return edition(f"changes.missing.{changes.reason}", run_id=changes.former.run_id if changes.former else "")


def changes_sentence(edition: Edition) -> str:
    """What changed, in one sentence; nothing where it cannot be told."""
    findings, words = edition.findings, edition.words
    changes = findings.changes
    told = headline(findings) if changes.told else None
    if not changes.told or changes.former is None:
        return ""
    names, best = edition.options_of_both, findings.comparison.best
    facts = {
        "as_of": words.day(changes.former.as_of),
        "best": names[best],
        "former": names.get(changes.best_before, "–"),
    }
    if told is None:
        return edition("changes.arrived_best", **facts)
    if abs(told.change) < UNSEEN:
        return edition("changes.same", **facts)
    which = "same_best" if changes.best_before == best else "other_best"
    return edition(f"changes.{told.kind}_{which}", **facts, **told_facts(edition, told))


def told_facts(edition: Edition, told: Headline) -> dict[str, str]:
    """The numbers of the sentence."""
    findings, words = edition.findings, edition.words
    comparison, names = findings.comparison, edition.options_of_both
    chances = findings.changes.whole("p_best").reindex([comparison.best]).iloc[0]
    before, after = words.share(chances["before"]), words.share(chances["after"])
    return {
        "second": names.get(str(comparison.runner_up), "–"),
        "moved": edition("changes.grown" if told.change > 0 else "changes.shrunk"),
        "change": words.amount(abs(told.change)),
        "now": words.amount(told.after),
        "group": lowered(group_names(edition)[told.largest]),
        "part": f"{'+' if told.parts[told.largest] > 0 else ''}{words.amount(told.parts[told.largest])}",
        "chance": edition(
            "changes.chance_same" if before == after else "changes.chance_moved", before=before, after=after
        ),
    }


def changes_answer(edition: Edition) -> list[str]:
    """What changed, which options came or went, and how sure the division is."""
    findings, words = edition.findings, edition.words
    changes, names = findings.changes, edition.options_of_both if findings.changes.told else {}
    if not changes.told:
        return [changes_missing(edition)]
    texts = [changes_sentence(edition)]
    for key, options in (("arrived", changes.arrived), ("gone", changes.gone)):
        texts += (
            [edition(f"changes.{key}", options=words.listing([names[option] for option in options]))] if options else []
        )
    counted = sum(change.counts for change in changes.row_changes)
    texts.append(edition("changes.count", rows=words.number(len(changes.row_changes)), counted=words.number(counted)))
    return texts + remarks(edition)


def remarks(edition: Edition) -> list[str]:
    """What the reader should know of code, sampling and the precision of the parts."""
    findings, words = edition.findings, edition.words
    parts = findings.changes.parts("net_benefit").abs().max(axis=1)
    texts = [edition(f"changes.about_{name}") for name in (CODE, SAMPLING) if parts.get(name, 0.0) >= UNSEEN]
    money = findings.changes.attribution.query("measure == 'net_benefit'")["standard_error"].max()
    return texts + ([edition("changes.about_error", error=words.amount(money))] if money > 0 else [])


def group_names(edition: Edition) -> dict[str, str]:
    """What every group is called."""
    findings, words = edition.findings, edition.words
    names = edition.options_of_both
    found = {name: edition(f"changes.group.{name}") for name in (CODE, SAMPLING)}
    for group in findings.changes.groups:
        own = [cell for cell in group.cells if group.kind != "options" or cell[1] == ALL_OPTIONS]
        found[group.name] = words.listing([cell_name(edition, cell, names) for cell in own])
    return found


def cell_name(edition: Edition, cell: tuple[str, str], names: dict[str, str]) -> str:
    """What the rows of one table and option are called, or the calendar."""
    findings, words = edition.findings, edition.words
    table, option = cell
    former = findings.changes.former
    if table == "calendar" and former is not None:
        return edition("changes.group.calendar", before=words.day(former.as_of), after=words.day(findings.inputs.as_of))
    if table == "options":
        return edition("changes.group.options")
    shared = "option_id" in TABLES[table].model_fields and option == ALL_OPTIONS
    owner = edition("changes.group.all") if shared else names.get(option, "")
    return (
        edition("changes.group.rows", table=edition(f"table_name.{table}"), option=owner)
        if owner
        else edition(f"table_name.{table}")
    )


def signed(value: float, measure: str, words: Words) -> str:
    """A change of a measure with its sign, without its unit."""
    if not np.isfinite(value):
        return "–"
    scaled = 100 * value if measure == "p_best" else value
    if abs(scaled) < (UNSEEN if measure in ("net_benefit", "cost_mean") else 0.05):
        return "0"
    text = words.millions(scaled) if measure in ("net_benefit", "cost_mean") else words.number(scaled, 1)
    return f"+{text}" if scaled > 0 else text


def level(value: float, measure: str, words: Words) -> str:
    """A figure as it was or is."""
    if measure in ("net_benefit", "cost_mean"):
        return words.millions(value)
    return words.share(value) if measure == "p_best" else words.number(value, 1)


def idle_parts(findings: Findings, measure: str) -> list[str]:
    """Code and sampling, as far as they did nothing to a measure that anybody would see."""
    parts, least = findings.changes.parts(measure), UNSEEN / (100 if measure == "p_best" else 1)
    return [name for name in (CODE, SAMPLING) if name in parts.index and parts.loc[name].abs().max() < least]


def shown_parts(findings: Findings, measure: str) -> pd.DataFrame:
    """The parts of one measure, without code and sampling where they did nothing."""
    return findings.changes.parts(measure).drop(index=idle_parts(findings, measure))


def part_grids(edition: Edition) -> list[Grid]:
    """For each measure what every group did to every option, between the figures before and after."""
    findings, words = edition.findings, edition.words
    names, groups = edition.options_of_both, group_names(edition)
    grids = []
    for measure in SHOWN:
        whole, parts = findings.changes.whole(measure), shown_parts(findings, measure)
        rows = [[edition("changes.before"), *(level(value, measure, words) for value in whole["before"])]]
        rows += [
            [groups[str(name)], *(signed(row[option], measure, words) for option in whole.index)]
            for name, row in parts.iterrows()
        ]
        rows += [[edition("changes.whole"), *(signed(value, measure, words) for value in whole["change"])]]
        rows += [[edition("changes.after"), *(level(value, measure, words) for value in whole["after"])]]
        head = [edition("changes.column.group"), *(names[option] for option in whole.index)]
        grids += [Grid(edition(f"changes.measure.{measure}"), head, rows, len(whole))] if len(whole) else []
    return grids


def row_grid(edition: Edition, marks: bool = False, counting_only: bool = False) -> Grid:
    """The rows that differ, those behind the largest groups first;
    all, or only those that the answer is computed from.
    """
    findings, words = edition.findings, edition.words
    rows = []
    for change in ordered_rows(findings, counting_only):
        kind = edition.kind_mark(change.row) if marks else edition.kind_text(change.row)
        rows.append([*row_texts(edition, change), kind or "–", words.day(change.row.get("known_from"))])
    columns = ("group", "row", "option", "what", "before", "now", "kind", "known_from")
    return Grid(edition("changes.rows"), [edition(f"changes.column.{name}") for name in columns], rows)


def ordered_rows(findings: Findings, counting_only: bool = False) -> list[RowChange]:
    """The rows that differ: those behind the largest changes first, those without effect last."""
    changes, told = findings.changes, headline(findings)
    sizes = {} if told is None else told.parts.abs().to_dict()
    rows = [change for change in changes.row_changes if changes.group_of(change) or not counting_only]
    return sorted(
        rows, key=lambda change: -sizes.get(changes.group_of(change), 0.0 if changes.group_of(change) else -1.0)
    )


def row_texts(edition: Edition, change: RowChange) -> list[str]:
    """Group, what the row is, its option, what happened to it, before and after."""
    findings = edition.findings
    group = group_names(edition).get(findings.changes.group_of(change), edition("changes.no_group"))
    names, owner = edition.options_of_both, change.row.get("option_id", "")
    option = edition("table.all_options") if owner == ALL_OPTIONS else names.get(owner, "–")
    what = edition(f"changes.what.{change.what if change.what != 'changed' or told_columns(change) else 'text'}")
    sides = [side_text(edition, change, side) for side in ("before", "after")]
    return [group, row_name(edition, change), option, what, *sides]


def row_name(edition: Edition, change: RowChange) -> str:
    """What a row is about, as its own run calls it."""
    row, source = change.row, edition if change.after else edition.former
    if "title" in row:
        return edition.words.of(row, "title")
    known = row if row.get("area_id") in source.areas else {name: row[name] for name in row if name != "area_id"}
    table, name = edition(f"table_name.{change.table}"), source.label(known | {"table": change.table})
    return name if name == table else edition("changes.row", table=table, name=name)


def told_columns(change: RowChange) -> list[str]:
    """The columns, beside the quantity, that are worth showing."""
    return [name for name in change.columns if name in OTHERS or name in QUANTITY]


def side_text(edition: Edition, change: RowChange, side: str) -> str:
    """What a row said before, or says now."""
    row = change.before if side == "before" else change.after
    if row is None:
        return "–"
    source = edition if side == "after" else edition.former
    texts = []
    if issubclass(TABLES[change.table], Quantified) and (change.what != "changed" or QUANTITY & set(change.columns)):
        texts += [
            edition.words.quantity({**row, **{name: np.nan if row[name] is None else row[name] for name in NUMBERS}})
        ]
    wanted = told_columns(change) if change.what == "changed" else FOR_NEW
    texts += [column_text(source, row, name) for name in OTHERS if name in wanted and row.get(name) not in (None, "")]
    return "; ".join(text for text in texts if text != "–") or "–"


def column_text(edition: Edition, row: dict[str, Any], name: str) -> str:
    """A column's name and what stands in it."""
    words = edition.words
    value = row[name]
    if name in EVENTS:
        said = words.listing([edition.event(row | {"from_event": one}) for one in split(value)])
    elif isinstance(value, date):
        said = words.day(value)
    elif isinstance(value, float):
        said = (
            f"{value:.0f}"
            if name == "price_year"
            else words.number(value, 0 if value.is_integer() or abs(value) >= 100 else 2)
        )
    else:
        said = words.get(f"yes_no.{value}", str(value) or "–")
    return edition("changes.cell", column=edition(f"changes.column.{name}"), value=said)


def table_parts(edition: Edition) -> Html:
    """What every group did to each option, a table a measure."""
    return Html("".join(html_table(grid.title, grid.head, grid.rows, grid.numbers) for grid in part_grids(edition)))


def table_changed_rows(edition: Edition) -> Html | None:
    """The rows that differ."""
    grid = row_grid(edition, marks=True)
    return html_table(grid.title, grid.head, grid.rows) if grid.rows else None
