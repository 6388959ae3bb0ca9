"""The history as a workbook of its own: how often each option was best on every day of knowledge, and all runs."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from fvmanalys.analysis import Findings
from fvmanalys.evidence.published import by_day
from fvmanalys.report.charts.history import chance_rows, places
from fvmanalys.report.edition import Edition
from fvmanalys.report.palette import MUTED
from fvmanalys.report.sheets.book import Book, new_workbook
from fvmanalys.report.sheets.frame import Drawn, Region, Sheet
from fvmanalys.report.sheets.plots import FONT as CHART_FONT
from fvmanalys.report.sheets.plots import GRID, Series, line_chart
from fvmanalys.report.topics.history import days_shown, runs_shown
from fvmanalys.report.words import Words

__all__ = ["write_history"]

FEW_DAYS = 10


def write_history(history: pd.DataFrame, path: str | Path, words: Words) -> None:
    """Write the history to `path`: the same bytes for the same history, dated by its last day of knowledge."""
    days, runs = days_shown(history, words), runs_shown(history, words)
    last = date.fromisoformat(history["as_of"].max())
    with new_workbook(path, words, last, title=words("sheet.history.title"), author="fvmanalys") as workbook:
        for exhibit in (days, runs):
            workbook.add_worksheet(words(f"sheet.{exhibit.name}.name"))
        book = book_of(workbook, history, last, words)
        for exhibit, widths, charts in ((days, (13,), [chances_chart(history)]), (runs, (13, 26, 24, 13), [])):
            sheet = Sheet(book, exhibit.name, [*widths, *[13] * 7, 50])
            sheet.title()
            sheet.notes("intro")
            sheet.lines([words("workbook.as_of", as_of=words.day(last))], font_color=MUTED)
            sheet.exhibit(exhibit, *charts, rows=19, repeat=True, filters=exhibit is runs)
            sheet.finish()
        workbook.worksheets()[0].activate()


def book_of(workbook: Workbook, history: pd.DataFrame, as_of: date, words: Words) -> Book:
    """A book that knows no findings: only what heads and feet of pages say, its options, and the size of amounts."""
    title = words("sheet.history.title")
    costs = history["cost_p50"].rename("cost_mean").to_frame()
    names = history.drop_duplicates("option", keep="last")[["option", "option_name", "option_name_en"]]
    names.columns = ["option_id", "name", "name_en"]
    known = {"options": names.assign(short_name=names["name"], short_name_en=names["name_en"]).to_dict("records")}
    told = SimpleNamespace(
        inputs=SimpleNamespace(as_of=as_of, decision={"title": title}, own={}, records=known, parameters={}),
        comparison=SimpleNamespace(table=costs),
    )
    return Book(workbook, Edition(cast(Findings, told), words.lang), "", "")


def chances_chart(history: pd.DataFrame) -> Drawn:
    """A line an option over the days of knowledge, and the same in words."""
    rows = by_day(history)
    rows = rows[rows["p_best"].notna()]
    looks = places(by_day(history))

    def draw(sheet: Sheet, region: Region) -> tuple[Chart, str]:
        series = [
            Series(region.heading(at), region.column(0), region.column(at), looks[option])
            for at, option in enumerate(dict.fromkeys(rows["option"]), start=1)
        ]
        chart = line_chart(sheet.book, sheet.words("history.chances"), series, "")
        share = {"num_format": sheet.book.number_format("share"), "min": 0, "max": 1}
        chart.set_y_axis({"num_font": CHART_FONT, "major_gridlines": GRID, **share})
        months = 1 if rows["as_of"].nunique() < FEW_DAYS else 3
        scale = {"date_axis": True, "num_format": "yyyy-mm", "major_unit": months, "major_unit_type": "months"}
        chart.set_x_axis({"num_font": CHART_FONT, "label_position": "low", **scale})
        facts = {"runs": sheet.words.number(rows["as_of"].nunique())}
        facts |= {"first": rows["as_of"].min(), "last": rows["as_of"].max()}
        return chart, sheet.words("history.alt", rows="; ".join(chance_rows(rows, sheet.words)), **facts)

    return draw
