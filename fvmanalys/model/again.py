"""One option over a chunk of draws, kept in parts:
with other times or amounts only what these move is computed again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fvmanalys.model.compiled import Model
from fvmanalys.model.costs import Stream, Window, stream_amount, stream_value
from fvmanalys.model.draws import Floats
from fvmanalys.model.levels import area_scores, area_weights, on_scale
from fvmanalys.model.sample import Sample

__all__ = ["Reckoning", "reckon"]


@dataclass(frozen=True)
class Reckoning:
    """What an option comes to in each draw: present value by stream,
    score by area, and what one MSEK of each course does.
    """

    model: Model
    sample: Sample
    option: str
    times: Mapping[str, Floats]
    values: Sequence[Floats]
    scores: Mapping[str, Floats]
    units: dict[tuple, Floats]

    @property
    def streams(self) -> Sequence[Stream]:
        """The cost rows of the option."""
        return self.model.options[self.option].streams

    @property
    def cost(self) -> Floats:
        """The sum of all streams."""
        total = np.zeros(self.sample.size)
        for value in self.values:
            total += value
        return total

    @property
    def score(self) -> Floats:
        """The weighted score."""
        weights = area_weights(self.model.areas, self.sample)
        return on_scale(np.sum([weights[area] * self.scores[area] for area in self.model.areas], axis=0))


def reckon(model: Model, sample: Sample, option: str, before: Reckoning | None = None) -> Reckoning:
    """Compute an option, or what of it differs from how another model of the same draws had it `before`."""
    parts = model.options[option]
    times = model.times(sample, option)
    window = Window(model.rate, model.horizon)
    units: dict[tuple, Floats] = {}
    scores: dict[str, Floats] = {}
    values: list[Floats | None] = [None] * len(parts.streams)
    if before is not None:
        moved = {name for name, time in times.items() if not np.array_equal(time, before.times[name])}
        units = {key: unit for key, unit in before.units.items() if moved.isdisjoint(key[0][:2])}
        touched = {level.area for level in parts.levels if level.event in moved}
        scores = {area: score for area, score in before.scores.items() if area not in touched}
        for place, (one, other) in enumerate(zip(parts.streams, before.streams, strict=True)):
            if one == other and moved.isdisjoint((one.start, one.end)):
                values[place] = before.values[place]
    found = [
        stream_value(stream, stream_amount(stream, sample, option), times, window, units) if value is None else value
        for stream, value in zip(parts.streams, values, strict=True)
    ]
    rows = [level for level in parts.levels if level.area not in scores]
    scores |= area_scores(rows, times, sample, option, model.benefit_rate, model.horizon)
    return Reckoning(model, sample, option, times, found, scores, units)
