"""What it rests on: sources, estimates with their evidence, choices, and what was changed after a result was seen."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.explain import cited_by, estimate_table, newest_rows, source_types
from fvmanalys.analysis.plans import slipped_plans
from fvmanalys.evidence.tables import OPEN
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, details, paragraphs

__all__ = [
    "ESTIMATES", "NEWEST", "PARAMETERS", "REVISIONS", "SOURCES", "TYPES", "about", "counts_by_table", "counts_caption",
    "header", "known_answer", "revisions", "revisions_sentence", "unknowns", "what_it_rests_on",
]  # fmt: skip

HEAD = ("register_number", "meeting", "version")
OPTIONAL = (
    "staffing", "risks", "readiness", "criteria", "price_index", "reference_class", "investigations", "context",
    "milestones", "spend",
    "partners", "viewpoints",
)  # fmt: skip
EVIDENCE = "kind known_from source_id note"


def changed_late(findings: Findings) -> pd.DataFrame:
    """What was changed after a result was seen, in order of time."""
    return findings.inputs.tables["revisions"].sort_values("date", kind="stable")


SOURCES = Exhibit(
    "sources",
    lambda findings, tables=(), part="": cited_by(findings.inputs, tables, part),
    "source_id:source title:linked type published:day",
    aside="url:address",
)
ESTIMATES = Exhibit(
    "estimates",
    lambda findings, tables=(), kinds=(), part="": estimate_table(findings.inputs, tables, kinds, part),
    f"id:number_name table option_id likely owner {EVIDENCE}",
    aside="distribution:distribution number:id",
)
REVISIONS = Exhibit("revisions", changed_late, "what:dated why effect from to")
PARAMETERS = Exhibit(
    "parameters",
    lambda findings: findings.inputs.tables["parameters"].assign(table="parameters"),
    f"parameter_id:row likely:figure {EVIDENCE}",
    published="estimates",
)
NEWEST = Exhibit("newest", lambda findings: newest_rows(findings.inputs), f"name:row table {EVIDENCE}")
TYPES = Exhibit("source_types", lambda findings: source_types(findings.inputs), "type count newest:day")


def revisions(edition: Edition) -> list[Html]:
    """What was changed after a result was seen, counted and listed; nothing where nothing was."""
    told = revisions_sentence(edition)
    return [paragraphs(told), details(REVISIONS.words(edition, "title"), REVISIONS(edition))] if told else []


def revisions_sentence(edition: Edition) -> list[str]:
    """How many figures were changed after a result was seen, and when last."""
    days = edition.inputs.tables["revisions"]["date"]
    key = "revisions.one" if len(days) == 1 else "revisions.many"
    return [edition(key, count=len(days), day=max(days))] if len(days) else []


def what_it_rests_on(edition: Edition) -> str:
    """How many of the figures are facts, judgements and assumptions."""
    counts = edition.findings.evidence_counts.set_index("kind")["estimates"]
    return edition("answer.rests", estimates=counts.sum(), **counts.to_dict())


def counts_by_table(findings: Findings) -> pd.DataFrame:
    """How many figures of each kind every table has, that with most first."""
    counts = findings.evidence_by_table
    return counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def counts_caption(edition: Edition) -> Caption:
    """The most common kind and its share, and the counts of every table."""
    shares = edition.findings.evidence_counts.set_index("kind")["share"]
    rows = counts_by_table(edition.findings).reset_index(names="table").to_dict("records")
    return edition.caption("evidence", rows, share=shares.max(), kind=shares.idxmax())


def header(edition: Edition) -> str:
    """Whose decision it is and what it is based on: the head of a public record, without what is not filled in."""
    decision = edition.inputs.decision
    words = edition.words
    parts = [words.of(decision, "organisation"), words.of(decision, "unit")]
    parts += [edition(f"page.{name}", value=words.of(decision, name)) for name in HEAD if decision[name]]
    parts += [edition("public.version")] if edition.inputs.stand_ins else []
    return " · ".join([*filter(None, parts), edition("page.as_of", as_of=edition.as_of)])


def known_answer(edition: Edition) -> list[str]:
    """How much is known, how well, and how late it became known."""
    tables = edition.inputs.tables
    plans = slipped_plans(edition.inputs)
    newest = max(day for table in tables.values() if "known_from" in table for day in table["known_from"].dropna())
    facts = {"sources": len(edition.inputs.sources), "newest": newest, "as_of": edition.as_of}
    texts = [edition("notebook.known", **facts), what_it_rests_on(edition)]
    late = int((plans["slip_months"] > 0).sum())
    return texts + ([edition("notebook.slipped", count=late, all=len(plans))] if len(plans) else [])


def unknowns(edition: Edition) -> list[str]:
    """What the material does not tell: assumptions, secrecy, tables that are missing."""
    inputs = edition.inputs
    counts = edition.findings.evidence_counts.set_index("kind")["estimates"]
    secret = int((~inputs.estimates["confidential"].isin(OPEN)).sum())
    absent = [edition(f"table_name.{name}").lower() for name in OPTIONAL if not inputs.has(name)]
    texts = [edition("notebook.assumed", assumptions=counts["assumption"], estimates=counts.sum())]
    texts += [edition("notebook.secret", count=secret)] if secret else []
    return texts + ([edition("notebook.absent", tables=edition.words.listing(absent))] if absent else [])


def rates_told(edition: Edition) -> str:
    """The rate of discount: one share, or how it changes."""
    rate = edition.findings.simulation.model.rate
    if not isinstance(rate, tuple):
        return edition.leading(edition.words.share(rate, 1), "estimates/parameters/discount_rate/likely")
    first, *later = rate
    steps = [edition("page.rate_from", year=one.opens, rate=one.rate) for one in later]
    return edition.words.listing([edition.words.share(first.rate, 1), *steps])


def about(edition: Edition, run_id: str = "") -> list[str]:
    """How the figures were made: draws, seed, day, horizon and rate."""
    simulation, parameters = edition.findings.simulation, edition.inputs.parameters
    texts = [
        edition("page.made", draws=simulation.draws, seed=simulation.seed, as_of=edition.as_of),
        edition("page.period", years=parameters["horizon_years"], rate=rates_told(edition)),
    ]
    if "benefit_discount_rate" in parameters:
        texts.append(edition("page.benefit_rate", rate=parameters["benefit_discount_rate"]))
    return texts + ([edition("page.run", run_id=run_id)] if run_id else [])
