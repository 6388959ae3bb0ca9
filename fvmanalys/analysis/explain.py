"""What the comparison is made of: times, levels, parts of the difference, published totals, kinds of evidence."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES
from fvmanalys.model import Simulation
from fvmanalys.model.draws import blocks
from fvmanalys.model.events import DECIDED, years_after

__all__ = [
    "areas_by_option", "costs_by_option", "decision_taken", "event_table", "events_once", "evidence_counts",
    "full_use_after", "levels_reached", "published_totals", "strongest", "cited_by", "estimate_table", "newest_rows",
    "source_types", "area_levels", "limits_at_worst", "shortfalls_by_area",
]  # fmt: skip

PUBLISHED = (
    "item_id", "name", "name_en", "option_id", "categories", "low", "likely", "high", "kind", "source_id", "known_from",
    "confidential", "stand_in",
)  # fmt: skip
EVENTS = [
    "option", "event", "name", "name_en", "p05", "p50", "p85", "p95", "happens", "deadline", "p_deadline_met", "shared",
    "stand_in",
]  # fmt: skip


def decision_taken(inputs: Inputs) -> dict[str, Any] | None:
    """The row that says when and what was decided, if that day lies before `as_of`: then all is a retrospective."""
    rows = inputs.tables["timeline"].query("event_id == @DECIDED", local_dict={"DECIDED": DECIDED}).to_dict("records")
    taken = [row for row in rows if isinstance(row["date"], date) and row["date"] < inputs.as_of]
    return taken[0] if taken else None


def event_table(simulation: Simulation) -> pd.DataFrame:
    """When each event of each option happens: P5, P50, P85, P95 (years after `as_of`), and in which share of draws.

    `p_deadline_met` is the share of draws in which a deadline is met. `shared` events come of one row for all options
    and at one time in all of them: one that follows an option's own event is each option's own.
    """
    rows = []
    for option in simulation.inputs.options():
        events = {row["event_id"]: row for row in reversed(simulation.inputs.counting("timeline", option))}
        for row in reversed(events.values()):
            times = simulation.events[option, row["event_id"]].to_numpy()
            quantiles = np.quantile(times, [0.05, 0.5, 0.85, 0.95], method="inverted_cdf")
            happens = float(np.isfinite(times).mean())
            deadline = row["deadline"] if isinstance(row["deadline"], date) else None
            met = float((times <= years_after(deadline, simulation.inputs.as_of)).mean()) if deadline else np.nan
            names = [row["event_id"], row["name"] or row["event_id"], row.get("name_en", "")]
            others = (simulation.events[other, row["event_id"]] for other in simulation.inputs.options())
            shared = row["option_id"] == ALL_OPTIONS and all(np.array_equal(other, times) for other in others)
            rows.append([option, *names, *quantiles, happens, deadline, met, shared, row["stand_in"]])
    return pd.DataFrame(rows, columns=EVENTS if rows else None)


def events_once(events: pd.DataFrame) -> pd.DataFrame:
    """The events as readers see them: what all options share stands first, once, with the option `*`."""
    common = events[events["shared"]].drop_duplicates("event").assign(option=ALL_OPTIONS)
    return pd.concat([common, events[~events["shared"]]], ignore_index=True)


def full_use_after(simulation: Simulation) -> pd.DataFrame:
    """Options whose full use also counts outcomes in which something has gone wrong, by their timeline's conditions.

    `share` of all draws, in which the risk holds and full use comes; the names of the risk and of the event that
    follows full use under the same condition, such as another system in use ("" without).
    """
    inputs = simulation.inputs
    sample = simulation.model.sample(blocks(simulation.draws), simulation.seed)
    rows = []
    for option in inputs.options():
        last = inputs.full_use_event(option)
        timeline = inputs.counting("timeline", option)
        names = {
            row[TABLES[table].KEY[1]]: row for table in ("risks", "signals") for row in inputs.counting(table, option)
        }
        for row in timeline:
            gone_wrong = [name for name, holds in literals(row["when"]) if holds and name in names]
            if not gone_wrong or row["event_id"] != last:
                continue
            share = (sample.holds(option, row["when"]) & np.isfinite(simulation.events[option, last].to_numpy())).mean()
            same = [one for one in timeline if one["when"] == row["when"] and last in split(one["after"])]
            rows.append([option, float(share), *names_of([names[gone_wrong[0]]]), *names_of(same)])
    return pd.DataFrame(rows, columns=["option", "share", "risk", "risk_en", "event", "event_en"])


def names_of(rows: list[dict[str, Any]]) -> list[str]:
    """The name of the first row in both languages."""
    return [rows[0]["name"], rows[0].get("name_en", "")] if rows else ["", ""]


def levels_reached(simulation: Simulation) -> pd.DataFrame:
    """The expected level of each option and area today and at the horizon, and when its own begins (P50, years)."""
    horizon = simulation.model.horizon
    paths = simulation.level_paths(np.array([0.0, horizon])).pivot_table(
        index=["option", "area"], columns="time", values="level", sort=False
    )
    rows = []
    for (option, area), levels in paths.iterrows():
        counted = [row for row in simulation.inputs.counting("levels", option) if row["area_id"] == area]
        own = [row["from_event"] for row in counted if row["option_id"] != ALL_OPTIONS]
        known = [simulation.events[option, name] for name in own if (option, name) in simulation.events]
        first = np.quantile(np.minimum.reduce(known), 0.5, method="inverted_cdf") if known else np.nan
        rows.append([option, area, levels.iloc[0], levels.iloc[-1], first])
    return pd.DataFrame(rows, columns=["option", "area", "level_now", "level_end", "reached_p50"])


def strongest(reasons: pd.DataFrame, most: int, least: float = 0.5) -> pd.DataFrame:
    """The `most` parts of `reasons` for (`favour`) and against each option, of `least` MSEK, the largest first."""
    rows = []
    for (option, other), table in reasons.groupby(["option", "other"], sort=False):
        told = table[table["difference"].abs() >= least].sort_values("difference", kind="stable")
        favour = told[told["difference"] > 0].tail(most)[::-1]
        against = told[told["difference"] < 0].head(most)
        rows.append([option, other, favour.to_dict("records"), against.to_dict("records")])
    return pd.DataFrame(rows, columns=["option", "other", "favour", "against"])


def areas_by_option(comparison: Comparison) -> pd.DataFrame:
    """A row an area: its weight as a share, the row of each option's score, and what the weight rests on."""
    weights = comparison.simulation.inputs.tables["areas"]
    scores = {option: comparison.areas.loc[option].to_dict("index") for option in comparison.table.index}
    rows = [
        {**row, "area": row["area_id"], "weight": row["likely"] / weights["likely"].sum(), "weight_kind": row["kind"]}
        | {option: found[row["area_id"]] for option, found in scores.items()}
        for row in weights.to_dict("records")
    ]
    return pd.DataFrame(rows)


