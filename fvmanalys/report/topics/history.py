"""How the answer moved over the published runs: what is shown of their history instead of findings."""

from datetime import date
from typing import Any

import pandas as pd

from fvmanalys.evidence.published import MEASURES, by_day
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.words import Words

__all__ = ["days_shown", "names_in", "runs_shown"]


def names_in(history: pd.DataFrame, words: Words) -> dict[str, str]:
    """What each option was called last."""
    return dict(zip(history["option"], history[f"option_name{'_en' if words.lang == 'en' else ''}"], strict=True))


def days_shown(history: pd.DataFrame, words: Words) -> Exhibit:
    """How often each option was best on every day of knowledge, and beside it what was advised and had happened."""
    rows = by_day(history) if len(history) else history
    names = names_in(rows[rows["p_best"].notna()], words)
    told = [rows[rows["as_of"].eq(day)].to_dict("records") for day in sorted(set(rows["as_of"]))]
    days = [day_told(mine, names, words.lang) for mine in told]

    table = pd.DataFrame(days if names else [])
    aside = "first:text advice:word=advice events:text"
    return Exhibit("history", lambda _: table, "as_of:day *:share", each=lambda _: names, aside=aside, look="long")


def day_told(rows: list[dict[str, Any]], names: dict[str, str], lang: str) -> dict[str, Any]:
    """One day of knowledge."""
    first = rows[0]
    ahead = [names.get(row["option"], row["option"]) for row in rows if row["best"]]
    told = {"as_of": date.fromisoformat(first["as_of"]), "first": ", ".join(ahead), "advice": first["advice"]}
    events = first["events_en" if lang == "en" else "events"].replace(" | ", "; ")
    return told | {"events": events} | {row["option"]: row["p_best"] for row in rows}


def runs_shown(history: pd.DataFrame, words: Words) -> Exhibit:
    """Every run and option as published."""
    names = names_in(history, words)
    table = history.assign(option=history["option"].map(names), as_of=history["as_of"].map(date.fromisoformat))
    styles = {"p_best": "share", "score": "points"}
    measures = " ".join(f"{name}:{styles.get(name, 'money')}" for name in MEASURES)
    return Exhibit("published_runs", lambda _: table, f"as_of:day run_id option:text {measures}")
