"""A chunk of draws: every random quantity that the model may ask for, each made once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.tables import TABLES
from fvmanalys.evidence.variants import counting, owners, renamed
from fvmanalys.model.draws import Block, Estimate, Floats, draw, draw_halves, draw_runs, draw_uniform
from fvmanalys.model.programmes import ReferenceClass

__all__ = ["CHOICE", "Condition", "Mask", "Sample", "crossed", "read_conditions", "thinned"]

Mask = NDArray[np.bool_]
CHOICE = "choice/"  # what the keys of columns begin with that say which way is taken


@dataclass(frozen=True)
class Condition:
    """What may hold for an option: a risk, by the probability `rate`, or a signal of the risk `of`.

    A signal says yes by `rate` where the risk holds, else by `false_alarm`. `number` keys its random number. That an
    option which holds back a choice takes its first way is a condition too, by its `rule`.
    """

    number: str
    rate: str
    of: str = ""
    false_alarm: str = ""
    rule: "Chooser | None" = None


class Chooser(Protocol):
    """Says which way is taken in each draw of a sample, by `names` of risks and signals and by `estimates`."""

    condition: str
    roots: tuple[str, str]

    def __call__(self, sample: "Sample") -> Floats: ...

    @property
    def names(self) -> set[str]: ...

    @property
    def estimates(self) -> set[str]: ...


@dataclass
class Sample:
    """Columns of `parts`, on demand.

    `conditions` are those of every option, by name. `given` replaces the column of an estimate by another, as
    sensitivity analysis asks. `outside_share` is the share of draws in which the outside view applies, the same draws
    for every option; the past programme is drawn for the option in `programmes`, of a variant the one that it varies.
    `kept_times` are those of events as drawn, for whoever asks again.
    """

    estimates: Mapping[str, Estimate]
    conditions: Mapping[str, Mapping[str, Condition]]
    reference_class: ReferenceClass | None
    outside_share: float
    seed: int
    parts: Sequence[Block]
    given: Mapping[str, Floats] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)
    _made: dict[str, Floats] = field(default_factory=dict)
    _ratios: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)
    _held: dict[tuple[str, str], Mask] = field(default_factory=dict)
    kept_times: dict[tuple, dict[str, Floats]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of draws."""
        return sum(block.size for block in self.parts)

    def column(self, name: str) -> Floats:
        """The estimate `name` as it counts: as drawn or given, within what its unit allows."""
        estimate = self.estimates[name]
        if name in self.given:
            return estimate.within(self.given[name])
        if estimate.is_fixed:
            return estimate.within(draw(estimate, self.seed, self.parts))
        if name not in self._made:
            drawn = draw(estimate, self.seed, self.parts)
            self._made[name] = estimate.within(drawn)
            if not np.array_equal(self._made[name], drawn):
                self._made[f"beyond/{name}"] = drawn
        return self._made[name]

    def drawn(self, name: str) -> Floats:
        """The estimate `name` as drawn, also beyond what its unit allows."""
        counted = self.column(name)
        return self._made.get(f"beyond/{name}", counted)

    def uniform(self, key: str) -> Floats:
        """A uniform column for what is no estimate."""
        if key in self.given:
            return self.given[key]
        if key not in self._made:
            self._made[key] = draw_uniform(key, self.seed, self.parts)
        return self._made[key]

    def holds(self, option: str, when: str) -> Mask:
        """The draws in which a condition holds: all its risks and signals do or, with `!`, do not."""
        found = literals(when)
        if self.given and not self.given.keys().isdisjoint(
            set[str]().union(*(self.rests_on(option, name) for name, _ in found))
        ):
            return self.all_hold(option, found)
        if (option, when) not in self._held:
            self._held[option, when] = self.all_hold(option, found)
        return self._held[option, when]

    def all_hold(self, option: str, found: Iterable[tuple[str, bool]]) -> Mask:
        """The draws in which some risks and signals hold, each as it is wanted."""
        held = np.ones(self.size, dtype=bool)
        for name, wanted in found:
            held &= self.occurs(option, name) == wanted
        return held

    def rests_on(self, option: str, name: str) -> set[str]:
        """The columns that say whether a risk occurs, or what a signal says."""
        condition = self.conditions[option][name]
        own = {condition.number, condition.rate, condition.false_alarm}
        if condition.rule is not None:
            return own.union(condition.rule.estimates, *(self.rests_on(option, one) for one in condition.rule.names))
        return own | self.rests_on(option, condition.of) if condition.of else own

    def occurs(self, option: str, name: str) -> Mask:
        """The draws in which a risk occurs, or a signal says yes."""
        condition = self.conditions[option][name]
        if condition.rule is not None:
            return self.way(option, name) < 0.5
        limit = self.column(condition.rate)
        if condition.of:
            limit = np.where(self.occurs(option, condition.of), limit, self.column(condition.false_alarm))
        return self.chance(condition.number) < limit

    def way(self, option: str, name: str) -> Floats:
        """Which way an option takes that holds back its choice: 0 the first, 1 the second."""
        condition = self.conditions[option][name]
        key, rule = condition.number, condition.rule
        if key in self.given or rule is None:
            return self.given[key]
        if self.given and not self.given.keys().isdisjoint(self.rests_on(option, name)):
            return rule(self)
        if key not in self._made:
            self._made[key] = rule(self)
        return self._made[key]

    def chance(self, key: str) -> Floats:
        """The uniform column that decides whether a risk occurs, or a signal says yes."""
        if key in self.given:
            return self.given[key]
        if key not in self._made:
            self._made[key] = draw_runs(key, self.seed, self.parts)
        return self._made[key]

    @property
    def made(self) -> list[str]:
        """The keys of the columns that have been made so far."""
        return list(self._made)

    @property
    def has_outside(self) -> bool:
        """Whether the outside view applies in any draw."""
        return self.reference_class is not None and self.outside_share > 0

    def is_outside(self) -> Mask:
        """The draws in which the outside view applies."""
        if "outside_view" not in self._made:
            self._made["outside_view"] = draw_halves("outside_view", self.seed, self.parts)
        return self._made["outside_view"] < self.outside_share

    def ratios(self, option: str) -> tuple[Floats, Floats]:
        """Cost and duration ratio of one past programme per draw, for one option; for one that chooses, its way's."""
        rule = next((one.rule for one in self.conditions.get(option, {}).values() if one.rule is not None), None)
        if rule is not None:
            first, second, is_first = *map(self.ratios_of, rule.roots), self.occurs(option, rule.condition)
            return np.where(is_first, first[0], second[0]), np.where(is_first, first[1], second[1])
        return self.ratios_of(self.programmes.get(option, option))

    def ratios_of(self, whose: str) -> tuple[Floats, Floats]:
        """Cost and duration ratio of the past programme that an option and its variants have in each draw."""
        if whose not in self._ratios and self.reference_class is not None:
            self._ratios[whose] = self.reference_class.draw(self.uniform(f"reference_class/{whose}"))
        return self._ratios[whose]

    def seen_from_outside(self, name: str, option: str, which: int) -> Floats:
        """The estimate `name` as drawn and, in outside draws,
        its likely value times a ratio (`which` 0: cost, 1: duration).
        """
        inside = self.column(name)
        if not self.has_outside:
            return inside
        return np.where(self.is_outside(), self.estimates[name].centre * self.ratios(option)[which], inside)


