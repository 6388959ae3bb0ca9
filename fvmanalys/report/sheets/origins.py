"""Källor och antaganden: every source, and every figure with where it comes from."""

from typing import Any

from fvmanalys.report.sheets.cells import Link, is_web_address
from fvmanalys.report.sheets.evidence import kind_cell, plain_style
from fvmanalys.report.sheets.frame import Book, Sheet
from fvmanalys.report.sheets.labels import named_estimates, option_label

__all__ = ["write_origins"]

KEY = "origins"
WIDTHS = (30, 44, 18, 11, 11, 11, 14, 12, 17, 12, 12, 15, 60)


def write_origins(book: Book) -> None:
    """Sources first, then figures, so that the longer table's header can be repeated in print."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("note", "kinds", "counts", **counts(sheet))
    sources_table(sheet)
    estimates_table(sheet)
    sheet.finish()


def counts(sheet: Sheet) -> dict[str, str]:
    """How many figures are of each kind."""
    table = sheet.book.findings.evidence_counts.set_index("kind")
    return {kind: f"{sheet.words.number(row['estimates'])} ({sheet.words.share(row['share'])})" for kind, row in table.iterrows()}


def sources_table(sheet: Sheet) -> None:
    """The sources that are cited, numbered; the title leads to the page."""
    book, sources = sheet.book, sheet.book.findings.inputs.sources
    if not sheet.section("sources", not sources.empty):
        return
    rows = []
    for source, row in sources.iterrows():
        name = sheet.text("sources.cell", number=book.source_numbers[source], publisher=row["publisher"])
        rows.append([name, titled(row), sheet.words(f"workbook.source.{row['type']}"), row["published"]])
    sheet.listing("sources", sheet.columns("sources", "number:text title:text type:text published:date"), rows, filters=True)


def titled(row: Any) -> Any:
    """A source's title, as a link where it has an address."""
    return (Link(row["title"], row["url"]), "link") if is_web_address(row["url"]) else row["title"]


def estimates_table(sheet: Sheet) -> None:
    """Every figure: value, unit, distribution, kind, source, date, owner and note."""
    book, words = sheet.book, sheet.words
    sheet.section("estimates", True)
    known = named_estimates(book)
    rows = []
    for row in book.findings.inputs.estimates.to_dict("records"):
        named = known[row["id"]]
        figures = [(row[part], plain_style(row[part], row["unit"])) for part in ("low", "likely", "high")]
        shape = words(f"workbook.distribution.{row['distribution'] or 'fixed'}")
        evidence = [kind_cell(book, row["kind"]), book.cited(row["source_id"]), row["known_from"], named.owner, words.of(row, "note")]
        rows.append([row["id"], named.name, option_label(book, row["option_id"]), *figures, named.unit, shape, *evidence])
    styles = "id:text name:text option:text low:n0 likely:n0 high:n0 unit:text distribution:text kind:text source:text known_from:date owner:text note:text"
    sheet.listing("estimates", sheet.columns("estimates", styles), rows, repeat=True, filters=True)
