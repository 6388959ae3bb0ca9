"""Numbers that sentences tell and no table is published of: their tables, and what each number is made of."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.budget import EXTENSION, TERM, contract_terms
from fvmanalys.analysis.explain import full_use_after
from fvmanalys.analysis.knowledge import verdict_spans
from fvmanalys.analysis.outside import coverage
from fvmanalys.analysis.trace import Trace, total
from fvmanalys.analysis.trace_recipes import Number, Recipes
from fvmanalys.analysis.unknowns import tied
from fvmanalys.analysis.yearly import largest_assumptions
from fvmanalys.model.draws import Floats

__all__ = ["TOLD", "Told"]

ENDS = {"low": 0.05, "high": 0.95}


def lead(findings: Any) -> pd.DataFrame:
    """How far the best option is ahead of each other in net benefit: expected, P5 and P95."""
    comparison = findings.comparison
    worth = comparison.simulation.net_benefit(comparison.value_per_point)
    apart = -worth.drop(columns=comparison.best).sub(worth[comparison.best], axis=0)
    mean = comparison.table["net_benefit"]
    found = {"lead": mean[comparison.best] - mean.reindex(apart.columns)}
    found |= {name: pd.Series(np.quantile(apart, share, axis=0), apart.columns) for name, share in ENDS.items()}
    return pd.DataFrame(found).rename_axis("option").reset_index()


def first_month(findings: Any) -> pd.DataFrame:
    """What the first month of waiting loses, and its parts; nothing where there is nothing to wait for."""
    knowledge = findings.knowledge
    return knowledge.first_month().to_frame().T if len(knowledge.delays) else pd.DataFrame()


def largest(findings: Any) -> pd.DataFrame:
    """The largest assumed amounts of the best option."""
    return largest_assumptions(findings.simulation, findings.comparison.best)


def spans(findings: Any) -> pd.DataFrame:
    """Over which values of a point which advice holds."""
    return verdict_spans(findings.knowledge.verdict_range).rename_axis("span").reset_index()


def covered(findings: Any) -> pd.DataFrame:
    """How many forecasts held; those that can be told are `told`."""
    counts = coverage(findings.backtest)
    return pd.DataFrame([counts | {"told": counts["within"] + counts["beyond"]}])


def counted(findings: Any) -> pd.DataFrame:
    """How many there are of some rows, and sums over some."""
    bill = findings.pause_bill
    team = findings.standing_optima.set_index("option")
    ends = bill["ends_with_decision"].astype(bool) if len(bill) else pd.Series(dtype=bool)
    leading = findings.knowledge.leading() if findings.comparison.runner_up else pd.DataFrame()
    apart = team["full_cost"] - team["none_cost"]
    found = {
        "stand_ins": len(stand_ins(findings)),
        "revisions": len(findings.inputs.tables["revisions"]),
        "inquiries": len(findings.knowledge.inquiries),
        "tied": tied(leading) if len(leading) else 0,
        "ends": bill[ends]["msek_per_month"].sum() if len(bill) else np.nan,
        "goes_on": bill["msek_per_month"].sum() - bill[ends]["msek_per_month"].sum() if len(bill) else np.nan,
        "value_low": findings.comparison.acceptability.index.min(),
        "value_high": findings.comparison.acceptability.index.max(),
        "team_apart": apart.get(findings.comparison.best, np.nan),
    }
    return pd.DataFrame([found])


def stand_ins(findings: Any) -> list[str]:
    """The ids of the estimates that are stand-ins."""
    table = findings.inputs.estimates
    return list(table.loc[table["stand_in"].eq("yes"), "id"])


TOLD: dict[str, Callable[[Any], pd.DataFrame]] = {
    "contract_terms": lambda findings: contract_terms(findings.simulation),
    "counted": counted,
    "coverage": covered,
    "first_month": first_month,
    "full_use_after": lambda findings: full_use_after(findings.simulation),
    "largest": largest,
    "lead": lead,
    "reasons": lambda findings: findings.reasons,
    "variants": lambda findings: findings.variants,
    "verdict_spans": spans,
}


class Told(Recipes):
    """What the numbers of sentences are made of."""

    of_first_month = Recipes.of_cost_of_delay
    of_coverage = Recipes.of_backtest

    def of_lead(self, asked: Number) -> Trace:
        """The best option's net benefit less another's; at an end of its range, over the draws around that."""
        draws = self.draws
        best = self.findings.comparison.best
        other = asked.row["option"]
        apart: Floats = (draws.worth[best] - draws.worth[other]).to_numpy()

        def make(weights: Floats) -> Trace:
            return draws.apart("lead", draws.benefit(best, weights), draws.benefit(other, weights))

        if asked.column == "lead":
            return asked.same(make(draws.even))
        return draws.quantile(asked.address, asked.value, apart, ENDS[asked.column], make)

    def of_reasons(self, asked: Number) -> Trace:
        """What tells an option apart from the best other, in an area, a group of costs or by a risk."""
        row = {"option_id": asked.row["option"], "other": asked.row["other"], "area": "", "group": "", "risk": ""}
        return self.of_decomposition(replace(asked, row={**row, asked.row["kind"]: asked.row["part"]}))

    def of_variants(self, asked: Number) -> Trace:
        """A probability of a risk: its row, and what it tells apart."""
        return asked.of([self.rows.estimate(asked.row["risk"]), *self.lead_of(asked.row["option_id"]).parts])

    def lead_of(self, option: str) -> Trace:
        """How far the best option is ahead of another."""
        return self.of_lead(Number(f"lead/{option}/lead", {"option": option}, "lead", 0.0))

    def of_full_use_after(self, asked: Number) -> Trace:
        """In which share of the draws an option is in full use although a risk holds."""
        option = asked.row["option"]
        risks = [one for one in self.rows.estimates if one.startswith(("risks/", "signals/"))]
        known = [one for one in risks if self.rows.estimates[one]["name"] == asked.row["risk"]]
        use = self.draws.when(option, self.findings.inputs.full_use_event(option))
        return asked.of([*map(self.rows.estimate, known), use])

    def of_verdict_spans(self, asked: Number) -> Trace:
        """A value of a point, and what finding out is worth there."""
        return self.draws.owed(asked.address, asked.value, None, *self.rows.parameters("value_per_point"))

    def of_largest(self, asked: Number) -> Trace:
        """What a row costs, as a share of all."""
        best = self.findings.comparison.best
        name = asked.row["estimate"]
        parts = self.draws.streams(best, lambda stream: stream.estimates[0] == name)
        return asked.ratio([total(name, parts), self.draws.cost(best, self.draws.even)])

    def of_contract_terms(self, asked: Number) -> Trace:
        """Full use, and so many years after it."""
        event = self.findings.inputs.full_use_event(asked.row["option"])
        start = asked.row["full_use"]
        use = self.draws.moment("full_use", asked.row["option"], event, "p50", start)
        years = [one for one in (f"context/{TERM}", f"context/{EXTENSION}") if one in self.rows.estimates]
        count = {"full_use": 0, "end": 1}.get(asked.column, 2)
        return asked.sum([use, *map(self.rows.estimate, years[:count])])

    def of_counted(self, asked: Number) -> Trace:
        """The rows that are counted, or the sum."""
        bill = self.findings.pause_bill
        best = self.findings.comparison.best
        trace: Callable[[str], Trace] = self.trace  # type: ignore[attr-defined]
        if asked.column == "team_apart":
            pair = [trace(f"standing_optimum/{best}/{one}_cost") for one in ("full", "none")]
            return Trace(asked.address, asked.value, "difference", lambda: pair)
        if asked.column in ("ends", "goes_on"):
            mine = bill[bill["ends_with_decision"].astype(bool).eq(asked.column == "ends")]["stream"]
            return asked.sum([trace(f"pause_bill/{one}/msek_per_month") for one in mine])
        if asked.column.startswith("value"):
            return asked.of(self.rows.parameters("value_per_point"))
        if asked.column in ("inquiries", "revisions"):
            return asked.of(self.rows.all_of("investigations" if asked.column == "inquiries" else "revisions"))
        if asked.column == "tied":
            ids = self.findings.knowledge.leading()["id"].head(int(asked.value))
            return self.of_any(replace(asked, row={"ids": ";".join(ids)}))
        return asked.of(list(map(self.rows.estimate, stand_ins(self.findings))))
