"""How evidence is shown in every sheet: its kind as mark, word and fill, and figures with no more decimals than they have."""

from typing import Any

import numpy as np

from fvmanalys.report.names import kind_text
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.sheets.book import Book

__all__ = ["kind_cell", "plain_style", "rough_style"]


def kind_cell(book: Book, row: Any) -> Any:
    """What a row is: fact, judgement or assumption, with mark, word and fill; and that it is a stand-in."""
    kind, said = row.get("kind"), kind_text(row, book.words)
    return (f"{KIND_MARKS[kind]} {said}", f"{kind} text") if kind in KIND_MARKS else said or None


def plain_style(value: float, unit: str) -> str:
    """The style of a figure as given: as many decimals as it has, at most three, none from 1 000 up; a year as it is."""
    if unit == "year" or value is None or not np.isfinite(value):
        return "year"
    most = 0 if abs(value) >= 1_000 else 3
    return f"n{next((places for places in range(most) if abs(value - round(value, places)) < 1e-9), most)}"


def rough_style(value: float) -> str:
    """The style of a computed figure: about two digits that matter."""
    size = abs(value) if value is not None and np.isfinite(value) else 0.0
    return "n0" if size >= 100 or size == round(size) else "n1" if size >= 1 else "n2"
