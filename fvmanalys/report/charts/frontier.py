"""Figure of the frontier: what the options cost and give, and the line that none lies below."""

from fvmanalys.analysis.frontier import FRONTIER
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, captioned, number_axis, sketch, value_axis, wrapped
from fvmanalys.report.palette import ACCENT, MUTED, PAPER
from fvmanalys.report.topics.choice import frontier, frontier_caption

__all__ = ["plot_frontier"]


def plot_frontier(edition: Edition) -> Picture | None:
    """Cost over score of every option that may last, with the frontier; nothing where there are but two."""
    table, words = frontier(edition.findings), edition.words
    if table.empty:
        return None
    with sketch(3.6) as (figure, [[axes]]):
        on = table[table["status"] == FRONTIER]
        axes.plot(on["score"], on["cost"], color=ACCENT, linewidth=1.6)
        for row in table.to_dict("records"):
            colour = ACCENT if row["status"] == FRONTIER else MUTED
            fill = colour if row["status"] == FRONTIER else PAPER
            axes.plot(row["score"], row["cost"], "o", color=colour, markerfacecolor=fill, markersize=7)
            name = wrapped(edition.options[row["option"]], 24, 1)
            axes.annotate(name, (row["score"], row["cost"]), (8, -4), textcoords="offset points", va="top", color=colour)
        number_axis(axes, words, edition("chart.frontier.across"))
        value_axis(axes, words, edition("chart.frontier.axis", prices=edition.prices))
        axes.margins(x=0.2, y=0.18)
        return captioned(figure, "frontier", frontier_caption(edition))
