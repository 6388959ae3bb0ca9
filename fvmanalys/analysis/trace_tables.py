"""The tables of which numbers are traced: their keys, and how a number is found by its address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.branches import branches, risk_losses
from fvmanalys.analysis.breakdown import yearly_team
from fvmanalys.analysis.budget import budget_by_payer, budget_by_year
from fvmanalys.analysis.explain import areas_by_option, costs_by_option, source_types
from fvmanalys.analysis.plans import plan_table
from fvmanalys.analysis.trace import Trace, total
from fvmanalys.analysis.trace_recipes import Number
from fvmanalys.analysis.trace_told import TOLD, Told
from fvmanalys.errors import UsageError
from fvmanalys.evidence.tables import TABLES

__all__ = ["ALL", "EXTRA", "KEYS", "Tracer", "as_number", "key_part"]

ALL, AND = "+", "&&"  # in an address: the sum over all of a key; of several addresses
KEYS = {
    "moved": "milestone_id plan_version", "scale": "area_id", "team": "option year", "uncertain": "kind",
    "weights": "area",
    "acceptability": "value_per_point option", "agreements": "name", "areas": "option area",
    "backtest": "milestone plan", "bring_forward": "option_id", "budget": "year",
    "changed_rows": "table option key what", "changes": "option measure group", "comparison": "option",
    "contract_terms": "option", "contracts_compared": "item_id years", "cost_of_delay": "months option",
    "costs": "category", "counted": "", "coverage": "", "decision": "", "first_month": "",
    "full_use_after": "option risk", "largest": "estimate", "lead": "option", "variants": "option_id",
    "verdict_spans": "span",
    "critical_path": "option event", "decomposition": "option_id other group area risk", "estimates": "id",
    "events": "option event", "evidence_by_table": "table", "evidence_counts": "kind", "frontier": "option",
    "information_estimates": "id", "information_groups": "group_kind group", "information_own_parts": "factor id",
    "investigations": "investigation_id", "latest_decisions": "option year", "level_paths": "option area time",
    "levels": "option area", "limits_exceeded": "limit_id option year", "measures": "option", "own_report": "item_id",
    "p_best_range": "option_id", "paid": "payer", "pause_bill": "stream", "per_user": "option",
    "portfolios": "investigations", "priorities": "option weights", "programme": "option",
    "public_comparison": "option", "published_totals": "item_id", "ranks": "option rank",
    "reasons": "option kind part",
    "reference_class_quantiles": "ratio", "risk_losses": "id", "scenarios": "box condition", "sources": "source_id",
    "source_types": "type", "spread": "source", "staffing": "option role_id phase employer year",
    "staffing_peaks": "option employer",
    "standing_optimum": "option", "standing_team": "option share", "start_burden": "id",
    "switching_points": "from_option to_option", "switching_values": "id", "team_and_wait": "team", "tornado": "id",
    "training_load": "option", "tree": "option event holds", "verdict_range": "value_per_point",
    "viewpoints": "viewpoint", "views": "option view", "wins": "option other", "yearly_cost": "option category year",
}  # fmt: skip
EXTRA: dict[str, Callable[[Any], pd.DataFrame]] = TOLD | {
    "budget": lambda findings: budget_by_year(findings.simulation),
    "costs": lambda findings: costs_by_option(findings.comparison),
    "decision": lambda findings: findings.inputs.tables["decision"],
    "evidence_by_table": lambda findings: findings.evidence_by_table.reset_index(),
    "paid": lambda findings: budget_by_payer(findings.simulation),
    "programme": lambda findings: findings.programme,
    "risk_losses": lambda findings: risk_losses(findings.comparison),
    "moved": lambda findings: plan_table(findings.inputs),
    "scale": lambda findings: findings.inputs.tables["areas"],
    "team": lambda findings: yearly_team(findings.staffing, findings.inputs.options()).reset_index(),
    "source_types": lambda findings: source_types(findings.inputs),
    "tree": lambda findings: branches(findings.comparison),
    "uncertain": lambda findings: uncertain(findings),
    "weights": lambda findings: areas_by_option(findings.comparison)[["area", "weight"]],
}
RAW = (
    "areas",
    "context",
    "decision",
    "milestones",
    "spend",
    "partners",
    "reference_class",
    "revisions",
    "sources",
    "parameters",
)


@dataclass(frozen=True)
class Tracer(Told):
    """The traces of some findings; `tables` makes each of their tables."""

    @cached_property
    def made(self) -> dict[str, pd.DataFrame]:
        """The tables that have been asked for, each row with its `key`."""
        return {}

    @cached_property
    def by_key(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Their rows by key, the first of each."""
        return {}

    def records(self, name: str) -> dict[str, dict[str, Any]]:
        """The rows of a table by key."""
        if name not in self.by_key:
            rows = self.table(name).to_dict("records")
            self.by_key[name] = {row["key"]: row for row in reversed(rows)}
        return self.by_key[name]

    def table(self, name: str) -> pd.DataFrame:
        """A table, each row with its key: the values of its key columns with `/` between."""
        if name not in self.made:
            make = self.tables.get(name) or EXTRA.get(name)
            if make is None:
                known = ", ".join(sorted({*self.tables, *EXTRA}))
                raise UsageError(f"table {name!r} is not published; trace a number of {known}")
            found = make(self.findings)
            self.made[name] = found.assign(key=[key_of(name, row) for row in found.to_dict("records")])
        return self.made[name]

    def trace(self, address: str) -> Trace:
        """Trace a number by its address: `table/row key/column`; `+` for a part of the key sums over all of it.

        Several addresses joined by `&&` are the sum of their numbers.
        """
        if AND in address:
            return total(address, [self.trace(one) for one in address.split(AND)])
        name, column, rows = self.rows_at(address)
        found = [self.number(name, row, column) for row in rows]
        return total(address, found) if ALL in address.split("/") else found[0]

    def value(self, address: str) -> float:
        """The number at an address without its sign, or a day as one."""
        _, column, rows = self.rows_at(address)
        values = [row[column] for row in rows]
        return abs(sum(map(as_number, values)))

    def rows_at(self, address: str) -> tuple[str, str, list[dict[str, Any]]]:
        """The table and the column of an address, and its row, or those of a sum which have a number."""
        name, _, left = address.partition("/")
        key, _, column = left.rpartition("/")
        table, rows = self.table(name), self.records(name)
        wanted = key.split("/")
        alike = [one for one in table["key"] if same_key(one.split("/"), wanted)] if ALL in wanted else [key]
        found = [rows[one] for one in alike if one in rows]
        if not found:
            known = ", ".join(table["key"].head(3))
            raise UsageError(f"{address}: {name} has no row {key!r}; its rows are called as {known}")
        if column not in table:
            raise UsageError(f"{address}: {name} has no column {column!r}; it has {', '.join(map(str, table))}")
        return name, column, [row for row in found if pd.notna(row[column])] if ALL in wanted else found

    def number(self, name: str, row: Mapping[str, Any], column: str) -> Trace:
        """Trace one number of a row."""
        value = as_number(row[column]) if isinstance(row[column], date) else row[column]
        address = f"{name}/{row['key']}/{column}"
        is_key = column in KEYS.get(name, "").split()
        if is_key or isinstance(value, str | bool | np.bool_) or value is None or value != value:
            raise UsageError(f"{address}: {value!r} is not a number that is computed; trace another column")
        asked = Number(address, row, column, float(value))
        if name in RAW and set(TABLES[name].KEY) <= row.keys():
            own = {key: row[key] for key in TABLES[name].KEY}
            return replace(self.rows.all_of(name, **own)[0], id=address, value=asked.value)
        return getattr(self, f"of_{name}", self.of_any)(asked)


def uncertain(findings: Any) -> pd.DataFrame:
    """How many of the uncertain numbers are of each kind."""
    kinds = findings.inputs.estimates.set_index("id")["kind"].reindex(list(findings.knowledge.columns))
    return kinds.value_counts().rename_axis("kind").reset_index(name="inputs")


def key_of(name: str, row: Mapping[str, Any]) -> str:
    """The key of a row, empty parts kept; of a raw table that of the table."""
    columns = KEYS[name].split() if name in KEYS else list(TABLES[name].KEY)
    return "/".join(key_part(row.get(column, "")) for column in columns)


def key_part(value: Any) -> str:
    """A value as it stands in a key."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)


def as_number(cell: Any) -> float:
    """A number of a table, a day as one; NaN for none."""
    return float(cell.toordinal()) if isinstance(cell, date) else np.nan if cell is None else float(cell)


def same_key(key: list[str], wanted: list[str]) -> bool:
    """Whether a key is the one wanted, wherever it does not matter."""
    return len(key) == len(wanted) and all(one == other or other == ALL for one, other in zip(key, wanted, strict=True))
