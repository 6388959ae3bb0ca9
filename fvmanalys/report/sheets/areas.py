"""Områden: what each option gives in each area, when, and what the scale means."""

from typing import Any

import numpy as np

from fvmanalys.report.sheets.calendar import month_day
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.plots import Series, column_chart, line_chart

__all__ = ["write_areas"]

KEY = "areas"
WIDTHS = (25, *[23] * 6)


def write_areas(book: Book) -> None:
    """Scores and levels by area, what the scale means, and the yearly levels behind the live model."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("note", "minimum_note")
    scale_table(sheet)
    sheet.section("scores", True)
    with sheet.band(18):
        scores = scores_table(sheet)
    sheet.charts([score_chart(sheet, scores)], sheet.band_row, 18)
    levels_table(sheet)
    sheet.section("years", True, "years.note")
    with sheet.panels(len(book.areas)) as charts:
        years_table(sheet)
        charts += [level_chart(sheet, area) for area in book.areas]
    sheet.finish()


def scale_table(sheet: Sheet) -> None:
    """What the ends of the scale mean in each area, its minimum and its weight."""
    book = sheet.book
    sheet.section("scale", True)
    rows = []
    for row in book.findings.inputs.tables["areas"].to_dict("records"):
        texts = [sheet.words.of(row, column) for column in ("description", "level_0", "level_100")]
        name = sheet.book.edition.named(row, name=book.areas[row["area_id"]])
        rows.append([name, *texts, row["minimum"], book.settings.weights[row["area_id"]], weight_range(sheet, row)])
    styles = "area:text description:text level_0:text level_100:text minimum:n0 weight:n0 weight_range:right"
    sheet.listing("scale", sheet.columns("scale", styles), rows)


def weight_range(sheet: Sheet, row: dict[str, Any]) -> str:
    """From which lowest to which highest weight."""
    if not np.isfinite(row["low"]):
        return "–"
    low, high = (sheet.words.number(row[end], 0 if row["high"] >= 10 else 2) for end in ("low", "high"))
    return f"{low}–{high}"


def scores_table(sheet: Sheet) -> Region:
    """The score of each option in each area, with its interval."""
    book, table = sheet.book, sheet.book.findings.comparison.areas
    columns = sheet.columns("scores", "option:text area:text score:points p05:points p50:points p95:points below:share")
    figures = ("score", "score_p05", "score_p50", "score_p95", "p_below_minimum")
    rows = [[name, area, *(table.at[key, figure] for figure in figures)] for key, name, area in options_and_areas(book)]
    return sheet.listing("scores", columns, rows)


def options_and_areas(book: Book) -> list[tuple[tuple[str, str], str, str]]:
    """Every option and area: their ids, and their names."""
    return [((option, area), name, area_name) for option, name in book.options.items() for area, area_name in book.areas.items()]


def score_chart(sheet: Sheet, scores: Region) -> tuple[Any, str]:
    """The scores of the options side by side in each area."""
    book, count = sheet.book, len(sheet.book.areas)
    table = book.findings.comparison.areas["score"]
    series = [
        Series(scores.cell(index * count, 0), scores.column(1, 0, count - 1), scores.column(2, index * count, (index + 1) * count - 1))
        for index in range(len(book.options))
    ]
    title, said = sheet.text("scores.chart"), []
    for area, name in book.areas.items():
        values = [f"{book.options[option]} {sheet.words.points(table[option, area])}" for option in book.options]
        said.append(sheet.text("scores.alt", area=name, values=sheet.words.listing(values)))
    return column_chart(book, title, series, sheet.text("points")), f"{title}. " + " ".join(said)


def levels_table(sheet: Sheet) -> None:
    """The level today, at the horizon, and when the option's own level begins."""
    book = sheet.book
    levels = book.findings.levels.set_index(["option", "area"])
    sheet.section("levels", True)
    columns = sheet.columns("levels", "option:text area:text now:points end:points reached:month")
    rows = [
        [name, area, levels.at[key, "level_now"], levels.at[key, "level_end"], month_day(book, levels.at[key, "reached_p50"])]
        for key, name, area in options_and_areas(book)
    ]
    sheet.listing("levels", columns, rows)


def years_table(sheet: Sheet) -> None:
    """The expected level of every option and area in each year; the live model reads it."""
    book, ahead = sheet.book, sheet.book.outlook
    columns = [*sheet.columns("years", "option:text year:year"), *(Column(name, "points") for name in book.areas.values())]
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
    book, column = sheet.book, 2 + list(sheet.book.areas).index(area)
    regions = {option: book.regions[f"levels {option}"] for option in book.options}
    series = [Series(region.cell(0, 0), region.column(1), region.column(column)) for region in regions.values()]
    ends = [f"{book.options[option]} {sheet.words.points(book.outlook.levels[option, area].iloc[-1])}" for option in book.options]
    alt = sheet.text("years.alt", area=book.areas[area], year=book.outlook.years[-1], ends=sheet.words.listing(ends))
    return line_chart(book, sheet.text("years.chart", area=book.areas[area]), series, sheet.text("points"), min=0, max=100), alt
