"""What is worth finding out, of a whole decision: investigations, groups of estimates, and the verdict over the value of a point."""

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis import information
from fvmanalys.analysis.knowledge import Knowledge, natural_groups
from tests.conftest import ROOT
from tests.decisions import ASSUMED, EVIDENCE, library_decision, write_tables
from tests.tiny import tiny

INVESTIGATIONS = f"""investigation_id,name,resolves,variance_reduction,months,low,likely,high,distribution,unit,{EVIDENCE}
survey,Ask readers and other libraries,levels/r/*;levels/s/*/*/open;contracts/[pr]/run,0.8,1,0.05,0.1,0.2,pert,MSEK,{ASSUMED}
quotes,Ask for quotations,contracts/*/build;timeline/[*]/decided,0.5,2,,0.02,,,MSEK,{ASSUMED}
nothing,Ask about what is certain,areas/care,0.9,6,,0.3,,,MSEK,{ASSUMED}"""
DRAWS = 4096


def library(folder, count=4, **tables):
    """Where to keep the books, with three investigations."""
    return fvm.load(write_tables(folder, library_decision(count) | {"investigations": INVESTIGATIONS} | tables))


def knowledge(inputs, draws=DRAWS):
    """What is known of the comparison of some inputs."""
    return Knowledge(fvm.compare(fvm.simulate(inputs, draws)))


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """The library's decision."""
    return knowledge(library(tmp_path_factory.mktemp("books") / "raw"))


@pytest.fixture(scope="module")
def default():
    """The default decision on its own day."""
    return knowledge(fvm.load(ROOT / "data/raw"))


def fixed(name, **tables):
    """Two options; the first is 3 MSEK cheaper, and nothing at all is uncertain."""
    contracts = [{"option_id": option, "item_id": "price", "category": "c", "basis": "once", "is": price} for option, price in (("a", 5), ("b", 8))]
    return tiny(name, timeline=[{"option_id": "*", "event_id": "decided", "is": 6}], contracts=contracts, **tables)


# The same draws


@pytest.mark.parametrize(("asked", "of", "used"), [(1000, 9000, 4096), (4097, 9000, 8192), (8192, 9000, 9000 - 808), (20_000, 9000, 9000), (10, 7, 7)])
def test_the_draws_used_are_the_first_of_the_simulation(tmp_path, asked, of, used):
    found = Knowledge(fvm.compare(fvm.simulate(library(tmp_path), of)), asked)
    assert found.size == used
    for name, column in found.columns.items():
        assert (column == found.simulation.draws_of(name)[:used]).all()


def test_what_is_shown_around_the_decision_is_no_input(books):
    assert not any(name.startswith(("parameters/", "investigations/")) for name in books.columns)
    assert len(books.columns) == (books.simulation.inputs.estimates["distribution"].ne("")).sum() - 3 - 1


# Investigations


def test_patterns_resolve_to_estimates(books):
    assert books.resolved["survey"] == [
        "contracts/p/run",
        "contracts/r/run",
        *(f"levels/{option}/{area}//open" for option in "rs" for area in ("access", "care", "quiet")),
    ]
    assert books.resolved["quotes"] == ["timeline/*/decided", *(f"contracts/{option}/build" for option in "pqrs")]
    assert books.resolved["nothing"] == []


def test_equal_numbers_are_resolved_by_any_of_their_ids():
    tied = {"category": "c", "basis": "once", "is": (1, 2, 4), "moves_with": "price", "strength": 1}
    contracts = [{"option_id": option, "item_id": "part", **tied} for option in "ab"]
    asked = [{"investigation_id": "ask", "name": "Ask", "resolves": "contracts/b/*", "variance_reduction": 1, "months": 1, "is": 1, "unit": "MSEK", "kind": "assumption", "owner": "analysts", "known_from": "2023-01-01"}]
    found = knowledge(tiny("ab", contracts=contracts, investigations=asked), 64)
    assert list(found.columns) == ["contracts/a/part"]
    assert found.resolved["ask"] == ["contracts/a/part"]


