"""How plans moved: what was planned when, what became of it, and by how many months it slipped."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.explain import events_once
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model import Simulation
from fvmanalys.model.events import DAYS_PER_YEAR

__all__ = ["coming", "coming_plans", "next_events", "plan_table", "slipped_plans"]

YEARS_AHEAD = 1.0


def plan_table(inputs: Inputs) -> pd.DataFrame:
    """The milestones in order of time, each plan of one on a row of its own, as the raw table has them.

    `moved_months` is how much later the row's day (reached, else planned) lies than the first planned one; NaN for
    that.
    """
    table = inputs.tables["milestones"]
    first: dict[str, date] = {}
    days, moved = [], []
    for row in table.to_dict("records"):
        days.append(row["actual_date"] or row["planned_date"] or date.max)
        start = first.get(row["milestone_id"])
        if row["planned_date"] and not start:
            start = first[row["milestone_id"]] = row["planned_date"]
        moved.append(months_between(start, days[-1]) if start and days[-1] not in (start, date.max) else float("nan"))
    shown = table.assign(moved_months=moved, day=days).sort_values("day", kind="stable", ignore_index=True)
    return shown.drop(columns="day")


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another."""
    return round((end - start).days / DAYS_PER_YEAR * 12)


def slipped_plans(inputs: Inputs) -> pd.DataFrame:
    """Milestones planned more than once, or planned and reached: planned days, day reached, and slip in months."""
    rows = []
    for milestone, versions in inputs.tables["milestones"].groupby("milestone_id", sort=False):
        actual = versions["actual_date"].dropna().tolist()
        open_plans = versions.loc[versions["actual_date"].isna(), "planned_date"].dropna().tolist()
        planned = open_plans or versions["planned_date"].dropna().tolist()
        days = [*planned, *actual]
        if planned and len(set(days)) > 1:
            last = versions.iloc[-1]
            stand_in = "yes" if versions["stand_in"].eq("yes").any() else "no"
            slip = months_between(planned[0], days[-1])
            told = [milestone, last["name"], last.get("name_en", ""), stand_in]
            rows.append([*told, planned, actual[-1] if actual else None, slip])
    return pd.DataFrame(rows, columns=["milestone", "name", "name_en", "stand_in", "planned", "actual", "slip_months"])


def coming_plans(inputs: Inputs) -> pd.DataFrame:
    """The last plan, if not withdrawn, of every milestone not reached and planned for a day after `as_of`."""
    table = inputs.tables["milestones"]
    done = set(table.loc[table["actual_date"].notna(), "milestone_id"]) | withdrawn(inputs)
    last = table[~table.duplicated("milestone_id", keep="last") & ~table["milestone_id"].isin(done)]
    return last[np.array([day is not None and day > inputs.as_of for day in last["planned_date"]], dtype=bool)]


def withdrawn(inputs: Inputs) -> set[str]:
    """The milestones of which the newest row known says that there is no plan any longer."""
    ever = inputs.history["milestones"]
    if ever.empty or "known_from" not in ever:
        return set()
    known = ever[np.array([day is None or day != day or day <= inputs.as_of for day in ever["known_from"]])]
    newest = known.sort_values("known_from", kind="stable").drop_duplicates("milestone_id", keep="last")
    return set(newest.loc[newest["planned_date"].isna() & newest["actual_date"].isna(), "milestone_id"])


def coming(simulation: Simulation, events: pd.DataFrame) -> pd.DataFrame:
    """Plans, deadlines and events to come, in order of time: plans and deadlines all, events those probable in a year.

    Columns: kind (planned, deadline, expected), day, name, name_en, option, and what is known of each kind:
    plan_version and known_from, p_deadline_met, or p10, p50 and p90 in years after `as_of`.
    """
    inputs = simulation.inputs
    plans = coming_plans(inputs).to_dict("records")
    rows: list[dict[str, Any]] = [{**row, "kind": "planned", "day": row["planned_date"], "option": ""} for row in plans]
    for row in events_once(events).to_dict("records"):
        if isinstance(row["deadline"], date) and row["deadline"] > inputs.as_of:
            rows.append({**row, "kind": "deadline", "day": row["deadline"]})
        if 0 < row["p50"] <= YEARS_AHEAD:
            day = date.fromordinal(inputs.as_of.toordinal() + round(row["p50"] * DAYS_PER_YEAR))
            rows.append({**row, "kind": "expected", "day": day, **spans(simulation, row["option"], row["event"])})
    columns = ["kind", "day", "name", "name_en", "option", "plan_version", "plan_version_en", "known_from"]
    columns += ["p_deadline_met", "p10", "p50", "p90"]
    table = pd.DataFrame(rows, columns=columns)
    order = {"planned": 0, "deadline": 1, "expected": 2}
    keys = sorted(range(len(rows)), key=lambda place: (rows[place]["day"], order[rows[place]["kind"]]))
    return table.iloc[keys].reset_index(drop=True)


def spans(simulation: Simulation, option: str, event: str) -> dict[str, float]:
    """When an event happens, P10, P50 and P90; of one that all options share, under any of them."""
    option = simulation.inputs.options()[0] if option == ALL_OPTIONS else option
    times = np.quantile(simulation.events[option, event].to_numpy(), [0.1, 0.5, 0.9], method="inverted_cdf")
    return dict(zip(("p10", "p50", "p90"), map(float, times), strict=True))


def next_events(simulation: Simulation, events: pd.DataFrame, option: str) -> pd.DataFrame:
    """The next event of an option's own, and its full use: name, name_en, full_use, p10, p50 and p90."""
    last = simulation.inputs.full_use_event(option)
    events = events[events["option"].eq(option) & ~events["shared"]]
    ahead = events[events["p50"].gt(0) & np.isfinite(events["p50"])].sort_values("p50", kind="stable")
    wanted = pd.concat([ahead.head(1), ahead[ahead["event"].eq(last)]]).drop_duplicates("event")
    rows = [{**row, **spans(simulation, option, row["event"])} for row in wanted.to_dict("records")]
    table = pd.DataFrame(rows, columns=["event", "name", "name_en", "p10", "p50", "p90"])
    return table.assign(full_use=table["event"].eq(last))
