"""How long values of information and Sobol' indices take, as ratios to a bare script of the same arithmetic in the same run.

    python -m pytest tests/benchmarks -s
"""

from time import perf_counter

import numpy as np
import pytest
from scipy.interpolate import BSpline
from scipy.stats import qmc

from fvmanalys.analysis.information import evppi, evppi_all
from fvmanalys.analysis.sensitivity import sobol
from fvmanalys.model.draws import Estimate, quantile

pytestmark = pytest.mark.slow
ESTIMATES = [Estimate(f"e{i}", 1.0, 2.0 + i / 10, 6.0 + i / 4, "pert") for i in range(25)]


def ratio(ours, bare, repeats=7):
    """The least time of ours over the least of the bare script, taken in turn."""
    times = []
    for _ in range(repeats):
        for call in (ours, bare):
            start = perf_counter()
            call()
            times.append(perf_counter() - start)
    return min(times[::2]) / min(times[1::2])


def bare_evppi(worth, x, knots=8):
    """EVPPI by an ordinary regression spline, with no penalty, no standard error and no check."""
    t = np.quantile(x, np.linspace(0, 1, knots + 2))
    design = BSpline.design_matrix(x, np.r_[[t[0]] * 3, t, [t[-1]] * 3], 3)
    fitted = design @ np.linalg.solve((design.T @ design).toarray(), design.T @ worth)
    return fitted.max(axis=1).mean() - fitted.mean(axis=0).max()


def same_shaped(draws, seed=1):
    """Three options and 25 estimates, with benefits of the order of a programme's."""
    rng = np.random.default_rng(seed)
    inputs = np.array([quantile(one, rng.random(draws)) for one in ESTIMATES])
    slopes = np.random.default_rng(0).normal(size=(3, 25))
    worth = slopes @ inputs + 0.5 * inputs[0] * inputs[1] + np.array([[0], [2], [1]])
    return worth.T, {f"e{i}": row for i, row in enumerate(inputs)}


def test_evppi_of_all_estimates_takes_at_most_four_times_a_bare_regression_spline():
    worth, inputs = same_shaped(10_000)
    found = ratio(lambda: evppi_all(worth, inputs), lambda: [bare_evppi(worth, x) for x in inputs.values()])
    print(f"\nEVPPI of 25 estimates with standard errors, 10,000 draws: {found:.2f} times the bare script")
    assert found <= 4


def test_sobol_indices_take_at_most_one_and_a_half_times_their_bare_evaluation():
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
    found = ratio(lambda: sobol(worth, quantiles, 2**13, seed=1), bare, repeats=15)
    print(f"\nfirst-order and total indices of 25 estimates, 8,192 points: {found:.2f} times the bare evaluation of the design")
    assert found <= 1.5


def test_time_grows_no_faster_than_draws():
    small, large = same_shaped(50_000)[0], same_shaped(400_000)[0]
    x, y = (np.random.default_rng(1).normal(size=(size, 1)) for size in (50_000, 400_000))
    found = ratio(lambda: evppi(large, y), lambda: evppi(small, x), repeats=3)
    print(f"\nEVPPI of 400,000 draws: {found:.1f} times that of 50,000")
    assert found <= 16
