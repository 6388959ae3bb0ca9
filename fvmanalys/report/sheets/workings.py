"""Räkneunderlag: what the charts of the print set are drawn from, out of the way of its readers."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from fvmanalys.analysis.branches import curves
from fvmanalys.report.sheets.engine import write_engine
from fvmanalys.report.sheets.frame import Book, Column, Sheet
from fvmanalys.report.sheets.plots import FARTHEST
from fvmanalys.report.topics import board, turning
from fvmanalys.report.words import day_after

__all__ = ["first_day", "write_spans", "write_workings"]

KEY = "workings"
WIDTHS = (40, 22, 24, *[13] * 12)
POINTS = 100.0
MOST_STEPS = 7  # the smallest of each kind stand together
EXCEL_DAY_0 = date(1899, 12, 30)


def write_workings(book: Book) -> None:
    """The figures behind each chart that no table of the print set holds."""
    sheet = begun(book)
    working(sheet, "cost_ends", "option:text below:money above:money", ends(book, "cost", "cost_mean"))
    table = curves(book.findings.comparison)
    options = [Column(name, "money") for name in book.options.values()]
    spread = [[share, *row] for share, row in zip(table.index, table.to_numpy(), strict=True)]
    working(sheet, "curves", "share:left_share1", spread, options)
    if book.findings.comparison.runner_up is not None:
        parts = "unseen gain_above gain_below loss_above loss_below whole_heading".replace(" ", ":money ")
        working(sheet, "steps", f"step:text {parts}:money", steps(sheet))
        working(sheet, "ranges", "number:left_n0 low:share high:share today:share turns:share", ranges(book))
    working(sheet, "spans", "option:text early:month to_middle:n0 to_late:n0", spans(book))
    if book.has_levers:
        write_engine(sheet)
    sheet.finish()


def write_spans(book: Book) -> None:
    """The figures behind the chart of net benefit alone."""
    begun(book).finish()


def begun(book: Book) -> Sheet:
    """The sheet with its title, and how far net benefit may lie from what is expected."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title()
    sheet.notes("note")
    working(sheet, "worth_ends", "option:text below:money above:money", ends(book, "net_benefit", "net_benefit"))
    return sheet


def working(sheet: Sheet, name: str, columns: str, rows: Sequence[Sequence[Any]], more: Sequence[Column] = ()) -> None:
    """A table under its heading, to which a chart refers by its name."""
    if rows:
        sheet.begin(name)
        sheet.listing(name, [*sheet.columns(columns), *more], rows)


def ends(book: Book, stem: str, middle: str) -> list[list[Any]]:
    """How far P5 lies below the middle, and P95 above, for every option."""
    table = book.findings.comparison.table.to_dict("index")
    return [
        [book.options[option], float(row[middle] - row[f"{stem}_p05"]), float(row[f"{stem}_p95"] - row[middle])]
        for option, row in table.items()
    ]


def steps(sheet: Sheet) -> list[list[Any]]:
    """Every step from nothing to the whole lead, as parts that stack on either side of zero."""
    findings, edition = sheet.book.findings, sheet.book.edition
    found = turning.steps(findings, MOST_STEPS)
    rows = [[edition.tell("step", row["part"], row), *stacked(row["start"], row["end"]), 0.0] for row in found]
    return rows + ([[sheet.text("whole"), *[0.0] * 5, turning.pair(findings)["whole"]]] if rows else [])


def stacked(start: float, end: float) -> list[float]:
    """A step as parts that stack: what is unseen, then what is gained above and below zero, and what is lost."""
    low, high = min(start, end), max(start, end)
    unseen = low if low > 0 else high if high < 0 else 0.0
    parts = [max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)]
    return [unseen, *parts, 0.0, 0.0] if end >= start else [unseen, 0.0, 0.0, *parts]


def ranges(book: Book) -> list[list[Any]]:
    """How far range and switching value lie from today's value, as a share of it; levels in points of a hundred."""
    rows = []
    for row in board.TURNS.rows(book.edition):
        base = row["base"]
        own = (row["low"], row["high"]) if np.isfinite(row["low"]) else (base, base)
        shares = ((one - base) / (abs(base) or POINTS) for one in (*own, row["switching_value"]))
        low, high, turns = (float(np.clip(share, -FARTHEST, FARTHEST)) for share in shares)
        rows.append([float(row["number"]), low, high, 0.0, turns])
    return rows


def first_day(book: Book) -> float:
    """The first of January of the year in which an option may first be in full use, as Excel counts days."""
    days = [day_after(book.edition.as_of, one) for one in book.findings.comparison.table["full_use_p50"]]
    return float((date(min(day for day in days if day).year - 1, 1, 1) - EXCEL_DAY_0).days)


def spans(book: Book) -> list[list[Any]]:
    """When each option is in full use: the earliest month and the days on to the middle and the late one."""
    events = book.findings.events.set_index(["option", "event"])
    rows: list[list[Any]] = []
    for option, name in book.options.items():
        event = (option, book.findings.inputs.full_use_event(option))
        known = [events.loc[event][one] for one in ("p05", "p50", "p85")] if event in events.index else []
        days = [day_after(book.edition.as_of, one) for one in known]
        if days and days[0]:
            after = [(later - earlier).days if later and earlier else 0 for earlier, later in pairwise(days)]
            rows.append([name, days[0], *after])
    return rows
