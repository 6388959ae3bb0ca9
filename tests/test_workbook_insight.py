"""The sheets on staffing and uncertainty, opened again by another program: what they hold, and what they leave out and why."""

from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.pause import BEST
from fvmanalys.analysis.staffing import SOMEBODY
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.information import uncertainty_answer, verdict_missing, verdict_sentences
from fvmanalys.report.topics.people import wait_missing, waiting_answer
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.conftest import BOOK, DRAWS
from tests.decisions import library_decision, write_tables
from tests.workbook_checks import faults, table_description_faults

pytestmark = pytest.mark.slow
WORDS = Words("sv")
STAFFING, BY_YEAR, UNCERTAINTY, SUMMARY = (WORDS(f"sheet.{key}.name") for key in ("staffing", "staffing.yearly", "uncertainty", "summary"))


@pytest.fixture(scope="module")
def findings(tmp_path_factory, region, region_later):
    """The region's decision, the same after it was taken, and a small one without staff."""
    library = write_tables(tmp_path_factory.mktemp("decision") / "raw", library_decision())
    return {"region": region, "later": region_later, "library": fvm.find(fvm.load(library), DRAWS)}


@pytest.fixture(scope="module")
def paths(findings, region_books, later_book, tmp_path_factory):
    """Each as a Swedish workbook."""
    library = tmp_path_factory.mktemp("workbooks") / "library.xlsx"
    write_workbook(Edition(findings["library"], WORDS.lang), library)
    return {"region": region_books["sv"], "later": later_book, "library": library}


@pytest.fixture(scope="module")
def books(paths):
    """Each opened again."""
    return {name: openpyxl.load_workbook(path, data_only=True) for name, path in paths.items()}


def first_column(sheet):
    """The text of the first column, in one line."""
    return " ".join(cell.value for row in sheet.iter_rows(max_col=1) for cell in row if isinstance(cell.value, str))


def table(sheet, *headings):
    """The table that has these headings."""
    for one in sheet.tables.values():
        rows = [[cell.value for cell in row] for row in sheet[one.ref]]
        if set(headings) <= set(rows[0]):
            return pd.DataFrame(rows[1:], columns=rows[0])
    raise AssertionError(f"no table has the headings {headings}")


def called(key):
    """A heading of one of the two sheets."""
    return WORDS(key if key.startswith(("exhibit.", "column.")) else f"sheet.{key}")


def test_both_sheets_stand_between_the_timeline_and_the_sources(books):
    names = books["region"].sheetnames
    place = names.index(WORDS("sheet.timeline.name"))
    assert names[place + 1 : place + 5] == [STAFFING, BY_YEAR, UNCERTAINTY, WORDS("sheet.origins.name")]


def test_without_staff_there_is_no_staffing_sheet_and_the_contents_do_not_name_it(books):
    assert STAFFING not in books["library"].sheetnames and UNCERTAINTY in books["library"].sheetnames
    assert STAFFING not in first_column(books["library"][WORDS("sheet.about.name")])


@pytest.mark.parametrize("case", ["region", "later", "library"])
def test_the_sheets_open_with_the_sentences_that_the_page_has(findings, books, case):
    text = first_column(books[case][UNCERTAINTY])
    assert all(sentence in text for sentence in uncertainty_answer(Edition(findings[case], WORDS.lang)))
    if STAFFING in books[case].sheetnames:
        assert all(sentence in first_column(books[case][STAFFING]) for sentence in waiting_answer(Edition(findings[case], WORDS.lang)))


def test_what_is_printed_says_the_verdict_what_waiting_costs_and_what_the_uncertainty_is_owed_to(findings, books):
    edition = Edition(findings["region"], WORDS.lang)
    assert verdict_sentences(edition)[0] in first_column(books["region"][SUMMARY])
    assert all(sentence in first_column(books["region"][WORDS("sheet.people.name")]) for sentence in waiting_answer(edition))
    shares = findings["region"].spread.set_index("source")["share"]
    assert edition("board.owed_to", **shares) in first_column(books["region"][WORDS("sheet.risks.name")])


def test_after_the_decision_the_parts_on_waiting_are_left_out_with_a_sentence(findings, books):
    missing = wait_missing(Edition(findings["later"], WORDS.lang)), verdict_missing(Edition(findings["later"], WORDS.lang))
    assert missing[0] in first_column(books["later"][STAFFING]) and missing[1] in first_column(books["later"][UNCERTAINTY])
    for sheet, key in (
        (STAFFING, "exhibit.cost_of_delay.title"),
        (STAFFING, "exhibit.standing_optimum.title"),
        (UNCERTAINTY, "exhibit.verdict_range.title"),
    ):
        assert called(key) in first_column(books["region"][sheet]) and called(key) not in first_column(books["later"][sheet])
    assert called("exhibit.team.title") in first_column(books["later"][BY_YEAR])


