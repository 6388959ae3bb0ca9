"""Figures of uncertainty: what swings the answer, what is worth finding out, whether to wait for it, and what it rests on."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from fvmanalys.analysis import Findings
from fvmanalys.analysis.knowledge import MONTHS_WAITED, verdict_spans
from fvmanalys.report.charts.answer import draw_line, label_ends, share_axis
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import ON_PAPER, Picture, finish, number_axis, row_labels, sketch, spread, value_axis, wrapped
from fvmanalys.report.labels import investigation_names, number_names, rough
from fvmanalys.report.names import option_names
from fvmanalys.report.palette import ACCENT, INK, KIND_FILLS, LINE, MUTED, OPTION_COLOURS, OPTION_DASHES, OPTION_MARKERS, PAPER
from fvmanalys.report.words import Words

__all__ = ["alike", "leading_numbers", "plot_evidence_share", "plot_information", "plot_net_value", "plot_tornado", "plot_verdict"]

MOST = 12
ZERO_ERRORS = 2.0


def plot_tornado(edition: Edition) -> Picture | None:
    """How far each number, at its P5 and its P95, swings the lead of the best option over the runner-up."""
    findings, words = edition.findings, edition.words
    table = findings.knowledge.tornado.head(MOST)
    if table.empty:
        return None
    kinds = findings.inputs.estimates.set_index("id")
    labels = number_names(findings, words, marked=True)
    lead = tornado_lead(findings)
    with sketch(1.6 + 0.42 * len(table)) as (figure, [[axes]]):
        axes.use_sticky_edges = False
        axes.axvline(lead, color=MUTED, linewidth=1)
        axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (3, 2)))
        for place, row in enumerate(table.to_dict("records")):
            draw_swing(axes, place, row, kinds.loc[row["id"]], words)
        row_labels(axes, [labels[name] for name in table["id"]], 50, 3)
        names = option_names(findings, words)
        first, second = names[findings.comparison.best], names[str(findings.comparison.runner_up)]
        number_axis(axes, words, words("chart.tornado.axis", first=first, second=second))
        axes.margins(x=0.16)
        title, alt = tornado_texts(findings, table, words)
        return finish(figure, "tornado", title, words("chart.tornado.note", first=first, lead=words.amount(lead)), alt)


def tornado_lead(findings: Findings) -> float:
    """How far the best option is ahead of the runner-up."""
    worth = findings.comparison.table["net_benefit"]
    return float(worth[findings.comparison.best] - worth[findings.comparison.runner_up])


def draw_swing(axes: Axes, place: int, row: dict, about: pd.Series, words: Words) -> None:
    """One bar of the tornado, with the number's own low and high at its ends."""
    ends = [(row["difference_low"], row["low_value"]), (row["difference_high"], row["high_value"])]
    left, right = sorted(ends)
    colour, hatch = KIND_FILLS[about["kind"]]
    axes.barh(place, right[0] - left[0], left=left[0], height=0.5, facecolor=colour, hatch=hatch, edgecolor=ACCENT, linewidth=0.9)
    for (where, value), offset, side in ((left, -4, "right"), (right, 4, "left")):
        text = rough(value, about["unit"], words)
        axes.annotate(
            text, (where, place), (offset, 0), textcoords="offset points", ha=side, va="center", fontsize=7.5, color=MUTED, bbox=ON_PAPER
        )


def tornado_texts(findings: Findings, table: pd.DataFrame, words: Words) -> tuple[str, str]:
    """Whether any number alone can turn the answer, and every bar."""
    labels, lead = number_names(findings, words), tornado_lead(findings)
    turning = table[table[["difference_low", "difference_high"]].min(axis=1) < 0]
    key = "chart.tornado.title_turns" if len(turning) else "chart.tornado.title"
    title = words(key, name=labels[table["id"].iloc[0]], swing=words.amount(table["swing"].iloc[0]), count=words.number(len(turning)))
    rows = [
        words(
            "chart.tornado.row",
            name=labels[row["id"]],
            low=words.amount(row["difference_low"]),
            high=words.amount(row["difference_high"]),
        )
        for row in table.to_dict("records")
    ]
    return title, words("chart.tornado.alt", lead=words.amount(lead), rows="; ".join(rows))


