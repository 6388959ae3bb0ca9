"""Native charts of what stands in exhibits: each is given its sheet and where the exhibit stands."""

import math
from collections.abc import Mapping

import pandas as pd
from xlsxwriter.chart import Chart

from fvmanalys.analysis.breakdown import ALL_PARTS
from fvmanalys.report.edition import Caption
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.palette import FILLS
from fvmanalys.report.sheets.frame import Book, Region, Sheet
from fvmanalys.report.sheets.plots import (
    Series,
    bar_chart,
    column_chart,
    curve_chart,
    interval_chart,
    line_chart,
    nice_step,
    option_lines,
    option_series,
    scatter_chart,
    stacked_chart,
    swing_chart,
)
from fvmanalys.report.topics import answer, information, money, people, since

__all__ = [
    "acceptability_chart", "changes_chart", "cost_chart", "delay_chart", "evidence_chart", "level_chart", "score_chart",
    "span", "team_chart", "tornado_chart", "values_chart", "worth_chart", "yearly_chart",
]  # fmt: skip

MOST_BARS = 10
NO_PARTS = ("option", "year", "total", "consultants", ALL_PARTS)
REST = len(FILLS) - 1  # the fill of what is gathered
Told = tuple[Chart, str]  # a chart, and what it says to who does not see it


def interval(book: Book, name: str, middle: str, caption: Caption) -> Told:
    """A chart of a figure with its interval; its table must have been written."""
    region = book.regions[name]
    ends = book.regions[f"{name}_ends"]
    table = book.findings.comparison.table
    stem = middle.removesuffix("_mean")
    series = Series(region.heading(1), region.column(0), region.column(1))
    looks = [book.edition.places[option] for option in table.index]
    reference = list(table.index).index(book.findings.inputs.reference)
    at_zero = {reference: book.words("changes.column.reference")} if stem == "net_benefit" else {}
    distances = [ends.column(1), ends.column(2)]
    return interval_chart(book, caption.title, series, distances, span(table, stem), looks, at_zero), caption.alt


def span(table: pd.DataFrame, stem: str) -> tuple[float, float]:
    """From a round number not above any interval to one not below any, with 0 inside."""
    low, high = min(0.0, float(table[f"{stem}_p05"].min())), max(0.0, float(table[f"{stem}_p95"].max()))
    step = nice_step((high - low) / 8)
    return step * math.floor(low / step), step * math.ceil(high / step)


def worth_chart(book: Book) -> Told:
    """Net benefit with its interval."""
    return interval(book, "worth", "net_benefit", answer.comparison_caption(book.edition, "title_ends"))


def cost_chart(book: Book) -> Told:
    """Cost with its interval."""
    return interval(book, "cost", "cost_mean", money.ends_caption(book.edition))


def acceptability_chart(sheet: Sheet, region: Region) -> Told:
    """How often each option is best, over the values of a point."""
    table = sheet.book.findings.comparison.acceptability
    series = option_lines(sheet.book, region, [sheet.book.edition.places[one] for one in table.columns])
    caption = answer.acceptability_caption(sheet.book.edition)
    ends = (float(table.index[0]), float(table.index[-1]))
    unit, share = (sheet.words(key) for key in ("column.value_per_point", "column.p_best"))
    return scatter_chart(sheet.book, caption.title, series, share, unit, ends), caption.alt


def score_chart(sheet: Sheet, region: Region) -> Told:
    """The scores of the options side by side in each area."""
    book = sheet.book
    caption = answer.areas_caption(sheet.book.edition, list(sheet.book.areas))
    count = len(book.areas)
    series = [
        Series(region.cell(first, 0), region.column(1, 0, count - 1), region.column(2, first, first + count - 1), place)
        for place, first in enumerate(range(0, count * len(book.options), count))
    ]
    return column_chart(book, caption.title, series, sheet.text("points")), caption.alt


def level_chart(sheet: Sheet, region: Region, area: str) -> Told:
    """How the expected level of an area moves under each option."""
    book = sheet.book
    column = 2 + list(book.areas).index(area)
    count = len(book.outlook.years)
    letters = book.edition.letters
    series = []
    for place in range(len(book.options)):
        first = place * count
        last = (place + 1) * count - 1
        across, up = (region.column(one, first, last) for one in (1, column))
        share = (place + 1) / (len(book.options) + 1)
        series.append(Series(region.cell(first, 0), across, up, place, letters[place], share, count))
    levels = [book.words.points(book.outlook.levels[option, area].iloc[-1]) for option in book.options]
    ends = [f"{name} {level}" for name, level in zip(book.options.values(), levels, strict=True)]
    facts = {"area": book.areas[area], "year": book.outlook.years[-1], "ends": book.words.listing(ends)}
    title, alt = (book.edition(f"exhibit.levels_by_year.{part}", **facts) for part in ("chart", "chart_alt"))
    chart = line_chart(book, title, series, book.words("sheet.areas.points"), min=0, max=100)
    chart.set_legend({"none": True})
    return chart, alt


