"""What waiting costs and how ready to stay: a case worked by hand, brute force, and two full simulations side by side."""

import math
from datetime import date
from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.analysis import pause
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.model.streams import present_value
from tests.decisions import library_decision, write_tables
from tests.tiny import tiny

ROOT = Path(__file__).parents[1]
PARTS = ["pause_bill", "lost_points", "shifted_costs"]


# A case worked by hand. No discount, a horizon of 20 years, 3 MSEK a point, one full-time equivalent costs 1 MSEK a year.
#
# The decision comes after 4 years (2028-01-01, 1461 days) or after 8 (2032-01-01, 2922 days), each with probability 0.5.
# With share s kept, the pause costs 5·s a year until then; the restart takes r(s) years: 2, 1 and 0.5 at s = 0, 0.5 and 1,
# linear between; rebuilding costs 20·(1 − s) a year while it lasts. From the restart on the level is 100 instead of 0, and
# operation costs 4 a year. So a year's delay of the restart loses 100/20 = 5 points, worth 15, and saves 4: it costs 11.
#
#   pause_cost    5·s·(4 + 8)/2        = 30·s
#   rebuild_cost  20·(1 − s)·r(s)
#   late_cost     11·(r(s) − r(1))     = 11·(r(s) − 0.5)
#
#   s      pause_cost   rebuild_cost   late_cost   total
#   0           0            40          16.5       56.5
#   0.5        15            10           5.5       30.5
#   1          30             0           0         30
#
# Between 0.5 and 1, r = 1.5 − s, and the total is 30·s + 20·(1 − s)·(1.5 − s) + 11·(1 − s) = 20·s² − 31·s + 41: least at
# s = 31/40 = 0.775, where it is 41 − 31²/80 = 28.9875. Five per cent more is 30.436875, reached √(28.9875/400) = 0.2692 below (s = 0.5058)
# and not at all above, since the total at s = 1 is 30. Below 0.5 the total only falls: its slope at 0.5 is still −32.

BY_HAND = pd.DataFrame(
    [[0, 0, 40, 16.5, 56.5], [0.5, 15, 10, 5.5, 30.5], [1, 30, 0, 0, 30]],
    columns=["share", "pause_cost", "rebuild_cost", "late_cost", "total"],
).astype(float)


def worked(decided=None, readiness=((0, 24), (0.5, 12), (1, 6)), team=5.0, rebuild=20.0, level=100.0, operation=4.0, **parameters):
    """The case above, or one like it: months to restart at some shares, and full-time equivalents of the team."""
    decided = decided or [{"date": "2028-01-01", "when": "!slow"}, {"date": "2032-01-01", "when": "slow"}]
    return tiny(
        parameters={"discount_rate": 0, "horizon_years": 20, "value_per_point": 3} | parameters,
        timeline=[*({"option_id": "*", "event_id": "decided"} | one for one in decided), {"option_id": "*", "event_id": "restarted", "after": "decided"}],
        risks=[{"option_id": "*", "risk_id": "slow", "name": "The decision drags on", "is": 0.5}],
        readiness=[{"option_id": "*", "standing_share": share, "is": months} for share, months in readiness],
        staffing=[
            {"option_id": "*", "role_id": "team", "phase": "pause", "employer": "own", "to_event": "decided", "is": team},
            {"option_id": "*", "role_id": "team", "phase": "restart", "employer": "own", "from_event": "decided", "to_event": "restarted", "is": rebuild},
        ],
        staff_costs=[{"role_id": "team", "is": 1}],
        contracts=[{"option_id": "*", "item_id": "operation", "category": "operation", "basis": "per_year", "from_event": "restarted", "is": operation}],
        levels=[{"option_id": "*", "area_id": "x", "is": 0}, {"option_id": "a", "area_id": "x", "from_event": "restarted", "is": level}],
    )  # fmt: skip


