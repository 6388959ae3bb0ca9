"""The figure of what tells the leader from its nearest rival: from nothing to the whole, step by step."""

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, PAPER
from fvmanalys.report.panel import ON_PAPER
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
        (edition.tell("step", row["part"], row, "part"), row["start"], row["difference"], LOOKS[row["kind"]])
        for row in rows
    ]
    for place, name, amount in [*sums, (len(bars) + len(sums), "whole", ends["whole"])]:
        bars.insert(place, (edition(f"chart.decomposition.{name}"), 0.0, amount, (INK, "")))
    with sketch(edition.words, 1.5 + 0.36 * len(bars)) as drawing:
        [panel] = drawing.panels
        panel.axes.use_sticky_edges = False
        panel.axes.axvline(0, color=MUTED, linewidth=1)
        for place, (_, start, amount, fill) in enumerate(bars):
            panel.bar(place, amount, start, fill)
            sign = "+" if amount > 0 else ""
            text = edition("chart.decomposition.amount", amount=edition.words.millions(amount), sign=sign)
            panel.say(text, max(start, start + amount), place, 4, fontsize=8, bbox=ON_PAPER)
        panel.rows([bar[0] for bar in bars], 44, 2)
        panel.across(edition("chart.decomposition.axis", **ends))
        panel.axes.margins(x=0.12)
        return drawing.finish("decomposition", decomposition_caption(edition))
