"""What waiting costs, and how ready to stay: the cost of delay, the pause bill and the standing team.

Cost of delay: Reinertsen 2009, The Principles of Product Development Flow, ch. 2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar

from fvmanalys.analysis.outside import with_parameters
from fvmanalys.evidence import Inputs
from fvmanalys.model import Simulation
from fvmanalys.model.again import Reckoning, reckon
from fvmanalys.model.costs import PAUSE, RESTART, Stream, Window, stream_amount, stream_value
from fvmanalys.model.draws import blocks
from fvmanalys.model.events import DECIDED
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, read_model

__all__ = [
    "BEST", "MONTHS", "StandingTeam", "TODAY", "Waited", "cost_of_delay", "delay_table", "first_month_at",
    "monthly_bill", "monthly_cost_of_delay", "pause_streams", "standing_team", "standing_teams", "waited",
    "waiting_is_possible",
]  # fmt: skip

BEST = "best"
MONTHS = (0, 1, 3, 6, 12, 18, 24)
TODAY = 0.0
SHARES = tuple(np.linspace(0, 1, 11))
NEAR, HALF = 1.05, 0.5


def waiting_is_possible(inputs: Inputs) -> bool:
    """Whether there is an event `decided` that is not past, a variant's own put-off aside."""
    options = inputs.tables["options"]
    variants = options.loc[options["variant_of"] != "", "option_id"]
    timeline = inputs.tables["timeline"]
    rows = timeline[timeline["event_id"].eq(DECIDED) & ~timeline["option_id"].isin(variants)]
    past = [day is not None and day < inputs.as_of for day in rows["date"]]
    return bool(len(rows)) and not all(past)


def pause_streams(model: Model, option: str) -> list[Stream]:
    """The streams that are paid while nothing is decided and end because something is.

    They have the phase of the pause, or run from `as_of` (or what has happened) to the decision, or to what waits for
    it alone.
    """
    parts = model.options[option]
    after_decision = {event.name for event in parts.events if event.after == (DECIDED,)} | {DECIDED}
    open_from = {event.name for event in parts.events if event.date is not None} | {""}
    return [
        stream
        for stream in parts.streams
        if stream.category == PAUSE or (stream.end in after_decision and stream.start in open_from)
    ]


def cost_of_delay(
    inputs: Inputs,
    draws: int = 20_000,
    seed: int = 1,
    months: Sequence[float] = MONTHS,
    value_per_point: float | None = None,
) -> pd.DataFrame:
    """What is lost when every option's decision comes `months` later: a row a delay and option, and one for the best.

    loss = pause_bill + lost_points + shifted_costs, MSEK of present value, on the same draws. The best option's is that
    of the best at each delay beside the best today. No rows where there is nothing to wait for.
    """
    value = inputs.parameters["value_per_point"] if value_per_point is None else value_per_point
    if not waiting_is_possible(inputs):
        return delay_table({}, (), inputs, value)
    model = read_model(inputs)
    found = waited(model, list(model.chunks(draws, seed)), {delay: delay / 12 for delay in months})
    return delay_table(found, months, inputs, value)


@dataclass(frozen=True)
class Waited:
    """What options come to on average with the decision postponed: points, MSEK, and the pause's bill in that."""

    score: pd.Series
    cost: pd.Series
    pause: pd.Series

    def worth(self, value_per_point: float, options: Sequence[str]) -> pd.Series:
        """Expected value·S − C of some options, MSEK."""
        return value_per_point * self.score[options] - self.cost[options]


def waited(model: Model, samples: Sequence[Sample], delays: Mapping[float, float | None]) -> dict[float, Waited]:
    """What waiting comes to, on the same draws: `delays` names years by which decisions are postponed, None none."""
    later = {name: replace(model, delay=years) for name, years in {TODAY: 0.0, **delays}.items()}
    rows: dict[float, list[tuple[float, float, float]]] = {name: [] for name in later}
    for option in model.options:
        paid = [stream in pause_streams(model, option) for stream in model.options[option].streams]
        today = [reckon(later[TODAY], sample, option) for sample in samples]
        for name, other in later.items():
            found = [reckon(other, one.sample, option, one) for one in today] if name else today
            score, cost = (np.concatenate([getattr(one, part) for one in found]) for part in ("score", "cost"))
            sums = np.sum([[np.sum(value) for value in one.values] for one in found], axis=0) / len(score)
            rows[name].append((score.mean(), cost.mean(), sums[np.array(paid, dtype=bool)].sum()))
    names = list(model.options)
    return {
        name: Waited(*(pd.Series(column, names) for column in zip(*each, strict=True))) for name, each in rows.items()
    }


