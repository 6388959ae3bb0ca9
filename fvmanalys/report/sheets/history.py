"""The history as a workbook of its own: how often each option was best on every day of knowledge,
with a chart, and all runs.
"""

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from fvmanalys.analysis import Findings
from fvmanalys.evidence.published import by_day
from fvmanalys.report.charts.history import places
from fvmanalys.report.edition import Edition
from fvmanalys.report.palette import LINE, MUTED
from fvmanalys.report.sheets.book import Book
from fvmanalys.report.sheets.frame import Column, Region, Sheet
from fvmanalys.report.sheets.plots import FONT as CHART_FONT
from fvmanalys.report.sheets.plots import Series, line_chart
from fvmanalys.report.words import Words

__all__ = ["write_history"]

KEY, RUNS = "history", "published_runs"
TEXT_STAYS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FONT = {"font_name": "Arial", "font_size": 10}
FEW_DAYS = 10
HEAD = (("as_of", "date"), ("first", "text"), ("advice", "text"))
MEASURES = {
    "p_best": "share",
    "net_benefit": "money",
    "net_benefit_p05": "money",
    "net_benefit_p95": "money",
    "cost_p50": "money",
    "cost_p85": "money",
    "score": "points",
}


def write_history(history: pd.DataFrame, path: str | Path, words: Words) -> None:
    """Write the history to `path`; the same history and words give the same bytes,
    dated by the last day of knowledge.
    """
    workbook = Workbook(str(path), TEXT_STAYS_TEXT | {"default_format_properties": dict(FONT)})
    for key in (KEY, RUNS):
        workbook.add_worksheet(words(f"sheet.{key}.name"))
    last = date.fromisoformat(history["as_of"].max())
    book = book_of(workbook, history, last, words)
    write_days(book, history)
    write_runs(book, history)
    made = datetime(last.year, last.month, last.day)
    workbook.set_properties({"title": words("sheet.history.title"), "author": "fvmanalys", "created": made})
    workbook.set_custom_property(words("workbook.property_language"), words("workbook.language"), "text")
    workbook.worksheets()[0].activate()
    workbook.close()


def book_of(workbook: Workbook, history: pd.DataFrame, as_of: date, words: Words) -> Book:
    """A book that knows no findings: only what heads and feet of its pages say, what options are called,
    and how large the amounts are.
    """
    title = words("sheet.history.title")
    costs = history["cost_p50"].rename("cost_mean").to_frame()
    names = history.drop_duplicates("option", keep="last")[["option", "option_name", "option_name_en"]]
    names.columns = ["option_id", "name", "name_en"]
    known = {"options": names.assign(short_name=names["name"], short_name_en=names["name_en"]).to_dict("records")}
    told = SimpleNamespace(
        inputs=SimpleNamespace(as_of=as_of, decision={"title": title}, own={}, records=known),
        comparison=SimpleNamespace(table=costs),
    )
    return Book(workbook, Edition(cast(Findings, told), words.lang), "", "")


def write_days(book: Book, history: pd.DataFrame) -> None:
    """The chart, and the days of knowledge below it."""
    words = book.words
    options = names_of(history[history["permanent"].astype(bool)], words)
    sheet = Sheet(book, KEY, (13, 24, 15, *(13 for _ in options), 50))
    sheet.title(sheet.text("title"))
    sheet.notes("intro")
    sheet.lines([words("workbook.as_of", as_of=words.day(book.findings.inputs.as_of))], font_color=MUTED)
    with sheet.band(19):
        region = days_table(sheet, history, options)
    chart, alt = chances_chart(book, sheet, region, history, options)
    sheet.charts([(chart, alt)], row=sheet.band_row, rows=19)
    sheet.finish()


def names_of(history: pd.DataFrame, words: Words) -> dict[str, str]:
    """What each option is called."""
    column = "option_name_en" if words.lang == "en" else "option_name"
    return dict(zip(history["option"], history[column], strict=True))


