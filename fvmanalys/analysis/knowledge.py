"""What is worth finding out: values of information of a decision's estimates, of natural groups of them, and of investigations."""

import fnmatch
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import pause
from fvmanalys.analysis.compare import Comparison, value_range
from fvmanalys.analysis.information import ERRORS, Value, Verdict, evpi, evppi, evppi_all, net_value, value_of_fit, verdict
from fvmanalys.analysis.learning import Lesson
from fvmanalys.analysis.regression import Regression, regress
from fvmanalys.analysis.sensitivity import evidence_share
from fvmanalys.analysis.tornado import numbers, tornado
from fvmanalys.evidence.rules import split
from fvmanalys.model import Simulation
from fvmanalys.model.draws import BLOCK, Floats, blocks, draw

__all__ = ["tied", "AROUND", "Knowledge", "natural_groups", "verdict_spans"]

AROUND = ("context", "viewpoints", "investigations", "parameters", "limits")
RANGE_POINTS = 9
RANGE_COLUMNS = ["value_per_point", "evpi", "cost_of_delay", "investigation_id", "net_value", "decide_now", "clear", "advice"]
OWED_TO = ("fact", "judgement", "assumption", "interaction", "chance")
TOLD = ("table", "name", "name_en", "option_id", "kind", "source_id", "owner", "owner_en", "confidential", "note", "note_en")
MONTHS_WAITED = tuple(range(0, 25))


