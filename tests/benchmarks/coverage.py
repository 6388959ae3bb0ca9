"""How often what is shown with an error lies within two of them, and how far off it is on average.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.coverage [--seeds 200] [--first 1] [--data data/raw] [--only NAME] [--out FILE]

A row a decision and figure: the share of seeds whose figure lies within 1.96 standard errors of that of a large run (95 %
where errors are right), the mean error beside what the figure in fact varies by, the bias in errors and in per cent, and how
many seeds warn of a near tie or of anything. Written to a file as it comes; at the end the table by decision and kind of figure
that docs/method.md has.
"""

import argparse
from itertools import combinations

import numpy as np
import pandas as pd

import fvmanalys as fvm
from fvmanalys.analysis.compare import compare
from fvmanalys.analysis.information import Value, evppi, evsi
from fvmanalys.analysis.knowledge import Knowledge, natural_groups
from fvmanalys.analysis.later import choices
from fvmanalys.analysis.leads import slices_of, standard_error
from fvmanalys.analysis.portfolios import Inquiry
from fvmanalys.model.draws import blocks, draw_own
from tests.tiny import tiny

LARGE = 2**19
DEFAULT = "the default decision"
FEWER = 2048  # draws of the default decision, which has a hundred times as many numbers
MOST = 6  # of one kind of figure
LEADING = 7  # investigations, those worth most
FEW, MANY = 40, 400  # numbers of a group; of larger ones fewer seeds
MOST_SEEDS = 20
WORTH = 0.5  # of money, from which a group of the default decision is measured
RISKS = ("a", "b", "c")


def row(option, item, amount, start=""):
    """A lump of cost, paid at an event."""
    return {"option_id": option, "item_id": item, "category": "c", "basis": "once", "from_event": start, "is": amount}


def after(option, event, before, risk):
    """An event that follows another where a risk occurs."""
    return {"option_id": option, "event_id": event, "after": before, "is": (3, 6, 12), "when": risk}


def multiplied(count, probability):
    """A loss that is met where all of some risks occur, beside a certain cost as large as the loss is on average."""
    names = RISKS[:count]
    events = [after("new", name, before, name) for before, name in zip(("done", *names), names, strict=False)]
    loss = (50, 100, 170)
    return tiny(
        ("old", "new"),
        risks=[{"option_id": "new", "risk_id": name, "name": name, "is": (probability / 2, probability, 1.5 * probability)} for name in names],
        timeline=[{"option_id": "*", "event_id": "done", "is": (6, 12, 20)}, *events],
        contracts=[row("old", "sure", (90 * probability**count, 100 * probability**count, 110 * probability**count)), row("new", "loss", loss, names[-1])],
    )


def one_each():
    """Three options, each with a risk of its own."""
    options = ("p", "q", "r")
    return tiny(
        options,
        risks=[{"option_id": name, "risk_id": "fails", "name": "f", "is": (0.1, 0.3, 0.6)} for name in options],
        timeline=[{"option_id": "*", "event_id": "done", "is": (6, 12, 20)}, *(after(name, "again", "done", "fails") for name in options)],
        contracts=[part for i, name in enumerate(options) for part in (row(name, "price", (40 + i, 50 + i, 65 + i)), row(name, "redo", (60, 100, 180), "again"))],
    )


def chain():
    """A chain of risks, each with costs of its own, beside an option that costs what it costs."""
    timeline = [{"option_id": "*", "event_id": "done", "is": (6, 12, 20)}]
    timeline += [after("new", name, before, name) for before, name in zip(("done", *RISKS), RISKS, strict=False)]
    return tiny(
        ("old", "new"),
        risks=[{"option_id": "new", "risk_id": name, "name": name, "is": (0.2, 0.4, 0.7)} for name in RISKS],
        timeline=timeline,
        contracts=[row("old", "price", (70, 85, 110)), row("new", "price", (40, 50, 65)), *(row("new", name, (20, 60, 120), name) for name in RISKS)],
    )


