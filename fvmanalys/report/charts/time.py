"""Figures of time: when each option's events happen, and how plans moved."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import slipped_plans
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model.events import DECIDED
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.palette import ACCENT, INK, MUTED, PAPER
from fvmanalys.report.panel import ON_PAPER, Panel, decimal_year
from fvmanalys.report.placing import spread
from fvmanalys.report.topics.time import milestones_caption, timeline_caption

__all__ = ["plot_milestones", "plot_timeline"]

NEVER = 0.995


def plot_timeline(edition: Edition) -> Picture:
    """When the events of every option happen: P5–P95 as a bar, P50 as a mark; those that all share come first."""
    groups = event_groups(edition)
    counts = [len(events) for _, events in groups]
    height = 1.0 + 0.27 * sum(counts) + 0.42 * len(groups)
    ratios = [count + 0.4 for count in counts]
    with sketch(edition.words, height, len(groups), sharex=True, height_ratios=ratios) as drawing:
        for panel, (name, events) in zip(drawing.panels, groups, strict=True):
            panel.calendar(*time_limits(edition.findings))
            rows = events.to_dict("records")
            for row, event in enumerate(rows):
                draw_event(panel, row, event, edition.as_of)
            panel.rows([edition.named(event) for event in rows], 52, 1)
            panel.axes.set_title(name)
            draw_days(panel, edition.findings)
        return drawing.finish("timeline", timeline_caption(edition))


def event_groups(edition: Edition) -> list[tuple[str, pd.DataFrame]]:
    """The events that all options share, then each option's own, with the group's name; in order of time."""
    events = events_once(edition.findings.events)
    names = {ALL_OPTIONS: edition("chart.timeline.shared")} | edition.options
    groups = [(name, events[events["option"].eq(option)]) for option, name in names.items()]
    return [(name, table.sort_values("p05", kind="stable")) for name, table in groups if not table.empty]


def time_limits(findings: Findings) -> tuple[float, float]:
    """From the first event (or the day of knowledge) to the last probable one, in calendar years."""
    today = decimal_year(findings.inputs.as_of)
    times = findings.events[["p05", "p50", "p95"]].to_numpy()
    known = times[np.isfinite(times)]
    last = min(max(known.max(initial=1.0), 1.0), findings.simulation.model.horizon)
    return today + min(known.min(initial=0.0), 0.0) - 0.3, today + last * 1.22 + 0.5


def draw_event(panel: Panel, row: int, event: dict[str, Any], as_of: date) -> None:
    """One event: a bar and a mark, open to the right where it may never happen, and the deadline if there is one."""
    today = decimal_year(as_of)
    right = panel.axes.get_xlim()[1]
    certain = event["happens"] >= NEVER
    fixed = event["p05"] == event["p95"]
    if np.isfinite(event["p05"]):
        start = today + event["p05"]
        fill = ("#b9cde0", "") if certain else (PAPER, "////")
        panel.bar(row, min(today + event["p95"], right) - start, start, fill, height=0.46, linewidth=0.7)
    if np.isfinite(event["p50"]) and today + event["p50"] <= right:
        look: dict[str, Any] = {"markersize": 7 if fixed else 13, "markeredgewidth": 2.4}
        panel.mark(row, today + event["p50"], "D" if fixed else "|", **look)
    if isinstance(event["deadline"], date):
        panel.mark(row, decimal_year(event["deadline"]), "v", INK, PAPER, markersize=8)
    label_event(panel, row, event, as_of)


def label_event(panel: Panel, row: int, event: dict[str, Any], as_of: date) -> None:
    """The month of P50, or the chance that it happens at all."""
    words = panel.words
    right = panel.axes.get_xlim()[1]
    text = words.month(as_of, event["p50"])
    if event["happens"] < NEVER:
        text = words("chart.timeline.maybe", share=words.share(event["happens"]))
    ends = [decimal_year(as_of) + event["p95"]] if np.isfinite(event["p95"]) else []
    if isinstance(event["deadline"], date):
        facts = {"deadline": words.day(event["deadline"]), "share": words.outcomes(event["p_deadline_met"])}
        text = words("chart.timeline.deadline", when=text, **facts)
        ends.append(decimal_year(event["deadline"]))
    place, offset, side = (min(max(ends), right), 6, "left") if ends else (right, -6, "right")
    panel.say(text, place, row, offset, ha=side, fontsize=8, bbox=ON_PAPER)


def draw_days(panel: Panel, findings: Findings) -> None:
    """The day of knowledge, and the expected day of decision."""
    today = decimal_year(findings.inputs.as_of)
    panel.axes.axvline(today, color=INK, linewidth=1)
    decided = findings.events.query("event == @DECIDED", local_dict={"DECIDED": DECIDED})["p50"]
    if len(decided) and np.isfinite(decided.iloc[0]):
        panel.axes.axvline(today + decided.iloc[0], color=MUTED, linewidth=1, linestyle=(0, (3, 2)))


def plot_milestones(edition: Edition) -> Picture | None:
    """How plans moved: each version's planned day in turn, and the day it was reached."""
    rows = slipped_plans(edition.inputs).to_dict("records")
    if not rows:
        return None
    days = [decimal_year(day) for row in rows for day in [*row["planned"], row["actual"]] if day]
    with sketch(edition.words, 1.35 + 0.5 * len(rows)) as drawing:
        [panel] = drawing.panels
        panel.calendar(min(days) - 0.4, max(days) + 0.9 + 0.12 * (max(days) - min(days)))
        for place, row in enumerate(rows):
            draw_slip(panel, edition, place, row)
        panel.rows([edition.named(row) for row in rows], 34)
        return drawing.finish("milestones", milestones_caption(edition))


def draw_slip(panel: Panel, edition: Edition, place: int, row: dict[str, Any]) -> None:
    """The planned days numbered in the order they were made, and the outcome."""
    planned = [decimal_year(day) for day in row["planned"]]
    reached = [decimal_year(row["actual"])] if row["actual"] else []
    panel.line(place, min(planned + reached), max(planned + reached))
    numbers: dict[float, list[str]] = {}
    for number, day in enumerate(planned, start=1):
        numbers.setdefault(day, []).append(str(number))
    left, right = panel.axes.get_xlim()
    for day, where, versions in zip(numbers, spread(list(numbers), (right - left) / 40), numbers.values(), strict=True):
        panel.mark(place, day, "o", ACCENT, PAPER, markersize=7, markeredgewidth=1.5)
        panel.say(", ".join(versions), where, place, 0, 7, ha="center", va="baseline", fontsize=8)
    for day in reached:
        panel.mark(place, day, "D", INK, markersize=7, zorder=3)
    key = "slip" if row["slip_months"] >= 0 else "earlier"
    panel.say(edition(f"chart.milestones.{key}", months=abs(row["slip_months"])), max(planned + reached), place, 9)
