"""Osäkerhet: decide as planned or find out first, what swings the answer,
what it rests on, and how earlier forecasts fared.
"""

from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.sheets.plots import Series, column_chart, swing_chart
from fvmanalys.report.topics import beside, information, turning

__all__ = ["has_uncertainty", "write_uncertainty"]

KEY = "uncertainty"
WIDTHS = (46, 26, 22, 12.5, 12.5, 12.5, 12.5, 15.5, 42)
CHOICE = (
    turning.CHANCES, turning.SWITCHING, turning.SCENARIOS, beside.OWN_REPORT, turning.DECOMPOSITION,
    information.INVESTIGATIONS, information.PORTFOLIOS,
    information.BRING_FORWARD, information.CHOOSE_LATER, information.RANGE,
    information.TORNADO, information.GROUPS, information.NUMBERS,
    information.OWN_PARTS,
    information.EVIDENCE, information.VIEWPOINTS, information.RANKS,
)  # fmt: skip
SWING_ROWS, SHARE_ROWS = 20, 14


def has_uncertainty(book: Book) -> bool:
    """Whether there is a choice to be unsure about, or a forecast to try."""
    return book.findings.comparison.runner_up is not None or not book.findings.backtest.empty


def write_uncertainty(book: Book) -> None:
    """The verdict and what it is made of, then each view of the uncertainty."""
    choice = CHOICE if book.findings.comparison.runner_up is not None else ()
    sheet = Sheet(book, KEY, roomy(book, WIDTHS, (*choice, information.BACKTEST)))
    edition = book.edition
    sheet.title(sheet.text("title"))
    sheet.lines(information.uncertainty_answer(edition), font_size=11)
    sheet.notes("note", "sources")
    if book.findings.comparison.runner_up is not None:
        sheet.lines(turning.turning_sentences(edition) + beside.own_report_sentences(edition))
        for exhibit in CHOICE[: CHOICE.index(information.TORNADO)]:
            sheet.exhibit(exhibit)
        tornado(sheet)
        for exhibit in (information.GROUPS, information.NUMBERS, information.OWN_PARTS):
            sheet.exhibit(exhibit)
        evidence(sheet)
        for exhibit in (information.VIEWPOINTS, information.RANKS):
            sheet.exhibit(exhibit)
    sheet.exhibit(information.BACKTEST)
    sheet.lines(information.backtest_sentences(edition))
    sheet.finish()


def tornado(sheet: Sheet) -> None:
    """How far single numbers swing the lead of the best option, as a chart and its figures."""
    region = sheet.exhibit(information.TORNADO, band=SWING_ROWS)
    if region is None:
        return
    caption = information.tornado_caption(sheet.book.edition)
    keys = [column.key for column in information.TORNADO.told_apart(sheet.book.edition)[0]]
    places = [keys.index(end) for end in ("difference_low", "difference_high")]
    ends = [Series(region.heading(column), region.column(0), region.column(column)) for column in places]
    lead = sheet.book.findings.comparison.lead
    chart = swing_chart(sheet.book, caption.title, ends, lead, sheet.words("workbook.millions"))
    sheet.charts([(chart, caption.alt)], sheet.band_row, SWING_ROWS)


def evidence(sheet: Sheet) -> None:
    """What the uncertainty of the lead is owed to, as a chart and its figures."""
    region = sheet.exhibit(information.EVIDENCE, band=SHARE_ROWS)
    if region is None:
        return
    caption = information.evidence_caption(sheet.book.edition)
    series = [Series(region.heading(1), region.column(0), region.column(1))]
    chart = column_chart(sheet.book, caption.title, series, "", sheet.book.number_format("share"), min=0, max=1)
    sheet.charts([(chart, caption.alt)], sheet.band_row, SHARE_ROWS)
