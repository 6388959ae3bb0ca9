"""Osäkerhet: decide now or find out first, what swings the answer, what it rests on, and how earlier forecasts fared."""

from fvmanalys.report.charts.priorities import viewpoints_texts
from fvmanalys.report.charts.uncertainty import share_texts, tornado_lead, tornado_texts
from fvmanalys.report.labels import investigation_names, number_names
from fvmanalys.report.names import viewpoint_name
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.sheets.evidence import kind_cell, rough_style
from fvmanalys.report.sheets.frame import Book, Column, Region, Sheet
from fvmanalys.report.sheets.information import gaps_table, groups_table, numbers_table, reading
from fvmanalys.report.sheets.labels import named_estimates
from fvmanalys.report.sheets.plots import Series, column_chart, swing_chart
from fvmanalys.report.uncertainty import backtest_sentences, uncertainty_answer, verdict_missing

__all__ = ["has_uncertainty", "write_uncertainty"]

KEY = "uncertainty"
WIDTHS = (46, 26, 22, 12.5, 12.5, 12.5, 12.5, 15.5, 42)
OWED_TO = (*KIND_MARKS, "interaction", "chance")
MOST_SWINGS, SWING_ROWS, SHARE_ROWS = 10, 20, 14


def has_uncertainty(book: Book) -> bool:
    """Whether there is a choice to be unsure about, or a forecast to try."""
    return book.findings.comparison.runner_up is not None or not book.findings.backtest.empty