def days_table(sheet: Sheet, history: pd.DataFrame, options: dict[str, str]) -> Region:
    """A row a day of knowledge, a column an option."""
    columns = [
        *(Column(sheet.text(name), style) for name, style in HEAD),
        *(Column(name, "share") for name in options.values()),
        Column(sheet.text("events")),
    ]
    days = by_day(history)
    rows = [day_row(sheet.words, days[days["as_of"].eq(day)], options) for day in sorted(set(days["as_of"]))]
    return sheet.table(sheet.text("chances"), sheet.text("chances_about"), columns, rows, repeat=True)


def day_row(words: Words, rows: pd.DataFrame, options: dict[str, str]) -> list[Any]:
    """One day of knowledge."""
    first = rows.iloc[0]
    chances = dict(zip(rows["option"], rows["p_best"], strict=True))
    ahead = [options.get(option, option) for option in rows.loc[rows["best"].astype(bool), "option"]]
    advice = words(f"history.advice_{first['advice']}") if first["advice"] else "–"
    events = first["events_en" if words.lang == "en" else "events"].replace(" | ", "; ") or "–"
    return [
        date.fromisoformat(first["as_of"]),
        ", ".join(ahead) or "–",
        advice,
        *(chances.get(option) for option in options),
        events,
    ]


def chances_chart(
    book: Book, sheet: Sheet, region: Region, history: pd.DataFrame, options: dict[str, str]
) -> tuple[Chart, str]:
    """A line an option over the days of knowledge, and the same in words."""
    days = region.column(0)
    looks = places(by_day(history))
    series = [
        Series(region.heading(column), days, region.column(column), looks[option])
        for column, option in enumerate(options, start=len(HEAD))
    ]
    chart = line_chart(book, sheet.text("chart"), series, "", min=0, max=1)
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    chart.set_y_axis(
        {"num_font": CHART_FONT, "num_format": book.number_format("share"), "min": 0, "max": 1, "major_gridlines": grid}
    )
    rows = by_day(history)
    months = 1 if rows["as_of"].nunique() < FEW_DAYS else 3
    scale = {"date_axis": True, "num_format": "yyyy-mm", "major_unit": months, "major_unit_type": "months"}
    chart.set_x_axis({"num_font": CHART_FONT, "label_position": "low", **scale})
    first, last = (
        rows[rows["as_of"] == day].set_index("option")["p_best"] for day in (rows["as_of"].min(), rows["as_of"].max())
    )
    words = book.words
    parts = [
        words("history.row", option=name, before=words.share(first.get(o)), share=words.share(last.get(o)))
        for o, name in options.items()
    ]
    facts = {"runs": words.number(rows["as_of"].nunique()), "first": rows["as_of"].min(), "last": rows["as_of"].max()}
    return chart, sheet.text("chart_alt", rows="; ".join(parts), **facts)


def write_runs(book: Book, history: pd.DataFrame) -> None:
    """Every run and option as published."""
    words = book.words
    sheet = Sheet(book, RUNS, (13, 26, 24, *(13 for _ in MEASURES)))
    sheet.title(sheet.text("title"))
    sheet.notes("intro")
    sheet.lines([words("workbook.as_of", as_of=words.day(book.findings.inputs.as_of))], font_color=MUTED)
    names = names_of(history, words)
    columns = [Column(sheet.text("as_of"), "date"), Column(sheet.text("run")), Column(sheet.text("option"))]
    columns += [Column(sheet.text(name), style) for name, style in MEASURES.items()]
    rows = [
        [date.fromisoformat(row["as_of"]), row["run_id"], names[row["option"]], *(row[name] for name in MEASURES)]
        for row in history.to_dict("records")
    ]
    sheet.table(sheet.text("title"), sheet.text("about"), columns, rows, repeat=True, filters=True)
    sheet.finish()
