"""Who is needed when: full-time equivalents by year and phase, and the consultants among them."""

import pandas as pd
from xlsxwriter.chart import Chart

from fvmanalys.analysis.breakdown import OTHER, yearly_team
from fvmanalys.report.palette import FILLS
from fvmanalys.report.sheets.frame import Column, Region, Sheet
from fvmanalys.report.sheets.plots import Series, nice_step, stacked_chart

__all__ = ["yearly_table"]


def yearly_table(sheet: Sheet) -> None:
    """Full-time equivalents of every option and year by phase, their sum,
    and how much of it is consultants; with a chart each.
    """
    book = sheet.book
    wide = yearly_team(sheet.book.findings.staffing, list(sheet.book.options))
    phases = list(wide.columns[:-2])
    names = {phase: phase_name(sheet, phase) for phase in phases}
    options = list(wide.index.unique("option"))
    rows = [[book.options[option], year, *row] for (option, year), row in wide.iterrows()]
    columns = [*sheet.columns("yearly", "option:text year:year"), *(Column(name, "n0") for name in names.values())]
    columns += sheet.columns("yearly", "total:bold_n0 consultants:share")
    with sheet.panels(len(options)) as charts:
        region = sheet.listing("yearly", columns, rows, repeat=True)
        charts += [staff_chart(sheet, region, wide, option, phases) for option in options]


def phase_name(sheet: Sheet, phase: str) -> str:
    """What a phase is called."""
    if phase == OTHER:
        return sheet.text("other")
    rows = sheet.book.findings.inputs.tables["staffing"]
    called = sheet.words.of(rows[rows["phase"] == phase].iloc[0], "phase")
    return sheet.words.get(f"sheet.{sheet.key}.phase.{phase}", called[:1].upper() + called[1:])


def staff_chart(sheet: Sheet, region: Region, wide: pd.DataFrame, option: str, phases: list[str]) -> tuple[Chart, str]:
    """The full-time equivalents of an option year by year, by phase; all options on one scale."""
    book = sheet.book
    mine = wide.loc[option]
    first = wide.index.get_loc(wide.loc[[option]].index[0])
    last = first + len(mine) - 1
    across = region.column(1, first, last)
    looks = {OTHER: len(FILLS) - 1, **book.edition.phase_places}
    series = [
        Series(region.heading(at), across, region.column(at, first, last), looks[phase])
        for at, phase in enumerate(phases, start=2)
    ]
    step = nice_step(wide["total"].max() / 5)
    top = step * -(-wide["total"].max() // step)
    title = sheet.text("yearly.chart", option=book.options[option])
    peak = mine["total"].idxmax()
    alt = sheet.text(
        "yearly.alt", option=book.options[option], year=peak, amount=sheet.words.number(mine["total"].max())
    )
    return stacked_chart(book, title, series, sheet.words("workbook.unit.fte"), top), alt
