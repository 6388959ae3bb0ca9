"""Times after `as_of` as dates, once, at the edge."""

from datetime import date

import numpy as np

from fvmanalys.report.sheets.book import Book
from fvmanalys.report.words import day_after

__all__ = ["month_day"]

def month_day(book: Book, years: float) -> date | str:
    """That day, or a word where there is none: never, or nothing where no event is named."""
    day = day_after(book.findings.inputs.as_of, years)
    if day is not None:
        return day
    return book.words("unit.never") if years is not None and np.isinf(years) else "–"
