"""Everything that an appendix tells, computed once: what notebooks, workbook and page all read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from fvmanalys.analysis import explain, outside, pause, staffing
from fvmanalys.analysis.changes import Changes, what_changed
from fvmanalys.analysis.compare import Comparison, compare
from fvmanalys.analysis.knowledge import Knowledge
from fvmanalys.analysis.priorities import priorities
from fvmanalys.analysis.viewpoints import viewpoint_choices
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.model import Simulation, simulate

__all__ = ["Findings", "find"]


@dataclass(frozen=True)
class Findings:
    """The parts of an appendix, each computed when first asked for; tables are tidy DataFrames in MSEK and years after `as_of`.

    `former` is the run to tell changes from; `published` is the run that these findings are, where they are published already.
    """

    inputs: Inputs
    simulation: Simulation
    comparison: Comparison
    former: PublishedRun | None = None
    published: PublishedRun | None = None

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

    @cached_property
    def knowledge(self) -> Knowledge:
        """What is worth finding out, what moves the answer, and whether to decide now."""
        return Knowledge(self.comparison)

    @cached_property
    def priorities(self) -> pd.DataFrame:
        """How the answer depends on the weights, over all of them and over those in the given order."""
        return priorities(self.comparison)

    @cached_property
    def viewpoints(self) -> pd.DataFrame:
        """What each group would choose with its own weights."""
        return viewpoint_choices(self.comparison)

    @cached_property
    def standing_teams(self) -> dict[str, pause.StandingTeam]:
        """How large a team to keep through the pause, by option; empty where there is nothing to wait for or no readiness."""
        return pause.standing_teams(self.inputs, min(4096, self.simulation.draws), self.simulation.seed)

    @property
    def standing_curves(self) -> pd.DataFrame:
        """The curve of every standing team: option, share, pause_cost, rebuild_cost, late_cost, total."""
        curves = [team.curve.assign(option=option) for option, team in self.standing_teams.items()]
        return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame()

    @cached_property
    def pause_bill(self) -> pd.DataFrame:
        """What a month of the pause costs now, by part."""
        return pause.monthly_bill(self.simulation)

    @cached_property
    def staffing(self) -> pd.DataFrame:
        """Expected full-time equivalents month by month."""
        return staffing.staffing_path(self.simulation)

    @cached_property
    def staffing_peaks(self) -> pd.DataFrame:
        """The highest month of each option and employer, beside what the region has had before."""
        return staffing.peaks(self.staffing, staffing.highest_before(self.inputs))

    @cached_property
    def changes(self) -> Changes:
        """What changed from the former run, and why."""
        return what_changed(self, self.former, self.published)

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
            "information_estimates": self.knowledge.estimates,
            "information_groups": self.knowledge.groups,
            "investigations": self.knowledge.investigations,
            "verdict_range": self.knowledge.verdict_range,
            "tornado": self.knowledge.tornado,
            "evidence_share": self.knowledge.evidence,
            "priorities": self.priorities,
            "viewpoints": self.viewpoints,
            "cost_of_delay": self.knowledge.delays,
            "pause_bill": self.pause_bill,
            "standing_team": self.standing_curves,
            "staffing": staffing.yearly_staffing(self.staffing),
            "staffing_peaks": self.staffing_peaks,
            "training_load": staffing.training_load(self.simulation),
            "changes": self.changes.attribution,
            "changed_rows": self.changes.rows,
            "estimates": self.inputs.estimates.drop(columns=["_file", "_row", "stream"]),
            "sources": self.inputs.sources.reset_index().drop(columns=["_file", "_row"]),
        }
        around = ("context", "milestones", "spend", "partners", "reference_class", "revisions")
        named |= {name: self.inputs.tables[name].drop(columns=["_file", "_row"]) for name in around}
        return {name: table for name, table in named.items() if not table.empty}


def tidy(wide: pd.DataFrame, value: str) -> pd.DataFrame:
    """A wide table as rows of (index, column, value)."""
    return wide.stack().rename(value).reset_index()


def find(inputs: Inputs, draws: int = 100_000, seed: int = 1, former: PublishedRun | None = None) -> Findings:
    """Simulate and compare; everything else is computed when asked for. `former` is the run to tell changes from."""
    simulation = simulate(inputs, draws, seed)
    return Findings(inputs, simulation, compare(simulation), former)
