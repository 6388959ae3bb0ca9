"""Forms to assessors and back: what is asked, what is refused and where, and what the answers come to together."""

import csv
import io
import math
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from typer.testing import CliRunner

import fvmanalys as fvm
from fvmanalys.analysis.pooling import calibrated, even, fitted, pool, worth_of_disagreement
from fvmanalys.cli import app
from fvmanalys.errors import EvidenceError, UsageError
from fvmanalys.evidence.forms import COLUMNS, MARK
from fvmanalys.model.draws import Estimate, quantile
from fvmanalys.report.collected import Collected, silent, write_collected
from fvmanalys.report.edition import Edition
from fvmanalys.report.sheets.book import Book
from fvmanalys.report.words import Words
from fvmanalys.run.asking import ANSWERS, hand_out
from fvmanalys.run.collecting import BOOK, collect
from tests.conftest import need
from tests.tiny import tiny, write_tiny

SENT = "midwife=8; doctor=7"
P = np.array([0.05, 0.5, 0.95])
LEVELS = [
    {"option_id": "a", "area_id": "x", "is": (10, 30, 60)},
    {"option_id": "b", "area_id": "x", "is": (20, 50, 70)},
    {"option_id": "b", "area_id": "x", "from_event": "done", "is": (30, 60, 90)},
]
QUESTIONS = "question_id,question,unit,answer\nlong,How long is it?,metres,120\nold,How old is it?,years,55\n"
FACTS = {"owner": "the board", "known_from": "2024-06-01"}


def fill(path, answers, **fields):
    """Write answers (low, likely, high, reason) by key into a form, and its role or number."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in range(1, sheet.max_row + 1):
            key = str(sheet[f"{COLUMNS['key']}{row}"].value)
            if key in fields:
                sheet[f"{COLUMNS['what']}{row}"] = fields[key]
            for name, value in zip(("low", "likely", "high", "reason"), answers.get(key, ()), strict=False):
                cell = sheet[f"{COLUMNS[name]}{row}"]
                cell.value = value
                if isinstance(value, str) and name == "reason":
                    cell.data_type = "s"
    book.save(path)
    return path


def gather(decision, forms, out, **more):
    return collect(decision, forms, out, **FACTS, lang="en", draws=256, **more)


def raw_rows(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def decision(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decision")
    areas = {"x": {"level_0": "nothing works", "level_100": "all works"}}
    return Path(write_tiny(folder, options=("a", "b"), areas=areas, levels=LEVELS))


@pytest.fixture(scope="module")
def handed_in(decision, tmp_path_factory):
    """Fifteen forms, all but one filled in, each by somebody of another mind."""
    folder = tmp_path_factory.mktemp("forms")
    list(hand_out(decision, "x", folder / "form.xlsx", sent=SENT, lang="en"))
    forms = sorted(folder.glob("*.xlsx"))
    for place, path in enumerate(forms[:-1]):
        middle = 20 + 4 * place
        ids = ("levels/a/x//", "levels/b/x//", "levels/b/x//done")
        fill(path, {name: (middle - 10.5, middle + shift, middle + 20, "=2+2") for shift, name in enumerate(ids)})
    return forms


@pytest.fixture(scope="module")
def gathered(decision, handed_in, tmp_path_factory):
    out = tmp_path_factory.mktemp("gathered")
    return out, gather(decision, handed_in, out)


@pytest.fixture(scope="module")
def blank(decision, tmp_path_factory):
    """A form as anybody may get it, with no role and no number."""
    path = tmp_path_factory.mktemp("blank") / "form.xlsx"
    list(hand_out(decision, "x", path, lang="en"))
    return path


def one_form(blank, folder, *answers):
    """A form with some answers in it."""
    return fill(Path(shutil.copy(blank, folder)), dict(answers), role="nurse", number=1)


# The pool.


def share_below(answers, weights, bounds, value):
    """The mixture's distribution function, written down anew: every part of every answer for itself."""
    total = 0.0
    for (low, likely, high), weight in zip(answers, weights, strict=True):
        ends = [min(max(one, bounds[0]), bounds[1]) for one in (low - (high - low) / 10, low, likely, high, high + (high - low) / 10)]
        for start, end, mass in zip(ends, ends[1:], (0.05, 0.45, 0.45, 0.05), strict=False):
            total += weight * mass * (float(value >= end) if start == end else min(max((value - start) / (end - start), 0.0), 1.0))
    return total


