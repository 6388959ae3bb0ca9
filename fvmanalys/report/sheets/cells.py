"""What may stand in a cell: text made safe, numbers, dates, formulas with their value, links."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fvmanalys.report.harmless import harmless, is_web_address, one_line
from fvmanalys.report.item import Address
from fvmanalys.report.markup import unmarked

__all__ = ["Formula", "Input", "Jump", "header_names", "safe_text", "table_name", "write_cell"]

LONGEST_TEXT = 32_767
LONGEST_HEADER = 255
LONGEST_NAME = 80
CUT_MARK = " […]"
EARLIEST = date(1900, 3, 1)


@dataclass(frozen=True)
class Formula:
    """A formula and the value it has now."""

    text: str
    value: float | str


@dataclass(frozen=True)
class Input:
    """A cell that the reader may change."""

    value: float


@dataclass(frozen=True)
class Jump:
    """Text that leads to a place in the workbook, such as `'Sheet'!A1`."""

    text: str
    place: str


def safe_text(text: Any, longest: int = LONGEST_TEXT) -> str:
    """Text without what XML cannot hold, cut with a mark where it is longer than a cell can hold."""
    clean = unmarked(harmless(text))
    if utf16_length(clean) <= longest:
        return clean
    kept = clean.encode("utf-16-le")[: 2 * (longest - len(CUT_MARK))].decode("utf-16-le", "ignore")
    return kept + CUT_MARK


def utf16_length(text: str) -> int:
    """How long Excel finds a text: characters beyond the first plane count twice."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def header_names(names: list[str]) -> list[str]:
    """Column headings as a table needs them: on one line, not empty, and each different whatever the case."""
    unique: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        text = safe_text(one_line(name), LONGEST_HEADER - 8) or f"[{number}]"
        base = text
        copy = 1
        while text.casefold() in taken:
            copy += 1
            text = f"{base} ({copy})"
        taken.add(text.casefold())
        unique.append(text)
    return unique


def table_name(title: str, number: int, word: str) -> str:
    """A name for a table that says what it holds, of what Excel takes: letters, digits, underscores, no digit first."""
    words = "_".join(re.findall(r"\w+", title))[:LONGEST_NAME].strip("_")
    return f"{words}_{number}" if words and not words[0].isdigit() else f"{word}_{words}_{number}".replace("__", "_")


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, form: Format, nothing: str = "–") -> None:
    """Write a value by its type; what is missing or not finite becomes `nothing`."""
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, form, value.value)
    elif isinstance(value, (Address, Jump)):
        write_link(sheet, row, column, value, form)
    elif isinstance(value, Input):
        sheet.write_number(row, column, value.value, form)
    elif isinstance(value, date):
        write_day(sheet, row, column, value, form)
    elif (
        isinstance(value, (bool, np.bool_))
        or value is None
        or (isinstance(value, (float, np.floating)) and not np.isfinite(value))
    ):
        sheet.write_string(row, column, nothing, form)
    elif isinstance(value, (int, float, np.integer, np.floating)):
        sheet.write_number(row, column, float(value), form)
    else:
        sheet.write_string(row, column, safe_text(value) or nothing, form)


def write_day(sheet: Worksheet, row: int, column: int, day: date, form: Format) -> None:
    """Write a date as one; Excel's calendar errs before March 1900, so an older one is text."""
    if day < EARLIEST:
        sheet.write_string(row, column, day.isoformat(), form)
    else:
        sheet.write_datetime(row, column, datetime(day.year, day.month, day.day), form)


def write_link(sheet: Worksheet, row: int, column: int, link: Address | Jump, form: Format) -> None:
    """Write a link; an address that is none of the web's becomes its text alone."""
    text = safe_text(link.text, LONGEST_HEADER) or "–"
    target = f"internal:{link.place}" if isinstance(link, Jump) else link.address
    if isinstance(link, Jump) or is_web_address(target):
        sheet.write_url(row, column, target, form, text)
    else:
        sheet.write_string(row, column, safe_text(link.text) or "–", form)
