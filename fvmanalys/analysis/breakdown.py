"""Yearly cost and staffing by group, phase and year, as charts and sheets show them: wide, what is small as one."""

import pandas as pd

from fvmanalys.analysis.staffing import SOMEBODY, yearly_staffing
from fvmanalys.evidence import Inputs

__all__ = [
    "ALL_PARTS", "CONSULTANT", "OTHER", "best_of_each_day", "cost_by_category", "how_much_moved", "peaks_by_option",
    "phase_values", "team_by_phase", "whole_years", "yearly_extremes", "yearly_team",
]  # fmt: skip

ALL_PARTS, OTHER, CONSULTANT = "all_parts", "\x00other", "consultant"
MOST_GROUPS = 8


def phase_values(yearly: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The present value of the staffing of each phase (rows) and option (columns)."""
    phases = list(dict.fromkeys(inputs.tables["staffing"]["phase"]))
    mine = yearly[yearly["category"].isin(phases)]
    wide = mine.pivot_table(index="category", columns="option", values="present_value", aggfunc="sum", sort=False)
    return wide.reindex(columns=inputs.options()).fillna(0.0).reset_index()


def cost_by_category(yearly: pd.DataFrame, most: int) -> pd.DataFrame:
    """Cost by option and year (rows) and category (columns): the largest, and the rest as one without a name."""
    wide = yearly.pivot_table(
        index=["option", "year"], columns="category", values="cost", aggfunc="sum", fill_value=0.0, sort=False
    )
    largest = wide.abs().sum().sort_values(ascending=False, kind="stable").index
    kept = list(largest[: most - 1])
    rest = list(largest[most - 1 :])
    return wide[kept].assign(**{"": wide[rest].sum(axis=1)}) if rest else wide[kept]


def yearly_extremes(yearly: pd.DataFrame) -> pd.DataFrame:
    """For each option its whole cost, its dearest whole year with its cost, and its largest category with its cost."""
    whole = whole_years(yearly.groupby(["option", "year"], sort=False)["cost"].sum())
    totals = yearly.groupby(["option", "category"], sort=False)["cost"].sum()
    rows = []
    for option in dict.fromkeys(yearly["option"]):
        years, parts = whole[option], totals[option]
        rows.append([option, parts.sum(), years.idxmax(), years.max(), parts.idxmax(), parts.max()])
    return pd.DataFrame(rows, columns=["option", "total", "year", "peak", "category", "part"])


def whole_years(years: pd.Series) -> pd.Series:
    """Without the first and last calendar year, which the period cuts, where there are others."""
    calendar = years.index.get_level_values("year")
    inner = years[(calendar > calendar.min()) & (calendar < calendar.max())]
    return years if inner.empty else inner


def peaks_by_option(path: pd.DataFrame) -> pd.DataFrame:
    """The most full-time equivalents of each option in any month: option (index), peak, when."""
    totals = path.groupby(["option", "time"], sort=False)["fte"].sum()
    by_option = totals.groupby("option", sort=False)
    return pd.DataFrame({"peak": by_option.max(), "when": [time for _, time in by_option.idxmax()]})


def team_by_phase(path: pd.DataFrame, phases: list[str]) -> tuple[pd.DataFrame, pd.Series]:
    """One option's full-time equivalents by time (rows) and phase (columns), and the consultants among them by time."""
    wide = path.pivot_table(index="time", columns="phase", values="fte", aggfunc="sum", fill_value=0.0)
    hired = path[path["employer"] == CONSULTANT].groupby("time")["fte"].sum()
    return wide.reindex(columns=phases, fill_value=0.0), hired.reindex(wide.index, fill_value=0.0)


def yearly_team(path: pd.DataFrame, options: list[str]) -> pd.DataFrame:
    """Full-time equivalents of each option and year (rows): largest phase, other, total; and share of consultants."""
    yearly = yearly_staffing(path)
    sizes = yearly.groupby("phase", sort=False)["fte"].sum()
    kept = set(sizes.index if len(sizes) <= MOST_GROUPS else sizes.nlargest(MOST_GROUPS - 1).index)
    yearly = yearly.assign(group=yearly["phase"].where(yearly["phase"].isin(kept), OTHER))
    groups = sorted(dict.fromkeys(yearly["group"]), key=lambda group: group == OTHER)
    wide = yearly.pivot_table(index=["option", "year"], columns="group", values="fte", aggfunc="sum", fill_value=0.0)
    wide = wide[groups]
    hired = yearly[yearly["employer"] == CONSULTANT].groupby(["option", "year"])["fte"].sum()
    busy = wide.index[wide.sum(axis=1) >= SOMEBODY]
    seen = busy.get_level_values("year")
    needed = set(busy.get_level_values("option"))
    years = range(seen.min(), seen.max() + 1) if len(busy) else []
    every = pd.MultiIndex.from_product([[one for one in options if one in needed], years], names=["option", "year"])
    wide = wide.reindex(every, fill_value=0.0).assign(total=lambda table: table.sum(axis=1))
    somebody = wide["total"].where(wide["total"] >= SOMEBODY)
    return wide.assign(consultants=hired.reindex(every, fill_value=0.0) / somebody)


def best_of_each_day(history: pd.DataFrame) -> pd.DataFrame:
    """The option with the highest net benefit on each day of a history; none where that is not told."""
    others = history[~history["reference"].astype(bool) & history["net_benefit"].notna()]
    return others.loc[others.groupby("as_of")["net_benefit"].idxmax()].sort_values("as_of") if len(others) else others


def how_much_moved(history: pd.DataFrame) -> pd.Series:
    """How much the chances of all options moved to each day of a history."""
    wide = history.pivot_table(index="as_of", columns="option", values="p_best").sort_index()
    return wide.diff().abs().sum(axis=1)
