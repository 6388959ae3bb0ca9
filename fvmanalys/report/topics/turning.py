"""What the answer hangs on: when it holds, what would turn it, and what tells the options apart."""

from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.levers import SHARED
from fvmanalys.analysis.scenarios import AT_LEAST
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = [
    "CHANCES", "DECOMPOSITION", "SCENARIOS", "SWITCHING", "condition_sentences", "decomposition_caption", "is_open",
    "pair", "risk_sentences", "side", "steps", "turning", "turning_sentences", "variant_sentences",
]  # fmt: skip

MOST, MOST_STEPS = 12, 14
MOST_CONDITIONS = 3
ABOUT = ("kind", "confidential", "stand_in")


def turning(findings: Findings) -> pd.DataFrame:
    """The numbers and bundles that can turn the answer, the most probable first; a bundle has no range of its own."""
    known = findings.inputs.estimates.set_index("id")
    whose = findings.turning.assign(number=lambda table: table["id"].str.removeprefix(SHARED))
    table = whose.join(known[[*ABOUT, "low", "high"]], on="number").fillna(dict.fromkeys(ABOUT, ""))
    table["probability_beyond"] = table["probability_beyond"].where(~table["number"].str.startswith("bundle/"))
    return table.head(MOST)


def lost(findings: Findings) -> pd.DataFrame:
    """The conditions under which another option mostly is better, a row each."""
    table = findings.scenarios
    event = table["id"].str.startswith("events/")
    unit = findings.inputs.estimates.set_index("id")["unit"]
    least = table["operator"] == AT_LEAST
    told = np.where(event, np.where(least, "holds", "holds_not"), np.where(least, "at_least", "at_most"))
    return table.assign(**{"is": told}, limit=table["value"].mask(event), unit=table["id"].map(unit))


def apart(findings: Findings) -> pd.DataFrame:
    """What tells the leader from its nearest rival, a row a part that is not nothing: kind, part, difference."""
    table = findings.reasons
    mine = table[table["option"].eq(findings.comparison.best) & table["difference"].abs().gt(1e-9)]
    columns = {kind: mine["part"].where(mine["kind"].eq(kind), "") for kind in ("group", "area", "risk")}
    return mine.rename(columns={"option": "option_id"}).assign(**columns)


SWITCHING = Exhibit(
    "switching_values",
    turning,
    "id:lever kind base switching_value winner inside:yes_no probability_beyond",
    facts=lambda edition: {"best": edition.findings.comparison.best},
)
SCENARIOS = Exhibit(
    "scenarios",
    lost,
    "box:n0 id is limit:sized density coverage share",
    facts=lambda edition: {"best": edition.findings.comparison.best},
)
DECOMPOSITION = Exhibit(
    "decomposition",
    apart,
    "kind:word=part_kind part:difference_part difference",
    sums="table.total",
    facts=lambda edition: pair(edition.findings),
)


CHANCES = Exhibit(
    "p_best_range", "chances", "option_id p_best low:share high:share family family_p_best family_low family_high"
)


def pair(findings: Findings) -> dict[str, Any]:
    """The leader and its nearest rival; by how much it is ahead if nothing goes wrong, and in all."""
    table = apart(findings)
    calm = float(table.loc[table["kind"] != "risk", "difference"].sum())
    second = table["other"].iloc[0] if len(table) else ""
    return {
        "first": findings.comparison.best,
        "second": second,
        "calm": calm,
        "whole": float(table["difference"].sum()),
    }


def steps(findings: Findings, most: int = MOST_STEPS) -> list[dict[str, Any]]:
    """The parts as steps from nothing to the whole, the smallest of each kind taken together where they are many."""
    table = apart(findings)
    kept = set(table["difference"].abs().nlargest(most).index)
    found = []
    start = 0.0
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
    best = findings.comparison.best
    near = nearest(findings)
    parts = [condition(edition, row) for row in near.to_dict("records")]
    key = "turning.condition" if parts else "turning.none_inside"
    winners = edition.words.listing([edition.options[winner] for winner in near["winner"].unique()])
    return [edition(key, best=best, conditions="; ".join(parts), winners=winners)]


