"""Is a workbook accessible and tidy? The UK Analysis Function's guidance on spreadsheets, point by point, as checks.

https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/ and its checklist of the basics; (E)
marks what the guidance holds essential. Each check returns the faults it finds as sentences, and `faults` gathers them.

Tables
  mark up tables (E)                              table_faults, table_description_faults
  meaningful names                                table_faults
  no merged or split cells, no nested tables (E)  structure_faults, table_faults (no two overlap)
  no blank rows or columns within tables (E)      table_faults
  one tagged header row, unique headings (E)      table_faults
  wrap text within cells (E)                      wrap_faults
  no filters and no frozen panes                  kept: the title row is frozen (structure_faults), and the two lists of hundreds of rows
                                                  have filters, because readers look things up in them
  empty cells only with a reason (E)              table_faults: none is empty; what a dash means is said on the sheets
  no hidden rows or columns                       structure_faults, document_faults (sheets)
  columns of a sensible width                     test_printed: no word is cut or broken on paper
Notes
  no symbols or superscripts for notes (E)        format_faults; sources are numbers in brackets, and the sheet says where they lead
  the word note, notes in a table of their own    does not apply: notes stand as sentences by the table or in its last column
Formatting
  accessible writing                              test_words (both languages, no word of the other); the data's texts are their owners'
  links that say where they lead (E)              link_faults
  readable text: size, no italics as meaning      format_faults (nothing below 9 points)
  descriptive, tagged titles (E)                  title_faults: in A1, large and bold. Not tagged by a named cell style, which xlsxwriter
                                                  cannot write; the title is the first cell that is read
  avoid symbols                                   meaning_faults: the marks of evidence always stand with their word
  nothing said in headers, footers, text boxes    header_faults: what they say stands in a cell too; part_faults
  or toolbars alone (E)
  no visual dividers                              structure_faults: gridlines are off and nothing is drawn but tables and charts
  no background fill; colour not alone (E)        meaning_faults: fills repeat what mark and word say
  contrast (E)                                    contrast_faults
  no images                                       drawing_faults: charts only, each with alternative text and its figures in a table
  no macros                                       part_faults
Structure
  unique sheet names, no blank sheet (E)          structure_faults (Excel itself refuses two alike)
  column A used wisely, tables at the left (E)    table_faults: everything outside tables stands in column A
  nothing below a table, one table a sheet        does not apply: a sheet is a chapter, each table under a heading and with a title of its own
Before publishing
  spelling                                        codespell for the code; the texts are proof-read
  the accessibility checker                       Excel's own, by hand
  document information (E)                        document_faults
  cursor in A1 of the first sheet (E)             structure_faults, document_faults
Beyond it: print_faults and protection_faults, since this workbook is printed and turned by its readers.
"""

import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from fvmanalys.report.palette import contrast

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
EVIDENCE_MARKS = "●◐○"
A4 = "9"


@lru_cache(maxsize=8)
def opened(path: Path, data_only: bool = False) -> Workbook:
    """A workbook of a fixture, which nobody writes anew, opened once and to be looked at alone."""
    return openpyxl.load_workbook(path, data_only=data_only)


def faults(path: Path) -> list[str]:
    """Everything that the guidance would have otherwise."""
    book = openpyxl.load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    found = [*document_faults(book), *header_faults(book), *part_faults(parts), *drawing_faults(parts)]
    for sheet in book.worksheets:
        found += [f"{sheet.title}: {fault}" for check in SHEET_CHECKS for fault in check(sheet)]
    return found


def document_faults(book: Workbook) -> Iterator[str]:
    """Title, author, language; opened at the first sheet."""
    if not book.properties.title or not book.properties.creator:
        yield "the document lacks a title or an author"
    values = [str(item.value) for item in book.custom_doc_props.props]
    if not any(re.fullmatch(r"[a-z]{2}-[A-Z]{2}", value) for value in values):
        yield "the document does not say its language"
    if book.active.title != book.worksheets[0].title:
        yield "the first sheet is not the one that opens"
    if any(sheet.sheet_state != "visible" for sheet in book.worksheets):
        yield "a sheet is hidden"


