"""The print set after its first page: options, reasons, what turns the answer, areas, money, time and people, risks."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest

from xlsxwriter.chart import Chart

from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.sheets.frame import PAGE_UNITS, Book, Region, Sheet
from fvmanalys.report.sheets.measure import whole_words
from fvmanalys.report.sheets.natives import cost_chart, span, worth_chart
from fvmanalys.report.sheets.plots import (
    TODAY,
    Series,
    column_chart,
    curve_chart,
    line_chart,
    option_lines,
    range_chart,
    span_chart,
    step_chart,
)
from fvmanalys.report.sheets.workings import first_day
from fvmanalys.report.topics import board, money, people, turning
from fvmanalys.report.topics.answer import what_changes

__all__ = ["PAGES", "fill"]

A_COLUMN, LEAST_FIRST = 0.72, 10.0
LEAST_ROWS, MOST_ROWS, TABLE_ROWS = 12, 30, 6


def widths(first: float, headings: Sequence[str]) -> list[float]:
    """A first column and one for each heading, wide enough for its words; they share the rest of the page."""
    least = [whole_words([heading], 8.0, 22.0) for heading in headings]
    spare = (PAGE_UNITS - first - A_COLUMN * len(least) - sum(least)) / max(len(least), 1)
    if spare < 0:
        first = max(LEAST_FIRST, first + spare * len(least))
        spare = 0.0
    return [first, *(round(one + spare, 1) for one in least)]


def headings(book: Book, *exhibits: Exhibit) -> list[str]:
    """The headings of each column but the first, of all exhibits that stand below one another."""
    found = ([column.heading for column in exhibit.shown(book.edition)[1:]] for exhibit in exhibits)
    return [" ".join(one) for one in zip_longest(*found, fillvalue="")]


@contextmanager
def page(book: Book, key: str, columns: Sequence[float]) -> Iterator[Sheet]:
    """A page of the print set with its title."""
    sheet = Sheet(book, key, columns, printed=True)
    sheet.title()
    yield sheet
    sheet.finish()


def fill(sheet: Sheet, *charts: tuple[Chart, str]) -> None:
    """Charts below one another in what room is left, as many as have enough, each as much of it."""
    shown = charts[: sheet.room() // LEAST_ROWS]
    rows = min(MOST_ROWS, (sheet.room() - 1) // max(len(shown), 1))
    for chart in shown:
        sheet.charts([chart], rows=rows)


def write_ways_page(book: Book) -> None:
    """The options with their variants, and what each comes to as its events turn out."""
    with page(book, "ways", widths(40, headings(book, board.WAYS, board.TREE))) as sheet:
        sheet.exhibit(board.WAYS)
        sheet.exhibit(board.TREE)
        fill(sheet, cost_chart(book) if book.findings.comparison.runner_up is None else worth_chart(book))


def write_reasons_page(book: Book) -> None:
    """Why: step by step from nothing to the lead, the spread of every option, and the strongest reasons."""
    with page(book, "reasons", (40, 16, 16, 16)) as sheet:
        edition = book.edition
        sheet.heading(sheet.text("strongest"))
        sheet.lines(board.reason_sentences(edition))
        charts = [curves_chart(sheet)]
        if "steps" in book.regions:
            caption = turning.decomposition_caption(edition)
            charts.insert(0, (step_chart(book, caption.title, book.regions["steps"]), caption.alt))
        fill(sheet, *charts)


def curves_chart(sheet: Sheet) -> tuple[Chart, str]:
    """The share of outcomes in which each option's net benefit stays below an amount, all on one axis."""
    book = sheet.book
    region = sheet.book.regions["curves"]
    table = book.findings.comparison.table
    ends = span(table, "net_benefit")
    series = [
        replace(one, categories=one.values, values=one.categories)
        for one in option_lines(book, region, range(len(book.options)))
    ]
    title = curves_title(sheet)
    unit = sheet.text("across")
    chart = curve_chart(book, title, series, (sheet.text("upright"), "share"), (unit, "n0"), ends, min=0, max=1)
    said = [
        f"{name} {sheet.words.amount(table.at[option, 'net_benefit_p50'])}" for option, name in book.options.items()
    ]
    return chart, f"{title}. {sheet.text('curves_alt', rows='; '.join(said))}"


def curves_title(sheet: Sheet) -> str:
    """How often the best option gives more than its nearest rival; without one, only what is drawn."""
    book = sheet.book
    comparison = sheet.book.findings.comparison
    if comparison.runner_up is None:
        return sheet.text("curves_alone", option=book.options[comparison.best])
    share = comparison.wins.at[comparison.best, comparison.runner_up]
    facts = {"best": book.options[comparison.best], "second": book.options[comparison.runner_up]}
    return sheet.text("curves", share=sheet.words.share(float(share)), **facts)


def write_turning_page(book: Book) -> None:
    """What would turn the answer: the conditions, the switching values, and where they lie in each number's range."""
    with page(book, "turning", [4, 31, 16, 16, 13, 9]) as sheet:
        sheet.lines([*turning.condition_sentences(book.edition), *what_changes(book.edition)])
        if sheet.exhibit(board.TURNS):
            first = board.TURNS.rows(book.edition)[0]
            title = sheet.text("chart", lever=book.edition.levers[first["id"]])
            chart = range_chart(book, title, book.regions["ranges"], sheet.text("axis"))
            fill(sheet, (chart, f"{title}. {sheet.text('chart_alt')}"))


