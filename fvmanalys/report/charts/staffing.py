"""Figures of staffing and the pause: who is needed when, what a month and waiting cost, how large a team to keep."""

import numpy as np
import pandas as pd
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator

from fvmanalys.analysis.breakdown import peaks_by_option, team_by_phase
from fvmanalys.analysis.pause import BEST, StandingTeam
from fvmanalys.analysis.staffing import SOMEBODY
from fvmanalys.report.charts.answer import draw_line, label_ends
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch, small_multiples
from fvmanalys.report.palette import ACCENT, FILLS, INK, KIND_FILLS, LINE, MUTED, PAPER
from fvmanalys.report.panel import SHARES, Panel, decimal_year
from fvmanalys.report.topics.people import bill_caption, delay_caption, staffing_caption, team_caption

__all__ = ["plot_cost_of_delay", "plot_pause_bill", "plot_staffing", "plot_standing_team"]

PARTS = ("pause_cost", "rebuild_cost", "late_cost")


def plot_staffing(edition: Edition) -> Picture | None:
    """Expected full-time equivalents of every option over time: stacked by phase, and the consultants among them."""
    path = edition.findings.staffing
    most = {} if path.empty else peaks_by_option(path)["peak"]
    options = [option for option in edition.options if most.get(option, 0.0) >= SOMEBODY]
    if not options:
        return None
    phases = list(path.loc[path["fte"] > 0].sort_values("time", kind="stable")["phase"].unique())
    fills = [FILLS[edition.phase_places[phase] % len(FILLS)] for phase in phases]
    with small_multiples(edition.words, 1.4, 1.85, [edition.options[one] for one in options]) as drawing:
        for panel, option in zip(drawing.panels, options, strict=False):
            draw_team(panel, edition, path[path["option"] == option], dict(zip(phases, fills, strict=True)))
        for panel in drawing.left:
            panel.upright(edition("chart.staffing.axis"))
        labels = [*(edition.phases[phase] for phase in phases), edition("chart.staffing.consultants")]
        drawing.legend([*fills, drawing.panels[0].axes.lines[0]], labels, 3)
        return drawing.finish("staffing", staffing_caption(edition))


def draw_team(panel: Panel, edition: Edition, path: pd.DataFrame, fills: dict[str, tuple[str, str]]) -> None:
    """One option: a layer a phase, and a line for consultants."""
    wide, hired = team_by_phase(path, list(fills))
    across = decimal_year(edition.as_of) + wide.index.to_numpy()
    axes = panel.axes
    layers = axes.stackplot(across, wide.to_numpy().T, colors=[colour for colour, _ in fills.values()], linewidth=0)
    for layer, (_, hatch) in zip(layers, fills.values(), strict=True):
        layer.set(hatch=hatch, edgecolor=MUTED if hatch else "none", linewidth=0)
    axes.plot(across, hired, color=INK, linewidth=1.4, linestyle=(0, (4, 1.5)))
    panel.grid("y")
    axes.set_xlim(across[0], across[-1])
    axes.xaxis.set_major_locator(year_locator(across[0], across[-1]))
    axes.xaxis.set_major_formatter(lambda value, _: str(int(value)))


def year_locator(low: float, high: float) -> FixedLocator:
    """Whole years, far enough apart."""
    years = np.arange(np.ceil(low), np.floor(high) + 1)
    return FixedLocator(years[years % (5 if high - low > 14 else 2) == 0])


