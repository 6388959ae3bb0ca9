"""Answers to the questions of the single notebooks, made from the findings: what is known, what it costs, when, and area by area."""

import numpy as np

from fvmanalys.analysis import Findings
from fvmanalys.analysis.plans import slipped_plans
from fvmanalys.evidence.release import OPEN
from fvmanalys.evidence.tables import TABLES
from fvmanalys.model.events import DECIDED
from fvmanalys.report.answer import what_it_rests_on
from fvmanalys.report.names import area_names, option_names, outcomes
from fvmanalys.report.words import Words

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


def header(findings: Findings, words: Words) -> str:
    """Whose decision it is and what it is based on: the head of a public record, without what is not filled in."""
    decision = findings.inputs.decision
    parts = [words.of(decision, "organisation"), words.of(decision, "unit")]
    parts += [words(f"page.{name}", value=words.of(decision, name)) for name in ("register_number", "meeting", "version") if decision[name]]
    parts += [words("public.version")] if findings.inputs.stand_ins else []
    return " · ".join([part for part in parts if part] + [words("page.as_of", as_of=words.day(findings.inputs.as_of))])


def known_answer(findings: Findings, words: Words) -> list[str]:
    """How much is known, how well, and how late it became known."""
    inputs = findings.inputs
    newest = max(day for table in inputs.tables.values() if "known_from" in table for day in table["known_from"].dropna())
    slips = slipped_plans(findings.inputs)
    texts = [
        words("notebook.known", sources=words.number(len(inputs.sources)), newest=words.day(newest), as_of=words.day(inputs.as_of)),
        what_it_rests_on(findings, words),
    ]
    late = slips[slips["slip_months"] > 0]
    return texts + ([words("notebook.slipped", count=words.number(len(late)), all=words.number(len(slips)))] if len(slips) else [])


def cost_answer(findings: Findings, words: Words) -> list[str]:
    """What the best option costs, inside and outside view, and what the cheapest one does."""
    table, names = findings.comparison.table, option_names(findings, words)
    best, lowest = findings.comparison.best, table.loc[table["permanent"], "programme_p50"].idxmin()
    money = {name: words.amount(table.loc[best, name]) for name in ("programme_p50", "programme_p85", "cost_p50")}
    texts = [words("notebook.cost", best=names[best], **money)]
    texts += (
        [words("notebook.cheapest", option=names[lowest], p50=words.amount(table.loc[lowest, "programme_p50"]))] if lowest != best else []
    )
    return texts + view_changes(findings, words)[:1]


def view_changes(findings: Findings, words: Words) -> list[str]:
    """What the experience of other programmes does to the cost of the best option, and to which option is best."""
    views, names = findings.views, option_names(findings, words)
    if views["view"].nunique() < 2:
        return [words("missing.views")]
    best = findings.comparison.best
    median = views[views["option"] == best].set_index("view")["programme_p50"]
    competing = views.dropna(subset=["p_best"])
    leaders = competing.loc[competing.groupby("view")["net_benefit"].idxmax()].set_index("view")["option"]
    kept = leaders[0.0] == leaders[1.0]
    return [
        words("notebook.views", option=names[best], inside=words.amount(median[0.0]), outside=words.amount(median[1.0])),
        words("notebook.same_leader" if kept else "notebook.other_leader", inside=names[leaders[0.0]], outside=names[leaders[1.0]]),
    ]