def leading_numbers(findings: Findings, kind: str = "") -> pd.DataFrame:
    """The numbers worth most to find out, of one kind or of all; of two that always go together only the first."""
    table = findings.knowledge.estimates
    streams = findings.inputs.estimates.set_index("id")["stream"]
    alone = table[~table["id"].map(streams).duplicated()]
    return alone[alone["kind"].eq(kind) | (not kind)].reset_index(drop=True)


def alike(table: pd.DataFrame) -> int:
    """How many numbers, from the first on, are worth as much as the first within the error of the difference."""
    first = table.iloc[0]
    apart = ZERO_ERRORS * np.hypot(table["standard_error"], first["standard_error"])
    return int((table["clear"] & (first["evppi"] - table["evppi"] <= apart)).sum())


def plot_information(edition: Edition) -> Picture | None:
    """What it is worth to know each number before choosing, with two standard errors to either side."""
    findings, words = edition.findings, edition.words
    table = leading_numbers(findings).head(MOST)
    if table.empty or findings.comparison.runner_up is None:
        return None
    labels = number_names(findings, words, marked=True)
    with sketch(1.5 + 0.42 * len(table)) as (figure, [[axes]]):
        for place, row in enumerate(table.to_dict("records")):
            draw_worth(axes, place, row, words)
        row_labels(axes, [labels[name] for name in table["id"]], 50, 3)
        number_axis(axes, words, words("chart.information.axis"))
        axes.set_xlim(left=0)
        axes.margins(x=0.28)
        title, alt = information_texts(findings, table, words)
        note = words("chart.information.note", everything=words.amount(float(findings.knowledge.everything)))
        return finish(figure, "information", title, note, alt)


def draw_worth(axes: Axes, place: int, row: dict, words: Words) -> None:
    """One bar with its interval, hollow and in words where it cannot be told from zero."""
    value, error = row["evppi"], ZERO_ERRORS * row["standard_error"]
    axes.barh(place, value, height=0.5, facecolor=ACCENT if row["clear"] else PAPER, edgecolor=ACCENT, alpha=0.85)
    low, high = max(value - error, 0.0), value + error
    axes.plot([low, high], [place, place], color=INK, linewidth=1.3)
    axes.plot([low, high], [place, place], linestyle="none", marker="|", color=INK, markersize=7)
    text = words.amount(value) if row["clear"] else words("chart.information.unclear")
    axes.annotate(text, (high, place), (5, 0), textcoords="offset points", va="center", fontsize=8.5)


def information_texts(findings: Findings, table: pd.DataFrame, words: Words) -> tuple[str, str]:
    """The number worth most to know, or how many cannot be told apart, and every bar."""
    labels, first, tied = number_names(findings, words), table.iloc[0], alike(table)
    key = "title_none" if not first["clear"] else "title_tied" if tied > 1 else "title"
    facts = {"name": labels[first["id"]], "value": words.amount(first["evppi"]), "count": words.number(tied)}
    title = words(f"chart.information.{key}", **facts)
    rows = [
        words(
            "chart.information.row" if row["clear"] else "chart.information.row_unclear",
            name=labels[row["id"]],
            value=words.amount(row["evppi"]),
            error=words.amount(ZERO_ERRORS * row["standard_error"]),
        )
        for row in table.to_dict("records")
    ]
    return title, words("chart.information.alt", rows="; ".join(rows))


