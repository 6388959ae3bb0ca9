"""Conditional means: what outcomes come to on average, given some inputs, by smoothed regression on draws.

Additive cubic splines of each input, and products of inputs, fitted by penalised least squares. The penalty leaves
straight lines all but free; how smooth, and whether there is anything to fit at all, generalised cross-validation
decides for each outcome (Eilers & Marx 1996, Statistical Science 11(2); Wood 2017, Generalized Additive Models, ch.
5–6).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.linalg import block_diag, eigh

from fvmanalys.model.draws import Floats

__all__ = ["Regression", "knots_each", "regress"]

DEGREE = 3
FEW_VALUES = 12  # an input with no more distinct values gets a mean for each ...
MANY_VALUES = 48  # ... and for the rare ones too, up to so many
MAX_KNOTS = 15
MAX_COLUMNS = 200  # of a design before products, so that fifty inputs stay quick
PILOT = 4096  # draws that place the knots
FEW_DRAWS = 2000
KEPT = 2**24  # numbers of a design kept between the two passes
STEP = 2**18
NARROW = 24  # multiplications that BLAS does not split, and columns up to which it should not
EXACT = 2**32  # multiplications up to which the leverage of every draw is computed
MAX_LEVERAGE = 0.99
TINY = float(np.finfo(float).tiny)
FREE = 1e-6  # penalty of a straight line, where the first curve has 1
STIFF = 1e4  # penalty of the most winding curve, at most
SMOOTHING = np.array([*np.logspace(-4, 3, 15), 1e5, 1e6, np.inf])
CAUTION = 1.4  # what a degree of freedom counts as (Kim & Gu 2004, JRSS B 66(2))
SMALL_GROUP = 4  # inputs that get products of curves; larger groups get the products that their residuals ask for
ASKED_FOR = 4.5  # standard errors
UNSURE = 0.01  # of them, more than half the digits leave unsure
SCREENED = 2**16  # draws that say which products are asked for
MAX_PRODUCTS = 60

Pairs = NDArray[np.int64]
Walk = Callable[[], Iterator[tuple[slice, Floats]]]


@dataclass(frozen=True)
class Regression:
    """What a regression found.

    `fitted` and `left_out` are draws × outcomes; the latter predicts each draw from all the others. `explained` is
    the share of each outcome's variance that these predictions explain. `alike` is how far residuals of draws that
    lie side by side go together: near 0 where the curves fit. `coefficients` are those of the columns of `design`,
    before any mean is taken off; None and nothing where no input varies. `weights` say how much each draw counts, 1
    on average. `smoother` tells how the fit was made, where all draws count the same.
    """

    fitted: Floats
    left_out: Floats
    explained: Floats
    alike: float
    design: "Design | None" = None
    coefficients: Floats = field(default_factory=lambda: np.empty((0, 0)))
    weights: Floats | None = None
    smoother: "Smoother | None" = None

    def turned(self, turn: Floats, outcomes: Floats) -> "Regression":
        """The same of combinations of the outcomes, which come to `outcomes`."""
        left_out = self.left_out @ turn
        variance = np.maximum(outcomes.var(axis=0), TINY)
        explained = np.clip(1 - ((outcomes - left_out) ** 2).mean(axis=0) / variance, 0, 1)
        smoother = replace(self.smoother, outcomes=turn) if self.smoother else None
        return replace(self, fitted=self.fitted @ turn, left_out=left_out, explained=explained, smoother=smoother)


@dataclass(frozen=True)
class Term:
    """What one input adds to the design: its columns, and the penalty on how they wind."""

    index: int
    columns: Callable[[Floats], Floats]
    rough: Floats


@dataclass(frozen=True)
class Design:
    """The columns of all terms and, after them, products of `pairs` of their combinations `turn`."""

    terms: list[Term]
    turn: Floats = field(default_factory=lambda: np.empty((0, 0)))
    shift: Floats = field(default_factory=lambda: np.empty(0))
    pairs: Pairs = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    penalty: Floats = field(default_factory=lambda: np.empty(0))

    def rows(self, inputs: Floats) -> Floats:
        """The columns for some draws of the inputs."""
        return self.with_products(np.hstack([term.columns(inputs[:, term.index]) for term in self.terms]))

    def with_products(self, own: Floats) -> Floats:
        """The columns of all terms, and the products after them."""
        if not len(self.pairs):
            return own
        turned = own @ self.turn - self.shift
        first, second = self.pairs.T
        return np.hstack([own, turned[:, first] * turned[:, second]])

    @property
    def width(self) -> int:
        """The number of columns."""
        return sum(len(term.rough) for term in self.terms) + len(self.pairs)


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of the columns of a design, and their covariance with the outcomes."""

    mean: Floats
    gram: Floats
    cross: Floats


