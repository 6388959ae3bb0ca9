"""Who: what waiting costs, how large a team to keep, who is needed when, and what agreements bind."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import CONSULTANT, peaks_by_option
from fvmanalys.analysis.pause import BEST, waiting_is_possible
from fvmanalys.analysis.staffing import SOMEBODY, agreement_table, terms
from fvmanalys.analysis.whatif import standing_over_delays
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = [
    "AGREEMENTS", "BILL", "BURDEN", "DEADLINES", "DELAYS", "FLAT", "OPTIMA", "PEAKS", "TEAMS", "TERMS", "TRAINING",
    "bill_caption", "bill_sentence", "delay_caption", "delay_sentence", "staffing_caption", "standing_moves",
    "team_caption", "team_missing", "team_sentence", "training_sentences", "wait_missing", "waiting_answer",
]  # fmt: skip

AT_END, FLAT = 0.02, 0.3
EVIDENCE = "kind source_id note"


def delays(findings: Findings) -> pd.DataFrame:
    """What is lost at every delay, the best option first."""
    table = findings.knowledge.delays
    order = [BEST, *findings.inputs.options()]
    return table[table["months"] > 0].sort_values(
        ["option", "months"], key=lambda column: column.map(order.index) if column.name == "option" else column
    )


def bill_sums(findings: Findings) -> Iterator[dict[str, Any]]:
    """What a month costs in all, and what of it ends with the decision."""
    table = findings.pause_bill
    for word, rows in (("sum_ending", table[table["ends_with_decision"].astype(bool)]), ("sum", table)):
        yield {"sum": f"exhibit.pause_bill.{word}", "msek_per_month": rows["msek_per_month"].sum()}


DELAYS = Exhibit("cost_of_delay", delays, "option months loss pause_bill:money lost_points:money shifted_costs:money")
BILL = Exhibit(
    "pause_bill",
    "pause_bill",
    "stream:estimate part:part msek_per_month:money ends_with_decision:yes_no kind source_id",
    sums=bill_sums,
)
OPTIMA = Exhibit(
    "standing_optimum",
    "standing_optima",
    "option share low:share high:share full:n0 kept:n0 least_cost:money none_cost:money full_cost:money",
)
TEAMS = Exhibit(
    "standing_team", "standing_curves", "option share pause_cost:money rebuild_cost:money late_cost:money total"
)
DEADLINES = Exhibit("latest_decisions", "latest_decisions", "option year p50:latest p80:latest")
PEAKS = Exhibit(
    "staffing_peaks",
    lambda findings: findings.staffing_peaks[findings.staffing_peaks["peak_fte"] >= SOMEBODY],
    "option employer:word=employer peak_fte:n0 peak_time:month before_fte:n0 exceeds:yes_no mean_share:share",
)
AGREEMENTS = Exhibit(
    "agreements",
    lambda findings: agreement_table(findings.inputs),
    "name ends:day likely notice:n0 kinds:kinds source_id note",
)
TERMS = Exhibit(
    "terms", lambda findings: terms(findings.inputs), f"name likely known_from {EVIDENCE}", published="context"
)
TRAINING = Exhibit(
    "training_load",
    "training_load",
    "option users:n0 hours:spread=thousands months:rough fte:rough cost:spread=money contract:money",
)
BURDEN = Exhibit("start_burden", "start_burden", f"id cost {EVIDENCE}")


def wait_missing(edition: Edition) -> str:
    """Why nothing can be said of waiting; nothing where it can."""
    if edition.findings.decision_taken is not None:
        return edition("missing.wait_taken", edition.findings.decision_taken)
    return "" if waiting_is_possible(edition.inputs) else edition("missing.wait_no_decision")


def team_missing(edition: Edition) -> str:
    """Why no standing team can be weighed; nothing where it can."""
    return wait_missing(edition) or ("" if edition.inputs.has("readiness") else edition("missing.readiness"))


def waiting_answer(edition: Edition) -> list[str]:
    """What a month of waiting costs, how large a team to keep, and by when to decide; or why that cannot be said."""
    reason = wait_missing(edition)
    if reason:
        return [reason]
    team = team_missing(edition) or team_sentence(edition)
    return [delay_sentence(edition), *bill_sentence(edition), team, *use_sentences(edition)]


def delay_sentence(edition: Edition) -> str:
    """What the first month of delay costs, by part."""
    row = edition.findings.knowledge.first_month(BEST)
    shifted = "waiting.shift_up" if row["shifted_costs"] >= 0 else "waiting.shift_down"
    return edition("waiting.month", row, shifted=edition(shifted, amount=abs(row["shifted_costs"])))


def bill_sentence(edition: Edition) -> list[str]:
    """What is paid each month, and how much of it ends with the decision."""
    if edition.findings.pause_bill.empty:
        return []
    ends, whole = (row["msek_per_month"] for row in bill_sums(edition.findings))
    return [edition("waiting.bill" if whole > ends else "waiting.bill_only", ends=ends, goes_on=whole - ends)]


def team_sentence(edition: Edition) -> str:
    """How large a team to keep for the best option, and how flat the curve is or at which end it is best."""
    table = edition.findings.standing_optima.set_index("option", drop=False)
    team = table.loc[edition.findings.comparison.best]
    more = abs(team["full_cost"] - team["none_cost"])
    texts = [edition("waiting.team", team)]
    if team["share"] <= AT_END or team["share"] >= 1 - AT_END:
        texts.append(edition("waiting.team_none" if team["share"] <= AT_END else "waiting.team_full", more=more))
    texts += [edition("waiting.team_flat")] if team["high"] - team["low"] >= FLAT else []
    return " ".join(texts)


def use_sentences(edition: Edition) -> list[str]:
    """By when to decide for the best option to be in full use by the first year that can be reached."""
    table = edition.findings.latest_decisions
    as_of = edition.as_of
    rows = table[table["option"] == edition.findings.comparison.best].to_dict("records")
    within = [row for row in rows if row["p50"] is not None and row["p50"] >= as_of]
    if not within:
        return [edition("waiting.too_late", rows[0])] if rows else []
    row = within[0]
    late = "waiting.missed" if row["p80"] is None or row["p80"] < as_of else "waiting.by_day"
    return [edition("waiting.use", row, late=edition(late, row))]


def training_sentences(edition: Edition) -> list[str]:
    """What training takes with the best option, and whether the cost rows say the same."""
    table = edition.findings.training_load
    if table.empty:
        return []
    texts = edition.each("training.load", table[table["option"] == edition.findings.comparison.best].to_dict("records"))
    apart = [edition.options[option] for option in table.loc[~table["agrees"].astype(bool), "option"]]
    agree = edition("training.apart", options=edition.words.listing(apart)) if apart else edition("training.agrees")
    return [*texts, agree]


def standing_moves(edition: Edition) -> list[str]:
    """How the best share moves if the decision comes later, and which option is chosen."""
    findings = edition.findings
    best = edition.findings.comparison.best
    simulation = findings.simulation
    moves = standing_over_delays(findings.inputs, best, draws=min(2048, simulation.draws), seed=simulation.seed)
    texts = edition.each("waiting.moves", moves[moves["delay"] > 0].to_dict("records"))
    optima = findings.standing_optima
    others = edition.each("waiting.other", optima[optima["option"] != best].to_dict("records"))
    return texts + ([edition("waiting.others", parts=edition.words.listing(others))] if others else [])


def delay_caption(edition: Edition) -> Caption:
    """What a month costs, and each option's loss at the longest wait."""
    table = edition.findings.knowledge.delays
    last = table[table["months"] == table["months"].max()].set_index("option", drop=False)
    rows = last.drop(BEST).to_dict("records")
    month = edition.findings.knowledge.monthly_delay()
    return edition.caption("delay", rows, month=month, months=last.at[BEST, "months"], loss=last.at[BEST, "loss"])


def bill_caption(edition: Edition) -> Caption:
    """What a month costs in all, and every part."""
    ends, whole = (row["msek_per_month"] for row in bill_sums(edition.findings))
    rows = edition.findings.pause_bill.to_dict("records")
    return edition.caption("bill", rows, "title" if whole > ends else "title_only", ends=ends, goes_on=whole - ends)


def staffing_caption(edition: Edition) -> Caption:
    """The highest peak, and each option's."""
    peaks = peaks_by_option(edition.findings.staffing)
    shares = edition.findings.staffing_peaks.set_index(["option", "employer"])["mean_share"]
    known = [option for option in edition.options if option in peaks.index]
    rows = [{**peaks.loc[option], "option": option, "share": shares.get((option, CONSULTANT), 0.0)} for option in known]
    top = str(peaks["peak"].idxmax())
    return edition.caption("staffing", rows, option=top, **peaks.loc[top, ["peak", "when"]])


def team_caption(edition: Edition) -> Caption:
    """The best share for the best option (or the first that has one), and each option's."""
    rows = edition.findings.standing_optima.to_dict("records")
    first = next((row for row in rows if row["option"] == edition.findings.comparison.best), rows[0])
    return edition.caption("standing", rows, option=first["option"], share=first["share"])
