"""The cost rows of an option as streams, and what they come to: contracts, and staffing times its cost."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fvmanalys.evidence import Inputs
from fvmanalys.model.draws import Floats
from fvmanalys.model.sample import Sample
from fvmanalys.model.streams import Period, Rate, check_rate, lump_value, sums_in_force, window_value

__all__ = [
    "PAUSE",
    "RESTART",
    "Stream",
    "Window",
    "headcounts",
    "read_streams",
    "stream_amount",
    "stream_value",
    "window_sums",
]

PAUSE, RESTART = "pause", "restart"


@dataclass(frozen=True)
class Stream:
    """One cost row, for one option.

    The amount is the product of its `estimates` and `factor` (price index, standing share). An empty `start` is
    `as_of`, an empty `end` the horizon. Staffing has an `employer`, and `kept`, the share of it that the standing
    team leaves.
    """

    estimates: tuple[str, ...]
    category: str
    payer: str
    programme: bool
    basis: str
    factor: float
    start: str
    end: str
    profile: str
    growth: float
    outside_view: bool
    when: str
    group: str
    employer: str = ""
    kept: float = 1.0

    @property
    def course(self) -> tuple[str, str, str, str, float]:
        """What says when its money flows: streams of one course differ in their amounts alone."""
        return self.start, self.end, self.basis, self.profile, self.growth


@dataclass(frozen=True)
class Window:
    """What is counted: the rate of discount, and the years from `opens` to `closes`, of the years to `horizon`."""

    rate: Rate
    horizon: float
    opens: float = 0.0
    closes: float = np.inf

    @property
    def end(self) -> float:
        """Where the window closes."""
        return min(self.closes, self.horizon)

    @property
    def lump_end(self) -> float:
        """Before when a lump counts: one that falls on the horizon itself does."""
        return float(np.nextafter(self.horizon, np.inf)) if self.closes >= self.horizon else self.closes

    def during(self, period: Period) -> "Window":
        """What of the window lies in a period, at its rate."""
        opens, closes = max(self.opens, period.opens), min(self.closes, period.closes)
        return replace(self, rate=period.rate, opens=opens, closes=closes)


def read_streams(inputs: Inputs, option: str) -> list[Stream]:
    """All cost rows of an option, its own and those that all options share."""
    return [*read_contracts(inputs, option), *read_staffing(inputs, option)]


def rows_of(inputs: Inputs, name: str, option: str) -> list[dict[str, Any]]:
    """The rows of a table that count for an option and have a quantity."""
    return [row for row in inputs.counting(name, option) if row["id"]]


def read_contracts(inputs: Inputs, option: str) -> list[Stream]:
    """The contracts of an option."""
    return [
        Stream(
            estimates=(row["id"],),
            category=row["category"],
            payer=row["payer"],
            programme=row["programme"] == "yes",
            basis=row["basis"],
            factor=price_factor(inputs, row["price_year"]) * uplift(row),
            start=row["from_event"],
            end=row["to_event"],
            profile=row["profile"],
            growth=growth_of(row),
            outside_view=row["outside_view"] == "yes",
            when=row["when"],
            group=row["group"],
        )
        for row in rows_of(inputs, "contracts", option)
    ]


def read_staffing(inputs: Inputs, option: str) -> list[Stream]:
    """The staffing of an option: full-time equivalents times what one costs a year; the phase is the category."""
    costs = {row["role_id"]: row for row in inputs.records["staff_costs"]}
    share = inputs.parameters["standing_share"]
    kept = {PAUSE: share, RESTART: 1 - share}
    return [
        Stream(
            estimates=(row["id"], f"staff_costs/{row['role_id']}"),
            category=row["phase"],
            payer="",
            programme=row["programme"] == "yes",
            basis="per_year",
            factor=kept.get(row["phase"], 1.0) * price_factor(inputs, costs[row["role_id"]]["price_year"]),
            employer=row["employer"],
            kept=kept.get(row["phase"], 1.0),
            start=row["from_event"],
            end=row["to_event"],
            profile=row["profile"],
            growth=growth_of(costs[row["role_id"]]),
            outside_view=False,
            when=row["when"],
            group=row["group"],
        )
        for row in rows_of(inputs, "staffing", option)
    ]


def uplift(row: Mapping[str, Any]) -> float:
    """What an amount is multiplied by for optimism bias:
    the share that has not been mitigated counts (HM Treasury, Green Book).
    """
    bias, mitigated = (0.0 if np.isnan(row[name]) else float(row[name]) for name in ("optimism_bias", "bias_mitigated"))
    return 1 + bias * (1 - mitigated)


def growth_of(row: Mapping[str, Any]) -> float:
    """The real growth of a row a year, 0 where none is given."""
    growth = 0.0 if np.isnan(row["real_growth"]) else float(row["real_growth"])
    check_rate(f"{row['id']}: real_growth", growth)
    return growth


def price_factor(inputs: Inputs, price_year: float) -> float:
    """What turns money of `price_year` into money of the parameter's;
    rules see to it that a year that differs has an index.
    """
    return inputs.price_factors.get(price_year, 1.0)


def stream_amount(stream: Stream, sample: Sample, option: str) -> Floats:
    """The drawn amount of a stream, in MSEK of the price year; nothing where its condition does not hold."""
    first, *others = stream.estimates
    amount = sample.seen_from_outside(first, option, 0) if stream.outside_view else sample.column(first)
    for name in others:
        amount = amount * sample.column(name)
    if stream.when:
        amount = np.where(sample.holds(option, stream.when), amount, 0.0)
    return amount * stream.factor


def stream_value(
    stream: Stream,
    amount: Floats,
    times: Mapping[str, Floats],
    window: Window,
    known: MutableMapping[tuple, Floats] | None = None,
) -> Floats:
    """What a stream comes to within a window, discounted to `as_of`, MSEK in each draw.

    `known` keeps, for these times, what one MSEK comes to, for other streams of the same course.
    """
    if isinstance(window.rate, tuple):
        return np.sum(
            [one.factor * stream_value(stream, amount, times, window.during(one), known) for one in window.rate], axis=0
        )
    known = {} if known is None else known
    key = (stream.course, window)
    if key not in known:
        known[key] = unit_value(stream, times, window)
    return amount * known[key]


def window_sums(
    streams: Sequence[Stream], sample: Sample, option: str, times: Mapping[str, Floats], windows: Sequence[Window]
) -> Floats:
    """The sum over draws of some streams of an option in each of several windows: streams × windows."""
    found = np.zeros((len(streams), len(windows)))
    one = np.ones(sample.size)
    for course in {stream.course: None for stream in streams}:
        places = [place for place, stream in enumerate(streams) if stream.course == course]
        amounts = np.array([stream_amount(streams[place], sample, option) for place in places])
        units = np.array([stream_value(streams[places[0]], one, times, window) for window in windows])
        found[places] = amounts @ units.T
    return found


def unit_value(stream: Stream, times: Mapping[str, Floats], window: Window) -> Floats:
    """What a stream comes to for each MSEK of its amount, at a rate that is the same throughout the window."""
    assert isinstance(window.rate, float | int)
    start = event_time(stream.start, times, 0.0)
    if stream.basis == "once":
        return lump_value(start, window.rate, stream.growth, window.opens, window.lump_end)
    end = event_time(stream.end, times, window.horizon)
    end = np.where(np.isinf(end), window.horizon, end)
    spread = window_value(start, end, window.rate, stream.profile, stream.growth, window.opens, window.end)
    if stream.basis == "per_year":
        return spread
    length = np.where(end > start, end - start, 1.0) / (1 if stream.profile == "level" else 2)
    at_once = lump_value(start, window.rate, stream.growth, window.opens, window.lump_end)
    return np.where(end > start, spread / length, at_once)


def event_time(name: str, times: Mapping[str, Floats], default: float) -> Floats:
    """The time of a stream's event: the default where none is named, never where the option lacks it."""
    return times.get(name, np.asarray(np.inf)) if name else np.asarray(default)


def headcounts(
    stream: Stream, times: Mapping[str, Floats], sample: Sample, option: str, moments: Floats, horizon: float
) -> Floats:
    """The sum over draws of the full-time equivalents of a staffing stream at some rising moments."""
    start = event_time(stream.start, times, 0.0)
    end = event_time(stream.end, times, horizon)
    end = np.where(np.isinf(end), horizon, end)
    held = sample.holds(option, stream.when) if stream.when else True
    full = np.where(held, sample.column(stream.estimates[0]) * stream.kept, 0.0)
    start, end = np.broadcast_to(start, full.shape), np.broadcast_to(end, full.shape)
    everybody = sums_in_force(moments, start, end, full)
    if stream.profile == "level":
        return everybody
    slope = full / np.where(end > start, end - start, 1.0)
    begun = np.where(np.isinf(start), 0.0, start)
    through = moments * sums_in_force(moments, start, end, slope) - sums_in_force(moments, start, end, slope * begun)
    through = np.clip(through, 0.0, everybody)
    return through if stream.profile == "ramp_up" else everybody - through
