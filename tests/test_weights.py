"""Weights: the office of Goodwin & Wright, and what must hold for any scores."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, kstest

from fvmanalys.analysis.weights import (
    central_weights,
    confidence_factors,
    ordinal_weights,
    rank_acceptability,
    swing_weights,
    uniform_weights,
)
from fvmanalys.errors import UsageError

# Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3: where to put an office, seven sites by closeness,
# visibility, image, size, comfort and parking. Rank acceptability and central weights: R's smaa 0.3-2, 400,000 weights.
SITES = list("ABCDEFG")
VALUES = np.array(
    [
        [100, 60, 100, 75, 0, 90],
        [20, 80, 10, 30, 100, 30],
        [80, 70, 0, 0, 10, 100],
        [70, 50, 30, 55, 30, 90],
        [40, 60, 90, 100, 60, 70],
        [0, 0, 70, 0, 80, 0],
        [60, 100, 20, 50, 50, 80],
    ],
    dtype=float,
)
ANY_WEIGHTS = [
    [0.4735575, 0.2987125, 0.07344, 0.0793725, 0.0382775, 0.0316075, 0.0050325],
    [0.04592, 0.071735, 0.050545, 0.1064475, 0.216735, 0.4680225, 0.040595],
    [0.0032725, 0.042785, 0.056445, 0.0563025, 0.3227625, 0.2889425, 0.22949],
    [0.000285, 0.0305425, 0.24729, 0.4231675, 0.2208725, 0.0778425, 0],
    [0.360915, 0.39738, 0.120805, 0.03455, 0.08551, 0.00084, 0],
    [2e-05, 0.004405, 0.048215, 0.032295, 0.058005, 0.1321775, 0.7248825],
    [0.11603, 0.15444, 0.40326, 0.267865, 0.0578375, 0.0005675, 0],
]
ORDERED_WEIGHTS = [
    [0.9999025, 9.75e-05, 0, 0, 0, 0, 0],
    [0, 0, 0, 2.5e-06, 0.043415, 0.9565825, 0],
    [0, 0.06394, 0.1571875, 0.09532, 0.640135, 0.0434175, 0],
    [0, 0.0054725, 0.0589875, 0.8240675, 0.1114725, 0, 0],
    [9.75e-05, 0.463575, 0.28153, 0.04982, 0.2049775, 0, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0.466915, 0.502295, 0.03079, 0, 0, 0],
]
CENTRAL_A = [0.244177578975107, 0.138335726064457, 0.199876087316246, 0.13277424686382, 0.0889377190636494, 0.195898641716725]


def test_swing_weights_and_the_values_with_them_rounded_are_those_of_the_book():
    weights = swing_weights([100, 80, 70, 30, 20, 10])
    assert (100 * weights).tolist() == pytest.approx([32, 26, 23, 10, 6, 3], abs=0.5)
    assert (VALUES @ [0.32, 0.26, 0.23, 0.1, 0.06, 0.03]).tolist() == pytest.approx([80.8, 39.4, 47.4, 52.3, 64.8, 20.9, 60.2], abs=0.051)


def test_rank_acceptability_over_all_weights_is_that_of_smaa():
    assert rank_acceptability(VALUES) == pytest.approx(np.array(ANY_WEIGHTS), abs=0.004)


def test_rank_acceptability_over_ordered_weights_is_that_of_smaa():
    found = rank_acceptability(VALUES, ordinal_weights(range(6), 200_000, seed=1))
    assert found == pytest.approx(np.array(ORDERED_WEIGHTS), abs=0.004)


def test_one_site_before_another_over_ordered_weights_is_that_of_smaa():
    found = rank_acceptability(VALUES[[4, 6]], ordinal_weights(range(6), 200_000, seed=1))
    assert found[0, 0] == pytest.approx(0.4636725, abs=0.004)


def test_central_weights_are_those_of_smaa():
    assert central_weights(VALUES)[0] == pytest.approx(CENTRAL_A, abs=0.004)


def test_the_mean_of_ordered_weights_is_their_centroid():
    """(1/n) Σ_{k≥i} 1/k for n = 6."""
    expected = [0.40833333333333327, 0.24166666666666667, 0.1583333333333333, 0.10277777777777779, 0.061111111111111116, 0.027777777777777776]
    order = [2, 0, 5, 1, 4, 3]
    assert ordinal_weights(order, 100_000, seed=1).mean(axis=0)[order] == pytest.approx(np.array(expected), abs=0.002)


def test_weights_are_spread_evenly_over_all_that_sum_to_one():
    weights = uniform_weights(5, 20_000, seed=1)
    assert weights.sum(axis=1) == pytest.approx(1)
    assert kstest(weights[:, 3], beta(1, 4).cdf).pvalue > 0.001  # normalised uniforms fail this by far


def test_uncertain_scores_are_paired_with_weights_draw_by_draw():
    rng = np.random.default_rng(1)
    scores = VALUES + rng.normal(0, 5, (4000, 7, 6))
    weights = uniform_weights(6, 4000, seed=2)
    values = np.einsum("noa,na->no", scores, weights)
    best = np.bincount(values.argmax(axis=1), minlength=7) / 4000
    assert rank_acceptability(scores, weights)[:, 0] == pytest.approx(best, abs=1e-12)
    assert rank_acceptability(scores)[:, 0] == pytest.approx(best, abs=0.02)


def test_confidence_factors_fall_with_uncertain_scores():
    certain = confidence_factors(VALUES)
    assert certain[0] == 1 and set(certain[np.isfinite(certain)]) <= {0, 1}
    shaken = confidence_factors(VALUES + np.random.default_rng(1).normal(0, 25, (4000, 7, 6)))
    assert 0.4 < shaken[0] < 1


def test_names_are_kept():
    columns = pd.MultiIndex.from_product([["keep", "buy"], ["x", "y", "z"]], names=["option", "area"])
    scores = pd.DataFrame(np.random.default_rng(1).uniform(0, 100, (50, 6)), columns=columns)
    ranks, centre = rank_acceptability(scores), central_weights(scores)
    assert ranks.index.tolist() == ["keep", "buy"] and ranks.columns.tolist() == [1, 2]
    assert centre.columns.tolist() == ["x", "y", "z"]
    assert confidence_factors(scores).index.tolist() == ["keep", "buy"]
    array = scores.to_numpy().reshape(50, 2, 3)
    assert ranks.to_numpy() == pytest.approx(rank_acceptability(array))
    assert rank_acceptability(scores.iloc[:, [0, 3, 1, 4, 2, 5]]).to_numpy() == pytest.approx(ranks.to_numpy())


def test_ties_share_the_ranks_that_they_cover():
    found = rank_acceptability(np.array([[1.0, 1], [2, 2], [1, 1]]), [1, 1])
    assert found.tolist() == [[0, 0.5, 0.5], [1, 0, 0], [0, 0.5, 0.5]]


def test_an_option_that_is_never_best_has_no_central_weights():
    scores = np.array([[10.0, 20], [5, 10]])
    assert np.isnan(central_weights(scores)[1]).all() and np.isnan(confidence_factors(scores)[1])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 50), st.integers(1, 30))
def test_every_option_has_some_rank_and_every_rank_some_option(seed, options, areas, draws):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 5, (draws, options, areas)).astype(float)
    found = rank_acceptability(scores, rng.uniform(0.1, 1, (draws, areas)))
    assert found.sum(axis=0) == pytest.approx(1) and found.sum(axis=1) == pytest.approx(1)
    assert found.min() >= 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: swing_weights([10, -1]), "none negative"),
        (lambda: swing_weights([0, 0]), "at least one above 0"),
        (lambda: ordinal_weights([0, 2], 10), "each position from 0 to 1 once"),
        (lambda: rank_acceptability(np.zeros(3)), "draws × options × areas"),
        (lambda: rank_acceptability(np.array([[1.0, np.nan]])), "draw 0, option 0, area 1 is not a finite number"),
        (lambda: rank_acceptability(np.zeros((2, 3)), [1, 1]), "for 3 areas"),
        (lambda: rank_acceptability(np.zeros((5, 2, 3)), np.ones((4, 3))), "4 weight vectors for 5 draws"),
        (lambda: rank_acceptability(np.zeros((2, 2)), [-1, 2]), "hold a negative number"),
    ],
)
def test_what_cannot_be_weighed_is_refused(call, message):
    with pytest.raises(UsageError, match=message):
        call()