answer = st.lists(st.integers(0, 200), min_size=3, max_size=3).map(lambda ends: tuple(sorted(one / 2 for one in ends)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(answer, st.integers(1, 5)), min_size=1, max_size=6), st.sampled_from([0.05, 0.25, 0.5, 0.75, 0.95]))
def test_the_pool_has_the_quantiles_of_the_mixture(told, probability):
    answers, weights = [one for one, _ in told], np.array([weight for _, weight in told], dtype=float)
    weights /= weights.sum()
    [value] = pool(np.array(answers), weights, (0.0, 100.0)).quantile(np.array([probability]))
    assert share_below(answers, weights, (0.0, 100.0), value - 1e-6) <= probability + 1e-9
    assert share_below(answers, weights, (0.0, 100.0), value + 1e-6) >= probability - 1e-9


def test_a_pool_of_answers_apart_is_as_wide_as_they_are_apart():
    answers, weights = np.array([[10.0, 12, 14], [80.0, 90, 95], [20.0, 30, 70]]), np.array([0.45, 0.3, 0.25])
    found = pool(answers, weights, (0.0, 100.0))
    for probability, value in zip(P, found.quantile(P), strict=True):
        own = brentq(lambda x: share_below(answers, weights, (0.0, 100.0), x) - probability, 0, 100, xtol=1e-12)  # noqa: B023
        assert value == pytest.approx(own, abs=1e-6)
    assert found.mean == pytest.approx(0.45 * 12 + 0.3 * 88.625 + 0.25 * (0.05 * 17.5 + 0.45 * 25 + 0.45 * 50 + 0.05 * 72.5))


def test_a_flat_part_of_a_pool_is_met_in_its_middle():
    found = pool(np.array([[10.0, 15, 20], [80.0, 85, 90]]), even(2), (0.0, 100.0))
    assert found.quantile(P[1:2])[0] == pytest.approx(50)


@pytest.mark.parametrize("seed", range(4))
def test_the_row_is_drawn_with_the_percentiles_of_its_pool(seed):
    middles = np.random.default_rng(seed).uniform(30, 60, 12)
    found = pool(np.column_stack([middles - 12, middles + 1, middles + 16]), even(12), (0.0, 100.0))
    row = fitted(found, (0.0, 100.0))
    drawn = quantile(Estimate("", row.low, row.likely, row.high, row.distribution, ends="p90"), P)
    assert drawn == pytest.approx(found.quantile(P), abs=1e-6)
    assert row.misses < 3


def test_a_pool_with_two_peaks_says_how_far_its_row_is_off():
    row = fitted(pool(np.array([[5.0, 8, 10], [85.0, 90, 95]]), even(2), (0.0, 100.0)), (0.0, 100.0))
    assert row.misses > 10


def test_answers_that_are_all_one_number_make_a_fixed_row():
    row = fitted(pool(np.full((3, 3), 40.0), even(3), (0.0, 100.0)), (0.0, 100.0))
    assert (row.low, row.likely, row.high, row.distribution, row.misses) == (40, 40, 40, "", 0)


# Calibration.


@pytest.mark.parametrize("hits", [(1, 4, 5, 0), (0, 5, 5, 0), (3, 2, 2, 3), (2, 18, 18, 2)])
def test_calibration_is_the_tail_of_chi_square_with_three_degrees(hits):
    """Against the closed form of that tail (Abramowitz & Stegun 1964, 26.4.5)."""
    truths = np.repeat([-1.0, 2.0, 7.0, 99.0], hits)
    scores = calibrated(np.tile([0.0, 5.0, 10.0], (1, len(truths), 1)), truths)
    shares = np.array(hits) / sum(hits)
    surprise = 2 * sum(hits) * sum(s * math.log(s / p) for s, p in zip(shares, (0.05, 0.45, 0.45, 0.05), strict=True) if s)
    tail = math.erfc(math.sqrt(surprise / 2)) + math.sqrt(2 * surprise / math.pi) * math.exp(-surprise / 2)
    assert scores.calibration[0] == pytest.approx(tail, rel=1e-9)


