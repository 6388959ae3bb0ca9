"""Measures of other traditions: published numbers, and other ways to the same ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.analysis.measures import criticality, equivalent_annual, measure_table, payback, rates_of_return
from fvmanalys.analysis.weights import break_even_weight, ordinal_weights, rank_acceptability
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.model.streams import present_value
from tests.test_against_hand import MILWAUKEE, OFFICES
from tests.tiny import tiny

SWINGS = [100, 80, 70, 30, 20, 10]
VALUES = np.array(list(OFFICES.values()), dtype=float)


# Rates of return. numpy-financial 1.0.0 (docstring of irr) and Excel's help for XIRR, by pyxirr 0.10.8 (years of 365 days).
def test_rates_of_return_are_those_of_numpy_financial_and_excel():
    assert rates_of_return([-100, 39, 59, 55, 20]) == pytest.approx([0.28094842115996066], abs=1e-9)
    days = np.array([0, 60, 303, 411, 456])
    assert rates_of_return([-10000, 2750, 4250, 3250, 2750], days / 365) == pytest.approx([0.3733625335095556], abs=1e-8)


def test_a_pump_that_pays_twice_has_two_rates():
    """Lorie & Savage 1955, Journal of Business 28(4), the oil pump: −1 600, 10 000, −10 000 has 25 % and 400 %."""
    assert rates_of_return([-1600, 10000, -10000]) == pytest.approx([0.25, 4.0], abs=1e-9)
    assert rates_of_return([-1, 2, -2]) == [] and rates_of_return([1, 2]) == []
    with pytest.raises(UsageError, match="give a finite time for each finite flow"):
        rates_of_return([1, -1], [0])


@settings(deadline=None)
@given(st.lists(st.floats(-0.5, 3).map(lambda rate: round(rate, 2)), min_size=1, max_size=3, unique=True))
def test_flows_made_of_their_rates_have_them_all(rates):
    """A polynomial multiplied out of its roots."""
    flows = np.array([1.0])
    for rate in rates:
        flows = np.convolve(flows, [-1.0, 1 + rate])
    assert rates_of_return(flows) == pytest.approx(sorted(rates), abs=1e-6)


def test_an_equivalent_annual_cost_is_a_loan_payment():
    """numpy-financial 1.0.0, docstring of pmt: 200 000 over 15 years at 7.5 % a year, month by month, is 1854.02."""
    assert equivalent_annual(200_000, 0.075 / 12, 15 * 12) == pytest.approx(1854.0247200054619)
    assert equivalent_annual(120, 0.0, 12) == 10


@pytest.mark.parametrize(("flows", "year"), [([-100, 60, 60], 3), ([-100, 150, -80, 40], 4), ([-100, 50], np.inf), ([100, -50], np.nan)])
def test_what_was_laid_out_has_come_back_when_it_is_never_missing_again(flows, year):
    assert payback(flows, range(1, len(flows) + 1)) == pytest.approx(year, nan_ok=True)


def invested():
    """b costs 100 at once and saves 20 a year of what a pays; it gives 10 points more, at 2 a point."""
    contracts = [
        {"option_id": "a", "item_id": "run", "category": "c", "basis": "per_year", "is": 50},
        {"option_id": "b", "item_id": "build", "category": "c", "basis": "once", "is": 100},
        {"option_id": "b", "item_id": "run", "category": "c", "basis": "per_year", "is": 45},
    ]
    levels = [{"option_id": name, "area_id": "x", "is": level} for name, level in (("a", 40), ("b", 50))]
    return tiny(options=("a", "b"), parameters={"value_per_point": 2, "discount_rate": 0.04}, contracts=contracts, levels=levels)


def test_the_measures_of_a_small_investment_by_hand():
    """Ten years: 100 now, and 5 less a year; the ratio is 2·10 over what is not saved, and nothing comes back in money."""
    table = measure_table(fvm.compare(fvm.simulate(invested(), 1)))
    annuity = present_value(1, 0, 10, 0.04)
    assert table.loc["b", "benefit_cost_ratio"] == pytest.approx(20 / (100 - 5 * annuity))
    assert table["equivalent_annual_cost"].tolist() == pytest.approx([50, 45 + 100 / annuity])
    assert table.loc["b", "payback"] == np.inf and np.isnan(table.loc["a", ["benefit_cost_ratio", "payback"]].astype(float)).all()
    cheaper = invested().with_estimate("contracts/b/run", 25)
    saving = measure_table(fvm.compare(fvm.simulate(cheaper, 1))).loc["b"]
    rate = saving["return_rate"]
    assert saving["return_rates"] == 1 and present_value(25, 0, 10, rate) == pytest.approx(100, rel=0.005)
    assert saving["payback"] == pytest.approx(4) and np.isnan(saving["benefit_cost_ratio"])


def test_optimism_bias_is_added_as_far_as_it_is_not_mitigated():
    """HM Treasury's Green Book: the upper bound for equipment and development is 200 % (Mott MacDonald 2002); with 60 % of it mitigated, 80 % is added."""
    row = {"option_id": "a", "item_id": "i", "category": "c", "basis": "once", "is": 50}
    costs = [
        fvm.simulate(tiny(contracts=[row | more]), 1).cost["a"][0]
        for more in ({}, {"optimism_bias": 2}, {"optimism_bias": 2, "bias_mitigated": 0.6}, {"optimism_bias": 2, "bias_mitigated": 1})
    ]
    assert costs == pytest.approx([50, 150, 90, 50])
    for more, told in (({"optimism_bias": 1, "outside_view": "yes"}, "optimism_bias: stands beside"), ({"bias_mitigated": 0.5}, "bias_mitigated: is given without")):
        with pytest.raises(EvidenceError, match=told):
            tiny(contracts=[row | more])


# Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3, unrounded swing weights; turnover is closeness, visibility and image.
def test_the_weight_of_turnover_at_which_offices_a_and_e_are_equal_is_the_books():
    share = break_even_weight(VALUES, SWINGS, [0, 1, 2], 0, 4)
    assert 100 * share == pytest.approx(52.1, abs=0.1)
    ends = [np.average(VALUES[4][part], weights=np.array(SWINGS)[part]) for part in ([3, 4, 5], [0, 1, 2])]
    assert ends == pytest.approx([81.7, 60.4], abs=0.05)
    assert np.isnan(break_even_weight(VALUES, SWINGS, 0, 0, 5))
    with pytest.raises(UsageError, match="but not all"):
        break_even_weight(VALUES, SWINGS, range(6), 0, 4)


def test_one_office_before_another_is_that_of_smaa():
    """R's smaa 0.3-2, ordered weights: E has more than G in 0.4636725 of them, and ranks as the weights module has them."""
    values = VALUES @ ordinal_weights(range(6), 100_000).T
    comparison = fvm.compare(fvm.from_draws(pd.DataFrame(-values.T, columns=list(OFFICES)), np.zeros((100_000, 7))))
    assert comparison.wins.loc["E", "G"] == pytest.approx(0.4636725, abs=0.004)
    assert comparison.wins.loc["G", "E"] == pytest.approx(1 - comparison.wins.loc["E", "G"])
    assert comparison.ranks.to_numpy() == pytest.approx(rank_acceptability(VALUES, ordinal_weights(range(6), 100_000)), abs=1e-9)
    assert comparison.ranks[1].to_dict() == pytest.approx(comparison.table["p_best"].to_dict())


def test_the_critical_path_is_milwaukees():
    """Heizer & Render, the Milwaukee Paper: A-C-E-G-H, the longest in 0.7377 of base R's 2,000,000 draws; E and C lie on no other path through G."""
    rows = [{"option_id": "a", "event_id": name, "is": months, "after": after} for name, (months, after) in MILWAUKEE.items()]
    inputs = tiny(options={"a": {"full_use_event": "H"}}, timeline=rows)
    found = criticality(fvm.simulate(inputs, 50_000)).set_index("event")
    assert list(found.index[found["on_path"]]) == ["A", "C", "E", "G", "H"]
    assert found.loc["E", "share"] == pytest.approx(0.7377, abs=0.008)
    assert found.loc["H", "share"] == 1 and found.loc["G", "share"] + found.loc["F", "share"] == pytest.approx(1)
    assert found.loc["E", "share"] + found.loc["D", "share"] == pytest.approx(found.loc["G", "share"])
    assert (found["share"].sort_index() == criticality(fvm.simulate(inputs, 50_000)).set_index("event")["share"].sort_index()).all()


def test_a_branch_is_critical_only_where_it_is_taken():
    """Full use comes after a or, where the risk strikes, after b; and never in the draws where b never comes."""
    timeline = [
        {"option_id": "a", "event_id": "start", "is": 1},
        {"option_id": "a", "event_id": "short", "after": "start", "is": 2},
        {"option_id": "a", "event_id": "long", "after": "start", "is": 9},
        {"option_id": "a", "event_id": "done", "after": "short", "is": 1, "when": "!slow"},
        {"option_id": "a", "event_id": "done", "after": "long", "is": 1, "when": "slow"},
    ]
    risks = [{"option_id": "a", "risk_id": "slow", "name": "s", "is": 0.25}]
    found = criticality(fvm.simulate(tiny(timeline=timeline, risks=risks), 4096)).set_index("event")["share"]
    assert found.to_dict() == pytest.approx({"start": 1, "short": 0.75, "long": 0.25, "done": 1}, abs=0.001)