def delay_table(found: Mapping[float, Waited], months: Sequence[float], inputs: Inputs, value: float) -> pd.DataFrame:
    """The loss of each permanent option, and of the best, at some delays."""
    options = inputs.options(permanent_only=True)
    rows = []
    for delay in months:
        today, later = found[TODAY], found[delay]
        worth_today, worth_later = today.worth(value, options), later.worth(value, options)
        for option in [*options, BEST]:
            before, after = (worth_today.idxmax(), worth_later.idxmax()) if option == BEST else (option, option)
            loss = worth_today[before] - worth_later[after]
            bill = later.pause[after] - today.pause[before]
            points = value * (today.score[before] - later.score[after])
            rows.append([delay, option, loss, bill, points, loss - bill - points])
    return pd.DataFrame(rows, columns=["months", "option", "loss", "pause_bill", "lost_points", "shifted_costs"])


def first_month_at(simulation: Simulation, draws: int, share: float, value_per_point: float) -> float:
    """What the first month of delay of the best option costs with another share of the team kept, MSEK."""
    inputs = with_parameters(simulation.inputs, standing_share=share)
    found = waited(read_model(inputs), simulation.first(draws), {1.0: 1 / 12})
    options = inputs.options(permanent_only=True)
    return float(found[TODAY].worth(value_per_point, options).max() - found[1.0].worth(value_per_point, options).max())


def monthly_bill(simulation: Simulation) -> pd.DataFrame:
    """What the month after `as_of` costs while nothing is decided, by part: a row a running stream.

    `part` is the employer of staffing, else the category; msek_per_month is expected, undiscounted, of the reference
    option. No rows without a decision to wait for.
    """
    columns = ["stream", "part", "name", "name_en", "ends_with_decision", "msek_per_month", "kind", "source_id"]
    if not waiting_is_possible(simulation.inputs):
        return pd.DataFrame(columns=columns)
    model = simulation.model
    option = simulation.inputs.reference
    sample = model.sample(blocks(4096), simulation.seed)
    month = Window(0.0, model.horizon, 0.0, 1 / 12)
    times = model.times(sample, option)
    paused = pause_streams(model, option)
    about = simulation.inputs.estimates.set_index("id")
    rows = []
    for stream in model.options[option].streams:
        amount = float(np.mean(stream_value(stream, stream_amount(stream, sample, option), times, month)))
        if stream.basis == "per_year" and abs(amount) > 1e-9:
            name, name_en, *rests = about.loc[stream.estimates[0], ["name", "name_en", "kind", "source_id"]]
            part = stream.employer or stream.category
            rows.append([stream.estimates[0], part, name, name_en, stream in paused, amount, *rests])
    return pd.DataFrame(rows, columns=columns).sort_values("msek_per_month", ascending=False, ignore_index=True)


def monthly_cost_of_delay(delays: pd.DataFrame) -> pd.Series:
    """The loss of the first month of delay, by option: the derivative at today, as a finite difference."""
    first = delays.loc[delays["months"] > 0, "months"].min()
    rows = delays[delays["months"] == first].set_index("option")
    return rows["loss"] / first


@dataclass(frozen=True)
class StandingTeam:
    """How large a team to keep through the pause, for one option.

    `curve` has a row a share: pause_cost, rebuild_cost, late_cost (what a restart later than the full team's costs in
    points and shifted costs) and total, MSEK of present value. Between `low` and `high` the total is within 5 % of the
    optimum's.
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
    teams = read_teams(inputs, inputs.options(permanent_only=True), draws, seed, delay)
    return {team.option: best_team(team, shares) for team in teams}


def standing_team(
    inputs: Inputs, option: str, draws: int = 4096, seed: int = 1, shares: Sequence[float] = SHARES, delay: float = 0.0
) -> StandingTeam:
    """The share of the full team kept that maximises an option's expected net benefit over the decision date."""
    [team] = read_teams(inputs, [option], draws, seed, delay)
    return best_team(team, shares)


