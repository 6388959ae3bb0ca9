"""What changed between two runs: the parts sum to the whole, follow from the definition, and are told to readers."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fvmanalys import find, load
from fvmanalys.analysis.changes import CODE, MEASURES, SAMPLING
from fvmanalys.analysis.mixtures import Mixture
from fvmanalys.analysis.shapley import pairs_within, shapley
from fvmanalys.errors import ModelError
from fvmanalys.evidence.published import read_published
from fvmanalys.report.charts import plot_changes
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.since import (
    CHANGED_LEAD,
    CHANGED_PARTS,
    CHANGED_ROWS,
    changes_answer,
    changes_missing,
    changes_sentence,
    headline,
    told_parts,
)
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.decisions import library_decision, write_tables
from tests.test_cli import call
from tests.test_exhibits import in_words, page_cells, same

ROOT = Path(__file__).parents[1]
DRAWS = 64
KNOWN = "kind,known_from,owner"
ASSUMED = "assumption,2020-01-01,us"

# Games


def game(values):
    """A game given as the value of every coalition, in the order of `itertools.combinations` by size."""
    players = "abcdefgh"[: len(values).bit_length() - 1]
    coalitions = [frozenset(one) for size in range(len(players) + 1) for one in itertools.combinations(players, size)]
    worth = dict(zip(coalitions, values, strict=True))
    return list(players), lambda coalition: np.array([worth[coalition]])


def test_in_an_additive_game_each_gets_its_own_effect():
    effects = {"a": 3.0, "b": -5.0, "c": 0.25}
    shares = shapley(list(effects), lambda some: np.array([sum(effects[one] for one in some)]))
    assert shares[:, 0] == pytest.approx(list(effects.values()))


def test_three_players_that_interact_get_what_is_worked_by_hand():
    """Shapley 1953: phi_i is the sum over S without i of |S|!(n-|S|-1)!/n! (v(S+i) - v(S)), here with weights 1/3, 1/6, 1/6, 1/3.

    v(a) = 80, v(b) = 56, v(c) = 70, v(ab) = 80, v(ac) = 85, v(bc) = 72, v(abc) = 90:
    a: 80/3 + (80 - 56)/6 + (85 - 70)/6 + (90 - 72)/3 = 235/6
    b: 56/3 + (80 - 80)/6 + (72 - 70)/6 + (90 - 85)/3 = 124/6
    c: 70/3 + (85 - 80)/6 + (72 - 56)/6 + (90 - 80)/3 = 181/6, together 540/6 = 90
    """
    shares = shapley(*game([0, 80, 56, 70, 80, 85, 72, 90]))
    assert shares[:, 0] == pytest.approx([235 / 6, 124 / 6, 181 / 6], abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(arrays(float, 16, elements=st.floats(-1e6, 1e6)), st.sampled_from([0, 3]))
def test_the_shares_sum_to_the_whole_whatever_the_game(values, pairs):
    shares = shapley(*game(values), pairs=pairs)
    assert shares.sum() == pytest.approx(values[-1] - values[0], abs=1e-6)


@settings(deadline=None, max_examples=50)
@given(arrays(float, 8, elements=st.floats(-1e6, 1e6)), st.sampled_from([0, 3]))
def test_who_adds_nothing_gets_nothing(values, pairs):
    players, value = game(values)
    shares = shapley([*players, "idle"], lambda some: value(some - {"idle"}), pairs=pairs)
    assert shares[-1, 0] == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6), st.floats(-1e6, 1e6))
def test_players_who_add_the_same_get_the_same(values, alone):
    """a and b are alike: the value depends on how many of them there are and on whether c is."""
    worth = dict(zip(itertools.product(range(3), (False, True)), values, strict=True))
    shares = shapley(["a", "b", "c"], lambda some: np.array([worth[len(some & {"a", "b"}), "c" in some] + alone]))
    assert shares[0, 0] == pytest.approx(shares[1, 0], abs=1e-6)


def test_many_random_orders_agree_with_all_orders():
    """Štrumbelj & Kononenko 2010: the mean over random orders is unbiased."""
    rng = np.random.default_rng(7)
    players, value = game(list(rng.normal(0, 10, 32)))
    assert shapley(players, value, pairs=400) == pytest.approx(shapley(players, value), abs=1.5)


def test_beyond_six_players_orders_are_drawn_by_the_seed_and_pairs_stay_bounded():
    rng = np.random.default_rng(7)
    players, value = game(list(rng.normal(0, 10, 128)))
    one, same, other = (shapley(players, value, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert one.sum() == pytest.approx(other.sum())
    assert pairs_within(7) >= pairs_within(60) >= 4


def test_an_interaction_of_two_is_found_with_one_pair_of_orders():
    """An order and its reverse are all orders of two: of 2·3 − 1·1 = 5, x (1 → 2) has (1 + 3)/2 and y (1 → 3) has (2 + 4)/2."""
    shares = shapley(["x", "y"], lambda some: np.array([(2.0 if "x" in some else 1.0) * (3.0 if "y" in some else 1.0)]), pairs=1)
    assert shares[:, 0] == pytest.approx([2.0, 3.0])


# Decisions


def fixed(**more):
    """Two options of fixed numbers, without discount, over ten years."""
    return {
        "decision": "title,organisation,question,as_of\nT,O,Q?,2024-01-01",
        "sources": "source_id,title,publisher,published,type\ns,S,P,2019-01-01,primary",
        "options": f"option_id,name,permanent,reference,{KNOWN}\na,Ash,yes,yes,{ASSUMED}\nb,Birch,yes,no,{ASSUMED}",
        "areas": f"area_id,name,likely,unit,{KNOWN}\nx,Use,1,points,{ASSUMED}",
        "parameters": f"parameter_id,likely,unit,{KNOWN}\ndiscount_rate,0,share,{ASSUMED}\nhorizon_years,10,years,{ASSUMED}\nvalue_per_point,1,MSEK,{ASSUMED}",
        "timeline": f"option_id,event_id,name,likely,unit,{KNOWN}\n*,open,Opening,12,months,{ASSUMED}",
        "levels": f"option_id,area_id,likely,unit,{KNOWN}\n*,x,50,level,{ASSUMED}",
        "contracts": contracts("a,fee,once,,5", "b,fee,once,,9"),
    } | more


def contracts(*rows):
    lines = [f"{row},MSEK,Fees,{ASSUMED}" for row in rows]
    return "\n".join([f"option_id,item_id,basis,from_event,likely,unit,category,{KNOWN}", *lines])


STAFF = f"option_id,role_id,phase,likely,unit,{KNOWN}\na,clerk,run,{{}},fte,{ASSUMED}"
PAY = f"role_id,likely,unit,{KNOWN}\nclerk,{{}},MSEK,{ASSUMED}"


def publish(folder, tables=None, as_of=None, draws=DRAWS, data=None, **manifest):
    """A published run as far as another run reads it."""
    data = data or write_tables(folder / "made", tables)
    found = find(load(data, as_of), draws)
    shutil.copytree(data, folder / "raw")
    (folder / "tables").mkdir()
    found.comparison.table.reset_index().to_csv(folder / "tables" / "comparison.csv", index=False)
    asked = {"as_of": found.inputs.as_of.isoformat(), "draws": draws, "seed": 1, "lang": "en"}
    told = {"run_id": folder.name, "as_of": asked["as_of"], "parameters": asked} | manifest
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return read_published(folder)


def changed(tmp_path, before, after, draws=DRAWS):
    """The findings of one decision after another."""
    former = publish(tmp_path / "former", before)
    return find(load(write_tables(tmp_path / "now", after)), draws, former=former)


def check_sums(changes):
    """The parts of every figure sum to its change."""
    assert len(changes.attribution)
    for _, rows in changes.attribution.groupby(["option", "measure"]):
        assert rows["change"].sum() == pytest.approx((rows["after"] - rows["before"]).iloc[0], abs=1e-9)


def part(changes, option, measure):
    """What each group did, as a dict, without what did nothing."""
    parts = changes.parts(measure)[option]
    return parts[parts.abs() > 1e-12].to_dict()


def test_changes_that_do_not_meet_are_told_apart(tmp_path):
    """Costs 5 → 8 of a and 9 → 4 of b; the net benefit of b is C_a − C_b = −4 → 4, of which 3 and 5."""
    changes = changed(tmp_path, fixed(), fixed(contracts=contracts("a,fee,once,,8", "b,fee,once,,4"))).changes
    assert part(changes, "a", "cost_mean") == pytest.approx({"contracts/a": 3})
    assert part(changes, "b", "net_benefit") == pytest.approx({"contracts/a": 3, "contracts/b": 5})
    assert changes.best_before == "a"
    check_sums(changes)


def test_a_product_is_divided_as_by_hand(tmp_path):
    """2 → 3 people at 1 → 2 over ten years: 20 → 60. People (10·1 + 10·2)/2 = 15, their cost (2·10 + 3·10)/2 = 25."""
    before = fixed(staffing=STAFF.format(2), staff_costs=PAY.format(1))
    changes = changed(tmp_path, before, fixed(staffing=STAFF.format(3), staff_costs=PAY.format(2))).changes
    assert part(changes, "a", "cost_mean") == pytest.approx({"staffing/a": 15, "staff_costs": 25})


def test_the_calendar_moves_time_0(tmp_path):
    """A fee on a fixed day, 1.5 years of growth later: with as_of half a year on it grows less."""
    day = f"option_id,event_id,name,date,likely,unit,{KNOWN}\n*,open,Opening,2025-07-02,,,{ASSUMED}"
    yearly = contracts("a,fee,per_year,open,5", "b,fee,once,,9")
    first, later = fixed(timeline=day, contracts=yearly), fixed(timeline=day, contracts=yearly)
    later["decision"] = later["decision"].replace("2024-01-01", "2024-07-01")
    changes = changed(tmp_path, first, later).changes
    assert part(changes, "a", "cost_mean") == pytest.approx({"calendar": 5 * 182 / 365.25})
    assert changes.rows.set_index("table")["group"].to_dict() == {"decision": ""}


def families(**more):
    """Option a loses 10 where a sure risk is signalled, and its variant v pays 2 more; every number is fixed."""
    return fixed(
        options=f"option_id,name,permanent,reference,variant_of,{KNOWN}\na,Ash,yes,yes,,{ASSUMED}\nv,Vine,yes,no,a,{ASSUMED}\nb,Birch,yes,no,,{ASSUMED}",
        risks=f"option_id,risk_id,name,likely,unit,{KNOWN}\na,fails,Fails,1,share,{ASSUMED}",
        signals=HEARD.format(1),
        contracts=LOSSES.format(10, 2),
    ) | more


HEARD = f"option_id,signal_id,name,of,likely,unit,false_alarm_likely,{KNOWN}\na,seen,Seen,fails,{{}},share,0,{ASSUMED}"
LOSSES = (
    f"option_id,item_id,basis,from_event,likely,unit,category,when,{KNOWN}\na,loss,once,,{{}},MSEK,Fees,seen,{ASSUMED}\n"
    f"v,more,once,,{{}},MSEK,Fees,,{ASSUMED}\nb,fee,once,,9,MSEK,Fees,,{ASSUMED}"
)


def test_a_row_of_a_variant_moves_it_alone_and_one_of_its_base_moves_both(tmp_path):
    changes = changed(tmp_path, families(), families(contracts=LOSSES.format(13, 7))).changes
    assert part(changes, "v", "cost_mean") == pytest.approx({"contracts/v": 5, "contracts/a": 3})
    assert part(changes, "a", "cost_mean") == pytest.approx({"contracts/a": 3})
    assert part(changes, "b", "cost_mean") == {}
    check_sums(changes)


def test_an_option_that_chooses_later_moves_with_either_way(tmp_path):
    """It takes the cheaper of 10 and 9, and of 10 and 12 once the second has risen."""
    known = f"option_id,name,permanent,reference,choose_at,choose_among,{KNOWN}"
    options = f"{known}\na,Ash,yes,yes,,,{ASSUMED}\nb,Birch,yes,no,,,{ASSUMED}\nw,Willow,yes,no,open,a;b,{ASSUMED}"
    before, after = (fixed(options=options, contracts=contracts("a,fee,once,,10", f"b,fee,once,,{amount}")) for amount in (9, 12))
    changes = changed(tmp_path, before, after).changes
    assert [part(changes, option, "cost_mean") for option in "abw"] == [{}, {"contracts/b": 3}, {"contracts/b": 1}]
    check_sums(changes)


def test_a_signal_that_is_missed_is_told_with_what_it_does(tmp_path):
    """The sure risk is signalled always, then never: the loss of 10 goes, of a and of its variant."""
    changes = changed(tmp_path, families(), families(signals=HEARD.format(0))).changes
    assert [part(changes, option, "cost_mean") for option in "avb"] == [pytest.approx({"signals/a": -10})] * 2 + [{}]
    check_sums(changes)


def test_a_factor_that_gets_a_name_moves_nothing_and_is_told_among_the_rows(tmp_path):
    changes = changed(tmp_path, fixed(), fixed(factors="factor_id,name\nwages,What people cost")).changes
    assert changes.attribution["change"].abs().max() == 0 and "factors" in set(changes.rows["table"])


def test_nothing_changed_is_said_so(tmp_path):
    findings = changed(tmp_path, fixed(), fixed())
    assert set(findings.changes.attribution["group"]) == {CODE}
    assert changes_sentence(Edition(findings, "en")) == "Since the former run (as known on 2024-01-01) the answer has not changed."
    assert plot_changes(Edition(findings, "en")) is None and CHANGED_ROWS.told(Edition(findings, "en")) == []


def test_what_was_published_by_other_code_is_a_part_of_its_own(tmp_path):
    former = publish(tmp_path / "former", fixed())
    path = former.folder / "tables" / "comparison.csv"
    table = pd.read_csv(path)
    table.loc[0, "cost_mean"] += 7
    table.to_csv(path, index=False)
    findings = find(load(write_tables(tmp_path / "now", fixed(contracts=contracts("a,fee,once,,8", "b,fee,once,,9")))), DRAWS, former=former)
    assert part(findings.changes, "a", "cost_mean") == pytest.approx({"contracts/a": 3, CODE: -7})
    assert Words("en")("changes.about_code") not in changes_answer(Edition(findings, "en"))  # the net benefit as published is the same
    check_sums(findings.changes)


def test_other_draws_are_a_part_of_the_code(tmp_path):
    before = library_decision(3)
    findings = changed(tmp_path, before, before | {"contracts": before["contracts"].replace("p,run,Running", "p,run,Renting")}, draws=2 * DRAWS)
    assert set(findings.changes.attribution["group"]) == {CODE}
    assert findings.changes.attribution["change"].abs().max() > 0
    check_sums(findings.changes)


def test_a_row_that_needs_a_new_event_is_one_group_with_it(tmp_path):
    """A cost that begins at an event that only the new timeline has cannot stand without it."""
    timeline = fixed()["timeline"]
    after = fixed(
        timeline=timeline + f"\na,moved,Moved,6,months,{ASSUMED}",
        contracts=contracts("a,fee,once,moved,8", "b,fee,once,,7"),
    )
    changes = changed(tmp_path, fixed(), after).changes
    assert {group.name: group.kind for group in changes.groups} == {"timeline/a+contracts/a": "several", "contracts/b": "rows"}
    assert part(changes, "a", "cost_mean") == pytest.approx({"timeline/a+contracts/a": 3})
    check_sums(changes)


def test_an_option_that_comes_is_a_group_with_all_its_rows(tmp_path):
    findings = changed(tmp_path, library_decision(3), library_decision(4))
    changes = findings.changes
    assert changes.arrived == ("s",) and changes.gone == ()
    assert [group.kind for group in changes.groups] == ["options"]
    assert set(changes.attribution["option"]) == {"p", "q", "r"}
    assert not changes.parts("cost_mean").loc[changes.groups[0].name].any()
    assert (changes.parts("p_best").loc[changes.groups[0].name] <= 0).all()
    assert any("New since the former run: S" in text for text in changes_answer(Edition(findings, "en")))
    check_sums(changes)


def test_an_option_that_goes_is_told(tmp_path):
    findings = changed(tmp_path, library_decision(4), library_decision(3))
    assert findings.changes.gone == ("s",)
    assert any("No longer considered: S" in text for text in changes_answer(Edition(findings, "en")))
    assert "Store S" in str(CHANGED_ROWS(Edition(findings, "en")))
    check_sums(findings.changes)


def test_another_reference_is_a_change_of_the_set_of_options(tmp_path):
    after = library_decision(3)
    lines = after["options"].splitlines()
    lines[1], lines[3] = lines[1].replace("yes,yes", "yes,no"), lines[3].replace("yes,no", "yes,yes")
    changes = changed(tmp_path, library_decision(3), after | {"options": "\n".join(lines)}).changes
    assert [group.name for group in changes.groups] == ["options"]
    check_sums(changes)


def test_a_new_order_of_the_files_changes_nothing(tmp_path):
    before = library_decision(3)
    head, *rows = before["contracts"].splitlines()
    findings = changed(tmp_path, before, before | {"contracts": "\n".join([head, *rows[::-1]])})
    assert findings.changes.rows.empty and not findings.changes.groups


def test_more_changes_than_six_are_drawn_and_still_sum(tmp_path):
    after = library_decision(7)
    after["contracts"] = after["contracts"].replace(",0.5,1.0,2.0,", ",0.6,1.2,2.1,")
    after["levels"] = "\n".join(
        line if "pert,level" not in line else line.replace(",pert", ",triangular") for line in after["levels"].splitlines()
    )
    findings = changed(tmp_path, library_decision(7), after)
    assert len(findings.changes.groups) > 6
    check_sums(findings.changes)
    assert any("orders of magnitude" in text for text in changes_answer(Edition(findings, "en")))


def test_a_division_on_fewer_draws_names_what_it_leaves(tmp_path, monkeypatch):
    monkeypatch.setattr("fvmanalys.analysis.changes.BLOCK", DRAWS // 4)
    after = library_decision(5)
    after["contracts"] = after["contracts"].replace(",total,decided,open,ramp_up,", ",total,decided,open,level,")
    changes = changed(tmp_path, library_decision(5), after).changes
    assert SAMPLING in set(changes.attribution["group"])
    assert changes.parts("cost_mean").loc[SAMPLING].abs().max() > 0
    check_sums(changes)


def test_the_rows_say_what_was_new_changed_and_withdrawn(tmp_path):
    after = fixed(contracts=contracts("a,fee,once,,8", "a,permit,once,,1"), sources=fixed()["sources"] + "\nt,T,P,2019-01-01,primary")
    after["contracts"] = after["contracts"].replace("a,fee,once,,8,MSEK,Fees", "a,fee,once,,8,MSEK,Charges")
    after["options"] = after["options"].replace("Birch", "Beech")
    after["contracts"] += f"\nb,rent,once,,9,MSEK,Fees,{ASSUMED}"
    findings = changed(tmp_path, fixed(), after)
    rows = findings.changes.rows.set_index(["table", "key"])
    assert rows["what"].to_dict() == {
        ("sources", "t"): "new",
        ("options", "b"): "changed",
        ("contracts", "a/fee"): "changed",
        ("contracts", "a/permit"): "new",
        ("contracts", "b/rent"): "new",
        ("contracts", "b/fee"): "withdrawn",
    }
    fee = rows.loc[("contracts", "a/fee")]
    assert (fee["columns"], fee["group"]) == ("likely;category", "contracts/a")
    assert (fee["before"], fee["after"]) == ("likely: 5; category: Fees", "likely: 8; category: Charges")
    assert rows.loc[("options", "b"), "group"] == ""
    shown = [row[3:6] for row in CHANGED_ROWS.told(Edition(findings, "en"))]
    assert ["changed", "SEK 5m", "SEK 8m"] in shown and ["withdrawn", "SEK 9m", "–"] in shown
    assert {"changes", "changed_rows"} <= set(findings.tables())


# Where it cannot be told


def test_without_a_former_run_there_is_nothing_to_tell(tmp_path):
    findings = find(load(write_tables(tmp_path, fixed())), DRAWS)
    assert findings.changes.reason == "first"
    assert "no former run" in changes_missing(Edition(findings, "en"))
    assert changes_sentence(Edition(findings, "en")) == "" and not {"changes", "changed_rows"} & set(findings.tables())


def test_another_decision_is_said_to_be_one(tmp_path):
    findings = changed(tmp_path, library_decision(3), fixed())
    assert findings.changes.reason == "other"
    assert changes_answer(Edition(findings, "en")) == ["The former run (former) concerns another decision. So what has changed is not shown."]


@pytest.mark.parametrize("broken", ["raw/levels.csv", "tables/comparison.csv"])
def test_a_former_run_that_cannot_be_read_stops_nothing(tmp_path, broken):
    former = publish(tmp_path / "former", fixed())
    (former.folder / broken).unlink()
    findings = find(load(write_tables(tmp_path / "now", fixed())), DRAWS, former=read_published(former.folder))
    assert findings.changes.reason == "unreadable"
    assert "could not be read" in changes_missing(Edition(findings, "en"))
    write_workbook(Edition(findings, "en"), tmp_path / "book.xlsx")
    assert "What changed" not in openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames


# The default decision


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [("2025-02-24", "2025-05-27"), ("2025-11-11", "2025-12-31")])
def test_the_default_decision_between_two_days_sums_for_every_option_and_measure(tmp_path, monkeypatch, before, after):
    """The second pair lies on either side of the decision: the later run is a retrospective."""
    monkeypatch.setattr("fvmanalys.analysis.shapley.pairs_within", lambda players: 2)
    former = publish(tmp_path / "former", data=ROOT / "data" / "raw", as_of=before, draws=128)
    findings = find(load(ROOT / "data" / "raw", after), 128, former=former)
    changes, table = findings.changes, findings.comparison.table
    check_sums(changes)
    found = changes.attribution.groupby(["option", "measure"])["after"].first()
    in_both = {option for option, _ in found.index}
    assert {"A", "B"} <= in_both
    for option, measure in itertools.product(in_both, MEASURES):
        if np.isfinite(table.at[option, measure]):
            assert found[option, measure] == pytest.approx(table.at[option, measure], abs=1e-9)
    told = headline(findings)
    assert told.parts.sum() == pytest.approx(told.change, abs=1e-9)
    for words in (Words("sv"), Words("en")):
        assert plot_changes(Edition(findings, words.lang)).title in plot_changes(Edition(findings, words.lang)).alt
        assert len(changes_answer(Edition(findings, words.lang))) >= 2 and CHANGED_ROWS.told(Edition(findings, words.lang))


def test_the_mixture_of_everything_new_is_the_new_and_of_nothing_the_old():
    """A mixture computes each option by itself; together they are what a simulation of all gives."""
    from fvmanalys.analysis.changes import Game

    old, new = (load(ROOT / "data" / "raw", day) for day in ("2025-05-27", "2025-06-24"))
    findings = find(new, DRAWS)
    game = Game(Mixture(old, new), findings.comparison)
    game.everything = np.zeros_like(game.everything)
    assert game.value(game.changed, DRAWS // 2) == pytest.approx(figures(find(new, DRAWS // 2)), abs=1e-9, nan_ok=True)
    assert game.value(frozenset(), DRAWS) == pytest.approx(figures(find(old, DRAWS)), abs=1e-9, nan_ok=True)


def figures(findings):
    return findings.comparison.table[list(MEASURES)].to_numpy(dtype=float)


# What readers see


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Seven options, with a level and two costs changed since the former run; and that run."""
    folder, after = tmp_path_factory.mktemp("library"), library_decision(7)
    after["contracts"] = after["contracts"].replace(",0.5,1.0,2.0,", ",0.6,1.4,2.5,").replace(",0.6,1.1,2.2,", ",0.6,1.3,2.4,")
    after["levels"] = after["levels"].replace("*,care,,,20,30,40", "*,care,,,30,40,50")
    assert after != library_decision(7)
    former = publish(folder / "former", library_decision(7))
    publish(folder / "later", after)
    return find(load(folder / "later" / "raw"), DRAWS, former=former), folder


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_sheet_holds_the_sentences_the_parts_and_the_rows(library, tmp_path, lang):
    findings, words = library[0], Words(lang)
    write_workbook(Edition(findings, words.lang), tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)
    place = book.sheetnames.index(words("sheet.changes.name"))
    assert book.sheetnames[place - 1] == words("sheet.uncertainty.name") and book.sheetnames[place + 1] == words("sheet.origins.name")
    sheet = book[words("sheet.changes.name")]
    text = " ".join(str(row[0].value) for row in sheet.iter_rows(max_col=1))
    assert changes_sentence(Edition(findings, words.lang)) in text
    tables = [[[cell.value for cell in row] for row in sheet[one.ref]] for one in sheet.tables.values()]
    assert len(tables) == 2 + len(CHANGED_PARTS)
    net = next(one for one in tables[1:] if one[0][0] == words("column.group") and len(one[0]) == 8)
    assert len(tables[-1]) == 1 + len(findings.changes.row_changes)
    parts = np.array([row[1:] for row in net[2:-2]], dtype=float)
    assert parts.sum(axis=0) == pytest.approx(np.array(net[-2][1:], dtype=float), abs=1e-9)
    summary = " ".join(str(row[0].value) for row in book.worksheets[0].iter_rows(max_col=1))
    assert changes_sentence(Edition(findings, words.lang)) in summary


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_page_and_sheet_show_the_same_cells_of_what_changed(library, tmp_path, lang):
    edition, words = Edition(library[0], lang), Words(lang)
    write_workbook(edition, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)[words("sheet.changes.name")]
    tables = [[list(row) for row in sheet[one.ref]] for one in sheet.tables.values()]
    for exhibit, cells in zip([CHANGED_LEAD, *CHANGED_PARTS, CHANGED_ROWS], tables, strict=True):
        told, places = page_cells(exhibit, edition), [cell.value for cell in cells[0]]
        columns = [column.heading for column in exhibit.shown(edition)]
        assert len(told) == len(cells) - 1 > 1 and set(columns) <= set(places)
        for row, shown in zip(told, cells[1:], strict=True):
            found = [shown[places.index(heading)] for heading in columns]
            wrong = [(page, in_words(cell, words)) for page, cell in zip(row, found, strict=True) if not same(page.lstrip("+"), cell, words)]
            assert not wrong


