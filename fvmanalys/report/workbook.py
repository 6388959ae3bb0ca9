"""The one Excel writer: the decision appendix as a workbook that answers first and can be turned."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from fvmanalys.analysis import Findings
from fvmanalys.analysis.compare import compare
from fvmanalys.model.foreign import ForeignDraws
from fvmanalys.report.edition import Edition
from fvmanalys.report.sheets.about import write_about
from fvmanalys.report.sheets.book import Book, new_workbook
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.sheets.live import write_live
from fvmanalys.report.sheets.pages import PAGES
from fvmanalys.report.sheets.screens import LEFT_OUT_UNLESS, SCREENS, write_drawn
from fvmanalys.report.sheets.summary import write_summary
from fvmanalys.report.sheets.workings import write_spans, write_workings

__all__ = ["write_draws", "write_workbook"]

LONGEST_PROPERTY = 255

# The sheets in the order they stand: the answer, what readers turn themselves, the rest of the print set, and what is
# for the screen. Charts and formulas refer to what is written first.
PRINT_SET = ("summary", *PAGES)
SHEETS: dict[str, Callable[[Book], None]] = {
    "summary": lambda book: write_summary(book, *contents(sheets_of(book))),
    "live": write_live,
    **PAGES,
    **SCREENS,
    "workings": write_workings,
    "about": write_about,
}
UNLESS: dict[str, Callable[[Book], bool]] = {
    "live": lambda book: book.has_levers,
    "turning": lambda book: book.findings.comparison.runner_up is not None,
    **LEFT_OUT_UNLESS,
}
WRITTEN_FIRST = ("workings", "comparison")


def write_workbook(edition: Edition, path: str | Path, run_id: str = "", version: str = "") -> None:
    """Write the appendix to `path`; the same edition, run and version give the same bytes.

    Text from the raw tables is never a formula, a link to anything but the web, or longer than a cell may hold. Every
    formula carries its value. The workbook is dated by `as_of`, never by the clock.
    """
    with opened(path, edition) as workbook:
        noted = replace(edition, noted=True, linked=False)
        book = Book(workbook, noted, run_id, version, has_print_set=True)
        sheets = sheets_of(book)
        for key in sheets:
            workbook.add_worksheet(book.sheet_name(key))
        for key in dict.fromkeys([*WRITTEN_FIRST, *sheets]):
            SHEETS[key](book)
        if run_id:
            workbook.set_custom_property(edition.words("workbook.property_run"), run_id, "text")
        workbook.worksheets()[0].activate()


def write_draws(
    simulation: ForeignDraws, path: str | Path, lang: str = "sv", value_per_point: float | None = None
) -> None:
    """Write another model's draws to `path` as a workbook of one sheet, and what its chart is drawn from."""
    findings = Findings(simulation.inputs, simulation, compare(simulation, value_per_point))
    edition = Edition(findings, lang)
    with opened(path, edition) as workbook:
        book = Book(workbook, edition, "", "")
        for key in ("comparison", "workings"):
            workbook.add_worksheet(book.sheet_name(key))
        write_spans(book)
        write_drawn(book)


def sheets_of(book: Book) -> list[str]:
    """The sheets of this workbook: those that have something to show."""
    return [key for key in SHEETS if key not in UNLESS or UNLESS[key](book)]


def contents(sheets: list[str]) -> tuple[list[str], list[str]]:
    """The sheets after the first that are to be read, with what readers turn themselves; and those for the screen."""
    first = [key for key in sheets[1:] if key in (*PRINT_SET, "live")]
    return first, [key for key in sheets[1:] if key not in first]


@contextmanager
def opened(path: str | Path, edition: Edition) -> Iterator[Workbook]:
    """A workbook with title, organisation, language and date; no person and no machine."""
    decision = edition.inputs.decision
    words = edition.words
    columns = {"title": "title", "subject": "question", "author": "organisation", "company": "organisation"}
    told = {name: safe_text(words.of(decision, column), LONGEST_PROPERTY) for name, column in columns.items()}
    known = words("workbook.as_of", as_of=words.day(edition.as_of))
    with new_workbook(path, words, edition.as_of, **told, comments=known) as workbook:
        day = datetime(edition.as_of.year, edition.as_of.month, edition.as_of.day)
        workbook.set_custom_property(words("workbook.property_as_of"), day, "date")
        yield workbook
