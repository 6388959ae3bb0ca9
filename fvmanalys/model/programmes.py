"""The reference class as something to draw from: cost and duration ratios of past programmes, drawn jointly.

A missing ratio is drawn from all that have it; a censored one is a lower bound and is drawn from the uncensored ones
above it (where there is none, the bound itself).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fvmanalys.model.draws import Floats

__all__ = ["ReferenceClass", "read_class"]

Outcomes = tuple[Floats, Floats]
SECOND_DIGITS = 64


@dataclass(frozen=True)
class ReferenceClass:
    """For each programme what its cost and duration ratio may be: values with cumulative weights."""

    cost: tuple[Outcomes, ...]
    duration: tuple[Outcomes, ...]

    def draw(self, uniform: Floats) -> tuple[Floats, Floats]:
        """Draw cost and duration ratios from one uniform column:
        its first digits choose the programme, the next what is not known.

        One stratified column for all three shows each programme, and each value it may have, as often as is due.
        """
        place = uniform * len(self.cost)
        chosen = np.minimum(place.astype(int), len(self.cost) - 1)
        within = place - chosen
        return pick(self.cost, chosen, within), pick(self.duration, chosen, within * SECOND_DIGITS % 1)


def read_class(table: pd.DataFrame) -> ReferenceClass | None:
    """Make the class of the core programmes; None where no core programme has both kinds of ratio in the class."""
    core = table[table["role"] == "core"].sort_values("programme_id")
    if core["cost_ratio"].isna().all() or core["duration_ratio"].isna().all():
        return None
    return ReferenceClass(outcomes(core, "cost"), outcomes(core, "duration"))


def outcomes(core: pd.DataFrame, name: str) -> tuple[Outcomes, ...]:
    """What each programme's ratio may be."""
    ratio = core[f"{name}_ratio"].to_numpy(dtype=float)
    bound = core["censored"].isin([name, "both"]).to_numpy()
    seen = np.sort(ratio[np.isfinite(ratio) & ~bound])
    known = [
        possible(value, is_bound, seen) for value, is_bound in zip(ratio, bound, strict=True) if np.isfinite(value)
    ]
    values = np.concatenate(known)
    weights = np.concatenate([np.full(len(one), 1 / len(one) / len(known)) for one in known])
    anyone = (values, np.cumsum(weights))
    return tuple(
        (one := possible(value, is_bound, seen), np.arange(1, len(one) + 1) / len(one))
        if np.isfinite(value)
        else anyone
        for value, is_bound in zip(ratio, bound, strict=True)
    )


def possible(value: float, is_bound: bool, seen: Floats) -> Floats:
    """A known ratio itself; for a bound, the uncensored ones above it."""
    above = seen[seen > value]
    return above if is_bound and len(above) else np.array([value])


def pick(outcomes: tuple[Outcomes, ...], chosen: np.ndarray, uniform: Floats) -> Floats:
    """The ratio of the chosen programme in each draw."""
    drawn = np.empty(len(chosen))
    for index, (values, cumulative) in enumerate(outcomes):
        mine = chosen == index
        place = np.searchsorted(cumulative, uniform[mine], side="right")
        drawn[mine] = values[np.minimum(place, len(values) - 1)]
    return drawn
