"""What comes next, what nobody has answered yet, and what to read: the forward-looking part of the situation report."""

from datetime import date

import numpy as np

from fvmanalys.analysis import Findings
from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import coming_plans
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibits import head
from fvmanalys.report.labels import number_names, rough
from fvmanalys.report.markup import Html, bullets, heading, html_table, link, paragraphs, safe
from fvmanalys.report.names import option_names, outcomes
from fvmanalys.report.news import News
from fvmanalys.report.situation import likely_months
from fvmanalys.report.topics.information import verdict_missing, verdict_sentences
from fvmanalys.report.words import Words

__all__ = ["investigations_next", "open_questions", "reading_list", "table_coming"]

YEARS_AHEAD = 1.0
MOST_READ = 12

Coming = tuple[date, tuple[str, str, str, str]]


def table_coming(findings: Findings, words: Words) -> Html | None:
    """Plans, deadlines and events to come, in order of time: deadlines and plans all, events those probable within a year."""
    rows = sorted([*planned(findings, words), *deadlines(findings, words), *expected(findings, words)], key=lambda row: row[0])
    shown = [[when, name, option, ground] for _, (when, name, option, ground) in rows]
    return html_table(words("situation.coming"), head("situation", "when event option ground", words), shown) if shown else None


def planned(findings: Findings, words: Words) -> list[Coming]:
    """The last plan of every milestone that is still to come."""
    return [
        (
            row["planned_date"],
            (
                words.day(row["planned_date"]),
                words.of(row, "name"),
                "–",
                words("situation.ground_planned", plan=words.of(row, "plan_version"), day=words.day(row["known_from"])),
            ),
        )
        for row in coming_plans(findings.inputs).to_dict("records")
    ]


def deadlines(findings: Findings, words: Words) -> list[Coming]:
    """The days by which something must have happened, and how often it has."""
    events = events_once(findings.events).dropna(subset=["deadline"])
    coming = events[[day > findings.inputs.as_of for day in events["deadline"]]]
    return [
        (
            row["deadline"],
            (
                words.day(row["deadline"]),
                words.of(row, "name"),
                whose(findings, row, words),
                words("situation.ground_deadline", outcomes=outcomes(row["p_deadline_met"], words)),
            ),
        )
        for row in coming.to_dict("records")
    ]


def expected(findings: Findings, words: Words) -> list[Coming]:
    """The events that happen within a year in at least half of the outcomes."""
    events, as_of = events_once(findings.events), findings.inputs.as_of
    once = events[events["p50"].gt(0) & events["p50"].le(YEARS_AHEAD)]
    return [
        (
            date.fromordinal(as_of.toordinal() + round(row["p50"] * 365.25)),
            (
                likely_months(findings, row["option"], row["event"], words),
                words.of(row, "name"),
                whose(findings, row, words),
                words("situation.ground_expected"),
            ),
        )
        for row in once.to_dict("records")
    ]


def whose(findings: Findings, event: dict, words: Words) -> str:
    """Which option an event belongs to."""
    return words("table.all_options") if event["option"] == ALL_OPTIONS else option_names(findings, words)[event["option"]]


def investigations_next(findings: Findings, words: Words) -> list[str]:
    """Whether to decide now or to find out first; or why that is not weighed."""
    edition = Edition(findings, words.lang)
    return verdict_sentences(edition)[:2] or [verdict_missing(edition)]


def open_questions(findings: Findings, words: Words) -> Html:
    """The assumptions that move the lead of the best option most, with what they rest on; nothing where none does."""
    questions, best = questions_of(findings, words), option_names(findings, words)[findings.comparison.best]
    return Html(paragraphs(words("situation.questions_intro", best=best)) + bullets(questions)) if questions else Html("")


def questions_of(findings: Findings, words: Words, most: int = 5) -> list[str]:
    """One sentence an assumption, the one that moves most first."""
    about = findings.inputs.estimates.set_index("id")
    table = findings.knowledge.tornado
    table = table[[about["kind"].get(name) == "assumption" for name in table["id"]]].head(most)
    names = number_names(findings, words)
    return [
        words(
            "situation.question",
            name=names[row["id"]],
            low=rough(row["low_value"], about["unit"][row["id"]], words),
            high=rough(row["high_value"], about["unit"][row["id"]], words),
            swing=words.amount(row["swing"]),
            note=words.of(about.loc[row["id"]], "note"),
        ).strip()
        for row in table.to_dict("records")
        if np.isfinite(row["swing"]) and row["swing"] >= 0.5
    ]


def reading_list(findings: Findings, new: News, words: Words) -> Html:
    """The newest sources with links, those that are new first."""
    table = findings.inputs.sources
    order = sorted(table.index, key=lambda source: (table.at[source, "published"], source), reverse=True)
    fresh = [source for source in new.sources if source in table.index and not new.begins][:MOST_READ]
    older = [source for source in order if source not in fresh][: max(MOST_READ - len(fresh), 4)]
    titles = words("situation.read_new", since=words.day(new.since)), words("situation.read_older" if fresh else "situation.read")
    parts = zip(titles, (fresh, older), strict=True)
    return Html(
        "".join(heading(title, 3) + bullets(reading(table.loc[one], words) for one in sources) for title, sources in parts if sources)
    )


def reading(row: dict, words: Words) -> Html:
    """One source: title, who published it, and when."""
    published = words("situation.published", publisher=words.of(row, "publisher"), day=words.day(row["published"]))
    return Html(f"{safe(link(words.of(row, 'title'), row['url']))}. {safe(published)}")
