"""The situation report: the answer and how it moved, what is new, where each way forward stands, money and people."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model.events import DECIDED
from fvmanalys.report.answer import answer
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibits import head, listed
from fvmanalys.report.markup import Html, bullets, heading, html_table, link, paragraphs, safe
from fvmanalys.report.news import WINDOW_DAYS, Change, News
from fvmanalys.report.sentences import decision_time
from fvmanalys.report.topics.people import bill_sentence, delay_sentence, team_missing, team_sentence, wait_missing
from fvmanalys.report.words import Words, lowered

__all__ = [
    "bullets_events", "confirmed_sentences", "cost_review", "figures_missing", "likely_months", "news_basis", "news_sentence",
    "news_title", "options_now", "source_links", "summary", "table_figures", "team_review", "ways_forward",
]  # fmt: skip

MOST_FIGURES = 15
GROWTH_TOLD = 1.05
ORDER = ("changed", "confirmed", "withdrawn", "new")
KINDS = ("fact", "judgement", "assumption", "")


def summary(edition: Edition, new: News) -> list[str]:
    """The answer and how it moved, what is new, what a month costs, and when the decision is expected."""
    findings, words = edition.findings, edition.words
    texts = [*answer(edition)[:2], moved_sentence(edition), news_sentence(new, words)]
    if not wait_missing(edition):
        texts += [delay_sentence(edition)]
        event = findings.events.query("event == @DECIDED", local_dict={"DECIDED": DECIDED}).iloc[0].to_dict()
        texts += [decision_time(event, edition)]
    return [text for text in texts if text]


def moved_sentence(edition: Edition) -> str:
    """Which option the former run had ahead, and in what share of the outcomes; nothing without a former run."""
    findings, words = edition.findings, edition.words
    if findings.former is None or not findings.former.is_readable:
        return ""
    table, best = findings.former.comparison, findings.comparison.best
    competing = table.loc[table["p_best"].notna()]
    ahead = str(competing["net_benefit"].idxmax())
    facts = {"since": words.day(findings.former.as_of), "before": words.share(competing.loc[ahead, "p_best"])}
    if ahead == best:
        return edition("situation.same_best", **facts)
    return edition("situation.other_best", option=edition.options.get(ahead, ahead), **facts)


def news_sentence(new: News, words: Words) -> str:
    """How much is new since the former run, or since the day counted from without one."""
    if new.begins:
        return words("situation.begins", count=words.number(len(new.figures)), sources=words.number(len(new.sources)))
    counts = {
        "event": len(new.milestones),
        **{what: sum(one.what == what for one in new.figures) for what in ORDER},
        "source": len(new.sources),
    }
    parts = [
        words(f"situation.{name}_one" if count == 1 else f"situation.{name}", count=words.number(count))
        for name, count in counts.items()
        if count
    ]
    since = words("situation.since_run" if new.told_by_run else "situation.since_day", day=words.day(new.since))
    return words("situation.news", since=since, parts=words.listing(parts)) if parts else words("situation.no_news", since=since)


def news_title(edition: Edition) -> str:
    """The heading of what is new: since the former run, or of the last days without one."""
    findings, words = edition.findings, edition.words
    return edition("situation.section_news") if findings.former else edition("situation.section_news_days", days=words.number(WINDOW_DAYS))


def news_basis(edition: Edition, new: News) -> list[str]:
    """What to know of what counts as new: what it is compared with, and whether chance plays a part."""
    findings, words = edition.findings, edition.words
    former = findings.former
    if former is None:
        return [] if new.begins else [edition("situation.no_former", days=words.number(WINDOW_DAYS))]
    asked, simulation = former.manifest.get("parameters", {}), findings.simulation
    same = (asked.get("draws"), asked.get("seed")) == (simulation.draws, simulation.seed)
    texts = [] if new.told_by_run else [edition("situation.unreadable", since=words.day(new.since))]
    return texts if same else [*texts, edition("situation.other_draws")]


def bullets_events(edition: Edition, new: News) -> Html:
    """What has happened or been planned, as far as it is new, in order of time, with links to the sources."""
    told = {one.row["actual_date"] for one in new.milestones}
    dated = [one for one in new.figures if one.table == "timeline" and one.row["date"] and one.row["date"] not in told]
    rows = sorted([*new.milestones, *dated], key=lambda one: str(day_of(one.row)))
    return bullets(event_text(edition, new, one) for one in rows if one.what != "withdrawn")


def day_of(row: dict[str, Any]) -> date | None:
    """The day of something that has happened or is planned."""
    days = [row.get(column) for column in ("actual_date", "date", "planned_date")]
    return next((day for day in days if isinstance(day, date)), None)


def event_text(edition: Edition, new: News, change: Change) -> Html:
    """One event: the day, what it is, what was planned before, its note and its sources."""
    words = edition.words
    row = change.row
    former = [old for old in new.before.get("milestones", []) if old["milestone_id"] == row.get("milestone_id")]
    facts = {"day": words.day(day_of(row)), "name": words.of(row, "name").rstrip("."), "kind": edition(f"kind.{row['kind']}")}
    planned = "milestone_id" in row and not isinstance(row["actual_date"], date)
    key = "planned" if planned else "confirmed_event" if change.what == "confirmed" else "happened"
    texts = [edition(f"situation.{key}", **facts)]
    texts += [edition("situation.planned_before", day=words.day(day_of(former[-1])))] if planned and former else []
    return joined([*texts, words.of(row, "note") or "", source_links(edition, row["source_id"])])


def joined(parts: list[str]) -> Html:
    """Texts, some of them HTML, as one line."""
    return Html(" ".join(safe(part) for part in parts if part))


def source_links(edition: Edition, text: str) -> Html:
    """Sources as links with the name of who published them."""
    findings, words = edition.findings, edition.words
    table = findings.inputs.tables["sources"].set_index("source_id")
    known = [table.loc[one] for one in dict.fromkeys(part.strip() for part in text.split(";")) if one in table.index]
    links = [link(words.of(row, "publisher"), row["url"]) for row in known]
    return Html(f"({', '.join(safe(one) for one in links)})") if links else Html("")


def table_figures(edition: Edition, new: News) -> Html | None:
    """New, changed and withdrawn figures, what they were and what they are; the first of them where they are many."""
    words = edition.words
    told = [one for one in new.figures if one.what != "confirmed"]
    if new.begins or not told:
        return None
    ranked = sorted(told, key=lambda one: (ORDER.index(one.what), KINDS.index(one.row.get("kind") or "")))
    rows = [figure_row(edition, one) for one in ranked[:MOST_FIGURES]]
    more = len(ranked) - len(rows)
    caption = edition("situation.figures_first" if more else "situation.figures", count=words.number(len(rows)), more=words.number(more))
    return html_table(caption, head("situation", "figure what before now kind sources", words), rows)


def figures_missing(new: News, words: Words) -> str:
    """Why no table of figures is shown."""
    return news_sentence(new, words) if new.begins else words("situation.no_figures")


def figure_row(edition: Edition, change: Change) -> list[str]:
    """One figure as a row of the table."""
    words = edition.words
    row = change.row
    return [
        figure_name(edition, change),
        edition(f"situation.what_{change.what}"),
        shown(change.before, change.table, words),
        "–" if change.what == "withdrawn" else shown(row, change.table, words),
        edition.kind_mark(row),
        edition.tell("sources", row.get("source_id") or "") or "–",
    ]


def figure_name(edition: Edition, change: Change) -> str:
    """What a figure is called, and of which option it is where it is one's own."""
    words = edition.words
    row, names = change.row | {"table": change.table}, edition.options
    if change.table == "options":
        return edition.label(row)
    name, whose = (
        edition.full_label(row),
        names.get(row.get("option_id", "")) or words.of(row | {"group": row.get("group", "")}, "group"),
    )
    return edition("label.of", name=name, option=whose) if whose else name


