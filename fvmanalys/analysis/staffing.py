"""Who is needed when: full-time equivalents over time, the load of training, and agreements that end."""

from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.rules import split
from fvmanalys.model import Simulation
from fvmanalys.model.costs import PAUSE, Stream, headcounts
from fvmanalys.model.draws import Floats
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, year_edges

__all__ = [
    "SOMEBODY", "agreement_table", "agreements", "full_team", "highest_before", "peaks", "staffing_path",
    "start_burden", "team_now_and_most", "terms", "training_load", "yearly_staffing",
]  # fmt: skip

MONTHS_A_YEAR = 12
SOMEBODY = 0.5  # full-time equivalents below which nobody is needed
PHASE_LIKE = ["option", "role_id", "phase", "employer"]
ENDS, COUNT, NOTICE = "_ends", "_count", "_notice"
PEAKS = ["option", "employer", "peak_fte", "peak_time", "before_fte", "exceeds", "mean_share"]
TRAINING = "training"
PARTS = ("training_users", "training_hours", "training_hour_cost")
HOURS_A_YEAR = "working_hours"
LOAD = ["option", "users", "hours_low", "hours", "hours_high", "months", "fte", "cost_low", "cost", "cost_high"]
IN_CONTRACTS = ["contract_low", "contract", "contract_high", "agrees"]


def staffing_path(simulation: Simulation) -> pd.DataFrame:
    """The expected full-time equivalents of every staffing row at the middle of each month (`time`) to the horizon."""
    horizon = simulation.model.horizon
    moments = (np.arange(int(horizon * MONTHS_A_YEAR)) + 0.5) / MONTHS_A_YEAR
    model = simulation.model
    sums = simulation.each(lambda sample: headcount_chunk(model, sample, moments))
    rows = {row["id"]: row for row in simulation.inputs.records["staffing"]}
    years, edges = year_edges(simulation.inputs.as_of, horizon)
    calendar = np.array(years)[np.searchsorted(edges, moments, side="right") - 1]
    columns = ("role_id", "name", "name_en", "phase", "phase_en", "employer")
    tables = [pd.DataFrame(columns=["option", *columns, "time", "year", "fte"])]
    for option, name in sums[0]:
        total = np.sum([chunk[option, name] for chunk in sums], axis=0) / simulation.draws
        about = {column: rows[name].get(column, "") for column in columns}
        tables.append(pd.DataFrame({"option": option, **about, "time": moments, "year": calendar, "fte": total}))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def headcount_chunk(model: Model, sample: Sample, moments: Floats) -> dict[tuple[str, str], Floats]:
    """The sum over draws of the full-time equivalents of every staffing row at some moments."""
    sums = {}
    for option, parts in model.options.items():
        times = model.times(sample, option)
        for stream in (stream for stream in parts.streams if stream.employer):
            sums[option, stream.estimates[0]] = headcounts(stream, times, sample, option, moments, model.horizon)
    return sums


def yearly_staffing(path: pd.DataFrame) -> pd.DataFrame:
    """The expected full-time equivalents of each calendar year by option, role, phase and employer."""
    months = path.groupby(["option", "year"])["time"].nunique()
    totals = path.groupby([*PHASE_LIKE, "year"], sort=False)["fte"].sum().reset_index()
    count = months.loc[list(zip(totals["option"], totals["year"], strict=True))].to_numpy() if len(totals) else 1
    return totals.assign(fte=totals["fte"] / count)


def peaks(path: pd.DataFrame, highest_before: dict[str, float]) -> pd.DataFrame:
    """The highest expected month of each option and employer, beside what there has been before, where known."""
    monthly = path.groupby(["option", "employer", "time"], sort=False)["fte"].sum().reset_index()
    whole = monthly.groupby("option")["fte"].sum()
    rows = []
    for (option, employer), months in monthly.groupby(["option", "employer"], sort=False):
        top = months.loc[months["fte"].idxmax()]
        before = highest_before.get(employer, np.nan)
        share = months["fte"].sum() / whole[option] if whole[option] else np.nan
        exceeds = None if np.isnan(before) else bool(top["fte"] > before)
        rows.append([option, employer, top["fte"], top["time"], before, exceeds, share])
    return pd.DataFrame(rows, columns=PEAKS)


