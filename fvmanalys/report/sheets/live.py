"""The part that readers turn: marked inputs, and formulas that follow the library's yearly convention."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.yearly import Turnable, mid_year_figures, normalised, turnable, year_counts
from fvmanalys.report.digits import as_given
from fvmanalys.report.sheets.cells import Formula, Input, safe_text
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.plots import Series, column_chart

__all__ = ["defined_name", "write_live", "write_years"]

KEY = "live"
WIDTHS = (30, *[13.5] * 10)
STYLES = {"value_per_point": "scale", "discount_rate": "share1", "horizon_years": "n1"}
WEIGHTS = Turnable(0.0, 1_000.0)
TITLE_LIMIT, MESSAGE_LIMIT = 32, 255


def defined_name(book: Book, what: str, key: str = "") -> str:
    """The name by which formulas know an input or a working."""
    return book.words(f"sheet.live.called.{what}") + (f"_{re.sub(r'[^A-Za-z0-9]', '_', key)}" if key else "")


def weight_names(book: Book) -> dict[str, str]:
    """The name of each area's weight, all different."""
    names: dict[str, str] = {}
    for area in book.areas:
        name = defined_name(book, "weight", area)
        names[area] = name if name.lower() not in map(str.lower, names.values()) else f"{name}_{len(names) + 1}"
    return names


def write_years(sheet: Sheet) -> None:
    """The workings: what of each year counts at the reader's rate and horizon, and each option's expected cost in it."""
    book, ahead = sheet.book, sheet.book.outlook
    if not book.has_levers:
        return
    sheet.section("years", True, "years.note")
    styles = "year:left_year from:n2 to:n2 share:n3 middle:n2 factor:factor cost_weight:factor level_weight:factor"
    columns = [*sheet.columns("years", styles), *(Column(name, "money") for name in book.options.values())]
    costs = ahead.cost[list(book.options)].to_numpy()
    rows = [[year, *times, *costs[index]] for index, (year, times) in enumerate(zip(ahead.years, year_cells(sheet), strict=True))]
    region = sheet.listing("years", columns, rows)
    for what, column in (("cost_weight", 6), ("level_weight", 7)):
        book.workbook.define_name(defined_name(book, what), f"={region.column(column)}")
    for index, option in enumerate(book.options):
        book.regions[f"cost {option}"] = Region(region.sheet, region.first_row, region.last_row, len(styles.split()) + index)


def year_cells(sheet: Sheet) -> Iterator[list[Any]]:
    """From, to, share counted, middle, factor and the two weights of each year, for a table that begins at the sheet's row."""
    book, ahead, settings = sheet.book, sheet.book.outlook, sheet.book.settings
    rate, horizon = defined_name(book, "discount_rate"), defined_name(book, "horizon_years")
    shares, factors = year_counts(ahead.edges, settings.discount_rate, settings.horizon_years)
    for index, (opens, closes, share, factor) in enumerate(zip(ahead.edges[:-1], ahead.edges[1:], shares, factors, strict=True)):
        start, end, counted, middle, discount, weight = (f"{letter}{sheet.row + 2 + index}" for letter in "BCDEFG")
        yield [
            opens,
            closes,
            Formula(f"=MAX(0,MIN({horizon},{end})-{start})/({end}-{start})", share),
            Formula(f"={start}+{counted}*({end}-{start})/2", opens + share * (closes - opens) / 2),
            Formula(f"=(1+{rate})^(-{middle})", factor),
            Formula(f"={counted}*{discount}", share * factor),
            Formula(f"={weight}*({end}-{start})", share * factor * (closes - opens)),
        ]


