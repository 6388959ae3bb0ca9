"""What investigations are worth, alone and side by side: those that resolve numbers, and those that reveal events."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fvmanalys.analysis.information import Value, choice_told, chosen, highest, pulled, told_of, value_of_fit
from fvmanalys.analysis.leads import Leads, Starts, leads
from fvmanalys.analysis.learning import Lesson, Reading, read
from fvmanalys.analysis.misfit import Beside, beside
from fvmanalys.model.draws import Floats
from fvmanalys.model.regression import Regression, Term, regress
from fvmanalys.model.sample import Mask

__all__ = ["EVERY_SUBSET", "Inquiry", "Study", "chosen_subsets", "least_accuracy"]

Indices = NDArray[np.int64]
EVERY_SUBSET = 6  # investigations of which all portfolios are tried
ALONE = ("numbers alone",)
TIED = 5.0  # standard errors from which a correlation is one


@dataclass(frozen=True)
class Inquiry:
    """An investigation: the share of variance that it removes of each number,
    and its signals as (risk, hit, false alarm).
    """

    name: str
    resolves: Mapping[str, float] = field(default_factory=dict)
    reveals: tuple[tuple[str, float, float], ...] = ()
    cost: float = 0.0
    months: float = 0.0

    def accurate(self, share: float) -> "Inquiry":
        """The same with signals that are right so often, whether the risk holds or not."""
        return replace(self, reveals=tuple((risk, share, 1 - share) for risk, _, _ in self.reveals))


@dataclass(frozen=True)
class Told(Lesson):
    """A lesson that tells of some inputs, and through common factors something of the others that go with them.

    `made` keeps readings and correlations for other lessons of the same inputs.
    """

    made: dict[Any, Any] = field(default_factory=dict)

    def reading(self, index: int) -> Reading:
        """The reading of one input."""
        key = index, float(self.reduction[index])
        if key not in self.made:
            self.made[key] = read(self.inputs[:, index], key[1])
        return self.made[key]

    def curve(self, term: Term, reading: Reading, own: slice) -> Floats:
        """What one term adds at each reading; kept for lessons of the same fit."""
        key = "curve", id(self.found), term.index, reading.known
        if key not in self.made:
            self.made[key] = super().curve(term, reading, own)
        return self.made[key]

    def correlations(self, scores: Floats) -> Floats:
        """How the inputs go together on the normal scale; what chance may give is nothing."""
        if "correlations" not in self.made:
            alike = np.corrcoef(scores)
            self.made["correlations"] = np.where(np.abs(alike) < TIED / np.sqrt(scores.shape[1]), 0.0, alike)
        return self.made["correlations"]

    @cached_property
    def readings(self) -> list[Reading]:
        """The reading of each input; of one that is not read, what the readings of others say of it."""
        found = [self.reading(term.index) for term in self.terms]
        scores, known = np.array([one.scores for one in found]), np.array([one.known for one in found])
        heard = np.array([self.reduction[term.index] > 0 for term in self.terms])
        if heard.all() or not heard.any():
            return found
        alike = self.correlations(scores)
        told = known[heard, None] * alike[heard]
        between = told[:, heard] * known[heard]
        np.fill_diagonal(between, 1.0)
        weights = np.linalg.lstsq(between, told[:, ~heard], rcond=None)[0]
        explained = np.sqrt(np.clip((weights * told[:, ~heard]).sum(axis=0), 0.0, 1.0))
        sums = weights.T @ scores[heard]
        for place, sure, line in zip(np.flatnonzero(~heard), explained, sums, strict=True):
            spread = line.std()
            found[place] = replace(found[place], known=float(sure), scores=line / spread if spread > 0 else line)
        return found


@dataclass(frozen=True)
class Study:
    """Draws of what every option gives and costs, of the numbers, and of the risks that may be revealed.

    `score` and `cost` are draws × options, so that one fit serves every value per point; `draws` has the columns of
    numbers, `occurs` those of risks, by name; `starts` says where the slices of the draws begin.
    """

    score: Floats
    cost: Floats
    draws: Mapping[str, Floats]
    occurs: Mapping[str, Mask]
    starts: Starts = None
    together: bool = True
    _fits: dict[tuple, Regression] = field(default_factory=dict)
    _made: dict[Any, Any] = field(default_factory=dict)
    _known: dict[float, tuple[Regression, Value]] = field(default_factory=dict)

    def worth(self, value: float) -> Floats:
        """value·S − C, draws × options."""
        return value * self.score - self.cost

    def values(
        self, inquiries: Sequence[Inquiry], values: Sequence[float], numbers: Sequence[Value] = ()
    ) -> list[Value]:
        """The EVSI of inquiries run side by side, at several values per point.

        `numbers` are what the numbers alone are worth, where that is known already. What is learnt of them is fitted
        once for each joint state r of the risks, h_r = E[worth · (state r) | what is read]; every joint outcome s of
        the signals weighs the states by P(s | r), so that EVSI = Σ_s E[max Σ_r P(s | r)·h_r] − max E, without any
        sampling of signals: it can only rise when they tell more (Blackwell 1953, Annals of Mathematical Statistics
        24).
        """
        reductions = combined(inquiries)
        if self.score.shape[1] < 2:
            return [Value(0.0, 0.0) for _ in values]
        alone = list(numbers) or self.of_numbers(reductions, values)
        signals = [signal for one in inquiries for signal in one.reveals]
        if not signals:
            return alone
        states, of_draw = self.states(signals)
        told = chances(signals, states)
        blind = np.ones((1, told.shape[1]))
        parts = self.by_state(reductions, tuple(states), of_draw)
        found = []
        for value, base in zip(values, alone, strict=True):
            over = leads(self.worth(value), self.starts)
            ahead = [self.ahead(value * score - cost, value) for score, cost in parts]
            fitted = expected_gain(blind, ahead)
            gain = max(expected_gain(told, ahead) - fitted, 0.0)
            joint = self.known_at(value)[0] if reductions and not self.together else None
            error = over.error_of_gain(gains(told, ahead, of_draw, over, joint, reductions))
            error = max(error, base.standard_error) if joint is None else float(np.hypot(error, fitted - base.value))
            found.append(Value(base.value + gain, error, base.fit, base.warning))
        return found

    def states(self, signals: Sequence[tuple[str, float, float]]) -> tuple[dict[str, Mask], Indices]:
        """The joint states of the risks that occur, as risk → whether it holds in each, and the state of every draw."""
        risks = list(dict.fromkeys(risk for risk, _, _ in signals))
        found, of_draw = np.unique(np.array([self.occurs[risk] for risk in risks]).T, axis=0, return_inverse=True)
        return dict(zip(risks, found.T, strict=True)), of_draw.ravel()

    def by_state(
        self, reductions: Mapping[str, float], risks: tuple[str, ...], of_draw: Indices
    ) -> list[tuple[Floats, Floats]]:
        """Score and cost in each state, nothing outside it,
        as learnt of the numbers: draws × options, or one row of means.
        """
        count = int(of_draw.max()) + 1
        inside = [(of_draw == state)[:, None] for state in range(count)]
        parts = [np.where(mask, frame, 0.0) for mask in inside for frame in (self.score, self.cost)]
        learnt = np.hstack([part.mean(axis=0, keepdims=True) for part in parts])
        key = "states", tuple(reductions.items()), risks
        if self._made.get("last_states") == key:
            return self._made["states"]
        if reductions and self.together:
            learnt = self.lesson(reductions, np.hstack(parts), key=("states", *risks)).means
        elif reductions:
            shares = np.repeat([mask.mean() for mask in inside], 2 * self.score.shape[1])
            means = self.means(reductions)
            learnt = learnt + shares * np.tile(means - means.mean(axis=0), count)
        each = np.split(learnt, 2 * count, axis=1)
        self._made.update(last_states=key, states=list(zip(each[::2], each[1::2], strict=True)))
        return self._made["states"]

    def lesson(self, reductions: Mapping[str, float], outcomes: Floats, key: tuple) -> Lesson:
        """What is learnt of numbers by reading them with so much of their variance removed;
        the fit of each set is kept.
        """
        names = list(self.draws)
        inputs = np.column_stack([self.draws[name] for name in names])
        if key not in self._fits:
            self._fits[key] = regress(outcomes, inputs)
        return Told(self._fits[key], inputs, np.array([reductions.get(name, 0.0) for name in names]), self._made)

    def of_numbers(self, reductions: Mapping[str, float], values: Sequence[float]) -> list[Value]:
        """The EVSI of what is learnt of numbers alone, at several values per point, from one fit on all of them."""
        if not reductions:
            return [Value(0.0, 0.0) for _ in values]
        most = float(np.sqrt(max(reductions.values())))
        return [self.share_known(self.means(reductions), value, most) for value in values]

    def means(self, reductions: Mapping[str, float]) -> Floats:
        """Score and cost as learnt of numbers alone: draws × twice the options; the last is kept."""
        key = "means", tuple(reductions.items())
        if self._made.get("last") != key:
            learnt = self.lesson(reductions, np.hstack([self.score, self.cost]), key=ALONE).means
            self._made.update(last=key, learnt=learnt)
        return self._made["learnt"]

    def share_known(self, means: Floats, value: float, most: float) -> Value:
        """What some conditional means of score and cost are worth: their share of what knowing all numbers is.

        `most` is the largest share of any number that is heard, which stands where nothing was found.
        """
        found, everything = self.known_at(value)
        over = leads(self.worth(value), self.starts)
        learnt = means @ self.turned(value)
        fitted = float(np.maximum(highest(found.fitted), 0).mean())
        share = min(float(np.maximum(highest(learnt), 0).mean()) / fitted, 1.0) if fitted else 0.0
        spread = found.fitted.std(axis=0)
        heard = np.where(spread > 0, learnt.std(axis=0) / np.where(spread > 0, spread, 1.0), most)
        moved = (choice_told(learnt, found.fitted) * (over.drawn - found.left_out)).sum(axis=1)
        own = over.error_of_gain(np.maximum(highest(learnt), 0) + moved)
        error = over.error_of_more(own, told_of(found, learnt, heard))
        apart = everything.standard_error if everything.warning == "poor_fit" else abs(fitted - everything.value)
        return Value(share * everything.value, max(error, share * apart), everything.fit, everything.warning)

    def turned(self, value: float) -> Floats:
        """What turns scores and costs into how far each other option is ahead of the best."""
        count = self.score.shape[1]
        best = int(self.worth(value).mean(axis=0).argmax())
        turn = np.vstack([np.eye(count) * value, -np.eye(count)])
        return np.delete(turn - turn[:, [best]], best, axis=1)

    def check(self) -> Beside:
        """What lies beside the draws of the fit on all numbers; kept."""
        if "beside" not in self._made:
            outcomes = np.hstack([self.score, self.cost])
            inputs = np.column_stack(list(self.draws.values()))
            self._made["beside"] = beside(self._fits[ALONE], outcomes, inputs)
        return self._made["beside"]

    def known_at(self, value: float) -> tuple[Regression, Value]:
        """The fit of leads on all numbers, and what it would be worth to know them all,
        at one value per point; kept.
        """
        if value not in self._known:
            turn = self.turned(value)
            over = leads(self.worth(value), self.starts)
            at_value = self._fits[ALONE].turned(turn, over.drawn)
            check = self.check().turned(turn)
            self._known[value] = at_value, value_of_fit(over, at_value, len(self.draws), check)
        return self._known[value]

    def ahead(self, worth: Floats, value: float) -> Floats:
        """How far each other option is ahead of the one that is best at a value per point."""
        best = int(self.worth(value).mean(axis=0).argmax())
        return np.asfortranarray(np.delete(worth - worth[:, [best]], best, axis=1))


def gains(
    told: Floats,
    ahead: list[Floats],
    of_draw: Indices,
    over: Leads,
    numbers: Regression | None,
    reductions: Mapping[str, float],
) -> Floats:
    """What each draw tells of the gain by signals, whose mean it is: what is chosen after each, and what that misses.

    Of a choice that follows `numbers`, residuals count by their own fit of it; where the states have fits of their own,
    what a reading leaves of a choice is taken to be what it leaves of a straight line.
    """
    kept = 0.0 if numbers else float(np.sqrt(max(reductions.values(), default=0.0)))
    total = np.zeros(len(over.drawn))
    turns = np.zeros(over.drawn.shape)
    for chance in told:
        learnt = mixed(chance, ahead)
        choice = chosen(learnt)
        own = choice - choice.mean(axis=0)
        likely = choice.mean(axis=0) + kept * own
        of_signal = chance[of_draw][:, None]
        missed = of_signal * over.drawn - (learnt.mean(axis=0) if numbers else learnt)
        total += np.maximum(highest(learnt), 0) + (likely * missed).sum(axis=1)
        turns += of_signal.mean() * own
    return total + pulled(numbers, turns) if numbers else total


def combined(inquiries: Sequence[Inquiry]) -> dict[str, float]:
    """What several inquiries remove of the variance of each number, each of what the others leave."""
    left: dict[str, float] = {}
    for one in inquiries:
        for name, removed in one.resolves.items():
            left[name] = left.get(name, 1.0) * (1 - removed)
    return {name: 1 - share for name, share in left.items() if share < 1}


def chances(signals: Sequence[tuple[str, float, float]], states: Mapping[str, Mask]) -> Floats:
    """P(s | r) of every joint outcome s of the signals in every joint state r of the risks: outcomes × states."""
    found = np.ones((1, len(next(iter(states.values())))))
    for risk, hit, false_alarm in signals:
        yes = np.where(states[risk], hit, false_alarm)
        found = np.vstack([found * yes, found * (1 - yes)])
    return found


def mixed(chance: Floats, worth: list[Floats]) -> Floats:
    """What every option is worth in one outcome of the signals, times how likely that is."""
    total = chance[0] * worth[0]
    for one, part in zip(chance[1:], worth[1:], strict=True):
        total += one * part
    return total


def expected_gain(told: Floats, ahead: list[Floats]) -> float:
    """What is gained over the best choice now by choosing after each outcome of the signals."""
    return float(sum(np.maximum(highest(mixed(chance, ahead)), 0).mean() for chance in told))


def least_accuracy(net: Callable[[float], float]) -> float:
    """The least accuracy from 0.5 to 1 from which a net value that rises with it is positive;
    infinite where none is.
    """
    if net(0.5) > 0:
        return 0.5
    return float(brentq(net, 0.5, 1.0, xtol=1e-9)) if net(1.0) > 0 else np.inf


def chosen_subsets(names: Sequence[str], net: Callable[[tuple[str, ...]], float]) -> Iterator[tuple[str, ...]]:
    """Every portfolio of a few investigations; of many, each alone and then the best with whichever adds most to it."""
    most = len(names) if len(names) <= EVERY_SUBSET else 1
    for size in range(most + 1):
        yield from combinations(names, size)
    if most == len(names):
        return
    best: tuple[str, ...] = max(((name,) for name in names), key=net)
    while len(best) < len(names):
        larger = [tuple(name for name in names if name in {*best, more}) for more in names if more not in best]
        yield from larger
        found = max(larger, key=net)
        if net(found) <= net(best):
            return
        best = found
