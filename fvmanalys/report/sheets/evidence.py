"""How evidence is shown in every sheet: its kind as mark, word and fill, and figures with no more decimals than they have."""

from typing import Any

import numpy as np

from fvmanalys.report.digits import as_given
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.sheets.book import Book

__all__ = ["kind_cell", "plain_style"]


def kind_cell(book: Book, row: Any) -> Any:
    """What a row is: fact, judgement or assumption, with mark, word and fill; and that it is a stand-in."""
    kind, said = row.get("kind"), book.edition.kind_text(row)
    return (f"{KIND_MARKS[kind]} {said}", f"{kind} text") if kind in KIND_MARKS else said or None


def plain_style(value: float, unit: str) -> str:
    """The style of a figure as given; a year as it is."""
    return "year" if unit == "year" or value is None or not np.isfinite(value) else f"n{as_given(value, 3)}"