def write_live(book: Book) -> None:
    """Inputs, results beside the published ones, and how far the convention lies from the simulation."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    figures = mid_year_figures(book.findings.inputs, book.outlook, book.settings)
    sheet.notes("how", "reset", "fixed", "convention")
    parameters = parameters_table(sheet)
    weights = weights_table(sheet, figures)
    count_turned(book, (parameters, weights))
    results = results_table(sheet, weights, figures)
    live_chart(sheet, results)
    distance_table(sheet, figures)
    sheet.finish()


def count_turned(book: Book, tables: Sequence[Region]) -> None:
    """The number of levers that do not stand as published, under its name."""
    parts = [f"SUMPRODUCT(--({table.column(1)}<>{table.column(2)}))" for table in tables]
    book.workbook.define_name(book.turned, f"={'+'.join(parts)}")


def parameters_table(sheet: Sheet) -> Region:
    """The value of a point, the rate and the horizon."""
    book, settings = sheet.book, sheet.book.settings
    limits = turnable(book.findings.inputs)
    sheet.heading(sheet.text("parameters"))
    columns = sheet.columns("", "parameter:text input:n1 published:n1 low:n1 high:n1")
    rows = []
    for name, style in STYLES.items():
        value, limit = getattr(settings, name), limits[name]
        ends = (value, limit.low, limit.high)
        style = book.resolved(style, ends)
        fixed = [(number, style) for number in ends]
        rows.append([sheet.text(f"{name}"), (Input(value), f"input {style}"), *fixed])
    region = sheet.table(sheet.text("parameters"), sheet.text("parameters_about"), columns, rows)
    for index, name in enumerate(STYLES):
        book.workbook.define_name(defined_name(book, name), f"={region.cell(index, 1)}")
        validate(sheet, region.first_row + index, sheet.text(f"{name}"), limits[name], name == "discount_rate")
    return region


def validate(sheet: Sheet, row: int, name: str, limit: Turnable, percent: bool) -> None:
    """Accept only numbers within the limit, and say so."""
    ends = (limit.low, limit.high)
    low, high = (sheet.words.share(end, 1) if percent else sheet.words.number(end, as_given(end, 2)) for end in ends)
    title, message = safe_text(name, TITLE_LIMIT), sheet.text("allowed", low=low, high=high)[:MESSAGE_LIMIT]
    rule = {"validate": "decimal", "criteria": "between", "minimum": limit.low, "maximum": limit.high}
    said = {"input_title": title, "input_message": message, "error_title": title, "error_message": message}
    sheet.sheet.data_validation(row, 1, row, 1, rule | said)


def weights_table(sheet: Sheet, figures: pd.DataFrame) -> Region:
    """The weight of each area, and each option's score in it."""
    book, weights = sheet.book, sheet.book.settings.weights
    sheet.heading(sheet.text("weights"))
    columns = sheet.columns("", "area:text weight:n1 published_weight:n1 share:share1")
    columns += [Column(sheet.text("area_score", option=name), "points") for name in book.options.values()]
    first, last = sheet.row + 2, sheet.row + 1 + len(book.areas)
    total, shares, by_level = f"SUM($B${first}:$B${last})", normalised(weights), defined_name(book, "level_weight")
    rows = []
    for row, (area, name) in enumerate(book.areas.items(), start=first):
        share = Formula(f"=IF({total}=0,1/ROWS($B${first}:$B${last}),B{row}/{total})", shares[area])
        places = {option: levels_of(book, option, area) for option in book.options}
        scores = [Formula(f"=SUMPRODUCT({place},{by_level})/SUM({by_level})", figures.at[option, area]) for option, place in places.items()]
        rows.append([name, (Input(weights[area]), "input n1"), weights[area], share, *scores])
    region = sheet.table(sheet.text("weights"), sheet.text("weights_about"), columns, rows)
    for index, (area, name) in enumerate(weight_names(book).items()):
        book.workbook.define_name(name, f"={region.cell(index, 1)}")
        validate(sheet, region.first_row + index, book.areas[area], WEIGHTS, False)
    return region


def levels_of(book: Book, option: str, area: str) -> str:
    """Where the expected levels of an option and area stand, year by year."""
    return book.regions[f"levels {option}"].column(2 + list(book.areas).index(area))