def test_three_shares_and_two_decision_dates_come_out_as_by_hand():
    curve = pause.standing_team(worked(), "a", shares=(0, 0.5, 1)).curve
    pd.testing.assert_frame_equal(curve[curve["share"].isin([0, 0.5, 1])].reset_index(drop=True), BY_HAND, rtol=1e-12, atol=1e-12)


def test_the_optimum_between_the_three_shares_comes_out_as_by_hand():
    team = pause.standing_team(worked(), "a")
    assert team.share == pytest.approx(31 / 40, abs=1e-5)
    assert (team.low, team.high) == pytest.approx((0.775 - math.sqrt(28.9875 / 400), 1.0), abs=1e-5)
    at_optimum = pause.standing_team(worked(), "a", shares=(31 / 40,)).curve.set_index("share")["total"]
    assert at_optimum[31 / 40] == pytest.approx(28.9875, abs=1e-9)


def test_half_the_draws_see_each_decision_date():
    decided = fvm.simulate(worked(), 4096).events["a", "decided"]
    assert decided.value_counts().to_dict() == {4.0: 2048, 8.0: 2048}


def test_a_later_decision_moves_the_team_as_by_hand():
    # Twelve years later: 4 + 12 = 16, and 8 + 12 = 20, the horizon, so that in half the draws neither restart nor rebuild is seen.
    # pause 5·s·(16 + 20)/2 = 90·s; rebuild 10·(1 − s)·r(s); late 5.5·(r(s) − 0.5): at 0 28.25, at 0.5 45 + 5 + 2.75, at 1 90.
    team = pause.standing_team(worked(), "a", shares=(0, 0.5, 1), delay=12)
    assert team.curve.set_index("share")["total"].loc[[0, 0.5, 1]].tolist() == pytest.approx([28.25, 52.75, 90])
    assert team.share == 0


# The optimum against brute force


def total(inputs, share):
    """Expected cost less the worth of the points, with one share kept: a full simulation."""
    simulation = fvm.simulate(with_parameters(inputs, standing_share=share), 256)
    return float(simulation.cost["a"].mean() - inputs.parameters["value_per_point"] * simulation.score["a"].mean())


def brute_force(share, readiness, team, rebuild, rate):
    """The same for `worked`, written out: the mean over both decision dates, for an array of shares."""
    restart = np.interp(share, *np.transpose(readiness)) / 12
    worth = 3 * 100 / present_value(1, 0, 20, rate) - 4
    sums = [
        present_value(team * share, 0, decided, rate)
        + present_value(rebuild * (1 - share), decided, decided + restart, rate, horizon=20)
        - worth * present_value(1, decided + restart, 20, rate)
        for decided in (4, 8)
    ]
    return np.mean(sums, axis=0)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(st.floats(0.5, 30), min_size=3, max_size=3),
    st.floats(0.5, 20),
    st.floats(0, 30),
    st.sampled_from([0, 0.02, 0.1]),
    st.sampled_from([0.35, 0.5, 0.72]),
)
def test_the_optimum_is_that_of_brute_force_on_a_fine_grid(months, team, rebuild, rate, middle):
    readiness = list(zip((0, middle, 1), sorted(months, reverse=True), strict=True))
    found = pause.standing_team(worked(readiness=readiness, team=team, rebuild=rebuild, discount_rate=rate), "a", draws=16)
    grid = np.linspace(0, 1, 20_001)
    brute = brute_force(grid, readiness, team, rebuild, rate)
    ours = brute_force(found.share, readiness, team, rebuild, rate)
    assert ours == pytest.approx(brute.min(), abs=1e-6 * np.ptp(brute))
    curve = brute_force(found.curve["share"].to_numpy(), readiness, team, rebuild, rate)
    assert np.diff(found.curve["total"]) == pytest.approx(np.diff(curve), abs=1e-9)
    least = found.curve["total"].iloc[-1] - curve[-1] + ours
    assert found.low <= found.share <= found.high
    for end in (found.low, found.high):
        assert brute_force(end, readiness, team, rebuild, rate) - ours <= 0.05 * least + 1e-5 * np.ptp(brute)


