"""The yearly convention: expected cost and levels year by year,
and what they come to when each year counts from its middle.

The simulation discounts every draw continuously. A workbook cannot draw, but it can discount expected yearly amounts;
so the same convention is computed here, and how far it lies from the simulation is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.analysis.branches import risk_losses
from fvmanalys.analysis.compare import Comparison, value_range
from fvmanalys.analysis.levers import bundles
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.parts import OptionParts
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model import Simulation
from fvmanalys.model.costs import Window, window_sums
from fvmanalys.model.draws import Floats
from fvmanalys.model.levels import area_scores
from fvmanalys.model.passes import run_chunks
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, read_model, year_edges
from fvmanalys.model.streams import check_rate

__all__ = [
    "Levers", "Outlook", "Settings", "Turnable", "largest_assumptions", "leading_levers", "mid_year_figures",
    "mid_year_present_value",
    "mid_year_score", "normalised", "outlook", "published_settings", "turnable", "year_counts",
]  # fmt: skip

MOST_RISKS, MOST_BUNDLES = 3, 3


@dataclass(frozen=True)
class Levers:
    """What may be turned beside the settings: risks with their mean probability, and the estimates of bundles."""

    chances: Mapping[str, float] = field(default_factory=dict)
    bundles: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outlook:
    """Expected cost and levels in each calendar year, as far ahead as the horizon may be turned.

    `edges` are the times between which the years lie (the first and the last are cut). `levels` is the mean level in
    the year as drawn (year × option, area). `costs` (columns option, case, bundle; MSEK, real, undiscounted; "" is no
    bundle) and `cases` (option, case, area) hold each case of the risks that are turned: a letter for each, 1 where it
    holds, 0 where not, - where the option does not depend on it.
    """

    years: list[int]
    edges: Floats
    levels: pd.DataFrame
    costs: pd.DataFrame
    cases: pd.DataFrame
    levers: Levers

    def parts(self, option: str) -> list[tuple[str, str]]:
        """The case and the bundle of each of an option's series of costs."""
        return [(case, bundle) for one, case, bundle in self.costs.columns if one == option]

    def area_parts(self, option: str) -> list[tuple[str, str]]:
        """The case and the area of each of an option's series of levels."""
        return [(case, area) for one, case, area in self.cases.columns if one == option]

    def weight(self, case: str, chances: Mapping[str, float]) -> float:
        pairs = [(letter, chances[risk]) for letter, risk in zip(case, self.levers.chances, strict=True)]
        return float(np.prod([chance if letter == "1" else 1 - chance for letter, chance in pairs if letter != "-"]))


@dataclass(frozen=True)
class Settings:
    """What a reader may turn: points by area, MSEK per point, rate as a share, horizon in years, and levers."""

    weights: Mapping[str, float]
    value_per_point: float
    discount_rate: float
    horizon_years: float
    chances: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)


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
    found = {"value_per_point": Turnable(float(values[0]), float(values[-1]))}
    for name, defaults in bounds.items():
        row = rows.loc[name]
        pairs = zip(("low", "high"), defaults, strict=True)
        low, high = (float(row[end]) if np.isfinite(row[end]) else other for end, other in pairs)
        found[name] = Turnable(min(low, float(row["likely"])), max(high, float(row["likely"])))
    return found


def leading_levers(comparison: Comparison, turning: pd.DataFrame) -> Levers:
    """The risks (then those that take most) and the bundles of amounts that most easily turn the answer, in order."""
    simulation = comparison.simulation
    names = list(turning["id"])
    losses = risk_losses(comparison)
    lasting = [*simulation.inputs.options(permanent_only=True), ALL_OPTIONS]
    weighty = list(losses[losses["option_id"].isin(lasting)]["id"]) if len(losses) else []
    risks = list(dict.fromkeys([*(name for name in names if name in weighty), *weighty]))[:MOST_RISKS]
    samples = list(simulation.model.chunks(simulation.draws, simulation.seed)) if risks else []
    chances = {risk: sum(float(one.column(risk).sum()) for one in samples) / simulation.draws for risk in risks}
    known = {one.id: one.touches for one in bundles(simulation.inputs, simulation.inputs.options()) if one.is_straight}
    return Levers(chances, {name: known[name] for name in [one for one in names if one in known][:MOST_BUNDLES]})


def outlook(inputs: Inputs, draws: int, seed: int, workers: int = 1, levers: Levers | None = None) -> Outlook:
    """Expected cost and levels by calendar year, to the longest horizon allowed, in every case of the levers."""
    levers = levers or Levers()
    model = read_model(with_parameters(inputs, horizon_years=turnable(inputs)["horizon_years"].high))
    years, edges = year_edges(inputs.as_of, model.horizon)
    found = run_chunks(model.chunks(draws, seed), workers, lambda sample: outlook_chunk(model, sample, edges, levers))
    means = {key: np.add.reduce([chunk[key] for chunk in found]) / draws for key in found[0]}
    index = pd.Index(years, name="year")
    tables: dict[str, dict[tuple[str, ...], Floats]] = {"cost": {}, "level": {}, "drawn": {}}
    for (kind, *key), column in means.items():
        if kind != "cost":  # a mean from time 0 to the end of each year, as that of the year
            column = np.diff(np.concatenate([[0.0], column * edges[1:]])) / np.diff(edges)
        tables[kind][tuple(key)] = column
    costs, cases, drawn = (pd.DataFrame(tables[kind], index=index) for kind in tables)
    return Outlook(years, edges, drawn, costs, cases, levers)


