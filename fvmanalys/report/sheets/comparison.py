"""Jämförelse: everything that is compared, why it differs,
how sure it is, and the part that readers turn themselves.
"""

import math
from typing import Any

import pandas as pd
from xlsxwriter.chart import Chart

from fvmanalys.report.palette import MUTED
from fvmanalys.report.sheets.frame import Book, Column, Sheet
from fvmanalys.report.sheets.plots import Series, interval_chart, nice_step, option_lines, scatter_chart
from fvmanalys.report.topics import answer, choice, money

__all__ = ["acceptability_chart", "cost_chart", "worth_chart", "write_comparison"]

KEY = "comparison"
WIDTHS = (30, *[13.5] * 10)
EVERY = 3  # of the values of a point that were tried


def write_comparison(book: Book) -> None:
    """The tables and charts of the comparison, then the live part."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("rounding", "missing", value=sheet.words.amount(book.findings.comparison.value_per_point))
    if book.has_print_set and not book.has_levers:
        sheet.notes("no_levers")
    for exhibit in (answer.WORTH, answer.COST):
        sheet.exhibit(exhibit)
    sheet.heading(sheet.text("charts"))
    sheet.charts([worth_chart(book), cost_chart(book)], rows=12)
    sheet.exhibit(answer.USE)
    sheet.lines(answer.full_use_sentences(book.edition), font_color=MUTED)
    for exhibit in (
        answer.CHOICE,
        choice.FRONTIER,
        choice.WINS,
        choice.MEASURES,
        money.VIEWS,
        money.QUANTILES,
        money.CLASS,
    ):
        sheet.exhibit(exhibit)
    reasons_table(sheet)
    acceptability(sheet)
    sheet.finish()


def interval(book: Book, name: str, middle: str) -> tuple[Chart, str]:
    """A chart of a figure with its interval, and its alternative text; its table must have been written."""
    region = book.regions[name]
    table = book.findings.comparison.table
    words = book.words
    stem = middle.removesuffix("_mean")
    parts = []
    for option, row in table.to_dict("index").items():
        value, low, high = (words.amount(row[column]) for column in (middle, f"{stem}_p05", f"{stem}_p95"))
        parts.append(words(f"sheet.{KEY}.alt_interval", option=book.options[option], value=value, low=low, high=high))
    best = book.findings.comparison.best
    cheapest = str(table["cost_mean"].idxmin())
    title = words(f"sheet.{KEY}.{name}_chart", best=book.options[best], cheapest=book.options[cheapest])
    series = Series(region.heading(1), region.column(0), region.column(1))
    ends = book.regions[f"{name}_ends"]
    looks = [book.edition.places[option] for option in table.index]
    at_zero = (
        {list(table.index).index(book.findings.inputs.reference): words("changes.column.reference")}
        if stem == "net_benefit"
        else {}
    )
    return interval_chart(
        book, title, series, [ends.column(1), ends.column(2)], span(table, stem), looks, at_zero
    ), f"{title}. " + "; ".join(parts)


def span(table: pd.DataFrame, stem: str) -> tuple[float, float]:
    """From a round number not above any interval to one not below any, with 0 inside."""
    low, high = min(0.0, float(table[f"{stem}_p05"].min())), max(0.0, float(table[f"{stem}_p95"].max()))
    step = nice_step((high - low) / 8)
    return step * math.floor(low / step), step * math.ceil(high / step)


def worth_chart(book: Book) -> tuple[Chart, str]:
    """Net benefit with its interval."""
    return interval(book, "worth", "net_benefit")


def cost_chart(book: Book) -> tuple[Chart, str]:
    """Cost with its interval."""
    return interval(book, "cost", "cost_mean")


def acceptability_chart(book: Book) -> tuple[Chart, str]:
    """How often each option is best, over the values of a point; its table must have been written."""
    region = book.regions["acceptability"]
    table = book.findings.comparison.acceptability
    words = book.words
    looks = [book.edition.places[option] for option in table.columns]
    series = option_lines(book, region, looks)
    title, unit, share = (
        words(f"sheet.{KEY}.{name}") for name in ("acceptability.chart", "column.value_per_point", "column.p_best")
    )
    chart = scatter_chart(book, title, series, share, unit, (float(table.index[0]), float(table.index[-1])))
    ends = [
        words(
            f"sheet.{KEY}.alt_end",
            option=book.options[option],
            low=words.share(table[option].iloc[0]),
            high=words.share(table[option].iloc[-1]),
        )
        for option in table.columns
    ]
    return chart, f"{title}. " + "; ".join(ends)


def reasons_table(sheet: Sheet) -> None:
    """Every part of each option's difference from the best other: a row a part, a column an option."""
    reasons = sheet.book.findings.reasons
    book = sheet.book
    if not sheet.section("reasons", not reasons.empty, "reasons.note"):
        return
    others = reasons.drop_duplicates("option").set_index("option")["other"]
    columns = [
        Column(sheet.text("part")),
        *(
            Column(sheet.text("against", option=book.options[o], other=book.options[others[o]]), "money")
            for o in others.index
        ),
    ]
    wide = reasons.set_index(["kind", "part", "option"])["difference"].unstack(sort=False)
    wide = wide[(wide.abs() > 1e-9).any(axis=1)]
    rows: list[list[Any]] = [
        [
            sheet.text(f"part_{kind}", part=book.edition.part(kind, part)),
            *(wide.loc[(kind, part), option] for option in others.index),
        ]
        for kind, part in wide.index
    ]
    total = [(wide[option].sum(), "bold money") for option in others.index]
    sheet.table(
        sheet.text("reasons.heading"),
        sheet.text("reasons.about"),
        columns,
        [*rows, [(sheet.text("sum"), "bold text"), *total]],
    )


def acceptability(sheet: Sheet) -> None:
    """How probable each option is to be best, over the values of a point."""
    book = sheet.book
    table = sheet.book.findings.comparison.acceptability
    sheet.heading(sheet.text("acceptability.heading"))
    sheet.notes("acceptability.note")
    columns = [
        Column(sheet.text("column.value_per_point"), "left scale"),
        *(Column(book.options[option], "share") for option in table.columns),
    ]
    kept = (*table.index[::EVERY], table.index[-1], book.findings.comparison.value_per_point)
    shown = [index for index, value in enumerate(table.index) if value in kept]
    rows = [[table.index[index], *table.iloc[index]] for index in shown]
    with sheet.band(14):
        book.regions["acceptability"] = sheet.table(
            sheet.text("acceptability.heading"), sheet.text("acceptability.about"), columns, rows
        )
    sheet.charts([acceptability_chart(book)], sheet.band_row, 14)
