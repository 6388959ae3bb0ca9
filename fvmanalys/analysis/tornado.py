"""One estimate at a time from low to high: how far each swings the difference between two options."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fvmanalys.analysis.parts import OptionParts, fixed_at
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation
from fvmanalys.model.draws import Estimate, quantile
from fvmanalys.model.simulate import read_model

__all__ = ["SWINGS", "numbers", "tornado"]

SWINGS = ["id", "low_value", "high_value", "difference_low", "difference_high", "swing", "others"]
LOW, HIGH = 0.05, 0.95


def tornado(
    source: Inputs | Simulation,
    first: str,
    second: str,
    value_per_point: float | None = None,
    draws: int = 4096,
    seed: int = 1,
) -> pd.DataFrame:
    """The difference in expected net benefit between two options with each estimate at its P5 and P95, in MSEK.

    All others are as drawn. A row a number that either option uses, the widest swing first. Estimates that are the same
    number in every draw move together; `others` names those beside the first, with `;`.
    """
    inputs = source if isinstance(source, Inputs) else source.inputs
    model = read_model(inputs) if isinstance(source, Inputs) else source.model
    for option in (first, second):
        if option not in model.options:
            raise UsageError(f"no option {option!r}; the options are {', '.join(model.options)}")
    value = inputs.parameters["value_per_point"] if value_per_point is None else float(value_per_point)
    samples = list(model.chunks(draws, seed))
    one, other = (OptionParts(model, samples, option, value) for option in (first, second))
    rows = []
    for same in numbers(model.estimates):
        if set(same) & (one.ids | other.ids):
            low, high = quantile(model.estimates[same[0]], np.array([LOW, HIGH]))
            ends = [differ(one, other, same, end) for end in (low, high)]
            rows.append([same[0], low, high, *ends, abs(ends[1] - ends[0]), ";".join(same[1:])])
    table = pd.DataFrame(rows, columns=SWINGS)
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def differ(one: OptionParts, other: OptionParts, same: list[str], number: float) -> float:
    """How far one option is ahead of another in expected worth, with some estimates at a number."""
    first, second = (option.with_given(set(same), fixed_at(same, number)).total for option in (one, other))
    return first - second


def numbers(estimates: Mapping[str, Estimate]) -> list[list[str]]:
    """The estimates that are drawn, those together that are the same number in every draw."""
    groups: dict[tuple, list[str]] = {}
    for name, one in estimates.items():
        if not one.is_fixed:
            tied = bool(one.moves_with) and abs(one.strength) == 1
            driver = (one.moves_with, one.strength) if tied else one.stream
            key = driver, one.low, one.likely, one.high, one.distribution, one.ends
            groups.setdefault(key, []).append(name)
    return list(groups.values())
