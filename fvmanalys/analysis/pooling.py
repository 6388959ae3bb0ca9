"""What several assessors say of a number as one distribution: the linear opinion pool, and two others beside it.

An answer is a 5th, 50th and 95th percentile; between them, and a tenth of their range beyond, each value is as likely
as the next (Cooke 1991, Experts in Uncertainty, Oxford University Press, ch. 12). The pool is the weighted mean of
the assessors' distribution functions (Stone 1961, Annals of Mathematical Statistics 32(4)): a mixture, which is as
wide as the assessors disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, xlogy

from fvmanalys.analysis.compare import Comparison
from fvmanalys.model.draws import Estimate, Floats, quantile
from fvmanalys.model.regression import regress

__all__ = [
    "ANSWERED", "Fitted", "Pool", "Scores", "calibrated", "even", "fitted", "pieces", "pool", "pools_of",
    "worth_of_disagreement",
]  # fmt: skip

ANSWERED = np.array([0.05, 0.5, 0.95])  # the probabilities that an assessor is asked about
MASSES = np.array([0.05, 0.45, 0.45, 0.05])  # that are thereby said of the parts between and beyond
BEYOND = 0.1  # of the range, on either side of it
CUTOFF = 0.05  # a calibration below which an assessor gets no weight
NODES = 8  # points at which a part is looked at when a mean is taken over it
LEVEL = 1e-12  # of probability, within which a distribution function is flat
GRID = np.arange(5, 96) / 100


def pieces(answers: Floats, bounds: tuple[float, float]) -> Floats:
    """Where the four parts of each answer (assessors × 3) begin and end: assessors × 5, within what the unit allows."""
    beyond = BEYOND * (answers[:, 2] - answers[:, 0])
    ends = np.column_stack([answers[:, 0] - beyond, answers, answers[:, 2] + beyond])
    return np.clip(ends, *bounds)


@dataclass(frozen=True)
class Pool:
    """A mixture of answers: its distribution function runs straight between `values`, where it is `below`."""

    values: Floats
    below: Floats
    mean: float

    def quantile(self, probability: Floats) -> Floats:
        """The quantiles of the mixture, to the last digits; where it is flat, the middle."""
        sides = (self.crossing(probability, -LEVEL, "left"), self.crossing(probability, LEVEL, "right"))
        return np.mean(sides, axis=0)

    def crossing(self, probability: Floats, beside: float, side: str) -> Floats:
        """Where the distribution function comes to a probability (left), or leaves it (right)."""
        after = np.searchsorted(self.below, probability + beside, side=side)  # type: ignore[call-overload]
        after = np.clip(after, 1, len(self.below) - 1)
        low = self.below[after - 1]
        high = self.below[after]
        part = np.clip((probability - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
        return self.values[after - 1] + part * (self.values[after] - self.values[after - 1])


def pool(answers: Floats, weights: Floats, bounds: tuple[float, float]) -> Pool:
    """The linear opinion pool of answers (assessors × 3): the mean of their distributions, by weights that sum to 1."""
    ends = pieces(answers, bounds)
    start = ends[:, :-1].ravel()
    end = ends[:, 1:].ravel()
    mass = (weights[:, None] * MASSES).ravel()
    points = np.unique(ends)
    first, last = np.searchsorted(points, start), np.searchsorted(points, end)
    wide = last > first
    steps, jumps = np.zeros(len(points)), np.zeros(len(points))
    density = mass[wide] / (end - start)[wide]
    np.add.at(steps, first[wide], density)
    np.subtract.at(steps, last[wide], density)
    np.add.at(jumps, first[~wide], mass[~wide])
    risen = np.concatenate([[0.0], np.cumsum(np.cumsum(steps)[:-1].clip(min=0.0) * np.diff(points))])
    after = risen + np.cumsum(jumps)
    below = np.maximum.accumulate(np.column_stack([after - jumps, after]).ravel() / after[-1])
    return Pool(np.repeat(points, 2), below, float(mass @ (start + end) / 2))


def even(count: int) -> Floats:
    """As much weight to each."""
    return np.full(count, 1 / count)


def pools_of(answers: Floats, weights: Floats, bounds: tuple[float, float]) -> dict[str, Pool]:
    """Answers (assessors × 3, NaN where one has none) pooled alike, by weights where they have any, and as medians."""
    answered = np.isfinite(answers).all(axis=1)
    given, weighed = answers[answered], weights[answered]
    found = {"equal": pool(given, even(len(given)), bounds)}
    if weighed.sum() > 0:
        found["calibration"] = pool(given, weighed / weighed.sum(), bounds)
    return found | {"median": pool(np.median(given, axis=0)[None], even(1), bounds)}


@dataclass(frozen=True)
class Fitted:
    """The row of a raw table that comes nearest to a pool, and how far any of its percentiles is off."""

    low: float
    likely: float
    high: float
    distribution: str
    misses: float


def fitted(found: Pool, bounds: tuple[float, float]) -> Fitted:
    """A PERT with the pool's 5th and 95th percentile, and its median as far as one peak can; `misses` tells how far."""
    low, middle, high = found.quantile(ANSWERED).tolist()
    if not low < high:
        return Fitted(low, low, low, "", float(np.abs(found.quantile(GRID) - low).max()))

    def row(peak: float) -> Estimate:
        return Estimate("", low, peak, high, "pert", ends="p90")

    def misses(peak: float) -> float:
        return float(quantile(row(peak), ANSWERED[1:2])[0]) - middle

    ends = misses(low), misses(high)
    peak = low if ends[0] >= 0 else high if ends[1] <= 0 else float(brentq(misses, low, high, xtol=1e-13, rtol=1e-14))
    off = np.abs(quantile(row(peak), GRID).clip(*bounds) - found.quantile(GRID)).max()
    return Fitted(low, peak, high, "pert", float(off))


