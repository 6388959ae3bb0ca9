"""What Prova själv reckons with: what of each year counts, and every option's means in every case of the risks."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from fvmanalys.analysis.yearly import mid_year_present_value, mid_year_score, year_counts
from fvmanalys.report.sheets.cells import Formula
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet

__all__ = ["WEIGHT", "called", "lever_names", "write_engine"]

KEYS = 3  # columns before those of the years
WEIGHT, FACTOR, VALUE = -3, -2, -1  # columns after those of the years, from the right
TIMES = ("from", "to", "share", "middle", "factor", "cost_weight", "level_weight")


def called(book: Book, what: str, key: str = "") -> str:
    """The name by which formulas know a lever or a working."""
    return book.words(f"sheet.live.called.{what}") + (f"_{re.sub(r'[^A-Za-z0-9]', '_', key)}" if key else "")


def lever_names(book: Book) -> dict[str, str]:
    """The name of each risk's probability and of each bundle's factor."""
    risks = {risk: called(book, "risk", str(place)) for place, risk in enumerate(book.levers.chances, start=1)}
    return risks | {
        bundle: called(book, "bundle", str(place)) for place, bundle in enumerate(book.levers.bundles, start=1)
    }


def write_engine(sheet: Sheet) -> None:
    """What of each year counts at the reader's rate and horizon, and below it every series by year."""
    years = [Column(str(year), "n2") for year in sheet.book.outlook.years]
    times_table(sheet, years)
    series_table(sheet, years)


def times_table(sheet: Sheet, years: list[Column]) -> None:
    """A row each for the ends of the years, what of them counts, and how much."""
    book = sheet.book
    sheet.begin("times.heading", "times.note")
    first = sheet.row + 1
    columns = [Column(sheet.text("what")), Column(sheet.text("case")), Column(sheet.text("part")), *years]
    cells = list(zip(*year_cells(sheet, first), strict=True))
    rows = [[sheet.text(f"times.{name}"), None, None, *row] for name, row in zip(TIMES, cells, strict=True)]
    region = sheet.listing("times.heading", columns, rows)
    for name in ("cost_weight", "level_weight"):
        book.workbook.define_name(called(book, name), f"={region.row(TIMES.index(name), KEYS, KEYS + len(years) - 1)}")


def year_cells(sheet: Sheet, first: int) -> Iterator[list[Any]]:
    """From, to, share counted, middle, factor and two weights of each year, for a table with this first row."""
    book = sheet.book
    ahead = sheet.book.outlook
    settings = sheet.book.settings
    rate, horizon = called(book, "discount_rate"), called(book, "horizon_years")
    region = Region(sheet.name, first, first, 0)
    shares, factors = year_counts(ahead.edges, settings.discount_rate, settings.horizon_years)
    each = zip(ahead.edges[:-1], ahead.edges[1:], shares, factors, strict=True)
    for column, (opens, closes, share, factor) in enumerate(each, start=KEYS):
        start, end, counted, middle, discount, weight = (region.here(row, column) for row in range(len(TIMES) - 1))
        yield [
            opens,
            closes,
            Formula(f"=MAX(0,MIN({horizon},{end})-{start})/({end}-{start})", share),
            Formula(f"={start}+{counted}*({end}-{start})/2", opens + share * (closes - opens) / 2),
            Formula(f"=(1+{rate})^(-{middle})", factor),
            Formula(f"={counted}*{discount}", share * factor),
            Formula(f"={weight}*({end}-{start})", share * factor * (closes - opens)),
        ]


def series_table(sheet: Sheet, years: list[Column]) -> None:
    """Every option's cost by case and bundle, its level by case and area, by year; and what each comes to."""
    book = sheet.book
    ahead = sheet.book.outlook
    sheet.begin("series.heading", "series.note")
    columns = [Column(sheet.text("what")), Column(sheet.text("case")), Column(sheet.text("part")), *years]
    columns += [
        Column(sheet.text("weight"), "factor"),
        Column(sheet.text("times_factor"), "n2"),
        Column(sheet.text("comes_to"), "n2"),
    ]
    first = sheet.row + 1
    rows: list[list[Any]] = []
    for option, name in book.options.items():
        groups = {f"cost {option}": [("", key) for key in ahead.parts(option)]}
        for area in book.areas:
            groups[f"level {option} {area}"] = [(area, key) for key in ahead.area_parts(option) if key[1] == area]
        for group, members in groups.items():
            top = first + len(rows)
            book.regions[group] = Region(sheet.name, top, top + len(members) - 1, KEYS + len(years) + 3)
            for area, key in members:
                rows.append(series_row(sheet, name, option, area, key, first + len(rows)))
    sheet.listing("series.heading", columns, rows)


def series_row(sheet: Sheet, name: str, option: str, area: str, key: tuple[str, str], row: int) -> list[Any]:
    """One series: whose, in which case, what, by year, the case's weight, the bundle's factor, and what it comes to."""
    book = sheet.book
    ahead = sheet.book.outlook
    settings = sheet.book.settings
    case, part = key
    values = (ahead.cases if area else ahead.costs)[option, case, part].to_numpy()
    place = Region(sheet.name, row, row, 0)
    line = f"{place.here(0, KEYS)}:{place.here(0, KEYS + len(values) - 1)}"
    by = called(book, "level_weight" if area else "cost_weight")
    ends = (ahead.edges, settings.discount_rate, settings.horizon_years)
    worth = mid_year_score(values, *ends) if area else mid_year_present_value(values, *ends)
    formula = f"=SUMPRODUCT({line},{by})/SUM({by})" if area else f"=SUMPRODUCT({line},{by})"
    told = (
        book.areas[area] if area else book.edition.levers.get(part, sheet.text("rest")) if part else sheet.text("rest")
    )
    factor = Formula(f"={lever_names(book)[part]}", 1.0) if part and not area else 1.0
    return [name, case_text(sheet, case), told, *values, case_weight(book, case), factor, Formula(formula, worth)]


def case_text(sheet: Sheet, case: str) -> str:
    """Which of the risks occur in a case, by their numbers."""
    signs = {"1": "occurs", "0": "does_not"}
    said = [sheet.text(signs[letter], number=place) for place, letter in enumerate(case, start=1) if letter in signs]
    return ", ".join(said) or sheet.text("any_case")


def case_weight(book: Book, case: str) -> Formula | float:
    """How probable a case is."""
    names = lever_names(book)
    pairs = [(letter, names[risk]) for letter, risk in zip(case, book.levers.chances, strict=True) if letter != "-"]
    terms = [name if letter == "1" else f"(1-{name})" for letter, name in pairs]
    weight = book.outlook.weight(case, book.levers.chances)
    return Formula("=" + "*".join(terms), weight) if terms else float(np.round(weight))
