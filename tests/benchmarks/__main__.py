"""How fast and how lean, as ratios measured side by side in one run.

    python -m tests.benchmarks [--data data/raw] [--repeats 5]

Each pair of calls is timed in turn, several times, and the median of the ratios of the pairs is shown, so that other
work on the machine weighs on both alike. Nothing here decides a test.
"""

import argparse
import subprocess
import sys
from time import perf_counter

import numpy as np
from scipy.stats import qmc

import fvmanalys as fvm
from fvmanalys.analysis.information import evpi, evppi_all
from fvmanalys.analysis.sensitivity import sobol
from fvmanalys.analysis.switching import switching_values
from fvmanalys.model.draws import draw_block, quantile
from fvmanalys.model.simulate import read_model
from tests.benchmarks.evppi_floor import ESTIMATES, bare_evppi, same_shaped
from tests.benchmarks.floor import floor

PEAK = """
import resource, sys, fvmanalys as fvm
fvm.simulate(fvm.load(sys.argv[1]), 1_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**3 if sys.platform == "darwin" else 1024**2))
"""


def seconds(call):
    """How long a call takes."""
    start = perf_counter()
    call()
    return perf_counter() - start


def fresh(call):
    """A call that finds nothing drawn already."""

    def begin():
        draw_block.cache_clear()
        call()

    return begin


def ratio(ours, bare, repeats):
    """The median ratio of pairs of calls, after one unmeasured pair."""
    ours(), bare()
    return float(np.median([seconds(ours) / seconds(bare) for _ in range(repeats)]))


def simulate_ratios(inputs, repeats):
    """100,000 draws against the floor, on whole columns and in pieces that fit a cache."""
    model, pieces = read_model(inputs), [8192] * 12 + [1696]
    ours = fresh(lambda: fvm.simulate(inputs, 100_000))
    whole = ratio(ours, lambda: floor(model, 100_000), repeats)
    cut = ratio(ours, lambda: [floor(model, size) for size in pieces], repeats)
    return whole, cut


def evppi_ratio(repeats):
    """EVPPI of 25 estimates with standard errors against a bare regression spline."""
    worth, inputs = same_shaped(10_000)
    return ratio(lambda: evppi_all(worth, inputs), lambda: [bare_evppi(worth, x) for x in inputs.values()], repeats)


def evppi_excess(seeds=12):
    """How far EVPPI at 10,000 draws lies above that at 1,000,000, on average, as a share of EVPI; ours and the bare script's.

    The options are moved so that they lie a tenth of a standard deviation apart: then information is worth much.
    """
    worth, inputs = same_shaped(1_000_000, 0)
    level = worth.mean(axis=0) - np.array([0.0, 0.1, 0.2]) * worth.std()
    worth = worth - level
    everything, reference = float(evpi(worth)), evppi_all(worth, inputs)["evppi"].to_numpy()
    ours, bare = [], []
    for seed in range(1, seeds + 1):
        worth, inputs = same_shaped(10_000, seed)
        worth = worth - level
        ours.append(evppi_all(worth, inputs)["evppi"].to_numpy() - reference)
        bare.append([bare_evppi(worth, x) for x in inputs.values()] - reference)
    return float(np.mean(ours)) / everything, float(np.mean(bare)) / everything


def sobol_ratio(repeats):
    """First-order and total indices against making and evaluating their design."""

    def worth(x):
        return np.sum(np.exp(-0.03 * x) * x**2, axis=0) - x[0] * x[1]

    def bare():
        points = qmc.Sobol(50, rng=1).random_base2(13).T
        first, second = (np.array([quantile(one, row) for one, row in zip(ESTIMATES, half, strict=True)]) for half in (points[:25], points[25:]))
        worth(first), worth(second)
        for row in range(25):
            mixed = first.copy()
            mixed[row] = second[row]
            worth(mixed)

    quantiles = [lambda share, one=one: quantile(one, share) for one in ESTIMATES]
    return ratio(lambda: sobol(worth, quantiles, 2**13, seed=1), bare, repeats)


def switching_ratio(inputs, repeats, draws=20_000):
    """Switching values of every number and bundle, times one simulation."""
    comparison = fvm.compare(fvm.simulate(inputs, draws))
    return ratio(lambda: switching_values(comparison), fresh(lambda: fvm.simulate(inputs, draws)), repeats)


def growth(inputs, repeats):
    """Eight times the draws: how many times as long, over eight."""
    return ratio(fresh(lambda: fvm.simulate(inputs, 327_680)), fresh(lambda: fvm.simulate(inputs, 40_960)), repeats) / 8


def peak_memory(data):
    """The peak memory of a million draws in a process of its own, GB."""
    found = subprocess.run([sys.executable, "-c", PEAK, data], capture_output=True, text=True, check=True)
    return float(found.stdout)


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    inputs = fvm.load(asked.data)
    whole, cut = simulate_ratios(inputs, asked.repeats)
    ours, bare = evppi_excess()
    rows = [
        ("100,000 draws of the model, times the bare NumPy floor", f"{whole:.2f}", "3"),
        ("  the same, times the floor in pieces of 8,192 draws", f"{cut:.2f}", "3"),
        ("327,680 draws, per draw, times 40,960", f"{growth(inputs, min(asked.repeats, 3)):.2f}", "about 1"),
        ("peak memory of 1,000,000 draws, GB", f"{peak_memory(asked.data):.2f}", "1.5"),
        ("EVPPI of 25 estimates with errors, times a bare spline", f"{evppi_ratio(asked.repeats):.2f}", "4"),
        ("mean excess of EVPPI over a million draws, share of EVPI", f"{ours:+.3%}", "0.2 %"),
        ("  the same of the bare spline", f"{bare:+.3%}", "-"),
        ("switching values of all numbers and bundles, times 20,000 draws", f"{switching_ratio(inputs, 3):.1f}", "30"),
        ("Sobol' indices, times the bare evaluation", f"{sobol_ratio(asked.repeats):.2f}", "1.5"),
    ]
    for name, found, most in rows:
        print(f"{name:<66}{found:>10}{most:>10}")


if __name__ == "__main__":
    main()
