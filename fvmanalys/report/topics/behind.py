"""The numbers behind figures that no other table of the page holds."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import ALL_PARTS, OTHER, cost_by_category, yearly_team
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.palette import MOST_PARTS

__all__ = ["ACCEPTABILITY", "EVIDENCE", "TEAM", "YEARLY_COST"]

EVERY = 3  # of the values of a point that the curve is drawn through


def acceptability(findings: Findings) -> pd.DataFrame:
    """How often each option is best, at some of the values of a point, the last, and that used."""
    table = findings.comparison.acceptability
    kept = {*table.index[::EVERY], table.index[-1], findings.comparison.value_per_point}
    return table[table.index.isin(kept)].rename_axis("value_per_point").reset_index()


def competing(edition: Edition) -> dict[str, str]:
    """What each option that competes is called."""
    return {one: edition.options[one] for one in edition.findings.comparison.acceptability}


def categories(edition: Edition) -> dict[str, str]:
    """What each category of cost is called that is told apart."""
    names = edition.categories | {"": edition.words("chart.yearly.other")}
    return {one: names[one] for one in cost_by_category(edition.findings.yearly, MOST_PARTS)}


def yearly_cost(findings: Findings) -> pd.DataFrame:
    """What each option costs by year and category (columns)."""
    table = cost_by_category(findings.yearly, MOST_PARTS)
    return table.assign(**{ALL_PARTS: table.sum(axis=1)}).reset_index()


def team(findings: Findings) -> pd.DataFrame:
    """Full-time equivalents by option and year; nothing where nobody is needed."""
    if findings.staffing.empty:
        return pd.DataFrame()
    return yearly_team(findings.staffing, findings.inputs.options()).reset_index()


def phases(edition: Edition) -> dict[str, str]:
    """What each phase of staffing is called that is told apart."""
    names = edition.phases | {OTHER: edition.words("sheet.staffing.other")}
    return {one: names[one] for one in team(edition.findings) if one in names}


ACCEPTABILITY = Exhibit("acceptability", acceptability, "value_per_point:scale *:share", each=competing)
YEARLY_COST = Exhibit(
    "yearly_cost", yearly_cost, f"option year *:money {ALL_PARTS}:money", each=categories, look="long"
)
TEAM = Exhibit(
    "team", team, "option year *:n0 total:n0 consultants:share", each=phases, look="long", published="staffing"
)
EVIDENCE = Exhibit(
    "evidence_counts_by_table",
    lambda findings: findings.evidence_by_table.reset_index(),
    "table fact:n0 judgement:n0 assumption:n0",
    published="estimates",
)
