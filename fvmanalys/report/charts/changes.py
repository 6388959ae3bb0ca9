"""The figure of what changed: from the former run to today, part by part."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.palette import ACCENT, MUTED
from fvmanalys.report.panel import ON_PAPER, Panel
from fvmanalys.report.told_of_changes import level, signed
from fvmanalys.report.topics.since import changes_caption, headline, largest_parts, part_names
from fvmanalys.report.words import Words

__all__ = ["plot_changes"]

RISES = (ACCENT, "")
FALLS, WHOLE = ("#b9cde0", "////"), ("#d0d0d0", "")
LEAST_MONEY, LEAST_SHARE = 20.0, 0.06


def plot_changes(edition: Edition) -> Picture | None:
    """What each group did to the best option's lead and to its chance of being best; nothing where nothing changed."""
    findings, words = edition.findings, edition.words
    told = headline(findings) if findings.changes.told else None
    if told is None or abs(told.change) < 0.005:
        return None
    best = findings.comparison.best
    table = largest_parts(findings, told)
    chances = findings.changes.whole("p_best").reindex([best]).iloc[0]
    alone = np.isnan(chances["after"]) or told.kind == "cost"
    with sketch(words, 1.5 + 0.36 * (len(table) + 2), 1, 1 if alone else 2, sharey=True) as drawing:
        panel, *others = drawing.panels
        texts = step_texts(table["part"], told.before, "net_benefit", words)
        draw_steps(panel, table["part"], told.before, texts, LEAST_MONEY)
        panel.across(words(f"chart.changes.{told.kind}"), ticks=4)
        panel.rows(step_labels(edition, table), 34)
        for other in others:
            texts = step_texts(table["chance"], chances["before"], "p_best", words)
            draw_steps(other, table["chance"], chances["before"], texts, LEAST_SHARE)
            other.across(words("chart.changes.p_best", best=edition.options_of_both[best]), percent=True, ticks=4)
        return drawing.finish("changes", changes_caption(edition))


def draw_steps(panel: Panel, parts: pd.Series, before: float, labels: Sequence[str], least: float) -> None:
    """Bars that lead from the value before to the value now, each beginning where the last ended.

    Where they would be too short to be seen beside the values themselves, the axis shows only where they lie,
    `least` wide or more, and the values are diamonds.
    """
    ends = before + np.concatenate([[0.0], np.cumsum(parts)])
    close = lie_close(ends)
    look = {"height": 0.62, "linewidth": 0.8}
    for place, value in ((0, ends[0]), (len(parts) + 1, ends[-1])):
        if close:
            panel.mark(place, value, "D", MUTED, markersize=7)
        else:
            panel.bar(place, value, fill=WHOLE, edgecolor=MUTED, **look)
    for place, (part, start) in enumerate(zip(parts, ends, strict=False), start=1):
        panel.bar(place, part, start, RISES if part >= 0 else FALLS, **look)
    for place, value in enumerate(ends):
        upright = [place + 0.31 - (place > 0) * 0.62, place + 0.69]
        panel.axes.plot([value, value], upright, color=MUTED, linewidth=0.7)
    right = np.maximum([ends[0], *ends], [*ends, ends[-1]])
    for place, label in enumerate(labels):
        panel.say(label, right[place] if close else max(right[place], 0.0), place, 7, bbox=ON_PAPER)
    if close:
        room = max(np.ptp(ends), least)
        panel.axes.set_xlim(ends.mean() - 0.7 * room, ends.mean() + room)
        return
    panel.axes.axvline(0, color=MUTED, linewidth=1)
    low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
    panel.axes.set_xlim(low - 0.02 * (high - low), high + 0.24 * (high - low))


def lie_close(ends: np.ndarray) -> bool:
    """Whether values differ by so little that bars from zero would not show it."""
    return bool(np.ptp(ends) < 0.1 * np.abs(ends).min())


def step_texts(parts: pd.Series, before: float, measure: str, words: Words) -> list[str]:
    """The value before, every part with its sign, and the value now."""
    values = before, before + parts.sum()
    exact = measure == "net_benefit" and lie_close(before + np.concatenate([[0.0], np.cumsum(parts)]))
    ends = [words.number(value) if exact else level(value, measure, words) for value in values]
    return [ends[0], *(signed(part, measure, words) for part in parts), ends[1]]


def step_labels(edition: Edition, table: pd.DataFrame) -> list[str]:
    """What each bar is."""
    names = part_names(edition)
    former = edition.findings.changes.former
    first = edition("chart.changes.former", as_of=edition.words.day(former.as_of if former else None))
    last = edition("chart.changes.now", as_of=edition.words.day(edition.as_of))
    return [first, *(names[str(name)] for name in table.index), last]
