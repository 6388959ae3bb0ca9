"""What must hold: minimum levels that decide who competes, and limits on what a year may cost."""

import pickle

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics import money
from fvmanalys.report.topics.answer import answer
from tests.tiny import tiny

DRAWS = 4096
LOW = {"low": 20, "likely": 30, "high": 40, "distribution": "uniform"}


def level(option, area, **cells):
    return {"option_id": option, "area_id": area, "unit": "level"} | cells


def decision(minimum=None, risk=None, **more):
    """Three ways: b is best on average and often ends below 35 in y; c is dearer and safe."""
    levels = [
        level("*", "x", likely=30),
        level("*", "y", **LOW),
        level("b", "x", likely=90),
        level("b", "y", low=30, likely=50, high=70, distribution="uniform"),
        level("c", "x", likely=60),
        level("c", "y", likely=60),
    ]
    return tiny("abc", {"x": {}, "y": {} if minimum is None else {"minimum": minimum}}, {} if risk is None else {"minimum_risk": risk}, levels=levels, **more)


def test_an_option_that_ends_below_a_minimum_too_often_does_not_compete_and_stays_visible():
    found = fvm.find(decision(40), DRAWS)
    table = found.comparison.table
    assert fvm.find(decision(), DRAWS).comparison.best == "b"
    assert (found.comparison.best, table["permanent"].to_dict()) == ("c", {"a": False, "b": False, "c": True})
    short = found.comparison.shortfalls.set_index("option")
    assert short["area"].to_dict() == {"a": "y", "b": "y"}
    assert short.at["b", "p_below_minimum"] == pytest.approx(0.25, abs=0.01)
    assert np.isnan(table.at["b", "p_best"]) and np.isfinite(table.at["b", "net_benefit"])
    assert found.inputs.options(permanent_only=True) == ["c"]
    assert found.inputs.reference == "a"
    assert pickle.loads(pickle.dumps(found.inputs)).options(permanent_only=True) == ["c"]


def test_how_sure_is_a_range_over_the_risk_that_is_accepted_too():
    """At 0.1 only c competes, at 0.3 b as well: it ends below in a quarter of the draws."""
    narrow, wide = (fvm.find(decision(40, risk), DRAWS).chances.set_index("option_id") for risk in (0.1, (0.05, 0.1, 0.3, "uniform")))
    assert narrow.loc["c", ["low", "high"]].tolist() == [1, 1]
    assert wide.loc["c", "p_best"] == 1 and wide.loc["c", "low"] < 0.6 and wide.loc["c", "high"] == 1
    assert wide.loc["b", ["p_best", "low"]].tolist() == [0, 0] and wide.loc["b", "high"] > 0.4


@pytest.mark.parametrize(("risk", "best"), [(0.2, "c"), (0.3, "b")])
def test_how_often_is_too_often_is_a_parameter(risk, best):
    assert fvm.find(decision(40, risk), DRAWS).comparison.best == best


def test_where_none_is_acceptable_all_compete_and_it_is_said():
    found = fvm.find(decision(75), DRAWS).comparison
    assert (found.none_acceptable, found.best) == (True, "b")
    assert not fvm.find(decision(40), DRAWS).comparison.none_acceptable
    assert not fvm.find(decision(), DRAWS).comparison.none_acceptable


def test_changed_inputs_are_judged_anew():
    found = fvm.find(decision(40), DRAWS)
    better = found.inputs.with_estimate("levels/b/y//", value=55)
    assert fvm.find(better, DRAWS).comparison.best == "b"


def test_how_often_an_option_ends_below_today_is_always_told():
    inputs = decision()
    areas, simulation = fvm.find(inputs, DRAWS).comparison.areas, fvm.simulate(inputs, DRAWS)
    today = simulation.draws_of("levels/*/y//")
    assert areas.at[("b", "y"), "p_below_today"] == (simulation.draws_of("levels/b/y//") < today).mean()
    assert areas["p_below_today"].loc[[("b", "x"), ("c", "y"), ("a", "y")]].tolist() == [0, 0, 0]


