"""An independent check of a fit: what draws near one another, in all inputs at once, have in common beyond it."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from fvmanalys.model.draws import Floats
from fvmanalys.model.regression import Regression

__all__ = ["Beside", "beside"]

NEIGHBOURS = 16
FEW_INPUTS = 5  # up to which neighbours lie near, and products of three are no other check
CHECKED, FEWER = 8192, 2048  # draws, at most, that are checked by their neighbours, in few inputs and in more
MOST_INPUTS = 30  # whose products of three are looked at
ASKED_FOR = 5.5  # standard errors, of thousands of products
MATTERS = 0.01  # share of what is left of the variance
TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True)
class Beside:
    """What lies beside the draws of a fit.

    For every `step`-th draw the mean residual of its neighbours (draws × outcomes), drawn to 0 as far as noise explains
    it; and whether what is left goes along with a product of three inputs.
    """

    step: int
    residuals: Floats
    triples: bool = False

    def turned(self, turn: Floats) -> "Beside":
        """The same for combinations of the outcomes."""
        return Beside(self.step, self.residuals @ turn, self.triples)


def beside(found: Regression, outcomes: Floats, inputs: Floats) -> Beside:
    """Look beside each draw: what its neighbours leave unexplained tells what the fit misses there."""
    step = -(-len(outcomes) // (CHECKED if inputs.shape[1] <= FEW_INPUTS else FEWER))
    residuals = (outcomes - found.fitted)[::step]
    points = normalised(inputs[::step])
    if len(points) <= 4 * NEIGHBOURS or not points.shape[1]:
        return Beside(step, np.zeros_like(residuals))
    near = mean_of_line(points[:, 0], residuals) if points.shape[1] == 1 else mean_of_near(points, residuals)
    noise = residuals.var(axis=0) / NEIGHBOURS
    real = near * np.clip(1 - noise / np.maximum(near.var(axis=0), TINY), 0, 1)
    return Beside(step, real, triples_missed(points, residuals))


def normalised(inputs: Floats) -> Floats:
    """Inputs by rank with a spread of 1, without those that do not vary; equal values lie in random order."""
    varied = inputs[:, np.ptp(inputs, axis=0) > 0]
    ranks = np.empty_like(varied)
    for column, x in enumerate(varied.T):
        _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
        ranks[:, column] = (np.cumsum(counts) - counts / 2)[place]
    jitter = 1e-6 * len(varied) * np.random.default_rng(0).random(varied.shape)
    return (ranks + jitter) / np.maximum(ranks.std(axis=0), TINY)


def mean_of_line(x: Floats, residuals: Floats) -> Floats:
    """The mean residual of the draws on both sides of each along one input."""
    order = np.argsort(x)
    half = NEIGHBOURS // 2
    sums = np.cumsum(np.vstack([np.zeros(residuals.shape[1]), residuals[order]]), axis=0)
    place = np.arange(len(x))
    low = np.clip(place - half, 0, None)
    high = np.clip(place + half + 1, None, len(x))
    means = (sums[high] - sums[low] - residuals[order]) / (high - low - 1)[:, None]
    found = np.empty_like(residuals)
    found[order] = means
    return found


def mean_of_near(points: Floats, residuals: Floats) -> Floats:
    """The mean residual of the nearest draws in several inputs."""
    if points.shape[1] <= FEW_INPUTS:
        return residuals[cKDTree(points).query(points, NEIGHBOURS + 1)[1][:, 1:]].mean(axis=1)
    found = np.empty_like(residuals)
    square = (points**2).sum(axis=1)
    for part in range(0, len(points), 512):
        rows = slice(part, part + 512)
        distance = square - 2 * points[rows] @ points.T
        distance[np.arange(len(distance)), np.arange(part, part + len(distance))] = np.inf
        found[rows] = residuals[np.argpartition(distance, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]].mean(axis=1)
    return found


def triples_missed(points: Floats, residuals: Floats) -> bool:
    """Whether residuals go along with products of three inputs, in groups too large for neighbours to be near."""
    if not FEW_INPUTS < points.shape[1] <= MOST_INPUTS:
        return False
    centred = points - points.mean(axis=0)
    return any(strongest(centred, residual) for residual in residuals.T if residual.any())


def strongest(points: Floats, residual: Floats) -> bool:
    """Whether a residual goes along with the product of any three inputs, clearly and so that it matters."""
    residual = residual / residual.std()
    least = max(ASKED_FOR / np.sqrt(len(points)), np.sqrt(MATTERS))
    for first in range(points.shape[1] - 2):
        others = points[:, first + 1 :]
        products = others.T @ (others * (points[:, first] * residual)[:, None]) / len(points)
        if (np.abs(np.triu(products, 1)) > least).any():
            return True
    return False