def plot_net_value(edition: Edition) -> Picture | None:
    """What is left of an investigation's worth, after its cost, for every month that one waits for it."""
    findings, words = edition.findings, edition.words
    table = findings.knowledge.investigations
    if table.empty:
        return None
    months, monthly = np.array(MONTHS_WAITED, dtype=float), findings.knowledge.monthly_delay()
    with sketch(4.4) as (figure, [[axes]]):
        axes.axhline(0, color=INK, linewidth=1)
        ends = {}
        for place, row in enumerate(table.to_dict("records")):
            values = row["evsi"] - row["cost"] - monthly * months
            draw_wait(axes, place, months, values, row["months"])
            ends[row["investigation_id"]] = values[-1]
        low, high = axes.get_ylim()
        name_waits(axes, findings, ends, float(months[-1]), (high - low) * 0.1, words)
        number_axis(axes, words, words("chart.net_value.axis"), ticks=9)
        axes.set_xlim(0, months[-1])
        value_axis(axes, words, words("chart.net_value.axis_value"))
        title, alt = net_value_texts(findings, words)
        return finish(figure, "net-value", title, words("chart.net_value.note", monthly=words.amount(monthly)), alt)


def draw_wait(axes: Axes, place: int, months: np.ndarray, values: np.ndarray, own: float) -> None:
    """One investigation: its line, and the month in which its answer is expected."""
    look = place % len(OPTION_COLOURS)
    axes.plot(months, values, color=OPTION_COLOURS[look], linestyle=OPTION_DASHES[look], linewidth=1.6)
    if own <= months[-1]:
        marker = OPTION_MARKERS[look]
        axes.plot([own], [np.interp(own, months, values)], marker=marker, color=OPTION_COLOURS[look], markersize=8, markeredgecolor=PAPER)


def name_waits(axes: Axes, findings: Findings, ends: dict[str, float], right: float, gap: float, words: Words) -> None:
    """Each line's name at its end, moved apart where they would overlap, and none below the figure."""
    names, places = investigation_names(findings, words), spread(list(ends.values()), gap)
    places += max(axes.get_ylim()[0] + gap / 3 - places.min(), 0.0)
    for place, (name, where) in enumerate(zip(ends, places, strict=True)):
        colour = OPTION_COLOURS[place % len(OPTION_COLOURS)]
        text = wrapped(names[name], 34, 2)
        look = {"va": "center", "color": colour, "fontsize": 8.5, "annotation_clip": False}
        axes.annotate(text, (right, where), (8, 0), textcoords="offset points", **look)


def net_value_texts(findings: Findings, words: Words) -> tuple[str, str]:
    """Whether any investigation is worth its wait, and the net value of each."""
    table, names = findings.knowledge.investigations, investigation_names(findings, words)
    best = table.iloc[0]
    worth = float(best["net_value"])
    key = "chart.net_value.title" if worth > 0 else "chart.net_value.title_none"
    title = words(key, name=names[best["investigation_id"]], net=words.amount(worth), count=words.number(len(table)))
    rows = [
        words(
            "chart.net_value.row",
            name=names[row["investigation_id"]],
            start=words.amount(row["evsi"] - row["cost"]),
            months=words.number(row["months"]),
            net=words.amount(row["net_value"]),
        )
        for row in table.to_dict("records")
    ]
    return title, words("chart.net_value.alt", rows="; ".join(rows))


def plot_verdict(edition: Edition) -> Picture | None:
    """Who is best at each value of a point, over a band that says whether to decide now or to investigate."""
    findings, words = edition.findings, edition.words
    curves, names = findings.comparison.acceptability, option_names(findings, words)
    spans = verdict_spans(findings.knowledge.verdict_range)
    if curves.shape[1] < 2 or spans.empty:
        return None
    with sketch(4.6, 2, 1, sharex=True, height_ratios=[5, 1.4]) as (figure, [[axes], [band]]):
        for option in curves:
            draw_line(axes, findings, option, curves.index, curves[option], every=8)
        label_ends(axes, findings, {option: curves[option].iloc[-1] for option in curves}, float(curves.index[-1]), names, gap=0.072)
        for panel in (axes, band):
            panel.axvline(findings.comparison.value_per_point, color=MUTED, linewidth=1, linestyle=(0, (2, 2)))
        share_axis(axes, words)
        draw_spans(band, spans, findings, words)
        number_axis(band, words, words("chart.verdict.axis"))
        axes.set_xlim(curves.index[0], curves.index[-1])
        title, alt = verdict_texts(findings, spans, words)
        value = words.amount(findings.comparison.value_per_point)
        return finish(figure, "verdict", title, words("chart.verdict.note", value=value), alt)


