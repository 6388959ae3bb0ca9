"""What is worth finding out before deciding: investigations,
alone and side by side, and what waiting for them costs.
"""

import fnmatch
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import pause
from fvmanalys.analysis.compare import value_range
from fvmanalys.analysis.information import Value, Verdict, evpi, net_value, value_of_fit, verdict, warned_of_counts
from fvmanalys.analysis.leads import ERRORS, leads, slices_of
from fvmanalys.analysis.learning import Lesson
from fvmanalys.analysis.misfit import Beside, beside
from fvmanalys.analysis.portfolios import EVERY_SUBSET, Inquiry, Study, chosen_subsets, least_accuracy
from fvmanalys.analysis.unknowns import AROUND, Unknowns, natural_groups, tied
from fvmanalys.evidence.rules import revealed, split
from fvmanalys.model.draws import Floats, blocks, draw
from fvmanalys.model.events import DECIDED
from fvmanalys.model.regression import Regression, regress

__all__ = ["tied", "AROUND", "Knowledge", "natural_groups", "verdict_spans"]

RANGE_POINTS = 9
RANGE_COLUMNS = [
    "value_per_point",
    "evpi",
    "cost_of_delay",
    "investigation_id",
    "net_value",
    "decide_now",
    "clear",
    "advice",
]
AT_ONCE = -1.0  # the delay of a decision that comes on the day of knowledge
MONTHS_WAITED = tuple(range(0, 25))


