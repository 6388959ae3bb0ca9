"""Where the number in a sentence stands in the tables: the address by which it is traced."""

from datetime import date
from typing import Any

import numpy as np

from fvmanalys.analysis.trace_tables import AND, KEYS, as_number, key_part
from fvmanalys.errors import UsageError
from fvmanalys.report.names import Names, Row
from fvmanalys.report.styles import style_of

__all__ = ["said_at"]

TABLES = {  # what the texts of each subject tell of
    "answer": "comparison full_use_after critical_path events areas switching_points",
    "board": "comparison spread largest estimates events decomposition",
    "budget": "limits_exceeded contract_terms context",
    "exhibit": "verdict_range comparison views measures",
    "notebook": "comparison events views areas",
    "own_report": "lead switching_values decomposition",
    "page": "",
    "public": "lead comparison public_comparison",
    "revisions": "revisions",
    "scenario": "scenarios",
    "training": "training_load",
    "turning": "switching_values scenarios variants lead",
    "verdict": "investigations portfolios bring_forward team_and_wait verdict_spans information_estimates"
    " information_groups verdict_range comparison coverage",
    "waiting": "first_month standing_optimum latest_decisions",
}
SAID = {  # where a field stands that its name and its row do not say, by the end of its text's name
    "answer.gap.gap": "lead/{second}/lead",
    "answer.undecided.low": "lead/{second}/low",
    "answer.undecided.high": "lead/{second}/high",
    "answer.ahead.lead": "lead/{option}/lead",
    "answer.no_switch.low": "counted//value_low",
    "answer.no_switch.high": "counted//value_high",
    "answer.rests.estimates": "evidence_counts/+/estimates",
    "answer.rests.fact": "evidence_counts/fact/estimates",
    "answer.rests.judgement": "evidence_counts/judgement/estimates",
    "answer.rests.assumption": "evidence_counts/assumption/estimates",
    "assumed.assumptions": "evidence_counts/assumption/estimates",
    "assumed.count": "evidence_counts/assumption/estimates",
    "assumed.estimates": "evidence_counts/+/estimates",
    "assumed.all": "evidence_counts/+/estimates",
    "notice.estimates": "evidence_counts/+/estimates",
    "notice.numbers": "counted//stand_ins",
    "as_of": "decision//as_of",
    "deadline": "events/{option}/{event}/deadline",
    "risk": "estimates/parameters/minimum_risk/likely",
    "budget.nominal.rate": "estimates/parameters/inflation/likely",
    "page.period.years": "estimates/parameters/horizon_years/likely",
    "page.benefit_rate.rate": "estimates/parameters/benefit_discount_rate/likely",
    "owed_to.event": "spread/event/share",
    "owed_to.experience": "spread/experience/share",
    "owed_to.assumption": "spread/assumption/share",
    "owed_to.judgement": "spread/judgement/share",
    "owed_to.fact": "spread/fact/share",
    "find_out.likely": "estimates/{id}/likely",
    "revisions.many.count": "counted//revisions",
    "verdict.numbers.count": "counted//tied",
    "verdict.decide.count": "counted//inquiries",
    "scenario.number.limit": "scenarios/{box}/{condition}/value",
    "own_report.differs.lead": "lead/{recommended}/lead",
    "turning.variant.behind": "lead/{option_id}/lead",
    "waiting.bill.ends": "counted//ends",
    "waiting.bill_only.ends": "counted//ends",
    "waiting.bill.goes_on": "counted//goes_on",
    "amount": "first_month//shifted_costs",
    "more": "counted//team_apart",
}
Facts = dict[str, Any]


def said_at(edition: Names, text: str, field: str, style: str, value: Any, facts: Row) -> str:
    """The address of a number that a field of a text tells; empty for what is no number or stands in no table.

    A number is known again by its digits: in a column of its own name, or anywhere if it has so many that no other
    number has the same.
    """
    subject = text.partition(".")[0]
    if subject not in TABLES or isinstance(value, str | bool) or not (number_of(style) or isinstance(value, date)):
        return ""
    known = {name: one for name, one in facts.items() if isinstance(name, str)}
    ends = [".".join([*text.split(".")[start:], field]) for start in range(text.count(".") + 2)]
    declared = [SAID[end].format_map(Parts(known)) for end in ends if end in SAID]
    if declared:
        return declared[0] if stands(edition, declared[0], value) else ""
    found = (found_in(edition, name, field, value, known) for name in TABLES[subject].split())
    return next(filter(None, found), "")


def number_of(style: str) -> bool:
    """Whether a style tells a number that is no part of a key."""
    return style != "year" and (style == "latest" or style_of(style)[0].is_number)


class Parts(dict[str, Any]):
    """Facts as they stand in an address; what is not known is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def stands(edition: Names, address: str, value: Any) -> bool:
    """Whether the number stands at an address."""
    try:
        return AND in address or edition.findings.tracer.value(address) == abs(as_number(value))
    except UsageError:
        return False


def found_in(edition: Names, name: str, field: str, value: Any, facts: Facts) -> str:
    """Where in a table the number stands, in the row that says most of what the sentence does."""
    table = edition.findings.tracer.table(name)
    keys = KEYS.get(name, "").split()
    columns = [one for one in table if one == field or (telling(value) and one not in [*keys, "key"])]
    wanted = {key_part(one) for one in facts.values() if isinstance(one, str | float | int)} - {""}
    best = ""
    most = -1
    for column in columns:
        for row in table[[same(one, value) for one in table[column]]].to_dict("records"):
            alike = sum(key_part(row[key]) in wanted for key in keys) + len(keys) * (column == field)
            if alike > most:
                best = f"{name}/{row['key']}/{column}"
                most = alike
    return best


def telling(value: Any) -> bool:
    """Whether a number has so many digits that it is known by them."""
    return not isinstance(value, date) and round(float(value), 6) != value


def same(one: Any, value: Any) -> bool:
    """Whether a cell holds the number, whatever its sign."""
    if isinstance(value, date) or not isinstance(one, int | float | np.number):
        return isinstance(one, date) and one == value
    return bool(abs(one) == abs(value))
