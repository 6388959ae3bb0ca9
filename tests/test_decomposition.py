"""What tells the leader from the others: parts that sum to the whole, risks by Shapley values, and what the page tells of them."""

from itertools import permutations

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.decomposition import COLUMNS, decomposition, reasons
from fvmanalys.errors import EvidenceError
from tests.decisions import library_decision, write_tables
from tests.test_switching import GATED, put_back, small
from tests.tiny import tiny

DRAWS, SEED = 2100, 3


def compared(inputs, draws=DRAWS):
    return fvm.compare(fvm.simulate(inputs, draws, SEED))


@pytest.fixture(params=["small", "library", "default"])
def comparison(request, tmp_path):
    if request.param == "small":
        return compared(small())
    return compared(fvm.load() if request.param == "default" else fvm.load(write_tables(tmp_path / "library", library_decision(4))))


def test_the_parts_sum_to_the_whole_and_each_row_has_one_name(comparison):
    table, worth = decomposition(comparison), comparison.table["net_benefit"]
    assert list(table.columns) == COLUMNS and ((table[["group", "area", "risk"]] != "").sum(axis=1) == 1).all()
    assert table["option_id"].eq(comparison.best).all() and set(table["other"]) == set(worth.index) - {comparison.best}
    for other, rows in table.groupby("other"):
        assert rows["difference"].sum() == pytest.approx(worth[comparison.best] - worth[other], rel=1e-9)


# By hand, over ten years with nothing discounted: a's start is done after five years, or ten where it slips (50 %). Until then a
# team costs 2 a year where it is needed (50 %). Its need alone costs 5, the slip alone nothing, both 7.5; so by Shapley's values
# the slip costs (0 + 2.5)/2 and the need (5 + 7.5)/2. a gives 60 points in x (three quarters of the weight) and costs 12 to buy;
# b gives 40 in both areas and costs 3 to buy and 1 a year to run.
HAND = {
    "options": ("a", "b"),
    "areas": {"x": {"is": 3}, "y": {"is": 1}},
    "parameters": {"discount_rate": 0, "value_per_point": 2},
    "risks": [{"option_id": "a", "risk_id": name, "name": name, "is": 0.5} for name in ("slips", "needed")],
    "timeline": [
        {"option_id": "a", "event_id": "done", "is": 60, "when": "!slips"},
        {"option_id": "a", "event_id": "done", "is": 120, "when": "slips"},
    ],
    "contracts": [
        {"option_id": "a", "item_id": "team", "category": "team", "basis": "per_year", "to_event": "done", "is": 2, "when": "needed"},
        {"option_id": "a", "item_id": "buy", "category": "buy", "basis": "once", "is": 12},
        {"option_id": "b", "item_id": "buy", "category": "buy", "basis": "once", "is": 3},
        {"option_id": "b", "item_id": "run", "category": "run", "basis": "per_year", "is": 1},
    ],
    "levels": [
        {"option_id": option, "area_id": area, "is": level}
        for option, area, level in (("a", "x", 60), ("a", "y", 20), ("b", "x", 40), ("b", "y", 40))
    ],
}


def test_by_hand():
    table = decomposition(compared(tiny(**HAND), 4096))
    found = dict(zip(table[["group", "area", "risk"]].max(axis=1), table["difference"], strict=True))
    expected = {"x": 2 * 0.75 * 20, "y": 2 * 0.25 * -20, "buy": -9, "run": 10, "team": 0, "slips": -1.25, "needed": -6.25}
    assert found == pytest.approx(expected, abs=0.03)


def test_a_signal_whose_risk_is_off_is_off_and_a_variant_is_told_from_its_base():
    table = decomposition(compared(tiny(**GATED), 16384))
    to_b, to_v = (table[table["other"] == other].set_index("risk")["difference"] for other in ("b", "v"))
    assert to_b["p"] == pytest.approx(-30 * (0.2 * 0.5 + 0.8 * 0.1), abs=0.4) and to_v["p"] == 0
    assert to_b.drop("p").sum() == pytest.approx(10, abs=0.01) and to_v.sum() == pytest.approx(1)


def test_costs_are_shown_by_their_groups_of_which_there_are_at_most_six():
    rows = [{"option_id": name, "item_id": f"i{i}", "category": f"c{i}", "group": f"g{i // 2}", "basis": "once", "is": i} for name in "ab" for i in range(12)]
    rows.append({"option_id": "a", "item_id": "alone", "category": "other", "basis": "once", "is": -7})
    table = decomposition(compared(tiny(options=("a", "b"), contracts=rows), 64)).query("group != ''")
    assert table["group"].tolist() == [*(f"g{i}" for i in range(6)), "other"] and table["difference"].tolist() == [0] * 6 + [7]
    with pytest.raises(EvidenceError, match="'g6' is one group of costs more than 6; use one of g0, g1, g2, g3, g4, g5, or name fewer groups"):
        tiny(options=("a", "b"), contracts=[*rows, rows[0] | {"item_id": "more", "group": "g6"}])


