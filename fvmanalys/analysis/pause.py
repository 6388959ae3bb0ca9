"""What waiting costs, and how ready to stay: the cost of delay, the pause bill and the standing team.

Cost of delay: Reinertsen 2009, The Principles of Product Development Flow, ch. 2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar

from fvmanalys.analysis.outside import with_parameters
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation, simulate
from fvmanalys.model.costs import PAUSE, RESTART, Stream, Window, stream_amount, stream_value
from fvmanalys.model.draws import blocks
from fvmanalys.model.events import DECIDED
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, read_model

__all__ = [
    "BEST",
    "MONTHS",
    "StandingTeam",
    "at_once",
    "cost_of_delay",
    "delayed",
    "first_month_at",
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
NEAR, HALF = 1.05, 0.5


def waiting_is_possible(inputs: Inputs) -> bool:
    """Whether there is a decision to wait for: an event `decided` that is not already past, a variant's own put-off aside."""
    options = inputs.tables["options"]
    variants = options.loc[options["variant_of"] != "", "option_id"]
    timeline = inputs.tables["timeline"]
    rows = timeline[timeline["event_id"].eq(DECIDED) & ~timeline["option_id"].isin(variants)]
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
    best option compares the best at each delay with the best today. The same draws are used for every delay. Where there
    is nothing to wait for there are no rows.
    """
    columns = ["months", "option", "loss", "pause_bill", "lost_points", "shifted_costs"]
    if not waiting_is_possible(inputs):
        return pd.DataFrame(columns=columns)
    value = inputs.parameters["value_per_point"] if value_per_point is None else value_per_point
    today = simulate(inputs, draws, seed)
    rows = [
        row
        for delay in months
        for row in delay_rows(today, simulate(inputs, draws, seed, delay=delay / 12) if delay else today, value, delay)
    ]
    return pd.DataFrame(rows, columns=columns)


def delayed(inputs: Inputs, draws: int, seed: int, months: float) -> tuple[Simulation, Simulation]:
    """The simulation as it is, and with every decision `months` later, on the same draws."""
    return simulate(inputs, draws, seed), simulate(inputs, draws, seed, delay=months / 12)


def first_month_at(inputs: Inputs, draws: int, seed: int, value_per_point: float) -> float:
    """What the first month of delay of the best option costs, MSEK."""
    today, later = delayed(inputs, draws, seed, 1.0)
    return float(worth(today, value_per_point).max() - worth(later, value_per_point).max())


def at_once(inputs: Inputs, draws: int, seed: int, value_per_point: float) -> pd.Series:
    """What each permanent option would gain if every decision came on the day of knowledge, on the same draws, MSEK."""
    today, earliest = simulate(inputs, draws, seed), simulate(inputs, draws, seed, delay=None)
    return worth(earliest, value_per_point) - worth(today, value_per_point)


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

    The grid and the rows of `readiness` are searched first, then the intervals around the best of them (Brent's method).
    `delay` years are added to the decision.
    """
    team = read_team(inputs, option, draws, seed, delay)
    grid = sorted({round(float(share), 9) for share in (*shares, 1.0, *team.kinks)})
    parts = {share: team_costs(team, share) for share in grid}
    curve, full = total_costs(parts), parts[1.0][2]

    def total(share: float) -> float:
        pause, rebuild, value = team_costs(team, share)
        return pause + rebuild + full - value

    share, least = least_between(total, grid, curve["total"].to_numpy())
    limit = least + (NEAR - 1) * abs(least)
    above = curve.loc[curve["total"] > limit, "share"].to_numpy()
    low, high = (edge(total, share, side, limit) for side in (above[above < share][-1:], above[above > share][:1]))
    return StandingTeam(option, share, grid[0] if low is None else low, grid[-1] if high is None else high, curve)


@dataclass(frozen=True)
class Team:
    """A model read with half the full team kept, and its draws, made once for all shares."""

    model: Model
    sample: Sample
    option: str
    value: float

    @property
    def kinks(self) -> list[float]:
        """The shares that `readiness` has a row for."""
        return [share for event in self.model.options[self.option].events for share, _ in event.readiness if 0 <= share <= 1]


def read_team(inputs: Inputs, option: str, draws: int, seed: int, delay: float) -> Team:
    """Compile one option alone: the others would cost only time."""
    model = read_model(with_parameters(inputs, standing_share=HALF), delay, [option])
    return Team(model, model.sample(blocks(draws), seed), option, inputs.parameters["value_per_point"])


def with_share(team: Team, share: float) -> Model:
    """The model with another share of the full team kept."""
    kept = {PAUSE: share / HALF, RESTART: (1 - share) / HALF}
    parts = team.model.options[team.option]
    streams = [
        replace(stream, factor=stream.factor * kept[stream.category]) if stream.employer and stream.category in kept else stream
        for stream in parts.streams
    ]
    return replace(team.model, options={team.option: replace(parts, streams=streams)}, standing_share=share)


def team_costs(team: Team, share: float) -> tuple[float, float, float]:
    """Pause cost, rebuilding cost, and expected value·S − C before both, with one share kept."""
    model, sample, option = with_share(team, share), team.sample, team.option
    outcome, window = model.outcome(sample, option), Window(model.rate, model.horizon)
    sums = {PAUSE: 0.0, RESTART: 0.0}
    for stream in model.options[option].streams:
        if stream.category in sums:
            amount = stream_amount(stream, sample, option)
            sums[stream.category] += float(np.mean(stream_value(stream, amount, outcome.events, window)))
    worth = team.value * float(np.mean(outcome.score)) - float(np.mean(outcome.cost))
    return sums[PAUSE], sums[RESTART], worth + sums[PAUSE] + sums[RESTART]


def total_costs(parts: dict[float, tuple[float, float, float]]) -> pd.DataFrame:
    """The curve of a standing team from its parts at each share."""
    full = parts[1.0][2]
    rows = [
        {"share": share, "pause_cost": pause, "rebuild_cost": rebuild, "late_cost": full - value}
        for share, (pause, rebuild, value) in parts.items()
    ]
    return pd.DataFrame(rows).assign(total=lambda table: table["pause_cost"] + table["rebuild_cost"] + table["late_cost"])


def least_between(total: Callable[[float], float], grid: list[float], values: np.ndarray) -> tuple[float, float]:
    """Where a curve is least and how low that is, looking on either side of the best point of the grid."""
    best = int(values.argmin())
    found = [(grid[best], float(values[best]))]
    for low, high in pairwise(grid[max(best - 1, 0) : best + 2]):
        inside = minimize_scalar(total, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
        found.append((float(inside.x), float(inside.fun)))
    return min(found, key=lambda point: point[1])


def edge(total: Callable[[float], float], inside: float, outside: np.ndarray, limit: float) -> float | None:
    """Where the curve passes the limit on the way from the optimum to a share where it is above; None where there is none."""
    return float(brentq(lambda share: total(share) - limit, inside, float(outside[0]), xtol=1e-6)) if len(outside) else None
