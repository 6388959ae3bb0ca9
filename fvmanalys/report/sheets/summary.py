"""Sammanfattning: the answer on one printed page."""

from collections.abc import Iterator
from typing import Any

from fvmanalys.analysis.yearly import largest_assumptions
from fvmanalys.report.changes import changes_sentence
from fvmanalys.report.sheets.comparison import acceptability_chart, worth_chart
from fvmanalys.report.sheets.frame import Book, Column, Sheet
from fvmanalys.report.topics.answer import answer, beside_public, stand_in_notice, what_changes, what_it_rests_on
from fvmanalys.report.topics.information import verdict_sentences
from fvmanalys.report.topics.people import wait_missing

__all__ = ["write_summary"]

KEY = "summary"
WIDTHS = (27, *[11.5] * 8)
BILLIONS_FROM = 9_950


def write_summary(book: Book) -> None:
    """The question, the answer and what it rests on, on one page."""
    sheet = Sheet(book, KEY, WIDTHS, portrait=True, one_page=True)
    sheet.title(sheet.text("title", title=sheet.decision("title")))
    sheet.lines([head_line(sheet)], font_color="#595959")
    sheet.lines(stand_in_notice(book.edition), bold=True)
    sheet.lines([sheet.text("question", question=sheet.decision("question"))], italic=True)
    sheet.heading(sheet.text("answer"))
    sheet.lines(answer(book.edition), font_size=11)
    sheet.lines(beside_public(book.edition))
    sheet.lines(list(advice_lines(sheet)))
    sheet.lines([" ".join([what_it_rests_on(book.edition), *owed_to(sheet)])])
    sheet.lines(list(filter(None, [changes_sentence(book.edition)])))
    options_table(sheet)
    sheet.row += 1
    sheet.charts([worth_chart(book), acceptability_chart(book)], rows=15)
    areas_table(sheet)
    sheet.heading(sheet.text("reasons"))
    sheet.lines(list(reason_lines(sheet)))
    sheet.heading(sheet.text("changes"))
    sheet.lines(what_changes(book.edition))
    sheet.heading(sheet.text("unknown"))
    sheet.lines(list(unknown_lines(sheet)))
    sheet.finish()


def head_line(sheet: Sheet) -> str:
    """Whose decision it is, and as known when."""
    parts = [sheet.decision(column) for column in ("organisation", "unit", "meeting", "register_number", "version")]
    as_of = sheet.words("workbook.as_of", as_of=sheet.words.day(sheet.book.findings.inputs.as_of))
    return " · ".join([part for part in parts if part] + [as_of])


def advice_lines(sheet: Sheet) -> Iterator[str]:
    """Whether to decide as planned or find out first, and what a month of waiting costs; nothing where that cannot be said."""
    findings, words = sheet.book.findings, sheet.words
    yield from verdict_sentences(sheet.book.edition)[:1]
    if not wait_missing(sheet.book.edition):
        yield sheet.text("waiting", cost=words.amount(findings.knowledge.monthly_delay()))


def owed_to(sheet: Sheet) -> Iterator[str]:
    """How much of the uncertainty is owed to each source, where there is a choice."""
    shares = sheet.book.findings.spread.set_index("source")["share"]
    if len(shares):
        yield sheet.text("owed_to", **{source: sheet.words.share(share) for source, share in shares.items()})