def confirmed_sentences(edition: Edition, new: News) -> list[str]:
    """The figures that are as they were but have other evidence, by that evidence; none where all is new."""
    words = edition.words
    found: dict[tuple[str, str], list[str]] = {}
    for one in (one for one in new.figures if one.what == "confirmed" and not new.begins):
        found.setdefault((one.row["kind"], one.row["source_id"]), []).append(figure_name(edition, one))
    return [
        joined([edition("situation.unchanged", names=words.listing(names), kind=edition(f"kind.{kind}")), source_links(edition, text)])
        for (kind, text), names in found.items()
    ]


def shown(row: dict[str, Any] | None, table: str, words: Words) -> str:
    """What a row of any table says, as readers see it."""
    if row is None:
        return "–"
    if isinstance(row.get("date"), date):
        return words.day(row["date"])
    if "likely" in row:
        known = any(pd.notna(row[column]) for column in ("likely", "low"))
        text = words.quantity(row) if known else "–"
        return words(f"workbook.basis.{row['basis']}", unit=text) if table == "contracts" and known else text
    if table == "reference_class":
        return words("situation.ratios", cost=words.number(row["cost_ratio"], 2), time=words.number(row["duration_ratio"], 2))
    if table == "partners":
        return " · ".join(part for part in (words.number(row["count"]), words.of(row, "status")) if part not in ("–", ""))
    if table == "spend":
        return words.amount(row["amount"])
    return words.of(row, "description") if table == "options" else words.number(row["index"], 1) if table == "price_index" else "–"


