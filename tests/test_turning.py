"""What the first page says the answer hangs on: its conditions, how sure it is, and whether it is settled."""

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.answer import answer, what_changes
from fvmanalys.report.topics.turning import condition_sentences, is_open, nearest, risk_sentences, variant_sentences
from tests.test_switching import CLASS, GATED, HAND, small
from tests.tiny import tiny

DRAWS = 600


def found_in(inputs, draws=DRAWS):
    return fvm.find(inputs, draws, 3)


def test_the_closest_condition_comes_first_and_at_most_three_are_told():
    findings = found_in(small())
    table = findings.turning
    assert table["probability_beyond"].is_monotonic_decreasing and table["switching_value"].notna().all()
    told = condition_sentences(Edition(findings, "en"))
    assert len(told) == 1 and 1 <= told[0].count("we reckon with") <= 3
    names = Edition(findings, "en").levers
    shown = nearest(findings)
    assert set(shown["id"]) <= set(table["id"]) and shown["id"].iloc[0] == table["id"].iloc[0]
    places = [told[0].find(names[name]) for name in shown["id"] if not name.startswith("risks/")]
    assert min(places) >= 0 and places == sorted(places)


def test_the_condition_says_on_which_side_the_answer_holds_and_who_takes_over():
    [told] = condition_sentences(Edition(found_in(tiny(**HAND), 4096), "en"))
    told = told.replace("\u00a0", " ")
    assert told.startswith("With our assumptions a is best as long as") and "is under SEK 4." in told and "(we reckon with SEK 4.0m a year)" in told
    assert told.endswith("Otherwise c takes over.")


def test_a_risk_of_the_leader_is_a_condition_though_its_switching_value_is_beyond_its_range():
    findings = found_in(tiny(**GATED), 16384)
    edition = Edition(findings, "en")
    row = findings.switching_values.set_index("id").loc["risks/a/p"]
    assert row["probability_beyond"] == 0 and row["winner"] == "b"
    [told] = condition_sentences(edition)
    assert f"the probability of “p (a)” is under {edition.words.rough(row['switching_value'], 'share')} (we reckon with" in told
    assert told in answer(edition) and not risk_sentences(edition)


def test_where_three_other_conditions_are_nearer_the_leaders_risk_is_told_beside_them():
    costs = [{"option_id": "a", "item_id": f"n{i}", "category": "c", "basis": "once", "is": (0, 5, 10, "uniform")} for i in range(4)]
    costs += [{"option_id": "a", "item_id": "loss", "category": "c", "basis": "once", "is": 4, "when": "p"}]
    costs += [{"option_id": "b", "item_id": "run", "category": "c", "basis": "once", "is": 22.5}]
    edition = Edition(found_in(tiny("ab", risks=[{"option_id": "a", "risk_id": "p", "name": "p", "is": 0.3}], contracts=costs), 4096), "en")
    assert condition_sentences(edition)[0].count("we reckon with") == 3
    [told] = risk_sentences(edition)
    assert "a is best as long as the probability of “p (a)” is under" in told and told in what_changes(edition)


def way_out(fee, risk=0.3):
    """Option a loses 10 where a risk holds; its variant w pays a fee and loses nothing, and b costs 30."""
    lump = {"category": "c", "basis": "once"}
    costs = [
        {"option_id": "a", "item_id": "loss", "is": 10, "when": "p"} | lump,
        {"option_id": "w", "item_id": "loss", "when": "p"} | lump,
        {"option_id": "w", "item_id": "fee", "is": fee} | lump,
        {"option_id": "b", "item_id": "run", "is": 30} | lump,
    ]
    options = {"a": {}, "w": {"variant_of": "a"}, "b": {}}
    return tiny(options, risks=[{"option_id": "a", "risk_id": "p", "name": "p", "is": risk}], contracts=costs)


@pytest.mark.parametrize(
    ("fee", "risk", "best", "behind", "turns", "says"),
    [
        (4, 0.3, "a", 1, 0.4, "over 40%"),  # 4 − 10·p
        (2, 0.3, "w", 1, 0.2, "under 20%"),
        (12, 0.3, "a", 9, np.nan, ""),
        (9, 0.1, "a", 8, 0.9, "over 90%"),
    ],
)
def test_a_variant_of_the_leader_pays_or_not_and_from_which_risk_on_by_hand(fee, risk, best, behind, turns, says):
    findings = found_in(way_out(fee, risk), 16384)
    [row] = findings.variants.to_dict("records")
    assert findings.comparison.best == best and {best, row["option_id"]} == {"a", "w"}
    assert row["behind"] == pytest.approx(behind, abs=0.1) and not row["even"]
    assert row["switching_value"] == pytest.approx(turns, abs=1e-6, nan_ok=True)
    [told] = variant_sentences(Edition(findings, "en"))
    assert told in what_changes(Edition(findings, "en")) and f"{row['option_id']} does not pay beside {best}" in told
    assert (f"It pays if the probability of “p (a)” is {says} (we reckon with {round(100 * risk)}%)." in told) == bool(says)


def test_a_variant_that_is_as_good_within_the_error_is_said_to_be():
    [told] = variant_sentences(Edition(found_in(way_out(3), 512), "en"))
    assert "equally good within the error" in told
    assert variant_sentences(Edition(found_in(tiny("ab")), "en")) == []


def yearly(option, item, amount, **more):
    return {"option_id": option, "item_id": item, "category": "c", "basis": "per_year", "is": amount} | more


