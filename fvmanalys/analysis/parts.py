"""The expected value·S − C of one option, kept in parts, so that a change makes again only what it touches."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from fvmanalys.model.costs import Stream, Window, stream_amount, stream_value
from fvmanalys.model.draws import Floats
from fvmanalys.model.events import event_times
from fvmanalys.model.levels import area_scores, area_weights, normalised, shares_in_force, starting_times
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model

__all__ = ["Given", "OptionParts", "Worth", "across", "fixed_at"]

Given = Callable[[Sample], Mapping[str, Floats]]


@dataclass(frozen=True)
class Worth:
    """What an option is expected to give, by area in weighted points, and to cost, by stream in MSEK."""

    value: float
    areas: Mapping[str, float]
    costs: Sequence[float]

    @cached_property
    def total(self) -> float:
        return self.value * sum(self.areas.values()) - sum(self.costs)


def fixed_at(names: Iterable[str], number: float | Floats) -> Given:
    """Some estimates at one number in every draw; at several, each in one of as many copies of the draws."""
    return lambda sample: dict.fromkeys(names, across(number, sample))


def across(number: float | Floats, sample: Sample) -> Floats:
    """A number in every draw, or several, each in one of as many copies of the draws."""
    return np.repeat(np.asarray(number, dtype=float), sample.size // np.size(number))


@dataclass(frozen=True)
class OptionParts:
    """One option over some chunks of draws; what is given counts so, where `drop_outside` in outside draws too.

    Where each chunk is several `copies` of some draws, one after the other, what is found is an array, a number a copy.
    """

    model: Model
    samples: Sequence[Sample]
    option: str
    value: float
    drop_outside: bool = False
    copies: int = 1

    @cached_property
    def event_ids(self) -> dict[str, set[str]]:
        """The estimates that each event depends on, beside the events before it."""
        ids: dict[str, set[str]] = {}
        for event in self.model.options[self.option].events:
            own = {event.estimate, *(name for _, name in event.readiness)} - {""}
            ids.setdefault(event.name, set()).update(own | self.model.condition_ids(self.option, event.when))
        return ids

    @cached_property
    def stream_ids(self) -> list[set[str]]:
        """The estimates that each cost stream depends on, beside its events."""
        streams = self.model.options[self.option].streams
        return [{*stream.estimates} | self.model.condition_ids(self.option, stream.when) for stream in streams]

    @cached_property
    def area_ids(self) -> dict[str, set[str]]:
        """The estimates that each area's score depends on, beside its events and the areas' weights."""
        ids: dict[str, set[str]] = {}
        for level in self.model.options[self.option].levels:
            own = {level.estimate, f"criteria/{level.area}/{level.criterion}"}
            ids.setdefault(level.area, set()).update(own | self.model.condition_ids(self.option, level.when))
        return ids

    @cached_property
    def area_events(self) -> dict[str, set[str]]:
        levels = self.model.options[self.option].levels
        return {area: {level.event for level in levels if level.area == area} for area in self.area_ids}

    @cached_property
    def weight_ids(self) -> set[str]:
        return {f"areas/{area}" for area in self.model.areas}

    @cached_property
    def ids(self) -> set[str]:
        return self.weight_ids.union(*self.event_ids.values(), *self.stream_ids, *self.area_ids.values())

    @property
    def risks(self) -> list[str]:
        """The risks that the option depends on, by the ids of their probabilities."""
        return [name for name in self.model.estimates if name in self.ids and name.startswith("risks/")]

    def ids_of_risk(self, risk: str) -> set[str]:
        """The estimates that are 0 where a risk is off: its own, and those of the signals of it."""
        known = self.model.conditions[self.option].values()
        names = {name for name, one in self.model.conditions[self.option].items() if one.rate == risk}
        return {risk} | {name for one in known if one.of in names for name in (one.rate, one.false_alarm)}

    def moved(self, changed: set[str]) -> set[str]:
        """The events that change with some estimates, with all that follow them."""
        moved: set[str] = set()
        for event in self.model.options[self.option].events:
            if self.event_ids[event.name] & changed or moved & set(event.after):
                moved.add(event.name)
        return moved

    @cached_property
    def times(self) -> list[dict[str, Floats]]:
        """When events happen, as drawn, chunk by chunk."""
        return [self.model.times(sample, self.option) for sample in self.samples]

    @cached_property
    def weights(self) -> list[dict[str, Floats]]:
        """The weight of each area, as drawn, chunk by chunk."""
        return [area_weights(self.model.areas, sample) for sample in self.samples]

    @cached_property
    def scores(self) -> list[dict[str, Floats]]:
        """The score of each area, as drawn, chunk by chunk."""
        pairs = zip(self.samples, self.times, strict=True)
        return [self.scores_of(self.model.areas, sample, times) for sample, times in pairs]

    @cached_property
    def units(self) -> list[dict[tuple, Floats]]:
        """What one MSEK of each course comes to, as drawn, chunk by chunk."""
        return [{} for _ in self.samples]

    @cached_property
    def drawn(self) -> Worth:
        """The option as drawn."""
        chunks = list(zip(self.samples, self.times, self.units, strict=True))
        costs = [sum(self.cost(i, *chunk) for chunk in chunks) for i in range(len(self.stream_ids))]
        pairs = list(zip(self.weights, self.scores, strict=True))
        areas = {
            area: sum(self.total(weights[area] * scores[area]) for weights, scores in pairs)
            for area in self.model.areas
        }
        return self.mean(costs, areas)

    def total(self, column: Floats) -> Any:
        """The sum over draws, of each copy."""
        return float(np.sum(column)) if self.copies == 1 else column.reshape(self.copies, -1).sum(axis=1)

    def make(self) -> None:
        """Draw everything that the option depends on."""
        _ = self.drawn, self.slopes

    @cached_property
    def size(self) -> int:
        """The number of draws."""
        return sum(sample.size for sample in self.samples) // self.copies

    def mean(self, costs: Sequence[float], areas: Mapping[str, float]) -> Worth:
        """Sums over draws as means."""
        points = {area: total / self.size for area, total in areas.items()}
        return Worth(self.value, points, [total / self.size for total in costs])

    def cost(self, index: int, sample: Sample, times: Mapping[str, Floats], known: dict[tuple, Floats]) -> Any:
        """The sum over draws of the cost of one stream."""
        stream = self.stream(index, sample.given)
        amount = stream_amount(stream, sample, self.option)
        return self.total(stream_value(stream, amount, times, self.window, known))

    def stream(self, index: int, given: Mapping[str, Floats]) -> Stream:
        """A stream, which nobody sees from outside where its amount is given."""
        stream = self.model.options[self.option].streams[index]
        return (
            replace(stream, outside_view=False) if self.drop_outside and set(stream.estimates) & set(given) else stream
        )

    @cached_property
    def window(self) -> Window:
        return Window(self.model.rate, self.model.horizon)

    def scores_of(self, areas: Collection[str], sample: Sample, times: Mapping[str, Floats]) -> dict[str, Floats]:
        rows = [level for level in self.model.options[self.option].levels if level.area in areas]
        return area_scores(rows, times, sample, self.option, self.model.benefit_rate, self.model.horizon)

    def times_with(self, sample: Sample, known: dict[str, Floats], moved: set[str]) -> dict[str, Floats]:
        """When events happen, where some of them have moved and the others are known."""
        if not moved:
            return known
        events = [
            replace(event, outside_view=False) if self.drop_outside and event.estimate in sample.given else event
            for event in self.model.options[self.option].events
            if event.name in moved
        ]
        rest = {name: time for name, time in known.items() if name not in moved}
        return event_times(events, sample, self.option, self.model.standing_share, self.model.delay, rest)

    def with_given(self, changed: set[str], given: Given) -> Worth:
        """The option with other columns of the `changed` estimates."""
        if not changed & self.ids:
            return self.drawn
        moved = self.moved(changed)
        weighs = bool(changed & self.weight_ids)
        streams = self.model.options[self.option].streams
        touched = [i for i, one in enumerate(streams) if self.stream_ids[i] & changed or moved & {one.start, one.end}]
        again = {area for area, ids in self.area_ids.items() if ids & changed or moved & self.area_events[area]}
        costs = dict.fromkeys(touched, 0.0)
        areas = dict.fromkeys(self.model.areas if weighs else again, 0.0)
        for place, one in enumerate(self.samples):
            sample = replace(one, given={**one.given, **given(one)})
            times = self.times_with(sample, self.times[place], moved)
            weights = area_weights(self.model.areas, sample) if weighs else self.weights[place]
            known = {key: unit for key, unit in self.units[place].items() if moved.isdisjoint(key[0][:2])}
            for index in costs:
                costs[index] += self.cost(index, sample, times, known)
            scores = {**self.scores[place], **self.scores_of(again, sample, times)}
            for area in areas:
                areas[area] += self.total(weights[area] * scores[area])
        found = self.mean(list(costs.values()), areas)
        all_costs = list(self.drawn.costs)
        for index, cost in zip(costs, found.costs, strict=True):
            all_costs[index] = cost
        return Worth(self.value, {**self.drawn.areas, **found.areas}, all_costs)

    @cached_property
    def slopes(self) -> dict[str, tuple[float, float]]:
        """For every number that the option's worth is linear in: what it adds as drawn, and what a unit of it would."""
        sums: dict[str, Floats] = {}
        for sample, times, weights, known in zip(self.samples, self.times, self.weights, self.units, strict=True):
            for index in range(len(self.stream_ids)):
                for name, drawn, unit in self.stream_slopes(index, sample, times, known):
                    sums[name] = sums.get(name, np.zeros(2)) - np.array([drawn, unit])
            for area in self.model.areas:
                for name, points, share in self.level_slopes(area, sample, times):
                    pair = np.array([float(np.sum(weights[area] * points)), float(np.sum(weights[area] * share))])
                    sums[name] = sums.get(name, np.zeros(2)) + self.value * pair
        return {name: (float(drawn / self.size), float(unit / self.size)) for name, (drawn, unit) in sums.items()}

    def stream_slopes(
        self, index: int, sample: Sample, times: Mapping[str, Floats], known: dict[tuple, Floats]
    ) -> Iterable[tuple[str, float, float]]:
        """What a stream costs as drawn and per unit of each of its estimates, summed over draws."""
        stream = self.model.options[self.option].streams[index]
        bare = np.where(sample.holds(self.option, stream.when), stream.factor, 0.0)
        unit = stream_value(stream, bare, times, self.window, known)
        plain = replace(stream, when="", factor=1.0)
        drawn = float(np.sum(unit * stream_amount(plain, sample, self.option)))
        for name in stream.estimates:
            others = [sample.column(other) for other in stream.estimates if other != name]
            yield name, drawn, float(np.sum(np.prod([unit, *others], axis=0)))

    def level_slopes(
        self, area: str, sample: Sample, times: Mapping[str, Floats]
    ) -> Iterable[tuple[str, Floats, Floats]]:
        """What each level of an area adds to its score, as drawn and per point, in each draw."""
        rows = [level for level in self.model.options[self.option].levels if level.area == area]
        starts = starting_times(rows, times, sample, self.option)
        criteria = list(dict.fromkeys(row.criterion for row in rows))
        alone = criteria == [""]
        weights = {} if alone else normalised({one: sample.column(f"criteria/{area}/{one}") for one in criteria})
        for criterion in criteria:
            mine = [place for place, row in enumerate(rows) if row.criterion == criterion]
            shares = shares_in_force([starts[place] for place in mine], self.model.benefit_rate, self.model.horizon)
            for place, share in zip(mine, shares, strict=True):
                unit = share if alone else share * weights[criterion]
                yield rows[place].estimate, unit * sample.column(rows[place].estimate), unit
