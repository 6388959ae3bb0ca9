"""Figures of time: when each option's events happen, and how plans moved."""

from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from fvmanalys.analysis import Findings
from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import slipped_plans
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model.events import DECIDED
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import ON_PAPER, Picture, calendar_axis, decimal_year, finish, row_labels, sketch, spread
from fvmanalys.report.palette import ACCENT, INK, MUTED, PAPER
from fvmanalys.report.words import Words

__all__ = ["plot_milestones", "plot_timeline"]

NEVER = 0.995


def plot_timeline(edition: Edition) -> Picture:
    """When the events of every option happen: P5–P95 as a bar, P50 as a mark; those that all share come first."""
    findings, words = edition.findings, edition.words
    groups = event_groups(edition)
    counts = [len(events) for _, events in groups]
    with sketch(
        1.0 + 0.27 * sum(counts) + 0.42 * len(groups),
        len(groups),
        1,
        sharex=True,
        height_ratios=[count + 0.4 for count in counts],
    ) as (figure, grid):
        low, high = time_limits(findings)
        for axes, (name, events) in zip(grid.flat, groups, strict=True):
            calendar_axis(axes, words, low, high)
            for row, event in enumerate(events.to_dict("records")):
                draw_event(axes, row, event, findings.inputs.as_of, words)
            row_labels(axes, [edition.named(event) for event in events.to_dict("records")], 52, 1)
            axes.set_title(name)
            draw_days(axes, findings)
        title, alt = timeline_texts(edition)
        note = words("chart.timeline.note", as_of=words.day(findings.inputs.as_of))
        return finish(figure, "timeline", title, note, alt)


def event_groups(edition: Edition) -> list[tuple[str, pd.DataFrame]]:
    """The events that all options share, then each option's own, with the group's name; in order of time."""
    findings = edition.findings
    events = events_once(findings.events)
    names = {ALL_OPTIONS: edition("chart.timeline.shared")} | edition.options
    groups = [(name, events[events["option"].eq(option)]) for option, name in names.items()]
    return [(name, table.sort_values("p05", kind="stable")) for name, table in groups if not table.empty]


def time_limits(findings: Findings) -> tuple[float, float]:
    """From the first event (or the day of knowledge) to the last probable one, in calendar years."""
    events = findings.events
    today = decimal_year(findings.inputs.as_of)
    times = events[["p05", "p50", "p95"]].to_numpy()
    known = times[np.isfinite(times)]
    last = min(max(known.max(initial=1.0), 1.0), findings.simulation.model.horizon)
    return today + min(known.min(initial=0.0), 0.0) - 0.3, today + last * 1.22 + 0.5


def draw_event(axes: Axes, row: int, event: dict, as_of: date, words: Words) -> None:
    """One event: a bar and a mark, open to the right where it may never happen, and the deadline if there is one."""
    today = decimal_year(as_of)
    right = axes.get_xlim()[1]
    certain = event["happens"] >= NEVER
    if np.isfinite(event["p05"]):
        start = today + event["p05"]
        end = min(today + event["p95"], right)
        axes.barh(
            row,
            end - start,
            left=start,
            height=0.46,
            facecolor="#b9cde0" if certain else PAPER,
            edgecolor=ACCENT,
            hatch="" if certain else "////",
            linewidth=0.7,
        )
    if np.isfinite(event["p50"]) and today + event["p50"] <= right:
        axes.plot(
            [today + event["p50"]],
            [row],
            marker="D" if event["p05"] == event["p95"] else "|",
            color=ACCENT,
            markersize=7 if event["p05"] == event["p95"] else 13,
            markeredgewidth=2.4,
        )
    if isinstance(event["deadline"], date):
        axes.plot([decimal_year(event["deadline"])], [row], marker="v", color=INK, markerfacecolor=PAPER, markersize=8)
    label_event(axes, row, event, as_of, words)


def label_event(axes: Axes, row: int, event: dict, as_of: date, words: Words) -> None:
    """The month of P50, or the chance that it happens at all."""
    today = decimal_year(as_of)
    right = axes.get_xlim()[1]
    text = words.month(as_of, event["p50"])
    if event["happens"] < NEVER:
        text = words("chart.timeline.maybe", share=words.share(event["happens"]))
    if isinstance(event["deadline"], date):
        text = words(
            "chart.timeline.deadline",
            when=text,
            deadline=words.day(event["deadline"]),
            share=words.outcomes(event["p_deadline_met"]),
        )
    ends = [today + event["p95"]] if np.isfinite(event["p95"]) else []
    ends += [decimal_year(event["deadline"])] if isinstance(event["deadline"], date) else []
    place, offset, side = (min(max(ends), right), 6, "left") if ends else (right, -6, "right")
    axes.annotate(
        text, (place, row), (offset, 0), textcoords="offset points", ha=side, va="center", fontsize=8, bbox=ON_PAPER
    )


