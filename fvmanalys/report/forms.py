"""Excel forms to assessors: a row for each number to judge, what the ends of its scale mean in sight of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from fvmanalys.evidence.forms import COLUMNS, FIELD, INPUTS, LONGEST_REASON, MARK, MOST_FORMS, Asked, Question
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.edition import Edition
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, SOFT
from fvmanalys.report.sheets.book import INPUT_FILL, new_workbook
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.sheets.frame import LINE_POINTS, ROW_PADDING
from fvmanalys.report.sheets.measure import lines_needed
from fvmanalys.report.words import Words, lowered

__all__ = ["Line", "Page", "calibration_page", "page_of", "write_form"]

WIDTHS = dict(zip(COLUMNS, (5, 18, 38, 13, 26, 18, 10, 10, 10, 36, 16, 9), strict=True))
PLACES = {name: place for place, name in enumerate(COLUMNS)}
LONGEST_MESSAGE, LONGEST_HEAD, A4 = 255, 32, 9
FONT = {"font_name": "Arial", "font_size": 10, "font_color": INK, "valign": "top"}


@dataclass(frozen=True)
class Line:
    """A number to judge: its key, whose it is, what it is, in which unit; and what was said of it before."""

    key: str
    option: str
    what: str
    unit: str
    group: str = ""
    own: str = ""


@dataclass(frozen=True)
class Page:
    """A sheet of a form: its title, what is told above the table, and the lines in it."""

    sheet: str
    title: str
    told: Sequence[str]
    lines: Sequence[Line]


def page_of(edition: Edition, ids: Sequence[str], area: str, after: bool) -> Page:
    """The questions of a form: the levels of an area with what the ends of their scale mean, or some estimates."""
    words = edition.words
    rows = {row["id"]: row for row in edition.quantities}
    told = [words("form.how"), words("form.meaning"), words("form.privacy"), *([words("form.after")] if after else [])]
    areas = [row for row in edition.inputs.records["areas"] if row["area_id"] == area]
    ends = [(end, words.of(row, end)) for row in areas for end in ("level_0", "level_100") if row[end]]
    told += [words(f"form.{end}", text=text) for end, text in ends]
    name = edition.areas[area] if area else words("form.estimates")
    return Page("sheet", words("form.title", name=name), told, [line_of(edition, rows[one], bool(area)) for one in ids])


def line_of(edition: Edition, row: Mapping[str, Any], in_area: bool) -> Line:
    """The line of one estimate; in the form of its area a level need not say which area it is of."""
    words = edition.words
    option = row.get("option_id", "")
    what = level_name(edition, row) if in_area else edition.full_label(row)
    unit = edition.tell("unit", row["unit"], row)
    year = row.get("price_year") or edition.inputs.parameters.get("price_year")
    if row["unit"] == "MSEK" and year and year == year:
        unit = words("form.priced", unit=unit, year=int(year))
    whose = words("form.everyone") if option == ALL_OPTIONS else edition.options.get(option, "–")
    return Line(row["id"], whose, edition.conditional(what, row), unit)


def level_name(edition: Edition, row: Mapping[str, Any]) -> str:
    """What a level is of, criterion or whole area, and from when."""
    words = edition.words
    criteria = edition.inputs.records["criteria"]
    names = [words.of(one, "name") for one in criteria
             if (one["area_id"], one["criterion_id"]) == (row["area_id"], row["criterion_id"])]  # fmt: skip
    when = words("form.from", event=edition.event(row)) if row["from_event"] else words("form.today")
    return words("form.of", name=names[0], when=lowered(when)) if names else when


def calibration_page(questions: Mapping[str, Question], words: Words) -> Page:
    """The questions whose answers are known; the answers are not in it."""
    told = [words("form.calibration_how"), words("form.meaning")]
    asked = [(key, one.question_en if words.lang == "en" else one.question, one.unit) for key, one in questions.items()]
    lines = [Line(key, "–", what, unit) for key, what, unit in asked]
    return Page("calibration_sheet", words("form.calibration"), told, lines)


def write_form(
    path: Path, pages: Sequence[Page], asked: Asked, words: Words, day: date, whose: Mapping[str, Any]
) -> None:
    """Write a form; `whose` holds role, number and to whom forms were sent, as far as they are known."""
    with new_workbook(path, words, day, title=pages[0].title) as book:
        for page in pages:
            write_page(book, page, asked, words, whose if page is pages[0] else None)


def write_page(book: Workbook, page: Page, asked: Asked, words: Words, whose: Mapping[str, Any] | None) -> None:
    """Write one sheet: what it is about, whose it is, then a table that only its yellow cells can be changed of."""
    sheet = book.add_worksheet(words(f"form.{page.sheet}"))
    plain, bold, muted = (
        book.add_format(FONT | more) for more in ({}, {"bold": True}, {"font_color": MUTED, "font_size": 8})
    )
    title = book.add_format(FONT | {"bold": True, "font_size": 15, "font_color": ACCENT})
    yellow = book.add_format(
        FONT | {"locked": False, "bg_color": INPUT_FILL, "border": 1, "border_color": ACCENT, "text_wrap": True}
    )
    for name, place in PLACES.items():
        seen = name not in ("group", "own") or any(getattr(line, name) for line in page.lines)
        sheet.set_column(place, place, WIDTHS[name], plain, {"hidden": not seen})
    sheet.write_string(0, 0, safe_text(page.title), title)
    sheet.set_row(0, 24)
    sheet.write_string(0, PLACES["key"], MARK, muted)
    for row, text in enumerate(page.told, 1):
        sheet.write_string(row, 0, safe_text(text), plain)
    row = len(page.told) + 1
    for key, value in (whose or {}).items():
        sheet.write_string(row, 0, words(f"form.{key}"), bold)
        sheet.write_string(row, PLACES["key"], key, muted)
        given = plain if value else yellow
        if isinstance(value, int) and value:
            sheet.write_number(row, PLACES[FIELD], value, book.add_format(FONT | {"align": "left"}))
        else:
            sheet.write_string(row, PLACES[FIELD], safe_text(value or ""), given)
        if not value:
            sheet.data_validation(row, PLACES[FIELD], row, PLACES[FIELD], field_rule(key, words))
        row += 1
    write_lines(book, sheet, row + 1, page, asked, words, yellow)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, row + 1 + len(page.lines), PLACES["check"])
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.repeat_rows(row + 1)
    sheet.freeze_panes(row + 2, 0)
    sheet.set_selection(row + 2, PLACES["low"], row + 2, PLACES["low"])


def write_lines(
    book: Workbook, sheet: Worksheet, top: int, page: Page, asked: Asked, words: Words, yellow: Any
) -> None:
    """Write the table: what is asked, room for the answers, and a word on each row of what it still lacks."""
    looks = (
        {"text_wrap": True},
        {"text_wrap": True, "align": "left", "indent": 1},
        {"font_color": MUTED, "font_size": 8},
    )
    wrap, beside, muted = (book.add_format(FONT | {"bottom": 1, "bottom_color": LINE} | look) for look in looks)
    head = book.add_format(
        FONT | {"bold": True, "bg_color": SOFT, "text_wrap": True, "bottom": 2, "bottom_color": ACCENT}
    )
    columns = [{"header": words(f"form.heading.{name}"), "header_format": head} for name in COLUMNS]
    table = {"columns": columns, "autofilter": False, "style": None, "name": f"form_{page.sheet}"}
    sheet.add_table(top, 0, top + len(page.lines), len(COLUMNS) - 1, table)
    for number, line in enumerate(page.lines, 1):
        row = top + number
        texts = {name: getattr(line, name) for name in ("option", "what", "unit", "group", "own")}
        lines = max(lines_needed(text, WIDTHS[name]) for name, text in texts.items())
        sheet.set_row(row, lines * LINE_POINTS + ROW_PADDING)
        sheet.write_string(row, PLACES["number"], str(number), wrap)
        for name, text in texts.items():
            sheet.write_string(row, PLACES[name], safe_text(text), wrap)
        for name in (*INPUTS, "reason"):
            sheet.write_blank(row, PLACES[name], None, yellow)
        sheet.write_formula(row, PLACES["check"], state(row + 1, words), beside, words("form.says.empty"))
        sheet.write_string(row, PLACES["key"], line.key, muted)
        low, high = (words.number(end, 0) for end in asked[line.key])
        hint = f"{line.what}. {words('form.says.between', low=low, high=high)}"
        rule = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": asked[line.key][0],
            "maximum": asked[line.key][1],
        }
        sheet.data_validation(row, PLACES["low"], row, PLACES["high"], rule | messages("ask", hint, words))
    last = top + len(page.lines)
    longest = {"validate": "length", "criteria": "<=", "value": LONGEST_REASON}
    why = messages("heading", words("form.says.why", most=LONGEST_REASON), words)
    sheet.data_validation(top + 1, PLACES["reason"], last, PLACES["reason"], longest | why)


def messages(head: str, text: str, words: Words) -> dict[str, str]:
    """What is said when a cell is chosen, and when what is written cannot stand there."""
    title = words("form.heading.reason") if head == "heading" else words(f"form.says.{head}")
    said = safe_text(text, LONGEST_MESSAGE)
    told = {"input_title": title, "input_message": said, "error_title": words("form.says.wrong"), "error_message": said}
    return {key: safe_text(one, LONGEST_HEAD) if key.endswith("title") else one for key, one in told.items()}


def field_rule(key: str, words: Words) -> dict[str, Any]:
    """What role or number may be."""
    rule = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": MOST_FORMS}
    if key == "role":
        rule = {"validate": "length", "criteria": "between", "minimum": 1, "maximum": 40}
    return (
        rule
        | messages("ask" if key == "number" else "heading", words(f"form.says.{key}"), words)
        | {"input_title": words(f"form.{key}")}
    )


def state(row: int, words: Words) -> str:
    """The formula that says what a row lacks."""
    low, likely, high = (f"{COLUMNS[name]}{row}" for name in INPUTS)
    empty, incomplete, order, done = (
        f'"{words(f"form.says.{key}")}"' for key in ("empty", "incomplete", "order", "done")
    )
    filled = f"COUNT({low}:{high})"
    told = f"IF(AND({low}<={likely},{likely}<={high}),{done},{order})"
    return f"=IF({filled}=0,{empty},IF({filled}<3,{incomplete},{told}))"
