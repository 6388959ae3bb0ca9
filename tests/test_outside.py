"""The outside view: ratios of past programmes in place of the inside range, drawn jointly, as known on the day."""

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.outside import class_quantiles, views, with_parameters
from fvmanalys.model.programmes import read_class
from tests.tiny import tiny

CLASS = [("one", 1.1, 1.2, ""), ("two", 1.5, 3.0, ""), ("three", 2.0, 1.8, ""), ("four", 4.0, 2.5, "")]


def programmes(rows, role="core"):
    return [{"programme_id": name, "name": name, "role": role, "cost_ratio": cost, "duration_ratio": time, "censored": bound} for name, cost, time, bound in rows]


def decision(share, rows=CLASS, options=("a", "b"), **parameters):
    timeline = [
        {"option_id": "*", "event_id": "start", "is": 6},
        *({"option_id": name, "event_id": "open", "after": "start", "outside_view": "yes", "is": (10, 12, 20)} for name in options),
        *({"option_id": name, "event_id": "other", "is": (10, 12, 20)} for name in options),
    ]
    contracts = [
        {"option_id": name, "item_id": "build", "category": "build", "basis": "once", "outside_view": "yes", "is": (80, 100, 300)} for name in options
    ]
    more = parameters | ({} if share is None else {"outside_view": share})
    return tiny(options, parameters=more, timeline=timeline, contracts=contracts, reference_class=programmes(rows))


def ratios(simulation, option="a"):
    """Cost and duration ratio in each draw, read from what they do."""
    events = simulation.events[option]
    return pd.DataFrame({"cost": simulation.cost[option] / 100, "duration": (events["open"] - events["start"])}).round(9)


def test_without_a_share_the_outside_view_is_left_out():
    simulation = fvm.simulate(decision(None), 500)
    assert simulation.cost["a"].to_numpy() == pytest.approx(simulation.draws_of("contracts/a/build"))


def test_the_outside_view_is_likely_times_a_ratio_and_not_the_range_times_it():
    found = ratios(fvm.simulate(decision(1), 4096))
    assert sorted(found["cost"].unique()) == [1.1, 1.5, 2.0, 4.0]
    assert sorted(found["duration"].unique()) == [1.2, 1.8, 2.5, 3.0]


def test_cost_and_duration_come_from_one_programme_and_each_as_often():
    found = ratios(fvm.simulate(decision(1), 4096)).value_counts()
    assert set(found.index) == {(cost, time) for _, cost, time, _ in CLASS}
    assert set(found) == {1024}


def test_each_option_draws_its_own_programme():
    simulation = fvm.simulate(decision(1), 4096)
    both = pd.crosstab(ratios(simulation)["cost"], ratios(simulation, "b")["cost"])
    assert both.to_numpy() == pytest.approx(256, abs=80)


def test_the_share_is_that_of_the_draws_and_the_same_draws_for_every_option():
    simulation = fvm.simulate(decision(0.5), 4096)
    outside = {option: simulation.cost[option] != simulation.draws_of(f"contracts/{option}/build") for option in "ab"}
    assert outside["a"].sum() == 2048
    assert (outside["a"] == outside["b"]).all()
    late = (simulation.events["a", "open"] - simulation.events["a", "start"]) * 12 - simulation.draws_of("timeline/a/open")
    assert (late.abs().gt(1e-9) == outside["a"]).all()


def test_only_flagged_rows_are_seen_from_outside_and_draws_stay_as_drawn():
    inside, outside = (fvm.simulate(decision(share), 500) for share in (0, 1))
    for name in ("contracts/a/build", "timeline/a/open"):
        assert (inside.draws_of(name) == outside.draws_of(name)).all()
    assert (inside.events["a", "other"] == outside.events["a", "other"]).all()
    assert (inside.events["a", "start"] == outside.events["a", "start"]).all()


def test_inside_draws_are_the_same_whatever_the_share():
    inside, mixed = (fvm.simulate(decision(share), 4096).cost["a"] for share in (0, 0.25))
    assert (inside == mixed).mean() == 0.75


def test_a_missing_ratio_is_drawn_from_all_that_have_it():
    rows = [("one", 1.1, 1.2, ""), ("two", 1.5, 3.0, ""), ("three", 2.0, "", "")]
    found = ratios(fvm.simulate(decision(1, rows), 3 * 4096))
    assert set(found.loc[found["cost"] == 2.0, "duration"]) == {1.2, 3.0}
    assert (found.loc[found["cost"] == 2.0, "duration"] == 3.0).mean() == pytest.approx(0.5, abs=0.03)
    assert set(found.loc[found["cost"] == 1.1, "duration"]) == {1.2}