def test_information_is_what_an_answer_says_beside_the_range_of_all():
    scores = calibrated(np.array([[[0.0, 50, 100]], [[40.0, 50, 60]]]), np.array([50.0]))
    wide = math.log(120) + 2 * (0.05 * math.log(0.05 / 10) + 0.45 * math.log(0.45 / 50))
    narrow = math.log(120) + 2 * (0.05 * math.log(0.05 / 50) + 0.45 * math.log(0.45 / 10))
    assert scores.information == pytest.approx([wide, narrow])
    assert scores.weights == pytest.approx(np.array([wide, narrow]) / (wide + narrow))


def test_who_left_a_practice_question_out_or_is_far_off_has_no_weight():
    truths, right = np.arange(1.0, 21), np.array([[one - 2, one + 0.1 * (-1) ** one, one + 2] for one in range(1, 21)])
    answers = np.stack([right, right + 100, np.where(np.arange(20)[:, None] == 3, np.nan, right)])
    assert calibrated(answers, truths).weights.tolist() == [1, 0, 0]


# What the disagreement is worth.


@pytest.mark.parametrize(("first", "second"), [(30, 80), (60, 80), (10, 40)])
def test_the_disagreement_is_worth_what_choosing_by_the_right_assessor_gains(first, second):
    levels = [{"option_id": "a", "area_id": "x", "is": 50}, {"option_id": "b", "area_id": "x", "is": (0, 50, 100, "uniform")}]
    comparison = fvm.compare(fvm.simulate(tiny(options=("a", "b"), parameters={"value_per_point": 2}, levels=levels), 4096))
    answers = {"levels/b/x//": np.array([[first - 9.0, first, first + 9], [second - 9.0, second, second + 9]])}
    alone, together = worth_of_disagreement(comparison, answers, even(2))
    own = [max(0, 2 * (middle - 50)) for middle in (first, second)]
    assert together == alone["levels/b/x//"] == pytest.approx(np.mean(own) - max(0, 2 * ((first + second) / 2 - 50)), abs=0.5)


# Out and back.


def test_a_form_shows_the_scale_and_can_be_changed_in_its_yellow_cells_alone(handed_in):
    sheet = openpyxl.load_workbook(handed_in[-1]).active
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"Level 0 means: nothing works", "Level 100 means: all works", "Your judgement: x", MARK} <= texts
    [table] = sheet.tables.values()
    first, last = re.findall(r"\d+", table.ref)
    lines = range(int(first) + 1, int(last) + 1)
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {f"{COLUMNS[name]}{row}" for name in ("low", "likely", "high", "reason") for row in lines}
    assert sheet.protection.sheet and not sheet.merged_cells.ranges and sheet.freeze_panes == f"A{lines[0]}"
    ruled = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    assert {f"{COLUMNS['low']}{row}:{COLUMNS['high']}{row}" for row in lines} <= set(ruled)
    assert all(one.prompt and one.error for one in ruled.values())
    assert [sheet[f"{COLUMNS[name]}{first}"].value for name in ("low", "likely", "high")] == ["Low", "Middle", "High"]


