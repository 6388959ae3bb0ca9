"""Tidslinje: when things happen, who else takes part, and how earlier plans moved."""

from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.topics.coming import COMING
from fvmanalys.report.topics.time import CRITICAL, EVENTS, MILESTONES, PARTNERS

__all__ = ["write_timeline"]

KEY = "timeline"
WIDTHS = (28, 44, 13, 13, 13, 17, 22, 44, 13)


def write_timeline(book: Book) -> None:
    """Events, what comes next, partners and milestones."""
    sheet = Sheet(book, KEY, roomy(book, WIDTHS, (EVENTS, CRITICAL, COMING, PARTNERS, MILESTONES)))
    sheet.title(sheet.text("title"))
    sheet.notes("note", "quantiles")
    for exhibit in (EVENTS, CRITICAL, COMING, PARTNERS):
        sheet.exhibit(exhibit)
    sheet.exhibit(MILESTONES, repeat=True)
    sheet.finish()
