"""How much text a figure has room for: lines so wide, a mark where something is cut; and figures for narrow screens."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width

from fvmanalys.report.harmless import harmless

__all__ = ["MOST_LINES", "NARROW", "drawable", "fitted", "narrow", "plain", "wrapped"]

MOST_LINES = 4
NARROW = ContextVar("narrow", default=False)  # whether figures are drawn for a screen as wide as a hand


@contextmanager
def narrow() -> Iterator[None]:
    """Draw figures for narrow screens: one panel under another, names above rows, and letters as large as ever."""
    token = NARROW.set(True)
    try:
        yield
    finally:
        NARROW.reset(token)


def fitted(wide: Any, on_narrow: Any) -> Any:
    """So many letters or the like, or so many on a narrow screen."""
    return on_narrow if NARROW.get() else wide


def plain(text: str) -> str:
    """Text without line breaks and control characters, which no SVG may hold."""
    return " ".join(
        "".join(letter if letter.isprintable() or letter == "\u00a0" else " " for letter in text).split(" ")
    )


def drawable(text: str, letters: int, most: int = MOST_LINES) -> str:
    """A text as it may be drawn: so many letters a line and lines at most, with a mark where something is cut."""
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