def header_faults(book: Workbook) -> Iterator[str]:
    """Whatever a page header or footer says, but the page number, stands in a cell or is the name of a sheet."""
    said = " ".join(str(cell.value) for sheet in book.worksheets for cell in used_cells(sheet)) + " ".join(book.sheetnames)
    for sheet in book.worksheets:
        for part in (sheet.oddHeader.left, sheet.oddHeader.right, sheet.oddFooter.left, sheet.oddFooter.right):
            text = str(part.text or "").replace("&&", "&").rstrip("…")
            if " ".join(text.split()) not in " ".join(said.split()):
                yield f"{sheet.title}: only its header or footer says {text!r}"


def part_faults(parts: dict[str, bytes]) -> Iterator[str]:
    """No macros, no links to other workbooks, no text boxes; comments may only say what stands elsewhere too."""
    for name, content in parts.items():
        if re.search(r"vbaProject|externalLink|ctrlProp|embeddings", name):
            yield f"the part {name} should not be there"
        if name.startswith("xl/drawings/") and b"<xdr:sp " in content:
            yield f"{name} holds a text box"


def drawing_faults(parts: dict[str, bytes]) -> Iterator[str]:
    """Alternative text on every chart and picture, long enough to say something."""
    for name in sorted(parts):
        if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
            for properties in ElementTree.fromstring(parts[name]).iter(f"{DRAWING}cNvPr"):
                if len(properties.get("descr", "")) < 30:
                    yield f"{name}: {properties.get('name')} has no alternative text"


def title_faults(sheet: Worksheet) -> Iterator[str]:
    """A title in A1, set off from the rest."""
    cell = sheet["A1"]
    if not isinstance(cell.value, str) or not cell.font.bold or cell.font.size <= 12:
        yield "A1 is no title"


def structure_faults(sheet: Worksheet) -> Iterator[str]:
    """Nothing merged or hidden; the cursor on A1; panes frozen; no blank sheet; no gridlines."""
    if sheet.max_row < 3:
        yield "is blank"
    if sheet.sheet_view.showGridLines:
        yield "shows gridlines"
    if sheet.merged_cells.ranges:
        yield f"merged cells {sheet.merged_cells.ranges}"
    hidden = [key for dimensions in (sheet.row_dimensions, sheet.column_dimensions) for key, size in dimensions.items() if size.hidden]
    if hidden:
        yield f"hidden rows or columns {hidden}"
    if any(selection.activeCell not in ("A1", None) for selection in sheet.sheet_view.selection):
        yield "the cursor is not on A1"
    if not sheet.freeze_panes:
        yield "no panes are frozen"


def table_faults(sheet: Worksheet) -> Iterator[str]:
    """Every table starts in column A, has unique headings and no empty cell, and everything beside column A is in a table."""
    inside: set[tuple[int, int]] = set()
    for name, table in ((table.name, table) for table in sheet.tables.values()):
        left, top, right, bottom = range_boundaries(table.ref)
        cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        headings = [str(sheet.cell(top, column).value or "").strip().casefold() for column in range(left, right + 1)]
        if not re.search(r"[^\W\d_]{3}", name) or re.fullmatch(r"(table|tabell)_*\d*", name.casefold()):
            yield f"table {name} has a name that says nothing"
        if left != 1:
            yield f"table {name} does not start in column A"
        if table.headerRowCount == 0 or "" in headings or len(set(headings)) < len(headings):
            yield f"table {name} lacks a heading, or has two alike"
        if any(sheet.cell(row, column).value in (None, "") for row, column in cells):
            yield f"table {name} has an empty cell"
        if inside & cells:
            yield f"table {name} overlaps another"
        inside |= cells
    stray = [
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.column > 1 and (cell.row, cell.column) not in inside
    ]
    if stray:
        yield f"cells outside every table: {stray[:5]}"


def wrap_faults(sheet: Worksheet) -> Iterator[str]:
    """Text in a table wraps, so that none runs out of its cell."""
    for table in sheet.tables.values():
        for row in sheet[table.ref]:
            texts = [cell for cell in row if cell.data_type == "s" and len(cell.value) > 8]
            loose = [cell.coordinate for cell in texts if not cell.alignment.wrap_text]
            if loose:
                yield f"text that does not wrap: {loose[:5]}"


