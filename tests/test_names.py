"""Two things with one name are told apart by their ids, wherever readers meet them."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.names import distinct
from fvmanalys.report.topics import answer as answer_topic
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from fvmanalys.run.history import option_names as names_in_history
from tests.decisions import library_decision, write_tables

WORDS = Words("en")


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """Two options, two areas and two categories of each one name."""
    tables = library_decision(2)
    tables["options"] = tables["options"].replace("Store P,P,", "Store,Same,").replace("Store Q,Q,", "store,same,")
    tables["areas"] = tables["areas"].replace("Care of books", "Access")
    header, *rows = tables["contracts"].splitlines()
    tables["contracts"] = "\n".join([f"{header},category_en", *(f"{row},Outlay" for row in rows)])
    return fvm.find(fvm.load(write_tables(tmp_path_factory.mktemp("twins") / "raw", tables)), 64)


def test_names_that_are_shared_have_their_ids(findings):
    assert Edition(findings, WORDS.lang).options == {"p": "Same (p)", "q": "same (q)"}
    assert Edition(findings, WORDS.lang).long_names == {"p": "Store (p)", "q": "store (q)"}
    assert Edition(findings, WORDS.lang).areas == {"access": "Access (access)", "care": "Access (care)", "quiet": "Quiet"}
    assert Edition(findings, WORDS.lang).categories == {"Building": "Outlay (Building)", "Running": "Outlay (Running)"}
    assert list(names_in_history(findings.inputs)["option_name"]) == ["Same (p)", "same (q)"]


def test_texts_tables_and_labels_tell_them_apart(findings):
    best = findings.comparison.best
    assert Edition(findings, WORDS.lang).options[best] in " ".join(answer(Edition(findings, WORDS.lang)))
    assert all(name in answer_topic.WAYS(Edition(findings, WORDS.lang)) for name in ("Store (p)", "store (q)"))
    assert all(name in answer_topic.SCALE(Edition(findings, WORDS.lang)) for name in ("Access (access)", "Access (care)"))
    called = Edition(findings, "en").estimates
    assert len({called["areas/access"], called["areas/care"]}) == 2
    rows = findings.inputs.tables["options"].to_dict("records")
    assert [Edition(findings, WORDS.lang).label(row | {"table": "options"}) for row in rows] == ["Store (p)", "store (q)"]


def test_no_sheet_shows_a_shared_name_alone(findings, tmp_path):
    write_workbook(Edition(findings, WORDS.lang), tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {"Same (p)", "same (q)", "Store (p)", "Access (care)"} <= cells
    assert any(cell.startswith("store (q)") for cell in cells)
    assert not cells & {"Same", "same", "Store", "store", "Access", "Outlay"}


@given(st.dictionaries(st.text("abxy()", min_size=1, max_size=3), st.text("ab (xy)", max_size=6), max_size=6))
def test_no_two_names_are_alike(names):
    told = distinct(names)
    assert list(told) == list(names)
    assert len(set(told.values())) == len(names)
