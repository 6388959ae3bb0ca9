"""The figure of what tells the leader from its nearest rival: from nothing to the whole, step by step."""

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import ON_PAPER, Picture, captioned, number_axis, row_labels, sketch
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, PAPER
from fvmanalys.report.topics.turning import decomposition_caption, pair, steps

__all__ = ["plot_decomposition"]

LOOKS = {"area": (ACCENT, ""), "group": (LINE, ""), "risk": (PAPER, "////")}


def plot_decomposition(edition: Edition) -> Picture | None:
    """What each area, group of costs and risk adds to the leader's lead, and the lead itself."""
    rows = steps(edition.findings)
    if not rows:
        return None
    ends = pair(edition.findings)
    calm = len([row for row in rows if row["kind"] != "risk"])
    sums = [(calm, "calm", ends["calm"])] if calm < len(rows) else []
    bars = [
        (edition.tell("step", row["part"], row, "part"), row["start"], row["difference"], *LOOKS[row["kind"]])
        for row in rows
    ]
    for place, name, amount in [*sums, (len(bars) + len(sums), "whole", ends["whole"])]:
        bars.insert(place, (edition(f"chart.decomposition.{name}"), 0.0, amount, INK, ""))
    with sketch(1.5 + 0.36 * len(bars)) as (figure, [[axes]]):
        axes.use_sticky_edges = False
        axes.axvline(0, color=MUTED, linewidth=1)
        for place, (_, start, amount, colour, hatch) in enumerate(bars):
            axes.barh(
                place, amount, left=start, height=0.55, facecolor=colour, hatch=hatch, edgecolor=ACCENT, linewidth=0.9
            )
            where = max(start, start + amount)
            aside = 4
            text = edition(
                "chart.decomposition.amount", amount=edition.words.millions(amount), sign="+" if amount > 0 else ""
            )
            axes.annotate(
                text, (where, place), (aside, 0), textcoords="offset points", va="center", fontsize=8, bbox=ON_PAPER
            )
        row_labels(axes, [bar[0] for bar in bars], 44, 2)
        number_axis(axes, edition.words, edition("chart.decomposition.axis", **ends))
        axes.margins(x=0.12)
        return captioned(figure, "decomposition", decomposition_caption(edition))
