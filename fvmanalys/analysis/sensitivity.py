"""What moves the answer: tornado, Sobol' indices, and on what kind of evidence it rests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.analysis.information import read_columns
from fvmanalys.analysis.tails import check_finite_mean
from fvmanalys.analysis.tornado import tornado
from fvmanalys.errors import UsageError
from fvmanalys.model.draws import Floats
from fvmanalys.model.regression import regress

__all__ = ["SobolIndices", "evidence_share", "sobol", "tornado"]

FEWEST_POINTS = 64  # with fewer, two standard errors cover the true index in as little as a quarter of the samples
INTERACTION, REST = "interaction", "rest"
EDGE = 2.0**-33  # how near 0 or 1 a probability may come, so that a normal quantile stays finite


@dataclass(frozen=True)
class SobolIndices:
    """First-order and total indices, one an input (or outcomes × inputs), with standard errors as if draws were plain.

    The share of the variance that goes when the input alone is known; the share that stays when all others are.
    """

    first_order: Floats
    total: Floats
    first_order_error: Floats
    total_error: Floats


def sobol(function: Callable[[Floats], ArrayLike], distributions: Sequence[Any], n: int, seed: int = 1) -> SobolIndices:
    """First-order and total Sobol' indices of a function of independent inputs.

    `function` takes inputs × points and gives a number a point (or outcomes × points). A distribution has `ppf`, or is
    itself a quantile function. `n` points, at least 64, are rounded up to a power of 2; n·(k + 2) are made, each once.
    Saltelli et al. 2010, Computer Physics Communications 181(2).
    """
    from scipy.stats import sobol_indices  # takes seconds to import

    if not len(distributions):
        raise UsageError("no distributions: give one for every input of the function")
    if not FEWEST_POINTS <= n < np.inf or n != int(n):
        problem = f"{n!r} points are too few for indices, and for their standard errors, to mean anything"
        raise UsageError(f"{problem}; give a whole number, at least {FEWEST_POINTS}, better some thousand")
    first, second = base_points(distributions, int(np.ceil(np.log2(n))), seed)
    outcomes = {"f_A": evaluate(function, first), "f_B": evaluate(function, second)}
    outcomes["f_AB"] = np.array([evaluate(function, mixed) for mixed in mixtures(first, second)])
    spread = np.concatenate([outcomes["f_A"], outcomes["f_B"]], axis=1).var(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = sobol_indices(func=outcomes, n=first.shape[1])
    single = len(spread) == 1
    shares = (found.first_order, found.total_order, *index_errors(outcomes, spread))
    return SobolIndices(*(np.where(spread[:, None] > 0, share, 0.0)[0 if single else slice(None)] for share in shares))


def base_points(distributions: Sequence[Any], power: int, seed: int) -> tuple[Floats, Floats]:
    """Two sets of 2**power points: scrambled Sobol' points through the quantile functions, inputs × points."""
    from scipy.stats import qmc

    k = len(distributions)
    shares = qmc.Sobol(2 * k, rng=np.random.default_rng(seed)).random_base2(power).T
    shares = np.clip(np.ascontiguousarray(shares), EDGE, 1 - EDGE)
    quantiles = [quantile_function(one) for one in distributions]
    points = np.array([quantiles[row % k](share) for row, share in enumerate(shares)], dtype=float)
    return points[:k], points[k:]


def quantile_function(distribution: Any) -> Callable[[Floats], Floats]:
    """The quantile function of a distribution, or the distribution itself where it is one."""
    function = getattr(distribution, "ppf", distribution)
    if not callable(function):
        remedy = "give one with a method ppf, or a function from probabilities to values"
        raise UsageError(f"distribution {distribution!r}: {remedy}")
    return function


def mixtures(first: Floats, second: Floats) -> Iterator[Floats]:
    """The first set of points with one input at a time from the second."""
    mixed = first.copy()
    for row in range(len(first)):
        mixed[row] = second[row]
        yield mixed
        mixed[row] = first[row]


def evaluate(function: Callable[[Floats], ArrayLike], points: Floats) -> Floats:
    """The function's outcomes × points, checked."""
    values = np.atleast_2d(np.array(function(points), dtype=float))
    if values.shape[-1] != points.shape[1] or not np.isfinite(values).all():
        problem = f"gave shape {values.shape} for {points.shape[1]} points, or a number that is not finite"
        remedy = "let it take inputs × points and give one finite number a point"
        raise UsageError(f"the function {problem}; {remedy}")
    return values


def index_errors(outcomes: Mapping[str, Floats], spread: Floats) -> tuple[Floats, Floats]:
    """Standard errors of first-order and total indices, outcomes × inputs."""
    first, second, mixed = (outcomes[name] for name in ("f_A", "f_B", "f_AB"))
    centred = second - second.mean(axis=1, keepdims=True)
    scale = np.sqrt(first.shape[1]) * np.where(spread > 0, spread, np.inf)
    change = mixed - first
    return (centred * change).std(axis=2).T / scale[:, None], (change**2 / 2).std(axis=2).T / scale[:, None]


def evidence_share(
    difference: ArrayLike, columns: Mapping[str, ArrayLike] | pd.DataFrame, kinds: Mapping[str, str]
) -> pd.DataFrame:
    """What the variance of a difference in net benefit is owed to: a row a kind of evidence, with `inputs` and `share`.

    `columns` holds the draws of every input and `kinds` the kind of each. Each kind's share is what its inputs explain
    together; `interaction` what only several kinds together do, `rest` what none does: risks, the outside view. They
    sum to 1; shares of inputs that go together and would be counted twice are scaled down alike.
    """
    values = read_columns(difference, "outcome")
    if values.shape[1] != 1:
        raise UsageError(f"outcome has {values.shape[1]} columns; give one")
    check_finite_mean(difference, "outcome")
    groups: dict[str, list[str]] = {}
    for name in columns:
        groups.setdefault(kinds[name], []).append(name)
    shares = {kind: explained(values, stack(columns, names)) for kind, names in groups.items()}
    own = sum(shares.values())
    every = max([explained(values, stack(columns, list(columns))), *shares.values()]) if len(groups) > 1 else own
    scale = min(1.0, every / own) if own else 1.0
    rows = [[kind, len(groups[kind]), share * scale] for kind, share in shares.items()]
    rows += [[INTERACTION, 0, every - own * scale], [REST, 0, 1 - every]]
    return pd.DataFrame(rows, columns=["kind", "inputs", "share"]).set_index("kind")


def stack(columns: Mapping[str, ArrayLike] | pd.DataFrame, names: list[str]) -> Floats:
    """Some columns side by side."""
    return np.column_stack([np.asarray(columns[name], dtype=float) for name in names])


def explained(outcome: Floats, inputs: ArrayLike) -> float:
    """The share of the outcome's variance that the inputs explain, judged on draws left out."""
    columns = read_columns(inputs)
    if len(columns) != len(outcome):
        raise UsageError(
            f"the outcome has {len(outcome)} draws and an input {len(columns)}; give both from the same simulation"
        )
    return float(regress(outcome, columns).explained[0])
