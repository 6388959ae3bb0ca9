"""EVPI, EVPPI and EVSI: published numbers, closed forms, and what must hold for any decision's arrays."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

import fvmanalys as fvm
from fvmanalys.analysis.information import Value, evpi, evppi, evppi_all, evsi, net_value, verdict
from fvmanalys.analysis.sensitivity import evidence_share
from fvmanalys.analysis.tails import check_finite_mean, tail_index
from fvmanalys.errors import UsageError
from tests.tiny import tiny

DRAWS = pd.read_csv(Path(__file__).parent / "data" / "voi_linear_normal.csv.gz")


def unit_normal_loss(mean, deviation):
    """E[max(0, X)] − max(0, mean) of a normal X: Raiffa & Schlaifer 1961, Applied Statistical Decision Theory."""
    z = abs(mean) / deviation
    return deviation * (np.exp(-z * z / 2) / np.sqrt(2 * np.pi) - z * ndtr(-z))


def benefit(value):
    """Two options: nothing, and one that is worth `value`."""
    return np.column_stack([np.zeros(len(value)), value])


# The linear-normal example of R's voi package (github.com/chjackson/voi, vignettes/voi.Rmd and
# tests/testthat/test_evppi_mc.R): p1 ~ N(1, 1), p2 ~ N(0, 2), options 0 and k·p1 − p2; 10,000 draws made in R with seed 1.


@pytest.mark.parametrize(("k", "expected"), [(1, 0.4759885113), (2, 0.4028003133), (3, 0.4174207339)])
def test_evpi_of_the_linear_normal_draws_is_that_of_the_voi_package(k, expected):
    assert float(evpi(benefit(k * DRAWS.p1 - DRAWS.p2))) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("inputs", "expected", "tolerance"),
    [(["p1"], 0.0821011995641574, 0.006), (["p2"], 0.390298274347286, 0.012), (["p1", "p2"], 0.475988511299997, 0.012)],
)
def test_evppi_of_the_linear_normal_draws_is_that_of_the_voi_package(inputs, expected, tolerance):
    assert float(evppi(benefit(DRAWS.p1 - DRAWS.p2), DRAWS[inputs])) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(("n", "expected"), [(10, 0.0744025056625228), (100, 0.0810626138020485), (1000, 0.0818992483248484)])
def test_evsi_of_a_study_of_n_is_that_of_the_voi_package(n, expected):
    value = evsi(benefit(DRAWS.p1 - DRAWS.p2), DRAWS.p1, n / (n + 1))  # n normal observations with known deviation 1
    assert float(value) == pytest.approx(expected, abs=0.008)


@pytest.fixture(scope="module")
def many():
    """200,000 draws of the linear-normal example, and of its variant with p2 ~ N(p1, 2)."""
    rng = np.random.default_rng(7)
    p1, p2 = rng.normal(1, 1, 200_000), rng.normal(0, 2, 200_000)
    return p1, p2, p1 + p2


def test_evppi_meets_the_closed_form(many):
    p1, p2, _ = many
    for value, expected in [
        (evpi(benefit(p1 - p2)), unit_normal_loss(1, np.sqrt(5))),
        (evppi(benefit(p1 - p2), p1), 0.08331547058768629),
        (evppi(benefit(p1 - p2), p2), 0.39559311480261206),
    ]:
        assert abs(float(value) - expected) < 3 * value.standard_error
    assert unit_normal_loss(1, 1) == pytest.approx(0.08331547058768629, rel=1e-12)


@pytest.mark.parametrize(("n", "expected"), [(10, 0.07232512026086224), (100, 0.08211760559711384), (1000, 0.08319460609998655)])
def test_evsi_meets_the_closed_form(many, n, expected):
    value = evsi(benefit(many[0] - many[1]), many[0], n / (n + 1))
    assert abs(float(value) - expected) < 3 * value.standard_error


def test_evppi_of_correlated_inputs_counts_what_one_says_of_the_other(many):
    p1, _, p2 = many
    worth = benefit(p1 + p2)
    assert float(evpi(worth)) == pytest.approx(0.3992824567484915, abs=0.007)
    assert float(evppi(worth, p1)) == pytest.approx(0.16663094117537258, abs=0.007)
    assert float(evppi(worth, p2)) == pytest.approx(0.354790541380414, abs=0.007)


def test_evpi_of_the_discrete_investor():
    # Wikipedia, Expected value of perfect information (by liquisearch.com): stock, mutual fund or certificate of deposit.
    payoff = np.array([[1500, 900, 500], [300, 600, 500], [-800, -200, 500]], dtype=float)
    draws = np.repeat(payoff, [5, 3, 2], axis=0)
    assert float(evpi(draws)) == pytest.approx(350, abs=1e-9)
    assert draws.mean(axis=0).max() == pytest.approx(680)
    assert float(evppi(np.tile(draws, (500, 1)), np.tile(np.repeat([1, 2, 3], [5, 3, 2]), 500))) == pytest.approx(350, abs=1)


# What the regression must manage


def test_evppi_is_not_biased_upward_in_small_samples():
    # Additive in 20 inputs, so that the truth is an integral over one normal.
    rng, nodes = np.random.default_rng(5), np.random.default_rng(6).normal(size=200_000)
    curves = [lambda x: x, np.tanh, lambda x: 0.3 * np.exp(x / 2), np.abs, np.cos]
    slopes = rng.normal(size=(20, 3)) * np.linspace(1, 0, 20)[:, None]
    centres = [curves[i % 5](nodes).mean() for i in range(20)]
    lead = np.array([0.3, 0, 0.1])
    truths = [one_input_truth(curves[i % 5](nodes) - centres[i], slopes[i], lead) for i in range(20)]
    excess, scale = [], []
    for _ in range(8):
        x = rng.normal(size=(10_000, 20))
        parts = [slopes[i] * (curves[i % 5](x[:, i]) - centres[i])[:, None] for i in range(20)]
        worth = lead + np.sum(parts, axis=0) + rng.normal(0, 1, (10_000, 3))
        found = evppi_all(worth, {f"x{i}": x[:, i] for i in range(20)})
        excess.append(float((found["evppi"] - truths).mean()))
        scale.append(float(evpi(worth)))
    assert abs(np.mean(excess)) < 0.002 * np.mean(scale)


def one_input_truth(curve, slopes, lead):
    """E[max over options] given one input, less the best without it, where the other inputs add nothing on average."""
    return float((curve[:, None] * slopes + lead).max(axis=1).mean() - lead.max())


def test_an_interaction_within_a_group_is_found():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20_000, 6))
    part = x[:, 0] * x[:, 1]
    worth = benefit(part + rng.normal(size=20_000))
    truth = np.maximum(part, 0).mean() - max(part.mean(), 0)
    assert float(evppi(worth, x[:, 0])) < 0.1 * truth
    assert float(evppi(worth, x[:, :2])) == pytest.approx(truth, rel=0.06)
    assert float(evppi(worth, x)) == pytest.approx(truth, rel=0.06)


def test_an_input_with_few_values_gets_a_mean_for_each():
    rng = np.random.default_rng(2)
    state = rng.integers(0, 4, 20_000)
    means = np.array([1.0, -2, 2, -1])[state]
    value = evppi(benefit(means + rng.normal(size=20_000)), state)
    assert float(value) == pytest.approx(np.maximum(means, 0).mean() - max(means.mean(), 0), abs=3 * value.standard_error)


def test_a_fit_that_misses_something_warns():
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 1, 10_000)
    worth = benefit(np.sign(np.sin(60 * np.pi * x)) + 0.3 * rng.normal(size=10_000))
    assert evppi(worth, x).warning == "poor_fit"
    assert evppi(benefit(x - 0.5), x).warning == ""


def test_few_draws_for_many_inputs_warn():
    rng = np.random.default_rng(2)
    assert evppi(rng.normal(size=(100, 3)), rng.normal(size=(100, 10))).warning == "few_draws"


def test_standard_errors_cover_what_differs_between_runs():
    runs = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        p1, p2 = rng.normal(1, 1, 2000), rng.normal(0, 2, 2000)
        value = evppi(benefit(p1 - p2), p2)
        runs.append((float(value), value.standard_error))
    values, errors = np.array(runs).T
    assert 0.6 < values.std() / errors.mean() < 1.4
    assert (abs(values - 0.39559311480261206) < 2 * errors).mean() >= 0.85


# What holds for any decision


def decision(seed, draws, options, k):
    """A random decision: benefits that depend on the inputs, curved and with noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(draws, k))
    return np.tanh(x) @ rng.normal(size=(k, options)) + rng.normal(0, 1, (draws, options)) + rng.normal(0, 1, options), x