def write_areas_page(book: Book) -> None:
    """Area by area: the level that each option reaches beside today's and the minimum, and how often it falls short."""
    with page(book, "by_area", widths(25, headings(book, board.AREA_LEVELS))) as sheet:
        levels = sheet.exhibit(board.AREA_LEVELS)
        sheet.exhibit(board.AREA_RISKS)
        if levels:
            fill(sheet, levels_chart(sheet, levels))


def levels_chart(sheet: Sheet, region: Region) -> tuple[Chart, str]:
    """The levels of today and of the options that can be lasting side by side in each area."""
    book = sheet.book
    count = len(sheet.book.areas)
    rows = board.AREA_LEVELS.rows(sheet.book.edition)
    known = list(book.options)
    lasting = board.budgeted(sheet.book.findings)
    shown = [(at, row) for at, row in enumerate(rows) if row["head"] == "today" or row["option"] in lasting]
    series = [
        Series(
            region.cell(at, 0),
            region.row(-1, 1, count),
            region.row(at, 1, count),
            known.index(row["option"]) if row["option"] else TODAY,
        )
        for at, row in shown
    ]
    tops = Counter(max(shown, key=lambda pair: pair[1][area])[1]["option"] for area in book.areas)
    first, wins = tops.most_common(1)[0]
    title = sheet.text("chart", option=book.options.get(first, sheet.words("board.today")), count=wins, all=count)
    said = [
        f"{name}: {sheet.words.listing([sheet.words.points(row[area]) for _, row in shown])}"
        for area, name in book.areas.items()
    ]
    return column_chart(book, title, series, sheet.text("points"), min=0, max=100), f"{title}. {'; '.join(said)}"


def write_money_page(book: Book) -> None:
    """The budget by calendar year, who pays, and what goes beyond limits."""
    with page(book, "money", widths(14, headings(book, board.BUDGET))) as sheet:
        sheet.lines(money.budget_sentences(book.edition)[:1])
        region = sheet.exhibit(board.BUDGET)
        sheet.exhibit(board.PAID)
        sheet.exhibit(board.LIMITED)
        if region:
            fill(sheet, budget_chart(sheet, region))


def budget_chart(sheet: Sheet, region: Region) -> tuple[Chart, str]:
    """What each option takes year by year."""
    book = sheet.book
    years = replace(region, last_row=region.last_row - 1)
    shown = board.budgeted(book.findings)
    series = option_lines(book, years, [book.edition.places[option] for option in shown])
    sums = board.sums(book.findings)
    most = max(shown, key=lambda option: float(sums[option]))
    title = sheet.text("chart", option=book.options[most], amount=sheet.words.amount(sums[most]))
    said = [f"{book.options[option]} {sheet.words.amount(sums[option])}" for option in shown]
    return line_chart(book, title, series, sheet.words("workbook.millions")), f"{title}. {'; '.join(said)}"


def write_people_page(book: Book) -> None:
    """When options are in full use, what deadlines they meet, what waiting costs, and the team."""
    with page(book, "people", widths(25, headings(book, board.TIMES))) as sheet:
        sheet.exhibit(board.TIMES)
        sheet.lines(board.deadline_sentences(book.edition))
        sheet.heading(sheet.text("waiting"))
        sheet.lines(people.waiting_answer(book.edition))
        if "spans" in book.regions:
            fill(sheet, spans_chart(sheet))


def spans_chart(sheet: Sheet) -> tuple[Chart, str]:
    """From when each option may be in full use to when it surely is."""
    book = sheet.book
    region = sheet.book.regions["spans"]
    first, *spans = [Series(region.heading(column), region.column(0), region.column(column)) for column in (1, 2, 3)]
    use = book.findings.comparison.table["full_use_p50"].dropna()
    soon = str(use.idxmin())
    title = sheet.text("chart", option=book.options[soon], month=sheet.words.month(book.edition.as_of, use[soon]))
    rows = book.edition.each("board.span", board.TIMES.rows(book.edition))
    return span_chart(book, title, first, spans, first_day(book), sheet.text("axis")), f"{title}. {'; '.join(rows)}"


def write_risks_page(book: Book) -> None:
    """The risks with owner, trigger and action, and what nobody knows."""
    with page(book, "risks", [16, 11, 8, 8.5, 15, 15.5, 15]) as sheet:
        sheet.exhibit(board.RISKS)
        sheet.heading(sheet.text("unknown"))
        sheet.lines(board.unknown_sentences(book.edition))
        if sheet.room() > LEAST_ROWS + TABLE_ROWS:
            kinds = sheet.exhibit(board.KINDS)
            fill(sheet, *([kinds_chart(sheet, kinds)] if kinds else []))


def kinds_chart(sheet: Sheet, region: Region) -> tuple[Chart, str]:
    """How many of the figures are of each kind."""
    rows = board.KINDS.rows(sheet.book.edition)
    shares = {row["kind"]: sheet.words.share(row["share"]) for row in rows}
    title = sheet.text("chart", share=shares["assumption"])
    said = [f"{sheet.words('kind.' + row['kind'])} {sheet.words.number(row['estimates'])}" for row in rows]
    series = [Series(region.heading(1), region.column(0), region.column(1))]
    return column_chart(sheet.book, title, series, ""), f"{title}. {sheet.words.listing(said)}"


PAGES: dict[str, Callable[[Book], None]] = {
    "ways": write_ways_page,
    "reasons": write_reasons_page,
    "turning": write_turning_page,
    "by_area": write_areas_page,
    "money": write_money_page,
    "people": write_people_page,
    "risks": write_risks_page,
}
