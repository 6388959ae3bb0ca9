"""Figures of uncertainty: what swings the answer, what is worth finding out,
whether to wait for it, and what it rests on.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from fvmanalys.analysis.knowledge import MONTHS_WAITED, verdict_spans
from fvmanalys.analysis.leads import ERRORS
from fvmanalys.report.charts.answer import draw_line, label_ends, share_axis
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import (
    ON_PAPER,
    Picture,
    captioned,
    fitted,
    number_axis,
    row_labels,
    sketch,
    spread,
    value_axis,
    wrapped,
)
from fvmanalys.report.palette import ACCENT, INK, KIND_FILLS, LINE, MUTED, OPTION_DASHES, OPTION_MARKERS, PAPER
from fvmanalys.report.topics.information import (
    evidence_caption,
    information_caption,
    net_value_caption,
    owed_to,
    span_name,
    swings,
    tornado_caption,
    verdict_caption,
    worth_knowing,
)
from fvmanalys.report.words import Words

__all__ = ["plot_evidence_share", "plot_information", "plot_net_value", "plot_tornado", "plot_verdict"]


def plot_tornado(edition: Edition) -> Picture | None:
    """How far each number, at its P5 and its P95, swings the lead of the best option over the runner-up."""
    findings, words = edition.findings, edition.words
    if findings.knowledge.tornado.empty:
        return None
    table = swings(findings)
    lead = findings.comparison.lead
    labels = edition.marked
    with sketch(1.6 + 0.42 * len(table)) as (figure, [[axes]]):
        axes.use_sticky_edges = False
        axes.axvline(lead, color=MUTED, linewidth=1)
        axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (3, 2)))
        for place, row in enumerate(table.to_dict("records")):
            draw_swing(axes, place, row, words)
        row_labels(axes, [labels[name] for name in table["id"]], 50, 3)
        leaders = {"first": findings.comparison.best, "second": findings.comparison.runner_up}
        number_axis(axes, words, edition("chart.tornado.axis", leaders))
        axes.margins(x=0.16)
        return captioned(figure, "tornado", tornado_caption(edition))


def draw_swing(axes: Axes, place: int, row: dict, words: Words) -> None:
    """One bar of the tornado, with the number's own low and high at its ends."""
    ends = [(row["difference_low"], row["low_value"]), (row["difference_high"], row["high_value"])]
    left, right = sorted(ends)
    colour, hatch = KIND_FILLS[row["kind"]]
    axes.barh(
        place,
        right[0] - left[0],
        left=left[0],
        height=0.5,
        facecolor=colour,
        hatch=hatch,
        edgecolor=ACCENT,
        linewidth=0.9,
    )
    for (where, value), offset, side in ((left, -4, "right"), (right, 4, "left")):
        text = words.rough(value, row["unit"])
        axes.annotate(
            text,
            (where, place),
            (offset, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=7.5,
            color=MUTED,
            bbox=ON_PAPER,
        )


def plot_information(edition: Edition) -> Picture | None:
    """What it is worth to know each number before choosing, with two standard errors to either side."""
    findings, words = edition.findings, edition.words
    if findings.comparison.runner_up is None or findings.knowledge.leading().empty:
        return None
    table = worth_knowing(findings)
    labels = edition.marked
    with sketch(1.5 + 0.42 * len(table)) as (figure, [[axes]]):
        for place, row in enumerate(table.to_dict("records")):
            draw_worth(axes, place, row, words)
        row_labels(axes, [labels[name] for name in table["id"]], 50, 3)
        number_axis(axes, words, words("chart.information.axis"))
        axes.set_xlim(left=0)
        axes.margins(x=0.28)
        return captioned(figure, "information", information_caption(edition))


def draw_worth(axes: Axes, place: int, row: dict, words: Words) -> None:
    """One bar with its interval, hollow and in words where it cannot be told from zero."""
    value = row["evppi"]
    error = ERRORS * row["standard_error"]
    axes.barh(place, value, height=0.5, facecolor=ACCENT if row["clear"] else PAPER, edgecolor=ACCENT, alpha=0.85)
    low = max(value - error, 0.0)
    high = value + error
    axes.plot([low, high], [place, place], color=INK, linewidth=1.3)
    axes.plot([low, high], [place, place], linestyle="none", marker="|", color=INK, markersize=7)
    text = words.amount(value) if row["clear"] else words("chart.information.unclear")
    axes.annotate(text, (high, place), (5, 0), textcoords="offset points", va="center", fontsize=8.5)


def plot_net_value(edition: Edition) -> Picture | None:
    """What is left of an investigation's worth, after its cost, for every month that one waits for it."""
    findings, words = edition.findings, edition.words
    table = findings.knowledge.investigations
    if table.empty:
        return None
    months = np.array(MONTHS_WAITED, dtype=float)
    monthly = findings.knowledge.monthly_delay()
    waits = np.array([findings.knowledge.extra_wait(month) for month in months])
    with sketch(4.4) as (figure, [[axes]]):
        axes.axhline(0, color=INK, linewidth=1)
        ends = {}
        for place, row in enumerate(table.to_dict("records")):
            values = row["evsi"] - row["cost"] - monthly * waits
            draw_wait(axes, place, months, values, row["months"])
            ends[row["investigation_id"]] = values[-1]
        low, high = axes.get_ylim()
        name_waits(axes, edition, ends, float(months[-1]), (high - low) * 0.1)
        number_axis(axes, words, words("chart.net_value.axis"), ticks=9)
        axes.set_xlim(0, months[-1])
        value_axis(axes, words, words("chart.net_value.axis_value"))
        return captioned(figure, "net-value", net_value_caption(edition))


def draw_wait(axes: Axes, place: int, months: np.ndarray, values: np.ndarray, own: float) -> None:
    """One investigation, the first set off: its line, and the month in which its answer is expected."""
    look = place % len(OPTION_DASHES)
    colour = MUTED if place else ACCENT
    axes.plot(months, values, color=colour, linestyle=OPTION_DASHES[look], linewidth=1.6)
    if own <= months[-1]:
        marker = OPTION_MARKERS[look]
        axes.plot(
            [own], [np.interp(own, months, values)], marker=marker, color=colour, markersize=8, markeredgecolor=PAPER
        )


def name_waits(axes: Axes, edition: Edition, ends: dict[str, float], right: float, gap: float) -> None:
    """Each line's name at its end, moved apart where they would overlap, and none below the figure."""
    names = edition.investigations
    places = spread(list(ends.values()), gap)
    places += max(axes.get_ylim()[0] + gap / 3 - places.min(), 0.0)
    for place, (name, where) in enumerate(zip(ends, places, strict=True)):
        colour = MUTED if place else ACCENT
        text = wrapped(names[name], fitted(34, 20), fitted(2, 3))
        look = {"va": "center", "color": colour, "fontsize": 8.5, "annotation_clip": False}
        axes.annotate(text, (right, where), (8, 0), textcoords="offset points", **look)


def plot_verdict(edition: Edition) -> Picture | None:
    """Who is best at each value of a point, over a band that says whether to decide as planned or to investigate."""
    findings, words = edition.findings, edition.words
    curves = findings.comparison.acceptability
    spans = verdict_spans(findings.knowledge.verdict_range)
    if curves.shape[1] < 2 or spans.empty:
        return None
    with sketch(4.6, 2, 1, sharex=True, height_ratios=[5, 1.4]) as (figure, [[axes], [band]]):
        for option in curves:
            draw_line(axes, findings, option, curves.index, curves[option], every=8)
        label_ends(axes, edition, curves, gap=0.072)
        for panel in (axes, band):
            panel.axvline(findings.comparison.value_per_point, color=MUTED, linewidth=1, linestyle=(0, (2, 2)))
        share_axis(axes, words)
        draw_spans(band, spans, edition)
        number_axis(band, words, words("chart.verdict.axis"))
        axes.set_xlim(curves.index[0], curves.index[-1])
        return captioned(figure, "verdict", verdict_caption(edition, spans))


def draw_spans(axes: Axes, spans: pd.DataFrame, edition: Edition) -> None:
    """The band: filled where an investigation comes first,
    hollow where one decides as planned, dotted where the two are even.
    """
    whole = spans["high"].max() - spans["low"].min()
    for row in spans.to_dict("records"):
        filled = bool(row["investigation_id"]) and row["clear"]
        width = row["high"] - row["low"]
        hatch = "////" if filled else "" if row["clear"] else "...."
        axes.add_patch(
            Rectangle(
                (row["low"], 0), width, 1, facecolor="#b9cde0" if filled else PAPER, edgecolor=ACCENT, hatch=hatch
            )
        )
        text = wrapped(span_name(edition, row), max(int(fitted(78, 32) * width / whole), 12), fitted(4, 6))
        if width / whole > fitted(12, 45) / 100:
            axes.annotate(text, (row["low"] + width / 2, 0.5), ha="center", va="center", fontsize=8, bbox=ON_PAPER)
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def plot_evidence_share(edition: Edition) -> Picture | None:
    """What the uncertainty of the lead is owed to: events, the experience of others, assumptions, judgements, facts."""
    words = edition.words
    shares = owed_to(edition.findings).set_index("source").fillna(0.0)
    if shares.empty:
        return None
    with sketch(1.25 + 0.42 * len(shares)) as (figure, [[axes]]):
        for place, (kind, row) in enumerate(shares.iterrows()):
            colour, hatch = KIND_FILLS.get(str(kind), (LINE, "...." if kind == "event" else ""))
            axes.barh(place, row["share"], height=0.55, facecolor=colour, hatch=hatch, edgecolor=ACCENT, linewidth=0.9)
            axes.annotate(
                words.share(row["share"]),
                (row["share"], place),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        row_labels(
            axes,
            [words(f"chart.share.{kind}", count=words.number(shares.at[kind, "inputs"])) for kind in shares.index],
            48,
        )
        axes.set_xlim(0, 1.08)
        number_axis(axes, words, words("chart.share.axis"), percent=True)
        return captioned(figure, "evidence-share", evidence_caption(edition))
