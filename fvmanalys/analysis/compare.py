"""Which way forward, and how clearly: net benefit, P(best), expected loss, dominance, regret, break-even."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.analysis.frontier import dominated_by, frontier
from fvmanalys.analysis.requirements import barring, shortfalls
from fvmanalys.analysis.weights import rank_acceptability
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.display import Shows
from fvmanalys.model import Simulation
from fvmanalys.model.draws import Floats

__all__ = ["Comparison", "compare", "probability_best", "summary", "switching_points"]

GRID_POINTS = 41


@dataclass(frozen=True, repr=False)
class Comparison(Shows):
    """The options side by side at one value per point.

    `table` has a row an option: MSEK of the price year, scores 0–100, years after `as_of`. Figures that need
    competitors (`p_best`, `expected_loss`, `regret_p95`, `dominated_by`) are empty for options that may not be the
    lasting answer, or end below a minimum level oftener than `minimum_risk` (`shortfalls`). `areas` has a row an option
    and area.
    """

    simulation: Simulation
    value_per_point: float
    table: pd.DataFrame
    areas: pd.DataFrame
    shortfalls: pd.DataFrame

    @property
    def told(self) -> dict[str, object]:
        """Which option is best, how surely, and how far ahead."""
        known: dict[str, object] = {"as of": self.simulation.inputs.as_of}
        known |= {"value per point (MSEK)": self.value_per_point, "best": self.best}
        if not self.runner_up:
            return known
        return known | {
            "probability of being best": f"{self.table.loc[self.best, 'p_best']:.2g}",
            "ahead of": f"{self.runner_up} by {self.lead:.3g} MSEK",
        }

    @property
    def below(self) -> dict[str, pd.DataFrame]:
        """The options side by side."""
        shown = {
            "short_name": "name",
            "cost_mean": "cost, MSEK",
            "score": "score, points",
            "net_benefit": "net benefit, MSEK",
            "p_best": "probability of being best",
        }
        options = self.simulation.inputs.tables["options"].set_index("option_id")
        names = options["short_name"].where(options["short_name"] != "", options["name"])
        return {
            "options": self.table.assign(short_name=names)[list(shown)]
            .rename(columns=shown)
            .reset_index(names="option")
        }

    @property
    def none_acceptable(self) -> bool:
        """Whether every option that may be the lasting answer falls short of a minimum, so that all compete."""
        return set(self.simulation.inputs.options(permanent_only=True)) <= set(self.shortfalls["option"])

    @property
    def best(self) -> str:
        """The permanent option with the highest expected net benefit."""
        return str(self.table.loc[self.table["permanent"], "net_benefit"].idxmax())

    @property
    def runner_up(self) -> str | None:
        """The permanent option outside the leader's family with the next highest expected net benefit, if any."""
        others = self.table.loc[self.rivals, "net_benefit"]
        return None if others.empty else str(others.idxmax())

    @property
    def rivals(self) -> list[str]:
        """The permanent options outside the leader's family: those that may take over from it."""
        inputs = self.simulation.inputs
        own = self.simulation.inputs.family(self.best)
        return [option for option in inputs.options(permanent_only=True) if option not in own]

    @property
    def lead(self) -> float:
        """How far the best option is ahead of the runner-up in expected net benefit; NaN where there is none."""
        worth = self.table["net_benefit"]
        return float(worth[self.best] - worth[self.runner_up]) if self.runner_up else float("nan")

    @cached_property
    def margin_range(self) -> tuple[float, float]:
        """P5 and P95 of how far the best option is ahead of the runner-up."""
        benefit = self.simulation.net_benefit(self.value_per_point)
        low, high = np.quantile(benefit[self.best] - benefit[self.runner_up], [0.05, 0.95])
        return float(low), float(high)

    @cached_property
    def acceptability(self) -> pd.DataFrame:
        """P(best) of each permanent option (columns) over the range of value_per_point (index); Fenwick et al. 2001."""
        return acceptability(self.simulation)

    def acceptabilities(self, risks: Iterable[float]) -> list[pd.DataFrame]:
        """The same at other accepted risks of ending below a minimum: one for each set of options that then compete."""
        barred = [barring(self.simulation, shortfalls(self.areas, risk)) for risk in risks]
        return [acceptability(one) for one in {one.inputs.barred: one for one in barred}.values()]

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """The permanent options in order of score, what each point costs along the frontier, and who lies off it."""
        permanent = self.table[self.table["permanent"]]
        return frontier(permanent["cost_mean"], permanent["score"])

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """The share of draws in which each permanent option has each rank by net benefit; ties share ranks."""
        worth = self._worth()
        shares = np.asarray(rank_acceptability(worth.to_numpy()[:, :, None], [1.0]))
        return pd.DataFrame(shares, index=worth.columns, columns=pd.RangeIndex(1, len(shares) + 1, name="rank"))

    @cached_property
    def wins(self) -> pd.DataFrame:
        """The share of draws in which an option (row) has more net benefit than another (column); ties count half."""
        worth = self._worth()
        shares = {one: worth.gt(worth[one], axis=0).mean() + worth.eq(worth[one], axis=0).mean() / 2 for one in worth}
        return pd.DataFrame(shares).where(~np.eye(len(shares), dtype=bool)).rename_axis(index="option", columns="other")

    def _worth(self) -> pd.DataFrame:
        """Net benefit of the permanent options, draws × option."""
        return self.simulation.net_benefit(self.value_per_point)[self.simulation.inputs.options(permanent_only=True)]

    @cached_property
    def switches(self) -> pd.DataFrame:
        """Where the best option by expected net benefit changes, over the range of value_per_point."""
        grid = value_range(self.simulation.inputs)
        permanent = self.table[self.table["permanent"]]
        return switching_points(permanent["cost_mean"], permanent["score"], float(grid[0]), float(grid[-1]))


