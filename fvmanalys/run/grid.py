"""What a sweep varies, as GRID.toml says it: axes, and the scenarios that a grid or a sampled design makes of them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from fvmanalys.errors import UsageError
from fvmanalys.evidence.settings import did_you_mean, read_toml

__all__ = ["TEXTS", "Axis", "Grid", "Scenario", "read_grid"]

TEXTS = ("data", "as_of", "options")  # axes without numbers
SECTIONS = ("parameters", "estimates", "times", "add")  # ways of varying a number, each with an axis for each id
GRID, SAMPLED = "grid", "latin_hypercube"
MOST = 10_000_000

Scenario = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """One thing that varies: values to choose from, or a range between two ends."""

    name: str
    values: tuple[Any, ...] = ()
    ends: tuple[float, float] = (0.0, 0.0)

    def at(self, share: float) -> Any:
        """The value a share of the way through."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        return self.ends[0] + (self.ends[1] - self.ends[0]) * share


@dataclass(frozen=True)
class Grid:
    """A sweep as it is asked for."""

    axes: tuple[Axis, ...]
    design: str = GRID
    samples: int = 0
    draws: int = 10_000
    seed: int = 1

    @property
    def size(self) -> int:
        """The number of scenarios."""
        return self.samples if self.design == SAMPLED else math.prod(len(axis.values) for axis in self.axes)

    def scenario(self, index: int) -> Scenario:
        """What varies, by axis, in one of the scenarios: of a grid the last axis changes first."""
        if self.design == SAMPLED:
            return {axis.name: axis.at(float(share)) for axis, share in zip(self.axes, self.shares[index], strict=True)}
        places = np.unravel_index(index, [len(axis.values) for axis in self.axes])
        return {axis.name: axis.values[int(place)] for axis, place in zip(self.axes, places, strict=True)}

    @cached_property
    def shares(self) -> np.ndarray:
        """The sampled design, scenarios × axes, 0–1 (McKay, Beckman & Conover 1979, Technometrics 21(2))."""
        from scipy.stats import qmc

        return qmc.LatinHypercube(len(self.axes), rng=self.seed).random(self.samples)


def read_grid(path: Path) -> Grid:
    """Read GRID.toml; UsageError tells every fault at once."""
    told = read_toml(path, "name a file that says what to vary")
    settings = {one.name: told.get(one.name, one.default) for one in fields(Grid) if one.name != "axes"}
    faults = list(setting_faults(told, settings))
    given = {name: told[name] for name in TEXTS if name in told}
    for section in SECTIONS:
        if isinstance(told.get(section, {}), Mapping):
            given |= {f"{section}/{key}": value for key, value in told.get(section, {}).items()}
    axes = []
    for name, value in given.items():
        try:
            axes.append(read_axis(name, value, settings["design"] == GRID))
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if not given and not faults:
        faults.append(f"varies nothing; give values under one of {', '.join((*SECTIONS, *TEXTS))}")
    grid = Grid(tuple(axes), **settings)
    if not faults and not 1 <= grid.size <= MOST:
        faults.append(f"makes {grid.size} scenarios; give between 1 and {MOST}")
    if faults:
        raise UsageError("\n".join(f"{path}: {fault}" for fault in faults))
    return grid


def setting_faults(told: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong beside the axes."""
    known = [*settings, *SECTIONS, *TEXTS]
    yield from (f"{name}: no such setting; {did_you_mean(name, known)}" for name in told if name not in known)
    for name in SECTIONS:
        if not isinstance(told.get(name, {}), Mapping):
            yield f"{name}: is no section; write [{name}] above it"
    if settings["design"] not in (GRID, SAMPLED):
        yield f"design: {settings['design']!r} is not known; {did_you_mean(str(settings['design']), (GRID, SAMPLED))}"
    for name, least in (("samples", int(settings["design"] == SAMPLED)), ("draws", 1), ("seed", 0)):
        if type(settings[name]) is not int or settings[name] < least:
            yield f"{name}: {settings[name]!r} is not a whole number from {least}; correct it"


def read_axis(name: str, given: Any, needs_steps: bool) -> Axis:
    """One axis; ValueError says what is wrong with it."""
    if name in TEXTS:
        return Axis(name, tuple(read_texts(name, given)))
    if not isinstance(given, Mapping):
        values = given if isinstance(given, list) else [given]
        if not values:
            raise ValueError("has no values; give some")
        return Axis(name, tuple(map(number, values)))
    if not {"low", "high"} <= set(given) <= {"low", "high", "steps"}:
        raise ValueError("is no range; write {low = 1, high = 2, steps = 3}, or a list of values")
    low = number(given["low"])
    high = number(given["high"])
    steps = given.get("steps")
    if not low < high:
        raise ValueError(f"low {low:g} is not below high {high:g}; swap them")
    if steps is None and not needs_steps:
        return Axis(name, ends=(low, high))
    if type(steps) is not int or steps < 2:
        raise ValueError(f"steps {steps!r} is not a whole number from 2: into how many values the range is cut")
    return Axis(name, tuple(np.linspace(low, high, steps).tolist()))


def read_texts(name: str, given: Any) -> Iterator[str]:
    """The values of an axis without numbers; of options each is a list of those in play."""
    several = given if isinstance(given, list) else [given]
    if name == "options" and not all(isinstance(one, list) for one in several):
        several = [several]
    if not several or not all(map(str, several)) or [] in several:
        raise ValueError("names nothing; give one or several")
    for one in several:
        yield ";".join(map(str, one)) if name == "options" else str(one)


def number(value: Any) -> float:
    """A finite number; ValueError says what else it is."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number; give numbers, or a range of low, high and steps")
    return float(value)