def options_now(edition: Edition) -> Html:
    """The options side by side, and in brackets what the former run said where that was something else."""
    findings, words = edition.findings, edition.words
    names, as_of = edition.options, findings.inputs.as_of
    former = findings.former if findings.former and findings.former.is_readable else None
    before = former.comparison if former else pd.DataFrame()
    rows = []
    for option, row in findings.comparison.table.iterrows():
        now = measures(row, as_of, words)
        old = measures(before.loc[option], former.as_of, words) if former and option in before.index else now
        rows.append(
            [
                names[str(option)],
                *(one if one == two else edition("situation.was", now=one, before=two) for one, two in zip(now, old, strict=True)),
            ]
        )
    prices = edition.prices
    since = words.day(former.as_of) if former else ""
    caption = edition("situation.options_moved", since=since, prices=prices) if former else edition("situation.options", prices=prices)
    return html_table(caption, head("situation", "option p_best net_benefit cost score full_use", words), rows, 5)


def measures(row: pd.Series, as_of: date, words: Words) -> list[str]:
    """The few measures that a situation report gives of an option."""
    use = row["full_use_p50"]
    money = [words.millions(row["net_benefit"]), words.millions(row["cost_p50"])]
    return [words.share(row["p_best"]), *money, words.points(row["score"]), "–" if np.isnan(use) else words.month(as_of, use)]


def ways_forward(edition: Edition) -> Html:
    """Each option: what it is, its next event, what speaks for and against it, and what is missing."""
    findings = edition.findings
    return Html(
        "".join(heading(edition.long_names[option], 3) + way(edition, option) for option in findings.inputs.options())
    )


def way(edition: Edition, option: str) -> Html:
    """One option as a paragraph and a few points."""
    findings, words = edition.findings, edition.words
    row = findings.inputs.tables["options"].set_index("option_id").loc[option]
    known = words.of(row, "description")
    texts = [] if row["permanent"] == "yes" else [edition("situation.temporary")]
    return Html(
        paragraphs([text for text in (known, *texts) if text])
        + bullets([*next_steps(edition, option), *grounds(edition, option), lacking(edition, option)])
    )


def next_steps(edition: Edition, option: str) -> list[str]:
    """The next event of an option's own, and its full use, each with the months between which it falls in 80 of 100 outcomes."""
    findings, words = edition.findings, edition.words
    events = findings.events[findings.events["option"].eq(option)]
    ahead = events[~events["shared"] & events["p50"].gt(0) & np.isfinite(events["p50"])].sort_values("p50", kind="stable")
    full = findings.inputs.full_use_event(option)
    wanted = dict.fromkeys([*ahead["event"].head(1), *ahead.loc[ahead["event"].eq(full), "event"]])
    rows = ahead.set_index("event").loc[list(wanted)]
    return [
        edition(
            f"situation.{'last_step' if event == full else 'next_step'}",
            event=words.of(row, "name"),
            months=likely_months(edition, option, str(event)),
        )
        for event, row in rows.iterrows()
    ]


def likely_months(edition: Edition, option: str, event: str) -> str:
    """The month of P50, and those of P10 and P90; of an event that all options share, under any of them."""
    findings, words = edition.findings, edition.words
    option = findings.inputs.options()[0] if option == ALL_OPTIONS else option
    times, as_of = findings.simulation.events[option, event].to_numpy(), findings.inputs.as_of
    low, middle, high = (words.month(as_of, float(time)) for time in np.quantile(times, [0.1, 0.5, 0.9], method="inverted_cdf"))
    return middle if low == high else edition("situation.months", middle=middle, span=words.between(low, high))