def best_team(team: "Team", shares: Sequence[float]) -> StandingTeam:
    """Search the shares and the rows of `readiness`, then the intervals around the best (Brent's method)."""
    kinks = [share for event in team.model.options[team.option].events for share, _ in event.readiness]
    grid = sorted({round(float(share), 9) for share in (*shares, 1.0, *kinks) if 0 <= share <= 1})
    parts = {share: team_costs(team, share) for share in grid}
    full = parts[1.0][2]
    rows = [[share, pause, rebuild, full - value] for share, (pause, rebuild, value) in parts.items()]
    curve = pd.DataFrame(rows, columns=["share", "pause_cost", "rebuild_cost", "late_cost"])
    curve["total"] = curve["pause_cost"] + curve["rebuild_cost"] + curve["late_cost"]

    def total(share: float) -> float:
        pause, rebuild, value = team_costs(team, share)
        return pause + rebuild + full - value

    share, least = least_between(total, grid, curve["total"].to_numpy())
    limit = least + (NEAR - 1) * abs(least)
    above = curve.loc[curve["total"] > limit, "share"].to_numpy()
    low, high = (
        float(brentq(lambda at: total(at) - limit, share, float(side[0]), xtol=1e-6)) if len(side) else end
        for side, end in ((above[above < share][-1:], grid[0]), (above[above > share][:1], grid[-1]))
    )
    return StandingTeam(team.option, share, low, high, curve)


@dataclass(frozen=True)
class Team:
    """A model read with half the full team kept, and its draws, made once for all shares."""

    model: Model
    sample: Sample
    option: str
    value: float

    @cached_property
    def half(self) -> Reckoning:
        """The option with half the team kept, so that with another share only what that moves is computed."""
        return reckon(self.model, self.sample, self.option)


def read_teams(inputs: Inputs, options: Sequence[str], draws: int, seed: int, delay: float) -> list[Team]:
    """Compile some options alone: others would cost only time."""
    model = read_model(with_parameters(inputs, standing_share=HALF), delay, options)
    sample = model.sample(blocks(draws), seed)
    return [Team(model, sample, option, inputs.parameters["value_per_point"]) for option in options]


def with_share(team: Team, share: float) -> Model:
    """The model with another share of the full team kept."""
    kept = {PAUSE: share / HALF, RESTART: (1 - share) / HALF}
    parts = team.model.options[team.option]
    factors = [kept.get(stream.category, 1.0) if stream.employer else 1.0 for stream in parts.streams]
    pairs = zip(parts.streams, factors, strict=True)
    streams = [replace(stream, factor=stream.factor * factor) for stream, factor in pairs]
    return replace(team.model, options={team.option: replace(parts, streams=streams)}, standing_share=share)


def team_costs(team: Team, share: float) -> tuple[float, float, float]:
    """Pause cost, rebuilding cost, and expected value·S − C before both, with one share kept."""
    found = reckon(with_share(team, share), team.sample, team.option, team.half)
    sums = {PAUSE: 0.0, RESTART: 0.0}
    for stream, value in zip(found.streams, found.values, strict=True):
        if stream.category in sums:
            sums[stream.category] += float(np.mean(value))
    worth = team.value * float(np.mean(found.score)) - float(np.mean(found.cost))
    return sums[PAUSE], sums[RESTART], worth + sums[PAUSE] + sums[RESTART]


def least_between(total: Callable[[float], float], grid: list[float], values: np.ndarray) -> tuple[float, float]:
    """Where a curve is least and how low that is, looking on either side of the best point of the grid."""
    best = int(values.argmin())
    found = [(grid[best], float(values[best]))]
    for low, high in pairwise(grid[max(best - 1, 0) : best + 2]):
        inside = minimize_scalar(total, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
        found.append((float(inside.x), float(inside.fun)))
    return min(found, key=lambda point: point[1])
