"""How often what is shown with an error lies within two of them, and how far off it is on average.

    python -m tests.benchmarks.coverage [--seeds 200] [--draws 8192] [--data data/raw] [--only NAME]

A row a decision and figure: the share of seeds whose figure lies within 1.96 standard errors of that of a large run (95 %
where errors are right), the mean error beside what the figure in fact varies by, the bias in standard errors, how often it is told
from zero and how often it has a warning.
"""

import argparse
from itertools import combinations

import numpy as np
import pandas as pd

import fvmanalys as fvm
from fvmanalys.analysis.compare import compare
from fvmanalys.analysis.information import evpi, evppi, evsi
from fvmanalys.analysis.knowledge import Knowledge, natural_groups
from fvmanalys.analysis.leads import slices_of, standard_error
from tests.tiny import tiny

LARGE = 2**19
DEFAULT = "the default decision"
MOST = 6  # leading unknowns, and numbers of a group
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


DECISIONS = {
    "two risks multiplied, 0.5 each": lambda: multiplied(2, 0.5),
    "two risks multiplied, 0.15 each": lambda: multiplied(2, 0.15),
    "three risks multiplied, 0.5 each": lambda: multiplied(3, 0.5),
    "a risk for each option": one_each,
    "a chain of risks": chain,
}


def figures(inputs, draws, seed, names):
    """Every figure, its standard error and its warning, in one run of a small decision."""
    simulation = fvm.simulate(inputs, draws, seed)
    benefit = simulation.net_benefit()[inputs.options(permanent_only=True)]
    found = {"EVPI": told(evpi(benefit))} | means(benefit)
    for name in names:
        found[f"EVPPI {name}"] = told(evppi(benefit, simulation.draws_of(name)))
        found[f"EVSI {name}, v = 0.5"] = told(evsi(benefit, simulation.draws_of(name), 0.5))
    several = np.column_stack([simulation.draws_of(name) for name in names])
    found["EVPPI of these together"] = told(evppi(benefit, several))
    found["EVSI of these, v = 0.5"] = told(evsi(benefit, several, 0.5))
    return found


def figures_shown(inputs, draws, seed, names):
    """The same of what an appendix shows of a decision with investigations."""
    knowledge = Knowledge(compare(fvm.simulate(inputs, draws, seed)), draws)
    benefit, value = knowledge.benefit(), knowledge.comparison.value_per_point
    found = {"EVPI": told(knowledge.everything)} | means(benefit)
    for name in names:
        found[f"EVPPI {name}"] = told(evppi(benefit, knowledge.unknowns[name]))
    for (kind, name), ids in natural_groups(knowledge.simulation, list(knowledge.columns)).items():
        if kind in ("area", "table") and len(ids) <= MOST:
            found[f"EVPPI {kind} {name}"] = told(evppi(benefit, knowledge.stack(ids)))
    for one in knowledge.inquiries:
        found[f"EVSI {one.name}"] = told(knowledge.worth_of(one, [value])[0])
    study = knowledge.study(list(dict.fromkeys(name for one in knowledge.inquiries for name in one.resolves)), together=False)
    for several in combinations([one for one in knowledge.inquiries if one.reveals][:3], 2):
        found["EVSI " + ";".join(one.name for one in several)] = told(study.values(several, [value])[0])
    return found


def told(value):
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
            found[f"mean lead of {name}"] = lead.mean(), standard_error(lead, starts), ""
        found[f"P(best) of {name}"] = likely.mean(), standard_error(likely, starts), ""
    return found


def inputs_shown(inputs, most=3):
    """Some uncertain numbers, those worth most to know."""
    table, known = Knowledge(compare(fvm.simulate(inputs, 8192, 99))).estimates, inputs.estimates["id"]
    return table.loc[table["id"].isin(known), "id"].head(most).tolist()


def unknowns_shown(inputs):
    """What is worth most to find out: numbers, factors and events."""
    return Knowledge(compare(fvm.simulate(inputs, 8192, 99))).estimates["id"].head(MOST).tolist()


def coverage(inputs, draws, seeds, large, made=figures, names=inputs_shown):
    """A row a figure: coverage, of all seeds and of those without a warning, mean error over spread, bias in errors and in per cent."""
    asked = names(inputs)
    truth = made(inputs, large, 10**6, asked)
    runs = [made(inputs, draws, seed, asked) for seed in range(1, seeds + 1)]
    return pd.DataFrame([covered(name, *true, [run[name] for run in runs]) for name, true in truth.items()])


def covered(name, true, own_error, _, found):
    """How one figure fares."""
    values, errors = np.array([one[:2] for one in found]).T
    plain = np.array([not one[2] for one in found])
    within = np.abs(values - true) <= 1.96 * np.hypot(errors, own_error)
    off, spread = values.mean() - true, max(values.std(ddof=1), 1e-12)
    return {
        "figure": name,
        "true": true,
        "covered": within.mean(),
        "error_over_spread": errors.mean() / spread,
        "bias_in_errors": off / max(errors.mean(), 1e-12),
        "clear": np.mean(values > 2 * errors),
        "warned": 1 - plain.mean(),
        "covered_unwarned": within[plain].mean() if plain.any() else np.nan,
    }


def main():
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--draws", type=int, default=8192)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    for name, make in DECISIONS.items():
        if asked.only in name:
            show(name, coverage(make(), asked.draws, asked.seeds, LARGE))
    if asked.only in DEFAULT:
        show(DEFAULT, coverage(fvm.load(asked.data), asked.draws, asked.seeds, LARGE // 4, figures_shown, unknowns_shown))


def show(name, found):
    """Print a table."""
    print(f"\n{name}", found.round(3).to_string(index=False), sep="\n", flush=True)


if __name__ == "__main__":
    main()
