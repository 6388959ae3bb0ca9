"""Everything that an appendix tells, computed once: what notebooks, workbook and page all read."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from fvmanalys.analysis import decomposition, explain, outside, pause, staffing
from fvmanalys.analysis.budget import contracts_compared, per_user
from fvmanalys.analysis.changes import what_changed
from fvmanalys.analysis.compare import Comparison, compare, summary
from fvmanalys.analysis.family import variants
from fvmanalys.analysis.kept import keep, kept_for
from fvmanalys.analysis.knowledge import Knowledge
from fvmanalys.analysis.later import choices
from fvmanalys.analysis.made_of import made_of
from fvmanalys.analysis.measures import criticality, measure_table
from fvmanalys.analysis.news import News, news
from fvmanalys.analysis.own_report import own_report
from fvmanalys.analysis.plans import coming
from fvmanalys.analysis.priorities import priorities, viewpoint_choices
from fvmanalys.analysis.requirements import limits_exceeded
from fvmanalys.analysis.scenarios import scenarios
from fvmanalys.analysis.spread import spread
from fvmanalys.analysis.switching import closest_first, switching_values
from fvmanalys.analysis.trace import Trace
from fvmanalys.analysis.trace_tables import Tracer
from fvmanalys.analysis.whatif import latest_decisions
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.display import Shows
from fvmanalys.evidence.public import PublicTables, make_public
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.model.simulate import Simulation, simulate

__all__ = ["SUBJECTS", "Findings", "find"]


SUBJECTS = ("answer", "choice", "information", "money", "people", "sources", "time")  # told by a room further right
Found = TypeVar("Found")


def part(make: Callable[..., Found], *names: str) -> "cached_property[Found]":
    """A part of the findings, which `make` makes of others by their `names`."""
    return cached_property(lambda findings: make(*(getattr(findings, name) for name in names)))


@dataclass(frozen=True, repr=False)
class Findings(Shows):
    """The parts of an appendix, each computed when first asked for; tables are tidy, in MSEK and years after `as_of`.

    `former` is the run to tell changes from; `published` the run that these findings are, where they are published
    already.
    """

    inputs: Inputs
    simulation: Simulation
    comparison: Comparison
    former: PublishedRun | None = None
    published: PublishedRun | None = None

    decision_taken = part(explain.decision_taken, "inputs")
    evidence_by_table = part(explain.evidence_by_table, "inputs")
    evidence_counts = part(explain.evidence_counts, "inputs")
    class_quantiles = part(outside.class_quantiles, "inputs")
    backtest = part(outside.backtest, "inputs")
    events = part(explain.event_table, "simulation")
    coming = part(coming, "simulation", "events")
    levels = part(explain.levels_reached, "simulation")
    published_totals = part(explain.published_totals, "simulation")
    own_report = part(own_report, "simulation", "published_totals")
    limits_exceeded = part(limits_exceeded, "simulation")
    latest_decisions = part(latest_decisions, "simulation")
    pause_bill = part(pause.monthly_bill, "simulation")
    training_load = part(staffing.training_load, "simulation")
    start_burden = part(staffing.start_burden, "simulation")
    staffing = part(staffing.staffing_path, "simulation")
    changes = part(what_changed, "comparison", "former", "published")
    knowledge = part(Knowledge, "comparison")
    scenarios = part(scenarios, "knowledge")
    chances = part(outside.chances, "by_view", "comparison")
    switching_values = part(switching_values, "comparison")
    spread = part(spread, "comparison")
    choices = part(choices, "comparison")
    priorities = part(priorities, "comparison")
    viewpoints = part(viewpoint_choices, "comparison")
    reasons = part(decomposition.reasons, "comparison", "decomposition")
    decomposition = part(decomposition.decomposition, "comparison")

    @cached_property
    def views(self) -> pd.DataFrame:
        """Inside view, mixture and outside view side by side."""
        return outside.view_table(self.by_view, self.inputs.parameters["outside_view"])

    @cached_property
    def by_view(self) -> dict[float, Comparison]:
        """The comparison in every view: how much the experience of comparable programmes counts."""
        return outside.by_view(self.comparison)

    @cached_property
    def yearly(self) -> pd.DataFrame:
        """Expected cost by option, category and calendar year."""
        return self.simulation.yearly_cost()

    @cached_property
    def programme(self) -> pd.DataFrame:
        """The undiscounted programme cost of each option: mean and quantiles."""
        return summary(self.simulation.programme_cost, "programme").rename_axis("option").reset_index()

    @cached_property
    def level_paths(self) -> pd.DataFrame:
        """The expected level of each option and area over time, twice a year."""
        horizon = self.simulation.model.horizon
        return self.simulation.level_paths(np.linspace(0, horizon, int(2 * horizon) + 1))

    @cached_property
    def turning(self) -> pd.DataFrame:
        """What can turn the answer, that first which most probably does."""
        return closest_first(self.switching_values, self.simulation.model.estimates)

    @cached_property
    def variants(self) -> pd.DataFrame:
        """How far the leader's variants fall behind it, and which risk would turn that."""
        return variants(self.comparison, self.knowledge.occurrences)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """What other traditions measure: benefit-cost ratio, equivalent annual cost, rate of return, payback."""
        return measure_table(self.comparison).reset_index()

    @property
    def wins(self) -> pd.DataFrame:
        """In what share of the draws each option has more net benefit than each other, a column for each."""
        return self.comparison.wins.reset_index()

    @cached_property
    def critical(self) -> pd.DataFrame:
        """How often each event decides when an option is in full use, where it is not always the same ones."""
        found = criticality(self.simulation)
        varies = found.loc[found["share"] < 1, "option"].unique()
        names = [one for one in ("option", "event", "name", "name_en") if one in self.events]
        return found[found["option"].isin(varies)].merge(self.events[names], on=["option", "event"])

    @cached_property
    def standing_teams(self) -> dict[str, pause.StandingTeam]:
        """How large a team to keep through the pause, by option; empty with nothing to wait for or no readiness."""
        return pause.standing_teams(self.inputs, min(4096, self.simulation.draws), self.simulation.seed)

    @cached_property
    def standing_optima(self) -> pd.DataFrame:
        """The best share of the team for each option (low to high: within 5 %), its people and its costs."""
        whole = staffing.full_team(self.staffing, self.inputs.parameters["standing_share"])
        rows = []
        for option, team in self.standing_teams.items():
            total = team.curve["total"]
            full = whole.get(option, np.nan)
            rows.append(
                [option, team.share, team.low, team.high, full, full * team.share, total.min(), *total.iloc[[0, -1]]]
            )
        return pd.DataFrame(
            rows, columns=["option", "share", "low", "high", "full", "kept", "least_cost", "none_cost", "full_cost"]
        )

    @cached_property
    def team_and_wait(self) -> pd.DataFrame:
        """What a month of waiting costs with the team as it is and as recommended, and what is best then."""
        knowledge = self.knowledge
        team = self.standing_teams.get(self.comparison.best)
        columns = ["team", "share", "cost_of_delay", "investigation_id", "net_value", "decide_now"]
        if knowledge.verdict is None or team is None:
            return pd.DataFrame(columns=columns)
        value = self.comparison.value_per_point
        rows = []
        monthly = pause.first_month_at(self.simulation, knowledge.size, team.share, value)
        shares = (self.inputs.parameters["standing_share"], knowledge.monthly_delay()), (team.share, monthly)
        for name, (share, cost) in zip(("now", "recommended"), shares, strict=True):
            found = knowledge.verdict_at(value, cost)
            rows.append([name, share, cost, found.investigation, found.net_value, found.decide_now])
        return pd.DataFrame(rows, columns=columns)

    @property
    def standing_curves(self) -> pd.DataFrame:
        """The curve of every standing team: option, share, pause_cost, rebuild_cost, late_cost, total."""
        curves = [team.curve.assign(option=option) for option, team in self.standing_teams.items()]
        return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame()

    @cached_property
    def staffing_peaks(self) -> pd.DataFrame:
        """The highest month of each option and employer, beside what the region has had before."""
        return staffing.peaks(self.staffing, staffing.highest_before(self.inputs))

    @cached_property
    def news(self) -> News:
        """What is new since the former run, or of the last days without one."""
        return news(self.inputs, self.former)

    @cached_property
    def public_tables(self) -> PublicTables | None:
        """The public tables of these inputs; None where nothing is confidential."""
        return make_public(self.inputs) if self.inputs.confidential else None

    @cached_property
    def public_version(self) -> "Findings | None":
        """What the public tables give; None where there are none, or they lack something."""
        with suppress(EvidenceError):
            tables, simulation = self.public_tables, self.simulation
            return find(tables.load(self.inputs.as_of), simulation.draws, simulation.seed) if tables else None
        return None

    @property
    def public_comparison(self) -> pd.DataFrame:
        """The answer beside that of the public version: a row an option that both have."""
        if self.public_version is None:
            return pd.DataFrame()
        names = ["net_benefit", "p_best", "cost_p50", "score"]
        ours = self.comparison.table[names]
        public = self.public_version.comparison.table[names]
        beside = ours.join([public.add_prefix("public_"), (ours - public).add_suffix("_difference")], how="inner")
        return beside.reset_index()

    @cached_property
    def drawn(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Figures that a run hands over to its notebooks with what it found, by name and language."""
        return {}

    def keep(self, folder: Path) -> dict[str, str]:
        """Keep what is found in a private folder for kernels of the same run; give what their environment must say."""
        _ = self.made_of  # seconds, which every kernel of the page would spend anew
        return keep(self.comparison, self.former, {"findings": self, "knowledge": self.knowledge}, folder)

    @cached_property
    def tracer(self) -> Tracer:
        """What leads from each published number to raw rows."""
        return Tracer(self, PUBLISHED | {name: partial(as_read, name) for name in PUBLISHED_AS_READ})

    @cached_property
    def made_of(self) -> pd.DataFrame:
        """What the leading numbers of each option are made of, one level deep."""
        return made_of(replace(self.tracer))  # which is let go again: it holds every column

    @property
    def told(self) -> dict[str, object]:
        """The decision, the answer, what it rests on, and where to look."""
        answer = {name: one for name, one in self.comparison.told.items() if name != "as of"}
        first = {"decision": self.inputs.decision["title"], **answer}
        return first | self.inputs.told | {"draws": self.simulation.draws, "subjects": ", ".join(SUBJECTS)}

    @property
    def below(self) -> dict[str, pd.DataFrame]:
        """The options side by side."""
        return self.comparison.below

    def __getattr__(self, name: str) -> Any:
        """A subject, with its sentences and tables as the appendix has them: `findings.money.costs`."""
        if name not in SUBJECTS:
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        return import_module("fvmanalys").subject(self, name)

    def __dir__(self) -> list[str]:
        return [*SUBJECTS, *super().__dir__()]

    def trace(self, address: str) -> Trace:
        """Trace a published number to raw rows: `table/row key/column`, such as `comparison/A/cost_p50`.

        Several key columns have their places between `/`, and `+` is the sum over all of one. UsageError for no such
        number.
        """
        return self.tracer.trace(address)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The published tables by file name: tidy, snake_case columns, internal units; empty ones are left out."""
        found = {name: make(self) for name, make in PUBLISHED.items()}
        found |= {name: as_read(name, self) for name in PUBLISHED_AS_READ}
        return {name: table for name, table in found.items() if not table.empty}


def as_read(name: str, findings: Findings) -> pd.DataFrame:
    """A raw table without the places of its rows."""
    return findings.inputs.tables[name].drop(columns=["_file", "_row"])


def tidy(wide: pd.DataFrame, value: str) -> pd.DataFrame:
    """A wide table as rows of (index, column, value)."""
    return wide.stack().rename(value).reset_index()


AS_FOUND = (
    "measures", "views", "backtest", "events", "levels", "level_paths", "decomposition", "switching_values",
    "scenarios", "own_report", "published_totals", "evidence_counts", "limits_exceeded", "choices", "team_and_wait",
    "spread", "priorities", "viewpoints", "pause_bill", "staffing_peaks", "training_load", "latest_decisions",
    "start_burden", "public_comparison",
)  # fmt: skip
PUBLISHED: dict[str, Callable[[Findings], pd.DataFrame]] = {
    "comparison": lambda findings: findings.comparison.table.reset_index(),
    "areas": lambda findings: findings.comparison.areas.reset_index(),
    "acceptability": lambda findings: tidy(findings.comparison.acceptability, "p_best"),
    "frontier": lambda findings: findings.comparison.frontier.reset_index(),
    "wins": lambda findings: tidy(findings.comparison.wins, "share").dropna(),
    "ranks": lambda findings: tidy(findings.comparison.ranks, "share"),
    "critical_path": lambda findings: findings.critical,
    "switching_points": lambda findings: findings.comparison.switches,
    "p_best_range": lambda findings: findings.chances,
    "reference_class_quantiles": lambda findings: findings.class_quantiles,
    "yearly_cost": lambda findings: findings.yearly,
    "information_estimates": lambda findings: findings.knowledge.estimates,
    "information_own_parts": lambda findings: findings.knowledge.own_parts,
    "information_groups": lambda findings: findings.knowledge.groups,
    "investigations": lambda findings: findings.knowledge.investigations,
    "portfolios": lambda findings: findings.knowledge.portfolios,
    "bring_forward": lambda findings: findings.knowledge.bring_forward,
    "verdict_range": lambda findings: findings.knowledge.verdict_range,
    "tornado": lambda findings: findings.knowledge.tornado,
    "cost_of_delay": lambda findings: findings.knowledge.delays,
    "standing_team": lambda findings: findings.standing_curves,
    "staffing": lambda findings: staffing.yearly_staffing(findings.staffing),
    "standing_optimum": lambda findings: findings.standing_optima,
    "contracts_compared": lambda findings: contracts_compared(findings.inputs),
    "per_user": lambda findings: per_user(findings.simulation),
    "agreements": lambda findings: staffing.agreement_table(findings.inputs),
    "changes": lambda findings: findings.changes.attribution,
    "changed_rows": lambda findings: findings.changes.rows,
    "estimates": lambda findings: findings.inputs.estimates.drop(columns=["_file", "_row", "stream"]),
    "sources": lambda findings: findings.inputs.sources.reset_index().drop(columns=["_file", "_row"]),
} | {name: attrgetter(name) for name in AS_FOUND}
PUBLISHED_AS_READ = ("context", "milestones", "spend", "partners", "reference_class", "revisions")


def find(inputs: Inputs, draws: int = 100_000, seed: int = 1, former: PublishedRun | None = None) -> Findings:
    """Simulate and compare; all else is computed when asked for. A run's notebooks take over what it has found."""
    inputs = replace(inputs, barred=frozenset()) if inputs.barred else inputs
    known = kept_for(inputs, draws, seed, former)
    comparison = known.comparison if known else compare(simulate(inputs, draws, seed))
    findings = Findings(comparison.simulation.inputs, comparison.simulation, comparison, former)
    if known:
        vars(findings).update(known.findings)
        vars(findings.knowledge).update(known.knowledge)
    return findings
