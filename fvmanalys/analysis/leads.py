"""How far other options lie ahead of the one that is best on average, and how surely a gain beyond it is known."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtrit

from fvmanalys.model.draws import Floats, slice_starts
from fvmanalys.model.simulate import SLICED

__all__ = ["ERRORS", "Leads", "Starts", "Told", "leads", "slices_of", "standard_error"]

FEWEST_SLICES = 8  # between which an error is taken
COVERED = 0.975  # of a distribution lies below the upper end of the interval that an error is to make
ENDS = float(ndtri(COVERED))  # standard errors from the middle of that interval to its ends
ANGLES = np.linspace(0, np.pi / 2, 7)  # along which two errors are taken together
ERRORS = 2.0  # standard errors to either side within which nothing is told from zero

Starts = NDArray[np.int64] | None


@dataclass(frozen=True)
class Told:
    """How far inputs tell of each lead: the spread `found` of its conditional means, and what is known of its lines.

    Of straight lines through `lines` directions a smooth fit keeps `kept` of what the draws show, `shown`, both in
    `errors` of a line; `heard` is the share of a line that an investigation tells of, and `free` that of the draws in
    which no other option is ahead.
    """

    found: Floats
    kept: Floats
    shown: Floats
    errors: Floats
    free: Floats
    lines: int = 1
    heard: float | Floats = 1.0

    def spread(self, beyond: Floats) -> Floats:
        """The spread that there may be, where so many errors more of the lines are there than the draws show.

        The length of what so many lines show is that of them and of their noise (Patnaik 1949, Biometrika 36).
        """
        real = np.maximum((self.shown + beyond) ** 2 - (self.lines - 1), self.kept**2) - self.kept**2
        return np.sqrt(self.found**2 + real * (self.heard * self.errors) ** 2)

    @cached_property
    def clear(self) -> NDArray[np.bool_]:
        """Which of the leads are told of beyond what noise would show."""
        return self.found > (ENDS + np.sqrt(self.lines - 1)) * self.heard * self.errors


@dataclass(frozen=True)
class Leads:
    """The leads of other options over the best one, draws × (options − 1), and where slices of the draws begin."""

    drawn: Floats
    starts: Starts = None

    @cached_property
    def behind(self) -> Floats:
        """How far each other option falls behind on average."""
        return -self.drawn.mean(axis=0)

    @cached_property
    def errors(self) -> Floats:
        return np.array([standard_error(column, self.starts) for column in self.drawn.T])

    @cached_property
    def tied(self) -> NDArray[np.bool_]:
        """Which options may be the best as well: they fall behind by less than the error of that."""
        return (self.errors > 0) & (self.behind < ERRORS * self.errors)

    def error_of_gain(self, gain: Floats) -> float:
        """The standard error of what is gained beyond the best choice now, where others may be the best as well.

        What is gained is the least beyond any option, and an interval reaches down to the lowest end of theirs: a gain
        over an option that falls behind by less than its own error counts with what is left of that error, never below
        nothing. The least of several that are all but equal lies low, so it is allowed that any of them does
        (Bonferroni).
        """
        own = standard_error(gain, self.starts)
        if not np.isfinite(own):
            return own
        others = [standard_error(gain - column, self.starts) for column in self.drawn.T] - self.behind / ERRORS
        error = max(own, min(float(others.max()), max(float(gain.mean()), 0.0) / ERRORS))
        return error * several(1 + int(self.tied.sum()))

    def error_of_more(self, own: float, told: Told) -> float:
        """The standard error `own` of what is told, or more: as far up as an interval of it reaches.

        An option may lie nearer, and the inputs tell more of it, both as far as their errors let them together; what is
        told is taken to be all but normal, worth the unit normal loss (Raiffa & Schlaifer 1961). Where an option may be
        the best, the draws can be off in three ways, of which two make a tie look like none (Bonferroni). Of what is
        clearly told only that counts by which the loss bends, which `own` does not know.
        """
        reach = ENDS * np.where(self.tied, several(3), 1.0)
        near = np.maximum(self.behind - reach * np.cos(ANGLES)[:, None] * self.errors, 0)
        far = np.array([told.spread(reach * np.sin(angle)) for angle in ANGLES])
        more = told.free * (loss(near, far).max(axis=0) - loss(self.behind, told.found)) / ENDS
        z = self.behind / np.where(told.found > 0, told.found, np.inf)
        straight = told.free * np.hypot(ndtr(-z) * self.errors, density(z) * told.heard * told.errors)
        bent = np.maximum(more - straight, 0)
        own *= several(3) if self.tied.any() else 1.0
        return float(max(own + np.linalg.norm(bent[told.clear]), more[~told.clear].max(initial=0.0)))

    def near_tie(self, value: float) -> bool:
        """Whether it is not known which option is best, and what that leaves open is of the size of the value."""
        return bool((self.errors[self.tied] > value).any())


def loss(behind: Floats, spread: Floats) -> Floats:
    """What is gained on average by an option so far behind if what is told of it spreads so far on a normal curve."""
    z = behind / np.where(spread > 0, spread, np.inf)
    return spread * (density(z) - z * ndtr(-z))


def density(z: Floats) -> Floats:
    """The density of the standard normal distribution."""
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def leads(benefit: Floats, starts: Starts = None) -> Leads:
    """The leads over the option with the highest mean of net benefit (draws × options), each in one piece."""
    best = int(benefit.mean(axis=0).argmax())
    return Leads(np.asfortranarray(np.delete(benefit, best, axis=1) - benefit[:, [best]]), starts)


def slices_of(values: ArrayLike) -> Starts:
    """Where the slices of draws begin, of values that are a simulation's first draws as they came; else None."""
    draws = getattr(values, "attrs", {}).get(SLICED)
    if draws is None or not isinstance(values, pd.DataFrame | pd.Series) or not len(values):
        return None
    if not values.index.equals(pd.RangeIndex(len(values))) or len(values) > draws:
        return None
    starts = slice_starts(draws)
    return starts[starts < len(values)]


def standard_error(values: Floats, starts: Starts = None) -> float:
    """The standard error of a mean over draws; infinite where one draw says nothing about it.

    From what differs between slices of a simulation, if enough: draws within one make up for each other. It is wider by
    as much as makes two of it cover what they should (Student 1908, Biometrika 6(1)).
    """
    if len(values) < 2:
        return np.inf
    if starts is None or len(starts) < FEWEST_SLICES:
        return float(values.std(ddof=1) / np.sqrt(len(values)))
    sizes = np.diff(np.append(starts, len(values)))
    off = np.add.reduceat(values - values.mean(), starts) / len(values)
    return float(np.sqrt((off**2).sum() * len(sizes) / (len(sizes) - 1)) * student(len(sizes) - 1))


@lru_cache(maxsize=64)
def student(freedom: int) -> float:
    """How much wider 95 % of Student's distribution lies than 95 % of the normal one."""
    return float(stdtrit(freedom, COVERED) / ENDS)


@lru_cache(maxsize=64)
def several(count: int) -> float:
    """How much further down 95 % of the least of so many independent errors lie than of one or two."""
    return max(float(ndtri(1 - 2 * (1 - COVERED) / count) / ENDS), 1.0)
