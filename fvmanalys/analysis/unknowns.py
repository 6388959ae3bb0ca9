"""What could be found out: numbers, common factors and events, and what knowing each would be worth."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtri

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.information import Value, evpi, evppi, evppi_all
from fvmanalys.analysis.leads import ERRORS
from fvmanalys.analysis.tornado import SWINGS, numbers, tornado
from fvmanalys.model import Simulation
from fvmanalys.model.draws import BLOCK, Floats, blocks, draw, draw_factor, draw_own
from fvmanalys.model.sample import Mask

__all__ = ["AROUND", "Unknowns", "natural_groups", "tied"]

AROUND = ("context", "viewpoints", "investigations", "parameters", "limits")
TOLD = (
    "table", "name", "name_en", "option_id", "kind", "source_id", "owner", "owner_en", "confidential", "note",
    "note_en",
)  # fmt: skip


@dataclass(frozen=True)
class Unknowns:
    """What of one comparison, on its first `draws`, could be found out, and what that is worth, MSEK."""

    comparison: Comparison
    draws: int = 8192

    @property
    def simulation(self) -> Simulation:
        return self.comparison.simulation

    @property
    def size(self) -> int:
        """How many draws are used: whole blocks, since a short block has draws of its own."""
        return min(-(-self.draws // BLOCK) * BLOCK, self.simulation.draws)

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """The draws of every uncertain number of the model; those that are one number stand once, by the first id."""
        inputs = self.simulation.inputs
        tables = dict(zip(inputs.estimates["id"], inputs.estimates["table"], strict=True))
        names = [same[0] for same in numbers(self.simulation.model.estimates) if tables[same[0]] not in AROUND]
        parts = blocks(self.size)
        return {name: draw(self.simulation.model.estimates[name], self.simulation.seed, parts) for name in names}

    @cached_property
    def first_ids(self) -> dict[str, str]:
        """For every uncertain estimate the id under which its number stands in `columns`."""
        return {name: same[0] for same in numbers(self.simulation.model.estimates) for name in same}

    def benefit(self, value: float | None = None) -> pd.DataFrame:
        """Net benefit of the options that may be chosen, draws × options."""
        options = self.simulation.inputs.options(permanent_only=True)
        benefit = self.simulation.net_benefit(self.comparison.value_per_point if value is None else value)
        return benefit[options].iloc[: self.size]

    @cached_property
    def everything(self) -> Value:
        """EVPI: what it would be worth to know everything before choosing."""
        return evpi(self.benefit())

    @cached_property
    def tied_to(self) -> dict[str, list[str]]:
        """The uncertain numbers that are tied to each common factor."""
        estimates = self.simulation.model.estimates
        found = defaultdict(list)
        for name in self.columns:
            if estimates[name].moves_with and estimates[name].strength:
                found[estimates[name].moves_with].append(name)
        return dict(found)

    @cached_property
    def unknowns(self) -> dict[str, Floats]:
        """What could be found out, each for itself: untied numbers, common factors for theirs, and events."""
        alone = set(self.columns).difference(*self.tied_to.values())
        parts = blocks(self.size)
        seed = self.simulation.seed
        factors = {f"factors/{name}": ndtri(draw_factor(name, seed, parts)) for name in self.tied_to}
        events = {name: mask.astype(float) for name, mask in self.occurrences.items() if mask.std() > 0}
        events = {name.replace("risks/", "events/", 1): column for name, column in events.items()}
        return {name: self.columns[name] for name in self.columns if name in alone} | factors | events

    @cached_property
    def about(self) -> pd.DataFrame:
        """What is known of each of these; a factor is of the kind of its numbers, an event as its probability."""
        table = self.simulation.inputs.estimates.set_index("id")[list(TOLD)]
        events = table[table["table"] == "risks"].assign(table="events")
        events = events.rename(index=lambda name: name.replace("risks/", "events/", 1))
        names = {row["factor_id"]: row for row in self.simulation.inputs.records["factors"]}
        rows = {}
        for factor, members in self.tied_to.items():
            kinds = table.loc[members, "kind"].unique()
            named = names.get(factor, {"name": factor})
            known = {"name": named["name"], "name_en": named.get("name_en", ""), "confidential": "no"}
            kind = kinds[0] if len(kinds) == 1 else "assumption"
            rows[f"factors/{factor}"] = dict.fromkeys(TOLD, "") | known | {"table": "factors", "kind": kind}
        return pd.concat([table, events, pd.DataFrame.from_dict(rows, orient="index", columns=list(TOLD))])

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """EVPPI of everything that could be found out, the largest first.

        Numbers tied to one common factor are one row (`table` is factors); that a risk holds is a row (`table` is
        events) beside that of its probability, which is worth knowing only for what it says on average.
        """
        found = evppi_all(self.benefit(), self.unknowns).reset_index(names="id")
        table = pd.concat([found, self.about.loc[found["id"]].reset_index(drop=True)], axis=1)
        table["clear"] = table["evppi"] > ERRORS * table["standard_error"]
        return table.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def own_parts(self) -> pd.DataFrame:
        """The EVPPI of what is left of each tied number when its factor is known."""
        parts = blocks(self.size)
        seed = self.simulation.seed
        estimates = self.simulation.model.estimates
        members = {name: factor for factor, names in self.tied_to.items() for name in names}
        own = {name: draw_own(estimates[name], seed, parts) for name in members}
        found = evppi_all(self.benefit(), own).reset_index(names="id")[["id", "evppi", "standard_error", "warning"]]
        found.insert(0, "factor", found["id"].map(members))
        return found.sort_values(["factor", "evppi"], ascending=[True, False], kind="stable", ignore_index=True)

    def leading(self, kind: str = "") -> pd.DataFrame:
        """What is worth something to find out, of one kind or of all; of two that always go together only the first."""
        table = self.estimates[self.estimates["evppi"] > 0]
        streams = self.simulation.inputs.estimates.set_index("id")["stream"]
        alone = table[~table["id"].map(streams).fillna(table["id"]).duplicated()]
        return alone[alone["kind"].eq(kind) | (not kind)].reset_index(drop=True)

    @property
    def gaps(self) -> pd.DataFrame:
        """The numbers that nobody has published and that are worth most to find out."""
        numbers = self.estimates[~self.estimates["table"].isin(["events", "factors"])]
        return numbers[numbers["kind"].eq("assumption")].reset_index(drop=True)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """EVPPI of natural groups, the largest first."""
        rows = []
        for (kind, name), ids in natural_groups(self.simulation, list(self.columns)).items():
            value = evppi(self.benefit(), self.stack(ids))
            rows.append([kind, name, len(ids), value.value, value.standard_error, value.warning])
        columns = ["group_kind", "group", "estimates", "evppi", "standard_error", "warning"]
        table = pd.DataFrame(rows, columns=columns)
        table = table.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)
        return table.assign(clear=table["evppi"] > ERRORS * table["standard_error"])

    def stack(self, ids: list[str]) -> Floats:
        """Columns side by side: draws × ids."""
        return np.column_stack([self.columns[name] for name in ids])

    @cached_property
    def occurrences(self) -> dict[str, Mask]:
        """In which draws every risk of the model holds, by the id of its probability."""
        model = self.simulation.model
        found = {}
        sample = model.sample(blocks(self.size), self.simulation.seed)
        for option, conditions in model.conditions.items():
            for name, condition in conditions.items():
                if condition.rate and not condition.of and condition.rate not in found:
                    found[condition.rate] = sample.occurs(option, name)
        return found

    @cached_property
    def tornado(self) -> pd.DataFrame:
        """What each estimate's low and high do to the difference between the two leading options, MSEK."""
        first, second = self.comparison.best, self.comparison.runner_up
        if second is None:
            return pd.DataFrame(columns=SWINGS)
        return tornado(self.simulation, first, second, self.comparison.value_per_point)


def natural_groups(simulation: Simulation, ids: list[str]) -> dict[tuple[str, str], list[str]]:
    """Groups of uncertain numbers that somebody might find out together: areas, tables, common factors, assumptions."""
    about = simulation.inputs.estimates.set_index("id").loc[ids]
    parts = about.index.str.split("/")
    groups: dict[tuple[str, str], list[str]] = {}
    for name, pieces, row in zip(ids, parts, about.to_dict("records"), strict=True):
        table = row["table"]
        area = pieces[2] if table == "levels" else pieces[1] if table in ("areas", "criteria") else ""
        kind = row["kind"] if row["kind"] == "assumption" else ""
        for key in (("area", area), ("table", table), ("factor", row["moves_with"]), ("kind", kind)):
            if key[1]:
                groups.setdefault(key, []).append(name)
    return groups


def tied(table: pd.DataFrame) -> int:
    """How many numbers, from the first on, are worth as much as the first within the error of the difference."""
    first = table.iloc[0]
    apart = ERRORS * np.hypot(table["standard_error"], first["standard_error"])
    return int((table["clear"] & (first["evppi"] - table["evppi"] <= apart)).sum())
