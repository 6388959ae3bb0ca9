"""Small amounts keep their digits: a scale's by its steps, an amount's by its size, in tables, sheets and axes alike."""

import re

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

import fvmanalys as fvm
from fvmanalys.report.digits import as_given, of_amounts, of_steps, rounded
from fvmanalys.report.edition import Edition
from fvmanalys.report.panel import Panel
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.decisions import library_decision, write_tables

WORDS = Words("en")


@given(st.floats(0, 100), st.integers(-5, 3), st.integers(1, 9), st.integers(2, 12))
def test_the_values_of_a_scale_stay_apart_and_where_they_are(start, size, digit, count):
    step = digit * 10.0**size
    scale = np.round(start, 2) + step * np.arange(count)
    shown = np.round(scale, of_steps(scale))
    assert len(set(shown)) == count
    assert np.abs(shown - scale).max() <= step / 2


@pytest.mark.parametrize(
    "scale, decimals",
    [
        ([0, 5, 10], 0),
        ([0, 0.5, 1], 1),
        ([0.05, 0.1, 0.15], 2),
        ([0, 0.25, 0.5], 2),
        ([0.05], 2),
        ([20, 20], 0),
        ([], 0),
        ([np.nan, 1, 2], 0),
        ([0, 2e-9], 6),
    ],
)
def test_a_scale_has_the_decimals_of_its_step(scale, decimals):
    assert of_steps(scale) == decimals


@pytest.mark.parametrize(
    "values, decimals",
    [([1234, 0.4], 0), ([12], 0), ([4.2, 0.01], 1), ([0.4], 2), ([-0.04], 3), ([0], 0), ([], 0)],
)
def test_a_column_of_amounts_shows_two_digits_of_its_largest(values, decimals):
    assert of_amounts(values) == decimals


@pytest.mark.parametrize(
    "amount, text",
    [
        (1234, "1,250"),
        (96.4, "96"),
        (4.26, "4.3"),
        (4, "4"),
        (0.5, "0.50"),
        (0.05, "0.05"),
        (0.0054, "0.0054"),
        (0, "0"),
        (-0.05, "−0.05"),
    ],
)
def test_a_small_amount_is_told_by_its_size(amount, text):
    assert WORDS.millions(amount) == text
    assert text in WORDS.amount(amount)


@pytest.mark.parametrize("value, decimals", [(0.05, 2), (0.125, 3), (3.5, 1), (3, 0), (1234.5, 0), (0.0004, 4)])
def test_a_figure_is_told_as_it_was_given(value, decimals):
    assert as_given(value, 3) == decimals
    assert "0.005" in WORDS.measured([0.005], "MSEK")


@given(st.floats(1e-5, 1e5))
def test_no_amount_is_rounded_to_nothing(amount):
    value, decimals = rounded(amount)
    assert abs(round(value, decimals) - amount) <= 0.055 * amount + 1e-12


@pytest.mark.parametrize("high", [0.004, 0.03, 0.4, 2, 7, 300, 40_000])
@pytest.mark.parametrize("axis", ["x", "y"])
def test_no_two_labels_of_an_axis_are_alike(axis, high):
    axes = Figure().subplots()
    axes.plot([0, high], [0, high])
    panel = Panel(axes, WORDS)
    (panel.across if axis == "x" else panel.upright)("axis")
    ticks = getattr(axes, f"get_{axis}ticks")()
    labels = getattr(axes, f"{axis}axis").get_major_formatter().format_ticks(ticks)
    told = [float(label.replace(",", "").replace("−", "-")) for label in labels]
    assert np.allclose(told, ticks, rtol=1e-6, atol=1e-9)


def decision(scale):
    """The library's decision with all its money in another measure."""
    tables = library_decision(3)
    header, *rows = tables["contracts"].splitlines()
    cells = [row.split(",") for row in rows]
    small = [[*one[:8], *(f"{float(amount) * scale:.6g}" for amount in one[8:11]), *one[11:]] for one in cells]
    worth = ",".join(f"{scale * value:g}" for value in (0.1, 0.5, 2))
    parameters = tables["parameters"].replace("0.1,0.5,2", worth)
    return tables | {"contracts": "\n".join([header, *map(",".join, small)]), "parameters": parameters}


def shown(cell):
    """A number as its format shows it."""
    decimals = re.search(r"0(?:\.(0+))?$", cell.number_format)
    return round(cell.value, len(decimals[1] or "")) if decimals else cell.value


@pytest.mark.parametrize("scale", [1, 0.1])
def test_no_amount_of_a_small_decision_is_lost_in_the_workbook(tmp_path, scale):
    findings = fvm.find(fvm.load(write_tables(tmp_path / "raw", decision(scale))), 128)
    write_workbook(Edition(findings, WORDS.lang), tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)[WORDS("sheet.comparison.name")]
    heads = [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == WORDS("column.value_per_point")
    ]
    grid = [cell for head in heads for cell in column_below(sheet, head)]
    values = [cell.value for cell in grid]
    assert len(values) >= 8
    assert np.allclose([shown(cell) for cell in grid], values, atol=np.diff(values).min() / 2)
    assert len({shown(cell) for cell in grid}) == len(values)
    costs = findings.comparison.table["cost_mean"]
    cells = [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, float) and any(np.isclose(cell.value, costs))
    ]
    assert cells
    assert all(abs(shown(cell) - cell.value) <= 0.06 * abs(cell.value) for cell in cells)


def column_below(sheet, head):
    """The numbers below a heading."""
    found = []
    while isinstance(sheet.cell(head.row + len(found) + 1, head.column).value, (int, float)):
        found.append(sheet.cell(head.row + len(found) + 1, head.column))
    return found


def test_values_per_point_stay_apart_on_the_page(tmp_path):
    findings = fvm.find(fvm.load(write_tables(tmp_path / "raw", decision(0.1))), 128)
    edition = Edition(findings, "en")
    told = [edition.tell("scale", value) for value in np.geomspace(0.01, 0.2, 9)]
    assert len(set(told)) == len(told)
    assert edition.tell("n1", 0.05) == "0.050"