def test_the_totals_of_the_curve_differ_as_the_net_benefit_does():
    inputs = worked(decided=[{"is": (6, 12, 40)}], discount_rate=0.03)
    curve = pause.standing_team(inputs, "a", draws=256).curve
    whole = np.array([total(inputs, share) for share in curve["share"]])
    assert curve["total"].to_numpy() - curve["total"].iloc[-1] == pytest.approx(whole - whole[-1], abs=1e-9)


falling = st.lists(st.floats(1, 12), min_size=2, max_size=4).map(lambda steps: np.cumsum([1, *steps])[::-1])


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(falling, st.floats(0, 40), st.floats(0, 40), st.floats(10, 100), st.floats(0, 0.08))
def test_with_a_decision_certain_today_the_full_team_is_best(months, team, rebuild, level, rate):
    readiness = list(zip(np.linspace(0, 1, len(months)).round(6), months, strict=True))
    inputs = worked([{"date": "2024-01-01"}], readiness, team, rebuild, level, operation=0, discount_rate=rate)
    assert pause.standing_team(inputs, "a", draws=16).share == 1


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(falling, st.floats(0.5, 40), st.floats(0, 40), st.floats(10, 100), st.floats(0, 0.08))
def test_with_a_decision_beyond_the_horizon_no_team_is_best(months, team, rebuild, level, rate):
    readiness = list(zip(np.linspace(0, 1, len(months)).round(6), months, strict=True))
    inputs = worked([{"is": 2_400}], readiness, team, rebuild, level, operation=0, discount_rate=rate)
    assert pause.standing_team(inputs, "a", draws=16).share == 0


def test_an_optimum_at_a_row_of_the_curve_is_found_there():
    # A steep gain up to a share of 0.73, none beyond it: the best share is the row itself, between two points of the grid.
    inputs = worked(readiness=((0, 60), (0.73, 6), (1, 6)), rebuild=0)
    assert pause.standing_team(inputs, "a", draws=16).share == pytest.approx(0.73, abs=1e-9)


# Cost of delay against two full simulations


def library(folder, decided="3,6,12"):
    """Where to keep the books: another decision, with its decision after so many months."""
    tables = library_decision(4)
    tables["timeline"] = tables["timeline"].replace(",3,6,12,pert", f",{decided},pert")
    return fvm.load(write_tables(folder, tables))


def losses(today, later, value):
    """The loss of each permanent option between two simulations, draw by draw, and each option's standard error."""
    options = today.inputs.options(permanent_only=True)
    lost = value * (today.score - later.score)[options] - (today.cost - later.cost)[options]
    return lost.mean(), lost.std() / math.sqrt(len(lost))


def test_cost_of_delay_is_the_difference_of_two_simulations_with_the_decision_shifted(tmp_path):
    today, later = (fvm.simulate(library(tmp_path / name, months), 4096) for name, months in (("a", "3,6,12"), ("b", "6,9,15")))
    found = pause.cost_of_delay(today.inputs, 4096, months=(0, 3), value_per_point=0.5)
    mean, _ = losses(today, later, 0.5)
    assert found[found["months"] == 3].set_index("option")["loss"].drop("best").to_dict() == pytest.approx(mean.to_dict(), rel=1e-9)
    assert found[found["months"] == 0][["loss", *PARTS]].eq(0).all(axis=None)


def test_with_other_draws_it_is_the_same_within_the_standard_error(tmp_path):
    first, later = library(tmp_path / "a"), library(tmp_path / "b", "6,9,15")
    found = pause.cost_of_delay(first, 8192, seed=2, months=(3,), value_per_point=0.5).set_index("option")["loss"].drop("best")
    mean, error = losses(fvm.simulate(first, 8192), fvm.simulate(later, 8192), 0.5)
    assert (np.abs(found - mean) <= 4 * error).all()


