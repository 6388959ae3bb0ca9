"""Numbers and days as people write them: read in the file's own convention, refused where two are possible, quoted as they stand."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence.spelling import plain_number
from tests.decisions import library_decision, write_tables

EVIDENCE = ("assumption", "2024-01-01", "analysts")
HEADER = ["item_id", "name", "likely", "unit", "kind", "known_from", "owner"]


def context(folder, numbers, form=";", header=HEADER, unit="MSEK", **more):
    """The decision with a table of numbers, in a file with commas, with semicolons, or in a workbook."""
    rows = [header, *([f"item{place}", "Item", number, unit, *EVIDENCE] for place, number in enumerate(numbers))]
    folder = write_tables(folder, library_decision(2) | more)
    if form == "xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(folder / "context.xlsx")
    else:
        quoted = (form.join(f'"{cell}"' for cell in row) for row in rows)
        (folder / "context.csv").write_text("\n".join(quoted), "utf-8")
    return folder


def values(folder):
    return fvm.load(folder).tables["context"]["likely"].tolist()


def faults(folder):
    with pytest.raises(EvidenceError) as caught:
        fvm.load(folder)
    return [(fault.row, fault.column, f"{fault.problem}; {fault.remedy}") for fault in caught.value.faults]


BOTH = [("12", 12), ("-3", -3), ("−3", -3), ("1 250", 1250), ("1\u00a0250\u202f000", 1250000), ("1e3", 1000), ("+7", 7), (" 5 ", 5)]
COMMA = [("3,5", 3.5), ("1 250,5", 1250.5), ("0,125", 0.125), ("1250,125", 1250.125), (",5", 0.5), ("5.5", 5.5), ("0.125", 0.125), ("1,250", 1.25)]
POINT = [("3.5", 3.5), ("1 250.5", 1250.5), ("1.250", 1.25), (".5", 0.5)]
EITHER = [("3,5", 3.5), ("3.5", 3.5), ("1\u00a0250,5", 1250.5), ("0,125", 0.125), ("0.125", 0.125)]


@pytest.mark.parametrize(("form", "written"), [(";", BOTH + COMMA), (",", BOTH + POINT), ("xlsx", BOTH + EITHER)], ids=["semicolons", "commas", "workbook"])
def test_numbers_are_read_in_the_convention_of_the_file(tmp_path, form, written):
    assert values(context(tmp_path, [text for text, _ in written], form)) == [value for _, value in written]


@given(st.decimals(-(10**6), 10**6, places=2), st.booleans())
def test_a_number_written_in_either_dialect_is_the_same(number, grouped):
    plain = f"{number:,.2f}" if grouped else f"{number:.2f}"
    point, comma = plain.replace(",", "\u00a0"), plain.replace(",", " ").replace(".", ",")
    for text, mark in ((point, "."), (comma, ","), (point, ""), (comma, "")):
        assert float(plain_number(text, mark)) == float(number)


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        (";", "1.250", "'1.250' may be two numbers; write 1250 or 1,25, whichever is meant"),
        (";", "-12.500", "'-12.500' may be two numbers; write -12500 or -12,5"),
        (",", "1,250", "'1,250' may be two numbers; write 1250 or 1.25"),
        ("xlsx", "1.255", "'1.255' may be two numbers; write 1255 or 1.255, whichever is meant, as a number and not as text"),
        ("xlsx", "1,250", "'1,250' may be two numbers; write 1250 or 1,25, whichever is meant, as a number and not as text"),
        (";", "1.250,50", "'1.250,50' has a point or comma between thousands; write 1250,50"),
        (";", "1.250.000", "'1.250.000' has a point or comma between thousands; write 1250000"),
        (",", "1,250.50", "'1,250.50' has a point or comma between thousands; write 1250.50"),
        ("xlsx", "1.250,50", "'1.250,50' has a point or comma between thousands; write 1250,50"),
        (";", "3,5 %", "'3,5 %' is a percentage; write 0,035"),
        (",", "3.5%", "'3.5%' is a percentage; write 0.035"),
        (",", "3,5 %", "'3,5 %' is a percentage; write 0.035"),
        ("xlsx", "3,5 %", "'3,5 %' is a percentage; write 0,035"),
        (";", "-", "'-' is a dash, which may mean zero or not known; write 0, or leave the cell empty"),
        (",", " – ", "'–' is a dash, which may mean zero or not known; write 0, or leave the cell empty"),
        ("xlsx", "-", "'-' is a dash"),
        (",", "104,5", "'104,5' is not a number; write a plain number"),
        (";", "1 25", "'1 25' is not a number"),
        (";", "ca 5", "'ca 5' is not a number"),
        (",", "٣", "'٣' is not a number"),
        (",", "1_000", "'1_000' is not a number"),
        (",", "nan", "'nan' is not a finite number"),
        (";", "-inf", "'-inf' is not a finite number"),
    ],
)  # fmt: skip
def test_what_is_no_number_or_may_be_two_is_refused_as_it_stands(tmp_path, form, text, words):
    [(row, column, said)] = faults(context(tmp_path, ["5", text], form))
    assert (row, column) == (3, "likely")
    assert said.startswith(words)


@pytest.mark.parametrize(("text", "form", "share"), [("3,5", ";", "0,035"), ("3.5", ",", "0.035"), ("35", ";", "0,35"), (12.5, "xlsx", "0.125")])
def test_a_share_that_is_a_percentage_is_told_as_a_share(tmp_path, text, form, share):
    [(_, column, said)] = faults(context(tmp_path, [text], form, unit="share"))
    assert column == "likely"
    assert said == f"{text} is no share; write a share between 0 and 1 ({text} % is {share})"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([date(1900, 1, 5), datetime(1905, 2, 2, 12)], "is formatted as a date"),
        (["3 %", "4 %"], "is a percentage"),
        (["1.250", "1.300"], "may be two numbers"),
        (["x", "y"], "is not a number"),
    ],
)
def test_a_column_that_is_wrong_all_the_way_is_one_fault(tmp_path, cells, words):
    [(row, column, said)] = faults(context(tmp_path, cells * 47, "xlsx"))
    assert (row, column) == (2, "likely")
    assert f"{words}, and so are 93 cells more, down to row 95; " in said


def test_a_column_of_days_kept_as_numbers_is_one_fault(tmp_path):
    folder = context(tmp_path, [1] * 5, "xlsx")
    book = Workbook()
    for row in [HEADER, *([f"item{place}", "Item", 1, "MSEK", "assumption", 45292 + place, "analysts"] for place in range(50))]:
        book.active.append(row)
    book.save(folder / "context.xlsx")
    [(row, column, said)] = faults(folder)
    assert (row, column) == (2, "known_from")
    assert said.startswith("'45292' is formatted as a number, and so are 49 cells more")


def test_a_zero_that_excel_shows_as_a_dash_is_zero(tmp_path):
    folder = context(tmp_path, [0.0, 5], "xlsx")
    book = Workbook()
    for row in [HEADER, ["item", "Item", 0, "MSEK", *EVIDENCE]]:
        book.active.append(row)
    book.active["C2"].number_format = '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-'
    book.save(folder / "context.xlsx")
    assert values(folder) == [0]


def test_messages_about_numbers_quote_the_file(tmp_path):
    tables = {name: text.replace(",", ";") for name, text in library_decision(2).items()}
    tables["areas"] = tables["areas"].replace("10;30;50", "1 030,50;30;50")
    folder = write_tables(tmp_path, tables)
    assert [said for _, _, said in faults(folder)] == ["1 030,50 is above likely 30; correct the row: low <= likely <= high"]


# Kronor


@pytest.mark.parametrize(("unit", "number", "millions"), [("MSEK", "1.5", 1.5), ("kSEK", "1500", 1.5), ("SEK", "1 500 000", 1.5), ("SEK", "-7", -7e-6)])
@pytest.mark.parametrize("table", ["contracts", "staff_costs", "investigations", "context"])
def test_amounts_in_kronor_become_millions(tmp_path, unit, number, millions, table):
    tables = library_decision(2)
    kept = "kind,source_id,known_from,owner\n"
    head = {
        "contracts": tables["contracts"].split("\n")[0] + "\n",
        "staff_costs": f"role_id,low,likely,high,distribution,unit,{kept}",
        "investigations": f"investigation_id,name,resolves,variance_reduction,months,low,likely,high,distribution,unit,{kept}",
        "context": f"item_id,name,low,likely,high,distribution,unit,{kept}",
    }[table]
    key = {"contracts": "p,new,New,New,once,open,,level", "staff_costs": "smith", "investigations": "look,Look,areas/*,0.5,2", "context": "new,New"}[table]
    before = tables["contracts"] + "\n" if table == "contracts" else head
    tables[table] = f"{before}{key},,{number},,,{unit},assumption,,2024-01-01,analysts"
    row = fvm.load(write_tables(tmp_path, tables)).tables[table].iloc[-1]
    assert (row["likely"], row["unit"]) == (millions, "MSEK")


def test_a_whole_range_in_kronor_is_converted_and_quoted_as_written(tmp_path):
    tables = library_decision(2)
    tables["contracts"] = tables["contracts"].replace("5,8,20,pert,MSEK", "5000,8000,20000,pert,kSEK")
    row = fvm.load(write_tables(tmp_path, tables)).tables["contracts"].iloc[0]
    assert list(row[["low", "likely", "high", "unit"]]) == [5, 8, 20, "MSEK"]
    tables["contracts"] = tables["contracts"].replace("5000,8000", "9000,8000")
    assert [said for _, _, said in faults(write_tables(tmp_path, tables))] == ["9000 is above likely 8000; correct the row: low <= likely <= high"]


def test_kronor_where_no_money_belongs_are_refused_as_written(tmp_path):
    tables = library_decision(2)
    tables["levels"] = tables["levels"].replace("uniform,level", "uniform,SEK", 1)
    assert [said for _, _, said in faults(write_tables(tmp_path, tables))] == ["'SEK' does not belong in levels; use level"]
