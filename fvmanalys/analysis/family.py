"""What the leader's variants would add to it, such as a way out: whether they pay, and from which risk on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.leads import ERRORS, slices_of, standard_error
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model.sample import Mask

__all__ = ["variants"]

COLUMNS = ["option_id", "behind", "even", "risk", "base", "switching_value"]


def variants(comparison: Comparison, occurrences: Mapping[str, Mask]) -> pd.DataFrame:
    """How far the others of the leader's family fall behind it, and which risk would turn that.

    A row a permanent option: option_id, behind (MSEK), whether they are `even` within the error, and of the family's
    own risks the one whose probability (`base`) lies nearest to where it would turn which is better (`switching_value`;
    NaN without). The difference is linear in a probability: E[· | it holds]·p + E[· | not]·(1 − p). `occurrences` says
    in which of the first draws each risk holds.
    """
    simulation, best = comparison.simulation, comparison.best
    benefit = simulation.net_benefit(comparison.value_per_point)
    rows = []
    for option in simulation.inputs.options(permanent_only=True):
        if option == best or option not in simulation.inputs.family(best):
            continue
        behind = benefit[best] - benefit[option]
        even = behind.mean() <= ERRORS * standard_error(behind.to_numpy(), slices_of(benefit))
        owners = {*simulation.inputs.lines[best], *simulation.inputs.lines[option], ALL_OPTIONS}
        own = {name: holds for name, holds in occurrences.items() if name.split("/")[1] in owners}
        rows.append([option, behind.mean(), even, *nearest_turn(behind.to_numpy(), own)])
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("behind", kind="stable", ignore_index=True)


def nearest_turn(behind: np.ndarray, occurrences: Mapping[str, Mask]) -> tuple[str, float, float]:
    """The risk whose probability lies nearest to where a difference is zero, its probability today and there."""
    found = [("", np.nan, np.nan)]
    for name, holds in occurrences.items():
        if holds.all() or not holds.any():
            continue
        known = behind[: len(holds)]
        there = known[holds].mean()
        otherwise = known[~holds].mean()
        root = otherwise / (otherwise - there) if there != otherwise else np.nan
        if 0 <= root <= 1:
            found.append((name, float(holds.mean()), float(root)))
    return min(found, key=lambda one: abs(one[2] - one[1]) if one[0] else np.inf)
