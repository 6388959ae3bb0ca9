"""How often what is shown with an error lies within two of them, and how far off it is on average.

    python -m tests.benchmarks.coverage [--seeds 200] [--draws 8192] [--data data/raw] [--only NAME]

A row a decision and figure: the share of seeds whose figure lies within 1.96 standard errors of that of a large run (95 %
where errors are right), the mean error beside what the figure in fact varies by, and the bias in standard errors.
"""

import argparse

import numpy as np
import pandas as pd

import fvmanalys as fvm
from fvmanalys.analysis.compare import compare
from fvmanalys.analysis.information import evpi, evppi, evsi, slices_of, standard_error
from fvmanalys.analysis.knowledge import Knowledge
from tests.tiny import tiny

LARGE = 2**19
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
    """Every figure and its standard error, in one run."""
    simulation = fvm.simulate(inputs, draws, seed)
    benefit = simulation.net_benefit()[inputs.options(permanent_only=True)]
    starts = slices_of(benefit)
    found = {"EVPI": pair(evpi(benefit))}
    lead = benefit.iloc[:, -1].to_numpy()
    found["mean of a net benefit"] = lead.mean(), standard_error(lead, starts)
    best = (benefit.to_numpy().argmax(axis=1) == len(benefit.columns) - 1).astype(float)
    found["P(best)"] = best.mean(), standard_error(best, starts)
    for name in names:
        found[f"EVPPI {name}"] = pair(evppi(benefit, simulation.draws_of(name)))
    several = np.column_stack([simulation.draws_of(name) for name in names])
    found["EVPPI of these together"] = pair(evppi(benefit, several))
    found["EVSI of these, v = 0.5"] = pair(evsi(benefit, several, 0.5))
    return found


def pair(value):
    """A value and its error."""
    return value.value, value.standard_error


def inputs_shown(inputs, most=3):
    """Some uncertain numbers, those worth most to know."""
    table, known = Knowledge(compare(fvm.simulate(inputs, 8192, 99))).estimates, inputs.estimates["id"]
    return table.loc[table["id"].isin(known), "id"].head(most).tolist()


def coverage(inputs, draws, seeds, large=LARGE):
    """A row a figure: coverage, mean error over spread, bias in errors and in per cent."""
    names = inputs_shown(inputs)
    truth = figures(inputs, large, 10**6, names)
    runs = [figures(inputs, draws, seed, names) for seed in range(1, seeds + 1)]
    rows = []
    for name, (true, own_error) in truth.items():
        values, errors = np.array([run[name] for run in runs]).T
        within = np.abs(values - true) <= 1.96 * np.hypot(errors, own_error)
        spread = max(values.std(ddof=1), 1e-12)
        off = values.mean() - true
        rows.append([name, true, within.mean(), errors.mean() / spread, off / max(errors.mean(), 1e-12), off / true if true else 0.0])
    return pd.DataFrame(rows, columns=["figure", "true", "covered", "error_over_spread", "bias_in_errors", "bias"])


def main():
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--draws", type=int, default=8192)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    decisions = DECISIONS | {"the default decision": lambda: fvm.load(asked.data)}
    for name, make in decisions.items():
        if asked.only in name:
            inputs = make()
            found = coverage(inputs, asked.draws, asked.seeds, LARGE if name in DECISIONS else LARGE // 4)
            print(f"\n{name}", found.round(4).to_string(index=False), sep="\n", flush=True)


if __name__ == "__main__":
    main()
