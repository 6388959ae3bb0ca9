"""Events, costs and levels together, in bounded memory: inputs to a Simulation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress

import numpy as np
import pandas as pd

from fvmanalys.errors import ModelError, UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.display import Shows
from fvmanalys.evidence.inputs import no_estimate
from fvmanalys.model.compiled import CHUNK_BLOCKS, Model, Outcome, read_model, year_edges
from fvmanalys.model.draws import BLOCK, LARGEST, Floats, blocks, draw
from fvmanalys.model.levels import area_weights, levels_at
from fvmanalys.model.passes import joined, outcome_chunk, pairs, path_chunk, room, run_chunks, yearly_chunk
from fvmanalys.model.sample import Mask, Sample

__all__ = ["DRAWN_TO", "SLICED", "Model", "Simulation", "read_model", "simulate", "year_edges"]

OUTCOMES = ("cost", "programme_cost", "score")
KEPT = 2**15  # draws up to which a simulation keeps its columns, event times and area scores: some 100 MB
DRAWN_TO = "drawn_to"  # an attribute of draws whose distribution is known: no difference between two options is larger
SLICED = "sliced"  # an attribute of draws: how many were simulated, so that their slices are known


@dataclass(frozen=True, repr=False)
class Simulation(Shows):
    """The outcomes of every option in every draw; money in MSEK of the price year, times in years after `as_of`.

    `cost` is the present value of all streams, `programme_cost` the undiscounted sum of the rows that count in the
    option's programme, `score` the weighted score (0–100): DataFrames draws × option. The rest is made on demand from
    the same draws.
    """

    inputs: Inputs
    draws: int
    seed: int
    cost: pd.DataFrame
    programme_cost: pd.DataFrame
    score: pd.DataFrame
    model: Model = field(repr=False)
    workers: int = 1

    @property
    def below(self) -> dict[str, pd.DataFrame]:
        """The mean cost and score of every option."""
        means = {"option": [*self.cost], "cost, MSEK": self.cost.mean(), "score, points": self.score.mean()}
        return {"mean cost (MSEK) and score": pd.DataFrame(means)}

    @property
    def told(self) -> dict[str, object]:
        """How many draws of what, and the mean cost and score of every option."""
        means = [f"{name} {self.cost[name].mean():.4g} and {self.score[name].mean():.3g}" for name in self.cost]
        known = {"as of": self.inputs.as_of, "draws": self.draws, "seed": self.seed}
        return known | {"mean cost (MSEK) and score": "; ".join(means)}

    @cached_property
    def samples(self) -> Sequence[Sample]:
        """The draws in chunks, kept for what is asked of them again; none where they are too many to keep."""
        return list(self.model.chunks(self.draws, self.seed)) if self.draws <= KEPT else ()

    def forget(self) -> None:
        """Keep the draws no longer; what is asked of them is made again."""
        self.__dict__.pop("samples", None)

    def each(self, compute: Callable[[Sample], dict]) -> list[dict]:
        """What is computed of each chunk of the draws, in their order."""
        return run_chunks(self.samples or self.model.chunks(self.draws, self.seed), self.workers, compute)

    def first(self, draws: int) -> list[Sample]:
        """The chunks of the first draws, which end with a block, or of all."""
        parts = blocks(self.draws)
        kept = [block for block in parts if BLOCK * block.index < draws]
        ready = [sample for sample in self.samples if set(sample.parts) <= set(kept)]
        done = sum(len(sample.parts) for sample in ready)
        return [*ready, *self.model.chunks(kept[done:], self.seed)]

    @cached_property
    def area_scores(self) -> pd.DataFrame:
        """The score of each area: draws × (option, area)."""
        return self._collect("area_scores", "area")

    @cached_property
    def levels_today(self) -> pd.DataFrame:
        """The level of each area on the day of knowledge, under the reference option: draws × area."""
        model = self.model
        option = self.inputs.reference

        def today(sample: Sample) -> dict[str, Floats]:
            levels = model.options[option].levels
            return levels_at(levels, model.times(sample, option), sample, option, 0.0)

        chunks = self.each(today)
        return pd.DataFrame({area: np.concatenate([chunk[area] for chunk in chunks]) for area in chunks[0]})

    @cached_property
    def events(self) -> pd.DataFrame:
        """The time of each event: draws × (option, event), years after `as_of`, infinite where it does not happen."""
        return self._collect("events", "event")

    @cached_property
    def weights(self) -> pd.DataFrame:
        """The weight of each area as it counts, summing to 1 in every draw: draws × area."""
        chunks = self.each(lambda sample: area_weights(self.model.areas, sample))
        return pd.DataFrame({area: np.concatenate([chunk[area] for chunk in chunks]) for area in self.model.areas})

    def level_paths(self, moments: Floats) -> pd.DataFrame:
        """The mean level of each option and area at some moments,
        years after `as_of`: columns option, area, time, level.
        """
        model = self.model
        sums = self.each(lambda sample: path_chunk(model, sample, moments))
        return pd.DataFrame(
            [
                {"option": option, "area": area, "time": moment, "level": level}
                for option, area in sums[0]
                for moment, level in zip(moments, sum(chunk[option, area] for chunk in sums) / self.draws, strict=True)
            ]
        )

    def _collect(self, part: str, key: str) -> pd.DataFrame:
        """Compute again, and keep one part of each outcome."""
        return joined(self.each(lambda sample: pairs(outcome_chunk(self.model, sample), part)), ["option", key])

    def net_benefit(self, value_per_point: float | None = None) -> pd.DataFrame:
        """value_per_point·(S − S_ref) − (C − C_ref), in MSEK: draws × option.

        Stinnett & Mullahy 1998, Medical Decision Making 18.
        """
        value = self.inputs.parameters["value_per_point"] if value_per_point is None else value_per_point
        if not abs(value) <= LARGEST:
            raise UsageError(f"value_per_point {value!r} is not a finite number of MSEK")
        worth = value * self.score - self.cost
        benefit = worth.sub(worth[self.inputs.reference], axis=0)
        benefit.attrs |= {DRAWN_TO: float(np.ptp(benefit.to_numpy())), SLICED: self.draws}
        return benefit

    def draws_of(self, estimate_id: str) -> Floats:
        """An estimate as drawn, before clip, price index and outside view."""
        if estimate_id not in self.model.estimates:
            raise no_estimate(estimate_id, self.model.estimates)
        return draw(self.model.estimates[estimate_id], self.seed, blocks(self.draws))

    def yearly_cost(self) -> pd.DataFrame:
        """Expected cost by option, category and calendar year: `cost` undiscounted, `present_value` discounted, MSEK.

        The present values of an option sum to its mean cost.
        """
        table = self.yearly_streams.groupby(["option", "category", "year"], sort=False, as_index=False)
        return table[["cost", "present_value"]].sum()

    @cached_property
    def yearly_streams(self) -> pd.DataFrame:
        """Expected cost by option, stream and calendar year,
        with category and payer; the detail behind `yearly_cost`.
        """
        years, edges = year_edges(self.inputs.as_of, self.model.horizon)
        chunks = self.each(lambda sample: yearly_chunk(self.model, sample, edges))
        totals = {key: np.add.reduce([chunk[key] for chunk in chunks]) / self.draws for key in chunks[0]}
        return pd.DataFrame(
            [
                {
                    "option": option,
                    "stream": stream.estimates[0],
                    "category": stream.category,
                    "payer": stream.payer,
                    "programme": stream.programme,
                    "year": year,
                    "cost": plain,
                    "present_value": discounted,
                }
                for (option, index), (discounts, plains) in totals.items()
                for stream in [self.model.options[option].streams[index]]
                for year, discounted, plain in zip(years, discounts, plains, strict=True)
            ],
            columns=["option", "stream", "category", "payer", "programme", "year", "cost", "present_value"],
        )


def simulate(
    inputs: Inputs,
    draws: int = 100_000,
    seed: int = 1,
    *,
    workers: int = 1,
    chunk_blocks: int = CHUNK_BLOCKS,
    delay: float | None = 0.0,
    options: Sequence[str] | None = None,
) -> Simulation:
    """Draw every estimate and compute cost and score of every option.

    The result depends on inputs, draws, seed and `delay` alone: years by which the decision is postponed, None where
    it comes at once. `workers` threads and `chunk_blocks` blocks at a time only change how long it takes and how
    much memory it needs. With `options` no others are computed. Raises UsageError for fewer than one draw or a
    negative seed, ModelError where an outcome is not a number.
    """
    if draws != int(draws) or draws < 1 or seed < 0:
        raise UsageError(
            f"draws {draws!r} and seed {seed!r}: give at least one draw, and a seed that is "
            "not negative, both whole numbers"
        )
    draws = int(draws)
    model = read_model(inputs, delay, options)
    kept = draws <= KEPT
    fresh = model.chunks(draws, seed, chunk_blocks)
    samples = list(fresh) if kept else fresh
    names = pd.Index(model.options, name="option")
    table, let_go = room((len(OUTCOMES), len(names), draws))

    def fill(sample: Sample) -> tuple[dict[str, Outcome], Mask]:
        outcomes = outcome_chunk(model, sample)
        start = BLOCK * sample.parts[0].index
        columns = table[:, :, start : start + sample.size]
        columns[:] = [[getattr(one, part) for one in outcomes.values()] for part in OUTCOMES]
        wrong = ~(np.abs(columns).max(axis=2) <= LARGEST)
        let_go()
        return outcomes if kept else {}, wrong

    with np.errstate(over="ignore", invalid="ignore"):
        chunks, wrong = zip(*run_chunks(samples, workers, fill), strict=True)
    check_finite(names, np.any(wrong, axis=0))
    cost, programme_cost, score = (pd.DataFrame(part.T, columns=names, copy=False) for part in table)
    found = Simulation(inputs, draws, seed, cost, programme_cost, score, model, workers)
    if kept:
        found.__dict__["samples"] = samples
        for name, key in (("area_scores", "area"), ("events", "event")):
            found.__dict__[name] = joined([pairs(chunk, name) for chunk in chunks], ["option", key])
    return found


def check_finite(options: Iterable[str], wrong: Mask) -> None:
    """Stop where an outcome is not a number, or too large to be summed: a wrong figure is worse than none.

    What is `wrong` is said by part and option.
    """
    for of_part in wrong[wrong.any(axis=1)]:
        names = ", ".join(compress(map(str, options), of_part))
        raise ModelError(
            f"the outcome of option {names} is not a finite number that can be computed with; look for an amount in "
            "the wrong unit, a price index near zero, or growth above the discount rate over a very long time"
        )
