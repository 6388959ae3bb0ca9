"""What changed between two runs, and why: the change in each figure divided among the groups of inputs that differ."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison, probability_best
from fvmanalys.analysis.mixtures import CALENDAR, Cell, Group, Mixture, RowChange, merged, mixable, words_of
from fvmanalys.analysis.mixtures import OPTIONS as SET_OF_OPTIONS
from fvmanalys.analysis.shapley import EXACT_UP_TO, shapley
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.model.draws import BLOCK, Floats
from fvmanalys.model.simulate import simulate

__all__ = ["CODE", "MEASURES", "SAMPLING", "Changes", "divided", "what_changed"]

MEASURES = ("cost_mean", "score", "net_benefit", "p_best", "expected_loss")
CODE, SAMPLING = "code", "sampling"
ALL_DRAWS_UP_TO = 3
ATTRIBUTION = ["option", "measure", "group", "kind", "change", "before", "after"]
ABOUT = ("kind", "source_id", "known_from", "confidential")
ROWS = ["group", "table", "option", "key", "what", "columns", "before", "after", *ABOUT]


class Unmixable(Exception):
    """A mixture of old and new rows that could not stand as evidence."""


@dataclass(frozen=True)
class Changes:
    """What changed from the `former` run, in money of MSEK, scores 0–100 and shares.

    `attribution` has a row an option that both runs have, measure and group: the `change` of all groups sums to `after`
    − `before`, as published. Group `code` is what today's code, draws and seed make of the former inputs, less what was
    published then; `sampling` what a game on fewer draws leaves unexplained. `rows` are the `row_changes`, each with
    its group (empty where nothing is computed from it). `reason` there is nothing to tell: first, other, unreadable; or
    empty.
    """

    former: PublishedRun | None = None
    reason: str = ""
    groups: tuple[Group, ...] = ()
    attribution: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=ATTRIBUTION))
    row_changes: tuple[RowChange, ...] = ()
    arrived: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    best_before: str = ""

    @property
    def told(self) -> bool:
        """Whether it can be told what changed."""
        return not self.reason

    @property
    def sampled(self) -> bool:
        """Whether so much changed that the parts are means over some of the orders in which it may."""
        return len(self.groups) > EXACT_UP_TO

    def parts(self, measure: str) -> pd.DataFrame:
        """What each group (rows) did to one measure of each option (columns)."""
        rows = self.attribution[self.attribution["measure"] == measure]
        wide = rows.pivot_table(index="group", columns="option", values="change", sort=False, observed=True)
        return wide.reindex(rows["group"].drop_duplicates())

    def whole(self, measure: str) -> pd.DataFrame:
        """One measure of each option (rows) before and after, and the change."""
        rows = self.attribution[self.attribution["measure"] == measure].drop_duplicates("option").set_index("option")
        return rows[["before", "after"]].assign(change=rows["after"] - rows["before"])

    def group_of(self, change: RowChange) -> str:
        """The group that a row belongs to; empty where nothing is computed from what differs in it."""
        cells = {change.cell, (*change.cell, change.key)}
        return next((group.name for group in self.groups if change.counts and cells & {*group.cells}), "")

    @property
    def rows(self) -> pd.DataFrame:
        return pd.DataFrame([self.row_record(change) for change in self.row_changes], columns=ROWS)

    def row_record(self, change: RowChange) -> list[Any]:
        """One row that differs, as plain values."""
        place = [self.group_of(change), change.table, change.row.get("option_id", ""), change.key]
        columns = [name for name in change.columns if change.what == "changed" or name not in words_of(change.table)]
        sides = [listed(row, columns) for row in (change.before, change.after)]
        about = [change.row.get(name, "") for name in ABOUT]
        return [*place, change.what, ";".join(columns), *sides, *about]


def listed(row: dict[str, Any] | None, columns: Sequence[str]) -> str:
    """What stands in some columns of a row."""
    shown = {name: value for name in columns if (value := (row or {}).get(name)) not in (None, "")}
    return "; ".join(
        f"{name}: {value:g}" if isinstance(value, float) else f"{name}: {value}" for name, value in shown.items()
    )


def what_changed(comparison: Comparison, former: PublishedRun | None, latter: PublishedRun | None = None) -> Changes:
    """Say what changed from a `former` run to a comparison, and which inputs did it.

    The change of every figure is divided among the groups of inputs that differ by their Shapley values, on the
    comparison's draws and seed. `latter` is the run as published, where that may differ from what the code makes of
    them today.
    """
    if former is None:
        return Changes(reason="first")
    if not former.is_readable:
        return Changes(former, "unreadable")
    mixture = Mixture(former.inputs, comparison.simulation.inputs)
    before = former.comparison
    if not mixture.both or not set(former.inputs.areas) & set(comparison.simulation.inputs.areas):
        return Changes(former, "other")
    after = comparison.table if latter is None else latter.comparison
    return divided(comparison, mixture, former, (before, after))


def divided(
    comparison: Comparison, mixture: Mixture, former: PublishedRun | None, published: tuple[pd.DataFrame, pd.DataFrame]
) -> Changes:
    """Play the game, and put its parts beside what was published; where nothing was, code explains nothing."""
    game = Game(mixture, comparison)
    groups, shares = game.play()
    whole = comparison.table.loc[mixture.both, list(MEASURES)].to_numpy(dtype=float)
    before, after = (table.reindex(mixture.both, columns=MEASURES).to_numpy(dtype=float) for table in published)
    start = game.value(frozenset(), comparison.simulation.draws)
    parts = {group.name: (group.kind, share) for group, share in zip(groups, shares, strict=True)}
    if former is not None:
        parts[CODE] = (CODE, (start - before) + (after - whole))
    left = whole - start - shares.sum(axis=0)
    parts |= {SAMPLING: (SAMPLING, left)} if game.draws < comparison.simulation.draws else {}
    old, new = mixture.old.options(), mixture.new.options()
    worth = published[0].loc[published[0]["permanent"].astype(bool), "net_benefit"].dropna()
    return Changes(
        former,
        groups=tuple(groups),
        attribution=attribution(mixture.both, parts, before, after),
        row_changes=tuple(mixture.changes),
        arrived=tuple(option for option in new if option not in old),
        gone=tuple(option for option in old if option not in new),
        best_before=str(worth.idxmax()) if len(worth) else "",
    )


def attribution(
    options: Sequence[str], parts: dict[str, tuple[str, Floats]], before: Floats, after: Floats
) -> pd.DataFrame:
    """The parts as rows; a figure that either run lacks is left out."""
    rows = [
        [option, measure, name, kind, changes[place], before[place], after[place]]
        for i, option in enumerate(options)
        for j, measure in enumerate(MEASURES)
        for place in [(i, j)]
        for name, (kind, changes) in parts.items()
        if np.isfinite(before[place]) and np.isfinite(after[place])
    ]
    return pd.DataFrame(rows, columns=ATTRIBUTION)


class Game:
    """Old and new inputs as a game: the groups that differ are the players, the figures of every option what is won."""

    def __init__(self, mixture: Mixture, comparison: Comparison):
        self.mixture = mixture
        self.seed = comparison.simulation.seed
        self.changed = frozenset(cell for group in mixture.groups() for cell in group.cells)
        self.groups = mixable(mixture.groups(), lambda some: mixture.is_valid(cells(some), self.changed))
        self.everything: Floats = comparison.table.loc[mixture.both, list(MEASURES)].to_numpy(dtype=float)
        self.all_draws = comparison.simulation.draws
        self.draws = self.all_draws if len(self.groups) <= ALL_DRAWS_UP_TO else min(self.all_draws, BLOCK)
        self.outcomes: dict[tuple[tuple[str, ...], frozenset[Cell], int], tuple[Floats, Floats]] = {}

    def play(self) -> tuple[list[Group], Floats]:
        """The groups, and the share of each; what turns out not to be mixable after all is one group."""
        try:
            return self.groups, self.shares(self.groups)
        except Unmixable:
            rows = [group for group in self.groups if group.cells != (CALENDAR,)]
            self.groups = merged(self.groups, rows)
            return self.groups, self.shares(self.groups)

    def shares(self, groups: list[Group]) -> Floats:
        named = {group.name: group for group in groups}
        if not named:
            return np.zeros((0, *self.everything.shape))

        def value(names: frozenset[str]) -> Floats:
            return self.value(cells(named[name] for name in names), self.draws)

        return shapley(list(named), value, seed=self.seed)

    def value(self, chosen: frozenset[Cell], draws: int) -> Floats:
        """The figures (columns) of the options that both have (rows) when the chosen cells are new."""
        if chosen == self.changed and draws == self.all_draws:
            return self.everything
        if not self.mixture.is_valid(chosen, self.changed):
            raise Unmixable
        source = self.source(SET_OF_OPTIONS, chosen)
        options = source.options()
        outcomes = [self.outcome(option, chosen, draws) for option in options]
        cell = self.mixture.cell_of("parameters", {"parameter_id": "value_per_point"})
        point_value = self.source(cell, chosen).parameters["value_per_point"]
        worth = np.column_stack([point_value * score - cost for cost, score in outcomes])
        means = [[cost.mean(), score.mean()] for cost, score in outcomes]
        found = pd.DataFrame(means, options, columns=["cost_mean", "score"])
        return found.join(rivalry(source, worth)).loc[self.mixture.both, list(MEASURES)].to_numpy(dtype=float)

    def outcome(self, option: str, chosen: frozenset[Cell], draws: int) -> tuple[Floats, Floats]:
        line = self.mixture.line(option, chosen, self.changed)
        concerned = frozenset(cell for cell in chosen if cell[1] in ("*", *line) and cell != SET_OF_OPTIONS)
        key = tuple(line), concerned, draws
        if key not in self.outcomes:
            alone = self.mixture.one_option(option, chosen, self.changed)
            simulation = simulate(alone, draws, self.seed, options=[option])
            self.outcomes[key] = simulation.cost[option].to_numpy(), simulation.score[option].to_numpy()
        return self.outcomes[key]

    def source(self, cell: Cell, chosen: frozenset[Cell]) -> Inputs:
        return self.mixture.new if self.mixture.side_of(cell, chosen, self.changed) else self.mixture.old


def rivalry(inputs: Inputs, worth: Floats) -> pd.DataFrame:
    """What each option is worth beside the others: net benefit, P(best), expected loss."""
    options = inputs.options()
    benefit = worth - worth[:, [options.index(inputs.reference)]]
    rivals = [options.index(option) for option in inputs.options(permanent_only=True)]
    found = pd.DataFrame({"net_benefit": benefit.mean(axis=0), "p_best": np.nan, "expected_loss": np.nan}, options)
    found.iloc[rivals, 1] = probability_best(benefit[:, rivals])
    found.iloc[rivals, 2] = (benefit[:, rivals].max(axis=1, keepdims=True) - benefit[:, rivals]).mean(axis=0)
    return found


def cells(groups: Any) -> frozenset[Cell]:
    return frozenset(cell for group in groups for cell in group.cells)