def held_back(least):
    """Two ways and an option that holds back the choice between them until a faulty signal is heard; `least` makes one way dearer."""
    contracts = [row("a", "sure", (18 + least, 20 + least, 24 + least)), row("b", "x", (30, 50, 90), "bad"), row("v", "wait", (1, 2, 3))]
    return tiny(
        {"a": {}, "b": {}, "v": {"choose_at": "told", "choose_among": "b;a"}},
        risks=[{"option_id": "*", "risk_id": "bad", "name": "g", "is": (0.2, 0.4, 0.6)}],
        timeline=[{"option_id": "*", "event_id": "done", "is": 12}, after("*", "bad", "done", "bad")],
        signals=[{"option_id": "v", "signal_id": "told", "name": "s", "of": "bad", "is": (0.7, 0.8, 0.9), "false_alarm_likely": 0.2}],
        contracts=contracts,
    )


DECISIONS = {
    "two risks multiplied, 0.5 each": lambda: multiplied(2, 0.5),
    "two risks multiplied, 0.15 each": lambda: multiplied(2, 0.15),
    "three risks multiplied, 0.5 each": lambda: multiplied(3, 0.5),
    "a risk for each option": one_each,
    "a chain of risks": chain,
}
CHOICES = {"a choice held back": lambda: held_back(10), "a choice held back, near a tie": lambda: held_back(1)}


class Figures:
    """What of a decision is shown with an error; which numbers, and groups of so many, is settled by one run beforehand."""

    def __init__(self, inputs, draws, sizes=(2, 40)):
        self.inputs, self.large = inputs, sizes[0] > FEW
        pilot = self.knowledge(2 * draws, 99)
        table = pilot.estimates
        self.unknowns = table["id"].head(MOST).tolist()
        self.numbers = [name for name in table["id"] if name in pilot.columns][:3]
        self.own = pilot.own_parts.sort_values(["evppi", "standard_error"], ascending=False)["id"].head(3).tolist()
        worth = pilot.groups.query(f"{sizes[0]} <= estimates <= {sizes[1]} and evppi > {WORTH}")
        kinds = natural_groups(pilot.simulation, list(pilot.columns))
        self.groups = {f"{kind} {name}": kinds[kind, name] for kind, name in zip(worth["group_kind"], worth["group"], strict=True)}
        risks = [name for name, mask in pilot.occurrences.items() if mask.std()]
        self.is_own = bool(pilot.inquiries)
        worth = {one.name: -pilot.worth_of(one, [pilot.comparison.value_per_point])[0].value for one in pilot.inquiries}
        self.inquiries = sorted(pilot.inquiries, key=lambda one: worth[one.name])[:LEADING] or [
            Inquiry("a reading of three numbers", dict.fromkeys(self.numbers, 0.5)),
            Inquiry("a signal of a risk", {}, ((risks[0], 0.8, 0.2),)),
        ]

    def knowledge(self, draws, seed):
        """One run of the decision."""
        return Knowledge(compare(fvm.simulate(self.inputs, draws, seed)), draws)

    def __call__(self, draws, seed):
        """Every figure, its standard error and its warning, in one run."""
        known = self.knowledge(draws, seed)
        benefit = known.benefit()
        if self.large:
            return {("EVPPI, group", name): told(evppi(benefit, known.stack(ids))) for name, ids in self.groups.items()}
        found = {("EVPI", ""): told(known.everything)} | means(benefit)
        for name in self.unknowns:
            found["EVPPI", name] = told(evppi(benefit, known.unknowns[name]))
        for name in self.own:
            column = draw_own(known.simulation.model.estimates[name], seed, blocks(draws))
            found["EVPPI, own part", name] = told(evppi(benefit, column))
        for name, ids in self.groups.items():
            found["EVPPI, group", name] = told(evppi(benefit, known.stack(ids)))
        if not self.is_own:
            for name in self.numbers:
                found["EVSI", name] = told(evsi(benefit, known.columns[name], 0.5))
        return found | self.investigated(known)

    def investigated(self, known):
        """Investigations, alone and some side by side."""
        value = [known.comparison.value_per_point]
        alone = {one.name: known.worth_of(one, value)[0] for one in self.inquiries} if self.is_own else {}
        found = {("EVSI", name): told(worth) for name, worth in alone.items()}
        study = known.study(self.numbers, together=False)
        for size in sorted({1, 2, len(self.inquiries)})[self.is_own :]:
            for several in list(combinations(self.inquiries, size))[:MOST]:
                worth = known.worth_together(several, value) if self.is_own else study.values(several, value)
                found["EVSI" if size == 1 else "EVSI, portfolio", ";".join(one.name for one in several)] = told(worth[0])
        return found


