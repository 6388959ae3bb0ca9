"""Who is needed when: full-time equivalents by option, role, employer and phase, over time and at the peak."""

import numpy as np
import pandas as pd

from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation
from fvmanalys.model.costs import headcount
from fvmanalys.model.draws import Floats
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, run_chunks, year_edges

__all__ = ["highest_before", "peaks", "staffing_path", "yearly_staffing"]

MONTHS_A_YEAR = 12
PHASE_LIKE = ["option", "role_id", "phase", "employer"]


def staffing_path(simulation: Simulation) -> pd.DataFrame:
    """The expected full-time equivalents of every staffing row at the middle of each month to the horizon.

    Columns: option, role_id, name, name_en, phase, phase_en, employer, time (years after `as_of`), year, fte.
    """
    horizon = simulation.model.horizon
    moments = (np.arange(int(horizon * MONTHS_A_YEAR)) + 0.5) / MONTHS_A_YEAR
    model = simulation.model
    sums = run_chunks(model, simulation.draws, simulation.seed, simulation.workers, lambda sample: headcount_chunk(model, sample, moments))
    rows = {row["id"]: row for row in simulation.inputs.records["staffing"]}
    years, edges = year_edges(simulation.inputs.as_of, horizon)
    calendar = np.array(years)[np.searchsorted(edges, moments, side="right") - 1]
    columns = ("role_id", "name", "name_en", "phase", "phase_en", "employer")
    tables = [
        pd.DataFrame({"option": option, **{c: rows[name].get(c, "") for c in columns}, "time": moments, "year": calendar, "fte": total})
        for (option, name) in sums[0]
        for total in [np.sum([chunk[option, name] for chunk in sums], axis=0) / simulation.draws]
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["option", *columns, "time", "year", "fte"])


def headcount_chunk(model: Model, sample: Sample, moments: Floats) -> dict[tuple[str, str], Floats]:
    """The sum over draws of the full-time equivalents of every staffing row at some moments."""
    sums = {}
    for option, parts in model.options.items():
        times = model.times(sample, option)
        for stream in (stream for stream in parts.streams if stream.employer):
            counts = [float(np.sum(headcount(stream, times, sample, option, moment, model.horizon))) for moment in moments]
            sums[option, stream.estimates[0]] = np.array(counts)
    return sums


def yearly_staffing(path: pd.DataFrame) -> pd.DataFrame:
    """The expected full-time equivalents of each calendar year by option, role, phase and employer: the mean of its months."""
    months = path.groupby(["option", "year"])["time"].nunique()
    totals = path.groupby([*PHASE_LIKE, "year"], sort=False)["fte"].sum().reset_index()
    count = months.loc[list(zip(totals["option"], totals["year"], strict=True))].to_numpy() if len(totals) else 1
    return totals.assign(fte=totals["fte"] / count)


def peaks(path: pd.DataFrame, highest_before: dict[str, float]) -> pd.DataFrame:
    """The highest expected month of each option and employer, and what the region has had before, where that is known.

    Columns: option, employer, peak_fte, peak_time, before_fte, exceeds, mean_share (of all staffing of the option).
    """
    if path.empty:
        return pd.DataFrame(columns=["option", "employer", "peak_fte", "peak_time", "before_fte", "exceeds", "mean_share"])
    monthly = path.groupby(["option", "employer", "time"], sort=False)["fte"].sum().reset_index()
    whole = monthly.groupby("option")["fte"].sum()
    rows = []
    for (option, employer), months in monthly.groupby(["option", "employer"], sort=False):
        top = months.loc[months["fte"].idxmax()]
        before = highest_before.get(employer, np.nan)
        share = months["fte"].sum() / whole[option] if whole[option] else np.nan
        rows.append([option, employer, top["fte"], top["time"], before, bool(top["fte"] > before), share])
    return pd.DataFrame(rows, columns=["option", "employer", "peak_fte", "peak_time", "before_fte", "exceeds", "mean_share"])


def highest_before(inputs: Inputs) -> dict[str, float]:
    """The most full-time equivalents that the region is known to have had of each employer: context items `peak_<employer>`."""
    table = inputs.tables["context"]
    known = table[table["item_id"].str.startswith("peak_")] if len(table) else table
    return {item.removeprefix("peak_"): float(value) for item, value in zip(known["item_id"], known["likely"], strict=True)}
