"""What the options give, area by area: a level over time, and its discounted average."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fvmanalys.errors import ModelError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import ALL_OPTIONS, BOUNDS
from fvmanalys.model.draws import Estimate, Floats
from fvmanalys.model.sample import Sample
from fvmanalys.model.streams import VANISHING, Rate, discounted_time, sums_in_force

__all__ = [
    "Level", "area_scores", "area_weights", "check_weights", "level_path", "levels_at", "normalised", "on_scale",
    "read_levels",
    "shares_in_force", "starting_times",
]  # fmt: skip


@dataclass(frozen=True)
class Level:
    """One row of levels, for one option; `shared` rows hold for every option until its own first row of the area."""

    estimate: str
    area: str
    criterion: str
    event: str
    when: str
    shared: bool


def read_levels(inputs: Inputs, option: str) -> list[Level]:
    """The levels of an option, in the order of the file."""
    rows = inputs.counting("levels", option)
    areas = set(inputs.areas)
    return [
        Level(
            row["id"],
            row["area_id"],
            row["criterion_id"],
            row["from_event"],
            row["when"],
            row["option_id"] == ALL_OPTIONS,
        )
        for row in rows
        if row["area_id"] in areas
    ]


def area_weights(areas: list[str], sample: Sample) -> dict[str, Floats]:
    """The drawn weight of each area, normalised to sum to 1 in every draw."""
    return normalised({area: sample.column(f"areas/{area}") for area in areas})


def normalised(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """Weights that sum to 1 in every draw; alike in a draw where all are 0, as a normal one may be at its low end."""
    total = np.sum(list(weights.values()), axis=0)
    none = total == 0
    if none.any():
        weights = {name: np.where(none, 1.0, weight) for name, weight in weights.items()}
        total = np.where(none, float(len(weights)), total)
    return {name: weight / total for name, weight in weights.items()}


def check_weights(what: str, weights: Mapping[str, Estimate]) -> None:
    """Refuse weights that are 0 in every draw: what would count most cannot be told."""
    if weights and all(one.is_fixed and one.centre <= 0 for one in weights.values()):
        names = ", ".join(weights)
        raise ModelError(f"no weight of {what} is above 0 ({names}); give at least one of them a weight above 0")


def area_scores(
    levels: list[Level], times: Mapping[str, Floats], sample: Sample, option: str, rate: Rate, horizon: float
) -> dict[str, Floats]:
    """The discounted average level to the horizon of each area: ∫ level·e^(−ρt) dt / ∫ e^(−ρt) dt.

    Areas whose levels come with the same events share their times.
    """
    scores: dict[str, Floats] = {}
    known: dict[tuple, list[Floats]] = {}
    for area in dict.fromkeys(level.area for level in levels):
        rows = [level for level in levels if level.area == area]
        course = tuple((row.criterion, row.event, row.when, row.shared) for row in rows)
        if course not in known:
            known[course] = shares_by_row(rows, starting_times(rows, times, sample, option), rate, horizon)
        scores[area] = on_scale(area_score(area, rows, known[course], sample))
    return scores


def shares_by_row(rows: list[Level], starts: list[Floats], rate: Rate, horizon: float) -> list[Floats]:
    """The share of the discounted time in which each row of an area is in force, among those of its criterion."""
    found: dict[int, Floats] = {}
    for criterion in dict.fromkeys(row.criterion for row in rows):
        mine = [place for place, row in enumerate(rows) if row.criterion == criterion]
        found |= zip(mine, shares_in_force([starts[place] for place in mine], rate, horizon), strict=True)
    return [found[place] for place in range(len(rows))]


def on_scale(score: Floats) -> Floats:
    """A score, no rounding past the ends of its scale."""
    return np.clip(score, *BOUNDS["level"])


def starting_times(rows: list[Level], times: Mapping[str, Floats], sample: Sample, option: str) -> list[Floats]:
    """From when each row of an area counts; a shared row that comes after the option's own first one never does.

    Where both come at once, the shared row gives way to an own row of its criterion.
    """
    starts = [row_start(row, times, sample, option) for row in rows]
    own = {place: starts[place] for place, row in enumerate(rows) if not row.shared}
    if not own or len(own) == len(rows):
        return starts
    first = np.minimum.reduce(list(own.values()))
    never = np.full(sample.size, np.inf)
    for place, row in enumerate(rows):
        if row.shared:
            same = np.minimum.reduce(
                [never, *(start for other, start in own.items() if rows[other].criterion == row.criterion)]
            )
            silent = (starts[place] > first) | (starts[place] >= same)
            starts[place] = np.where(silent, np.inf, starts[place])
    return starts


def row_start(row: Level, times: Mapping[str, Floats], sample: Sample, option: str) -> Floats:
    """The time of a row's event; never, where its condition does not hold or the option lacks the event."""
    start = times.get(row.event, np.full(sample.size, np.inf)) if row.event else np.zeros(sample.size)
    return np.where(sample.holds(option, row.when), start, np.inf) if row.when else start


