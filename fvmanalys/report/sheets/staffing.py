"""Bemanning: what waiting costs, how large a team to keep, and who is needed when."""

from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.pause import BEST
from fvmanalys.analysis.whatif import latest_decisions
from fvmanalys.model.costs import PAUSE
from fvmanalys.report.sheets.evidence import kind_cell
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.headcount import peaks_table, yearly_table
from fvmanalys.report.sheets.plots import Series, curve_chart
from fvmanalys.report.sheets.terms import agreements_table, terms_table, training_table
from fvmanalys.report.waiting import wait_missing, waiting_answer

__all__ = ["has_staffing", "write_staffing"]

KEY = "staffing"
WIDTHS = (38, 18, 14, 14, 16.5, 16.5, *[14] * 6)
CURVE_ROWS = 17


def has_staffing(book: Book) -> bool:
    """Whether any option has staff."""
    return not book.findings.staffing.empty


def write_staffing(book: Book) -> None:
    """The answer, what the pause costs, the standing team, and staffing over time."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.lines(waiting_answer(book.findings, book.words), font_size=11)
    sheet.notes("note", "sources")
    if not wait_missing(book.findings, book.words):
        for part in (delay_table, bill_table, team_table, deadlines_table):
            part(sheet)
    peaks_table(sheet)
    for part in (agreements_table, terms_table, training_table, yearly_table):
        part(sheet)
    sheet.finish()


def delay_table(sheet: Sheet) -> None:
    """What is lost by waiting so many months, for the best and for each option; and what the first month's loss is made of."""
    book, words, table = sheet.book, sheet.words, sheet.book.findings.knowledge.delays
    names = {BEST: sheet.text("delay.best"), **book.options}
    wide = table.pivot_table(index="months", columns="option", values="loss").reindex(columns=list(names)).dropna(axis=1)
    sheet.section("delay", True, "delay.note")
    columns = [*sheet.columns("delay", "months:left_n0"), *(Column(names[option], "money") for option in wide)]
    with sheet.band(CURVE_ROWS):
        region = sheet.listing("delay", columns, [[months, *row] for months, row in wide.iterrows()])
    said = [sheet.text("delay.row", option=names[option], cost=words.amount(wide[option].iloc[-1])) for option in wide]
    title, across = sheet.text("delay.chart"), (sheet.text("delay.months"), "n0")
    chart = curve_chart(
        book, title, columns_of(region, len(wide.columns)), (words("workbook.millions"), "money"), across, (0, wide.index[-1])
    )
    alt = sheet.text("delay.alt", title=title, months=words.number(wide.index[-1]), rows="; ".join(said))
    sheet.charts([(chart, alt)], sheet.band_row, CURVE_ROWS)
    month_table(sheet, names)


def columns_of(region: Region, count: int) -> list[Series]:
    """A series for each of a table's columns, over its first."""
    return [Series(region.heading(index), region.column(0), region.column(index)) for index in range(1, count + 1)]


def month_table(sheet: Sheet, names: dict[str, str]) -> None:
    """What the first month of delay costs, by part."""
    table = sheet.book.findings.knowledge.delays
    first = table.loc[table["months"] > 0, "months"].min()
    losses = table[table["months"] == first].set_index("option")
    sheet.section("month", True, "month.note")
    parts = ("loss", "pause_bill", "lost_points", "shifted_costs")
    rows = [[names[option], *(losses.at[option, part] / first for part in parts)] for option in names if option in losses.index]
    sheet.listing("month", sheet.columns("month", "option:text loss:n1 pause_bill:n1 lost_points:n1 shifted_costs:n1"), rows)


def bill_table(sheet: Sheet) -> None:
    """What a month of the pause costs now, by part, with its evidence; the sum, and the sum of what ends with the decision."""
    book, table = sheet.book, sheet.book.findings.pause_bill
    if not sheet.section("bill", not table.empty, "bill.note"):
        return
    known = book.findings.inputs.estimates.set_index("id")
    rows: list[list[Any]] = []
    for row in table.to_dict("records"):
        part = sheet.words.get(f"employer.{row['part']}", book.categories.get(row["part"], row["part"]))
        ends = sheet.words("workbook.yes" if row["ends_with_decision"] else "workbook.no")
        evidence = [kind_cell(book, row["kind"]), book.cited(row["source_id"]), known.at[row["stream"], "known_from"]]
        rows.append([sheet.words.of(row, "name"), part, ends, row["msek_per_month"], *evidence])
    ending = table.loc[table["ends_with_decision"].astype(bool), "msek_per_month"].sum()
    for key, amount in (("bill.sum_ending", ending), ("bill.sum", table["msek_per_month"].sum())):
        rows.append([(sheet.text(key), "bold text"), None, None, (amount, "bold n1"), None, None, None])
    sheet.listing("bill", sheet.columns("bill", "name:text part:text ends:text amount:n1 kind:text source:text known_from:date"), rows)


