"""Two published runs side by side: what changed in the answer, and which inputs did it."""

from dataclasses import dataclass, replace
from pathlib import Path

from fvmanalys.analysis import find
from fvmanalys.errors import UsageError
from fvmanalys.evidence.published import read_published
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html
from fvmanalys.report.styles import style_of
from fvmanalys.report.topics.since import CHANGED_PARTS, CHANGED_ROWS, changes_answer, changes_missing

__all__ = ["Grid", "Told", "differences"]


@dataclass(frozen=True)
class Grid:
    """A table in words: its title, its headings, its rows, and which of its columns are numbers."""

    title: str
    head: list[str]
    rows: list[list[str]]
    numbers: list[int]


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
    grids = [*(grid(one, edition) for one in CHANGED_PARTS), grid(CHANGED_ROWS, edition, counting_only=True)]
    return Told(changes_answer(edition), [one for one in grids if one.rows])


def grid(exhibit: Exhibit, edition: Edition, **choice: bool) -> Grid:
    """An exhibit in plain words."""
    columns = exhibit.shown(edition)
    numbers = [place for place, column in enumerate(columns) if style_of(column.style)[0].is_number]
    rows = [[plain(text) for text in row] for row in exhibit.told(edition, **choice)]
    return Grid(exhibit.words(edition, "title"), [column.heading for column in columns], rows, numbers)


def plain(text: str) -> str:
    return text.striptags() if isinstance(text, Html) else text
