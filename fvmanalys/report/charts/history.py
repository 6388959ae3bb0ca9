"""How the answer and its certainty moved over the published runs."""

from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fvmanalys.analysis.breakdown import best_of_each_day, how_much_moved
from fvmanalys.evidence.published import by_day
from fvmanalys.report.edition import Caption
from fvmanalys.report.figure import Picture, sketch
from fvmanalys.report.fitting import fitted, wrapped
from fvmanalys.report.palette import ACCENT, INK, MUTED, OPTION_COLOURS, OPTION_DASHES, OPTION_MARKERS, PAPER, SOFT
from fvmanalys.report.panel import ON_PAPER, Panel, decimal_year
from fvmanalys.report.placing import spread
from fvmanalys.report.topics.history import names_in
from fvmanalys.report.words import Words

__all__ = ["chance_rows", "places", "plot_history"]

MOST_EVENTS = 10
SHORT, WIDE = 0.4, 0.12
ADVICE_LOOKS = {"decide": ("#8fb3d4", ""), "investigate": (PAPER, "////"), "taken": (SOFT, "")}


class Happening(NamedTuple):
    """What happened on a day, and how much the chances of the options moved when it became known."""

    day: date
    name: str
    moved: float


def competing(history: pd.DataFrame) -> pd.DataFrame:
    """The newest run of each day, for options that may be chosen; no rows where there are not two of each.

    `place` is an option's place among all of the last day, as in the other figures: its colour and marker.
    """
    whole = by_day(history)
    order = places(whole)
    rows = whole[whole["permanent"].astype(bool) & whole["p_best"].notna()]
    rows = rows.assign(place=[order[option] % len(OPTION_COLOURS) for option in rows["option"]])
    told = rows["as_of"].nunique() > 1 and rows["option"].nunique() > 1
    return rows if told else rows.iloc[:0]


def places(history: pd.DataFrame) -> dict[str, int]:
    """The place of every option, those of the last day first."""
    last = history.loc[history["as_of"] == history["as_of"].max(), "option"]
    return {option: place for place, option in enumerate(dict.fromkeys([*last, *history["option"]]))}


def plot_history(history: pd.DataFrame, words: Words, accent: str = ACCENT) -> Picture | None:
    """P(best) of each option over the days of knowledge, the advice, and the strongest rival beside the reference."""
    rows = competing(history)
    if rows.empty:
        return None
    events = happenings(rows, words)
    rivals = best_of_each_day(rows)
    ratios = [3.2, 0.22, *([2.0] if len(rivals) else []), *([0.05 + 0.2 * len(events)] if events else [])]
    with sketch(words, 1.2 + sum(ratios), len(ratios), height_ratios=ratios) as drawing:
        panels = drawing.panels
        draw_chances(panels[0], rows)
        draw_advice(panels[1], rows)
        if len(rivals):
            draw_challenger(panels[2], rivals, reference_name(rows, words))
        for place, panel in enumerate(panels[: 3 if len(rivals) else 2]):
            day_axis(panel, rows)
            mark_events(panel, events, numbered=place == 0)
        panels[1].axes.tick_params(labelbottom=False, length=0)
        if events:
            list_events(panels[-1], events)
        return drawing.finish("history", history_caption(rows, rivals, events, words)).in_accent(accent)


def day_axis(panel: Panel, rows: pd.DataFrame) -> None:
    """The calendar along the axis, with room for names; over a short time the days themselves."""
    first, last = years(pd.Series([rows["as_of"].min(), rows["as_of"].max()]))
    low = first - 0.01 * (last - first)
    high = last + fitted(24, 75) / 100 * (last - first)
    panel.calendar(low, high)
    days = sorted(rows["as_of"].unique())
    if high - low < SHORT:
        panel.axes.set_xticks(years(pd.Series([days[0], days[-1]])), [days[0], days[-1]])


def years(days: pd.Series) -> np.ndarray:
    """Days as years with decimals."""
    return np.array([decimal_year(date.fromisoformat(day)) for day in days])