def compare(simulation: Simulation, value_per_point: float | None = None) -> Comparison:
    """Compare the options of a simulation; `value_per_point` in MSEK, by default the parameter's."""
    value = simulation.inputs.parameters["value_per_point"] if value_per_point is None else float(value_per_point)
    areas = area_table(simulation)
    short = shortfalls(areas, simulation.inputs.parameters["minimum_risk"])
    simulation = barring(simulation, short)
    return Comparison(simulation, value, option_table(simulation, value), areas, short)


def acceptability(simulation: Simulation) -> pd.DataFrame:
    """P(best) of each competing option (columns) over the range of value_per_point (index)."""
    competitors = simulation.inputs.options(permanent_only=True)
    grid = value_range(simulation.inputs)
    cost, score = (frame[competitors].to_numpy() for frame in (simulation.cost, simulation.score))
    shares = [probability_best(value * score - cost) for value in grid]
    index = pd.Index(grid, name="value_per_point")
    return pd.DataFrame(shares, index=index, columns=pd.Index(competitors, name="option"))


def option_table(simulation: Simulation, value: float) -> pd.DataFrame:
    """A row an option, with everything that is compared."""
    inputs = simulation.inputs
    benefit = simulation.net_benefit(value)
    options = inputs.tables["options"].set_index("option_id")
    competes = options.index.isin(inputs.options(permanent_only=True))
    table = pd.DataFrame({"permanent": competes, "reference": options["reference"] == "yes"}, options.index)
    programme = summary(simulation.programme_cost, "programme")[["programme_p50", "programme_p85"]]
    money = [summary(simulation.cost, "cost"), programme, full_use(simulation)]
    table = table.join([*money, worth_summary(simulation.score, "score"), worth_summary(benefit, "net_benefit")])
    competitors = inputs.options(permanent_only=True)
    worth = benefit[competitors].to_numpy()
    loss = worth.max(axis=1, keepdims=True) - worth
    table.loc[competitors, "p_best"] = probability_best(worth)
    table.loc[competitors, "expected_loss"] = loss.mean(axis=0)
    table.loc[competitors, "regret_p95"] = np.quantile(loss, 0.95, axis=0)
    permanent = table.loc[competitors]
    table["dominated_by"] = dominated_by(permanent["cost_mean"], permanent["score"]).reindex(table.index).fillna("")
    table["break_even_value"] = break_even(table["cost_mean"], table["score"], inputs.reference)
    return table.rename_axis("option")


