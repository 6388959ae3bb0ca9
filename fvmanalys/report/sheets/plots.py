"""Native charts in the house's look: told apart by pattern and line as well as by colour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from xlsxwriter.chart import Chart

from fvmanalys.report.harmless import one_line
from fvmanalys.report.palette import ACCENT, FILLS, INK, LINE, MUTED, OPTION_COLOURS, PAPER
from fvmanalys.report.sheets.book import Book, Region
from fvmanalys.report.sheets.cells import safe_text

__all__ = [
    "Series", "column_chart", "curve_chart", "interval_chart", "line_chart", "nice_step", "option_series", "scatter_chart", "span_chart",
    "stacked_chart", "swing_chart",
]  # fmt: skip

DASHES = ("solid", "dash", "round_dot", "dash_dot", "long_dash", "square_dot", "long_dash_dot", "solid", "dash")
PATTERNS = {"////": "wide_upward_diagonal", "....": "percent_20", "xxxx": "outlined_diamond"}
SLANTS, LINES = (
    ("", "wide_upward_diagonal", "percent_20", "dark_horizontal"),
    ("", "wide_downward_diagonal", "percent_50", "dark_vertical", "large_check"),
)
OPTION_PATTERNS = SLANTS + LINES
LONGEST_TITLE = 250
TWO_YEARS = 731  # days, so that no mark falls short of its year
FONT = {"name": "Arial", "size": 9, "color": INK}


@dataclass(frozen=True)
class Series:
    """A row of values in a chart, by their places in the workbook."""

    name: str
    categories: str
    values: str


def framed(book: Book, kind: str, title: str, subtype: str | None = None) -> Chart:
    """An empty chart with a title that says what it shows."""
    chart = book.workbook.add_chart({"type": kind} | ({"subtype": subtype} if subtype else {}))
    chart.set_title({"name": title_text(title), "name_font": {**FONT, "size": 11, "bold": True}, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_legend({"position": "bottom", "font": FONT})
    return chart


def title_text(text: str) -> str:
    """A title on one line, which XlsxWriter cannot take for the address of a cell."""
    line = safe_text(one_line(text), LONGEST_TITLE)
    return line.replace("!", "!\u2060").lstrip("=")


def axes(chart: Chart, unit: str, number_format: str, every: int = 1, **more: Any) -> None:
    """A category axis, with every so many of its labels, and a value axis with its unit."""
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    font = {**FONT, "rotation": -45} if every > 1 else FONT
    chart.set_x_axis({"num_font": font, "line": {"color": MUTED}, "label_position": "low", "interval_unit": every})
    chart.set_y_axis(
        {"num_font": FONT, "num_format": number_format, "line": {"none": True}, "major_gridlines": grid, **titled(unit), **more}
    )


def titled(text: str) -> dict[str, Any]:
    """An axis title, where there is one."""
    return {"name": text, "name_font": {**FONT, "bold": False}} if text else {}


def interval_chart(book: Book, title: str, series: Series, distances: tuple[str, str], span: tuple[float, float]) -> Chart:
    """Columns with intervals; `distances` are the places of how far the ends lie below and above, `span` that of the axis."""
    chart = framed(book, "column", title)
    below, above = distances
    bars = {"type": "custom", "plus_values": f"={above}", "minus_values": f"={below}", "line": {"color": INK, "width": 1.25}}
    look = {"fill": {"color": "#8fb3d4"}, "border": {"color": ACCENT}, "gap": 80}
    chart.add_series({**places(series), "y_error_bars": bars, **look})
    chart.set_legend({"none": True})
    axes(chart, book.words("workbook.millions"), book.number_format("money"), min=span[0], max=span[1])
    return chart


def places(series: Series) -> dict[str, str]:
    """Where a series has its name, categories and values."""
    return {"name": f"={series.name}", "categories": f"={series.categories}", "values": f"={series.values}"}


def option_series(region: Region, options: Sequence[str], values: int) -> list[Series]:
    """A series for each run of rows of one option: the column `values` over the second."""
    found, first = [], 0
    for _, run in groupby(options):
        last = first + len(list(run)) - 1
        found.append(Series(region.cell(first, 0), region.column(1, first, last), region.column(values, first, last)))
        first = last + 1
    return found


def nice_step(value: float) -> float:
    """A round step not below a value."""
    size = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return next(step * size for step in (1, 2, 2.5, 5, 10) if step * size >= value)


def column_chart(book: Book, title: str, series: Sequence[Series], unit: str, number_format: str = "0", **scale: Any) -> Chart:
    """Columns side by side, a colour and a pattern for each series."""
    chart = framed(book, "column", title)
    for index, one in enumerate(series):
        chart.add_series({**places(one), "gap": 60, **filled(index)})
    if len(series) == 1:
        chart.set_legend({"none": True})
    axes(chart, unit, number_format, **scale)
    return chart


def filled(index: int) -> dict[str, Any]:
    """The fill of a series of options."""
    colour, pattern = OPTION_COLOURS[index % len(OPTION_COLOURS)], OPTION_PATTERNS[index % len(OPTION_PATTERNS)]
    return {"border": {"color": colour}, **fill_of(colour, pattern)}


def fill_of(colour: str, pattern: str, behind: str = PAPER) -> dict[str, Any]:
    """A plain or patterned fill."""
    return {"pattern": {"pattern": pattern, "fg_color": colour, "bg_color": behind}} if pattern else {"fill": {"color": colour}}


def line_chart(book: Book, title: str, series: Sequence[Series], unit: str, **scale: Any) -> Chart:
    """Lines over years, a colour and a dash for each series."""
    chart = framed(book, "line", title)
    for index, one in enumerate(series):
        chart.add_series({**places(one), "line": dashed(index)})
    axes(chart, unit, "0", every=5, **scale)
    return chart


def scatter_chart(book: Book, title: str, series: Sequence[Series], unit: str, across: str, ends: tuple[float, float]) -> Chart:
    """Shares over a number, a colour and a dash for each series; `ends` are those of the horizontal axis, named `across`."""
    return curve_chart(book, title, series, (unit, "share"), (across, "money"), ends, min=0, max=1)


def curve_chart(
    book: Book,
    title: str,
    series: Sequence[Series],
    upright: tuple[str, str],
    across: tuple[str, str],
    ends: tuple[float, float],
    **scale: Any,
) -> Chart:
    """Lines over a number, a colour and a dash for each series; `upright` and `across` are each axis' name and number style."""
    chart = framed(book, "scatter", title, "straight")
    for index, one in enumerate(series):
        chart.add_series({**places(one), "line": dashed(index), "marker": {"type": "none"}})
    axes(chart, upright[0], book.number_format(upright[1]), **scale)
    span = {"min": ends[0], "max": ends[1], "num_format": book.number_format(across[1])}
    chart.set_x_axis({"num_font": FONT, "line": {"color": MUTED}, "major_gridlines": {"visible": False}, **titled(across[0]), **span})
    return chart


