"""What the spread of the lead is owed to: events, the experience of others, assumptions, judgements and facts."""

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.shapley import shapley
from fvmanalys.model.draws import Estimate, Floats, blocks
from fvmanalys.model.sample import Sample, crossed

__all__ = ["SOURCES", "spread"]

COLUMNS = ["source", "share"]
EVENT, EXPERIENCE, ASSUMPTION = "event", "experience", "assumption"
SOURCES = (EVENT, EXPERIENCE, ASSUMPTION, "judgement", "fact")
AGAIN = 2**32  # added to the seed, for other draws of the same


def spread(comparison: Comparison, draws: int = 8192) -> pd.DataFrame:
    """The share of the variance of the lead over the runner-up that each source is owed: source, share; they sum to 1.

    `event` is whether risks occur and signals say yes, `experience` whether the outside view applies and whose; the
    rest are numbers, by their kind, or assumptions where drawn together. What several do only together is divided by
    Shapley values of E[Var(lead | all other sources)] (Owen 2014, SIAM/ASA Journal on Uncertainty Quantification 2(1);
    Song et al. 2016, same journal 4(1)), for which the model runs with some sources drawn again.
    """
    simulation, rival = comparison.simulation, comparison.runner_up
    if rival is None:
        return pd.DataFrame(columns=COLUMNS)
    parts = blocks(min(draws, simulation.draws))
    first, second = (simulation.model.sample(parts, simulation.seed + more) for more in (0, AGAIN))
    kinds = dict(zip(simulation.inputs.estimates["id"], simulation.inputs.estimates["kind"], strict=True))
    source = source_of(simulation.model.estimates, kinds)

    def lead(sample: Sample) -> Floats:
        best, other = (simulation.model.outcome(sample, option) for option in (comparison.best, rival))
        return comparison.value_per_point * (best.score - other.score) - (best.cost - other.cost)

    leads = {frozenset[str](): lead(first)}
    origin = {key: source(key) for key in first.made}
    present = [name for name in SOURCES if name in origin.values()]
    leads[frozenset(present)] = lead(second)
    for some in (frozenset(some) for size in range(1, len(present)) for some in combinations(present, size)):
        leads[some] = lead(crossed(first, second, {key for key, name in origin.items() if name in some}))

    def left_open(some: frozenset[str]) -> Floats:
        """The variance that is left when everything else is known."""
        return np.array(np.mean([np.mean((leads[one] - leads[one ^ some]) ** 2) / 2 for one in leads]))

    found = np.maximum(shapley(present, left_open, exact_up_to=len(SOURCES)), 0)
    if not found.any():
        return pd.DataFrame(columns=COLUMNS)
    shares = dict(zip(present, found / found.sum(), strict=True))
    return pd.DataFrame([[name, shares.get(name, 0.0)] for name in SOURCES], columns=COLUMNS)


def source_of(estimates: Mapping[str, Estimate], kinds: Mapping[str, str]) -> Callable[[str], str]:
    """The source of every column that a sample makes, by its key."""
    together: dict[tuple[str, str], set[str]] = {}
    for name, one in estimates.items():
        if not one.is_fixed:
            together.setdefault(driver(one), set()).add(kinds[name])

    def source(key: str) -> str:
        name = key.removeprefix("beyond/")
        if name not in estimates:
            return EVENT if name.startswith("occurs/") else EXPERIENCE
        found = together[driver(estimates[name])]
        return next(iter(found)) if len(found) == 1 else ASSUMPTION

    return source


def driver(estimate: Estimate) -> tuple[str, str]:
    """What the draws of an estimate hang on: a correlated group, a common factor, or a stream of random numbers."""
    if estimate.group:
        return "group", estimate.group.streams[0]
    tied = bool(estimate.moves_with and estimate.strength)
    return ("factor", estimate.moves_with) if tied else ("stream", estimate.stream)
