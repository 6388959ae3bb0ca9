"""Figures of staffing and the pause: who is needed when,
what a month costs, what waiting costs, how large a team to keep.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import CONSULTANT, peaks_by_option, team_by_phase
from fvmanalys.analysis.pause import BEST, StandingTeam
from fvmanalys.analysis.staffing import SOMEBODY
from fvmanalys.report.charts.answer import draw_line, label_ends
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import (
    Picture,
    captioned,
    decimal_year,
    finish,
    legend_below,
    number_axis,
    row_labels,
    sketch,
    small_multiples,
    value_axis,
    wrapped,
)
from fvmanalys.report.palette import ACCENT, FILLS, INK, KIND_FILLS, LINE, MUTED, PAPER
from fvmanalys.report.topics.people import bill_caption, delay_caption, team_caption
from fvmanalys.report.words import Words

__all__ = ["plot_cost_of_delay", "plot_pause_bill", "plot_staffing", "plot_standing_team"]

PARTS = ("pause_cost", "rebuild_cost", "late_cost")


def plot_staffing(edition: Edition) -> Picture | None:
    """Expected full-time equivalents of every option over time: stacked by phase, and the consultants among them."""
    findings, words = edition.findings, edition.words
    path = findings.staffing
    if path.empty:
        return None
    names = edition.options
    most = peaks_by_option(path)["peak"]
    options = [option for option in names if most.get(option, 0.0) >= SOMEBODY]
    if not options:
        return None
    phases = list(path.loc[path["fte"] > 0].sort_values("time", kind="stable")["phase"].unique())
    looks = [FILLS[edition.phase_places[phase] % len(FILLS)] for phase in phases]
    rows, columns = small_multiples(len(options), 2)
    with sketch(1.4 + 1.85 * rows, rows, columns, sharex=True, sharey=True) as (figure, grid):
        for axes, option in zip(grid.flat, options, strict=False):
            draw_team(axes, findings, path[path["option"] == option], phases, looks)
            axes.set_title(wrapped(names[option], 50, 1))
        for axes in grid.flat[len(options) :]:
            axes.set_visible(False)
        for axes in grid[:, 0]:
            value_axis(axes, words, words("chart.staffing.axis"))
        handles = [Patch(facecolor=c, hatch=h, edgecolor=MUTED, linewidth=0.3) for c, h in looks]
        labels = [edition.phases[phase] for phase in phases]
        line = grid.flat[0].lines[0]
        legend_below(figure, [*handles, line], [*labels, words("chart.staffing.consultants")], 3)
        title, alt = staffing_texts(edition)
        return finish(figure, "staffing", title, words("chart.staffing.note"), alt)


def draw_team(
    axes: Axes, findings: Findings, path: pd.DataFrame, phases: list[str], looks: list[tuple[str, str]]
) -> None:
    """One option: a layer a phase, and a line for consultants."""
    wide, hired = team_by_phase(path, phases)
    across = decimal_year(findings.inputs.as_of) + wide.index.to_numpy()
    layers = axes.stackplot(across, wide.to_numpy().T, colors=[colour for colour, _ in looks], linewidth=0)
    for layer, (_, hatch) in zip(layers, looks, strict=True):
        layer.set(hatch=hatch, edgecolor=MUTED if hatch else "none", linewidth=0)
    axes.plot(across, hired, color=INK, linewidth=1.4, linestyle=(0, (4, 1.5)))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.set_xlim(across[0], across[-1])
    axes.xaxis.set_major_locator(year_locator(across[0], across[-1]))
    axes.xaxis.set_major_formatter(lambda value, _: str(int(value)))


def year_locator(low: float, high: float) -> FixedLocator:
    """Whole years, far enough apart."""
    years = np.arange(np.ceil(low), np.floor(high) + 1)
    return FixedLocator(years[years % (5 if high - low > 14 else 2) == 0])


def staffing_texts(edition: Edition) -> tuple[str, str]:
    """The highest peak, and each option's."""
    peaks = peaks_by_option(edition.findings.staffing)
    shares = edition.findings.staffing_peaks.set_index(["option", "employer"])["mean_share"]
    known = [option for option in edition.options if option in peaks.index]
    rows = [{**peaks.loc[option], "option": option, "share": shares.get((option, CONSULTANT), 0.0)} for option in known]
    top = str(peaks["peak"].idxmax())
    title = edition("chart.staffing.title", peaks.loc[top].to_dict(), option=top)
    return title, edition("chart.staffing.alt", rows="; ".join(edition.each("chart.staffing.row", rows)))


