"""Vad har ändrats: what the change since the former run is made of, and the rows behind it."""

from xlsxwriter.chart import Chart

from fvmanalys.report.charts.changes import changes_texts
from fvmanalys.report.palette import ACCENT, LINE
from fvmanalys.report.sheets.frame import Book, Region, Sheet
from fvmanalys.report.sheets.plots import FONT, Series, fill_of, framed, places, titled
from fvmanalys.report.topics.since import CHANGED_LEAD, CHANGED_PARTS, CHANGED_ROWS, changes_answer

__all__ = ["has_changes", "write_changes"]

KEY = "changes"
WIDTHS = (46, 34, 18, 18, 20, 20, 18, 12, 12)
CHART_ROWS = 18
MOST_BARS = 10
FALLING = "#B9CDE0"


def has_changes(book: Book) -> bool:
    """Whether there is a former run to tell changes from."""
    return book.findings.changes.told


def write_changes(book: Book) -> None:
    """What changed in sentences, part by part for the best option and for all, and the rows."""
    sheet = Sheet(book, KEY, WIDTHS)
    former = book.findings.changes.former
    sheet.title(sheet.text("title", as_of=sheet.words.day(former.as_of if former else None)))
    sheet.lines(changes_answer(book.edition), font_size=11)
    sheet.notes("note")
    region = sheet.exhibit(CHANGED_LEAD, band=CHART_ROWS)
    if region:
        sheet.charts([steps_chart(sheet, region)], sheet.band_row, CHART_ROWS)
    for exhibit in CHANGED_PARTS:
        sheet.exhibit(exhibit)
    sheet.exhibit(CHANGED_ROWS, repeat=True)
    sheet.finish()


def steps_chart(sheet: Sheet, region: Region) -> tuple[Chart, str]:
    """The parts of the headline as bars, the largest first; the whole, last in the table, is none of them."""
    title, alt = changes_texts(sheet.book.edition)
    count = min(region.last_row - region.first_row, MOST_BARS)
    chart = framed(sheet.book, "bar", title)
    series = Series(region.heading(1), region.column(0, 0, count - 1), region.column(1, 0, count - 1))
    falling = {"invert_if_negative": True, "invert_if_negative_color": FALLING}
    bars = {**places(series), "gap": 45, "border": {"color": ACCENT}, **fill_of(ACCENT, ""), **falling}
    chart.add_series(sheet.book.coloured(bars))
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    number = {"num_format": sheet.book.number_format("money"), "line": {"none": True}, "major_gridlines": grid}
    chart.set_x_axis({"num_font": FONT, **number, **titled(sheet.words("workbook.millions"))})
    upright = {
        "reverse": True,
        "crossing": "max",
        "label_position": "low",
        "interval_unit": 1,
        "major_gridlines": {"visible": False},
    }
    chart.set_y_axis({"num_font": FONT, **upright})
    chart.set_legend({"none": True})
    return chart, f"{title}. {alt}"