def full_team(path: pd.DataFrame, kept: float) -> dict[str, float]:
    """The expected full-time equivalents of the whole team when the period begins, by option, if any is kept."""
    now = path[(path["phase"] == PAUSE) & (path["time"] == path["time"].min())]
    return {str(option): fte / kept for option, fte in now.groupby("option")["fte"].sum().items()} if kept else {}


def start_burden(simulation: Simulation) -> pd.DataFrame:
    """What the services bear around go-lives: an option's one-off costs outside its programme, undiscounted, MSEK."""
    costs = simulation.yearly_streams.groupby(["option", "stream"], sort=False)["cost"].sum()
    rows = []
    for row in simulation.inputs.records["contracts"]:
        own = row["option_id"] in simulation.inputs.options()
        if own and row["programme"] == "no" and row["basis"] in ("once", "total"):
            about = {name: row.get(name, "") for name in ("id", "option_id", "kind", "source_id", "note", "note_en")}
            rows.append({**about, "cost": float(costs.get((row["option_id"], row["id"]), 0.0))})
    return pd.DataFrame(rows)


def highest_before(inputs: Inputs) -> dict[str, float]:
    """The most full-time equivalents the region has had of each employer: context items `peak_<employer>`."""
    table = inputs.tables["context"]
    known = table[table["item_id"].str.startswith("peak_")] if len(table) else table
    return dict(zip(known["item_id"].str.removeprefix("peak_"), known["likely"], strict=True))


def agreements(inputs: Inputs) -> list[dict[str, Any]]:
    """What ends when, how many it concerns and at what notice: the background rows whose ids share a stem.

    `ends` is a milestone `<stem>_ends`, `count` and `notice` context items `<stem>_count` and `<stem>_notice`; None if
    unpublished. In the order of the dates, then those without one.
    """
    context, milestones = inputs.records["context"], inputs.records["milestones"]
    found: dict[str, dict[str, Any]] = {}
    parts = (ENDS, milestones, "milestone_id"), (COUNT, context, "item_id"), (NOTICE, context, "item_id")
    for part, rows, key in parts:
        for row in (row for row in rows if row[key].endswith(part)):
            found.setdefault(row[key].removesuffix(part), dict.fromkeys(("ends", "count", "notice")))[part[1:]] = row
    return sorted(found.values(), key=lambda parts: (end_of(parts) is None, str(end_of(parts))))


def end_of(parts: dict[str, Any]) -> Any:
    return parts["ends"] and (parts["ends"]["actual_date"] or parts["ends"]["planned_date"])


