"""What must hold: minimum levels, which decide who competes, and what may be spent in a year."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd

from fvmanalys.analysis.budget import nominal_factor
from fvmanalys.model import Simulation
from fvmanalys.model.costs import Stream, Window, stream_amount, stream_value
from fvmanalys.model.draws import Floats
from fvmanalys.model.sample import Sample
from fvmanalys.model.simulate import year_edges

__all__ = ["barring", "limits_exceeded", "shortfalls"]

ALL = ("", "*")
EXCEEDED = ["limit_id", "option", "year", "cost_mean", "p_exceeded"]


def shortfalls(areas: pd.DataFrame, risk: float) -> pd.DataFrame:
    """Where an option ends below a minimum oftener than `risk`: option, area, p_below_minimum; worst first."""
    table = areas["p_below_minimum"].reset_index()
    short = table[table["p_below_minimum"] > risk]
    return short.sort_values("p_below_minimum", ascending=False, kind="stable", ignore_index=True)


def barring(simulation: Simulation, short: pd.DataFrame) -> Simulation:
    """The same simulation without the options that fall short among those that compete, unless none would be left."""
    competing = set(simulation.inputs.options(permanent_only=True)) | simulation.inputs.barred
    failing = competing & set(short["option"])
    barred = frozenset(failing if failing != competing else ())
    if barred == simulation.inputs.barred:
        return simulation
    found = replace(simulation, inputs=replace(simulation.inputs, barred=barred))
    given = {field.name for field in fields(simulation)}
    found.__dict__.update({name: kept for name, kept in simulation.__dict__.items() if name not in given})
    return found


def limits_exceeded(simulation: Simulation) -> pd.DataFrame:
    """How often an option's nominal cost in a year exceeds a limit: limit_id, option, year, cost_mean, p_exceeded."""
    limits = [row for row in simulation.inputs.records["limits"] if row["id"]]
    if not limits:
        return pd.DataFrame(columns=EXCEEDED)
    years, edges = year_edges(simulation.inputs.as_of, simulation.model.horizon)
    factors = [nominal_factor(simulation.inputs, year) for year in years]
    places = {}
    for row in limits:
        ends = [(row["year_from"] or year, row["year_to"] or year) for year in years]  # NaN bounds nothing
        beyond = [year < first or year > last for year, (first, last) in zip(years, ends, strict=True)]
        places[row["limit_id"]] = [place for place, one in enumerate(beyond) if not one]

    def counted(sample: Sample) -> dict[tuple[str, str, int], Floats]:
        found = {}
        for option, parts in simulation.model.options.items():
            times = simulation.model.times(sample, option)
            units = dict[tuple, Floats]()
            for row in limits:
                streams = [stream for stream in parts.streams if concerns(row, stream)]
                amounts = [stream_amount(stream, sample, option) for stream in streams]
                for place in places[row["limit_id"]]:
                    window = Window(0.0, simulation.model.horizon, edges[place], edges[place + 1])
                    costs = [stream_value(*pair, times, window, units) for pair in zip(streams, amounts, strict=True)]
                    total = factors[place] * np.sum([np.zeros(sample.size), *costs], axis=0)
                    sums = total.sum(), (total > sample.column(row["id"])).sum()
                    found[row["limit_id"], option, place] = np.array(sums)
        return found

    chunks = simulation.each(counted)
    sums = {key: np.sum([chunk[key] for chunk in chunks], axis=0) / simulation.draws for key in chunks[0]}
    rows = [[limit, option, years[place], *found] for (limit, option, place), found in sums.items()]
    table = pd.DataFrame(rows, columns=EXCEEDED)
    return table.sort_values(["limit_id", "option", "year"], kind="stable", ignore_index=True)


def concerns(limit: dict, stream: Stream) -> bool:
    """Whether a limit counts a cost: by its category or group, and by who pays."""
    by_category = limit["category"] in ALL or limit["category"] in (stream.category, stream.group)
    by_group = limit["group"] in ALL or limit["group"] == stream.group
    return by_category and by_group and (limit["payer"] in ("*", stream.payer))
