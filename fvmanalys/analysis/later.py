"""Choose later: hold back a choice until something is known, and take in each draw the way that then looks best."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.information import Value, check_same_draws, read_benefit, read_columns
from fvmanalys.analysis.leads import leads, standard_error
from fvmanalys.evidence import Inputs
from fvmanalys.model.choices import FIRST, SECOND, Rule
from fvmanalys.model.draws import Floats, slice_starts
from fvmanalys.model.regression import regress
from fvmanalys.model.sample import Sample

__all__ = ["Later", "choices", "choose_later"]

CHOICES = [
    "option_id", "choose_at", "name", "name_en", "way", "share", "now", "committed", "net_benefit", "option_value",
    "standard_error",
]  # fmt: skip


@dataclass(frozen=True)
class Later:
    """A choice held back: the way taken in each draw, what it gives, and what that is beyond choosing now."""

    taken: NDArray[np.int64]
    worth: Floats
    gain: Value


def choose_later(worth: ArrayLike, known: ArrayLike) -> Later:
    """Choose between ways (draws × ways) once `known` (draws × k, or one column) has been seen.

    In draws that look the same by then the way with the higher conditional mean is taken, by a regression on all other
    draws: no choice sees its own future. Dixit & Pindyck 1994, Investment under Uncertainty, ch. 2.
    """
    ways, columns = read_benefit(worth), read_columns(known)
    now = int(ways.mean(axis=0).argmax())
    lead = leads(ways).drawn
    check_same_draws(lead, columns)
    others = np.delete(np.arange(ways.shape[1]), now)
    taken = np.full(len(ways), now)
    if len(others):
        predicted = regress(lead, columns).left_out
        taken = np.where(predicted.max(axis=1) > 0, others[predicted.argmax(axis=1)], now)
    given = ways[np.arange(len(ways)), taken]
    return Later(taken, given, Value(float((given - ways[:, now]).mean()), standard_error(given - ways[:, now])))


def choices(comparison: Comparison) -> pd.DataFrame:
    """What it is worth to hold back a choice, MSEK: for each option that does, a row for each of its ways.

    `share` is how often the way is taken, `now` its expected net benefit as an option of its own, `committed` what the
    option comes to by taking it whatever is learnt, `net_benefit` with the choice, `option_value` that beyond the
    better way now.
    """
    simulation = comparison.simulation
    value = comparison.value_per_point
    rows = []
    benefit = simulation.net_benefit(value)
    reference = (value * simulation.score - simulation.cost)[simulation.inputs.reference].mean()
    for row in simulation.inputs.records["options"]:
        option = row["option_id"]
        rule = simulation.model.rule(row["option_id"])
        if rule is None:
            continue
        ways = [line[1] for line in simulation.inputs.ways[option]]
        sums = simulation.each(partial(sums_by_way, rule, value))
        gain = (benefit[option] - benefit[benefit[ways].mean().idxmax()]).to_numpy()
        names = event_names(simulation.inputs, option, row["choose_at"])
        for place, way in enumerate(ways):
            share, committed = (
                sum(chunk[key, place] for chunk in sums) / simulation.draws for key in ("taken", "worth")
            )
            figures = [share, benefit[way].mean(), committed - reference, benefit[option].mean()]
            error = standard_error(gain, slice_starts(simulation.draws))
            rows.append([option, row["choose_at"], *names, way, *figures, gain.mean(), error])
    return pd.DataFrame(rows, columns=CHOICES)


def sums_by_way(rule: Rule, value: float, sample: Sample) -> dict[tuple[str, int], float]:
    """In how many draws of a chunk each way is taken, and the sum of what the option comes to if it always is."""
    taken = sample.way(rule.option, rule.condition)
    found: dict[tuple[str, int], float] = {}
    for place, way in enumerate((FIRST, SECOND)):
        found["taken", place] = float((taken == way).sum())
        found["worth", place] = float(rule.worth(sample, way, value).sum())
    return found


def event_names(inputs: Inputs, option: str, name: str) -> list[str]:
    """What an event or a signal of an option is called, in both languages."""
    rows = [
        row
        for table, key in (("timeline", "event_id"), ("signals", "signal_id"))
        for row in inputs.counting(table, option)
        if row[key] == name
    ]
    return [rows[0]["name"] or name, rows[0].get("name_en", "")]
