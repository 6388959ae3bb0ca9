"""Källor och antaganden: every source, and every figure with where it comes from."""

from typing import Any

from fvmanalys.report.basis import revisions_sentence
from fvmanalys.report.harmless import is_web_address
from fvmanalys.report.item import Address
from fvmanalys.report.sheets.evidence import kind_cell, plain_style
from fvmanalys.report.sheets.frame import Book, Sheet
from fvmanalys.report.sheets.labels import named_estimates, option_label
from fvmanalys.report.sheets.measure import whole_words

__all__ = ["write_origins"]

KEY = "origins"
WIDTHS = (22, 32, 18, 11.5, 11.5, 8.5, 8.5, 8.5, 10.5, 13.5, 12, 12, 42)
FROM, TO, OWNER = 3, 4, 11


def write_origins(book: Book) -> None:
    """Sources first, then figures, so that the longer table's header can be repeated in print."""
    sheet = Sheet(book, KEY, widths(book))
    sheet.title(sheet.text("title"))
    sheet.notes("note", "kinds", "counts", **counts(sheet))
    sheet.lines(revisions_sentence(book.edition))
    sources_table(sheet)
    revisions_table(sheet)
    estimates_table(sheet)
    sheet.finish()


def widths(book: Book) -> list[float]:
    """The columns' widths, so that no id, no owner's name and no word of a revision is broken."""
    known = named_estimates(book).values()
    revisions = book.findings.inputs.tables["revisions"].to_dict("records")
    revised = [book.words.of(row, text) for row in revisions for text in ("from", "to")]
    found = list(WIDTHS)
    found[0] = whole_words([label.id for label in known], WIDTHS[0], 40)
    for place in (FROM, TO):
        found[place] = whole_words(revised, WIDTHS[place], 20)
    found[OWNER] = whole_words([label.owner for label in known], WIDTHS[OWNER], 24)
    return found


def counts(sheet: Sheet) -> dict[str, str]:
    """How many figures are of each kind."""
    table = sheet.book.findings.evidence_counts.set_index("kind")
    return {kind: f"{sheet.words.number(row['estimates'])} ({sheet.words.share(row['share'])})" for kind, row in table.iterrows()}


def sources_table(sheet: Sheet) -> None:
    """The sources that are cited, numbered, each with a link."""
    book, sources = sheet.book, sheet.book.findings.inputs.sources
    if not sheet.section("sources", not sources.empty):
        return
    rows = []
    for source, row in sources.iterrows():
        name = sheet.text("sources.cell", number=book.edition.source_numbers[source], publisher=sheet.words.of(row, "publisher"))
        rows.append(
            [name, row["title"], sheet.words(f"workbook.source.{row['type']}"), row["published"], opened(sheet, source, row["url"])]
        )
    sheet.listing("sources", sheet.columns("sources", "number:text title:text type:text published:date link:text"), rows, filters=True)


def opened(sheet: Sheet, source: str, address: str) -> Any:
    """A link that says which source it opens, where there is an address on the web."""
    text = sheet.text("sources.open", number=sheet.book.edition.source_numbers[source])
    return (Address(text, address), "link") if is_web_address(address) else None


def revisions_table(sheet: Sheet) -> None:
    """What was changed after a result was seen; the day stands with what was changed, since that column is wide."""
    table = sheet.book.findings.inputs.tables["revisions"].sort_values("date", kind="stable")
    if table.empty:
        return
    sheet.section("revisions", True)
    texts = ("why", "effect", "from", "to")
    rows = [
        [f"{sheet.words.day(row['date'])} {sheet.words.of(row, 'what')}", *(sheet.words.of(row, text) for text in texts)]
        for row in table.to_dict("records")
    ]
    sheet.listing("revisions", sheet.columns("revisions", "what:text why:text effect:text from:text to:text"), rows, filters=True)


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
        shape = words("workbook.distribution.p90", shape=shape) if row["ends"] == "p90" else shape
        evidence = [kind_cell(book, row), row["known_from"], book.cited(row["source_id"])]
        whose = [option_label(book, row["option_id"]), named.owner, words.of(row, "note")]
        rows.append([named.id, named.name, *evidence, *figures, named.unit, shape, *whose])
    styles = "id:text name:text kind:text known_from:date source:text low:n0 likely:n0 high:n0"
    styles += " unit:text distribution:text option:text owner:text note:text"
    sheet.listing("estimates", sheet.columns("estimates", styles), rows, repeat=True, filters=True)
