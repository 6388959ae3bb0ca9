"""What is new since the last run: events, figures and sources that the tables now hold and did not hold then."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fvmanalys.analysis.mixtures import row_changes
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.asof import in_force
from fvmanalys.evidence.frames import plain_rows
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import TABLES, columns

__all__ = ["WINDOW_DAYS", "Change", "News", "news"]

WINDOW_DAYS = 30
EVIDENCE = ("kind", "source_id")
ASIDE = (*EVIDENCE, "known_from", "owner", "confidential", "note")
OWN_SECTION = ("decision", "sources", "milestones", "news", "measures")

Tables = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Change:
    """A row that is `new`, `changed`, `confirmed` (same value, other evidence) or `withdrawn`, and the one before."""

    table: str
    what: str
    row: dict[str, Any]
    before: dict[str, Any] | None = None


@dataclass(frozen=True)
class News:
    """What is new since a day: changed rows, and ids of sources not cited then.

    `told_by_run`: a former run's own tables were compared, else days of knowledge. `begins`: nothing was known then.
    """

    since: date
    told_by_run: bool
    begins: bool
    changes: list[Change]
    sources: list[str]
    before: Tables

    @property
    def milestones(self) -> list[Change]:
        """Changes of what has happened and what is planned."""
        return [change for change in self.changes if change.table == "milestones"]

    @property
    def figures(self) -> list[Change]:
        """Changes of everything else."""
        return [change for change in self.changes if change.table not in OWN_SECTION]


def news(inputs: Inputs, former: PublishedRun | None = None) -> News:
    """Compare the tables in force with those of the former run, or with what was known `WINDOW_DAYS` before."""
    now = plain_rows(inputs.tables)
    since = former.as_of if former else inputs.as_of - timedelta(days=WINDOW_DAYS)
    kept = None
    with suppress(UsageError):  # a former run that is older than what can be read today
        kept = plain_rows(former.inputs.tables) if former else None
    then = kept or {name: in_force(name, rows, since) for name, rows in plain_rows(inputs.history).items()}
    published = {row["source_id"]: row["published"] for row in now["sources"]}
    new = sorted(cited(now) - cited(then), key=lambda one: (published.get(one) or date.min, one), reverse=True)
    changes = [change for name in TABLES for change in compared(name, then.get(name, []), now[name])]
    return News(since, kept is not None, not then.get("options"), changes, new, then)


def compared(table: str, then: list[dict[str, Any]], now: list[dict[str, Any]]) -> Iterator[Change]:
    """What differs between the rows of one table then and now; evidence and words alone make no change."""
    for change in row_changes(table, then, now):
        differs = set(change.columns) & set(columns(table))
        if change.what != "changed" or differs - set(ASIDE):
            yield Change(table, change.what, change.row, change.before)
        elif differs & set(EVIDENCE):
            yield Change(table, "confirmed", change.row, change.before)


def cited(tables: Tables) -> set[str]:
    """The ids of sources that rows cite."""
    rows = [row for name, some in tables.items() if name != "sources" for row in some]
    return {one for row in rows for one in split(row.get("source_id") or "")}