def plot_pause_bill(edition: Edition) -> Picture | None:
    """What a month costs while nothing is decided: what ends with the decision, and what goes on all the same."""
    table = edition.findings.pause_bill
    if table.empty:
        return None
    ordered = table.sort_values(["ends_with_decision", "msek_per_month"], ascending=False, kind="stable")
    with sketch(edition.words, 1.4 + 0.42 * len(ordered)) as drawing:
        [panel] = drawing.panels
        for place, row in enumerate(ordered.to_dict("records")):
            amount, ends = row["msek_per_month"], row["ends_with_decision"]
            panel.bar(place, amount, fill=KIND_FILLS[row["kind"]], edgecolor=ACCENT if ends else MUTED, linewidth=1.2)
            panel.say(edition(f"chart.bill.{'ends' if ends else 'goes_on'}", amount=amount), amount, place)
        panel.rows([edition.marked[name] for name in ordered["stream"]], 44)
        panel.across(edition("chart.bill.axis"))
        panel.axes.set_xlim(left=0)
        panel.axes.margins(x=0.3)
        return drawing.finish("pause-bill", bill_caption(edition))


def plot_cost_of_delay(edition: Edition) -> Picture | None:
    """What is lost in net benefit as the decision comes later: each option, and the best."""
    table = edition.findings.knowledge.delays
    if table.empty:
        return None
    wide = table.set_index(["months", "option"])["loss"].unstack(sort=False)
    options = [option for option in edition.options if option in wide]
    with sketch(edition.words, 4.0) as drawing:
        [panel] = drawing.panels
        for option in options:
            draw_line(panel, edition, option, wide.index, wide[option], every=2)
        panel.axes.plot(wide.index, wide[BEST], color=INK, linewidth=3.4, alpha=0.35)
        span = float(wide.to_numpy().max() - min(wide.to_numpy().min(), 0.0)) or 1.0
        label_ends(panel, edition, wide[options], 0.062 * span)
        panel.axes.axhline(0, color=MUTED, linewidth=1)
        panel.across(edition("chart.delay.axis"), ticks=9)
        panel.axes.set_xlim(0, wide.index[-1])
        panel.upright(edition("chart.delay.axis_value"))
        return drawing.finish("cost-of-delay", delay_caption(edition))


def plot_standing_team(edition: Edition) -> Picture | None:
    """What keeping a share of the team costs through the pause, with the best share and the range within 5 %."""
    teams = edition.findings.standing_teams
    if not teams:
        return None
    with small_multiples(edition.words, 1.4, 1.85, [edition.options[one] for one in teams]) as drawing:
        for panel, team in zip(drawing.panels, teams.values(), strict=False):
            draw_shares(panel, team)
        totals = pd.concat([team.curve["total"] for team in teams.values()])
        drawing.panels[0].axes.set_ylim(min(0.0, totals.min()), 1.06 * totals.max() or 1.0)
        for panel in drawing.left:
            panel.upright(edition("chart.standing.axis_value"))
        for panel in drawing.bottom:
            panel.axes.set_xlabel(edition("chart.standing.axis"), loc="left")
        labels = [edition(f"chart.standing.{part}") for part in (*PARTS, "near")]
        drawing.legend([*FILLS[: len(PARTS)], Patch(facecolor=LINE, alpha=0.5)], labels, 2)
        return drawing.finish("standing-team", team_caption(edition))


def draw_shares(panel: Panel, team: StandingTeam) -> None:
    """One option: the three costs stacked over the share kept, the optimum, and the range near it."""
    curve, axes = team.curve, panel.axes
    axes.axvspan(team.low, team.high, color=LINE, alpha=0.5, linewidth=0)
    bottom = np.zeros(len(curve))
    for (colour, hatch), part in zip(FILLS, PARTS, strict=False):
        top = bottom + curve[part].to_numpy()
        look = {"facecolor": colour, "hatch": hatch, "edgecolor": MUTED if hatch else "none"}
        axes.fill_between(curve["share"], bottom, top, linewidth=0.2, alpha=0.9, **look)
        bottom = top
    axes.plot(curve["share"], curve["total"], color=INK, linewidth=1.6)
    least = float(np.interp(team.share, curve["share"], curve["total"]))
    panel.mark(least, team.share, "D", INK, PAPER, markersize=8, clip_on=False, zorder=5)
    axes.set_xlim(0, 1)
    axes.set_xticks(SHARES, [panel.words.share(tick) for tick in SHARES])
    panel.grid("y")
