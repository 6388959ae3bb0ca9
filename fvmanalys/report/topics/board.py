"""What is read on paper: the tables of the print set's eight pages, and the sentences beside them."""

from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.branches import branches, risk_losses
from fvmanalys.analysis.budget import budget_by_payer, budget_by_year
from fvmanalys.analysis.explain import area_levels, limits_at_worst, shortfalls_by_area
from fvmanalys.analysis.yearly import largest_assumptions
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Column, Exhibit
from fvmanalys.report.topics.answer import areas_by_name, of_options, option_rows, reference
from fvmanalys.report.topics.information import forward_sentence, verdict_sentences, worth_knowing
from fvmanalys.report.topics.people import use_sentences, wait_missing
from fvmanalys.report.topics.turning import turning
from fvmanalys.report.words import lowered

__all__ = [
    "AREA_LEVELS", "AREA_RISKS", "BRIEF", "BUDGET", "KINDS", "LIMITED", "PAID", "RISKS", "TIMES", "TREE", "TURNS",
    "WAYS", "budgeted", "deadline_sentences", "next_steps", "reason_sentences", "turns", "unknown_sentences",
]  # fmt: skip

MOST_TURNS, MOST_RISKS, MOST_DEADLINES, MOST_UNKNOWN = 8, 9, 2, 5
NOBODY = 0.5  # full-time equivalents
UNBROKEN = "\u2011"  # a hyphen at which no line is broken


def tree(findings: Findings) -> pd.DataFrame:
    """The branches; nothing where no option has events of its own."""
    table = branches(findings.comparison)
    return table if table["depth"].any() else table.iloc[:0]


def turns(findings: Findings) -> pd.DataFrame:
    """What most easily turns the answer, numbered."""
    table = turning(findings).head(MOST_TURNS)
    return table.assign(number=range(1, len(table) + 1))


def short(findings: Findings) -> pd.DataFrame:
    """How often the lasting options fall short in each area."""
    return shortfalls_by_area(findings.comparison.areas, budgeted(findings))


def times(findings: Findings) -> pd.DataFrame:
    """When each option is in full use, whether it meets the deadlines, and the largest team it needs."""
    table = option_rows(findings)[["option", "full_use_p50", "full_use_p85", "full_use_within_horizon"]].set_index(
        "option"
    )
    for name, mine in deadlines(findings).items():
        table[name] = mine.set_index("option")["p_deadline_met"]
    peaks = findings.staffing_peaks
    for employer in dict.fromkeys(peaks[peaks["peak_fte"] >= NOBODY]["employer"]):
        table[f"peak_{employer}"] = peaks[peaks["employer"].eq(employer)].set_index("option")["peak_fte"]
    return table.reset_index()


def deadlines(findings: Findings) -> dict[str, pd.DataFrame]:
    """The events with a deadline, the first of them, by the name of their column."""
    known = findings.events.dropna(subset=["p_deadline_met"])
    names = list(dict.fromkeys(known["event"]))[:MOST_DEADLINES]
    return {f"met_{name}": known[known["event"].eq(name)].drop_duplicates("option") for name in names}


def time_columns(edition: Edition) -> list[Column]:
    """The columns of `times`, each deadline's named by its event and day."""
    found = [Column("option", "option"), Column("full_use_p50", "month"), Column("full_use_p85", "month")]
    found += [Column("full_use_within_horizon", "share")]
    for name, table in deadlines(edition.findings).items():
        found.append(Column(name, "share", edition("board.deadline", table.iloc[0].to_dict()).replace("-", UNBROKEN)))
    known = [one for one in times(edition.findings) if one.startswith("peak_")]
    return found + [
        Column(one, "n0", edition("board.peak", employer=lowered(edition(f"employer.{one.removeprefix('peak_')}"))))
        for one in known
    ]


def deadline_sentences(edition: Edition) -> list[str]:
    """What each deadline is."""
    return [edition("board.deadline_is", table.iloc[0].to_dict()) for table in deadlines(edition.findings).values()]


def limited(findings: Findings) -> pd.DataFrame:
    """The limits with their names, and how probably each option exceeds them."""
    wide = limits_at_worst(findings.limits_exceeded)
    names = findings.inputs.tables["limits"]
    if wide.empty:
        return wide
    known = names[[one for one in ("limit_id", "name", "name_en") if one in names]]
    return wide.merge(known.drop_duplicates("limit_id"), on="limit_id", how="left")


def risks(findings: Findings) -> pd.DataFrame:
    """The risks that take most, with what tells that they come, what to do and who."""
    table = risk_losses(findings.comparison)
    lasting = findings.inputs.options(permanent_only=True)
    if table.empty:
        return table
    table = table[table["option_id"].isin([*lasting, ALL_OPTIONS])].reset_index(drop=True)
    for column in ("trigger", "action", "action_owner"):
        table[column] = table.get(column, "")
    return table.head(MOST_RISKS)


def budget_names(edition: Edition) -> dict[str, str]:
    """What each option with a budget is called."""
    return {one: edition.options[one] for one in budgeted(edition.findings)}


