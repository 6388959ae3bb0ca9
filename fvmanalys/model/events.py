"""When things happen, per option and draw: the latest of what comes before, plus a duration."""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.rules import split
from fvmanalys.model.draws import Floats
from fvmanalys.model.sample import Sample

__all__ = ["DAYS_PER_YEAR", "DECIDED", "RESTARTED", "Event", "event_times", "read_events", "years_after"]

DAYS_PER_YEAR = 365.25
DECIDED, RESTARTED = "decided", "restarted"


@dataclass(frozen=True)
class Event:
    """One row of the timeline, for one option.

    It has a time in years after `as_of` (`date`), or comes `estimate` months after the latest of `after`, or, where
    `readiness` holds rows of (standing share, estimate), after the months read from them.
    """

    name: str
    after: tuple[str, ...] = ()
    when: str = ""
    date: float | None = None
    estimate: str = ""
    outside_view: bool = False
    readiness: tuple[tuple[float, str], ...] = ()


def years_after(day: Any, as_of: Any) -> float:
    """Years of 365.25 days from `as_of` to `day`."""
    return (day - as_of).days / DAYS_PER_YEAR


def read_events(inputs: Inputs, option: str) -> list[Event]:
    """The events of an option, each after those that it waits for."""
    events = [read_event(row, inputs, option) for row in inputs.counting("timeline", option)]
    graph: dict[str, set[str]] = {}
    for event in events:
        graph.setdefault(event.name, set()).update(event.after)
    order = {name: place for place, name in enumerate(TopologicalSorter(graph).static_order())}
    return sorted(events, key=lambda event: order[event.name])


def read_event(row: dict[str, Any], inputs: Inputs, option: str) -> Event:
    """Make one event of its row."""
    waits = row["event_id"] == RESTARTED and not row["id"] and row["date"] is None
    return Event(
        name=row["event_id"],
        after=tuple(split(row["after"])),
        when=row["when"],
        date=None if row["date"] is None else years_after(row["date"], inputs.as_of),
        estimate=row["id"],
        outside_view=row["outside_view"] == "yes",
        readiness=read_readiness(inputs, option) if waits else (),
    )


def read_readiness(inputs: Inputs, option: str) -> tuple[tuple[float, str], ...]:
    """The readiness rows of an option as (standing share, estimate id), rising."""
    return tuple(sorted((row["standing_share"], row["id"]) for row in inputs.counting("readiness", option)))


def event_times(
    events: list[Event],
    sample: Sample,
    option: str,
    standing_share: float,
    delay: float | None = 0.0,
    known: Mapping[str, Floats] | None = None,
) -> dict[str, Floats]:
    """The time of each event in each draw, in years after `as_of`; infinite where it does not happen.

    Rows of one event whose conditions exclude one another are one event. `delay` years are added to the decision
    itself, which comes at once where it is None. `known` are the times of events that are not computed again.
    """
    times: dict[str, Floats] = dict(known or {})
    for event in events:
        time = row_time(event, times, sample, option, standing_share)
        if event.name == DECIDED:
            time = np.zeros(sample.size) if delay is None else time + delay
        if event.when:
            time = np.where(sample.holds(option, event.when), time, np.inf)
        times[event.name] = np.minimum(times[event.name], time) if event.name in times else time
    return times


def row_time(event: Event, times: Mapping[str, Floats], sample: Sample, option: str, standing_share: float) -> Floats:
    """The time that one row gives, wherever its condition holds."""
    if event.date is not None:
        return np.full(sample.size, event.date)
    start = np.zeros(sample.size) if not event.after else latest([times.get(name) for name in event.after], sample.size)
    return start + months(event, sample, option, standing_share) / 12


def latest(times: list[Floats | None], size: int) -> Floats:
    """The latest of several events; one that the option lacks never happens."""
    never = np.full(size, np.inf)
    return np.maximum.reduce([never if time is None else time for time in times])


def months(event: Event, sample: Sample, option: str, standing_share: float) -> Floats:
    """How long after its predecessors an event comes."""
    if event.readiness:
        return months_to_restart(event.readiness, sample, standing_share)
    if event.outside_view:
        return sample.seen_from_outside(event.estimate, option, 1)
    return sample.column(event.estimate)


def months_to_restart(readiness: tuple[tuple[float, str], ...], sample: Sample, standing_share: float) -> Floats:
    """Months to restart with a share of the full team kept: linear between the rows, clamped outside them."""
    shares = [share for share, _ in readiness]
    place = int(np.clip(np.searchsorted(shares, standing_share), 1, max(len(shares) - 1, 1)))
    before = readiness[place - 1]
    after = readiness[min(place, len(shares) - 1)]
    gap = after[0] - before[0]
    part = np.clip((standing_share - before[0]) / gap, 0, 1) if gap else 0.0
    return (1 - part) * sample.column(before[1]) + part * sample.column(after[1])