def test_the_figure_and_the_page_tell_every_part(library):
    findings, words = library[0], Words("en")
    picture = plot_changes(Edition(findings, "en"))
    assert "Contracts and purchases for P: −2.7 SEK m" in picture.alt and "<svg" in picture.svg
    shown = str(told_parts(Edition(findings, words.lang)))
    assert "Levels in the areas for all options" in shown and "Contracts and purchases for P" in shown
    assert all(exhibit.words(Edition(findings, "en"), "title") in shown for exhibit in CHANGED_PARTS)


def test_diff_tells_what_changed_and_names_folders_that_are_no_runs(library, monkeypatch, capsys, tmp_path):
    findings, folder = library
    code, out, _ = call(monkeypatch, capsys, "diff", folder / "former", folder / "later")
    assert code == 0
    assert changes_sentence(Edition(findings, "en")) in out
    assert "The whole change" in out and "changed" in out
    (tmp_path / "runs").mkdir()
    shutil.copytree(folder / "former", tmp_path / "runs" / "one")
    code, out, _ = call(monkeypatch, capsys, "diff", "one", folder / "later", "--out", tmp_path, "--lang", "sv")
    assert code == 0 and "Hela ändringen" in out
    code, _, err = call(monkeypatch, capsys, "diff", "none", folder / "later", "--out", tmp_path)
    assert code == 2 and "name the folder of a published run" in err