def test_forms_in_any_order_give_the_same_files(decision, handed_in, gathered, tmp_path):
    gather(decision, handed_in[::-1], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {BOOK, ANSWERS, "levels.csv"}
    for name in (ANSWERS, "levels.csv"):
        assert (tmp_path / name).read_bytes() == (gathered[0] / name).read_bytes()


def test_the_rows_take_the_place_of_those_in_force(decision, handed_in, gathered, tmp_path):
    later = shutil.copytree(decision, tmp_path / "later")
    gather(later, handed_in, tmp_path / "out", write=True)
    assert fvm.load(later, "2024-01-01").estimates.equals(fvm.load(decision, "2024-01-01").estimates.assign(_file=fvm.load(later, "2024-01-01").estimates["_file"]))
    table = fvm.load(later, "2024-06-01").estimates.set_index("id").filter(like="levels/b/x//done", axis=0)
    answers = np.array([[20 + 4 * i - 10.5, 20 + 4 * i + 2, 20 + 4 * i + 20] for i in range(14)])
    expected = pool(answers, even(14), (0.0, 100.0)).quantile(P)
    assert table[["low", "high"]].to_numpy()[0] == pytest.approx(expected[[0, 2]], abs=1e-6)
    assert table[["kind", "owner", "ends"]].to_numpy()[0].tolist() == ["judgement", "the board", "p90"]
    assert raw_rows(gathered[0] / "levels.csv")[0]["assessor"] == "doctor (7), midwife (7)"


def test_what_was_gathered_says_who_is_missing_by_role_and_number(gathered):
    assert "Have not answered: midwife 8." in gathered[1]
    assert "Forms with answers: 14. The rows for the raw tables rest on: Equal weights." in gathered[1]


def test_a_reason_that_looks_like_a_formula_stays_text(gathered):
    with zipfile.ZipFile(gathered[0] / BOOK) as book:
        assert not [name for name in book.namelist() if name.startswith("xl/worksheets/") and b"<f>" in book.read(name)]
    with zipfile.ZipFile(gathered[0] / BOOK) as book:
        assert b"<t>=2+2</t>" in book.read("xl/sharedStrings.xml")
    assert {row["reason"] for row in raw_rows(gathered[0] / ANSWERS)} == {"'=2+2"}


def test_a_second_round_shows_what_the_group_and_oneself_said(decision, gathered, tmp_path):
    list(hand_out(decision, "x", tmp_path / "again.xlsx", sent=SENT, after=gathered[0], lang="en"))
    sheet = openpyxl.load_workbook(tmp_path / "again-doctor-01.xlsx").active
    row = next(cell.row for cell in sheet[COLUMNS["key"]] if cell.value == "levels/a/x//")
    assert sheet[f"{COLUMNS['own']}{row}"].value == "20.0 (9.5–40.0)"
    assert re.fullmatch(r"[\d.]+ \([\d.]+–[\d.]+\), 14 answers", sheet[f"{COLUMNS['group']}{row}"].value)


def test_a_second_round_tells_shares_and_answers_with_the_digits_they_need(tmp_path):
    (tmp_path / "raw").mkdir()
    data = Path(write_tiny(tmp_path / "raw", risks=[{"option_id": "a", "risk_id": "fails", "is": (0.1, 0.2, 0.4)}]))
    rows = ["role,number,id,low,likely,high,reason", ",1,risks/a/fails,0.03,0.05,0.12,", ",2,risks/a/fails,0.04,0.085,0.125,"]
    (tmp_path / ANSWERS).write_text("\n".join(rows), "utf-8")
    list(hand_out(data, "estimates", tmp_path / "again.xlsx", sent="2", ids="risks/*", after=tmp_path, lang="sv"))
    told = []
    for number in (1, 2):
        sheet = openpyxl.load_workbook(tmp_path / f"again-{number:02}.xlsx").active
        row = next(cell.row for cell in sheet[COLUMNS["key"]] if cell.value == "risks/a/fails")
        told.append([sheet[f"{COLUMNS[name]}{row}"].value for name in ("group", "own")])
    assert [own for _, own in told] == ["0,05 (0,03–0,12)", "0,085 (0,040–0,125)"]
    assert re.fullmatch(r"0,0[67]\d \(0,03\d–0,12\d\), 2 svar", told[0][0]), told


def test_a_form_of_estimates_asks_for_those_worth_most_or_for_those_named(decision, tmp_path):
    list(hand_out(decision, "estimates", tmp_path / "most.xlsx", lang="en"))
    list(hand_out(decision, "estimates", tmp_path / "named.xlsx", ids="timeline/*;levels/a/x//", lang="en"))
    asked = [{str(cell.value) for cell in openpyxl.load_workbook(tmp_path / name).active[COLUMNS["key"]]} for name in ("most.xlsx", "named.xlsx")]
    assert "levels/a/x//" in asked[0] and not any(one.startswith("parameters/") for one in asked[0])
    assert {"timeline/*/done", "levels/a/x//"} <= asked[1] and "levels/b/x//" not in asked[1]


def test_a_level_is_called_by_its_criterion_and_from_when_it_counts(tmp_path):
    criteria = [{"area_id": "x", "criterion_id": name, "name": name.title(), "is": 1} for name in ("speed", "safety")]
    levels = [{"option_id": "a", "area_id": "x", "criterion_id": "speed", "is": 40}, {"option_id": "*", "area_id": "x", "criterion_id": "safety", "from_event": "done", "is": 50}]
    list(hand_out(Path(write_tiny(tmp_path, criteria=criteria, levels=levels)), "x", tmp_path / "form.xlsx", lang="en"))
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx").active
    told = [[sheet[f"{COLUMNS[name]}{row}"].value for name in ("option", "what")] for row in (9, 10)]
    assert told == [["a", "Speed, today"], ["all options", "Safety, from: done"]]


@pytest.mark.parametrize(
    ("what", "more", "message"),
    [
        ("y", {}, "there is no area 'y'"),
        ("estimates", {"ids": "levels/q"}, "no estimate 'levels/q' to judge"),
        ("x", {"sent": "midwife"}, "give a number of forms, or roles"),
        ("x", {"sent": "=cmd=2"}, "give a number of forms, or roles"),
        ("x", {"sent": "midwife=9999; doctor=1"}, "at most 9999 in all"),
        ("x", {"after": Path("nowhere")}, "holds no answers"),
    ],
)
def test_a_form_that_cannot_be_made_says_why(decision, tmp_path, what, more, message):
    with pytest.raises(UsageError, match=message):
        list(hand_out(decision, what, tmp_path / "form.xlsx", **more))
    assert not list(tmp_path.iterdir())


# What is broken.


def test_every_broken_cell_among_many_forms_is_named_and_nothing_is_written(decision, handed_in, tmp_path):
    forms = [Path(shutil.copy(path, tmp_path / path.name)) for path in handed_in]
    fill(forms[4], {"levels/a/x//": ("about 20", 30, 40)})
    fill(forms[9], {"levels/b/x//": (30, 20, 40), "levels/b/x//done": (10, 20, 130)}, role="19121212-1212")
    told = CliRunner().invoke(app, ["collect", str(tmp_path), "--out", str(tmp_path / "out"), "--owner", "o", "--known-from", "2024-06-01", "--data", str(decision)])
    with pytest.raises(EvidenceError) as error:
        gather(decision, forms, tmp_path / "out")
    assert isinstance(told.exception, EvidenceError) and told.exception.exit_code == 2
    faults = [str(one) for one in error.value.faults]
    assert len(faults) == 4 and not (tmp_path / "out").exists()
    assert f"{forms[4]}: sheet 'Answers', cell G12: 'about 20' is not a number; write a plain number" in faults[0]
    assert all(one.startswith(f"{forms[9]}: sheet 'Answers', cell ") for one in faults[1:])
    assert "cell C7: is no role" in faults[1] and "1212" not in faults[1].replace(str(tmp_path), "")
    assert "cell G13: '30' lies on the wrong side of likely" in faults[2]
    assert "cell I14: '130' is out of bounds; write a number from 0 to 100" in faults[3]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ((10, None, 40), "cell H11: is empty though the row is begun; give low, likely and high"),
        ((10, "=5+15", 40), "cell H11: has a formula without a computed value; write the number"),
        ((True, 20, 30), "cell G11: 'yes' is not a number"),
        (("#DIV/0!", 20, 30), "cell G11: '#DIV/0!' is not a number"),
        (("1.234", 5, 6), "cell G11: '1.234' may be two numbers"),
        (("10 %", 20, 30), "cell G11: '10 %' is a percentage; write 10, in a cell formatted as a number"),
        ((10, 20, 30, "asked 19121212-1212"), "cell J11: holds a personal identity number; remove it"),
        ((10, 20, 30, "a" * 2_001), "cell J11: is too long; write at most 2000 letters"),
    ],
)
def test_a_cell_that_cannot_be_read_says_what_to_write(decision, blank, tmp_path, answers, message):
    form = one_form(blank, tmp_path, ("levels/a/x//", answers))
    with pytest.raises(EvidenceError, match=re.escape(message)):
        gather(decision, [form], tmp_path / "out")


