"""Native charts in the house's look: told apart by pattern and line as well as by colour."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from xlsxwriter.chart import Chart

from fvmanalys.report.harmless import one_line
from fvmanalys.report.palette import ACCENT, AGAINST, FILLS, INK, LINE, MUTED, OPTION_COLOURS, PAPER
from fvmanalys.report.sheets.book import Book, Region
from fvmanalys.report.sheets.cells import safe_text

__all__ = [
    "FARTHEST", "TODAY", "Series", "column_chart", "curve_chart", "interval_chart", "line_chart", "nice_step",
    "option_lines", "option_series", "range_chart", "scatter_chart", "span_chart", "stacked_chart", "step_chart",
    "swing_chart",
]  # fmt: skip

DASHES = ("solid", "dash", "round_dot", "dash_dot", "long_dash", "square_dot", "long_dash_dot", "solid", "dash")
PATTERNS = {"////": "wide_upward_diagonal", "....": "percent_20", "xxxx": "outlined_diamond"}
SLANTS = ("", "wide_upward_diagonal", "percent_20", "dark_horizontal")
LINES = ("", "wide_downward_diagonal", "percent_50", "dark_vertical", "large_check")
OPTION_PATTERNS = SLANTS + LINES
LONGEST_TITLE = 250
MOST_BESIDE = 30  # letters of a name beside a plot, which is narrow then
FARTHEST = 1.5  # of today's value, on the axis of what turns the answer; what lies further off stands there
LEADER, TODAY = -1, -2
LEVEL = 360  # degrees, by which XlsxWriter says that labels are never turned
TWO_YEARS = 731  # days, so that no mark falls short of its year
FONT = {"name": "Arial", "size": 10, "color": INK}


@dataclass(frozen=True)
class Series:
    """A row of values in a chart, by their places in the workbook.

    `look` is the place of the option or category that it stands for, which has one look everywhere; LEADER is the best
    option at each point, TODAY what is before any of them. Without one the series is told apart by its order.
    A line has its `label` beside one of its points, the share `along` of the way from its first of `count` to its last.
    """

    name: str
    categories: str
    values: str
    look: int | None = None
    label: str = ""
    along: float = 1.0
    count: int = 0


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
    font = {**FONT, "rotation": -45 if every > 1 else LEVEL}
    chart.set_x_axis({"num_font": font, "line": {"color": MUTED}, "label_position": "low", "interval_unit": every})
    chart.set_y_axis(
        {
            "num_font": FONT,
            "num_format": number_format,
            "line": {"none": True},
            "major_gridlines": grid,
            **titled(unit),
            **more,
        }
    )


def titled(text: str) -> dict[str, Any]:
    """An axis title, where there is one."""
    return {"name": text, "name_font": {**FONT, "bold": False}} if text else {}


def interval_chart(
    book: Book,
    title: str,
    series: Series,
    distances: Sequence[str],
    span: tuple[float, float],
    looks: Sequence[int],
    said: Mapping[int, str] = MappingProxyType({}),
) -> Chart:
    """Columns with intervals, one an option; `distances` are the cells that say how far the ends lie below and above.

    `span` is that of the axis, `looks` are the places of the options; `said` stands at a row whose column has no
    height.
    """
    chart = framed(book, "column", title)
    below, above = distances
    bars = {
        "type": "custom",
        "plus_values": f"={above}",
        "minus_values": f"={below}",
        "line": {"color": INK, "width": 1.25},
    }
    points = [option_fill(look) for look in looks]
    labels = {}
    if said:
        shown = [{"value": said[row]} if row in said else {"delete": True} for row in range(len(looks))]
        labels = {"data_labels": {"value": True, "custom": shown, "font": FONT}}
    chart.add_series({**places(series), "y_error_bars": bars, "points": points, "gap": 80, **labels})
    chart.set_legend({"none": True})
    axes(chart, book.words("workbook.millions"), book.number_format("money"), min=span[0], max=span[1])
    return chart


def places(series: Series) -> dict[str, str]:
    """Where a series has its name, categories and values."""
    return {"name": f"={series.name}", "categories": f"={series.categories}", "values": f"={series.values}"}


def option_series(
    region: Region, options: Sequence[str], values: int, looks: Mapping[str, int], letters: Sequence[str]
) -> list[Series]:
    """A series for each run of rows of one option:
    the column `values` over the second; who has no look is the leader.
    """
    found: list[Series] = []
    first = 0
    for option, run in groupby(options):
        last = first + len(list(run)) - 1
        across = region.column(1, first, last)
        up = region.column(values, first, last)
        look = looks.get(option, LEADER)
        share = 1 - 0.1 * (len(found) % 8)
        label = letters[look] if look != LEADER else ""
        found.append(Series(region.cell(first, 0), across, up, look, label, share, last - first + 1))
        first = last + 1
    return found


def nice_step(value: float) -> float:
    """A round step not below a value."""
    size = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return next(step * size for step in (1, 2, 2.5, 5, 10) if step * size >= value)


def column_chart(
    book: Book, title: str, series: Sequence[Series], unit: str, number_format: str = "0", **scale: Any
) -> Chart:
    """Columns side by side: of options in their own colours and patterns, of others in those of parts."""
    chart = framed(book, "column", title)
    for index, one in enumerate(series):
        look = part_fill(index) if one.look is None else option_fill(one.look)
        chart.add_series(book.coloured({**places(one), "gap": 60, **look}))
    if len(series) == 1:
        chart.set_legend({"none": True})
    axes(chart, unit, number_format, **scale)
    return chart


def option_fill(index: int) -> dict[str, Any]:
    """The fill of an option, or of today."""
    if index == TODAY:
        return {"border": {"color": MUTED}, **fill_of(LINE, "")}
    colour, pattern = OPTION_COLOURS[index % len(OPTION_COLOURS)], OPTION_PATTERNS[index % len(OPTION_PATTERNS)]
    return {"border": {"color": colour}, **fill_of(colour, pattern)}


def part_fill(index: int) -> dict[str, Any]:
    """The fill of a part, such as a category of costs."""
    colour, hatch = FILLS[index % len(FILLS)]
    return {
        "border": {"color": PAPER, "width": 0.5},
        **fill_of(MUTED if hatch else colour, PATTERNS.get(hatch, ""), colour),
    }


def fill_of(colour: str, pattern: str, behind: str = PAPER) -> dict[str, Any]:
    """A plain or patterned fill."""
    return (
        {"pattern": {"pattern": pattern, "fg_color": colour, "bg_color": behind}}
        if pattern
        else {"fill": {"color": colour}}
    )


def line_chart(book: Book, title: str, series: Sequence[Series], unit: str, **scale: Any) -> Chart:
    """Lines over years, each option's in its own colour and dash."""
    chart = framed(book, "line", title)
    for one in series:
        chart.add_series({**places(one), **labelled(one, "above"), "line": option_line(one.look)})
    chart.set_legend(legend_of(book, series))
    axes(chart, unit, "0", every=5, **scale)
    return chart