def dashed(index: int) -> dict[str, Any]:
    """The line of a series of options."""
    return {"color": OPTION_COLOURS[index % len(OPTION_COLOURS)], "dash_type": DASHES[index % len(DASHES)], "width": 2}


def stacked_chart(book: Book, title: str, series: Sequence[Series], unit: str, top: float | None = None) -> Chart:
    """Stacked parts, each with its fill; `top` lets several charts share a scale."""
    chart = framed(book, "column", title, "stacked")
    for index, one in enumerate(series):
        colour, hatch = FILLS[index % len(FILLS)]
        look = {"border": {"color": PAPER, "width": 0.5}, **fill_of(MUTED if hatch else colour, PATTERNS.get(hatch, ""), colour), "gap": 40}
        chart.add_series({**places(one), **look})
    axes(chart, unit, book.number_format("money"), every=5 if top else 1, **({"max": top, "min": 0} if top else {}))
    return chart


def span_chart(book: Book, title: str, start: Series, spans: Sequence[Series], low: float) -> Chart:
    """Spans of time as bars: from an unseen start, then each span; the axis is dates from `low`."""
    chart = framed(book, "bar", title, "stacked")
    chart.add_series(
        {
            "name": f"={start.name}",
            "categories": f"={start.categories}",
            "values": f"={start.values}",
            "fill": {"none": True},
            "border": {"none": True},
            "gap": 60,
        }
    )
    for one, look in zip(spans, (fill_of("#8fb3d4", ""), fill_of(ACCENT, "wide_upward_diagonal")), strict=True):
        chart.add_series({**places(one), "border": {"color": ACCENT}, **look})
    chart.set_x_axis(
        {
            "num_font": FONT,
            "num_format": "yyyy",
            "min": low,
            "major_unit": TWO_YEARS,
            "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.5}},
            "line": {"none": True},
        }
    )
    chart.set_y_axis(
        {"num_font": FONT, "reverse": True, "crossing": "max", "line": {"color": MUTED}, "major_gridlines": {"visible": False}}
    )
    return chart


def swing_chart(book: Book, title: str, ends: Sequence[Series], start: float, unit: str) -> Chart:
    """Bars from `start` to either end, the first row on top."""
    chart = framed(book, "bar", title)
    for one, look in zip(ends, (fill_of("#8fb3d4", ""), fill_of(ACCENT, "wide_upward_diagonal")), strict=True):
        chart.add_series({**places(one), "border": {"color": ACCENT}, "gap": 45, "overlap": 100, **look})
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    chart.set_x_axis(
        {
            "num_font": FONT,
            "num_format": book.number_format("money"),
            "crossing": start,
            "line": {"none": True},
            "major_gridlines": grid,
            **titled(unit),
        }
    )
    chart.set_y_axis(
        {
            "num_font": FONT,
            "reverse": True,
            "crossing": "max",
            "label_position": "low",
            "line": {"color": MUTED},
            "major_gridlines": {"visible": False},
        }
    )
    return chart
