"""How much: what is already spent, what is published,
what others' programmes came to, and what contracts come to a year.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import phase_values
from fvmanalys.analysis.budget import (
    INFLATION,
    budget_by_payer,
    budget_by_year,
    contract_terms,
    contracts_compared,
    per_user,
)
from fvmanalys.analysis.explain import costs_by_option
from fvmanalys.analysis.outside import leaders_by_view
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Column, Exhibit
from fvmanalys.report.markup import Html, bullets

__all__ = [
    "CLASS", "CONTEXT", "CONTRACTS", "COSTS", "LIMITS", "NOMINAL", "PAYERS", "PER_USER", "PHASES", "PROGRAMME",
    "PUBLISHED",
    "QUANTILES", "SPEND", "VIEWS", "budget_sentences", "contract_sentences", "cost_answer", "limits_shown",
    "option_columns",
    "view_changes",
]  # fmt: skip

WRITE_DOWN = "write_down"
EVIDENCE = "kind:kind known_from:day source_id:sources"
FIGURES = (
    "programme_p50:money programme_p85:money cost_p50:money cost_p85:money full_use_p50:month full_use_p85:month"
    " score:points net_benefit:money p_best:share"
)


def exceeded(findings: Findings) -> pd.DataFrame:
    """The limits that may be exceeded, by option and year, with their names."""
    table = findings.limits_exceeded
    known = findings.inputs.tables["limits"]
    names = known[[column for column in ("limit_id", "name", "name_en") if column in known]]
    return table[table["p_exceeded"] > 0].merge(names, on="limit_id", how="left")


def context(findings: Findings, units: tuple[str, ...] = ()) -> pd.DataFrame:
    """Background figures that readers need, of some units or of all."""
    table = findings.inputs.tables["context"]
    return table[table["unit"].isin(units)] if units else table


def option_columns(*first: Column) -> Any:
    """Some columns, and one of amounts for each option."""
    return lambda edition: [*first, *(Column(option, "money", name) for option, name in edition.options.items())]


def limits_shown(edition: Edition) -> list[Html]:
    """By whom and when each yearly limit is exceeded most often, and every case; nothing where there is no limit."""
    if not edition.inputs.has("limits"):
        return []
    worst = (
        exceeded(edition.findings).sort_values("p_exceeded", ascending=False, kind="stable").drop_duplicates("limit_id")
    )
    return [bullets(edition.each("budget.limit", worst.to_dict("records"))), LIMITS(edition)]


def cost_sums(findings: Findings) -> Iterator[dict[str, Any]]:
    """What each option costs in all."""
    yield {"sum": "table.total", **findings.comparison.table["cost_mean"]}


def nominal_sums(findings: Findings) -> Iterator[dict[str, Any]]:
    """What each option takes out of the result in all."""
    yield {"sum": "table.total", **budget_by_year(findings.simulation).drop(columns="year").sum()}


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
    f"category:text period_start:day period_end:day amount:plain part_of:text {EVIDENCE} note:text",
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
    "name:text country:text supplier:text cost_ratio:ratio=cost "
    f"duration_ratio:ratio=duration role:word=role {EVIDENCE}",
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
COSTS = Exhibit(
    "costs",
    lambda findings: costs_by_option(findings.comparison),
    option_columns(Column("category", "category")),
    sums=cost_sums,
    look="total",
)
LIMITS = Exhibit(
    "limits_exceeded",
    lambda findings: exceeded(findings),
    "name:text option:option year:year cost_mean:money p_exceeded:share",
)
NOMINAL = Exhibit(
    "nominal",
    lambda findings: budget_by_year(findings.simulation),
    option_columns(Column("year", "year")),
    sums=nominal_sums,
    look="total",
)
PAYERS = Exhibit(
    "payers", lambda findings: budget_by_payer(findings.simulation), option_columns(Column("payer", "payer"))
)
PHASES = Exhibit(
    "phases",
    lambda findings: phase_values(findings.yearly, findings.inputs),
    option_columns(Column("category", "category")),
    published="yearly_cost",
)
PROGRAMME = Exhibit(
    "programme",
    lambda findings: findings.programme,
    "option:option programme_mean:money programme_p05:money programme_p50:money "
    "programme_p85:money programme_p95:money",
    published="comparison",
)


def cost_answer(edition: Edition) -> list[str]:
    """What the best option costs, inside and outside view, and what the cheapest one does."""
    table, best = edition.findings.comparison.table, edition.findings.comparison.best
    lowest = str(table.loc[table["permanent"], "programme_p50"].idxmin())
    texts = [edition("notebook.cost", table.loc[best], best=best)]
    if lowest != best:
        texts.append(edition("notebook.cheapest", option=lowest, p50=table.at[lowest, "programme_p50"]))
    return texts + view_changes(edition)[:1]


def view_changes(edition: Edition) -> list[str]:
    """What the experience of other programmes does to the cost of the best option, and to which option is best."""
    views = edition.findings.views
    best = edition.findings.comparison.best
    if views["view"].nunique() < 2:
        return [edition("exhibit.views.none")]
    median = views[views["option"] == best].set_index("view")["programme_p50"]
    inside, outside = leaders_by_view(views)[[0.0, 1.0]]
    key = "notebook.same_leader" if inside == outside else "notebook.other_leader"
    return [
        edition("notebook.views", option=best, inside=median[0.0], outside=median[1.0]),
        edition(key, inside=inside, outside=outside),
    ]


def contract_sentences(edition: Edition) -> list[str]:
    """How long the contract runs under the option that keeps it; that the others leave it."""
    return edition.each("budget.term", contract_terms(edition.findings.simulation).to_dict("records"))


def budget_sentences(edition: Edition) -> list[str]:
    """In what money the budget is, and what is known of a write-down."""
    context = edition.inputs.tables["context"]
    known = context[context["item_id"].eq(WRITE_DOWN)].to_dict("records")
    texts = [edition("budget.nominal", rate=edition.inputs.parameters.get("inflation", INFLATION))]
    texts += [edition("budget.result")]
    texts += [edition("budget.burden")] if len(edition.findings.start_burden) else []
    return texts + (edition.each("budget.write_down", known) or [edition("budget.no_write_down")])
