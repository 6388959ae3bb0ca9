"""The sheets for the screen: each a title, what is said, and exhibits below one another, some with charts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.information import evppi_all
from fvmanalys.analysis.yearly import Outlook
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.palette import MUTED
from fvmanalys.report.sheets import natives
from fvmanalys.report.sheets.frame import Book, Sheet, roomy
from fvmanalys.report.topics import answer, behind, beside, choice, information, money, people, since, sources, turning
from fvmanalys.report.topics import time as when
from fvmanalys.report.topics.coming import COMING

__all__ = ["LEFT_OUT_UNLESS", "SCREENS", "screen", "write_comparison", "write_drawn"]

NARROW_MOST = 20.0
COSTS = (money.PHASES, money.PROGRAMME, money.PUBLISHED, money.SPEND, money.CONTRACTS, money.PER_USER)
STAFF = (people.PEAKS, people.AGREEMENTS, people.TERMS, people.TRAINING, people.BURDEN)
UNSURE = (
    turning.CHANCES, turning.SWITCHING, turning.SCENARIOS, beside.OWN_REPORT, turning.DECOMPOSITION,
    information.INVESTIGATIONS, information.PORTFOLIOS, information.BRING_FORWARD, information.CHOOSE_LATER,
    information.RANGE,
)  # fmt: skip
WORTH_KNOWING = (information.GROUPS, information.NUMBERS, information.OWN_PARTS)
PRIORITIES = (information.VIEWPOINTS, information.RANKS)


def worth_of_inputs(findings: Findings) -> pd.DataFrame:
    """What it would be worth to know each input of another model's draws, the one worth most first; or nothing."""
    drawn = getattr(findings.simulation, "drawn", pd.DataFrame())
    if drawn.empty:
        return pd.DataFrame()
    table = evppi_all(findings.simulation.net_benefit(findings.comparison.value_per_point), drawn).reset_index()
    return information.clearly(table.sort_values("evppi", ascending=False, kind="stable"))


DRAWN = Exhibit("drawn_inputs", worth_of_inputs, "input evppi")


def levels_by_year(findings: Findings, outlook: Outlook | None = None) -> pd.DataFrame:
    """The expected level of each area (columns) by option and year."""
    if outlook is None:
        return pd.DataFrame()
    rows = [
        {"option": option, "year": year}
        | {area: outlook.levels[option, area].loc[year] for area in findings.inputs.areas}
        for option in findings.inputs.options()
        for year in outlook.years
    ]
    return pd.DataFrame(rows)


def differences(findings: Findings) -> pd.DataFrame:
    """Every part of each option's (columns) difference from the best other: kind and part."""
    table = findings.reasons
    if table.empty:
        return table
    wide = table.set_index(["kind", "part", "option"])["difference"].unstack(sort=False)
    return wide[(wide.abs() > 1e-9).any(axis=1)].reset_index()


def beside_the_best(edition: Edition) -> dict[str, str]:
    """What each option is called beside the best other."""
    others = edition.findings.reasons.drop_duplicates("option").to_dict("records")
    return {row["option"]: edition("exhibit.differences.against", row) for row in others}


LEVELS_BY_YEAR = Exhibit("levels_by_year", levels_by_year, "option year *:points", each=answer.areas_by_name)
DIFFERENCES = Exhibit("differences", differences, "part:step *:money", sums="table.total", each=beside_the_best)


@contextmanager
def screen(
    book: Book,
    key: str,
    widths: Sequence[float],
    *exhibits: Exhibit,
    notes: Sequence[str] = ("note",),
    most: float = 48.0,
) -> Iterator[Sheet]:
    """A sheet with its title and notes, its columns at least so wide and wide enough for some exhibits."""
    sheet = Sheet(book, key, roomy(book, widths, exhibits, most))
    sheet.title()
    sheet.notes(*notes)
    yield sheet
    sheet.finish()


def write_comparison(book: Book) -> None:
    """Everything that is compared, why it differs, and how sure it is."""
    value = book.words.amount(book.findings.comparison.value_per_point)
    with screen(book, "comparison", (30, *[13.5] * 10), notes=()) as sheet:
        sheet.notes("rounding", "missing", value=value)
        if book.has_print_set and not book.has_levers:
            sheet.notes("no_levers")
        sheet.exhibits(answer.WORTH, answer.COST)
        sheet.heading(sheet.text("charts"))
        sheet.charts([natives.worth_chart(book), natives.cost_chart(book)], rows=12)
        sheet.exhibit(answer.USE)
        sheet.lines(answer.full_use_sentences(book.edition), font_color=MUTED)
        sheet.exhibits(answer.CHOICE, choice.FRONTIER, choice.WINS, choice.MEASURES, money.VIEWS, money.QUANTILES)
        sheet.exhibits(money.CLASS, DIFFERENCES)
        sheet.exhibit(behind.ACCEPTABILITY, natives.acceptability_chart, rows=14)