def budgeted(findings: Findings) -> list[str]:
    """The options with a budget: the reference and those that can be lasting."""
    lasting = findings.inputs.options(permanent_only=True)
    return [one for one in findings.inputs.options() if one in lasting or one == findings.inputs.reference]


def sums(findings: Findings) -> dict[str, float]:
    """What each option takes in all."""
    return dict(budget_by_year(findings.simulation).drop(columns="year").sum())


BRIEF = of_options("brief", "option:long_option net_benefit p_best cost_p50 full_use_p50", facts=reference)
WAYS = of_options(
    "options_in_full",
    "option:long_option net_benefit net_benefit_p05 net_benefit_p95 cost_p50 cost_p85 full_use_p50",
    facts=reference,
)
TREE = Exhibit("tree", tree, "option:branch share cost score net_benefit", facts=reference)
TURNS = Exhibit(
    "turns", turns, "number:n0 id:lever base switching_value winner probability_beyond", published="switching_values"
)
AREA_LEVELS = Exhibit(
    "area_levels",
    lambda findings: area_levels(findings.levels, findings.inputs.tables["areas"], findings.inputs.options()),
    "option:option_or_head *:points",
    each=areas_by_name,
    published="levels",
)
AREA_RISKS = Exhibit("area_risks", short, "option:option_or_head *:share", each=areas_by_name, published="areas")
BUDGET = Exhibit(
    "budget",
    lambda findings: budget_by_year(findings.simulation),
    "year *:money",
    sums="table.total",
    each=budget_names,
)
PAID = Exhibit("paid", lambda findings: budget_by_payer(findings.simulation), "payer:payer *:money", each=budget_names)
LIMITED = Exhibit("limited", limited, "name *:share", each=budget_names)
TIMES = Exhibit("times", times, time_columns)
RISKS = Exhibit("risk_list", risks, "name option_id probability:share loss action_owner trigger action")
KINDS = Exhibit("kinds_of_evidence", "evidence_counts", "kind estimates share", published="evidence_counts")


def reason_sentences(edition: Edition) -> list[str]:
    """The strongest reason for and against each option."""
    reasons = edition.findings.reasons
    found = []
    for option in edition.inputs.options(permanent_only=True):
        mine = reasons[reasons["option"] == option]
        if mine.empty:
            continue
        ends = {"for": mine.loc[mine["difference"].idxmax()], "against": mine.loc[mine["difference"].idxmin()]}
        said = {
            side: side_text(edition, side, row) if sign * row["difference"] > 0 else edition(f"board.no_{side}")
            for (side, row), sign in zip(ends.items(), (1, -1), strict=True)
        }
        found.append(
            edition("board.reason", option=edition.options[option], supports=said["for"], opposes=said["against"])
        )
    return found or [edition("board.no_other")]


def side_text(edition: Edition, side: str, row: Any) -> str:
    """One part of the difference in words."""
    part = edition.part(row["kind"], row["part"])
    keys = {"option": row["option"], "other": row["other"], "part": row["part"]}
    return edition(f"board.{row['kind']}_{side}", keys, name=part, difference=abs(row["difference"]))


def next_steps(edition: Edition) -> list[str]:
    """What to do next: against the leader's own risks, what to find out, what to bring forward and by when."""
    findings = edition.findings
    line = findings.inputs.lines[findings.comparison.best]
    table = risks(findings)
    mine = table[table["option_id"].isin(line) & table["action"].ne("")].head(2) if len(table) else table
    told = [
        edition("board.step_owned" if row["action_owner"] else "board.step", row) for row in mine.to_dict("records")
    ]
    when = [] if wait_missing(edition) else [*forward_sentence(edition), *use_sentences(edition)]
    return told + verdict_sentences(edition)[:1] + when


def unknown_sentences(edition: Edition) -> list[str]:
    """What nobody has confirmed: how much is assumed, the largest of it, and what is most worth knowing."""
    findings = edition.findings
    counts = findings.evidence_counts.set_index("kind")
    texts = [edition("board.assumed", count=counts["estimates"]["assumption"], all=counts["estimates"].sum())]
    shares = findings.spread.set_index("source")["share"]
    if len(shares):
        texts.append(edition("board.owed_to", shares))
    best = findings.comparison.best
    known = {row["id"]: row for row in edition.quantities}
    largest = largest_assumptions(findings.simulation, best).to_dict("records")
    texts += [edition("board.largest", option=edition.options[best])] if largest else []
    for row in largest:
        one = known[row["estimate"]]
        size = edition.leading(edition.tell("size", one["likely"], one), f"estimates/{one['id']}/likely")
        name = edition.estimate(one, with_option=False)
        texts.append(edition("board.assumption", row, name=name, size=size))
    if findings.comparison.runner_up is None:
        return texts
    rows = worth_knowing(findings, "assumption").head(MOST_UNKNOWN).to_dict("records")
    told = [edition("board.find_out" if is_known(row) else "board.find_out_name", row) for row in rows]
    return texts + ([edition("board.find_out_first"), *told] if told else [])


def is_known(row: dict[str, Any]) -> bool:
    """Whether there is a number behind what is worth knowing, and somebody who answers for it."""
    return bool(np.isfinite(row["likely"]) and row["owner"])