@dataclass(frozen=True)
class Scores:
    """How well assessors judge what is known: calibration, information, and the weights that follow; all 0 if none."""

    calibration: Floats
    information: Floats
    weights: Floats


def calibrated(answers: Floats, truths: Floats) -> Scores:
    """Weights by Cooke's classical model (1991, ch. 12) from questions with known answers: assessors × questions × 3.

    Calibration is the chance that a well calibrated assessor would have the truth as unevenly in the four parts;
    information how much narrower answers are than what all span, on average. The weight is their product, nothing below
    a calibration of 0.05, or without all answers (NaN).
    """
    complete = np.isfinite(answers).all(axis=(1, 2))
    some = answers[complete]
    count = len(truths)
    if not len(some) or not count:
        nothing = np.zeros(len(answers))
        return Scores(nothing, nothing, nothing)
    places = (truths[:, None] > some).sum(axis=2)
    shares = np.stack([(places == part).mean(axis=1) for part in range(len(MASSES))], axis=1)
    surprise = 2 * count * (xlogy(shares, shares) - xlogy(shares, MASSES)).sum(axis=1)
    least, most = np.minimum(some[:, :, 0].min(axis=0), truths), np.maximum(some[:, :, 2].max(axis=0), truths)
    least, most = least - BEYOND * (most - least), most + BEYOND * (most - least)
    edges = np.concatenate(
        [np.tile(least[:, None], (len(some), 1, 1)), some, np.tile(most[:, None], (len(some), 1, 1))], 2
    )
    told = (np.log(most - least) + (MASSES * np.log(MASSES / np.diff(edges, axis=2))).sum(axis=2)).mean(axis=1)
    calibration, information = (np.full(len(answers), np.nan) for _ in range(2))
    calibration[complete] = chdtrc(len(MASSES) - 1, surprise)
    information[complete] = told
    weights = np.where(np.nan_to_num(calibration) >= CUTOFF, calibration * information, 0.0)
    total = weights.sum()
    return Scores(calibration, information, weights / total if total > 0 else np.zeros(len(answers)))


def worth_of_disagreement(
    comparison: Comparison, answers: Mapping[str, Floats], weights: Floats, draws: int = 8192
) -> tuple[dict[str, float], float]:
    """EVPPI of which assessor is right, of each number alone and of all together, MSEK.

    E[max mean net benefit given the assessor], by the pool's weights, less the largest mean. `answers` are assessors ×
    3, NaN without one. What a number does is a regression on the draws of `comparison`, where the pooled rows are
    untied.
    """
    simulation = comparison.simulation
    options = simulation.inputs.options(permanent_only=True)
    benefit = simulation.net_benefit(comparison.value_per_point)[options].to_numpy()[:draws]
    shifts = {name: shift(simulation.model.estimates[name], simulation.draws_of(name)[:draws], benefit, given, weights)
              for name, given in answers.items()}  # fmt: skip
    mean = benefit.mean(axis=0)
    alone = {name: gain(mean, [moved], weights) for name, moved in shifts.items()}
    return alone, gain(mean, list(shifts.values()), weights)


def shift(estimate: Estimate, drawn: Floats, benefit: Floats, answers: Floats, weights: Floats) -> Floats:
    """How far each option's mean net benefit moves with each assessor; one without an answer is of the pool's mind."""
    answered = np.isfinite(answers).all(axis=1)
    if estimate.is_fixed or not weights[answered].any():
        return np.zeros((len(answers), benefit.shape[1]))
    x = estimate.within(drawn)
    order = np.argsort(x, kind="stable")
    means = regress(benefit, x[:, None]).fitted[order]
    ends = pieces(answers[answered], estimate.bounds)
    inside = (np.arange(NODES) + 0.5) / NODES
    nodes = ends[:, :-1, None] + inside * np.diff(ends, axis=1)[:, :, None]
    given = np.stack([MASSES @ np.interp(nodes, x[order], one).mean(axis=2).T for one in means.T], axis=1)
    moved = np.tile(np.average(given, axis=0, weights=weights[answered]), (len(answers), 1))
    moved[answered] = given
    return moved - benefit.mean(axis=0)


def gain(mean: Floats, shifts: Sequence[Floats], weights: Floats) -> float:
    """What it is worth to know whose numbers hold before choosing."""
    if not shifts:
        return 0.0
    given = mean + np.sum(shifts, axis=0)
    return max(0.0, float(weights @ given.max(axis=1) - (weights @ given).max()))
