"""Figures: what the findings look like.

Each `plot_` function takes an edition and gives a Picture, or None where the tables lack what it shows.

answer    net benefit, who is best at which value, the areas
frontier  what each further point costs
money     budgets and ceilings, cost year by year, inside and outside view, comparable programmes
time      when events happen, how plans moved
staffing  who is needed when, what waiting costs, how large a team to keep
evidence  what the figures rest on
turning   what tells the leader from its nearest rival
uncertainty  what swings the answer, and what is worth finding out
changes      what changed since the former run
history      how the answer moved over the published runs (it takes their history instead)
priorities   what depends on who one is, and how past forecasts fared
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd

from fvmanalys.report.charts.answer import plot_acceptability, plot_areas, plot_comparison, plot_levels
from fvmanalys.report.charts.changes import plot_changes
from fvmanalys.report.charts.evidence import plot_evidence
from fvmanalys.report.charts.frontier import plot_frontier
from fvmanalys.report.charts.history import plot_history
from fvmanalys.report.charts.money import (
    plot_cost,
    plot_published_totals,
    plot_reference_class,
    plot_views,
    plot_yearly_cost,
)
from fvmanalys.report.charts.priorities import plot_backtest, plot_ranks, plot_viewpoints
from fvmanalys.report.charts.staffing import plot_cost_of_delay, plot_pause_bill, plot_staffing, plot_standing_team
from fvmanalys.report.charts.time import plot_milestones, plot_timeline
from fvmanalys.report.charts.turning import plot_decomposition
from fvmanalys.report.charts.uncertainty import (
    plot_evidence_share,
    plot_information,
    plot_net_value,
    plot_tornado,
    plot_verdict,
)
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import NARROW, Picture, narrow

__all__ = [
    "figures", "narrow_figures", "plot_acceptability", "plot_areas", "plot_backtest", "plot_changes", "plot_comparison",
    "plot_cost",
    "plot_cost_of_delay", "plot_decomposition", "plot_evidence", "plot_evidence_share", "plot_frontier", "plot_history",
    "plot_information", "plot_levels", "plot_milestones", "plot_net_value", "plot_pause_bill",
    "plot_published_totals", "plot_ranks", "plot_reference_class", "plot_staffing", "plot_standing_team",
    "plot_timeline", "plot_tornado", "plot_verdict", "plot_viewpoints", "plot_views", "plot_yearly_cost",
]  # fmt: skip

ALL = (
    plot_comparison,
    plot_acceptability,
    plot_frontier,
    plot_areas,
    plot_levels,
    plot_cost,
    plot_yearly_cost,
    plot_published_totals,
    plot_views,
    plot_reference_class,
    plot_timeline,
    plot_milestones,
    plot_evidence,
    plot_decomposition,
    plot_verdict,
    plot_net_value,
    plot_information,
    plot_tornado,
    plot_evidence_share,
    plot_viewpoints,
    plot_ranks,
    plot_backtest,
    plot_changes,
    plot_pause_bill,
    plot_cost_of_delay,
    plot_standing_team,
    plot_staffing,
)


def once(plot: Callable[..., Picture | None]) -> Callable[..., Picture | None]:
    """A figure that is not drawn again where the run that we are in has handed it over."""

    @wraps(plot)
    def drawn(edition: Edition, *more: Any, **named: Any) -> Picture | None:
        known = {} if NARROW.get() or more or named else edition.findings.drawn
        key = plot.__name__, edition.words.lang
        if key not in known:
            return in_own(plot(edition, *more, **named), edition)
        return Picture(*known[key]) if known[key] else None

    return drawn


def in_own(picture: Picture | None, edition: Edition) -> Picture | None:
    """A figure in the colour of the organisation whose edition it is."""
    return picture and picture.in_accent(edition.accent)


globals().update({plot.__name__: once(plot) for plot in ALL})


def figures(edition: Edition, hand_over: bool = False) -> list[Picture]:
    """Every figure that the tables suffice for; those to `hand_over` go to the notebooks of a run with its findings."""
    drawn = {plot.__name__: in_own(plot(edition), edition) for plot in ALL}
    if hand_over:
        for name, picture in drawn.items():
            edition.findings.drawn[name, edition.words.lang] = tuple(vars(picture).values()) if picture else ()
    return [picture for picture in drawn.values() if picture is not None]


def narrow_figures(edition: Edition, history: pd.DataFrame) -> dict[str, str]:
    """The SVG of every figure for screens as wide as a hand, by its name."""
    with narrow():
        drawn = [*figures(edition), *filter(None, [plot_history(history, edition.words, edition.accent)])]
    return {picture.name: picture.svg for picture in drawn}
