"""The budget view, apart from present value: nominal amounts by year and payer, and contracts per year and user."""

import numpy as np
import pandas as pd

from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation

__all__ = [
    "INFLATION", "budget_by_payer", "budget_by_year", "contract_terms", "contracts_compared", "nominal_budget",
    "nominal_factor",
    "per_user",
]  # fmt: skip

INFLATION = 0.02
CONTRACT, TERM, EXTENSION, USERS = "contract_value", "contract_term", "contract_extension", "users"


def nominal_factor(inputs: Inputs, year: int) -> float:
    """What turns money of the price year into money of a calendar year.

    The price index as far as it is known, then the parameter `inflation` (default: the target of Sveriges Riksbank).
    """
    rate = inputs.parameters.get("inflation", INFLATION)
    base = inputs.parameters.get("price_year", np.nan)
    base = float(inputs.as_of.year) if np.isnan(base) else float(base)
    factors = inputs.price_factors
    last = min(max(factors), year) if factors else base
    known = 1 / factors[last] if last in factors else 1.0
    return float(known * (1 + rate) ** (year - last))


def nominal_budget(simulation: Simulation) -> pd.DataFrame:
    """Expected cost of each option, payer ("" is the organisation itself) and year, MSEK: real, and in its money."""
    streams = simulation.yearly_streams
    sums = streams.groupby(["option", "payer", "year"], sort=False, as_index=False)["cost"].sum()
    table = sums.rename(columns={"cost": "real"})
    factors = {year: nominal_factor(simulation.inputs, year) for year in table["year"].unique()}
    return table.assign(nominal=table["real"] * table["year"].map(factors))


def budget_by_year(simulation: Simulation) -> pd.DataFrame:
    """What each option (columns) takes out of the organisation's own result, year by year, in the money of the year."""
    table = nominal_budget(simulation).query("payer == ''")
    wide = table.pivot_table(index="year", columns="option", values="nominal", aggfunc="sum", sort=False)
    return wide.rename_axis(columns=None).reset_index()


def budget_by_payer(simulation: Simulation) -> pd.DataFrame:
    """The nominal total of each option (columns) by who pays."""
    table = nominal_budget(simulation)
    wide = table.pivot_table(index="payer", columns="option", values="nominal", aggfunc="sum", fill_value=0.0)
    return wide.rename_axis(columns=None).reset_index()


def contracts_compared(inputs: Inputs) -> pd.DataFrame:
    """Published contracts: item_id, amount, years, per_year, and per_user and year (SEK).

    From context: `contract_value` over `contract_term` (and with `contract_extension`) and `users`; and every other
    amount X that has an `X_years`, with `X_users` where that is known.
    """
    known = context_values(inputs)
    found: list[tuple[str, float, str]] = []  # item, years and the item of its users
    if CONTRACT in known and TERM in known:
        found += [(CONTRACT, known[TERM], USERS)]
        found += [(CONTRACT, known[TERM] + known[EXTENSION], USERS)] if EXTENSION in known else []
    found += [(item, known[f"{item}_years"], f"{item}_users") for item in known if f"{item}_years" in known]
    rows = [[item, known[item], years, known.get(users, np.nan)] for item, years, users in found]
    table = pd.DataFrame(rows, columns=["item_id", "amount", "years", "users"])
    per_user = 1e6 * table["amount"] / table["years"] / table["users"]
    return table.drop(columns="users").assign(per_year=table["amount"] / table["years"], per_user=per_user)


def context_values(inputs: Inputs) -> dict[str, float]:
    table = inputs.tables["context"]
    return dict(zip(table["item_id"], table["likely"], strict=True))


def per_user(simulation: Simulation) -> pd.DataFrame:
    """The expected undiscounted cost of each option: option, total, per_year, and per_user and year in SEK."""
    totals = simulation.yearly_streams.groupby("option", sort=False)["cost"].sum()
    years = simulation.model.horizon
    users = context_values(simulation.inputs).get(USERS, np.nan)
    table = pd.DataFrame({"total": totals, "per_year": totals / years, "per_user": 1e6 * totals / years / users})
    return table.reset_index()


def contract_terms(simulation: Simulation) -> pd.DataFrame:
    """When the contract that `contract_term` in context names an option of runs out: full_use, end, extended (P50)."""
    table = simulation.inputs.tables["context"].set_index("item_id")
    owner = str(table.at[TERM, "option_id"]) if TERM in table.index else ""
    columns = ["option", "full_use", "end", "extended"]
    if owner not in simulation.inputs.options():
        return pd.DataFrame(columns=columns)
    event = simulation.inputs.full_use_event(owner)
    start = float(np.quantile(simulation.events[owner, event], 0.5, method="inverted_cdf"))
    known = context_values(simulation.inputs)
    end = start + known[TERM]
    return pd.DataFrame([[owner, start, end, end + known.get(EXTENSION, 0.0)]], columns=columns)
