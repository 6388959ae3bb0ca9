"""What each number of a published table is made of, table by table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import pandas as pd

from fvmanalys.analysis.branches import branches
from fvmanalys.analysis.budget import CONTRACT, EXTENSION, TERM, USERS, nominal_factor
from fvmanalys.analysis.requirements import concerns
from fvmanalys.analysis.staffing import agreements
from fvmanalys.analysis.trace import Part, Rows, Trace, drawn, same, total
from fvmanalys.analysis.trace_draws import TracedDraws
from fvmanalys.evidence.rules import split
from fvmanalys.model.costs import Window
from fvmanalys.model.draws import Floats
from fvmanalys.model.simulate import year_edges

__all__ = ["Number", "Recipes"]

SUMS = {"loss": ("pause_bill", "lost_points", "shifted_costs"), "total": ("pause_cost", "rebuild_cost", "late_cost")}


@dataclass(frozen=True)
class Number:
    """A number of a published table: where it stands, and what."""

    address: str
    row: Mapping[str, Any]
    column: str
    value: float

    def of(self, parts: Sequence[Part], outcome: Floats | None = None) -> Trace:
        """It is computed of the draws of its parts."""
        return drawn(self.address, self.value, parts, outcome)

    def sum(self, parts: Sequence[Trace]) -> Trace:
        """It is the sum of its parts."""
        return total(self.address, parts, self.value)

    def ratio(self, parts: Sequence[Trace]) -> Trace:
        """It is the first part by the second."""
        return Trace(self.address, self.value, "ratio", lambda: parts)

    def same(self, node: Trace) -> Trace:
        """It is another number by its own name."""
        return same(self.address, node, self.value)


@dataclass(frozen=True)
class Recipes:
    """How each number of some findings is traced; `tables` makes each of their tables."""

    findings: Any
    tables: Mapping[str, Callable[[Any], pd.DataFrame]]

    @cached_property
    def draws(self) -> TracedDraws:
        """The draws of the comparison."""
        return TracedDraws(self.findings.comparison)

    @cached_property
    def views(self) -> dict[float, TracedDraws]:
        """The draws of every view."""
        return {view: TracedDraws(found) for view, found in self.findings.by_view.items()}

    @property
    def rows(self) -> Rows:
        """The raw rows."""
        return self.draws.rows

    def of_any(self, asked: Number) -> Trace:
        """A number computed of all draws: of the rows and investigations that its row names, and of every option."""
        texts = [one for cell in asked.row.values() if isinstance(cell, str) for one in cell.split(";")]
        named = [f"{before}{one}" for one in texts for before in ("", "investigations/", "context/", "limits/")]
        named += [one.replace("events/", "risks/", 1) for one in texts]
        known = [one for one in dict.fromkeys(named) if one in self.rows.estimates]
        sample = self.draws.sample
        rows: list[Part] = [(self.rows.estimate(one), sample.column(one)) for one in known if one in sample.estimates]
        return self.draws.owed(asked.address, asked.value, None, *rows)

    def of_comparison(self, asked: Number) -> Trace:
        """A figure of an option."""
        return self.draws.figure(asked.address, asked.row["option"], asked.column, asked.value)

    of_programme = of_comparison

    def of_views(self, asked: Number) -> Trace:
        """A figure of an option in a view."""
        return self.views[asked.row["view"]].figure(asked.address, asked.row["option"], asked.column, asked.value)

    def of_p_best_range(self, asked: Number) -> Trace:
        """How often an option is best."""
        shown = asked.column == "p_best" and asked.value > 0
        option = asked.row["option_id"]
        return self.draws.figure(asked.address, option, "p_best", asked.value) if shown else self.of_any(asked)

    def of_areas(self, asked: Number) -> Trace:
        """The score of an area: mean, quantile, or how often it is below a level."""
        option = asked.row["option"]
        area = asked.row["area"]
        draws = self.draws
        mean = draws.area(option, area, draws.even)
        if asked.column == "score":
            return asked.same(mean)
        if asked.column.startswith("score_p"):
            scores = self.findings.simulation.area_scores[option, area]
            make = partial(draws.area, option, area)
            share = int(asked.column[-2:]) / 100
            return draws.quantile(asked.address, asked.value, scores.to_numpy(), share, make)
        return asked.of([mean])

    def of_acceptability(self, asked: Number) -> Trace:
        """How often an option is best at a value of a point."""
        point = asked.row["value_per_point"]
        draws = self.draws
        worth = self.findings.simulation.net_benefit(point)[draws.competing]
        parts: list[Part] = [(draws.benefit(one, draws.even, point), worth[one].to_numpy()) for one in worth]
        return asked.of(parts, worth.idxmax(axis=1).eq(asked.row["option"]).to_numpy(dtype=float))

    def of_frontier(self, asked: Number) -> Trace:
        """What an option costs and gives, and how much more than the one before it."""
        draws = self.draws
        option = asked.row["option"]
        if asked.column in ("cost", "score"):
            return asked.same(getattr(draws, asked.column)(option, draws.even))
        line = list(self.findings.comparison.frontier.query("status == 'frontier'").index)
        pair = draws.beside_reference(option, draws.even, line[line.index(option) - 1])
        return (
            asked.ratio(pair) if asked.column == "cost_per_point" else asked.same(pair[asked.column == "extra_score"])
        )

    def of_measures(self, asked: Number) -> Trace:
        """Ratios of what an option gives and costs."""
        draws = self.draws
        option = asked.row["option"]
        cost = draws.cost(option, draws.even)
        if asked.column == "benefit_cost_ratio":
            return asked.ratio(draws.mean_benefit(option).parts)
        if asked.column == "equivalent_annual_cost" and asked.value:
            choices = self.rows.parameters("discount_rate", "horizon_years")
            return asked.ratio([cost, drawn("discounted_years", cost.value / asked.value, choices)])
        return asked.of([cost, draws.cost(self.findings.inputs.reference, draws.even)])

    def of_wins(self, asked: Number) -> Trace:
        """How often an option has more net benefit than another."""
        draws = self.draws
        one = asked.row["option"]
        other = asked.row["other"]
        parts: list[Part] = [(draws.mean_benefit(name), draws.worth[name].to_numpy()) for name in (one, other)]
        return asked.of(parts, draws.worth[one].gt(draws.worth[other]).to_numpy(dtype=float))

    def of_ranks(self, asked: Number) -> Trace:
        """How often an option has a rank."""
        ranks = self.draws.worth[self.draws.competing].rank(axis=1, ascending=False)[asked.row["option"]]
        return self.draws.owed(asked.address, asked.value, ranks.eq(asked.row["rank"]).to_numpy(dtype=float))

    def of_switching_points(self, asked: Number) -> Trace:
        """The value of a point at which two options are alike: what one costs more by what it gives more."""
        pair = self.draws.beside_reference(asked.row["to_option"], self.draws.even, asked.row["from_option"])
        return asked.ratio(pair) if asked.ratio(pair).holds() else asked.of(pair)

    def year(self, option: str, year: int, rate: Any, **only: Any) -> Trace:
        """What some streams of an option cost in a year."""
        years, edges = year_edges(self.findings.inputs.as_of, self.draws.model.horizon)
        place = years.index(int(year))
        window = Window(rate, self.draws.model.horizon, edges[place], edges[place + 1])
        return self.draws.cost(option, self.draws.even, window, **only)

    def nominal(self, option: str, year: int, **only: Any) -> Trace:
        """The same in the money of the year."""
        rests_on = [*self.rows.all_of("price_index"), *self.rows.parameters("inflation", "price_year", "horizon_years")]
        factor = drawn(f"inflation/{year}", nominal_factor(self.findings.inputs, int(year)), rests_on)
        cost = self.year(option, year, 0.0, **only)
        return Trace(f"nominal/{option}/{year}", cost.value * factor.value, "product", lambda: [cost, factor])

    def of_yearly_cost(self, asked: Number) -> Trace:
        """What a category costs in a year: its streams, cut at New Year."""
        rate = 0.0 if asked.column == "cost" else self.draws.model.rate
        return asked.same(self.year(asked.row["option"], asked.row["year"], rate, category=asked.row["category"]))

    def of_budget(self, asked: Number) -> Trace:
        """What an option takes in a year."""
        return asked.same(self.nominal(asked.column, asked.row["year"], payer=""))

    def of_paid(self, asked: Number) -> Trace:
        """What an option takes of a payer in all."""
        years, _ = year_edges(self.findings.inputs.as_of, self.draws.model.horizon)
        return asked.sum([self.nominal(asked.column, year, payer=asked.row["payer"]) for year in years])

    def of_costs(self, asked: Number) -> Trace:
        """What a category costs in all."""
        return asked.same(self.draws.cost(asked.column, self.draws.even, category=asked.row["category"]))

    def of_events(self, asked: Number) -> Trace:
        """When an event happens, or by when it must."""
        if asked.column == "deadline":
            rows = self.rows.inputs.counting("timeline", asked.row["option"])
            own = next(row for row in rows if row["event_id"] == asked.row["event"] and row["deadline"])
            return replace(self.rows.record("timeline", own), id=asked.address, value=asked.value)
        return self.draws.moment(asked.address, asked.row["option"], asked.row["event"], asked.column, asked.value)

    of_critical_path = of_events

    def of_levels(self, asked: Number) -> Trace:
        """The level of an area today and at the horizon, and when an option's own begins."""
        option = asked.row["option"]
        area = asked.row["area"]
        model = self.draws.model
        moments = {"level_now": 0.0, "level_end": model.horizon, "level": asked.row.get("time")}
        if asked.column in moments:
            return self.draws.level_at(option, area, moments[asked.column], asked.value)
        own = [one.event for one in model.options[option].levels if one.area == area and not one.shared]
        return asked.of(self.draws.moments(option, own))

    of_level_paths = of_levels

    def of_decomposition(self, asked: Number) -> Trace:
        """What tells two options apart in a group of costs, in an area, or by a risk."""
        draws, row = self.draws, asked.row
        pair = [row["option_id"], row["other"]]
        if row["area"]:
            return asked.of([draws.area(one, row["area"], draws.even) for one in pair])
        if row["risk"]:
            risks = [one for one in self.rows.estimates if one.startswith("risks/") and one.endswith(row["risk"])]
            return asked.of([self.rows.estimate(one) for one in risks])
        costs = [
            part
            for one in pair
            for part in draws.streams(one, lambda stream: row["group"] == (stream.group or stream.category))
        ]
        return asked.of(costs)

    def of_published_totals(self, asked: Number) -> Trace:
        """A published figure: the row itself, or what the model has in its place."""
        option = asked.row["option_id"]
        if asked.column not in ("found", "model_total"):
            return replace(self.rows.estimate(f"context/{asked.row['item_id']}"), id=asked.address, value=asked.value)
        if not asked.row["categories"]:
            return asked.of([self.draws.when(option, self.findings.inputs.full_use_event(option))])
        window = Window(0.0, self.draws.model.horizon)
        categories = split(asked.row["categories"])
        return asked.sum([self.draws.cost(option, self.draws.even, window, category=one) for one in categories])

    of_own_report = of_published_totals

    def of_evidence_counts(self, asked: Number) -> Trace:
        """How many estimates there are of a kind, or of all how large a share: the rows themselves."""
        kind = asked.row.get("kind", asked.column)
        table = asked.row.get("table")
        rows = [one for one in self.rows.estimates.values() if one["table"] == (table or one["table"])]
        return asked.of(
            [self.rows.estimate(one["id"]) for one in rows if one["kind"] == kind] or self.rows.all_of("decision")
        )

    def of_source_types(self, asked: Number) -> Trace:
        """How many sources there are of a type: their rows."""
        return asked.of(self.rows.all_of("sources", type=asked.row["type"]))

    of_evidence_by_table = of_evidence_counts
    of_uncertain = of_evidence_counts

    def of_estimates(self, asked: Number) -> Trace:
        """A raw row's own number."""
        return replace(self.rows.estimate(asked.row["id"]), id=asked.address, value=asked.value)

    def of_row(self, asked: Number) -> Trace:
        """A number that its row alone decides."""
        return asked.of([self.rows.estimate(asked.row["id"])])

    of_start_burden = of_row
    of_risk_losses = of_row

    def of_staffing(self, asked: Number) -> Trace:
        """How many people are needed: the rows of the staffing, and the events from and to which they are."""
        row = asked.row
        streams = self.draws.model.options[asked.row["option"]].streams
        if asked.column == "before_fte":
            return replace(self.rows.estimate(f"context/peak_{row['employer']}"), id=asked.address, value=asked.value)
        roles = {one["id"]: one["role_id"] for one in self.findings.inputs.records["staffing"]}
        like = [one for one in streams if one.employer and one.employer == row.get("employer", one.employer)]
        like = [one for one in like if one.category == row.get("phase", one.category)]
        like = [one for one in like if roles[one.estimates[0]] == row.get("role_id", roles[one.estimates[0]])]
        moments = self.draws.moments(row["option"], [name for one in like for name in (one.start, one.end)])
        return asked.of([*(self.rows.estimate(one.estimates[0]) for one in like), *(one for one, _ in moments)])

    of_staffing_peaks = of_staffing

    def of_per_user(self, asked: Number) -> Trace:
        """The undiscounted cost, by years and users."""
        cost = self.draws.cost(asked.row["option"], self.draws.even, Window(0.0, self.draws.model.horizon))
        years = self.rows.parameters("horizon_years")[0]
        yearly = Trace("per_year", cost.value / years.value, "ratio", lambda: [cost, years])
        if asked.column != "per_user":
            return asked.same(cost if asked.column == "total" else yearly)
        users = self.rows.estimate(f"context/{USERS}")
        return asked.ratio([yearly, drawn("millions", users.value / 1e6, [users])])

    def of_contracts_compared(self, asked: Number) -> Trace:
        """What a published contract comes to: its own rows."""
        item = asked.row["item_id"]
        names = [item, *((TERM, EXTENSION, USERS) if item == CONTRACT else (f"{item}_years", f"{item}_users"))]
        known = [f"context/{one}" for one in names if f"context/{one}" in self.rows.estimates]
        return asked.of([self.rows.estimate(one) for one in known])

    def of_agreements(self, asked: Number) -> Trace:
        """What is known of an agreement: its rows."""
        every = [one for parts in agreements(self.findings.inputs) for one in parts.values() if one]
        stem = next(one for one in every if one["name"] == asked.row["name"])
        name = (stem.get("item_id") or stem["milestone_id"]).rpartition("_")[0]
        found = [
            *self.rows.all_of("milestones", milestone_id=f"{name}_ends"),
            *(one for end in ("count", "notice") for one in self.rows.all_of("context", item_id=f"{name}_{end}")),
        ]
        return asked.of(found)

    def of_limits_exceeded(self, asked: Number) -> Trace:
        """What a limit counts in a year, and how often it is too much."""
        limit = next(one for one in self.findings.inputs.records["limits"] if one["limit_id"] == asked.row["limit_id"])
        option = asked.row["option"]
        year = asked.row["year"]
        own = self.rows.estimate(limit["id"])
        streams = [one for one in self.draws.model.options[option].streams if concerns(limit, one)]
        parts = [self.nominal(option, year, estimates=one.estimates) for one in streams]
        return asked.sum(parts) if asked.column == "cost_mean" and parts else asked.of([own, *parts])

    def of_pause_bill(self, asked: Number) -> Trace:
        """What a stream takes in a month: its row, and for people what one costs."""
        every = [one.estimates for parts in self.draws.model.options.values() for one in parts.streams]
        ids = next((one for one in every if asked.row["stream"] in one), (asked.row["stream"],))
        return asked.of([self.rows.estimate(one) for one in ids])

    def of_cost_of_delay(self, asked: Number) -> Trace:
        """A loss or a total is the sum of its parts, each of which is computed of all draws."""
        parts = SUMS.get(asked.column, ())
        found = [self.of_any(replace(asked, address=one, column=one, value=asked.row[one])) for one in parts]
        return asked.sum(found) if parts else self.of_any(asked)

    of_standing_team = of_cost_of_delay

    def of_reference_class_quantiles(self, asked: Number) -> Trace:
        """What became of past programmes."""
        return asked.of([self.draws.programmes()])

    of_backtest = of_reference_class_quantiles

    def of_changes(self, asked: Number) -> Trace:
        """What a group of inputs did to a figure, which is traced as it is now."""
        figure = self.draws.figure(asked.address, asked.row["option"], asked.row["measure"], asked.row["after"])
        return figure if asked.column == "after" else asked.of([figure])

    def of_public_comparison(self, asked: Number) -> Trace:
        """A figure here, in the public version, or what tells them apart."""
        name = asked.column.removeprefix("public_").removesuffix("_difference")
        option = asked.row["option"]
        public = TracedDraws(self.findings.public_version.comparison)
        here, there = (
            draws.figure(f"{whose}/{option}/{name}", option, name, asked.row[column])
            for draws, whose, column in ((self.draws, "comparison", name), (public, "public", f"public_{name}"))
        )
        if asked.column.endswith("_difference"):
            return self.draws.apart(asked.address, here, there)
        return asked.same(here if asked.column == name else there)

    def of_weights(self, asked: Number) -> Trace:
        """What an area counts for, as it is likely."""
        return asked.of(self.rows.all_of("areas"))

    def of_scale(self, asked: Number) -> Trace:
        """What an area's own row holds."""
        return replace(self.rows.estimate(f"areas/{asked.row['area_id']}"), id=asked.address, value=asked.value)

    def of_moved(self, asked: Number) -> Trace:
        """How far a plan has moved: the milestone's rows."""
        return asked.of(self.rows.all_of("milestones", milestone_id=asked.row["milestone_id"]))

    def of_team(self, asked: Number) -> Trace:
        """The people of a phase, or of all, in a year."""
        phases = {one["phase"] for one in self.findings.inputs.records["staffing"]}
        more = {"phase": asked.column} if asked.column in phases else {}
        return self.of_staffing(replace(asked, row={"option": asked.row["option"], **more}))

    def of_tree(self, asked: Number) -> Trace:
        """What an option comes to in the draws of a branch."""
        draws = self.draws
        option = asked.row["option"]
        event = asked.row["event"]
        holds = draws.sample.occurs(option, event) == asked.row["holds"] if event else draws.even > 0
        before = branches(self.findings.comparison).query("option == @option and depth == 1 and event != @event")
        for one in set(before["event"]) if asked.row["depth"] == 2 else ():
            holds = holds & ~draws.sample.occurs(option, one)
        if asked.column == "share":
            return asked.of([draws.condition(option, event, asked.value)] if event else [draws.mean_benefit(option)])
        weights = holds / holds.sum()
        if asked.column != "net_benefit":
            return asked.same(getattr(draws, asked.column)(option, weights))
        each = self.rows.parameters("value_per_point")[0]
        reference = self.findings.inputs.reference
        score = draws.apart("score", draws.score(option, weights), draws.score(reference, draws.even))
        cost = draws.apart("cost", draws.cost(option, weights), draws.cost(reference, draws.even))
        worth = drawn("points", self.findings.comparison.value_per_point * score.value, [each, score])
        return asked.same(draws.apart("net_benefit", worth, cost))
