"""The analysis beside the organisation's own report: where they differ and what would make them agree."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.own_report import agreeing, differing, recommended
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.topics.turning import side

__all__ = ["OWN_REPORT", "own_report_sentences"]


def said(findings: Findings) -> pd.DataFrame:
    """What the report says and the model finds."""
    return findings.own_report


OWN_REPORT = Exhibit(
    "own_report",
    said,
    "name unit low:rounded likely:rounded high:rounded found:rounded kind known_from source_id",
    facts=lambda edition: {"recommended": recommended(edition.inputs)},
)


def own_report_sentences(edition: Edition) -> list[str]:
    """Whether the report and the analysis choose the same; else what tells them apart, and what would not."""
    comparison = edition.findings.comparison
    chosen = recommended(edition.inputs)
    if not chosen or not comparison.rivals:
        return []
    best = comparison.best
    if chosen in edition.inputs.family(best):
        return [edition("own_report.agrees", recommended=chosen, best=best)]
    benefit = comparison.table["net_benefit"]
    told = [edition("own_report.differs", recommended=chosen, best=best, lead=benefit[best] - benefit[chosen])]
    against = differing(best, chosen, edition.findings.reasons).to_dict("records")
    if against:
        told.append(edition("own_report.because", parts="; ".join(edition("own_report.part", row) for row in against)))
    rows = agreeing(comparison, edition.findings.turning).to_dict("records")
    parts = [edition(f"own_report.{side(row)}", row) for row in rows]
    key = "own_report.turns" if parts else "own_report.nothing_turns"
    return [*told, edition(key, recommended=chosen, conditions="; ".join(parts))]
