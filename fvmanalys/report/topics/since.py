"""What changed since the former run: the sentences and tables of that question."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.changes import CODE, SAMPLING
from fvmanalys.analysis.mixtures import RowChange
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Column, Exhibit
from fvmanalys.report.item import NOTHING
from fvmanalys.report.markup import Html
from fvmanalys.report.told_of_changes import UNSEEN, group_names, signed
from fvmanalys.report.words import lowered

__all__ = [
    "CHANGED_LEAD", "CHANGED_PARTS", "CHANGED_ROWS", "Headline", "changes_answer", "changes_caption", "changes_missing",
    "changes_sentence", "headline", "largest_parts", "part_names", "told_parts",
]  # fmt: skip

MOST_PARTS = 9
OTHER = "other"


@dataclass(frozen=True)
class Headline:
    """The change that is told first: `parts` by group sum to `after` − `before`, in MSEK.

    `kind` is lead (of the best option before the next) or, where that cannot be told, cost (of the best).
    """

    kind: str
    parts: pd.Series
    before: float
    after: float

    @property
    def change(self) -> float:
        """The whole change."""
        return self.after - self.before

    @property
    def largest(self) -> str:
        """The group that did most in the direction of the change."""
        return str((self.parts * np.sign(self.change)).idxmax())


def headline(findings: Findings) -> Headline | None:
    """What is told first; nothing where the best option was not there before."""
    changes, comparison = findings.changes, findings.comparison
    best, second = comparison.best, comparison.runner_up
    worth, cost = changes.whole("net_benefit"), changes.whole("cost_mean")
    if second is not None and {best, second} <= set(worth.index):
        parts = changes.parts("net_benefit")
        ends = worth.loc[best] - worth.loc[second]
        return Headline("lead", parts[best] - parts[second], ends["before"], ends["after"])
    if best in cost.index:
        return Headline("cost", changes.parts("cost_mean")[best], *cost.loc[best, ["before", "after"]])
    return None


def changes_missing(edition: Edition) -> str:
    """Why it cannot be told what changed; nothing where it can."""
    findings = edition.findings
    changes = findings.changes
    if changes.told:
        return ""
    return edition(f"changes.missing.{changes.reason}", run_id=changes.former.run_id if changes.former else "")


def changes_sentence(edition: Edition) -> str:
    """What changed, in one sentence; nothing where it cannot be told."""
    findings, words = edition.findings, edition.words
    changes = findings.changes
    told = headline(findings) if changes.told else None
    if not changes.told or changes.former is None:
        return ""
    names = edition.options_of_both
    best = findings.comparison.best
    facts = {
        "as_of": words.day(changes.former.as_of),
        "best": names[best],
        "former": names.get(changes.best_before, NOTHING),
    }
    if told is None:
        return edition("changes.arrived_best", **facts)
    if abs(told.change) < UNSEEN:
        return edition("changes.same", **facts)
    which = "same_best" if changes.best_before == best else "other_best"
    return edition(f"changes.{told.kind}_{which}", **facts, **told_facts(edition, told))


def told_facts(edition: Edition, told: Headline) -> dict[str, str]:
    """The numbers of the sentence."""
    findings, words = edition.findings, edition.words
    comparison, names = findings.comparison, edition.options_of_both
    chances = findings.changes.whole("p_best").reindex([comparison.best]).iloc[0]
    before, after = words.share(chances["before"]), words.share(chances["after"])
    return {
        "second": names.get(str(comparison.runner_up), NOTHING),
        "moved": edition("changes.grown" if told.change > 0 else "changes.shrunk"),
        "change": words.amount(abs(told.change)),
        "now": words.amount(told.after),
        "group": lowered(group_names(edition)[told.largest]),
        "part": f"{'+' if told.parts[told.largest] > 0 else ''}{words.amount(told.parts[told.largest])}",
        "chance": edition(
            "changes.chance_same" if before == after else "changes.chance_moved", before=before, after=after
        ),
    }


def changes_answer(edition: Edition) -> list[str]:
    """What changed, which options came or went, and how sure the division is."""
    findings, words = edition.findings, edition.words
    changes = findings.changes
    names = edition.options_of_both if findings.changes.told else {}
    if not changes.told:
        return [changes_missing(edition)]
    texts = [changes_sentence(edition)]
    for key, options in (("arrived", changes.arrived), ("gone", changes.gone)):
        texts += (
            [edition(f"changes.{key}", options=words.listing([names[option] for option in options]))] if options else []
        )
    counted = sum(change.counts for change in changes.row_changes)
    texts.append(edition("changes.count", rows=words.number(len(changes.row_changes)), counted=words.number(counted)))
    return texts + remarks(edition)


def remarks(edition: Edition) -> list[str]:
    """What the reader should know of code, sampling and the precision of the parts."""
    findings = edition.findings
    parts = findings.changes.parts("net_benefit").abs().max(axis=1)
    texts = [edition(f"changes.about_{name}") for name in (CODE, SAMPLING) if parts.get(name, 0.0) >= UNSEEN]
    return texts + ([edition("changes.about_orders")] if findings.changes.sampled else [])


def idle_parts(findings: Findings, measure: str) -> list[str]:
    """Code and sampling, as far as they did nothing to a measure that anybody would see."""
    parts = findings.changes.parts(measure)
    least = UNSEEN / (100 if measure == "p_best" else 1)
    return [name for name in (CODE, SAMPLING) if name in parts.index and parts.loc[name].abs().max() < least]


def ordered_rows(findings: Findings, counting_only: bool = False) -> list[RowChange]:
    """The rows that differ: those behind the largest changes first, those without effect last."""
    changes = findings.changes
    told = headline(findings)
    sizes = {} if told is None else told.parts.abs().to_dict()
    rows = [change for change in changes.row_changes if changes.group_of(change) or not counting_only]
    return sorted(
        rows, key=lambda change: -sizes.get(changes.group_of(change), 0.0 if changes.group_of(change) else -1.0)
    )


def all_parts(findings: Findings, told: Headline) -> pd.DataFrame:
    """What each group did to the best option, the largest first: `part` in MSEK, `chance` as a share."""
    best = findings.comparison.best
    chances = findings.changes.parts("p_best")
    chance = chances[best] if best in chances else pd.Series(np.nan, told.parts.index)
    table = pd.DataFrame({"part": told.parts, "chance": chance})
    return table.loc[table["part"].abs().sort_values(ascending=False, kind="stable").index]


def lead_parts(findings: Findings) -> pd.DataFrame:
    """The same, without code and sampling where they did nothing; empty where nothing can be told."""
    told = headline(findings) if findings.changes.told else None
    if told is None:
        return pd.DataFrame()
    return all_parts(findings, told).drop(index=idle_parts(findings, "net_benefit")).rename_axis("group").reset_index()


def lead_sums(findings: Findings) -> list[dict[str, Any]]:
    """The whole of what the best option changed by."""
    table = lead_parts(findings)
    return [{"sum": "changes.whole", "part": table["part"].sum(), "chance": table["chance"].sum(min_count=1)}]


def lead_columns(edition: Edition) -> list[Column]:
    """A group, what it did to the lead or the cost, and to the chance of being best."""
    told = headline(edition.findings)
    part = edition(f"exhibit.changed_lead.column.part_{told.kind if told else 'lead'}")
    return [
        Column("group", "changed_group"),
        Column("part", "moved=net_benefit", part),
        Column("chance", "moved=p_best"),
    ]


def measure_parts(measure: str, findings: Findings) -> pd.DataFrame:
    """A figure of every option before, and what each group did to it."""
    if not findings.changes.told or findings.changes.whole(measure).empty:
        return pd.DataFrame()
    parts = findings.changes.parts(measure).drop(index=idle_parts(findings, measure))
    before = findings.changes.whole(measure)[["before"]].T
    return pd.concat([before, parts]).rename_axis("group").reset_index()


def measure_sums(measure: str, findings: Findings) -> list[dict[str, Any]]:
    """The whole change, and the figure now."""
    whole = findings.changes.whole(measure)
    change = {"sum": "changes.whole", **whole["change"].to_dict()}
    return [change, {"sum": "changes.after", "group": "after", **whole["after"].to_dict()}]


def options_of(measure: str, edition: Edition) -> dict[str, str]:
    """What each option of either run is called that has the figure."""
    options = edition.findings.changes.whole(measure).index if edition.findings.changes.told else ()
    return {option: edition.options_of_both[option] for option in options}


def changed_rows(findings: Findings, counting_only: bool = False) -> pd.DataFrame:
    """The rows that differ, in the order in which they are told; all, or those that the answer is computed from."""
    changes = findings.changes
    about = ("kind", "source_id", "known_from", "stand_in", "confidential", "confidential_en")
    rows = [
        {"group": changes.group_of(one), "option": one.row.get("option_id", ""), "row": one, "what": one}
        | {"before": one, "after": one}
        | {name: one.row.get(name, "") for name in about}
        for one in ordered_rows(findings, counting_only)
    ]
    return pd.DataFrame(rows)


CHANGED_LEAD = Exhibit("changed_lead", lead_parts, lead_columns, sums=lead_sums)
CHANGED_PARTS = [
    Exhibit(
        f"changed_{measure}",
        partial(measure_parts, measure),
        f"group:changed_group *:moved={measure}",
        each=partial(options_of, measure),
        sums=partial(measure_sums, measure),
    )
    for measure in ("net_benefit", "p_best", "cost_mean", "score")
]
CHANGED_ROWS = Exhibit(
    "changed_rows",
    changed_rows,
    "group:changed_group row:changed_row option:changed_option what:changed_what before:side=before "
    "after:side=after kind known_from",
    aside="source_id",
)


def largest_parts(findings: Findings, told: Headline) -> pd.DataFrame:
    """The largest parts, and the rest as one (`other`)."""
    table = all_parts(findings, told)
    seen = (table["part"].abs() >= 0.05) | (table["chance"].abs() >= 0.0005)
    kept = table[seen].head(MOST_PARTS)
    rest = table.drop(kept.index).sum()
    return pd.concat([kept, rest.to_frame(OTHER).T]) if seen.sum() > MOST_PARTS else kept


def part_names(edition: Edition) -> dict[str, str]:
    """What every part is called."""
    return group_names(edition) | {OTHER: edition("changes.other")}


def changes_caption(edition: Edition) -> Caption:
    """How much the lead moved and mostly why; and every part. Empty where nothing can be told."""
    told = headline(edition.findings)
    if told is None:
        return Caption("", "", "")
    names = edition.options_of_both
    called = part_names(edition)
    comparison = edition.findings.comparison
    facts = {
        "best": names[comparison.best],
        "second": names.get(str(comparison.runner_up), ""),
        "moved": edition("changes.grown" if told.change > 0 else "changes.shrunk"),
        "change": abs(told.change),
        "group": lowered(called[told.largest]),
    }
    parts = largest_parts(edition.findings, told).rename_axis("name").reset_index().to_dict("records")
    rows = "; ".join(part_told(edition, row | {"name": called[str(row["name"])]}) for row in parts)
    return edition.caption("changes", rows, f"title_{told.kind}", before=told.before, after=told.after, **facts)


def part_told(edition: Edition, row: dict[str, Any]) -> str:
    """One part in words."""
    facts = {"name": row["name"], "part": signed(row["part"], "net_benefit", edition.words)}
    if np.isnan(row["chance"]):
        return edition("chart.changes.row", **facts)
    return edition("chart.changes.row_both", chance=signed(row["chance"], "p_best", edition.words), **facts)


def told_parts(edition: Edition) -> Html:
    """What every group did to each option, a table a measure."""
    return Html("").join(exhibit(edition) for exhibit in CHANGED_PARTS)
