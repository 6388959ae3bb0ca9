"""Områden: what each option gives in each area, when, and what the scale means."""

from typing import Any

from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.plots import Series, column_chart, line_chart
from fvmanalys.report.topics import answer

__all__ = ["write_areas", "write_levels_by_year"]

KEY = "areas"
WIDTHS = (25, *[23] * 6)
SCORE_ROWS = 18


def write_areas(book: Book) -> None:
    """Scores and levels by area, and what the scale means."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("note", "minimum_note")
    sheet.exhibit(answer.SCALE)
    scores = sheet.exhibit(answer.SCORES, band=SCORE_ROWS)
    if scores:
        sheet.charts([score_chart(sheet, scores)], sheet.band_row, SCORE_ROWS)
    sheet.exhibit(answer.LEVELS)
    sheet.finish()


def write_levels_by_year(book: Book) -> None:
    """The expected level of every option in each area, year by year."""
    sheet = Sheet(book, KEY, WIDTHS, part="years")
    sheet.title(sheet.text("years.heading"))
    sheet.notes("years.note")
    with sheet.panels(len(book.areas)) as charts:
        years_table(sheet)
        charts += [level_chart(sheet, area) for area in book.areas]
    sheet.finish()


def score_chart(sheet: Sheet, scores: Region) -> tuple[Any, str]:
    """The scores of the options side by side in each area."""
    book = sheet.book
    count = len(sheet.book.areas)
    table = book.findings.comparison.areas["score"]
    series = [
        Series(scores.cell(first, 0), scores.column(1, 0, count - 1), scores.column(2, first, first + count - 1), place)
        for place, first in enumerate(range(0, count * len(book.options), count))
    ]
    title = sheet.text("scores_chart")
    said = []
    for area, name in book.areas.items():
        values = [f"{book.options[option]} {sheet.words.points(table[option, area])}" for option in book.options]
        said.append(sheet.text("scores_alt", area=name, values=sheet.words.listing(values)))
    return column_chart(book, title, series, sheet.text("points")), f"{title}. " + " ".join(said)


def years_table(sheet: Sheet) -> None:
    """The expected level of every option and area in each year; the live model reads it."""
    book = sheet.book
    ahead = sheet.book.outlook
    columns = [
        *sheet.columns("years", "option:text year:year"),
        *(Column(name, "points") for name in book.areas.values()),
    ]
    rows = [
        [name, year, *(ahead.levels[option, area].iloc[index] for area in book.areas)]
        for option, name in book.options.items()
        for index, year in enumerate(ahead.years)
    ]
    region = sheet.listing("years", columns, rows, repeat=True)
    count = len(ahead.years)
    for index, option in enumerate(book.options):
        book.regions[f"levels {option}"] = Region(
            region.sheet, region.first_row + index * count, region.first_row + (index + 1) * count - 1, 0
        )


def level_chart(sheet: Sheet, area: str) -> tuple[Any, str]:
    """How the expected level of an area moves under each option."""
    book = sheet.book
    column = 2 + list(sheet.book.areas).index(area)
    regions = {option: book.regions[f"levels {option}"] for option in book.options}
    count = len(book.outlook.years)
    letters = book.edition.letters
    series = [
        Series(one.cell(0, 0), one.column(1), one.column(column), at, letters[at], (at + 1) / (len(regions) + 1), count)
        for at, one in enumerate(regions.values())
    ]
    ends = [
        f"{book.options[option]} {sheet.words.points(book.outlook.levels[option, area].iloc[-1])}"
        for option in book.options
    ]
    alt = sheet.text("years.alt", area=book.areas[area], year=book.outlook.years[-1], ends=sheet.words.listing(ends))
    title = sheet.text("years.chart", area=book.areas[area])
    unit = sheet.text("points")
    chart = line_chart(book, title, series, unit, min=0, max=100)
    chart.set_legend({"none": True})
    return chart, alt
