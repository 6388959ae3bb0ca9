"""Which of two ways an option takes that holds back its choice: the one that looks best by what is known by then.

What is known in a draw is what has happened by `choose_at` whichever way is taken: the events that have come and when,
the signals that the option has rows of its own for, and the amounts, rates and levels of what has begun. The mean of
what the one way gives beyond the other, given all this, is fitted by regression on draws of its own (Longstaff &
Schwartz 2001, Review of Financial Studies 14(1)), so that no choice sees the future of the draw that it is made in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.variants import takes
from fvmanalys.model.draws import Floats
from fvmanalys.model.events import Event, event_times
from fvmanalys.model.regression import Regression, regress
from fvmanalys.model.sample import CHOICE, Condition, Sample

__all__ = ["FIRST", "SECOND", "Rule", "read_choice"]

DRAWS = 2**14
SEED = 2001  # what a rule is found on, with a seed of its own
FIRST, SECOND = 0.0, 1.0  # the way taken


@dataclass(eq=False)
class Rule:
    """Says of each draw of a sample which way is taken; `model` is set once it is read.

    `number` is the key of that column, `condition` what rows of the first way wait for, `roots` what each way goes back
    to.
    """

    option: str
    number: str
    at: str
    signals: tuple[str, ...]
    condition: str
    roots: tuple[str, str]
    value_per_point: float
    model: Any = field(init=False, repr=False)

    def __call__(self, sample: Sample) -> Floats:
        """Choose in every draw; where what the choice waits for never comes, as if nothing had been learnt."""
        found, constant, low, high = self.fitted
        known, reached = self.known(sample)
        lead = np.full(sample.size, found.fitted[:, 0].mean())
        if found.design is not None and found.coefficients.any():
            rows = found.design.rows(np.clip(known, low, high))
            lead = np.where(reached, constant + rows @ found.coefficients[:, 0], lead)
        return np.where(lead >= 0, FIRST, SECOND)

    @cached_property
    def events(self) -> list[Event]:
        """The events that come whichever way is taken."""
        every = self.model.options[self.option].events
        apart = set[str]()
        for event in every:
            if self.waits(event.when) or apart & set(event.after):
                apart.add(event.name)
        return [event for event in every if event.name not in apart and self.at not in self.signals]

    @cached_property
    def numbers(self) -> list[tuple[str, str, str]]:
        """What shows itself whichever way is taken: an estimate, the event that shows it, and its condition."""
        parts = self.model.options[self.option]
        names = {"", *(event.name for event in self.events)} if self.events else set()
        rows = [
            (one, stream.end if stream.basis == "total" else stream.start, stream.when)
            for stream in parts.streams
            for one in stream.estimates
        ]
        rows += [(level.estimate, level.event, level.when) for level in parts.levels]
        drawn = [row for row in dict.fromkeys(rows) if not self.model.estimates[row[0]].is_fixed]
        return [(name, event, when) for name, event, when in drawn if event in names and not self.waits(when)]

    @cached_property
    def names(self) -> set[str]:
        """The risks and signals that the choice depends on."""
        waited = [*(event.when for event in self.events), *(when for *_, when in self.numbers)]
        return {*self.signals, *(name for when in waited for name, _ in literals(when))}

    @cached_property
    def estimates(self) -> set[str]:
        """The estimates that the choice depends on, beside those of risks and signals."""
        durations = {one for event in self.events for one in (event.estimate, *(name for _, name in event.readiness))}
        return (durations | {name for name, *_ in self.numbers}) - {""}

    def waits(self, when: str) -> bool:
        """Whether a condition asks which way is taken."""
        return self.condition in dict(literals(when))

    def known(self, sample: Sample) -> tuple[Floats, Floats]:
        """What is known in each draw when the choice is made (draws × numbers), and where it is made at all."""
        columns = [sample.occurs(self.option, name).astype(float) for name in self.signals]
        reached = np.ones(sample.size, dtype=bool)
        if self.events:
            times = event_times(self.events, sample, self.option, self.model.standing_share, self.model.delay)
            reached = np.isfinite(times[self.at])
            columns += self.seen(sample, times, np.where(reached, times[self.at], 0.0))
        return np.column_stack([np.zeros(sample.size), *columns]), reached

    def seen(self, sample: Sample, times: Mapping[str, Floats], at: Floats) -> Iterator[Floats]:
        """Which events have come by a time and when, and the numbers that these have shown."""
        for time in times.values():
            yield (time <= at).astype(float)
            yield np.where(time <= at, time, 0.0)
        for name, event, when in self.numbers:
            shown = times[event] <= at if event else at > 0
            if when:
                shown = shown & sample.holds(self.option, when)
            yield np.where(shown, sample.column(name), self.model.estimates[name].centre)

    @cached_property
    def fitted(self) -> tuple[Regression, float, Floats, Floats]:
        """How much the first way gives beyond the second given what is known; its constant, and between which ends."""
        chunks = list(self.model.chunks(DRAWS, SEED))
        known = np.concatenate([self.known(sample)[0] for sample in chunks])
        value = self.value_per_point
        worth = [np.concatenate([self.worth(sample, way, value) for sample in chunks]) for way in (FIRST, SECOND)]
        found = regress((worth[0] - worth[1])[:, None], known)
        constant = 0.0
        if found.design is not None:
            constant = float(found.fitted[0, 0] - (found.design.rows(known[:1]) @ found.coefficients)[0, 0])
        return found, constant, known.min(axis=0), known.max(axis=0)

    def worth(self, sample: Sample, way: float, value_per_point: float) -> Floats:
        """value·S − C where one way is taken in every draw, as if that were settled beforehand."""
        settled = replace(sample, given={self.number: np.full(sample.size, way)})
        found = self.model.outcome(settled, self.option)
        return value_per_point * found.score - found.cost


def read_choice(inputs: Inputs, option: str) -> dict[str, Condition]:
    """The condition that an option takes the first of its ways; none where it holds back no choice."""
    ways = inputs.ways[option]
    if len(ways) == 1:
        return {}
    row = next(one for one in inputs.records["options"] if one["option_id"] == option)
    at = row["choose_at"]
    names = [one["signal_id"] for one in inputs.counting("signals", option)]
    own = [one["signal_id"] for one in inputs.records["signals"] if one["option_id"] == option and one["id"]]
    signals = (at,) if at in names else tuple(own)
    value = inputs.parameters["value_per_point"]
    roots = ways[0][-1], ways[1][-1]
    rule = Rule(option, f"{CHOICE}{option}", at, signals, takes(ways[0]), roots, value)
    return {takes(ways[0]): Condition(rule.number, "", rule=rule)}