def results_table(sheet: Sheet, weights: Region, figures: pd.DataFrame) -> Region:
    """What the options come to at the reader's settings, beside what is published."""
    book, table = sheet.book, sheet.book.findings.comparison.table
    sheet.heading(sheet.text("yours"))
    styles = "cost:money published_cost:money score:points published_score:points"
    styles += " net_benefit:money published_net_benefit:money rank:n0 published_rank:n0"
    columns = [*sheet.columns("", "option:text " + styles)]
    ranks = table.loc[table["permanent"], "net_benefit"].rank(ascending=False, method="min").reindex(table.index)
    rows = []
    for (option, name), formulas in zip(book.options.items(), result_formulas(sheet, weights), strict=True):
        mine, known = figures.loc[option], table.loc[option]
        mine_and_known = zip(("cost", "score", "net_benefit"), ("cost_mean", "score", "net_benefit"), formulas, strict=False)
        row = [cell for own, published, formula in mine_and_known for cell in (Formula(formula, mine[own]), known[published])]
        rank = [Formula(formulas[3], mine["rank"]), ranks[option]] if known["permanent"] else [(sheet.text("unranked"), "right")] * 2
        rows.append([name, *row, *rank])
    return sheet.table(sheet.text("yours"), sheet.text("yours_about"), columns, rows)


def result_formulas(sheet: Sheet, weights: Region) -> Iterator[tuple[str, str, str, str]]:
    """Present value, score, net benefit and rank of each option, as formulas."""
    book, inputs = sheet.book, sheet.book.findings.inputs
    first = sheet.row + 2
    reference = first + list(book.options).index(inputs.reference)
    value, by_cost, end = defined_name(book, "value_per_point"), defined_name(book, "cost_weight"), len(book.areas) - 1
    permanent = [first + index for index, option in enumerate(book.options) if option in inputs.options(permanent_only=True)]
    for index, option in enumerate(book.options):
        row = first + index
        cost = f"=SUMPRODUCT({book.regions[f'cost {option}'].column(0)},{by_cost})"
        score = f"=SUMPRODUCT({weights.here(0, 3)}:{weights.here(end, 3)},{weights.here(0, 4 + index)}:{weights.here(end, 4 + index)})"
        worth = f"={value}*(D{row}-D${reference})-(B{row}-B${reference})"
        rank = "=1+" + "+".join(f"(F${other}>F{row})" for other in permanent)
        yield cost, score, worth, rank


def live_chart(sheet: Sheet, results: Region) -> None:
    """Net benefit at the reader's settings beside the published."""
    series = [Series(results.heading(column), results.column(0), results.column(column)) for column in (5, 6)]
    title = sheet.text("chart")
    chart = column_chart(sheet.book, title, series, sheet.words("workbook.millions"), sheet.book.number_format("money"))
    sheet.row += 1
    sheet.charts([(chart, sheet.text("chart_alt"))], rows=15)


def distance_table(sheet: Sheet, figures: pd.DataFrame) -> None:
    """How far the yearly convention lies from the simulation, at the published settings."""
    book, table = sheet.book, sheet.book.findings.comparison.table
    sheet.heading(sheet.text("distance"))
    sheet.notes("distance_note")
    styles = "simulated_cost:money yearly_cost:money cost_distance:n1 cost_distance_share:distance"
    styles += " simulated_score:n2 yearly_score:n2 score_distance:n2"
    columns = [*sheet.columns("", "option:text " + styles)]
    rows = []
    for option, name in book.options.items():
        known, mine = table.loc[option], figures.loc[option]
        gap = mine["cost"] - known["cost_mean"]
        share = gap / abs(known["cost_mean"]) if known["cost_mean"] else np.nan
        rows.append([name, known["cost_mean"], mine["cost"], gap, share, known["score"], mine["score"], mine["score"] - known["score"]])
    sheet.table(sheet.text("distance"), sheet.text("distance_about"), columns, rows)
