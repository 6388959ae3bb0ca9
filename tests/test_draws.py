"""Estimates as random columns: right distributions, keyed streams, strata, common factors."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import fvmanalys as fvm
from fvmanalys.errors import UsageError
from fvmanalys.model.draws import BLOCK, Block, Estimate, blocks, draw, draw_uniform, quantile
from fvmanalys.model.sample import Condition, Sample
from tests.decisions import library_decision, write_tables

P = np.array([1e-6, 0.001, 0.05, 0.1, 0.5, 0.9, 0.95, 0.999, 1 - 1e-6])
LOGNORMAL_SIGMA = np.log(8 / 2) / (2 * stats.norm.ppf(0.95))
# The closed forms are SciPy's: PERT on [2, 8] with mode 3 is a beta distribution of 1 + 4·1/6 and 1 + 4·5/6.
CLOSED_FORMS = {
    "uniform": (Estimate("a", 2, 3, 8, "uniform"), stats.uniform(2, 6)),
    "triangular": (Estimate("a", 2, 3, 8, "triangular"), stats.triang(1 / 6, 2, 6)),
    "pert": (Estimate("a", 2, 3, 8, "pert"), stats.beta(1 + 4 / 6, 1 + 20 / 6, 2, 6)),
    "normal": (Estimate("a", 2, 3, 8, "normal"), stats.norm(5, 3 / stats.norm.ppf(0.95))),
    "lognormal": (Estimate("a", 2, 3, 8, "lognormal"), stats.lognorm(LOGNORMAL_SIGMA, scale=4)),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_percentiles_are_those_of_the_closed_form(name):
    estimate, exact = CLOSED_FORMS[name]
    assert quantile(estimate, P) == pytest.approx(exact.ppf(P), rel=2e-5)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_mean_and_spread_are_those_of_the_closed_form(name):
    estimate, exact = CLOSED_FORMS[name]
    drawn = draw(estimate, 1, blocks(4 * BLOCK))
    assert drawn.mean() == pytest.approx(exact.mean(), rel=1e-3)
    assert drawn.std() == pytest.approx(exact.std(), rel=1e-2)


@pytest.mark.parametrize("name", ["uniform", "triangular", "pert"])
def test_low_and_high_are_the_ends(name):
    estimate, _ = CLOSED_FORMS[name]
    assert quantile(estimate, np.array([0.0, 1.0])) == pytest.approx([2, 8])


@pytest.mark.parametrize("name", ["normal", "lognormal"])
def test_low_and_high_are_the_5th_and_95th_percentile_whatever_is_likely(name):
    estimate, _ = CLOSED_FORMS[name]
    for likely in (2, 7.9, np.nan):
        assert quantile(replace(estimate, likely=likely), np.array([0.05, 0.95])) == pytest.approx([2, 8])


@pytest.mark.parametrize("name", ["triangular", "pert"])
@pytest.mark.parametrize("likely", [2, 8])
def test_a_likely_value_at_an_end_is_allowed(name, likely):
    drawn = draw(Estimate("a", 2, likely, 8, name), 1, blocks(1000))
    mean = (2 + 4 * likely + 8) / 6 if name == "pert" else (2 + likely + 8) / 3
    assert drawn.mean() == pytest.approx(mean, rel=2e-3)
    assert drawn.min() >= 2 and drawn.max() <= 8


def test_a_fixed_number_and_an_empty_range_never_vary():
    assert set(draw(Estimate("a", np.nan, 3, np.nan), 1, blocks(10))) == {3}
    assert set(draw(Estimate("a", 4, np.nan, 4, "uniform"), 1, blocks(10))) == {4}


def test_the_single_number_shown_is_likely_or_else_the_median():
    assert Estimate("a", 2, 3, 8, "normal").centre == 3
    assert Estimate("a", 2, np.nan, 8, "lognormal").centre == pytest.approx(4)


# Strata


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3 * BLOCK), st.integers(0, 2**32))
def test_each_block_has_one_draw_in_each_stratum(draws, seed):
    uniform = Estimate("a", 0, np.nan, 1, "uniform")
    start = 0
    for block in blocks(draws):
        part = draw(uniform, seed, blocks(draws))[start : start + block.size]
        assert sorted(np.floor(part * block.size)) == list(range(block.size))
        start += block.size
    assert start == draws


def test_blocks_are_of_4096_draws_and_a_last_short_one():
    assert BLOCK == 4096
    assert blocks(10_000) == [Block(0, 4096), Block(1, 4096), Block(2, 1808)]
    assert blocks(4096) == [Block(0, 4096)]
    assert blocks(1) == [Block(0, 1)]


def test_whole_blocks_are_the_same_whatever_comes_after():
    estimate, _ = CLOSED_FORMS["pert"]
    few, many = draw(estimate, 1, blocks(2 * BLOCK)), draw(estimate, 1, blocks(3 * BLOCK + 7))
    assert (many[: 2 * BLOCK] == few).all()
    assert (draw(estimate, 1, blocks(3 * BLOCK)[1:2]) == few[BLOCK:]).all()


def test_columns_of_different_ids_seeds_and_blocks_are_unrelated():
    one, other = Estimate("one", 0, np.nan, 1, "uniform"), Estimate("other", 0, np.nan, 1, "uniform")
    columns = [draw(one, 1, blocks(BLOCK)), draw(other, 1, blocks(BLOCK)), draw(one, 2, blocks(BLOCK)), draw(one, 1, blocks(2 * BLOCK)[1:])]
    related = np.corrcoef(columns) - np.eye(4)
    assert np.abs(related).max() < 5 / np.sqrt(BLOCK)


def test_a_few_thousand_stratified_draws_show_a_mean_closely():
    exact = CLOSED_FORMS["pert"][1].mean()
    errors = [abs(draw(CLOSED_FORMS["pert"][0], seed, blocks(BLOCK)).mean() - exact) for seed in range(10)]
    plain = CLOSED_FORMS["pert"][1].std() / np.sqrt(BLOCK)
    assert max(errors) < plain / 20


# Common factors

TIED = Estimate("a", 0, 5, 10, "pert", "weather", 1.0)


def test_equal_quantities_tied_wholly_are_the_same_number_in_every_draw():
    assert (draw(TIED, 1, blocks(5000)) == draw(replace(TIED, stream="b"), 1, blocks(5000))).all()


def test_strength_minus_one_turns_the_order_round():
    up, down = draw(TIED, 1, blocks(5000)), draw(replace(TIED, stream="b", strength=-1.0), 1, blocks(5000))
    assert stats.spearmanr(up, down).statistic == pytest.approx(-1)
    assert up + down == pytest.approx(10, abs=1e-9)  # a symmetric range


@pytest.mark.parametrize(("one", "other"), [(0.8, 0.5), (0.9, -0.6), (1.0, 0.7), (0.3, 1.0), (-1.0, -0.4), (0.0, 1.0)])
def test_two_estimates_of_a_factor_are_related_as_a_one_factor_copula_says(one, other):
    """Pearson's r of the normal scores is the product of the strengths; Spearman's is (6/π)·arcsin(r/2)."""
    found = [
        stats.spearmanr(*(draw(replace(TIED, stream=name, strength=strength), seed, blocks(4 * BLOCK)) for name, strength in (("a", one), ("b", other)))).statistic
        for seed in range(8)
    ]
    r = one * other
    assert np.mean(found) == pytest.approx(6 / np.pi * np.arcsin(r / 2), abs=0.012)  # ordering slice by slice weakens it by up to 0.006


@pytest.mark.parametrize("strength", [-1.0, -0.4, 0.0, 0.4, 0.99, 1.0])
def test_a_common_factor_changes_the_order_and_not_the_distribution(strength):
    drawn = np.sort(draw(replace(TIED, strength=strength), 1, blocks(BLOCK)))
    strata = (np.arange(BLOCK) + 0.5) / BLOCK
    exact = stats.beta(3, 3, 0, 10)
    assert np.abs(exact.cdf(drawn) - strata).max() < 1.1 / BLOCK


def test_different_factors_are_unrelated():
    other = draw(replace(TIED, stream="b", moves_with="market"), 1, blocks(BLOCK))
    assert abs(np.corrcoef(draw(TIED, 1, blocks(BLOCK)), other)[0, 1]) < 5 / np.sqrt(BLOCK)


# From the tables


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return fvm.load(write_tables(tmp_path_factory.mktemp("library"), library_decision(3)))


def test_draws_do_not_depend_on_chunks_or_workers(library):
    draws = 2 * BLOCK + 100
    plain = fvm.simulate(library, draws, seed=3)
    for settings_ in ({"chunk_blocks": 1}, {"chunk_blocks": 7}, {"workers": 2}, {"workers": 3, "chunk_blocks": 1}):
        other = fvm.simulate(library, draws, 3, **settings_)
        assert (other.cost == plain.cost).all(axis=None)
        assert (other.score == plain.score).all(axis=None)
        assert (other.events == plain.events).all(axis=None)
        assert (other.area_scores == plain.area_scores).all(axis=None)


def test_the_seed_decides_the_draws(library):
    one, again, other = (fvm.simulate(library, 500, seed).cost for seed in (1, 1, 2))
    assert (one == again).all(axis=None)
    assert (one != other).any(axis=None)


def test_draws_of_is_the_column_of_the_estimate(library):
    simulation = fvm.simulate(library, 5000, seed=4)
    drawn = simulation.draws_of("contracts/q/run")
    assert len(drawn) == 5000
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx([0.6, 2.2], rel=1e-2)
    assert (simulation.draws_of("areas/care") == 30).all()
    assert simulation.draws_of("levels/p/access//open").mean() == pytest.approx(50, rel=1e-2)


def test_an_unknown_estimate_is_named_with_the_nearest(library):
    with pytest.raises(UsageError, match="no estimate 'contracts/q/runs'; did you mean 'contracts/q/run'"):
        fvm.simulate(library, 10).draws_of("contracts/q/runs")


@pytest.mark.parametrize(("draws", "seed"), [(0, 1), (-5, 1), (10, -1)])
def test_impossible_draws_and_seeds_are_refused(library, draws, seed):
    with pytest.raises(UsageError, match="give at least one draw, and a seed that is not negative"):
        fvm.simulate(library, draws, seed)


def test_a_uniform_column_has_exactly_its_share_below_any_bound():
    assert (draw_uniform("occurs/*/flood", 1, blocks(BLOCK)) < 0.25).sum() == BLOCK / 4


def test_risks_occur_independently_of_each_other_and_of_the_outside_view():
    """Each in runs of draws, so that a block counts some 128 independent looks at a pair; over 25 blocks that is 3,200."""
    parts = blocks(25 * BLOCK)
    risks = {name: Condition(f"occurs/*/{name}", f"risks/*/{name}") for name in "pqrs"}
    sample = Sample({f"risks/*/{name}": Estimate(name, 0.3, 0.3, 0.3) for name in "pqrs"}, {"a": risks}, None, 0.5, 1, parts)
    columns = [*(sample.holds("a", name) for name in "pqrs"), sample.is_outside()]
    assert np.mean(columns, axis=1) == pytest.approx([0.3] * 4 + [0.5], abs=2e-3)
    assert np.abs(np.corrcoef(columns) - np.eye(5)).max() < 5 / np.sqrt(3200)
