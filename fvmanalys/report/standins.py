"""Forms in which the owners of confidential rows give their stand-ins: what is missing, and nothing secret."""

from collections.abc import Iterator
from pathlib import Path
from re import sub

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from fvmanalys.errors import Fault, UsageError
from fvmanalys.evidence.public import PublicTables
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.words import Words

__all__ = ["FIRST", "write_forms"]

COLUMNS = {"file": 18, "row": 8, "key": 36, "column": 22, "meaning": 60, "value": 28}
QUANTITY = ("public_low", "public_likely", "public_high", "public_distribution")
FIRST = 5


def write_forms(tables: PublicTables, folder: Path, words: Words) -> Iterator[tuple[Path, int]]:
    """Write a workbook for each owner with the cells to fill in; give its path and how many they are."""
    by_owner: dict[str, list[tuple[Fault, str]]] = {}
    for fault, told in zip(tables.faults, tables.of_owner(tables.faults), strict=True):
        origin = tables.origins[fault.file, fault.row or 0]
        asked = QUANTITY if told.column == "public_likely" else (told.column,)
        rows = by_owner.setdefault(origin.owner, [])
        rows += [(Fault(told.file, told.row, column, told.problem, told.remedy), origin.key) for column in asked]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (owner, rows) in enumerate(sorted(by_owner.items()), start=1):
            path = folder / f"standins-{number}-{sub(r'[^a-zA-Z0-9]+', '-', owner).strip('-')[:60] or 'unnamed'}.xlsx"
            write_form(path, owner, rows, words)
            yield path, len(rows)
    except (OSError, FileCreateError) as error:
        why = f"cannot be written ({getattr(error, 'strerror', None) or error})"
        raise UsageError(f"{folder}: {why}; close what is open there, or name another folder with --out") from error


def write_form(path: Path, owner: str, rows: list[tuple[Fault, str]], words: Words) -> None:
    """Write one owner's form: where each cell stands, what it should hold, and room for the answer."""
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet(words("standins.sheet"))
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True})
    sheet.write_string(0, 0, safe_text(words("standins.title", owner=owner or "–")), bold)
    for place, key in enumerate(("what", "how", "omit"), start=1):
        sheet.write_string(place, 0, words(f"standins.{key}"))
    for place, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(FIRST - 1, place, words(f"standins.heading.{name}"), bold)
    for line, (fault, key) in enumerate(rows, start=FIRST):
        sheet.write_string(line, 0, safe_text(Path(fault.file).name))
        sheet.write_number(line, 1, fault.row or 0)
        meaning = words.get(f"standins.column.{fault.column}", words("standins.column.other"))
        for place, text in enumerate((key, fault.column, meaning), start=2):
            sheet.write_string(line, place, safe_text(text), wrap)
    sheet.freeze_panes(FIRST, 0)
    book.close()