decisions = st.builds(
    decision, st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3, 5, 40, 300, 2500]), st.integers(1, 6), st.integers(1, 6)
)


@settings(max_examples=25, deadline=None)
@given(decisions, st.lists(st.floats(0, 1), min_size=1, max_size=3))
def test_values_lie_between_nothing_and_everything(case, shares):
    worth, inputs = case
    everything, known = evpi(worth), evppi(worth, inputs)
    assert 0 <= float(known) <= float(everything)
    assert known.standard_error >= 0 and 0 <= known.fit <= 1
    values = [float(evsi(worth, inputs, share)) for share in sorted([0, *shares, 1])]
    assert values[0] == 0
    assert values[-1] == pytest.approx(float(known), rel=1e-12)
    assert known.warning == "few_draws" or all(before <= after + 1e-12 * float(known) for before, after in pairwise(values))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8))
def test_adding_an_input_to_a_group_does_not_lower_its_value(seed, k):
    worth, inputs = decision(seed, 2000, 3, k)
    fewer, more = evppi(worth, inputs[:, :-1]), evppi(worth, inputs)
    assert float(more) >= float(fewer) - 3 * np.hypot(fewer.standard_error, more.standard_error)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-1e6, 1e6), st.sampled_from([1e-6, 1.0, 1e6]))