def costs_by_option(comparison: Comparison) -> pd.DataFrame:
    """The expected present value by category (rows) and option (columns), the largest first."""
    yearly = comparison.simulation.yearly_cost()
    wide = yearly.pivot_table(index="category", columns="option", values="present_value", aggfunc="sum", sort=False)
    wide = wide[list(comparison.table.index)]
    return wide.loc[wide.abs().sum(axis=1).sort_values(ascending=False, kind="stable").index].reset_index()


def published_totals(simulation: Simulation) -> pd.DataFrame:
    """Published totals that cut across rows, each beside the model's undiscounted one (NaN without one), MSEK."""
    table = simulation.inputs.tables["context"]
    yearly = simulation.yearly_cost()
    rows = []
    for row in table[table["categories"] != ""].to_dict("records"):
        counted = yearly["category"].isin(split(row["categories"])) & yearly["option"].eq(row["option_id"])
        model_total = float(yearly.loc[counted, "cost"].sum(min_count=1))
        rows.append([*(row.get(column, "") for column in PUBLISHED), model_total])
    return pd.DataFrame(rows, columns=[*PUBLISHED, "model_total"])


def evidence_by_table(inputs: Inputs) -> pd.DataFrame:
    """How many estimates of each table of the model (rows) are facts, judgements and assumptions (columns)."""
    around = ("context", "viewpoints", "investigations", "parameters", "limits")
    model = inputs.estimates[~inputs.estimates["table"].isin(around)]
    return pd.crosstab(model["table"], model["kind"]).reindex(columns=["fact", "judgement", "assumption"], fill_value=0)


