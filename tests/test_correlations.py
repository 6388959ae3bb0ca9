"""Estimates that are correlated in pairs."""

import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

import fvmanalys as fvm
from fvmanalys.analysis.information import evpi, evppi
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence.correlations import nearest_correlation
from tests.tiny import tiny

SHAPES = [(1, 5, 20, "pert"), (0, 1, 2, "uniform"), (1, 3, 30, "lognormal"), (2, 4, 6, "triangular"), (0, 5, 10, "normal")]


def costs(pairs, shapes=SHAPES, **more):
    """Costs i0, i1 … of option a, correlated in pairs of (place, place, correlation)."""
    contracts = [{"option_id": "a", "item_id": f"i{place}", "category": "c", "basis": "once", "is": shape} for place, shape in enumerate(shapes)]
    rows = [{"first_id": f"contracts/a/i{one}", "second_id": f"contracts/a/i{other}", "correlation": value, **more} for one, other, value in pairs]
    return tiny(contracts=contracts, **({"correlations": rows} if rows else {}))


def drawn(inputs, count=5, draws=8192):
    simulation = fvm.simulate(inputs, draws)
    return pd.DataFrame({place: simulation.draws_of(f"contracts/a/i{place}") for place in range(count)})


def test_rank_correlations_are_those_that_were_said_and_nothing_else_moves():
    said = {(0, 1): 0.8, (1, 2): -0.5, (0, 2): -0.6}
    before, after = drawn(costs([])), drawn(costs([(*pair, value) for pair, value in said.items()]))
    found = pd.DataFrame(spearmanr(after).statistic)
    for pair, value in said.items():
        assert found.loc[pair] == pytest.approx(value, abs=0.005)
    for place in before:
        assert sorted(before[place]) == pytest.approx(sorted(after[place]), abs=0)
    for place in (0, 3, 4):
        assert (before[place] == after[place]).all()
    assert np.abs(found.loc[[3, 4], [0, 1, 2]].to_numpy()).max() < 0.05


@settings(deadline=None, max_examples=15)
@given(st.floats(-1, 1), st.sampled_from([3000, 4096, 5000]))
def test_a_normal_correlation_is_pearsons_of_normals_and_a_rank_one_spearmans(value, draws):
    """6/π·asin(r/2) lies between them (Pearson 1907)."""
    normals = [(-1, 0, 1, "normal"), (5, 6, 9, "normal")]
    two = drawn(costs([(0, 1, value)], normals, scale="normal"), 2, draws)
    assert np.corrcoef(two.T)[0, 1] == pytest.approx(value, abs=0.02)
    assert spearmanr(two).statistic == pytest.approx(6 / np.pi * np.arcsin(value / 2), abs=0.02)
    assert spearmanr(drawn(costs([(0, 1, value)], normals), 2, draws)).statistic == pytest.approx(value, abs=0.02)


def test_what_correlated_numbers_are_worth_knowing_is_that_of_the_voi_package():
    """R's voi (tests/testthat/test_evppi_mc.R): p1 ~ N(1, 1), p2 given p1 ~ N(p1, 2); two options, 0 and p1 + p2. As a cost, which has the same
    values. Exact: the benefit given p1 is N(2, 2), and given p2 it is p2 + 1 + 0.2·(p2 − 1)."""
    z = 1.6448536269514722
    ends = [(1 - z * spread, 1, 1 + z * spread, "normal") for spread in (1, 5**0.5)]
    contracts = [{"option_id": "b", "item_id": f"p{place}", "category": "c", "basis": "once", "is": one} for place, one in enumerate(ends)]
    contracts.append({"option_id": "*", "item_id": "none", "category": "c", "basis": "once", "is": 0})
    pair = {"first_id": "contracts/b/p0", "second_id": "contracts/b/p1", "correlation": 5**-0.5, "scale": "normal"}
    simulation = fvm.simulate(tiny(options=("a", "b"), contracts=contracts, correlations=[pair]), 40_000)
    worth = simulation.net_benefit()
    assert float(evpi(worth)) == pytest.approx(0.3992824567484915, abs=0.007)
    assert float(evppi(worth, simulation.draws_of("contracts/b/p0"))) == pytest.approx(0.16663094117537258, abs=0.007)
    assert float(evppi(worth, simulation.draws_of("contracts/b/p1"))) == pytest.approx(0.354790541380414, abs=0.007)


