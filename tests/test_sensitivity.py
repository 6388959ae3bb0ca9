"""What moves the answer: Sobol' indices against closed forms, tornado and evidence share against what must hold."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import fvmanalys as fvm
from fvmanalys.analysis.sensitivity import evidence_share, sobol, tornado
from fvmanalys.errors import UsageError
from fvmanalys.model.draws import blocks, quantile
from fvmanalys.model.simulate import read_model
from tests.decisions import library_decision, write_tables
from tests.tiny import tiny

# Closed forms as SALib 1.6.0 has them (src/SALib/test_functions/Ishigami.py and Sobol_G.py), and for Ishigami, with a = 7 and
# b = 0.1, by hand: V1 = (1 + bπ⁴/5)²/2, V2 = a²/8, V13 = 8b²π⁸/225.
ISHIGAMI_FIRST = [0.31390519114781146, 0.4424111447900409, 0.0]
ISHIGAMI_TOTAL = [0.5575888552099592, 0.4424111447900409, 0.24368366406214773]
A = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
G_FIRST = [0.7161921688790331, 0.17904804221975829, 0.02367577417781928, 0.007161921688790333, *[7.161921688790333e-05] * 4]
G_TOTAL = [0.787144126659275, 0.2421981928182384, 0.03431691015408283, 0.010460387065239534, *[0.00010494905191950601] * 4]


def ishigami(x):
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def sobol_g(x):
    return np.prod((np.abs(4 * x - 2) + A[:, None]) / (1 + A[:, None]), axis=0)


ANGLES = [scipy.stats.uniform(-np.pi, 2 * np.pi)] * 3


def test_ishigami_indices_meet_the_closed_form():
    found = sobol(ishigami, ANGLES, 2**14, seed=1)
    assert found.first_order == pytest.approx(ISHIGAMI_FIRST, abs=0.01)
    assert found.total == pytest.approx(ISHIGAMI_TOTAL, abs=0.01)
    assert (abs(found.first_order - ISHIGAMI_FIRST) < 3 * found.first_order_error).all()


def test_sobol_g_indices_meet_the_closed_form():
    found = sobol(sobol_g, [lambda share: share] * 8, 2**14, seed=1)
    assert found.first_order == pytest.approx(G_FIRST, abs=0.01)
    assert found.total == pytest.approx(G_TOTAL, abs=0.01)


def test_another_program_finds_the_same_indices():
    saltelli, analyze = pytest.importorskip("SALib.sample.sobol"), pytest.importorskip("SALib.analyze.sobol")
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
    design = saltelli.sample(problem, 4096, calc_second_order=False, seed=1)
    theirs = analyze.analyze(problem, ishigami(design.T), calc_second_order=False, seed=1)
    ours = sobol(ishigami, ANGLES, 4096, seed=1)
    assert ours.first_order == pytest.approx(theirs["S1"], abs=0.03)
    assert ours.total == pytest.approx(theirs["ST"], abs=0.03)


def test_the_design_is_evaluated_once():
    points = []
    sobol(lambda x: points.append(x.shape) or x[0], ANGLES, 1000, seed=1)
    assert points == [(3, 1024)] * 5


def test_indices_are_the_same_for_the_same_seed_only():
    one, same, other = (sobol(ishigami, ANGLES, 256, seed).total for seed in (1, 1, 2))
    assert (one == same).all() and (one != other).any()


def test_several_outcomes_give_a_row_each_and_a_constant_owes_nothing_to_anyone():
    found = sobol(lambda x: np.array([x[0], x[0] + x[1]]), ANGLES, 1024, seed=1)
    assert found.first_order == pytest.approx(np.array([[1, 0, 0], [0.5, 0.5, 0]]), abs=0.01)
    constant = sobol(lambda x: np.full(x.shape[1], 3.0), ANGLES, 64, seed=1)
    assert constant.first_order.tolist() == constant.total.tolist() == [0, 0, 0]


def test_impossible_designs_are_refused():
    with pytest.raises(UsageError, match="give one for every input of the function"):
        sobol(ishigami, [], 100, seed=1)
    with pytest.raises(UsageError, match="give one with a method ppf"):
        sobol(ishigami, [1, 2, 3], 100, seed=1)
    with pytest.raises(UsageError, match="one finite number a point"):
        sobol(lambda x: x[0] / 0 * np.inf if False else np.full(x.shape[1], np.nan), ANGLES, 100, seed=1)


@pytest.mark.parametrize("n", [0, 1, 2, 4, 16, 32, 63, 64.5, np.inf, np.nan])
def test_so_few_points_that_their_errors_mean_nothing_are_refused(n):
    with pytest.raises(UsageError, match=rf"{n} points are too few.*; give a whole number, at least 64"):
        sobol(ishigami, ANGLES, n, seed=1)


@pytest.mark.parametrize(
    ("function", "distributions", "first", "total"),
    [(ishigami, ANGLES, ISHIGAMI_FIRST, ISHIGAMI_TOTAL), (sobol_g, [lambda share: share] * 8, G_FIRST, G_TOTAL), (lambda x: x.sum(axis=0), ANGLES, [1 / 3] * 3, [1 / 3] * 3)],
)
def test_the_fewest_points_that_pass_have_errors_that_cover(function, distributions, first, total):
    runs = [sobol(function, distributions, 64, seed) for seed in range(40)]
    for name, exact in (("first_order", first), ("total", total)):
        covered = [abs(getattr(run, name) - exact) <= 1.96 * getattr(run, f"{name}_error") + 1e-4 for run in runs]
        assert np.mean(covered) > 0.88


def test_what_the_variance_of_a_difference_is_owed_to_sums_to_one():
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.normal(size=(20_000, 4)), columns=["a", "b", "c", "d"])
    difference = 3 * x.a + 2 * x.b + x.c * x.b + rng.normal(0, np.sqrt(2), 20_000)  # variances 9, 4, 1 and 2
    found = evidence_share(difference, x, {"a": "fact", "b": "judgement", "c": "assumption", "d": "assumption"})
    assert found["share"].sum() == pytest.approx(1)
    shares = found["share"]
    assert shares.round(2).to_dict() == pytest.approx({"fact": 9 / 16, "judgement": 4 / 16, "assumption": 0, "interaction": 1 / 16, "rest": 2 / 16}, abs=0.02)
    assert found.loc["assumption", "inputs"] == 2


def test_evidence_that_moves_together_is_not_counted_twice():
    x = np.random.default_rng(1).normal(size=5000)
    found = evidence_share(x, {"a": x, "b": x.copy()}, {"a": "fact", "b": "assumption"})
    assert found["share"].tolist() == pytest.approx([0.5, 0.5, 0, 0], abs=0.01)


def test_shares_of_variance_are_refused_where_there_is_no_variance_to_share():
    draws = np.random.default_rng(1).pareto(0.9, 20_000)
    with pytest.raises(UsageError, match="outcome: the draws have no finite mean"):
        evidence_share(draws, {"a": draws}, {"a": "fact"})
    with pytest.raises(UsageError, match="20 draws and an input 10"):
        evidence_share(np.zeros(20), {"a": np.zeros(10)}, {"a": "fact"})


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return fvm.load(write_tables(tmp_path_factory.mktemp("library") / "raw", library_decision(4)))


def test_the_tornado_is_the_model_with_one_estimate_at_each_end(library):
    model, value = read_model(library), library.parameters["value_per_point"]
    found = tornado(library, "r", "p", draws=500, seed=3)
    assert found["swing"].is_monotonic_decreasing and found["swing"].iloc[0] > 0
    for row in found.itertuples():
        for end, difference in ((row.low_value, row.difference_low), (row.high_value, row.difference_high)):
            sample = model.sample(blocks(500), 3, {row.id: np.full(500, end)})
            first, second = (model.outcome(sample, option) for option in ("r", "p"))
            expected = (value * (first.score - second.score) - (first.cost - second.cost)).mean()
            assert difference == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_tornado_turns_with_its_options_and_leaves_out_what_neither_uses(library):
    one, other = tornado(library, "r", "p", draws=256), tornado(fvm.simulate(library, 256), "p", "r", draws=256)
    assert set(one["id"]) == set(other["id"])
    merged = one.merge(other, on="id")
    assert merged["difference_low_x"].to_numpy() == pytest.approx(-merged["difference_low_y"].to_numpy())
    assert not one["id"].str.contains("/q/|/s/").any()
    low, high = quantile(read_model(library).estimates["contracts/r/build"], np.array([0.05, 0.95]))
    row = one.set_index("id").loc["contracts/r/build"]
    assert (row["low_value"], row["high_value"]) == (low, high)


def test_what_is_the_same_number_in_every_draw_moves_together():
    fee = {"basis": "per_year", "is": (1, 2, 4), "moves_with": "price", "strength": 1, "category": "Fee"}
    inputs = tiny(
        options=("a", "b"),
        timeline=[{"option_id": "*", "event_id": "half", "is": 60}],
        contracts=[
            {"option_id": "a", "item_id": "early", "to_event": "half", **fee},
            {"option_id": "a", "item_id": "late", "from_event": "half", **fee},
            {"option_id": "b", "item_id": "all", "basis": "per_year", "category": "Fee", "is": 2},
        ],
    )
    found = tornado(inputs, "a", "b", draws=64).set_index("id")
    assert found.index.tolist() == ["contracts/a/early"]
    assert found.loc["contracts/a/early", "others"] == "contracts/a/late"
    ten_years = (1 - 1.03**-10) / np.log(1.03)
    row = found.loc["contracts/a/early"]
    assert row["swing"] == pytest.approx((row["high_value"] - row["low_value"]) * ten_years)


def test_an_unknown_option_is_named(library):
    with pytest.raises(UsageError, match="no option 'x'; the options are p, q, r, s"):
        tornado(library, "x", "p")
