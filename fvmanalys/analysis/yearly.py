"""The yearly convention: expected cost and levels year by year, and what they come to when each year counts from its middle.

The simulation discounts every draw continuously. A workbook cannot draw, but it can discount expected yearly amounts;
so the same convention is computed here, and how far it lies from the simulation is shown.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.analysis.compare import Comparison, value_range
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation
from fvmanalys.model.costs import Window, window_sums
from fvmanalys.model.draws import Floats
from fvmanalys.model.levels import area_scores
from fvmanalys.model.passes import run_chunks
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, read_model, year_edges
from fvmanalys.model.streams import check_rate

__all__ = [
    "Outlook", "Settings", "Turnable", "largest_assumptions", "mid_year_figures", "mid_year_present_value", "mid_year_score", "outlook",
    "published_settings", "turnable", "year_counts",
]  # fmt: skip


@dataclass(frozen=True)
class Outlook:
    """Expected cost and levels in each calendar year, as far ahead as the horizon may be turned.

    `edges` are the times, in years after `as_of`, between which the years lie (the first and the last are cut).
    `cost` is real, undiscounted MSEK in the year (index year, columns option); `levels` the mean level in the year
    (columns option, area).
    """

    years: list[int]
    edges: Floats
    cost: pd.DataFrame
    levels: pd.DataFrame


@dataclass(frozen=True)
class Settings:
    """What a reader may turn: weights in points by area, MSEK per point, the rate as a share, the horizon in years."""

    weights: dict[str, float]
    value_per_point: float
    discount_rate: float
    horizon_years: float


@dataclass(frozen=True)
class Turnable:
    """The lowest and the highest value that a reader may give."""

    low: float
    high: float


def published_settings(comparison: Comparison) -> Settings:
    """The settings of the published comparison, weights by their likely value."""
    inputs = comparison.simulation.inputs
    areas = inputs.tables["areas"].set_index("area_id")
    weights = areas["likely"].where(areas["likely"].notna(), (areas["low"] + areas["high"]) / 2)
    known = inputs.parameters
    return Settings(dict(weights), comparison.value_per_point, known["discount_rate"], known["horizon_years"])


def turnable(inputs: Inputs) -> dict[str, Turnable]:
    """How far each parameter may be turned: its own low to high, or as far as is reasonable where it has none."""
    values = value_range(inputs)
    rows = inputs.tables["parameters"].set_index("parameter_id")
    bounds = {"discount_rate": (0.0, 0.1), "horizon_years": (1.0, inputs.parameters["horizon_years"])}
    ranges = {name: own_range(rows.loc[name], *default) for name, default in bounds.items()}
    return {"value_per_point": Turnable(float(values[0]), float(values[-1])), **ranges}


def own_range(row: pd.Series, low: float, high: float) -> Turnable:
    """The row's low to high, or the default; always with the likely value inside."""
    ends = [float(row[end]) if np.isfinite(row[end]) else default for end, default in (("low", low), ("high", high))]
    return Turnable(min(ends[0], float(row["likely"])), max(ends[1], float(row["likely"])))


def outlook(inputs: Inputs, draws: int, seed: int, workers: int = 1) -> Outlook:
    """Expected cost and levels by calendar year, to the longest horizon that may be asked for."""
    model = read_model(with_parameters(inputs, horizon_years=turnable(inputs)["horizon_years"].high))
    years, edges = year_edges(inputs.as_of, model.horizon)
    chunks = run_chunks(model.chunks(draws, seed), workers, lambda sample: outlook_chunk(model, sample, edges))
    means = {key: np.add.reduce([chunk[key] for chunk in chunks]) / draws for key in chunks[0]}
    index = pd.Index(years, name="year")
    cost = pd.DataFrame({option: means[option, ""] for option in model.options}, index=index).rename_axis(columns="option")
    levels = {(option, area): yearly_means(means[option, area], edges) for option in model.options for area in model.areas}
    return Outlook(years, edges, cost, pd.DataFrame(levels, index=index).rename_axis(columns=["option", "area"]))


def outlook_chunk(model: Model, sample: Sample, edges: Floats) -> dict[tuple[str, str], Floats]:
    """The sum over draws of cost in each year, and of each area's average level from `as_of` to each edge."""
    sums = {}
    for option, parts in model.options.items():
        times = model.times(sample, option)
        windows = [Window(0.0, model.horizon, opens, closes) for opens, closes in pairwise(edges)]
        cost = np.zeros(len(windows))
        for one in window_sums(parts.streams, sample, option, times, windows):
            cost += one
        sums[option, ""] = cost
        averages = [area_scores(parts.levels, times, sample, option, 0.0, float(edge)) for edge in edges[1:]]
        sums |= {(option, area): np.array([float(np.sum(scores[area])) for scores in averages]) for area in model.areas}
    return sums