def told(value: Value):
    """A value, its error and its warning."""
    return value.value, value.standard_error, value.warning


def means(benefit):
    """How far each option is ahead of the first on average, and how likely it is to be best, with their errors."""
    starts, found = slices_of(benefit), {}
    best = benefit.to_numpy().argmax(axis=1)
    for place, name in enumerate(benefit.columns):
        lead = (benefit[name] - benefit.iloc[:, 0]).to_numpy()
        likely = (best == place).astype(float)
        if place:
            found["mean", name] = lead.mean(), standard_error(lead, starts), ""
        found["P(best)", name] = likely.mean(), standard_error(likely, starts), ""
    return found


def held(inputs):
    """What it is worth to hold back a choice."""

    def once(draws, seed):
        table = choices(compare(fvm.simulate(inputs, draws, seed)))
        return {("option value", "v"): (*table.loc[0, ["option_value", "standard_error"]], "")}

    return once


def coverage(made, draws, large, seeds):
    """A row a figure."""
    truth = made(large, 10**6)
    runs = [made(draws, seed) for seed in seeds]
    return pd.DataFrame([covered(name, *true, [run[name] for run in runs]) for name, true in truth.items()])


def covered(name, true, own_error, _, found):
    """How one figure fares."""
    values, errors = np.array([one[:2] for one in found], dtype=float).T
    words = np.array([one[2] for one in found])
    within = np.abs(values - true) <= 1.96 * np.hypot(errors, own_error) + 1e-12
    off, spread = values.mean() - true, max(values.std(ddof=1), 1e-12)
    plain = words == ""
    return {
        "kind": name[0],
        "figure": name[1],
        "true": true,
        "covered": within.mean(),
        "error_over_spread": errors.mean() / spread,
        "bias_in_errors": off / max(errors.mean(), 1e-12),
        "bias_in_per_cent": 100 * off / true if true else 0.0,
        "clear": np.mean(values > 2 * errors),
        "near_tie": np.mean(words == "near_tie"),
        "warned": 1 - plain.mean(),
        "covered_unwarned": within[plain].mean() if plain.any() else np.nan,
    }


def measured(asked):
    """Every decision that is asked for, with its table."""
    seeds = range(asked.first, asked.first + asked.seeds)
    for name, make in DECISIONS.items():
        if asked.only in name:
            yield name, coverage(Figures(make(), 8192), 8192, LARGE, seeds)
    for name, make in CHOICES.items():
        if asked.only in name:
            yield name, coverage(held(make()), 8192, LARGE, seeds)
    if asked.only in DEFAULT:
        default = fvm.load(asked.data)
        yield DEFAULT, coverage(Figures(default, FEWER, (2, FEW)), FEWER, LARGE // 8, seeds)
        yield f"{DEFAULT}, large groups", coverage(Figures(default, FEWER, (FEW + 1, MANY)), FEWER, LARGE // 16, seeds[:: -(-asked.seeds // MOST_SEEDS)])


def summed_up(found):
    """The least and the highest coverage and bias of each decision and kind of figure."""
    rows = found.groupby(["decision", "kind"], sort=False)
    spans = rows[["covered", "bias_in_errors", "bias_in_per_cent"]].agg(["min", "max"])
    spans.columns = [" ".join(pair) for pair in spans.columns]
    return spans.join(rows[["near_tie", "warned"]].max()).join(rows.size().rename("figures")).round(3)


def main():
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--only", default="", help="decisions whose name holds this")
    parser.add_argument("--out", default="", help="a CSV file for all figures")
    asked = parser.parse_args()
    tables = []
    for name, found in measured(asked):
        tables.append(found.assign(decision=name))
        print(f"\n{name}", found.round(3).to_string(index=False), sep="\n", flush=True)
        if asked.out:
            pd.concat(tables).to_csv(asked.out, index=False)
    print("", summed_up(pd.concat(tables)).to_string(), sep="\n")


if __name__ == "__main__":
    main()