@dataclass(frozen=True)
class Smoother:
    """How a fit was made, to smooth other columns just so.

    `turn` are uncorrelated directions through the design, `shrink` how much of each is kept for each outcome; of the
    free ones, straight lines, `slopes` are the coefficients before they are shrunk and `kept` after. `residuals` are of
    draws left out of the fit, `outcomes` combinations that are asked for.
    """

    walk: Walk
    mean: Floats
    turn: Floats
    shrink: Floats
    slopes: Floats
    kept: Floats
    residuals: Floats
    outcomes: Floats | None = None

    def smooth(self, columns: Floats) -> Floats:
        """Fit columns (draws × outcomes), each as its outcome was fitted."""
        average = columns.mean(axis=0)
        cross = np.sum([rows.T @ (columns[part] - average) for part, rows in self.walk()], axis=0) / len(columns)
        coefficients = self.turn @ (self.shrink * (self.turn.T @ cross))
        found = np.empty_like(columns)
        for part, rows in self.walk():
            found[part] = rows @ coefficients + (average - self.mean @ coefficients)
        return found

    def pulled(self, weights: Floats) -> Floats:
        """What the residual of each draw adds, through the fit, to the mean of fitted outcomes × weights."""
        columns = weights if self.outcomes is None else weights @ self.outcomes.T
        return (self.smooth(columns) * self.residuals).sum(axis=1)


@dataclass(frozen=True)
class Basis:
    """Combinations of a design's columns that are uncorrelated within each input, from smooth to winding."""

    turn: Floats
    penalty: Floats


