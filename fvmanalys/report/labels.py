"""What estimates are called, also where a row has no name of its own."""

from typing import Any

import numpy as np

from fvmanalys.analysis import Findings
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.names import area_names, is_stand_in, measured, option_names
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.words import SPACE, Words

__all__ = ["investigation_names", "label", "lowered", "number_names", "option_of", "rough"]

NAMING = ("what", "category", "item_id", "role_id", "event_id", "risk_id", "criterion_id", "year")  # of a row that has no name
PREFIXED = ("areas", "criteria", "investigations", "levels", "price_index", "readiness", "risks", "staff_costs", "timeline", "viewpoints")


def label(findings: Findings, row: dict, words: Words) -> str:
    """What a row of a table is about: its name, or else what its keys say."""
    if row["table"] == "options":
        return option_names(findings, words, "name").get(row["option_id"]) or words.of(row, "name")
    area = [area_names(findings, words).get(row["area_id"], row["area_id"])] if "area_id" in row else []
    if row["table"] == "areas" and area:
        return area[0]
    if row.get("name") or row.get("item"):
        return ", ".join([words.of(row, "name" if row.get("name") else "item"), *(area if row["table"] == "viewpoints" else [])])
    if row.get("parameter_id"):
        return words(f"workbook.parameter.{row['parameter_id']}")
    parts = area + ([event_name(findings, row, words) if row["from_event"] else words("label.now")] if row["table"] == "levels" else [])
    parts += [words.of(row, column) for column in NAMING if row.get(column)]
    parts += [words("table.standing", share=words.share(row["standing_share"]))] if "standing_share" in row else []
    return ", ".join(parts) or words(f"table_name.{row['table']}")


def event_name(findings: Findings, row: dict, words: Words) -> str:
    """The name of the event from which a row counts: the option's own, else the one that all share, else any option's."""
    rows = [event for event in findings.inputs.records["timeline"] if event["event_id"] == row["from_event"]]
    nearest = sorted(rows, key=lambda event: (event["option_id"] != row.get("option_id"), event["option_id"] != ALL_OPTIONS))
    return words.of(nearest[0], "name") if nearest and nearest[0]["name"] else str(row["from_event"])


def option_of(row: dict, names: dict[str, str], words: Words) -> str:
    """Which option an estimate belongs to."""
    option = row.get("option_id", "")
    return words("table.all_options") if option == "*" else names.get(option, "–")


def number_names(findings: Findings, words: Words, marked: bool = False, with_option: bool = True) -> dict[str, str]:
    """What every estimate is called: what it is, of which option, and in which outcomes it counts; marked with its kind if asked."""
    names, records = option_names(findings, words), findings.inputs.records
    risks = {row["risk_id"]: words.of(row, "name") for row in records["risks"]}
    found = {}
    for table, rows in records.items():
        for row in (row for row in rows if row["id"]):
            text, option = full_label(findings, row | {"table": table}, words), row.get("option_id", "")
            text = words("label.of", name=text, option=unbroken(names[option])) if with_option and option in names else text
            text = conditional(text, row, risks, words)
            text = words("public.named", name=text) if is_stand_in(row) else text
            found[row["id"]] = f"{KIND_MARKS[row['kind']]} {text}" if marked else text
    return found


def unbroken(name: str) -> str:
    """A short name that no line break parts."""
    return name.replace(" ", SPACE) if len(name) <= 20 else name


def conditional(text: str, row: dict, risks: dict[str, str], words: Words) -> str:
    """A name with the condition under which its row counts."""
    risk = str(row.get("when") or "")
    if risk.lstrip("!") not in risks:
        return text
    return words("label.unless" if risk.startswith("!") else "label.if", name=text, risk=lowered(risks[risk.lstrip("!")]))


def full_label(findings: Findings, row: dict, words: Words) -> str:
    """What one estimate is, with its phase."""
    text = label(findings, row, words)
    if row["table"] in PREFIXED:
        text = words(f"label.{row['table']}", name=text)
    if row["table"] == "staffing":
        text = words("label.staffing", name=text, phase=words.get(f"label.phase_{row['phase']}", "") or words.of(row, "phase").lower())
    return text


def lowered(text: str) -> str:
    """A name inside a sentence."""
    return text[:1].lower() + text[1:]


def rough(value: float, unit: str, words: Words) -> str:
    """A number with its unit, to two significant digits."""
    if not np.isfinite(value):
        return "–"
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 1) if value else 1.0
    return measured([float(round(value / step) * step)], unit, words)


def investigation_names(findings: Findings, words: Words) -> dict[str, str]:
    """The name of every investigation."""
    rows: list[dict[str, Any]] = findings.inputs.tables["investigations"].to_dict("records")
    return {row["investigation_id"]: words.of(row, "name") for row in rows}