def test_a_number_that_became_a_day_is_no_number(decision, blank, tmp_path):
    """3.5 becomes 3 May where that is how days are written."""
    form = one_form(blank, tmp_path, ("levels/a/x//", (1, 2, 50)))
    book = openpyxl.load_workbook(form)
    book.active["G11"].number_format = "d mmm"
    book.save(form)
    with pytest.raises(EvidenceError, match="cell G11: '1' is formatted as a date"):
        gather(decision, [form], tmp_path / "out")


def to_percent(book):
    for cell in ("G11", "H11", "I11"):
        book.active[cell] = 0.1
        book.active[cell].number_format = "0.0 %"


def moved(book):
    book.active.protection.sheet = False
    book.active.insert_cols(3)


def written_below(book):
    book.active["G40"] = "1,5"


def key_cleared(book):
    book.active["L11"] = None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (to_percent, "cell G11: '10 %' is a percentage; write 10, in a cell formatted as a number"),
        (moved, "sheet 'Answers': has its columns moved: the keys do not stand in column L; move them back, or use a new form"),
        (written_below, "cell G40: '1,5' answers no question; write it in a row of the form"),
        (key_cleared, "cell G11: '10' answers no question; write it in a row of the form"),
        (lambda book: book.copy_worksheet(book.active), "sheet 'Answers Copy', cell L11: 'levels/a/x//' stands twice"),
    ],
)
def test_what_would_be_read_otherwise_than_it_was_meant_is_refused(blank, decision, tmp_path, change, message):
    form = one_form(blank, tmp_path, ("levels/a/x//", (10, 20, 30)))
    book = openpyxl.load_workbook(form)
    change(book)
    book.save(form)
    with pytest.raises(EvidenceError, match=re.escape(message)):
        gather(decision, [form], tmp_path / "out")