def grounds(edition: Edition, option: str, most: int = 2) -> list[str]:
    """What speaks for and against an option, beside the best other; nothing where there is no other."""
    findings = edition.findings
    table = findings.reasons[findings.reasons["option"].eq(option) & findings.reasons["difference"].abs().ge(0.5)]
    if table.empty:
        return []
    names = edition.options
    ordered, other = table.sort_values("difference", kind="stable"), names[table["other"].iloc[0]]
    favour, against = ordered[ordered["difference"] > 0].tail(most)[::-1], ordered[ordered["difference"] < 0].head(most)
    sides = (("for", favour), ("against", against))
    return [edition(f"situation.{key}", other=other, parts=listed(side, edition)) for key, side in sides if not side.empty]


def lacking(edition: Edition, option: str) -> str:
    """How much of what is said of an option nobody has confirmed, and which of it is clearly worth knowing."""
    findings, words = edition.findings, edition.words
    own = findings.inputs.estimates[findings.inputs.estimates["option_id"].eq(option)]
    facts = {"assumptions": words.number(own["kind"].eq("assumption").sum()), "estimates": words.number(len(own))}
    names = missing_numbers(edition, option)
    listed = words.listing([edition("label.quoted", name=name) for name in names])
    return edition("situation.lacking", names=listed, **facts) if names else edition("situation.unconfirmed", **facts)


def missing_numbers(edition: Edition, option: str, most: int = 2) -> list[str]:
    """An option's assumptions that are clearly worth something to find out, the most valuable first."""
    findings = edition.findings
    if findings.comparison.runner_up is None:
        return []
    gaps = findings.knowledge.gaps
    wanted = gaps.loc[gaps["option_id"].eq(option) & gaps["clear"], "id"]
    rows = {row["id"]: row for row in edition.quantities}
    return list(dict.fromkeys(edition.full_label(rows[one]) for one in wanted))[:most]


def cost_review(edition: Edition) -> list[str]:
    """What a month of waiting and of the pause costs, or why that cannot be said, and what has been spent so far."""
    findings, words = edition.findings, edition.words
    reason = wait_missing(edition)
    spend = [spent(row, words) for row in findings.inputs.tables["spend"].to_dict("records")]
    waits = [reason] if reason else [delay_sentence(edition), *bill_sentence(edition)]
    return [*waits, *(spend or [edition("missing.spend")])]


def spent(row: dict[str, Any], words: Words) -> str:
    """One amount that has been spent, and over which period."""
    return words(
        "situation.spent",
        category=words.of(row, "category"),
        amount=words.measured([row["amount"]], "MSEK"),
        start=words.day(row["period_start"]),
        end=words.day(row["period_end"]),
        kind=words(f"kind.{row['kind']}") if row["kind"] else "–",
    )


def team_review(edition: Edition) -> list[str]:
    """The team now, the cheapest one to keep, and how many wait for the decision; or why there is no such team."""
    reason = wait_missing(edition)
    if reason:
        return [reason]
    team = team_missing(edition) or team_sentence(edition)
    return [text for text in (team_now(edition), team, team_later(edition)) if text]


def team_now(edition: Edition) -> str:
    """How many full-time equivalents are counted with this month, by employer."""
    findings, words = edition.findings, edition.words
    if findings.staffing.empty:
        return edition("exhibit.staffing_peaks.none")
    table = findings.staffing[findings.staffing["option"].eq(findings.comparison.best)]
    month = table[table["time"].eq(table["time"].min())].groupby("employer", sort=False)["fte"].sum()
    parts = [
        edition("situation.employer", employer=lowered(edition(f"employer.{name}")), count=words.millions(fte))
        for name, fte in month.items()
        if fte >= 0.5
    ]
    return (
        edition("situation.team_now", total=words.millions(month.sum()), parts=words.listing(parts))
        if parts
        else edition("situation.team_none")
    )


def team_later(edition: Edition) -> str:
    """How large the team of the best option becomes, and when; nothing where it grows no further."""
    findings, words = edition.findings, edition.words
    table = findings.staffing
    if table.empty:
        return ""
    path = table[table["option"].eq(findings.comparison.best)].groupby("time")["fte"].sum()
    if path.max() < GROWTH_TOLD * path.iloc[0]:
        return ""
    facts = {"peak": words.millions(path.max()), "when": words.month(findings.inputs.as_of, float(path.idxmax()))}
    return edition("situation.team_later", option=edition.options[findings.comparison.best], **facts)
