"""How cells are spelt: numbers in the file's own convention, refused where they could be two, quoted as they stand."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

__all__ = [
    "DATE_REMEDY", "NUMBER_REMEDY", "Day", "Misspelt", "Number", "Percent", "plain_day", "plain_number", "quoted",
    "said", "spelt",
]  # fmt: skip

NUMBER_REMEDY = "write a plain number, with decimal point in a comma file or decimal comma in a semicolon file"
DATE_REMEDY = "write it as year-month-day, such as 2025-05-27"
DASHES = ("-", "\u2013", "\u2014")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|[-+]?(inf|infinity|nan)", re.ASCII | re.IGNORECASE)
MARKED = re.compile(r"([-+]?[\d.,]*)([.,])(\d+)")


class Number(str):
    """A cell that is a number to Excel itself, so that there is nothing to understand."""


class Percent(Number):
    """A cell that is a number to Excel, and shown as a hundred times as much with a percent sign."""


class Day(str):
    """A cell that is a date to Excel itself."""


class Misspelt(ValueError):
    """A cell does not hold what its column should: what is wrong, and what to do."""

    def __init__(self, problem: str, remedy: str = NUMBER_REMEDY):
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def plain_number(text: str, mark: str) -> str:
    """Write a number as a computer does; `mark` is the decimal mark of the file, empty where it may be either.

    Blanks between thousands and a typesetter's minus are read. Misspelt where it is no number, or may be two.
    """
    if isinstance(text, Number):
        return text
    if isinstance(text, Day):
        raise Misspelt("is formatted as a date", "format the column as numbers, and write the numbers again")
    plain = re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", "", text).replace("\u2212", "-")
    if plain in DASHES:
        raise Misspelt("is a dash, which may mean zero or not known", "write 0, or leave the cell empty")
    if plain.endswith("%"):
        raise percentage(plain, mark)
    check_marks(plain, mark)
    plain = plain if mark == "." else plain.replace(",", ".")
    if not NUMBER.fullmatch(plain):
        raise Misspelt("is not a number")
    return plain


def percentage(text: str, mark: str) -> Misspelt:
    """The fault of a number in percent, with what to write instead."""
    try:
        share = Decimal(re.sub(r"[%\s]", "", text).replace(",", ".")) / 100
    except InvalidOperation:
        return Misspelt("is not a number")
    return Misspelt("is a percentage", f"write {spelt(f'{share:f}', mark or ('.' if '.' in text else ','))}")


def check_marks(plain: str, mark: str) -> None:
    """Refuse points and commas between thousands, and a single one that may stand there or before decimals."""
    found = MARKED.fullmatch(plain)
    if not found:
        return
    before, sign, after = found.groups()
    whole = re.sub("[.,]", "", before)
    if whole != before:
        number = whole + after if sign in before else f"{whole}{mark or sign}{after}"
        raise Misspelt("has a point or comma between thousands", f"write {number}, with nothing or a blank there")
    if sign != mark and len(after) == 3 and re.fullmatch(r"[-+]?[1-9]\d{0,2}", before):
        decimals = f"{before}{mark or sign}{after.rstrip('0') or '0'}"
        remedy = (
            f"write {before}{after} or {decimals}, whichever is meant{'' if mark else ', as a number and not as text'}"
        )
        raise Misspelt("may be two numbers", remedy)


def plain_day(text: str, _mark: str = "") -> str:
    """Pass on a day written as year-month-day; Misspelt where it is anything else, such as a number."""
    if isinstance(text, Number):
        raise Misspelt("is formatted as a number", "format the column as dates, and write the days again")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise Misspelt("is not a date", DATE_REMEDY)
    return text


def quoted(text: str) -> str:
    """A cell as it stands, in quotation marks, and no longer than a message bears."""
    return repr(str(text) if len(text) <= 80 else f"{text[:79]}\u2026")


def spelt(number: str, mark: str) -> str:
    """A plain number with the decimal mark of a file."""
    return number.replace(".", mark) if mark else number


def said(row: dict[str, Any], column: str) -> str:
    """A number of a row as its file has it, or plainly where it was never in a file."""
    return str(row.get("_text", {}).get(column) or f"{row[column]:g}")
