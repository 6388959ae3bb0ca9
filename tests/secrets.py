"""A small decision with confidential rows of many kinds, each with texts and numbers that stand nowhere else."""

import csv
import io
from pathlib import Path

from tests.decisions import ASSUMED, EVIDENCE, library_decision, write_tables

GROUND = "OSL 19 kap. 1 §"
WORDS = ["Quassel", "Brombeer", "Dunkelwald", "Feldspat", "Gneiswand", "Hollunder", "Isegrimm", "Jaspiston", "Kobaltgrau", "Lindwurm", "Moosgrund", "Nachtviole", "Opalglas"]

# What the confidential rows hold and no public row does.
TEXTS = [*WORDS, "quassel_fee", "brombeer_role", "isegrimm_risk", "hollunder_item", "moosgrund_stone", "nachtviole_source"]
NUMBERS = ["7.341", "11.83", "2.613", "23.57", "1.0917", "61.73", "13.79", "37.91", "0.2713", "0.3187", "0.4019", "4817.3", "913.77"]
DAYS = ["2026-04-17", "2027-02-23", "2023-03-03", "2023-04-29", "2023-05-05", "2024-04-01"]

EXTRA = {
    "staff_costs": f"role_id,name,low,likely,high,distribution,unit,{EVIDENCE}\nstaff,Librarians,0.5,0.6,0.8,pert,MSEK,{ASSUMED}",
    "staffing": f"option_id,role_id,phase,from_event,to_event,low,likely,high,distribution,unit,{EVIDENCE}\n"
    f"p,staff,moving,decided,open,2,3,5,pert,fte,{ASSUMED}\nq,staff,moving,decided,open,2,4,6,pert,fte,{ASSUMED}",
    "risks": f"option_id,risk_id,name,low,likely,high,distribution,unit,{EVIDENCE}\np,fire,Fire,0.05,0.1,0.2,pert,share,{ASSUMED}",
    "context": f"item_id,name,low,likely,high,distribution,unit,{EVIDENCE}\nusers,Readers,,5200,,,count,{ASSUMED}\nbooks,Books,,80000,,,count,{ASSUMED}",
    "spend": f"period_start,category,period_end,amount,{EVIDENCE}\n2023-01-01,Drawings,2023-12-31,1.5,{ASSUMED}",
    "milestones": f"milestone_id,plan_version,name,planned_date,actual_date,{EVIDENCE}\nbegin,first,Begin,2024-09-01,,{ASSUMED}\nbegin,second,Begin,2025-02-01,,{ASSUMED}",
}
KNOWN = {"kind": "assumption", "known_from": "2024-01-01", "owner": "Lindwurm", "note": "Kobaltgrau", "confidential": GROUND}
PERT = {"distribution": "pert"}
ROWS: dict[str, list[dict[str, str]]] = {
    "contracts": [
        {"option_id": "r", "item_id": "quassel_fee", "name": "Quassel", "category": "Dunkelwald", "basis": "once", "from_event": "open", "low": "7.341", "likely": "11.83", "high": "23.57", "unit": "MSEK", **PERT}
    ],
    "staffing": [{"option_id": "s", "role_id": "brombeer_role", "phase": "moving", "from_event": "decided", "to_event": "open", "likely": "2.613", "unit": "fte"}],
    "staff_costs": [{"role_id": "brombeer_role", "name": "Brombeer", "likely": "1.0917", "unit": "MSEK", "confidential": "yes"}],
    "levels": [{"option_id": "t", "area_id": "access", "from_event": "open", "low": "13.79", "likely": "37.91", "high": "61.73", "unit": "level", "assessor": "Feldspat", "known_from": "2024-04-01", **PERT}],
    "risks": [{"option_id": "s", "risk_id": "isegrimm_risk", "name": "Isegrimm", "low": "0.2713", "likely": "0.3187", "high": "0.4019", "unit": "share", **PERT}],
    "timeline": [{"option_id": "r", "event_id": "open", "name": "Gneiswand", "date": "2026-04-17", "known_from": "2024-04-01"}],
    "context": [{"item_id": "hollunder_item", "name": "Hollunder", "likely": "4817.3", "unit": "count"}],
    "sources": [{"source_id": "nachtviole_source", "title": "Nachtviole", "publisher": "Opalglas", "published": "2023-05-05", "type": "internal"}],
    "spend": [{"period_start": "2023-03-03", "category": "Jaspiston", "period_end": "2023-04-29", "amount": "913.77"}],
    "milestones": [{"milestone_id": "moosgrund_stone", "plan_version": "first", "name": "Moosgrund", "planned_date": "2027-02-23"}],
}


def with_rows(tables: dict[str, str], rows: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """The tables with rows added, and the columns that these need."""
    changed = dict(tables)
    for name, added in rows.items():
        old = list(csv.DictReader(io.StringIO(tables[name]))) if name in tables else []
        every = old + [({} if name == "sources" else KNOWN) | {"confidential": GROUND} | row for row in added]
        header = list(dict.fromkeys(column for row in every for column in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(every)
        changed[name] = text.getvalue()
    return changed


def secret_decision(folder: Path, rows: dict[str, list[dict[str, str]]] | None = None, options: int = 5) -> Path:
    """Write the decision with confidential rows; by default one of every kind."""
    return write_tables(folder, with_rows(library_decision(options) | EXTRA, ROWS if rows is None else rows))
