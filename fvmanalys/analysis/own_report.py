"""The analysis beside the organisation's own published report: where they differ, and what would make them agree."""

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.levers import SHARED
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation

__all__ = ["RECOMMENDED", "YEARS", "agreeing", "differing", "own_report", "recommended"]

RECOMMENDED, YEARS = "recommended", "recommended_years"
MOST = 3


def recommended(inputs: Inputs) -> str:
    """The option that the organisation's own report recommends; empty where none is known or in play."""
    context = inputs.tables["context"]
    options = context.loc[context["item_id"] == RECOMMENDED, "option_id"]
    return next((option for option in options if option in inputs.options()), "")


def own_report(simulation: Simulation, totals: pd.DataFrame) -> pd.DataFrame:
    """What the report says of the option that it recommends, and what the model has `found`: rows of context."""
    inputs = simulation.inputs
    option = recommended(simulation.inputs)
    context = inputs.tables["context"]
    if not option:
        return context.iloc[:0].assign(found=np.nan)
    its_totals = totals.loc[totals["option_id"] == option, "item_id"]
    rows = context[context["item_id"].eq(YEARS) | context["item_id"].isin(its_totals)]
    found = totals.set_index("item_id")["model_total"].to_dict() | {YEARS: years_to_full_use(simulation, option)}
    return rows.assign(found=rows["item_id"].map(found))


def years_to_full_use(simulation: Simulation, option: str) -> float:
    """P50 of the years after `as_of` until an option is in full use; NaN where it never is."""
    event = simulation.inputs.full_use_event(option)
    if (option, event) not in simulation.events:
        return np.nan
    return float(simulation.events[option, event].quantile(0.5, interpolation="higher"))


def agreeing(comparison: Comparison, turning: pd.DataFrame) -> pd.DataFrame:
    """What would, each alone, put the recommended option first: numbers in their own ranges, then bundles."""
    rows = turning[turning["winner"] == recommended(comparison.simulation.inputs)]
    likely = rows["inside"].eq("yes") | rows["id"].str.startswith("bundle/") & ~rows["id"].str.startswith(SHARED)
    return rows[likely].sort_values(["inside", "probability_beyond"], ascending=False, kind="stable").head(MOST)


def differing(best: str, option: str, reasons: pd.DataFrame) -> pd.DataFrame:
    """What speaks most against an option beside the best: at most three parts, in MSEK of net benefit."""
    rows = reasons[reasons["option"].eq(option) & reasons["other"].eq(best) & reasons["difference"].lt(0)]
    return rows.nsmallest(MOST, "difference")