def test_shifting_every_option_or_changing_units_changes_nothing_else(seed, shift, unit):
    worth, inputs = decision(seed, 500, 3, 2)
    value, moved = evppi(worth, inputs), evppi(unit * (worth + shift), 5 + 3 * inputs)
    assert float(moved) == pytest.approx(unit * float(value), rel=1e-3, abs=1e-6 * unit)


def test_a_constant_says_exactly_nothing():
    worth, inputs = decision(1, 1000, 3, 1)
    assert evppi(worth, np.full(1000, 3.7)) == Value(0.0, 0.0, 0.0, "")
    with_constant = np.column_stack([inputs, np.ones(1000)])
    assert float(evppi(worth, with_constant)) == float(evppi(worth, inputs))


def test_the_same_input_twice_says_no_more_than_once():
    worth, inputs = decision(1, 5000, 3, 1)
    twice = evppi(worth, np.column_stack([inputs, inputs]))
    assert float(twice) == pytest.approx(float(evppi(worth, inputs)), abs=0.2 * twice.standard_error)


def test_one_option_leaves_nothing_to_choose():
    worth, inputs = decision(1, 100, 1, 2)
    assert float(evpi(worth)) == float(evppi(worth, inputs)) == float(evsi(worth, inputs, 0.5)) == 0


def test_equal_options_leave_nothing_to_choose():
    column = np.random.default_rng(1).normal(size=(1000, 1))
    assert float(evppi(np.repeat(column, 4, axis=1), column)) == 0


def test_a_single_draw_says_nothing_but_does_not_fail():
    value = evppi([[1.0, 2.0]], [[3.0]])
    assert float(value) == 0 and value.standard_error == np.inf
    assert float(evpi([[1.0, 2.0]])) == 0


