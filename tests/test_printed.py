"""What comes out on paper: LibreOffice's own PDF of the workbook is the print set, and of a screen sheet every word, whole.

LibreOffice leaves out of a PDF what a cell has no room for, and writes ### for a number that does not fit. So each sheet's cells,
as LibreOffice shows them, are held against the words on that sheet's pages: none may be missing or broken. A word that stands both
in a cell and in a chart is counted once too often on the page, so that the test may miss it; no other may go lost.
"""

import csv
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import pytest

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import PRINT_SET, write_workbook
from tests.conftest import BOOK, need
from tests.decisions import library_decision, write_tables
from tests.print_checks import pages as measured

DRAWS = 64
WORD = re.compile(r"\w+")
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
BOOKS = ("region-sv", "region-en", "two-sv", "seven-en")
WHOLE = ("region-sv", "seven-en")  # of which the screen's sheets are printed too
HEADED = 12  # lines from the top, where the header stands
MOST_PAGES, SMALLEST, HALF = 8, 9.0, 0.5
EMPTY_AREA = re.compile(r'(<definedName name="_xlnm.Print_Area" localSheetId="(\d+)">[^<]*!)\$[A-Z]+\$\d+</definedName>')


@pytest.fixture(scope="module")
def printed(tmp_path_factory, region_books):
    """A folder with four workbooks, their PDFs and, for each sheet, its cells as they are shown.

    A workbook whose name begins with `all` prints the sheets for the screen too.
    """
    folder = tmp_path_factory.mktemp("printed")
    for lang, path in region_books.items():
        shutil.copy(path, folder / f"region-{lang}.xlsx")
    for name, count, lang in (("two-sv", 2, "sv"), ("seven-en", 7, "en")):
        write_workbook(Edition(fvm.find(library(count, folder / f"raw-{name}"), DRAWS), lang), folder / f"{name}.xlsx", *BOOK)
    for name in WHOLE:
        without_empty_areas(folder / f"{name}.xlsx", folder / f"all-{name}.xlsx")
    convert(folder, "pdf")
    convert(folder, AS_SHOWN)
    return folder


def without_empty_areas(path: Path, copy: Path) -> None:
    """A copy that prints the whole of every sheet of which it would print an empty cell."""
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(copy, "w") as out:
        for item in book.namelist():
            content = book.read(item)
            if item == "xl/workbook.xml":
                text, count = EMPTY_AREA.subn(lambda found: whole_area(book, found), content.decode())
                assert count >= 7
                content = text.encode()
            out.writestr(item, content)


def whole_area(book: zipfile.ZipFile, found: re.Match) -> str:
    """The print area of a sheet's whole."""
    used = re.search(r'<dimension ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"', book.read(f"xl/worksheets/sheet{int(found[2]) + 1}.xml").decode())
    return f"{found[1]}${used[1]}${used[2]}:${used[3]}${used[4]}</definedName>"


def library(count, folder):
    """Another decision, with as many options."""
    return fvm.load(write_tables(folder, library_decision(count)))


def convert(folder, form):
    """Let LibreOffice write every workbook of a folder in another form."""
    books = sorted(path.name for path in folder.glob("*.xlsx") if form == "pdf" or path.stem in WHOLE)
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
    """The pages whose header names a sheet, without header and footer; a chart that runs on from the page before may stand above."""
    lines = [page.strip("\n").splitlines() for page in all_pages]
    return ["\n".join(page[:-1]) for page in lines if any(line.endswith(f"  {sheet}") for line in page[:HEADED])]


def lost(cells: list[list[str]], text: str) -> Counter:
    """The words of some cells that a text does not have whole, and how many times."""
    return Counter(word for row in cells for cell in row for word in WORD.findall(cell)) - Counter(WORD.findall(text))


@pytest.mark.parametrize("name", WHOLE)
def test_every_word_and_figure_of_every_cell_is_whole_on_paper(printed, name):
    on_paper, cells = pages(printed / f"all-{name}.pdf"), sheets(printed, name)
    assert len(cells) >= 15
    below = Words(name.split("-")[1])("sheet.summary.contents")
    cells = {sheet: rows[: next((at for at, row in enumerate(rows) if row[:1] == [below]), None)] for sheet, rows in cells.items()}
    faults = {sheet: lost(rows, "\n".join(pages_of(on_paper, sheet))) for sheet, rows in cells.items()}
    assert {sheet: dict(words) for sheet, words in faults.items() if words} == {}
    assert not [page for page in on_paper if "###" in page]


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_printed_is_the_print_set_a_page_a_sheet_and_the_answer_first(printed, name):
    on_paper, words = pages(printed / f"{name}.pdf"), Words(name.split("-")[1])
    titles = [page.strip().splitlines()[0] for page in on_paper]
    names = [words(f"sheet.{key}.name") for key in PRINT_SET]
    assert len(on_paper) <= MOST_PAGES
    assert [next(one for one in names if title.endswith(f"  {one}")) for title in titles] == names[: len(titles)] or name == "two-sv"
    assert titles[0].endswith(f"  {names[0]}")


@pytest.mark.parametrize("name", BOOKS)
def test_no_printed_type_is_below_nine_points_and_no_page_under_half_full(printed, name):
    found = measured(printed / f"{name}.pdf")
    assert min(page.smallest for page in found) >= SMALLEST, found
    assert min(page.filled for page in found) > HALF, found


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_printed_speaks_no_statistics(printed, name):
    text = "\n".join(pages(printed / f"{name}.pdf"))
    assert re.findall(r"P\d\d?\b|PERT|likformig|\b[Åå]nger\b|\bregret\b", text) == []


def test_a_cut_word_a_broken_word_and_a_number_without_room_are_seen():
    cells = [["Overflowing text that is cut", "next"], ["Sammanhängande", "1,234"], ["whole", "whole"]]
    assert lost(cells, "Overflowing text\nnext Samman\nhängande ### whole whole") == Counter(["that", "is", "cut", "Sammanhängande", "1", "234"])
    assert lost(cells, "Overflowing text that is\ncut next Sammanhängande 1,234 whole whole and more") == Counter()
    assert lost(cells[2:], "whole") == Counter(["whole"])
