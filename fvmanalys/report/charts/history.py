"""How the answer and its certainty moved over the published runs."""

from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from fvmanalys.analysis.breakdown import best_of_each_day, how_much_moved
from fvmanalys.evidence.published import by_day
from fvmanalys.report.charts.answer import share_axis
from fvmanalys.report.figure import (
    ON_PAPER,
    Picture,
    calendar_axis,
    decimal_year,
    finish,
    fitted,
    sketch,
    spread,
    value_axis,
    wrapped,
)
from fvmanalys.report.palette import ACCENT, INK, MUTED, OPTION_COLOURS, OPTION_DASHES, OPTION_MARKERS, PAPER, SOFT
from fvmanalys.report.words import Words

__all__ = ["places", "plot_history"]

MOST_EVENTS = 10
SHORT, WIDE = 0.4, 0.12
ADVICE_LOOKS = {"decide": ("#8fb3d4", ""), "investigate": (PAPER, "////"), "taken": (SOFT, "")}


class Happening(NamedTuple):
    """What happened on a day, and how much the chances of the options moved when it became known."""

    day: date
    name: str
    moved: float


def competing(history: pd.DataFrame) -> pd.DataFrame:
    """The newest run of each day, for options that may be chosen;
    no rows where less than two days or options can be told.

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
    """P(best) of each option over the days of knowledge, the advice,
    and the strongest challenger beside the reference; in an organisation's own `accent`.
    """
    rows = competing(history)
    if rows.empty:
        return None
    events = happenings(rows, words)
    rivals = best_of_each_day(rows)
    ratios = [3.2, 0.22, *([2.0] if len(rivals) else []), *([0.05 + 0.2 * len(events)] if events else [])]
    with sketch(1.2 + sum(ratios), len(ratios), 1, height_ratios=ratios) as (figure, grid):
        panels = list(grid[:, 0])
        draw_chances(panels[0], rows, words)
        draw_advice(panels[1], rows, words)
        if len(rivals):
            draw_challenger(panels[2], rivals, reference_name(rows, words), words)
        ends = limits(rows)
        for axes in panels[: 3 if len(rivals) else 2]:
            day_axis(axes, rows, words, *ends)
            mark_events(axes, events, numbered=axes is panels[0])
        panels[1].tick_params(labelbottom=False, length=0)
        if events:
            list_events(panels[-1], events, words)
        title, alt = history_texts(rows, rivals, events, words)
        return finish(figure, "history", title, words("history.note"), alt).in_accent(accent)


def limits(rows: pd.DataFrame) -> tuple[float, float]:
    """From the first day of knowledge to the last, with room for names to the right."""
    first, last = (decimal_year(date.fromisoformat(day)) for day in (rows["as_of"].min(), rows["as_of"].max()))
    return first - 0.01 * (last - first), last + fitted(24, 75) / 100 * (last - first)


def day_axis(axes: Axes, rows: pd.DataFrame, words: Words, low: float, high: float) -> None:
    """The calendar along the axis; over a short time the days themselves."""
    calendar_axis(axes, words, low, high)
    days = sorted(rows["as_of"].unique())
    if high - low < SHORT:
        axes.set_xticks(years(pd.Series([days[0], days[-1]])), [days[0], days[-1]])


def named(rows: pd.DataFrame, words: Words) -> dict[str, str]:
    """What each option is called."""
    column = "option_name_en" if words.lang == "en" else "option_name"
    return dict(zip(rows["option"], rows[column], strict=True))


def years(days: pd.Series) -> np.ndarray:
    """Days as years with decimals."""
    return np.array([decimal_year(date.fromisoformat(day)) for day in days])


def draw_chances(axes: Axes, rows: pd.DataFrame, words: Words) -> None:
    """A stepped line an option: what was known on a day holds until the next run."""
    names = named(rows, words)
    last = rows["as_of"].max()
    leader = leader_on(rows, last)
    ends = {}
    places = dict(zip(rows["option"], rows["place"], strict=True))
    for option in dict.fromkeys(rows["option"]):
        path = rows[rows["option"].eq(option)]
        index = path["place"].iloc[0]
        look = {"color": OPTION_COLOURS[index], "linestyle": OPTION_DASHES[index], "marker": OPTION_MARKERS[index]}
        every = max(1, len(path) // 12)
        width = 3.0 if option == leader else 1.8
        axes.plot(
            years(path["as_of"]),
            path["p_best"],
            drawstyle="steps-post",
            linewidth=width,
            markersize=5,
            markevery=every,
            clip_on=False,
            zorder=3,
            **look,
        )
        ends[str(option)] = (years(path["as_of"])[-1], float(path["p_best"].iloc[-1]))
    for (option, (right, value)), where in zip(
        ends.items(), spread([end for _, end in ends.values()], 0.075), strict=True
    ):
        text = words("history.end", option=wrapped(names[option], 22, 1), share=words.share(value))
        weight = "bold" if option == leader else None
        axes.annotate(
            text,
            (right, where),
            (9, 0),
            textcoords="offset points",
            va="center",
            fontweight=weight,
            color=OPTION_COLOURS[places[option]],
        )
    share_axis(axes, words)
    axes.set_ylim(0, 1.12)
    axes.set_title(words("history.chances"))


def leader_on(rows: pd.DataFrame, day: str) -> str:
    """The option with the highest expected net benefit on a day."""
    known = rows[(rows["as_of"] == day) & rows["best"].astype(bool)]
    return str(known["option"].iloc[0]) if len(known) else ""


def draw_advice(axes: Axes, rows: pd.DataFrame, words: Words) -> None:
    """What each run advised, as one bar of spans."""
    told = rows.drop_duplicates("as_of")
    starts = years(told["as_of"])
    last = years(told["as_of"])[-1]
    spans: list[tuple[float, str]] = []
    for start, advice in zip(starts, told["advice"], strict=True):
        if not spans or spans[-1][1] != advice:
            spans.append((float(start), str(advice)))
    stops = [*(start for start, _ in spans[1:]), float(last + 0.02 * (last - starts[0]))]
    for (start, advice), stop in zip(spans, stops, strict=True):
        if advice in ADVICE_LOOKS:
            fill, hatch = ADVICE_LOOKS[advice]
            axes.barh(
                0, stop - start, left=start, height=1, facecolor=fill, hatch=hatch, edgecolor=ACCENT, linewidth=0.7
            )
    axes.set_ylim(-0.6, 0.6)
    axes.set_yticks([])
    axes.grid(visible=False)
    label_advice(axes, spans, stops, words)


def label_advice(axes: Axes, spans: list[tuple[float, str]], stops: list[float], words: Words) -> None:
    """The advice in each span that has room for it, and what the bar is."""
    for (start, advice), stop in zip(spans, stops, strict=True):
        if advice in ADVICE_LOOKS and stop - start > WIDE * (stops[-1] - spans[0][0]):
            text = words(f"history.advice_{advice}")
            middle = (start + stop) / 2
            axes.annotate(
                text,
                (middle, 0),
                ha="center",
                va="center",
                fontsize=8,
                bbox=ON_PAPER if ADVICE_LOOKS[advice][1] else None,
            )
    known = any(advice in ADVICE_LOOKS for _, advice in spans)
    text = words("history.advice" if known else "history.no_advice")
    axes.annotate(text, (stops[-1], 0), (6, 0), textcoords="offset points", va="center", fontsize=8, color=MUTED)


def reference_name(rows: pd.DataFrame, words: Words) -> str:
    """What the option is called that the others are compared with, on the last day that tells."""
    known = rows[rows["reference"].astype(bool)]
    return named(known, words)[known["option"].iloc[-1]] if len(known) else words("history.reference")


def draw_challenger(axes: Axes, rivals: pd.DataFrame, reference: str, words: Words) -> None:
    """The net benefit of the strongest challenger with its range, and zero, where the reference stands."""
    across = years(rivals["as_of"])
    axes.fill_between(
        across, rivals["net_benefit_p05"], rivals["net_benefit_p95"], step="post", color="#d9e5f0", linewidth=0
    )
    axes.step(across, rivals["net_benefit"], where="post", color=ACCENT, linewidth=2)
    axes.axhline(0, color=INK, linewidth=1)
    middle = float(rivals["net_benefit"].iloc[-1])
    names = named(rivals, words)
    text = f"{wrapped(names[rivals['option'].iloc[-1]], 22, 1)}\n{words.amount(middle)}"
    axes.annotate(
        text, (across[-1], middle), (9, 0), textcoords="offset points", va="center", color=ACCENT, bbox=ON_PAPER
    )
    value_axis(axes, words, words("history.axis"))
    axes.set_title(words("history.challenger", reference=reference))


def happenings(rows: pd.DataFrame, words: Words) -> list[Happening]:
    """What happened between the runs, at most so much: what came when the chances moved most."""
    moved = how_much_moved(rows)
    column = "events_en" if words.lang == "en" else "events"
    told = rows.drop_duplicates("as_of").set_index("as_of")[column]
    found = [
        Happening(date.fromisoformat(text[:10]), text[11:], float(moved[day]))
        for day, texts in told.items()
        for text in str(texts).split(" | ")
        if text and text[:10] > rows["as_of"].min()
    ]
    return sorted(sorted(found, key=lambda one: (one.moved, one.day), reverse=True)[:MOST_EVENTS])


def mark_events(axes: Axes, events: list[Happening], numbered: bool) -> None:
    """A thin line where each thing happened, with its number above the first panel."""
    low, high = axes.get_xlim()
    across = [decimal_year(event.day) for event in events]
    for place in across:
        axes.axvline(place, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for number, where in enumerate(spread(across, 0.022 * (high - low)) if numbered and events else [], start=1):
        badge = {"boxstyle": "circle,pad=0.2", "facecolor": PAPER, "edgecolor": INK, "linewidth": 0.8}
        axes.annotate(str(number), (where, 1.07), ha="center", va="center", fontsize=7.5, bbox=badge)


def list_events(axes: Axes, events: list[Happening], words: Words) -> None:
    """The numbers and what they stand for."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(events) - 0.4, -0.6)
    for row, event in enumerate(events):
        text = words("history.event", number=str(row + 1), day=words.day(event.day), name=event.name)
        axes.text(0, row, wrapped(text, fitted(105, 50), 1), fontsize=fitted(17, 15) / 2, va="center")


