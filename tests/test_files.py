"""Files as people and programs leave them: what has one reading is read, and what has none is one fault with its cause."""

import os
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.formula import ArrayFormula

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from tests.decisions import library_decision, write_tables
from tests.test_read import same_tables, semicolons, typed

TABLES = ("contracts", "options", "sources", "areas")


@pytest.fixture
def plain(tmp_path):
    return fvm.load(write_tables(tmp_path / "plain", library_decision(2)))


def grid(table):
    return [line.split(",") for line in library_decision(2)[table].split("\n")]


def book_of(rows, title="Blad1"):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append([typed(cell) if isinstance(cell, str) else cell for cell in row])
    return book


def with_book(folder, table, book):
    """The decision with one table in a workbook."""
    write_tables(folder, {name: text for name, text in library_decision(2).items() if name != table})
    book.save(folder / f"{table}.xlsx")
    return folder


def with_text(folder, table, text):
    """The decision with one table as this text, or these bytes."""
    folder = write_tables(folder, library_decision(2))
    (folder / f"{table}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def the_fault(folder, table, row, words, column="file"):
    with pytest.raises(EvidenceError, match=words) as caught:
        fvm.load(folder)
    [fault] = caught.value.faults
    assert (fault.file.rsplit("/", 1)[-1].split(".")[0], fault.row, fault.column) == (table, row, column)


# CSV

WAYS = {
    "separators after every row": lambda text: "\n".join(line + ";;;" for line in text.split("\n")),
    "separators after some rows": lambda text: "\n".join(line + ";;" * (place % 2) for place, line in enumerate(text.split("\n"))),
    "fewer separators after some rows than others": lambda text: "\n".join(line + ";" * (5 - place % 5) for place, line in enumerate(text.split("\n"))),
    "a first line sep=;": lambda text: f"sep=;\n{text}",
    "a first line SEP=; in quotation marks and separators": lambda text: f'"SEP=;";;\r\n{text}',
    "an empty first line": lambda text: f"\n\n{text}",
    "a first line of separators": lambda text: f";;;;\n{text}",
    "a column without a name or anything in it": lambda text: "\n".join(line.replace(";", ";;", 1) for line in text.split("\n")),
    "a column of the user's own": lambda text: "\n".join(f"{line};{'x_mine' if place == 0 else '3,5 %'}" for place, line in enumerate(text.split("\n"))),
    "a column of the user's own twice": lambda text: "\n".join(f"{'x_' if place == 0 else 'a'};{line};{'x_' if place == 0 else 'b'}" for place, line in enumerate(text.split("\n"))),
    "carriage returns as Excel's files write them": lambda text: text.replace(";", "_x000D_;").replace("Store", "_x000d_Store"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("table", TABLES)
def test_a_csv_file_with_one_reading_is_read(tmp_path, plain, way, table):
    text = semicolons(library_decision(2)[table])
    same_tables(plain, fvm.load(with_text(tmp_path / "saved", table, WAYS[way](text))))


def test_a_file_with_commas_may_say_so_and_have_commas_after_every_row(tmp_path, plain):
    text = "sep=,\n" + "\n".join(line + ",,," for line in library_decision(2)["contracts"].split("\n"))
    same_tables(plain, fvm.load(with_text(tmp_path / "saved", "contracts", text)))


@pytest.mark.parametrize("above", ["Avtal 2025", "Avtal;2025;;;", "Avtal, utkast;;\n\nsenast ändrad;2025-05-27", "name;av;oss"])
@pytest.mark.parametrize("table", TABLES)
def test_a_title_above_the_header_is_one_fault(tmp_path, above, table):
    folder = with_text(tmp_path, table, f"{above}\n{semicolons(library_decision(2)[table])}")
    the_fault(folder, table, 1, f"begins with .* above the header on row {above.count(chr(10)) + 2}; delete the rows above the header")


@pytest.mark.parametrize("table", TABLES)
def test_a_file_without_a_header_is_one_fault(tmp_path, table):
    folder = with_text(tmp_path, table, library_decision(2)[table].split("\n", 1)[1])
    the_fault(folder, table, 1, "has no header: .*; begin with a row that names the columns: ")


def test_a_file_with_tabs_is_one_fault(tmp_path):
    folder = with_text(tmp_path, "contracts", library_decision(2)["contracts"].replace(",", "\t"))
    the_fault(folder, "contracts", None, "separates its cells with .*; save it as CSV, with commas or semicolons")


def test_a_misspelt_column_that_is_needed_is_one_fault(tmp_path):
    folder = with_text(tmp_path, "options", library_decision(2)["options"].replace("option_id", "Option id"))
    the_fault(folder, "options", 1, "'Option id' is unknown; did you mean option_id?", "Option id")


def test_a_column_with_something_in_it_needs_a_name(tmp_path):
    text = "\n".join(line + (",see mail" if place else ",") for place, line in enumerate(library_decision(2)["sources"].split("\n")))
    the_fault(with_text(tmp_path, "sources", text), "sources", 1, "column 7 has no name, though row 2 has something there; name it", "header")


def test_many_rows_that_do_not_fit_the_header_are_one_fault(tmp_path):
    text = library_decision(2)["areas"].replace("\n", "\n,")
    rows = text.split("\n")
    the_fault(with_text(tmp_path, "areas", "\n".join([*rows, *rows[1:]])), "areas", 2, "has 14 cells where the header has 13, and 5 rows more", "row")


def test_a_personal_identity_number_is_found_in_the_users_own_columns_too(tmp_path):
    text = "\n".join(line + (",811228-9874" if place == 1 else ",x_note"[: 7 * (not place)] or ",") for place, line in enumerate(library_decision(2)["sources"].split("\n")))
    the_fault(with_text(tmp_path, "sources", text), "sources", 2, "holds a personal identity number", "x_note")


def test_the_users_own_columns_are_in_no_table(tmp_path):
    text = "\n".join(line + (",mine" if place else ",x_mine") for place, line in enumerate(library_decision(2)["sources"].split("\n")))
    assert "x_mine" not in fvm.load(with_text(tmp_path, "sources", text)).tables["sources"]


# What cannot be opened


def folder_in_its_place(path):
    path.mkdir()


def dangling_link(path):
    path.symlink_to("nowhere.csv")


def named_pipe(path):
    os.mkfifo(path)


@pytest.mark.skipif(os.name != "posix", reason="made with POSIX links and pipes")
@pytest.mark.parametrize(("make", "words"), [(folder_in_its_place, "is no file"), (dangling_link, "is a link to a file that is not there"), (named_pipe, "is no file")])
@pytest.mark.parametrize("name", ["contracts.csv", "contracts.xlsx", "risks.csv"])
def test_what_is_no_file_is_one_fault(tmp_path, make, words, name):
    folder = write_tables(tmp_path / "raw", library_decision(2))
    (folder / "contracts.csv").unlink()
    make(folder / name)
    if name == "risks.csv":
        write_tables(folder, {"contracts": library_decision(2)["contracts"]})
    the_fault(folder, name.split(".")[0], None, f"{words}; ")


def test_a_file_that_may_not_be_read_is_one_fault(tmp_path, monkeypatch):
    folder = write_tables(tmp_path, library_decision(2))
    opened = type(folder).open

    def refuse(path, *more, **how):
        if path.name == "contracts.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, *more, **how)

    monkeypatch.setattr(type(folder), "open", refuse)
    the_fault(folder, "contracts", None, r"cannot be read \(Permission denied\); close it elsewhere, or let this account read it")


# Excel

OTHER = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")


def test_a_strict_workbook_is_one_fault(tmp_path):
    folder = with_book(tmp_path, "contracts", book_of(grid("contracts")))
    path = folder / "contracts.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).replace(*map(str.encode, OTHER)) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    the_fault(folder, "contracts", None, r"is saved as Strict Open XML; save it as an ordinary Excel workbook")


def test_a_workbook_of_charts_alone_is_one_fault(tmp_path):
    book = Workbook()
    book.create_chartsheet("contracts").add_chart(BarChart())
    book.remove(book.active)
    the_fault(with_book(tmp_path, "contracts", book), "contracts", None, "; save it as ")


def test_a_locked_workbook_is_one_fault(tmp_path):
    folder = with_book(tmp_path, "contracts", Workbook())
    (folder / "contracts.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    the_fault(folder, "contracts", None, "cannot be opened as an Excel workbook .*; save it without a password")


def test_a_chart_with_the_name_of_the_table_is_passed_over(tmp_path, plain):
    book = book_of(grid("contracts"))
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=9, min_row=1, max_row=3))
    book.create_chartsheet("contracts").add_chart(chart)
    same_tables(plain, fvm.load(with_book(tmp_path / "x", "contracts", book)))


@pytest.mark.parametrize("notes", [[["Noteringar"]], [["vem", "när"], ["a", "b"]], [["name", "note"], ["item_id", "ett id"]], []])
@pytest.mark.parametrize("table", TABLES)
def test_a_sheet_of_notes_before_the_table_is_passed_over(tmp_path, plain, notes, table):
    book = book_of(notes, "Läs mig")
    sheet = book.create_sheet("Blad2")
    for row in grid(table):
        sheet.append([typed(cell) for cell in row])
    same_tables(plain, fvm.load(with_book(tmp_path / "x", table, book)))


def test_the_sheet_with_the_name_of_the_table_is_read_whatever_stands_there(tmp_path):
    book = book_of([["Ännu inget"]], "contracts")
    sheet = book.create_sheet("gamla")
    for row in grid("contracts"):
        sheet.append([typed(cell) for cell in row])
    the_fault(with_book(tmp_path, "contracts", book), "contracts", 1, "has no header: its first row begins 'Ännu inget'")


@pytest.mark.parametrize("merged", [None, "A1:F1"])
@pytest.mark.parametrize("table", TABLES)
def test_a_title_in_a_workbook_is_one_fault(tmp_path, merged, table):
    book = book_of([["Avtal 2025"], [], *grid(table)])
    if merged:
        book.active.merge_cells(merged)
    the_fault(with_book(tmp_path, table, book), table, 1, "begins with 'Avtal 2025' above the header on row 3; delete the rows above")


@pytest.mark.parametrize(("areas", "words"), [(["A2:A3"], "cells A2:A3 are merged"), (["B1:C1", "A2:A3", "D2:E3"], "cells B1:C1 and 2 areas more are merged")])
def test_cells_merged_within_the_table_are_one_fault(tmp_path, areas, words):
    book = book_of(grid("contracts"))
    for area in areas:
        book.active.merge_cells(area)
    row = int(areas[0][1])
    the_fault(with_book(tmp_path, "contracts", book), "contracts", row, f"{words}, so all but the first of each are empty; unmerge them")


def test_cells_merged_beside_the_table_do_no_harm(tmp_path, plain):
    book = book_of(grid("contracts"))
    book.active.merge_cells("AA1:AC5")
    same_tables(plain, fvm.load(with_book(tmp_path / "x", "contracts", book)))


FORMULAS = {
    "a plain one": "=0.01*2",
    "an array": ArrayFormula("O2:O2", "=SUM(0.01*{1,2})"),
}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("column", ["real_growth", "note"])
def test_a_formula_that_nobody_computed_is_one_fault(tmp_path, formula, column):
    rows = grid("contracts")
    rows[0].append(column)
    book = book_of(rows)
    cell = book.active.cell(2, len(rows[0]))
    cell.value = FORMULAS[formula]
    words = f"cell {cell.coordinate} has a formula without a computed value; open the workbook in Excel and save it"
    the_fault(with_book(tmp_path, "contracts", book), "contracts", 2, words)


def test_a_formula_that_gives_nothing_is_an_empty_cell(tmp_path, plain):
    rows = grid("contracts")
    rows[0].append("note")
    book = book_of(rows)
    book.active.cell(2, len(rows[0])).value = '=IF(A1="","x","")'
    folder = with_book(tmp_path / "x", "contracts", book)
    path = folder / "contracts.xlsx"
    with zipfile.ZipFile(path) as saved:
        parts = {name: saved.read(name) for name in saved.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"</f><v></v></c>" in parts[sheet] or b"</f><v /></c>" in parts[sheet]
    parts[sheet] = parts[sheet].replace(b'"><f>', b'" t="str"><f>')
    with zipfile.ZipFile(path, "w") as saved:
        for name, content in parts.items():
            saved.writestr(name, content)
    same_tables(plain, fvm.load(folder))


def test_carriage_returns_in_cells_and_headings_of_a_workbook_are_no_text(tmp_path, plain):
    rows = [[cell + "_x000D_" for cell in grid("sources")[0]], *grid("sources")[1:]]
    rows[1][1] = "Quotation_x000D_\n for shelving"
    rows[2][1] = "_x005F_x000D_ is how it is written"
    titles = fvm.load(with_book(tmp_path / "x", "sources", book_of(rows))).tables["sources"]["title"]
    assert list(titles) == ["Quotation\n for shelving", "_x000D_ is how it is written"]
