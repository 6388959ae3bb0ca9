"""Bemanning: what waiting costs, how large a team to keep, and who is needed when."""

from fvmanalys.report.edition import Caption
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.sheets.headcount import yearly_table
from fvmanalys.report.sheets.plots import curve_chart, option_series
from fvmanalys.report.topics import people

__all__ = ["has_staffing", "write_staffing", "write_staffing_by_year"]

KEY = "staffing"
AROUND = (people.PEAKS, people.AGREEMENTS, people.TERMS, people.TRAINING, people.BURDEN)
WIDTHS = (38, 18, 14, 14, 16.5, 16.5, *[14] * 6)
CURVE_ROWS = 17


def has_staffing(book: Book) -> bool:
    """Whether any option has staff."""
    return not book.findings.staffing.empty


def write_staffing(book: Book) -> None:
    """The answer, what the pause costs, and the standing team."""
    sheet = Sheet(book, KEY, roomy(book, WIDTHS, AROUND))
    sheet.title(sheet.text("title"))
    sheet.lines(people.waiting_answer(book.edition), font_size=11)
    sheet.notes("note", "sources")
    if not people.wait_missing(book.edition):
        curves(sheet, people.DELAYS, "loss", "n0", people.delay_caption(book.edition))
        sheet.exhibit(people.BILL)
        sheet.exhibit(people.OPTIMA)
        if book.findings.standing_teams:
            curves(sheet, people.TEAMS, "total", "share", people.team_caption(book.edition))
        sheet.exhibit(people.DEADLINES)
    for exhibit in AROUND:
        sheet.exhibit(exhibit)
    sheet.finish()


def write_staffing_by_year(book: Book) -> None:
    """Who is needed when, year by year."""
    sheet = Sheet(book, KEY, WIDTHS, part="yearly")
    sheet.title(sheet.text("yearly.heading"))
    sheet.notes("yearly.note")
    yearly_table(sheet)
    sheet.finish()


def curves(sheet: Sheet, exhibit: Exhibit, value: str, style: str, caption: Caption) -> None:
    """A table whose second column runs along the axis, with a line of `value` for each option above it."""
    region = sheet.exhibit(exhibit, band=CURVE_ROWS)
    if region is None:
        return
    rows = exhibit.rows(sheet.book.edition)
    columns = exhibit.told_apart(sheet.book.edition)[0]
    across = [row[columns[1].key] for row in rows]
    looks = sheet.book.edition.places
    place = [column.key for column in columns].index(value)
    series = option_series(region, [row["option"] for row in rows], place, looks, sheet.book.edition.letters)
    upright = (sheet.words("workbook.millions"), "money")
    along = (columns[1].heading, style)
    chart = curve_chart(sheet.book, caption.title, series, upright, along, (min(across), max(across)))
    sheet.charts([(chart, caption.alt)], sheet.band_row, CURVE_ROWS)