def summary(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean, P5, P50, P85 and P95 of each column, as rows."""
    quantiles = frame.quantile([0.05, 0.5, 0.85, 0.95]).T
    quantiles.columns = [f"{name}_{quantile}" for quantile in ("p05", "p50", "p85", "p95")]
    return pd.concat([frame.mean().rename(f"{name}_mean"), quantiles], axis=1)


def worth_summary(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean, by the name alone, P5, P50 and P95 of each column, as rows."""
    return summary(frame, name).rename(columns={f"{name}_mean": name}).drop(columns=f"{name}_p85")


def full_use(simulation: Simulation) -> pd.DataFrame:
    """Years to full use (P50, P85; infinite where most draws never get there) and the share within the horizon."""
    rows = {}
    for option in simulation.inputs.options():
        event = simulation.inputs.full_use_event(option)
        never = pd.Series(np.full(simulation.draws, np.inf if event else np.nan))
        times = simulation.events.get((option, event), never)
        p50, p85 = np.quantile(times, [0.5, 0.85], method="inverted_cdf")
        within = (times <= simulation.model.horizon).mean() if event else np.nan
        rows[option] = {"full_use_p50": p50, "full_use_p85": p85, "full_use_within_horizon": within}
    return pd.DataFrame.from_dict(rows, orient="index")


def area_table(simulation: Simulation) -> pd.DataFrame:
    """Each option's score in each area, P(below today's level), and P(below the minimum) where there is one."""
    minimum = simulation.inputs.tables["areas"].set_index("area_id")["minimum"]
    scores = simulation.area_scores
    table = worth_summary(scores, "score")
    least = minimum.reindex(scores.columns.get_level_values("area")).to_numpy()
    table["p_below_minimum"] = (scores < least).mean().where(~np.isnan(least))
    today = simulation.levels_today.reindex(columns=scores.columns.get_level_values("area"))
    table["p_below_today"] = (scores < today.to_numpy()).mean().where(today.notna().all().to_numpy())
    return table.rename_axis(["option", "area"])


def value_range(inputs: Inputs) -> Floats:
    """The values per point over which results are shown, MSEK; always with the value used among them."""
    row = inputs.tables["parameters"].set_index("parameter_id").loc["value_per_point"]
    likely = float(row["likely"])
    low, high = (
        float(row[end]) if np.isfinite(row[end]) else likely * factor for end, factor in (("low", 0.2), ("high", 4.0))
    )
    return np.union1d(np.linspace(low, high, GRID_POINTS), [likely])


def probability_best(worth: ArrayLike) -> Floats:
    """The share of draws in which each option is best; ties are split. `worth` is draws × options."""
    worth = np.asarray(worth, dtype=float)
    top = worth == worth.max(axis=1, keepdims=True)
    return (top / top.sum(axis=1, keepdims=True)).mean(axis=0)


def break_even(cost: pd.Series, score: pd.Series, reference: str) -> pd.Series:
    """The value per point at which an option's expected net benefit is the reference's; NaN where none is positive."""
    more_cost, more_score = cost - cost[reference], score - score[reference]
    value = more_cost / more_score.where(more_score != 0)
    return value.where(value > 0)


def switching_points(cost: pd.Series, score: pd.Series, low: float, high: float) -> pd.DataFrame:
    """Where the option with the highest value·score − cost changes between `low` and `high`: value, from, to."""
    value = low
    rows = list[dict[str, object]]()
    best = str((value * score - cost).idxmax())
    while True:
        steeper = score[score > score[best]]
        crossings = ((cost[steeper.index] - cost[best]) / (steeper - score[best])).clip(lower=value)
        if crossings.empty or crossings.min() > high:
            return pd.DataFrame(rows, columns=["value_per_point", "from_option", "to_option"])
        value = float(crossings.min())
        following = str(score[crossings[crossings == value].index].idxmax())
        rows.append({"value_per_point": value, "from_option": best, "to_option": following})
        best = following
