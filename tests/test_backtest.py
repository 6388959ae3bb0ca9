"""How a forecast from the reference class would have fared: past plans of the own programme, worked by hand, with lower bounds."""

from datetime import date

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.outside import backtest, coverage, share_below, survival_quantile
from tests.conftest import ROOT
from tests.tiny import tiny


def ratios(*values):
    """Values and which are lower bounds; a bound is given as text with a plus sign."""
    bounds = np.array([isinstance(value, str) for value in values])
    return np.array([float(str(value).rstrip("+")) for value in values]), bounds


# Kaplan and Meier worked by hand: 1.2, a bound at 1.5, 2.0, 3.0. Of four, 3/4 survive 1.2; of the two that are left after the bound, half
# survive 2.0: 3/8; none survives 3.0. So the distribution function is 1/4, 5/8 and 1 at 1.2, 2.0 and 3.0.

SEEN = ratios(1.2, "1.5+", 2.0, 3.0)


def test_quantiles_with_a_bound_come_out_as_by_hand():
    assert [survival_quantile(*SEEN, p) for p in (0.25, 0.26, 0.5, 0.625, 0.63, 0.8)] == [1.2, 2.0, 2.0, 2.0, 3.0, 3.0]


def test_shares_below_come_out_as_by_hand():
    assert [share_below(*SEEN, x) for x in (1.0, 1.2, 1.9, 2.0, 2.9, 3.5)] == pytest.approx([0, 1 / 4, 1 / 4, 5 / 8, 5 / 8, 1])


def test_without_bounds_quantiles_are_those_of_the_sample():
    values, bounds = ratios(1.0, 1.1, 1.3, 1.6, 2.0)
    assert [survival_quantile(values, bounds, p) for p in (0.2, 0.5, 0.8)] == [1.0, 1.3, 1.6]


def test_bounds_above_all_others_leave_high_quantiles_open():
    assert np.isnan(survival_quantile(*ratios(1.2, 1.4, "2.0+"), 0.8))
    assert survival_quantile(*ratios(1.2, 1.4, "2.0+"), 0.5) == 1.4


def test_bounds_counted_as_outcomes_would_flatter_the_forecast():
    values, bounds = ratios(1.2, "1.2+", "1.3+", 2.0)
    assert survival_quantile(values, bounds, 0.5) > survival_quantile(values, np.zeros(4, dtype=bool), 0.5)


def test_nothing_but_bounds_or_nothing_at_all_gives_no_forecast():
    for values, bounds in (ratios("1.2+", "2.0+"), (np.array([]), np.array([], dtype=bool))):
        assert np.isnan(survival_quantile(values, bounds, 0.5))
        assert np.isnan(share_below(values, bounds, 1.5))


# A plan of 2022-01-01 for a day 100 days later; the class then holds 1.2, 1.5+, 2.0 and 3.0, so P50 is 200 days and P80 300 days.


def programme(name, ratio, censored="", known_from="2021-01-01", role="core"):
    return {"programme_id": name, "name": name, "role": role, "duration_ratio": ratio, "cost_ratio": 1, "censored": censored, "known_from": known_from}


CLASS = [programme("one", 1.2), programme("two", 1.5, "duration"), programme("three", 2.0), programme("four", 3.0)]


def plan(milestone, version, made, planned, actual="", **more):
    return {"milestone_id": milestone, "plan_version": version, "name": milestone, "planned_date": planned, "actual_date": actual, "known_from": made, "own_programme": "yes", "kind": "fact", "source_id": "s"} | more


def backtest_of(milestones, programmes=CLASS):
    """The back-test on 2024-01-01."""
    sources = [{"source_id": "s", "title": "S", "publisher": "P", "published": "2020-01-01", "type": "primary"}]
    return backtest(tiny(milestones=milestones, reference_class=programmes, sources=sources))


