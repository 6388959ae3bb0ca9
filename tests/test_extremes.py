"""Values that no decision has: each is a fault with place and remedy, or counts; none ends in a traceback or in no number."""

import csv
import io
import time
from datetime import date

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.outside import day_at
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence.fields import Kind
from fvmanalys.evidence.tables import kinds
from fvmanalys.report.charts import figures
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.words import Words, day_after
from fvmanalys.report.workbook import write_workbook
from tests.decisions import ASSUMED, library_decision, write_tables
from tests.test_broken_input import whole_decision
from tests.test_hostile import appendix_of
from tests.tiny import tiny

NUMBERS = ["1e308", "-1e308", "1e-308", "1e9"]
DAYS = ["9999-12-31", "0001-01-01", "1900-01-01", "2199-12-31"]
EXTREMES = {Kind.NUMBER: NUMBERS, Kind.WHOLE: NUMBERS, Kind.DATE: DAYS}
PARAMETERS = ["discount_rate", "horizon_years", "value_per_point", "price_year"]


def with_cell(folder, table, row, column, text):
    """The decision with one cell changed; row 0 is the first below the header."""
    tables = whole_decision()
    header, *rows = csv.reader(io.StringIO(tables[table]))
    rows[row][header.index(column)] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return write_tables(folder, tables | {table: out.getvalue()})


CELLS = [
    (table, row, column, text)
    for table, written in whole_decision().items()
    for row in (range(len(PARAMETERS)) if table == "parameters" else [0])
    for column in written.split("\n")[0].split(",")
    for text in EXTREMES.get(kinds(table).get(column), [])
]


@pytest.mark.parametrize("table", sorted({table for table, *_ in CELLS}))
def test_an_extreme_in_any_number_or_day_is_a_fault_or_counts(tmp_path, table):
    for _, row, column, text in (cell for cell in CELLS if cell[0] == table):
        try:
            inputs = fvm.load(with_cell(tmp_path, table, row, column, text))
        except EvidenceError as error:
            assert all(fault.file and fault.remedy for fault in error.faults)
            assert error.faults, (column, text)
        else:
            simulation = fvm.simulate(inputs, 16)
            assert np.isfinite(simulation.cost).all(axis=None), (column, text)
            assert np.isfinite(simulation.score).all(axis=None), (column, text)


@pytest.mark.parametrize(
    ("table", "row", "column", "text", "words"),
    [
        ("parameters", 1, "high", "9999", "9999 is out of all bounds; a number of years lies from 0 to 200"),
        ("parameters", 1, "high", "1e308", "1e308 is out of all bounds"),
        ("areas", 0, "known_from", "9999-12-31", "'9999-12-31' is too large; it must be at most 2199-12-31"),
        ("decision", 0, "as_of", "0001-01-01", "'0001-01-01' is too small; it must be at least 1901-01-01"),
        ("contracts", 0, "high", "1e12", "1e12 is out of all bounds; a number of MSEK lies from"),
    ],
)
def test_what_is_out_of_reach_is_named_as_written(tmp_path, table, row, column, text, words):
    with pytest.raises(EvidenceError) as caught:
        fvm.load(with_cell(tmp_path, table, row, column, text))
    [fault] = caught.value.faults
    assert (fault.row, fault.column) == (row + 2, column)
    assert str(fault).split(f"{column}: ", 1)[1].startswith(words)


@pytest.mark.parametrize("day", ["9999-01-01", "0001-01-01"])
def test_a_day_out_of_reach_is_refused(tmp_path, day):
    with pytest.raises(UsageError, match=f"as_of {day} is out of reach; give a day from 1901-01-01 to 2199-12-31"):
        fvm.load(write_tables(tmp_path, library_decision(2)), day)


# Many rows. The bounds are loose: with time that grows with the square they are passed tenfold.

ITEM = "\np,item{0},Item,Running,per_year,open,,level,1,2,3,pert,MSEK,{1}"
FACT = "fact,source{0},2024-01-01,"
ROWS = 10_000


def many(kind):
    tables = library_decision(2)
    sources = "".join(f"\nsource{n},Quotation,Shelf Makers,2023-11-01,primary," for n in range(ROWS))
    if kind in ("facts", "unknown sources"):
        tables["sources"] += sources
        cited = FACT if kind == "facts" else FACT.replace("source", "sourc")
        tables["contracts"] += "".join(ITEM.format(n, cited.format(n)) for n in range(ROWS))
    elif kind == "withdrawals":
        tables["contracts"] += "".join(ITEM.format(n, ASSUMED) + ITEM.format(n, ASSUMED).replace("1,2,3,pert,MSEK", ",,,,").replace("01-01", "02-01") for n in range(ROWS // 2))
    elif kind == "a chain of events":
        tables["timeline"] += "".join(f"\np,event{n},Event,{f'event{n + 1}' if n < ROWS - 1 else ''},,0.01,,,months,{ASSUMED}" for n in range(ROWS))
    elif kind == "parts":
        tables["spend"] = "period_start,category,period_end,part_of,amount\n2023-01-01,all,2023-12-31,,1" + "".join(f"\n2023-01-01,c{n},2023-12-31,all,1" for n in range(ROWS))
    return tables


@pytest.mark.parametrize("kind", ["facts", "unknown sources", "withdrawals", "a chain of events", "parts"])
def test_ten_thousand_rows_are_read_in_time_that_grows_with_their_number(tmp_path, kind):
    folder = write_tables(tmp_path, many(kind))
    begun = time.process_time()
    try:
        assert fvm.load(folder).estimates is not None
    except EvidenceError as error:
        assert kind == "unknown sources"
        assert len(error.faults) == ROWS
    assert time.process_time() - begun < 20


# Days beyond the calendar


@pytest.mark.parametrize("tail", [False, True])
def test_an_event_beyond_the_calendar_is_told_everywhere_and_ends_in_no_traceback(tmp_path, tail):
    steps = [{"option_id": "*", "event_id": f"step{number}", "after": f"step{number - 1}" if number else "", "is": 2400} for number in range(60)]
    last = {"option_id": "*", "event_id": "done", "after": "step59", "is": (1, 30, 2400, "lognormal") if tail else 1}
    findings = fvm.find(tiny(("a", "b"), timeline=[*steps, last]), 64)
    edition = Edition(findings, "en")
    assert answer(edition)
    assert all(picture.svg for picture in figures(edition))
    write_workbook(edition, tmp_path / "book.xlsx")
    assert appendix_of(findings, "en")


@pytest.mark.parametrize("years", [8_000.0, 1e12, -1e5, float("inf"), float("nan")])
def test_no_number_of_years_overflows_the_calendar(years):
    assert day_after(date(2199, 12, 31), years) is None
    assert Words("en").month(date(2199, 12, 31), years) == Words("en")("unit.never")
    assert day_at(date(2199, 12, 31), abs(years), 1e3) is None
