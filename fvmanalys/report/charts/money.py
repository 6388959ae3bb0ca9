"""Figures of money: budgets and ceilings, cost year by year, inside and outside view, what others came to."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fvmanalys.analysis.breakdown import cost_by_category
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch, small_multiples
from fvmanalys.report.fitting import fitted, wrapped
from fvmanalys.report.palette import ACCENT, FILLS, INK, LINE, MOST_PARTS, MUTED, PAPER
from fvmanalys.report.panel import ON_PAPER, Panel
from fvmanalys.report.topics import money as told

__all__ = ["plot_cost", "plot_published_totals", "plot_reference_class", "plot_views", "plot_yearly_cost"]

COSTS = ("programme", "cost")
VIEW_MARKERS = ("o", "s", "D")


def plot_cost(edition: Edition) -> Picture:
    """P50 and P85 of the programme cost and of the present value of all costs."""
    table = edition.findings.comparison.table
    with sketch(edition.words, 1.35 + 0.5 * len(table), 1, 2, sharey=True) as drawing:
        for panel, cost in zip(drawing.panels, COSTS, strict=True):
            for row, (option, values) in enumerate(table.iterrows()):
                p50, p85 = (values[f"{cost}_{level}"] for level in ("p50", "p85"))
                colour, _ = edition.look(str(option))
                panel.bar(row, p50, fill=(colour, ""), height=0.5, edgecolor=colour, linewidth=None)
                panel.bar(row, p85 - p50, p50, (PAPER, "////"), height=0.5, edgecolor=colour, linewidth=None)
                panel.say(edition("chart.cost.label", p50=p50, p85=p85), max(p85, 0), row, 4)
            panel.axes.set_title(edition(f"chart.cost.{cost}"))
            panel.across(edition(f"chart.cost.axis_{cost}", prices=edition.prices), ticks=4)
            panel.axes.margins(x=0.22)
        first = drawing.panels[0]
        first.rows([edition.options[option] for option in table.index], 22)
        first.axes.set_xlim(left=min(0, first.axes.get_xlim()[0]))
        return drawing.finish("cost", told.cost_caption(edition))


def plot_yearly_cost(edition: Edition) -> Picture:
    """Expected cost of each option, year by year and category by category."""
    parts = cost_by_category(edition.findings.yearly, MOST_PARTS)
    with small_multiples(edition.words, 1.5, 1.75, list(edition.options.values())) as drawing:
        for panel, option in zip(drawing.panels, edition.options, strict=False):
            draw_years(panel, parts.xs(option, level="option"))
        for panel in drawing.left:
            panel.axes.set_ylabel(edition("chart.yearly.axis"))
        called = edition.categories | {"": edition("chart.yearly.other")}
        fills = [FILLS[place if part else -1] for place, part in enumerate(parts.columns)]
        drawing.legend(fills, [called[part] for part in parts.columns], 2)
        return drawing.finish("yearly-cost", told.yearly_caption(edition))


def draw_years(panel: Panel, parts: pd.DataFrame) -> None:
    """Stacked bars, income below the line."""
    axes = panel.axes
    above, below = np.zeros(len(parts)), np.zeros(len(parts))
    for place, part in enumerate(parts.columns):
        colour, hatch = FILLS[place if part else -1]
        values = parts[part].to_numpy()
        start = np.where(values >= 0, above, below)
        shown = values != 0
        look = {"color": colour, "hatch": hatch, "edgecolor": MUTED if hatch else "white", "linewidth": 0.3}
        axes.bar(parts.index[shown], values[shown], bottom=start[shown], width=0.82, **look)
        above, below = above + values.clip(min=0), below + values.clip(max=0)
    panel.upright()
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: str(int(value))))
    panel.grid("y")
    axes.set_xlim(parts.index[0] - 0.6, parts.index[-1] + 0.6)
    axes.axhline(0, color=LINE, linewidth=0.8)


def plot_views(edition: Edition) -> Picture | None:
    """P50–P85 of the programme cost in the inside view, the mixture and the outside view."""
    views = edition.findings.views
    shares = sorted(views["view"].unique())
    if len(shares) < 2:
        return None
    with sketch(edition.words, 1.35 + len(edition.options) * (0.12 + 0.24 * len(shares))) as drawing:
        [panel] = drawing.panels
        for row, option in enumerate(edition.options):
            for place, values in enumerate(views[views["option"] == option].sort_values("view").to_dict("records")):
                draw_view(panel, row + (place - (len(shares) - 1) / 2) * 0.26, values, shares, edition)
        panel.rows(list(edition.options.values()))
        panel.across(edition("chart.views.axis", prices=edition.prices))
        panel.axes.set_xlim(left=min(0.0, panel.axes.get_xlim()[0]))
        panel.axes.margins(x=0.25)
        return drawing.finish("views", told.views_caption(edition))


def draw_view(panel: Panel, row: float, values: dict[str, Any], shares: list[float], edition: Edition) -> None:
    """One view of one option: a line from P50 to P85, the P50 marked, the view named."""
    place = shares.index(values["view"])
    colour, _ = edition.look(values["option"])
    p50, p85 = values["programme_p50"], values["programme_p85"]
    panel.line(row, p50, p85, colour, 2.2, alpha=0.55, solid_capstyle="butt")
    inside = (PAPER, LINE, colour)[place if len(shares) == 3 else 2 * place]
    panel.mark(row, p50, VIEW_MARKERS[place], colour, inside, markersize=6)
    label = wrapped(edition("chart.views.label", values), fitted(200, 26), 2)
    panel.say(label, max(p85, p50), row, fontsize=8)


def plot_published_totals(edition: Edition) -> Picture | None:
    """Published totals that cut across rows beside the model's totals of the same categories."""
    rows = edition.findings.published_totals.to_dict("records")
    if not rows:
        return None
    with sketch(edition.words, 1.35 + 0.75 * len(rows)) as drawing:
        [panel] = drawing.panels
        for place, row in enumerate(rows):
            draw_total(panel, edition("chart.published.published", row), place - 0.16, row["likely"], "o", ACCENT)
            draw_total(panel, edition("chart.published.model", row), place + 0.16, row["model_total"], "s", PAPER)
        panel.rows([edition.named(row) for row in rows], 30)
        panel.across(edition("chart.published.axis"))
        panel.axes.margins(x=0.35)
        least = min(min(row["likely"], row["model_total"]) for row in rows)
        panel.axes.set_xlim(left=min(0, panel.axes.get_xlim()[0]) if least < 0 else 0)
        return drawing.finish("published-totals", told.published_caption(edition))


