"""The figure of what changed: from the former run to today, part by part."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from fvmanalys.analysis import Findings
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import ON_PAPER, Picture, finish, number_axis, row_labels, sketch
from fvmanalys.report.palette import ACCENT, MUTED
from fvmanalys.report.told_of_changes import group_names, level, signed
from fvmanalys.report.topics.since import Headline, all_parts, headline
from fvmanalys.report.words import Words, lowered

__all__ = ["changes_texts", "largest_parts", "plot_changes"]

MOST_PARTS = 9
OTHER = "other"
FALLING, WHOLE = "#b9cde0", "#d0d0d0"
LEAST_MONEY, LEAST_SHARE = 20.0, 0.06


def plot_changes(edition: Edition) -> Picture | None:
    """What each group did to the best option's lead and to its chance of being best; nothing where nothing changed."""
    findings, words = edition.findings, edition.words
    told = headline(findings) if findings.changes.told else None
    if told is None or abs(told.change) < 0.005:
        return None
    table = largest_parts(findings, told)
    chances = findings.changes.whole("p_best").reindex([findings.comparison.best]).iloc[0]
    panels = 1 if np.isnan(chances["after"]) or told.kind == "cost" else 2
    with sketch(1.5 + 0.36 * (len(table) + 2), 1, panels, sharey=True) as (figure, [axes]):
        draw_steps(
            axes[0],
            table["part"],
            told.before,
            step_texts(table["part"], told.before, "net_benefit", words),
            LEAST_MONEY,
        )
        number_axis(axes[0], words, words(f"chart.changes.{told.kind}"), ticks=4)
        row_labels(axes[0], step_labels(edition, table), 34)
        if panels == 2:
            texts = step_texts(table["chance"], chances["before"], "p_best", words)
            draw_steps(axes[1], table["chance"], chances["before"], texts, LEAST_SHARE)
            best = edition.options_of_both[findings.comparison.best]
            number_axis(axes[1], words, words("chart.changes.p_best", best=best), percent=True, ticks=4)
        title, alt = changes_texts(edition)
        return finish(figure, "changes", title, words("chart.changes.note"), alt)


def largest_parts(findings: Findings, told: Headline, most: int = MOST_PARTS) -> pd.DataFrame:
    """The largest parts, and the rest as one (`other`)."""
    table = all_parts(findings, told)
    seen = (table["part"].abs() >= 0.05) | (table["chance"].abs() >= 0.0005)
    kept = table[seen].head(most)
    rest = table.drop(kept.index).sum()
    return pd.concat([kept, rest.to_frame(OTHER).T]) if seen.sum() > most else kept


def draw_steps(axes: Axes, parts: pd.Series, before: float, labels: Sequence[str], least: float) -> None:
    """Bars that lead from the value before to the value now, each beginning where the last ended.

    Where they would be too short to be seen beside the values themselves, the axis shows only where they lie,
    `least` wide or more, and the values are diamonds.
    """
    ends = before + np.concatenate([[0.0], np.cumsum(parts)])
    close = lie_close(ends)
    look = {"height": 0.62, "linewidth": 0.8}
    for place, value in ((0, ends[0]), (len(parts) + 1, ends[-1])):
        if close:
            axes.plot([value], [place], marker="D", color=MUTED, markersize=7)
        else:
            axes.barh(place, value, facecolor=WHOLE, edgecolor=MUTED, **look)
    for place, (part, start) in enumerate(zip(parts, ends, strict=False), start=1):
        rises = part >= 0
        axes.barh(
            place,
            part,
            left=start,
            facecolor=ACCENT if rises else FALLING,
            hatch="" if rises else "////",
            edgecolor=ACCENT,
            **look,
        )
    for place, value in enumerate(ends):
        axes.plot([value, value], [place + 0.31 - (place > 0) * 0.62, place + 0.69], color=MUTED, linewidth=0.7)
    right = np.maximum([ends[0], *ends], [*ends, ends[-1]])
    for place, label in enumerate(labels):
        at = (right[place] if close else max(right[place], 0.0), place)
        axes.annotate(label, at, (7, 0), textcoords="offset points", va="center", fontsize=8.5, bbox=ON_PAPER)
    if close:
        room = max(np.ptp(ends), least)
        axes.set_xlim(ends.mean() - 0.7 * room, ends.mean() + room)
        return
    axes.axvline(0, color=MUTED, linewidth=1)
    low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
    axes.set_xlim(low - 0.02 * (high - low), high + 0.24 * (high - low))


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
    findings, words = edition.findings, edition.words
    names = group_names(edition) | {OTHER: edition("changes.other")}
    former = findings.changes.former
    first = edition("chart.changes.former", as_of=words.day(former.as_of if former else None))
    return [
        first,
        *(names[str(name)] for name in table.index),
        edition("chart.changes.now", as_of=words.day(findings.inputs.as_of)),
    ]


def changes_texts(edition: Edition) -> tuple[str, str]:
    """How much the lead moved and mostly why; and every part."""
    findings, words = edition.findings, edition.words
    told = headline(findings)
    if told is None:
        return "", ""
    names = edition.options_of_both
    called = group_names(edition) | {OTHER: edition("changes.other")}
    comparison = findings.comparison
    facts = {
        "best": names[comparison.best],
        "moved": edition("changes.grown" if told.change > 0 else "changes.shrunk"),
        "change": words.amount(abs(told.change)),
        "group": lowered(called[told.largest]),
    }
    second = {"second": names[str(comparison.runner_up)]} if told.kind == "lead" else {}
    rows = [row_text(called[str(name)], row, words) for name, row in largest_parts(findings, told).iterrows()]
    alt = edition(
        "chart.changes.alt", before=words.amount(told.before), after=words.amount(told.after), rows="; ".join(rows)
    )
    return edition(f"chart.changes.title_{told.kind}", **facts, **second), alt


def row_text(name: str, row: pd.Series, words: Words) -> str:
    """One part in words."""
    part = signed(row["part"], "net_benefit", words)
    if np.isnan(row["chance"]):
        return words("chart.changes.row", name=name, part=part)
    return words("chart.changes.row_both", name=name, part=part, chance=signed(row["chance"], "p_best", words))