def write_uncertainty(book: Book) -> None:
    """The verdict and what it is made of, then each view of the uncertainty."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.lines(uncertainty_answer(book.findings, book.words), font_size=11)
    sheet.notes("note", "sources")
    if book.findings.comparison.runner_up is not None:
        for part in (investigations_table, range_table, tornado_table, groups_table, numbers_table, gaps_table, evidence_table):
            part(sheet)
        viewpoints_table(sheet)
        ranks_table(sheet)
    backtest_table(sheet)
    sheet.finish()


def investigations_table(sheet: Sheet) -> None:
    """What each investigation is worth, costs and delays; where that cannot be said, the answer above has said so."""
    book, knowledge = sheet.book, sheet.book.findings.knowledge
    if verdict_missing(book.findings, book.words) or knowledge.investigations.empty:
        return
    sheet.section("investigations", True, "investigations.note")
    names, monthly = investigation_names(book.findings, book.words), knowledge.monthly_delay()
    about = book.findings.inputs.tables["investigations"].set_index("investigation_id")
    rows = []
    for row in knowledge.investigations.to_dict("records"):
        known = about.loc[row["investigation_id"]]
        said = [names[row["investigation_id"]], reading(sheet, row), kind_cell(book, known)]
        amounts = [row["evsi"], row["cost"], row["months"], row["months"] * monthly, row["net_value"]]
        rows.append([*said, *amounts, book.words.of(known, "note")])
    styles = "name:text reading:text kind:text evsi:n1 cost:n1 months:n1 delay:n1 net:n1 note_column:text"
    sheet.listing("investigations", sheet.columns("investigations", styles), rows)


def range_table(sheet: Sheet) -> None:
    """The verdict over the range of value per point, where there is one."""
    table = sheet.book.findings.knowledge.verdict_range
    if table.empty:
        return
    sheet.section("range", True, "range.note")
    names = investigation_names(sheet.book.findings, sheet.words)
    figures = ("net_value", "evpi", "cost_of_delay")
    rows = []
    for row in table.to_dict("records"):
        verdict = sheet.text("range.even" if not row["clear"] else "range.now" if row["decide_now"] else "range.first")
        rows.append([row["value_per_point"], names.get(row["investigation_id"]), verdict, *(row[figure] for figure in figures)])
    styles = "value:left_n1 best:text verdict:text net:n1 evpi:money delay:n1"
    sheet.listing("range", sheet.columns("range", styles), rows)


def tornado_table(sheet: Sheet) -> None:
    """How far single numbers swing the lead of the best option, as a chart and its figures."""
    book, table = sheet.book, sheet.book.findings.knowledge.tornado.head(MOST_SWINGS)
    names = number_names(book.findings, book.words)
    first, second = (book.options[str(option)] for option in (book.findings.comparison.best, book.findings.comparison.runner_up))
    sheet.heading(sheet.text("tornado.heading"))
    sheet.notes("tornado.note", first=first, second=second, lead=sheet.words.amount(tornado_lead(book.findings)))
    if table.empty:
        sheet.lines([sheet.text("tornado.none")])
        return
    known, kinds = named_estimates(book), book.findings.inputs.estimates.set_index("id")["kind"]
    rows = []
    for row in table.to_dict("records"):
        ends = [(row[end], rough_style(row[end])) for end in ("low_value", "high_value")]
        swings = [row[end] for end in ("difference_low", "difference_high", "swing")]
        rows.append([names[row["id"]], kind_cell(book, {"kind": kinds[row["id"]]}), known[row["id"]].unit, *ends, *swings])
    with sheet.band(SWING_ROWS):
        styles = "name:text kind:text unit:text low_value:n1 high_value:n1 low:money high:money swing:money"
        region = sheet.listing("tornado", sheet.columns("tornado", styles), rows)
    sheet.charts([tornado_chart(sheet, region)], sheet.band_row, SWING_ROWS)


def tornado_chart(sheet: Sheet, region: Region) -> tuple:
    """The lead with each number low and high, as bars from the lead as it is."""
    findings, words = sheet.book.findings, sheet.words
    title, alt = tornado_texts(findings, findings.knowledge.tornado.head(MOST_SWINGS), words)
    ends = [Series(region.heading(column), region.column(0), region.column(column)) for column in (5, 6)]
    return swing_chart(sheet.book, title, ends, tornado_lead(findings), words("workbook.millions")), f"{title}. {alt}"


def evidence_table(sheet: Sheet) -> None:
    """What the uncertainty of the lead is owed to, beside how many numbers of each kind there are."""
    book, words = sheet.book, sheet.words
    shares = book.findings.knowledge.evidence.set_index("kind").reindex(OWED_TO).fillna(0.0)
    counts = book.findings.evidence_counts.set_index("kind")["share"]
    sheet.section("evidence", True, "evidence.note")
    rows = [
        [
            kind_cell(book, {"kind": kind}) or words(f"chart.share.{kind}"),
            row["share"],
            counts.get(kind),
            row["inputs"] if kind in KIND_MARKS else None,
        ]
        for kind, row in shares.to_dict("index").items()
    ]
    with sheet.band(SHARE_ROWS):
        region = sheet.listing("evidence", sheet.columns("evidence", "kind:text share:share1 count_share:share1 inputs:n0"), rows)
    title, alt = share_texts(shares, words)
    series = [Series(region.heading(1), region.column(0), region.column(1))]
    chart = column_chart(book, title, series, "", book.number_format("share"), min=0, max=1)
    sheet.charts([(chart, f"{title}. {alt}")], sheet.band_row, SHARE_ROWS)


def viewpoints_table(sheet: Sheet) -> None:
    """What each group would choose with its own weights, and the area that divides it from the rest."""
    book, table = sheet.book, sheet.book.findings.viewpoints
    sheet.heading(sheet.text("viewpoints.heading"))
    if table.empty:
        sheet.lines([sheet.words("missing.viewpoints")])
        return
    sheet.lines([f"{viewpoints_texts(book.findings, table.to_dict('records'), book.words)[0]}."])
    rows = [
        [viewpoint_name(row, sheet.words), book.options[row["best"]], book.areas.get(row["dividing_area"]), row["p_best"], row["lead"]]
        for row in table.to_dict("records")
    ]
    sheet.listing("viewpoints", sheet.columns("viewpoints", "group:text best:text area:text p_best:share lead:money"), rows)


def ranks_table(sheet: Sheet) -> None:
    """How often each option is best and last, whatever the weights and with weights in the given order."""
    book, table = sheet.book, sheet.book.findings.priorities
    sheet.section("ranks", True, "ranks.note")
    rows = [
        [book.options[row["option"]], sheet.words(f"chart.ranks.{row['weights']}"), row["confidence"], row["first_rank"], row["last_rank"]]
        for row in table.to_dict("records")
    ]
    sheet.listing("ranks", sheet.columns("ranks", "option:text weights:text confidence:share first:share last:share"), rows)
    sheet.section("central", True, "central.note")
    central = table[table["weights"] == "all"].set_index("option")
    columns = [*sheet.columns("central", "area:text"), *(Column(book.options[option], "share") for option in central.index)]
    shares = [[name, *central[f"weight_{area}"]] for area, name in book.areas.items()]
    sheet.listing("central", columns, shares)


def backtest_table(sheet: Sheet) -> None:
    """Each past plan, what comparable programmes known that day would have forecast, and the outcome."""
    table = sheet.book.findings.backtest
    sheet.heading(sheet.text("backtest.heading"))
    sheet.lines(backtest_sentences(sheet.book.findings, sheet.words))
    if table.empty:
        return
    days = ("planned_on", "planned_date", "forecast_p50", "forecast_p80", "outcome")
    rows = []
    for row in table.to_dict("records"):
        judged = sheet.words(f"chart.backtest.{row['within_p80'] or 'open'}")
        share = sheet.words.share(row["share_below"])
        said = sheet.text("backtest.outcome" if row["outcome"] else "backtest.so_far", judged=judged, share=share)
        rows.append([sheet.words.of(row, "name"), row["plan"], row["programmes"], *(row[day] for day in days), said])
    styles = "name:text plan:text programmes:n0 planned_on:date planned:date p50:date p80:date actual:date judged:text"
    sheet.listing("backtest", sheet.columns("backtest", styles), rows)
