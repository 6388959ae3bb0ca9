"""What an investigation that is not perfect teaches: conditional means given its result, by smoothing the fit."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from fvmanalys.model.draws import Floats
from fvmanalys.model.regression import Regression, Term, regress

__all__ = ["Lesson", "Reading", "learnt"]

MOST_CELLS = 256  # on which an input is smoothed
SORTED = 2**16  # draws that say what a curve comes to in a cell
DEGREES = 30  # of Hermite polynomials that tell how much of an input's variance a signal removes
GRID = np.linspace(0, 1, 2001)
TINY = float(np.finfo(float).tiny)


def learnt(
    net_benefit: ArrayLike, inputs: ArrayLike, variance_reduction: ArrayLike, weights: ArrayLike | None = None
) -> Floats:
    """Give the conditional means of net benefit after an investigation of the inputs: fitted, draws × options.

    Row i is what every option is worth where the investigation reads as the inputs of draw i would: E[max] of it less
    max E is the EVSI. The investigation is one reading of each input (draws × k) that removes the share
    `variance_reduction` (a number, or one an input) of its variance. On the scale where the input is normal it is the
    input with noise: straight lines are shrunk by √v, squares by v, steps are rounded off; signals of inputs that go
    together go together. `weights` (one a draw) fit and centre the means where some draws count more. Averages are
    those of the net benefit. Right as far as the fit is; `evsi` warns where it is not.
    """
    outcomes, columns = as_columns(net_benefit), as_columns(inputs)
    weight = None if weights is None else np.asarray(weights, dtype=float)
    found = regress(outcomes, columns, weight)
    return Lesson(found, columns, np.broadcast_to(np.asarray(variance_reduction, dtype=float), columns.shape[1])).means


def as_columns(values: ArrayLike) -> Floats:
    """Draws × columns; one column may be a plain list."""
    table = np.asarray(values, dtype=float)
    return table[:, None] if table.ndim == 1 else table


@dataclass(frozen=True)
class Reading:
    """One input on the scale where it is normal, and how well it is read.

    `scores` are the draws' normal scores, `ordered` values from lowest to highest, all or evenly picked, and `known`
    the correlation of the reading with the input on that scale.
    """

    scores: Floats
    ordered: Floats
    known: float

    def smooth(self, columns: Floats) -> Floats:
        """What columns, given for `ordered`, come to on average at each reading of the grid: readings × columns."""
        return kernel(len(self.ordered), self.known) @ by_cell(columns)

    def at(self, table: Floats, scores: Floats) -> Floats:
        """A table by reading, read linearly at normal scores."""
        grid = cells(len(self.ordered)).middles
        if len(grid) == 1:
            return np.repeat(table, len(scores), axis=0)
        if len(scores) > 1 and (scores == scores[0]).all():
            return np.repeat(self.at(table, scores[:1]), len(scores), axis=0)
        place, part = self.own_place if scores is self.scores else places_on(grid, scores)
        return table[place - 1] + part * (table[place] - table[place - 1])

    @cached_property
    def own_place(self) -> tuple[NDArray[np.int64], Floats]:
        """Where the draws' own scores lie on the grid."""
        return places_on(cells(len(self.ordered)).middles, self.scores)


