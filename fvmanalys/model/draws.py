"""Estimates to random columns: keyed streams, distributions, common factors.

Each estimate has its own stream of random numbers, keyed by its id, the seed and the block. A block of `BLOCK` draws
is stratified: one draw in each of `BLOCK` equal-probability strata, in the order of a keyed permutation (McKay,
Beckman & Conover 1979, Technometrics 21(2)). It is cut into slices, each stratified as the whole is, so that what
differs between slices tells how far a mean may be off (sliced Latin hypercube: Qian 2012, Journal of the American
Statistical Association 107(497)). An estimate tied to a common factor keeps its own strata; only their order within
half a slice changes to that of a Gaussian copula, of one factor or of a group of correlated estimates (Iman &
Conover 1982, Communications in Statistics 11(3)).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri

from fvmanalys.errors import ModelError
from fvmanalys.evidence.correlations import correlated_groups, nearest_correlation
from fvmanalys.evidence.percentiles import RANGED, truncated_quantile, truncation, widened
from fvmanalys.evidence.tables import bounds
from fvmanalys.model.strata import (
    BLOCK,
    RUN,
    Block,
    blocks,
    halves_of,
    keyed_order,
    shuffled,
    slice_starts,
    sliced_strata,
    slices_of,
)

__all__ = [
    "BLOCK",
    "LARGEST",
    "Block",
    "Estimate",
    "Floats",
    "blocks",
    "correlate",
    "draw",
    "draw_factor",
    "draw_halves",
    "draw_own",
    "draw_runs",
    "draw_uniform",
    "quantile",
    "read_estimates",
    "slice_starts",
]

Floats = NDArray[np.float64]
LARGEST = 1e100  # beyond it products, and sums of squares over draws, may no longer be numbers
Z95 = float(ndtri(0.95))
JITTER = 1e-9  # lets a correlation of 1 have a triangle; far less than the distance between two draws
LONG_ENOUGH = 8  # draws for each stream of a group
KEPT = 4096  # blocks as drawn, 128 MB at most: many analyses ask for the same columns again ...
FIRST = 12  # ... of a few ten thousand draws; those further on would only drive one another out
PERT_GRID = (1 - np.cos(np.linspace(0, np.pi, 4097))) / 2


@dataclass(frozen=True)
class Group:
    """Streams that are correlated, in an order, and the lower triangle that makes normal scores so."""

    streams: tuple[str, ...]
    triangle: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Estimate:
    """A quantity with its range; `stream` keys its random numbers, `moves_with` names its common factor.

    `bounds` are what its unit allows: what is drawn beyond them counts as the bound itself.
    """

    stream: str
    low: float
    likely: float
    high: float
    distribution: str = "fixed"
    moves_with: str = ""
    strength: float = 1.0
    bounds: tuple[float, float] = (-np.inf, np.inf)
    ends: str = ""
    group: Group | None = None

    def within(self, values: Floats) -> Floats:
        """Values as they count: none beyond what the unit allows."""
        return values if self.bounds == (-np.inf, np.inf) else np.clip(values, *self.bounds)

    @property
    def is_fixed(self) -> bool:
        """Whether every draw is the same number."""
        return self.distribution in ("", "fixed") or self.low == self.high

    @property
    def centre(self) -> float:
        """The single number shown: `likely`, or the median where none is given."""
        return self.likely if np.isfinite(self.likely) else float(quantile(self, np.array([0.5]))[0])


def read_estimates(rows: Iterable[dict[str, Any]]) -> dict[str, Estimate]:
    """Make an Estimate of every row of `Inputs.estimates`, by id.

    The rows of one readiness curve share one stream, so that a faster restart never needs more months.
    """
    return {
        row["id"]: Estimate(
            stream=row["stream"].rsplit("/", 1)[0] if row["table"] == "readiness" else row["stream"],
            low=row["low"],
            likely=row["likely"],
            high=row["high"],
            distribution=row["distribution"],
            moves_with=row["moves_with"],
            strength=1.0 if np.isnan(row["strength"]) else row["strength"],
            bounds=bounds(row["table"], row["unit"]),
            ends=row["ends"],
        )
        for row in rows
    }


def correlate(estimates: Mapping[str, Estimate], rows: Iterable[Mapping[str, Any]]) -> dict[str, Estimate]:
    """The estimates, each in the group that the rows of correlations put its random numbers in."""
    pairs = [row for row in rows if row["first_id"] in estimates and row["second_id"] in estimates]
    groups: dict[str, Group] = {}
    for ids, matrix in correlated_groups(pairs):
        triangle = np.linalg.cholesky(nearest_correlation(matrix) + JITTER * np.eye(len(ids)))
        group = Group(tuple(estimates[name].stream for name in ids), tuple(map(tuple, triangle.tolist())))
        groups |= dict.fromkeys(group.streams, group)
    return {name: replace(one, group=groups.get(one.stream)) if groups else one for name, one in estimates.items()}


def draw(estimate: Estimate, seed: int, parts: Sequence[Block]) -> Floats:
    """Draw the column of an estimate for some blocks."""
    if estimate.is_fixed:
        size = sum(block.size for block in parts)
        column = np.full(size, estimate.centre if estimate.distribution in ("", "fixed") else estimate.low)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            makes = [draw_block if block.index < FIRST else draw_block.__wrapped__ for block in parts]
            column = np.concatenate([make(estimate, seed, block) for make, block in zip(makes, parts, strict=True)])
    if not (np.abs(column) <= LARGEST).all():
        problem = f"its draws go beyond {LARGEST:g}, too large to compute with"
        raise ModelError(f"{estimate.stream}: {problem}; correct the unit or the range")
    return column


@lru_cache(maxsize=KEPT)
def draw_block(estimate: Estimate, seed: int, block: Block) -> Floats:
    """Draw one block: sorted values, one a stratum,
    put in the order that the key and the common factor give; it is kept.
    """
    if estimate.moves_with and abs(estimate.strength) == 1:
        strata, order = factor(estimate.moves_with, seed, block)
        return quantile(estimate, strata if estimate.strength > 0 else 1 - strata)[order]
    strata, order = strata_and_order(estimate.stream, seed, block)
    values = quantile(estimate, strata)
    if estimate.group:
        place = estimate.group.streams.index(estimate.stream)
        drawn = np.empty(block.size)
        drawn[np.argsort(correlated_scores(estimate.group, seed, block)[:, place], kind="stable")] = values
        return drawn
    if not estimate.moves_with or estimate.strength == 0:
        return values[order]
    return values[copula_order(estimate, seed, block, order)]


def copula_order(estimate: Estimate, seed: int, block: Block, own: NDArray[np.int64]) -> NDArray[np.int64]:
    """The stratum of each draw, for an estimate tied to a common factor."""
    normal = normal_scores(block.size)
    _, shared = factor(estimate.moves_with, seed, block)
    weight = estimate.strength
    return reordered(own, weight * normal[shared] + np.sqrt(1 - weight**2) * normal[own])


def reordered(own: NDArray[np.int64], score: Floats) -> NDArray[np.int64]:
    """The strata of each half slice in the order of a score, so that every half slice keeps its own."""
    parts = slices_of(len(own)) * halves_of(len(own))
    drawn = np.empty_like(own).reshape(parts, -1)
    order = np.argsort(score.reshape(parts, -1), axis=1, kind="stable")
    np.put_along_axis(drawn, order, np.sort(own.reshape(parts, -1), axis=1), axis=1)
    return drawn.ravel()


@lru_cache(maxsize=16)
def correlated_scores(group: Group, seed: int, block: Block) -> Floats:
    """Normal scores of the streams of a group, correlated; those of the first are its own.

    What correlation they have by chance is taken out first, where the block is long enough to tell it.
    """
    normal = normal_scores(block.size)
    scores = np.column_stack([normal[strata_and_order(stream, seed, block)[1]] for stream in group.streams])
    if block.size > LONG_ENOUGH * len(group.streams):
        scores = np.linalg.solve(np.linalg.cholesky(np.corrcoef(scores, rowvar=False)), scores.T).T
    return scores @ np.array(group.triangle).T


@lru_cache(maxsize=64)
def factor(name: str, seed: int, block: Block) -> tuple[Floats, NDArray[np.int64]]:
    """The strata and the order of a common factor, kept because many estimates ask for it."""
    return strata_and_order(f"factor/{name}", seed, block)


@lru_cache(maxsize=4)
def normal_scores(size: int) -> Floats:
    """The standard normal value in the middle of each of `size` strata."""
    return ndtri((np.arange(size) + 0.5) / size)


@lru_cache(maxsize=256)
def key_words(key: str) -> tuple[int, ...]:
    """Hash a key to four 32-bit words for `SeedSequence`; the block length is part of it."""
    digest = hashlib.blake2b(f"{BLOCK}/{key}".encode(), digest_size=16).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


def keyed_generator(key: str, seed: int, block: Block) -> np.random.Generator:
    """The source of random numbers of one key, seed and block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(*key_words(key), block.index))))