@pytest.mark.parametrize("draws", [1, 2, 3, 7, 4097])
def test_few_draws_suffice(draws):
    assert np.isfinite(drawn(costs([(0, 1, 1), (1, 2, 1), (0, 2, 1)]), draws=draws)).all(axis=None)


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([(0, 1, 0.9), (1, 2, 0.9)], "0 (not said) for 1-2, 2-3 and 1-3"),
        ([(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.2), (3, 4, 0.5)], "'contracts/a/i0', 'contracts/a/i1' and 'contracts/a/i2' cannot be correlated so"),
        ([(0, 9, 0.5)], "'contracts/a/i9' is no estimate that is drawn; did you mean"),
        ([(0, 0, 1)], "is the first as well"),
        ([(0, 1, 0.5), (1, 0, 0.5)], "is the pair of row 2 again"),
        ([(0, 1, 1.5)], "correlation: '1.5'"),
    ],
)
def test_what_cannot_be_correlated_is_a_fault(pairs, told):
    with pytest.raises(EvidenceError, match=r"correlations\.csv") as error:
        costs(pairs)
    assert told in str(error.value) or told.split(":")[0] in str(error.value)


def test_a_common_factor_and_a_correlation_do_not_go_together():
    contracts = [
        {"option_id": "a", "item_id": f"i{place}", "category": "c", "basis": "once", "is": (1, 2, 3), "moves_with": "f", "strength": 0.5} for place in (0, 1)
    ]
    pair = {"first_id": "contracts/a/i0", "second_id": "contracts/a/i1", "correlation": 0.5}
    with pytest.raises(EvidenceError, match="has a common factor"):
        tiny(contracts=contracts, correlations=[pair])


def test_a_parameter_is_a_choice_and_correlated_with_nothing():
    with pytest.raises(EvidenceError, match="'parameters/discount_rate' is no estimate that is drawn"):
        tiny(correlations=[{"first_id": "parameters/discount_rate", "second_id": "areas/x", "correlation": 0.5}])


def test_rounding_is_mended():
    """0.7, 0.7 and −0.02 are a hair beyond what three numbers can be; as they are drawn they keep what was said to 0.01."""
    found = spearmanr(drawn(costs([(0, 1, 0.7), (1, 2, 0.7), (0, 2, -0.02)], scale="normal"), 3)).statistic
    assert 6 / np.pi * np.arcsin(np.array([0.7, 0.7, -0.02]) / 2) == pytest.approx([found[0, 1], found[1, 2], found[0, 2]], abs=0.015)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_the_nearest_matrix_is_one_and_none_of_many_others_is_nearer(values):
    """The oracle: correlation matrices made at random, and mixtures of the found one with them."""
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = values
    matrix = np.triu(matrix, 1).T + matrix
    found = nearest_correlation(matrix)
    assert np.linalg.eigvalsh(found)[0] > -1e-9 and np.diag(found) == pytest.approx(1)
    distance = np.linalg.norm(found - matrix)
    for seed in range(40):
        rows = np.random.default_rng(seed).normal(size=(4, 4))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        for share in (1.0, 0.3, 0.01):
            other = share * rows @ rows.T + (1 - share) * found
            assert np.linalg.norm(other - matrix) > distance - 1e-6


def test_nothing_else_of_the_default_decision_moves(tmp_path):
    """Two costs of one option correlated, and a table that says the rate again: every other option is the same in every draw."""
    before = fvm.load()
    drawn = before.estimates.query("table == 'contracts' and moves_with == '' and distribution != ''")
    alone = [option for option in before.options() if before.family(option) == [option]]
    ids = next(list(rows["id"])[:2] for option, rows in drawn.groupby("option_id") if option in alone and len(rows) > 1)
    shutil.copytree(before.folder, tmp_path / "raw")
    (tmp_path / "raw" / "correlations.csv").write_text(f"first_id,second_id,correlation\n{ids[0]},{ids[1]},0.5\n")
    (tmp_path / "raw" / "discount_rates.csv").write_text(f"from_year,rate\n0,{before.parameters['discount_rate']}\n")
    one, other = (fvm.simulate(inputs, 64) for inputs in (before, fvm.load(tmp_path / "raw")))
    moved = ids[0].split("/")[1]
    assert (one.cost[moved] != other.cost[moved]).any()
    for option in one.cost.columns.drop(moved):
        assert one.cost[option].to_numpy() == pytest.approx(other.cost[option].to_numpy(), rel=1e-12)
    assert one.score.to_numpy() == pytest.approx(other.score.to_numpy(), rel=1e-12)
