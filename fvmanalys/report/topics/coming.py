"""What comes next: where each way forward stands, days to come, open questions, and what to read."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.explain import strongest
from fvmanalys.analysis.plans import next_events
from fvmanalys.analysis.staffing import team_now_and_most
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, bullets, heading, paragraphs, safe
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.topics.information import verdict_missing, verdict_sentences
from fvmanalys.report.topics.news import moved_sentence, news_sentence
from fvmanalys.report.topics.people import bill_sentence, delay_sentence, team_missing, team_sentence, wait_missing
from fvmanalys.report.topics.time import decision_sentence

__all__ = [
    "COMING", "OPTIONS_NOW", "cost_review", "investigations_next", "open_questions", "reading_list", "summary",
    "team_review", "ways_forward",
]  # fmt: skip

MOST_READ, FEWEST_OLDER = 12, 4
MEASURES = ("p_best", "net_benefit", "cost_p50", "score", "full_use_p50")
GROWTH_TOLD = 1.05
LEAST_SWING = 0.5


def options_now(findings: Findings) -> pd.DataFrame:
    """A few measures of every option, beside those of the former run where it has them."""
    table = findings.comparison.table[list(MEASURES)]
    former = findings.former
    then = former.comparison if former and former.is_readable else pd.DataFrame()
    before = then.reindex(columns=list(MEASURES)).reindex(table.index).add_prefix("before_")
    return table.join(before.assign(known=table.index.isin(then.index))).reset_index()


OPTIONS_NOW = Exhibit(
    "options_now",
    options_now,
    "option p_best:was=share net_benefit:was=money cost_p50:was=money score:was=points full_use_p50:was=month",
    facts=lambda edition: {"since": since(edition)},
)
COMING = Exhibit("coming", "coming", "day:when name option kind:ground")


def since(edition: Edition) -> str:
    """What stands in brackets: the former run's figures, where there is one."""
    former = edition.findings.former
    return edition("situation.since_former", day=former.as_of) if former and former.is_readable else ""


def summary(edition: Edition) -> list[str]:
    """The answer and how it moved, what is new, what a month costs, and when the decision is expected."""
    texts = [*answer(edition)[:2], moved_sentence(edition), news_sentence(edition)]
    if not wait_missing(edition):
        texts += [delay_sentence(edition), *decision_sentence(edition)]
    return [text for text in texts if text]


def ways_forward(edition: Edition) -> Html:
    """Each option: what it is, its next event, what speaks for and against it, and what is missing."""
    ways = (heading(edition.long_names[option], 3) + way(edition, option) for option in edition.inputs.options())
    return Html("".join(ways))


def way(edition: Edition, option: str) -> Html:
    """One option as a paragraph and a few points."""
    row = edition.inputs.tables["options"].set_index("option_id").loc[option]
    texts = [edition.words.of(row, "description")]
    texts += [] if row["permanent"] == "yes" else [edition("situation.temporary")]
    steps = next_events(edition.findings.simulation, edition.findings.events, option).to_dict("records")
    told = [edition("situation.last_step" if step["full_use"] else "situation.next_step", step) for step in steps]
    points = bullets([*told, *grounds(edition, option), lacking(edition, option)])
    return Html(paragraphs([text for text in texts if text]) + points)


def grounds(edition: Edition, option: str) -> list[str]:
    """What speaks for and against an option, beside the best other; nothing where there is no other."""
    table = strongest(edition.findings.reasons, 2)
    rows = table[table["option"].eq(option)].to_dict("records")
    sides = [("for", row["favour"], row["other"]) for row in rows] + [
        ("against", row["against"], row["other"]) for row in rows
    ]
    return [edition(f"situation.{key}", other=other, parts=parts) for key, parts, other in sides if parts]


def lacking(edition: Edition, option: str) -> str:
    """How much of what is said of an option nobody has confirmed, and which of it is clearly worth knowing."""
    own = edition.inputs.estimates[edition.inputs.estimates["option_id"].eq(option)]
    facts = {"assumptions": own["kind"].eq("assumption").sum(), "estimates": len(own)}
    names = [edition("label.quoted", name=name) for name in missing_numbers(edition, option)]
    key = "situation.lacking" if names else "situation.unconfirmed"
    return edition(key, names=edition.words.listing(names), **facts)