def places_on(grid: Floats, scores: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The place on a grid at or above each score, and how far the score is on the way to it."""
    place = np.clip(np.searchsorted(grid, scores), 1, len(grid) - 1)
    return place, ((scores - grid[place - 1]) / (grid[place] - grid[place - 1]))[:, None]


@dataclass(frozen=True)
class Cells:
    """Ordered values in cells of equal width on the normal scale, none empty: first value, share, edges and middles."""

    starts: NDArray[np.int64]
    shares: Floats
    edges: Floats
    middles: Floats


@lru_cache(maxsize=8)
def cells(size: int) -> Cells:
    """The cells of so many ordered values."""
    scores = normal_scores(size)
    width = max(-2 * scores[0], TINY) / (MOST_CELLS - 1)
    _, starts = np.unique(np.round(scores / width), return_index=True)
    bounds = np.append(starts, size)
    middles = np.add.reduceat(scores, starts) / np.diff(bounds)
    return Cells(starts, np.diff(bounds) / size, ndtri(bounds / size), middles)


def by_cell(columns: Floats) -> Floats:
    """The means of columns, given for ordered values, in each cell."""
    found = cells(len(columns))
    sums = np.add.reduceat(columns, found.starts, axis=0)
    return sums / (found.shares * len(columns))[:, None]


@lru_cache(maxsize=8)
def normal_scores(size: int) -> Floats:
    """The standard normal value in the middle of each of `size` strata."""
    return ndtri((np.arange(size) + 0.5) / size)


def read(x: Floats, reduction: float) -> Reading:
    """Put an input on its normal scale; equal values are ordered by chance, but always the same one."""
    shuffled = np.random.default_rng(0).permutation(len(x))
    order = shuffled[np.argsort(x[shuffled], kind="stable")]
    scores = np.empty(len(x))
    scores[order] = normal_scores(len(x))
    ordered = x[order][:: -(-len(x) // SORTED)]
    return Reading(scores, ordered, known_of(ordered, reduction))


def known_of(ordered: Floats, reduction: float) -> float:
    """The correlation, on the normal scale, of a reading that removes a share of the input's own variance.

    The part of degree k of its Hermite series is known to the power 2k (Mehler 1866, Journal für die reine und
    angewandte Mathematik 66).
    """
    shares = cells(len(ordered)).shares
    values = by_cell(ordered[:, None])[:, 0]
    power = (hermite(len(ordered)) @ (shares * (values - shares @ values))) ** 2
    if not power.sum() > 0:
        return float(np.sqrt(reduction))
    removed = (GRID[:, None] ** np.arange(1, DEGREES + 1)) @ (power / power.sum())
    return float(np.sqrt(np.interp(reduction, removed, GRID)))


@lru_cache(maxsize=8)
def hermite(size: int) -> Floats:
    """The normalised Hermite polynomials of degree 1 to `DEGREES` in the middle of each cell."""
    z = cells(size).middles
    found = [np.ones_like(z), z]
    for degree in range(1, DEGREES):
        found.append((z * found[-1] - np.sqrt(degree) * found[-2]) / np.sqrt(degree + 1))
    return np.array(found[1:])


@lru_cache(maxsize=64)
def kernel(size: int, known: float) -> Floats:
    """How likely each cell of an input is after a reading in the middle of each: readings × cells."""
    found = cells(size)
    if known >= 1:
        return np.eye(len(found.middles))
    beyond = ndtr((found.edges - known * found.middles[:, None]) / np.sqrt(1 - known**2))
    return np.diff(beyond, axis=1)


@dataclass(frozen=True)
class Lesson:
    """What an investigation of `inputs` (draws × k) that removes `reduction` of their variance teaches of outcomes.

    Fits of one outcome add up over inputs and products of inputs, so each is smoothed on its own.
    """

    found: Regression
    inputs: Floats
    reduction: Floats

    @cached_property
    def terms(self) -> list[Term]:
        """What the regression fitted, by input; empty where it found nothing."""
        return [] if self.found.design is None else self.found.design.terms

    @cached_property
    def readings(self) -> list[Reading]:
        """The reading of the input of each term."""
        return [read(self.inputs[:, term.index], float(self.reduction[term.index])) for term in self.terms]

    def curve(self, term: Term, reading: Reading, own: slice) -> Floats:
        """What one term adds at each reading."""
        return reading.smooth(term.columns(reading.ordered) @ self.found.coefficients[own])

    @cached_property
    def places(self) -> list[slice]:
        """Where the columns of each term stand in the design."""
        ends = np.cumsum([len(term.rough) for term in self.terms])
        return [slice(int(end) - len(term.rough), int(end)) for end, term in zip(ends, self.terms, strict=True)]

    @cached_property
    def means(self) -> Floats:
        """The conditional means where the investigation reads as each draw's inputs: draws × outcomes."""
        if not self.terms or (self.reduction == 1).all():
            return self.found.fitted
        return self.predict([reading.scores for reading in self.readings])

    def predict(self, scores: list[Floats]) -> Floats:
        """The conditional means at some readings, about the mean of the outcomes."""
        total = np.zeros(self.found.fitted.shape)
        weights = self.found.weights
        for term, reading, own, score in zip(self.terms, self.readings, self.places, scores, strict=True):
            if reading.known:
                total += reading.at(self.curve(term, reading, own), score)
        total += self.products(scores)
        known = np.average(self.found.fitted, axis=0, weights=weights)
        return total + known - np.average(total, axis=0, weights=weights)

    def products(self, scores: list[Floats]) -> Floats | float:
        """What products of inputs add: those of two inputs are smoothed apart, those of one input together."""
        design = self.found.design
        if design is None or not len(design.pairs):
            return 0.0
        coefficients = self.found.coefficients[-len(design.pairs) :]
        rows = np.empty((len(scores[0]), len(design.pairs)))
        single = [self.read_off(column, table, scores) for column, table in enumerate(self.factors)]
        for place, (first, second) in enumerate(design.pairs):
            if (first, second) in self.squares:
                rows[:, place] = self.read_off(first, self.squares[first, second], scores)
            else:
                rows[:, place] = single[first] * single[second]
        return rows @ coefficients

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """The term whose columns each factor of a product combines."""
        assert self.found.design is not None
        ends = np.cumsum([len(term.rough) for term in self.terms])
        return np.searchsorted(ends, np.argmax(self.found.design.turn != 0, axis=0), side="right")

    def factor(self, column: int) -> Floats:
        """One factor of products, for the ordered values of its input."""
        assert self.found.design is not None
        owner = self.owners[column]
        design = self.found.design
        own = self.terms[owner].columns(self.readings[owner].ordered)
        return own @ design.turn[self.places[owner], column] - design.shift[column]

    @cached_property
    def factors(self) -> list[Floats]:
        """What every factor of products comes to at each reading of its input."""
        return [self.smooth(column, self.factor(column)) for column in range(len(self.owners))]

    @cached_property
    def squares(self) -> dict[tuple[int, int], Floats]:
        """Products of one input with itself, at each reading."""
        assert self.found.design is not None
        same = [(a, b) for a, b in self.found.design.pairs if self.owners[a] == self.owners[b]]
        return {(a, b): self.smooth(a, self.factor(a) * self.factor(b)) for a, b in same}

    def smooth(self, column: int, values: Floats) -> Floats:
        """Values given for the ordered input that a factor is of, at each reading."""
        return self.readings[self.owners[column]].smooth(values[:, None])[:, 0]

    def read_off(self, column: int, table: Floats, scores: list[Floats]) -> Floats:
        """A table at the readings of the input that a factor is of."""
        owner = self.owners[column]
        return self.readings[owner].at(table[:, None], scores[owner])[:, 0]