def test_fifty_inputs_and_twenty_options():
    worth, inputs = decision(1, 2048, 20, 50)
    value = evppi(worth, inputs)
    assert 0.8 * float(evpi(worth)) < float(value) <= float(evpi(worth))


def test_a_million_draws():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(1, 1, 1_000_000), rng.normal(0, 2, 1_000_000)
    assert float(evppi(benefit(x - noise), x)) == pytest.approx(0.08331547058768629, abs=0.003)


def test_all_single_inputs_at_once_are_the_same_as_one_by_one():
    worth, inputs = decision(3, 2000, 3, 3)
    table = pd.DataFrame(inputs, columns=["contracts/a", "contracts/b", "levels/c"])
    found = evppi_all(pd.DataFrame(worth, columns=list("abc")), table)
    assert list(found.columns) == ["evppi", "standard_error", "fit", "warning"]
    for name in table:
        one = evppi(worth, table[name])
        assert tuple(found.loc[name]) == (one.value, one.standard_error, one.fit, one.warning)


# What is refused


def test_a_missing_number_is_named():
    worth, inputs = decision(1, 50, 2, 2)
    worth[17, 1] = np.nan
    with pytest.raises(UsageError, match=r"net_benefit: nan in column 'buy', draw 17 \(1 such values\); mend what produced it"):
        evpi(pd.DataFrame(worth, columns=["keep", "buy"]))
    inputs[3, 0] = np.inf
    with pytest.raises(UsageError, match=r"inputs: inf in column 0, draw 3"):
        evppi(np.zeros((50, 2)), inputs)
    with pytest.raises(UsageError, match="levels/a: nan"):
        evppi_all(np.zeros((50, 2)), {"levels/a": np.full(50, np.nan)})


def test_what_is_no_table_of_numbers_is_refused():
    with pytest.raises(UsageError, match="something that is not a number"):
        evpi([["a", "b"]])
    with pytest.raises(UsageError, match="at least one draw"):
        evpi(np.empty((0, 3)))
    with pytest.raises(UsageError, match="5 draws and inputs 4"):
        evppi(np.zeros((5, 2)), np.zeros(4))
    with pytest.raises(UsageError, match=r"variance_reduction 1\.2 is not a share"):
        evsi(np.zeros((5, 2)), np.zeros(5), 1.2)


@pytest.mark.parametrize("index", [0.5, 0.8, 1.0])
def test_costs_without_a_finite_mean_are_refused_where_a_mean_is_asked(index):
    cost = 100 * (1 + np.random.default_rng(1).pareto(index, 20_000))
    worth = benefit(5000 - cost)
    for ask in (lambda: evpi(worth), lambda: evppi(worth, cost), lambda: evsi(worth, cost, 0.5)):
        with pytest.raises(UsageError, match=r"net_benefit, option 1: the draws have no finite mean.*report quantiles"):
            ask()
    assert np.isfinite(np.quantile(cost, [0.5, 0.85])).all()


TAILS = {
    "normal": lambda rng, size: rng.normal(size=size),
    "lognormal": lambda rng, size: rng.lognormal(0, 1, size),
    "wide lognormal": lambda rng, size: rng.lognormal(0, 1.8, size),
    "PERT": lambda rng, size: 5 + 90 * rng.beta(1.4, 4.6, size),
    "exponential": lambda rng, size: rng.exponential(1, size),
    "Pareto 2": lambda rng, size: 1 + rng.pareto(2, size),
    "Pareto 3": lambda rng, size: 1 + rng.pareto(3, size),
    "rare and large": lambda rng, size: rng.normal(size=size) + 1000 * (rng.random(size) < 0.01),
    "constant": lambda rng, size: np.ones(size),
}


@pytest.mark.parametrize("name", TAILS)
def test_long_tails_with_a_mean_pass(name):
    for seed in range(5):
        check_finite_mean(TAILS[name](np.random.default_rng(seed), 10_000))


