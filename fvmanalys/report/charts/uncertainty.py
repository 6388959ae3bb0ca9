"""Figures of uncertainty: what swings the answer, what is worth finding out, whether to wait, and what it rests on."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from fvmanalys.analysis.knowledge import MONTHS_WAITED, verdict_spans
from fvmanalys.analysis.leads import ERRORS
from fvmanalys.report.charts.answer import AT_VALUE, draw_chances
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.fitting import fitted, wrapped
from fvmanalys.report.palette import ACCENT, INK, KIND_FILLS, LINE, MUTED, OPTION_DASHES, OPTION_MARKERS, PAPER
from fvmanalys.report.panel import ON_PAPER, Panel
from fvmanalys.report.placing import spread
from fvmanalys.report.topics import information as told

__all__ = ["plot_evidence_share", "plot_information", "plot_net_value", "plot_tornado", "plot_verdict"]


def plot_tornado(edition: Edition) -> Picture | None:
    """How far each number, at its P5 and its P95, swings the lead of the best option over the runner-up."""
    comparison = edition.findings.comparison
    if edition.findings.knowledge.tornado.empty:
        return None
    table = told.swings(edition.findings)
    with sketch(edition.words, 1.6 + 0.42 * len(table)) as drawing:
        [panel] = drawing.panels
        panel.axes.use_sticky_edges = False
        panel.axes.axvline(comparison.lead, color=MUTED, linewidth=1)
        panel.axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (3, 2)))
        for place, row in enumerate(table.to_dict("records")):
            draw_swing(panel, place, row)
        panel.rows([edition.marked[name] for name in table["id"]], 50, 3)
        panel.across(edition("chart.tornado.axis", {"first": comparison.best, "second": comparison.runner_up}))
        panel.axes.margins(x=0.16)
        return drawing.finish("tornado", told.tornado_caption(edition))


def draw_swing(panel: Panel, place: int, row: dict[str, Any]) -> None:
    """One bar of the tornado, with the number's own low and high at its ends."""
    ends = [(row["difference_low"], row["low_value"]), (row["difference_high"], row["high_value"])]
    left, right = sorted(ends)
    panel.bar(place, right[0] - left[0], left[0], KIND_FILLS[row["kind"]], height=0.5)
    look: dict[str, Any] = {"fontsize": 7.5, "color": MUTED, "bbox": ON_PAPER}
    for (where, value), offset, side in ((left, -4, "right"), (right, 4, "left")):
        panel.say(panel.words.rough(value, row["unit"]), where, place, offset, ha=side, **look)


def plot_information(edition: Edition) -> Picture | None:
    """What it is worth to know each number before choosing, with two standard errors to either side."""
    findings = edition.findings
    if findings.comparison.runner_up is None or findings.knowledge.leading().empty:
        return None
    table = told.worth_knowing(findings)
    with sketch(edition.words, 1.5 + 0.42 * len(table)) as drawing:
        [panel] = drawing.panels
        for place, row in enumerate(table.to_dict("records")):
            draw_worth(panel, place, row)
        panel.rows([edition.marked[name] for name in table["id"]], 50, 3)
        panel.across(edition("chart.information.axis"))
        panel.axes.set_xlim(left=0)
        panel.axes.margins(x=0.28)
        return drawing.finish("information", told.information_caption(edition))


def draw_worth(panel: Panel, place: int, row: dict[str, Any]) -> None:
    """One bar with its interval, hollow and in words where it cannot be told from zero."""
    value, clear = row["evppi"], row["clear"]
    error = ERRORS * row["standard_error"]
    panel.bar(place, value, fill=(ACCENT if clear else PAPER, ""), height=0.5, alpha=0.85, linewidth=None)
    low = max(value - error, 0.0)
    high = value + error
    panel.line(place, low, high, INK, 1.3)
    panel.axes.plot([low, high], [place, place], linestyle="none", marker="|", color=INK, markersize=7)
    text = panel.words.amount(value) if clear else panel.words("chart.information.unclear")
    panel.say(text, high, place)


def plot_net_value(edition: Edition) -> Picture | None:
    """What is left of an investigation's worth, after its cost, for every month that one waits for it."""
    knowledge = edition.findings.knowledge
    table = knowledge.investigations
    if table.empty:
        return None
    months = np.array(MONTHS_WAITED, dtype=float)
    waits = np.array([knowledge.extra_wait(month) for month in months])
    with sketch(edition.words, 4.4) as drawing:
        [panel] = drawing.panels
        panel.axes.axhline(0, color=INK, linewidth=1)
        ends = {}
        for place, row in enumerate(table.to_dict("records")):
            values = row["evsi"] - row["cost"] - knowledge.monthly_delay() * waits
            draw_wait(panel, place, months, values, row["months"])
            ends[row["investigation_id"]] = values[-1]
        low, high = panel.axes.get_ylim()
        name_waits(panel, edition, ends, float(months[-1]), (high - low) * 0.1)
        panel.across(edition("chart.net_value.axis"), ticks=9)
        panel.axes.set_xlim(0, months[-1])
        panel.upright(edition("chart.net_value.axis_value"))
        return drawing.finish("net-value", told.net_value_caption(edition))