def evidence_counts(inputs: Inputs) -> pd.DataFrame:
    """How many estimates of the model are facts, judgements and assumptions, and their shares."""
    counts = evidence_by_table(inputs).sum()
    table = counts.rename("estimates").rename_axis("kind").reset_index()
    return table.assign(share=table["estimates"] / max(counts.sum(), 1))


def estimate_table(
    inputs: Inputs, tables: tuple[str, ...] = (), kinds: tuple[str, ...] = (), part: str = ""
) -> pd.DataFrame:
    """The estimates of some tables and kinds, or of all; `part` is a part of the ids, such as an area's."""
    rows = [
        {"option_id": "", **row, "table": table, "number": row["id"]}
        for table, row in inputs.quantities
        if (not tables or table in tables) and (not kinds or row["kind"] in kinds)
    ]
    return pd.DataFrame([row for row in rows if not part or part in row["id"].split("/")])


def newest_rows(inputs: Inputs, most: int = 12) -> pd.DataFrame:
    """What became known last, of any table."""
    rows = [{**row, "table": name} for name, table in inputs.records.items() for row in table if row.get("known_from")]
    return pd.DataFrame(sorted(rows, key=lambda row: row["known_from"], reverse=True)[:most])


def source_types(inputs: Inputs) -> pd.DataFrame:
    """How many of the cited sources are of each type, and the newest of them."""
    groups = inputs.sources.groupby("type")["published"]
    return groups.agg(count="size", newest="max").reset_index()


def cited_by(inputs: Inputs, tables: tuple[str, ...] = (), part: str = "") -> pd.DataFrame:
    """The sources cited by rows of some tables, or of all; `part` is a value that one of a row's ids must have."""
    cited: set[str] = set()
    for name, table in inputs.tables.items():
        if "source_id" in table and name != "sources" and (not tables or name in tables):
            rows = table[table.isin([part]).any(axis=1)] if part else table
            cited |= {one for text in rows["source_id"] for one in split(text)}
    return inputs.sources[inputs.sources.index.isin(cited)].reset_index()


def area_levels(levels: pd.DataFrame, areas: pd.DataFrame, options: Sequence[str]) -> pd.DataFrame:
    """The expected level at the horizon, options × areas; above them, by `head`, today's and the minimum, if any."""
    today = levels.drop_duplicates("area").set_index("area")["level_now"]
    least = areas.set_index("area_id")["minimum"]
    heads = {"today": today} | ({"minimum": least} if least.notna().any() else {})
    above = [{"option": "", "head": name, **one.to_dict()} for name, one in heads.items()]
    ends = levels.pivot_table(index="option", columns="area", values="level_end", sort=False)
    return pd.concat([pd.DataFrame(above), ends.loc[list(options)].reset_index().assign(head="")], ignore_index=True)


def shortfalls_by_area(areas: pd.DataFrame, options: Sequence[str]) -> pd.DataFrame:
    """How often options (rows) end below the minimum of each area (columns), or below today's level without one."""
    table = areas.reset_index()
    share = table["p_below_minimum"].where(table["p_below_minimum"].notna(), table["p_below_today"])
    wide = table.assign(share=share).pivot_table(index="option", columns="area", values="share", sort=False)
    return wide.loc[list(options)].reset_index()


def limits_at_worst(exceeded: pd.DataFrame) -> pd.DataFrame:
    """How probably each option (columns) exceeds each limit (rows) in the year when it most probably does."""
    if exceeded.empty:
        return exceeded
    columns = {"index": "limit_id", "columns": "option", "values": "p_exceeded"}
    return exceeded.pivot_table(**columns, aggfunc="max", sort=False).reset_index()