def every_order(inputs, option, risks, worth):
    """What each risk adds, the mean over all orders in which they may be turned on, each state simulated plainly."""
    added = dict.fromkeys(risks, 0.0)
    orders = list(permutations(risks))
    for order in orders:
        for place, risk in enumerate(order):
            added[risk] += (worth(order[: place + 1])[option] - worth(order[:place])[option]) / len(orders)
    return added


def test_what_a_risk_adds_is_the_mean_over_every_order_of_the_risks_of_both_options():
    more = [{"option_id": "*", "risk_id": "storm", "name": "storm", "is": (0.1, 0.3, 0.6)}]
    more += [{"option_id": "b", "risk_id": "slips", "name": "slips", "is": 0.3}]
    costs = [{"option_id": "*", "item_id": "wet", "category": "team", "basis": "per_year", "to_event": "done", "is": (1, 2, 4), "when": "storm"}]
    costs += [{"option_id": "b", "item_id": "again", "category": "buy", "basis": "once", "is": 4, "when": "slips"}]
    rows = {**HAND, "risks": HAND["risks"] + more, "contracts": HAND["contracts"] + costs}
    rows["timeline"] = [*rows["timeline"], {"option_id": "b", "event_id": "done", "is": 24}]
    inputs = tiny(**rows)
    comparison = compared(inputs)
    known = {}

    def worth(on):
        if frozenset(on) not in known:
            changed = inputs
            for risk in set(risks) - set(on):
                changed = put_back(changed, risk, 0)
            simulation = fvm.simulate(changed, DRAWS, SEED)
            known[frozenset(on)] = (2 * simulation.score - simulation.cost).mean()
        return known[frozenset(on)]

    risks = ["risks/a/slips", "risks/a/needed", "risks/*/storm", "risks/b/slips"]
    mine, others = (every_order(inputs, option, risks, worth) for option in ("a", "b"))
    table = decomposition(comparison).query("risk != ''").set_index("risk")["difference"]
    called = {"risks/a/needed": "needed", "risks/*/storm": "storm"}
    expected = {called.get(risk, risk): mine[risk] - others[risk] for risk in risks}
    assert table.to_dict() == pytest.approx(expected, abs=1e-9) and comparison.best == "a"


def test_with_many_risks_the_parts_still_sum_to_the_whole():
    risks = [{"option_id": "a", "risk_id": f"r{i}", "name": "r", "is": 0.2} for i in range(12)]
    costs = [
        {"option_id": "a", "item_id": f"c{i}", "category": "c", "basis": "per_year", "from_event": f"e{i}", "is": 1, "when": f"r{i}"}
        for i in range(12)
    ]
    costs += [{"option_id": "b", "item_id": "c", "category": "c", "basis": "once", "is": 40}]
    events = [{"option_id": "a", "event_id": f"e{i}", "is": 6 * i} for i in range(12)]
    comparison = compared(tiny(options=("a", "b"), risks=risks, contracts=costs, timeline=events), 64)
    table = decomposition(comparison)
    whole = comparison.table["net_benefit"][comparison.best] - comparison.table["net_benefit"].drop(comparison.best).iloc[0]
    assert table["difference"].sum() == pytest.approx(whole, rel=1e-9) and (table["risk"] != "").sum() == 12


def test_the_reasons_of_the_leader_stand_beside_its_nearest_rival_and_the_others_beside_the_leader(comparison):
    found, worth = reasons(comparison, decomposition(comparison)), comparison.table["net_benefit"]
    others = found.drop_duplicates("option").set_index("option")["other"]
    assert others.drop(comparison.best).eq(comparison.best).all() and list(others.index) == list(worth.index)
    assert others[comparison.best] == worth[comparison.rivals].idxmax()
    for option, rows in found.groupby("option"):
        assert rows["difference"].sum() == pytest.approx(worth[option] - worth[others[option]], rel=1e-9)


def test_one_option_alone_has_nothing_to_be_told_from():
    comparison = compared(tiny(), 16)
    assert decomposition(comparison).empty and reasons(comparison, decomposition(comparison)).empty
    assert np.isnan(comparison.lead)
