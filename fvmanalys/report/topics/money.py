"""How much: what is spent and published, what others' programmes came to, and what contracts come to."""

from typing import Any

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import phase_values, yearly_extremes
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
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, bullets

__all__ = [
    "CLASS", "CONTEXT", "CONTRACTS", "COSTS", "LIMITS", "NOMINAL", "PAYERS", "PER_USER", "PHASES", "PROGRAMME",
    "PUBLISHED", "QUANTILES", "SPEND", "VIEWS", "budget_sentences", "class_caption", "contract_sentences", "core_class",
    "cost_answer", "cost_caption", "ends_caption", "limits_shown", "published_caption", "view_changes",
    "values_caption", "views_caption", "yearly_caption",
]  # fmt: skip

WRITE_DOWN = "write_down"
EVIDENCE = "kind known_from source_id"
FIGURES = "programme_p50 programme_p85 cost_p50 cost_p85 full_use_p50 full_use_p85 score net_benefit p_best"


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


def limits_shown(edition: Edition) -> list[Html]:
    """By whom and when each yearly limit is exceeded most often, and every case; nothing where there is no limit."""
    if not edition.inputs.has("limits"):
        return []
    worst = (
        exceeded(edition.findings).sort_values("p_exceeded", ascending=False, kind="stable").drop_duplicates("limit_id")
    )
    return [bullets(edition.each("budget.limit", worst.to_dict("records"))), LIMITS(edition)]


def costs(findings: Findings) -> pd.DataFrame:
    """What each option (columns) costs by category; nothing where nothing costs anything."""
    table = costs_by_option(findings.comparison)
    return table if table.drop(columns="category").to_numpy().any() else table.iloc[:0]


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
    "spend", "inputs.tables.spend", f"category period_start:day period_end:day amount:plain part_of {EVIDENCE} note"
)
CONTEXT = Exhibit("context", context, f"name likely {EVIDENCE} note")
PUBLISHED = Exhibit(
    "published_totals",
    "published_totals",
    f"name option_id categories:categories low:money likely:money high:money model_total:money {EVIDENCE}",
)
VIEWS = Exhibit(
    "views",
    views,
    f"option view:view {FIGURES}",
    facts=lambda edition: {"share": edition.inputs.parameters["outside_view"]},
)
QUANTILES = Exhibit(
    "reference_class_quantiles",
    quantiles,
    "ratio:word=ratio programmes bounds:n0 p10:n2 p50:n2 p80:n2 p90:n2 over_100:share over_150:share over_200:share",
)
CLASS = Exhibit(
    "reference_class",
    "inputs.tables.reference_class",
    f"name country supplier cost_ratio:ratio=cost duration_ratio:ratio=duration role:word=role {EVIDENCE}",
)
CONTRACTS = Exhibit("contracts_compared", contracts, "name amount:money years:n0 per_year per_user kind source_id")
PER_USER = Exhibit("per_user", lambda findings: per_user(findings.simulation), "option total per_year per_user")
COSTS = Exhibit("costs", costs, "category:category *:money", sums="table.total", look="total")
LIMITS = Exhibit("limits_exceeded", lambda findings: exceeded(findings), "name option year cost_mean p_exceeded:share")
NOMINAL = Exhibit(
    "nominal", lambda findings: budget_by_year(findings.simulation), "year *:money", sums="table.total", look="total"
)
PAYERS = Exhibit("payers", lambda findings: budget_by_payer(findings.simulation), "payer:payer *:money")
PHASES = Exhibit(
    "phases",
    lambda findings: phase_values(findings.yearly, findings.inputs),
    "category:category *:money",
    published="yearly_cost",
)
PROGRAMME = Exhibit(
    "programme",
    "programme",
    "option programme_mean programme_p05 programme_p50 programme_p85 programme_p95",
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


def cost_caption(edition: Edition) -> Caption:
    """The permanent option with the lowest programme budget, and every budget and ceiling."""
    table = edition.findings.comparison.table.reset_index()
    rows = table.to_dict("records")
    lowest = table.loc[table.loc[table["permanent"], "programme_p50"].idxmin()]
    facts = {"option": lowest["option"], "p50": lowest["programme_p50"], "p85": lowest["programme_p85"]}
    return edition.caption("cost", rows, **facts)


def values_caption(edition: Edition) -> Caption:
    """What each option costs in all."""
    return edition.caption("values", edition.findings.comparison.table.reset_index().to_dict("records"))


def ends_caption(edition: Edition) -> Caption:
    """The option that is cheapest, and what each costs with its interval."""
    table = edition.findings.comparison.table
    return edition.caption(
        "cost_ends", table.reset_index().to_dict("records"), cheapest=str(table["cost_mean"].idxmin())
    )


def yearly_caption(edition: Edition) -> Caption:
    """The dearest year, and for each option its dearest year and its largest category."""
    table = yearly_extremes(edition.findings.yearly)
    dearest = table.loc[table["peak"].idxmax()]
    facts = {name: dearest[name] for name in ("year", "option", "peak")}
    return edition.caption("yearly", table.to_dict("records"), prices=edition.prices, **facts)


def views_caption(edition: Edition) -> Caption:
    """How much dearer the outside view is for the best option, and every budget and ceiling."""
    views = edition.findings.views
    best = edition.findings.comparison.best
    median = views[views["option"] == best].set_index("view")["programme_p50"]
    return edition.caption("views", views.to_dict("records"), option=best, inside=median[0.0], outside=median[1.0])


def published_caption(edition: Edition) -> Caption:
    """The first total beside the model's, and all of them."""
    rows = edition.findings.published_totals.to_dict("records")
    return edition.caption("published", rows, published=rows[0]["likely"], model=rows[0]["model_total"])


def core_class(findings: Findings) -> list[dict[str, Any]]:
    """The programmes that are counted with, by what they came to."""
    table = findings.inputs.tables["reference_class"].query("role == 'core' and cost_ratio.notna()")
    return table.sort_values("cost_ratio", kind="stable").to_dict("records")


def class_caption(edition: Edition) -> Caption:
    """The median and how many programmes it comes from, and each of them."""
    rows = core_class(edition.findings)
    known = edition.findings.class_quantiles.set_index("ratio").loc["cost"]
    return edition.caption("class", rows, count=len(rows), p50=known["p50"], p80=known["p80"])
