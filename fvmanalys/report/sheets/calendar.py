"""Times after `as_of` as dates, once, at the edge."""

from datetime import date, timedelta

import numpy as np

from fvmanalys.model.events import DAYS_PER_YEAR
from fvmanalys.report.sheets.book import Book

__all__ = ["day_after", "month_day"]

LATEST_YEARS = 900.0


def day_after(book: Book, years: float) -> date | None:
    """The day that lies so many years after `as_of`; None for what never happens, or is not known."""
    if years is None or not np.isfinite(years) or abs(years) > LATEST_YEARS:
        return None
    return book.findings.inputs.as_of + timedelta(days=round(years * DAYS_PER_YEAR))


def month_day(book: Book, years: float) -> date | str:
    """That day, or a word where there is none: never, or nothing where no event is named."""
    day = day_after(book, years)
    if day is not None:
        return day
    return book.words("unit.never") if years is not None and np.isinf(years) else "–"
