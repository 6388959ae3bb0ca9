"""The same decision under other choices: another decision date, another team kept, another value of a point."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.pause import standing_team, waiting_is_possible
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.dated import parse_day
from fvmanalys.model import Simulation
from fvmanalys.model.draws import Floats
from fvmanalys.model.events import DAYS_PER_YEAR, DECIDED, years_after

__all__ = ["adjusted", "latest_decisions", "standing_over_delays"]

COARSE = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SURE = {"p50": 0.5, "p80": 0.8}


def adjusted(
    inputs: Inputs, decision_date: str = "", standing_share: float | str = "", value_per_point: float = 0.0
) -> Inputs:
    """The inputs with a decision on a day, a share of the team, or MSEK of a point; empty and 0 leave the tables'."""
    day = parse_day(decision_date)
    values = {} if standing_share == "" else {"standing_share": float(standing_share)}
    values |= {"value_per_point": value_per_point} if value_per_point > 0 else {}
    if not 0 <= values.get("standing_share", 0) <= 1:
        remedy = "give a number between 0 and 1, or nothing"
        raise UsageError(f"standing_share {standing_share!r} is no share of the team; {remedy}")
    changed = with_parameters(inputs, **values) if values else inputs
    return changed if day is None else decided_on(changed, day)


def decided_on(inputs: Inputs, day: date) -> Inputs:
    """The inputs with every decision on one day, which must not lie before `as_of`."""
    if day < inputs.as_of:
        raise UsageError(f"decision_date {day} lies before as_of {inputs.as_of}; give a later day, or an earlier as_of")
    table = inputs.tables["timeline"].copy()
    rows = table["event_id"] == DECIDED
    if not rows.any():
        problem = f"the timeline has no event {DECIDED!r} to move"
        raise UsageError(f"decision_date {day}: {problem}; add one, or leave the day empty")
    table["date"] = table["date"].astype(object)
    table.loc[rows, "date"] = day
    table.loc[rows, ["low", "likely", "high"]] = float("nan")
    table.loc[rows, ["after", "distribution", "ends", "unit"]] = ""
    return replace(inputs, tables={**inputs.tables, "timeline": table})


def latest_decisions(simulation: Simulation, years: Sequence[int] = ()) -> pd.DataFrame:
    """The last day to decide for each option to be in full use before the end of a year: option, year, p50, p80.

    The time from decision to full use is as drawn; `p80` leaves it long enough in 80 of 100 outcomes. Days before
    `as_of` are missed. Without `years`, six from the first that any option can still reach, two years apart.
    """
    inputs = simulation.inputs
    lengths = {option: time_to_use(simulation, option) for option in inputs.options(permanent_only=True)}
    quantiles = {
        option: [float(pd.Series(found).quantile(p)) for p in SURE.values()]
        for option, found in lengths.items()
        if found is not None
    }
    if not years and quantiles:
        soonest = min(found[0] for found in quantiles.values()) + (inputs.as_of.timetuple().tm_yday - 1) / 365
        years = range(inputs.as_of.year + int(soonest), inputs.as_of.year + int(soonest) + 12, 2)
    rows = [
        [option, year, *(day_before(inputs, year, length) for length in found)]
        for option, found in quantiles.items()
        for year in years
    ]
    return pd.DataFrame(rows, columns=["option", "year", *SURE])


def time_to_use(simulation: Simulation, option: str) -> Floats | None:
    """Years from decision to full use in each draw; none where the option has no such events or nothing to wait for."""
    full = simulation.inputs.full_use_event(option)
    known = (option, full) in simulation.events and (option, DECIDED) in simulation.events
    if not known or not waiting_is_possible(simulation.inputs):
        return None
    return simulation.events[option, full].to_numpy() - simulation.events[option, DECIDED].to_numpy()


def day_before(inputs: Inputs, year: int, length: float) -> date | None:
    """The day that lies `length` years before the end of a year; none for what never comes."""
    last = years_after(date(year, 12, 31), inputs.as_of) - length
    return date.fromordinal(inputs.as_of.toordinal() + int(last * DAYS_PER_YEAR // 1)) if last > -1000 else None


def standing_over_delays(
    inputs: Inputs, option: str, years: Sequence[float] = (0.0, 1.0, 2.0), draws: int = 2048, seed: int = 1
) -> pd.DataFrame:
    """How an option's best standing team moves as the decision comes later: delay (years), share, low, high."""
    if not inputs.has("readiness") or not waiting_is_possible(inputs):
        return pd.DataFrame(columns=["delay", "share", "low", "high"])
    teams = {delay: standing_team(inputs, option, draws, seed, COARSE, delay) for delay in years}
    rows = [[delay, team.share, team.low, team.high] for delay, team in teams.items()]
    return pd.DataFrame(rows, columns=["delay", "share", "low", "high"])