def outlook_chunk(model: Model, sample: Sample, edges: Floats, levers: Levers) -> dict[tuple[str, ...], Floats]:
    """The sums over draws, by kind, option and more: cost in each year, and area averages from `as_of` to each edge."""
    sums: dict[tuple[str, ...], Floats] = {}
    for option in model.options:
        known = OptionParts(model, [sample], option, 0.0).ids
        own = [risk for risk in levers.chances if risk in known]
        for name, column in averages(model, sample, option, edges).items():
            sums["drawn", option, name] = column
        for held in product((0.0, 1.0), repeat=len(own)):
            given = dict(zip(own, held, strict=True))
            case = "".join(str(int(given[risk])) if risk in given else "-" for risk in levers.chances)
            turned = replace(sample, given={risk: np.full(sample.size, on) for risk, on in given.items()})
            for bundle, column in yearly_costs(model, turned, option, edges, levers).items():
                sums["cost", option, case, bundle] = column
            drawn = {area: sums["drawn", option, area] for area in model.areas}
            levels = averages(model, turned, option, edges) if own else drawn
            sums |= {("level", option, case, area): column for area, column in levels.items()}
    return sums


def yearly_costs(model: Model, sample: Sample, option: str, edges: Floats, levers: Levers) -> dict[str, Floats]:
    """The sum over draws of an option's cost in each year, by the bundle that it is in."""
    times = model.times(sample, option)
    sums = {"": np.zeros(len(edges) - 1)}
    windows = [Window(0.0, model.horizon, opens, closes) for opens, closes in pairwise(edges)]
    streams = model.options[option].streams
    for stream, cost in zip(streams, window_sums(streams, sample, option, times, windows), strict=True):
        bundle = next((name for name, ids in levers.bundles.items() if ids & set(stream.estimates)), "")
        sums[bundle] = sums.get(bundle, 0.0) + cost
    return sums


def averages(model: Model, sample: Sample, option: str, edges: Floats) -> dict[str, Floats]:
    """The sum over draws of each area's average level from `as_of` to each edge."""
    times = model.times(sample, option)
    levels = model.options[option].levels
    found = [area_scores(levels, times, sample, option, 0.0, float(edge)) for edge in edges[1:]]
    return {area: np.array([float(np.sum(scores[area])) for scores in found]) for area in model.areas}


def year_counts(edges: ArrayLike, discount_rate: float, horizon: float = np.inf) -> tuple[Floats, Floats]:
    """The share of each year that lies before the horizon, and the discount factor at the middle of what is counted."""
    check_rate("discount_rate", discount_rate)
    edges = np.asarray(edges, dtype=float)
    opens = edges[:-1]
    lengths = np.diff(edges)
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

    What is expected is linear in each risk's probability, so cases weighed by how probable they are give it exactly.
    There is no score if all weights are 0, and no rank for options that may not be the lasting answer.
    """
    rate, horizon = settings.discount_rate, settings.horizon_years
    chances = {**ahead.levers.chances, **settings.chances}
    weights = normalised(settings.weights)
    rows: dict[str, dict[str, Any]] = {}
    for option in inputs.options():
        cost = 0.0
        scores = dict.fromkeys(inputs.areas, 0.0)
        for case, bundle in ahead.parts(option):
            value = mid_year_present_value(ahead.costs[option, case, bundle], ahead.edges, rate, horizon)
            cost += ahead.weight(case, chances) * settings.factors.get(bundle, 1.0) * value
        for case, area in ahead.area_parts(option):
            level = mid_year_score(ahead.cases[option, case, area], ahead.edges, rate, horizon)
            scores[area] += ahead.weight(case, chances) * level
        rows[option] = {"cost": cost, "score": sum(weights[area] * scores[area] for area in inputs.areas), **scores}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("option")
    reference = table.loc[inputs.reference]
    more = table[["cost", "score"]] - reference[["cost", "score"]]
    table["net_benefit"] = settings.value_per_point * more["score"] - more["cost"]
    competitors = inputs.options(permanent_only=True)
    table["rank"] = table.loc[competitors, "net_benefit"].rank(ascending=False, method="min")
    return table[["cost", "score", "net_benefit", "rank", *inputs.areas]]


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights that sum to 1; none where they sum to nothing."""
    total = sum(weights.values())
    return {name: weight / total if total else np.nan for name, weight in weights.items()}


def largest_assumptions(simulation: Simulation, option: str, count: int = 3) -> pd.DataFrame:
    """The assumed amounts that make up most of an option's expected present value: estimate, share."""
    streams = simulation.yearly_streams.query("option == @option", local_dict={"option": option})
    values = streams.groupby("stream", sort=False)["present_value"].sum()
    kinds = simulation.inputs.estimates.set_index("id")["kind"]
    assumed = values[kinds.reindex(values.index).eq("assumption").to_numpy()]
    largest = assumed[assumed > 0].nlargest(count)
    return pd.DataFrame({"estimate": largest.index, "share": largest.to_numpy() / max(float(values.sum()), 1e-12)})
