"""What other traditions measure: benefit-cost ratio, annual cost, rates of return, payback, critical path."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.analysis.compare import Comparison
from fvmanalys.errors import UsageError
from fvmanalys.model import Simulation
from fvmanalys.model.draws import Floats
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import Model, year_edges
from fvmanalys.model.streams import Period, discounted_time

__all__ = ["criticality", "equivalent_annual", "measure_table", "payback", "rates_of_return"]

LOWEST = -0.9
HIGHEST = 10.0
STEPS = 4000  # rates of return that are looked for


def measure_table(comparison: Comparison) -> pd.DataFrame:
    """A row an option, against the reference: benefit_cost_ratio, equivalent_annual_cost, return_rate(s), payback.

    The ratio is value_per_point times the extra score over the extra cost, empty where nothing extra is paid. The
    annual cost is the level stream over the horizon with the option's present value. Rate of return and payback are
    those of the expected saving in money alone: the rate where there is but one, how many there are, and the end of the
    year from which what was laid out has come back; infinite where it never does.
    """
    simulation, table = comparison.simulation, comparison.table
    reference = simulation.inputs.reference
    more = table[["cost_mean", "score"]] - table.loc[reference, ["cost_mean", "score"]]
    _, edges = year_edges(simulation.inputs.as_of, simulation.model.horizon)
    streams = dated(simulation, edges)
    rows = []
    for option in table.index:
        pair = streams[streams["option"].isin({option, reference} if option != reference else ())]
        saved = pair["cost"].where(pair["option"] == reference, -pair["cost"])
        rates = rates_of_return(saved, pair["time"])
        yearly = saved.groupby(pair["place"]).sum().reindex(range(len(edges) - 1), fill_value=0.0)
        rows.append([rates[0] if len(rates) == 1 else np.nan, len(rates), payback(yearly, edges[1:])])
    found = pd.DataFrame(rows, index=table.index, columns=["return_rate", "return_rates", "payback"])
    ratio = comparison.value_per_point * more["score"] / more["cost_mean"].where(more["cost_mean"] > 0)
    found.insert(0, "benefit_cost_ratio", ratio)
    found.insert(
        1,
        "equivalent_annual_cost",
        table["cost_mean"] / discounted_time(simulation.model.horizon, simulation.model.rate),
    )
    return found


def dated(simulation: Simulation, edges: Floats) -> pd.DataFrame:
    """What each stream costs in each year, with the place of the year and the time that gives its present value."""
    model = simulation.model
    table = simulation.yearly_streams.query("cost != 0")
    place = table["year"].to_numpy() - simulation.inputs.as_of.year
    opens = edges[place]
    closes = edges[place + 1]
    spans = model.rate if isinstance(model.rate, tuple) else (Period(0.0, np.inf, model.rate, 1.0),)
    known = np.searchsorted([one.opens for one in spans], opens, side="right") - 1
    factor, rho = (
        np.array(column)[known] for column in ([one.factor for one in spans], [np.log1p(one.rate) for one in spans])
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        time = -np.log(table["present_value"].to_numpy() / table["cost"].to_numpy() / factor) / rho
    time = np.where(np.isfinite(time), np.clip(time, opens, closes), (opens + closes) / 2)
    return table.assign(place=place, time=time)


def rates_of_return(flows: ArrayLike, times: ArrayLike | None = None) -> list[float]:
    """Every rate between -90 % and 1 000 % at which flows are worth nothing,
    from the lowest; times are years, by default 0, 1, 2 ….

    Flows that change sign more than once may have several rates, and none of them is then *the* rate of return
    (Lorie & Savage 1955, Journal of Business 28(4)).

    >>> [round(rate, 6) for rate in rates_of_return([-1600, 10000, -10000])]
    [0.25, 4.0]
    """
    from scipy.optimize import brentq

    flows = np.asarray(flows, dtype=float)
    years = np.arange(len(flows), dtype=float) if times is None else np.asarray(times, dtype=float)
    if flows.shape != years.shape or not (np.isfinite(flows).all() and np.isfinite(years).all()):
        raise UsageError(
            f"flows have shape {flows.shape}, times {years.shape}; give a finite time for each finite flow"
        )
    if not (flows > 0).any() or not (flows < 0).any():
        return []
    middle = (years.min() + years.max()) / 2
    logs = np.linspace(np.log1p(LOWEST), np.log1p(HIGHEST), STEPS + 1)
    worth = np.exp(-np.outer(logs, years - middle)) @ flows
    exact = [logs[place] for place in np.flatnonzero(worth == 0)]
    between = [
        brentq(lambda log: float(np.exp(-log * (years - middle)) @ flows), logs[place], logs[place + 1], xtol=1e-14)
        for place in np.flatnonzero(worth[:-1] * worth[1:] < 0)
    ]
    return [float(rate) for rate in np.expm1(sorted([*exact, *between]))]


def payback(flows: ArrayLike, times: ArrayLike) -> float:
    """The time from which the sum of flows stays at or above zero; NaN where it never was below, else infinite."""
    total = np.cumsum(np.asarray(flows, dtype=float))
    below = np.flatnonzero(total < -1e-9 * np.abs(total).max(initial=0.0))
    if not len(below):
        return float("nan")
    return float(np.asarray(times, dtype=float)[below[-1] + 1]) if below[-1] + 1 < len(total) else float("inf")


def equivalent_annual(present_value: float, rate: float, years: int) -> float:
    """The yearly amount, paid at the end of each year, that has a present value.

    >>> round(equivalent_annual(100_000, 0.05, 10), 2)
    12950.46
    """
    return present_value / years if rate == 0 else present_value * rate / -np.expm1(-years * np.log1p(rate))


def criticality(simulation: Simulation) -> pd.DataFrame:
    """How often each event decides when its option is in full use: option, event, share, on_path.

    `share` is of the draws in which full use comes; those `on_path` are the most usual way back from it. Van Slyke
    1963, Operations Research 11(5).
    """
    model = simulation.model
    targets = {option: simulation.inputs.full_use_event(option) for option in model.options}
    chunks = simulation.each(lambda sample: critical_chunk(model, sample, targets))
    rows = []
    for option, target in targets.items():
        counts = pd.DataFrame([chunk[option] for chunk in chunks]).sum()
        if not counts.get(target, 0):
            continue
        share = counts / counts[target]
        path = way_back(target, model, option, share)
        rows += [
            [option, event, share[event], event in path] for event in share.index if event in path or share[event] > 0
        ]
    return pd.DataFrame(rows, columns=["option", "event", "share", "on_path"])


def critical_chunk(model: Model, sample: Sample, targets: dict[str, str]) -> dict[str, dict[str, float]]:
    """In how many draws of a chunk each event of each option is critical, in the order in which events come."""
    found = {}
    for option, parts in model.options.items():
        times = model.times(sample, option)
        critical = {name: np.zeros(sample.size, dtype=bool) for name in times}
        if targets[option] in times:
            critical[targets[option]] = np.isfinite(times[targets[option]])
        for event in reversed(parts.events):
            waits = [name for name in event.after if name in times] if event.date is None else []
            deciding = critical[event.name] & sample.holds(option, event.when) if waits else critical[event.name]
            latest = np.maximum.reduce([times[name] for name in waits]) if waits else np.zeros(sample.size)
            for name in waits:
                critical[name] |= deciding & (times[name] == latest)
        found[option] = {name: float(mask.sum()) for name, mask in critical.items()}
    return found


def way_back(target: str, model: Model, option: str, share: pd.Series) -> list[str]:
    """The events from the first to the target, at each step the one that most often decides."""
    before: dict[str, list[str]] = {}
    for event in model.options[option].events:
        before.setdefault(event.name, []).extend(name for name in event.after if name in share.index)
    path = [target]
    while before.get(path[-1]):
        path.append(max(before[path[-1]], key=lambda name: float(share[name])))
    return path[::-1]
