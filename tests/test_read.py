"""Files as people save them: both dialects, old encodings, Excel; one reading of each."""

import codecs
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from pandas.testing import assert_frame_equal

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence.files import read_table
from tests.decisions import library_decision, write_tables

PLACE = ["_file", "_row"]


def semicolons(text):
    """As a Swedish Excel saves it."""
    cells = [line.split(",") for line in text.replace(";", "+").split("\n")]
    return "\n".join(";".join(cell.replace(".", ",") if cell.replace(".", "").isdigit() else cell for cell in row) for row in cells)


def same_tables(one, other):
    for name in one.tables:
        assert_frame_equal(one.tables[name].drop(columns=PLACE), other.tables[name].drop(columns=PLACE))


@pytest.fixture
def commas(tmp_path):
    return fvm.load(write_tables(tmp_path / "commas", library_decision(2)))


def test_semicolon_with_decimal_comma_is_the_same_decision(tmp_path, commas):
    tables = {name: semicolons(text) for name, text in library_decision(2).items()}
    assert "0,03" in tables["parameters"]
    same_tables(commas, fvm.load(write_tables(tmp_path / "semicolons", tables)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends_are_the_same_decision(tmp_path, encoding, newline):
    tables = library_decision(2)
    tables["areas"] = tables["areas"].replace("Quiet", "Ro och stillhet – på läsplatserna")
    folder = write_tables(tmp_path, tables)
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_text("utf-8").replace("\n", newline).encode(encoding))
    assert fvm.load(folder).tables["areas"]["name"].iloc[2] == "Ro och stillhet – på läsplatserna"


def test_a_thousands_blank_and_decimal_comma_are_read(tmp_path):
    tables = library_decision(2)
    tables["contracts"] = semicolons(tables["contracts"]).replace(";5;8;20;", ";1\u00a0005,5;1 008;1\u202f020;")
    row = fvm.load(write_tables(tmp_path, tables)).tables["contracts"].iloc[0]
    assert list(row[["low", "likely", "high"]]) == [1005.5, 1008, 1020]


def test_a_quoted_line_break_keeps_row_numbers_right(tmp_path):
    tables = library_decision(2)
    tables["sources"] = tables["sources"].replace("Quotation for shelving", '"Quotation\nfor ""shelving"", part 1"')
    inputs = fvm.load(write_tables(tmp_path, tables))
    assert inputs.tables["sources"]["title"].iloc[0] == 'Quotation\nfor "shelving", part 1'
    assert list(inputs.tables["sources"]["_row"]) == [2, 4]
    tables["sources"] = tables["sources"].replace("2024-02-01", "soon")
    with pytest.raises(EvidenceError, match=r"sources.csv:4: published: 'soon' is not a date"):
        fvm.load(write_tables(tmp_path, tables))


def test_empty_lines_are_passed_over_and_counted(tmp_path):
    tables = library_decision(2)
    tables["sources"] = tables["sources"].replace("\nsurvey", "\n\n,,,,,\nsurvey")
    assert list(fvm.load(write_tables(tmp_path, tables)).tables["sources"]["_row"]) == [2, 5]


def test_a_translation_beside_a_text_is_kept_and_any_other_column_refused(tmp_path):
    tables = library_decision(2)
    tables["decision"] = "title,title_en,organisation,question\nVar ska böckerna stå?,Where to keep the books,City University,Where?"
    assert fvm.load(write_tables(tmp_path, tables)).decision["title_en"] == "Where to keep the books"
    tables["sources"] = tables["sources"].replace("url", "published_en")
    with pytest.raises(EvidenceError, match=r"sources.csv:1: published_en: column 'published_en' is unknown"):
        fvm.load(write_tables(tmp_path, tables))


def test_missing_optional_columns_are_filled_in(commas):
    contracts = commas.tables["contracts"]
    assert (contracts["programme"] == "yes").all()
    assert (contracts["payer"] == "").all()
    assert contracts["price_year"].isna().all()
    assert commas.tables["risks"].empty
    assert list(commas.tables["risks"].columns[:2]) == ["option_id", "risk_id"]


# Excel


def typed(text):
    """A cell as a person types it into Excel."""
    for read in (int, float, lambda one: datetime.fromisoformat(one) if "-" in one else int("x")):
        try:
            return read(text)
        except ValueError:
            continue
    return text or None


def write_workbook(path, text, sheet="Blad1"):
    book = Workbook()
    book.active.title = sheet
    for line in text.split("\n"):
        book.active.append([typed(cell) for cell in line.split(",")])
    book.save(path)
    return path


def test_excel_with_typed_cells_is_the_same_decision(tmp_path, commas):
    folder = tmp_path / "excel"
    folder.mkdir()
    for name, text in library_decision(2).items():
        write_workbook(folder / f"{name}.xlsx", text)
    same_tables(commas, fvm.load(folder))


def test_excel_rows_are_counted_as_excel_counts_them(tmp_path):
    book = Workbook()
    for row in (["year", "index", "known_from"], [], [2022, 95.5, date(2024, 1, 1)], [None, None], [2023.0, "100", datetime(2024, 1, 1)]):
        book.active.append(row)
    book.save(tmp_path / "price_index.xlsx")
    _, header, rows, *_ = read_table(tmp_path / "price_index.xlsx")
    assert header == ["year", "index", "known_from"]
    assert rows == [(3, ["2022", "95.5", "2024-01-01"]), (5, ["2023", "100", "2024-01-01"])]


def test_true_and_false_in_excel_are_yes_and_no(tmp_path):
    book = Workbook()
    book.active.append(["option_id", "permanent", "reference"])
    book.active.append(["a", True, False])
    book.save(tmp_path / "options.xlsx")
    assert read_table(tmp_path / "options.xlsx").rows == [(2, ["a", "yes", "no"])]


def test_the_sheet_named_as_the_table_is_read_before_the_first(tmp_path):
    path = write_workbook(tmp_path / "price_index.xlsx", "a,b\n1,2")
    book = Workbook()
    book.active.append(["not", "this"])
    sheet = book.create_sheet("price_index")
    sheet.append(["year", "index"])
    sheet.append([2023, 100])
    book.save(path)
    assert read_table(path).header == ["year", "index"]


def test_a_workbook_that_states_its_size_wrongly_is_read_whole(tmp_path):
    whole = write_workbook(tmp_path / "price_index.xlsx", "year,index,known_from\n2022,95,\n2023,100,")
    lying = tmp_path / "lying"
    lying.mkdir()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(lying / "price_index.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'ref="A1:C3"', b'ref="A1"'))
    assert read_table(lying / "price_index.xlsx")[1:] == read_table(whole)[1:]


def test_an_error_of_excel_in_a_number_is_a_fault(tmp_path):
    tables = library_decision(2)
    text = tables.pop("parameters")
    folder = write_tables(tmp_path, tables)
    write_workbook(folder / "parameters.xlsx", text.replace("0.03,", "#DIV/0!,"))
    with pytest.raises(EvidenceError, match=r"parameters.xlsx:2: likely: '#DIV/0!' is not a number; write a plain number"):
        fvm.load(folder)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = tmp_path / "price_index.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"year,index\r\n2023,100\r\n")
    assert read_table(path)[1:4] == (["year", "index"], [(2, ["2023", "100"])], ".")
