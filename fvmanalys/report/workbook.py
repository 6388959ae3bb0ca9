"""The one Excel writer: the decision appendix as a workbook that answers first and can be turned."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from fvmanalys.analysis import Findings
from fvmanalys.analysis.compare import compare
from fvmanalys.model.foreign import ForeignDraws
from fvmanalys.report.edition import Edition
from fvmanalys.report.sheets.about import write_about
from fvmanalys.report.sheets.areas import write_areas, write_levels_by_year
from fvmanalys.report.sheets.book import Book
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.sheets.changes import has_changes, write_changes
from fvmanalys.report.sheets.comparison import write_comparison
from fvmanalys.report.sheets.costs import has_costs, write_costs, write_costs_by_year
from fvmanalys.report.sheets.drawn import write_drawn
from fvmanalys.report.sheets.live import write_live
from fvmanalys.report.sheets.origins import write_figures, write_origins
from fvmanalys.report.sheets.pages import (
    write_areas_page,
    write_money_page,
    write_people_page,
    write_reasons_page,
    write_risks_page,
    write_turning_page,
    write_ways_page,
)
from fvmanalys.report.sheets.staffing import has_staffing, write_staffing, write_staffing_by_year
from fvmanalys.report.sheets.summary import write_summary
from fvmanalys.report.sheets.timeline import write_timeline
from fvmanalys.report.sheets.uncertainty import has_uncertainty, write_uncertainty
from fvmanalys.report.sheets.workings import write_spans, write_workings

__all__ = ["write_draws", "write_workbook"]

LONGEST_PROPERTY = 255
IN_MEMORY = {"in_memory": True}  # no part of it lies in a temporary file, which a kill would leave
TEXT_STAYS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FONT = {"font_name": "Arial", "font_size": 10}

# The sheets in the order they stand: the answer, what readers turn themselves, the rest of the print set, and what is
# for the
# screen. Charts and formulas refer to what is written first.
PRINT_SET = ("summary", "ways", "reasons", "turning", "by_area", "money", "people", "risks")
SHEETS: dict[str, Callable[[Book], None]] = {
    "summary": lambda book: write_summary(book, *contents(sheets_of(book))),
    "live": write_live,
    "ways": write_ways_page,
    "reasons": write_reasons_page,
    "turning": write_turning_page,
    "by_area": write_areas_page,
    "money": write_money_page,
    "people": write_people_page,
    "risks": write_risks_page,
    "comparison": write_comparison,
    "areas": write_areas,
    "areas.years": write_levels_by_year,
    "costs": write_costs,
    "costs.yearly": write_costs_by_year,
    "timeline": write_timeline,
    "staffing": write_staffing,
    "staffing.yearly": write_staffing_by_year,
    "uncertainty": write_uncertainty,
    "changes": write_changes,
    "origins": write_origins,
    "figures": write_figures,
    "workings": write_workings,
    "about": write_about,
}
LEFT_OUT_UNLESS: dict[str, Callable[[Book], bool]] = {
    "live": lambda book: book.has_levers,
    "turning": lambda book: book.findings.comparison.runner_up is not None,
    "costs.yearly": has_costs,
    "staffing": has_staffing,
    "staffing.yearly": has_staffing,
    "uncertainty": has_uncertainty,
    "changes": has_changes,
}
WRITTEN_FIRST = ("workings", "comparison")


def write_workbook(edition: Edition, path: str | Path, run_id: str = "", version: str = "") -> None:
    """Write the appendix to `path`; the same edition, run and version give the same bytes.

    Text from the raw tables is never a formula, a link to anything but the web, or longer than a cell may hold. Every
    formula carries its value. The workbook is dated by `as_of`, never by the clock.
    """
    workbook = Workbook(str(path), TEXT_STAYS_TEXT | IN_MEMORY | {"default_format_properties": dict(FONT)})
    book = Book(workbook, edition, run_id, version, has_print_set=True)
    sheets = sheets_of(book)
    for key in sheets:
        workbook.add_worksheet(book.sheet_name(key))
    for key in dict.fromkeys([*WRITTEN_FIRST, *sheets]):
        SHEETS[key](book)
    set_properties(book)
    workbook.worksheets()[0].activate()
    workbook.close()


def write_draws(
    simulation: ForeignDraws, path: str | Path, lang: str = "sv", value_per_point: float | None = None
) -> None:
    """Write another model's draws to `path` as a workbook of one sheet, and what its chart is drawn from."""
    workbook = Workbook(str(path), TEXT_STAYS_TEXT | IN_MEMORY | {"default_format_properties": dict(FONT)})
    findings = Findings(simulation.inputs, simulation, compare(simulation, value_per_point))
    book = Book(workbook, Edition(findings, lang), "", "")
    for key in ("comparison", "workings"):
        workbook.add_worksheet(book.sheet_name(key))
    write_spans(book)
    write_drawn(book)
    set_properties(book)
    workbook.close()


def sheets_of(book: Book) -> list[str]:
    """The sheets of this workbook: those that have something to show."""
    return [key for key in SHEETS if key not in LEFT_OUT_UNLESS or LEFT_OUT_UNLESS[key](book)]


def contents(sheets: list[str]) -> tuple[list[str], list[str]]:
    """The sheets after the first that are to be read, with what readers turn themselves; and those for the screen."""
    first = [key for key in sheets[1:] if key in (*PRINT_SET, "live")]
    return first, [key for key in sheets[1:] if key not in first]


def set_properties(book: Book) -> None:
    """Title, organisation, language and date; no person and no machine."""
    decision = book.findings.inputs.decision
    as_of = book.findings.inputs.as_of
    words = book.words
    organisation = safe_text(words.of(decision, "organisation"), LONGEST_PROPERTY)
    book.workbook.set_properties(
        {
            "title": safe_text(words.of(decision, "title"), LONGEST_PROPERTY),
            "subject": safe_text(words.of(decision, "question"), LONGEST_PROPERTY),
            "author": organisation,
            "company": organisation,
            "comments": words("workbook.as_of", as_of=words.day(as_of)),
            "created": datetime(as_of.year, as_of.month, as_of.day),
        }
    )
    book.workbook.set_custom_property(words("workbook.property_language"), words("workbook.language"), "text")
    book.workbook.set_custom_property(
        words("workbook.property_as_of"), datetime(as_of.year, as_of.month, as_of.day), "date"
    )
    if book.run_id:
        book.workbook.set_custom_property(words("workbook.property_run"), book.run_id, "text")
