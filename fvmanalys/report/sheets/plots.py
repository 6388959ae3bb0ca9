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
    "FARTHEST", "TODAY", "Series", "bar_chart", "column_chart", "curve_chart", "interval_chart", "line_chart",
    "nice_step", "option_lines", "option_series", "range_chart", "scatter_chart", "span_chart", "stacked_chart",
    "step_chart", "swing_chart",
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
GRID = {"visible": True, "line": {"color": LINE, "width": 0.5}}
NO_GRID = {"visible": False}
NOTHING = {"none": True}
FALLING = "#B9CDE0"


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


def framed(book: Book, kind: str, title: str, subtype: str = "", alone: bool = False) -> Chart:
    """An empty chart with a title that says what it shows, and no legend where what it shows stands `alone`."""
    chart = book.workbook.add_chart({"type": kind} | ({"subtype": subtype} if subtype else {}))
    chart.set_title({"name": title_text(title), "name_font": {**FONT, "size": 11, "bold": True}, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_legend(NOTHING if alone else {"position": "bottom", "font": FONT})
    return chart


def title_text(text: str) -> str:
    """A title on one line, which XlsxWriter cannot take for the address of a cell."""
    line = safe_text(one_line(text), LONGEST_TITLE)
    return line.replace("!", "!\u2060").lstrip("=")


def axes(chart: Chart, unit: str, number_format: str, every: int = 1, **more: Any) -> None:
    """A category axis, with every so many of its labels, and a value axis with its unit."""
    font = {**FONT, "rotation": -45 if every > 1 else LEVEL}
    chart.set_x_axis({"num_font": font, "line": {"color": MUTED}, "label_position": "low", "interval_unit": every})
    look = {"num_font": FONT, "num_format": number_format, "line": NOTHING, "major_gridlines": GRID}
    chart.set_y_axis({**look, **titled(unit), **more})


def titled(text: str) -> dict[str, Any]:
    """An axis title, where there is one."""
    return {"name": text, "name_font": {**FONT, "bold": False}} if text else {}


def fill_of(colour: str, pattern: str, behind: str = PAPER) -> dict[str, Any]:
    """A plain or patterned fill."""
    patterned = {"pattern": pattern, "fg_color": colour, "bg_color": behind}
    return {"pattern": patterned} if pattern else {"fill": {"color": colour}}


UNSEEN = {"fill": NOTHING, "border": NOTHING}
GAIN, LOSS, WHOLE = fill_of(ACCENT, ""), fill_of(AGAINST, "wide_upward_diagonal"), fill_of(INK, "")
TWO = (fill_of("#8fb3d4", ""), fill_of(ACCENT, "wide_upward_diagonal"))


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

    `span` is that of the axis, `looks` the places of the options; `said` stands where a column has no height.
    """
    chart = framed(book, "column", title, alone=True)
    below, above = distances
    line = {"color": INK, "width": 1.25}
    bars = {"type": "custom", "plus_values": f"={above}", "minus_values": f"={below}", "line": line}
    shown = [{"value": said[row]} if row in said else {"delete": True} for row in range(len(looks))]
    labels = {"data_labels": {"value": True, "custom": shown, "font": FONT}} if said else {}
    points = [option_fill(look) for look in looks]
    chart.add_series(book.coloured({**places(series), "y_error_bars": bars, "points": points, "gap": 80, **labels}))
    axes(chart, book.words("workbook.millions"), book.number_format("money"), min=span[0], max=span[1])
    return chart


def places(series: Series) -> dict[str, str]:
    """Where a series has its name, categories and values."""
    return {"name": f"={series.name}", "categories": f"={series.categories}", "values": f"={series.values}"}


def option_series(
    region: Region, options: Sequence[str], values: int, looks: Mapping[str, int], letters: Sequence[str]
) -> list[Series]:
    """A series for each run of rows of one option, `values` over the second column; who has no look is the leader."""
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
    chart = framed(book, "column", title, alone=len(series) == 1)
    for index, one in enumerate(series):
        look = part_fill(index) if one.look is None else option_fill(one.look)
        chart.add_series(book.coloured({**places(one), "gap": 60, **look}))
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
    fill = fill_of(MUTED if hatch else colour, PATTERNS.get(hatch, ""), colour)
    return {"border": {"color": PAPER, "width": 0.5}, **fill}


def line_chart(book: Book, title: str, series: Sequence[Series], unit: str, **scale: Any) -> Chart:
    """Lines over years, each option's in its own colour and dash."""
    chart = framed(book, "line", title)
    for one in series:
        chart.add_series(book.coloured({**places(one), **labelled(one, "above"), "line": option_line(one.look)}))
    chart.set_legend(legend_of(book, series))
    axes(chart, unit, "0", every=5, **scale)
    return chart


def scatter_chart(
    book: Book, title: str, series: Sequence[Series], unit: str, across: str, ends: tuple[float, float]
) -> Chart:
    """Shares over a number, each option's in its own look; `ends` are those of the horizontal axis, named `across`."""
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
    """Lines over a number, each option's in its own look; `upright` and `across` are an axis' name and number style."""
    chart = framed(book, "scatter", title, "straight")
    for one in series:
        look = {"line": option_line(one.look), "marker": {"type": "none"}}
        chart.add_series(book.coloured({**places(one), **labelled(one, "right"), **look}))
    chart.set_legend(legend_of(book, series))
    axes(chart, upright[0], book.number_format(upright[1]), **scale)
    span = {"min": ends[0], "max": ends[1], "crossing": ends[0], "num_format": book.number_format(across[1])}
    look = {"num_font": FONT, "line": {"color": MUTED}, "major_gridlines": NO_GRID}
    chart.set_x_axis({**look, **titled(across[0]), **span})
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
        chart.add_series(
            book.coloured({**places(one), **part_fill(index if one.look is None else one.look), "gap": 40})
        )
    axes(chart, unit, book.number_format("money"), every=5 if top else 1, **({"max": top, "min": 0} if top else {}))
    return chart


def span_chart(book: Book, title: str, start: Series, spans: Sequence[Series], low: float, across: str) -> Chart:
    """Spans of time as bars: from an unseen start, then each span; the axis is dates from `low`."""
    chart = framed(book, "bar", title, "stacked", alone=True)
    chart.add_series(book.coloured({**places(start), **UNSEEN, "gap": 60}))
    for one, look in zip(spans, TWO, strict=True):
        chart.add_series(book.coloured({**places(one), "border": {"color": ACCENT}, **look}))
    upside_down(chart, {"num_format": "yyyy", "min": low, "major_unit": TWO_YEARS, **titled(across)})
    return chart


def swing_chart(book: Book, title: str, ends: Sequence[Series], start: float, unit: str) -> Chart:
    """Bars from `start` to either end, the first row on top."""
    chart = framed(book, "bar", title)
    for one, look in zip(ends, TWO, strict=True):
        chart.add_series(book.coloured({**places(one), "border": {"color": ACCENT}, "gap": 45, "overlap": 100, **look}))
    upside_down(chart, {"num_format": book.number_format("money"), "crossing": start, **titled(unit)})
    return chart


def bar_chart(book: Book, title: str, series: Series, unit: str) -> Chart:
    """Bars from nothing, the first row on top, those that fall of another colour."""
    chart = framed(book, "bar", title, alone=True)
    falling = {"invert_if_negative": True, "invert_if_negative_color": FALLING}
    chart.add_series(
        book.coloured({**places(series), "gap": 45, "border": {"color": ACCENT}, **fill_of(ACCENT, ""), **falling})
    )
    upside_down(chart, {"num_format": book.number_format("money"), **titled(unit)})
    return chart


def step_chart(book: Book, title: str, region: Region) -> Chart:
    """Steps from nothing to the whole, the first on top: each a bar from where the last one ended."""
    chart = framed(book, "bar", title, "stacked", alone=True)
    for column, look in enumerate((UNSEEN, GAIN, GAIN, LOSS, LOSS, WHOLE), start=1):
        series = Series(region.heading(column), region.column(0), region.column(column))
        chart.add_series(book.coloured({**places(series), "gap": 35, **look}))
    upside_down(chart, {"num_format": book.number_format("n0"), **titled(book.words("workbook.millions"))})
    return chart


def upside_down(chart: Chart, across: dict[str, Any]) -> None:
    """The axes of bars of which the first row is on top."""
    chart.set_x_axis({"num_font": FONT, "line": NOTHING, "major_gridlines": GRID, **across})
    low = {"label_position": "low", "line": {"color": MUTED}, "major_gridlines": NO_GRID}
    chart.set_y_axis({"num_font": FONT, "reverse": True, "crossing": "max", "interval_unit": 1, **low})


def range_chart(book: Book, title: str, region: Region, axis: str) -> Chart:
    """Numbers one below the other, from today's value: a line from low to high, a diamond where the answer turns."""
    chart = framed(book, "scatter", title, "straight", alone=True)
    count = region.last_row - region.first_row + 1
    look = {"line": {"color": LINE, "width": 3}, "marker": {"type": "none"}}
    for row in range(count):
        level = f"({region.cell(row, 0)},{region.cell(row, 0)})"
        chart.add_series(book.coloured({"categories": f"={region.row(row, 1, 2)}", "values": f"={level}", **look}))
    for column, shape, colour in ((3, "circle", ACCENT), (4, "diamond", AGAINST)):
        marker = {"type": shape, "size": 9, "fill": {"color": colour}, "border": {"color": colour}}
        series = Series(region.heading(column), region.column(column), region.column(0))
        chart.add_series(book.coloured({**places(series), "line": NOTHING, "marker": marker}))
    share = book.number_format("share")
    across: dict[str, Any] = {"min": -FARTHEST, "max": FARTHEST, "major_unit": 0.5, "crossing": -FARTHEST}
    across |= {"num_format": f"+{share};\u2212{share};{share}", "label_position": "high", "major_gridlines": GRID}
    chart.set_x_axis({"num_font": FONT, **across, **titled(axis)})
    upright: dict[str, Any] = {
        "min": 0,
        "max": count + 1,
        "major_unit": 1,
        "crossing": count + 1,
        "major_gridlines": NO_GRID,
    }
    upright |= {"num_format": f'[=0]"";[={count + 1}]"";0', "reverse": True}
    chart.set_y_axis({"num_font": FONT, **upright})
    return chart
