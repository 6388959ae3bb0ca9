"""One quantity is told by one number: in the tables of the print set, of the page and of the situation report, and in sentences."""

import re
from collections import defaultdict

import openpyxl
import pytest

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.styles import style_of
from fvmanalys.report.topics import EXHIBITS, answer, board
from fvmanalys.report.words import LANGUAGES
from fvmanalys.report.workbook import PRINT_SET, write_workbook
from tests.decisions import library_decision, write_tables
from tests.test_exhibits import in_words
from tests.tiny import tiny

DRAWS, TITLE = 128, 60
PRINTED = [one for one in vars(board).values() if type(one).__name__ == "Exhibit"]
SEVERAL = ("interval", "spread", "worth", "range")  # styles that tell several quantities at once
KEYS = ("option", "option_id", "area", "event", "risk_id", "id")


@pytest.fixture(scope="module", params=LANGUAGES)
def edition(request, tmp_path_factory):
    raw = write_tables(tmp_path_factory.mktemp("one") / "raw", library_decision(4))
    return Edition(fvm.find(fvm.load(raw), DRAWS), request.param)


def told(edition, exhibits):
    """What each quantity of a published table is told by: table, row and column, with every text."""
    found = defaultdict(set)
    for exhibit in exhibits:
        for row in exhibit.rows(edition):
            whose = tuple(str(row.get(key, "")) for key in KEYS)
            for column in exhibit.shown(edition, apart=True):
                value = row.get(column.key)
                if style_of(column.style)[0].is_number and isinstance(value, int | float) and column.key not in KEYS and not column.style.startswith(SEVERAL):
                    found[exhibit.published or exhibit.name, whose, column.key].add((exhibit.name, edition.tell(column.style, value, row, column.key)))
    return found


def test_every_table_tells_a_quantity_as_every_other_does(edition):
    found = told(edition, [*EXHIBITS.values(), *PRINTED])
    shared = {key: texts for key, texts in found.items() if len({name for name, _ in texts}) > 1}
    assert len(shared) > 20
    assert {key: texts for key, texts in shared.items() if len({text for _, text in texts}) > 1} == {}


def test_a_printed_cell_shows_what_the_page_tells(edition, tmp_path):
    write_workbook(edition, tmp_path / "book.xlsx")
    book, names = openpyxl.load_workbook(tmp_path / "book.xlsx"), {edition(f"sheet.{key}.name") for key in PRINT_SET}
    tables = {table.name: sheet[table.ref][1:] for sheet in book for table in sheet.tables.values() if sheet.title in names}
    checked = 0
    for exhibit in PRINTED:
        columns, _ = exhibit.told_apart(edition)
        title = "_".join(re.findall(r"\w+", exhibit.words(edition, "title")))
        shown = next((rows for name, rows in tables.items() if name.startswith(title[:TITLE])), None)
        for row, mine in zip(exhibit.rows(edition) if shown else [], shown or [], strict=False):
            for column, cell in zip(columns, mine, strict=True):
                value = row.get(column.key)
                if column.style in ("money", "share", "points") and isinstance(value, int | float):
                    assert in_words(cell, edition.words) == edition.tell(column.style, value, row, column.key), (exhibit.name, column.key)
                    checked += 1
    assert checked > 60


def test_sentences_and_tables_tell_the_same_amounts(edition):
    comparison = edition.findings.comparison
    text = " ".join(answer.answer(edition)).replace("\u00a0", " ")
    for amount in (comparison.lead, comparison.table["expected_loss"][comparison.best]):
        said = edition.words.amount(amount).replace("\u00a0", " ")
        assert said in text and edition.words.millions(amount).replace("\u00a0", " ") in said


@pytest.mark.parametrize("amount", [0.0, 3.14, 51.3, 1_321.0, 9_949.0, 9_951.0, 13_697.1, 250_000.0, -9_999.0])
def test_an_amount_has_one_unit_and_the_same_digits_in_text_and_table(edition, amount):
    assert edition.words.millions(amount) in edition.words.amount(amount)


@pytest.mark.parametrize(("months", "fewest"), [(0.18, "less"), (0.6, "a month"), (1.4, "a month"), (4.6, "5 months")])
def test_waiting_is_told_in_whole_months(months, fewest):
    said = Edition(fvm.find(tiny(), 16), "en").tell("wait", months)
    assert fewest in said and not re.search(r"\d[.,]\d", said)
