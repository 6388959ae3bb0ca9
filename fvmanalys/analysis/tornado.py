"""One estimate at a time from low to high: how far each swings the difference between two options."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model import Simulation
from fvmanalys.model.costs import Window, stream_amount, stream_value
from fvmanalys.model.draws import Estimate, Floats, blocks, quantile
from fvmanalys.model.levels import area_scores, area_weights
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, read_model

__all__ = ["tornado"]

LOW, HIGH = 0.05, 0.95


def tornado(
    source: Inputs | Simulation, first: str, second: str, value_per_point: float | None = None, draws: int = 4096, seed: int = 1
) -> pd.DataFrame:
    """The difference in expected net benefit between two options with each estimate at its P5 and P95, in MSEK.

    All other estimates are as drawn. A row a number that either option uses, the widest swing first: id, low_value,
    high_value, difference_low, difference_high, swing. Estimates that are the same number in every draw move together
    in one row; `others` names those beside the first, with `;`.
    """
    inputs = source if isinstance(source, Inputs) else source.inputs
    model = read_model(inputs) if isinstance(source, Inputs) else source.model
    for option in (first, second):
        if option not in model.options:
            raise UsageError(f"no option {option!r}; the options are {', '.join(model.options)}")
    value = inputs.parameters["value_per_point"] if value_per_point is None else float(value_per_point)
    base = model.sample(blocks(draws), seed)
    one, other = (OptionWorth(model, base, option, value) for option in (first, second))
    rows = []
    for same in numbers(model.estimates):
        if one.uses(same) or other.uses(same):
            low, high = quantile(model.estimates[same[0]], np.array([LOW, HIGH]))
            ends = [one.mean_with(same, end) - other.mean_with(same, end) for end in (low, high)]
            rows.append([same[0], low, high, *ends, ";".join(same[1:])])
    table = pd.DataFrame(rows, columns=["id", "low_value", "high_value", "difference_low", "difference_high", "others"])
    table.insert(5, "swing", (table["difference_high"] - table["difference_low"]).abs())
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def numbers(estimates: Mapping[str, Estimate]) -> list[list[str]]:
    """The estimates that are drawn, those together that are the same number in every draw."""
    groups: dict[tuple, list[str]] = {}
    for name, estimate in estimates.items():
        if not estimate.is_fixed:
            groups.setdefault(number_key(estimate), []).append(name)
    return list(groups.values())


def number_key(estimate: Estimate) -> tuple:
    """What makes two estimates the same number in every draw: one stream or factor, and equal quantities."""
    tied = bool(estimate.moves_with) and abs(estimate.strength) == 1
    driver = (estimate.moves_with, estimate.strength) if tied else estimate.stream
    return driver, estimate.low, estimate.likely, estimate.high, estimate.distribution


@dataclass(frozen=True)
class OptionWorth:
    """The mean of value·S − C of one option, kept in parts, so that a change makes again only what it touches."""

    model: Model
    base: Sample
    option: str
    value: float

    @cached_property
    def time_ids(self) -> set[str]:
        """The estimates that events depend on."""
        events = self.model.options[self.option].events
        own = {event.estimate for event in events} | {name for event in events for _, name in event.readiness}
        return own | {self.risk_id(event.when) for event in events}

    @cached_property
    def stream_ids(self) -> list[set[str]]:
        """The estimates that each cost stream depends on, beside its events."""
        return [{*stream.estimates, self.risk_id(stream.when)} for stream in self.model.options[self.option].streams]

    @cached_property
    def area_ids(self) -> dict[str, set[str]]:
        """The estimates that each area's score depends on, beside its events."""
        levels = self.model.options[self.option].levels
        ids: dict[str, set[str]] = {}
        for level in levels:
            ids.setdefault(level.area, set()).update([level.estimate, self.risk_id(level.when), f"criteria/{level.area}/{level.criterion}"])
        return ids

    @cached_property
    def weight_ids(self) -> set[str]:
        """The estimates of the areas' weights."""
        return {f"areas/{area}" for area in self.model.areas}

    def risk_id(self, when: str) -> str:
        """The estimate of a condition's probability."""
        risk = when.removeprefix("!")
        owner = self.option if (self.option, risk) in self.model.risks else ALL_OPTIONS
        return f"risks/{owner}/{risk}" if risk else ""

    def uses(self, names: list[str]) -> bool:
        """Whether the option depends on any of these estimates."""
        return any(set(names) & ids for ids in (self.time_ids, self.weight_ids, *self.stream_ids, *self.area_ids.values()))

    @cached_property
    def times(self) -> dict[str, Floats]:
        """When events happen, as drawn."""
        return self.model.times(self.base, self.option)

    @cached_property
    def costs(self) -> list[float]:
        """The mean cost of each stream, as drawn."""
        return [self.cost(index, self.base, self.times) for index in range(len(self.stream_ids))]

    @cached_property
    def scores(self) -> dict[str, Floats]:
        """The score of each area, as drawn."""
        return {area: self.score(area, self.base, self.times) for area in self.area_ids}

    @cached_property
    def weights(self) -> dict[str, Floats]:
        """The weight of each area, as drawn."""
        return area_weights(self.model.areas, self.base)

    def cost(self, index: int, sample: Sample, times: dict[str, Floats]) -> float:
        """The mean cost of one stream."""
        stream = self.model.options[self.option].streams[index]
        amount = stream_amount(stream, sample, self.option)
        return float(np.mean(stream_value(stream, amount, times, Window(self.model.rate, self.model.horizon))))

    def score(self, area: str, sample: Sample, times: dict[str, Floats]) -> Floats:
        """The score of one area."""
        rows = [level for level in self.model.options[self.option].levels if level.area == area]
        return area_scores(rows, times, sample, self.option, self.model.rate, self.model.horizon)[area]

    def mean_with(self, names: list[str], number: float) -> float:
        """The mean of value·S − C with some estimates at a number."""
        sample = replace(self.base, given=dict.fromkeys(names, np.full(self.base.size, number)))
        changed = set(names)
        moved = bool(changed & self.time_ids)
        times = self.model.times(sample, self.option) if moved else self.times
        costs = self.costs.copy()
        for index, ids in enumerate(self.stream_ids):
            if moved or changed & ids:
                costs[index] = self.cost(index, sample, times)
        again = [area for area, ids in self.area_ids.items() if moved or changed & ids]
        scores = self.scores | {area: self.score(area, sample, times) for area in again}
        weights = area_weights(self.model.areas, sample) if changed & self.weight_ids else self.weights
        return self.value * float(np.mean(sum(weights[area] * scores[area] for area in self.model.areas))) - sum(costs)
