"""Vad har ändrats: what the change since the former run is made of, and the rows behind it."""

from typing import Any

from xlsxwriter.chart import Chart

from fvmanalys.report.changes import (
    SHOWN,
    changes_answer,
    group_names,
    headline,
    idle_parts,
    ordered_rows,
    row_texts,
    shown_parts,
)
from fvmanalys.report.charts.changes import all_parts, changes_texts
from fvmanalys.report.item import Item
from fvmanalys.report.palette import ACCENT, LINE
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.plots import FONT, Series, fill_of, framed, places, titled
from fvmanalys.report.styles import STYLES

__all__ = ["has_changes", "write_changes"]

KEY = "changes"
WIDTHS = (46, 34, 18, 18, 20, 20, 18, 12, 12)
CHART_ROWS, MOST_BARS, FALLING = 18, 10, "#B9CDE0"
FORMS = {"net_benefit": "money", "cost_mean": "money", "score": "n1", "p_best": "n1"}


def has_changes(book: Book) -> bool:
    """Whether there is a former run to tell changes from."""
    return book.findings.changes.told


def write_changes(book: Book) -> None:
    """What changed in sentences, part by part for the best option and for all, and the rows."""
    sheet, former = Sheet(book, KEY, WIDTHS), book.findings.changes.former
    sheet.title(sheet.text("title", as_of=sheet.words.day(former.as_of if former else None)))
    sheet.lines(changes_answer(book.edition), font_size=11)
    sheet.notes("note")
    head_table(sheet)
    for measure in SHOWN:
        measure_table(sheet, measure)
    rows_table(sheet)
    sheet.finish()


def head_table(sheet: Sheet) -> None:
    """What each part did to the best option, as a chart and its figures; nothing where the best option is new."""
    told = headline(sheet.book.findings)
    if told is None or told.parts.empty:
        return
    table = all_parts(sheet.book.findings, told).drop(index=idle_parts(sheet.book.findings, "net_benefit"))
    names = group_names(sheet.book.edition)
    sheet.heading(sheet.text("head.heading"))
    rows: list[list[Any]] = [[names[str(name)], row["part"], 100 * row["chance"]] for name, row in table.iterrows()]
    whole = [
        (sheet.words("changes.whole"), "bold text"),
        (told.change, "bold money"),
        (100 * table["chance"].sum(min_count=1), "bold n1"),
    ]
    columns = sheet.columns("head", f"group:text {told.kind}:money p_best:n1")
    with sheet.band(CHART_ROWS):
        region = sheet.listing("head", columns, [*rows, whole])
    if rows:
        sheet.charts([steps_chart(sheet, region, min(len(rows), MOST_BARS))], sheet.band_row, CHART_ROWS)


def steps_chart(sheet: Sheet, region: Region, count: int) -> tuple[Chart, str]:
    """The parts of the headline as bars, the largest first."""
    title, alt = changes_texts(sheet.book.edition)
    chart = framed(sheet.book, "bar", title)
    series = Series(region.heading(1), region.column(0, 0, count - 1), region.column(1, 0, count - 1))
    falling = {"invert_if_negative": True, "invert_if_negative_color": FALLING}
    chart.add_series({**places(series), "gap": 45, "border": {"color": ACCENT}, **fill_of(ACCENT, ""), **falling})
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


def measure_table(sheet: Sheet, measure: str) -> None:
    """What each part did to one figure of every option, between the figures before and now."""
    findings, words = sheet.book.findings, sheet.words
    whole, parts = findings.changes.whole(measure), shown_parts(findings, measure)
    if whole.empty:
        return
    names, groups, scale = (
        sheet.book.edition.options_of_both,
        group_names(sheet.book.edition),
        100 if measure == "p_best" else 1,
    )
    style, title = FORMS[measure], words(f"changes.measure.{measure}")
    sheet.heading(title)
    columns = [Column(sheet.text("group")), *(Column(names[option], style) for option in whole.index)]
    rows: list[list[Any]] = [[words("changes.before"), *(figure(value, measure) for value in whole["before"])]]
    rows += [[groups[str(name)], *(scale * row[option] for option in whole.index)] for name, row in parts.iterrows()]
    rows += [[(words("changes.whole"), "bold text"), *((scale * value, f"bold {style}") for value in whole["change"])]]
    rows += [[words("changes.after"), *(figure(value, measure) for value in whole["after"])]]
    sheet.table(title, sheet.text("about"), columns, rows)


def figure(value: float, measure: str) -> Any:
    """A figure as it was or is: shares as per cent, while their changes are percentage points."""
    return (value, "share") if measure == "p_best" else value


def rows_table(sheet: Sheet) -> None:
    """The rows that differ."""
    book, findings = sheet.book, sheet.book.findings
    sheet.section("rows", True, "rows.note")
    rows = []
    for change in ordered_rows(findings):
        cited = book.cited(change.row.get("source_id") or "")
        kind = STYLES["kind"].cell(Item(book.edition, change.row.get("kind"), change.row, "kind"))
        evidence = [kind, cited, change.row.get("known_from")]
        rows.append([*row_texts(book.edition, change), *evidence])
    styles = "group:text row:text option:text what:text before:text after:text kind:text source:text known_from:date"
    sheet.listing("rows", sheet.columns("rows", styles), rows, repeat=True)
