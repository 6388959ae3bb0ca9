"""What an investigation that is not perfect teaches: against nested Monte Carlo and exact Bayes, for fits that bend."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import betabinom

from fvmanalys.analysis.information import evsi
from fvmanalys.analysis.learning import learnt

CURVES = {
    "square": lambda x: x**2 - 1.5,
    "hinge": lambda x: np.maximum(x, 0) - 0.5,
    "step": lambda x: np.where(x > 0.5, 1.0, -0.6),
    "sine": lambda x: np.sin(2 * x) - 0.1,
    "straight line": lambda x: x - 0.3,
}


def benefit(value):
    """Two options: nothing, and one that is worth `value`."""
    return np.column_stack([np.zeros(len(value)), value])


def middles(count):
    """The middles of equal-probability strata of a standard normal."""
    return ndtri((np.arange(count) + 0.5) / count)


def nested(curve, reduction):
    """EVSI by two nested loops: the reading of a normal input, and the input given the reading."""
    readings, rest = middles(4000), middles(4000)
    means = np.array([curve(np.sqrt(reduction) * reading + np.sqrt(1 - reduction) * rest).mean() for reading in readings])
    return np.maximum(means, 0).mean() - max(means.mean(), 0)


@pytest.mark.parametrize("reduction", [0.1, 0.4, 0.8])
@pytest.mark.parametrize("name", CURVES)
def test_evsi_is_that_of_nested_monte_carlo(name, reduction):
    rng = np.random.default_rng(8)
    x = rng.normal(size=20_000)
    value = evsi(benefit(CURVES[name](x) + 0.5 * rng.normal(size=len(x))), x, reduction)
    assert abs(float(value) - nested(CURVES[name], reduction)) <= max(3 * value.standard_error, 1e-4) or value.warning
    assert value.standard_error < 0.01


@pytest.mark.parametrize(("a", "b", "trials", "threshold"), [(2, 3, 20, 0.45), (1, 1, 10, 0.4), (4, 16, 50, 0.22)])
def test_evsi_of_a_sample_of_yes_and_no_is_that_of_the_beta_binomial(a, b, trials, threshold):
    hits = np.arange(trials + 1)
    after = (a + hits) / (a + b + trials)
    exact = betabinom(trials, a, b).pmf(hits) @ np.maximum(after - threshold, 0) - max(a / (a + b) - threshold, 0)
    rng = np.random.default_rng(2)
    share = rng.beta(a, b, 20_000)
    value = evsi(benefit(share - threshold + 0.1 * rng.normal(size=len(share))), share, trials / (trials + a + b))
    assert float(value) == pytest.approx(exact, rel=0.05)


def sampled(a, b, trials, quantile, draws=20_000):
    """EVSI of a sample of yes and no about a share of a beta distribution, and what it is by the beta-binomial."""
    rng, hits = np.random.default_rng(2), np.arange(trials + 1)
    share = rng.beta(a, b, draws)
    threshold = np.quantile(share, quantile)
    exact = betabinom(trials, a, b).pmf(hits) @ np.maximum((a + hits) / (a + b + trials) - threshold, 0) - max(a / (a + b) - threshold, 0)
    value = evsi(benefit(share - threshold + 0.1 * rng.normal(size=draws)), share, trials / (trials + a + b))
    return value, exact


@pytest.mark.parametrize("trials", [1, 2, 3, 5, 8])
@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 3), (4, 16), (1, 4), (5, 5)])
@pytest.mark.parametrize("quantile", [0.3, 0.5, 0.7])
def test_a_sample_of_few_answers_is_worth_what_is_said_or_a_warning_is(a, b, trials, quantile):
    value, exact = sampled(a, b, trials, quantile)
    assert abs(float(value) - exact) <= max(0.06 * exact, 3 * value.standard_error) or value.warning == "few_answers"


@pytest.mark.parametrize(("a", "b"), [(1, 1), (4, 16), (0.5, 0.5)])
def test_a_sample_of_many_answers_needs_no_warning(a, b):
    value, exact = sampled(a, b, 50, 0.5)
    assert (value.warning, float(value)) == ("", pytest.approx(exact, rel=0.03))


def test_readings_of_two_inputs_tell_of_their_product_as_of_both():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(40_000, 2))
    found = learnt(benefit(x[:, 0] * x[:, 1] + 0.2 * rng.normal(size=len(x))), x, 0.5)[:, 1]
    expected = 0.5 * x[:, 0] * x[:, 1]
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    assert np.abs(found).mean() == pytest.approx(np.abs(expected).mean(), rel=0.05)


@pytest.mark.parametrize("reduction", [0.0, 0.3, 1.0, [0.0, 1.0, 0.5]])
def test_what_is_learnt_is_on_average_what_was_known(reduction):
    rng = np.random.default_rng(5)
    inputs = np.column_stack([rng.exponential(size=3000), rng.random(3000) < 0.3, rng.normal(size=3000)])
    worth = np.column_stack([inputs[:, 0] ** 2, 3 * inputs[:, 1] * inputs[:, 2], np.ones(3000)])
    found = learnt(worth, inputs, reduction)
    assert found.shape == worth.shape
    assert found.mean(axis=0) == pytest.approx(worth.mean(axis=0), abs=1e-9)
    if reduction == 0.0:
        assert np.ptp(found, axis=0) == pytest.approx(0, abs=1e-9)


def test_draws_that_count_twice_are_as_draws_met_twice():
    rng = np.random.default_rng(6)
    x, weights = rng.normal(size=2000), rng.integers(1, 3, size=2000)
    worth = benefit(np.sin(x) + 0.3 * rng.normal(size=len(x)) + 0.2 * (weights - 1))
    weighted = learnt(worth, x, 1.0, weights)
    repeated = learnt(np.repeat(worth, weights, axis=0), np.repeat(x, weights), 1.0)
    assert np.average(weighted, axis=0, weights=weights) == pytest.approx(np.average(worth, axis=0, weights=weights), abs=1e-9)
    assert np.abs(np.repeat(weighted, weights, axis=0) - repeated).max() < 0.1
