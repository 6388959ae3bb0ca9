"""CSV or Excel files to rows of text, and those to typed rows; every fault is named at once."""

import csv
import difflib
import io
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from pydantic import ValidationError

from fvmanalys.errors import Fault
from fvmanalys.evidence.release import release_columns
from fvmanalys.evidence.tables import TABLES, Row, columns, text_columns

__all__ = ["RAW", "Grid", "RawTable", "header_faults", "parse_table", "parse_tables", "text_rows", "read_csv", "read_folder", "read_table"]

RAW = Path("data/raw")  # where a project has its raw tables
Grid = list[tuple[int, list[str]]]


class RawTable(NamedTuple):
    """A table as its file has it, all of it text: the header, the rows with their lines, how numbers are written."""

    file: str
    header: list[str]
    rows: Grid
    decimal_comma: bool = False


NUMBER_REMEDY = "write a plain number, with decimal point in a comma file or decimal comma in a semicolon file"
REMEDIES = {
    "float_parsing": ("is not a number", NUMBER_REMEDY),
    "int_parsing": ("is not a whole number", "write a whole number"),
    "int_from_float": ("is not a whole number", "write a whole number"),
    "finite_number": ("is not a finite number", NUMBER_REMEDY),
    "literal_error": ("is not one of the allowed values", "use one of: {expected}"),
    "string_pattern_mismatch": ("holds a character that has a meaning of its own", "use letters, digits, - and _"),
    "string_too_short": ("is empty", "fill it in"),
    "string_too_long": ("is too long", "write at most {max_length} letters"),
    "missing": ("is missing", "fill it in; every row needs it"),
    "greater_than": ("is too small", "it must be above {gt}"),
    "greater_than_equal": ("is too small", "it must be at least {ge}"),
    "less_than": ("is too large", "it must be below {lt}"),
    "less_than_equal": ("is too large", "it must be at most {le}"),
}
READ, UNREAD = (".csv", ".xlsx"), (".xls", ".xlsm", ".xlsb", ".ods", ".tsv", ".txt")
DATE_PROBLEM = ("is not a date", "write it as year-month-day, such as 2025-05-27")


def read_folder(folder: Path) -> tuple[dict[str, RawTable], list[Fault]]:
    """Read every table in `folder` as text; return them with what is wrong with the files."""
    if not folder.is_dir():
        return {}, [folder_fault(folder, "is no folder" + (", and no folder above holds data/raw" if folder == RAW else ""))]
    faults = list(check_file_names(folder))
    if not any(path.stem in TABLES for path in folder.iterdir()):
        return {}, [folder_fault(folder, "holds no raw table"), *faults]
    tables = {}
    for name, row in TABLES.items():
        paths = [path for path in (folder / f"{name}.csv", folder / f"{name}.xlsx") if path.exists()]
        if len(paths) > 1:
            faults.append(Fault(str(paths[1]), None, "file", f"{name} stands in two files", "keep one of them"))
        elif paths:
            try:
                tables[name] = read_table(paths[0])
            except ValueError as error:
                faults.append(Fault(str(paths[0]), None, "file", str(error), "save it as CSV in UTF-8, or as an Excel workbook"))
        elif row.REQUIRED:
            faults.append(Fault(str(folder / f"{name}.csv"), None, "file", "is missing", "every decision needs this table"))
    return tables, faults


def parse_tables(raw: dict[str, RawTable]) -> tuple[dict[str, list[dict[str, Any]]], list[Fault]]:
    """Parse every table into typed rows; return them with all faults found.

    A row is a dict of its columns, plus `_file` and `_row` (the line where it starts).
    """
    tables, faults = {}, []
    for name, table in raw.items():
        tables[name], found = parse_table(name, table)
        faults += found
    return tables, faults


def folder_fault(folder: Path, problem: str) -> Fault:
    """The fault of a folder that holds no decision, by its absolute path, with where to go instead."""
    below = folder / RAW
    if below.is_dir():
        return Fault(os.path.abspath(folder), None, "folder", problem, f"did you mean {below}?")
    remedy = "name the folder of the raw tables (--data FOLDER), or lay out a new decision: fvmanalys init FOLDER"
    return Fault(os.path.abspath(folder), None, "folder", problem, remedy)