def options_table(sheet: Sheet) -> None:
    """The options side by side."""
    book, table = sheet.book, sheet.book.findings.comparison.table
    large = table[["cost_p85", "programme_p85"]].abs().max().max() >= BILLIONS_FROM
    unit, scale, style = (sheet.words("workbook.billions"), 1000, "thousand") if large else (sheet.words("workbook.millions"), 1, "money")
    sheet.heading(sheet.text("options", prices=book.edition.prices))
    texts = ("cost_p50", "cost_p85", "programme_p50", "programme_p85")
    columns = [
        Column(sheet.text("option")),
        Column(sheet.text("net_benefit", unit=unit), style),
        *(Column(sheet.text(text, unit=unit), style) for text in texts),
        Column(sheet.text("full_use"), "month"),
    ]
    columns += [Column(sheet.text("score"), "whole"), Column(sheet.text("p_best"), "share")]
    rows = []
    for option, row in table.to_dict("index").items():
        name = book.edition.long_names[option]
        key = "not_acceptable" if option in book.findings.inputs.barred else "not_permanent"
        label = name if row["permanent"] else sheet.text(key, name=name)
        amounts = [row[text] / scale for text in ("net_benefit", *texts)]
        rows.append([label, *amounts, book.edition.put("month", row["full_use_p50"]), row["score"], row["p_best"]])
        if option == book.findings.comparison.best:
            rows[-1][0] = (label, "bold text")
    sheet.table(sheet.text("options_name"), sheet.text("options_about"), columns, rows)
    sheet.notes("percentiles", "amounts", reference=book.options[book.findings.inputs.reference])


def areas_table(sheet: Sheet) -> None:
    """The level of each area under each option, and from when."""
    book = sheet.book
    sheet.heading(sheet.text("areas"))
    columns = [Column(sheet.text("area")), *(Column(name) for name in book.options.values())]
    levels = book.findings.levels.set_index(["area", "option"])
    rows = [[name, *(level_cell(sheet, levels.loc[(area, option)]) for option in book.options)] for area, name in book.areas.items()]
    sheet.table(sheet.text("areas_name"), sheet.text("areas_about"), columns, rows)
    sheet.notes("levels")


def level_cell(sheet: Sheet, row: Any) -> str:
    """A level at the horizon, and from which month the option's own level holds."""
    month = sheet.book.edition.put("month", row["reached_p50"])
    level = sheet.words.points(row["level_end"])
    return sheet.text("level_from", level=level, year=month.year) if not isinstance(month, str) else level


def reason_lines(sheet: Sheet) -> Iterator[str]:
    """The strongest reason for and against each option."""
    reasons = sheet.book.findings.reasons
    for option, name in sheet.book.options.items():
        mine = reasons[reasons["option"] == option]
        if mine.empty:
            continue
        ends = [mine.loc[mine["difference"].idxmax()], mine.loc[mine["difference"].idxmin()]]
        sides = zip(("for", "against"), ends, (1, -1), strict=True)
        said = [side_text(sheet, side, row) if sign * row["difference"] > 0 else sheet.text(f"no_{side}") for side, row, sign in sides]
        yield sheet.text("reason", option=name, supports=said[0], opposes=said[1])
    if reasons.empty:
        yield sheet.text("no_other")


def side_text(sheet: Sheet, side: str, row: Any) -> str:
    """One part of the difference in words."""
    part = sheet.book.edition.part(row["kind"], row["part"])
    return sheet.text(f"{row['kind']}_{side}", part=part, amount=sheet.words.amount(abs(row["difference"])))


def unknown_lines(sheet: Sheet) -> Iterator[str]:
    """What nobody has confirmed: how much is assumed, and the largest of it."""
    findings, words = sheet.book.findings, sheet.words
    counts = findings.evidence_counts.set_index("kind")
    yield sheet.text("assumed", count=words.number(counts["estimates"]["assumption"]), all=words.number(counts["estimates"].sum()))
    best = findings.comparison.best
    known = {row["id"]: row for row in sheet.book.edition.quantities}
    largest = largest_assumptions(findings.simulation, best).to_dict("records")
    if largest:
        yield sheet.text("largest", option=sheet.book.options[best])
    for row in largest:
        one = known[row["estimate"]]
        name, size = sheet.book.edition.estimate(one, with_option=False), sheet.book.edition.tell("size", one["likely"], one)
        yield sheet.text("assumption", name=name, size=size, share=words.share(row["share"]))