def draw_wait(panel: Panel, place: int, months: np.ndarray, values: np.ndarray, own: float) -> None:
    """One investigation, the first set off: its line, and the month in which its answer is expected."""
    look = place % len(OPTION_DASHES)
    colour = MUTED if place else ACCENT
    panel.axes.plot(months, values, color=colour, linestyle=OPTION_DASHES[look], linewidth=1.6)
    if own <= months[-1]:
        value = np.interp(own, months, values)
        panel.mark(value, own, OPTION_MARKERS[look], colour, markersize=8, markeredgecolor=PAPER)


def name_waits(panel: Panel, edition: Edition, ends: dict[str, float], right: float, gap: float) -> None:
    """Each line's name at its end, moved apart where they would overlap, and none below the figure."""
    places = spread(list(ends.values()), gap)
    places += max(panel.axes.get_ylim()[0] + gap / 3 - places.min(), 0.0)
    for place, (name, where) in enumerate(zip(ends, places, strict=True)):
        text = wrapped(edition.investigations[name], fitted(34, 20), fitted(2, 3))
        panel.say(text, right, where, 8, color=MUTED if place else ACCENT, annotation_clip=False)


def plot_verdict(edition: Edition) -> Picture | None:
    """Who is best at each value of a point, over a band that says whether to decide as planned or to investigate."""
    comparison = edition.findings.comparison
    curves = comparison.acceptability
    spans = verdict_spans(edition.findings.knowledge.verdict_range)
    if curves.shape[1] < 2 or spans.empty:
        return None
    with sketch(edition.words, 4.6, 2, 1, sharex=True, height_ratios=[5, 1.4]) as drawing:
        upper, band = drawing.panels
        draw_chances(upper, edition, 0.072)
        for panel in (upper, band):
            panel.axes.axvline(comparison.value_per_point, **AT_VALUE)
        upper.upright_shares()
        draw_spans(band, spans, edition)
        band.across(edition("column.value_per_point"))
        upper.axes.set_xlim(curves.index[0], curves.index[-1])
        return drawing.finish("verdict", told.verdict_caption(edition, spans))


def draw_spans(panel: Panel, spans: pd.DataFrame, edition: Edition) -> None:
    """The band: filled where an investigation comes first, hollow where one decides, dotted where both are even."""
    whole = spans["high"].max() - spans["low"].min()
    for row in spans.to_dict("records"):
        filled = bool(row["investigation_id"]) and row["clear"]
        width = row["high"] - row["low"]
        hatch = "////" if filled else "" if row["clear"] else "...."
        look = {"facecolor": "#b9cde0" if filled else PAPER, "edgecolor": ACCENT, "hatch": hatch}
        panel.axes.add_patch(Rectangle((row["low"], 0), width, 1, **look))
        letters = max(int(fitted(78, 32) * width / whole), 12)
        text = wrapped(told.span_name(edition, row), letters, fitted(4, 6))
        if width / whole > fitted(12, 45) / 100:
            place = (row["low"] + width / 2, 0.5)
            panel.axes.annotate(text, place, ha="center", va="center", fontsize=8, bbox=ON_PAPER)
    panel.axes.set_ylim(0, 1)
    panel.axes.set_yticks([])


def plot_evidence_share(edition: Edition) -> Picture | None:
    """What the uncertainty of the lead is owed to: events, the experience of others, assumptions, judgements, facts."""
    shares = told.owed_to(edition.findings).fillna(0.0)
    if shares.empty:
        return None
    with sketch(edition.words, 1.25 + 0.42 * len(shares)) as drawing:
        [panel] = drawing.panels
        names = []
        for place, row in enumerate(shares.to_dict("records")):
            kind, share = row["source"], row["share"]
            panel.bar(place, share, fill=KIND_FILLS.get(kind, (LINE, "...." if kind == "event" else "")))
            panel.say(edition.words.share(share), share, place, fontsize=9)
            names.append(edition(f"chart.share.{kind}", count=edition.words.number(row["inputs"])))
        panel.rows(names, 48)
        panel.axes.set_xlim(0, 1.08)
        panel.across(edition("chart.share.axis"), percent=True)
        return drawing.finish("evidence-share", told.evidence_caption(edition))
