"""Prova själv: the levers that readers turn, and what the options then come to beside what is published."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fvmanalys.analysis.yearly import Turnable, mid_year_figures, normalised, turnable
from fvmanalys.report.digits import as_given
from fvmanalys.report.sheets.book import INPUT_FILL
from fvmanalys.report.sheets.cells import Formula, Input, safe_text
from fvmanalys.report.sheets.engine import called, lever_names
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.plots import Series, column_chart

__all__ = ["write_live"]

KEY = "live"
WIDTHS = (44, 13.5, 36, *[13.5] * 9)
STYLES = {"value_per_point": "scale", "discount_rate": "share1", "horizon_years": "n1"}
WEIGHTS, SHARES, FACTORS = Turnable(0.0, 1_000.0), Turnable(0.0, 1.0), Turnable(0.0, 10.0)
TITLE_LIMIT, MESSAGE_LIMIT = 32, 255
INPUT, MESSAGE, PUBLISHED, LOW, HIGH = range(1, 6)  # the columns of a table of levers
NOTHING = "–"


class Lever(NamedTuple):
    """A cell that readers turn: its name for them and for formulas, its published value, limits and style."""

    name: str
    called: str
    value: float
    limits: Turnable
    style: str


def write_live(book: Book) -> None:
    """Levers, results beside the published ones, and how far the convention lies from the simulation."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title()
    sheet.sheet.set_tab_color(INPUT_FILL)
    figures = mid_year_figures(book.findings.inputs, book.outlook, book.settings)
    sheet.notes("how", "reset", "fixed", "convention")
    parameters = lever_table(sheet, "parameters", "parameter", [*parameter_levers(sheet), *risk_levers(book)])
    weights = lever_table(sheet, "weights", "area", weight_levers(book))
    gates(sheet, (parameters, weights))
    scores = scores_table(sheet, weights, figures)
    results = results_table(sheet, weights, scores, figures)
    live_chart(sheet, results)
    distance_table(sheet, figures)
    sheet.finish()


def parameter_levers(sheet: Sheet) -> list[Lever]:
    """The value of a point, the rate and the horizon."""
    book = sheet.book
    limits = turnable(sheet.book.findings.inputs)
    found = []
    for name, style in STYLES.items():
        value = getattr(book.settings, name)
        limit = limits[name]
        style = book.resolved(style, (value, limit.low, limit.high))
        found.append(Lever(sheet.text(name), called(book, name), value, limit, style))
    return found


def risk_levers(book: Book) -> list[Lever]:
    """The probabilities of the leading risks, and the factors of the leading bundles."""
    told = book.edition.levers
    names = lever_names(book)
    risks = [Lever(told[one], names[one], chance, SHARES, "share1") for one, chance in book.levers.chances.items()]
    return risks + [Lever(told[one], names[one], 1.0, FACTORS, "n2") for one in book.levers.bundles]


def weight_levers(book: Book) -> list[Lever]:
    """The weight of each area, each under a name of its own."""
    found: dict[str, Lever] = {}
    for area, name in book.areas.items():
        key = called(book, "weight", area)
        key = key if key.lower() not in found else f"{key}_{len(found) + 1}"
        found[key.lower()] = Lever(name, key, book.settings.weights[area], WEIGHTS, "n1")
    return list(found.values())


def lever_table(sheet: Sheet, name: str, what: str, levers: Sequence[Lever]) -> Region:
    """A table of levers: what the reader may give, whether it may be, the published value and the limits."""
    book = sheet.book
    sheet.begin(name)
    columns = sheet.columns(f"{what}:text input:n1 message:text published:n1 low:n1 high:n1")
    first = sheet.row + 1
    whole = f"SUM($B${first + 1}:$B${first + len(levers)})=0" if name == "weights" else "FALSE"
    rows = []
    for row, one in enumerate(levers, start=first + 1):
        ends = [(end, one.style) for end in (one.value, one.limits.low, one.limits.high)]
        rows.append([one.name, (Input(one.value), f"input {one.style}"), message(sheet, row, one, whole), *ends])
    region = sheet.listing(name, columns, rows)
    for row, one in enumerate(levers):
        book.workbook.define_name(one.called, f"={region.cell(row, INPUT)}")
        validate(sheet, region.first_row + row, one)
        sheet.set_height(region.first_row + row, 2)
    return region


def message(sheet: Sheet, row: int, lever: Lever, whole: str) -> Formula:
    """Whether what stands in a lever's cell may be, in words; `whole` is what may not be of all together."""
    cell, low, high = f"B{row}", f"E{row}", f"F{row}"
    said = {name: sheet.text(name).replace('"', '""') for name in ("no_number", "no_weights", "fine")}
    outside = sheet.text("allowed", **ends_told(sheet, lever)).replace('"', '""')
    text = f'=IF(NOT(ISNUMBER({cell})),"{said["no_number"]}",IF(OR({cell}<{low},{cell}>{high}),"{outside}",'
    return Formula(f'{text}IF({whole},"{said["no_weights"]}","{said["fine"]}")))', sheet.text("fine"))


def ends_told(sheet: Sheet, lever: Lever) -> dict[str, str]:
    """The limits of a lever in words."""
    ends = {"low": lever.limits.low, "high": lever.limits.high}
    if lever.style == "share1":
        return {name: sheet.words.share(end, 1) for name, end in ends.items()}
    return {name: sheet.words.number(end, as_given(end, 2)) for name, end in ends.items()}


