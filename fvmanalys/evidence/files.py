"""Files to rows of cells as they are written: CSV in its two dialects, and Excel."""

import csv
import io
import re
import warnings
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from fvmanalys.evidence.encoding import SAVE_AGAIN, Unreadable, check_whole, decode
from fvmanalys.evidence.limits import SHEET_ROWS, Unpacked, check_time, filled, read_bytes, unpack
from fvmanalys.evidence.spelling import Day, Number, quoted
from fvmanalys.evidence.tables import TABLES

__all__ = ["RawTable", "Rows", "filled_rows", "find_separator", "open_book", "read_csv", "read_table", "sheet_of"]

Rows = list[tuple[int, list[str]]]
LOOKED_AT = 20  # so many rows are searched for the header
OLE = b"\xd0\xcf\x11\xe0"
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
ESCAPED = re.compile(r"_x005F_(?=x[0-9A-F]{4}_)|_x00[01][0-9A-F]_", re.IGNORECASE)
WRITTEN = {"_X005F_": "_", "_X000A_": "\n"}


class RawTable(NamedTuple):
    """A table as its file has it: header, rows of text with their lines, and decimal mark (empty in Excel: either)."""

    file: str
    header: list[str]
    rows: Rows
    mark: str = "."
    header_row: int = 1


def read_table(path: Path) -> RawTable:
    """Read the file of a table; Unreadable where it is none, with the one cause."""
    raw = read_bytes(path)
    if path.suffix != ".xlsx":
        return read_csv(str(path), decode(raw))
    rows, merged = read_excel(raw, path.stem)
    table = laid_out(str(path), rows, "")
    check_merged(merged, table)
    return table


def laid_out(file: str, rows: Rows, mark: str) -> RawTable:
    """Take the filled rows of a file apart into header and rows; Unreadable where they are no table."""
    if not rows:
        return RawTable(file, [], [], mark)
    check_whole(rows)
    check_header(rows, Path(file).stem)
    return squared(file, rows, mark)


def read_csv(file: str, text: str) -> RawTable:
    """Take a CSV text apart: comma and decimal point, or semicolon and decimal comma."""
    declared = re.match(r'"?sep=(.)"?[^\n]*(\n|$)', text, re.IGNORECASE)
    separator = declared[1] if declared else find_separator(text, Path(file).stem)
    if separator not in (",", ";"):
        raise Unreadable(f"separates its cells with {separator!r}", "save it as CSV, with commas or semicolons")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = [*filled(csv_rows(reader, bool(declared)))]
    return laid_out(file, rows, "," if separator == ";" else ".")


