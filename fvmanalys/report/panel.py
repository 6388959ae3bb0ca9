"""A panel of a figure: one pair of axes, and what charts put on it, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from fvmanalys.report.digits import of_steps
from fvmanalys.report.fitting import NARROW, fitted, wrapped
from fvmanalys.report.palette import ACCENT, MUTED, PAPER
from fvmanalys.report.words import Words

__all__ = ["NARROW_LINE", "NARROW_NOTE", "ON_PAPER", "SHARES", "Panel", "decimal_year", "heighten"]

NARROW_LINE, NARROW_NOTE = 38, 46  # letters of the width of a narrow figure, and of a note in it
ONE_LINE = 0.15  # inches
ON_PAPER = {"boxstyle": "square,pad=0.25", "facecolor": PAPER, "edgecolor": "none"}  # keeps lines out of a label
SHARES = (0, 0.25, 0.5, 0.75, 1)
Fill = tuple[str, str]  # colour and hatch


def decimal_year(day: date) -> float:
    """A day as a year with decimals."""
    return day.year + (day - date(day.year, 1, 1)).days / 365.25


def heighten(figure: Figure, lines: int) -> None:
    """Make room for so many more lines, on a narrow screen."""
    if NARROW.get():
        figure.set_figheight(figure.get_figheight() + ONE_LINE * lines)


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


@dataclass(frozen=True)
class Panel:
    """Axes and the words of their reader. Rows count from the top."""

    axes: Axes
    words: Words

    def bar(self, row: float, length: float, start: float = 0.0, fill: Fill = (ACCENT, ""), **look: Any) -> None:
        """A bar in a row."""
        usual = {"height": 0.55, "edgecolor": ACCENT, "linewidth": 0.9}
        self.axes.barh(row, length, left=start, facecolor=fill[0], hatch=fill[1], **usual | look)

    def line(self, row: float, low: float, high: float, colour: str = MUTED, width: float = 1.0, **look: Any) -> None:
        """A line along a row."""
        self.axes.plot([low, high], [row, row], color=colour, linewidth=width, **look)

    def mark(
        self, row: float, at: float, marker: str = "o", colour: str = ACCENT, inside: str = "", **look: Any
    ) -> None:
        """A mark in a row, `inside` of another colour."""
        self.axes.plot([at], [row], marker=marker, color=colour, markerfacecolor=inside or colour, **look)

    def interval(self, row: float, ends: Sequence[float], look: tuple[str, str], filled: bool = True) -> None:
        """A range with its middle (low, middle, high): hollow where it does not compete."""
        low, middle, high = ends
        colour, marker = look
        self.line(row, low, high, colour, 2.2, solid_capstyle="butt", alpha=0.55)
        self.mark(row, middle, marker, colour, colour if filled else PAPER, markersize=7, markeredgewidth=1.6)

    def say(self, text: str, at: float, row: float, across: float = 5, up: float = 0, **look: Any) -> None:
        """A text beside a place, so many points from it."""
        usual = {"va": "center", "fontsize": 8.5, "textcoords": "offset points"}
        self.axes.annotate(text, (at, row), (across, up), **usual | look)

    def say_of(self, row: float, text: str, middle: float, high: float, up: float, **look: Any) -> None:
        """A text above the middle of a range, or beside its end where the screen is narrow."""
        if NARROW.get():
            self.say(text, high, row, up - 2, **look)
        else:
            self.say(text, middle, row, 0, up, **{"ha": "center", "va": "baseline"} | look)

    def say_at_foot(self, text: str, at: float, across: float, up: float, **look: Any) -> None:
        """A text beside the foot of an upright line."""
        self.say(text, at, 0, across, up, **{"va": "baseline", "xycoords": ("data", "axes fraction")} | look)

    def rows(self, labels: Sequence[str], width: int = 26, lines: int = 2) -> None:
        """Name the rows, the first on top: beside them, or above them where the screen is narrow."""
        if NARROW.get():
            self.names_above([wrapped(label, NARROW_NOTE - 2, min(lines, 2)) for label in labels])
            return
        self.axes.set_yticks(range(len(labels)), [wrapped(label, width, lines) for label in labels])
        self.axes.set_ylim(len(labels) - 0.4, -0.6)

    def names_above(self, names: Sequence[str]) -> None:
        """Write the name of every row above it, in each panel that has the same rows."""
        panels = self.axes.get_shared_y_axes().get_siblings(self.axes)
        heighten(self.axes.figure, len(names) * len(panels) * max(name.count("\n") for name in names))
        for panel in panels:
            panel.set_yticks([])
            panel.set_ylim(len(names) - 0.4, -0.95)
            look = {"transform": panel.get_yaxis_transform(), "va": "bottom", "fontsize": 8, "linespacing": 1}
            for row, name in enumerate(names):
                panel.text(0, row - 0.34, name, **look)

    def across(self, label: str, percent: bool = False, ticks: int = 6) -> None:
        """Write the horizontal axis as the language does, with its unit and quiet lines behind the data."""
        axis = self.axes.xaxis
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: self.words.share(value)) if percent else Ticks(self.words)
        )
        axis.set_major_locator(MaxNLocator(min(ticks, fitted(ticks, 4))))
        self.axes.set_xlabel(wrapped(label, fitted(200, NARROW_LINE), 3), loc="left")
        self.grid("x")

    def upright(self, label: str = "") -> None:
        """Write the vertical axis as the language does, with its unit and no more decimals than it needs."""
        self.axes.yaxis.set_major_formatter(Ticks(self.words))
        if label:
            self.axes.set_ylabel(label)

    def upright_shares(self) -> None:
        """The vertical axis in per cent, from 0 to 100."""
        self.axes.set_ylim(0, 1.02)
        self.axes.set_yticks(SHARES, [self.words.share(tick) for tick in SHARES])
        self.axes.grid(axis="y")

    def grid(self, axis: str) -> None:
        """Quiet lines behind the data, across or upright."""
        self.axes.grid(axis=axis)
        self.axes.set_axisbelow(True)

    def title(self, name: str, width: int) -> None:
        """What the panel is of."""
        self.axes.set_title(wrapped(name, width, 1))

    def calendar(self, low: float, high: float) -> None:
        """Years along the axis, months or quarters marked where there is room; months by name where it is short."""
        axes = self.axes
        span = high - low
        axes.set_xlim(low, high)
        if span <= 3:
            ticks = np.arange(np.ceil(low * 4), np.floor(high * 4) + 1)[:: fitted(1, 3)] / 4
            names = [f"{self.words(f'month.{round(tick % 1 * 12) + 1}')[:3]} {int(tick)}" for tick in ticks]
            axes.set_xticks(ticks, names)
        else:
            step = fitted(1 if span <= 12 else 2 if span <= 26 else 5, 2 if span <= 12 else 5)
            years = np.arange(np.ceil(low), np.floor(high) + 1)
            axes.set_xticks(years[years % step == 0], [str(int(year)) for year in years[years % step == 0]])
            parts = fitted(12 if span <= 8 else 4 if span <= 14 else 1, 1)
            axes.set_xticks(np.arange(np.ceil(low * parts), np.floor(high * parts) + 1) / parts, minor=True)
        self.grid("x")