@pytest.mark.parametrize("value", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("name", ["survey", "quotes"])
@pytest.mark.parametrize("reduction", [0.3, 1.0])
def test_one_regression_gives_the_evsi_of_a_direct_one_at_any_value_per_point(books, value, name, reduction):
    direct = information.evsi(books.benefit(value), books.stack(books.resolved[name]), reduction)
    shared = books.evsi(name, reduction, value)
    assert abs(shared.value - direct.value) <= max(shared.standard_error, direct.standard_error, 1e-9)
    assert shared.standard_error == pytest.approx(direct.standard_error, rel=1.0, abs=1e-4)


@pytest.mark.parametrize("value", [20, 100, 400])
def test_so_it_does_for_the_default_decision(default, value):
    table = default.simulation.inputs.tables["investigations"]
    resolving = table[table["resolves"] != ""]
    for name, reduction in zip(resolving["investigation_id"], resolving["variance_reduction"], strict=True):
        direct = information.evsi(default.benefit(value), default.stack(default.resolved[name]), reduction)
        shared = default.evsi(name, reduction, value)
        assert abs(shared.value - direct.value) <= 2 * max(shared.standard_error, direct.standard_error, 1e-9), name


def test_evsi_rises_with_the_share_of_variance_removed(books):
    found = [float(books.evsi("survey", share, 0.5)) for share in np.linspace(0, 1, 6)]
    assert found[0] == 0
    assert (np.diff(found) >= -1e-12).all()
    assert found[-1] == pytest.approx(float(information.evppi(books.benefit(0.5), books.stack(books.resolved["survey"]))), rel=0.05, abs=0.02)


def test_the_net_value_is_what_is_left_of_evsi_after_cost_and_waiting(books):
    table = books.investigations.set_index("investigation_id")
    left = table["evsi"] - table["cost"] - table["extra_wait"] * books.monthly_delay()
    assert table["net_value"].to_dict() == pytest.approx(left.to_dict())
    assert table["cost"].to_dict() == pytest.approx({"survey": (0.05 + 4 * 0.1 + 0.2) / 6, "quotes": 0.02, "nothing": 0.3}, rel=1e-3)
    assert table.loc["nothing", "evsi"] == 0
    assert table["net_value"].is_monotonic_decreasing


def test_the_verdict_is_to_decide_now_unless_something_is_worth_more_than_it_costs(books):
    assert books.verdict.decide_now == (not (books.portfolios["net_value"] > 0).any())
    assert books.verdict.investigation == books.portfolios.query("investigations != ''")["investigations"].iloc[0]


def test_the_verdict_at_the_value_used_stands_in_its_range(books):
    table = books.verdict_range
    assert table["value_per_point"].is_monotonic_increasing
    assert (table["value_per_point"].min(), table["value_per_point"].max()) == pytest.approx((0.1, 2))
    used = table[table["value_per_point"] == books.comparison.value_per_point].iloc[0]
    assert used["net_value"] == pytest.approx(books.verdict.net_value)
    assert used["cost_of_delay"] == pytest.approx(books.monthly_delay())
    assert used["evpi"] == pytest.approx(float(books.everything))
    assert (table["decide_now"] == (table["net_value"] <= 0)).all()


def test_the_best_thing_to_find_out_is_told_when_it_pays(tmp_path):
    free = INVESTIGATIONS.replace("0.8,1,0.05,0.1,0.2,pert", "1,0,,0,,")
    found = knowledge(library(tmp_path, investigations=free))
    assert not found.verdict.decide_now
    assert "survey" in found.verdict.investigation
    row = found.investigations.set_index("investigation_id").loc["survey"]
    assert (row["net_value"], row["extra_wait"]) == (pytest.approx(float(found.evsi("survey", 1.0, 0.5))), 0)
    assert found.verdict.net_value >= row["net_value"]


# Estimates and groups


def test_every_uncertain_number_has_a_value_between_nothing_and_everything(default):
    table = default.estimates
    tied = {name for names in default.tied_to.values() for name in names}
    factors = {f"factors/{name}" for name in default.tied_to}
    events = {name.replace("risks/", "events/") for name in default.occurrences}
    assert set(table["id"]) == set(default.columns) - tied | factors | events
    assert (table["evppi"] >= 0).all()
    assert (table["evppi"] <= float(default.everything) + table["standard_error"]).all()
    assert table["evppi"].is_monotonic_decreasing
    assert (table["clear"] == (table["evppi"] > 2 * table["standard_error"])).all()
    assert (default.gaps["kind"] == "assumption").all()


def test_groups_are_areas_tables_common_factors_and_assumptions(books):
    found = natural_groups(books.simulation, list(books.columns))
    assert {key for key in found if key[0] != "table"} == {("kind", "assumption"), *(("area", area) for area in ("access", "care", "quiet"))}
    assert {name for kind, name in found if kind == "table"} == {"areas", "timeline", "contracts", "levels"}
    assert found["area", "quiet"] == ["areas/quiet", "levels/*/quiet//", *(f"levels/{option}/quiet//open" for option in "pqrs")]


def test_a_group_is_worth_no_more_than_everything_and_no_less_than_its_parts(books):
    table = books.groups
    assert (table["evppi"].between(0, float(books.everything) + table["standard_error"])).all()
    single = books.estimates.set_index("id")
    for row in table.to_dict("records"):
        ids = natural_groups(books.simulation, list(books.columns))[row["group_kind"], row["group"]]
        most = single.loc[ids, "evppi"].idxmax()
        assert row["evppi"] >= single.loc[most, "evppi"] - 2 * np.hypot(row["standard_error"], single.loc[most, "standard_error"])


def test_three_numbers_with_one_factor_are_one_row_and_what_has_nothing_of_its_own_has_no_own_part():
    costs = [("a", "whole", 1.0), ("b", "mostly", 0.8), ("a", "against", -0.6)]
    rows = [{"option_id": option, "item_id": item, "category": "c", "basis": "once", "is": (0, 10, 20), "moves_with": "wages", "strength": strength} for option, item, strength in costs]
    rows += [{"option_id": "b", "item_id": "price", "category": "c", "basis": "once", "is": 10}]
    found = Knowledge(fvm.compare(fvm.simulate(tiny("ab", contracts=rows), 4096)))
    assert found.estimates["id"].tolist() == ["factors/wages"]
    own = found.own_parts.set_index("id")
    assert set(own["factor"]) == {"wages"} and set(own.index) == {f"contracts/{option}/{item}" for option, item, _ in costs}
    assert own.at["contracts/a/whole", "evppi"] == 0 and (own.drop("contracts/a/whole")["evppi"] > 0).all()


def test_the_tornado_has_every_number_in_use(books):
    assert set(books.tornado["id"]) <= set(books.columns)


# Where something is missing


def test_without_investigations_there_is_no_verdict_but_everything_else(tmp_path):
    found = knowledge(fvm.load(write_tables(tmp_path, library_decision(4))), 512)
    assert found.verdict is None
    assert found.investigations.empty
    assert found.verdict_range.empty
    assert len(found.delays)
    assert len(found.estimates) == len(found.columns)


def test_with_one_option_to_choose_nothing_is_worth_finding_out(tmp_path):
    options = library_decision(4)["options"].replace(",yes,no,open,", ",no,no,open,")
    found = knowledge(library(tmp_path, options=options), 512)
    assert found.simulation.inputs.options(permanent_only=True) == ["p"]
    assert (found.everything.value, found.estimates["evppi"].max(), found.groups["evppi"].max()) == (0, 0, 0)
    assert found.verdict.decide_now
    assert found.verdict_range["decide_now"].all()
    assert found.tornado.empty


def test_where_nothing_is_uncertain_nothing_is_worth_finding_out():
    found = knowledge(fixed("ab"), 64)
    assert found.columns == {}
    assert found.everything.value == 0
    assert found.estimates.empty
    assert found.groups.empty
    assert found.tornado.empty


def test_equal_options_and_one_draw_hold():
    contracts = [{"option_id": option, "item_id": "price", "category": "c", "basis": "once", "is": (1, 2, 3), "moves_with": "f"} for option in "ab"]
    same = knowledge(tiny("ab", contracts=contracts), 256)
    assert (same.everything.value, same.estimates["evppi"].max()) == (0, 0)
    one = knowledge(tiny("ab", contracts=[contracts[0], {**contracts[1], "is": 2, "moves_with": ""}]), 1)
    assert one.everything.value == 0
    assert one.estimates["evppi"].tolist() == [0]
    assert np.isinf(one.estimates["standard_error"]).all()


def test_one_draw_of_a_whole_decision_holds(tmp_path):
    found = knowledge(library(tmp_path), 1)
    assert set(found.verdict.table["evsi"]) == {0}
    assert np.isfinite(found.verdict_range["net_value"]).all()


def test_after_the_decision_there_is_nothing_to_wait_for(tmp_path):
    timeline = library_decision(4)["timeline"].replace("*,decided,Decision,,3,6,12,pert,months", "*,decided,Decision,,,,,,").splitlines()
    timeline = "\n".join([timeline[0] + ",date", timeline[1] + ",2024-05-01", *(line + "," for line in timeline[2:])])
    found = knowledge(library(tmp_path, timeline=timeline), 64)
    assert found.delays.empty
    assert np.isnan(found.monthly_delay())
    assert found.verdict is None
    assert found.verdict_range.empty


def test_without_a_range_of_the_value_of_a_point_the_verdict_has_one():
    asked = [{"investigation_id": "ask", "name": "Ask", "resolves": "contracts/*", "variance_reduction": 1, "months": 1, "is": 1, "unit": "MSEK", "kind": "assumption", "owner": "analysts", "known_from": "2023-01-01"}]
    found = knowledge(fixed("ab", investigations=asked), 16)
    assert found.verdict_range["value_per_point"].tolist() == pd.Index(found.verdict_range["value_per_point"]).unique().tolist()
    assert found.verdict_range["decide_now"].all()
