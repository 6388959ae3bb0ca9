"""What tells the leader from every other option: what each would be if nothing went wrong, and what every risk adds."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.parts import OptionParts, Worth, fixed_at
from fvmanalys.analysis.shapley import shapley

__all__ = ["COLUMNS", "decomposition", "reasons"]

COLUMNS = ["option_id", "other", "group", "area", "risk", "difference"]
EXACT_UP_TO = 10


def decomposition(comparison: Comparison) -> pd.DataFrame:
    """The parts of E[NB] of the leader less that of each other option, MSEK; they sum to the whole.

    One of `group`, `area` and `risk` is filled: what the costs of a group and the benefit in an area would differ by if
    nothing went wrong (no risk occurred, no signal said yes), and what each risk adds, by its Shapley value over all
    risks on and off (exact up to ten of an option). A risk_id that several options have is a whole id.
    """
    best = comparison.best
    simulation = comparison.simulation
    samples = simulation.first(simulation.draws)
    split = {
        option: Split(OptionParts(simulation.model, samples, option, comparison.value_per_point))
        for option in simulation.model.options
    }
    rows = [
        [best, other, *kind, split[best].parts.get(kind, 0.0) - split[other].parts.get(kind, 0.0)]
        for other in split
        if other != best
        for kind in dict.fromkeys([*split[best].parts, *split[other].parts])
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"difference": float})
    known = comparison.simulation.inputs.tables["risks"]["risk_id"].value_counts()
    alone = table["risk"].str.split("/").str[-1]
    return table.assign(risk=alone.where(alone.map(known).eq(1), table["risk"]))


@dataclass(frozen=True)
class Split:
    """One option's expected value·S − C in parts, each by its group, area and risk, of which one is filled."""

    option: OptionParts

    @cached_property
    def parts(self) -> dict[tuple[str, str, str], float]:
        """What the option gives and costs if nothing goes wrong, and what its risks add."""
        calm = self.with_risks(frozenset())
        model = self.option.model
        groups: dict[str, float] = {}
        for stream, cost in zip(model.options[self.option.option].streams, calm.costs, strict=True):
            group = stream.group or stream.category
            groups[group] = groups.get(group, 0.0) - cost
        risks = self.option.risks
        added = shapley(risks, lambda on: np.array(self.with_risks(on).total), exact_up_to=EXACT_UP_TO)
        return {
            **{("", area, ""): calm.value * points for area, points in calm.areas.items()},
            **{(group, "", ""): amount for group, amount in groups.items()},
            **{("", "", risk): float(share) for risk, share in zip(risks, added, strict=True)},
        }

    def with_risks(self, on: frozenset[str]) -> Worth:
        """The option where only some of its risks may occur."""
        off = {name for risk in self.option.risks if risk not in on for name in self.option.ids_of_risk(risk)}
        return self.option.with_given(off, fixed_at(off, 0.0)) if off else self.option.drawn


def reasons(comparison: Comparison, table: pd.DataFrame) -> pd.DataFrame:
    """What speaks for and against every option beside the leader, or the leader beside the runner-up, MSEK."""
    columns = ["option", "other", "kind", "part", "difference"]
    if table.empty:
        return pd.DataFrame(columns=columns).astype({"difference": float})
    kinds = table[["area", "group", "risk"]]
    told = table.rename(columns={"option_id": "option"})
    told = told.assign(kind=(kinds != "").idxmax(axis=1), part=kinds.max(axis=1))[columns]
    turned = told.rename(columns={"option": "other", "other": "option"}).assign(difference=-told["difference"])
    both = pd.concat([told[told["other"] == comparison.runner_up], turned])
    order = {option: place for place, option in enumerate(comparison.table.index)}
    return both.sort_values("option", key=lambda names: names.map(order), kind="stable", ignore_index=True)[columns]
