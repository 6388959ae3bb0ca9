"""How much room a text takes, in units of column width, in a font so wide that nothing is cut in another."""

import re
from collections.abc import Iterable

__all__ = ["clause_lines", "lines_needed", "text_width", "whole_words"]

EM_IN_UNITS = 1.55  # an em of 10 points in the wide font, in units of column width
NARROW, WIDE = set("iljtfrI.,:;|!'()[]/ \u00a0-·"), set("mwMWÅÄÖ%@—✓●◐○")
BOLD = 1.12
LATE = 0.88  # of a line, from where it may as well end with a clause
CELL_PADDING, INDENT = 0.9, 1.5


def text_width(text: str, size: float = 10, bold: bool = False) -> float:
    """The width of a line of text."""
    ems = sum(
        0.37
        if letter in NARROW
        else 0.95
        if letter in WIDE or letter > "\u2fff"
        else 0.7
        if letter.isupper()
        else 0.625
        for letter in text
    )
    return ems * EM_IN_UNITS * size / 10 * (BOLD if bold else 1)


def whole_words(texts: Iterable[str], least: float, most: float) -> float:
    """How wide a column must be for no word of some texts to be broken, within limits."""
    words = {word for text in texts for word in re.split(r"[\s/-]+", text)}
    return min(max([least, *(text_width(word) + CELL_PADDING + INDENT for word in words)]), most)


def lines_needed(text: str, width: float, size: float = 10, bold: bool = False) -> int:
    """How many lines a text takes when it is wrapped in a cell so wide."""
    room = max(width - CELL_PADDING, 1.0)
    return sum(paragraph_lines(paragraph, room, size, bold) for paragraph in text.split("\n"))


def paragraph_lines(text: str, room: float, size: float, bold: bool) -> int:
    """How many lines one paragraph takes; a word longer than the line is broken."""
    lines = 1
    used = 0.0
    blank = text_width(" ", size, bold)
    for word in text.replace("-", "- ").split(" "):
        wide = text_width(word, size, bold)
        if used and used + wide > room:
            lines = lines + 1
            used = 0.0
        if wide > room:
            lines = lines + int(wide // room)
            used = wide % room
        else:
            used += wide + blank
    return lines


def clause_lines(text: str, width: float, size: float = 10, bold: bool = False) -> list[str]:
    """A text in lines of at most `width`, broken after a clause where one ends late enough in the line."""
    rest = text.replace("\n", " ").strip()
    lines = []
    while text_width(rest, size, bold) > width:
        fits = longest_start(rest, width, size, bold)
        clause = max(rest[: fits + 1].rfind(f"{mark} ") + 1 for mark in ",;:.")
        blank = rest[: fits + 1].rfind(" ")
        end = clause if clause > LATE * fits else blank if blank > 0 else fits
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest]


def longest_start(text: str, width: float, size: float, bold: bool) -> int:
    """How many letters of a text fit on a line, at least one."""
    low = 1
    high = len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text_width(text[:middle], size, bold) <= width else (low, middle - 1)
    return low
