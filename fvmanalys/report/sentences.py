"""Answers to the questions of the single notebooks, made from the findings: what is known, what it costs, when, and area by area."""

import numpy as np

from fvmanalys.analysis.plans import slipped_plans
from fvmanalys.evidence.release import OPEN
from fvmanalys.evidence.tables import TABLES
from fvmanalys.model.events import DECIDED
from fvmanalys.report.answer import what_it_rests_on
from fvmanalys.report.edition import Edition

__all__ = ["about", "area_answer", "area_scale", "cost_answer", "header", "known_answer", "time_answer", "unknowns", "view_changes"]

ERRORS = 2.0
OPTIONAL = (
    "staffing",
    "risks",
    "readiness",
    "criteria",
    "price_index",
    "reference_class",
    "investigations",
    "context",
    "milestones",
    "spend",
    "partners",
    "viewpoints",
)


def header(edition: Edition) -> str:
    """Whose decision it is and what it is based on: the head of a public record, without what is not filled in."""
    findings, words = edition.findings, edition.words
    decision = findings.inputs.decision
    parts = [words.of(decision, "organisation"), words.of(decision, "unit")]
    known = [name for name in ("register_number", "meeting", "version") if decision[name]]
    parts += [edition(f"page.{name}", value=words.of(decision, name)) for name in known]
    parts += [edition("public.version")] if findings.inputs.stand_ins else []
    return " · ".join([part for part in parts if part] + [edition("page.as_of", as_of=words.day(findings.inputs.as_of))])


def known_answer(edition: Edition) -> list[str]:
    """How much is known, how well, and how late it became known."""
    findings, words = edition.findings, edition.words
    inputs = findings.inputs
    newest = max(day for table in inputs.tables.values() if "known_from" in table for day in table["known_from"].dropna())
    slips = slipped_plans(findings.inputs)
    texts = [
        edition("notebook.known", sources=words.number(len(inputs.sources)), newest=words.day(newest), as_of=words.day(inputs.as_of)),
        what_it_rests_on(edition),
    ]
    late = slips[slips["slip_months"] > 0]
    return texts + ([edition("notebook.slipped", count=words.number(len(late)), all=words.number(len(slips)))] if len(slips) else [])


def cost_answer(edition: Edition) -> list[str]:
    """What the best option costs, inside and outside view, and what the cheapest one does."""
    findings, words = edition.findings, edition.words
    table, names = findings.comparison.table, edition.options
    best, lowest = findings.comparison.best, table.loc[table["permanent"], "programme_p50"].idxmin()
    money = {name: words.amount(table.loc[best, name]) for name in ("programme_p50", "programme_p85", "cost_p50")}
    texts = [edition("notebook.cost", best=names[best], **money)]
    texts += (
        [edition("notebook.cheapest", option=names[lowest], p50=words.amount(table.loc[lowest, "programme_p50"]))] if lowest != best else []
    )
    return texts + view_changes(edition)[:1]


def view_changes(edition: Edition) -> list[str]:
    """What the experience of other programmes does to the cost of the best option, and to which option is best."""
    findings, words = edition.findings, edition.words
    views, names = findings.views, edition.options
    if views["view"].nunique() < 2:
        return [edition("missing.views")]
    best = findings.comparison.best
    median = views[views["option"] == best].set_index("view")["programme_p50"]
    competing = views.dropna(subset=["p_best"])
    leaders = competing.loc[competing.groupby("view")["net_benefit"].idxmax()].set_index("view")["option"]
    kept = leaders[0.0] == leaders[1.0]
    return [
        edition("notebook.views", option=names[best], inside=words.amount(median[0.0]), outside=words.amount(median[1.0])),
        edition("notebook.same_leader" if kept else "notebook.other_leader", inside=names[leaders[0.0]], outside=names[leaders[1.0]]),
    ]


def time_answer(edition: Edition) -> list[str]:
    """When the decision is expected, which lasting option is in full use first, and which deadlines are at risk."""
    findings, words = edition.findings, edition.words
    table, names, as_of = findings.comparison.table, edition.options, findings.inputs.as_of
    use = table.loc[table["permanent"], "full_use_p50"].dropna()
    decided = findings.events.query("event == @DECIDED", local_dict={"DECIDED": DECIDED})
    texts = [decision_time(decided.iloc[0].to_dict(), edition)] if len(decided) else []
    if len(use):
        first, last = use.idxmin(), use.idxmax()
        late = words.month(as_of, table.loc[first, "full_use_p85"])
        texts.append(edition("notebook.full_use", option=names[first], when=words.month(as_of, use[first]), late=late))
        texts += [edition("notebook.last", option=names[last], when=words.month(as_of, use[last]))] if first != last else []
    deadlines = findings.events.dropna(subset=["p_deadline_met"]).drop_duplicates(["event", "p_deadline_met"])
    return texts + [
        edition(
            "notebook.deadline",
            event=words.of(row, "name"),
            deadline=words.day(row["deadline"]),
            share=words.outcomes(row["p_deadline_met"]),
        )
        for row in deadlines.to_dict("records")
    ]


