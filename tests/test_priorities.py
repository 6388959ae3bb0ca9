"""How the answer depends on what one cares about: every set of weights, an order of importance, and each group's own weights."""

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.priorities import common_weights, net_scores, priorities, viewpoint_choices, viewpoint_weights
from fvmanalys.errors import EvidenceError, UsageError
from tests.conftest import ROOT
from tests.decisions import library_decision, write_tables
from tests.tiny import tiny

KNOWN = {"kind": "assumption", "owner": "analysts", "known_from": "2023-01-01", "unit": "points"}


def choice(options, weights=(3, 1), costs=None, **tables):
    """Options by their levels in areas x and y, from the start; costs in MSEK, a point worth 1."""
    levels = [{"option_id": name, "area_id": area, "is": level} for name, pair in options.items() for area, level in zip("xy", pair, strict=True)]
    contracts = [{"option_id": name, "item_id": "price", "category": "c", "basis": "once", "is": (costs or {}).get(name, 0)} for name in options]
    areas = {area: {"is": weight} for area, weight in zip("xy", weights, strict=True)}
    return tiny(list(options), areas, levels=levels, contracts=contracts, **tables)


def compared(inputs, draws=64, value=None):
    """The comparison of some inputs."""
    return fvm.compare(fvm.simulate(inputs, draws), value)


def views(**groups):
    """Rows of viewpoints: the weights that each group gives x and y."""
    return [
        {"viewpoint_id": name, "area_id": area, "name": name.title(), "is": weight, **KNOWN}
        for name, pair in groups.items()
        for area, weight in zip("xy", pair, strict=True)
        if weight is not None
    ]


# Two options, each best in one area: a has (60, 20), b (20, 60), both free. With weight w on x the difference a − b is 40·(2w − 1), so
# each is best for half of all weights; the mean of the weights that favour a is (3/4, 1/4). With x at least as important as y, a always is.


def test_a_case_worked_by_hand():
    table = priorities(compared(choice({"a": (60, 20), "b": (20, 60)}))).set_index(["weights", "option"])
    assert table["first_rank"].to_dict() == pytest.approx({("all", "a"): 0.5, ("all", "b"): 0.5, ("ordered", "a"): 1, ("ordered", "b"): 0}, abs=0.005)
    assert table.loc[("all", "a"), ["weight_x", "weight_y"]].tolist() == pytest.approx([0.75, 0.25], abs=0.005)
    assert table.loc[("all", "b"), "confidence"] == 1
    assert table.loc[("ordered", "b"), ["weight_x", "weight_y", "confidence"]].isna().all()


def test_a_cost_counts_as_the_points_that_it_could_buy():
    # b now costs 20: the difference a − b is 40·(2w − 1) + 20, above 0 for w > 1/4. At 2 MSEK a point the cost is 10 points: w > 3/8.
    inputs = choice({"a": (60, 20), "b": (20, 60)}, costs={"b": 20})
    for value, share in ((1, 3 / 4), (2, 5 / 8)):
        table = priorities(compared(inputs, value=value)).set_index(["weights", "option"])
        assert table.loc[("all", "a"), "first_rank"] == pytest.approx(share, abs=0.005)


def test_the_order_is_that_of_the_mean_weights():
    table = priorities(compared(choice({"a": (60, 20), "b": (20, 60)}, weights=(1, 3)))).set_index(["weights", "option"])
    assert table.loc[("ordered", "b"), "first_rank"] == 1


def test_weighted_net_scores_order_the_options_as_net_benefit_does(tmp_path):
    comparison = compared(fvm.load(write_tables(tmp_path, library_decision(5))), 2000, 0.7)
    scores, simulation = net_scores(comparison), comparison.simulation
    drawn = pd.DataFrame({area: simulation.draws_of(f"areas/{area}") for area in simulation.inputs.areas})
    weights = drawn.div(drawn.sum(axis=1), axis=0)
    worth = {option: 0.7 * (weights * scores[option]).sum(axis=1) for option in scores.columns.unique(0)}
    benefit = simulation.net_benefit(0.7)
    for option, total in worth.items():
        assert (total - worth["p"]).to_numpy() == pytest.approx(benefit[option].to_numpy(), abs=1e-9)


def test_ties_share_the_ranks_and_one_option_has_them_all():
    tied = priorities(compared(choice({"a": (50, 50), "b": (50, 50)}), 1))
    assert tied["first_rank"].tolist() == [0.5] * 4
    assert tied["confidence"].tolist() == [0.5] * 4
    alone = priorities(compared(choice({"a": (50, 50)})))
    assert alone[["first_rank", "last_rank", "confidence"]].eq(1).all(axis=None)


