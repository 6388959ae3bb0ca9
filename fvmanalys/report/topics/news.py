"""What is new since the last run: how the answer moved, what has happened, and figures as they were and are."""

from datetime import date
from typing import Any

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.news import WINDOW_DAYS, Change
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, bullets, link, safe
from fvmanalys.report.told import known_cells

__all__ = [
    "FIGURES", "bullets_events", "confirmed_sentences", "figures_missing", "moved_sentence", "news_basis",
    "news_sentence", "news_title", "source_links",
]  # fmt: skip

MOST_FIGURES = 15
ORDER = ("changed", "confirmed", "withdrawn", "new")
KINDS = ("fact", "judgement", "assumption", "")


def ranked(findings: Findings) -> list[Change]:
    """The figures that are new, changed or withdrawn, those that changed first."""
    told = [one for one in findings.news.figures if one.what != "confirmed" and not findings.news.begins]
    return sorted(told, key=lambda one: (ORDER.index(one.what), KINDS.index(one.row.get("kind") or "")))


def figures(findings: Findings) -> pd.DataFrame:
    """The first of them, each with its row before and now."""
    rows = [
        {
            **one.row,
            "table": one.table,
            "what": one.what,
            "before": one.before,
            "now": None if one.what == "withdrawn" else one.row,
        }
        for one in ranked(findings)[:MOST_FIGURES]
    ]
    return pd.DataFrame(rows)


def counted(edition: Edition) -> dict[str, Any]:
    """How many figures are shown, and how many more there are."""
    count = len(ranked(edition.findings))
    more = max(count - MOST_FIGURES, 0)
    return {"more": edition("situation.figures_more", count=count - more, more=more) if more else ""}


FIGURES = Exhibit(
    "figures", figures, "table:figure_name what:word=news before:said now:said kind source_id", facts=counted
)


def moved_sentence(edition: Edition) -> str:
    """Which option the former run had ahead, and in what share of the outcomes; nothing without a former run."""
    former = edition.findings.former
    if former is None or not former.is_readable:
        return ""
    competing = former.comparison.loc[former.comparison["p_best"].notna()]
    ahead = str(competing["net_benefit"].idxmax())
    facts = {"since": former.as_of, "before": competing.at[ahead, "p_best"], "option": ahead}
    same = ahead == edition.findings.comparison.best
    return edition("situation.same_best" if same else "situation.other_best", **facts)


def news_sentence(edition: Edition) -> str:
    """How much is new since the former run, or since the day counted from without one."""
    new = edition.findings.news
    if new.begins:
        return edition("situation.begins", count=len(new.figures), sources=len(new.sources))
    counts = {"event": len(new.milestones)}
    counts |= {what: sum(one.what == what for one in new.figures) for what in ORDER} | {"source": len(new.sources)}
    parts = [
        edition(f"situation.{name}_one" if count == 1 else f"situation.{name}", count=count)
        for name, count in counts.items()
        if count
    ]
    since = edition("situation.since_run" if new.told_by_run else "situation.since_day", day=new.since)
    key = "situation.news" if parts else "situation.no_news"
    return edition(key, since=since, parts=edition.words.listing(parts))


def news_title(edition: Edition) -> str:
    """The heading of what is new: since the former run, or of the last days without one."""
    former = edition.findings.former
    return edition("situation.section_news" if former else "situation.section_news_days", days=WINDOW_DAYS)


def news_basis(edition: Edition) -> list[str]:
    """What to know of what counts as new: what it is compared with, and whether chance plays a part."""
    former, new, simulation = edition.findings.former, edition.findings.news, edition.findings.simulation
    if former is None:
        return [] if new.begins else [edition("situation.no_former", days=WINDOW_DAYS)]
    asked = former.manifest.get("parameters", {})
    same = (asked.get("draws"), asked.get("seed")) == (simulation.draws, simulation.seed)
    texts = [] if new.told_by_run else [edition("situation.unreadable", since=new.since)]
    return texts if same else [*texts, edition("situation.other_draws")]


def bullets_events(edition: Edition) -> Html:
    """What has happened or been planned, as far as it is new, in order of time, with links to the sources.

    What a row of `news` or `measures` tells by the milestone's own id is not told again.
    """
    new, tables = edition.findings.news, edition.inputs.tables
    known = {*tables["news"]["news_id"], *tables["measures"]["measure_id"]}
    told = {one.row["actual_date"] for one in new.milestones}
    dated = [one for one in new.figures if one.table == "timeline" and one.row["date"] and one.row["date"] not in told]
    happened = [one for one in new.milestones if one.row["milestone_id"] not in known]
    rows = sorted([*happened, *dated], key=lambda one: str(day_of(one.row)))
    return bullets(event_text(edition, one) for one in rows if one.what != "withdrawn")


def day_of(row: dict[str, Any]) -> date | None:
    """The day of something that has happened or is planned."""
    days = [row.get(column) for column in ("actual_date", "date", "planned_date")]
    return next((day for day in days if isinstance(day, date)), None)


def event_text(edition: Edition, change: Change) -> Html:
    """One event: the day, what it is, what was planned before, its note and its sources."""
    row = change.row
    milestones = edition.findings.news.before.get("milestones", [])
    former = [old for old in milestones if old["milestone_id"] == row.get("milestone_id")]
    planned = "milestone_id" in row and not isinstance(row["actual_date"], date)
    key = "planned" if planned else "confirmed_event" if change.what == "confirmed" else "happened"
    key = "plan_withdrawn" if planned and day_of(row) is None else key
    texts = [edition(f"situation.{key}", row, day=day_of(row), name=edition.words.of(row, "name").rstrip("."))]
    texts += [edition("situation.planned_before", day=day_of(former[-1]))] if planned and former else []
    return joined([*texts, edition.words.of(row, "note") or "", source_links(edition, row["source_id"])])


def joined(parts: list[str]) -> Html:
    """Texts, some of them HTML, as one line."""
    return Html(" ".join(safe(part) for part in parts if part))


def source_links(edition: Edition, text: str) -> Html:
    """Sources as links with the name of who published them."""
    table = edition.inputs.tables["sources"].set_index("source_id")
    known = [table.loc[one] for one in dict.fromkeys(part.strip() for part in text.split(";")) if one in table.index]
    links = [safe(link(edition.words.of(row, "publisher"), row["url"])) for row in known]
    return Html(f"({', '.join(links)})") if links else Html("")


def figures_missing(edition: Edition) -> str:
    """Why no table of figures is shown."""
    return news_sentence(edition) if edition.findings.news.begins else edition("situation.no_figures")


def confirmed_sentences(edition: Edition) -> list[Html]:
    """The figures that are as they were but have other evidence, by that evidence; none where all is new."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in edition.findings.news.figures:
        if one.what == "confirmed" and not edition.findings.news.begins:
            row = known_cells({**one.row, "table": one.table})
            found.setdefault((one.row["kind"], one.row["source_id"]), []).append(edition.tell("figure_name", "", row))
    return [
        joined([
            edition("situation.unchanged", names=edition.words.listing(names), kind=edition(f"kind.{kind}")),
            source_links(edition, sources),
        ])
        for (kind, sources), names in found.items()
    ]  # fmt: skip