def scatter_chart(
    book: Book, title: str, series: Sequence[Series], unit: str, across: str, ends: tuple[float, float]
) -> Chart:
    """Shares over a number, each option's in its own colour and dash;
    `ends` are those of the horizontal axis, named `across`.
    """
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
    """Lines over a number, each option's in its own colour and dash;
    `upright` and `across` are each axis' name and number style.
    """
    chart = framed(book, "scatter", title, "straight")
    for one in series:
        look = {"line": option_line(one.look), "marker": {"type": "none"}}
        chart.add_series({**places(one), **labelled(one, "right"), **look})
    chart.set_legend(legend_of(book, series))
    axes(chart, upright[0], book.number_format(upright[1]), **scale)
    span = {"min": ends[0], "max": ends[1], "crossing": ends[0], "num_format": book.number_format(across[1])}
    chart.set_x_axis(
        {"num_font": FONT, "line": {"color": MUTED}, "major_gridlines": {"visible": False}, **titled(across[0]), **span}
    )
    return chart


def option_lines(book: Book, region: Region, looks: Sequence[int], across: int = 0, first: int = 1) -> list[Series]:
    """A series for each column from `first` on, of options by their places; their labels stand at different points."""
    count = region.last_row - region.first_row + 1
    letters = book.edition.letters
    return [
        Series(
            region.heading(first + at),
            region.column(across),
            region.column(first + at),
            look,
            letters[look],
            (at + 1) / (len(looks) + 1),
            count,
        )
        for at, look in enumerate(looks)
    ]


def legend_of(book: Book, series: Sequence[Series]) -> dict[str, Any]:
    """What lines are called: beside them, or below where names are long; nothing of a single one."""
    beside = max(map(len, book.options.values()), default=0) <= MOST_BESIDE
    return {"position": "right" if beside else "bottom", "font": FONT} if len(series) > 1 else {"none": True}


def labelled(one: Series, side: str) -> dict[str, Any]:
    """The label of a line at one of its points, in its colour."""
    if not one.label or one.look is None:
        return {}
    font = {**FONT, "bold": True, "color": option_line(one.look)["color"]}
    said = [{"delete": True}] * round(one.along * (one.count - 1)) + [{"value": one.label, "font": font}]
    more = [{"delete": True}] * (one.count - len(said))
    return {"data_labels": {"value": True, "position": side, "custom": said + more}}


def option_line(look: int | None) -> dict[str, Any]:
    """The line of an option by its place; the leader's is thick and has no option's colour."""
    if look is None or look == LEADER:
        return {"color": INK, "dash_type": "solid", "width": 3.5}
    return {"color": OPTION_COLOURS[look % len(OPTION_COLOURS)], "dash_type": DASHES[look % len(DASHES)], "width": 2}


