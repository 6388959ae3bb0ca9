"""A bare script of EVPPI by regression splines, for the benchmarks to compare with."""

import numpy as np
from scipy.interpolate import BSpline

from fvmanalys.model.draws import Estimate, quantile

ESTIMATES = [Estimate(f"e{i}", 1.0, 2.0 + i / 10, 6.0 + i / 4, "pert") for i in range(25)]


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
