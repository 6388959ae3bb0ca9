"""Is a workbook accessible and tidy? The UK Analysis Function's guidance on spreadsheets, point by point, as checks.

https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/ ; each check returns the
faults it finds as sentences, and `faults` gathers them.
"""

import re
import zipfile
from collections.abc import Iterator
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


def faults(path: Path) -> list[str]:
    """Everything that the guidance would have otherwise."""
    book = openpyxl.load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    found = [*document_faults(book), *part_faults(parts), *drawing_faults(parts)]
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


def part_faults(parts: dict[str, bytes]) -> Iterator[str]:
    """No macros, no links to other workbooks, no text boxes, no comments."""
    for name, content in parts.items():
        if re.search(r"vbaProject|externalLink|comments|ctrlProp|embeddings", name):
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
    """Nothing merged or hidden; the cursor on A1; panes frozen."""
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
    title_faults, structure_faults, table_faults, contrast_faults, meaning_faults, link_faults, print_faults, protection_faults,
)  # fmt: skip
