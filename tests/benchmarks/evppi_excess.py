"""How far EVPPI at 10,000 draws lies above that at 1,000,000, on average over estimates, as a share of EVPI.

python tests/benchmarks/evppi_excess.py [--data data/raw] [--as-of DATE] [--inputs 60] [--seeds 6]

Takes some minutes. The design allows a mean excess of 0.2 % of EVPI.
"""

import argparse

import numpy as np

import fvmanalys as fvm
from fvmanalys.analysis.information import evpi, evppi_all


def values(inputs, names, draws, seed):
    """EVPPI of some estimates, and EVPI."""
    simulation = fvm.simulate(inputs, draws, seed)
    worth = simulation.net_benefit()[inputs.options(permanent_only=True)]
    found = evppi_all(worth, {name: simulation.draws_of(name) for name in names})
    return found["evppi"].to_numpy(), found["standard_error"].to_numpy(), float(evpi(worth))


def main():
    """Compare small runs with one large run, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--as-of")
    parser.add_argument("--inputs", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=6)
    asked = parser.parse_args()
    inputs = fvm.load(asked.data, asked.as_of)
    estimates = inputs.estimates
    uncertain = estimates.loc[~estimates["distribution"].isin(["", "fixed"]) & ~estimates["table"].isin(["parameters", "context", "viewpoints", "investigations"]), "id"]
    names = list(np.random.default_rng(0).choice(uncertain, min(asked.inputs, len(uncertain)), replace=False))
    reference, _, everything = values(inputs, names, 1_000_000, 12_345)
    small = [values(inputs, names, 10_000, seed) for seed in range(1, asked.seeds + 1)]
    excess = np.array([found for found, _, _ in small]) - reference
    errors = np.array([error for _, error, _ in small])
    print(f"EVPI {everything:.1f}; {len(names)} estimates, {asked.seeds} seeds, EVPPI {reference.min():.1f} to {reference.max():.1f}")
    print(f"mean excess {excess.mean() / everything:+.4%} of EVPI; largest mean excess of one estimate {excess.mean(axis=0).max() / everything:+.3%}")
    print(f"root mean square error {np.sqrt((excess**2).mean()) / everything:.3%} of EVPI; mean standard error {errors.mean() / everything:.3%}")


if __name__ == "__main__":
    main()
