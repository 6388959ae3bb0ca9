"""Whose weights decide: swing weights, and who is best over all weights that areas could have (SMAA).

Scores are options × areas, or draws × options × areas where they are uncertain; or a DataFrame of draws with columns
(option, area), and then results carry the names. Lahdelma & Salminen 2001, Operations Research 49(3); Edwards & Barron
1994, Organizational Behavior and Human Decision Processes 60(3).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fvmanalys.errors import UsageError
from fvmanalys.model.draws import Floats

__all__ = [
    "break_even_weight", "central_weights", "confidence_factors", "ordinal_weights",
    "rank_acceptability", "swing_weights", "uniform_weights",
]  # fmt: skip

DRAWS = 200_000  # weight vectors, at least
CHUNK = 2**21  # comparisons of two options made at a time


def swing_weights(points: ArrayLike) -> Floats:
    """Points given to the swing of each area from worst to best, as weights that sum to 1.

    >>> swing_weights([100, 80, 20]).tolist()
    [0.5, 0.4, 0.1]
    """
    points = np.asarray(points, dtype=float)
    if points.ndim != 1 or not np.isfinite(points).all() or (points < 0).any() or not points.sum() > 0:
        raise UsageError(
            f"swing points {points.tolist()!r}: give one number an area, none negative, and at least one above 0"
        )
    return points / points.sum()


def uniform_weights(areas: int, draws: int = DRAWS, seed: int = 1) -> Floats:
    """Weight vectors spread evenly over all that sum to 1: Dirichlet(1, …, 1), draws × areas."""
    shares = np.random.default_rng(seed).standard_exponential((draws, areas))
    return shares / shares.sum(axis=1, keepdims=True)


def ordinal_weights(order: Sequence[int], draws: int = DRAWS, seed: int = 1) -> Floats:
    """Weight vectors (draws × areas) spread evenly over all in an order of importance: positions, the first first."""
    if sorted(order) != list(range(len(order))):
        raise UsageError(
            f"order {list(order)!r}: give each position from 0 to {len(order) - 1} once, the most important first"
        )
    weights = np.empty((draws, len(order)))
    weights[:, list(order)] = np.sort(uniform_weights(len(order), draws, seed), axis=1)[:, ::-1]
    return weights


def rank_acceptability(scores: ArrayLike, weights: ArrayLike | None = None, seed: int = 1) -> Floats | pd.DataFrame:
    """The share of draws in which each option has each rank: options × ranks. Ties share the ranks that they cover.

    `weights` is one vector, or draws × areas; None is every weight alike (uniform over all that sum to 1).
    """
    table = read_scores(scores)
    options = table.shape[1]
    counts = np.zeros((options, options))
    draws = 0
    for drawn in weighted(table, weights, seed):
        counts += count_ranks(drawn.values)
        draws += len(drawn.values)
    return named(scores, counts / draws, range(1, options + 1), "rank")


def break_even_weight(scores: ArrayLike, weights: ArrayLike, areas: int | Sequence[int], one: int, other: int) -> float:
    """The share of all weight that makes two options equal if given to an area,
    or to several together; NaN where none does.

    Scores are options × areas. Within the areas and among the others, weights keep their proportions.

    >>> break_even_weight([[100, 0], [40, 90]], [1, 1], 0, 0, 1)
    0.6
    """
    lead = np.asarray(scores, dtype=float)[one] - np.asarray(scores, dtype=float)[other]
    chosen = np.isin(np.arange(len(lead)), areas)
    if chosen.all() or not chosen.any():
        raise UsageError(f"areas {areas!r}: name one or several of the {len(lead)}, but not all")
    weights = np.asarray(weights, dtype=float)
    inside, outside = (float(np.average(lead[part], weights=weights[part])) for part in (chosen, ~chosen))
    return outside / (outside - inside) if inside * outside <= 0 and inside != outside else float("nan")


def central_weights(scores: ArrayLike, weights: ArrayLike | None = None, seed: int = 1) -> Floats | pd.DataFrame:
    """The mean of the weights with which each option is best: options × areas; NaN for one that never is."""
    table = read_scores(scores)
    total = np.zeros(table.shape[1:])
    count = np.zeros(table.shape[1])
    for drawn in weighted(table, weights, seed):
        best = drawn.values == drawn.values.max(axis=1, keepdims=True)
        best = best / best.sum(axis=1, keepdims=True)
        total += best.T @ drawn.weights
        count += best.sum(axis=0)
    centre = np.divide(total, count[:, None], out=np.full_like(total, np.nan), where=count[:, None] > 0)
    return named(scores, centre, None, "area")


def confidence_factors(scores: ArrayLike, weights: ArrayLike | None = None, seed: int = 1) -> Floats | pd.Series:
    """The share of draws in which each option is best, given its own central weights; NaN for one that never is."""
    table = read_scores(scores)
    factors = np.full(table.shape[1], np.nan)
    for option, weight in enumerate(np.asarray(central_weights(scores, weights, seed))):
        if np.isfinite(weight).all():
            values = table @ weight
            best = values == values.max(axis=1, keepdims=True)
            factors[option] = (best / best.sum(axis=1, keepdims=True))[:, option].mean()
    return pd.Series(factors, index=option_names(scores)) if isinstance(scores, pd.DataFrame) else factors


@dataclass(frozen=True)
class Drawn:
    """Some draws of weights, and the weighted score of each option with them."""

    weights: Floats
    values: Floats


def weighted(table: Floats, weights: ArrayLike | None, seed: int) -> Iterator[Drawn]:
    """Pair draws of scores with draws of weights, a chunk at a time."""
    draws, options, areas = table.shape
    enough = -(-DRAWS // draws) * draws
    vectors = uniform_weights(areas, enough, seed) if weights is None else read_weights(weights, draws, areas)
    total = max(draws, len(vectors))
    for start in range(0, total, step := max(CHUNK // options**2, 1)):
        place = np.arange(start, min(start + step, total))
        chosen = vectors[place % len(vectors)]
        values = chosen @ table[0].T if draws == 1 else np.einsum("noa,na->no", table[place % draws], chosen)
        yield Drawn(chosen, values)


def count_ranks(values: Floats) -> Floats:
    """How often each option (rows) has each rank (columns) among draws × options; ties share."""
    options = values.shape[1]
    above = (values[:, None, :] > values[:, :, None]).sum(axis=2)
    equal = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    place = np.arange(options) * options + above
    counts = np.zeros(options**2)
    for later in range(equal.max()):
        tied = equal > later
        counts += np.bincount(place[tied] + later, weights=1 / equal[tied], minlength=options**2)
    return counts.reshape(options, options)


def read_scores(scores: ArrayLike) -> Floats:
    """Scores as draws × options × areas."""
    if isinstance(scores, pd.DataFrame) and scores.columns.nlevels == 2:
        options, areas = (scores.columns.get_level_values(level).unique() for level in (0, 1))
        wide = scores.reindex(columns=pd.MultiIndex.from_product([options, areas]))
        table = wide.to_numpy(dtype=float).reshape(len(scores), len(options), len(areas))
    else:
        table = np.asarray(scores, dtype=float)
    table = table[None] if table.ndim == 2 else table
    if table.ndim != 3 or not table.size:
        raise UsageError(f"scores have shape {np.shape(scores)}; give draws × options × areas, or options × areas")
    if not np.isfinite(table).all():
        draw, option, area = np.argwhere(~np.isfinite(table))[0]
        where = f"draw {draw}, option {option}, area {area}"
        raise UsageError(f"scores: {where} is not a finite number; score every option in every area")
    return table


def read_weights(weights: ArrayLike, draws: int, areas: int) -> Floats:
    vectors = np.atleast_2d(np.asarray(weights, dtype=float))
    if vectors.ndim != 2 or vectors.shape[1] != areas:
        raise UsageError(f"weights have shape {np.shape(weights)} for {areas} areas; give one vector, or draws × areas")
    if len(vectors) != 1 and draws not in (1, len(vectors)):
        raise UsageError(f"{len(vectors)} weight vectors for {draws} draws of scores; give one, or one a draw")
    total = vectors.sum(axis=1, keepdims=True)
    if not (np.isfinite(vectors).all() and (vectors >= 0).all() and (total > 0).all()):
        raise UsageError(
            "weights hold a negative number, or none above 0; give each area 0 or more, and at least one more"
        )
    return vectors / total


def option_names(scores: ArrayLike) -> NDArray | list[int]:
    """The names of the options, or their numbers."""
    if isinstance(scores, pd.DataFrame):
        return scores.columns.get_level_values(0).unique()
    return list(range(np.shape(scores)[-2]))


def named(scores: ArrayLike, result: Floats, columns: Iterable | None, name: str) -> Floats | pd.DataFrame:
    """The result as it is, or with the names of options (and areas) where the scores came with names."""
    if not isinstance(scores, pd.DataFrame):
        return result
    areas = scores.columns.get_level_values(1).unique() if columns is None else list(columns)
    return pd.DataFrame(result, index=pd.Index(option_names(scores), name="option"), columns=pd.Index(areas, name=name))
