"""The files of a folder to typed rows; every fault is named at once."""

import difflib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fvmanalys.errors import Fault
from fvmanalys.evidence import limits
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.fields import KRONOR, Kind
from fvmanalys.evidence.files import RawTable, read_table
from fvmanalys.evidence.spelling import DATE_REMEDY, NUMBER_REMEDY, Misspelt, plain_day, plain_number, quoted
from fvmanalys.evidence.tables import TABLES, Quantified, columns, kinds, release_columns, text_columns

__all__ = ["OWN", "RAW", "READ", "RawTable", "parse_row", "parse_tables", "read_folder", "text_rows"]

RAW = Path("data/raw")  # where a project has its raw tables
OWN = "x_"  # begins the user's own columns, which pass unread
SEPARATELY = 3  # so many cells of a column that are misspelt in one way are told one by one
Cell = tuple[int, str, str, Misspelt]
REMEDIES = {
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
READ = (".csv", ".xlsx")
UNREAD = (".xls", ".xlsm", ".xlsb", ".ods", ".tsv", ".txt")
SPELLINGS: dict[Kind, Callable[[str, str], str]] = {
    Kind.NUMBER: plain_number,
    Kind.WHOLE: plain_number,
    Kind.DATE: plain_day,
}


def read_folder(folder: Path) -> tuple[dict[str, RawTable], list[Fault]]:
    """Read every table in `folder` as text; return them with what is wrong with the files."""
    if not folder.is_dir():
        above = ", and no folder above holds data/raw" if folder == RAW else ""
        return {}, [folder_fault(folder, f"is no folder{above}")]
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        return {}, [folder_fault(folder, f"cannot be read ({error.strerror})")]
    faults = list(check_file_names(files))
    if not any(path.stem in TABLES for path in files):
        return {}, [folder_fault(folder, "holds no raw table"), *faults]
    tables: dict[str, RawTable] = {}
    cells = 0
    for name, row in TABLES.items():
        paths = [path for path in (folder / f"{name}.csv", folder / f"{name}.xlsx") if path in files]
        if len(paths) > 1:
            faults.append(Fault(str(paths[1]), None, "file", f"{name} stands in two files", "keep one of them"))
        elif paths:
            try:
                tables[name] = read_table(paths[0])
                cells += len(tables[name].rows) * len(tables[name].header)
                if cells > limits.TOGETHER:
                    problem = f"and the tables before it hold more than {limits.TOGETHER} cells"
                    return {}, [*faults, Fault(str(paths[0]), None, "file", problem, "keep this decision's rows alone")]
            except Unreadable as error:
                faults.append(Fault(str(paths[0]), error.row, "file", error.problem, error.remedy))
        elif row.REQUIRED:
            remedy = "every decision needs this table"
            faults.append(Fault(str(folder / f"{name}.csv"), None, "file", "is missing", remedy))
    return tables, faults


def parse_tables(raw: dict[str, RawTable]) -> tuple[dict[str, list[dict[str, Any]]], list[Fault]]:
    """Parse every table into typed rows; return them with all faults found.

    A row is a dict of its columns, `_file` and `_row` (the line where it starts), and what its numbers look like there.
    """
    tables = {}
    faults = []
    for name, table in raw.items():
        if not table.header or not (table.rows or name == "sources"):  # where all is assumed, nothing is cited
            remedy = "fill it in, or remove the file if the table is optional"
            found = [Fault(table.file, 1, "file", "holds no rows", remedy)]
        else:
            found = [*header_faults(name, table)]
        tables[name], others = ([], []) if found else parse_rows(name, table)
        faults += [*found, *others]
    return tables, faults


def folder_fault(folder: Path, problem: str) -> Fault:
    """The fault of a folder that holds no decision, by its absolute path, with where to go instead."""
    below = folder / RAW
    if below.is_dir():
        return Fault(os.path.abspath(folder), None, "folder", problem, f"did you mean {below}?")
    remedy = "name the folder of the raw tables (--data FOLDER), or lay out a new decision: fvmanalys init FOLDER"
    return Fault(os.path.abspath(folder), None, "folder", problem, remedy)


def check_file_names(files: list[Path]) -> Iterator[Fault]:
    """Find files that look like tables but are none: a misspelt optional table must not be ignored."""
    for path in files:
        kind = path.suffix.lower()
        known = path.stem in TABLES
        if path.name.startswith(("~$", ".")) or (known and path.suffix in READ):
            continue
        near = difflib.get_close_matches(path.stem.lower(), TABLES, 1, 0.7)  # notes are no news
        if kind in READ:
            remedy = f"rename it to {near[0]}{kind}, or move it away" if near else "move it out of the folder"
            yield Fault(str(path), None, "file", "is no table of the suite", remedy)
        elif kind in UNREAD and near:
            remedy = f"save it as {near[0]}.csv or {near[0]}.xlsx"
            yield Fault(str(path), None, "file", "is of a kind that the suite does not read", remedy)


def header_faults(name: str, table: RawTable) -> Iterator[Fault]:
    """Find unknown, repeated, nameless and missing columns."""
    fields = TABLES[name].model_fields
    file = table.file
    row = table.header_row
    known = [*fields, *(f"{column}_en" for column in text_columns(name)), *release_columns(name)]
    meant: set[str] = set()
    for column in dict.fromkeys(column for column in table.header if not column.startswith(OWN)):
        if not column:
            remedy = f"name it (your own columns begin with {OWN}), or clear it"
            place = table.header.index(column)
            filled = next(line for line, cells in table.rows if any(cells[place : place + 1]))
            problem = f"column {place + 1} has no name, though row {filled} has something there"
            yield Fault(file, row, "header", problem, remedy)
        elif table.header.count(column) > 1:
            yield Fault(file, row, column, "stands twice in the header", "name each column once")
        elif column not in known:
            near = difflib.get_close_matches(column.lower(), known, 1)
            meant |= {*near}
            others = f"remove it; the columns are {', '.join(columns(name))}; your own begin with {OWN}"
            remedy = f"did you mean {near[0]}?" if near else others
            yield Fault(file, row, column, f"column {column!r} is unknown", remedy)
    for column, field in fields.items():
        if field.is_required() and column not in table.header and column not in meant:
            yield Fault(file, row, column, "column is missing", "add the column to the header and fill it in")


def parse_rows(name: str, table: RawTable) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Turn rows of text into typed rows by the table's declaration."""
    faults = [*ragged_faults(table)]
    rows = []
    file = table.file
    misspelt: list[Cell] = []
    for line, cells in table.rows:
        if len(cells) == len(table.header):
            texts = dict(zip(table.header, cells, strict=True))
            plain, wrong = plain_cells(name, texts, table.mark)
            misspelt += [(line, column, texts[column], error) for column, error in wrong.items()]
            row, found = typed_row(name, file, line, texts, plain, {*wrong})
            faults += [*identity_faults(file, line, texts), *found]
            if row is not None:
                rows.append({**row, "_mark": table.mark})
    return rows, sorted([*faults, *gathered(file, misspelt)], key=lambda one: one.row or 0)


def parse_row(name: str, file: str, line: int, texts: dict[str, str]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Turn one row of plain text, numbers with a decimal point, into a typed row."""
    plain, wrong = plain_cells(name, texts, ".")
    row, found = typed_row(name, file, line, texts, plain, {*wrong})
    return row, [*found, *gathered(file, [(line, column, texts[column], error) for column, error in wrong.items()])]


def ragged_faults(table: RawTable) -> Iterator[Fault]:
    """Find rows with more or fewer cells than the header; many of them have one cause and are one fault."""
    width = len(table.header)
    ragged = [(line, len(cells)) for line, cells in table.rows if len(cells) != width]
    many = len(ragged) > SEPARATELY
    more = f", and {len(ragged) - 1} rows more do not fit it" if many else ""
    remedy = "quote a cell that holds the separator; fill short rows with separators"
    for line, count in ragged[:1] if many else ragged:
        yield Fault(table.file, line, "row", f"has {count} cells where the header has {width}{more}", remedy)


def text_rows(name: str, table: RawTable) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """The rows of a table as dicts of text, and what hinders that."""
    faults = [*header_faults(name, table), *ragged_faults(table)]
    return [(line, dict(zip(table.header, cells, strict=True))) for line, cells in table.rows if not faults], faults


def plain_cells(name: str, texts: dict[str, str], mark: str) -> tuple[dict[str, str], dict[str, Misspelt]]:
    """The filled cells of a row as a computer writes them, and what is wrong with those that cannot be."""
    plain = {}
    wrong = {}
    kind = kinds(name)
    for column, text in texts.items():
        if text and column in kind:
            spell = SPELLINGS.get(kind[column])
            try:
                plain[column] = spell(text, mark) if spell else text
            except Misspelt as error:
                wrong[column] = error
    return plain, wrong


def gathered(file: str, misspelt: list[Cell]) -> Iterator[Fault]:
    """Name cells that are misspelt; many in one column that are so in one way have one cause and are one fault."""
    alike: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in misspelt:
        alike[cell[1], cell[3].problem].append(cell)
    for cells in alike.values():
        many = len(cells) > SEPARATELY
        more = f", and so are {len(cells) - 1} cells more, down to row {cells[-1][0]}" if many else ""
        for line, column, text, error in cells[:1] if many else cells:
            yield Fault(file, line, column, f"{quoted(text)} {error.problem}{more}", error.remedy)


def typed_row(
    name: str, file: str, line: int, texts: dict[str, str], plain: dict[str, str], wrong: set[str]
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Give a row its types, empty cells the column's default; nothing is said again of columns that are `wrong`."""
    model = TABLES[name]
    try:
        row = dict(model.model_validate(plain))
    except ValidationError as error:
        found = [item for item in error.errors() if item["loc"][0] not in wrong]
        return None, [fault_of(file, line, texts, item) for item in found]
    if wrong:
        return None, []
    translations = {column: text for column, text in texts.items() if column not in row and not column.startswith(OWN)}
    written = {column: texts[column] for column in plain if kinds(name)[column] in (Kind.NUMBER, Kind.WHOLE)}
    return {**in_millions(name, row), **translations, "_file": file, "_row": line, "_text": written}, []


def in_millions(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Turn kronor and thousands of them into millions, in tables whose unit that may be."""
    model = TABLES[name]
    parts = KRONOR.get(row.get("unit", ""))
    if not parts or not issubclass(model, Quantified) or "MSEK" not in (model.UNITS or ("MSEK",)):
        return row
    amounts = {column: row[column] and row[column] / parts for column in ("low", "likely", "high")}
    return {**row, **amounts, "unit": "MSEK"}


def fault_of(file: str, line: int, texts: dict[str, str], item: Any) -> Fault:
    """Say one pydantic error in our own words."""
    column = str(item["loc"][0])
    kind = item["type"]
    problem, remedy = REMEDIES.get(kind, (item["msg"], "correct it"))
    if kind.startswith("date"):
        problem = "is not a date"
        remedy = DATE_REMEDY
    value = f"{quoted(texts[column])} " if texts.get(column) else ""
    return Fault(file, line, column, value + problem, remedy.format(**item.get("ctx", {})))


IDENTITY = re.compile(r"(?<![\d-])(?:19|20)?(\d{2})(\d{2})(\d{2})([-+\s–]?)(\d{4})(?![\d-])")


def holds_personal_identity(text: str) -> bool:
    """Whether `text` holds something formed as a Swedish personal identity or coordination number.

    With - or + any possible date counts; else the check digit must hold too (Skatteverket, SKV 704).
    """
    for year, month, day, separator, tail in IDENTITY.findall(text):
        possible = 1 <= int(month) <= 12 and (1 <= int(day) <= 31 or 61 <= int(day) <= 91)
        doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(year + month + day + tail))
        if possible and (separator in ("-", "+") or sum(sum(divmod(one, 10)) for one in doubled) % 10 == 0):
            return True
    return False


def identity_faults(file: str, line: int, texts: dict[str, str]) -> Iterator[Fault]:
    """Find personal identity numbers, which the message does not repeat."""
    if holds_personal_identity("\n".join(texts.values())):
        for column, text in texts.items():
            if holds_personal_identity(text):
                remedy = "remove it; no table may carry people"
                yield Fault(file, line, column, "holds a personal identity number", remedy)