def read_conditions(inputs: Inputs, option: str) -> dict[str, Condition]:
    """The risks and signals of an option; a variant's own have the random numbers of those that they stand for."""
    records = inputs.records
    ways = inputs.ways[option]
    found = {}
    for line, names in zip(ways, renamed(records, ways), strict=True):
        for table, beginning in (("risks", "occurs"), ("signals", "occurs/signals")):
            whose = owners(table, records[table], line)
            for row in counting(table, records[table], line):
                name = row[TABLES[table].KEY[1]]
                number = f"{beginning}/{whose[name,]}/{name}"
                second = f"{row['id']}/false_alarm"
                more = [names.get(row["of"], row["of"]), second] if table == "signals" else []
                found[names.get(name, name)] = Condition(number, row["id"], *more)
    return found


def thinned(samples: Sequence[Sample], step: int, copies: int = 1) -> Sample:
    """Every `step`-th draw of what some samples have made, or copies of them one after the other,
    as one sample: for a first look, where all is made already.
    """

    def some(columns: Iterable[Floats]) -> Floats:
        return np.tile(np.concatenate([column[::step] for column in columns]), copies)

    common = [name for name in samples[0]._made if all(name in sample._made for sample in samples)]
    made = {name: some(sample._made[name] for sample in samples) for name in common}
    ratios = {
        option: (some(one._ratios[option][0] for one in samples), some(one._ratios[option][1] for one in samples))
        for option in samples[0]._ratios
    }
    size = copies * sum(len(range(0, sample.size, step)) for sample in samples)
    return replace(samples[0], parts=[Block(0, size)], _made=made, _ratios=ratios, _held={}, kept_times={})


def crossed(first: Sample, second: Sample, from_second: Collection[str]) -> Sample:
    """The columns that two samples have made, some by their keys from the second, as one sample."""
    keys = {key for key in first._made.keys() & second._made.keys() if not key.startswith(CHOICE)}
    made = {key: (second if key in from_second else first)._made[key] for key in keys}
    return replace(first, _made=made, _ratios={}, _held={}, kept_times={})
