"""The outside view: what became of comparable programmes, beside what the ranges say."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.analysis.compare import compare
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.model import simulate

__all__ = ["class_quantiles", "overrun_probability", "views", "with_parameters"]

VIEW_COLUMNS = [
    "cost_p50", "cost_p85", "programme_p50", "programme_p85", "full_use_p50", "full_use_p85", "score", "net_benefit", "p_best",
]  # fmt: skip


def with_parameters(inputs: Inputs, **values: float) -> Inputs:
    """The same inputs with other values of some parameters, which are added where the table lacks them."""
    table = inputs.tables["parameters"].copy()
    for name, value in values.items():
        known = table["parameter_id"] == name
        if known.any():
            table.loc[known, "likely"] = float(value)
        else:
            table.loc[len(table), ["parameter_id", "likely"]] = [name, float(value)]
    return replace(inputs, tables={**inputs.tables, "parameters": table})


def views(inputs: Inputs, draws: int, seed: int) -> pd.DataFrame:
    """Inside view, chosen mixture and outside view side by side: a row a view and option.

    `view` is the share of draws in which the outside view applies (0, the parameter's value, 1). Without a reference
    class there is only the inside view. Reference class forecasting: Kahneman & Tversky 1979; Flyvbjerg 2006, Project
    Management Journal 37(3).
    """
    shares = sorted({0.0, inputs.parameters["outside_view"], 1.0}) if inputs.has("reference_class") else [0.0]
    tables = []
    for share in shares:
        comparison = compare(simulate(with_parameters(inputs, outside_view=share), draws, seed))
        tables.append(comparison.table[VIEW_COLUMNS].reset_index().assign(view=share))
    return pd.concat(tables, ignore_index=True)[["view", "option", *VIEW_COLUMNS]]


def class_quantiles(inputs: Inputs) -> pd.DataFrame:
    """What became of the core programmes: count and quantiles of cost and duration ratios (bounds counted as they are)."""
    core = inputs.tables["reference_class"].query("role == 'core'")
    rows = []
    for name in ("cost", "duration"):
        ratios = core[f"{name}_ratio"].dropna()
        bounds = int(core.loc[ratios.index, "censored"].isin([name, "both"]).sum())
        quantiles = {f"p{level:02d}": ratios.quantile(level / 100) for level in (10, 50, 80, 90)} if len(ratios) else {}
        rows.append({"ratio": name, "programmes": len(ratios), "bounds": bounds, **quantiles})
    return pd.DataFrame(rows)


def overrun_probability(ratios: ArrayLike, thresholds: ArrayLike) -> np.ndarray:
    """P(ratio > x) for each threshold: what to report where the tail has no finite mean (Flyvbjerg et al. 2022)."""
    ratios = np.asarray(ratios, dtype=float)
    if not np.isfinite(ratios).all():
        raise UsageError("a ratio is not a finite number; leave out what is not known")
    return (ratios[:, None] > np.asarray(thresholds, dtype=float)).mean(axis=0)
