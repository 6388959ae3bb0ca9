"""What comes next, what nobody has answered yet, and what to read: the forward-looking part of the situation report."""

from datetime import date

import numpy as np

from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import coming_plans
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibits import head
from fvmanalys.report.markup import Html, bullets, heading, html_table, link, paragraphs, safe
from fvmanalys.report.news import News
from fvmanalys.report.situation import likely_months
from fvmanalys.report.topics.information import verdict_missing, verdict_sentences
from fvmanalys.report.words import Words

__all__ = ["investigations_next", "open_questions", "reading_list", "table_coming"]

YEARS_AHEAD = 1.0
MOST_READ = 12

Coming = tuple[date, tuple[str, str, str, str]]


def table_coming(edition: Edition) -> Html | None:
    """Plans, deadlines and events to come, in order of time: deadlines and plans all, events those probable within a year."""
    words = edition.words
    rows = sorted([*planned(edition), *deadlines(edition), *expected(edition)], key=lambda row: row[0])
    shown = [[when, name, option, ground] for _, (when, name, option, ground) in rows]
    return html_table(edition("situation.coming"), head("situation", "when event option ground", words), shown) if shown else None


def planned(edition: Edition) -> list[Coming]:
    """The last plan of every milestone that is still to come."""
    findings, words = edition.findings, edition.words
    return [
        (
            row["planned_date"],
            (
                words.day(row["planned_date"]),
                words.of(row, "name"),
                "–",
                edition("situation.ground_planned", plan=words.of(row, "plan_version"), day=words.day(row["known_from"])),
            ),
        )
        for row in coming_plans(findings.inputs).to_dict("records")
    ]


def deadlines(edition: Edition) -> list[Coming]:
    """The days by which something must have happened, and how often it has."""
    findings, words = edition.findings, edition.words
    events = events_once(findings.events).dropna(subset=["deadline"])
    coming = events[[day > findings.inputs.as_of for day in events["deadline"]]]
    return [
        (
            row["deadline"],
            (
                words.day(row["deadline"]),
                words.of(row, "name"),
                whose(edition, row),
                edition("situation.ground_deadline", outcomes=words.outcomes(row["p_deadline_met"])),
            ),
        )
        for row in coming.to_dict("records")
    ]


def expected(edition: Edition) -> list[Coming]:
    """The events that happen within a year in at least half of the outcomes."""
    findings, words = edition.findings, edition.words
    events, as_of = events_once(findings.events), findings.inputs.as_of
    once = events[events["p50"].gt(0) & events["p50"].le(YEARS_AHEAD)]
    return [
        (
            date.fromordinal(as_of.toordinal() + round(row["p50"] * 365.25)),
            (
                likely_months(edition, row["option"], row["event"]),
                words.of(row, "name"),
                whose(edition, row),
                edition("situation.ground_expected"),
            ),
        )
        for row in once.to_dict("records")
    ]


def whose(edition: Edition, event: dict) -> str:
    """Which option an event belongs to."""
    return edition("table.all_options") if event["option"] == ALL_OPTIONS else edition.options[event["option"]]


def investigations_next(edition: Edition) -> list[str]:
    """Whether to decide now or to find out first; or why that is not weighed."""
    edition = edition
    return verdict_sentences(edition)[:2] or [verdict_missing(edition)]


def open_questions(edition: Edition) -> Html:
    """The assumptions that move the lead of the best option most, with what they rest on; nothing where none does."""
    findings = edition.findings
    questions, best = questions_of(edition), edition.options[findings.comparison.best]
    return Html(paragraphs(edition("situation.questions_intro", best=best)) + bullets(questions)) if questions else Html("")


def questions_of(edition: Edition, most: int = 5) -> list[str]:
    """One sentence an assumption, the one that moves most first."""
    findings, words = edition.findings, edition.words
    about = findings.inputs.estimates.set_index("id")
    table = findings.knowledge.tornado
    table = table[[about["kind"].get(name) == "assumption" for name in table["id"]]].head(most)
    names = edition.estimates
    return [
        edition(
            "situation.question",
            name=names[row["id"]],
            low=words.rough(row["low_value"], about["unit"][row["id"]]),
            high=words.rough(row["high_value"], about["unit"][row["id"]]),
            swing=words.amount(row["swing"]),
            note=words.of(about.loc[row["id"]], "note"),
        ).strip()
        for row in table.to_dict("records")
        if np.isfinite(row["swing"]) and row["swing"] >= 0.5
    ]


def reading_list(edition: Edition, new: News) -> Html:
    """The newest sources with links, those that are new first."""
    findings, words = edition.findings, edition.words
    table = findings.inputs.sources
    order = sorted(table.index, key=lambda source: (table.at[source, "published"], source), reverse=True)
    fresh = [source for source in new.sources if source in table.index and not new.begins][:MOST_READ]
    older = [source for source in order if source not in fresh][: max(MOST_READ - len(fresh), 4)]
    titles = edition("situation.read_new", since=words.day(new.since)), edition("situation.read_older" if fresh else "situation.read")
    parts = zip(titles, (fresh, older), strict=True)
    return Html(
        "".join(heading(title, 3) + bullets(reading(table.loc[one], words) for one in sources) for title, sources in parts if sources)
    )


def reading(row: dict, words: Words) -> Html:
    """One source: title, who published it, and when."""
    published = words("situation.published", publisher=words.of(row, "publisher"), day=words.day(row["published"]))
    return Html(f"{safe(link(words.of(row, 'title'), row['url']))}. {safe(published)}")