def values_chart(sheet: Sheet, region: Region) -> Told:
    """The costs of each option by category, stacked."""
    book = sheet.book
    caption = money.values_caption(sheet.book.edition)
    count = len(book.options)
    places = book.edition.category_places
    looks = [places.get(row["category"], REST) for row in money.COSTS.rows(book.edition)]
    series = [
        Series(region.cell(at, 0), region.row(-1, 1, count), region.row(at, 1, count), look)
        for at, look in enumerate(looks)
    ]
    return stacked_chart(book, caption.title, series, book.words("workbook.millions")), caption.alt


def yearly_chart(
    sheet: Sheet, region: Region, exhibit: Exhibit, unit: str, looks: Mapping[str, int], option: str
) -> Told:
    """What one option takes in each year, part by part; all options on one scale."""
    book = sheet.book
    rows = exhibit.rows(sheet.book.edition)
    mine = [place for place, row in enumerate(rows) if row["option"] == option]
    first = mine[0]
    last = mine[-1]
    parts = {at: one.key for at, one in enumerate(exhibit.told_apart(book.edition)[0]) if one.key not in NO_PARTS}
    series = [
        Series(region.heading(at), region.column(1, first, last), region.column(at, first, last), looks.get(part, REST))
        for at, part in parts.items()
    ]
    totals = [sum(row[part] for part in parts.values()) for row in rows]
    step = nice_step(max(totals) / 6)
    most = max(totals[first : last + 1])
    dearest = rows[totals.index(most, first)]
    title, alt = (book.edition(f"exhibit.{exhibit.name}.{part}", dearest, most=most) for part in ("chart", "chart_alt"))
    return stacked_chart(book, title, series, book.words(unit), top=step * math.ceil(max(totals) / step)), alt


def delay_chart(sheet: Sheet, region: Region) -> Told:
    """What is lost as the decision comes later."""
    return curves(sheet, region, people.DELAYS, "loss", "n0", people.delay_caption(sheet.book.edition))


def team_chart(sheet: Sheet, region: Region) -> Told:
    """What keeping a share of the team costs."""
    return curves(sheet, region, people.TEAMS, "total", "share", people.team_caption(sheet.book.edition))


def curves(sheet: Sheet, region: Region, exhibit: Exhibit, value: str, style: str, caption: Caption) -> Told:
    """A line of `value` for each option over the second column of a table."""
    book = sheet.book
    rows = exhibit.rows(sheet.book.edition)
    columns = exhibit.told_apart(book.edition)[0]
    across = [row[columns[1].key] for row in rows]
    place = [column.key for column in columns].index(value)
    edition = book.edition
    series = option_series(region, [row["option"] for row in rows], place, edition.places, edition.letters)
    upright = (sheet.words("workbook.millions"), "money")
    ends = (min(across), max(across))
    return curve_chart(book, caption.title, series, upright, (columns[1].heading, style), ends), caption.alt


def tornado_chart(sheet: Sheet, region: Region) -> Told:
    """How far single numbers swing the lead of the best option."""
    book = sheet.book
    caption = information.tornado_caption(sheet.book.edition)
    keys = [column.key for column in information.TORNADO.told_apart(book.edition)[0]]
    places = [keys.index(end) for end in ("difference_low", "difference_high")]
    ends = [Series(region.heading(column), region.column(0), region.column(column)) for column in places]
    lead = book.findings.comparison.lead
    return swing_chart(book, caption.title, ends, lead, sheet.words("workbook.millions")), caption.alt


def evidence_chart(sheet: Sheet, region: Region) -> Told:
    """What the uncertainty of the lead is owed to."""
    caption = information.evidence_caption(sheet.book.edition)
    series = [Series(region.heading(1), region.column(0), region.column(1))]
    share = sheet.book.number_format("share")
    return column_chart(sheet.book, caption.title, series, "", share, min=0, max=1), caption.alt


def changes_chart(sheet: Sheet, region: Region) -> Told:
    """The parts of the headline as bars, the largest first; the whole, last in the table, is none of them."""
    caption = since.changes_caption(sheet.book.edition)
    last = min(region.last_row - region.first_row, MOST_BARS) - 1
    series = Series(region.heading(1), region.column(0, 0, last), region.column(1, 0, last))
    return bar_chart(sheet.book, caption.title, series, sheet.words("workbook.millions")), caption.alt
