"""Where labels stand beside their marks, so that none covers another."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes

__all__ = ["aside", "box_of", "overlap", "spread"]

ROOM = (0.86, 0.72)  # of a figure, for the axes of one panel: the rest is for title, names and numbers
SIDES = ((9, 0, "left", "center"), (-9, 0, "right", "center"), (0, 9, "center", "bottom"), (0, -9, "center", "top"))
CORNERS = ((7, 7, "left", "bottom"), (7, -7, "left", "top"), (-7, 7, "right", "bottom"), (-7, -7, "right", "top"))
LETTER, LINE_HEIGHT, MARK = 5.8, 12.0, 5.0  # points: of a letter of a name, of a line, and half of a marker

Box = tuple[float, float, float, float]  # left, bottom, right, top


def aside(
    axes: Axes, places: Sequence[tuple[float, float]], names: Sequence[str], line: Sequence[tuple[float, float]] = ()
) -> list[dict[str, Any]]:
    """Where each name stands beside its mark, covering no mark, name or `line`: what an annotation takes."""
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
