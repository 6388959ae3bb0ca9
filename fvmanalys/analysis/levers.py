"""What can be turned: numbers of the model, and bundles of them, with what each does to an option's worth."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fvmanalys.analysis.parts import OptionParts, across, fixed_at
from fvmanalys.analysis.tornado import numbers
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.rules import id_part
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model import Simulation
from fvmanalys.model.draws import Estimate, Floats
from fvmanalys.model.sample import Sample

__all__ = ["SHARED", "Lever", "bundles", "levers"]

STRAIGHT = ("contracts", "staffing", "staff_costs", "levels")  # the worth of an option is linear in them
CHANCES = ("risks", "signals")  # and in how often something holds, from never to always
BENT = ("timeline", "readiness", "areas", "criteria")
ENDS = {"share": (0.0, 1.0), "level": (0.0, 100.0)}
TIMES_HIGH = 10.0
SHARED = "bundle/*/number/"
BUNDLED = ("timeline", "readiness", "contracts", "staffing", "levels")
FACTORS = (0.0, TIMES_HIGH)
POINTS = (-100.0, 100.0)


@dataclass(frozen=True)
class Lever:
    """What is turned (a bundle has no `estimate`): its base and ends, and the worth of an option at another number."""

    id: str
    name: str
    unit: str
    base: float
    ends: tuple[float, float]
    touches: frozenset[str]
    worth: Callable[[OptionParts, Any], Any]
    is_straight: bool
    estimate: Estimate | None = None


def levers(simulation: Simulation, samples: Sequence[Sample], options: Sequence[str]) -> list[Lever]:
    """Every number of the model in the order of the tables, those that several rows share, and bundles of options."""
    rows = simulation.inputs.estimates.to_dict("records")
    estimates = simulation.model.estimates
    singles = [number(row, estimates[row["id"]], samples) for row in rows if row["table"] in STRAIGHT + CHANCES + BENT]
    known = {one.id: one for one in singles if not one.id.startswith(CHANCES)}
    together = [
        shared(names, known[names[0]]) for names in numbers(estimates) if len(names) > 1 and set(names) <= set(known)
    ]
    return [*singles, *together, *bundles(simulation.inputs, options)]


def number(row: dict[str, Any], estimate: Estimate, samples: Sequence[Sample]) -> Lever:
    """One number, which is the same in every draw when it is turned."""
    name = row["id"]
    worth = alike if row["table"] in STRAIGHT else partial(between, {}) if row["table"] in CHANCES else bent
    return Lever(
        id=name,
        name=row["name"],
        unit=row["unit"],
        base=float(sum(sample.column(name).sum() for sample in samples) / sum(sample.size for sample in samples)),
        ends=ENDS.get(row["unit"]) or wide(estimate),
        touches=frozenset({name}),
        worth=partial(worth, frozenset({name})),
        is_straight=row["table"] not in BENT,
        estimate=estimate,
    )


def shared(names: list[str], first: Lever) -> Lever:
    """One number that several rows share, turned in all of them: `bundle/*/number/ID`, with the id of the first."""
    touches = frozenset(names)
    straight = all(name.split("/")[0] in STRAIGHT for name in names)
    return replace(
        first,
        id=f"{SHARED}{first.id}",
        touches=touches,
        worth=partial(alike if straight else bent, touches),
        is_straight=straight,
    )


def wide(estimate: Estimate) -> tuple[float, float]:
    """From 0 to ten times the high; what may be negative, as far the other way."""
    low, high = (estimate.likely, estimate.likely) if estimate.is_fixed else (estimate.low, estimate.high)
    return min(TIMES_HIGH * low, 0.0), max(TIMES_HIGH * high, 0.0)


def alike(names: frozenset[str], parts: OptionParts, x: float) -> float:
    """The worth of an option with several numbers at x that it is linear in."""
    slopes = [parts.slopes.get(name, (0.0, 0.0)) for name in names]
    return parts.drawn.total + sum(unit * x - drawn for drawn, unit in slopes)


def bent(names: frozenset[str], parts: OptionParts, x: float | Floats) -> Any:
    """The worth of an option with any numbers at x."""
    return parts.with_given(set(names), fixed_at(names, x)).total


def between(known: dict[tuple[str, float], float], names: frozenset[str], parts: OptionParts, x: float) -> float:
    """The worth where something holds in the share x of the draws: between where it never and always does."""
    for end in (0.0, 1.0):
        if (parts.option, end) not in known:
            known[parts.option, end] = bent(names, parts, end)
    return (1 - x) * known[parts.option, 0.0] + x * known[parts.option, 1.0]


def bundles(inputs: Inputs, options: Sequence[str]) -> Iterator[Lever]:
    """All durations of an option, its amounts of each category, its staffing in each phase, and all its levels."""
    for option, row in inputs.tables["options"].set_index("option_id").loc[list(options)].iterrows():
        own = {
            table: [one for one in inputs.counting(table, option) if one["option_id"] != ALL_OPTIONS and one["id"]]
            for table in BUNDLED
        }
        name = str(row["name"])
        first = f"bundle/{id_part(option)}"
        times = [one["id"] for table in ("timeline", "readiness") for one in own[table]]
        if times:
            yield factor(f"{first}/duration/", name, times, stretched, is_straight=False)
        for kind, table, column in (("amount", "contracts", "category"), ("staffing", "staffing", "phase")):
            for group in dict.fromkeys(one[column] for one in own[table]):
                ids = [one["id"] for one in own[table] if one[column] == group]
                yield factor(f"{first}/{kind}/{id_part(group)}", str(group), ids, scaled, is_straight=True)
        levels = frozenset(one["id"] for one in own["levels"])
        if levels:
            yield Lever(
                f"{first}/level/", name, "points", 0.0, POINTS, levels, partial(raised, levels), is_straight=False
            )


def factor(
    name: str, called: str, ids: list[str], worth: Callable[[frozenset[str], OptionParts, Any], Any], is_straight: bool
) -> Lever:
    """A bundle that is multiplied."""
    return Lever(name, called, "ratio", 1.0, FACTORS, frozenset(ids), partial(worth, frozenset(ids)), is_straight)


def scaled(names: frozenset[str], parts: OptionParts, x: float) -> float:
    """The worth of an option with some amounts x times what they are."""
    return parts.drawn.total + (x - 1) * sum(parts.slopes.get(name, (0.0, 0.0))[0] for name in sorted(names))


def stretched(names: frozenset[str], parts: OptionParts, x: float | Floats) -> Any:
    """The worth of an option with some durations x times what they are, also where they are seen from outside."""
    outside = {event.estimate for event in parts.model.options[parts.option].events if event.outside_view}

    def given(sample: Sample) -> dict[str, Floats]:
        seen = {
            name: sample.seen_from_outside(name, parts.option, 1) if name in outside else sample.column(name)
            for name in names
        }
        return {name: across(x, sample) * column for name, column in seen.items()}

    return parts.with_given(set(names), given).total


def raised(names: frozenset[str], parts: OptionParts, x: float | Floats) -> Any:
    """The worth of an option with x points added to some levels as they are drawn."""

    def given(sample: Sample) -> dict[str, Floats]:
        return {name: sample.drawn(name) + across(x, sample) for name in names}

    return parts.with_given(set(names), given).total
