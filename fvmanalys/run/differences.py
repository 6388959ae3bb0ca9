"""Two published runs side by side: what changed in the answer, and which inputs did it."""

from dataclasses import dataclass, replace
from pathlib import Path

from fvmanalys.analysis import find
from fvmanalys.errors import UsageError
from fvmanalys.evidence.published import read_published
from fvmanalys.report.changes import Grid, changes_answer, changes_missing, part_grids, row_grid
from fvmanalys.report.edition import Edition

__all__ = ["Told", "differences"]


@dataclass(frozen=True)
class Told:
    """What changed, in sentences and tables."""

    sentences: list[str]
    grids: list[Grid]


def differences(former: Path, later: Path, lang: str | None = None) -> Told:
    """Compare two published runs; UsageError where a folder is none, or where it cannot be told what changed."""
    before, after = read_published(former), read_published(later)
    asked = after.manifest["parameters"]
    findings = replace(find(after.inputs, asked["draws"], asked["seed"], before), published=after)
    edition = Edition(findings, lang or asked["lang"])
    reason = changes_missing(edition)
    if reason:
        raise UsageError(reason)
    rows = row_grid(edition, counting_only=True)
    return Told(changes_answer(edition), [*part_grids(edition), *([rows] if rows.rows else [])])