def test_rows_and_sheets_that_were_moved_renamed_or_merged_are_read_alike(blank, decision, tmp_path):
    form = one_form(blank, tmp_path, ("levels/a/x//", ("\u00a010,5 ", 20, 30)))
    gather(decision, [form], tmp_path / "plain")
    book = openpyxl.load_workbook(form)
    book.active.protection.sheet = False
    book.active.merge_cells("A11:B11")
    book.active.insert_rows(4, 2)
    book.active.title = "Mine"
    book.create_sheet("Notes", 0)["L3"] = "levels/a/x//"
    book.save(form)
    gather(decision, [form], tmp_path / "moved")
    assert (tmp_path / "moved" / ANSWERS).read_bytes() == (tmp_path / "plain" / ANSWERS).read_bytes()


def test_a_share_may_be_written_in_percent_as_excel_holds_it(tmp_path):
    (tmp_path / "raw").mkdir()
    data = Path(write_tiny(tmp_path / "raw", risks=[{"option_id": "a", "risk_id": "fails", "is": (0.1, 0.2, 0.4)}]))
    list(hand_out(data, "estimates", tmp_path / "form.xlsx", ids="risks/*", lang="en"))
    form = fill(tmp_path / "form.xlsx", {"risks/a/fails": (0.1, 0.2, 0.5)}, role="nurse", number=1)
    book = openpyxl.load_workbook(form)
    [row] = [cell.row for cell in book.active["L"] if cell.value == "risks/a/fails"]
    book.active[f"H{row}"].number_format = "0%"
    book.save(form)
    gather(data, [form], tmp_path / "out")
    assert [float(one["likely"]) for one in raw_rows(tmp_path / "out" / ANSWERS)] == [0.2]
    fill(form, {"risks/a/fails": (0.1, "20 %", 0.5)})
    with pytest.raises(EvidenceError, match=re.escape("'20 %' is a percentage; write 0")):
        gather(data, [form], tmp_path / "other")


def test_a_file_that_was_named_is_never_passed_over(decision, blank, tmp_path):
    form = one_form(blank, tmp_path, ("levels/a/x//", (10, 20, 30)))
    (tmp_path / "answer.numbers").write_text("x", "utf-8")
    with pytest.raises(EvidenceError, match=r"answer\.numbers: file: cannot be opened as an Excel workbook"):
        gather(decision, [form, tmp_path / "answer.numbers"], tmp_path / "out")


def test_two_forms_of_one_assessor_are_both_named(decision, handed_in, tmp_path):
    twin = shutil.copy(handed_in[0], tmp_path / "twin.xlsx")
    with pytest.raises(EvidenceError, match=r"twin\.xlsx: form: is handed in by 'doctor' number 1, as .*form-doctor-01\.xlsx is"):
        gather(decision, [handed_in[0], Path(twin)], tmp_path / "out")


def test_answers_of_one_assessor_to_several_forms_are_put_together(decision, blank, tmp_path):
    first = one_form(blank, tmp_path, ("levels/a/x//", (10, 20, 30)))
    second = fill(Path(shutil.copy(blank, tmp_path / "second.xlsx")), {"levels/b/x//": (30, 40, 50)}, role="nurse", number=1)
    assert "Forms with answers: 1." in gather(decision, [second, first], tmp_path / "out")[0]
    assert [row["id"] for row in raw_rows(tmp_path / "out" / ANSWERS)] == ["levels/a/x//", "levels/b/x//"]