def draw_chances(panel: Panel, rows: pd.DataFrame) -> None:
    """A stepped line an option: what was known on a day holds until the next run."""
    names = names_in(rows, panel.words)
    leader = leader_on(rows, rows["as_of"].max())
    ends = {}
    for option in dict.fromkeys(rows["option"]):
        path = rows[rows["option"].eq(option)]
        index = path["place"].iloc[0]
        look: dict[str, Any] = {
            "color": OPTION_COLOURS[index],
            "linestyle": OPTION_DASHES[index],
            "marker": OPTION_MARKERS[index],
        }
        look |= {"markevery": max(1, len(path) // 12), "linewidth": 3.0 if option == leader else 1.8, "markersize": 5}
        across = years(path["as_of"])
        panel.axes.plot(across, path["p_best"], drawstyle="steps-post", clip_on=False, zorder=3, **look)
        ends[str(option)] = (across[-1], float(path["p_best"].iloc[-1]), OPTION_COLOURS[index])
    wheres = spread([value for _, value, _ in ends.values()], 0.075)
    for (option, (right, value, colour)), where in zip(ends.items(), wheres, strict=True):
        text = panel.words("history.end", option=wrapped(names[option], 22, 1), share=panel.words.share(value))
        weight = "bold" if option == leader else None
        panel.say(text, right, where, 9, fontsize=None, fontweight=weight, color=colour)
    panel.upright_shares()
    panel.axes.set_ylim(0, 1.12)
    panel.axes.set_title(panel.words("history.chances"))


def leader_on(rows: pd.DataFrame, day: str) -> str:
    """The option with the highest expected net benefit on a day."""
    known = rows[(rows["as_of"] == day) & rows["best"].astype(bool)]
    return str(known["option"].iloc[0]) if len(known) else ""


def draw_advice(panel: Panel, rows: pd.DataFrame) -> None:
    """What each run advised, as one bar of spans."""
    told = rows.drop_duplicates("as_of")
    starts = years(told["as_of"])
    last = starts[-1]
    spans: list[tuple[float, str]] = []
    for start, advice in zip(starts, told["advice"], strict=True):
        if not spans or spans[-1][1] != advice:
            spans.append((float(start), str(advice)))
    stops = [*(start for start, _ in spans[1:]), float(last + 0.02 * (last - starts[0]))]
    for (start, advice), stop in zip(spans, stops, strict=True):
        if advice in ADVICE_LOOKS:
            panel.bar(0, stop - start, start, ADVICE_LOOKS[advice], height=1, linewidth=0.7)
    panel.axes.set_ylim(-0.6, 0.6)
    panel.axes.set_yticks([])
    panel.axes.grid(visible=False)
    label_advice(panel, spans, stops)


def label_advice(panel: Panel, spans: list[tuple[float, str]], stops: list[float]) -> None:
    """The advice in each span that has room for it, and what the bar is."""
    for (start, advice), stop in zip(spans, stops, strict=True):
        if advice in ADVICE_LOOKS and stop - start > WIDE * (stops[-1] - spans[0][0]):
            look = {"ha": "center", "va": "center", "fontsize": 8}
            behind = ON_PAPER if ADVICE_LOOKS[advice][1] else None
            panel.axes.annotate(panel.words(f"advice.{advice}"), ((start + stop) / 2, 0), bbox=behind, **look)
    known = any(advice in ADVICE_LOOKS for _, advice in spans)
    panel.say(panel.words("history.advice" if known else "history.no_advice"), stops[-1], 0, 6, fontsize=8, color=MUTED)


def reference_name(rows: pd.DataFrame, words: Words) -> str:
    """What the option is called that the others are compared with, on the last day that tells."""
    known = rows[rows["reference"].astype(bool)]
    return names_in(known, words)[known["option"].iloc[-1]] if len(known) else words("history.reference")


def draw_challenger(panel: Panel, rivals: pd.DataFrame, reference: str) -> None:
    """The net benefit of the strongest challenger with its range, and zero, where the reference stands."""
    axes = panel.axes
    across = years(rivals["as_of"])
    ends = (rivals[f"net_benefit_{end}"] for end in ("p05", "p95"))
    axes.fill_between(across, *ends, step="post", color="#d9e5f0", linewidth=0)
    axes.step(across, rivals["net_benefit"], where="post", color=ACCENT, linewidth=2)
    axes.axhline(0, color=INK, linewidth=1)
    middle = float(rivals["net_benefit"].iloc[-1])
    name = wrapped(names_in(rivals, panel.words)[rivals["option"].iloc[-1]], 22, 1)
    text = f"{name}\n{panel.words.amount(middle)}"
    panel.say(text, across[-1], middle, 9, fontsize=None, color=ACCENT, bbox=ON_PAPER)
    panel.upright(panel.words("history.axis"))
    axes.set_title(panel.words("history.challenger", reference=reference))


def happenings(rows: pd.DataFrame, words: Words) -> list[Happening]:
    """What happened between the runs, at most so much: what came when the chances moved most."""
    moved = how_much_moved(rows)
    told = rows.drop_duplicates("as_of").set_index("as_of")["events_en" if words.lang == "en" else "events"]
    found = [
        Happening(date.fromisoformat(text[:10]), text[11:], float(moved[day]))
        for day, texts in told.items()
        for text in str(texts).split(" | ")
        if text and text[:10] > rows["as_of"].min()
    ]
    return sorted(sorted(found, key=lambda one: (one.moved, one.day), reverse=True)[:MOST_EVENTS])


def mark_events(panel: Panel, events: list[Happening], numbered: bool) -> None:
    """A thin line where each thing happened, with its number above the first panel."""
    low, high = panel.axes.get_xlim()
    across = [decimal_year(event.day) for event in events]
    for place in across:
        panel.axes.axvline(place, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    badge = {"boxstyle": "circle,pad=0.2", "facecolor": PAPER, "edgecolor": INK, "linewidth": 0.8}
    for number, where in enumerate(spread(across, 0.022 * (high - low)) if numbered and events else [], start=1):
        panel.axes.annotate(str(number), (where, 1.07), ha="center", va="center", fontsize=7.5, bbox=badge)


def list_events(panel: Panel, events: list[Happening]) -> None:
    """The numbers and what they stand for."""
    panel.axes.set_axis_off()
    panel.axes.set_xlim(0, 1)
    panel.axes.set_ylim(len(events) - 0.4, -0.6)
    for row, text in enumerate(event_texts(events, panel.words)):
        panel.axes.text(0, row, wrapped(text, fitted(105, 50), 1), fontsize=fitted(17, 15) / 2, va="center")


def event_texts(events: list[Happening], words: Words) -> list[str]:
    """What happened, numbered in order of time."""
    return [
        words("history.event", number=str(number), day=words.day(one.day), name=one.name)
        for number, one in enumerate(events, start=1)
    ]


def history_caption(rows: pd.DataFrame, rivals: pd.DataFrame, events: list[Happening], words: Words) -> Caption:
    """How the leader fared from the first day to the last, and the whole figure in words."""
    days = sorted(rows["as_of"].unique())
    leaders = [leader_on(rows, day) for day in days]
    first, last = (rows[rows["as_of"] == day].set_index("option")["p_best"] for day in (days[0], days[-1]))
    now = leaders[-1] or str(last.idxmax())
    ends = {"first": days[0], "last": days[-1]}
    changes = sum(one != other for one, other in pairwise(leaders))
    key = {0: "same", 1: "changed_once"}.get(changes, "changed")
    shares = {"share": words.share(last[now]), "before": words.share(first.get(now, np.nan))}
    option = names_in(rows, words)[now]
    title = words(f"history.title_{key}", option=option, changes=words.number(changes), **shares, **ends)
    told = [words("history.alt", runs=words.number(len(days)), rows="; ".join(chance_rows(rows, words)), **ends)]
    worth = [words.amount(value) for value in rivals["net_benefit"]]
    told += [words("history.alt_challenger", before=worth[0], after=worth[-1])] if worth else []
    told += [words("history.alt_events", events="; ".join(event_texts(events, words)))] if events else []
    return Caption(title, words("history.note"), " ".join(told))


def chance_rows(rows: pd.DataFrame, words: Words) -> list[str]:
    """How often each option was best on the first day and on the last."""
    days = (rows["as_of"].min(), rows["as_of"].max())
    first, last = (rows[rows["as_of"] == day].set_index("option")["p_best"] for day in days)
    return [
        words("history.row", option=name, before=words.share(first.get(one)), share=words.share(last.get(one)))
        for one, name in names_in(rows, words).items()
    ]