def test_diff_of_two_decisions_returns_2(library, monkeypatch, capsys, tmp_path):
    publish(tmp_path / "other", fixed())
    code, _, err = call(monkeypatch, capsys, "diff", tmp_path / "other", library[1] / "later")
    assert code == 2 and "concerns another decision" in err


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "option,permanent,net_benefit\na,True,x\n"])
def test_a_former_run_with_a_damaged_comparison_stops_nothing(tmp_path, text):
    former = publish(tmp_path / "former", fixed())
    (former.folder / "tables/comparison.csv").write_text(text)
    findings = find(load(write_tables(tmp_path / "now", fixed())), DRAWS, former=read_published(former.folder))
    assert findings.changes.reason == "unreadable"
    assert not findings.former.is_readable


@pytest.mark.parametrize("fault", [KeyError("ours"), ValueError("ours"), ModelError("ours")])
def test_a_fault_of_our_own_is_not_taken_for_a_former_run_that_cannot_be_read(tmp_path, monkeypatch, fault):
    former = publish(tmp_path / "former", fixed())
    findings = find(load(write_tables(tmp_path / "now", fixed())), DRAWS, former=read_published(former.folder))
    monkeypatch.setattr("fvmanalys.analysis.changes.divided", lambda *_: (_ for _ in ()).throw(fault))
    with pytest.raises(type(fault), match="ours"):
        _ = findings.changes
