"""What a reader of stand-ins is told first, and what a reader of the real figures is told of the public version."""

from collections import Counter

from fvmanalys.report.answer import answer_sentence
from fvmanalys.report.edition import Edition
from fvmanalys.report.markup import Html, html_table

__all__ = ["beside_public", "stand_in_notice", "table_beside_public"]

COLUMNS = ("option", "net_benefit", "public_net_benefit", "difference", "p_best", "public_p_best")


def stand_in_notice(edition: Edition) -> list[str]:
    """How many numbers are stand-ins, on which grounds, and that the conclusions are theirs; nothing without any."""
    findings, words = edition.findings, edition.words
    rows = findings.inputs.stand_ins
    if not rows:
        return []
    counted = Counter(
        edition("public.no_ground") if row["confidential"] == "yes" else words.of(row, "confidential") for row in rows
    )
    grounds = words.listing([f"{ground} ({words.number(count)})" for ground, count in sorted(counted.items())])
    numbers = words.number(findings.inputs.estimates["stand_in"].eq("yes").sum())
    return [
        edition("public.notice", numbers=numbers, estimates=words.number(len(findings.inputs.estimates)), grounds=grounds)
    ]


def beside_public(edition: Edition) -> list[str]:
    """What the public version says, and how clear that is beside the answer here; nothing without secrets."""
    findings, words = edition.findings, edition.words
    tables, public = findings.public_tables, findings.public_version
    if not findings.inputs.confidential:
        return []
    if public is None:
        lacking = tables.lacking if tables else 0
        return [edition("public.lacks", count=words.number(lacking)) if lacking else edition("public.broken")]
    texts = [edition("public.says", answer=answer_sentence(Edition(public, edition.lang)))]
    if findings.comparison.runner_up is None or public.comparison.runner_up is None:
        return texts
    (lead, share), (public_lead, public_share) = lead_and_share(edition), lead_and_share(Edition(public, edition.lang))
    return [*texts, edition("public.differs", lead=lead, share=share, public_lead=public_lead, public_share=public_share)]


def lead_and_share(edition: Edition) -> tuple[str, str]:
    """How far the best option leads, and how often it is best."""
    findings, words = edition.findings, edition.words
    comparison, table = findings.comparison, findings.comparison.table
    lead = table["net_benefit"][comparison.best] - table["net_benefit"][comparison.runner_up]
    return words.amount(lead), words.share(table["p_best"][comparison.best])


def table_beside_public(edition: Edition) -> Html:
    """The answer of every option beside that of the public version."""
    findings, words = edition.findings, edition.words
    names = edition.options
    rows = [
        [
            names[row["option"]],
            *(words.millions(row[name]) for name in ("net_benefit", "public_net_benefit", "net_benefit_difference")),
            *(words.share(row[name]) for name in ("p_best", "public_p_best")),
        ]
        for row in findings.public_comparison.to_dict("records")
    ]
    return (
        html_table(edition("public.beside"), [edition(f"public.column.{name}") for name in COLUMNS], rows, 5)
        if rows
        else Html()
    )