def validate(sheet: Sheet, row: int, lever: Lever) -> None:
    """Accept only numbers within the limits, and say so."""
    title = safe_text(lever.name, TITLE_LIMIT)
    text = sheet.text("allowed", **ends_told(sheet, lever))[:MESSAGE_LIMIT]
    rule = {"validate": "decimal", "criteria": "between", "minimum": lever.limits.low, "maximum": lever.limits.high}
    said = {"input_title": title, "input_message": text, "error_title": title, "error_message": text}
    sheet.sheet.data_validation(row, INPUT, row, INPUT, rule | said)


def gates(sheet: Sheet, tables: Sequence[Region]) -> None:
    """How many levers do not stand as published, and whether all stand as they may, under names that formulas know."""
    book = sheet.book
    fine = sheet.text("fine").replace('"', '""')
    turned = [f"SUMPRODUCT(--({table.column(INPUT)}<>{table.column(PUBLISHED)}))" for table in tables]
    wrong = [f'SUMPRODUCT(--({table.column(MESSAGE)}<>"{fine}"))' for table in tables]
    book.workbook.define_name(book.turned, f"={'+'.join(turned)}")
    book.workbook.define_name(called(book, "refused"), f"={'+'.join(wrong)}")


def allowed(book: Book, formula: str, value: Any) -> Formula:
    """A formula that gives a dash while any lever stands as it may not."""
    return Formula(f'=IF({called(book, "refused")}=0,{formula},"{NOTHING}")', value)


def scores_table(sheet: Sheet, weights: Region, figures: pd.DataFrame) -> Region:
    """The share of each area, and each option's score in it."""
    book = sheet.book
    shares = normalised(sheet.book.settings.weights)
    sheet.begin("scores")
    columns = [*sheet.columns("area:text share:share1"), *(Column(name, "points") for name in book.options.values())]
    rows = []
    for row, (area, name) in enumerate(book.areas.items()):
        part = f"{weights.here(row, INPUT)}/SUM({weights.column(INPUT)})"
        scores = []
        for option in book.options:
            cases = book.regions[f"level {option} {area}"]
            scores.append(allowed(book, f"SUMPRODUCT({cases.column(-3)},{cases.column(-1)})", figures.at[option, area]))
        rows.append([name, allowed(book, part, shares[area]), *scores])
    return sheet.listing("scores", columns, rows)


def results_table(sheet: Sheet, weights: Region, scores: Region, figures: pd.DataFrame) -> Region:
    """What the options come to at the reader's settings, beside what is published."""
    book = sheet.book
    table = sheet.book.findings.comparison.table
    sheet.begin("yours")
    styles = "option:text cost:money published_cost:money score:points published_score:points"
    styles += " net_benefit:money published_net_benefit:money rank:n0 published_rank:n0"
    ranks = table.loc[table["permanent"], "net_benefit"].rank(ascending=False, method="min").reindex(table.index)
    rows = []
    for place, (option, name) in enumerate(book.options.items()):
        mine, known = figures.loc[option], table.loc[option]
        formulas = result_formulas(sheet, scores, place, option)
        row: list[Any] = [name]
        for own, published in (("cost", "cost_mean"), ("score", "score"), ("net_benefit", "net_benefit")):
            row += [allowed(book, formulas[own], mine[own]), known[published]]
        rank = [allowed(book, formulas["rank"], mine["rank"]), ranks[option]]
        rows.append(row + (rank if known["permanent"] else [(sheet.text("unranked"), "right")] * 2))
    return sheet.listing("yours", sheet.columns(styles), rows)


def result_formulas(sheet: Sheet, scores: Region, place: int, option: str) -> dict[str, str]:
    """Present value, score, net benefit and rank of an option, as formulas."""
    book = sheet.book
    inputs = sheet.book.findings.inputs
    first = sheet.row + 2
    known = list(book.options)
    row = first + place
    reference = first + known.index(inputs.reference)
    costs = book.regions[f"cost {option}"]
    others = [first + known.index(one) for one in inputs.options(permanent_only=True)]
    return {
        "cost": f"SUMPRODUCT({costs.column(-3)},{costs.column(-2)},{costs.column(-1)})",
        "score": f"SUMPRODUCT({scores.column(1)},{scores.column(2 + place)})",
        "net_benefit": f"{called(book, 'value_per_point')}*(D{row}-D${reference})-(B{row}-B${reference})",
        "rank": "1+" + "+".join(f"(F${other}>F{row})" for other in others),
    }


def live_chart(sheet: Sheet, results: Region) -> None:
    """Net benefit at the reader's settings beside the published."""
    series = [Series(results.heading(column), results.column(0), results.column(column)) for column in (5, 6)]
    title = sheet.text("chart")
    chart = column_chart(sheet.book, title, series, sheet.words("workbook.millions"), sheet.book.number_format("money"))
    sheet.row += 1
    sheet.charts([(chart, sheet.text("chart_alt"))], rows=15)


def distance_table(sheet: Sheet, figures: pd.DataFrame) -> None:
    """How far the yearly convention lies from the simulation, at the published settings."""
    book = sheet.book
    table = sheet.book.findings.comparison.table
    sheet.begin("distance", "distance_note")
    styles = "option:text simulated_cost:money yearly_cost:money cost_distance:n1 cost_distance_share:distance"
    styles += " simulated_score:n2 yearly_score:n2 score_distance:n2"
    rows = []
    for option, name in book.options.items():
        known, mine = table.loc[option], figures.loc[option]
        gap = mine["cost"] - known["cost_mean"]
        share = gap / abs(known["cost_mean"]) if known["cost_mean"] else np.nan
        rows.append(
            [
                name,
                known["cost_mean"],
                mine["cost"],
                gap,
                share,
                known["score"],
                mine["score"],
                mine["score"] - known["score"],
            ]
        )
    sheet.listing("distance", sheet.columns(styles), rows)
