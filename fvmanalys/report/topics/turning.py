"""What the answer hangs on: the conditions under which it holds, what would turn it, and what tells the options apart."""

from typing import Any

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.switching import closest_first
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = [
    "CHANCES", "DECOMPOSITION", "SWITCHING", "condition_sentences", "decomposition_caption", "is_open", "pair",
    "risk_sentences", "steps", "turning_sentences",
]  # fmt: skip

MOST, MOST_STEPS = 12, 14
MOST_CONDITIONS = 3
ABOUT = ("kind", "confidential", "stand_in")


def turning(findings: Findings) -> pd.DataFrame:
    """The numbers and bundles that can turn the answer, those first that most probably do."""
    table = closest_first(findings.switching_values)
    known = findings.inputs.estimates.set_index("id")
    return table.join(known[list(ABOUT)], on="id").fillna(dict.fromkeys(ABOUT, "")).head(MOST)


def apart(findings: Findings) -> pd.DataFrame:
    """What tells the leader from its nearest rival, a row a part that is not nothing: kind, part, difference."""
    table = findings.reasons
    mine = table[table["option"].eq(findings.comparison.best) & table["difference"].abs().gt(1e-9)]
    columns = {kind: mine["part"].where(mine["kind"].eq(kind), "") for kind in ("group", "area", "risk")}
    return mine.rename(columns={"option": "option_id"}).assign(**columns)


def apart_in_all(findings: Findings) -> list[dict[str, Any]]:
    """The sum of the parts."""
    return [{"sum": "table.total", "difference": float(apart(findings)["difference"].sum())}]


SWITCHING = Exhibit(
    "switching_values",
    turning,
    "id:lever kind:kind unit:unit base:rounded switching_value:rounded winner:option inside:yes_no probability_beyond:share1",
    facts=lambda edition: {"best": edition.findings.comparison.best},
)
DECOMPOSITION = Exhibit(
    "decomposition",
    apart,
    "kind:word=part_kind part:difference_part difference:money",
    sums=apart_in_all,
    facts=lambda edition: pair(edition.findings),
)


CHANCES = Exhibit(
    "p_best_range",
    lambda findings: findings.chances,
    "option_id:option p_best:share low:share high:share family:option family_p_best:share family_low:share family_high:share",
)


def pair(findings: Findings) -> dict[str, Any]:
    """The leader and its nearest rival; by how much it is ahead if nothing goes wrong, and in all."""
    table = apart(findings)
    calm = float(table.loc[table["kind"] != "risk", "difference"].sum())
    second = table["other"].iloc[0] if len(table) else ""
    return {"first": findings.comparison.best, "second": second, "calm": calm, "whole": float(table["difference"].sum())}


def steps(findings: Findings) -> list[dict[str, Any]]:
    """The parts as steps from nothing to the whole, the smallest of each kind taken together where they are many."""
    table = apart(findings)
    kept = set(table["difference"].abs().nlargest(MOST_STEPS).index)
    found, start = [], 0.0
    for kind in ("area", "group", "risk"):
        mine = table[table["kind"] == kind]
        rest = mine[~mine.index.isin(kept)]["difference"]
        rows = mine[mine.index.isin(kept)][["kind", "part", "difference"]].to_dict("records")
        rows += [{"kind": kind, "part": "", "difference": float(rest.sum())}] if len(rest) else []
        for row in rows:
            found.append(row | {"start": start, "end": start + row["difference"]})
            start += row["difference"]
    return found


def decomposition_caption(edition: Edition) -> Caption:
    """What the leader's lead would be if nothing went wrong, and what it is; and every step."""
    return edition.caption("decomposition", steps(edition.findings), **pair(edition.findings))


def condition_sentences(edition: Edition) -> list[str]:
    """The answer as a condition, what most probably turns it first; nothing where there is no rival."""
    findings = edition.findings
    if not findings.comparison.rivals:
        return []
    best, near = findings.comparison.best, nearest(findings)
    parts = [edition(f"turning.{side(row)}", row) for row in near.to_dict("records")]
    key = "turning.condition" if parts else "turning.none_inside"
    winners = edition.words.listing([edition.options[winner] for winner in near["winner"].unique()])
    return [edition(key, best=best, conditions="; ".join(parts), winners=winners)]


def nearest(findings: Findings) -> pd.DataFrame:
    """The numbers that turn the answer in some of their own draws, at most three."""
    table = closest_first(findings.switching_values)
    return table[table["probability_beyond"] > 0].head(MOST_CONDITIONS)


def risk_sentences(edition: Edition) -> list[str]:
    """How probable the leader's own risk may be that is nearest to turning the answer, where no condition says it."""
    findings, best = edition.findings, edition.findings.comparison.best
    table = closest_first(findings.switching_values)
    starts = tuple(f"risks/{option}/" for option in findings.inputs.lines[best])
    own = table[table["id"].str.startswith(starts) & ~table["id"].isin(nearest(findings)["id"])]
    rows = own.head(1).rename(columns={"id": "risk"}).to_dict("records")
    return [edition(f"turning.risk_{side(row)}", row, best=best) for row in rows]


def turning_sentences(edition: Edition) -> list[str]:
    """The answer as a condition, and what the leader's own risks may be."""
    return condition_sentences(edition) + risk_sentences(edition)


def side(row: dict[str, Any]) -> str:
    """On which side of its switching value a number stands."""
    return "under" if row["switching_value"] >= row["base"] else "over"


def is_open(findings: Findings) -> bool:
    """Whether the answer is undecided: the margin's P5–P95 holds zero, and what a choice may lose exceeds the lead."""
    comparison = findings.comparison
    low, high = comparison.margin_range
    return bool(low < 0 < high and comparison.table["expected_loss"][comparison.best] > comparison.lead)