@dataclass(frozen=True)
class Knowledge:
    """Values of information of one comparison, MSEK; each part is computed when first asked for.

    Regressions use the first `draws` draws of the simulation, in whole blocks where there are more.
    """

    comparison: Comparison
    draws: int = 8192

    @property
    def simulation(self) -> Simulation:
        """The simulation behind the comparison."""
        return self.comparison.simulation

    @property
    def size(self) -> int:
        """How many draws are used: whole blocks, since a short block has draws of its own."""
        return min(-(-self.draws // BLOCK) * BLOCK, self.simulation.draws)

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """The draws of every uncertain number of the model; estimates that are the same number stand once, under the first id."""
        tables = dict(zip(self.simulation.inputs.estimates["id"], self.simulation.inputs.estimates["table"], strict=True))
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
        return self.simulation.net_benefit(self.comparison.value_per_point if value is None else value)[options].iloc[: self.size]

    @cached_property
    def everything(self) -> Value:
        """EVPI: what it would be worth to know everything before choosing."""
        return evpi(self.benefit())

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """EVPPI of every uncertain number, the largest first: id, name, evppi, standard_error, clear, kind, sourced, owner."""
        about = self.simulation.inputs.estimates.set_index("id")
        found = evppi_all(self.benefit(), self.columns).reset_index(names="id")
        known = about.loc[found["id"], list(TOLD)].reset_index(drop=True)
        table = pd.concat([found, known], axis=1)
        table["clear"] = table["evppi"] > ERRORS * table["standard_error"]
        return table.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)

    def leading(self, kind: str = "") -> pd.DataFrame:
        """The numbers worth something to find out, of one kind or of all; of two that always go together only the first."""
        table = self.estimates[self.estimates["evppi"] > 0]
        streams = self.simulation.inputs.estimates.set_index("id")["stream"]
        alone = table[~table["id"].map(streams).duplicated()]
        return alone[alone["kind"].eq(kind) | (not kind)].reset_index(drop=True)

    @property
    def gaps(self) -> pd.DataFrame:
        """The numbers that nobody has published and that are worth most to find out."""
        table = self.estimates
        return table[table["kind"] == "assumption"].reset_index(drop=True)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """EVPPI of natural groups, the largest first: group_kind, group, estimates, evppi, standard_error, warning, clear."""
        rows = []
        for (kind, name), ids in natural_groups(self.simulation, list(self.columns)).items():
            value = evppi(self.benefit(), self.stack(ids))
            rows.append(
                {
                    "group_kind": kind,
                    "group": name,
                    "estimates": len(ids),
                    "evppi": value.value,
                    "standard_error": value.standard_error,
                    "warning": value.warning,
                }
            )
        columns = ["group_kind", "group", "estimates", "evppi", "standard_error", "warning"]
        table = pd.DataFrame(rows, columns=columns).sort_values("evppi", ascending=False, kind="stable", ignore_index=True)
        return table.assign(clear=table["evppi"] > ERRORS * table["standard_error"])

    def stack(self, ids: list[str]) -> Floats:
        """Columns side by side: draws × ids."""
        return np.column_stack([self.columns[name] for name in ids])

    @cached_property
    def resolved(self) -> dict[str, list[str]]:
        """The uncertain numbers that each investigation would tell more about."""
        table = self.simulation.inputs.tables["investigations"]
        return {row["investigation_id"]: self.matching(row["resolves"]) for row in table.to_dict("records")}

    def matching(self, patterns: str) -> list[str]:
        """The uncertain numbers whose ids, or those of an equal number, match some patterns."""
        found = {self.first_ids[name] for pattern in split(patterns) for name in fnmatch.filter(self.first_ids, pattern)}
        return [name for name in self.columns if name in found]

    @cached_property
    def delays(self) -> pd.DataFrame:
        """The cost of delay over the months waited; empty where there is nothing to wait for."""
        return pause.cost_of_delay(self.simulation.inputs, self.size, self.simulation.seed, value_per_point=self.comparison.value_per_point)

    def monthly_delay(self, option: str = pause.BEST) -> float:
        """What a month of waiting costs; NaN where there is nothing to wait for."""
        return float(pause.monthly_cost_of_delay(self.delays)[option]) if len(self.delays) else np.nan

    def first_month(self, option: str = pause.BEST) -> pd.Series:
        """The loss of the first month of waiting, and its parts; there must be something to wait for."""
        first = self.delays.loc[self.delays["months"] > 0, "months"].min()
        rows = self.delays[(self.delays["months"] == first) & (self.delays["option"] == option)]
        return rows.iloc[0][["loss", "pause_bill", "lost_points", "shifted_costs"]] / first

    @cached_property
    def fits(self) -> dict[str, Regression]:
        """What each investigation's numbers say of the score and cost of every option that may be chosen.

        Net benefit is a sum of the two at any value per point, so one regression serves the whole range.
        """
        options = self.simulation.inputs.options(permanent_only=True)
        outcomes = np.hstack([frame[options].iloc[: self.size].to_numpy() for frame in (self.simulation.score, self.simulation.cost)])
        return {name: regress(outcomes, self.stack(ids)) for name, ids in self.resolved.items() if ids}

    def evsi(self, investigation: str, variance_reduction: float, value: float) -> Value:
        """What an investigation is worth before its own cost, at one value per point."""
        if investigation not in self.fits or len(self.simulation.inputs.options(permanent_only=True)) < 2:
            return Value(0.0, 0.0)
        found, benefit = self.fits[investigation], self.benefit(value).to_numpy()
        best, count = int(benefit.mean(axis=0).argmax()), benefit.shape[1]
        turn = np.vstack([np.eye(count) * value, -np.eye(count)])
        turn = np.delete(turn - turn[:, [best]], best, axis=1)
        lead = np.delete(benefit - benefit[:, [best]], best, axis=1)
        left_out = found.left_out @ turn
        explained = np.clip(1 - ((lead - left_out) ** 2).mean(axis=0) / np.maximum(lead.var(axis=0), 1e-300), 0, 1)
        at_value = replace(found, fitted=found.fitted @ turn, left_out=left_out, explained=explained)
        learnt, samples = self.lesson(investigation, variance_reduction)
        return value_of_fit(lead, at_value, len(self.resolved[investigation]), learnt @ turn, [one @ turn for one in samples])

    def lesson(self, investigation: str, variance_reduction: float) -> tuple[Floats, list[Floats]]:
        """What an investigation teaches about score and cost, and what it does read with noise; kept for other values per point."""
        key = (investigation, variance_reduction)
        if key not in self.lessons:
            inputs = self.stack(self.resolved[investigation])
            found = Lesson(self.fits[investigation], inputs, np.full(inputs.shape[1], variance_reduction))
            self.lessons[key] = found.means, list(found.samples())
        return self.lessons[key]

    @cached_property
    def lessons(self) -> dict[tuple[str, float], tuple[Floats, list[Floats]]]:
        """What `lesson` has found so far."""
        return {}

    def investigations_at(self, value: float, monthly: float) -> pd.DataFrame:
        """Every investigation at one value per point: investigation_id, evsi, standard_error, cost, months, net_value."""
        simulation = self.simulation
        rows = []
        for row in simulation.inputs.records["investigations"]:
            worth = self.evsi(row["investigation_id"], row["variance_reduction"], value)
            cost = float(np.mean(draw(simulation.model.estimates[row["id"]], simulation.seed, blocks(4096))))
            rows.append(
                {
                    "investigation_id": row["investigation_id"],
                    "evsi": worth.value,
                    "standard_error": worth.standard_error,
                    "cost": cost,
                    "months": row["months"],
                }
            )
        table = pd.DataFrame(rows, columns=["investigation_id", "evsi", "standard_error", "cost", "months"])
        return table.assign(net_value=[net_value(row.evsi, row.cost, row.months, monthly) for row in table.itertuples()])

    @cached_property
    def verdict(self) -> Verdict | None:
        """Decide now, or investigate first; None where there is nothing to wait for, or nothing to investigate."""
        if not self.simulation.inputs.has("investigations") or not len(self.delays):
            return None
        return verdict(self.investigations_at(self.comparison.value_per_point, self.monthly_delay()), self.monthly_delay())

    @property
    def investigations(self) -> pd.DataFrame:
        """Every investigation at the value used, the best first; empty where there is nothing to wait for."""
        if self.verdict is None:
            return pd.DataFrame()
        table = self.verdict.table
        return table.assign(
            clear=table["evsi"] > ERRORS * table["standard_error"], delay_cost=table["months"] * self.monthly_delay()
        )

    @cached_property
    def verdict_range(self) -> pd.DataFrame:
        """The verdict over the range of value_per_point: value_per_point, evpi, best investigation, its net value, decide_now, clear."""
        if self.verdict is None:
            return pd.DataFrame(columns=RANGE_COLUMNS)
        grid = value_range(self.simulation.inputs)
        values = np.union1d(np.geomspace(max(grid[0], grid[-1] / 1000), grid[-1], RANGE_POINTS - 1), [self.comparison.value_per_point])
        monthly = self.delay_range(values)
        rows = []
        for value, month in zip(values, monthly, strict=True):
            found = verdict(self.investigations_at(value, month), month)
            rows.append(
                {
                    "value_per_point": value,
                    "evpi": float(evpi(self.benefit(value))),
                    "cost_of_delay": month,
                    "investigation_id": found.investigation,
                    "net_value": found.net_value,
                    "decide_now": found.decide_now,
                    "clear": found.is_clear,
                    "advice": "even" if not found.is_clear else "decide" if found.decide_now else "investigate",
                }
            )
        return pd.DataFrame(rows)

    def delay_range(self, values: Floats) -> list[float]:
        """The cost of the first month of delay of the best option, at several values per point."""
        month = float(self.delays.loc[self.delays["months"] > 0, "months"].min())
        today, later = pause.delayed(self.simulation.inputs, self.size, self.simulation.seed, month)
        return [(pause.worth(today, value).max() - pause.worth(later, value).max()) / month for value in values]

    @cached_property
    def tornado(self) -> pd.DataFrame:
        """What each estimate's low and high do to the difference between the two leading options, MSEK."""
        first, second = self.comparison.best, self.comparison.runner_up
        if second is None:
            return pd.DataFrame(columns=["id", "low_value", "high_value", "difference_low", "difference_high", "swing", "others"])
        return tornado(self.simulation, first, second, self.comparison.value_per_point)

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """The share of the variance of the difference between the two leading options owed to facts, judgements and assumptions."""
        first, second = self.comparison.best, self.comparison.runner_up
        if second is None:
            return pd.DataFrame(columns=["kind", "inputs", "share"])
        benefit = self.benefit()
        kinds = dict(zip(self.simulation.inputs.estimates["id"], self.simulation.inputs.estimates["kind"], strict=True))
        shares = evidence_share(benefit[first] - benefit[second], self.columns, kinds)
        return shares.reindex(pd.Index(OWED_TO, name="kind"), fill_value=0).reset_index()


def natural_groups(simulation: Simulation, ids: list[str]) -> dict[tuple[str, str], list[str]]:
    """Groups of uncertain numbers that somebody might find out together: areas, tables, common factors, assumptions."""
    about = simulation.inputs.estimates.set_index("id").loc[ids]
    parts = about.index.str.split("/")
    groups: dict[tuple[str, str], list[str]] = {}
    for name, pieces, table, factor, kind in zip(ids, parts, about["table"], about["moves_with"], about["kind"], strict=True):
        area = pieces[2] if table == "levels" else pieces[1] if table in ("areas", "criteria") else ""
        for key in (("area", area), ("table", table), ("factor", factor), ("kind", kind if kind == "assumption" else "")):
            if key[1]:
                groups.setdefault(key, []).append(name)
    return groups


def verdict_spans(table: pd.DataFrame) -> pd.DataFrame:
    """The verdict over the range of value_per_point as spans: low, high, investigation_id ("" where one decides now), net_value, clear.

    Neighbouring values with the same verdict are one span, with the highest net value in it, and so are those at which
    deciding and investigating are even within the error: such a span is not `clear` and has the best investigation. Where
    deciding and investigating change places, the border is where the net value, read linearly, is zero, else half-way.
    """
    rows = table.to_dict("records")
    spans: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        clear = bool(row.get("clear", True))
        chosen = "" if row["decide_now"] and clear else row["investigation_id"]
        if spans and spans[-1]["clear"] == clear and (not clear or spans[-1]["investigation_id"] == chosen):
            spans[-1] |= {"high": row["value_per_point"], "net_value": max(spans[-1]["net_value"], row["net_value"])}
            continue
        start = border(rows[place - 1], row) if spans else row["value_per_point"]
        spans = [*spans[:-1], {**spans[-1], "high": start}] if spans else []
        found = {"investigation_id": chosen, "net_value": row["net_value"], "clear": clear}
        spans.append({"low": start, "high": row["value_per_point"], **found})
    return pd.DataFrame(spans, columns=["low", "high", "investigation_id", "net_value", "clear"])


def border(before: dict, after: dict) -> float:
    """The value per point between two verdicts where one turns into the other."""
    low, high, here, there = before["value_per_point"], after["value_per_point"], before["net_value"], after["net_value"]
    turns = before["decide_now"] != after["decide_now"] and before.get("clear", True) and after.get("clear", True)
    share = here / (here - there) if turns and here != there else 0.5
    return float(low + share * (high - low))


def tied(table: pd.DataFrame) -> int:
    """How many numbers, from the first on, are worth as much as the first within the error of the difference."""
    first = table.iloc[0]
    apart = ERRORS * np.hypot(table["standard_error"], first["standard_error"])
    return int((table["clear"] & (first["evppi"] - table["evppi"] <= apart)).sum())