def test_a_form_that_nobody_began_is_no_fault_and_one_without_a_role_is(decision, blank, tmp_path):
    filled = one_form(blank, tmp_path, ("levels/a/x//", (10, 20, 30)))
    gather(decision, [blank, filled], tmp_path / "out")
    nameless = fill(Path(shutil.copy(blank, tmp_path / "nameless.xlsx")), {"levels/a/x//": (10, 20, 30)}, number=3)
    with pytest.raises(EvidenceError, match=r"nameless\.xlsx: sheet 'Answers', cell C7: has no role; write a role in a few letters"):
        gather(decision, [filled, nameless], tmp_path / "other")


def test_a_form_saved_as_another_kind_of_workbook_is_not_passed_over(decision, blank, tmp_path):
    one_form(blank, tmp_path, ("levels/a/x//", (10, 20, 30)))
    (tmp_path / "~$form.xlsx").write_bytes(b"open in Excel")
    gather(decision, [tmp_path], tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "answer.ods", "w") as book:
        book.writestr("content.xml", "<office/>")
    with pytest.raises(EvidenceError, match=r"answer\.ods: file: holds no sheet of an Excel workbook; save it without a password as an Excel workbook"):
        gather(decision, [tmp_path], tmp_path / "out")


@pytest.mark.parametrize(("missing", "told"), [([("nurse", 2)], "nurse 2"), ([("", 1), ("", 2), ("", 3), ("", 7)], "form 1–3, form 7"), ([("a", 1), ("b", 2), ("b", 3)], "a 1, b 2–3")])
def test_those_who_have_not_answered_are_told_in_runs(missing, told):
    assert ", ".join(silent(missing, Words("en"))) == told


def hostile(part, content):
    def write(path, form):
        with zipfile.ZipFile(form) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, content if name == part else old.read(name))

    return write


BOMB = b"<worksheet><sheetData>" + b" " * (65 * 2**20) + b"</sheetData></worksheet>"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><styleSheet>&b;</styleSheet>'


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path, _: path.write_bytes(b"not a workbook"), "cannot be opened as an Excel workbook"),
        (lambda path, _: openpyxl.Workbook().save(path), "is no form of fvmanalys"),
        (hostile("xl/worksheets/sheet1.xml", BOMB), "is larger than 64 megabytes when unpacked"),
        (hostile("xl/styles.xml", ENTITIES), "holds what is no plain XML"),
        (hostile("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"), "does not say where it stands"),
    ],
)
def test_a_hostile_file_among_the_forms_is_refused_by_name(decision, handed_in, tmp_path, write, message):
    write(tmp_path / "odd.xlsx", handed_in[0])
    with pytest.raises(EvidenceError, match=rf"odd\.xlsx: file: .*{message}"):
        gather(decision, [handed_in[1], tmp_path / "odd.xlsx"], tmp_path / "out")


def test_forms_without_an_answer_are_not_pooled(decision, handed_in, tmp_path):
    with pytest.raises(UsageError, match="no form has an answer in it"):
        gather(decision, handed_in[-1:], tmp_path / "out")


def test_rows_must_be_later_than_those_whose_place_they_take(decision, handed_in, tmp_path):
    with pytest.raises(UsageError, match="is known from 2023-01-01, which is not before 2022-01-01; give a later --known-from"):
        collect(decision, handed_in, tmp_path / "out", "o", "2022-01-01")


def test_a_long_table_asks_once_what_decimals_a_column_needs(decision, gathered, tmp_path, monkeypatch):
    """Asked for every cell, each time of a whole column, 1 500 forms took half an hour."""
    asked, resolved = [], Book.resolved
    monkeypatch.setattr(Book, "resolved", lambda self, style, values: asked.append(style) or resolved(self, style, values))
    rows = pd.read_csv(gathered[0] / ANSWERS).assign(id="levels/a/x//")
    told = Collected({"collected_answers": pd.concat([rows] * 20)}, 14, "equal", 0.0, [])
    write_collected(told, Edition(fvm.find(fvm.load(decision), 8), "en"), tmp_path / "book.xlsx")
    assert 0 < len(asked) <= 20


