"""Tidslinje: when things happen, when the options are in full use, and how earlier plans moved."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from fvmanalys.report.names import outcomes
from fvmanalys.report.sheets.calendar import day_after, month_day
from fvmanalys.report.sheets.evidence import kind_cell
from fvmanalys.report.sheets.frame import Book, Sheet
from fvmanalys.report.sheets.plots import Series, span_chart

__all__ = ["write_timeline"]

KEY = "timeline"
WIDTHS = (28, 44, 13, 13, 13, 17, 22, 44, 13)
QUANTILES = ("p05", "p50", "p85")
BAND_ROWS = 16
EXCEL_DAY_0, DAYS_PER_MONTH = date(1899, 12, 30), 365.25 / 12


def write_timeline(book: Book) -> None:
    """Full use, events, partners and milestones."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("note", "quantiles")
    full_use(sheet)
    events_table(sheet)
    partners_table(sheet)
    milestones_table(sheet)
    sheet.finish()


def full_use(sheet: Sheet) -> None:
    """When each option is in full use, as a chart and its figures."""
    book, rows = sheet.book, list(full_use_rows(sheet))
    if not sheet.section("use", bool(rows)):
        return
    styles = "option:text event:text p05:month p50:month p85:month happens:share span_50:n0 span_85:n0"
    with sheet.band(BAND_ROWS):
        region = sheet.listing("use", sheet.columns("use", styles), rows)
    first, *spans = [Series(region.heading(column), region.column(0), region.column(column)) for column in (2, 6, 7)]
    low = date(min(row[2] for row in rows).year, 1, 1)
    chart = span_chart(book, sheet.text("use.chart"), first, spans, float((low - EXCEL_DAY_0).days))
    said = [sheet.text("use.alt", option=row[0], p5=month_text(row[2]), p50=month_text(row[3]), p85=month_text(row[4])) for row in rows]
    sheet.charts([(chart, f"{sheet.text('use.chart')}. {'; '.join(said)}.")], sheet.band_row, BAND_ROWS)


def full_use_rows(sheet: Sheet) -> Iterator[list[Any]]:
    """Option, event, P5, P50, P85, share that happens, and the spans between them in days; options that may get there."""
    book = sheet.book
    events = book.findings.events.set_index(["option", "event"])
    options = book.findings.inputs.tables["options"].set_index("option_id")["full_use_event"]
    for option, name in book.options.items():
        if (option, options[option]) not in events.index:
            continue
        row = events.loc[(option, options[option])]
        days = [day_after(book, row[quantile]) for quantile in QUANTILES]
        if days[0] is not None:
            spans = [(later - earlier).days if later and earlier else np.nan for earlier, later in pairwise(days)]
            yield [name, sheet.words.of(row, "name"), *(month_day(book, row[quantile]) for quantile in QUANTILES), row["happens"], *spans]


def month_text(day: Any) -> str:
    """A month in digits, or the word there is."""
    return f"{day:%Y-%m}" if isinstance(day, date) else day


def events_table(sheet: Sheet) -> None:
    """Every event of every option; one that is the same for all stands once."""
    book, events = sheet.book, sheet.book.findings.events
    sheet.section("events", True)
    alike = events.groupby("event")[["p05", "p50", "p85"]].transform("nunique", dropna=False).max(axis=1).eq(1)
    events = events.assign(common=alike & events["shared"])
    shown = events[~(events["common"] & events.duplicated("event"))].sort_values("common", ascending=False, kind="stable")
    rows = []
    for row in shown.to_dict("records"):
        option = sheet.words("workbook.all") if row["common"] else book.options[row["option"]]
        times = [month_day(book, row[quantile]) for quantile in QUANTILES]
        rows.append([option, sheet.words.of(row, "name"), *times, row["happens"], row["deadline"], met(sheet, row["p_deadline_met"])])
    styles = "option:text event:text p05:month p50:month p85:month happens:share deadline:date met:share"
    sheet.listing("events", sheet.columns("events", styles), rows)


def met(sheet: Sheet, share: float) -> Any:
    """How often a deadline is met; in words where it never or always is."""
    return (outcomes(share, sheet.words), "right") if share in (0, 1) else share


def partners_table(sheet: Sheet) -> None:
    """Who else takes part in what."""
    book, table = sheet.book, sheet.book.findings.inputs.tables["partners"]
    if not sheet.section("partners", not table.empty, "sources"):
        return
    rows = []
    for row in table.to_dict("records"):
        who = [sheet.words.of(row, column) for column in ("group", "item")]
        rows.append(
            [
                *who,
                row["count"],
                row["known_from"],
                book.cited(row["source_id"]),
                kind_cell(book, row["kind"]),
                sheet.words.of(row, "status"),
                sheet.words.of(row, "note"),
            ]
        )
    styles = "group:text item:text count:n0 known_from:date source:text kind:text status:text remark:text"
    sheet.listing("partners", sheet.columns("partners", styles), rows)


def milestones_table(sheet: Sheet) -> None:
    """What has happened, and how plans moved: each plan of a milestone beside what became of it."""
    book, table = sheet.book, sheet.book.findings.inputs.tables["milestones"]
    if not sheet.section("milestones", not table.empty, "milestones.note", "sources"):
        return
    first: dict[str, date] = {}
    rows = []
    for row in table.to_dict("records"):
        planned = row["planned_date"] if isinstance(row["planned_date"], date) else None
        start = first.setdefault(row["milestone_id"], planned) if planned else None
        moved = round((planned - start).days / DAYS_PER_MONTH) if planned and start and planned != start else None
        texts = [sheet.words.of(row, column) for column in ("plan_version", "name")]
        evidence = [kind_cell(book, row["kind"]), book.cited(row["source_id"]), sheet.words.of(row, "note"), row["known_from"]]
        rows.append([*texts, planned, row["actual_date"], moved, *evidence])
    styles = "plan:text name:text planned:date actual:date moved:n0 kind:text source:text remark:text known_from:date"
    sheet.listing("milestones", sheet.columns("milestones", styles), rows, repeat=True)