@dataclass(frozen=True)
class Knowledge(Unknowns):
    """Values of information of one comparison, MSEK, with investigations and the wait for them."""

    @cached_property
    def resolved(self) -> dict[str, list[str]]:
        """The uncertain numbers that each investigation would tell more about."""
        table = self.simulation.inputs.tables["investigations"]
        return {row["investigation_id"]: self.matching(row["resolves"]) for row in table.to_dict("records")}

    def matching(self, patterns: str) -> list[str]:
        """The uncertain numbers whose ids, or those of an equal number, match some patterns."""
        found = {
            self.first_ids[name] for pattern in split(patterns) for name in fnmatch.filter(self.first_ids, pattern)
        }
        return [name for name in self.columns if name in found]

    @cached_property
    def delays(self) -> pd.DataFrame:
        """The cost of delay over the months waited; empty where there is nothing to wait for."""
        months = pause.MONTHS if self.waits else ()
        return pause.delay_table(self.waits, months, self.simulation.inputs, self.comparison.value_per_point)

    @cached_property
    def waits(self) -> dict[float, pause.Waited]:
        """What every option comes to at each delay, and (before 0) decided at once;
        empty where there is nothing to wait for.
        """
        if not pause.waiting_is_possible(self.simulation.inputs):
            return {}
        delays = {AT_ONCE: None, **{float(months): months / 12 for months in pause.MONTHS}}
        return pause.waited(self.simulation.model, self.simulation.first(self.size), delays)

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
        return {name: regress(self.outcomes, self.stack(ids)) for name, ids in self.resolved.items() if ids}

    @cached_property
    def checks(self) -> dict[str, Beside]:
        """What lies beside the draws of each of these fits."""
        return {
            name: beside(found, self.outcomes, self.stack(self.resolved[name])) for name, found in self.fits.items()
        }

    @property
    def outcomes(self) -> Floats:
        """Score and cost of every option that may be chosen, side by side."""
        options = self.simulation.inputs.options(permanent_only=True)
        frames = (self.simulation.score, self.simulation.cost)
        return np.hstack([frame[options].iloc[: self.size].to_numpy() for frame in frames])

    def evsi(self, investigation: str, variance_reduction: float, value: float) -> Value:
        """What an investigation is worth before its own cost, at one value per point."""
        key = investigation, variance_reduction, value
        if key not in self.values_found:
            self.values_found[key] = self.evsi_once(*key)
        return self.values_found[key]

    @cached_property
    def values_found(self) -> dict[tuple[str, float, float], Value]:
        """What `evsi` has found so far."""
        return {}

    def evsi_once(self, investigation: str, variance_reduction: float, value: float) -> Value:
        """Compute `evsi`."""
        if investigation not in self.fits or len(self.simulation.inputs.options(permanent_only=True)) < 2:
            return Value(0.0, 0.0)
        benefit = self.benefit(value)
        over = leads(benefit.to_numpy(), slices_of(benefit))
        best = int(benefit.to_numpy().mean(axis=0).argmax())
        turn = np.vstack([np.eye(benefit.shape[1]) * value, -np.eye(benefit.shape[1])])
        turn = np.delete(turn - turn[:, [best]], best, axis=1)
        at_value = self.fits[investigation].turned(turn, over.drawn)
        learnt = self.lesson(investigation, variance_reduction) @ turn
        inputs = self.stack(self.resolved[investigation])
        check = self.checks[investigation].turned(turn)
        known = value_of_fit(over, at_value, inputs.shape[1], check, learnt, variance_reduction)
        return warned_of_counts(known, inputs, at_value.fitted, learnt, variance_reduction)

    def lesson(self, investigation: str, variance_reduction: float) -> Floats:
        """What an investigation teaches about score and cost; kept for other values per point."""
        key = (investigation, variance_reduction)
        if key not in self.lessons:
            inputs = self.stack(self.resolved[investigation])
            reduction = np.full(inputs.shape[1], variance_reduction)
            self.lessons[key] = Lesson(self.fits[investigation], inputs, reduction).means
        return self.lessons[key]

    @cached_property
    def lessons(self) -> dict[tuple[str, float], Floats]:
        """What `lesson` has found so far."""
        return {}

    @cached_property
    def inquiries(self) -> list[Inquiry]:
        """Every investigation: what it resolves and reveals, what it costs and how long it takes."""
        model = self.simulation.model
        seed = self.simulation.seed
        found = []
        for row in self.simulation.inputs.records["investigations"]:
            known = self.resolved[row["investigation_id"]]
            told = [revealed(one, self.simulation.inputs.records["risks"]) for one in split(row["reveals"])]
            found.append(
                Inquiry(
                    row["investigation_id"],
                    dict.fromkeys(known, row["variance_reduction"]) if row["variance_reduction"] > 0 else {},
                    tuple((risk, row["hit_rate"], row["false_alarm_rate"]) for risk in told),
                    float(np.mean(draw(model.estimates[row["id"]], seed, blocks(4096)))),
                    row["months"],
                )
            )
        return found

    def study(self, names: list[str], together: bool = True) -> Study:
        """The draws that investigations of some numbers are studied on."""
        options = self.simulation.inputs.options(permanent_only=True)
        score, cost = (
            frame[options].iloc[: self.size].to_numpy() for frame in (self.simulation.score, self.simulation.cost)
        )
        drawn = {name: self.columns[name] for name in names}
        return Study(score, cost, drawn, self.occurrences, slices_of(self.benefit()), together)

    @cached_property
    def studies(self) -> dict[str, Study]:
        """Every investigation on its own numbers."""
        return {one.name: self.study(list(one.resolves)) for one in self.inquiries}

    def worth_of(self, inquiry: Inquiry, values: list[float]) -> list[Value]:
        """What one investigation is worth before its own cost, at several values per point."""
        removed = next(iter(inquiry.resolves.values()), 0.0)
        alone = [self.evsi(inquiry.name, removed, value) if inquiry.resolves else Value(0.0, 0.0) for value in values]
        return self.studies[inquiry.name].values([inquiry], values, alone)

    @cached_property
    def planned(self) -> Floats:
        """When the leading option's decision comes in any case, in years; 0 where nobody plans one."""
        events = self.simulation.events
        key = self.comparison.best, DECIDED
        return events[key].iloc[: self.size].to_numpy() if key in events else np.zeros(self.size)

    def extra_wait(self, months: float) -> float:
        """By how many months the decision is expected to come later,
        if it waits for what takes so many: E[max(0, m − T)].
        """
        return float(12 * np.maximum(months / 12 - self.planned, 0.0).mean())

    def investigations_at(self, value: float, monthly: float) -> pd.DataFrame:
        """Every investigation at one value per point, before anything is compared."""
        rows = []
        for one in self.inquiries:
            [worth] = self.worth_of(one, [value])
            wait = self.extra_wait(one.months)
            rows.append(
                [one.name, worth.value, worth.standard_error, one.cost, one.months, wait, wait * monthly, worth.warning]
            )
        columns = ["investigation_id", "evsi", "standard_error", "cost", "months", "extra_wait", "delay_cost"]
        table = pd.DataFrame(rows, columns=[*columns, "warning"])
        table.insert(7, "net_value", table["evsi"] - table["cost"] - table["delay_cost"])
        return table

    def required_accuracy(self, inquiry: Inquiry) -> float:
        """How often a test that reveals must be right for its net value to be positive;
        NaN where it reveals nothing.
        """
        if not inquiry.reveals:
            return np.nan
        value = self.comparison.value_per_point
        due = inquiry.cost + self.extra_wait(inquiry.months) * self.monthly_delay()
        return least_accuracy(lambda share: self.worth_of(inquiry.accurate(share), [value])[0].value - due)

    @cached_property
    def range_values(self) -> list[float]:
        """The values per point over which the verdict is shown, the value used among them."""
        grid = value_range(self.simulation.inputs)
        spaced = np.geomspace(max(grid[0], grid[-1] / 1000), grid[-1], RANGE_POINTS - 1)
        return [float(value) for value in np.union1d(spaced, [self.comparison.value_per_point])]

    @cached_property
    def range_delays(self) -> dict[float, float]:
        """The cost of a month of delay at each of those values."""
        found = dict(zip(self.range_values, self.delay_range(np.array(self.range_values)), strict=True))
        return found | {self.comparison.value_per_point: self.monthly_delay()}

    @cached_property
    def joint(self) -> Study:
        """All investigations on all their numbers, which are too many for a fit as good as one's own."""
        names = dict.fromkeys(name for one in self.inquiries for name in one.resolves)
        return self.study(list(names), together=False)

    def worth_together(self, several: list[Inquiry], values: list[float]) -> list[Value]:
        """What investigations are worth side by side before their costs, at several values per point.

        What the joint fit misses is seen where it tells of each alone, and is part of the error.
        """
        if len(several) == 1:
            return self.worth_of(several[0], values)
        worths = self.joint.values(several, values)
        missed = np.sum([self.missed_of(one, tuple(values)) for one in several], axis=0)
        return [
            replace(one, standard_error=float(np.hypot(one.standard_error, off)))
            for one, off in zip(worths, missed, strict=True)
        ]

    def missed_of(self, one: Inquiry, values: tuple[float, ...]) -> Floats:
        """How far the joint fit is off the worth of one investigation alone; kept."""
        key = one.name, values
        if key not in self.misses_found:
            alone = self.worth_of(one, list(values))
            joint = self.joint.values([one], values)
            self.misses_found[key] = np.array([abs(a.value - b.value) for a, b in zip(alone, joint, strict=True)])
        return self.misses_found[key]

    @cached_property
    def misses_found(self) -> dict[tuple[str, tuple[float, ...]], Floats]:
        """What `missed_of` has found so far."""
        return {}

    @cached_property
    def side_by_side(self) -> dict[float, pd.DataFrame]:
        """Every portfolio at each value per point: investigation_id (joined by `;`),
        evsi, standard_error, warning, cost, extra_wait.

        Of up to six investigations all portfolios, of more the best with whichever adds most (`chosen_subsets`).
        Knowing more is never worth less, so none is worth less than what it consists of.
        """
        by_name = {one.name: one for one in self.inquiries}
        found: dict[tuple[str, ...], list[Value]] = {}

        def net(names: tuple[str, ...]) -> float:
            if names not in found:
                worths = self.worth_together([by_name[name] for name in names], self.range_values)
                smaller = [found[less] for less in combinations(names, len(names) - 1) if less in found]
                found[names] = [max(each, key=lambda one: one.value) for each in zip(worths, *smaller, strict=True)]
            place = self.range_values.index(self.comparison.value_per_point)
            cost, wait = self.due(names)
            return net_value(found[names][place], cost, wait, self.monthly_delay())

        found[()] = [Value(0.0, 0.0)] * len(self.range_values)
        tried = list(chosen_subsets(list(by_name), net))
        for names in tried:
            net(names)
        columns = ["investigation_id", "evsi", "standard_error", "warning", "cost", "extra_wait"]
        worths = {names: [[one.value, one.standard_error, one.warning] for one in found[names]] for names in tried}
        return {
            value: pd.DataFrame(
                [[";".join(names), *worths[names][place], *self.due(names)] for names in tried], columns=columns
            )
            for place, value in enumerate(self.range_values)
        }

    def due(self, names: tuple[str, ...]) -> tuple[float, float]:
        """What several investigations cost together, and the extra wait for the longest of them."""
        several = [one for one in self.inquiries if one.name in names]
        return sum(one.cost for one in several), self.extra_wait(max(one.months for one in several)) if several else 0.0

    @property
    def has_verdict(self) -> bool:
        """Whether there is something to wait for, and something to investigate."""
        return self.simulation.inputs.has("investigations") and len(self.delays) > 0

    def verdict_at(self, value: float, monthly: float) -> Verdict:
        """The verdict at one value per point of the range, at some cost of a month of delay."""
        table = self.side_by_side[value]
        return verdict(table[table["investigation_id"] != ""], monthly)

    @cached_property
    def verdict(self) -> Verdict | None:
        """Decide as planned, or investigate first;
        None where there is nothing to wait for, or nothing to investigate.
        """
        return self.verdict_at(self.comparison.value_per_point, self.monthly_delay()) if self.has_verdict else None

    @property
    def is_greedy(self) -> bool:
        """Whether there are too many investigations to try every portfolio of them."""
        return len(self.inquiries) > EVERY_SUBSET

    @cached_property
    def portfolios(self) -> pd.DataFrame:
        """Every portfolio tried, the best first; the empty one is to decide as planned."""
        columns = ["investigations", "evsi", "standard_error", "cost", "extra_wait", "net_value"]
        if not self.has_verdict:
            return pd.DataFrame(columns=columns)
        table = self.side_by_side[self.comparison.value_per_point].rename(
            columns={"investigation_id": "investigations"}
        )
        table["net_value"] = table["evsi"] - table["cost"] - table["extra_wait"] * self.monthly_delay()
        return table.sort_values("net_value", ascending=False, kind="stable", ignore_index=True)[columns]

    @cached_property
    def investigations(self) -> pd.DataFrame:
        """Every investigation at the value used, the best first; empty where there is nothing to wait for."""
        if not self.has_verdict:
            return pd.DataFrame()
        table = self.investigations_at(self.comparison.value_per_point, self.monthly_delay())
        least = {one.name: self.required_accuracy(one) for one in self.inquiries}
        table["required_accuracy"] = table["investigation_id"].map(least)
        table["clear"] = table["evsi"] > ERRORS * table["standard_error"]
        return table.sort_values("net_value", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def verdict_range(self) -> pd.DataFrame:
        """The verdict over the range of value_per_point: value_per_point,
        evpi, best portfolio, its net value, decide_now, clear.
        """
        if self.verdict is None:
            return pd.DataFrame(columns=RANGE_COLUMNS)
        rows = []
        for value in self.range_values:
            found = self.verdict_at(value, self.range_delays[value])
            rows.append(
                {
                    "value_per_point": value,
                    "evpi": float(evpi(self.benefit(value))),
                    "cost_of_delay": self.range_delays[value],
                    "investigation_id": found.investigation,
                    "net_value": found.net_value,
                    "decide_now": found.decide_now,
                    "clear": found.is_clear,
                    "advice": "even" if not found.is_clear else "decide" if found.decide_now else "investigate",
                }
            )
        return pd.DataFrame(rows)

    @cached_property
    def bring_forward(self) -> pd.DataFrame:
        """What deciding at once would be worth: option_id (the best option first),
        value (MSEK), months that it comes earlier.
        """
        columns = ["option_id", "value", "months"]
        if not len(self.delays):
            return pd.DataFrame(columns=columns)
        simulation = self.simulation
        best = self.comparison.best
        value = self.comparison.value_per_point
        options = simulation.inputs.options(permanent_only=True)
        gain = self.waits[AT_ONCE].worth(value, options) - self.waits[pause.TODAY].worth(value, options)
        rows = [[option, gain.at[option], self.months_to_decision(option)] for option in [best, *gain.index.drop(best)]]
        return pd.DataFrame(rows, columns=columns)

    def months_to_decision(self, option: str) -> float:
        """How many months from `as_of` an option's decision is expected to come; 0 where it has none."""
        events = self.simulation.events
        return float(12 * events[option, DECIDED].iloc[: self.size].mean()) if (option, DECIDED) in events else 0.0

    def delay_range(self, values: Floats) -> list[float]:
        """The cost of the first month of delay of the best option, at several values per point."""
        month = float(self.delays.loc[self.delays["months"] > 0, "months"].min())
        today = self.waits[pause.TODAY]
        later = self.waits[month]
        options = self.simulation.inputs.options(permanent_only=True)
        return [(today.worth(value, options).max() - later.worth(value, options).max()) / month for value in values]


def verdict_spans(table: pd.DataFrame) -> pd.DataFrame:
    """The verdict over the range of value_per_point as spans: low, high,
    investigation_id ("" where one decides now), net_value, clear.

    Neighbouring values with the same verdict are one span, with the highest net value in it, and so are those at
    which deciding and investigating are even within the error: such a span is not `clear` and has the best
    investigation. Where deciding and investigating change places, the border is where the net value, read linearly,
    is zero, else half-way.
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
    low, high, here, there = (
        before["value_per_point"],
        after["value_per_point"],
        before["net_value"],
        after["net_value"],
    )
    turns = before["decide_now"] != after["decide_now"] and before.get("clear", True) and after.get("clear", True)
    share = here / (here - there) if turns and here != there else 0.5
    return float(low + share * (high - low))