def regress(outcomes: Floats, inputs: Floats, weights: Floats | None = None) -> Regression:
    """Fit the mean of each outcome (draws × outcomes) given the inputs (draws × k); draws may count by `weights`."""
    draws, k = inputs.shape
    weights = None if weights is None else weights / weights.mean()
    knots = knots_each(draws, k)
    terms = [term for index in range(k) if (term := make_term(index, inputs[:, index], knots)) is not None]
    if draws < 3 or not terms:
        mean = np.broadcast_to(np.average(outcomes, axis=0, weights=weights), outcomes.shape)
        return Regression(mean, mean, np.zeros(outcomes.shape[1]), 0.0, weights=weights)
    design = Design(terms)
    own = walk_through(design, inputs)
    if len(terms) == 1:
        return fit(design, own, outcomes, weights, order=inputs[:, terms[0].index])
    if draws <= SCREENED:
        wide, solved = with_products(design, own, inputs, outcomes, weights)
    else:
        pilot = slice(None, None, -(-draws // SCREENED))
        counted = None if weights is None else weights[pilot]
        wide, _ = with_products(design, walk_through(design, inputs[pilot]), inputs[pilot], outcomes[pilot], counted)
        solved = None
    return fit(wide, own if wide is design else walk_through(wide, inputs, own), outcomes, weights, solved=solved)


def with_products(
    design: Design, walk: Walk, inputs: Floats, outcomes: Floats, weights: Floats | None
) -> tuple[Design, "Solved | None"]:
    """Add products of inputs: of their curves in a small group, in a larger one those that the residuals ask for.

    Where none is asked for, what was solved without them is what is sought.
    """
    solved = None
    if len(design.terms) <= SMALL_GROUP:
        pairs = curve_pairs(design.terms, len(inputs))
        moments = measure(walk, outcomes, weights)
    else:
        solved = solve(design, walk, outcomes, weights)
        moments = solved.moments
        residuals = outcomes - solved.mean
        for part, rows in walk():
            residuals[part] -= (rows - moments.mean) @ solved.coefficients
        pairs = asked_pairs(design.terms, inputs, residuals if weights is None else residuals * weights[:, None])
    if not len(pairs):
        return design, solved
    basis = make_basis(design, moments)
    used, places = np.unique(pairs, return_inverse=True)
    turn = basis.turn[:, used]
    penalty = (1 + basis.penalty[pairs[:, 0]]) * (1 + basis.penalty[pairs[:, 1]])
    return Design(design.terms, turn, moments.mean @ turn, places.reshape(pairs.shape), penalty), None


def curve_pairs(terms: list[Term], draws: int) -> Pairs:
    """Products of the smoothest columns of each pair of inputs: three of each, or one where draws are few."""
    starts = np.cumsum([0, *(len(term.rough) for term in terms)])
    take = 3 if draws >= FEW_DRAWS else 1
    smoothest = [range(start, min(start + take, end)) for start, end in pairwise(starts)]
    return np.array([(a, b) for one, other in combinations(smoothest, 2) for a in one for b in other])


def asked_pairs(terms: list[Term], inputs: Floats, residuals: Floats) -> Pairs:
    """The products of two inputs, or squares of one, that the residuals go along with; the strongest first.

    How strongly all do is seen with half the digits; of those that may be chosen it is computed.
    """
    x = inputs[:, [term.index for term in terms]]
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), TINY)
    first, second = np.triu_indices(len(terms))
    most = min(MAX_PRODUCTS, len(inputs) // 50)
    rough = roughly_with(x.astype(np.float32), residuals)[first, second]
    least = np.partition(rough, -most)[-most] if 0 < most < len(rough) else 0.0
    likely = np.flatnonzero(rough > max(ASKED_FOR, least) - UNSURE)
    first, second = first[likely], second[likely]
    products = x[:, first] * x[:, second]
    error = np.sqrt((products**2).T @ residuals**2)
    strength = np.max(np.abs(products.T @ residuals) / np.where(error > 0, error, np.inf), axis=1)
    strongest = np.argsort(-strength)[:most]
    chosen = strongest[strength[strongest] > ASKED_FOR]
    starts = np.cumsum([0, *(len(term.rough) for term in terms)])
    return np.column_stack([starts[first[chosen]], starts[second[chosen]]])


def roughly_with(x: NDArray[np.float32], residuals: Floats) -> NDArray[np.float32]:
    """How many standard errors the mean of residual × input × input lies from 0,
    for each pair of inputs: the most of any residual's.
    """
    square = x**2
    found = np.zeros((x.shape[1],) * 2, dtype=np.float32)
    for residual in (residuals / np.maximum(np.abs(residuals).max(axis=0), TINY)).astype(np.float32).T:
        spread = square * np.abs(residual)[:, None]
        error = np.sqrt(spread.T @ spread)
        np.maximum(found, np.abs(x.T @ (x * residual[:, None])) / np.where(error > 0, error, np.inf), out=found)
    return found


def knots_each(draws: int, k: int) -> int:
    """How many knots the curve of each input gets; with none it is a straight line."""
    room = min(draws // 10, MAX_COLUMNS) // k - DEGREE
    return int(np.clip(min(round(draws**0.25), room), 0, MAX_KNOTS))


def make_term(index: int, x: Floats, knots: int) -> Term | None:
    """The term of one input; None for a constant."""
    low, high = float(x.min()), float(x.max())
    if low == high:
        return None
    pilot = np.sort(x[:: -(-len(x) // PILOT)])
    values = pilot[np.concatenate([[True], pilot[1:] != pilot[:-1]])]
    if 1 < len(values) <= FEW_VALUES and knots and len(every := np.unique(x)) <= MANY_VALUES:
        values = every
        return Term(index, lambda x: (x[:, None] == values[1:]).astype(float), np.zeros((len(values) - 1,) * 2))
    inner = np.unique(pilot[(np.arange(1, knots + 1) * len(pilot)) // (knots + 1)])
    inner = inner[(inner > low) & (inner < high)]
    if not len(inner):
        centre = x.mean()
        return Term(index, lambda x: x[:, None] - centre, np.zeros((1, 1)))
    t = np.concatenate([[low] * (DEGREE + 1), inner, [high] * (DEGREE + 1)])
    return Term(index, BSpline(t, np.eye(len(t) - DEGREE - 1)[:, 1:], DEGREE), roughness(t))


def roughness(t: Floats) -> Floats:
    """The squared second differences of spline coefficients over their sites; zero for a straight line."""
    sites = np.mean([t[i : len(t) - DEGREE - 1 + i] for i in range(1, DEGREE + 1)], axis=0)
    slopes = np.diff(np.eye(len(sites)), axis=0) / np.diff(sites)[:, None]
    bends = np.diff(slopes, axis=0)[:, 1:]
    return bends.T @ bends


def walk_through(design: Design, inputs: Floats, own: Walk | None = None) -> Walk:
    """A way to go through a design more than once, some draws at a time; it is kept where it is small.

    Narrow designs go in pieces too small for BLAS to split over threads, which costs more than it gives. `own` goes
    through the columns of its terms alone.
    """
    draws = len(inputs)
    width = design.width
    step = max(STEP // width**2 if width <= NARROW else KEPT // 8 // width, 512)
    parts = [slice(i, min(i + step, draws)) for i in range(0, draws, step)]

    def walk() -> Iterator[tuple[slice, Floats]]:
        if own is None:
            return ((part, design.rows(inputs[part])) for part in parts)
        return ((part, design.with_products(rows)) for part, rows in own())

    if draws * width > KEPT:
        return walk
    kept = list(walk())
    return lambda: iter(kept)


def measure(walk: Walk, outcomes: Floats, weights: Floats | None = None) -> Moments:
    """The moments of a design and the outcomes."""
    draws = len(outcomes)
    centred = outcomes - np.average(outcomes, axis=0, weights=weights)
    if weights is None:
        sums = [(rows.sum(axis=0), rows.T @ rows, rows.T @ centred[part]) for part, rows in walk()]
    else:
        counted = [(rows, rows * weights[part, None], part) for part, rows in walk()]
        sums = [(heavy.sum(axis=0), heavy.T @ rows, heavy.T @ centred[part]) for rows, heavy, part in counted]
    total, gram, cross = (np.sum(parts, axis=0) for parts in zip(*sums, strict=True))
    mean = total / draws
    return Moments(mean, gram / draws - np.outer(mean, mean), cross / draws)


def make_basis(design: Design, moments: Moments) -> Basis:
    """Turn the columns of each input into uncorrelated ones (Demmler & Reinsch 1975, Numerische Mathematik 24)."""
    turns = []
    penalties = []
    start = 0
    for term in design.terms:
        own = slice(start, start + len(term.rough))
        turn, penalty = turn_columns(term.rough, moments.gram[own, own])
        turns.append(turn)
        penalties.append(penalty)
        start = own.stop
    return Basis(block_diag(*turns, np.eye(len(design.pairs))), np.concatenate([*penalties, design.penalty]))


def turn_columns(rough: Floats, gram: Floats) -> tuple[Floats, Floats]:
    """The combinations of an input's columns, and their penalties;
    the first curve has 1, a straight line next to none.
    """
    rough = rough / (np.trace(rough) or 1.0)
    bend, turn = eigh(rough, gram + 1e-12 * np.trace(gram) * np.eye(len(gram)))
    return turn, np.clip(bend / max(bend[1], TINY), FREE, STIFF) if rough.any() else np.full(len(bend), FREE)


@dataclass(frozen=True)
class Solved:
    """Penalised least squares: how smooth each outcome is, and the coefficients of its fit."""

    moments: Moments
    mean: Floats
    variance: Floats
    turn: Floats
    shrink: Floats
    projected: Floats
    free: NDArray[np.bool_]
    coefficients: Floats


def solve(design: Design, walk: Walk, outcomes: Floats, weights: Floats | None) -> Solved:
    """Penalised least squares, with the smoothing of each outcome chosen by generalised cross-validation."""
    draws = len(outcomes)
    mean = np.average(outcomes, axis=0, weights=weights)
    variance = np.average((outcomes - mean) ** 2, axis=0, weights=weights)
    moments = measure(walk, outcomes, weights)
    turn, weight = directions(moments, make_basis(design, moments))
    projected = turn.T @ moments.cross
    counted = draws if weights is None else draws / np.mean(weights**2)
    shrink = choose_smoothing(weight, projected, variance, float(counted))
    free = weight > np.sqrt(1 / FREE)
    return Solved(moments, mean, variance, turn, shrink, projected, free, turn @ (shrink * projected))


def fit(
    design: Design,
    walk: Walk,
    outcomes: Floats,
    weights: Floats | None = None,
    order: Floats | None = None,
    solved: Solved | None = None,
) -> Regression:
    """Fit each outcome, and predict each draw from all the others.

    `order` puts draws that should be alike side by side; by default the fitted mean of the outcome best explained does.
    """
    solved = solved or solve(design, walk, outcomes, weights)
    draws = len(outcomes)
    mean = solved.mean
    moments, coefficients = solved.moments, solved.coefficients
    turn, shrink, variance = solved.turn, solved.shrink, solved.variance
    fitted = np.repeat(mean[:, None], draws, axis=1).T
    left_out = fitted.copy(order="F")
    if shrink.any():
        for part, rows in walk():
            centred = rows - moments.mean
            fitted[part] += centred @ coefficients
            leverage = leverages(centred, turn, shrink, draws)
            if weights is not None:
                leverage = np.minimum(leverage * weights[part, None], MAX_LEVERAGE)
            left_out[part] = (fitted[part] - leverage * outcomes[part]) / (1 - leverage)
    missed = np.average((outcomes - left_out) ** 2, axis=0, weights=weights)
    explained = 1 - missed / np.maximum(variance, TINY)
    order = fitted[:, np.argmax(explained)] if order is None else order
    alike = neighbours_alike(outcomes - fitted, order)
    lines = solved.projected[solved.free], (shrink * solved.projected)[solved.free], outcomes - left_out
    smoother = Smoother(walk, moments.mean, turn, shrink, *lines) if weights is None else None
    return Regression(fitted, left_out, np.clip(explained, 0, 1), alike, design, coefficients, weights, smoother)


def leverages(centred: Floats, turn: Floats, shrink: Floats, draws: int) -> Floats:
    """How much each draw pulls its own fitted mean, for each outcome;
    their average where the design is too large for each.
    """
    if draws * turn.size > EXACT:
        return shrink.sum(axis=0) / draws
    return np.minimum((centred @ turn) ** 2 @ shrink / draws, MAX_LEVERAGE)


def neighbours_alike(residuals: Floats, order: Floats) -> float:
    """The highest correlation between the residuals of neighbours (von Neumann 1941,
    Annals of Mathematical Statistics 12(4)).

    Shuffled first, so that ties have no neighbours in common but chance ones: draws may be alike from one to the next.
    """
    shuffled = np.random.default_rng(0).permutation(len(order))
    ordered = residuals[shuffled[np.argsort(order[shuffled])]]
    square = np.maximum((ordered**2).mean(axis=0), TINY)
    return float(np.max((ordered[1:] * ordered[:-1]).mean(axis=0) / square))


def directions(moments: Moments, basis: Basis) -> tuple[Floats, Floats]:
    """Uncorrelated directions of unit variance through the design, and how lightly each is penalised."""
    scaled = basis.turn / np.sqrt(basis.penalty)
    weight, turn = np.linalg.eigh(scaled.T @ moments.gram @ scaled)
    kept = weight > 1e-10 * weight[-1]
    return scaled @ turn[:, kept] / np.sqrt(weight[kept]), weight[kept]


def choose_smoothing(weight: Floats, projected: Floats, variance: Floats, draws: float) -> Floats:
    """How much of each direction is kept for each outcome, 0–1: the smoothing with the least cross-validated error."""
    kept = weight / (weight + SMOOTHING[:, None])
    error = variance - (2 * kept - kept**2) @ projected**2
    freedom = 1 - np.minimum(CAUTION * (1 + kept.sum(axis=1)) / draws, 0.999)
    best = np.argmin(np.maximum(error, 0) / freedom[:, None] ** 2, axis=0)
    return kept[best].T
