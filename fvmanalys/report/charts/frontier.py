"""Figure of the frontier: what the options cost and give, and the line that none lies below."""

from fvmanalys.analysis.frontier import FRONTIER
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, aside, captioned, fitted, number_axis, sketch, value_axis, wrapped
from fvmanalys.report.palette import LINE, MUTED, PAPER
from fvmanalys.report.topics.choice import frontier, frontier_caption

__all__ = ["plot_frontier"]


def plot_frontier(edition: Edition) -> Picture | None:
    """Cost over score of every option that may last, with the frontier; nothing where there are but two."""
    table = frontier(edition.findings)
    words = edition.words
    if table.empty:
        return None
    rows = table.to_dict("records")
    with sketch(4.2) as (figure, [[axes]]):
        on = table[table["status"] == FRONTIER]
        axes.plot(on["score"], on["cost"], color=LINE, linewidth=2.4, zorder=1)
        for row in rows:
            colour, marker = edition.look(row["option"])
            fill = colour if row["status"] == FRONTIER else PAPER
            axes.plot(row["score"], row["cost"], marker, color=colour, markerfacecolor=fill, markersize=8)
        number_axis(axes, words, edition("chart.frontier.across"))
        value_axis(axes, words, edition("chart.frontier.axis", prices=edition.prices))
        axes.margins(x=0.2, y=0.18)
        names = [wrapped(edition.options[row["option"]], fitted(24, 16), 1) for row in rows]
        line = list(zip(on["score"], on["cost"], strict=True))
        places = [(row["score"], row["cost"]) for row in rows]
        sides = aside(axes, places, names, line)
        for row, name, place, where in zip(rows, names, places, sides, strict=True):
            colour = edition.look(row["option"])[0] if row["status"] == FRONTIER else MUTED
            axes.annotate(name, place, color=colour, textcoords="offset points", **where)
        return captioned(figure, "frontier", frontier_caption(edition))