def area_score(area: str, rows: list[Level], shares: list[Floats], sample: Sample) -> Floats:
    """The score of an area: its criteria, weighted where there are several."""
    criteria = list(dict.fromkeys(row.criterion for row in rows))
    parts = {}
    for criterion in criteria:
        mine = [index for index, row in enumerate(rows) if row.criterion == criterion]
        values = [sample.column(rows[index].estimate) for index in mine]
        parts[criterion] = average(values, [shares[index] for index in mine])
    if criteria == [""]:
        return parts[""]
    weights = normalised({criterion: sample.column(f"criteria/{area}/{criterion}") for criterion in criteria})
    return np.sum([weights[criterion] * parts[criterion] for criterion in criteria], axis=0)


def discounted_average(values: list[Floats], starts: list[Floats], rate: Rate, horizon: float) -> Floats:
    """The discounted average of levels, each in force from its start until the next; before the first it is 0.

    At equal times the later in the list is in force.
    """
    return average(values, shares_in_force(starts, rate, horizon))


def average(values: list[Floats], shares: list[Floats]) -> Floats:
    """The average of levels by the share of time in which each is in force."""
    total = np.zeros(len(values[0]))
    for value, share in zip(values, shares, strict=True):
        total += value * share
    return total


def shares_in_force(starts: list[Floats], rate: Rate, horizon: float) -> list[Floats]:
    """The share of the discounted time to the horizon in which each of several levels is in force."""
    elapsed = [share_elapsed(start, rate, horizon) for start in starts]
    return [end - begin for end, begin in zip(until_next(starts, elapsed, 1.0), elapsed, strict=True)]


def until_next(starts: list[Floats], marks: list[Floats], never: float) -> list[Floats]:
    """The mark of what follows on each of several levels; at equal times the later in the list follows."""
    ends = [np.full(len(start), never) for start in starts]
    for i, j in combinations(range(len(starts)), 2):
        later = starts[j] >= starts[i]
        count = np.count_nonzero(later)
        if count < len(later):
            np.minimum(ends[j], np.where(later, never, marks[i]) if count else marks[i], out=ends[j])
        if count:
            np.minimum(ends[i], marks[j] if count == len(later) else np.where(later, marks[j], never), out=ends[i])
    return ends


def share_elapsed(time: Floats, rate: Rate, horizon: float) -> Floats:
    """The share of the discounted time to the horizon that has passed at `time`."""
    cut = np.clip(time, 0, horizon)
    if isinstance(rate, tuple):
        return discounted_time(cut, rate) / discounted_time(horizon, rate)
    rho = np.log1p(rate)
    return cut / horizon if abs(rho) < VANISHING else np.expm1(-rho * cut) / np.expm1(-rho * horizon)


def level_path(
    levels: list[Level], times: Mapping[str, Floats], sample: Sample, option: str, moments: Floats
) -> dict[str, Floats]:
    """The mean level of each area at some rising moments (years after `as_of`)."""
    paths = {}
    for area in dict.fromkeys(level.area for level in levels):
        rows = [level for level in levels if level.area == area]
        starts = starting_times(rows, times, sample, option)
        criteria = list(dict.fromkeys(row.criterion for row in rows))
        weights = {"": np.ones(sample.size)}
        if criteria != [""]:
            weights = normalised({one: sample.column(f"criteria/{area}/{one}") for one in criteria})
        paths[area] = np.zeros(len(moments))
        for criterion in criteria:
            mine = [place for place, row in enumerate(rows) if row.criterion == criterion]
            begins = [starts[place] for place in mine]
            for place, begin, end in zip(mine, begins, until_next(begins, begins, np.inf), strict=True):
                level = sample.column(rows[place].estimate) * weights[criterion]
                paths[area] += sums_in_force(moments, begin, end, level) / sample.size
    return paths


def levels_at(
    levels: list[Level], times: Mapping[str, Floats], sample: Sample, option: str, moment: float
) -> dict[str, Floats]:
    """The level of each area at one moment, in each draw."""
    found = {}
    for area in dict.fromkeys(level.area for level in levels):
        rows = [level for level in levels if level.area == area]
        found[area] = area_level(area, rows, starting_times(rows, times, sample, option), sample, moment)
    return found


def area_level(area: str, rows: list[Level], starts: list[Floats], sample: Sample, moment: float) -> Floats:
    """The level of an area at one moment, in each draw."""
    levels: dict[str, Floats] = {}
    latest: dict[str, Floats] = {}
    for row, start in zip(rows, starts, strict=True):
        level = levels.setdefault(row.criterion, np.zeros(sample.size))
        last = latest.setdefault(row.criterion, np.full(sample.size, -np.inf))
        comes = (start <= moment) & (start >= last)
        levels[row.criterion] = np.where(comes, sample.column(row.estimate), level)
        latest[row.criterion] = np.where(comes, start, last)
    if list(levels) == [""]:
        return levels[""]
    weights = normalised({criterion: sample.column(f"criteria/{area}/{criterion}") for criterion in levels})
    return np.sum([weights[criterion] * level for criterion, level in levels.items()], axis=0)