def refusals(draw, samples):
    """How many of some samples are refused as having no mean."""
    found = 0
    for seed in range(samples):
        try:
            check_finite_mean(draw(np.random.default_rng(seed)))
        except UsageError:
            found += 1
    return found


@pytest.mark.parametrize("draws", [1000, 2000, 4096, 10_000])
def test_few_draws_of_a_wide_lognormal_are_not_taken_for_a_tail_without_a_mean(draws):
    assert refusals(lambda rng: rng.lognormal(0, 2, draws), 100) <= 5


@pytest.mark.parametrize(("index", "draws"), [(0.5, 1000), (0.8, 4096), (1.0, 20_000)])
def test_a_tail_without_a_mean_is_known_as_soon_as_draws_can_tell(index, draws):
    assert refusals(lambda rng: 1 + rng.pareto(index, draws), 20) >= 18


def lognormal_decision(low, high):
    """A decision in which one cost of an option is a lognormal as wide as that."""
    own = {"item_id": "i", "category": "c", "basis": "once"}
    contracts = [{"option_id": "a", "is": 1} | own, {"option_id": "b", "is": (low, np.sqrt(low * high), high, "lognormal")} | own]
    return tiny(options=("a", "b"), contracts=contracts)


@pytest.mark.parametrize("sigma", [2, 3, 4])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_simulation_draws_has_a_mean_whatever_its_sample_looks_like(sigma, seed):
    width = np.exp(sigma * 1.6449)
    simulation = fvm.simulate(lognormal_decision(1 / width, width), 1000, seed=seed)
    worth = simulation.net_benefit()
    assert float(evpi(worth)) > 0
    assert float(evppi(worth, simulation.draws_of("contracts/b/i"))) > 0
    assert float(evppi(worth[["a", "b"]].iloc[:1000], simulation.draws_of("contracts/b/i"))) > 0
    shares = evidence_share(worth["a"] - worth["b"], {"i": simulation.draws_of("contracts/b/i")}, {"i": "fact"})
    assert shares.at["fact", "share"] > 0


def test_draws_mixed_with_others_are_judged_by_what_they_look_like():
    simulation = fvm.simulate(lognormal_decision(0.5, 2), 20_000)
    worth = simulation.net_benefit()
    worth["b"] -= 100 * (1 + np.random.default_rng(1).pareto(0.8, 20_000))
    with pytest.raises(UsageError, match="net_benefit, option 'b': the draws have no finite mean"):
        evpi(worth)
    with pytest.raises(UsageError, match="outcome: the draws have no finite mean"):
        evidence_share(worth["a"] - worth["b"], {"i": simulation.draws_of("contracts/b/i")}, {"i": "fact"})


def test_the_tail_index_of_a_pareto_is_found():
    draws = 1 + np.random.default_rng(1).pareto(1.5, 100_000)
    assert tail_index(draws, 2000) == pytest.approx(1.5, rel=0.1)


# Decide now or investigate


def test_the_net_value_is_what_is_left_after_cost_and_waiting():
    assert net_value(Value(50.0, 2.0), cost=10, extra_wait=3, cost_of_delay_per_month=8) == pytest.approx(16)


def test_the_verdict_names_the_investigation_to_begin_with():
    table = pd.DataFrame(
        {"investigation_id": ["pilot", "review", "survey"], "evsi": [100, 40, 5], "standard_error": [4, 3, 1], "cost": [90, 5, 4], "extra_wait": [12, 2, 1]}
    )
    found = verdict(table, cost_of_delay_per_month=5)
    assert (found.decide_now, found.investigation, found.net_value, found.is_clear) == (False, "review", 25, True)
    assert list(found.table["investigation_id"]) == ["review", "survey", "pilot"]
    assert verdict(table, cost_of_delay_per_month=50).decide_now
    assert verdict(table.iloc[:0], cost_of_delay_per_month=50).decide_now