def plot_pause_bill(edition: Edition) -> Picture | None:
    """What a month costs while nothing is decided: what ends with the decision, and what goes on all the same."""
    findings, words = edition.findings, edition.words
    table = findings.pause_bill
    if table.empty:
        return None
    ordered = table.sort_values(["ends_with_decision", "msek_per_month"], ascending=False, kind="stable")
    labels = edition.marked
    with sketch(1.4 + 0.42 * len(ordered)) as (figure, [[axes]]):
        for place, row in enumerate(ordered.to_dict("records")):
            colour, hatch = KIND_FILLS[row["kind"]]
            edge = ACCENT if row["ends_with_decision"] else MUTED
            axes.barh(
                place, row["msek_per_month"], height=0.55, facecolor=colour, hatch=hatch, edgecolor=edge, linewidth=1.2
            )
            key = "chart.bill.ends" if row["ends_with_decision"] else "chart.bill.goes_on"
            text = words(key, amount=words.amount(row["msek_per_month"]))
            axes.annotate(
                text, (row["msek_per_month"], place), (5, 0), textcoords="offset points", va="center", fontsize=8.5
            )
        row_labels(axes, [labels[name] for name in ordered["stream"]], 44)
        number_axis(axes, words, words("chart.bill.axis"))
        axes.set_xlim(left=0)
        axes.margins(x=0.3)
        return captioned(figure, "pause-bill", bill_caption(edition))


def plot_cost_of_delay(edition: Edition) -> Picture | None:
    """What is lost in net benefit as the decision comes later: each option, and the best."""
    findings, words = edition.findings, edition.words
    table = findings.knowledge.delays
    names = edition.options
    if table.empty:
        return None
    wide = table.set_index(["months", "option"])["loss"].unstack(sort=False)
    options = [option for option in names if option in wide]
    with sketch(4.0) as (figure, [[axes]]):
        for option in options:
            draw_line(axes, findings, option, wide.index, wide[option], every=2)
        axes.plot(wide.index, wide[BEST], color=INK, linewidth=3.4, alpha=0.35)
        span = float(wide.to_numpy().max() - min(wide.to_numpy().min(), 0.0)) or 1.0
        label_ends(axes, edition, wide[options], gap=0.062 * span)
        axes.axhline(0, color=MUTED, linewidth=1)
        number_axis(axes, words, words("chart.delay.axis"), ticks=9)
        axes.set_xlim(0, wide.index[-1])
        value_axis(axes, words, words("chart.delay.axis_value"))
        return captioned(figure, "cost-of-delay", delay_caption(edition))


def plot_standing_team(edition: Edition) -> Picture | None:
    """What keeping a share of the team costs through the pause, with the best share and the range within 5 %."""
    findings, words = edition.findings, edition.words
    teams, names = findings.standing_teams, edition.options
    if not teams:
        return None
    rows, columns = small_multiples(len(teams), 2)
    with sketch(1.4 + 1.85 * rows, rows, columns, sharex=True, sharey=True) as (figure, grid):
        for axes, (option, team) in zip(grid.flat, teams.items(), strict=False):
            draw_shares(axes, team, words)
            axes.set_title(wrapped(names[option], 50, 1))
        totals = pd.concat([team.curve["total"] for team in teams.values()])
        grid.flat[0].set_ylim(min(0.0, totals.min()), 1.06 * totals.max() or 1.0)
        for axes in grid.flat[len(teams) :]:
            axes.set_visible(False)
        for axes in grid[:, 0]:
            value_axis(axes, words, words("chart.standing.axis_value"))
        for axes in grid[-1]:
            axes.set_xlabel(words("chart.standing.axis"), loc="left")
        handles = [
            Patch(facecolor=FILLS[i][0], hatch=FILLS[i][1], edgecolor=MUTED, linewidth=0.3) for i in range(len(PARTS))
        ]
        handles.append(Patch(facecolor=LINE, alpha=0.5))
        labels = [words(f"chart.standing.{part}") for part in (*PARTS, "near")]
        legend_below(figure, handles, labels, 2)
        return captioned(figure, "standing-team", team_caption(edition))


def draw_shares(axes: Axes, team: StandingTeam, words: Words) -> None:
    """One option: the three costs stacked over the share kept, the optimum, and the range near it."""
    curve = team.curve
    axes.axvspan(team.low, team.high, color=LINE, alpha=0.5, linewidth=0)
    bottom = np.zeros(len(curve))
    for place, part in enumerate(PARTS):
        colour, hatch = FILLS[place]
        top = bottom + curve[part].to_numpy()
        axes.fill_between(
            curve["share"],
            bottom,
            top,
            facecolor=colour,
            hatch=hatch,
            edgecolor=MUTED if hatch else "none",
            linewidth=0.2,
            alpha=0.9,
        )
        bottom = top
    axes.plot(curve["share"], curve["total"], color=INK, linewidth=1.6)
    least = float(np.interp(team.share, curve["share"], curve["total"]))
    axes.plot(
        [team.share], [least], marker="D", color=INK, markerfacecolor=PAPER, markersize=8, clip_on=False, zorder=5
    )
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [words.share(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])
    axes.grid(axis="y")
    axes.set_axisbelow(True)