@pytest.mark.parametrize(
    ("reached", "share", "within"),
    [("2022-04-11", 0, "yes"), ("2022-07-20", 5 / 8, "yes"), ("2022-10-28", 1, "yes"), ("2022-10-29", 1, "no"), ("2023-05-16", 1, "no")],
)
def test_a_plan_with_an_outcome_comes_out_as_by_hand(reached, share, within):
    row = backtest_of([plan("live", "v1", "2022-01-01", "2022-04-11"), plan("live", "reached", reached, "", reached)]).iloc[0]
    assert (row["planned_on"], row["planned_date"], row["programmes"]) == (date(2022, 1, 1), date(2022, 4, 11), 4)
    assert (row["forecast_p50"], row["forecast_p80"]) == (date(2022, 7, 20), date(2022, 10, 28))
    assert (row["outcome"], row["within_p80"]) == (date.fromisoformat(reached), within)
    assert row["share_below"] == pytest.approx(share)


def test_what_is_not_reached_is_a_lower_bound():
    # By 2024-01-01 a plan of 2022 for 100 days has taken 730: beyond P80, whatever comes. One of 2023-10-01 for 100 days has taken 92.
    table = backtest_of([plan("live", "v1", "2022-01-01", "2022-04-11"), plan("open", "v1", "2023-10-01", "2024-01-09")]).set_index("milestone")
    assert table["outcome"].isna().all()
    assert table["within_p80"].to_dict() == {"live": "no", "open": ""}
    assert coverage(table) == {"within": 0, "beyond": 1, "open": 1}


def test_only_what_the_class_held_that_day_is_used():
    early = [programme("one", 1.2), programme("late", 9.0, known_from="2022-06-01"), programme("weak", 9.0, role="weak")]
    milestones = [plan("live", "v1", "2022-01-01", "2022-04-11"), plan("live", "v2", "2022-07-01", "2022-10-09")]
    table = backtest_of(milestones, early).set_index("plan")
    assert table["programmes"].to_dict() == {"v1": 1, "v2": 2}
    assert table.loc["v1", "forecast_p80"] == date(2022, 5, 1)
    assert table.loc["v2", "forecast_p80"] == date(2022, 7, 1).fromordinal(date(2022, 7, 1).toordinal() + 900)


def test_a_programme_corrected_later_counts_as_it_then_stood():
    programmes = [programme("one", 1.2), programme("one", 2.4, known_from="2022-06-01")]
    milestones = [plan("live", "v1", "2022-01-01", "2022-04-11"), plan("live", "v2", "2022-07-01", "2022-10-09")]
    table = backtest_of(milestones, programmes).set_index("plan")
    assert table["programmes"].tolist() == [1, 1]
    assert table["forecast_p50"].tolist() == [date(2022, 5, 1), date.fromordinal(date(2022, 7, 1).toordinal() + 240)]


def test_plans_of_others_of_the_past_and_of_the_future_are_no_plans():
    milestones = [
        plan("theirs", "v1", "2022-01-01", "2022-04-11", own_programme="no"),
        plan("report", "v1", "2022-04-11", "2022-04-11"),
        plan("later", "v1", "2024-02-01", "2024-09-01"),
    ]
    assert backtest_of(milestones).empty
    assert backtest(tiny()).empty
    assert coverage(backtest(tiny())) == {"within": 0, "beyond": 0, "open": 0}


def test_without_a_class_a_plan_has_no_forecast_and_cannot_be_told():
    row = backtest_of([plan("live", "v1", "2022-01-01", "2022-04-11"), plan("live", "reached", "2022-05-01", "", "2022-05-01")], [programme("one", "")]).iloc[0]
    assert (row["programmes"], row["forecast_p80"], row["within_p80"]) == (0, None, "")
    assert np.isnan(row["share_below"])


def test_every_past_plan_of_the_default_programme_is_shown_once_and_counted():
    table = backtest(fvm.load(ROOT / "data/raw"))
    assert len(table)
    assert not table.duplicated(["milestone", "plan", "planned_on"]).any()
    assert sum(coverage(table).values()) == len(table)
    assert (table["planned_date"] > table["planned_on"]).all()
    told = table[table["within_p80"] == "yes"]
    assert (told["outcome"] <= told["forecast_p80"]).all()


def test_an_earlier_day_knows_no_later_plan_nor_outcome():
    early = backtest(fvm.load(ROOT / "data/raw", "2024-11-15"))
    assert (early["planned_on"] <= date(2024, 11, 15)).all()
    assert (early["outcome"].dropna() <= date(2024, 11, 15)).all()
