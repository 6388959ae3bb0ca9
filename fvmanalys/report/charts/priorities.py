"""Figures of what depends on who one is and on what was believed:
viewpoints, ranks over all weights, and past forecasts.
"""

from matplotlib.axes import Axes

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import (
    NARROW,
    ON_PAPER,
    Picture,
    calendar_axis,
    captioned,
    decimal_year,
    fitted,
    legend_below,
    number_axis,
    row_labels,
    sketch,
    wrapped,
)
from fvmanalys.report.palette import ACCENT, INK, MUTED, PAPER
from fvmanalys.report.topics.information import backtest_caption, ranks_caption, viewpoint_label, viewpoints_caption
from fvmanalys.report.words import Words

__all__ = ["plot_backtest", "plot_ranks", "plot_viewpoints"]

SETS = {"all": ("o", True), "ordered": ("s", False)}


def plot_viewpoints(edition: Edition) -> Picture | None:
    """What each group would choose with its own weights, and by how much."""
    findings, words = edition.findings, edition.words
    rows = findings.viewpoints.to_dict("records")
    if not rows or findings.comparison.runner_up is None:
        return None
    with sketch(1.4 + 0.55 * len(rows)) as (figure, [[axes]]):
        for place, row in enumerate(rows):
            colour, marker = edition.look(row["best"])
            axes.plot([0, row["lead"]], [place, place], color=colour, linewidth=2.2, alpha=0.55)
            axes.plot([row["lead"]], [place], marker=marker, color=colour, markersize=8)
            said = {"textcoords": "offset points", "va": "top" if NARROW.get() else "bottom", "fontsize": 8.5}
            label = wrapped(viewpoint_label(edition, row), fitted(200, 44), 2)
            axes.annotate(label, (0, place), (2, fitted(8, -5)), **said)
        row_labels(axes, [edition.viewpoint(row) for row in rows], 24)
        axes.set_ylim(len(rows) - 0.5, -0.75)
        number_axis(axes, words, words("chart.viewpoints.axis"))
        axes.set_xlim(left=0)
        axes.margins(x=0.12)
        return captioned(figure, "viewpoints", viewpoints_caption(edition))


def plot_ranks(edition: Edition) -> Picture | None:
    """The share of outcomes in which each option is best,
    over every set of weights and over those in the given order.
    """
    findings, words = edition.findings, edition.words
    table, names = findings.priorities, edition.options
    options = [option for option in names if option in set(table["option"])]
    if len(options) < 2:
        return None
    shares = table.set_index(["option", "weights"])["first_rank"].unstack(sort=False).loc[options]
    with sketch(1.5 + 0.42 * len(options)) as (figure, [[axes]]):
        for place, option in enumerate(options):
            axes.plot([0, shares.loc[option].max()], [place, place], color=MUTED, linewidth=1)
            colour, _ = edition.look(option)
            for name, (marker, filled) in SETS.items():
                look = {"marker": marker, "markersize": 7.5, "linestyle": "none"}
                fill = colour if filled else PAPER
                axes.plot([shares.at[option, name]], [place], color=colour, markerfacecolor=fill, **look)
                if place == 0:
                    axes.plot(
                        [],
                        [],
                        color=MUTED,
                        markerfacecolor=MUTED if filled else PAPER,
                        label=words(f"chart.ranks.{name}"),
                        **look,
                    )
            text = words.share(shares.at[option, "all"])
            axes.annotate(
                text, (shares.loc[option].max(), place), (8, 0), textcoords="offset points", va="center", fontsize=8.5
            )
        row_labels(axes, [names[option] for option in options], 30)
        axes.set_xlim(0, 1)
        number_axis(axes, words, words("chart.ranks.axis"), percent=True)
        handles, labels = axes.get_legend_handles_labels()
        legend_below(figure, handles, labels, 2)
        return captioned(figure, "ranks", ranks_caption(edition, shares))


def plot_backtest(edition: Edition) -> Picture | None:
    """What comparable programmes would have forecast for each past plan, and what came of it."""
    findings, words = edition.findings, edition.words
    rows = findings.backtest.to_dict("records")
    if not rows:
        return None
    today = decimal_year(findings.inputs.as_of)
    days = [
        row[name]
        for row in rows
        for name in ("planned_on", "planned_date", "forecast_p50", "forecast_p80", "outcome")
        if row[name]
    ]
    with sketch(1.4 + 0.5 * len(rows)) as (figure, [[axes]]):
        low, high = decimal_year(min(days)), decimal_year(max(days))
        calendar_axis(axes, words, low - 0.3, high + fitted(24, 40) / 100 * (high - low))
        axes.axvline(today, color=INK, linewidth=1)
        for place, row in enumerate(rows):
            draw_forecast(axes, place, row, today, words)
        row_labels(axes, [words("chart.backtest.plan", name=edition.named(row), plan=row["plan"]) for row in rows], 34)
        return captioned(figure, "backtest", backtest_caption(edition))


def draw_forecast(axes: Axes, place: int, row: dict, today: float, words: Words) -> None:
    """One plan: planned day, the forecast from P50 to P80, and the outcome or that it has not come."""
    planned = decimal_year(row["planned_date"])
    axes.plot(
        [decimal_year(row["planned_on"]), planned], [place, place], color=MUTED, linewidth=0.9, linestyle=(0, (1, 2))
    )
    ends = [decimal_year(row[name]) for name in ("forecast_p50", "forecast_p80") if row[name]]
    if len(ends) == 2:
        axes.barh(
            place, ends[1] - ends[0], left=ends[0], height=0.36, facecolor="#b9cde0", edgecolor=ACCENT, linewidth=0.7
        )
    axes.plot([planned], [place], marker="o", color=ACCENT, markerfacecolor=PAPER, markersize=7, markeredgewidth=1.5)
    if row["outcome"]:
        axes.plot([decimal_year(row["outcome"])], [place], marker="D", color=INK, markersize=6)
    right = max([planned, *ends, decimal_year(row["outcome"]) if row["outcome"] else today])
    text = words(f"chart.backtest.{row['within_p80'] or 'open'}")
    axes.annotate(text, (right, place), (8, 0), textcoords="offset points", va="center", fontsize=8, bbox=ON_PAPER)