def draw_spans(axes: Axes, spans: pd.DataFrame, findings: Findings, words: Words) -> None:
    """The band: filled where an investigation comes first, hollow where one decides now, dotted where the two are even."""
    whole = spans["high"].max() - spans["low"].min()
    for row in spans.to_dict("records"):
        filled = bool(row["investigation_id"]) and row["clear"]
        width, hatch = row["high"] - row["low"], "////" if filled else "" if row["clear"] else "...."
        axes.add_patch(Rectangle((row["low"], 0), width, 1, facecolor="#b9cde0" if filled else PAPER, edgecolor=ACCENT, hatch=hatch))
        text = wrapped(span_name(row, findings, words), max(int(78 * width / whole), 12), 4)
        if width / whole > 0.12:
            axes.annotate(text, (row["low"] + width / 2, 0.5), ha="center", va="center", fontsize=8, bbox=ON_PAPER)
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def span_name(span: Any, findings: Findings, words: Words) -> str:
    """What one does in a span."""
    if not span["investigation_id"]:
        return words("chart.verdict.decide")
    name = investigation_names(findings, words)[span["investigation_id"]]
    return words("chart.verdict.investigate" if span["clear"] else "chart.verdict.even", name=name)


def verdict_texts(findings: Findings, spans: pd.DataFrame, words: Words) -> tuple[str, str]:
    """What holds at the value used, and over which range."""
    value = findings.comparison.value_per_point
    used = spans[(spans["low"] <= value) & (spans["high"] >= value)].iloc[0]
    name = span_name(used, findings, words)
    ends = {"low": words.amount(used["low"]), "high": words.amount(used["high"])}
    rows = [
        words(
            "chart.verdict.row",
            name=span_name(row, findings, words),
            low=words.amount(row["low"]),
            high=words.amount(row["high"]),
        )
        for row in spans.to_dict("records")
    ]
    return words("chart.verdict.title", name=name, **ends), words("chart.verdict.alt", rows="; ".join(rows))


def plot_evidence_share(edition: Edition) -> Picture | None:
    """What the uncertainty of the lead is owed to: facts, judgements, assumptions, several together, chance."""
    findings, words = edition.findings, edition.words
    table = findings.knowledge.evidence
    if table.empty:
        return None
    shares = table.set_index("kind").reindex([*KIND_FILLS, "interaction", "chance"]).fillna(0.0)
    with sketch(1.25 + 0.42 * len(shares)) as (figure, [[axes]]):
        for place, (kind, row) in enumerate(shares.iterrows()):
            colour, hatch = KIND_FILLS.get(str(kind), (LINE, "...." if kind == "chance" else ""))
            axes.barh(place, row["share"], height=0.55, facecolor=colour, hatch=hatch, edgecolor=ACCENT, linewidth=0.9)
            axes.annotate(words.share(row["share"]), (row["share"], place), (5, 0), textcoords="offset points", va="center", fontsize=9)
        row_labels(axes, [words(f"chart.share.{kind}", count=words.number(shares.at[kind, "inputs"])) for kind in shares.index], 48)
        axes.set_xlim(0, 1.08)
        number_axis(axes, words, words("chart.share.axis"), percent=True)
        title, alt = share_texts(shares, words)
        return finish(figure, "evidence-share", title, words("chart.share.note"), alt)


def share_texts(shares: pd.DataFrame, words: Words) -> tuple[str, str]:
    """How much rests on what nobody has confirmed, and how much on chance; and every share."""
    title = words(
        "chart.share.title", assumed=words.share(shares.at["assumption", "share"]), chance=words.share(shares.at["chance", "share"])
    )
    rows = [
        words("chart.share.row", name=words(f"chart.share.{kind}", count=words.number(row["inputs"])), share=words.share(row["share"]))
        for kind, row in shares.iterrows()
    ]
    return title, words("chart.share.alt", rows="; ".join(rows))