def format_faults(sheet: Worksheet) -> Iterator[str]:
    """No superscripts, and no text below 9 points."""
    for cell in used_cells(sheet):
        if cell.font.vertAlign or cell.font.size < 9:
            yield f"{cell.coordinate}: text of {cell.font.size} points{' raised' if cell.font.vertAlign else ''}"


def table_description_faults(path: Path) -> list[str]:
    """Every table has a title and a description (openpyxl does not read them)."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml|xl/tables/table\d+\.xml", name)]
        texts = {name: archive.read(name).decode() for name in sheets}
    tables = [text for name, text in texts.items() if name.startswith("xl/tables")]
    bare = [name for name, text in texts.items() if name.startswith("xl/tables") and not re.search(r'altTextSummary="[^"]{20,}"', text)]
    return bare if tables else ["there is no table"]


def contrast_faults(sheet: Worksheet) -> Iterator[str]:
    """Text stands out from what is behind it, at least 4.5 to 1."""
    seen: set[tuple[str, str]] = set()
    for cell in used_cells(sheet):
        colours = (colour_of(cell.font.color, "000000"), colour_of(cell.fill.fgColor if cell.fill.fill_type else None, "FFFFFF"))
        if colours not in seen and contrast(f"#{colours[0]}", f"#{colours[1]}") < 4.5:
            yield f"{cell.coordinate}: #{colours[0]} on #{colours[1]}"
        seen.add(colours)


def colour_of(colour: object, otherwise: str) -> str:
    """A colour as six hex digits."""
    text = getattr(colour, "rgb", None)
    return text[-6:] if isinstance(text, str) else otherwise


def meaning_faults(sheet: Worksheet) -> Iterator[str]:
    """A fill for a kind of evidence comes with its mark and a word."""
    for cell in used_cells(sheet):
        if (
            cell.fill.fill_type
            and colour_of(cell.fill.fgColor, "") in ("DCE8F3", "FDF0D5")
            and not re.match(f"[{EVIDENCE_MARKS}] .{{3,}}", str(cell.value))
        ):
            yield f"{cell.coordinate} tells by colour alone"


def link_faults(sheet: Worksheet) -> Iterator[str]:
    """Links say where they lead, and lead to the web or within the workbook."""
    for cell in used_cells(sheet):
        if cell.hyperlink:
            target = cell.hyperlink.target or ""
            if "://" in str(cell.value) or len(str(cell.value)) < 3:
                yield f"{cell.coordinate}: the link's text is {cell.value!r}"
            if target and not re.match("https?://", target):
                yield f"{cell.coordinate}: the link leads to {target!r}"


def print_faults(sheet: Worksheet) -> Iterator[str]:
    """A4, one page wide, a print area, page numbers and date on every page."""
    if (
        str(sheet.page_setup.paperSize) != A4
        or not sheet.sheet_properties.pageSetUpPr.fitToPage
        or sheet.page_setup.fitToWidth not in (1, None)
    ):
        yield "does not print on A4, one page wide"
    if not sheet.print_area:
        yield "has no print area"
    if "&P" not in str(sheet.oddFooter.center.text) and "&[Page]" not in str(sheet.oddFooter.center.text):
        yield "has no page numbers"


def protection_faults(sheet: Worksheet) -> Iterator[str]:
    """Protected without a password; what may be changed is marked and checked."""
    if not sheet.protection.sheet or sheet.protection.password:
        yield "is not protected, or with a password"
    checked = {str(area) for rule in sheet.data_validations.dataValidation for area in rule.sqref.ranges}
    for cell in used_cells(sheet):
        if not cell.protection.locked and cell.coordinate not in checked:
            yield f"{cell.coordinate} may be changed without any check"


def used_cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells that hold something."""
    return (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


SHEET_CHECKS = (
    title_faults, structure_faults, table_faults, wrap_faults, format_faults, contrast_faults, meaning_faults, link_faults, print_faults,
    protection_faults,
)  # fmt: skip
