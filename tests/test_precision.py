"""How sharp the draws are, and what they may not be used for: precision against plain draws, EVPPI against EVPI, tails without a mean."""

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.information import evpi, evppi, evsi
from fvmanalys.analysis.knowledge import Knowledge, natural_groups
from fvmanalys.analysis.outside import class_quantiles
from fvmanalys.errors import UsageError
from fvmanalys.model.costs import Window, stream_amount, stream_value
from fvmanalys.model.draws import BLOCK, blocks
from fvmanalys.model.simulate import read_model
from tests.conftest import ROOT
from tests.tiny import tiny

SEEDS = 40


@pytest.fixture(scope="module")
def inputs():
    """The default decision on its own day."""
    return fvm.load(ROOT / "data/raw")


def mean_costs(model, options, seed):
    """The mean present value of each option's cost over one block of draws."""
    sample, window, found = model.sample(blocks(BLOCK), seed), Window(model.rate, model.horizon), {}
    for option in options:
        times = model.times(sample, option)
        found[option] = sum(float(np.mean(stream_value(one, stream_amount(one, sample, option), times, window))) for one in model.options[option].streams)
    return found


@pytest.mark.slow
def test_the_mean_cost_is_at_least_two_and_a_half_times_sharper_than_with_plain_draws(inputs):
    model = read_model(inputs)
    options = [option for option in inputs.options(permanent_only=True) if not inputs.tables["options"].set_index("option_id").at[option, "variant_of"]]
    large = fvm.simulate(inputs, 16 * BLOCK, seed=SEEDS + 1)
    plain = large.cost[options].std() / np.sqrt(BLOCK)
    means = pd.DataFrame([mean_costs(model, options, seed) for seed in range(1, SEEDS + 1)])
    gain = plain / means.std()
    overall = float(np.exp(np.log(gain).mean()))
    print(f"\ntimes sharper than plain draws: {overall:.2f} ({', '.join(f'{name} {ratio:.2f}' for name, ratio in gain.items())})")
    assert overall >= 2.5  # four where no roll-out is stopped: what only happens in some draws is met by fewer strata
    off = means.mean() - large.cost[options].mean()
    assert (off.abs() <= 4 * np.hypot(means.std() / np.sqrt(SEEDS), means.std() / np.sqrt(16))).all()


def test_one_block_of_a_simulation_has_the_mean_measured_here(inputs):
    simulation = fvm.simulate(inputs, BLOCK, seed=7)
    found = mean_costs(simulation.model, inputs.options(), 7)
    assert simulation.cost.mean().to_dict() == pytest.approx(found, rel=1e-12)


def test_no_partial_information_is_worth_more_than_perfect_information(inputs):
    known = Knowledge(fvm.compare(fvm.simulate(inputs, 4096)))
    benefit, everything = known.benefit(), evpi(known.benefit())
    groups = natural_groups(known.simulation, list(known.columns))
    small = {key: ids for key, ids in groups.items() if len(ids) <= 12}
    for ids in ([[name] for name in known.columns] + list(small.values()))[::7]:
        value = evppi(benefit, known.stack(ids))
        assert 0 <= value.value <= everything.value + 2 * np.hypot(value.standard_error, everything.standard_error), ids


# Tails without a mean


def pareto(alpha, draws=20_000):
    """Draws of a Pareto with a least value of 1, one in each of equal-probability strata."""
    return ((np.arange(draws) + 0.5) / draws)[np.random.default_rng(1).permutation(draws)] ** (-1 / alpha)


@pytest.mark.parametrize("alpha", [0.5, 0.8, 1.0])
def test_where_the_tail_has_no_mean_an_expected_value_is_refused(alpha):
    benefit = np.column_stack([np.zeros(20_000), 100 - pareto(alpha)])
    noise = np.random.default_rng(2).normal(size=20_000)
    for ask in (lambda: evpi(benefit), lambda: evppi(benefit, noise), lambda: evsi(benefit, noise, 0.5)):
        with pytest.raises(UsageError, match="no finite mean"):
            ask()


@pytest.mark.parametrize("alpha", [0.5, 0.8, 1.0])
def test_where_the_tail_has_no_mean_quantiles_and_chances_are_given(alpha):
    draws = pareto(alpha)
    assert np.quantile(draws, 0.8) == pytest.approx(0.2 ** (-1 / alpha), rel=0.01)
    rows = [
        {"programme_id": f"p{i}", "name": "P", "role": "core", "cost_ratio": ratio, "duration_ratio": 1} for i, ratio in enumerate(pareto(alpha, 200).round(6))
    ]
    table = class_quantiles(tiny(reference_class=rows)).set_index("ratio")
    assert table.loc["cost", "p80"] == pytest.approx(0.2 ** (-1 / alpha), rel=0.05)
    assert table.loc["cost", "p50"] == pytest.approx(0.5 ** (-1 / alpha), rel=0.05)
    assert table.loc["cost", "over_200"] == pytest.approx(2.0**-alpha, abs=0.01)


@pytest.mark.parametrize("alpha", [2.0, 3.0])
def test_where_the_tail_has_a_mean_an_expected_value_is_given(alpha):
    benefit = np.column_stack([np.zeros(20_000), 2 - pareto(alpha)])
    assert float(evpi(benefit)) >= 0
