"""Källor, and Uppgifter: every source and what was changed; and every figure with where it comes from."""

from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.topics.sources import ESTIMATES, REVISIONS, SOURCES, revisions_sentence

__all__ = ["write_figures", "write_origins"]

ORIGINS = (34, 48, 18, 14, 40)
FIGURES = (34, 28, 18, 12, 12, 9, 13, 14, 14, 11.5, 10, 36, 12, 26)
WIDEST = 20.0


def write_origins(book: Book) -> None:
    """The sources, and which figures were changed after a result was seen."""
    sheet = Sheet(book, "origins", roomy(book, ORIGINS, (REVISIONS,), WIDEST))
    sheet.title(sheet.text("title"))
    sheet.notes("note")
    sheet.lines(revisions_sentence(book.edition))
    for exhibit in (SOURCES, REVISIONS):
        sheet.exhibit(exhibit, filters=True)
    sheet.finish()


def write_figures(book: Book) -> None:
    """Every figure."""
    sheet = Sheet(book, "figures", roomy(book, FIGURES, (ESTIMATES,), WIDEST))
    sheet.title(sheet.text("title"))
    counts = book.findings.evidence_counts.set_index("kind")
    told = {
        kind: f"{book.words.number(row['estimates'])} ({book.words.share(row['share'])})"
        for kind, row in counts.iterrows()
    }
    sheet.notes("sources", "kinds", "counts", **told)
    sheet.exhibit(ESTIMATES, repeat=True, filters=True)
    sheet.finish()