def csv_rows(reader: Any, declared: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text with their lines, but for the first where that says how cells are separated."""
    line = 1
    try:
        for cells in reader:
            if line > 1 or not declared:
                yield line, [cleaned(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"cannot be read as CSV near line {line} ({error})") from error


def find_separator(text: str, table: str) -> str:
    """The separator by which one of the first lines is most like a header, or else the commonest of the first."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:LOOKED_AT]
    named = {
        mark: max((likeness(line.replace('"', " ").split(mark), table) for line in lines), default=0) for mark in ",;\t"
    }
    likely = max(named, key=lambda mark: named[mark])
    return likely if named[likely] > 1 or not lines else max(",;", key=lines[0].count)


def likeness(cells: Sequence[str], table: str) -> int:
    """How many of a table's columns a row names."""
    return len({cell.strip() for cell in cells} & TABLES[table].model_fields.keys())


def check_header(rows: Rows, table: str) -> None:
    """Refuse a table whose first filled row is no header, with the one cause."""
    row, first = rows[0]
    header, cells = max(rows[:LOOKED_AT], key=lambda one: likeness(one[1], table))
    told = quoted(next(cell for cell in first if cell))
    needed = [name for name, field in TABLES[table].model_fields.items() if field.is_required()]
    if header != row and 2 * len({*needed} & {*cells}) >= len(needed):
        raise Unreadable(
            f"begins with {told} above the header on row {header}", "delete the rows above the header", row
        )
    if not likeness(first, table):
        remedy = f"begin with a row that names the columns: {', '.join(needed)}"
        raise Unreadable(f"has no header: its first row begins {told}", remedy, row)


def squared(file: str, rows: Rows, mark: str) -> RawTable:
    """Leave out columns without a name, and cells beyond the header, where nothing stands in them."""
    (header_row, header), rest = rows[0], rows[1:]
    filled = {place for _, cells in rest for place, cell in enumerate(cells) if cell}
    kept = [place for place, name in enumerate(header) if name or place in filled]
    width = kept[-1] + 1
    cut = [(row, cells[:width] if not any(cells[width:]) else cells) for row, cells in rest]
    if len(kept) < width:
        cut = [(row, [cells[place] for place in kept] if len(cells) == width else cells) for row, cells in cut]
    return RawTable(file, [header[place] for place in kept], cut, mark, header_row)


def cleaned(text: str) -> str:
    """A cell without blanks around it, and without the marks that Excel's files have for control characters."""
    if "_x00" in text:
        text = ESCAPED.sub(lambda found: WRITTEN.get(found.group().upper(), ""), text)
    return text.strip()


# Excel


def read_excel(raw: bytes, table: str) -> tuple[Rows, list[str]]:
    """Read the filled rows of a workbook's sheet, and which of its cells are merged."""
    opened = None
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of parts that openpyxl does not keep, and of days out of range, which are faults below
        try:
            opened = unpack(raw)
            with zipfile.ZipFile(opened) as archive:
                if b"purl.oclc.org/ooxml" in archive.read("xl/workbook.xml"):
                    raise Unreadable("is saved as Strict Open XML", "save it as an ordinary Excel workbook (*.xlsx)")
                book = open_book(opened)
                sheet = sheet_of(book, table)
                text = archive.read(sheet._worksheet_path)
                rows = filled_rows(sheet, ends=opened.ends)
                if FORMULA.search(text):
                    check_formulas(opened, sheet.title)
        except Unreadable:
            raise
        except Exception as error:
            if opened:
                check_time(opened.ends)
            locked = raw[:4] == OLE
            remedy = "save it without a password as an Excel workbook (*.xlsx)" if locked else SAVE_AGAIN
            raise Unreadable(f"cannot be opened as an Excel workbook ({error})", remedy) from error
    return rows, [found.decode() for found in MERGED.findall(text)]


def open_book(opened: Unpacked, computed: bool = True, whole: bool = False) -> Any:
    """Open a workbook that has been measured, as `whole` with all that it says of rows and columns."""
    from openpyxl import load_workbook  # takes a while to import

    return load_workbook(opened, data_only=computed, read_only=not whole)


def sheet_of(book: Any, table: str) -> Any:
    """The sheet that a table is read from: that with its name, or else the first that names most of its columns."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise Unreadable("holds no sheet with cells", "save it as an ordinary Excel workbook (*.xlsx)")
    if table in sheets or len(sheets) == 1:
        return sheets.get(table) or next(iter(sheets.values()))
    return max(
        sheets.values(),
        key=lambda sheet: max((likeness(cells, table) for _, cells in filled_rows(sheet, 5 * LOOKED_AT)), default=0),
    )


def filled_rows(sheet: Any, last: int | None = None, ends: float = float("inf")) -> Rows:
    """The rows of a sheet in which anything stands, all as long as the longest."""
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # a workbook may state its size wrongly
    rows = [*filled(sheet_rows(sheet, last), ends)]
    width = max((len(cells) for _, cells in rows), default=0)
    return [(row, cells + [""] * (width - len(cells))) for row, cells in rows]


def sheet_rows(sheet: Any, last: int | None) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet as texts, with their numbers; a row that says it is the billionth has none between."""
    for row, values in enumerate(sheet.iter_rows(values_only=True, max_row=last), 1):
        if row > SHEET_ROWS:
            raise Unreadable(
                f"has a row beyond the last that Excel has, {SHEET_ROWS}", "copy its cells to a new workbook"
            )
        yield row, [cell_text(value) for value in values]


def cell_text(value: Any) -> str:
    """Write an Excel cell as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and value.time() == time():
        return Day(value.date().isoformat())
    if isinstance(value, int | float):
        return Number(int(value) if abs(value) < 1e15 and value == int(value) else value)
    return Day(value)


def check_formulas(opened: Unpacked, title: str) -> None:
    """Refuse formulas that nobody has computed: to a reader their cells are empty."""
    books = [open_book(opened, computed) for computed in (True, False)]
    for book in books:
        book[title].reset_dimensions()
    found = [
        formula
        for cells in zip(*(book[title].iter_rows() for book in books), strict=True)
        for cell, formula in zip(*cells, strict=True)
        if formula.data_type == "f" and cell.value is None and cell.data_type != "str"
    ]
    if found:
        more = f", and so have {len(found) - 1} cells more" if len(found) > 1 else ""
        problem = f"cell {found[0].coordinate} has a formula without a computed value{more}"
        raise Unreadable(problem, "open the workbook in Excel and save it, or write the numbers", found[0].row)


def check_merged(merged: list[str], table: RawTable) -> None:
    """Refuse cells that were merged within a table: all but the first of them are empty."""
    from openpyxl.utils import range_boundaries

    lines = [table.header_row, *(row for row, _ in table.rows)]
    inside = []
    for area in merged:
        left, top, _, bottom = range_boundaries(area)
        if left <= len(table.header) and bisect_left(lines, top) < bisect_left(lines, bottom + 1):
            inside.append((area, top))
    if inside:
        more = f" and {len(inside) - 1} areas more" if len(inside) > 1 else ""
        problem = f"cells {inside[0][0]}{more} are merged, so all but the first of each are empty"
        raise Unreadable(problem, "unmerge them, and fill in every cell", inside[0][1])
