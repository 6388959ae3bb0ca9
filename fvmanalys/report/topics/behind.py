"""The numbers behind figures that no other table of the page holds."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import OTHER, cost_by_category, yearly_team
from fvmanalys.evidence.published import by_day
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Column, Exhibit
from fvmanalys.report.markup import Html, html_table
from fvmanalys.report.palette import MOST_PARTS
from fvmanalys.report.words import Words

__all__ = ["ACCEPTABILITY", "EVIDENCE", "TEAM", "YEARLY_COST", "history_table"]

EVERY = 4  # of the values of a point that the curve is drawn through


def acceptability(findings: Findings) -> pd.DataFrame:
    """How often each option is best, at some of the values of a point."""
    return findings.comparison.acceptability.iloc[::EVERY].rename_axis("value_per_point").reset_index()


def chance_columns(edition: Edition) -> list[Column]:
    """The value of a point, and each option that competes."""
    competing = edition.findings.comparison.acceptability.columns
    return [Column("value_per_point", "scale"), *(Column(one, "share", edition.options[one]) for one in competing)]


def category_columns(edition: Edition) -> list[Column]:
    """Option and year, and each category of cost."""
    shown = cost_by_category(edition.findings.yearly, MOST_PARTS).columns
    names = edition.categories | {"": edition.words("chart.yearly.other")}
    return [Column("option", "option"), Column("year", "year"), *(Column(one, "money", names[one]) for one in shown)]


def team(findings: Findings) -> pd.DataFrame:
    """Full-time equivalents by option and year; nothing where nobody is needed."""
    if findings.staffing.empty:
        return pd.DataFrame()
    return yearly_team(findings.staffing, findings.inputs.options()).reset_index()


def phase_columns(edition: Edition) -> list[Column]:
    """Option and year, and each phase of staffing."""
    phases = [one for one in team(edition.findings).columns if one not in ("option", "year", "total", "consultants")]
    names = edition.phases | {OTHER: edition.words("sheet.staffing.other")}
    return [
        Column("option", "option"), Column("year", "year"), *(Column(one, "n0", names[one]) for one in phases),
        Column("total", "n0"), Column("consultants", "share"),
    ]  # fmt: skip


ACCEPTABILITY = Exhibit("acceptability", acceptability, chance_columns)
YEARLY_COST = Exhibit(
    "yearly_cost",
    lambda findings: cost_by_category(findings.yearly, MOST_PARTS).reset_index(),
    category_columns,
    look="long",
)
TEAM = Exhibit("team", team, phase_columns, look="long", published="staffing")
EVIDENCE = Exhibit(
    "evidence_counts_by_table",
    lambda findings: findings.evidence_by_table.reset_index(),
    "table:word=table_name fact:n0 judgement:n0 assumption:n0",
    published="estimates",
)


def history_table(history: pd.DataFrame, words: Words) -> Html:
    """How often each option was best on every day of knowledge; nothing where no day is known."""
    rows = by_day(history) if len(history) else history
    rows = rows[rows["p_best"].notna()] if len(rows) else rows
    if rows.empty:
        return Html("")
    names = dict(zip(rows["option"], rows["option_name_en" if words.lang == "en" else "option_name"], strict=True))
    known = {(row["as_of"], row["option"]): words.share(row["p_best"]) for row in rows.to_dict("records")}
    days = sorted(set(rows["as_of"]))
    told = [[day, *(known.get((day, option), "–") for option in names)] for day in days]
    return html_table(
        words("history.chances"), [words("sheet.history.as_of"), *names.values()], told, len(names), "long"
    )