def stacked_chart(book: Book, title: str, series: Sequence[Series], unit: str, top: float | None = None) -> Chart:
    """Stacked parts, each with its fill; `top` lets several charts share a scale."""
    chart = framed(book, "column", title, "stacked")
    for index, one in enumerate(series):
        fill = part_fill(index if one.look is None else one.look)
        chart.add_series(book.coloured({**places(one), **fill, "gap": 40}))
    axes(chart, unit, book.number_format("money"), every=5 if top else 1, **({"max": top, "min": 0} if top else {}))
    return chart


def span_chart(book: Book, title: str, start: Series, spans: Sequence[Series], low: float, across: str) -> Chart:
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
        chart.add_series(book.coloured({**places(one), "border": {"color": ACCENT}, **look}))
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {
            "num_font": FONT,
            "num_format": "yyyy",
            "min": low,
            "major_unit": TWO_YEARS,
            "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.5}},
            "line": {"none": True},
            **titled(across),
        }
    )
    chart.set_y_axis(
        {
            "num_font": FONT,
            "reverse": True,
            "crossing": "max",
            "line": {"color": MUTED},
            "major_gridlines": {"visible": False},
        }
    )
    return chart


def swing_chart(book: Book, title: str, ends: Sequence[Series], start: float, unit: str) -> Chart:
    """Bars from `start` to either end, the first row on top."""
    chart = framed(book, "bar", title)
    for one, look in zip(ends, (fill_of("#8fb3d4", ""), fill_of(ACCENT, "wide_upward_diagonal")), strict=True):
        bar = {**places(one), "border": {"color": ACCENT}, "gap": 45, "overlap": 100, **look}
        chart.add_series(book.coloured(bar))
    upside_down(chart, {"num_format": book.number_format("money"), "crossing": start, **titled(unit)})
    return chart


GAIN, LOSS, WHOLE = fill_of(ACCENT, ""), fill_of(AGAINST, "wide_upward_diagonal"), fill_of(INK, "")
UNSEEN = {"fill": {"none": True}, "border": {"none": True}}


def step_chart(book: Book, title: str, region: Region) -> Chart:
    """Steps from nothing to the whole, the first on top: each a bar from where the last one ended."""
    chart = framed(book, "bar", title, "stacked")
    looks = (UNSEEN, GAIN, GAIN, LOSS, LOSS, WHOLE)
    for column, look in enumerate(looks, start=1):
        series = Series(region.heading(column), region.column(0), region.column(column))
        chart.add_series(book.coloured({**places(series), "gap": 35, **look}))
    chart.set_legend({"none": True})
    upside_down(chart, {"num_format": book.number_format("n0"), **titled(book.words("workbook.millions"))})
    return chart


def upside_down(chart: Chart, across: dict[str, Any]) -> None:
    """The axes of bars of which the first row is on top."""
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    chart.set_x_axis({"num_font": FONT, "line": {"none": True}, "major_gridlines": grid, **across})
    low = {"label_position": "low", "line": {"color": MUTED}, "major_gridlines": {"visible": False}}
    chart.set_y_axis({"num_font": FONT, "reverse": True, "crossing": "max", "interval_unit": 1, **low})


def range_chart(book: Book, title: str, region: Region, axis: str) -> Chart:
    """Numbers one below the other, from today's value: a line from low to high, a diamond where the answer turns."""
    chart = framed(book, "scatter", title, "straight")
    count = region.last_row - region.first_row + 1
    for row in range(count):
        level = f"({region.cell(row, 0)},{region.cell(row, 0)})"
        line = {"color": LINE, "width": 3}
        chart.add_series(
            {"categories": f"={region.row(row, 1, 2)}", "values": f"={level}", "line": line, "marker": {"type": "none"}}
        )
    for column, shape, colour in ((3, "circle", ACCENT), (4, "diamond", AGAINST)):
        marker = {"type": shape, "size": 9, "fill": {"color": colour}, "border": {"color": colour}}
        series = Series(region.heading(column), region.column(column), region.column(0))
        chart.add_series(book.coloured({**places(series), "line": {"none": True}, "marker": marker}))
    chart.set_legend({"none": True})
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    share = book.number_format("share")
    across = {"min": -FARTHEST, "max": FARTHEST, "major_unit": 0.5, "crossing": -FARTHEST}
    form = f"+{share};\u2212{share};{share}"
    chart.set_x_axis(
        {
            "num_font": FONT,
            "num_format": form,
            "label_position": "high",
            "major_gridlines": grid,
            **across,
            **titled(axis),
        }
    )
    upright = {
        "min": 0,
        "max": count + 1,
        "major_unit": 1,
        "crossing": count + 1,
        "major_gridlines": {"visible": False},
    }
    chart.set_y_axis({"num_font": FONT, "num_format": f'[=0]"";[={count + 1}]"";0', "reverse": True, **upright})
    return chart
