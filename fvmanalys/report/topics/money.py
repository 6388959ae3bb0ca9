"""How much: what is already spent, what is published, what others' programmes came to, and what contracts come to a year."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.budget import contracts_compared, per_user
from fvmanalys.report.exhibit import Exhibit

__all__ = ["CLASS", "CONTEXT", "CONTRACTS", "PER_USER", "PUBLISHED", "QUANTILES", "SPEND", "VIEWS"]

EVIDENCE = "kind:kind known_from:day source_id:sources"
FIGURES = (
    "programme_p50:money programme_p85:money cost_p50:money cost_p85:money full_use_p50:month full_use_p85:month"
    " score:points net_benefit:money p_best:share"
)


def context(findings: Findings, units: tuple[str, ...] = ()) -> pd.DataFrame:
    """Background figures that readers need, of some units or of all."""
    table = findings.inputs.tables["context"]
    return table[table["unit"].isin(units)] if units else table


def views(findings: Findings) -> pd.DataFrame:
    """Inside view, mixture and outside view of each option in turn; nothing where there is but one view."""
    table = findings.views
    if table["view"].nunique() < 2:
        return table.iloc[:0]
    order = {option: place for place, option in enumerate(findings.inputs.options())}
    return table.sort_values("option", key=lambda column: column.map(order), kind="stable")


def quantiles(findings: Findings) -> pd.DataFrame:
    """What became of comparable programmes; nothing where there are none."""
    table = findings.class_quantiles
    return table if "p50" in table else table.iloc[:0]


def contracts(findings: Findings) -> pd.DataFrame:
    """Published contracts a year and user, with what is known of each."""
    about = findings.inputs.tables["context"].set_index("item_id")
    columns = [one for one in ("name", "name_en", "kind", "confidential", "stand_in", "source_id") if one in about]
    return contracts_compared(findings.inputs).join(about[columns], on="item_id")


SPEND = Exhibit(
    "spend",
    lambda findings: findings.inputs.tables["spend"],
    f"category:text period_start:day period_end:day amount:money part_of:text {EVIDENCE} note:text",
)
CONTEXT = Exhibit("context", context, f"name:text likely:range {EVIDENCE} note:text")
PUBLISHED = Exhibit(
    "published_totals",
    lambda findings: findings.published_totals,
    f"name:text option_id:option categories:categories low:money likely:money high:money model_total:money {EVIDENCE}",
)
VIEWS = Exhibit(
    "views",
    views,
    f"option:option view:view {FIGURES}",
    facts=lambda edition: {"share": edition.inputs.parameters["outside_view"]},
)
QUANTILES = Exhibit(
    "reference_class_quantiles",
    quantiles,
    "ratio:word=ratio programmes:n0 bounds:n0 p10:n2 p50:n2 p80:n2 p90:n2 over_100:share over_150:share over_200:share",
)
CLASS = Exhibit(
    "reference_class",
    lambda findings: findings.inputs.tables["reference_class"],
    f"name:text country:text supplier:text cost_ratio:ratio=cost duration_ratio:ratio=duration role:word=role {EVIDENCE}",
)
CONTRACTS = Exhibit(
    "contracts_compared",
    contracts,
    "name:text amount:money years:n0 per_year:money per_user:hundreds kind:kind source_id:sources",
)
PER_USER = Exhibit(
    "per_user",
    lambda findings: per_user(findings.simulation),
    "option:option total:money per_year:money per_user:hundreds",
)