def sharing(used_by_b, own=0.0):
    """Options a and b that pay one and the same drawn amount, b for `used_by_b` times as many rows, and prices of their own."""
    same = {"moves_with": "f", "strength": 1}
    rows = [yearly("a", "old", (10, 20, 30, "uniform"), **same)]
    rows += [yearly("b", f"old{i or ''}", (10, 20, 30, "uniform"), **same) for i in range(used_by_b)]
    return tiny("ab", contracts=[*rows, yearly("a", "own", own), yearly("b", "own", 3)])


def test_a_number_that_several_rows_share_is_turned_in_all_of_them_and_shown_once():
    once = found_in(sharing(1))
    alone = once.switching_values.set_index("id")
    assert alone.loc["contracts/a/old", "probability_beyond"] > 0 and alone.loc["contracts/b/old", "probability_beyond"] > 0
    assert np.isnan(alone.loc["bundle/*/number/contracts/a/old", "switching_value"]), "what both pay alike turns nothing"
    assert not once.turning["id"].isin(["contracts/a/old", "contracts/b/old"]).any()
    assert "old" not in condition_sentences(Edition(once, "en"))[0]
    twice = found_in(sharing(2, own=15))
    row = twice.switching_values.set_index("id").loc["bundle/*/number/contracts/a/old"]
    assert row["switching_value"] == pytest.approx(12) and row["base"] == pytest.approx(20, abs=0.01) and row["inside"] == "yes"
    assert row["probability_beyond"] == pytest.approx(0.1, abs=0.01)
    [told] = condition_sentences(Edition(twice, "en"))
    assert "old, and all else that is the same number (several options)” is over SEK 12m a year (we reckon with SEK 20m a year)" in told.replace("\u00a0", " ")


def test_conditions_are_about_different_things():
    rows = [yearly(option, item, (10, 20, 30, "uniform")) for option in "ab" for item in ("run", "own")]
    findings = found_in(tiny("ab", contracts=[*rows, yearly("b", "more", 1)]))
    assert findings.turning["probability_beyond"].gt(0).sum() == 4
    assert sorted(name.rsplit("/", 1)[1] for name in nearest(findings)["id"]) == ["own", "run"]


def test_where_nothing_turns_the_answer_within_its_range_that_is_said():
    rows = {name: HAND[name] for name in ("options", "parameters", "levels")}
    costs = [{"option_id": name, "item_id": "run", "category": "run", "basis": "once", "is": 5} for name in "abc"]
    edition = Edition(found_in(tiny(contracts=costs, **rows), 64), "en")
    assert condition_sentences(edition) == ["No single number makes anything but a best within its own range."]


@pytest.mark.parametrize(("spread", "undecided"), [(1, False), (60, True)])
def test_undecided_is_said_where_the_margin_may_be_negative_and_regret_exceeds_the_lead(spread, undecided):
    costs = [{"option_id": "a", "item_id": "run", "category": "run", "basis": "once", "is": (10 - spread, 10, 10 + spread, "uniform")}]
    costs += [{"option_id": "b", "item_id": "run", "category": "run", "basis": "once", "is": 12}]
    findings = found_in(tiny(options=("a", "b"), contracts=costs))
    assert is_open(findings) is undecided
    assert any("not settled" in text for text in answer(Edition(findings, "en"))) is undecided


def test_how_probable_the_best_is_is_a_range_over_the_values_of_a_point_and_the_views():
    inputs = small()
    findings = found_in(inputs)
    table = findings.chances.set_index("option_id")
    curves = [
        fvm.compare(fvm.simulate(with_parameters(inputs, outside_view=view), DRAWS, 3)).acceptability for view in (0.0, 0.5, 1.0)
    ]
    for option in ("a", "b", "c"):
        shares = np.concatenate([curve[option] for curve in curves])
        assert table.loc[option, ["low", "high"]].tolist() == [shares.min(), shares.max()]
        assert table.loc[option, "p_best"] == findings.comparison.table.loc[option, "p_best"]


def test_a_family_is_best_where_any_of_its_options_is():
    inputs = tiny(**GATED, reference_class=CLASS)
    findings = found_in(inputs)
    table, curve = findings.chances.set_index("option_id"), findings.comparison.acceptability
    assert table["family"].to_dict() == {"a": "a", "v": "a", "b": "b"}
    assert table.loc["v", "family_p_best"] == pytest.approx(1 - table.loc["b", "p_best"])
    assert table.loc["a", "family_low"] == pytest.approx((curve["a"] + curve["v"]).min())


def test_the_answer_tells_how_sure_in_words_with_a_range_and_not_to_one_per_cent():
    findings = found_in(small())
    row = findings.chances.set_index("option_id").loc[findings.comparison.best]
    text = " ".join(answer(Edition(findings, "sv"))).replace("\N{NO-BREAK SPACE}", " ")
    assert "ungefär" in text or "nästan" in text
    low, high = (round(100 * row[end]) for end in ("low", "high"))
    assert f"({low}–{high} %)" in text


def test_a_number_that_turns_the_answer_only_beyond_its_percentiles_is_a_condition_too():
    costs = [{"option_id": "a", "item_id": "run", "category": "run", "basis": "once", "is": (8, 10, 12, "normal")}]
    costs += [{"option_id": "b", "item_id": "run", "category": "run", "basis": "once", "is": 12.3}]
    findings = found_in(tiny(options=("a", "b"), contracts=costs), 4096)
    row = findings.switching_values.set_index("id").loc["contracts/a/run"]
    assert row["inside"] == "no" and 0 < row["probability_beyond"] < 0.05
    assert "run, run (a)" in condition_sentences(Edition(findings, "en"))[0]
