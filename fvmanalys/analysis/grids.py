"""Findings laid out in rows and columns as readers compare them: an area or an option a column."""

from collections.abc import Sequence

import pandas as pd

__all__ = ["area_levels", "limits_at_worst", "shortfalls_by_area"]


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
