"""The analysis beside the organisation's own report: what differs, and what would make them agree."""

import pytest

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics import beside
from fvmanalys.report.words import LANGUAGES
from tests.tiny import KNOWN, tiny

PRICES = {"a": 100, "b": (120, 160, 200)}


def context(option, **more):
    """The report recommends an option, in full use after some years and at a published total."""
    rows = [
        {"item_id": "recommended", "likely": 1, "unit": "count"},
        {"item_id": "recommended_years", "likely": 4, "unit": "years"},
        {"item_id": "its_cost", "likely": 150, "unit": "MSEK", "categories": "buy"},
    ]
    return [KNOWN | {"name": row["item_id"], "option_id": option} | row | more for row in rows]


def found(option, **tables):
    contracts = [{"option_id": name, "item_id": "p", "category": "buy", "basis": "once", "is": is_} for name, is_ in PRICES.items()]
    timeline = [{"option_id": "*", "event_id": "done", "is": 36}]
    levels = [{"option_id": "*", "area_id": "x", "is": 50}]
    return fvm.find(tiny("ab", contracts=contracts, timeline=timeline, levels=levels, context=context(option), **tables), 256, 1)


def test_its_figures_stand_beside_those_of_the_model():
    table = found("b").own_report.set_index("item_id")
    assert list(table.index) == ["recommended_years", "its_cost"]
    assert table.loc["recommended_years", "found"] == pytest.approx(3)
    assert table.loc["its_cost", "found"] == pytest.approx(160, rel=0.01)  # the mean of PERT 120, 160, 200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_they_differ_it_says_by_how_much_why_and_what_would_make_them_agree(lang):
    edition = Edition(found("b"), lang)
    told = beside.own_report_sentences(edition)
    assert len(told) == 3 and "60" in told[0]
    assert "60" in told[1]
    turned = fvm.compare(edition.findings.simulation).table["net_benefit"]
    assert turned["a"] - turned["b"] == pytest.approx(60, rel=0.01)


def test_a_bundle_that_turns_the_answer_is_put_back_and_does():
    findings = found("b")
    rows = findings.switching_values.set_index("id")
    assert rows.loc["bundle/b/amount/buy", "winner"] == "b"
    assert rows.loc["bundle/b/amount/buy", "switching_value"] == pytest.approx(100 / 160, rel=0.01)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_they_agree_it_says_so(lang):
    assert len(beside.own_report_sentences(Edition(found("a"), lang))) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_said_where_no_report_is_known_or_it_is_not_known_yet(lang):
    silent = fvm.find(tiny("ab"), 64, 1)
    later = fvm.find(tiny("ab", context=context("b", known_from="2025-01-01")), 64, 1)
    for findings in (silent, later):
        assert beside.own_report_sentences(Edition(findings, lang)) == []
        assert findings.own_report.empty
