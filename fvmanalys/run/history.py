"""How the answer and its certainty moved: every published run of a folder, as one tidy table."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.errors import FvmanalysError, UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.published import COLUMNS, MEASURES, PublishedRun, by_day, read_published
from fvmanalys.model.events import DECIDED
from fvmanalys.report.edition import Edition
from fvmanalys.report.names import distinct
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.words import Words, read_texts
from fvmanalys.run import folder as place
from fvmanalys.run.outfile import written
from fvmanalys.run.tidy import tidy_csv

__all__ = ["history_of", "history_table", "known_history", "write_history_file"]

Tables = Mapping[str, pd.DataFrame]
READ = {
    "comparison": ("option", "permanent"),
    "events": ("event", "p50"),
    "investigations": ("net_value",),
    "milestones": ("name", "actual_date"),
}
SEPARATOR = " | "


def history_table(out_runs: Path) -> pd.DataFrame:
    """A row per published run and option, in order of `as_of`; runs that cannot be read are left out."""
    return history_of(out_runs)[0]


def history_of(out_runs: Path) -> tuple[pd.DataFrame, list[str]]:
    """The history of a folder of runs (MSEK, points 0–100, shares), and the names of those that could not be read.

    `advice` is decide, investigate, taken or nothing; `events` what has happened since the run before.
    """
    runs, unread = [], []
    for path in place.published(out_runs):
        try:
            run = read_published(path)
            there = {name for name in READ if (run.folder / "tables" / f"{name}.csv").exists()} | {"comparison"}
            read = {name: run.table(name, READ[name], blanks=name != "milestones") for name in READ if name in there}
            runs.append((run, read))
        except UsageError:
            unread.append(path.name)
    parts = []
    for run, tables in runs:
        told = {"run_id": run.run_id, "as_of": run.as_of.isoformat(), "created": run.created}
        parts.append(run_rows(told | {"answer": run.manifest.get("answer", "")}, tables))
    newest = max((run for run, tables in runs if "milestones" in tables), key=lambda run: run.as_of, default=None)
    milestones = next((tables["milestones"] for run, tables in runs if run is newest), pd.DataFrame())
    return joined(parts, names_of([run for run, _ in runs]), milestones), unread


def write_history_file(out_runs: Path, path: Path, lang: str) -> list[str]:
    """Write the history as the file's ending says; return what there is to tell of it."""
    from fvmanalys.report.sheets.history import write_history

    words = Words(lang)
    ending = path.suffix.lower()
    read_texts(lang)
    if ending not in (".xlsx", ".csv"):
        raise UsageError(f"{path}: ends in {path.suffix!r}; name a file that ends in .xlsx or .csv")
    with written(path) as part:
        table, unread = history_of(out_runs)
        if table.empty:
            remedy = "make one with fvmanalys run, or name another folder with --runs"
            raise UsageError(f"{out_runs}: holds no published run that can be read; {remedy}")
        if ending == ".csv":
            part.write_text(tidy_csv(table), encoding="utf-8", newline="\n")
        else:
            write_history(table, part, words)
    count = f"{table['run_id'].nunique()} runs from {table['as_of'].min()} to {table['as_of'].max()}"
    return [f"{path}: {count}", *(f"{name}: cannot be read and is left out" for name in unread)]


def known_history(out_runs: Path, findings: Findings, run_id: str, words: Words) -> pd.DataFrame:
    """What a run knows of the history: the newest earlier run of each day up to its own, and itself; no clock."""
    as_of = findings.inputs.as_of.isoformat()
    table = history_table(out_runs)
    earlier = by_day(table[(table["as_of"] < as_of) & (table["run_id"] != run_id)])
    told = {"run_id": run_id, "as_of": as_of, "answer": " ".join(answer(Edition(findings, words.lang)))}
    own = run_rows(told, findings.tables())
    rows = pd.concat([earlier.drop(columns=["events", "events_en"]), own], ignore_index=True).assign(created="")
    return joined([rows], option_names(findings.inputs), findings.inputs.tables["milestones"])