def agreement_table(inputs: Inputs) -> pd.DataFrame:
    """The agreements, a row each: what is known of its parts, and, as `part:kind`, what these rest on."""
    rows = []
    for parts in agreements(inputs):
        known = {part: row for part, row in parts.items() if row}
        named = next(known[part] for part in ("ends", "notice", "count") if part in known)
        count, notice = (known.get(part, {}) for part in ("count", "notice"))
        rows.append(
            {
                **{column: named.get(column, "") for column in ("name", "name_en")},
                "ends": end_of(parts),
                **{column: count.get(column, np.nan) for column in ("likely", "low", "high")},
                "unit": count.get("unit", ""),
                "notice": notice.get("likely", np.nan),
                "kinds": ";".join(f"{part}:{row['kind']}" for part, row in known.items()),
                "source_id": ";".join(dict.fromkeys(one for row in known.values() for one in split(row["source_id"]))),
                **{column: " ".join(dict.fromkeys(filter(None, (row.get(column) or "" for row in known.values()))))
                   for column in ("note", "note_en")},
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def terms(inputs: Inputs) -> pd.DataFrame:
    """What else is known of other employers' people: context items that begin with one of their names."""
    employers = tuple({row["employer"] for row in inputs.records["staffing"]} - {"own"})
    table = inputs.tables["context"]
    chosen = [item.startswith(employers) and not item.endswith((COUNT, NOTICE)) for item in table["item_id"]]
    return table[np.array(chosen, dtype=bool)]


def training_load(simulation: Simulation) -> pd.DataFrame:
    """Users × hours × cost for each option, from background figures, beside what its own cost rows for training say.

    Context items `training_users`, `training_hours` (a user's) and `training_hour_cost` (MSEK of a thousand hours)
    count for every option, unless one that begins so names an option. The ends are the products of the ends. `months`
    is the median time over which the option's contracts `training…` run, `fte` the likely hours over it at
    `working_hours` a year; `contract` is the sum of those rows, and `agrees` says whether it lies between the ends.
    """
    rows = []
    for option in simulation.inputs.options():
        every = simulation.model.options[option].streams
        streams = [one for one in every if one.estimates[0].split("/")[-1].startswith(TRAINING)]
        figures = [background(simulation.inputs, part, option) for part in PARTS]
        if streams and all(figures):
            rows.append([option, *load_of(simulation, option, streams, np.array(figures))])
    return pd.DataFrame(rows, columns=LOAD + IN_CONTRACTS)


def load_of(simulation: Simulation, option: str, streams: list[Stream], figures: Floats) -> list[Any]:
    """The load of one option: `figures` has a row for users, hours and cost, with low, likely and high."""
    hours = figures[0] * figures[1]
    months = training_months(simulation, option, streams)
    cost = hours / 1000 * figures[2]
    a_year = background(simulation.inputs, HOURS_A_YEAR, option)
    known = simulation.inputs.estimates.set_index("id")
    in_contracts = np.sum(
        [stream.factor * np.array(ends(known.loc[stream.estimates[0]].to_dict())) for stream in streams], axis=0
    )
    fte = hours[1] / a_year[1] / (months / MONTHS_A_YEAR) if a_year and months else np.nan
    return [figures[0][1], *hours, months, fte, *cost, *in_contracts, bool(cost[0] <= in_contracts[1] <= cost[2])]


def training_months(simulation: Simulation, option: str, streams: list[Stream]) -> float:
    """The median time from the first start to the last end of some streams, of those draws where they end."""
    events = simulation.events[option]
    horizon = simulation.model.horizon
    starts = [events[stream.start] if stream.start else 0.0 * events.iloc[:, 0] for stream in streams]
    stops = [stream.end or (stream.start if stream.basis == "once" else "") for stream in streams]
    ends_at = [events[stop] if stop else pd.Series(horizon, events.index) for stop in stops]
    lengths = pd.concat(ends_at, axis=1).max(axis=1) - pd.concat(starts, axis=1).min(axis=1)
    finite = lengths[np.isfinite(lengths)]
    return float(MONTHS_A_YEAR * finite.median()) if len(finite) else np.nan


def background(inputs: Inputs, item: str, option: str) -> list[float]:
    """Low, likely and high of a context item, the option's own or else the common one; empty without."""
    rows = [row for row in inputs.records["context"] if row["item_id"] == item or row["item_id"].startswith(f"{item}_")]
    chosen = [row for owner in (option, "") for row in rows if row["option_id"] == owner]
    return ends(chosen[0]) if chosen else []


def ends(row: dict[str, Any]) -> list[float]:
    """Low, likely and high of a row; a fixed number is all three."""
    return [row["likely"] if pd.isna(row[part]) else row[part] for part in ("low", "likely", "high")]


def team_now_and_most(path: pd.DataFrame, option: str) -> tuple[pd.Series, float, float]:
    """An option's full-time equivalents now by employer, the most in any month, and when that is."""
    mine = path[path["option"].eq(option)]
    now = mine[mine["time"].eq(mine["time"].min())].groupby("employer", sort=False)["fte"].sum()
    monthly = mine.groupby("time")["fte"].sum()
    return now, float(monthly.max()), float(monthly.idxmax())
