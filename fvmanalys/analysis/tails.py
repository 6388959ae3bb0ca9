"""Tails: whether draws have a mean at all, before one is taken."""

import numpy as np
from numpy.typing import ArrayLike

from fvmanalys.errors import UsageError
from fvmanalys.model.draws import Floats
from fvmanalys.model.simulate import DRAWN_TO

__all__ = ["check_finite_mean", "has_known_mean", "tail_index"]

FEWEST = 1000  # draws; with fewer, a tail without a mean looks like a long one that has it
WIDE, NARROW = 3.2, 2.7  # standard errors above 1 at which the index of a tail, and of its quarter, still counts as 1
LEAST, MOST = 0.05, 0.4  # how far above 1 that is, at least and at most
LOGNORMAL = 4.2  # standard errors below MOST that few draws of a lognormal with σ = 2 fall short of once in a hundred
STRAIGHT = 3.6  # standard errors by which the spread of the logarithms may differ from its mean in a power law


def has_known_mean(values: ArrayLike) -> bool:
    """Whether values are a simulation's own, within what was drawn: that has a mean, however long its tail looks."""
    drawn_to = getattr(values, "attrs", {}).get(DRAWN_TO)
    return drawn_to is not None and bool((np.abs(np.asarray(values, dtype=float)) <= drawn_to).all())


def check_finite_mean(values: ArrayLike, name: str = "values") -> None:
    """Refuse draws of an unknown distribution whose tail is that of a power law without a finite mean (Pareto α ≤ 1).

    Their average keeps growing with the number of draws (Flyvbjerg et al. 2022, Journal of Management Information
    Systems 39(3)). The index is Hill's (1975, Annals of Statistics 3(5)), on either outer tail and on its outermost
    quarter. Draws whose logarithms do not spread as in a power law pass (Malevergne, Pisarenko & Sornette 2011,
    Physical Review E 83), as do few draws that cannot tell, fewer than 1 000, and those of a simulation. Raises
    UsageError.
    """
    if has_known_mean(values):
        return
    values = np.ravel(np.asarray(values, dtype=float))
    if len(values) < FEWEST:
        return
    centre = np.median(values)
    for side in (values - centre, centre - values):
        if lacks_mean(side):
            index = f"{tail_index(side, tail_size(side)):.2f}; a mean needs an index above 1"
            problem = f"the draws have no finite mean (a tail like a Pareto with index {index})"
            remedy = "report quantiles and P(value > x) instead, or cap the values by a stated parameter"
            raise UsageError(f"{name}: {problem}; {remedy}")


def tail_size(values: Floats) -> int:
    """How many draws count as the outer tail."""
    return int(len(values) ** 0.6)


def tail_index(values: ArrayLike, size: int) -> float:
    """Hill's estimate of the tail index from the `size` largest values; infinite where equal or not positive."""
    excess = log_excess(np.asarray(values, dtype=float), size)
    return float(1 / excess.mean()) if excess.any() else np.inf


def log_excess(values: Floats, size: int) -> Floats:
    """The logarithms of the largest values over the next one; zeros where that is not positive."""
    top = np.partition(values, len(values) - size - 1)[-size - 1 :]
    least = top.min()
    return np.sort(np.log(top / least))[1:] if least > 0 else np.zeros(size)


def lacks_mean(values: Floats) -> bool:
    """Whether both the outer tail and its outermost quarter look like a power law with an index of 1 or less."""
    size = tail_size(values)
    slack = min(by_chance(WIDE, size), MOST - LOGNORMAL / np.sqrt(size))
    return is_power_law(values, size, slack) and is_power_law(values, size // 4, by_chance(NARROW, size // 4))


def by_chance(errors: float, size: int) -> float:
    """How far above 1 an index from `size` values may lie by chance."""
    return float(np.clip(errors / np.sqrt(size), LEAST, MOST))


def is_power_law(values: Floats, size: int, slack: float) -> bool:
    """Whether the largest values look like draws of a Pareto with an index of 1, or little above it, or less."""
    excess = log_excess(values, size)
    error = 1 / np.sqrt(size)
    if not excess.any() or 1 / excess.mean() > 1 + slack:
        return False
    return bool(abs(excess.std() / excess.mean() - 1) < STRAIGHT * error)
