"""How many decimals a figure needs: those that its size asks for, or the step of the scale that it stands on."""

import math
from collections.abc import Iterable

import numpy as np

__all__ = ["as_given", "of_amounts", "of_steps", "rounded", "significant", "two_digits"]

MOST = 6
EXACT = 20  # a value of a scale is told if it is off by no more than this part of a step


def significant(value: float, digits: int = 2) -> int:
    """The decimals that show so many digits of a number; none where its whole part has as many."""
    size = abs(value)
    if not 0 < size < 10 ** (digits - 1):
        return 0
    return min(MOST, digits - 1 - math.floor(math.log10(size)))


def of_amounts(values: Iterable[float]) -> int:
    """The decimals of a column of computed amounts: two digits of the largest."""
    return significant(max((abs(value) for value in values if np.isfinite(value)), default=0.0))


def of_steps(values: Iterable[float]) -> int:
    """The decimals that tell the values of a scale apart: those of its smallest step, and one more if it needs that."""
    known = np.unique(np.round([value for value in values if np.isfinite(value)], 12))
    step = np.diff(known).min() if len(known) > 1 else np.abs(known).max(initial=0.0)
    if step <= 0:
        return 0
    places = min(MOST, max(0, math.ceil(-math.log10(step) - 1e-9)))
    return places if np.abs(np.round(known, places) - known).max() <= step / EXACT else min(MOST, places + 1)


def fewest(value: float, least: int, most: int) -> int:
    """The fewest decimals from `least` on that show a number as `most` would."""
    return next(
        (places for places in range(least, most) if round(value, places) == round(value, most)), max(least, most)
    )


def as_given(value: float, most: int) -> int:
    """The decimals that a figure was given with: at most so many, or two digits, and none from 1 000 up."""
    return 0 if abs(value) >= 1_000 else fewest(value, 0, max(most, significant(value)))


def rounded(amount: float) -> tuple[float, int]:
    """An amount to two or three digits, and its decimals: small ones have some."""
    size = abs(amount)
    if 0 < size < 9.95 and not float(amount).is_integer():
        return amount, 1 if size >= 0.95 else fewest(amount, 2, significant(amount))
    step = 1 if size < 100 else 10 if size < 1_000 else 50 if size < 2_000 else 100
    return round(amount / step) * step, 0


def two_digits(value: float) -> float:
    """A number to two significant digits."""
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 1) if value and np.isfinite(value) else 1.0
    return float(round(value / step) * step) if np.isfinite(value) else value
