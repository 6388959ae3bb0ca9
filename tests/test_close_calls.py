"""What cannot be told apart is said to be even: verdicts, numbers worth knowing, areas; and what full use and deadlines count."""

from types import SimpleNamespace

import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.explain import full_use_after
from fvmanalys.analysis.knowledge import tied, verdict_spans
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.answer import area_answer, full_use_sentences
from fvmanalys.report.topics.information import span_name
from fvmanalys.report.words import Words
from tests.tiny import tiny

WORDS = Words("en")


def spans(*rows):
    """The spans of verdicts given as (value, net value, decide now, clear)."""
    table = pd.DataFrame(rows, columns=["value_per_point", "net_value", "decide_now", "clear"])
    return verdict_spans(table.assign(investigation_id="look"))


def test_values_within_the_error_are_one_even_span_whichever_way_they_lean():
    found = spans((1, -5, True, True), (2, -1, True, False), (3, 1, False, False), (4, 6, False, True))
    assert found["investigation_id"].tolist() == ["", "look", "look"]
    assert found["clear"].tolist() == [True, False, True]
    assert found[["low", "high"]].to_numpy().tolist() == [[1, 1.5], [1.5, 3.5], [3.5, 4]]


def test_an_even_span_is_named_as_even():
    findings = SimpleNamespace(inputs=SimpleNamespace(own={}, tables={"investigations": pd.DataFrame([{"investigation_id": "look", "name": "A look"}])}))
    names = [span_name(Edition(findings, "en"), row) for row in spans((1, -5, True, True), (2, -1, True, False), (4, 6, False, True)).to_dict("records")]
    assert names == ["Decide as planned", "Too close to call: decide as planned or investigate first (A look)", "Investigate first: A look"]


def test_clear_verdicts_change_places_where_the_net_value_is_zero():
    assert spans((1, -1, True, True), (3, 1, False, True))["high"].tolist() == [2, 3]


@pytest.mark.parametrize(("second", "error", "count"), [(9, 1, 2), (5, 1, 1), (5, 3, 2)])
def test_numbers_tie_where_the_error_of_their_difference_is_as_large(second, error, count):
    table = pd.DataFrame({"evppi": [10.0, second, 0.1], "standard_error": [error, error, 1.0], "clear": [True, True, False]})
    assert tied(table) == count


def test_never_and_always_are_said_in_words():
    assert [WORDS.outcomes(share) for share in (0.0, 1.0, 0.25)] == ["in no outcome", "in every outcome", "in 25% of the outcomes"]
    assert WORDS.outcomes(0.001) != WORDS.outcomes(0.0)


def failing(**events):
    """An option whose full use comes in 12 months, or in 60 by another system where a risk holds."""
    timeline = [
        {"option_id": "a", "event_id": "done", "when": "!fails", "is": 12},
        {"option_id": "a", "event_id": "done", "when": "fails", "is": 60},
        *({"option_id": "a", "event_id": name, "when": "fails", "after": "done", "name": text, "is": 0} for name, text in events.items()),
        {"option_id": "b", "event_id": "done", "is": 12},
    ]
    risks = [{"option_id": "a", "risk_id": "fails", "name": "It fails", "is": 0.25}]
    return fvm.find(tiny("ab", timeline=timeline, risks=risks), 4096)


def test_full_use_that_comes_after_a_failure_is_counted_and_named():
    table = full_use_after(failing(replaced="Another system in use").simulation)
    assert table[["option", "risk", "event"]].to_numpy().tolist() == [["a", "It fails", "Another system in use"]]
    assert table["share"].iloc[0] == pytest.approx(0.25, abs=1e-3)
    assert full_use_sentences(Edition(failing(replaced="Another system in use"), WORDS.lang))[0].endswith("a, 25% of all outcomes: another system in use (it fails).")
    assert full_use_sentences(Edition(failing(), WORDS.lang))[0].endswith("a, 25% of all outcomes (it fails).")


def test_full_use_without_conditions_needs_no_note():
    assert full_use_sentences(Edition(fvm.find(tiny("ab"), 64), WORDS.lang)) == []


@pytest.mark.parametrize(("second", "says"), [((40, 50, 60), "gives as much within the error"), ((10, 20, 30), "Next comes b with 20")])
def test_an_area_in_which_two_options_are_even_says_so(second, says):
    levels = [{"option_id": option, "area_id": "x", "is": level} for option, level in (("a", (40, 50, 60)), ("b", second))]
    text = area_answer(Edition(fvm.find(tiny("ab", levels=levels), 512), WORDS.lang), "x")[1]
    assert says in text