def check_file_names(folder: Path) -> Iterable[Fault]:
    """Find files that look like tables but are none: a misspelt optional table must not be ignored."""
    for path in sorted(folder.iterdir()):
        kind, known = path.suffix.lower(), path.stem in TABLES
        if path.name.startswith(("~$", ".")) or (known and path.suffix in READ):
            continue
        near = difflib.get_close_matches(path.stem.lower(), TABLES, 1)
        if kind in READ:
            remedy = f"rename it to {near[0]}{kind}, or move it away" if near else "move it out of the folder"
            yield Fault(str(path), None, "file", "is no table of the suite", remedy)
        elif kind in UNREAD and near:
            yield Fault(str(path), None, "file", "is of a kind that the suite does not read", f"save it as {near[0]}.csv or {near[0]}.xlsx")


def read_table(path: Path) -> RawTable:
    """Read one file; ValueError says why it cannot be."""
    return RawTable(str(path), *read_excel(path)) if path.suffix == ".xlsx" else read_csv(str(path), decode(path.read_bytes()))


def read_csv(file: str, text: str) -> RawTable:
    """Take a CSV text apart: comma and decimal point, or semicolon and decimal comma."""
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"cannot be read as CSV near line {line} ({error})") from error
    filled = [(number, cells) for number, cells in rows if any(cells)]
    return RawTable(file, filled[0][1] if filled else [], filled[1:], delimiter == ";")


def decode(raw: bytes) -> str:
    """Decode UTF-8, with or without BOM, or else Windows-1252."""
    if b"\0" in raw:
        raise ValueError("holds zero bytes, so it is neither UTF-8 nor Windows-1252 text")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("is neither UTF-8 nor Windows-1252 text")


def read_excel(path: Path) -> tuple[list[str], Grid]:
    """Read the sheet named as the table, or else the first one."""
    values, formulas = excel_values(path, data_only=True), excel_values(path, data_only=False)
    for number, (shown, written) in enumerate(zip(values, formulas, strict=True), 1):
        if any(cell is None and isinstance(formula, str) and formula.startswith("=") for cell, formula in zip(shown, written, strict=True)):
            raise ValueError(f"row {number} has a formula without a computed value; open and save it in Excel, or write the number")
    rows = [(number, [cell_text(value) for value in cells]) for number, cells in enumerate(values, 1)]
    filled = [(number, cells) for number, cells in rows if any(cells)]
    if not filled:
        return [], []
    width = max(index for index, cell in enumerate(filled[0][1], 1) if cell)
    padded = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in filled]
    return padded[0][1][:width], [(n, cells[:width] if not any(cells[width:]) else cells) for n, cells in padded[1:]]


def excel_values(path: Path, data_only: bool) -> list[tuple[Any, ...]]:
    """The cells of the sheet, computed values or what was written."""
    try:
        book = openpyxl.load_workbook(path, data_only=data_only, read_only=True)
    except Exception as error:
        raise ValueError(f"cannot be opened as an Excel workbook ({error})") from error
    sheet = sheet_of(book, path.stem)
    sheet.reset_dimensions()
    cells = list(sheet.iter_rows(values_only=True))
    book.close()
    return cells


def sheet_of(book: openpyxl.Workbook, table: str) -> Any:
    """The sheet that a table is read from."""
    return book[table] if table in book.sheetnames else book.worksheets[0]


def cell_text(value: Any) -> str:
    """Write an Excel cell as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def parse_table(name: str, table: RawTable) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Turn rows of text into typed rows by the table's declaration."""
    if not table.header or not (table.rows or name == "sources"):  # where all is assumed, nothing is cited
        return [], [Fault(table.file, 1, "file", "holds no rows", "fill it in, or remove the file if the table is optional")]
    faults = list(header_faults(name, table))
    if faults:
        return [], faults
    rows = []
    for line, cells in table.rows:
        if len(cells) != len(table.header):
            faults.append(length_fault(table, line, cells))
            continue
        texts = dict(zip(table.header, cells, strict=True))
        faults += [identity_fault(table.file, line, column) for column, text in texts.items() if holds_personal_identity(text)]
        row, found = parse_row(TABLES[name], table.file, line, texts, table.decimal_comma)
        faults += found
        if row is not None:
            rows.append(row)
    return rows, faults


