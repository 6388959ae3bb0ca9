"""Kostnader: what the options cost, by category and year, beside what has been published and what is already spent."""

import math
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from fvmanalys.analysis.breakdown import OTHER, STAFFING, cost_groups, values_by_group, yearly_by_group
from fvmanalys.report.palette import FILLS
from fvmanalys.report.sheets.cells import Formula
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet, roomy
from fvmanalys.report.sheets.plots import Series, nice_step, stacked_chart
from fvmanalys.report.topics import money

__all__ = ["has_costs", "write_costs", "write_costs_by_year"]

KEY = "costs"
WIDTHS = (30, *[12.5] * 5, 17, *[12.5] * 6)
AROUND = (
    money.PHASES, money.PROGRAMME, money.PUBLISHED, money.SPEND, money.CONTRACTS, money.PER_USER,
)  # fmt: skip


def write_costs(book: Book) -> None:
    """Costs by category, published totals, and what is spent."""
    sheet = Sheet(book, KEY, roomy(book, WIDTHS, AROUND))
    sheet.title(sheet.text("title"))
    sheet.lines([book.edition.prices], font_color="#595959")
    sheet.notes("note", "payer_note" if has_payers(book) else "no_payer_note", "sources")
    groups = cost_groups(book.findings.yearly, book.findings.inputs)
    values_table(sheet, groups)
    for exhibit in [*AROUND, *([money.LIMITS] if book.findings.inputs.has("limits") else [])]:
        sheet.exhibit(exhibit)
    sheet.finish()


def has_costs(book: Book) -> bool:
    """Whether any option costs anything."""
    return len(cost_groups(book.findings.yearly, book.findings.inputs)) > 0


def write_costs_by_year(book: Book) -> None:
    """What every option costs, year by year and group by group."""
    sheet = Sheet(book, KEY, WIDTHS, part="yearly")
    sheet.title(sheet.text("yearly.heading"))
    sheet.notes("yearly.note")
    yearly_table(sheet, cost_groups(book.findings.yearly, book.findings.inputs))
    sheet.finish()


def has_payers(book: Book) -> bool:
    """Whether somebody else pays a part."""
    return bool(book.findings.inputs.tables["contracts"]["payer"].ne("").any())


def group_name(sheet: Sheet, group: str) -> str:
    """What a group is called."""
    return {STAFFING: sheet.text("staffing"), OTHER: sheet.text("other")}.get(
        group
    ) or sheet.book.edition.categories.get(group, group)


def group_looks(book: Book, groups: list[str]) -> list[int]:
    """The place by which each group has its fill: that of its category in every figure, else one that is free."""
    known = {group: place for group, place in book.edition.category_places.items() if group in groups}
    free = (place for place in range(len(FILLS) - 1) if place not in known.values())
    return [len(FILLS) - 1 if group == OTHER else known[group] if group in known else next(free) for group in groups]


def values_table(sheet: Sheet, groups: pd.DataFrame) -> None:
    """Present value by group and option, with a chart."""
    book = sheet.book
    if not sheet.section("values", len(groups) > 0):
        return
    wide = values_by_group(groups, list(book.options))
    rows: list[list[Any]] = [[group_name(sheet, group), *wide.loc[group]] for group in wide.index]
    first = sheet.row + 2
    last = sheet.row + 1 + len(rows)
    letters = [xl_col_to_name(column) for column in range(1, len(book.options) + 1)]
    totals = [
        Formula(f"=SUM({letter}{first}:{letter}{last})", float(wide[option].sum()))
        for letter, option in zip(letters, wide, strict=True)
    ]
    rows.append([(sheet.text("sum"), "bold text"), *((total, "bold money") for total in totals)])
    region = sheet.listing("values", [Column(sheet.text("category")), *option_columns(book)], rows)
    values_chart(sheet, region, group_looks(book, list(wide.index)), wide.sum())


def values_chart(sheet: Sheet, region: Region, looks: list[int], totals: pd.Series) -> None:
    """The groups of each option, stacked."""
    book = sheet.book
    count = len(sheet.book.options)
    series = [
        Series(region.cell(at, 0), region.row(-1, 1, count), region.row(at, 1, count), look)
        for at, look in enumerate(looks)
    ]
    said = [f"{name} {sheet.words.amount(totals[option])}" for option, name in book.options.items()]
    title = sheet.text("values.chart")
    sheet.row += 1
    sheet.charts(
        [
            (
                stacked_chart(book, title, series, sheet.words("workbook.millions")),
                f"{title}. {sheet.words.listing(said)}.",
            )
        ]
    )


def option_columns(book: Book) -> list[Column]:
    """A column of amounts for each option."""
    return [Column(name, "money") for name in book.options.values()]


def yearly_table(sheet: Sheet, groups: pd.DataFrame) -> None:
    """Expected cost by option, year and group, with a chart for each option on the same scale."""
    book = sheet.book
    wide = yearly_by_group(groups, list(book.options))
    columns = sheet.columns("yearly", "option:text year:year")
    columns += [
        Column(name, "money") for name in (*(group_name(sheet, group) for group in wide.columns), sheet.text("sum"))
    ]
    rows = [
        [book.options[option], year, *row, float(row.sum())]
        for (option, year), row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    step = nice_step(max(float(row[-1]) for row in rows) / 6)
    top = step * math.ceil(max(float(row[-1]) for row in rows) / step)
    with sheet.panels(len(book.options)) as charts:
        region = sheet.listing("yearly", columns, rows, repeat=True)
        charts += [yearly_chart(sheet, region, wide, index, top) for index in range(len(book.options))]


def yearly_chart(sheet: Sheet, region: Region, wide: pd.DataFrame, index: int, top: float) -> tuple[Any, str]:
    """One option's cost in each year, by group."""
    years = len(wide.index.unique("year"))
    first = index * years
    last = (index + 1) * years - 1
    across = region.column(1, first, last)
    looks = group_looks(sheet.book, list(wide.columns))
    series = [
        Series(region.heading(at), across, region.column(at, first, last), look)
        for at, look in enumerate(looks, start=2)
    ]
    option = list(sheet.book.options)[index]
    name = sheet.book.options[option]
    totals = wide.loc[option].sum(axis=1)
    alt = sheet.text("yearly.alt", option=name, amount=sheet.words.amount(totals.max()), year=totals.idxmax())
    return stacked_chart(
        sheet.book, sheet.text("yearly.chart", option=name), series, sheet.words("workbook.millions"), top=top
    ), alt
