"""What is declared once is the same everywhere: page, workbook and published table, cell by cell."""

import re
from datetime import date, datetime
from html.parser import HTMLParser
from io import StringIO

import openpyxl
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.report.charts import figures
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import parts_of
from fvmanalys.report.sheets.cells import header_names
from fvmanalys.report.topics import EXHIBITS
from fvmanalys.report.words import LANGUAGES
from fvmanalys.report.workbook import write_workbook
from tests.tiny import tiny

DRAWS = 64
NOT_YET_KNOWN = {"own_report", "choices"}  # in the data; tests/test_own_report.py and test_choose_later_tables.py have them
SINCE = {name for name in EXHIBITS if name.startswith("changed_")}  # of a second run; tests/test_changes.py has them
ONLY_ON_THE_PAGE = {"figures", "options_now", "public_comparison", "options", "ways", "reasons", "areas", "parameters", "newest", "source_types", "evidence_counts_by_table", "gaps", "context", "nominal", "payers"}
WITHOUT_A_TABLE = {"coming", "figures", "options_now", "public_comparison", "ways", "nominal", "payers", "newest", "source_types"}
MADE_OF_TABLES = {"acceptability", "yearly_cost", "team", "evidence_counts_by_table", "scale", "reasons", "areas", "costs", "parameters"}  # wide, or a choice of rows, of what is published long


class Cells(HTMLParser):
    """The texts of a table's cells, row by row."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def page_rows(html):
    parser = Cells()
    parser.feed(str(html))
    return parser.rows


def workbook_tables(path):
    """The rows below each table's headings, by these."""
    found = {}
    for sheet in openpyxl.load_workbook(path):
        for table in sheet.tables.values():
            head, *rows = sheet[table.ref]
            found[tuple(cell.value for cell in head)] = rows
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def edition(region, request):
    return Edition(region, request.param)


@pytest.fixture(scope="module")
def tables(edition, region_books):
    return workbook_tables(region_books[edition.lang])


def in_words(cell, words):
    """A cell as its number format shows it, written as the page writes."""
    value, form = cell.value, cell.number_format
    if isinstance(value, datetime):
        return f"{words(f'month.{value.month}')} {value.year}" if form == "yyyy-mm" else f"{value:%Y-%m-%d}"
    if not isinstance(value, int | float):
        return str(value).replace("\u00a0", " ")
    decimals = len(form.split(".")[1].rstrip(' %"')) if "." in form else 0
    return words.share(value, decimals) if "%" in form else words.number(value, decimals)


def number_in(text, lang):
    plain = text.replace("\u00a0", "").replace("\u2212", "-").rstrip("% ")
    return float(plain.replace(",", ".") if lang == "sv" else plain.replace(",", "")) / (100 if "%" in text else 1)


def same(page, cell, words):
    """Whether the page and the sheet say the same, at the precision that the coarser of them shows."""
    text = in_words(cell, words)
    if page == text or re.sub(r"\s+", " ", page) == re.sub(r"\s+", " ", text):
        return True
    try:
        told = number_in(page, words.lang)
    except ValueError:
        return False
    step = next((step for step in (100, 50, 10) if abs(told) >= 10 * step and told % step == 0), 1)
    return isinstance(cell.value, int | float) and abs(told - cell.value) <= step / 2 + 1e-9


def page_cells(exhibit, edition):
    """What the page shows, a row a list; an exhibit that is turned there is turned back."""
    _, *rows = page_rows(exhibit(edition))
    return [list(row) for row in zip(*rows, strict=True)] if exhibit.turned else rows


@pytest.mark.parametrize("name", sorted(set(EXHIBITS) - ONLY_ON_THE_PAGE - NOT_YET_KNOWN - SINCE))
def test_page_and_workbook_show_the_same_cells(edition, tables, name):
    exhibit, words = EXHIBITS[name], edition.words
    apart, _ = exhibit.told_apart(edition)
    sheet = tables[tuple(header_names([column.heading for column in apart]))]
    told = page_cells(exhibit, edition)
    columns = exhibit.shown(edition)[1 if exhibit.turned else 0 :]
    assert len(told) == len(sheet) > 0
    places = [column.key for column in apart]
    wrong = []
    for row, cells in zip(told, sheet, strict=True):
        for column, page in zip(columns, row, strict=True):
            parts = [part.key for part in parts_of(column) if part.key in places]
            if not parts:
                assert page == "–", "a column that a sheet leaves out says nothing"
                continue
            shown = [cells[places.index(part)] for part in parts]
            if len(parts) == 1 and not same(page, shown[0], words):
                wrong.append((column.heading, page, in_words(shown[0], words)))
            elif len(parts) > 1 and not told_together(page, shown, words):
                wrong.append((column.heading, page, [in_words(cell, words) for cell in shown]))
    assert not wrong