def text_rows(name: str, table: RawTable) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """The rows of a table as dicts of text, and what hinders that."""
    faults = list(header_faults(name, table))
    faults += [length_fault(table, line, cells) for line, cells in table.rows if len(cells) != len(table.header)]
    return [(line, dict(zip(table.header, cells, strict=True))) for line, cells in table.rows if not faults], faults


def length_fault(table: RawTable, line: int, cells: list[str]) -> Fault:
    """The fault of a row that is longer or shorter than the header."""
    remedy = "quote a cell that holds the separator; fill short rows with separators"
    return Fault(table.file, line, "row", f"has {len(cells)} cells where the header has {len(table.header)}", remedy)


def header_faults(name: str, table: RawTable) -> Iterable[Fault]:
    """Find unknown, repeated, empty and missing columns."""
    fields, file, header = TABLES[name].model_fields, table.file, table.header
    known = [*fields, *(f"{column}_en" for column in text_columns(name)), *release_columns(name)]
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            yield Fault(file, 1, column or "header", "stands twice in the header", "name each column once")
        elif column not in known:
            near = difflib.get_close_matches(column, known, 1)
            remedy = f"did you mean {near[0]}?" if near else f"remove it; the columns are {', '.join(columns(name))}"
            yield Fault(file, 1, column or "header", f"column {column!r} is unknown", remedy)
    for column, field in fields.items():
        if field.is_required() and column not in header:
            yield Fault(file, 1, column, "column is missing", "add the column to the header and fill it in")


def parse_row(
    model: type[Row], file: str, line: int, texts: dict[str, str], decimal_comma: bool
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Parse one row; empty cells take the column's default."""
    translations = {column: text for column, text in texts.items() if column not in model.model_fields}
    given = {column: text for column, text in texts.items() if text and column in model.model_fields}
    if decimal_comma:
        given = {column: plain_number(text) if is_number(model, column) else text for column, text in given.items()}
    try:
        row = model.model_validate(given)
    except ValidationError as error:
        return None, [fault_of(file, line, given, item) for item in error.errors()]
    return {**row.model_dump(), **translations, "_file": file, "_row": line}, []


def is_number(model: type[Row], column: str) -> bool:
    """Whether the declared column holds a number."""
    return any(word in str(model.model_fields[column].annotation) for word in ("float", "int"))


def plain_number(text: str) -> str:
    """Write a number that has a decimal comma and thousands spaces plainly."""
    return re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3})", "", text).replace(",", ".")


def fault_of(file: str, line: int, given: dict[str, str], item: Any) -> Fault:
    """Say one pydantic error in our own words."""
    column, kind = str(item["loc"][0]), item["type"]
    problem, remedy = DATE_PROBLEM if kind.startswith("date") else REMEDIES.get(kind, (item["msg"], "correct it"))
    value = f"{given[column]!r} " if column in given else ""
    return Fault(file, line, column, value + problem, remedy.format(**item.get("ctx", {})))


IDENTITY = re.compile(r"(?<![\d-])(?:19|20)?(\d{2})(\d{2})(\d{2})([-+\s–]?)(\d{4})(?![\d-])")


def holds_personal_identity(text: str) -> bool:
    """Whether `text` holds something formed as a Swedish personal identity or coordination number.

    Written with - or + any number with a possible date counts; without one, or with a blank or a dash, the check digit
    must hold too (Skatteverket, SKV 704), so that ordinary ten-digit figures pass.
    """
    return any(is_identity(*match.groups()) for match in IDENTITY.finditer(text))


def is_identity(year: str, month: str, day: str, separator: str, tail: str) -> bool:
    """Whether the parts form a possible date and, without the separator of the form, a valid check digit."""
    possible = 1 <= int(month) <= 12 and (1 <= int(day) <= 31 or 61 <= int(day) <= 91)
    return possible and (separator in ("-", "+") or luhn(year + month + day + tail))


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = (sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(digits))
    return sum(doubled) % 10 == 0


def identity_fault(file: str, line: int, column: str) -> Fault:
    """The fault of a personal identity number, which the message does not repeat."""
    return Fault(file, line, column, "holds a personal identity number", "remove it; no table may carry people")