def missing_numbers(edition: Edition, option: str, most: int = 2) -> list[str]:
    """An option's assumptions that are clearly worth something to find out, the most valuable first."""
    if edition.findings.comparison.runner_up is None:
        return []
    gaps = edition.findings.knowledge.gaps
    rows = {row["id"]: row for row in edition.quantities}
    wanted = gaps.loc[gaps["option_id"].eq(option) & gaps["clear"], "id"]
    return list(dict.fromkeys(edition.full_label(rows[one]) for one in wanted))[:most]


def cost_review(edition: Edition) -> list[str]:
    """What a month of waiting and of the pause costs, or why that cannot be said, and what has been spent so far."""
    reason = wait_missing(edition)
    waits = [reason] if reason else [delay_sentence(edition), *bill_sentence(edition)]
    spend = edition.each("situation.spent", edition.inputs.tables["spend"].to_dict("records"))
    return [*waits, *(spend or [edition("exhibit.spend.none")])]


def team_review(edition: Edition) -> list[str]:
    """The team now, the cheapest one to keep, and how many wait for the decision; or why there is no such team."""
    reason = wait_missing(edition)
    if reason:
        return [reason]
    now, later = team_sentences(edition)
    return [text for text in (now, team_missing(edition) or team_sentence(edition), later) if text]


def team_sentences(edition: Edition) -> tuple[str, str]:
    """How many are counted with now, by employer; and how many the best option needs at most, where that is more."""
    best = edition.findings.comparison.best
    if edition.findings.staffing.empty:
        return edition("exhibit.staffing_peaks.none"), ""
    month, most, when = team_now_and_most(edition.findings.staffing, best)
    rows = [{"employer": employer, "count": fte} for employer, fte in month.items() if fte >= LEAST_SWING]
    parts = edition.words.listing(edition.each("situation.employer", rows))
    now = edition("situation.team_now" if rows else "situation.team_none", total=month.sum(), parts=parts)
    if most < GROWTH_TOLD * month.sum():
        return now, ""
    return now, edition("situation.team_later", option=best, peak=most, when=when)


def investigations_next(edition: Edition) -> list[str]:
    """Whether to decide as planned or to find out first; or why that is not weighed."""
    return verdict_sentences(edition)[:2] or [verdict_missing(edition)]


def open_questions(edition: Edition) -> Html:
    """The assumptions that move the lead of the best option most, with what they rest on; nothing where none does."""
    about = edition.inputs.estimates.set_index("id")
    table = edition.findings.knowledge.tornado
    assumed = table[table["id"].map(about["kind"]).eq("assumption")].head(5)
    rows = assumed[assumed["swing"] >= LEAST_SWING].set_index("id", drop=False)
    if rows.empty:
        return Html("")
    known = rows.drop(columns=about.columns, errors="ignore").join(about)
    told = [text.strip() for text in edition.each("situation.question", known.to_dict("records"))]
    intro = edition("situation.questions_intro", best=edition.findings.comparison.best)
    return Html(paragraphs(intro) + bullets(told))


def reading_list(edition: Edition) -> Html:
    """The newest sources with links, those that are new first."""
    table, new = edition.inputs.sources, edition.findings.news
    order = sorted(table.index, key=lambda source: (table.at[source, "published"], source), reverse=True)
    fresh = [source for source in new.sources if source in table.index and not new.begins][:MOST_READ]
    older = [source for source in order if source not in fresh][: max(MOST_READ - len(fresh), FEWEST_OLDER)]
    titles = edition("situation.read_new", since=new.since), edition(f"situation.read{'_older' if fresh else ''}")
    parts = [
        heading(title, 3) + bullets(reading(edition, table.loc[one].to_dict()) for one in sources)
        for title, sources in zip(titles, (fresh, older), strict=True)
        if sources
    ]
    return Html("".join(parts))


def reading(edition: Edition, row: dict) -> Html:
    """One source: title, who published it, and when."""
    title = edition.tell("linked", row["title"], row, "title")
    return Html(f"{safe(title)}. {safe(edition('situation.published', row))}")