def write_drawn(book: Book) -> None:
    """The comparison of another model's draws, as far as cost and effect tell it."""
    value = book.words.amount(book.findings.comparison.value_per_point)
    with screen(book, "comparison", (30, *[13.5] * 10), notes=()) as sheet:
        sheet.notes("rounding", "missing", value=value)
        sheet.exhibits(answer.WORTH, answer.COST, answer.CHOICE, choice.FRONTIER, choice.WINS)
        sheet.heading(sheet.text("charts"))
        sheet.charts([natives.worth_chart(book)], rows=12)
        sheet.exhibit(behind.ACCEPTABILITY, natives.acceptability_chart, rows=14)
        sheet.exhibit(DRAWN)


def write_areas(book: Book) -> None:
    """Scores and levels by area, and what the scale means."""
    with screen(book, "areas", (25, *[23] * 6), notes=("note", "minimum_note")) as sheet:
        sheet.exhibit(answer.SCALE)
        sheet.exhibit(answer.SCORES, natives.score_chart, rows=18)
        sheet.exhibit(answer.LEVELS)


def write_levels_by_year(book: Book) -> None:
    """The expected level of every option in each area, year by year."""
    with screen(book, "areas.years", (25, *[23] * 6), notes=()) as sheet:
        charts = [partial(natives.level_chart, area=area) for area in book.areas]
        sheet.exhibit(LEVELS_BY_YEAR, *charts, choice={"outlook": book.outlook}, repeat=True)


def write_costs(book: Book) -> None:
    """Costs by category, published totals, and what is spent."""
    payer = "payer_note" if book.findings.inputs.tables["contracts"]["payer"].ne("").any() else "no_payer_note"
    limits = [money.LIMITS] if book.findings.inputs.has("limits") else []
    with screen(book, "costs", (30, *[12.5] * 5, 17, *[12.5] * 6), *COSTS, notes=()) as sheet:
        sheet.lines([book.edition.prices], font_color=MUTED)
        sheet.notes("note", payer, "sources")
        sheet.exhibit(money.COSTS, natives.values_chart)
        sheet.exhibits(*COSTS, *limits)


def write_costs_by_year(book: Book) -> None:
    """What every option costs, year by year and category by category."""
    with screen(book, "costs.yearly", (30, *[12.5] * 12), notes=()) as sheet:
        year_by_year(sheet, behind.YEARLY_COST, "workbook.millions", book.edition.category_places)


def write_timeline(book: Book) -> None:
    """When things happen, who else takes part, and how earlier plans moved."""
    exhibits = (when.EVENTS, when.CRITICAL, COMING, when.PARTNERS)
    widths = (28, 44, 13, 13, 13, 17, 22, 44, 13)
    with screen(book, "timeline", widths, *exhibits, when.MILESTONES, notes=("note", "quantiles")) as sheet:
        sheet.exhibits(*exhibits)
        sheet.exhibit(when.MILESTONES, repeat=True)


def write_staffing(book: Book) -> None:
    """What waiting costs, what the pause costs, and how large a team to keep."""
    with screen(book, "staffing", (38, 18, 14, 14, 16.5, 16.5, *[14] * 6), *STAFF, notes=()) as sheet:
        sheet.lines(people.waiting_answer(book.edition), font_size=11)
        sheet.notes("note", "sources")
        if not people.wait_missing(book.edition):
            sheet.exhibit(people.DELAYS, natives.delay_chart)
            sheet.exhibits(people.BILL, people.OPTIMA)
            sheet.exhibit(people.TEAMS, natives.team_chart)
            sheet.exhibit(people.DEADLINES)
        sheet.exhibits(*STAFF)


def write_staffing_by_year(book: Book) -> None:
    """Who is needed when, year by year."""
    with screen(book, "staffing.yearly", (38, 18, 14, 14, 16.5, 16.5, *[14] * 6), notes=()) as sheet:
        year_by_year(sheet, behind.TEAM, "workbook.unit.fte", book.edition.phase_places)


