"""Colours and marks in one place; nothing is told by colour alone, and no colour means two things."""

import re
from typing import Any

__all__ = [
    "ACCENT", "AGAINST", "FILLS", "INK", "KIND_FILLS", "KIND_MARKS", "LINE", "MOST_PARTS", "MUTED", "OPTION_COLOURS",
    "OPTION_DASHES", "OPTION_MARKERS", "PAPER", "SOFT", "contrast", "in_accent",
]  # fmt: skip

PAPER, INK, MUTED, LINE, SOFT = "#ffffff", "#1a1a1a", "#595959", "#bfbfbf", "#ececec"
ACCENT, AGAINST = "#1f4e79", "#6b5b3e"  # what speaks for, and against
OF_ACCENT = re.compile("#(?:1f4e79|8fb3d4|b9cde0|d9e5f0|dce8f3)", re.IGNORECASE)  # the accent and its tints

# An option's, by its place among all options, and nothing else's. Told apart without colour by marker and line; each
# readable as text on white (WCAG 2.2: at least 4.5 to 1).
OPTION_COLOURS = ("#0072b2", "#a84300", "#00695c", "#7a3e8e", "#5353c6", "#7d5c00", "#a3254f", "#3f6b1d", "#2b2b2b")
OPTION_MARKERS = ("o", "s", "^", "D", "X", "v", "P", "<", "*")
OPTION_DASHES = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (1, 2)),
    "-",
    (0, (6, 2)),
    (0, (2, 1.5)),
    (0, (6, 2, 1.5, 2)),
)

# Fills of stacked parts, a category's wherever it is shown: (colour, hatch), the last for what is gathered as other.
FILLS = (
    ("#1f4e79", ""),
    ("#8fb3d4", ""),
    ("#d9e5f0", "////"),
    ("#6b5b3e", ""),
    ("#c9b68f", ""),
    ("#efe7d6", "...."),
    ("#7f7f7f", ""),
    ("#cfd8dc", "////"),
    ("#8fb3d4", "xxxx"),
    ("#c9b68f", "////"),
    ("#3d3d3d", ""),
    ("#e6e6e6", "xxxx"),
)
MOST_PARTS = 8  # in one stack of costs; phases of staffing follow one another and may be more

# What is known, thought and assumed: filled, half and hollow.
KIND_MARKS = {"fact": "●", "judgement": "◐", "assumption": "○"}
KIND_FILLS = {"fact": (ACCENT, ""), "judgement": ("#8fb3d4", "////"), "assumption": (PAPER, "")}


def contrast(one: str, other: str) -> float:
    """The contrast between two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def in_accent(what: Any, accent: str) -> Any:
    """A drawing's text, or the properties of a chart or a cell, with another accent and its tints in place of ours."""
    if accent == ACCENT:
        return what
    if isinstance(what, dict):
        return {key: in_accent(value, accent) for key, value in what.items()}
    return OF_ACCENT.sub(lambda found: tint(found[0], accent), what) if isinstance(what, str) else what


def tint(ours: str, accent: str) -> str:
    """An accent mixed with as much paper as one of our tints is ours."""
    share = (255 - sum(parts(ours)) / 3) / (255 - sum(parts(ACCENT)) / 3)
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in parts(accent))


def parts(colour: str) -> list[int]:
    """Red, green and blue, 0 to 255."""
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def luminance(colour: str) -> float:
    """The relative luminance of a colour, 0 to 1."""
    shares = [part / 255 for part in parts(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
