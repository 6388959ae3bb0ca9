"""Sammanfattning: the answer on one printed page, and the way to the rest of the book."""

from collections.abc import Sequence

from fvmanalys.report.palette import MUTED
from fvmanalys.report.sheets.frame import SPARE_ROWS, Book, Sheet
from fvmanalys.report.sheets.natives import acceptability_chart, worth_chart
from fvmanalys.report.sheets.pages import fill
from fvmanalys.report.topics import board
from fvmanalys.report.topics.answer import answer, beside_public, made_with, stand_in_notice, what_it_rests_on
from fvmanalys.report.topics.beside import own_report_sentences
from fvmanalys.report.topics.since import changes_sentence
from fvmanalys.report.topics.sources import revisions_sentence

__all__ = ["write_summary"]

KEY = "summary"
WIDTHS = (47, 12, 12, 12, 12)


def write_summary(book: Book, printed: Sequence[str], others: Sequence[str]) -> None:
    """The question, the answer, how sure it is and what to do next, on one page; below it the sheets for the screen."""
    edition = book.edition
    sheet = Sheet(book, KEY, WIDTHS, printed=True)
    sheet.title(sheet.text("title", title=sheet.decision("title")), edition.logo)
    sheet.lines(head_lines(sheet), font_color=MUTED)
    links = sheet.row
    sheet.row += 2 if book.has_levers else 1
    sheet.lines([*made_with(edition), *stand_in_notice(edition)], bold=True)
    sheet.lines([sheet.text("question", question=sheet.decision("question"))], italic=True)
    sheet.heading(sheet.text("answer"))
    sheet.lines(answer(edition))
    sheet.lines([*own_report_sentences(edition)[:1], *beside_public(edition)])
    sheet.lines([edition("board.outcome", draws=book.findings.simulation.draws)], font_color=MUTED)
    sheet.exhibit(board.BRIEF)
    steps = board.next_steps(edition)
    if steps:
        sheet.heading(sheet.text("next"))
        sheet.lines(steps)
    sheet.lines(
        [
            " ".join([what_it_rests_on(edition), *revisions_sentence(edition)]),
            *filter(None, [changes_sentence(edition)]),
        ]
    )
    rivals = book.findings.comparison.runner_up is not None
    fill(sheet, acceptability_chart(sheet, book.regions["acceptability"]) if rivals else worth_chart(book))
    sheet.last_printed = sheet.row - 1
    sheet.row += SPARE_ROWS
    first = sheet.row + 2
    contents(sheet, "contents", printed)
    contents(sheet, "on_screen", others)
    sheet.link(sheet.text("to_contents"), sheet.name, first, links)
    if book.has_levers:
        sheet.link(sheet.text("to_levers"), book.sheet_name("live"), at=links + 1)
    sheet.finish()


def head_lines(sheet: Sheet) -> list[str]:
    """Whose decision it is and as known when; and which office to ask."""
    parts = [sheet.decision(column) for column in ("organisation", "unit", "meeting", "register_number", "version")]
    day = sheet.words.day(sheet.book.findings.inputs.as_of)
    as_of = sheet.words("workbook.as_of", as_of=sheet.book.edition.leading(day, "decision//as_of"))
    office = ", ".join(filter(None, [sheet.decision("unit"), sheet.decision("organisation")]))
    return [" · ".join([part for part in parts if part] + [as_of]), sheet.text("contact", office=office)]


def contents(sheet: Sheet, name: str, keys: Sequence[str]) -> None:
    """Sheets with links and what they hold."""
    sheet.heading(sheet.text(name))
    for key in keys:
        called = sheet.book.sheet_name(key)
        sheet.link(f"{called}: {sheet.words(f'sheet.{key}.holds')}", called)