def history_texts(rows: pd.DataFrame, rivals: pd.DataFrame, events: list[Happening], words: Words) -> tuple[str, str]:
    """How the leader fared from the first day to the last, and the whole figure in words."""
    days = sorted(rows["as_of"].unique())
    names = named(rows, words)
    leaders = [leader_on(rows, day) for day in days]
    first, last = (rows[rows["as_of"] == day].set_index("option")["p_best"] for day in (days[0], days[-1]))
    now = leaders[-1] or str(last.idxmax())
    ends = {"first": days[0], "last": days[-1]}
    changes = sum(one != other for one, other in pairwise(leaders))
    key = {0: "same", 1: "changed_once"}.get(changes, "changed")
    shares = {"share": words.share(last[now]), "before": words.share(first.get(now, np.nan))}
    title = words(f"history.title_{key}", option=names[now], changes=words.number(changes), **shares, **ends)
    parts = [
        words(
            "history.row",
            option=name,
            before=words.share(first.get(option, np.nan)),
            share=words.share(last.get(option, np.nan)),
        )
        for option, name in names.items()
    ]
    alt = words("history.alt", runs=words.number(len(days)), rows="; ".join(parts), **ends)
    return title, " ".join([alt, *challenger_words(rivals, words), *event_words(events, words)])


def challenger_words(rivals: pd.DataFrame, words: Words) -> list[str]:
    """Where the strongest challenger began and ended."""
    worth = [words.amount(value) for value in rivals["net_benefit"]]
    return [words("history.alt_challenger", before=worth[0], after=worth[-1])] if worth else []


def event_words(events: list[Happening], words: Words) -> list[str]:
    """What happened, in order of time."""
    told = [
        words("history.event", number=str(n), day=words.day(one.day), name=one.name)
        for n, one in enumerate(events, start=1)
    ]
    return [words("history.alt_events", events="; ".join(told))] if told else []
