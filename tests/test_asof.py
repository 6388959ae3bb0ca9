"""What was known when: later rows supersede earlier ones, empty ones withdraw them, and none is seen before its day."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence.asof import in_force
from tests.decisions import ASSUMED, EVIDENCE, library_decision, write_tables

RISKS = f"option_id,risk_id,name,low,likely,high,distribution,unit,{EVIDENCE}\n"
RISK = "*,{name},Flood,,{likely},,,{unit},assumption,,{day},analysts"


def risks(*rows):
    lines = [RISK.format(name=name, likely=likely, unit="share" if likely else "", day=day) for name, likely, day in rows]
    return {"risks": RISKS + "\n".join(lines)}


def likely_at(folder, tables, day):
    table = fvm.load(write_tables(folder, library_decision(2) | tables), day).tables["risks"]
    return dict(zip(table["risk_id"], table["likely"], strict=True))


def test_later_facts_are_hidden_by_as_of(tmp_path):
    tables = risks(("flood", 0.1, "2024-02-01"), ("flood", 0.2, "2024-03-01"), ("fire", 0.3, "2024-04-01"))
    assert likely_at(tmp_path, tables, "2024-01-31") == {}
    assert likely_at(tmp_path, tables, "2024-02-29") == {"flood": 0.1}
    assert likely_at(tmp_path, tables, "2024-03-31") == {"flood": 0.2}
    assert likely_at(tmp_path, tables, "2024-04-30") == {"flood": 0.2, "fire": 0.3}


def test_what_became_known_on_the_day_itself_is_known(tmp_path):
    tables = risks(("flood", 0.1, "2024-02-01"), ("flood", 0.2, "2024-03-01"))
    assert likely_at(tmp_path, tables, "2024-03-01") == {"flood": 0.2}
    assert likely_at(tmp_path, tables, date(2024, 2, 29)) == {"flood": 0.1}
    assert likely_at(tmp_path, tables, datetime(2024, 3, 1, 12)) == {"flood": 0.2}


def test_an_empty_later_row_withdraws_and_a_still_later_one_gives_back(tmp_path):
    tables = risks(("flood", 0.1, "2024-02-01"), ("flood", "", "2024-03-01"), ("flood", 0.4, "2024-04-01"), ("flood", "", "2024-05-01"))
    found = [likely_at(tmp_path, tables, f"2024-0{month}-15") for month in (2, 3, 4, 5)]
    assert found == [{"flood": 0.1}, {}, {"flood": 0.4}, {}]


def test_the_first_row_of_a_key_cannot_withdraw(tmp_path):
    with pytest.raises(EvidenceError, match=r"risks.csv:2: likely: is empty; give a number; only a later row"):
        likely_at(tmp_path, risks(("flood", "", "2024-02-01")), None)


def test_the_order_of_the_file_is_kept_whatever_the_order_of_days(tmp_path):
    tables = risks(("c", 0.3, "2024-03-01"), ("a", 0.2, "2024-02-01"), ("a", 0.1, "2024-01-15"), ("b", 0.4, "2024-01-01"))
    assert list(likely_at(tmp_path, tables, "2024-06-01")) == ["c", "a", "b"]
    assert list(likely_at(tmp_path, tables, "2024-02-01").items()) == [("a", 0.2), ("b", 0.4)]


def test_as_of_is_the_decisions_own_or_else_the_newest_knowledge(tmp_path):
    tables = library_decision(2) | risks(("flood", 0.1, "2024-07-07"))
    assert fvm.load(write_tables(tmp_path, tables)).as_of == date(2024, 6, 1)
    tables["decision"] = tables["decision"].replace("2024-06-01", "")
    assert fvm.load(write_tables(tmp_path, tables)).as_of == date(2024, 7, 7)
    assert fvm.load(tmp_path, "").as_of == date(2024, 7, 7)


def test_an_impossible_day_is_refused(tmp_path):
    with pytest.raises(UsageError, match="as_of '2024-02-30' is not a date; write it as year-month-day") as caught:
        fvm.load(write_tables(tmp_path, library_decision(2)), "2024-02-30")
    assert caught.value.exit_code == 2


def test_a_day_before_any_option_is_refused(tmp_path):
    with pytest.raises(EvidenceError, match="no option is known at 2023-12-31; use a later day"):
        fvm.load(write_tables(tmp_path, library_decision(2)), "2023-12-31")


def test_sources_that_nothing_known_cites_are_not_shown(tmp_path):
    tables = library_decision(2) | risks(("flood", 0.1, "2024-02-01"))
    tables["sources"] += "\nflood_report,Flood report,Met Office,2024-05-20,primary,"
    tables["risks"] += "\n*,flood,Flood,,0.3,,,share,fact,flood_report,2024-05-20,"
    folder = write_tables(tmp_path, tables)
    assert list(fvm.load(folder, "2024-05-19").sources.index) == ["quote", "survey"]
    assert list(fvm.load(folder, "2024-05-20").sources.index) == ["flood_report", "quote", "survey"]


def test_an_option_comes_into_play_on_its_day(tmp_path):
    tables = library_decision(3)
    tables["options"] = tables["options"].replace("yes,no,open,assumption,,2024-01-01", "yes,no,open,assumption,,2024-04-01")
    folder = write_tables(tmp_path, tables)
    assert fvm.load(folder, "2024-03-31").options() == ["p", "q"]
    assert fvm.load(folder, "2024-04-01").options() == ["p", "q", "r"]


def test_the_reference_may_pass_to_another_option(tmp_path):
    tables = library_decision(2)
    tables["options"] += "".join(
        f"\n{name},Store {name.upper()},,A way to store books,yes,{reference},open,assumption,,2024-04-01,analysts" for name, reference in (("p", "no"), ("q", "yes"))
    )
    folder = write_tables(tmp_path, tables)
    assert fvm.load(folder, "2024-03-31").reference == "p"
    assert fvm.load(folder, "2024-04-01").reference == "q"


def test_a_withdrawn_area_counts_no_more(tmp_path):
    tables = library_decision(2)
    tables["areas"] += "\nquiet,Quiet,,,,,,,,assumption,,2024-04-01,analysts"
    folder = write_tables(tmp_path, tables)
    before, after = (fvm.simulate(fvm.load(folder, day), draws=50) for day in ("2024-03-31", "2024-04-01"))
    assert list(before.area_scores["p"].columns) == ["access", "care", "quiet"]
    assert list(after.area_scores["p"].columns) == ["access", "care"]


# Events


def timeline(*rows):
    return {"timeline": library_decision(2)["timeline"].replace("name,after", "date,when,after").replace("Decision,", ",,").replace("Open,", ",,") + "\n" + "\n".join(rows)}


def moved(when="", likely="", day="", known="2024-02-01", event="moved", after=""):
    return f"p,{event},{day},{when},{after},,{likely},,,{'months' if likely else ''},assumption,,{known},analysts"


def moves(folder, rows, day, event="moved"):
    table = fvm.load(write_tables(folder, library_decision(2) | risks(("flood", 0.1, "2024-01-01")) | timeline(*rows)), day).tables["timeline"]
    return [tuple(row) for row in table.loc[table["event_id"] == event, ["when", "likely"]].itertuples(index=False)]


def test_two_halves_of_an_event_stand_together_and_are_superseded_apart(tmp_path):
    rows = [moved("flood", 12), moved("!flood", 6), moved("flood", 18, known="2024-03-01")]
    assert moves(tmp_path, rows, "2024-02-01") == [("flood", 12), ("!flood", 6)]
    assert moves(tmp_path, rows, "2024-03-01") == [("!flood", 6), ("flood", 18)]


def test_an_unconditional_row_supersedes_both_halves_and_they_it(tmp_path):
    rows = [moved("", 9), moved("flood", 12, known="2024-03-01"), moved("!flood", 6, known="2024-03-01"), moved("", 10, known="2024-04-01")]
    assert moves(tmp_path, rows, "2024-02-01") == [("", 9)]
    assert moves(tmp_path, rows, "2024-03-01") == [("flood", 12), ("!flood", 6)]
    assert moves(tmp_path, rows, "2024-04-01") == [("", 10)]


def test_an_unconditional_empty_row_withdraws_both_halves(tmp_path):
    rows = [moved("flood", 12), moved("!flood", 6), moved(known="2024-03-01")]
    assert moves(tmp_path, rows, "2024-03-01") == []


def test_a_date_supersedes_a_duration_and_is_no_withdrawal(tmp_path):
    rows = [moved("", 9), moved(day="2024-05-05", known="2024-03-01")]
    table = fvm.load(write_tables(tmp_path, library_decision(2) | timeline(*rows)), "2024-03-01").tables["timeline"]
    assert list(table.loc[table["event_id"] == "moved", "date"]) == [date(2024, 5, 5)]


def test_a_restart_without_months_takes_them_from_readiness_and_is_no_withdrawal(tmp_path):
    ready = {"readiness": f"option_id,standing_share,low,likely,high,distribution,unit,{EVIDENCE}\n*,1,,2,,,months,{ASSUMED}"}
    rows = [moved("", 9, event="restarted", after="decided"), moved(event="restarted", after="decided", known="2024-03-01")]
    tables = library_decision(2) | timeline(*rows) | ready
    simulation = fvm.simulate(fvm.load(write_tables(tmp_path, tables), "2024-03-01"), draws=20)
    gap = simulation.events["p", "restarted"] - simulation.events["p", "decided"]
    assert gap.to_numpy() == pytest.approx(2 / 12)


# The rule itself, against the plainest program that follows it

DAYS = [date(2024, 1, day) for day in (1, 2, 3, 4)]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(DAYS), st.booleans()), unique_by=lambda row: row[:2], max_size=8), st.sampled_from(DAYS))
def test_in_force_is_the_newest_known_row_of_each_key_that_is_not_empty(rows, day):
    table = [
        {"option_id": "*", "risk_id": key, "known_from": known, "low": None, "likely": 0.1 if full else None, "high": None} for key, known, full in rows
    ]
    expected = []
    for row in table:
        rivals = [other for other in table if other["risk_id"] == row["risk_id"] and other["known_from"] <= day]
        newest = row["known_from"] <= day and all(other["known_from"] <= row["known_from"] for other in rivals)
        if newest and (row["likely"] is not None or len(rivals) == 1):
            expected.append(row)
    assert in_force("risks", table, day) == expected


REVISIONS = "date,what,what_en,from,to,why,effect,known_from\n"


def revisions_at(folder, rows, day):
    table = fvm.load(write_tables(folder, library_decision(2) | {"revisions": REVISIONS + rows}), day).tables["revisions"]
    return list(table["from"])


def test_a_change_after_a_result_is_shown_whatever_day_is_asked_for_unless_it_says_from_when(tmp_path):
    rows = "2030-05-01,Rent,Hyra,3,4,dearer,−1,\n2024-03-01,Rent,,2,3,,,\n2024-04-01,Shelves,,7,,gone,,2024-04-01"
    assert revisions_at(tmp_path, rows, "2024-02-01") == ["3", "2"]
    assert revisions_at(tmp_path, rows, "2024-04-01") == ["3", "2", "7"]


def test_a_change_after_a_result_stands_once_and_has_a_day(tmp_path):
    with pytest.raises(EvidenceError) as found:
        revisions_at(tmp_path, "2024-03-01,Rent,,3,4,,,\n2024-03-01,Rent,,4,5,,,\n", None)
    assert "revisions.csv:3: date/what: '2024-03-01/Rent' stands twice" in str(found.value)
    with pytest.raises(EvidenceError, match=r"revisions.csv:2: date: is missing"):
        revisions_at(tmp_path, ",Rent,,3,4,,,\n", None)