def test_a_bound_is_drawn_from_the_uncensored_above_it():
    rows = [*CLASS, ("five", 1.7, 1.0, "cost")]
    found = ratios(fvm.simulate(decision(1, rows), 5 * 4096))
    mine = found.loc[found["duration"] == 1.0, "cost"]
    assert set(mine) == {2.0, 4.0}
    assert (mine == 4.0).mean() == pytest.approx(0.5, abs=0.03)


def test_a_bound_above_all_others_is_itself():
    rows = [("one", 1.1, 1.2, ""), ("two", 5.0, 2.0, "both"), ("three", 1.3, 2.6, "duration")]
    found = ratios(fvm.simulate(decision(1, rows), 4096))
    assert set(found["cost"]) == {1.1, 1.3, 5.0}
    assert set(found["duration"]) == {1.2, 2.0, 2.6}


def test_weak_programmes_are_not_drawn():
    rows = [*programmes(CLASS), *programmes([("weak", 9.0, 9.0, "")], "weak")]
    contracts = [{"option_id": "a", "item_id": "build", "category": "c", "basis": "once", "outside_view": "yes", "is": (80, 100, 300)}]
    simulation = fvm.simulate(tiny(parameters={"outside_view": 1}, contracts=contracts, reference_class=rows), 4096)
    assert simulation.cost["a"].max() == pytest.approx(400)


def test_a_programme_not_yet_known_is_not_drawn():
    rows = [{**row, "known_from": known} for row, known in zip(programmes(CLASS), ["2023-01-01"] * 3 + ["2024-06-01"], strict=True)]
    contracts = [{"option_id": "a", "item_id": "build", "category": "c", "basis": "once", "outside_view": "yes", "is": (80, 100, 300)}]
    simulation = fvm.simulate(tiny(parameters={"outside_view": 1}, contracts=contracts, reference_class=rows), 4096)
    assert simulation.cost["a"].max() == pytest.approx(200)


def test_the_order_of_programmes_changes_no_draw():
    one, other = (fvm.simulate(decision(1, rows), 500).cost for rows in (CLASS, CLASS[::-1]))
    assert (one == other).all(axis=None)


def test_a_class_without_both_kinds_of_ratio_cannot_be_drawn_from():
    assert read_class(pd.DataFrame(programmes([("one", 1.1, np.nan, "")]))) is None
    assert read_class(pd.DataFrame(programmes(CLASS, "weak"))) is None


# Both views side by side


def test_views_show_inside_mixture_and_outside():
    table = views(decision(0.5), 500, 1)
    assert table.groupby("view").size().to_dict() == {0.0: 2, 0.5: 2, 1.0: 2}
    cost = table[table["option"] == "a"].set_index("view")["cost_p85"]
    assert cost[0.0] < cost[0.5] < cost[1.0]


def test_views_need_no_parameter_and_show_the_inside_alone_where_there_is_no_class():
    assert list(views(decision(None), 50, 1)["view"].unique()) == [0.0, 1.0]
    assert list(views(tiny(), 50, 1)["view"].unique()) == [0.0]
    assert list(views(decision(0.5, [("one", 1.1, "", "")]), 50, 1)["view"].unique()) == [0.0]


def test_other_parameters_leave_the_inputs_as_they_are():
    inputs = decision(0.5)
    other = with_parameters(inputs, outside_view=1.0, standing_share=0.5)
    assert (inputs.parameters["outside_view"], inputs.parameters["standing_share"]) == (0.5, 1.0)
    assert (other.parameters["outside_view"], other.parameters["standing_share"]) == (1.0, 0.5)
    assert other.parameters["discount_rate"] == inputs.parameters["discount_rate"]


def test_quantiles_of_the_class_say_how_many_are_bounds():
    table = class_quantiles(decision(0, [*CLASS, ("five", 1.7, "", "cost")])).set_index("ratio")
    assert table.loc["cost", ["programmes", "bounds"]].tolist() == [5, 1]
    assert table.loc["duration", ["programmes", "bounds"]].tolist() == [4, 0]
    assert table.loc["cost", "p50"] == 1.7


def test_the_chance_of_an_overrun_is_a_share_of_the_class():
    rows = [(name, ratio, "", "") for name, ratio in (("one", 1.1), ("two", 1.5), ("three", 2.0), ("four", 4.0))]
    table = class_quantiles(decision(0, rows)).set_index("ratio")
    assert table.loc["cost", ["over_100", "over_150", "over_200"]].tolist() == [1, 0.5, 0.25]
    assert table.loc["duration", ["over_100", "over_150", "over_200"]].isna().all()