# Other programs, other marks.


def test_a_form_saved_by_libreoffice_and_one_with_decimal_commas_are_read_alike(decision, tmp_path):
    program = need("soffice")
    numbers = {"levels/a/x//": (12.5, 20.25, 40.75, "därför"), "levels/b/x//": (1.5, 2.5, 99)}
    list(hand_out(decision, "x", tmp_path / "form.xlsx", sent="nurse=2"))
    office = fill(tmp_path / "form-nurse-01.xlsx", numbers)
    commas = {key: tuple(str(one).replace(".", ",") if isinstance(one, float) else one for one in row) for key, row in numbers.items()}
    fill(tmp_path / "form-nurse-02.xlsx", commas)
    own = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run([program, own, "--headless", "--convert-to", "xlsx", "--outdir", "saved", office.name], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    assert b"LibreOffice" in zipfile.ZipFile(tmp_path / "saved" / office.name).read("docProps/app.xml")
    gather(decision, [tmp_path / "saved", tmp_path / "form-nurse-02.xlsx"], tmp_path / "out")
    rows = raw_rows(tmp_path / "out" / ANSWERS)
    assert [row["number"] for row in rows] == ["1", "2", "1", "2"]
    for one, other in (rows[:2], rows[2:]):
        assert {**one, "number": ""} == {**other, "number": ""}
    assert [float(rows[0][name]) for name in ("low", "likely", "high")] == [12.5, 20.25, 40.75]


def test_practice_questions_weigh_the_pool(decision, tmp_path):
    (tmp_path / "q.csv").write_text(QUESTIONS, encoding="utf-8")
    list(hand_out(decision, "x", tmp_path / "form.xlsx", sent="2", calibration=tmp_path / "q.csv", lang="en"))
    good = {"calibration/long": (100, 125, 140), "calibration/old": (40, 50, 60), "levels/a/x//": (20, 30, 40)}
    bad = {"calibration/long": (1, 2, 3), "calibration/old": (1, 2, 3), "levels/a/x//": (60, 70, 80)}
    fill(tmp_path / "form-01.xlsx", good, role="nurse")
    fill(tmp_path / "form-02.xlsx", bad, role="doctor")
    gather(decision, sorted(tmp_path.glob("form-*.xlsx")), tmp_path / "out", pooled="calibration", calibration=tmp_path / "q.csv")
    [row] = raw_rows(tmp_path / "out" / "levels.csv")
    assert (float(row["low"]), float(row["high"])) == (20, 40)
    sheets = openpyxl.load_workbook(tmp_path / "out" / BOOK).sheetnames
    assert sheets == ["Gathered", "Pools", "Answers and reasons", "Calibration"]
    with pytest.raises(UsageError, match="no assessor is calibrated"):
        gather(decision, sorted(tmp_path.glob("form-*.xlsx")), tmp_path / "out", pooled="calibration")


def test_tables_with_decimal_commas_get_rows_with_decimal_commas(decision, blank, tmp_path):
    swedish = shutil.copytree(decision, tmp_path / "swedish")
    rows = list(csv.reader(io.StringIO((swedish / "levels.csv").read_text("utf-8"))))
    (swedish / "levels.csv").write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    form = one_form(blank, tmp_path, ("levels/a/x//", (10.25, 20.5, 30.75)))
    gather(swedish, [form], tmp_path / "out")
    header, row = (tmp_path / "out" / "levels.csv").read_text("utf-8").splitlines()
    assert dict(zip(header.split(";"), row.split(";"), strict=True))["low"] == "10,25"


def test_rows_for_a_table_in_excel_are_written_as_csv(decision, blank, tmp_path):
    office, book = shutil.copytree(decision, tmp_path / "office"), openpyxl.Workbook()
    for row in csv.reader((office / "levels.csv").read_text("utf-8").splitlines()):
        book.active.append([float(one) if re.fullmatch(r"[\d.]+", one) else one for one in row])
    book.save(office / "levels.xlsx")
    (office / "levels.csv").unlink()
    gather(office, [one_form(blank, tmp_path, ("levels/a/x//", (10.125, 20.5, 30.75)))], tmp_path / "out")
    assert raw_rows(tmp_path / "out" / "levels.csv")[0]["low"] == "10.125"
