"""Räkneunderlag: what the charts of the print set are drawn from, out of the way of its readers."""

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
    ends_table(sheet, "cost_ends", "cost", "cost_mean")
    curves_table(sheet)
    if book.findings.comparison.runner_up is not None:
        steps_table(sheet)
        ranges_table(sheet)
    spans_table(sheet)
    if book.has_levers:
        write_engine(sheet)
    sheet.finish()


def write_spans(book: Book) -> None:
    """The figures behind the chart of net benefit alone."""
    begun(book).finish()


def begun(book: Book) -> Sheet:
    """The sheet with its title, and how far net benefit may lie from what is expected."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("note")
    ends_table(sheet, "worth_ends", "net_benefit", "net_benefit")
    return sheet


def working(sheet: Sheet, name: str, columns: list[Column], rows: list[list[Any]]) -> None:
    """A table under its heading, to which a chart refers by its name."""
    if rows:
        sheet.heading(sheet.text(f"{name}.heading"))
        sheet.book.regions[name] = sheet.listing(name, columns, rows)


def ends_table(sheet: Sheet, name: str, stem: str, middle: str) -> None:
    """How far the ends of an interval lie from its middle, for every option."""
    table = sheet.book.findings.comparison.table
    rows = [
        [sheet.book.options[option], *distances(row, stem, middle)] for option, row in table.to_dict("index").items()
    ]
    working(
        sheet,
        name,
        [Column(sheet.text("option")), *(Column(sheet.text(end), "money") for end in ("below", "above"))],
        rows,
    )


def distances(row: dict[str, Any], stem: str, middle: str) -> list[float]:
    """How far the fifth percentile lies below, and the ninety-fifth above."""
    return [float(row[middle] - row[f"{stem}_p05"]), float(row[f"{stem}_p95"] - row[middle])]


def curves_table(sheet: Sheet) -> None:
    """What net benefit each option stays below in each share of the outcomes."""
    table = curves(sheet.book.findings.comparison)
    columns = [
        Column(sheet.text("share"), "left share1"),
        *(Column(name, "money") for name in sheet.book.options.values()),
    ]
    working(sheet, "curves", columns, [[share, *row] for share, row in zip(table.index, table.to_numpy(), strict=True)])


def steps_table(sheet: Sheet) -> None:
    """Every step from nothing to the whole lead: where it begins and ends,
    as parts that stack on either side of zero.
    """
    edition = sheet.book.edition
    facts = turning.pair(sheet.book.findings)
    steps = [
        (edition.tell("step", row["part"], row), row["start"], row["end"])
        for row in turning.steps(sheet.book.findings, MOST_STEPS)
    ]
    rows = [[name, *stacked(start, end), 0.0] for name, start, end in steps]
    rows += [[sheet.text("whole"), *[0.0] * 5, facts["whole"]]] if rows else []
    heads = ("unseen", "gain_above", "gain_below", "loss_above", "loss_below", "whole_heading")
    working(sheet, "steps", [Column(sheet.text("step")), *(Column(sheet.text(head), "money") for head in heads)], rows)


def stacked(start: float, end: float) -> list[float]:
    """A step as parts that stack: what is unseen, then what is gained above and below zero, and what is lost."""
    low, high = min(start, end), max(start, end)
    unseen = low if low > 0 else high if high < 0 else 0.0
    parts = [max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)]
    return [unseen, *parts, 0.0, 0.0] if end >= start else [unseen, 0.0, 0.0, *parts]


def ranges_table(sheet: Sheet) -> None:
    """How far each number's range and its switching value lie from today's value, as a share of it;
    levels, of which today's change is nothing, in points of a hundred.
    """
    rows = []
    for row in board.TURNS.rows(sheet.book.edition):
        base = row["base"]
        size = abs(row["base"]) or POINTS
        ends = (row["low"], row["high"]) if np.isfinite(row["low"]) else (base, base)
        low, high, turns = (
            float(np.clip((one - base) / size, -FARTHEST, FARTHEST)) for one in (*ends, row["switching_value"])
        )
        rows.append([float(row["number"]), low, high, 0.0, turns])
    columns = [Column(sheet.text("number"), "left n0")]
    columns += [Column(sheet.text(head), "share") for head in ("low", "high", "today", "turns")]
    working(sheet, "ranges", columns, rows)


def first_day(book: Book) -> float:
    """The first of January of the year in which an option may first be in full use, as Excel counts days."""
    days = [day_after(book.edition.as_of, one) for one in book.findings.comparison.table["full_use_p50"]]
    return float((date(min(day for day in days if day).year - 1, 1, 1) - EXCEL_DAY_0).days)


def spans_table(sheet: Sheet) -> None:
    """When each option is in full use: the earliest month and the days on to the middle and the late one."""
    book = sheet.book
    events = sheet.book.findings.events.set_index(["option", "event"])
    rows = []
    for option, name in book.options.items():
        event = (option, book.findings.inputs.full_use_event(option))
        if event in events.index:
            days = [day_after(book.edition.as_of, events.loc[event][one]) for one in ("p05", "p50", "p85")]
            if days[0]:
                rows.append(
                    [
                        name,
                        days[0],
                        *((later - earlier).days if later and earlier else 0 for earlier, later in pairwise(days)),
                    ]
                )
    heads = (("option", "text"), ("early", "month"), ("to_middle", "n0"), ("to_late", "n0"))
    working(sheet, "spans", [Column(sheet.text(head), style) for head, style in heads], rows)
