"""The outside view: what became of comparable programmes, and how such a forecast would have fared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison, compare
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.asof import in_force
from fvmanalys.evidence.frames import PLACE
from fvmanalys.model.programmes import read_class
from fvmanalys.model.sample import Mask
from fvmanalys.model.simulate import Simulation, simulate

__all__ = [
    "backtest", "by_view", "chances", "class_quantiles", "coverage", "leaders_by_view", "survival_quantile",
    "view_table", "views",
    "with_parameters",
]  # fmt: skip

OVERRUNS = (100, 150, 200)  # per cent of the plan
BACKTEST = [
    "milestone", "plan", "name", "name_en", "stand_in", "planned_on", "planned_date", "programmes", "forecast_p50",
    "forecast_p80", "outcome", "share_below", "within_p80",
]  # fmt: skip
CHANCES = ["option_id", "family", "p_best", "low", "high", "family_p_best", "family_low", "family_high"]
VIEW_COLUMNS = [
    "cost_p50", "cost_p85", "programme_p50", "programme_p85", "full_use_p50", "full_use_p85", "score", "net_benefit",
    "p_best",
]  # fmt: skip


def with_parameters(inputs: Inputs, **values: float) -> Inputs:
    """The same inputs with other values of some parameters, which are added where the table lacks them."""
    table = inputs.tables["parameters"].copy()
    for name, value in values.items():
        known = table["parameter_id"] == name
        if known.any():
            table.loc[known, "likely"] = float(value)
        else:
            table.loc[len(table), ["parameter_id", "likely", *PLACE]] = [name, float(value), "parameters", len(table)]
    return inputs.with_parameter_table(table)


def by_view(used: Comparison) -> dict[float, Comparison]:
    """The comparison with the outside view in none, half, all and the used share of the draws; none without a class."""
    simulation = used.simulation
    known = read_class(simulation.inputs.tables["reference_class"]) is not None
    share = simulation.inputs.parameters["outside_view"]
    if used.value_per_point != simulation.inputs.parameters["value_per_point"]:
        used = compare(simulation)
    ends = {end: used if end == share else compared(seen(simulation, end)) for end in ((0.0, 1.0) if known else (0.0,))}
    if not known:
        return ends
    between = [one for one in (0.5, share) if one not in ends]
    inside, outside = (one.simulation for one in ends.values())
    mixed = {one: used if one == share else compare(mix(inside, outside, one)) for one in between}
    return dict(sorted({**ends, **mixed}.items()))


def compared(simulation: Simulation) -> Comparison:
    """The comparison of a view, whose draws nobody asks for again."""
    found = compare(simulation)
    found.simulation.forget()
    return found


def seen(simulation: Simulation, share: float) -> Simulation:
    """The same draws with the outside view in some share of them."""
    return simulate(with_parameters(simulation.inputs, outside_view=share), simulation.draws, simulation.seed)


def mix(inside: Simulation, outside: Simulation, share: float) -> Simulation:
    """The simulation with the outside view in a share of the draws, from those where it never and always applies."""
    model = replace(outside.model, outside_share=share)
    applies = np.concatenate([sample.is_outside() for sample in model.chunks(inside.draws, inside.seed)])
    parts = {
        name: either(getattr(inside, name), getattr(outside, name), applies)
        for name in ("cost", "programme_cost", "score", "area_scores", "events", "levels_today")
    }
    totals = {name: parts.pop(name) for name in ("cost", "programme_cost", "score")}
    found = replace(inside, inputs=with_parameters(inside.inputs, outside_view=share), model=model, **totals)
    found.__dict__.update(parts)
    return found


def either(inside: pd.DataFrame, outside: pd.DataFrame, applies: Mask) -> pd.DataFrame:
    columns = {name: np.where(applies, outside[name], inside[name]) for name in inside}
    return pd.DataFrame(columns).rename_axis(columns=inside.columns.names)


def chances(found: Mapping[float, Comparison], used: Comparison) -> pd.DataFrame:
    """P(best) of every option that may be chosen, and of its family (the option it goes back to), as a range.

    `low` and `high` are over the ranges of value_per_point and minimum_risk, and the views of `found`; `p_best` is as
    `used`.
    """
    inputs = used.simulation.inputs
    ends = span(used.simulation.inputs, "minimum_risk")
    every = [curve for comparison in (used, *found.values()) for curve in comparison.acceptabilities(ends)]
    curves = pd.concat([used.acceptability, *every]).fillna(0.0)
    family = {option: inputs.lines[option][-1] for option in curves}
    together = curves.T.groupby(family).sum().T
    base = used.table["p_best"].reindex(curves.columns).fillna(0.0)
    rows = []
    for option, head in family.items():
        own, shared = curves[option], together[head]
        whole = float(base[[other for other, one in family.items() if one == head]].sum())
        rows.append([option, head, base[option], own.min(), own.max(), whole, shared.min(), shared.max()])
    return pd.DataFrame(rows, columns=CHANCES)


def span(inputs: Inputs, parameter: str) -> list[float]:
    """The value of a parameter, and the ends of its range where it has one."""
    rows = (
        inputs.tables["parameters"].query("parameter_id == @parameter")[["low", "high"]].to_numpy(dtype=float).ravel()
    )
    return [inputs.parameters[parameter], *(float(end) for end in rows if np.isfinite(end))]


def views(inputs: Inputs, draws: int, seed: int) -> pd.DataFrame:
    """`view_table` of the inputs."""
    return view_table(by_view(compare(simulate(inputs, draws, seed))), inputs.parameters["outside_view"])


def view_table(found: Mapping[float, Comparison], used: float) -> pd.DataFrame:
    """Inside view, chosen mixture and outside view side by side: a row a view (share of draws) and option.

    Reference class forecasting: Kahneman & Tversky 1979; Flyvbjerg 2006, Project Management Journal 37(3).
    """
    shown = {share: comparison for share, comparison in found.items() if share in (0.0, used, 1.0)}
    tables = [comparison.table[VIEW_COLUMNS].reset_index().assign(view=share) for share, comparison in shown.items()]
    return pd.concat(tables, ignore_index=True)[["view", "option", *VIEW_COLUMNS]]


def leaders_by_view(table: pd.DataFrame) -> pd.Series:
    """The option with the highest net benefit in each view."""
    competing = table.dropna(subset=["p_best"])
    return competing.loc[competing.groupby("view")["net_benefit"].idxmax()].set_index("view")["option"]


def class_quantiles(inputs: Inputs) -> pd.DataFrame:
    """What became of the core programmes: quantiles and exceedance of cost and duration ratios, bounds as they are.

    `over_150` is P(ratio > 1.5): what can be told where the tail has no finite mean (Flyvbjerg et al. 2022).
    """
    core = inputs.tables["reference_class"].query("role == 'core'")
    rows = []
    for name in ("cost", "duration"):
        ratios = core[f"{name}_ratio"].dropna()
        bounds = int(core.loc[ratios.index, "censored"].isin([name, "both"]).sum())
        quantiles = {f"p{level:02d}": ratios.quantile(level / 100) for level in (10, 50, 80, 90)} if len(ratios) else {}
        over = {f"over_{limit}": (ratios > limit / 100).mean() for limit in OVERRUNS} if len(ratios) else {}
        rows.append({"ratio": name, "programmes": len(ratios), "bounds": bounds, **quantiles, **over})
    return pd.DataFrame(rows)


def backtest(inputs: Inputs) -> pd.DataFrame:
    """For every past plan of the own programme, what the class known that day would have forecast, and the outcome.

    Forecasts are empty where bounds leave the quantile open, `outcome` where it is not reached by `as_of` (a lower
    bound), `within_p80` where it cannot be told yet; `share_below` is the share of the class that the outcome exceeded.
    """
    plans = inputs.history["milestones"]
    outcomes = (
        inputs.tables["milestones"].dropna(subset=["actual_date"]).set_index("milestone_id")["actual_date"].to_dict()
    )
    rows = [row for row in plans.to_dict("records") if is_plan(row, inputs.as_of)]
    return pd.DataFrame([forecast_row(row, inputs, outcomes) for row in rows], columns=BACKTEST)


def is_plan(row: dict[str, Any], as_of: date) -> bool:
    """Whether a milestone row was a plan of the own programme, made by `as_of` for a later day."""
    made, planned = row["known_from"], row["planned_date"]
    told = row["own_programme"] == "yes" and None not in (made, planned) and row["actual_date"] is None
    return told and made <= as_of and planned > made


def forecast_row(row: dict[str, Any], inputs: Inputs, outcomes: dict[str, date]) -> list[Any]:
    made, planned = row["known_from"], row["planned_date"]
    known = in_force("reference_class", inputs.history["reference_class"].to_dict("records"), made)
    core = [row for row in known if row["role"] == "core" and np.isfinite(row["duration_ratio"])]
    ratios = np.array([row["duration_ratio"] for row in core])
    bounds = np.array([row["censored"] in ("duration", "both") for row in core], dtype=bool)
    length = (planned - made).days
    p50, p80 = (day_at(made, length, survival_quantile(ratios, bounds, p)) for p in (0.5, 0.8))
    outcome = outcomes.get(row["milestone_id"])
    realised = ((outcome or inputs.as_of) - made).days / length
    within = ""
    if p80 is not None and (outcome or inputs.as_of) > p80:
        within = "no"
    elif p80 is not None and outcome is not None:
        within = "yes"
    told = [row["milestone_id"], row["plan_version"], row["name"], row.get("name_en", ""), row["stand_in"]]
    below = share_below(ratios, bounds, realised)
    return [*told, made, planned, len(ratios), p50, p80, outcome, below, within]


def kaplan_meier(values: np.ndarray, bounds: np.ndarray) -> Any:
    """The distribution of values of which some are lower bounds (Kaplan & Meier 1958, JASA 53)."""
    from scipy.stats import CensoredData, ecdf

    return ecdf(CensoredData(uncensored=values[~bounds], right=values[bounds])).cdf


def survival_quantile(values: np.ndarray, bounds: np.ndarray, p: float) -> float:
    """The smallest value that a share `p` does not exceed; NaN where the bounds leave it open."""
    if not len(values) or bounds.all():
        return np.nan
    distribution = kaplan_meier(values, bounds)
    reached = distribution.quantiles[distribution.probabilities >= p - 1e-12]
    return float(reached[0]) if len(reached) else np.nan


def share_below(values: np.ndarray, bounds: np.ndarray, realised: float) -> float:
    """The share of the class whose ratio lies at or below the realised one."""
    return float(kaplan_meier(values, bounds).evaluate(realised)) if len(values) and not bounds.all() else np.nan


def day_at(start: date, length: float, ratio: float) -> date | None:
    """The day that lies `ratio` times `length` days after `start`; None where that is beyond the calendar."""
    days = length * ratio
    within = np.isfinite(days) and days < date.max.toordinal() - start.toordinal() - 1
    return start + timedelta(days=round(days)) if within else None


def coverage(plans: pd.DataFrame) -> dict[str, int]:
    """How many plans' outcomes fell within the forecast's P80, how many beyond, and how many cannot be told."""
    answers = {"within": "yes", "beyond": "no", "open": ""}
    return {name: int((plans["within_p80"] == answer).sum()) for name, answer in answers.items()}
