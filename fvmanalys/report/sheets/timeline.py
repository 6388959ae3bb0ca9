"""Tidslinje: when things happen, when the options are in full use, and how earlier plans moved."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.sheets.plots import Series, span_chart
from fvmanalys.report.topics.coming import COMING
from fvmanalys.report.topics.time import CRITICAL, EVENTS, MILESTONES, PARTNERS
from fvmanalys.report.words import day_after

__all__ = ["write_timeline"]

KEY = "timeline"
WIDTHS = (28, 44, 13, 13, 13, 17, 22, 44, 13)
QUANTILES = ("p05", "p50", "p85")
BAND_ROWS = 16
EXCEL_DAY_0 = date(1899, 12, 30)


def write_timeline(book: Book) -> None:
    """Full use, events, partners and milestones."""
    sheet = Sheet(book, KEY, roomy(book, WIDTHS, (EVENTS, CRITICAL, COMING, PARTNERS, MILESTONES)))
    sheet.title(sheet.text("title"))
    sheet.notes("note", "quantiles")
    full_use(sheet)
    sheet.exhibit(EVENTS)
    sheet.exhibit(CRITICAL)
    sheet.exhibit(COMING)
    sheet.exhibit(PARTNERS)
    sheet.exhibit(MILESTONES, repeat=True)
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
    options = {option: book.findings.inputs.full_use_event(option) for option in book.options}
    for option, name in book.options.items():
        if (option, options[option]) not in events.index:
            continue
        row = events.loc[(option, options[option])]
        days = [day_after(book.edition.as_of, row[quantile]) for quantile in QUANTILES]
        if days[0] is not None:
            spans = [(later - earlier).days if later and earlier else np.nan for earlier, later in pairwise(days)]
            months = (book.edition.put("month", row[quantile]) for quantile in QUANTILES)
            yield [name, sheet.words.of(row, "name"), *months, row["happens"], *spans]


def month_text(day: Any) -> str:
    """A month in digits, or the word there is."""
    return f"{day:%Y-%m}" if isinstance(day, date) else day
