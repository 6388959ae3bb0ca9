"""Errors that cover: what is shown with an error lies within two of them in 95 of 100 runs, where risks meet too."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma, norm

import fvmanalys as fvm
from fvmanalys.analysis.information import evpi, evppi, evsi
from fvmanalys.analysis.leads import slices_of, standard_error
from fvmanalys.analysis.portfolios import Inquiry, Study
from fvmanalys.model.draws import BLOCK, Block, Estimate, draw, draw_runs, slice_starts
from fvmanalys.model.simulate import SLICED
from tests.benchmarks.coverage import DECISIONS

SEEDS = 60


@pytest.fixture(scope="module", params=["two risks multiplied, 0.5 each", "three risks multiplied, 0.5 each", "a chain of risks"])
def runs(request):
    """EVPI and a mean, with their errors, of many seeds, and those of a large run."""
    inputs = DECISIONS[request.param]()

    def once(seed, draws=BLOCK):
        benefit = fvm.simulate(inputs, draws, seed).net_benefit()
        lead = benefit.iloc[:, -1]
        value = evpi(benefit)
        return (value.value, value.standard_error), (lead.mean(), standard_error(lead.to_numpy(), slices_of(benefit)))

    return np.array([once(seed) for seed in range(1, SEEDS + 1)]), np.array(once(1000, 64 * BLOCK))


@pytest.mark.parametrize("figure", [0, 1], ids=["EVPI", "mean of a net benefit"])
def test_an_error_covers_the_truth_where_risks_meet(runs, figure):
    found, large = runs
    values, errors = found[:, figure].T
    within = np.abs(values - large[figure, 0]) <= 1.96 * np.hypot(errors, large[figure, 1])
    assert within.mean() >= 0.85
    assert 0.75 <= errors.mean() / values.std(ddof=1) <= 1.35


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.2, 0.3), (0.5, 0.5, 0.5)])
def test_risks_that_meet_are_met_about_as_evenly_as_by_plain_draws(shares):
    names = "abc"[: len(shares)]

    def share_met(seed):
        pairs = zip(names, shares, strict=True)
        return np.all([draw_runs(f"occurs/{name}", seed, [Block(0, BLOCK)]) < share for name, share in pairs], axis=0).mean()

    met = np.array([share_met(seed) for seed in range(200)])
    plain = np.sqrt(np.prod(shares) * (1 - np.prod(shares)) / BLOCK)
    assert met.mean() == pytest.approx(np.prod(shares), abs=4 * met.std() / np.sqrt(len(met)))
    assert met.std() < 2 * plain


@pytest.mark.parametrize("draws", [BLOCK, 3 * BLOCK, 10_000, 1000, 97, 1])
def test_slices_cut_all_draws_and_each_is_stratified_as_the_whole(draws):
    starts = slice_starts(draws)
    sizes = np.diff([*starts, draws])
    assert starts[0] == 0 and (sizes > 0).all()
    uniform = Estimate("a", 0, np.nan, 1, "uniform")
    column = draw(uniform, 3, [Block(0, draws)]) if draws <= BLOCK else draw(uniform, 3, [Block(0, BLOCK)])
    size = sizes[0]
    assert sorted(np.floor(column[:size] * size)) == list(range(size))


def test_errors_between_slices_are_taken_where_the_slices_are_known():
    benefit = fvm.simulate(DECISIONS["a chain of risks"](), 2 * BLOCK).net_benefit()
    known = evpi(benefit).standard_error
    assert known == evpi(benefit.copy()).standard_error
    plain = evpi(benefit.to_numpy()).standard_error
    assert known < plain  # strata make up for each other
    assert evpi(benefit.sample(frac=1, random_state=1)).standard_error == pytest.approx(plain)
    assert evpi(benefit.iloc[:BLOCK]).standard_error > known


def test_draws_made_elsewhere_in_any_order_have_the_error_of_plain_draws():
    cost = np.sort(np.random.default_rng(1).normal(size=(8192, 2)), axis=0)
    benefit = fvm.from_draws(cost, np.zeros((8192, 2))).net_benefit()
    assert evpi(benefit).standard_error == evpi(benefit.to_numpy()).standard_error


def test_near_a_tie_the_error_knows_that_another_option_may_be_best():
    """A rare large loss against a sure small gain: whichever comes out ahead, the error is of one size."""
    errors = {True: [], False: []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        lead = np.where(rng.random(2000) < 0.125, -70.0, 10.0)
        errors[bool(lead.mean() > 0)].append(evpi(np.column_stack([np.zeros(2000), lead])).standard_error)
    assert min(map(len, errors.values())) > 10
    assert np.mean(errors[False]) > 0.35 * np.mean(errors[True])


def sure_or_rare(seed, sure, shape, draws=2048):
    """A sure cost, or a loss in one draw of eight, whose mean is 100; each slice of the draws has its fair share of losses."""
    loss = np.where(np.arange(draws) % 8 == 0, np.random.default_rng(seed).gamma(shape, 100 / shape, draws), 0.0)
    benefit = pd.DataFrame({"sure": np.full(draws, -sure), "rare": -loss})
    benefit.attrs[SLICED] = draws
    return benefit


def least_loss(sure, shape):
    """EVPI of the same: the least that either option may be expected to lose."""
    beyond = 100 * gamma.sf(sure, shape + 1, scale=100 / shape) - sure * gamma.sf(sure, shape, scale=100 / shape)
    return min(beyond / 8, sure - 12.5 + beyond / 8)


@pytest.mark.parametrize(("sure", "shape"), [(13.0, 4), (13.5, 1), (12.5, 1), (15.0, 4)])
def test_an_error_covers_where_the_sample_may_take_the_wrong_option_for_the_best(sure, shape):
    found = [evpi(sure_or_rare(seed, sure, shape)) for seed in range(300)]
    within = [abs(value.value - least_loss(sure, shape)) <= 1.96 * value.standard_error for value in found]
    assert 0.93 <= np.mean(within) <= 0.985


@pytest.mark.parametrize(("options", "ahead"), [(2, 0.0), (6, 0.0), (6, 0.03), (4, 0.5)])
def test_an_error_covers_where_several_options_are_all_but_equal(options, ahead):
    def drawn(seed, draws=1000):
        return np.random.default_rng(seed).normal(size=(draws, options)) + ahead * (np.arange(options) == 0)

    truth = drawn(1, 10**6).max(axis=1).mean() - ahead
    within = [abs(value.value - truth) <= 1.96 * value.standard_error for value in (evpi(drawn(seed)) for seed in range(2, 302))]
    assert 0.9 <= np.mean(within) <= 0.99


@pytest.mark.parametrize("curve", [lambda x: x + 0.7, lambda x: 0.7 * x**2 - 0.84])
def test_errors_of_what_is_learnt_are_of_the_size_that_it_varies_by(curve):
    """Noise pulls a smooth fit by less than it moves the draws that choose, and a reading by less than the number itself."""
    found = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=1500)
        worth = np.column_stack([np.zeros(1500), curve(x) + 2 * rng.normal(size=1500)])
        found.append([(value.value, value.standard_error) for value in (evppi(worth, x), evsi(worth, x, 0.5))])
    values, errors = np.array(found).transpose(2, 0, 1)
    assert errors.mean(axis=0) / values.std(axis=0, ddof=1) == pytest.approx(1, abs=0.14)


def test_few_slices_widen_an_error_as_much_as_they_leave_open():
    rng = np.random.default_rng(1)
    starts = np.arange(0, 512, 64)
    within = [abs(column.mean()) <= 1.96 * standard_error(column, starts) for column in rng.normal(size=(2000, 512))]
    assert 0.935 <= np.mean(within) <= 0.965


def test_nothing_found_near_a_tie_is_not_said_to_be_nothing_for_sure():
    rng = np.random.default_rng(1)
    value = evppi(np.column_stack([np.zeros(4000), 10 * rng.normal(size=4000)]), rng.normal(size=4000))
    assert value.standard_error > 0.02
    clear = evppi(np.column_stack([np.zeros(4000), 5 + rng.normal(size=4000)]), rng.normal(size=4000))
    assert clear.standard_error < 1e-6


def covered(once, truth, seeds):
    """How many of some seeds have the truth within 1.96 errors of a value."""
    found = [once(seed) for seed in range(seeds)]
    return np.mean([abs(value.value - truth) <= 1.96 * value.standard_error for value in found])


@pytest.mark.parametrize(("width", "shift"), [(0.3, 0.0), (0.45, 0.3)])
@pytest.mark.parametrize("removed", [0.5, 1.0])
def test_an_error_covers_what_a_number_tells_of_rare_losses_near_a_tie(width, shift, removed):
    """A loss of 100 in 1 draw of 44, as the number says more or less often, and a sure cost that differs by a shift: the draws hardly show the number."""

    def once(seed):
        rng = np.random.default_rng(seed)
        x = rng.normal(1, width / np.sqrt(3), 4096)
        loss = np.where(rng.random(4096) < 0.0225 * x, 100.0, 0.0)
        benefit = np.column_stack([np.full(4096, -2.25 - shift), -loss])
        return evppi(benefit, x) if removed == 1 else evsi(benefit, x, removed)

    spread = 2.25 * width / np.sqrt(3) * np.sqrt(removed)
    assert covered(once, float(loss_of(shift, spread)), 100) >= 0.92


def loss_of(behind, spread):
    """The unit normal loss."""
    return spread * (norm.pdf(behind / spread) - behind / spread * norm.sf(behind / spread))


def test_an_error_covers_a_weak_reading_of_ten_numbers():
    """So few draws draw a fit on ten numbers towards nothing, and what is far behind is worth much less for it."""

    def once(seed):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(1024, 10))
        return evsi(np.column_stack([np.zeros(1024), -1 + 0.27 * x.sum(axis=1) + 3 * rng.normal(size=1024)]), x, 0.3)

    assert covered(once, loss_of(1, 0.27 * np.sqrt(3)), 60) >= 0.91


@pytest.mark.parametrize(("draws", "inputs", "few"), [(4096, 51, True), (4096, 50, False), (400, 11, True), (400, 10, False)])
def test_inputs_too_many_for_a_curve_of_each_have_a_warning(draws, inputs, few):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(draws, inputs))
    assert (evppi(np.column_stack([np.zeros(draws), -3 + x.sum(axis=1)]), x).warning == "few_draws") == few


def test_the_error_of_a_portfolio_is_of_the_size_that_it_varies_by():
    """A signal of a risk that decides, whose share each slice holds fairly, and a reading of a number that adds little to it."""
    found = []
    holds = np.arange(2000) % 2 == 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=2000)
        cost = np.column_stack([np.zeros(2000), 90 * holds - 41 - 9 * x + 30 * holds * rng.normal(size=2000)])
        study = Study(np.zeros((2000, 2)), cost, {"x": x}, {"r": holds}, np.arange(0, 2000, 50), together=False)
        [value] = study.values([Inquiry("n", {"x": 0.5}), Inquiry("s", {}, (("r", 0.95, 0.05),))], [1.0])
        found.append((value.value, value.standard_error))
    values, errors = np.array(found).T
    assert 0.75 < errors.mean() / values.std(ddof=1) < 1.6


# A fit that misses something says so

MISSED = {
    "whether an odd number of three occur": lambda x: np.where((x > 0).sum(axis=1) % 2, 1.0, -1.0),
    "the product of three": lambda x: x.prod(axis=1) - 0.5,
    "a sine of a product": lambda x: np.sin(3 * x[:, 0] * x[:, 1]),
    "a fast sine": lambda x: np.sin(40 * x[:, 0]),
    "a step": lambda x: np.where(x[:, 0] > 0.5, 1.0, -0.4),
}


def worth_of(effect, rng):
    """Two options: nothing, and one that is worth an effect with noise."""
    return np.column_stack([np.zeros(len(effect)), effect + 0.3 * rng.normal(size=len(effect))])


@pytest.mark.parametrize("name", MISSED)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_value_is_right_or_has_a_warning_and_an_error_that_reaches_the_truth(name, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(10_000, 3))
    inputs = x[:, :1] if name in ("a fast sine", "a step") else (x > 0) if name.startswith("whether") else x
    effect = MISSED[name](x)
    truth = np.maximum(effect, 0).mean() - max(effect.mean(), 0)
    value = evppi(worth_of(effect, rng), inputs)
    assert abs(float(value) - truth) < 2.5 * value.standard_error
    assert abs(float(value) - truth) < 0.04 * truth or value.warning == "poor_fit"


@pytest.mark.parametrize("inputs", [8, 20])
def test_what_three_of_many_numbers_say_together_has_a_warning(inputs):
    rng = np.random.default_rng(inputs)
    x = rng.normal(size=(8192, inputs))
    assert evppi(worth_of(MISSED["whether an odd number of three occur"](x[:, 2:5]), rng), x).warning == "poor_fit"


@pytest.mark.parametrize("curve", [lambda x: x[:, 0] - 0.2, lambda x: np.tanh(x).sum(axis=1), lambda x: 0.3 * x[:, 0] * x[:, 1] + 0.2])
def test_a_fit_that_is_right_has_no_warning(curve):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(8192, 3))
        assert evppi(worth_of(curve(x), rng), x).warning == ""


def test_a_rare_value_is_no_other_value():
    rng = np.random.default_rng(2)
    state = np.where(rng.random(40_000) < 0.0005, 9, rng.integers(0, 3, 40_000))
    effect = np.where(state == 9, 400.0, -1.0)
    value = evppi(worth_of(effect, rng), state)
    assert float(value) == pytest.approx(np.maximum(effect, 0).mean(), rel=0.05)


def test_where_it_is_not_known_which_option_is_best_a_small_value_says_so():
    rng = np.random.default_rng(3)
    x = rng.normal(size=4000)
    assert evppi(np.column_stack([np.zeros(4000), 0.01 * x + 3 * rng.normal(size=4000)]), x).warning == "near_tie"
    assert evppi(np.column_stack([np.zeros(4000), 1 + 0.01 * x + rng.normal(size=4000)]), x).warning == ""