@pytest.mark.parametrize("case", ["later", "library"])
def test_the_workbook_is_accessible(paths, case):
    assert faults(paths[case]) == [] and table_description_faults(paths[case]) == []


def test_the_same_findings_give_the_same_bytes(findings, paths, tmp_path):
    write_workbook(Edition(findings["later"], WORDS.lang), tmp_path / "again.xlsx", *BOOK)
    assert (tmp_path / "again.xlsx").read_bytes() == paths["later"].read_bytes()


def test_the_waiting_table_holds_the_cost_of_delay(findings, books):
    shown = table(books["region"][STAFFING], called("exhibit.cost_of_delay.column.loss"))
    delays = findings["region"].knowledge.delays.query("option == @BEST and months > 0", local_dict={"BEST": BEST})
    best = shown[shown.iloc[:, 0] == WORDS("waiting.best")]
    np.testing.assert_allclose(best[called("exhibit.cost_of_delay.column.loss")].astype(float), delays["loss"], rtol=1e-12)


def test_the_bill_sums_to_its_parts(findings, books):
    shown = table(books["region"][STAFFING], called("exhibit.pause_bill.column.msek_per_month"))
    shown = shown[called("exhibit.pause_bill.column.msek_per_month")].astype(float)
    bill = findings["region"].pause_bill
    assert shown.iloc[-1] == pytest.approx(shown.iloc[:-2].sum()) == pytest.approx(bill["msek_per_month"].sum())
    assert shown.iloc[-2] == pytest.approx(bill.loc[bill["ends_with_decision"].astype(bool), "msek_per_month"].sum())


def test_yearly_staffing_sums_over_phases_and_has_no_share_of_consultants_where_nobody_works(books):
    shown = table(books["region"][BY_YEAR], called("exhibit.team.column.consultants"))
    total = shown[called("exhibit.team.column.total")].astype(float)
    np.testing.assert_allclose(shown.iloc[:, 2:-2].astype(float).sum(axis=1), total, rtol=1e-9)
    share = shown[called("exhibit.team.column.consultants")]
    somebody = total >= SOMEBODY
    assert share[somebody].astype(float).between(0, 1).all() and (share[~somebody] == "–").all() and not somebody.all()
    assert shown.groupby(called("column.option"))[called("column.year")].nunique().nunique() == 1


def test_the_tornado_s_bars_stand_around_the_lead(findings, books):
    shown = table(books["region"][UNCERTAINTY], called("exhibit.tornado.column.swing"))
    low, high = (shown[called(f"exhibit.tornado.column.difference_{end}")].astype(float) for end in ("low", "high"))
    np.testing.assert_allclose((high - low).abs(), shown[called("exhibit.tornado.column.swing")].astype(float), rtol=1e-9)
    assert len(shown) == 12 and (np.minimum(low, high) < findings["region"].comparison.lead).mean() >= 0.8


def test_a_value_that_cannot_be_told_from_zero_says_so(findings, books):
    shown = table(books["region"][UNCERTAINTY], called("exhibit.information_groups.column.estimates"))
    value, error = (shown[called(f"column.{name}")].astype(float) for name in ("evppi", "standard_error"))
    said = shown[called("column.clear")].eq(WORDS("chart.information.unclear"))
    np.testing.assert_array_equal(said, value <= error)
    assert said.any() and not said.all()


def test_the_shares_of_the_uncertainty_sum_to_one(books):
    for case in ("region", "library"):
        shown = table(books[case][UNCERTAINTY], called("exhibit.spread.column.count_share"))
        assert shown[called("exhibit.spread.column.share")].astype(float).sum() == pytest.approx(1)


def test_warnings_of_a_poor_fit_are_words(findings, books):
    warned = findings["region"].knowledge.groups.query("warning != '' and estimates > 1")
    texts = first_column(books["region"][UNCERTAINTY]) + " ".join(
        table(books["region"][UNCERTAINTY], called("exhibit.information_groups.column.estimates"))[called("column.warning")]
    )
    assert all(WORDS(f"warning.{word}") in texts for word in warned["warning"])


def test_one_option_alone_leaves_only_what_it_has(findings, tmp_path):
    inputs = findings["library"].inputs
    options = inputs.tables["options"].assign(permanent=["yes"] + ["no"] * 6)
    found = fvm.find(replace(inputs, tables={**inputs.tables, "options": options}), DRAWS)
    write_workbook(Edition(found, WORDS.lang), tmp_path / "one.xlsx")
    assert UNCERTAINTY not in openpyxl.load_workbook(tmp_path / "one.xlsx").sheetnames
