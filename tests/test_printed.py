"""What comes out on paper: LibreOffice's own PDF of the workbook holds every word and every figure of every cell, whole.

LibreOffice leaves out of a PDF what a cell has no room for, and writes ### for a number that does not fit. So each sheet's cells,
as LibreOffice shows them, are held against the words on that sheet's pages: none may be missing or broken. A word that stands both
in a cell and in a chart is counted once too often on the page, so that the test may miss it; no other may go lost.
"""

import csv
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.conftest import ROOT, need
from tests.decisions import library_decision, write_tables

DRAWS = 64
WORD = re.compile(r"\w+")
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
BOOKS = ("region-sv", "region-en", "two-sv", "seven-en")


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """A folder with four workbooks, their PDFs and, for each sheet, its cells as they are shown."""
    folder = tmp_path_factory.mktemp("printed")
    found = {"region": fvm.load(ROOT / "data/raw")}
    found |= {name: library(count, folder / f"raw-{name}") for name, count in (("two", 2), ("seven", 7))}
    findings = {name: fvm.find(inputs, DRAWS) for name, inputs in found.items()}
    for name in BOOKS:
        decision, lang = name.split("-")
        write_workbook(Edition(findings[decision], lang), folder / f"{name}.xlsx", "2025-05-27-0123456789", "1.0")
    convert(folder, "pdf")
    convert(folder, AS_SHOWN)
    return folder


def library(count, folder):
    """Another decision, with as many options."""
    return fvm.load(write_tables(folder, library_decision(count)))


def convert(folder, form):
    """Let LibreOffice write every workbook of a folder in another form."""
    books = [f"{name}.xlsx" for name in BOOKS]
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    done = subprocess.run([need("soffice"), own, "--headless", "--convert-to", form, *books], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def pages(path: Path) -> list[str]:
    """The text of each page."""
    text = subprocess.run([need("pdftotext"), "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    return [page for page in text.split("\f") if page.strip()]


def sheets(folder: Path, name: str) -> dict[str, list[list[str]]]:
    """The cells of each sheet of a book, as shown."""
    found = {}
    for path in folder.glob(f"{name}-*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem.removeprefix(f"{name}-")] = list(csv.reader(file))
    return found


def pages_of(all_pages: list[str], sheet: str) -> list[str]:
    """The pages whose header names a sheet, without header and footer."""
    lines = [page.strip().splitlines() for page in all_pages]
    return ["\n".join(page[1:-1]) for page in lines if page[0].endswith(f"  {sheet}")]


def lost(cells: list[list[str]], text: str) -> Counter:
    """The words of some cells that a text does not have whole, and how many times."""
    return Counter(word for row in cells for cell in row for word in WORD.findall(cell)) - Counter(WORD.findall(text))


@pytest.mark.parametrize("name", BOOKS)
def test_every_word_and_figure_of_every_cell_is_whole_on_paper(printed, name):
    on_paper, cells = pages(printed / f"{name}.pdf"), sheets(printed, name)
    assert len(cells) >= 7
    faults = {sheet: lost(rows, "\n".join(pages_of(on_paper, sheet))) for sheet, rows in cells.items()}
    assert {sheet: dict(words) for sheet, words in faults.items() if words} == {}
    assert not [page for page in on_paper if "###" in page]


@pytest.mark.parametrize("name", BOOKS)
def test_the_first_sheet_is_one_page_with_two_five_and_seven_options(printed, name):
    on_paper, first = pages(printed / f"{name}.pdf"), Words(name.split("-")[1])("sheet.summary.name")
    assert len(pages_of(on_paper, first)) == 1
    assert pages_of(on_paper, first) == pages_of(on_paper[:1], first)


@pytest.mark.parametrize("name", BOOKS)
def test_no_page_is_empty_and_each_belongs_to_a_sheet(printed, name):
    on_paper = pages(printed / f"{name}.pdf")
    belonging = [len(pages_of(on_paper, sheet)) for sheet in sheets(printed, name)]
    assert sum(belonging) == len(on_paper)
    assert min(belonging) >= 1
    assert min(len(page.split()) for page in on_paper) > 20


def test_a_cut_word_a_broken_word_and_a_number_without_room_are_seen():
    cells = [["Overflowing text that is cut", "next"], ["Sammanhängande", "1,234"], ["whole", "whole"]]
    assert lost(cells, "Overflowing text\nnext Samman\nhängande ### whole whole") == Counter(["that", "is", "cut", "Sammanhängande", "1", "234"])
    assert lost(cells, "Overflowing text that is\ncut next Sammanhängande 1,234 whole whole and more") == Counter()
    assert lost(cells[2:], "whole") == Counter(["whole"])