def test_options_that_cannot_last_do_not_compete(tmp_path):
    table = priorities(compared(fvm.load(write_tables(tmp_path, library_decision(4))), 500))
    assert set(table["option"]) == {"p", "r", "s"}
    assert table.groupby("weights")["first_rank"].sum().tolist() == pytest.approx([1, 1])


def test_without_a_value_of_a_point_there_is_nothing_to_order_by():
    with pytest.raises(UsageError, match=r"value_per_point 0\.0: give one above 0"):
        priorities(compared(choice({"a": (60, 20), "b": (20, 60)}), value=0))


# Viewpoints


def test_each_group_chooses_by_its_own_weights():
    # Common weights (3/4, 1/4): a has 50, b 30. Clinicians (9, 1) have a 56 to 24, finance (1, 3) has b 50 to 30: 20 MSEK ahead.
    inputs = choice({"a": (60, 20), "b": (20, 60)}, viewpoints=views(clinicians=(9, 1), finance=(1, 3)))
    table = viewpoint_choices(compared(inputs)).set_index("viewpoint")
    assert table["best"].to_dict() == {"clinicians": "a", "finance": "b"}
    assert table["lead"].to_dict() == pytest.approx({"clinicians": 32, "finance": 20})
    assert table["p_best"].tolist() == [1, 1]
    assert table["name"].tolist() == ["Clinicians", "Finance"]


def test_the_dividing_area_is_the_one_whose_other_weight_moves_the_difference_most():
    # Finance moves weight 1/2 from x to y. In x, b lies 5 behind a: 2.5 points gained; in y, b lies 60 ahead: 30 points gained.
    inputs = choice({"a": (60, 10), "b": (55, 70)}, weights=(1, 0.001), costs={"b": 20}, viewpoints=views(finance=(1, 1)))
    row = viewpoint_choices(compared(inputs)).iloc[0]
    assert (row["best"], row["dividing_area"]) == ("b", "y")


def test_weights_are_normalised_and_an_area_left_out_has_none():
    inputs = choice({"a": (60, 20), "b": (20, 60)}, viewpoints=views(one=(2, 6), other=(None, 4)))
    weights = viewpoint_weights(compared(inputs))
    assert weights.loc["one"].to_dict() == {"x": 0.25, "y": 0.75}
    assert weights.loc["other"].to_dict() == {"x": 0, "y": 1}


def test_a_weight_given_as_a_range_alone_counts_by_its_middle():
    rows = views(one=(1, 1))
    rows[0] |= {"is": (2, None, 4, "uniform")}
    weights = viewpoint_weights(compared(choice({"a": (60, 20), "b": (20, 60)}, viewpoints=rows)))
    assert weights.loc["one"].to_dict() == {"x": 0.75, "y": 0.25}


def test_a_group_that_gives_no_area_any_weight_is_a_fault():
    with pytest.raises(EvidenceError, match="all weights of 'silent' are zero; give at least one a weight above zero"):
        choice({"a": (60, 20), "b": (20, 60)}, viewpoints=views(silent=(0, 0), finance=(1, 3)))


def test_without_the_table_there_are_no_rows():
    assert viewpoint_choices(compared(choice({"a": (60, 20), "b": (20, 60)}))).empty


def test_one_option_and_ties_hold():
    alone = viewpoint_choices(compared(choice({"a": (60, 20)}, viewpoints=views(one=(1, 1))))).iloc[0]
    assert (alone["best"], alone["p_best"], alone["dividing_area"]) == ("a", 1, "")
    assert np.isnan(alone["lead"])
    tied = viewpoint_choices(compared(choice({"a": (50, 50), "b": (50, 50)}, viewpoints=views(one=(1, 1))))).iloc[0]
    assert (tied["p_best"], tied["lead"]) == (0.5, 0)


def test_the_default_decision_has_a_choice_of_every_group():
    comparison = compared(fvm.load(ROOT / "data/raw"), 512)
    table = viewpoint_choices(comparison)
    assert set(table["viewpoint"]) == set(comparison.simulation.inputs.tables["viewpoints"]["viewpoint_id"])
    assert set(table["dividing_area"]) <= set(comparison.simulation.inputs.areas)
    assert viewpoint_weights(comparison).sum(axis=1).to_numpy() == pytest.approx(1)
    assert common_weights(comparison).sum() == pytest.approx(1)
