"""Everything that an appendix tells, computed once: what notebooks, workbook and page all read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from fvmanalys.analysis import explain, outside
from fvmanalys.analysis.compare import Comparison, compare
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation, simulate

__all__ = ["Findings", "find"]


@dataclass(frozen=True)
class Findings:
    """The parts of an appendix, each computed when first asked for; tables are tidy DataFrames in MSEK and years after `as_of`."""

    inputs: Inputs
    simulation: Simulation
    comparison: Comparison

    @cached_property
    def decision_taken(self) -> dict | None:
        """What was decided and when, if that lies before `as_of`."""
        return explain.decision_taken(self.inputs)

    @cached_property
    def views(self) -> pd.DataFrame:
        """Inside view, mixture and outside view side by side."""
        return outside.views(self.inputs, self.simulation.draws, self.simulation.seed)

    @cached_property
    def class_quantiles(self) -> pd.DataFrame:
        """What became of comparable programmes."""
        return outside.class_quantiles(self.inputs)

    @cached_property
    def backtest(self) -> pd.DataFrame:
        """What the reference class would have forecast for each past plan, and the outcome."""
        return outside.backtest(self.inputs)

    @cached_property
    def yearly(self) -> pd.DataFrame:
        """Expected cost by option, category and calendar year."""
        return self.simulation.yearly_cost()

    @cached_property
    def events(self) -> pd.DataFrame:
        """When each event of each option happens."""
        return explain.event_table(self.simulation)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """The level of each option and area today and at the horizon, and when its own level begins."""
        return explain.levels_reached(self.simulation)

    @cached_property
    def level_paths(self) -> pd.DataFrame:
        """The expected level of each option and area over time, twice a year."""
        horizon = self.simulation.model.horizon
        return self.simulation.level_paths(np.linspace(0, horizon, int(2 * horizon) + 1))

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """What each area and cost category adds to an option."""
        return explain.contributions(self.comparison)

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """What speaks for and against each option, beside the best other."""
        return explain.reasons(self.comparison)

    @cached_property
    def published_totals(self) -> pd.DataFrame:
        """Published totals beside the model's."""
        return explain.published_totals(self.simulation)

    @cached_property
    def evidence_counts(self) -> pd.DataFrame:
        """How many estimates are facts, judgements and assumptions."""
        return explain.evidence_counts(self.inputs)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The published tables, by file name: tidy, English snake_case columns, internal units."""
        named = {
            "comparison": self.comparison.table.reset_index(),
            "areas": self.comparison.areas.reset_index(),
            "acceptability": tidy(self.comparison.acceptability, "p_best"),
            "switching_points": self.comparison.switches,
            "views": self.views,
            "reference_class_quantiles": self.class_quantiles,
            "backtest": self.backtest,
            "yearly_cost": self.yearly,
            "events": self.events,
            "levels": self.levels,
            "level_paths": self.level_paths,
            "reasons": self.reasons,
            "published_totals": self.published_totals,
            "evidence_counts": self.evidence_counts,
            "estimates": self.inputs.estimates.drop(columns=["_file", "_row", "stream"]),
            "sources": self.inputs.sources.reset_index().drop(columns=["_file", "_row"]),
        }
        around = ("context", "milestones", "spend", "partners", "reference_class")
        named |= {name: self.inputs.tables[name].drop(columns=["_file", "_row"]) for name in around}
        return {name: table for name, table in named.items() if not table.empty}


def tidy(wide: pd.DataFrame, value: str) -> pd.DataFrame:
    """A wide table as rows of (index, column, value)."""
    return wide.stack().rename(value).reset_index()


def find(inputs: Inputs, draws: int = 100_000, seed: int = 1) -> Findings:
    """Simulate and compare; everything else is computed when asked for."""
    simulation = simulate(inputs, draws, seed)
    return Findings(inputs, simulation, compare(simulation))
