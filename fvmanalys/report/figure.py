"""A figure as readers get it: SVG that looks the same everywhere, with a title that says what it shows and alt text."""

import base64
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from itertools import accumulate, pairwise
from typing import Any
from unicodedata import east_asian_width

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from fvmanalys.errors import UsageError
from fvmanalys.report.compact import compact
from fvmanalys.report.digits import of_steps
from fvmanalys.report.edition import Caption
from fvmanalys.report.harmless import harmless
from fvmanalys.report.markup import escape
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, PAPER, SOFT, in_accent
from fvmanalys.report.words import Words

__all__ = [
    "NARROW",
    "ON_PAPER",
    "Picture",
    "Ticks",
    "aside",
    "calendar_axis",
    "captioned",
    "decimal_year",
    "finish",
    "fitted",
    "interval",
    "legend_below",
    "narrow",
    "number_axis",
    "row_labels",
    "sketch",
    "small_multiples",
    "spread",
    "value_axis",
    "wrapped",
]

WIDTH = 8.0
ROOM = (0.86, 0.72)  # of a figure, for the axes of one panel: the rest is for title, names and numbers
LONGEST_LINE, LONGEST_NOTE, MOST_LINES = 88, 66, 4  # letters of the width of a figure, and of a note in it
NARROW = ContextVar("narrow", default=False)  # whether figures are drawn for a screen as wide as a hand
NARROW_WIDTH = 3.6
NARROW_LINE = 38
NARROW_NOTE = 46
TALLER = 1.35
ONE_LINE = 0.15  # inches, letters, times, inches
ON_PAPER = {"boxstyle": "square,pad=0.25", "facecolor": PAPER, "edgecolor": "none"}  # keeps lines out of a label
STYLE = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9.5,
    "ytick.left": False,
    "axes.grid": False,
    "grid.color": SOFT,
    "hatch.linewidth": 0.7,
    "svg.fonttype": "none",
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": "white",
}


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure: its file name, the sentence it shows, how it is read,
    what it says to those who do not see it, and its SVG.
    """

    name: str
    title: str
    note: str
    alt: str
    svg: str

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise UsageError(f"figure {self.name!r} has no alt text; say in words, with numbers, what it shows")

    def __repr__(self) -> str:
        return f"Picture({self.name!r})"

    def in_accent(self, accent: str) -> "Picture":
        """The same figure with an organisation's own colour for ours."""
        return replace(self, svg=in_accent(self.svg, accent))

    def _repr_html_(self) -> str:
        data = base64.encodebytes(self.svg.encode()).decode()  # in lines, so that nobody searches one endless word
        return (
            f'<figure id="figure-{escape(self.name)}"><img alt="{escape(self.alt)}" '
            f'src="data:image/svg+xml;base64,{data}"/>'
            f"<figcaption>{escape(self.note)}</figcaption></figure>"
        )


@contextmanager
def narrow() -> Iterator[None]:
    """Draw figures for narrow screens: one panel under another,
    names above their rows, and letters as large as ever.
    """
    token = NARROW.set(True)
    try:
        yield
    finally:
        NARROW.reset(token)


def fitted(wide: int, on_narrow: int) -> int:
    """So many letters, or so many on a narrow screen."""
    return on_narrow if NARROW.get() else wide


@contextmanager
def sketch(height: float, rows: int = 1, columns: int = 1, **options: object) -> Iterator[tuple[Figure, np.ndarray]]:
    """A figure of our style and its axes, `rows` × `columns`; finish it before leaving."""
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # a name in a script that our font lacks still has its alt text
        if NARROW.get():
            rows, columns, height = rows * columns, 1, TALLER * height * columns
        figure = Figure(figsize=(NARROW_WIDTH if NARROW.get() else WIDTH, height), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, **options)
        yield figure, axes


def finish(figure: Figure, name: str, title: str, note: str, alt: str) -> Picture:
    """Set the title, cut what is too long to be drawn, and write the figure as SVG: the same bytes every time.

    Names beside the rows have been cut by `row_labels`: a tick's text is made anew when it is drawn.
    """
    line = fitted(LONGEST_LINE, NARROW_NOTE)
    note_line = fitted(LONGEST_NOTE, NARROW_NOTE)
    lines = fitted(MOST_LINES, 10)
    heading = wrapped(title, fitted(LONGEST_LINE, NARROW_LINE), lines)
    heighten(figure, heading.count("\n"))
    figure.suptitle(heading, x=0.008, ha="left", fontsize=fitted(11, 10), fontweight="bold", color=INK)
    for text in figure.findobj(Text):
        text.set_text(drawable(text.get_text(), note_line if isinstance(text, Annotation) else line, lines))
    out = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):  # ids of its own, so that figures can stand on one page
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    svg = compact(out.getvalue(), plain(title), plain(alt))
    return Picture(name, plain(title), plain(note), plain(f"{title}. {alt}"), svg)