def decision_time(event: dict, edition: Edition) -> str:
    """When the decision is expected, or that it has been taken."""
    findings, words = edition.findings, edition.words
    as_of = findings.inputs.as_of
    if event["p50"] <= 0:
        return edition("notebook.decided", when=words.month(as_of, event["p50"]))
    return edition(
        "notebook.decision",
        when=words.month(as_of, event["p50"]),
        low=words.month(as_of, event["p05"]),
        high=words.month(as_of, event["p95"]),
    )


def area_answer(edition: Edition, area: str) -> list[str]:
    """Which lasting option gives an area most, how far ahead it is, and where the area stands today."""
    findings, words = edition.findings, edition.words
    names, called = edition.options, edition.areas
    scores = findings.comparison.areas.xs(area, level="area").loc[findings.inputs.options(permanent_only=True)]
    best = scores["score"].idxmax()
    row = scores.loc[best]
    ranges = {"score": words.points(row["score"]), "low": words.points(row["score_p05"]), "high": words.points(row["score_p95"])}
    texts = [edition("notebook.area", area=called[area], best=names[best], **ranges)]
    if len(scores) > 1:
        second = scores["score"].drop(best).idxmax()
        gap = findings.simulation.area_scores[best, area] - findings.simulation.area_scores[second, area]
        share = float((gap > 0).mean())
        even = gap.mean() <= ERRORS * gap.std() / np.sqrt(len(gap))
        texts.append(
            edition(
                "notebook.area_even" if even else "notebook.area_second",
                second=names[second],
                score=words.points(scores.loc[second, "score"]),
                share=words.share(share),
                best=names[best],
            )
        )
    minimum = findings.inputs.tables["areas"].set_index("area_id").loc[area, "minimum"]
    if np.isfinite(minimum):
        texts.append(
            edition("notebook.area_minimum", minimum=words.points(minimum), share=words.share(row["p_below_minimum"]), best=names[best])
        )
    return texts


def area_scale(edition: Edition, area: str) -> list[str]:
    """What an area is, and what the ends of its scale mean."""
    findings, words = edition.findings, edition.words
    row = findings.inputs.tables["areas"].set_index("area_id").loc[area]
    texts = [words.of(row, "description")]
    if row["level_0"] and row["level_100"]:
        texts.append(edition("notebook.scale", level_0=sentence(words.of(row, "level_0")), level_100=sentence(words.of(row, "level_100"))))
    return [text for text in texts if text]


def sentence(text: str) -> str:
    """A text with a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def unknowns(edition: Edition) -> list[str]:
    """What the material does not tell: assumptions, secrecy, tables that are missing."""
    findings, words = edition.findings, edition.words
    inputs = findings.inputs
    counts = findings.evidence_counts.set_index("kind")["estimates"]
    secret = int((~inputs.estimates["confidential"].isin(OPEN)).sum())
    absent = [edition(f"table_name.{name}").lower() for name in OPTIONAL if name in TABLES and not inputs.has(name)]
    texts = [edition("notebook.assumed", assumptions=words.number(counts["assumption"]), estimates=words.number(counts.sum()))]
    texts += [edition("notebook.secret", count=words.number(secret))] if secret else []
    return texts + ([edition("notebook.absent", tables=words.listing(absent))] if absent else [])


def rates_told(edition: Edition) -> str:
    """The rate of discount: one share, or how it changes."""
    rate = edition.findings.simulation.model.rate
    if not isinstance(rate, tuple):
        return edition.words.share(rate, 1)
    first, *later = rate
    steps = [edition("page.rate_from", year=one.opens, rate=edition.words.share(one.rate, 1)) for one in later]
    return edition.words.listing([edition.words.share(first.rate, 1), *steps])


def about(edition: Edition, run_id: str = "") -> list[str]:
    """How the figures were made, so that anybody can make them again."""
    findings, words = edition.findings, edition.words
    simulation, parameters = findings.simulation, findings.inputs.parameters
    texts = [
        edition("page.made", draws=words.number(simulation.draws), seed=simulation.seed, as_of=words.day(findings.inputs.as_of)),
        edition("page.period", years=words.number(parameters["horizon_years"]), rate=rates_told(edition)),
    ]
    if "benefit_discount_rate" in parameters:
        texts.append(edition("page.benefit_rate", rate=words.share(parameters["benefit_discount_rate"], 1)))
    return texts + ([edition("page.run", run_id=run_id)] if run_id else [])