def run_rows(told: dict[str, Any], tables: Tables) -> pd.DataFrame:
    table = tables["comparison"].astype({"option": str})
    numbers = table.reindex(columns=MEASURES).apply(pd.to_numeric, errors="coerce").astype(float)
    permanent = table["permanent"].astype(str).str.lower().isin(["true", "yes"])
    worth = numbers["net_benefit"].where(permanent)
    reference = numbers[["net_benefit", "net_benefit_p05", "net_benefit_p95"]].eq(0).all(axis=1)
    found = {"option": table["option"], "permanent": permanent, "reference": reference, "best": worth.eq(worth.max())}
    return numbers.assign(**found, advice=advice(tables), **{"created": ""} | told)


def advice(tables: Tables) -> str:
    """What the run advised: decide or investigate; taken where the decision lay behind it; else nothing."""
    events = tables.get("events", pd.DataFrame({"event": [], "p50": []}))
    decided = pd.to_numeric(events.loc[events["event"] == DECIDED, "p50"], errors="coerce")
    if (decided < 0).any():
        return "taken"
    found = tables.get("investigations", pd.DataFrame({"net_value": []}))
    if found.empty:
        return ""
    return "investigate" if pd.to_numeric(found["net_value"], errors="coerce").max() > 0 else "decide"


def names_of(runs: list[PublishedRun]) -> pd.DataFrame:
    """The names of the options, as the newest run that can be read has them."""
    for run in sorted(runs, key=lambda run: run.as_of, reverse=True):
        try:
            return option_names(run.inputs)
        except FvmanalysError:
            continue
    return pd.DataFrame(columns=["option", "option_name", "option_name_en"])


def option_names(inputs: Inputs) -> pd.DataFrame:
    """The short name of each option, in both languages, no two alike."""
    table = inputs.tables["options"]
    short = table["short_name"].where(table["short_name"] != "", table["name"])
    english = table["short_name_en"].where(table["short_name_en"] != "", short) if "short_name_en" in table else short
    ids = list(table["option_id"])
    told = {column: distinct(dict(zip(ids, names, strict=True))) for column, names in (("", short), ("_en", english))}
    names = {f"option_name{column}": list(known.values()) for column, known in told.items()}
    return pd.DataFrame({"option": ids} | names)


def joined(parts: list[pd.DataFrame], names: pd.DataFrame, milestones: pd.DataFrame) -> pd.DataFrame:
    """The rows of all runs with the names of options and what happened between the runs, in order of time."""
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(
        [part.drop(columns=["option_name", "option_name_en"], errors="ignore") for part in parts], ignore_index=True
    )
    table = table.sort_values(["as_of", "created", "run_id"], kind="stable", ignore_index=True)
    days = sorted(table["as_of"].unique())
    for column in ("option_name", "option_name_en"):
        called = dict(zip(names["option"], names[column], strict=True))
        table[column] = [called.get(option, option) for option in table["option"]]
    for column, name in (("events", "name"), ("events_en", "name_en")):
        told = happened(milestones, days, name)
        table[column] = [told.get(day, "") for day in table["as_of"]]
    return table[COLUMNS]


def happened(milestones: pd.DataFrame, days: list[str], name: str) -> dict[str, str]:
    """What has happened by each day and not by the one before: `day name`, one after another."""
    found: dict[str, list[str]] = {}
    for row in milestones.to_dict("records"):
        actual = day_text(row["actual_date"])
        known = day_text(row.get("known_from"))
        heard = [day for day in days[1:] if day >= max(actual, known)]
        if actual > days[0] and heard:
            found.setdefault(heard[0], []).append(f"{actual} {row.get(name) or row['name']}")
    return {day: SEPARATOR.join(sorted(texts)) for day, texts in found.items()}


def day_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else "" if value is None or value is np.nan else str(value)
