"""How plans moved: what was planned when, what became of it, and by how many months it slipped."""

from datetime import date

import pandas as pd

from fvmanalys.evidence import Inputs
from fvmanalys.model.events import DAYS_PER_YEAR

__all__ = ["coming_plans", "plan_table", "slipped_plans"]


def plan_table(inputs: Inputs) -> pd.DataFrame:
    """The milestones in order of time, each plan of one on a row of its own, as the raw table has them.

    `moved_months` says how much later the day of a row (reached, else planned) lies than the first planned day of its
    milestone; NaN for that first plan, and where nothing was planned.
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
    """Milestones planned more than once, or planned and reached: the planned days, the day reached, and the slip in months."""
    rows = []
    for milestone, versions in inputs.tables["milestones"].groupby("milestone_id", sort=False):
        actual = versions["actual_date"].dropna().tolist()
        open_plans = versions.loc[versions["actual_date"].isna(), "planned_date"].dropna().tolist()
        planned = open_plans or versions["planned_date"].dropna().tolist()
        days = [*planned, *actual]
        if planned and len(set(days)) > 1:
            last = versions.iloc[-1]
            rows.append(
                {
                    "milestone": milestone,
                    "name": last["name"],
                    "name_en": last.get("name_en", ""),
                    "stand_in": "yes" if versions["stand_in"].eq("yes").any() else "no",
                    "planned": planned,
                    "actual": actual[-1] if actual else None,
                    "slip_months": months_between(planned[0], days[-1]),
                }
            )
    return pd.DataFrame(rows, columns=["milestone", "name", "name_en", "stand_in", "planned", "actual", "slip_months"])


def coming_plans(inputs: Inputs) -> pd.DataFrame:
    """The last plan of every milestone that has not been reached and is planned for a day after `as_of`."""
    table = inputs.tables["milestones"]
    reached = set(table.loc[table["actual_date"].notna(), "milestone_id"])
    last = table[~table.duplicated("milestone_id", keep="last") & ~table["milestone_id"].isin(reached)]
    return last[[day is not None and day > inputs.as_of for day in last["planned_date"]]]
