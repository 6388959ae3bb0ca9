"""The numbers of the options traced through their draws: cost to streams, score to levels, time to events.

Every mean is one over weighted draws, so that a mean, a quantile and what is expected where something holds are traced
alike. The model is additive in streams and levels, and each of these is a product, so that all parts are exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.parts import OptionParts
from fvmanalys.analysis.trace import DRAWN, DRAWS, Order, Part, Rows, Trace, drawn, same, total
from fvmanalys.evidence.conditions import literals
from fvmanalys.model.costs import Stream, Window, stream_value
from fvmanalys.model.draws import Floats, blocks
from fvmanalys.model.events import Event, latest, months, row_time
from fvmanalys.model.levels import area_weights, normalised, starting_times
from fvmanalys.model.sample import Sample

__all__ = ["TracedDraws"]

MEAN = "mean"
FIRST = {  # the columns of means, named as those of quantiles are
    "cost_mean": "cost_pmean", "programme_mean": "programme_pmean", "score": "score_pmean",
    "net_benefit": "net_benefit_pmean", "expected_loss": "regret_pmean",
}  # fmt: skip
Factor = tuple[Floats, Callable[[float], Trace]]


@dataclass(frozen=True)
class TracedDraws:
    """The draws of a comparison, from which its numbers are traced."""

    comparison: Comparison
    order: Order = field(default_factory=Order)

    @cached_property
    def rows(self) -> Rows:
        """The raw rows."""
        return Rows(self.comparison.simulation.inputs)

    @cached_property
    def sample(self) -> Sample:
        """All draws as one sample."""
        simulation = self.comparison.simulation
        return simulation.model.sample(blocks(simulation.draws), simulation.seed)

    @cached_property
    def known(self) -> dict[Any, Any]:
        """What has been made: nodes, and what a MSEK of each course comes to."""
        return {}

    @property
    def model(self) -> Any:
        """The model of the draws."""
        return self.comparison.simulation.model

    @cached_property
    def even(self) -> Floats:
        """Every draw counts alike."""
        return np.full(self.sample.size, 1 / self.sample.size)

    @cached_property
    def worth(self) -> pd.DataFrame:
        """The net benefit of every option in every draw."""
        return self.comparison.simulation.net_benefit(self.comparison.value_per_point)

    @cached_property
    def whole(self) -> Window:
        """From `as_of` to the horizon, discounted."""
        return Window(self.model.rate, self.model.horizon)

    def times(self, option: str) -> dict[str, Floats]:
        """When the events of an option happen."""
        return self.model.times(self.sample, option)

    def product(self, name: str, weights: Floats, factors: Sequence[Factor]) -> Trace:
        """The mean of a product as the product of means: each is weighted by the factors before it."""
        whole = np.prod([column for column, _ in factors], axis=0)
        return Trace(name, float(np.sum(weights * whole)), "product", lambda: self.factors(weights, factors))

    def factors(self, weights: Floats, factors: Sequence[Factor]) -> list[Trace]:
        """The means of which a product is made; the share of the draws that count is one, where it is not all."""
        count = float(weights.sum())
        parts = [] if abs(count - 1) < 1e-12 else [Trace("draws", count, DRAWS)]
        for column, make in factors:
            before = weights.sum()
            weights = weights * column
            parts.append(make(float(weights.sum() / before) if before else 0.0))
            if not weights.sum():
                break
        return parts

    def drawn(self, name: str, value: float, parts: Callable[[], Sequence[Part]], outcome: Floats, *key: Any) -> Trace:
        """What is drawn of parts whose shares are the same whichever draws count, so that they are found once."""
        if (name, *key) not in self.known:
            node = drawn(name, value, parts(), outcome)
            self.known[name, *key] = node.parts, node.given
        nodes, shares = self.known[name, *key]
        return Trace(name, value, DRAWN, lambda: nodes, shares)

    def quantile(self, name: str, value: float, column: Floats, share: float, make: Callable[[Floats], Trace]) -> Trace:
        """A quantile by the parts of the draws around it."""
        chosen = self.order.around(column, share)
        node = make(np.bincount(chosen, minlength=len(column)) / len(chosen))
        return total(name, [node], value, "quantile")

    def cost(self, option: str, weights: Floats, window: Window | None = None, **only: Any) -> Trace:
        """The cost of an option in a window: the sum of its streams, or of those that are `only` so."""

        def counts(stream: Stream) -> bool:
            return all(getattr(stream, name) == wanted for name, wanted in only.items())

        name = f"cost/{option}"
        if window or only:
            return total(name, self.streams(option, counts, weights, window))
        value = float(np.sum(weights * self.comparison.simulation.cost[option].to_numpy()))
        return Trace(name, value, "sum", lambda: total(name, self.streams(option, counts, weights), value).parts)

    def streams(
        self, option: str, counts: Callable[[Stream], bool], weights: Floats | None = None, window: Window | None = None
    ) -> list[Trace]:
        """The streams of an option that count."""
        weights = self.even if weights is None else weights
        window = window or self.whole
        found = [stream for stream in self.model.options[option].streams if counts(stream)]
        return [
            self.kept(weights, (option, stream, window), partial(self.stream, option, stream, weights, window))
            for stream in found
        ]

    def kept(self, weights: Floats, key: tuple, make: Callable[[], Trace]) -> Trace:
        """A node, made once where every draw counts alike."""
        if weights is not self.even:
            return make()
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    def stream(self, option: str, stream: Stream, weights: Floats, window: Window) -> Trace:
        """What a cost row comes to: how much, how often, in what money, and from when to when."""
        sample = self.sample
        first = stream.estimates[0]
        unit = self.unit(option, stream, window)
        seen = sample.seen_from_outside(first, option, 0) if stream.outside_view else sample.column(first)
        outside = option if stream.outside_view else ""
        factors: list[Factor] = [(seen, lambda mean: self.estimate(first, mean, seen, outside))]
        factors += [(sample.column(one), partial(self.estimate, one)) for one in stream.estimates[1:]]
        if stream.when:
            held = sample.holds(option, stream.when).astype(float)
            factors.insert(0, (held, lambda mean: self.condition(option, stream.when, mean)))
        if stream.factor != 1:
            factors.append((np.full(sample.size, stream.factor), lambda mean: self.prices(option, stream, mean)))
        factors.append((unit, lambda mean: self.timing(option, stream, mean, unit, window)))
        return self.product(f"streams/{option}/{first}", weights, factors)

    def unit(self, option: str, stream: Stream, window: Window) -> Floats:
        """What a MSEK of a course comes to, kept for the option and the window that were asked of last."""
        if self.known.get("units", [None])[0] != (option, window):
            self.known["units"] = (option, window), {}, {}
        found, kept = self.known["units"][1:]
        if stream not in found:
            found[stream] = stream_value(stream, np.ones(self.sample.size), self.times(option), window, kept)
        return found[stream]

    def estimate(self, name: str, mean: float, column: Floats | None = None, outside: str = "") -> Trace:
        """The mean of an estimate as drawn; seen from `outside`, of an option, also of past programmes."""
        row = self.rows.estimate(name)
        if not outside or not self.sample.has_outside:
            return row if row.value == mean else Trace(f"draws/{name}", mean, DRAWN, lambda: [row], [1.0])
        ratio = self.sample.ratios(outside)[0 if name.startswith("contracts/") else 1]
        applies = self.sample.is_outside()
        parts = [
            (row, np.where(applies, np.nan, self.sample.column(name))),
            (self.programmes(), np.where(applies, ratio, 1)),
        ]
        return drawn(f"draws/{name}", mean, [*parts, *self.rows.parameters("outside_view")], column)

    def programmes(self) -> Trace:
        """The past programmes that the outside view draws from."""
        rows = self.rows.all_of("reference_class", role="core")
        return drawn("reference_class", float(len(rows)), rows)

    def condition(self, option: str, when: str, share: float) -> Trace:
        """In what share of the draws a condition holds: the risks and signals that it asks for."""
        held = self.sample.holds(option, when).astype(float)

        def parts() -> list[Part]:
            found = list[Part]()
            for name, _ in literals(when):
                occurs = self.sample.occurs(option, name).astype(float)
                ids = [self.rows.estimate(one) for one in sorted(self.model.condition_ids(option, name))]
                found.append((drawn(f"occurs/{option}/{name}", float(occurs.mean()), ids), occurs))
            return found

        return self.drawn(f"when/{option}/{when}", share, parts, held)

    def prices(self, option: str, stream: Stream, factor: float) -> Trace:
        """What an amount is multiplied by: the price index, a bias, the share of the team that is kept."""
        table = "staff_costs" if stream.employer else "contracts"
        amount = stream.estimates[1 if stream.employer else 0]
        row = next(row for row in self.rows.inputs.records[table] if row["id"] == amount)
        years = {row["price_year"], self.rows.inputs.parameters.get("price_year")}
        index = [one for year in years for one in self.rows.all_of("price_index", year=year)]
        kept = self.rows.parameters("price_year", *["standing_share"] * (stream.kept != 1))
        return drawn(f"factor/{option}/{amount}", factor, [self.rows.estimate(amount), *index, *kept])

    def timing(self, option: str, stream: Stream, years: float, unit: Floats, window: Window) -> Trace:
        """How many discounted years, or what share, of an amount count: from which event to which."""

        def parts() -> list[Part]:
            choices = self.rows.parameters("discount_rate", "horizon_years")
            return [*self.moments(option, [stream.start, stream.end]), *choices]

        return self.drawn(f"time/{option}/{stream.estimates[0]}", years, parts, unit, window, stream)

    def moments(self, option: str, names: Sequence[str]) -> list[tuple[Trace, Floats]]:
        """Some events of an option with their times, those that never happen at the horizon."""
        known = self.times(option)
        asked = [name for name in dict.fromkeys(names) if name in known]
        return [(self.when(option, name), np.minimum(known[name], self.model.horizon)) for name in asked]

    def when(self, option: str, name: str) -> Trace:
        """When an event happens, on average over the draws in which it does; infinite where it never does."""
        key = option, name
        if key not in self.known:
            happens = np.isfinite(self.times(option)[name])
            weights = happens / max(1, happens.sum())
            self.known[key] = self.event(option, name, weights) if happens.any() else self.never(option, name)
        return self.known[key]

    def never(self, option: str, name: str) -> Trace:
        """An event that happens in no draw: its rows."""
        rows = [row for row in self.rows.inputs.counting("timeline", option) if row["event_id"] == name]
        return drawn(f"events/{option}/{name}", np.inf, [self.rows.record("timeline", row) for row in rows])

    def event(self, option: str, name: str, weights: Floats) -> Trace:
        """When an event happens over weighted draws: the latest of what it waits for, and how long it takes then."""
        time = self.times(option)[name]
        value = float(np.sum(np.where(weights > 0, weights * np.where(np.isfinite(time), time, 0.0), 0.0)))
        return Trace(f"events/{option}/{name}", value, "sum", lambda: self.event_parts(option, name, weights))

    def event_parts(self, option: str, name: str, weights: Floats) -> list[Trace]:
        """The rows of an event that decide it: where each holds, the last to wait for, and the time after that."""
        times = self.times(option)
        parts = list[Trace]()
        left = weights > 0
        for event in (event for event in self.model.options[option].events if event.name == name):
            own = row_time(event, times, self.sample, option, self.model.standing_share)
            held = self.sample.holds(option, event.when) if event.when else np.ones(self.sample.size, dtype=bool)
            mine = left & held & (own <= times[name] + 1e-12)
            left = left & ~mine
            if not mine.any():
                continue
            counted = weights * mine
            if not event.when:
                parts += self.row_parts(option, event, counted)
                continue
            share = float(counted.sum())
            within = total(f"events/{option}/{name}/{event.when}", self.row_parts(option, event, counted / share))
            both = [self.condition(option, event.when, share), within]
            product = Trace(within.id, share * within.value, "product", lambda both=both: both)  # type: ignore[misc]
            parts.append(product)
        return parts

    def row_parts(self, option: str, event: Event, weights: Floats) -> list[Trace]:
        """What one row of the timeline gives, over the draws that it decides."""
        rows = [row for row in self.rows.inputs.counting("timeline", option) if row["event_id"] == event.name]
        row = next(row for row in rows if row["when"] == event.when)
        if event.date is not None:
            day = event.date * float(weights.sum())
            return [drawn(f"date/{event.name}", day, [self.rows.record("timeline", row)])]
        times = self.times(option)
        left = weights > 0
        parts = list[Trace]()
        last = latest([times.get(name) for name in event.after], self.sample.size) if event.after else 0.0
        for name in event.after:
            mine = left & (times.get(name, np.inf) == last)
            left = left & ~mine
            parts += [self.event(option, name, weights * mine)] if mine.any() else []
        years = months(event, self.sample, option, self.model.standing_share) / 12
        ids = [one for _, one in event.readiness] or [event.estimate]
        outside = option if event.outside_view else ""
        drawn_so = [self.sample.column(one) for one in ids]
        own = [
            (self.estimate(one, float(column.mean()), years, outside), column)
            for one, column in zip(ids, drawn_so, strict=True)
        ]
        return [*parts, drawn(f"months/{option}/{event.name}", float(np.sum(weights * years)), own, years)]

    def score(self, option: str, weights: Floats) -> Trace:
        """The score of an option: that of each area, weighted."""
        value = float(np.sum(weights * self.comparison.simulation.score[option].to_numpy()))

        def parts() -> Sequence[Trace]:
            areas = area_weights(self.model.areas, self.sample)
            makes = {one: partial(self.area, option, one, weights, areas[one]) for one in self.model.areas}
            return total("", [self.kept(weights, ("area", option, one), makes[one]) for one in makes], value).parts

        return Trace(f"score/{option}", value, "sum", parts)

    def area(self, option: str, area: str, weights: Floats, weight: Floats | None = None) -> Trace:
        """The score of an area, or what it adds to the whole: each level by how long it is in force."""
        if ("levels", option, area) not in self.known:
            parts = OptionParts(self.model, [self.sample], option, 0.0)
            levels = parts.level_slopes(area, self.sample, self.times(option))
            self.known["levels", option, area] = [(name, share) for name, _, share in levels if np.any(share)]
        kept = self.known["levels", option, area]
        nodes = [self.level(option, area, name, share, weights, weight) for name, share in kept]
        return total(f"areas/{option}/{area}", nodes)

    def level(
        self,
        option: str,
        area: str,
        name: str,
        share: Floats,
        weights: Floats,
        weight: Floats | None,
        moment: float | None = None,
    ) -> Trace:
        """What a level adds: by its area's weight, the share of time in which it is in force, and how high it is."""
        factors: list[Factor] = [] if weight is None else [(weight, lambda mean: self.weight(area, mean, weight))]
        factors += [(share, lambda mean: self.in_force(option, area, name, mean, share, moment))]
        factors += [(self.sample.column(name), lambda mean: self.estimate(name, mean))]
        return self.product(f"levels/{option}/{name}", weights, factors)

    def weight(self, area: str, mean: float, weight: Floats) -> Trace:
        """The weight of an area among all."""
        rows = [(self.rows.estimate(one), self.sample.column(one)) for one in map("areas/{}".format, self.model.areas)]
        return self.drawn(f"weight/{area}", mean, lambda: rows, weight)

    def in_force(self, option: str, area: str, name: str, mean: float, share: Floats, moment: float | None) -> Trace:
        """The share of time in which a level is in force: by the events that begin and end it, and its criterion."""

        def parts() -> list[Part]:
            rows = [row for row in self.model.options[option].levels if row.area == area]
            criteria = dict.fromkeys(f"criteria/{area}/{row.criterion}" for row in rows if row.criterion)
            found: list[Part] = [*self.moments(option, [row.event for row in rows])]
            found += [(self.rows.estimate(one), self.sample.column(one)) for one in criteria]
            return found + self.rows.parameters("horizon_years", "benefit_discount_rate", "discount_rate")

        return self.drawn(f"in_force/{option}/{name}", mean, parts, share, moment)

    def level_at(self, option: str, area: str, moment: float, value: float) -> Trace:
        """The level of an area at a moment: each row by the share of the draws in which it is in force."""
        rows = [row for row in self.model.options[option].levels if row.area == area]
        starts = starting_times(rows, self.times(option), self.sample, option)
        criteria = dict.fromkeys(row.criterion for row in rows)
        weights = normalised({one: self.sample.column(f"criteria/{area}/{one}") for one in criteria if one})
        last = {one: (np.full(self.sample.size, -1), np.full(self.sample.size, -np.inf)) for one in criteria}
        for place, (row, start) in enumerate(zip(rows, starts, strict=True)):
            which, since = last[row.criterion]
            comes = (start <= moment) & (start >= since)
            last[row.criterion] = np.where(comes, place, which), np.where(comes, start, since)
        shares = [(last[row.criterion][0] == place) * weights.get(row.criterion, 1.0) for place, row in enumerate(rows)]
        found = [
            self.level(option, area, row.estimate, share, self.even, None, moment)
            for row, share in zip(rows, shares, strict=True)
            if share.any()
        ]
        return total(f"levels/{option}/{area}", found, value)

    def benefit(self, option: str, weights: Floats, value: float | None = None) -> Trace:
        """The net benefit: what the points are worth that an option gives more, less what it costs more."""
        point = self.comparison.value_per_point if value is None else value
        cost, score = self.beside_reference(option, weights)
        each = self.rows.parameters("value_per_point")[0]
        each = each if each.value == point else drawn("value_per_point", point, [each])
        worth = Trace(f"points/{option}", point * score.value, "product", lambda: [each, score])
        return self.apart("net_benefit", worth, cost)

    def beside_reference(self, option: str, weights: Floats, other: str = "") -> tuple[Trace, Trace]:
        """What an option costs and what it gives more than the reference, or than another option."""
        other = other or self.comparison.simulation.inputs.reference
        cost = self.apart("cost", self.cost(option, weights), self.cost(other, weights))
        return cost, self.apart("score", self.score(option, weights), self.score(other, weights))

    def apart(self, name: str, one: Trace, other: Trace) -> Trace:
        """One number less another."""
        return Trace(f"{name}/{one.id.split('/')[-1]}", one.value - other.value, "difference", lambda: [one, other])

    def mean_benefit(self, option: str) -> Trace:
        """The expected net benefit of an option."""
        return self.kept(self.even, ("net_benefit", option), partial(self.benefit, option, self.even))

    def loss(self, option: str, weights: Floats) -> Trace:
        """What choosing an option loses: the best in each draw, option by option, less the option itself."""
        first = self.worth[self.competing].to_numpy().argmax(axis=1)
        won = [(one, weights * (first == place)) for place, one in enumerate(self.competing)]
        best = [self.benefit(one, mine) for one, mine in won if mine.any()]
        return self.apart("loss", total("best", best), self.benefit(option, weights))

    @property
    def competing(self) -> list[str]:
        """The options that may be the lasting answer."""
        return list(self.comparison.simulation.inputs.options(permanent_only=True))

    def owed(self, name: str, value: float, outcome: Floats | None = None, *more: Part) -> Trace:
        """A number computed of the draws of the options: how much each one's net benefit has to do with the outcome."""
        if outcome is None:
            rival = self.comparison.runner_up
            outcome = (self.worth[self.comparison.best] - (self.worth[rival] if rival else 0)).to_numpy()
        options = [(self.mean_benefit(one), self.worth[one].to_numpy()) for one in self.competing]
        return drawn(name, value, [*more, *options], outcome)

    def figure(self, name: str, option: str, column: str, value: float) -> Trace:
        """A number of the comparison."""
        simulation = self.comparison.simulation
        competing = self.competing
        what, _, percent = FIRST.get(column, column).rpartition("_p")
        loss = self.worth[competing].max(axis=1) - self.worth[option]
        kinds: dict[str, tuple[pd.Series, Callable[[str, Floats], Trace]]] = {
            "cost": (simulation.cost[option], self.cost),
            "programme": (simulation.programme_cost[option], self.programme),
            "score": (simulation.score[option], self.score),
            "net_benefit": (self.worth[option], self.benefit),
            "regret": (loss, self.loss),
        }
        if what in kinds:
            outcome, make = kinds[what]
            if percent == MEAN:
                return same(name, make(option, self.even), value)
            return self.quantile(name, value, outcome.to_numpy(), int(percent) / 100, partial(make, option))
        if column.startswith("full_use"):
            event = simulation.inputs.full_use_event(option)
            return self.moment(name, option, event, column.removeprefix("full_use_"), value)
        if column == "break_even_value":
            return Trace(name, value, "ratio", lambda: self.beside_reference(option, self.even))
        best = self.worth[competing].idxmax(axis=1).eq(option)
        return self.owed(name, value, best.to_numpy(dtype=float))

    def programme(self, option: str, weights: Floats) -> Trace:
        """The undiscounted cost of the programme."""
        return self.cost(option, weights, Window(0.0, self.model.horizon), programme=True)

    def moment(self, name: str, option: str, event: str, column: str, value: float) -> Trace:
        """When an event happens (`pNN`), or how often it does, or does in time."""
        if event not in self.times(option):
            return drawn(name, value, self.rows.all_of("options", option_id=option))
        if column.startswith("p") and column[1:].isdigit() and np.isfinite(value):
            share = int(column[1:]) / 100
            time = self.times(option)[event]
            return self.quantile(name, value, time, share, partial(self.event, option, event))
        return drawn(name, value, [self.when(option, event)])
