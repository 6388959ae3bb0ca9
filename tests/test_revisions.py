"""What was changed after a result was seen: told in the sheet of sources, on the page and as a file, or not at all."""

import openpyxl
import pytest

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics import sources
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.decisions import library_decision, write_tables

HEADER = "date,what,what_en,from,to,why,effect,effect_en\n"
ROWS = [
    "2025-03-02,=Hyran,=The rent,3,4,dyrare,A mister 2 mnkr,A loses 2 MSEK",
    "2024-02-01,Hyllor,Shelves,7,,,,",
    "2025-01-09,Läsarna,Readers,,9,glömda,,",
]


def findings_with(folder, rows):
    tables = library_decision(2) | ({"revisions": HEADER + "\n".join(rows)} if rows else {})
    return fvm.find(fvm.load(write_tables(folder, tables)), 64)


def cells_of(findings, path, words):
    write_workbook(Edition(findings, words.lang), path)
    return [
        [cell for cell in row if cell is not None]
        for row in openpyxl.load_workbook(path)[words("sheet.origins.name")].iter_rows(values_only=True)
    ]


@pytest.mark.parametrize(
    "rows, told",
    [
        (ROWS, "3 figures were changed after a result was seen, the last on 2025-03-02."),
        (ROWS[1:2], "One figure was changed after a result was seen, on 2024-02-01."),
    ],
)
def test_the_page_the_sheet_and_the_file_tell_every_change_and_how_many_there_are(tmp_path, rows, told):
    findings, words = findings_with(tmp_path / "raw", rows), Words("en")
    assert sources.revisions_sentence(Edition(findings, words.lang)) == [told]
    shown = "".join(sources.revisions(Edition(findings, words.lang))).replace("<time>", "").replace("</time>", "")
    cells = cells_of(findings, tmp_path / "book.xlsx", words)
    assert told in shown and [told] in cells
    assert list(findings.tables()["revisions"]["what"]) == [row.split(",")[1] for row in rows]
    assert list(findings.tables()["revisions"]["from"]) == [row.split(",")[3] for row in rows]
    for row in rows:
        day, _, what, *_ = row.split(",")
        assert what in shown
        assert any(cells_row[0] == f"{day} {what}" for cells_row in cells if cells_row)


def test_changes_stand_in_order_of_time_in_the_readers_language(tmp_path):
    findings = findings_with(tmp_path / "raw", ROWS)
    rows = [
        row
        for row in cells_of(findings, tmp_path / "book.xlsx", Words("sv"))
        if row and str(row[0])[:5] in ("2024-", "2025-")
    ]
    assert rows == [
        ["2024-02-01 Hyllor", "–", "–", "7", "–"],
        ["2025-01-09 Läsarna", "glömda", "–", "–", "9"],
        ["2025-03-02 =Hyran", "dyrare", "A mister 2 mnkr", "3", "4"],
    ]
    shown = "".join(sources.revisions(Edition(findings, "sv")))
    assert shown.index("Hyllor") < shown.index("Läsarna") < shown.index("=Hyran")


def test_without_the_table_nothing_is_said_of_it(tmp_path):
    findings = findings_with(tmp_path / "raw", [])
    assert sources.revisions(Edition(findings, "sv")) == []
    assert "revisions" not in findings.tables()
    texts = [str(cell) for row in cells_of(findings, tmp_path / "book.xlsx", Words("en")) for cell in row]
    assert not [text for text in texts if "after a result" in text]