def strata_and_order(key: str, seed: int, block: Block) -> tuple[Floats, NDArray[np.int64]]:
    """The sorted uniform draws of a block, one a stratum, and the permutation that puts them in order."""
    generator = keyed_generator(key, seed, block)
    strata = (np.arange(block.size) + generator.random(block.size)) / block.size
    return strata, keyed_order(block.size, generator)


def draw_runs(key: str, seed: int, parts: Sequence[Block]) -> Floats:
    """Draw a uniform column that changes little within a run of draws: for what decides whether a risk occurs."""
    return np.concatenate([runs_block(key, seed, block) for block in parts])


def runs_block(key: str, seed: int, block: Block) -> Floats:
    """One block of `draw_runs`: the runs of a slice in keyed order, each half of it with its fair share."""
    generator = keyed_generator(key, seed, block)
    strata = sliced_strata(block.size, generator)
    slices = len(strata)
    halves = halves_of(block.size)
    length = strata.shape[1] // halves
    run = gcd(length, RUN)
    strata = shuffled(strata.reshape(slices, length // run, halves, run), 2, generator)
    strata = shuffled(strata, 3, generator).swapaxes(1, 2)
    order = np.argsort(generator.random((slices, halves, length // run)), axis=2)
    strata = np.take_along_axis(strata, order[..., None], axis=2)
    return (strata.ravel() + generator.random(block.size)) / block.size


def draw_halves(key: str, seed: int, parts: Sequence[Block]) -> Floats:
    """Draw a uniform column that rises through each slice:
    for the one switch that concerns every estimate, the outside view.
    """
    generators = [(keyed_generator(key, seed, block), block.size) for block in parts]
    return np.concatenate(
        [(sliced_strata(size, generator).ravel() + generator.random(size)) / size for generator, size in generators]
    )


def draw_factor(name: str, seed: int, parts: Sequence[Block]) -> Floats:
    """Draw the uniform column of a common factor."""
    pairs = (factor(name, seed, block) for block in parts)
    return np.concatenate([strata[order] for strata, order in pairs])


def draw_own(estimate: Estimate, seed: int, parts: Sequence[Block]) -> Floats:
    """Draw what is an estimate's own, when its common factor is known: one number where it has nothing of its own."""
    if abs(estimate.strength) == 1 and estimate.moves_with:
        return np.full(sum(block.size for block in parts), estimate.centre)
    return draw(replace(estimate, moves_with=""), seed, parts)


def draw_uniform(key: str, seed: int, parts: Sequence[Block]) -> Floats:
    """Draw a stratified uniform column for what is no estimate: whether a risk occurs, which programme is drawn."""
    pairs = (strata_and_order(key, seed, block) for block in parts)
    return np.concatenate([strata[order] for strata, order in pairs])


def quantile(estimate: Estimate, probability: Floats) -> Floats:
    """The inverse distribution function of an estimate.

    `uniform`, `triangular` and `pert` have low and high as ends (PERT with λ = 4: Malcolm et al. 1959, Operations
    Research 7(5)), or with ends `p90` as 5th and 95th percentile, as `normal`, `lognormal` and `truncated_normal` have
    them.
    """
    if estimate.is_fixed:
        return np.full(np.shape(probability), estimate.low if np.isfinite(estimate.low) else estimate.likely)
    if estimate.ends == "p90" and estimate.distribution in RANGED:
        return p90_quantile(estimate, probability)
    return QUANTILES[estimate.distribution](estimate, probability)


def p90_quantile(estimate: Estimate, p: Floats) -> Floats:
    """The quantile of the distribution whose ends lie so that low and high are its 5th and 95th percentile."""
    low, high = widened(estimate.distribution, estimate.low, estimate.likely, estimate.high)
    if estimate.distribution != "pert":
        return QUANTILES[estimate.distribution](replace(estimate, low=low, high=high), p)
    known = (np.array([estimate.low, estimate.high]) - low) / (high - low)
    grid = np.sort(np.append(PERT_GRID, known))
    mode = (estimate.likely - low) / (high - low)
    return low + (high - low) * np.interp(p, betainc(1 + 4 * mode, 5 - 4 * mode, grid), grid)


def uniform_quantile(estimate: Estimate, p: Floats) -> Floats:
    """Equal probability between the ends."""
    return estimate.low + (estimate.high - estimate.low) * p


def triangular_quantile(estimate: Estimate, p: Floats) -> Floats:
    """Linear density up to the likely value, and down from it."""
    low, mode, high = estimate.low, estimate.likely, estimate.high
    below = (mode - low) / (high - low)
    rising = low + np.sqrt(p * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - p) * (high - low) * (high - mode))
    return np.where(p < below, rising, falling)


def pert_quantile(estimate: Estimate, p: Floats) -> Floats:
    """A beta distribution between the ends, read from a table of its distribution function."""
    width = estimate.high - estimate.low
    return estimate.low + width * np.interp(p, pert_table((estimate.likely - estimate.low) / width), PERT_GRID)


@lru_cache(maxsize=1024)
def pert_table(mode: float) -> Floats:
    """The distribution function of a PERT estimate on [0, 1], on a grid that is dense near the ends."""
    return betainc(1 + 4 * mode, 5 - 4 * mode, PERT_GRID)


def normal_quantile(estimate: Estimate, p: Floats) -> Floats:
    """Normal, from its 5th and 95th percentile."""
    return normal_between(estimate.low, estimate.high, p)


def lognormal_quantile(estimate: Estimate, p: Floats) -> Floats:
    """Lognormal, from its 5th and 95th percentile."""
    return np.exp(normal_between(np.log(estimate.low), np.log(estimate.high), p))


def truncated_normal_quantile(estimate: Estimate, p: Floats) -> Floats:
    """Normal, cut at what its unit allows, with low and high as the 5th and 95th percentile of what is left."""
    return truncated_quantile(p, estimate.low, estimate.high, *truncation(estimate.high, estimate.bounds))


def normal_between(low: float, high: float, p: Floats) -> Floats:
    """The normal quantile with `low` at 5 % and `high` at 95 %."""
    return (low + high) / 2 + (high - low) / (2 * Z95) * ndtri(p)


QUANTILES: dict[str, Callable[[Estimate, Floats], Floats]] = {
    "uniform": uniform_quantile,
    "triangular": triangular_quantile,
    "pert": pert_quantile,
    "normal": normal_quantile,
    "lognormal": lognormal_quantile,
    "truncated_normal": truncated_normal_quantile,
}
