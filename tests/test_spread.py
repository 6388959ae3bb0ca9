"""What the spread of the lead is owed to: shares by hand, that sum to one, and nothing called chance."""

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.spread import SOURCES, spread
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.information import EVIDENCE, evidence_caption
from tests.test_switching import CLASS
from tests.tiny import tiny


def cost(option, item, amount, **more):
    return {"option_id": option, "item_id": item, "category": "c", "basis": "once", "is": amount} | more


def shares_of(contracts, draws=8192, **more):
    table = spread(fvm.compare(fvm.simulate(tiny(("a", "b"), contracts=[cost("b", "dear", 900), *contracts], **more), draws, 2)))
    assert table.empty or (table["source"].tolist() == list(SOURCES) and table["share"].sum() == pytest.approx(1, abs=1e-12))
    return table.set_index("source")["share"]


def even(half):
    """Of variance half²/3."""
    return (100 - half, 100, 100 + half, "uniform")


def test_numbers_by_their_kind_and_events_beside_them_have_the_shares_of_their_variances():
    found = shares_of(
        [
            cost("a", "fact", even(30), kind="fact", source_id="s"),
            cost("a", "judged", even(60), kind="judgement"),
            cost("b", "assumed", even(90)),
            cost("a", "loss", 50, when="r"),
        ],
        risks=[{"option_id": "a", "risk_id": "r", "name": "r", "is": 0.5}],
    )
    parts = {"event": 625, "experience": 0, "assumption": 2700, "judgement": 1200, "fact": 300}
    for source, variance in parts.items():
        assert found[source] == pytest.approx(variance / sum(parts.values()), abs=0.02), source


def test_what_an_event_and_an_amount_do_only_together_is_divided_between_them():
    """A loss x with P = ½ and x uniform on 0–200: Var(I·x) = ½·E[x²] − ¼·E[x]²."""
    found = shares_of([cost("a", "loss", (0, 100, 200, "uniform"), when="r")], risks=[{"option_id": "a", "risk_id": "r", "name": "r", "is": 0.5}])
    spread_of_x, square = 200**2 / 12, 100**2
    whole = (spread_of_x + square) / 2 - square / 4
    alone = {"event": square / 4, "assumption": spread_of_x / 4}
    together = whole - sum(alone.values())
    for source, part in alone.items():
        assert found[source] == pytest.approx((part + together / 2) / whole, abs=0.02), source


def test_what_comparable_programmes_came_to_is_the_experience_of_others():
    found = shares_of([cost("a", "build", 100, outside_view="yes")], parameters={"outside_view": 0.5}, reference_class=CLASS)
    assert found["experience"] == 1


def test_numbers_that_are_drawn_together_are_of_one_kind_or_assumptions():
    tied = {"moves_with": "f", "strength": 0.6}
    mixed = [cost("a", "one", even(50), kind="fact", source_id="s", **tied), cost("a", "two", even(50), kind="judgement", **tied)]
    assert shares_of(mixed)["assumption"] == 1
    assert shares_of([row | {"kind": "judgement", "source_id": ""} for row in mixed])["judgement"] == 1


@pytest.mark.parametrize("draws", [2, 16, 5000])
def test_the_shares_sum_to_one_for_any_number_of_draws(draws):
    shares_of([cost("a", "x", even(9)), cost("a", "y", 30, when="r")], draws, risks=[{"option_id": "a", "risk_id": "r", "name": "r", "is": 0.4}])


def test_without_a_rival_or_anything_uncertain_there_is_nothing_to_owe():
    assert shares_of([cost("a", "x", 5)]).empty
    assert spread(fvm.compare(fvm.simulate(tiny(), 64, 1))).empty


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_nothing_that_somebody_could_find_out_is_called_chance(lang):
    edition = Edition(fvm.find(tiny(("a", "b"), contracts=[cost("a", "x", even(9)), cost("b", "y", 990)]), 64), lang)
    said = " ".join([*evidence_caption(edition), EVIDENCE(edition), *(edition.words.texts[f"chart.share.{one}"] for one in ("event", "experience", "note"))])
    assert not any(word in said.lower() for word in ("slump", "chance", "interaction")) and np.isclose(edition.findings.spread["share"].sum(), 1)