def test_what_goes_beyond_a_yearly_limit_is_counted_as_a_plain_loop_does():
    contracts = [
        {"option_id": "*", "item_id": "none", "category": "none", "basis": "once", "is": 0},
        {"option_id": "b", "item_id": "run", "category": "Running", "basis": "per_year", "is": (1, 2, 4)},
        {"option_id": "b", "item_id": "help", "category": "Help", "group": "People", "payer": "state", "basis": "per_year", "is": 5},
    ]
    limits = [
        {"limit_id": "run", "name": "Run", "category": "Running", "year_from": 2025, "year_to": 2027, "is": 2.2},
        {"limit_id": "all", "name": "All", "payer": "*", "is": (6, 7, 8)},
        {"limit_id": "people", "name": "People", "category": "People", "payer": "state", "is": 4.9, "year_to": 2024},
    ]
    found = fvm.find(decision(contracts=contracts, limits=limits), DRAWS)
    table = found.limits_exceeded.set_index(["limit_id", "option", "year"])["p_exceeded"]
    rate, limit = found.simulation.draws_of("contracts/b/run"), found.simulation.draws_of("limits/all")
    for year in (2025, 2026, 2027):
        days = (366 if year % 4 == 0 else 365) / 365.25
        factor = 1.02 ** (year - 2024)
        assert table["run", "b", year] == pytest.approx((rate * days * factor > 2.2).mean(), abs=1e-12)
        assert table["all", "b", year] == pytest.approx(((rate + 5) * days * factor > limit).mean(), abs=1e-12)
    assert set(table.loc["run"].index.get_level_values("year")) == {2025, 2026, 2027}
    assert table["people", "b", 2024] == 1.0
    assert (table.xs("a", level="option") == 0).all()
    assert fvm.find(decision(), 64).limits_exceeded.empty


def test_what_must_hold_and_does_not_is_told_first_or_beside_the_answer():
    late = {"option_id": "*", "event_id": "done", "is": 24, "deadline": "2024-06-30", "name": "Done"}
    sentences = answer(Edition(fvm.find(decision(40, timeline=[late]), DRAWS), "en"))
    assert sum("is not acceptable and does not compete: it ends below the minimum level of y" in one for one in sentences) == 2
    assert any("No option meets the deadline 2024-06-30 (Done)" in one for one in sentences[:5])
    assert answer(Edition(fvm.find(decision(75), DRAWS), "en"))[0].startswith("No option is acceptable: each ends below")
    assert not any("acceptable" in one for one in answer(Edition(fvm.find(decision(), DRAWS), "en")))


def test_limits_that_may_be_exceeded_are_shown_by_name():
    limits = [{"limit_id": "all", "name": "Grant", "is": 1}, {"limit_id": "wide", "name": "Wide", "is": 1e6}]
    contracts = [{"option_id": "*", "item_id": "run", "category": "Running", "basis": "per_year", "is": 3}]
    shown = str(money.LIMITS(Edition(fvm.find(decision(contracts=contracts, limits=limits), 64), "en")))
    assert "Grant" in shown and "Wide" not in shown


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_how_often_a_limit_is_exceeded_is_shown_with_the_worst_case_first_said(lang):
    costs = [{"option_id": option, "item_id": "run", "category": "run", "basis": "per_year", "is": amount} for option, amount in (("a", 5), ("b", (5, 10, 15, "uniform")))]
    limits = [{"limit_id": "most", "name": "What a year may cost", "category": "*", "payer": "*", "is": 12}]
    edition = Edition(fvm.find(tiny("ab", contracts=costs, limits=limits), 512), lang)
    shown, worst = money.limits_shown(edition), edition.findings.limits_exceeded["p_exceeded"].max()
    assert len(shown) == 2 and worst > 0.4
    assert all(part in shown[0] for part in ("What a year may cost", " b ", "2033", edition.words.share(worst))), "dearest in the money of the last year"
    assert money.limits_shown(Edition(fvm.find(tiny("ab", contracts=costs), 16), lang)) == []