def test_a_dated_decision_is_shifted_by_days():
    # 91 days from 2028-01-01 to 2028-04-01; in years of 365.25 days.
    today, later = (fvm.simulate(worked([{"date": day}], discount_rate=0.03), 16) for day in ("2028-01-01", "2028-04-01"))
    found = pause.cost_of_delay(today.inputs, 16, months=(91 / 365.25 * 12,)).set_index("option")["loss"]
    assert found["a"] == pytest.approx(losses(today, later, 3)[0]["a"], rel=1e-9)
    assert found["best"] == found["a"]


def test_cost_of_delay_comes_out_as_by_hand():
    # A year later with the full team: the pause costs 5 more, 5 points (15) are lost, and a year of operation (4) is saved.
    found = pause.cost_of_delay(worked(), months=(12,)).set_index("option").loc["a"]
    assert found[["loss", *PARTS]].tolist() == pytest.approx([16, 5, 15, -4])


def test_the_parts_sum_to_the_loss_and_the_best_can_be_no_worse_than_any_other(tmp_path):
    found = pause.cost_of_delay(library(tmp_path), 1024)
    assert found[PARTS].sum(axis=1).to_numpy() == pytest.approx(found["loss"].to_numpy(), abs=1e-9)
    assert pause.monthly_cost_of_delay(found)["best"] == pytest.approx(found.query("months == 1 and option == 'best'")["loss"].item())


def test_cost_of_delay_of_the_default_decision_with_its_own_table_edited(tmp_path):
    folder = copytree(ROOT / "data/raw", tmp_path / "raw")
    table = pd.read_csv(folder / "timeline.csv", dtype=str, keep_default_na=False)
    rows = (table["event_id"] == "decided") & (table["likely"] != "")
    for column in ("low", "likely", "high"):
        table.loc[rows, column] = (table.loc[rows, column].astype(float) + 6).astype(str)
    table.to_csv(folder / "timeline.csv", index=False)
    today, later = (fvm.simulate(fvm.load(data), 2048) for data in (ROOT / "data/raw", folder))
    value = today.inputs.parameters["value_per_point"]
    found = pause.cost_of_delay(today.inputs, 2048, months=(6,)).set_index("option")["loss"].drop("best")
    mean, error = losses(today, later, value)
    assert set(found.index) == set(mean.index)
    assert (np.abs(found - mean) <= error).all()
    assert found.to_dict() == pytest.approx(mean.to_dict(), rel=1e-9)


# Which item first? Black Swan Farming, "CD3 and proportionality to outcomes" (blackswanfarming.com): an ice-cream stall sells for
# 10 a week. A super spoon (A) adds 10 a week and takes 2 weeks to get, a second machine (B) adds 30 and takes 4. Within 6 weeks the stall
# takes in 100 with A first and 120 with B first; cost of delay over duration is 5 for A and 7.5 for B, so B first. Summed to when each
# is done, A first costs 10·2 + 30·6 = 200 in gains not yet had, and B first 30·4 + 10·6 = 180.

GAIN, WEEKS, BASE, WINDOW = {"A": 10, "B": 30}, {"A": 2, "B": 4}, 10, 6
MONTHS_A_WEEK, WEEKS_A_YEAR = 12 / 52, 52


def stall(orders):
    """The stall as a decision between orders of work; a gain is an income from the day it is there."""
    timeline = [{"option_id": "*", "event_id": "decided", "is": 0}]
    contracts = [{"option_id": "*", "item_id": "stall", "category": "sales", "basis": "per_year", "is": -BASE * WEEKS_A_YEAR}]
    for name in orders:
        for item, after in zip(name, ("decided", *name), strict=False):
            timeline.append({"option_id": name, "event_id": item, "after": after, "is": WEEKS[item] * MONTHS_A_WEEK})
            contracts.append({"option_id": name, "item_id": item, "category": "sales", "basis": "per_year", "from_event": item, "is": -GAIN[item] * WEEKS_A_YEAR})
    return tiny(orders, parameters={"discount_rate": 0, "horizon_years": WINDOW / WEEKS_A_YEAR}, timeline=timeline, contracts=contracts)