def draw_total(panel: Panel, text: str, row: float, value: float, marker: str, inside: str) -> None:
    """One total, with what it is."""
    panel.line(row, 0, value, LINE, 1.2)
    panel.mark(row, value, marker, ACCENT, inside, markersize=7)
    panel.say(text, value, row, 8)


def plot_reference_class(edition: Edition) -> Picture | None:
    """What comparable programmes cost, as a multiple of the plan; bounds are hollow with an arrow."""
    rows = told.core_class(edition.findings)
    if not rows:
        return None
    median = edition.findings.class_quantiles.set_index("ratio").at["cost", "p50"]
    with sketch(edition.words, 1.5 + 0.25 * len(rows)) as drawing:
        [panel] = drawing.panels
        for place, row in enumerate(rows):
            draw_programme(panel, edition, place, row)
        panel.rows([edition.named(row) for row in rows], 52, 1)
        panel.axes.axvline(1, color=INK, linewidth=1)
        panel.axes.axvline(median, color=MUTED, linestyle=(0, (3, 2)), linewidth=1)
        panel.say_at_foot(edition("chart.class.median", ratio=median), median, 4, 4, color=MUTED)
        panel.across(edition("chart.class.axis"))
        panel.axes.margins(x=0.1)
        return drawing.finish("reference-class", told.class_caption(edition))


def draw_programme(panel: Panel, edition: Edition, place: int, row: dict[str, Any]) -> None:
    """One programme: filled where the outcome is known, hollow with an arrow where it is a bound."""
    ratio = row["cost_ratio"]
    bound = row["censored"] in ("cost", "both")
    if bound:
        arrow = {"arrowstyle": "<-", "color": ACCENT, "linewidth": 1.2}
        panel.say("", ratio, place, 26, va="baseline", fontsize=None, arrowprops=arrow)
    panel.mark(place, ratio, "o", ACCENT, PAPER if bound else ACCENT, markersize=6.5)
    panel.say(edition.tell("ratio=cost", ratio, row), ratio, place, 28 if bound else 7, bbox=ON_PAPER)