def team_table(sheet: Sheet) -> None:
    """How much of the team to keep for each option, in shares and in full-time equivalents."""
    book, teams = sheet.book, sheet.book.findings.standing_teams
    if not sheet.section("team", bool(teams), "team.note"):
        return
    whole = full_team(book)
    rows = []
    for option, team in teams.items():
        people = whole.get(option, np.nan)
        rows.append([book.options[option], team.share, team.low, team.high, people, people * team.share])
    styles = "option:text share:share low:share high:share full:n0 kept:n0"
    sheet.listing("team", sheet.columns("team", styles), rows)
    curve_table(sheet)


def full_team(book: Book) -> dict[str, float]:
    """The expected full-time equivalents of the whole team at the beginning of the period, by option; empty where none is kept."""
    path, kept = book.findings.staffing, book.findings.inputs.parameters["standing_share"]
    now = path[(path["phase"] == PAUSE) & (path["time"] == path["time"].min())]
    return {option: fte / kept for option, fte in now.groupby("option")["fte"].sum().items()} if kept else {}


def curve_table(sheet: Sheet) -> None:
    """What each share of the team costs through the pause, in rebuilding and by a later start: the sum for every option."""
    book, words = sheet.book, sheet.words
    curves = {option: team.curve.set_index("share") for option, team in book.findings.standing_teams.items()}
    totals = pd.DataFrame({option: curve["total"] for option, curve in curves.items()})
    sheet.section("curve", True, "curve.note")
    columns = [*sheet.columns("curve", "share:left_share"), *(Column(book.options[option], "money") for option in totals)]
    with sheet.band(CURVE_ROWS):
        region = sheet.listing("curve", columns, [[share, *row] for share, row in totals.iterrows()])
    said = [
        sheet.text("curve.row", option=book.options[option], none=words.amount(sums.iloc[0]), all=words.amount(sums.iloc[-1]))
        for option, sums in totals.items()
    ]
    title, upright = sheet.text("curve.chart"), (words("workbook.millions"), "money")
    chart = curve_chart(book, title, columns_of(region, len(curves)), upright, (sheet.text("curve.share"), "share"), (0, 1), min=0)
    sheet.charts([(chart, sheet.text("curve.alt", title=title, rows="; ".join(said)))], sheet.band_row, CURVE_ROWS)
    best = book.findings.comparison.best
    if best in curves:
        parts_table(sheet, curves[best], book.options[best])


def parts_table(sheet: Sheet, curve: pd.DataFrame, option: str) -> None:
    """The curve of the best option, by part."""
    sheet.heading(sheet.text("parts.heading", option=option))
    styles = "share:left_share pause_cost:money rebuild_cost:money late_cost:money total:money"
    rows = [[share, *(row[part] for part in ("pause_cost", "rebuild_cost", "late_cost", "total"))] for share, row in curve.iterrows()]
    sheet.table(sheet.text("parts.heading", option=option), sheet.text("parts.about"), sheet.columns("parts", styles), rows)


def deadlines_table(sheet: Sheet) -> None:
    """By when to decide for each option to be in full use before the end of a year, in half and in 80 of 100 outcomes."""
    book, table = sheet.book, latest_decisions(sheet.book.findings.simulation)
    if not sheet.section("deadlines", not table.empty, "deadlines.note"):
        return
    missed, as_of = sheet.words("table.missed"), book.findings.inputs.as_of
    rows = []
    for row in table.to_dict("records"):
        days = [missed if row[name] is None or row[name] < as_of else row[name] for name in ("p50", "p80")]
        rows.append([book.options[row["option"]], row["year"], *days])
    sheet.listing("deadlines", sheet.columns("deadlines", "option:text year:left_year p50:date p80:date"), rows)
