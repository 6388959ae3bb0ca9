"""The bare NumPy floor: a plain vectorised script of a model's arithmetic, with draws from NumPy's own generators.

It follows the compiled tables, so that it draws as many columns, of the same distributions, and makes the same exponentials,
maxima and choices as `simulate`; but nothing is keyed, stratified, checked or kept in bounded memory.
"""

import numpy as np
from scipy.special import ndtr

from fvmanalys.evidence.conditions import literals
from fvmanalys.model.draws import PERT_GRID, Z95, pert_table


class Floor:
    """One run: `draws` plain draws of everything that the model asks for."""

    def __init__(self, model, draws, seed=1):
        self.model, self.size, self.rng = model, draws, np.random.default_rng(seed)
        self.made, self.normal = {}, {}
        self.outside = self.rng.random(draws) < model.outside_share if model.reference_class else np.zeros(draws, bool)
        self.ratios = {}

    def column(self, name):
        """An estimate, drawn once."""
        if name not in self.made:
            self.made[name] = self.draw(self.model.estimates[name])
        return self.made[name]

    def draw(self, one):
        """A column of one distribution; tied to its factor by a one-factor Gaussian copula."""
        low, likely, high, n = one.low, one.likely, one.high, self.size
        if one.is_fixed:
            return np.full(n, one.centre)
        if one.moves_with:
            return self.tied(one)
        width = high - low
        match one.distribution:
            case "uniform":
                return self.rng.uniform(low, high, n)
            case "triangular":
                return self.rng.triangular(low, likely, high, n)
            case "pert":
                return low + width * self.rng.beta(1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width, n)
            case "normal":
                return self.rng.normal((low + high) / 2, width / (2 * Z95), n)
        return self.rng.lognormal((np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / (2 * Z95), n)

    def tied(self, one):
        """A column whose normal score moves with a common factor's."""
        if one.moves_with not in self.normal:
            self.normal[one.moves_with] = self.rng.standard_normal(self.size)
        shared, weight = self.normal[one.moves_with], one.strength
        score = weight * shared if abs(weight) == 1 else weight * shared + np.sqrt(1 - weight**2) * self.rng.standard_normal(self.size)
        low, high = one.low, one.high
        if one.distribution == "normal":
            return (low + high) / 2 + (high - low) / (2 * Z95) * score
        if one.distribution == "lognormal":
            return np.exp((np.log(low) + np.log(high)) / 2 + np.log(high / low) / (2 * Z95) * score)
        share = ndtr(score)
        if one.distribution == "uniform":
            return low + (high - low) * share
        return low + (high - low) * np.interp(share, pert_table((one.likely - low) / (high - low)), PERT_GRID)

    def holds(self, option, when):
        """Where a condition holds."""
        held = np.ones(self.size, bool)
        for name, wanted in literals(when):
            held &= self.occurs(option, name) == wanted
        return held

    def occurs(self, option, name):
        """Where a risk occurs, or a signal says yes; a variant whose rate is its own has the random number of its base."""
        one, key = self.model.conditions[option][name], self.key(option, name)
        if key not in self.made:
            limit = self.column(one.rate)
            if one.of:
                limit = np.where(self.occurs(option, one.of), limit, self.column(one.false_alarm))
            if one.number not in self.made:
                self.made[one.number] = self.rng.random(self.size)
            self.made[key] = self.made[one.number] < limit
        return self.made[key]

    def key(self, option, name):
        """What tells one condition from others: its random number, and by which rates of what it holds."""
        one = self.model.conditions[option][name]
        return one.number, one.rate, one.false_alarm, self.key(option, one.of) if one.of else ""

    def seen(self, name, option, which):
        """An estimate, from outside where the outside view applies."""
        if not self.model.reference_class or not self.model.outside_share:
            return self.column(name)
        if option not in self.ratios:
            self.ratios[option] = self.model.reference_class.draw(self.rng.random(self.size))
        return np.where(self.outside, self.model.estimates[name].centre * self.ratios[option][which], self.column(name))

    def times(self, option):
        """When events happen."""
        times, never = {}, np.full(self.size, np.inf)
        for event in self.model.options[option].events:
            if event.date is not None:
                time = np.full(self.size, event.date)
            else:
                start = np.maximum.reduce([times.get(name, never) for name in event.after]) if event.after else 0.0
                time = start + self.months(event, option) / 12
            if event.when:
                time = np.where(self.holds(option, event.when), time, np.inf)
            times[event.name] = np.minimum(times[event.name], time) if event.name in times else time
        return times

    def months(self, event, option):
        """How long an event takes."""
        if event.readiness:
            shares = [share for share, _ in event.readiness]
            place = min(max(int(np.searchsorted(shares, self.model.standing_share)), 1), len(shares) - 1)
            part = (self.model.standing_share - shares[place - 1]) / (shares[place] - shares[place - 1])
            return (1 - part) * self.column(event.readiness[place - 1][1]) + part * self.column(event.readiness[place][1])
        return self.seen(event.estimate, option, 1) if event.outside_view else self.column(event.estimate)

    def cost(self, option, times):
        """Present value of all streams, and undiscounted programme cost."""
        cost, programme, horizon = np.zeros(self.size), np.zeros(self.size), self.model.horizon
        for one in self.model.options[option].streams:
            amount = self.seen(one.estimates[0], option, 0) if one.outside_view else self.column(one.estimates[0])
            for name in one.estimates[1:]:
                amount = amount * self.column(name)
            if one.when:
                amount = np.where(self.holds(option, one.when), amount, 0.0)
            amount = amount * one.factor
            start = times.get(one.start, np.inf) if one.start else 0.0
            end = times.get(one.end, horizon) if one.end else horizon
            for rate, sums in ((self.model.rate, cost), *(((0.0, programme),) if one.programme else ())):
                sums += stream(one, amount, start, end, np.log1p(rate) - np.log1p(one.growth), horizon)
        return cost, programme

    def scores(self, option, times):
        """The weighted score."""
        levels = self.model.options[option].levels
        weights = {area: self.column(f"areas/{area}") for area in self.model.areas}
        total = sum(weights.values())
        return sum(weights[area] / total * self.area(option, [one for one in levels if one.area == area], times) for area in self.model.areas)

    def area(self, option, rows, times):
        """The discounted average level of an area, by criterion."""
        never = np.full(self.size, np.inf)
        starts = [times.get(row.event, never) if row.event else np.zeros(self.size) for row in rows]
        starts = [np.where(self.holds(option, row.when), start, np.inf) if row.when else start for row, start in zip(rows, starts, strict=True)]
        own = [start for row, start in zip(rows, starts, strict=True) if not row.shared]
        if own and len(own) < len(rows):
            first = np.minimum.reduce(own)
            starts = [np.where(start >= first, np.inf, start) if row.shared else start for row, start in zip(rows, starts, strict=True)]
        parts = {}
        for criterion in dict.fromkeys(row.criterion for row in rows):
            mine = [place for place, row in enumerate(rows) if row.criterion == criterion]
            parts[criterion] = self.average([rows[place] for place in mine], [starts[place] for place in mine])
        if list(parts) == [""]:
            return parts[""]
        weights = {criterion: self.column(f"criteria/{rows[0].area}/{criterion}") for criterion in parts}
        return sum(weights[name] * part for name, part in parts.items()) / sum(weights.values())

    def average(self, rows, starts):
        """Levels, each in force until the next one starts."""
        rho, horizon = np.log1p(self.model.rate), self.model.horizon
        passed = [np.expm1(-rho * np.minimum(start, horizon)) / np.expm1(-rho * horizon) for start in starts]
        total = np.zeros(self.size)
        for i, row in enumerate(rows):
            end = np.ones(self.size)
            for j, other in enumerate(passed):
                if j != i:
                    end = np.where(other >= passed[i] if j > i else other > passed[i], np.minimum(end, other), end)
            total += np.clip(self.column(row.estimate), 0, 100) * (end - passed[i])
        return total


def stream(one, amount, start, end, rho, horizon):
    """What a stream comes to."""
    if one.basis == "once":
        return amount * np.where((start >= 0) & (start <= horizon), np.exp(-rho * np.minimum(start, horizon)), 0.0)
    end = np.where(np.isinf(end), horizon, end)
    a, b = np.clip(start, 0, horizon), np.clip(end, 0, horizon)
    spread = np.where((b > a) & (end > start), shape(one.profile, start, end, a, b, rho), 0.0)
    if one.basis == "per_year":
        return amount * spread
    length = np.where(end > start, end - start, 1.0) / (1 if one.profile == "level" else 2)
    lump = np.where((start >= 0) & (start <= horizon), np.exp(-rho * np.minimum(start, horizon)), 0.0)
    return amount * np.where(end > start, spread / length, lump)


def shape(profile, start, end, a, b, rho):
    """The integral of a profile from a to b."""
    if rho == 0:
        flat, rising = b - a, (b**2 - a**2) / 2
    else:
        early, late = np.exp(-rho * a), np.exp(-rho * b)
        flat, rising = (early - late) / rho, ((a + 1 / rho) * early - (b + 1 / rho) * late) / rho
    if profile == "level":
        return flat
    with np.errstate(invalid="ignore", divide="ignore"):
        return (rising - start * flat if profile == "ramp_up" else end * flat - rising) / (end - start)


def floor(model, draws, seed=1):
    """Cost, programme cost and score of every option."""
    run = Floor(model, draws, seed)
    with np.errstate(invalid="ignore"):
        return {option: (*run.cost(option, times := run.times(option)), run.scores(option, times)) for option in model.options}
