"""Lay out a new decision: an example of every raw table, the notebooks and how to run them, to be replaced."""

import csv
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import get_args

import nbformat
import xlsxwriter
from nbconvert.preprocessors import ClearOutputPreprocessor

from fvmanalys.errors import UsageError
from fvmanalys.evidence.read import RAW
from fvmanalys.evidence.tables import TABLES
from fvmanalys.run.suite import SUITE, shipped

__all__ = ["READ_ME", "lay_out"]

READ_ME, COLUMNS = "LÄS MIG.txt", "docs/tables.md"
EXAMPLE = Path(__file__).with_name("example")
ROWS_WITH_CHOICES = 1000
WRITTEN = {"default_date_format": "yyyy-mm-dd", "strings_to_urls": False, "strings_to_formulas": False}


def lay_out(folder: Path, xlsx: bool = False) -> None:
    """Lay out a decision in a folder that is new or empty; in any other, nothing is touched."""
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder}: is not empty, and was left as it is; name a folder that is new or empty")
        for part in (RAW, "notebooks", "docs"):
            (folder / part).mkdir(parents=True)
        for name in TABLES:
            copy_table(name, folder / RAW, xlsx)
        for notebook in sorted(shipped("notebooks").glob("*.ipynb")):
            bare, _ = ClearOutputPreprocessor().preprocess(nbformat.read(notebook, as_version=4), {})
            nbformat.write(bare, folder / "notebooks" / notebook.name)  # what came out belongs to another decision
        for name in (SUITE, COLUMNS):
            shutil.copyfile(shipped(name), folder / name)
        shutil.copyfile(EXAMPLE / "read_me.txt", folder / READ_ME)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be laid out ({error.strerror}); name another folder") from error


def copy_table(name: str, target: Path, xlsx: bool) -> None:
    source = EXAMPLE / f"{name}.csv"
    if not xlsx:
        shutil.copyfile(source, target / source.name)
        return
    with source.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    write_book(name, header, rows, target / f"{name}.xlsx")


def write_book(name: str, header: list[str], rows: list[list[str]], path: Path) -> None:
    """Write a table as a workbook: numbers and dates as what they are, and a list to choose from where one is due."""
    with xlsxwriter.Workbook(path, WRITTEN) as book:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(header):
            kind = kind_of(name, column)
            for number, row in enumerate(rows, 1):
                if row[place]:
                    sheet.write(number, place, cell(row[place], kind))
            choices = [one for one in get_args(kind) if isinstance(one, str) and one]
            if choices:
                sheet.data_validation(1, place, ROWS_WITH_CHOICES, place, {"validate": "list", "source": choices})
        sheet.autofit()


def kind_of(name: str, column: str) -> object:
    """The declared type of a column; of a stand-in, that of what it stands in for."""
    fields = TABLES[name].model_fields
    field = fields.get(column) or fields.get(column.removeprefix("public_"))
    return field.annotation if field else date if column == "public_from" else str


def cell(text: str, kind: object) -> str | float | datetime:
    """What a cell of a workbook holds."""
    kinds = get_args(kind) or (kind,)
    if date in kinds:
        return datetime.fromisoformat(text)
    return float(text) if {int, float} & set(kinds) else text
