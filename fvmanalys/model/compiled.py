"""The tables compiled once: what to draw, and how options, events, streams and levels hang together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.conditions import literals
from fvmanalys.model.choices import Rule, read_choice
from fvmanalys.model.costs import Stream, Window, read_streams, stream_amount, stream_value
from fvmanalys.model.draws import LARGEST, Block, Estimate, Floats, blocks, correlate, read_estimates
from fvmanalys.model.events import DAYS_PER_YEAR, Event, event_times, read_events
from fvmanalys.model.levels import Level, area_scores, area_weights, check_weights, on_scale, read_levels
from fvmanalys.model.programmes import ReferenceClass, read_class
from fvmanalys.model.sample import Condition, Sample, read_conditions
from fvmanalys.model.streams import Rate, check_rate, periods

__all__ = ["CHUNK_BLOCKS", "Model", "Outcome", "read_model", "year_edges"]

CHUNK_BLOCKS = 2
LAST_YEAR = 9998  # the calendar ends with 9999, and a table of years with the start of the one after the last


@dataclass(frozen=True)
class OptionModel:
    """What an option is made of."""

    events: list[Event]
    streams: list[Stream]
    levels: list[Level]


@dataclass(frozen=True)
class Outcome:
    """What one option comes to, in each draw of a chunk."""

    cost: Floats
    programme_cost: Floats
    score: Floats
    area_scores: Mapping[str, Floats]
    events: Mapping[str, Floats]


@dataclass(frozen=True)
class Model:
    """The tables compiled once: what to draw, and how options, events, streams and levels hang together."""

    estimates: Mapping[str, Estimate]
    options: Mapping[str, OptionModel]
    areas: list[str]
    conditions: Mapping[str, Mapping[str, Condition]]
    reference_class: ReferenceClass | None
    rate: Rate
    benefit_rate: Rate
    horizon: float
    outside_share: float
    standing_share: float
    delay: float | None = 0.0
    programmes: Mapping[str, str] = field(default_factory=dict)

    def sample(self, parts: Sequence[Block], seed: int, given: Mapping[str, Floats] | None = None) -> Sample:
        """A chunk of draws for this model."""
        known = self.estimates, self.conditions, self.reference_class, self.outside_share
        return Sample(*known, seed, parts, given or {}, self.programmes)

    def chunks(self, draws: int | Sequence[Block], seed: int, chunk_blocks: int = CHUNK_BLOCKS) -> Iterator[Sample]:
        """Draws, or some blocks of them, a chunk at a time."""
        parts = blocks(draws) if isinstance(draws, int) else draws
        return (self.sample(parts[i : i + chunk_blocks], seed) for i in range(0, len(parts), chunk_blocks))

    def condition_ids(self, option: str, when: str) -> set[str]:
        """The estimates that a condition depends on."""
        found = set()
        for name, _ in literals(when):
            condition = self.conditions[option][name]
            found |= {condition.rate, condition.false_alarm} - {""}
            found |= self.condition_ids(option, condition.of)
            if condition.rule is not None:
                found |= condition.rule.estimates | self.condition_ids(option, ";".join(condition.rule.names))
        return found

    def rule(self, option: str) -> Rule | None:
        """What says which way an option takes that holds back its choice."""
        return next((one.rule for one in self.conditions[option].values() if isinstance(one.rule, Rule)), None)

    def times(self, sample: Sample, option: str) -> dict[str, Floats]:
        """When the events of an option happen."""
        key = option, self.standing_share, self.delay
        if sample.given or key not in sample.kept_times:
            found = event_times(self.options[option].events, sample, option, self.standing_share, self.delay)
            return found if sample.given else sample.kept_times.setdefault(key, found)
        return sample.kept_times[key]

    def outcome(self, sample: Sample, option: str) -> Outcome:
        """Compute one option for a chunk of draws."""
        parts = self.options[option]
        times = self.times(sample, option)
        discounted = Window(self.rate, self.horizon)
        plain = Window(0.0, self.horizon)
        cost = np.zeros(sample.size)
        programme = np.zeros(sample.size)
        known = dict[tuple, Floats]()
        for stream in parts.streams:
            amount = stream_amount(stream, sample, option)
            cost += stream_value(stream, amount, times, discounted, known)
            if stream.programme:
                programme += stream_value(stream, amount, times, plain, known)
        scores = area_scores(parts.levels, times, sample, option, self.benefit_rate, self.horizon)
        weights = area_weights(self.areas, sample)
        score = on_scale(np.sum([weights[area] * scores[area] for area in self.areas], axis=0))
        return Outcome(cost, programme, score, scores, times)


def read_model(inputs: Inputs, delay: float | None = 0.0, options: Sequence[str] | None = None) -> Model:
    """Compile the tables; `delay` postpones every option's decision by so many years (None:
    it comes at once), `options` alone are read.
    """
    check_parameters(inputs)
    names = inputs.options() if options is None else options
    estimates = correlate(read_estimates(inputs.estimates.to_dict("records")), inputs.records["correlations"])
    check_weights("areas", {area: estimates[f"areas/{area}"] for area in inputs.areas})
    for area in inputs.areas:
        rows = [row for row in inputs.records["criteria"] if row["area_id"] == area]
        check_weights(f"criteria/{area}", {row["criterion_id"]: estimates[row["id"]] for row in rows})
    model = Model(
        estimates=estimates,
        options={
            name: OptionModel(read_events(inputs, name), read_streams(inputs, name), read_levels(inputs, name))
            for name in names
        },
        areas=inputs.areas,
        conditions={name: read_conditions(inputs, name) | read_choice(inputs, name) for name in names},
        reference_class=read_class(inputs.tables["reference_class"]),
        rate=read_rate(inputs),
        benefit_rate=inputs.parameters.get("benefit_discount_rate", read_rate(inputs)),
        horizon=inputs.parameters["horizon_years"],
        outside_share=inputs.parameters["outside_view"],
        standing_share=inputs.parameters["standing_share"],
        delay=delay,
        programmes={name: inputs.lines[name][-1] for name in names},
    )
    for rule in filter(None, map(model.rule, names)):
        rule.model = model
    return model


def read_rate(inputs: Inputs) -> Rate:
    """The rate of discount, by period where a table says so; the parameter holds until its first year."""
    rows, rate = inputs.records["discount_rates"], inputs.parameters["discount_rate"]
    steps = {0.0: rate} | {row["from_year"]: row["rate"] for row in rows}
    within = [(start, one) for start, one in steps.items() if start < inputs.parameters["horizon_years"]]
    return periods(within) if rows else rate


def check_parameters(inputs: Inputs) -> None:
    """Refuse a choice that no number follows from, wherever it was made: in the tables or in a call."""
    known = inputs.parameters
    for name in ("discount_rate", "benefit_discount_rate", "inflation"):
        check_rate(name, known.get(name, 0.0))
    for name, value in known.items():
        if not abs(value) <= LARGEST:
            raise UsageError(f"{name} {value:g} is not a number to compute with; correct it, or its unit")
    if not 0 < known["horizon_years"] < LAST_YEAR - inputs.as_of.year:
        problem = f"horizon_years {known['horizon_years']:g}, counted from {inputs.as_of}, does not end in the calendar"
        raise UsageError(f"{problem}; give a number of years above 0 that ends before the year {LAST_YEAR}")


def year_edges(as_of: date, horizon: float) -> tuple[list[int], Floats]:
    """The calendar years from `as_of` to the horizon, and the times at which they are cut, in years after `as_of`."""
    years = [as_of.year]
    edges = [0.0]
    while (start := (date(years[-1] + 1, 1, 1) - as_of).days / DAYS_PER_YEAR) < horizon:
        years.append(years[-1] + 1)
        edges.append(start)
    return years, np.array([*edges, horizon])