def test_the_published_order_of_work_pays_best():
    simulation = fvm.simulate(stall(["AB", "BA"]), 1)
    assert (-simulation.cost).iloc[0].to_dict() == pytest.approx({"AB": 100, "BA": 120}, abs=1e-9)
    assert fvm.compare(simulation).best == "BA"


def test_the_published_cost_of_delay_over_duration():
    week = pause.cost_of_delay(stall(["A", "B"]), 1, months=(MONTHS_A_WEEK,)).set_index("option")["loss"]
    assert {item: week[item] / WEEKS[item] for item in "AB"} == pytest.approx({"A": 5.0, "B": 7.5}, abs=1e-9)


def test_the_published_gains_not_yet_had():
    done = {"AB": {"A": 2, "B": 6}, "BA": {"B": 4, "A": 6}}
    waited = {order: sum(present_value(GAIN[item], 0, week, 0.0) for item, week in weeks.items()) for order, weeks in done.items()}
    assert waited == pytest.approx({"AB": 200, "BA": 180}, abs=1e-9)


# Other decisions, and those with nothing to wait for


def test_another_decision_without_readiness_has_a_cost_of_delay_but_no_team_to_choose(tmp_path):
    inputs = library(tmp_path)
    assert pause.standing_teams(inputs) == {}
    assert set(pause.cost_of_delay(inputs, 64)["option"]) == {"p", "r", "s", "best"}
    bill = pause.monthly_bill(fvm.simulate(inputs, 64))
    assert bill["stream"].tolist() == ["contracts/*/old"]
    assert bill["msek_per_month"].item() == pytest.approx(2 / 12, rel=0.02)


@pytest.mark.parametrize("decided", [[{"date": "2023-12-31"}], [{"date": "2023-06-01", "when": "!slow"}, {"date": "2023-12-01", "when": "slow"}]])
def test_a_decision_in_the_past_leaves_nothing_to_wait_for(decided):
    inputs = worked(decided)
    assert not pause.waiting_is_possible(inputs)
    assert pause.standing_teams(inputs) == {}
    assert pause.cost_of_delay(inputs, 16).empty
    assert pause.monthly_bill(fvm.simulate(inputs, 16)).empty


def test_without_an_event_decided_there_is_nothing_to_wait_for():
    inputs = tiny()
    assert not pause.waiting_is_possible(inputs)
    assert pause.cost_of_delay(inputs, 16).empty
    assert pause.standing_teams(inputs) == {}


def test_a_decision_on_the_day_itself_can_still_be_waited_for():
    assert pause.waiting_is_possible(worked([{"date": date(2024, 1, 1)}]))


def test_the_month_after_as_of_is_billed_by_stream():
    bill = pause.monthly_bill(fvm.simulate(worked(), 16)).set_index("stream")
    assert bill["msek_per_month"].to_dict() == pytest.approx({"staffing/*/team/pause": 5 / 12})
    assert bill["part"].item() == "own"
    assert bill["ends_with_decision"].item()


def test_one_draw_is_enough_where_nothing_is_uncertain():
    one, many = (pause.cost_of_delay(worked([{"date": "2028-01-01"}]), draws, months=(6,)) for draws in (1, 64))
    pd.testing.assert_frame_equal(one, many)


def test_a_variant_that_puts_the_decision_off_leaves_it_taken():
    decided = [
        {"option_id": "*", "event_id": "decided", "date": "2023-12-01"},
        {"option_id": "later", "event_id": "decided", "date": "2025-12-01"},
    ]
    options = {"a": {}, "later": {"variant_of": "a"}}
    taken = tiny(options, timeline=decided)
    assert not pause.waiting_is_possible(taken)
    assert pause.waiting_is_possible(tiny(options, timeline=[decided[0] | {"date": "2024-06-01"}, decided[1]]))