def year_by_year(sheet: Sheet, exhibit: Exhibit, unit: str, looks: Mapping[str, int]) -> None:
    """What each option takes year by year, with a chart for each."""
    draw = partial(natives.yearly_chart, exhibit=exhibit, unit=unit, looks=looks)
    options = dict.fromkeys(row["option"] for row in exhibit.rows(sheet.book.edition))
    sheet.exhibit(exhibit, *(partial(draw, option=option) for option in options), repeat=True)


def write_uncertainty(book: Book) -> None:
    """Decide as planned or find out first, what swings the answer, what it rests on, and how forecasts fared."""
    has_choice = book.findings.comparison.runner_up is not None
    exhibits = (*UNSURE, information.TORNADO, *WORTH_KNOWING, information.EVIDENCE, *PRIORITIES) if has_choice else ()
    widths = (46, 26, 22, 12.5, 12.5, 12.5, 12.5, 15.5, 42)
    with screen(book, "uncertainty", widths, *exhibits, information.BACKTEST, notes=()) as sheet:
        sheet.lines(information.uncertainty_answer(book.edition), font_size=11)
        sheet.notes("note", "sources")
        if has_choice:
            sheet.lines(turning.turning_sentences(book.edition) + beside.own_report_sentences(book.edition))
            sheet.exhibits(*UNSURE)
            sheet.exhibit(information.TORNADO, natives.tornado_chart, rows=20)
            sheet.exhibits(*WORTH_KNOWING)
            sheet.exhibit(information.EVIDENCE, natives.evidence_chart, rows=14)
            sheet.exhibits(*PRIORITIES)
        sheet.exhibit(information.BACKTEST)
        sheet.lines(information.backtest_sentences(book.edition))


def write_changes(book: Book) -> None:
    """What the change since the former run is made of, and the rows behind it."""
    former = book.findings.changes.former
    sheet = Sheet(book, "changes", (46, 34, 18, 18, 20, 20, 18, 12, 12))
    sheet.title(sheet.text("title", as_of=sheet.words.day(former.as_of if former else None)))
    sheet.lines(since.changes_answer(book.edition), font_size=11)
    sheet.notes("note")
    sheet.exhibit(since.CHANGED_LEAD, natives.changes_chart, rows=18)
    sheet.exhibits(*since.CHANGED_PARTS)
    sheet.exhibit(since.CHANGED_ROWS, repeat=True)
    sheet.finish()


def write_origins(book: Book) -> None:
    """The sources, and which figures were changed after a result was seen."""
    with screen(book, "origins", (34, 48, 18, 14, 40), sources.REVISIONS, most=NARROW_MOST) as sheet:
        sheet.lines(sources.revisions_sentence(book.edition))
        sheet.exhibits(sources.SOURCES, sources.REVISIONS, filters=True)


def write_figures(book: Book) -> None:
    """Every figure."""
    counts = book.findings.evidence_counts.to_dict("records")
    told = {row["kind"]: f"{book.words.number(row['estimates'])} ({book.words.share(row['share'])})" for row in counts}
    widths = (34, 28, 18, 12, 12, 9, 13, 14, 14, 11.5, 10, 36, 12, 26)
    with screen(book, "figures", widths, sources.ESTIMATES, notes=(), most=NARROW_MOST) as sheet:
        sheet.notes("sources", "kinds", "counts", **told)
        sheet.exhibit(sources.ESTIMATES, repeat=True, filters=True)


SCREENS: dict[str, Callable[[Book], None]] = {
    "comparison": write_comparison,
    "areas": write_areas,
    "areas.years": write_levels_by_year,
    "costs": write_costs,
    "costs.yearly": write_costs_by_year,
    "timeline": write_timeline,
    "staffing": write_staffing,
    "staffing.yearly": write_staffing_by_year,
    "uncertainty": write_uncertainty,
    "changes": write_changes,
    "origins": write_origins,
    "figures": write_figures,
}
LEFT_OUT_UNLESS: dict[str, Callable[[Book], bool]] = {
    "costs.yearly": lambda book: bool(book.findings.yearly["cost"].abs().sum() > 0),
    "staffing": lambda book: not book.findings.staffing.empty,
    "staffing.yearly": lambda book: not book.findings.staffing.empty,
    "uncertainty": lambda book: book.findings.comparison.runner_up is not None or not book.findings.backtest.empty,
    "changes": lambda book: book.findings.changes.told,
}
