"""What waiting costs, and how ready to stay: the cost of delay, the pause bill and the standing team.

Cost of delay: Reinertsen 2009, The Principles of Product Development Flow, ch. 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from fvmanalys.analysis.outside import with_parameters
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation, simulate
from fvmanalys.model.costs import PAUSE, RESTART, Stream, Window, stream_amount, stream_value
from fvmanalys.model.draws import blocks
from fvmanalys.model.events import DECIDED
from fvmanalys.model.simulate import Model

__all__ = [
    "BEST",
    "MONTHS",
    "StandingTeam",
    "cost_of_delay",
    "delayed",
    "monthly_bill",
    "monthly_cost_of_delay",
    "pause_streams",
    "standing_team",
    "standing_teams",
    "waiting_is_possible",
    "worth",
]

BEST = "best"
MONTHS = (0, 1, 3, 6, 12, 18, 24)
SHARES = tuple(np.linspace(0, 1, 11))
NEAR = 1.05


def waiting_is_possible(inputs: Inputs) -> bool:
    """Whether there is a decision to wait for: an event `decided` that is not already past."""
    rows = inputs.tables["timeline"].query("event_id == @DECIDED", local_dict={"DECIDED": DECIDED})
    past = [day is not None and day < inputs.as_of for day in rows["date"]]
    return bool(len(rows)) and not all(past)


def pause_streams(model: Model, option: str) -> list[Stream]:
    """The streams that are paid while nothing is decided and end because something is.

    They have the phase of the pause, or they run from `as_of` (or from what has happened) to the decision, or to an event
    that waits for the decision alone.
    """
    parts = model.options[option]
    after_decision = {event.name for event in parts.events if event.after == (DECIDED,)} | {DECIDED}
    open_from = {event.name for event in parts.events if event.date is not None} | {""}
    return [stream for stream in parts.streams if stream.category == PAUSE or (stream.end in after_decision and stream.start in open_from)]


def worth(simulation: Simulation, value_per_point: float) -> pd.Series:
    """Expected value·S − C of each permanent option, MSEK."""
    options = simulation.inputs.options(permanent_only=True)
    return value_per_point * simulation.score[options].mean() - simulation.cost[options].mean()


def cost_of_delay(
    inputs: Inputs, draws: int = 20_000, seed: int = 1, months: Sequence[float] = MONTHS, value_per_point: float | None = None
) -> pd.DataFrame:
    """What is lost when every option's decision comes `months` later: a row a delay and option, and one for the best.

    Columns: months, option, loss = pause_bill + lost_points + shifted_costs, all MSEK of present value. The loss of the
    best option compares the best at each delay with the best today. The same draws are used for every delay.
    """
    value = inputs.parameters["value_per_point"] if value_per_point is None else value_per_point
    today = simulate(inputs, draws, seed)
    rows = [
        row
        for delay in months
        for row in delay_rows(today, simulate(inputs, draws, seed, delay=delay / 12) if delay else today, value, delay)
    ]
    return pd.DataFrame(rows, columns=["months", "option", "loss", "pause_bill", "lost_points", "shifted_costs"])


def delayed(inputs: Inputs, draws: int, seed: int, months: float) -> tuple[Simulation, Simulation]:
    """The simulation as it is, and with every decision `months` later, on the same draws."""
    return simulate(inputs, draws, seed), simulate(inputs, draws, seed, delay=months / 12)


def delay_rows(today: Simulation, later: Simulation, value: float, months: float) -> list[dict[str, object]]:
    """The loss of each permanent option, and of the best, at one delay."""
    worth_today, worth_later = worth(today, value), worth(later, value)
    pause_today, pause_later = pause_bill(today), pause_bill(later)
    rows = []
    for option in [*worth_today.index, BEST]:
        before, after = (worth_today.idxmax(), worth_later.idxmax()) if option == BEST else (option, option)
        loss = worth_today[before] - worth_later[after]
        bill = pause_later[after] - pause_today[before]
        points = value * (today.score[before].mean() - later.score[after].mean())
        rows.append(
            {
                "months": months,
                "option": option,
                "loss": loss,
                "pause_bill": bill,
                "lost_points": points,
                "shifted_costs": loss - bill - points,
            }
        )
    return rows


def pause_bill(simulation: Simulation) -> pd.Series:
    """The mean present value of the pause streams of each option."""
    costs = simulation.stream_costs
    bills = {}
    for option in simulation.model.options:
        ids = {stream.estimates[0] for stream in pause_streams(simulation.model, option)}
        bills[option] = costs.loc[(costs["option"] == option) & costs["stream"].isin(ids), "present_value"].sum()
    return pd.Series(bills)


def monthly_bill(simulation: Simulation) -> pd.DataFrame:
    """What the month after `as_of` costs while nothing is decided, by part: a row a running stream.

    Columns: stream, part (the employer of staffing, else the category), ends_with_decision, msek_per_month (expected,
    undiscounted, of the reference option), kind, source_id. Without a decision to wait for there are no rows.
    """
    columns = ["stream", "part", "name", "name_en", "ends_with_decision", "msek_per_month", "kind", "source_id"]
    if not waiting_is_possible(simulation.inputs):
        return pd.DataFrame(columns=columns)
    model, option = simulation.model, simulation.inputs.reference
    sample, month = model.sample(blocks(4096), simulation.seed), Window(0.0, model.horizon, 0.0, 1 / 12)
    times, paused = model.times(sample, option), pause_streams(model, option)
    about = simulation.inputs.estimates.set_index("id")
    rows = []
    for stream in model.options[option].streams:
        amount = float(np.mean(stream_value(stream, stream_amount(stream, sample, option), times, month)))
        if stream.basis == "per_year" and abs(amount) > 1e-9:
            row = about.loc[stream.estimates[0]]
            part = stream.employer or stream.category
            rows.append([stream.estimates[0], part, row["name"], row["name_en"], stream in paused, amount, row["kind"], row["source_id"]])
    return pd.DataFrame(rows, columns=columns).sort_values("msek_per_month", ascending=False, ignore_index=True)


def monthly_cost_of_delay(delays: pd.DataFrame) -> pd.Series:
    """The loss of the first month of delay, by option: the derivative at today, as a finite difference."""
    first = delays.loc[delays["months"] > 0, "months"].min()
    rows = delays[delays["months"] == first].set_index("option")
    return rows["loss"] / first


@dataclass(frozen=True)
class StandingTeam:
    """How large a team to keep through the pause, for one option.

    `curve` has a row a share: pause_cost, rebuild_cost, late_cost and their total, MSEK of present value (late_cost is
    what a restart later than the full team's costs in points and shifted costs). `share` is the optimum; between `low`
    and `high` the total is within 5 % of its minimum.
    """

    option: str
    share: float
    low: float
    high: float
    curve: pd.DataFrame


def standing_teams(
    inputs: Inputs, draws: int = 4096, seed: int = 1, shares: Sequence[float] = SHARES, delay: float = 0.0
) -> dict[str, StandingTeam]:
    """The standing team of every permanent option; without `readiness` there is none to choose."""
    if not inputs.has("readiness") or not waiting_is_possible(inputs):
        return {}
    return {option: standing_team(inputs, option, draws, seed, shares, delay) for option in inputs.options(permanent_only=True)}


def standing_team(
    inputs: Inputs, option: str, draws: int = 4096, seed: int = 1, shares: Sequence[float] = SHARES, delay: float = 0.0
) -> StandingTeam:
    """The share of the full team kept that maximises an option's expected net benefit, over the uncertain decision date.

    The grid is searched first, then the best interval around its best point (Brent's method). `delay` years are added to
    the decision.
    """
    alone = only(inputs, option)
    parts = {float(share): team_costs(alone, option, float(share), draws, seed, delay) for share in sorted({*shares, 1.0})}
    curve = total_costs(parts)
    grid = curve["share"].to_numpy()
    best = int(curve["total"].idxmin())
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    full = parts[1.0]

    def total(share: float) -> float:
        pause, rebuild, value = team_costs(alone, option, share, draws, seed, delay)
        return pause + rebuild + full[2] - value

    found = minimize_scalar(total, bounds=(low, high), method="bounded", options={"xatol": 1e-3})
    share, least = (
        (float(found.x), float(found.fun)) if found.fun < curve["total"].min() else (float(grid[best]), float(curve["total"].min()))
    )
    return StandingTeam(option, share, *flat_range(grid, curve["total"].to_numpy(), least, share), curve)


def team_costs(inputs: Inputs, option: str, share: float, draws: int, seed: int, delay: float) -> tuple[float, float, float]:
    """Pause cost, rebuilding cost, and expected value·S − C before both, with one share kept."""
    simulation = simulate(with_parameters(inputs, standing_share=share), draws, seed, delay=delay)
    costs = simulation.stream_costs.query("option == @option", local_dict={"option": option}).groupby("category")["present_value"].sum()
    pause, rebuild = float(costs.get(PAUSE, 0.0)), float(costs.get(RESTART, 0.0))
    value = inputs.parameters["value_per_point"] * simulation.score[option].mean() - simulation.cost[option].mean()
    return pause, rebuild, float(value) + pause + rebuild


def total_costs(parts: dict[float, tuple[float, float, float]]) -> pd.DataFrame:
    """The curve of a standing team from its parts at each share."""
    full = parts[1.0][2]
    rows = [
        {"share": share, "pause_cost": pause, "rebuild_cost": rebuild, "late_cost": full - value}
        for share, (pause, rebuild, value) in parts.items()
    ]
    return pd.DataFrame(rows).assign(total=lambda table: table["pause_cost"] + table["rebuild_cost"] + table["late_cost"])


def flat_range(grid: np.ndarray, total: np.ndarray, least: float, share: float) -> tuple[float, float]:
    """Between which shares the total lies within 5 % of its least, read linearly between the points of the curve."""
    limit = least + (NEAR - 1) * abs(least)
    fine = np.union1d(np.linspace(grid[0], grid[-1], 1001), [share])
    near = fine[np.interp(fine, grid, total) <= limit + 1e-9]
    return (float(min(near.min(), share)), float(max(near.max(), share))) if len(near) else (share, share)


def only(inputs: Inputs, option: str) -> Inputs:
    """The inputs with no option but one, which is then its own reference: the others cost only time."""
    table = inputs.tables["options"]
    alone = table[table["option_id"] == option].assign(reference="yes")
    return replace(inputs, tables={**inputs.tables, "options": alone})