def time_answer(findings: Findings, words: Words) -> list[str]:
    """When the decision is expected, which lasting option is in full use first, and which deadlines are at risk."""
    table, names, as_of = findings.comparison.table, option_names(findings, words), findings.inputs.as_of
    use = table.loc[table["permanent"], "full_use_p50"].dropna()
    decided = findings.events.query("event == @DECIDED", local_dict={"DECIDED": DECIDED})
    texts = [decision_time(decided.iloc[0].to_dict(), findings, words)] if len(decided) else []
    if len(use):
        first, last = use.idxmin(), use.idxmax()
        late = words.month(as_of, table.loc[first, "full_use_p85"])
        texts.append(words("notebook.full_use", option=names[first], when=words.month(as_of, use[first]), late=late))
        texts += [words("notebook.last", option=names[last], when=words.month(as_of, use[last]))] if first != last else []
    deadlines = findings.events.dropna(subset=["p_deadline_met"]).drop_duplicates(["event", "p_deadline_met"])
    return texts + [
        words(
            "notebook.deadline",
            event=words.of(row, "name"),
            deadline=words.day(row["deadline"]),
            share=outcomes(row["p_deadline_met"], words),
        )
        for row in deadlines.to_dict("records")
    ]


def decision_time(event: dict, findings: Findings, words: Words) -> str:
    """When the decision is expected, or that it has been taken."""
    as_of = findings.inputs.as_of
    if event["p50"] <= 0:
        return words("notebook.decided", when=words.month(as_of, event["p50"]))
    return words(
        "notebook.decision",
        when=words.month(as_of, event["p50"]),
        low=words.month(as_of, event["p05"]),
        high=words.month(as_of, event["p95"]),
    )


def area_answer(findings: Findings, words: Words, area: str) -> list[str]:
    """Which lasting option gives an area most, how far ahead it is, and where the area stands today."""
    names, called = option_names(findings, words), area_names(findings, words)
    scores = findings.comparison.areas.xs(area, level="area").loc[findings.inputs.options(permanent_only=True)]
    best = scores["score"].idxmax()
    row = scores.loc[best]
    ranges = {"score": words.points(row["score"]), "low": words.points(row["score_p05"]), "high": words.points(row["score_p95"])}
    texts = [words("notebook.area", area=called[area], best=names[best], **ranges)]
    if len(scores) > 1:
        second = scores["score"].drop(best).idxmax()
        gap = findings.simulation.area_scores[best, area] - findings.simulation.area_scores[second, area]
        share = float((gap > 0).mean())
        even = gap.mean() <= ERRORS * gap.std() / np.sqrt(len(gap))
        texts.append(
            words(
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
            words("notebook.area_minimum", minimum=words.points(minimum), share=words.share(row["p_below_minimum"]), best=names[best])
        )
    return texts


def area_scale(findings: Findings, words: Words, area: str) -> list[str]:
    """What an area is, and what the ends of its scale mean."""
    row = findings.inputs.tables["areas"].set_index("area_id").loc[area]
    texts = [words.of(row, "description")]
    if row["level_0"] and row["level_100"]:
        texts.append(words("notebook.scale", level_0=sentence(words.of(row, "level_0")), level_100=sentence(words.of(row, "level_100"))))
    return [text for text in texts if text]


def sentence(text: str) -> str:
    """A text with a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def unknowns(findings: Findings, words: Words) -> list[str]:
    """What the material does not tell: assumptions, secrecy, tables that are missing."""
    inputs = findings.inputs
    counts = findings.evidence_counts.set_index("kind")["estimates"]
    secret = int((~inputs.estimates["confidential"].isin(OPEN)).sum())
    absent = [words(f"table_name.{name}").lower() for name in OPTIONAL if name in TABLES and not inputs.has(name)]
    texts = [words("notebook.assumed", assumptions=words.number(counts["assumption"]), estimates=words.number(counts.sum()))]
    texts += [words("notebook.secret", count=words.number(secret))] if secret else []
    return texts + ([words("notebook.absent", tables=words.listing(absent))] if absent else [])


def about(findings: Findings, words: Words, run_id: str = "") -> list[str]:
    """How the figures were made, so that anybody can make them again."""
    simulation, parameters = findings.simulation, findings.inputs.parameters
    texts = [
        words("page.made", draws=words.number(simulation.draws), seed=simulation.seed, as_of=words.day(findings.inputs.as_of)),
        words("page.period", years=words.number(parameters["horizon_years"]), rate=words.share(parameters["discount_rate"], 1)),
    ]
    return texts + ([words("page.run", run_id=run_id)] if run_id else [])
