"""Events, costs and levels together: a whole small decision against a plain program that follows the definitions draw by draw."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

import fvmanalys as fvm
from fvmanalys.model import passes
from tests.decisions import ASSUMED, library_decision, write_tables
from tests.tiny import tiny

DRAWS = 60


def event(option, name, months=None, after="", **more):
    return {"option_id": option, "event_id": name, "is": months, "after": after} | more


def cost(option, item, amount, basis="per_year", start="", end="", **more):
    return {"option_id": option, "item_id": item, "category": item, "basis": basis, "from_event": start, "to_event": end, "is": amount} | more


def level(option, area, value, start="", **more):
    return {"option_id": option, "area_id": area, "from_event": start, "is": value} | more


TABLES = {
    "timeline": [
        event("*", "decided", (3, 6, 12)),
        event("a", "open", (6, 12, 40), "decided", when="!fails"),
        event("a", "open", (24, 36, 60), "decided", when="fails"),
        event("b", "restarted", None, "decided"),
        event("b", "open", (1, 3, 9), "restarted"),
        event("*", "law", date="2026-07-01"),
        event("*", "before", date="2023-07-01"),
    ],
    "contracts": [
        cost("a", "build", (10, 20, 50), "total", "decided", "open", profile="ramp_up", real_growth=0.01, price_year=2022),
        cost("a", "run", (1, 2, 4), start="open", real_growth=0.02),
        cost("b", "build", (5, 8, 30), "total", "before", "open", profile="ramp_down"),
        cost("b", "exit", (1, 5, 9), "once", "law"),
        cost("*", "old", (2, 3, 5), end="open", payer="state"),
        cost("a", "fine", (1, 2, 3), "once", "law", when="fails"),
    ],
    "staffing": [
        {"option_id": "b", "role_id": "nurse", "phase": "pause", "to_event": "restarted", "is": (5, 8, 12)},
        {"option_id": "b", "role_id": "nurse", "phase": "restart", "from_event": "decided", "to_event": "restarted", "is": (2, 4, 5)},
    ],
    "staff_costs": [{"role_id": "nurse", "name": "N", "price_year": 2022, "is": (0.5, 0.7, 1.2), "moves_with": "wages", "strength": 0.6}],
    "levels": [
        *(level("*", area, (20, 30, 45)) for area in "xy"),
        *(level("*", area, (0, 10, 20), "law") for area in "xy"),
        level("a", "x", (60, 80, 120), "open", distribution="normal"),
        level("a", "y", (40, 50, 60), "open"),
        level("b", "x", (50, 60, 70), "open"),
        level("b", "y", (10, 40, 90), "restarted"),
    ],
    "risks": [{"option_id": "a", "risk_id": "fails", "name": "F", "is": 0.3}],
    "readiness": [{"option_id": "*", "standing_share": share, "is": months} for share, months in ((0, (6, 9, 14)), (1, (1, 2, 3)))],
    "price_index": [{"year": 2022, "index": 90}, {"year": 2023, "index": 99}],
}
PARAMETERS = {"discount_rate": 0.035, "horizon_years": 12, "price_year": 2023, "standing_share": 0.4, "value_per_point": 2}


@pytest.fixture(scope="module")
def simulation():
    return fvm.simulate(tiny(options=("a", "b"), areas={"x": {"is": (10, 40, 60)}, "y": {"is": 20}}, parameters=PARAMETERS, **TABLES), DRAWS, seed=7)


def plain_events(drawn, i, option, fails):
    """The times of one option in one draw."""
    decided = drawn("timeline/*/decided")[i] / 12
    times = {"decided": decided, "law": (pd.Timestamp("2026-07-01") - pd.Timestamp("2024-01-01")).days / 365.25, "before": -184 / 365.25}
    if option == "a":
        half = "fails" if fails else "!fails"
        times["open"] = decided + drawn(f"timeline/a/open/{half}")[i] / 12
    else:
        times["restarted"] = decided + (0.6 * drawn("readiness/*/0")[i] + 0.4 * drawn("readiness/*/1")[i]) / 12
        times["open"] = times["restarted"] + drawn("timeline/b/open")[i] / 12
    return times


def discounted(rate_of, start, end, growth=0.0):
    """∫ rate·((1+g)/(1+r))^t dt over what lies between now and the horizon."""
    first, last = max(start, 0.0), min(end, 12.0)
    return quad(lambda t: rate_of(t) * ((1 + growth) / 1.035) ** t, first, last, epsrel=1e-11)[0] if last > first else 0.0


def plain_cost(drawn, i, option, times, fails):
    """The present value of one option in one draw."""
    opened, law = times["open"], times["law"]
    total = discounted(lambda t: drawn("contracts/*/old")[i], 0, opened)
    if option == "a":
        decided, build = times["decided"], drawn("contracts/a/build")[i] * 99 / 90
        full = build / ((opened - decided) / 2)
        total += discounted(lambda t: full * (t - decided) / (opened - decided), decided, opened, 0.01)
        total += discounted(lambda t: drawn("contracts/a/run")[i], opened, 12, 0.02)
        return total + (drawn("contracts/a/fine")[i] * 1.035**-law if fails else 0)
    before, restarted = times["before"], times["restarted"]
    full = drawn("contracts/b/build")[i] / ((opened - before) / 2)
    total += discounted(lambda t: full * (opened - t) / (opened - before), before, opened)
    total += drawn("contracts/b/exit")[i] * 1.035**-law
    wage = drawn("staff_costs/nurse")[i] * 99 / 90
    total += discounted(lambda t: 0.4 * drawn("staffing/b/nurse/pause")[i] * wage, 0, restarted)
    return total + discounted(lambda t: 0.6 * drawn("staffing/b/nurse/restart")[i] * wage, times["decided"], restarted)


def plain_area_score(drawn, i, option, area, times):
    """The discounted average level of one area in one draw; shared rows are silent once an own one has come."""
    own = {("a", "x"): "open", ("a", "y"): "open", ("b", "x"): "open", ("b", "y"): "restarted"}[option, area]
    changes = [(0.0, drawn(f"levels/*/{area}//")[i]), (times[own], drawn(f"levels/{option}/{area}//{own}")[i])]
    if times["law"] < times[own]:
        changes.append((times["law"], drawn(f"levels/*/{area}//law")[i]))
    changes = sorted((max(start, 0), min(max(value, 0), 100)) for start, value in changes)
    ends = [*(start for start, _ in changes[1:]), 12.0]
    parts = [discounted(lambda t, value=value: value, start, end) for (start, value), end in zip(changes, ends, strict=True)]
    return sum(parts) / discounted(lambda t: 1.0, 0, 12)


def test_cost_score_and_events_are_those_of_a_plain_program(simulation):
    columns = {}

    def drawn(name):
        return columns.setdefault(name, simulation.draws_of(name))

    fails = failures(simulation)
    assert 0 < sum(fails) < DRAWS
    for i in range(DRAWS):
        weight = drawn("areas/x")[i] / (drawn("areas/x")[i] + 20)
        for option in "ab":
            times = plain_events(drawn, i, option, fails[i])
            found = simulation.events[option].iloc[i]
            assert {name: pytest.approx(found[name]) for name in times} == times
            assert simulation.cost[option].iloc[i] == pytest.approx(plain_cost(drawn, i, option, times, fails[i]), rel=1e-8)
            scores = {area: plain_area_score(drawn, i, option, area, times) for area in "xy"}
            assert simulation.area_scores[option].iloc[i].to_dict() == pytest.approx(scores, rel=1e-8)
            assert simulation.score[option].iloc[i] == pytest.approx(weight * scores["x"] + (1 - weight) * scores["y"], rel=1e-8)


def failures(simulation):
    """In which draws the risk occurs, read from what it does: the failed opening takes its own months."""
    gap = (simulation.events["a", "open"] - simulation.events["a", "decided"]) * 12
    return np.isclose(gap, simulation.draws_of("timeline/a/open/fails")).tolist()


def test_a_risk_occurs_in_its_share_of_the_draws(simulation):
    assert sum(failures(simulation)) == pytest.approx(0.3 * DRAWS, abs=1)


def test_net_benefit_is_worth_less_cost_beside_the_reference(simulation):
    found = simulation.net_benefit(3.0)
    expected = 3 * (simulation.score["b"] - simulation.score["a"]) - (simulation.cost["b"] - simulation.cost["a"])
    assert found["b"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (found["a"] == 0).all()
    assert (simulation.net_benefit() == simulation.net_benefit(2)).all(axis=None)


def test_results_have_a_row_a_draw_and_ids_for_columns(simulation):
    assert simulation.cost.shape == simulation.score.shape == (DRAWS, 2)
    assert list(simulation.cost.columns) == ["a", "b"]
    assert simulation.area_scores.columns.names == ["option", "area"]
    assert simulation.events.columns.names == ["option", "event"]
    assert list(simulation.yearly_cost().columns) == ["option", "category", "year", "cost", "present_value"]


def test_outcomes_kept_in_a_file_are_those_kept_in_memory(simulation, monkeypatch):
    monkeypatch.setattr(passes, "IN_MEMORY", 0)
    filed = fvm.simulate(simulation.inputs, simulation.draws, simulation.seed, workers=2, chunk_blocks=1)
    for part in ("cost", "programme_cost", "score"):
        pd.testing.assert_frame_equal(getattr(filed, part), getattr(simulation, part), check_exact=True)


def test_the_payer_of_a_row_changes_who_pays_and_not_the_cost(simulation):
    yearly = simulation.yearly_streams
    assert set(yearly.loc[yearly["category"] == "old", "payer"]) == {"state"}
    assert yearly.groupby("option")["present_value"].sum().to_dict() == pytest.approx(simulation.cost.mean().to_dict())


# A change touches what it concerns


def library(folder, options, **changes):
    tables = library_decision(options)
    for table, line in changes.items():
        tables[table] += "\n" + line
    return fvm.load(write_tables(folder, tables))


def test_adding_an_option_changes_no_draw_of_the_others(tmp_path):
    few, many = (fvm.simulate(library(tmp_path / str(options), options), 5000) for options in (3, 7))
    for part in ("cost", "score", "programme_cost"):
        assert (getattr(few, part) == getattr(many, part)[list("pqr")]).all(axis=None)
    assert (few.events == many.events[list("pqr")]).all(axis=None)


def test_adding_a_row_changes_only_its_option(tmp_path):
    before = fvm.simulate(library(tmp_path / "before", 3), 5000)
    after = fvm.simulate(library(tmp_path / "after", 3, contracts=f"q,cat,A cat,Running,per_year,open,,level,0.01,0.02,0.05,pert,MSEK,{ASSUMED}"), 5000)
    assert (before.cost[["p", "r"]] == after.cost[["p", "r"]]).all(axis=None)
    assert (before.cost["q"] < after.cost["q"]).all()
    assert (before.score == after.score).all(axis=None)


def test_the_order_of_rows_changes_nothing_that_counts(tmp_path):
    tables = library_decision(3)
    before = fvm.simulate(fvm.load(write_tables(tmp_path / "before", tables)), 500)
    for name in ("contracts", "timeline", "areas", "parameters"):
        head, *rows = tables[name].split("\n")
        tables[name] = "\n".join([head, *reversed(rows)])
    after = fvm.simulate(fvm.load(write_tables(tmp_path / "after", tables)), 500)
    assert after.cost.to_numpy() == pytest.approx(before.cost.to_numpy(), rel=1e-12)
    assert after.score.to_numpy() == pytest.approx(before.score.to_numpy(), rel=1e-12)


def test_seven_options_and_three_areas_need_no_code(tmp_path):
    simulation = fvm.simulate(library(tmp_path, 7), 2000)
    comparison = fvm.compare(simulation)
    assert list(comparison.table.index) == list("pqrstuv")
    assert comparison.table["p_best"].sum() == pytest.approx(1)
    assert math.isnan(comparison.table.loc["q", "p_best"])  # may not be the lasting answer
    assert list(simulation.area_scores["p"].columns) == ["access", "care", "quiet"]
    assert simulation.yearly_cost().groupby("option")["present_value"].sum().to_dict() == pytest.approx(simulation.cost.mean().to_dict())