def yearly_means(averages: Floats, edges: Floats) -> Floats:
    """The mean in each year, from averages from time 0 to the end of each year."""
    return np.diff(np.concatenate([[0.0], averages * edges[1:]])) / np.diff(edges)


def year_counts(edges: ArrayLike, discount_rate: float, horizon: float = np.inf) -> tuple[Floats, Floats]:
    """The share of each year that lies before the horizon, and the discount factor at the middle of what is counted."""
    check_rate("discount_rate", discount_rate)
    edges = np.asarray(edges, dtype=float)
    opens, lengths = edges[:-1], np.diff(edges)
    shares = np.maximum(0.0, np.minimum(horizon, edges[1:]) - opens) / lengths
    return shares, (1 + discount_rate) ** -(opens + shares * lengths / 2)


def mid_year_present_value(cost: ArrayLike, edges: ArrayLike, discount_rate: float, horizon: float = np.inf) -> float:
    """The present value of expected yearly costs, each from the middle of its year: Σ cost·(1+r)^(−t).

    `edges` are the times between which the years lie, in years after `as_of`; of a year that the horizon cuts, the
    share before it counts, from the middle of that share.

    >>> round(mid_year_present_value([100.0, 100.0], [0.0, 1.0, 2.0], 0.04), 3)
    192.345
    """
    shares, factors = year_counts(edges, discount_rate, horizon)
    return float(np.sum(np.asarray(cost, dtype=float) * shares * factors))


def mid_year_score(levels: ArrayLike, edges: ArrayLike, discount_rate: float, horizon: float = np.inf) -> float:
    """The discounted average of expected yearly levels, each year weighed by its counted length and mid-year factor.

    >>> mid_year_score([40.0, 60.0], [0.0, 1.0, 2.0], 0.0)
    50.0
    """
    shares, factors = year_counts(edges, discount_rate, horizon)
    weights = np.diff(np.asarray(edges, dtype=float)) * shares * factors
    return float(np.sum(np.asarray(levels, dtype=float) * weights) / np.sum(weights))


def mid_year_figures(inputs: Inputs, ahead: Outlook, settings: Settings) -> pd.DataFrame:
    """Cost, score, net benefit and rank of every option by the yearly convention, at the reader's own settings.

    Weights are normalised; if all are 0 they count alike. Only options that may be the lasting answer have a rank.
    """
    rate, horizon = settings.discount_rate, settings.horizon_years
    weights = normalised(settings.weights)
    rows: dict[str, dict[str, Any]] = {}
    for option in inputs.options():
        scores = {area: mid_year_score(ahead.levels[option, area], ahead.edges, rate, horizon) for area in inputs.areas}
        cost = mid_year_present_value(ahead.cost[option], ahead.edges, rate, horizon)
        rows[option] = {"cost": cost, "score": sum(weights[area] * scores[area] for area in inputs.areas), **scores}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("option")
    reference = table.loc[inputs.reference]
    table["net_benefit"] = settings.value_per_point * (table["score"] - reference["score"]) - (table["cost"] - reference["cost"])
    competitors = inputs.options(permanent_only=True)
    table["rank"] = table.loc[competitors, "net_benefit"].rank(ascending=False, method="min")
    return table[["cost", "score", "net_benefit", "rank", *inputs.areas]]


def normalised(weights: dict[str, float]) -> dict[str, float]:
    """Weights that sum to 1; alike if all are 0."""
    total = sum(weights.values())
    return {name: weight / total if total else 1 / len(weights) for name, weight in weights.items()}


def largest_assumptions(simulation: Simulation, option: str, count: int = 3) -> pd.DataFrame:
    """The assumed amounts that make up most of an option's expected present value: estimate, share.

    A staffing row is assumed when the number of people is; what they cost is an estimate of its own.
    """
    streams = simulation.yearly_streams.query("option == @option", local_dict={"option": option})
    values = streams.groupby("stream", sort=False)["present_value"].sum()
    kinds = simulation.inputs.estimates.set_index("id")["kind"]
    assumed = values[kinds.reindex(values.index).eq("assumption").to_numpy()]
    largest = assumed[assumed > 0].nlargest(count)
    return pd.DataFrame({"estimate": largest.index, "share": largest.to_numpy() / max(float(values.sum()), 1e-12)})
