"""When the leader is not best: boxes of few conditions, found on some draws and measured on others."""

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.compare import compare
from fvmanalys.analysis.knowledge import Knowledge
from fvmanalys.analysis.scenarios import COLUMNS, boxes, losses, numbers_and_events, scenarios, within
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.turning import SCENARIOS, lost_sentences
from tests.tiny import tiny

FREE, DRAWS = 20, 4096


def cost(option, item, amount, **more):
    return {"option_id": option, "item_id": item, "category": "c", "basis": "once", "is": amount} | more


def planted(**loss):
    """Option a leads, and loses where its risk occurs and its fee is above 70 of 0–100; some numbers matter little."""
    return tiny(
        ("a", "b"),
        risks=[{"option_id": "a", "risk_id": "fails", "name": "Fails", "is": 0.5}],
        contracts=[
            cost("a", "fee", (0, 50, 100, "uniform"), when="fails", **loss),
            cost("b", "price", 70),
            *(cost(option, f"n{i}", (0, 0.05, 0.1, "uniform")) for option in "ab" for i in range(FREE // 2)),
        ],
    )


def knowledge_of(inputs, draws=8192, seed=5):
    return Knowledge(compare(fvm.simulate(inputs, draws, seed)))


def test_a_planted_box_is_found_and_says_when_the_leader_loses():
    table = scenarios(knowledge_of(planted()))
    assert list(table.columns) == COLUMNS and table["box"].eq(1).all()
    fee, event = (table.set_index("id").loc[name] for name in ("contracts/a/fee", "events/a/fails"))
    assert (event["operator"], event["value"]) == (">=", 1) and fee["operator"] == ">=" and fee["value"] == pytest.approx(70, abs=3)
    assert fee["density"] > 0.9 and fee["coverage"] > 0.9 and fee["share"] == pytest.approx(0.15, abs=0.02)
    assert fee["condition"] == f"contracts/a/fee >= {fee['value']:.6g}"


def test_density_and_coverage_hold_on_draws_of_another_seed():
    table, fresh = scenarios(knowledge_of(planted())), knowledge_of(planted(), seed=77)
    columns, lost = numbers_and_events(fresh), losses(fresh)
    held = np.all([columns[row.id] >= row.value if row.operator == ">=" else columns[row.id] <= row.value for row in table.itertuples()], axis=0)
    found = table.iloc[0]
    assert lost[held].mean() == pytest.approx(found["density"], abs=0.03)
    assert lost[held].sum() / lost.sum() == pytest.approx(found["coverage"], abs=0.03)
    assert held.mean() == pytest.approx(found["share"], abs=0.02)


CASES = [("none", 0.0), ("low", 0.1), ("high", 0.1), ("between", 0.1), ("event", 0.05), ("two", 0.0), ("corner", 0.1)]


@pytest.mark.parametrize(("kind", "noise"), CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_boxes_of_many_kinds_are_found_among_numbers_that_do_not_matter(kind, noise, seed):
    rng = np.random.default_rng(seed)
    columns = {f"n{i}": rng.gamma(2, 10, DRAWS) for i in range(60)}
    columns |= {f"e{i}": (rng.random(DRAWS) < 0.3).astype(float) for i in range(5)}
    high, low = (np.quantile(columns[name], share) for name, share in (("n7", 0.7), ("n9", 0.4)))
    where = {
        "none": np.zeros(DRAWS, dtype=bool),
        "low": columns["n9"] < low,
        "high": columns["n7"] > high,
        "between": (columns["n7"] > low) & (columns["n7"] < high),
        "event": columns["e2"] == 0,
        "two": (columns["e1"] == 1) | (columns["n9"] < low / 2),
        "corner": (columns["n7"] > high) & (columns["n9"] < low) & (columns["e1"] == 0),
    }[kind]
    lost = where ^ (rng.random(DRAWS) < noise) if kind != "none" else rng.random(DRAWS) < 0.3
    found = boxes(lost, columns)
    inside = np.any([within(box, columns) for box in found], axis=0) if found else np.zeros(DRAWS, dtype=bool)
    assert all(1 <= len(box) <= 3 for box in found) and len(found) == {"none": 0, "two": 2}.get(kind, 1)
    assert np.mean(inside != where) < 0.02


def test_no_box_is_shown_where_nothing_tells_the_draws_apart_or_there_is_no_choice():
    alike = tiny(("a", "b"), contracts=[cost(option, "x", (0, 5, 10, "uniform")) for option in "ab"] + [cost("b", "y", 0.1)])
    table = scenarios(knowledge_of(alike))
    assert table.groupby("box")["density"].first().gt(0.7).all()  # dear in a and cheap in b: that is all that tells
    assert scenarios(knowledge_of(tiny())).empty and scenarios(knowledge_of(alike, 1)).empty and scenarios(knowledge_of(alike, 3)).empty


def test_the_rival_is_the_best_option_outside_the_leaders_family():
    inputs = tiny(
        {"a": {}, "v": {"variant_of": "a"}, "b": {}},
        contracts=[cost("a", "x", (0, 5, 10, "uniform")), cost("b", "x", 8), cost("v", "less", 0.01)],
    )
    found = knowledge_of(inputs, 4096)
    drawn = found.simulation.draws_of("contracts/a/x")
    assert found.comparison.best == "a" and np.array_equal(losses(found), drawn > 8)


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_a_box_is_told_in_words_with_its_shares(lang):
    edition = Edition(fvm.find(planted(), 8192, 5), lang)
    [told] = lost_sentences(edition)
    assert "Fails" in told or "fails" in told
    assert "contracts/" not in told and "events/" not in told and told.count("%") == 2
    rows = SCENARIOS.told(edition)
    assert len(rows) == 2 and {row[2] for row in rows} == {edition.words("scenario.holds"), edition.words("scenario.at_least")}