def condition(edition: Edition, row: dict[str, Any]) -> str:
    """On which side of its switching value a number must stay."""
    chance = "chance_" if row["id"].startswith("risks/") else ""
    told = {
        name: edition.leading(edition.tell("sized", row[column], row), f"switching_values/{row['id']}/{column}")
        for name, column in (("there", "switching_value"), ("here", "base"))
    }
    return edition(f"turning.{chance}{side(row)}", row, **told)


def nearest(findings: Findings) -> pd.DataFrame:
    """At most three conditions: numbers that turn the answer in some of their draws, then the leader's own risk.

    Of what is the same row of several options the closest stands for all.
    """
    table = findings.turning
    inside = table[table["probability_beyond"] > 0]
    things = inside["id"].str.removeprefix(SHARED).str.replace(r"^(\w+)/[^/]*/", r"\1/", regex=True)
    return (
        pd.concat([inside[~things.duplicated()], own_risks(findings).head(1)])
        .drop_duplicates("id")
        .head(MOST_CONDITIONS)
    )


def own_risks(findings: Findings) -> pd.DataFrame:
    """The leader's own risks that can turn the answer, the closest first."""
    starts = tuple(f"risks/{option}/" for option in findings.inputs.lines[findings.comparison.best])
    return findings.turning[findings.turning["id"].str.startswith(starts)]


def risk_sentences(edition: Edition) -> list[str]:
    """How probable the leader's own risk may be that is nearest to turning the answer, where no condition says it."""
    own = own_risks(edition.findings).head(1)
    best = edition.findings.comparison.best
    rows = own[~own["id"].isin(nearest(edition.findings)["id"])].rename(columns={"id": "risk"}).to_dict("records")
    return [edition(f"turning.risk_{side(row)}", row, best=best) for row in rows]


def variant_sentences(edition: Edition) -> list[str]:
    """Whether each variant of the leader pays, and from which probability of a risk on it would."""
    best = edition.findings.comparison.best
    told = []
    for row in edition.findings.variants.to_dict("records"):
        said = edition("turning.variant_even" if row["even"] else "turning.variant", row, best=best)
        turns = edition(f"turning.variant_{side(row)}", row) if row["risk"] and not row["even"] else ""
        told.append(f"{said} {turns}".rstrip())
    return told


def lost_sentences(edition: Edition) -> list[str]:
    """In which outcomes another option mostly is better than the leader, a sentence a box."""
    best = edition.findings.comparison.best
    texts = []
    table = lost(edition.findings)
    table = table.assign(risk=table["id"].str.replace("events/", "risks/", n=1))
    for box in table["box"].unique():
        rows = table[table["box"] == box].to_dict("records")
        parts = [edition(f"scenario.{'event' if row['id'].startswith('events/') else 'number'}", row) for row in rows]
        texts.append(edition("turning.lost", rows[0], conditions=edition.words.listing(parts), best=best))
    return texts


def turning_sentences(edition: Edition) -> list[str]:
    """The answer as a condition, what the leader's own risks may be, whether variants pay, and when it is not best."""
    conditions = condition_sentences(edition) + risk_sentences(edition)
    return conditions + variant_sentences(edition) + lost_sentences(edition)


def side(row: dict[str, Any]) -> str:
    """On which side of its switching value a number stands."""
    return "under" if row["switching_value"] >= row["base"] else "over"


def is_open(findings: Findings) -> bool:
    """Whether the answer is undecided: the margin's P5–P95 holds zero, and what a choice may lose exceeds the lead."""
    comparison = findings.comparison
    low, high = comparison.margin_range
    return bool(low < 0 < high and comparison.table["expected_loss"][comparison.best] > comparison.lead)
