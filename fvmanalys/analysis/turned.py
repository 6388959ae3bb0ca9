"""A decision with some numbers turned by hand: what can be turned, how far, and the inputs that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

from fvmanalys.analysis.compare import compare
from fvmanalys.analysis.findings import Findings
from fvmanalys.analysis.levers import SHARED
from fvmanalys.analysis.tornado import numbers
from fvmanalys.evidence import Inputs
from fvmanalys.model.events import DECIDED
from fvmanalys.model.simulate import simulate

__all__ = ["Knob", "knob", "knobs", "turned", "turned_findings"]

CHOICES = ("value_per_point", "discount_rate", "standing_share")
WIDTH = 1.5  # how far beyond its own range a number is turned


@dataclass(frozen=True)
class Knob:
    """What is turned: one id, or several that are one number; to a value, or by a factor or a number of points."""

    id: str
    unit: str
    base: float
    low: float
    high: float
    way: str = "value"
    ids: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        return self.ids or (self.id,)


def knobs(findings: Findings, most: int = 5) -> list[Knob]:
    """What is turned first: choices, weights, the day of the decision, and what most probably turns the answer."""
    inputs = findings.inputs
    ids = inputs.estimates["id"].tolist()
    days = [one for one in ids if one.startswith("timeline/") and one.split("/")[2] == DECIDED]
    chosen = [f"parameters/{name}" for name in CHOICES if f"parameters/{name}" in ids]
    found = [knob(inputs, one) for one in [*chosen, *(one for one in ids if one.startswith("areas/"))]]
    found += [replace(knob(inputs, days[0]), ids=tuple(days))] if days else []
    known = {target for one in found for target in one.targets}
    rows = [row for row in findings.turning.to_dict("records") if row["id"] not in known]
    return found + [lever(findings, row) for row in rows[:most]]


def knob(inputs: Inputs, estimate_id: str) -> Knob:
    """One estimate, from somewhat below its range to above; a fixed one from nothing to twice itself."""
    inputs.row_of(estimate_id)
    estimate = inputs.estimates.set_index("id").loc[estimate_id]
    low, likely, high = (float(estimate[end]) for end in ("low", "likely", "high"))
    base = likely if isfinite(likely) else (low + high) / 2
    fixed = not (isfinite(low) and isfinite(high)) or low == high
    if estimate["table"] == "parameters" and not fixed:  # its range is what results are shown over
        return Knob(estimate_id, str(estimate["unit"]), base, low, high, "likely")
    low, high = (
        (min(0.0, 2 * base), max(1.0, 2 * base)) if fixed else (low - (base - low) / 2, high + (high - base) / 2)
    )
    if estimate["unit"] not in ("MSEK", "ratio"):
        low = max(low, 0.0)
    if estimate["unit"] in ("share", "level"):
        high = min(high, 1.0 if estimate["unit"] == "share" else 100.0)
    return Knob(estimate_id, str(estimate["unit"]), base, low, high)


def lever(findings: Findings, row: Mapping[str, object]) -> Knob:
    """A switching value as something to turn, from beyond it on the one side to as far on the other."""
    name, base, root = str(row["id"]), float(row["base"]), float(row["switching_value"])  # type: ignore[arg-type]
    reach = WIDTH * abs(root - base) or 1.0
    low = base - reach
    high = base + reach
    if name.startswith(SHARED):
        first = name.removeprefix(SHARED)
        same = next(group for group in numbers(findings.simulation.model.estimates) if group[0] == first)
        return replace(bounded(knob(findings.inputs, first), low, high), id=name, base=base, ids=tuple(same))
    if name.startswith("bundle/"):
        way = "add" if row["unit"] == "points" else "times"
        return Knob(name, str(row["unit"]), base, low if way == "add" else max(low, 0.0), high, way)
    return bounded(replace(knob(findings.inputs, name), base=base), low, high)


def bounded(one: Knob, low: float, high: float) -> Knob:
    """A knob that reaches from one end to another, as far as its unit allows."""
    most = {"share": 1.0, "level": 100.0}.get(one.unit, high)
    least = low if one.unit in ("MSEK", "ratio") else 0.0
    return replace(one, low=max(min(one.low, low), least), high=min(max(one.high, high), most))


def turned(inputs: Inputs, settings: Mapping[Knob, float], why: str = "") -> Inputs:
    """The inputs with every knob where it is set: those set to a value together, then bundles one by one."""
    values = {target: value for one, value in settings.items() if one.way == "value" for target in one.targets}
    found = inputs.with_(values, why=why) if values else inputs
    for one, value in settings.items():
        if one.way == "likely":
            found = found.with_(one.id, likely=value, why=why)
        elif one.way == "times":
            found = found.with_(one.id, times=value, why=why)
        elif one.way == "add":
            found = found.with_(one.id, add=value, why=why)
    return found


def turned_findings(inputs: Inputs, settings: Mapping[Knob, float], draws: int, seed: int, why: str = "") -> Findings:
    """What is found with every knob where it is set, with the same random numbers."""
    changed = turned(inputs, settings, why)
    comparison = compare(simulate(changed, draws, seed))
    return Findings(comparison.simulation.inputs, comparison.simulation, comparison)