def told_together(page, cells, words):
    """Whether a text that tells several cells at once tells the first of them, or says in words what one of them says."""
    said = [in_words(cell, words) for cell in cells]
    return page in said or said[0] == "–" or any(same(number, cells[0], words) for number in numbers_in(page))


def numbers_in(text):
    """The numbers of a text that tells several."""
    return re.findall(r"\u2212?\d[\d\u00a0]*(?:[.,]\d+)*(?:\s?%)?", text)


@pytest.mark.parametrize("name", sorted(set(EXHIBITS) - WITHOUT_A_TABLE - MADE_OF_TABLES - NOT_YET_KNOWN - SINCE))
def test_the_published_table_holds_every_row_that_is_shown(edition, name):
    published = edition.findings.tables().get(EXHIBITS[name].published or name)
    assert published is not None, "every exhibit has its table in tables/*.csv"
    table = pd.read_csv(StringIO(published.to_csv(index=False)), keep_default_na=False, dtype=str)
    shown = pd.DataFrame(EXHIBITS[name].rows(edition))
    shared = [column for column in shown if column in table and not (column == "option" and shown[column].eq("*").any())]
    text = pd.read_csv(StringIO(shown[shared].to_csv(index=False)), keep_default_na=False, dtype=str)
    known = set(table[shared].itertuples(index=False, name=None))
    assert shared and set(text.itertuples(index=False, name=None)) <= known


def test_a_sum_is_told_though_some_row_lacks_a_cell(edition):
    *rows, sums = EXHIBITS["costs"].told(edition)
    assert any("–" in row for row in rows) and "–" not in sums


def two_with_an_event_after_their_own():
    """Two options with an event for all that follows one that only the first has, and one for all that follows nothing."""
    return tiny(
        options=("a", "b"),
        timeline=[
            {"option_id": "*", "event_id": "decided", "is": 6},
            {"option_id": "a", "event_id": "own", "after": "decided", "is": 12},
            {"option_id": "b", "event_id": "own", "after": "decided", "is": 24},
            {"option_id": "*", "event_id": "review", "after": "own", "is": 3, "name": "Review"},
        ],
    )


def test_an_event_for_all_that_has_other_times_is_no_common_one():
    edition = Edition(fvm.find(two_with_an_event_after_their_own(), 16))
    rows = [(row["option"], row["event"], round(row["p50"] * 12)) for row in EXHIBITS["events"].rows(edition)]
    assert sorted(row for row in rows if row[1] != "done") == [("*", "decided", 6), ("a", "own", 18), ("a", "review", 21), ("b", "own", 30), ("b", "review", 33)]


def test_each_row_of_a_milestone_says_how_far_its_day_lies_from_the_first_plan():
    plans = [("v1", "2020-01-31", None), ("v2", "2021-01-31", None), ("", None, "2022-07-31")]
    milestones = [
        {"milestone_id": "live", "name": "Live", "plan_version": version, "planned_date": planned, "actual_date": actual}
        for version, planned, actual in plans
    ]
    edition = Edition(fvm.find(tiny(milestones=milestones), 16))
    rows = EXHIBITS["milestones"].rows(edition)
    assert [row["planned_date"] or row["actual_date"] for row in rows] == [date(2020, 1, 31), date(2021, 1, 31), date(2022, 7, 31)]
    assert [row["moved_months"] for row in rows[1:]] == [12, 30]


NOTHING = [("a", 0, 50, 3), ("ab", 0, 0, None), ("ab", 0, 50, 0), ("ab", 5, 0, 0), ("a", 5, 50, None)]


@pytest.mark.parametrize(("options", "cost", "level", "staff"), NOTHING)
def test_a_decision_in_which_something_is_nothing_has_a_page_and_a_workbook(options, cost, level, staff, tmp_path):
    people = {
        "staffing": [{"option_id": "*", "role_id": "r", "phase": "run", "is": staff}],
        "staff_costs": [{"role_id": "r", "is": 0 if cost == 0 else 1}],
    }
    inputs = tiny(
        options=options,
        contracts=[{"option_id": "*", "item_id": "i", "category": "c", "basis": "once", "is": cost}],
        levels=[{"option_id": "*", "area_id": "x", "is": level}],
        **({} if staff is None else people),
    )
    edition = Edition(fvm.find(inputs, 16))
    write_workbook(edition, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")[edition("sheet.costs.name")]
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert (edition("exhibit.costs.none") in said) is (cost == 0)
    assert all(isinstance(exhibit(edition), str) for exhibit in EXHIBITS.values()) and figures(edition)
