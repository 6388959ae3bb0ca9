"""A figure as readers get it: SVG that looks the same everywhere, with a title that says what it shows and alt text."""

import base64
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

from fvmanalys.errors import UsageError
from fvmanalys.report.compact import compact
from fvmanalys.report.edition import Caption
from fvmanalys.report.fitting import MOST_LINES, NARROW, drawable, fitted, plain, wrapped
from fvmanalys.report.markup import escape
from fvmanalys.report.palette import INK, LINE, MUTED, SOFT, in_accent
from fvmanalys.report.panel import NARROW_LINE, NARROW_NOTE, Fill, Panel, heighten
from fvmanalys.report.words import Words

__all__ = ["Drawing", "Picture", "sketch", "small_multiples"]

WIDTH, NARROW_WIDTH = 8.0, 3.6
LONGEST_LINE, LONGEST_NOTE = 88, 66  # letters of the width of a figure, and of a note in it
TALLER = 1.35  # times, for panels below one another
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
    """A figure: its file name, what it shows, how it is read, what it says to those who do not see it, and its SVG."""

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


@dataclass(frozen=True)
class Drawing:
    """A figure being drawn: a grid of panels, in order from left to right and down."""

    figure: Figure
    grid: np.ndarray
    words: Words

    @property
    def panels(self) -> list[Panel]:
        """Every panel in turn."""
        return [Panel(axes, self.words) for axes in self.grid.flat]

    @property
    def left(self) -> list[Panel]:
        """The panels at the left."""
        return [Panel(axes, self.words) for axes in self.grid[:, 0]]

    @property
    def bottom(self) -> list[Panel]:
        """The panels at the bottom."""
        return [Panel(axes, self.words) for axes in self.grid[-1]]

    def keep(self, count: int) -> None:
        """Hide all panels but the first so many."""
        for axes in self.grid.flat[count:]:
            axes.set_visible(False)

    def legend(self, fills: Sequence[Any], labels: Sequence[str], columns: int) -> None:
        """What fills (colour and hatch) or lines stand for, below the panels."""
        heighten(self.figure, len(labels))
        handles = [patch(one) if isinstance(one, tuple) else one for one in fills]
        names = [wrapped(one, 40, 1) for one in labels]
        self.figure.legend(handles, names, loc="outside lower left", ncols=fitted(columns, 1))

    def finish(self, name: str, caption: Caption) -> Picture:
        """Set the title, cut what is too long to be drawn, and write the figure as SVG: the same bytes every time.

        Names beside the rows have been cut already: a tick's text is made anew when it is drawn.
        """
        line, note_line = fitted(LONGEST_LINE, NARROW_NOTE), fitted(LONGEST_NOTE, NARROW_NOTE)
        lines = fitted(MOST_LINES, 10)
        heading = wrapped(caption.title, fitted(LONGEST_LINE, NARROW_LINE), lines)
        heighten(self.figure, heading.count("\n"))
        self.figure.suptitle(heading, x=0.008, ha="left", fontsize=fitted(11, 10), fontweight="bold", color=INK)
        for text in self.figure.findobj(Text):
            text.set_text(drawable(text.get_text(), note_line if isinstance(text, Annotation) else line, lines))
        out = StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Type", "Format"))
        with matplotlib.rc_context({"svg.hashsalt": name}):  # ids of its own, so that figures can stand on one page
            FigureCanvasSVG(self.figure).print_svg(out, metadata=nothing)
        svg = compact(out.getvalue(), plain(caption.title), plain(caption.told))
        return Picture(name, plain(caption.title), plain(caption.note), plain(caption.alt), svg)


def patch(fill: Fill) -> Patch:
    """A fill as a legend shows it."""
    return Patch(facecolor=fill[0], hatch=fill[1], edgecolor=MUTED, linewidth=0.3)


@contextmanager
def sketch(words: Words, height: float, rows: int = 1, columns: int = 1, **options: object) -> Iterator[Drawing]:
    """A figure of our style with `rows` × `columns` panels; finish it before leaving."""
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # what our font lacks still has its alt text
        if NARROW.get():
            rows, columns, height = rows * columns, 1, TALLER * height * columns
        figure = Figure(figsize=(fitted(WIDTH, NARROW_WIDTH), height), layout="constrained")
        yield Drawing(figure, figure.subplots(rows, columns, squeeze=False, **options), words)


@contextmanager
def small_multiples(
    words: Words, base: float, each: float, names: Sequence[str], letters: int = 50
) -> Iterator[Drawing]:
    """A figure with a small panel for each name, two abreast where there is room, all on the same axes."""
    across = fitted(min(2, len(names)), 1)
    rows = -(-len(names) // across)
    with sketch(words, base + each * rows, rows, across, sharex=True, sharey=True) as drawing:
        for panel, name in zip(drawing.panels, names, strict=False):
            panel.title(name, letters)
        drawing.keep(len(names))
        yield drawing