def captioned(figure: Figure, name: str, caption: Caption) -> Picture:
    """`finish` a figure with the caption that it shares with the workbook's chart."""
    return finish(figure, name, caption.title, caption.note, caption.alt.removeprefix(f"{caption.title}. "))


def plain(text: str) -> str:
    """Text without line breaks and control characters, which no SVG may hold."""
    return " ".join(
        "".join(letter if letter.isprintable() or letter == "\u00a0" else " " for letter in text).split(" ")
    )


def heighten(figure: Figure, lines: int) -> None:
    """Make room for so many more lines, on a narrow screen."""
    if NARROW.get():
        figure.set_figheight(figure.get_figheight() + ONE_LINE * lines)


def drawable(text: str, letters: int, most: int = MOST_LINES) -> str:
    """A text as it may be drawn: at most so many letters a line and so many lines;
    where something is cut there is a mark.
    """
    lines = harmless(text).split("\n")
    shown = [line if columns(line) <= letters else f"{start(line, letters - 2)} …" for line in lines[:most]]
    return "\n".join(shown) + (" …" if len(lines) > most else "")


def columns(text: str) -> int:
    """How wide a text is, counted in letters: wide ones (Chinese, emoji) are two."""
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text)


def start(text: str, letters: int) -> str:
    """As much of a text as is so wide."""
    return text[: sum(width <= letters for width in accumulate(columns(letter) for letter in text[:letters]))]


