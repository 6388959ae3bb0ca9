"""The situation report: its sections in the organisation's own order, each with what it holds or who fills it."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from fvmanalys.analysis.news import WINDOW_DAYS
from fvmanalys.report import charts
from fvmanalys.report.edition import Edition
from fvmanalys.report.markup import Html, answer_box, bullets, details, heading, link, missing, paragraphs, safe
from fvmanalys.report.topics import answer, beside, coming, news, people, sources

__all__ = ["SECTIONS", "Part", "section", "sections", "title"]

STANDING = ("about", "spokesperson")  # what is told until it is replaced
Part = Any  # HTML, or a picture


class Section(NamedTuple):
    """A section of the report: its anchor, its heading, and what stands in it."""

    anchor: str
    heading: str
    parts: list[Part]


def title(edition: Edition) -> str:
    """What the report is called."""
    return edition("situation.title", title=edition.words.of(edition.inputs.decision, "title"))


def said(edition: Edition, name: str) -> list[Html]:
    """What has been told for a section of late, oldest first, with the sources."""
    first = edition.as_of - timedelta(days=WINDOW_DAYS)
    rows = edition.inputs.tables["news"].sort_values("date", kind="stable").to_dict("records")
    shown = [
        row for row in rows if row["section"] == name and (name in STANDING or first < row["date"] <= edition.as_of)
    ]
    return [cited(edition, edition.words.of(row, "text"), row) for row in shown]


def cited(edition: Edition, text: str, row: dict) -> Html:
    """A text with links to its sources."""
    return Html(f"{safe(text)} {news.source_links(edition, row['source_id'] or '')}".strip())


def told(edition: Edition, name: str) -> Html:
    """What has been told for a section, or who fills it in."""
    return bullets(said(edition, name)) or missing(edition(f"situation.fill_{name}"))


def summary(edition: Edition) -> list[Part]:
    """The answer in short, what has been told, and what is new in the material."""
    happened = news.bullets_events(edition) or missing(edition("situation.no_events"))
    return [
        answer_box(coming.summary(edition)), told(edition, "summary"),
        heading(news.news_title(edition), 3), paragraphs(news.news_basis(edition)), happened,
        news.FIGURES(edition) or missing(news.figures_missing(edition)), bullets(news.confirmed_sentences(edition)),
    ]  # fmt: skip


def operation(edition: Edition) -> list[Part]:
    """The operation's own comment, where its line and the analysis differ, and where each way forward stands."""
    differs = beside.own_report_sentences(edition)
    beside_it = (
        [paragraphs(differs), beside.OWN_REPORT(edition)] if differs else [missing(edition("situation.no_own_line"))]
    )
    return [
        told(edition, "operation"), heading(edition("situation.own_line"), 3), *beside_it,
        heading(edition("situation.section_ways"), 3), coming.OPTIONS_NOW(edition),
        answer.WORTH.behind(edition, charts.plot_comparison(edition)), coming.ways_forward(edition),
    ]  # fmt: skip


def costs(edition: Edition) -> list[Part]:
    """What has been told of costs, what waiting costs, and the team."""
    bill = charts.plot_pause_bill(edition) if not people.wait_missing(edition) else None
    return [
        told(edition, "costs"), bullets(coming.cost_review(edition)), people.BILL.behind(edition, bill),
        heading(edition("situation.section_team"), 3), bullets(coming.team_review(edition)), people.AGREEMENTS(edition),
    ]  # fmt: skip


def measures(edition: Edition) -> list[Part]:
    """What has been sent out of late."""
    first = edition.as_of - timedelta(days=WINDOW_DAYS)
    rows = edition.inputs.tables["measures"].sort_values("date", ascending=False, kind="stable").to_dict("records")
    shown = [row for row in rows if first < row["date"] <= edition.as_of]
    told_of = [measure(edition, row) for row in shown]
    return [bullets(told_of) or missing(edition("situation.fill_measures"))]


def measure(edition: Edition, row: dict) -> Html:
    """One of them: the day, a link, and the sources."""
    name = safe(link(edition.words.of(row, "name"), row["url"] or ""))
    return cited(edition, Html(f"{safe(edition('situation.measure', row))} {name}."), row)


def following(edition: Edition) -> list[Part]:
    """What has been told of what comes, plans and deadlines, and whether to find out more first."""
    questions = coming.open_questions(edition) or missing(edition("situation.no_questions"))
    return [
        told(edition, "next"), coming.COMING(edition) or missing(edition("exhibit.coming.none")),
        paragraphs(coming.investigations_next(edition)), heading(edition("situation.section_questions"), 3), questions,
    ]  # fmt: skip


def reading(edition: Edition) -> list[Part]:
    """The newest sources, and all of them."""
    listed = sources.SOURCES(edition)
    return [coming.reading_list(edition) or listed, details(edition("page.sources"), listed)]


def about(edition: Edition) -> list[Part]:
    """Who makes the report, what it rests on, and what it does not know."""
    return [
        told(edition, "about"), paragraphs([sources.what_it_rests_on(edition), *sources.about(edition)]),
        bullets([edition("situation.draft"), *sources.unknowns(edition)]),
    ]  # fmt: skip


def simply(name: str) -> Any:
    """A section that holds nothing but what has been told for it."""
    return lambda edition: [told(edition, name)]


SECTIONS = {
    "summary": summary,
    "communication": simply("communication"),
    "operation": operation,
    "costs": costs,
    "measures": measures,
    "next": following,
    "reading": reading,
    "about": about,
    "spokesperson": simply("spokesperson"),
}


def section(edition: Edition, name: str) -> list[Part]:
    """A section with its heading, as a notebook shows it."""
    return [heading(edition(f"situation.section_{name}"), 2, name), *shown(SECTIONS[name](edition))]


def sections(edition: Edition) -> Iterator[Section]:
    """Every section in turn."""
    for name, made in SECTIONS.items():
        yield Section(name, edition(f"situation.section_{name}"), shown(made(edition)))


def shown(parts: Iterable[Part]) -> list[Part]:
    """The parts that show something."""
    return [part for part in parts if part is not None and part != ""]
