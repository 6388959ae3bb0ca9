"""Figures of what depends on who one is, and of how past forecasts fared."""

from typing import Any

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.fitting import fitted, wrapped
from fvmanalys.report.palette import ACCENT, INK, MUTED, PAPER
from fvmanalys.report.panel import ON_PAPER, Panel, decimal_year
from fvmanalys.report.topics.information import backtest_caption, ranks_caption, viewpoint_label, viewpoints_caption

__all__ = ["plot_backtest", "plot_ranks", "plot_viewpoints"]

SETS = {"all": ("o", True), "ordered": ("s", False)}
DAYS = ("planned_on", "planned_date", "forecast_p50", "forecast_p80", "outcome")


def plot_viewpoints(edition: Edition) -> Picture | None:
    """What each group would choose with its own weights, and by how much."""
    rows = edition.findings.viewpoints.to_dict("records")
    if not rows or edition.findings.comparison.runner_up is None:
        return None
    with sketch(edition.words, 1.4 + 0.55 * len(rows)) as drawing:
        [panel] = drawing.panels
        for place, row in enumerate(rows):
            colour, marker = edition.look(row["best"])
            panel.line(place, 0, row["lead"], colour, 2.2, alpha=0.55)
            panel.mark(place, row["lead"], marker, colour, markersize=8)
            label = wrapped(viewpoint_label(edition, row), fitted(200, 44), 2)
            panel.say(label, 0, place, 2, fitted(8, -5), va=fitted("bottom", "top"))
        panel.rows([edition.viewpoint(row) for row in rows], 24)
        panel.axes.set_ylim(len(rows) - 0.5, -0.75)
        panel.across(edition("chart.viewpoints.axis"))
        panel.axes.set_xlim(left=0)
        panel.axes.margins(x=0.12)
        return drawing.finish("viewpoints", viewpoints_caption(edition))


def plot_ranks(edition: Edition) -> Picture | None:
    """How often each option is best, over every set of weights and over those in the given order."""
    table = edition.findings.priorities
    options = [option for option in edition.options if option in set(table["option"])]
    if len(options) < 2:
        return None
    shares = table.set_index(["option", "weights"])["first_rank"].unstack(sort=False).loc[options]
    with sketch(edition.words, 1.5 + 0.42 * len(options)) as drawing:
        [panel] = drawing.panels
        for place, option in enumerate(options):
            most = shares.loc[option].max()
            panel.line(place, 0, most)
            colour, _ = edition.look(option)
            for name, (marker, filled) in SETS.items():
                look = {"markersize": 7.5, "linestyle": "none"}
                panel.mark(place, shares.at[option, name], marker, colour, colour if filled else PAPER, **look)
                if place == 0:
                    look |= {"color": MUTED, "markerfacecolor": MUTED if filled else PAPER, "marker": marker}
                    panel.axes.plot([], [], label=edition(f"chart.ranks.{name}"), **look)
            panel.say(edition.words.share(shares.at[option, "all"]), most, place, 8)
        panel.rows([edition.options[option] for option in options], 30)
        panel.axes.set_xlim(0, 1)
        panel.across(edition("chart.ranks.axis"), percent=True)
        handles, labels = panel.axes.get_legend_handles_labels()
        drawing.legend(handles, labels, 2)
        return drawing.finish("ranks", ranks_caption(edition, shares))


def plot_backtest(edition: Edition) -> Picture | None:
    """What comparable programmes would have forecast for each past plan, and what came of it."""
    rows = edition.findings.backtest.to_dict("records")
    if not rows:
        return None
    today = decimal_year(edition.as_of)
    days = [row[name] for row in rows for name in DAYS if row[name]]
    with sketch(edition.words, 1.4 + 0.5 * len(rows)) as drawing:
        [panel] = drawing.panels
        low, high = decimal_year(min(days)), decimal_year(max(days))
        panel.calendar(low - 0.3, high + fitted(24, 40) / 100 * (high - low))
        panel.axes.axvline(today, color=INK, linewidth=1)
        for place, row in enumerate(rows):
            draw_forecast(panel, place, row, today)
        panel.rows([edition("chart.backtest.plan", row) for row in rows], 34)
        return drawing.finish("backtest", backtest_caption(edition))


def draw_forecast(panel: Panel, place: int, row: dict[str, Any], today: float) -> None:
    """One plan: planned day, the forecast from P50 to P80, and the outcome or that it has not come."""
    planned = decimal_year(row["planned_date"])
    panel.line(place, decimal_year(row["planned_on"]), planned, MUTED, 0.9, linestyle=(0, (1, 2)))
    ends = [decimal_year(row[name]) for name in ("forecast_p50", "forecast_p80") if row[name]]
    if len(ends) == 2:
        panel.bar(place, ends[1] - ends[0], ends[0], ("#b9cde0", ""), height=0.36, linewidth=0.7)
    panel.mark(place, planned, "o", ACCENT, PAPER, markersize=7, markeredgewidth=1.5)
    if row["outcome"]:
        panel.mark(place, decimal_year(row["outcome"]), "D", INK, markersize=6)
    right = max([planned, *ends, decimal_year(row["outcome"]) if row["outcome"] else today])
    judged = panel.words(f"chart.backtest.{row['within_p80'] or 'open'}")
    panel.say(judged, right, place, 8, fontsize=8, bbox=ON_PAPER)