def wrapped(text: str, width: int = 26, lines: int = 3) -> str:
    """A name over at most so many lines, each at most so many letters wide."""
    text = plain(text)
    for letters in range(width, width // 2 - 1, -1):
        found = textwrap.wrap(text, letters, max_lines=lines, placeholder=" …")
        if all(columns(line) <= width for line in found):
            break
    return "\n".join(found) or "–"


def row_labels(axes: Axes, labels: Sequence[str], width: int = 26, lines: int = 2) -> None:
    """Name the rows of a chart, the first on top: beside them, or above them where the screen is narrow."""
    if NARROW.get():
        names_above(axes, [wrapped(label, NARROW_NOTE - 2, min(lines, 2)) for label in labels])
        return
    axes.set_yticks(range(len(labels)), [wrapped(label, width, lines) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)


def names_above(axes: Axes, names: Sequence[str]) -> None:
    """Write the name of every row above it, in each panel that has the same rows."""
    panels = axes.get_shared_y_axes().get_siblings(axes)
    heighten(axes.figure, len(names) * len(panels) * max(name.count("\n") for name in names))
    for panel in panels:
        panel.set_yticks([])
        panel.set_ylim(len(names) - 0.4, -0.95)
        for row, name in enumerate(names):
            panel.text(
                0, row - 0.34, name, transform=panel.get_yaxis_transform(), va="bottom", fontsize=8, linespacing=1
            )


def legend_below(figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
    """What the fills and lines stand for, below the panels."""
    heighten(figure, len(labels))
    across = fitted(columns, 1)
    figure.legend(handles, [wrapped(one, 40, 1) for one in labels], loc="outside lower left", ncols=across)


def number_axis(axes: Axes, words: Words, label: str, percent: bool = False, ticks: int = 6) -> None:
    """Write the horizontal axis as the language does, with its unit and quiet lines behind the data."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.share(value)) if percent else Ticks(words))
    axes.xaxis.set_major_locator(MaxNLocator(min(ticks, fitted(ticks, 4))))
    axes.set_xlabel(wrapped(label, fitted(200, NARROW_LINE), 3), loc="left")
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def value_axis(axes: Axes, words: Words, label: str) -> None:
    """Write the vertical axis as the language does, with its unit and no more decimals than it needs."""
    axes.yaxis.set_major_formatter(Ticks(words))
    axes.set_ylabel(label)


class Ticks(Formatter):
    """The numbers along an axis in the reader's language, with the decimals that their step needs."""

    def __init__(self, words: Words):
        self.words = words
        self.decimals = 0

    def set_locs(self, locs: Sequence[float]) -> None:
        """Hear where the ticks stand."""
        self.decimals = of_steps(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.words.number(x, self.decimals)


def interval(
    axes: Axes,
    row: float,
    low: float,
    middle: float,
    high: float,
    colour: str = ACCENT,
    marker: str = "o",
    filled: bool = True,
) -> None:
    """A range with its middle: a line and a marker, hollow where it does not compete."""
    axes.plot([low, high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt", alpha=0.55)
    axes.plot(
        [middle],
        [row],
        marker=marker,
        color=colour,
        markerfacecolor=colour if filled else "white",
        markersize=7,
        markeredgewidth=1.6,
    )


def decimal_year(day: date) -> float:
    """A day as a year with decimals."""
    return day.year + (day - date(day.year, 1, 1)).days / 365.25


def calendar_axis(axes: Axes, words: Words, low: float, high: float) -> None:
    """Years along the axis, with months or quarters marked where there is room;
    months by name where the span is short.
    """
    axes.set_xlim(low, high)
    if high - low <= 3:
        ticks = np.arange(np.ceil(low * 4), np.floor(high * 4) + 1)[:: fitted(1, 3)] / 4
        axes.set_xticks(ticks, [f"{words(f'month.{round(tick % 1 * 12) + 1}')[:3]} {int(tick)}" for tick in ticks])
    else:
        step = fitted(1 if high - low <= 12 else 2 if high - low <= 26 else 5, 2 if high - low <= 12 else 5)
        years = np.arange(np.ceil(low), np.floor(high) + 1)
        axes.set_xticks(years[years % step == 0], [str(int(year)) for year in years[years % step == 0]])
        parts = fitted(12 if high - low <= 8 else 4 if high - low <= 14 else 1, 1)
        axes.set_xticks(np.arange(np.ceil(low * parts), np.floor(high * parts) + 1) / parts, minor=True)
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def small_multiples(count: int, columns: int = 3) -> tuple[int, int]:
    """Rows and columns for so many small panels."""
    across = fitted(min(columns, count) if count != 4 else 2, 1)
    return -(-count // across), across


SIDES = ((9, 0, "left", "center"), (-9, 0, "right", "center"), (0, 9, "center", "bottom"), (0, -9, "center", "top"))
CORNERS = ((7, 7, "left", "bottom"), (7, -7, "left", "top"), (-7, 7, "right", "bottom"), (-7, -7, "right", "top"))
LETTER, LINE_HEIGHT, MARK = 5.8, 12.0, 5.0  # points: of a letter of a name, of a line, and half of a marker

Box = tuple[float, float, float, float]  # left, bottom, right, top


def aside(
    axes: Axes, places: Sequence[tuple[float, float]], names: Sequence[str], line: Sequence[tuple[float, float]] = ()
) -> list[dict[str, Any]]:
    """Where each name stands beside its mark, so that none covers a mark,
    another name or the `line`: what an annotation takes.
    """
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    width, height = (72 * inches * share for inches, share in zip(axes.figure.get_size_inches(), ROOM, strict=True))
    points, corners = (
        [((x - left) / (right - left) * width, (y - low) / (high - low) * height) for x, y in some]
        for some in (places, line)
    )
    passed = [(x, y) for one, other in pairwise(corners) for x, y in zip(*np.linspace(one, other, 30).T, strict=True)]
    taken: list[Box] = [(x - MARK, y - MARK, x + MARK, y + MARK) for x, y in [*points, *passed]]
    found = []
    for (x, y), name in zip(points, names, strict=True):
        boxes = [box_of(x, y, LETTER * len(name), side) for side in (*SIDES, *CORNERS)]
        costs = [sum(overlap(box, other) for other in taken) + beyond(box, width, height) for box in boxes]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        across, up, ha, va = (*SIDES, *CORNERS)[best]
        found.append({"xytext": (across, up), "ha": ha, "va": va})
    return found


def box_of(x: float, y: float, width: float, side: tuple[float, float, str, str]) -> Box:
    """The room that a name takes to one side of a mark."""
    across, up, ha, va = side
    left = x + across - width * {"left": 0, "center": 0.5, "right": 1}[ha]
    low = y + up - LINE_HEIGHT * {"bottom": 0, "center": 0.5, "top": 1}[va]
    return left, low, left + width, low + LINE_HEIGHT


def overlap(one: Box, other: Box) -> float:
    """How much of two boxes is the same."""
    across, up = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0) * max(up, 0)


def beyond(box: Box, width: float, height: float) -> float:
    """How much of a box lies outside, where a name would be cut."""
    inside = overlap(box, (0, 0, width, height))
    return 4 * ((box[2] - box[0]) * (box[3] - box[1]) - inside)


def spread(places: Sequence[float], gap: float) -> np.ndarray:
    """The places moved apart so that labels at least `gap` apart do not overlap; their order is kept."""
    wanted = np.asarray(places, dtype=float)
    order = np.argsort(wanted, kind="stable")
    moved = wanted[order].copy()
    for _ in range(200):
        near = np.diff(moved) < gap - 1e-9
        if not near.any():
            break
        push = np.where(near, (gap - np.diff(moved)) / 2, 0.0)
        moved[:-1] -= push
        moved[1:] += push
    result = np.empty_like(moved)
    result[order] = moved
    return result