def draw_days(axes: Axes, findings: Findings) -> None:
    """The day of knowledge, and the expected day of decision."""
    today = decimal_year(findings.inputs.as_of)
    axes.axvline(today, color=INK, linewidth=1)
    decided = findings.events.query("event == @DECIDED", local_dict={"DECIDED": DECIDED})["p50"]
    if len(decided) and np.isfinite(decided.iloc[0]):
        axes.axvline(today + decided.iloc[0], color=MUTED, linewidth=1, linestyle=(0, (3, 2)))


def timeline_texts(edition: Edition) -> tuple[str, str]:
    """Which permanent option is in full use first, and when each is; with the decision."""
    findings, words = edition.findings, edition.words
    table = findings.comparison.table
    names = edition.options
    as_of = findings.inputs.as_of
    permanent = table.loc[table["permanent"], "full_use_p50"].dropna()
    first = permanent.idxmin() if len(permanent) else findings.comparison.best
    title = edition(
        "chart.timeline.title", option=names[first], when=words.month(as_of, table.loc[first, "full_use_p50"])
    )
    rows = [
        edition(
            "chart.timeline.row",
            option=names[option],
            event=edition.named(event),
            when=words.month(as_of, event["p50"]),
            low=words.month(as_of, event["p05"]),
            high=words.month(as_of, event["p95"]),
        )
        for option, event in main_events(findings)
    ]
    return title, edition("chart.timeline.alt", rows="; ".join(rows))


def main_events(findings: Findings) -> list[tuple[str, dict]]:
    """The event that counts as full use, of each option that has one."""
    full = {option: findings.inputs.full_use_event(option) for option in findings.inputs.options()}
    return [(row["option"], row) for row in findings.events.to_dict("records") if row["event"] == full[row["option"]]]


def plot_milestones(edition: Edition) -> Picture | None:
    """How plans moved: each version's planned day in turn, and the day it was reached."""
    findings, words = edition.findings, edition.words
    table = slipped_plans(findings.inputs)
    if table.empty:
        return None
    rows = table.to_dict("records")
    with sketch(1.35 + 0.5 * len(rows)) as (figure, [[axes]]):
        days = [
            decimal_year(day) for row in rows for day in [*row["planned"], *([row["actual"]] if row["actual"] else [])]
        ]
        calendar_axis(axes, words, min(days) - 0.4, max(days) + 0.9 + 0.12 * (max(days) - min(days)))
        for place, row in enumerate(rows):
            draw_slip(axes, place, row, words)
        row_labels(axes, [edition.named(row) for row in rows], 34)
        title, alt = milestones_texts(rows, edition)
        return finish(figure, "milestones", title, words("chart.milestones.note"), alt)


def draw_slip(axes: Axes, place: int, row: dict, words: Words) -> None:
    """The planned days numbered in the order they were made, and the outcome."""
    planned = [decimal_year(day) for day in row["planned"]]
    reached = [decimal_year(row["actual"])] if row["actual"] else []
    axes.plot([min(planned + reached), max(planned + reached)], [place, place], color=MUTED, linewidth=1)
    numbers: dict[float, list[str]] = {}
    for number, day in enumerate(planned, start=1):
        numbers.setdefault(day, []).append(str(number))
    left, right = axes.get_xlim()
    for day, where, versions in zip(numbers, spread(list(numbers), (right - left) / 40), numbers.values(), strict=True):
        axes.plot([day], [place], marker="o", color=ACCENT, markerfacecolor=PAPER, markersize=7, markeredgewidth=1.5)
        axes.annotate(", ".join(versions), (where, place), (0, 7), textcoords="offset points", ha="center", fontsize=8)
    if reached:
        axes.plot(reached, [place], marker="D", color=INK, markersize=7, zorder=3)
    slip = words(
        "chart.milestones.slip" if row["slip_months"] >= 0 else "chart.milestones.earlier",
        months=words.number(abs(row["slip_months"])),
    )
    axes.annotate(slip, (max(planned + reached), place), (9, 0), textcoords="offset points", va="center", fontsize=8.5)


def milestones_texts(rows: list[dict], edition: Edition) -> tuple[str, str]:
    """The plan that slipped most, of those with an outcome if there is one; and every version of every plan."""
    words = edition.words
    most = max(rows, key=lambda row: (row["actual"] is not None, row["slip_months"]))
    title = words(
        "chart.milestones.title" if most["slip_months"] >= 0 else "chart.milestones.title_earlier",
        name=edition.named(most),
        months=words.number(abs(most["slip_months"])),
        versions=words.number(len(most["planned"])),
    )
    texts = [
        words(
            "chart.milestones.row",
            name=edition.named(row),
            planned=", ".join(words.day(day) for day in row["planned"]),
            actual=words.day(row["actual"]),
        )
        for row in rows
    ]
    return title, words("chart.milestones.alt", rows="; ".join(texts))
