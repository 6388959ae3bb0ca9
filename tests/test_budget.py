"""Budgets in the money of the year, contracts per year and user, and the last day to decide: worked by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from fvmanalys import find, load, simulate
from fvmanalys.analysis.budget import contracts_compared, nominal_budget, nominal_factor, per_user
from fvmanalys.analysis.knowledge import verdict_spans
from fvmanalys.analysis.whatif import adjusted, latest_decisions
from fvmanalys.errors import UsageError
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.people import DEADLINES
from tests.decisions import ASSUMED, library_decision, write_tables

CONTEXT = """item_id,name,likely,unit,kind,source_id,known_from
users,Readers,1000,count,fact,quote,2023-11-01
contract_value,Contract,20,MSEK,fact,quote,2023-11-01
contract_term,Term,10,years,fact,quote,2023-11-01
contract_extension,Extension,10,years,fact,quote,2023-11-01
elsewhere,Another library,30,MSEK,fact,quote,2023-11-01
elsewhere_years,Its length,15,years,fact,quote,2023-11-01"""


@pytest.fixture
def tables():
    tables = library_decision(3) | {"context": CONTEXT}
    tables["parameters"] += f"\ninflation,Inflation,0,0.1,0.2,uniform,share,{ASSUMED}\nprice_year,Price year,,2022,,,year,{ASSUMED}"
    return tables


@pytest.fixture
def inputs(tables, tmp_path):
    return load(write_tables(tmp_path, tables))


def test_nominal_money_follows_inflation_from_the_price_year(inputs):
    assert nominal_factor(inputs, 2022) == 1.0
    assert nominal_factor(inputs, 2024) == pytest.approx(1.21)


def test_nominal_money_follows_the_price_index_as_far_as_it_is_known(tables, tmp_path):
    evidence = "fact,quote,2024-01-01"
    index = f"year,index,kind,source_id,known_from\n2022,100,{evidence}\n2023,150,{evidence}"
    known = load(write_tables(tmp_path, tables | {"price_index": index}))
    assert nominal_factor(known, 2023) == pytest.approx(1.5)
    assert nominal_factor(known, 2025) == pytest.approx(1.5 * 1.21)


def test_the_budget_in_fixed_prices_is_the_yearly_cost(inputs):
    simulation = simulate(inputs, 256)
    budget = nominal_budget(simulation).groupby(["option", "year"])["real"].sum()
    yearly = simulation.yearly_cost().groupby(["option", "year"])["cost"].sum()
    assert np.allclose(budget, yearly)


def test_contracts_are_compared_per_year_and_user(inputs):
    table = contracts_compared(inputs)
    assert list(table["per_year"]) == [2.0, 1.0, 2.0]
    assert list(table["per_user"][:2]) == [2000.0, 1000.0]
    assert np.isnan(table["per_user"][2])


def test_cost_per_user_is_the_undiscounted_total_over_users_and_years(inputs):
    row = per_user(simulate(inputs, 256)).iloc[0]
    assert row["per_user"] == pytest.approx(1e6 * row["total"] / 15 / 1000)


def test_the_last_day_to_decide_leaves_the_time_that_use_takes(tables, tmp_path):
    tables["timeline"] = tables["timeline"].replace("p,open,Open,decided,6,9,18,triangular", "p,open,Open,decided,,12,,fixed")
    found = latest_decisions(simulate(load(write_tables(tmp_path, tables)), 256), [2027])
    row = found[found["option"] == "p"].iloc[0]
    assert abs((row["p50"] - date(2026, 12, 31)).days) <= 1
    assert row["p80"] == row["p50"]


def test_a_day_to_decide_that_has_passed_is_said_to_be_past(inputs):
    findings = find(inputs, draws=256)
    assert "past" in DEADLINES(Edition(findings, "en"))


def test_a_decision_date_moves_every_decision(inputs):
    simulation = simulate(adjusted(inputs, "2025-06-01"), 64)
    assert np.allclose(simulation.events["p", "decided"], 365 / 365.25)


def test_choices_left_empty_change_nothing(inputs):
    assert adjusted(inputs) is inputs


def test_the_team_kept_and_the_value_of_a_point_can_be_chosen(inputs):
    chosen = adjusted(inputs, standing_share=0.4, value_per_point=0.7)
    assert (chosen.parameters["standing_share"], chosen.parameters["value_per_point"]) == (0.4, 0.7)


def test_impossible_choices_are_refused(inputs):
    with pytest.raises(UsageError, match="decision_date 2024-01-01 lies before as_of 2024-06-01; give a later day"):
        adjusted(inputs, "2024-01-01")
    with pytest.raises(UsageError, match="standing_share 2 is no share of the team"):
        adjusted(inputs, standing_share=2)


def test_spans_of_the_verdict_meet_where_the_net_value_is_zero():
    rows = [(10.0, "a", -2.0, True), (20.0, "a", 2.0, False), (30.0, "b", 8.0, False)]
    spans = verdict_spans(pd.DataFrame(rows, columns=["value_per_point", "investigation_id", "net_value", "decide_now"]))
    assert list(spans["investigation_id"]) == ["", "a", "b"]
    assert list(spans["low"]) == [10.0, 15.0, 25.0]
    assert list(spans["high"]) == [15.0, 25.0, 30.0]


def test_what_the_services_bear_counts_whether_paid_at_once_or_over_time(tables, tmp_path):
    head, *rows = tables["contracts"].splitlines()
    rows = [f"{row}," for row in rows]
    rows += [f"p,{item},{item},Training,{basis},open,,,1,2,3,pert,MSEK,{ASSUMED},no" for item, basis in (("step", "once"), ("yearly", "per_year"))]
    rows += [f"p,spread,spread,Training,total,decided,open,level,1,2,3,pert,MSEK,{ASSUMED},no"]
    found = find(load(write_tables(tmp_path, tables | {"contracts": "\n".join([f"{head},programme", *rows])})), 16)
    assert list(found.start_burden["id"]) == ["contracts/p/step", "contracts/p/spread"]
