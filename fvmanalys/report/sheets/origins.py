"""Källor och antaganden: every source, and every figure with where it comes from."""

from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.topics.sources import ESTIMATES, REVISIONS, SOURCES, revisions_sentence

__all__ = ["write_origins"]

KEY = "origins"
WIDTHS = (34, 28, 18, 12, 12, 9, 13, 14, 14, 11.5, 10, 36, 12, 26)
WIDEST = 20.0


def write_origins(book: Book) -> None:
    """Sources first, then figures, so that the longer table's header can be repeated in print."""
    sheet = Sheet(book, KEY, roomy(book, WIDTHS, (REVISIONS, ESTIMATES), WIDEST))
    sheet.title(sheet.text("title"))
    counts = book.findings.evidence_counts.set_index("kind")
    told = {kind: f"{book.words.number(row['estimates'])} ({book.words.share(row['share'])})" for kind, row in counts.iterrows()}
    sheet.notes("note", "kinds", "counts", **told)
    sheet.lines(revisions_sentence(book.edition))
    for exhibit in (SOURCES, REVISIONS):
        sheet.exhibit(exhibit, filters=True)
    sheet.exhibit(ESTIMATES, repeat=True, filters=True)
    sheet.finish()
