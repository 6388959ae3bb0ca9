"""Figure of the frontier: what the options cost and give, and the line that none lies below."""

from fvmanalys.analysis.frontier import FRONTIER
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.fitting import fitted, wrapped
from fvmanalys.report.palette import LINE, MUTED, PAPER
from fvmanalys.report.placing import aside
from fvmanalys.report.topics.choice import frontier, frontier_caption

__all__ = ["plot_frontier"]


def plot_frontier(edition: Edition) -> Picture | None:
    """Cost over score of every option that may last, with the frontier; nothing where there are but two."""
    table = frontier(edition.findings)
    if table.empty:
        return None
    rows = table.to_dict("records")
    with sketch(edition.words, 4.2) as drawing:
        [panel] = drawing.panels
        on = table[table["status"] == FRONTIER]
        panel.axes.plot(on["score"], on["cost"], color=LINE, linewidth=2.4, zorder=1)
        for row in rows:
            colour, marker = edition.look(row["option"])
            inside = colour if row["status"] == FRONTIER else PAPER
            panel.axes.plot(row["score"], row["cost"], marker, color=colour, markerfacecolor=inside, markersize=8)
        panel.across(edition("chart.frontier.across"))
        panel.upright(edition("chart.frontier.axis", prices=edition.prices))
        panel.axes.margins(x=0.2, y=0.18)
        names = [wrapped(edition.options[row["option"]], fitted(24, 16), 1) for row in rows]
        places = [(row["score"], row["cost"]) for row in rows]
        sides = aside(panel.axes, places, names, list(zip(on["score"], on["cost"], strict=True)))
        for row, name, place, where in zip(rows, names, places, sides, strict=True):
            colour = edition.look(row["option"])[0] if row["status"] == FRONTIER else MUTED
            panel.axes.annotate(name, place, color=colour, textcoords="offset points", **where)
        return drawing.finish("frontier", frontier_caption(edition))
