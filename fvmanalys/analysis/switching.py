"""Switching values: what a number, or a bundle of them, would have to be for another option to come out best."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial, reduce
from itertools import pairwise
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.levers import SHARED, Lever, levers
from fvmanalys.analysis.parts import OptionParts
from fvmanalys.analysis.tornado import numbers
from fvmanalys.model.draws import Estimate, Floats
from fvmanalys.model.sample import Sample, thinned

__all__ = ["COLUMNS", "closest_first", "switching_values"]

COLUMNS = ["id", "name", "unit", "base", "switching_value", "winner", "inside", "probability_beyond"]
FIRST_LOOK = 1000  # draws on which a change of sign is looked for before all of them are used
DOWN = (0.25, 0.5, 0.75, 1.0)
UP = (0.02, 0.06, 0.15, 0.4, 1.0)  # where it is looked for, of the way from the base to either end
LOOKS = 1 + len(DOWN) + len(UP)
CLOSE = 1e-8  # of the margin's spread: no root is sought more closely
ROUNDS = 12

Exact = Callable[[float], dict[str, float]]  # how far the leader is ahead of each rival over all draws


def switching_values(comparison: Comparison, among: Collection[str] | None = None) -> pd.DataFrame:
    """For every number of the model and every bundle, where another option than the leader comes out best.

    `switching_value` is what the number must be in every draw, its tie, range and outside view dropped, for the
    leader's expected net benefit to equal that of the best option outside its family, the `winner`; of several the one
    nearest to the `base`, the mean today. NaN where there is none between a share's 0 and 1, a level's 0 and 100, or 0
    and ten times the high of anything else. `inside` says whether it lies in the number's own range,
    `probability_beyond` is the share of its draws on the far side. `bundle/OPTION/KIND/NAME` multiplies all durations
    of an option, its amounts of a category or its staffing in a phase, or adds points to all its levels; `*` rows are
    in no bundle. `bundle/*/number/ID` is a number that several rows share, turned in all. Empty where the leader has no
    rival.
    """
    if not comparison.rivals:
        return pd.DataFrame(columns=COLUMNS)
    search = Search(comparison)
    rows = []
    for lever in levers(comparison.simulation, search.samples, search.bundled):
        if among is not None and lever.id not in among:
            continue
        root, winner = search.turn(lever)
        rows.append(
            [lever.id, lever.name, lever.unit, lever.base, root, winner, *likelihood(lever, root, search.samples)]
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def likelihood(lever: Lever, root: float, samples: Sequence[Sample]) -> tuple[str, float]:
    """Whether a root lies in the range of what is turned, and the share of draws beyond it; fixed has neither."""
    if not np.isfinite(root) or lever.estimate is None or lever.estimate.is_fixed:
        return "no", 0.0
    column = np.concatenate([sample.column(min(lever.touches)) for sample in samples])
    inside = lever.estimate.low <= root <= lever.estimate.high
    return "yes" if inside else "no", float(np.mean(column > root if root >= lever.base else column < root))


@dataclass(frozen=True)
class Search:
    """The leader beside its rivals, over all draws and, for a first look, over some of them."""

    comparison: Comparison

    @cached_property
    def leader(self) -> str:
        """The best option."""
        return self.comparison.best

    @cached_property
    def rivals(self) -> list[str]:
        """The options that may take over."""
        return self.comparison.rivals

    @property
    def bundled(self) -> list[str]:
        """The options with bundles: all but the leader's variants, and what it is a variant of."""
        inputs = self.comparison.simulation.inputs
        return [
            option for option in inputs.options() if option == self.leader or option not in inputs.family(self.leader)
        ]

    @cached_property
    def samples(self) -> list[Sample]:
        """All draws."""
        simulation = self.comparison.simulation
        return simulation.first(simulation.draws)

    @cached_property
    def full(self) -> dict[str, OptionParts]:
        """Leader and rivals over all draws."""
        return self.over(self.samples)

    @cached_property
    def step(self) -> int:
        """Of how many draws one is looked at first."""
        for parts in self.full.values():
            parts.make()
        return max(self.comparison.simulation.draws // FIRST_LOOK, 1)

    @cached_property
    def coarse(self) -> dict[str, OptionParts]:
        """Leader and rivals over some draws; over all where they are few."""
        return self.full if self.step == 1 else self.over([thinned(self.samples, self.step)])

    @cached_property
    def wide(self) -> dict[str, OptionParts]:
        """The same draws once for each number that is looked at."""
        return self.over([thinned(self.samples, self.step, LOOKS)], LOOKS)

    def over(self, samples: Sequence[Sample], copies: int = 1) -> dict[str, OptionParts]:
        """Leader and rivals over some samples."""
        model = self.comparison.simulation.model
        value = self.comparison.value_per_point
        return {
            option: OptionParts(model, samples, option, value, drop_outside=True, copies=copies)
            for option in (self.leader, *self.rivals)
        }

    @cached_property
    def spread(self) -> float:
        """The standard deviation of the leader's margin to its best rival."""
        benefit = self.comparison.simulation.net_benefit(self.comparison.value_per_point)
        return float((benefit[self.leader] - benefit[self.comparison.runner_up]).std(ddof=0))

    def leads(self, lever: Lever, options: Mapping[str, OptionParts], x: float | Floats) -> dict[str, Any]:
        """How far the leader is ahead of each rival with a lever at x, over some draws moved to all as drawn."""
        worths = {}
        for name, parts in options.items():
            drawn = self.full[name].drawn.total
            worths[name] = lever.worth(parts, x) + drawn - parts.drawn.total if lever.touches & parts.ids else drawn
        return {name: worths[self.leader] - worths[name] for name in self.rivals}

    def margin(self, lever: Lever, options: Mapping[str, OptionParts], x: float | Floats) -> Any:
        """How far the leader is ahead of its best rival with a lever at x."""
        return reduce(np.minimum, self.leads(lever, options, x).values())

    def turn(self, lever: Lever) -> tuple[float, str]:
        """Where the answer turns, and to which option; NaN and none where it does not."""
        exact = cache(partial(self.leads, lever, self.full))
        used = any(lever.touches & parts.ids for parts in self.full.values())
        root = (self.straight(lever, exact) if lever.is_straight else self.curved(lever, exact)) if used else nan
        return (root, min(exact(root), key=exact(root).__getitem__)) if np.isfinite(root) else (nan, "")

    def straight(self, lever: Lever, exact: Exact) -> float:
        """The nearest root of a margin that is the least of straight lines."""
        low, high = lever.ends
        first, last = map(exact, lever.ends)
        small = CLOSE * max(1.0, *map(abs, first.values()), *map(abs, last.values()))
        roots = []
        for rival in first:
            part = first[rival] / (first[rival] - last[rival]) if first[rival] != last[rival] else nan
            if 0 <= part <= 1 and min((1 - part) * first[other] + part * last[other] for other in first) >= -small:
                roots.append(low + part * (high - low))
        return min(roots, key=lambda root: abs(root - lever.base), default=nan)

    def curved(self, lever: Lever, exact: Exact) -> float:
        """The nearest root of any margin: a change of sign is looked for outward from the base,
        and settled on all draws.
        """
        sides = [
            [lever.base + step * (end - lever.base) for step in steps]
            for end, steps in zip(lever.ends, (DOWN, UP), strict=True)
        ]
        today, *margins = self.margin(lever, self.wide, np.array([lever.base, *sides[0], *sides[1]]))
        brackets = [
            sign_change([lever.base, *side], [today, *found])
            for side, found in zip(sides, (margins[: len(DOWN)], margins[len(DOWN) :]), strict=True)
        ]
        roots = [self.settled(lever, exact, *bracket) for bracket in brackets if bracket]
        return min((root for root in roots if np.isfinite(root)), key=lambda root: abs(root - lever.base), default=nan)

    def settled(self, lever: Lever, exact: Exact, first: float, last: float) -> float:
        """The root on all draws, begun from the one on some of them; NaN where the margin leaps past zero."""
        look = partial(self.margin, lever, self.coarse)
        if self.coarse is self.full:
            root = float(brentq(look, first, last, xtol=1e-12 * abs(last - first), rtol=1e-12))
            left = look(root)
        else:
            near = float(brentq(look, first, last, xtol=1e-3 * abs(last - first)))
            aside = near + 0.01 * (last - first)
            slope = (look(aside) - look(near)) / (aside - near)
            root, left = secant(lambda x: min(exact(x).values()), near, slope, lever.ends, CLOSE * self.spread)
        return root if abs(left) <= max(1.0, self.spread / 1000) else nan


def sign_change(places: Sequence[float], values: Sequence[float]) -> tuple[float, float] | None:
    """The first two neighbours between which a function changes sign that has some values at some places."""
    for (place, value), (other, after) in pairwise(zip(places, values, strict=True)):
        if value * after <= 0 and (value or after):
            return place, other
    return None


def secant(
    function: Callable[[float], float], start: float, slope: float, ends: tuple[float, float], goal: float
) -> tuple[float, float]:
    """The place nearest to a root that a few secant steps find, and the function there."""
    tried = [(start, function(start))]
    while abs(tried[-1][1]) > goal and slope and len(tried) < ROUNDS:
        place = float(np.clip(tried[-1][0] - tried[-1][1] / slope, *ends))
        if place in dict(tried):
            break
        tried.append((place, function(place)))
        slope = (tried[-1][1] - tried[-2][1]) / (tried[-1][0] - tried[-2][0])
    return min(tried, key=lambda pair: abs(pair[1]))


def closest_first(table: pd.DataFrame, estimates: Mapping[str, Estimate]) -> pd.DataFrame:
    """What can turn the answer, that first which most probably does, then what has least way to go.

    A number that several rows share is turned in all of them: it cannot be one thing here and another there.
    """
    known = set(table["id"])
    parts = {name for same in numbers(estimates) if f"{SHARED}{same[0]}" in known for name in same}
    found = table[~table["id"].isin(parts)].dropna(subset="switching_value")
    way = (found["switching_value"] - found["base"]).abs() / found["base"].abs().where(found["base"].ne(0), 100.0)
    order = found.assign(nearness=-way).sort_values(["probability_beyond", "nearness"], ascending=False, kind="stable")
    return order.drop(columns="nearness").reset_index(drop=True)
