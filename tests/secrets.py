"""A small decision with a confidential row in every table; what is secret in it stands nowhere else."""

import csv
import io
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from fvmanalys.evidence.tables import TABLES, columns, secret_columns
from tests.decisions import ASSUMED, EVIDENCE, library_decision, write_tables

GROUND = "OSL 19 kap. 1 §"
QUANTITY = f"low,likely,high,distribution,unit,{EVIDENCE}"

EXTRA = {
    "criteria": f"area_id,criterion_id,name,{QUANTITY}\nquiet,still,Still,,1,,,points,{ASSUMED}",
    "staff_costs": f"role_id,name,{QUANTITY}\nstaff,Librarians,0.5,0.6,0.8,pert,MSEK,{ASSUMED}",
    "staffing": f"option_id,role_id,phase,from_event,to_event,{QUANTITY}\n"
    f"p,staff,moving,decided,open,2,3,5,pert,fte,{ASSUMED}\nq,staff,moving,decided,open,2,4,6,pert,fte,{ASSUMED}",
    "risks": f"option_id,risk_id,name,{QUANTITY}\np,fire,Fire,0.05,0.1,0.2,pert,share,{ASSUMED}",
    "signals": f"option_id,signal_id,of,false_alarm_likely,{QUANTITY}\np,alarm,fire,0.1,,0.9,,,share,{ASSUMED}",
    "factors": "factor_id,name\nrain,Rain",
    "limits": f"limit_id,name,{QUANTITY}\nall,All,,40,,,MSEK,{ASSUMED}",
    "readiness": f"option_id,standing_share,{QUANTITY}\n*,0,,9,,,months,{ASSUMED}\n*,1,,3,,,months,{ASSUMED}",
    "price_index": f"year,index,{EVIDENCE}\n2020,90,{ASSUMED}\n2022,95,{ASSUMED}\n2024,100,{ASSUMED}",
    "reference_class": f"programme_id,name,cost_ratio,duration_ratio,{EVIDENCE}\n"
    f"abbey,Abbey,1.3,1.2,{ASSUMED}\nbank,Bank,1.9,1.4,{ASSUMED}",
    "investigations": f"investigation_id,name,resolves,variance_reduction,months,{QUANTITY}\n"
    f"ask,Ask,contracts/p/build,0.5,2,,0.2,,,MSEK,{ASSUMED}",
    "context": f"item_id,name,{QUANTITY}\nusers,Readers,,5200,,,count,{ASSUMED}\nbooks,Books,,80000,,,count,{ASSUMED}",
    "spend": f"period_start,category,period_end,amount,{EVIDENCE}\n2023-01-01,Drawings,2023-12-31,1.5,{ASSUMED}",
    "milestones": f"milestone_id,plan_version,name,planned_date,actual_date,{EVIDENCE}\n"
    f"begin,first,Begin,2024-09-01,,{ASSUMED}\nbegin,second,Begin,2025-02-01,,{ASSUMED}",
    "partners": f"group,item,count,status,{EVIDENCE}\nTowns,Shelves,4,with us,{ASSUMED}",
    "viewpoints": f"viewpoint_id,area_id,name,{QUANTITY}\n"
    f"readers,care,Readers,,30,,,points,{ASSUMED}\nreaders,quiet,Readers,,30,,,points,{ASSUMED}",
    "revisions": f"date,what,from,to,{EVIDENCE}\n2024-02-01,Shelves,old,new,{ASSUMED}",
    "news": f"news_id,date,section,text,{EVIDENCE}\nfair,2024-05-20,summary,A fair of books,{ASSUMED}",
    "measures": f"measure_id,date,name,{EVIDENCE}\nletter,2024-05-21,A letter to readers,{ASSUMED}",
}


class Confidential(NamedTuple):
    """A confidential row: its structure, the numbers and days that are secret, and what stands in for them."""

    structure: dict[str, str]
    secret: dict[str, str]
    stands: dict[str, str]


def pert(low: str, likely: str, high: str) -> dict[str, str]:
    return {"low": low, "likely": likely, "high": high, "distribution": "pert"}


ROWS = {
    "decision": Confidential(
        {},
        {"as_of": "2024-06-13"},
        {"title": "Books", "organisation": "City", "question": "Which?", "as_of": "2024-06-01"},
    ),
    "sources": Confidential(
        {"source_id": "report", "type": "internal"},
        {"published": "2023-05-05"},
        {"title": "Report", "publisher": "City", "published": "2024-01-01"},
    ),
    "options": Confidential(
        {"option_id": "s", "permanent": "yes", "reference": "no", "full_use_event": "open"},
        {},
        {"name": "Store S", "short_name": "S"},
    ),
    "areas": Confidential(
        {"area_id": "quiet", "unit": "points"},
        pert("21.37", "31.73", "47.31") | {"minimum": "3.719"},
        {"name": "Quiet", "likely": "30"},
    ),
    "criteria": Confidential(
        {"area_id": "quiet", "criterion_id": "still", "unit": "points"},
        {"likely": "1.137"},
        {"name": "Still", "likely": "1"},
    ),
    "parameters": Confidential(
        {"parameter_id": "value_per_point", "unit": "MSEK"}, pert("0.1373", "0.7131", "2.3717"), pert("0.2", "0.6", "2")
    ),
    "timeline": Confidential(
        {"option_id": "r", "event_id": "open", "after": "decided", "unit": "months"},
        pert("7.317", "13.17", "23.71") | {"deadline": "2027-03-17"},
        {"date": "2026-01-31"},
    ),
    "contracts": Confidential(
        {
            "option_id": "r",
            "item_id": "fee",
            "category": "Building",
            "basis": "once",
            "from_event": "open",
            "unit": "MSEK",
            "payer": "City",
        },
        pert("7.341", "11.83", "23.57") | {"real_growth": "0.01379"},
        {"name": "Fee", "likely": "9", "source_id": "report"},
    ),
    "staffing": Confidential(
        {
            "option_id": "s",
            "role_id": "keeper",
            "phase": "moving",
            "from_event": "decided",
            "to_event": "open",
            "unit": "fte",
        },
        {"likely": "2.613"},
        {"likely": "2"},
    ),
    "staff_costs": Confidential(
        {"role_id": "keeper", "unit": "MSEK", "confidential": "yes"},
        {"likely": "1.0917", "real_growth": "0.01973"},
        {"likely": "1"},
    ),
    "levels": Confidential(
        {"option_id": "r", "area_id": "access", "from_event": "open", "unit": "level"},
        pert("13.79", "37.91", "61.73"),
        pert("20", "40", "60"),
    ),
    "risks": Confidential(
        {"option_id": "s", "risk_id": "flood", "unit": "share"}, pert("0.2713", "0.3187", "0.4019"), {"likely": "0.3"}
    ),
    "signals": Confidential(
        {"option_id": "s", "signal_id": "drill", "of": "flood", "unit": "share"},
        {"likely": "0.8719", "false_alarm_likely": "0.1179"},
        {"likely": "0.8", "false_alarm_likely": "0.1"},
    ),
    "correlations": Confidential(
        {"first_id": "levels/p/access//open", "second_id": "levels/q/access//open", "scale": "rank"},
        {"correlation": "0.3719"},
        {"correlation": "0.4"},
    ),
    "discount_rates": Confidential({"from_year": "7"}, {"rate": "0.01737"}, {"rate": "0.02"}),
    "factors": Confidential({"factor_id": "weather"}, {}, {"name": "Weather"}),
    "limits": Confidential(
        {"limit_id": "grant", "unit": "MSEK"},
        {"likely": "71.37"},
        {"name": "Grant", "likely": "70"},
    ),
    "readiness": Confidential(
        {"option_id": "*", "standing_share": "0.5", "unit": "months"}, {"likely": "5.317"}, {"likely": "6"}
    ),
    "price_index": Confidential({"year": "2022"}, {"index": "97.31"}, {"index": "96"}),
    "reference_class": Confidential(
        {"programme_id": "castle", "role": "core"},
        {"cost_ratio": "2.3137", "duration_ratio": "1.7139"},
        {"name": "Castle", "cost_ratio": "2"},
    ),
    "investigations": Confidential(
        {"investigation_id": "probe", "resolves": "contracts/q/build", "unit": "MSEK"},
        {"likely": "0.3719", "variance_reduction": "0.7193", "months": "1.379"},
        {"name": "Probe", "likely": "0.5", "variance_reduction": "0.5", "months": "3"},
    ),
    "context": Confidential(
        {"item_id": "maps", "unit": "count"}, {"likely": "4817.3"}, {"name": "Maps", "likely": "5000"}
    ),
    "milestones": Confidential(
        {"milestone_id": "end", "plan_version": "first"},
        {"planned_date": "2027-02-23", "actual_date": "2024-05-17"},
        {"name": "End", "planned_date": "2027-01-01"},
    ),
    "spend": Confidential(
        {"period_start": "2023-03-01", "category": "Moving"},
        {"period_end": "2023-04-29", "amount": "913.77"},
        {"period_end": "2023-12-31", "amount": "900"},
    ),
    "partners": Confidential({"group": "Towns", "item": "Carts"}, {"count": "8713"}, {"count": "9"}),
    "viewpoints": Confidential(
        {"viewpoint_id": "readers", "area_id": "access", "unit": "points"},
        {"likely": "43.17"},
        {"name": "Readers", "likely": "40"},
    ),
    "revisions": Confidential({"date": "2024-03-01", "what": "Rent"}, {}, {}),
    "news": Confidential({"news_id": "talk", "section": "operation"}, {"date": "2024-05-17"}, {"date": "2024-05-01", "text": "Talks"}),
    "measures": Confidential({"measure_id": "post"}, {"date": "2024-05-19"}, {"date": "2024-05-02", "name": "A notice"}),
}
TIED = {
    "moves_with",
    "strength",
    "source_id",
    "minimum_source_id",
    "price_year",
    "url",
}  # text and numbers that must be of a kind to be read at all


def confidential_row(table: str, word: str = "canary") -> dict[str, str]:
    """The confidential row of a table: each secret text has a word of its own, other cells what can be read."""
    structure, secret, stands = ROWS[table]
    row = {
        "kind": "assumption",
        "owner": "analysts",
        "confidential": GROUND,
        "public_from": "2024-02-01",
        "known_from": "2024-02-13",
    }
    texts = [column for column in secret_columns(table) if column not in TIED and is_text(table, column)]
    row |= {column: f"{word}{number}{table}" for column, number in zip(texts, count(), strict=False)}
    row |= {"source_id": f"{word}_source"} if table != "sources" else {}
    row |= (
        {"moves_with": f"{word}{table}", "strength": "0.7137"}
        if "moves_with" in TABLES[table].model_fields and table != "parameters"
        else {}
    )
    return row | structure | secret | {f"public_{column}": text for column, text in stands.items()}


def is_text(table: str, column: str) -> bool:
    """Whether a column holds free text, or is the translation of one that does."""
    return (
        TABLES[table].model_fields.get(column.removesuffix("_en"), TABLES[table].model_fields.get(column)).annotation
        is str
    )


def open_rows(options: int = 4) -> dict[str, list[dict[str, Any]]]:
    """The public rows of the decision, by table; the decision's own row is confidential, and stands with the others."""
    tables = {
        name: list(csv.DictReader(io.StringIO(text.strip())))
        for name, text in (library_decision(options) | EXTRA).items()
    }
    for row in tables["levels"]:
        row["criterion_id"] = "still" if row["area_id"] == "quiet" else ""
    return tables | {"decision": []}


def secret_rows(word: str = "canary") -> dict[str, list[dict[str, Any]]]:
    """All rows of the decision: public ones, a source that confidential rows alone cite, a confidential row a table."""
    tables = open_rows()
    tables["sources"].append(
        {
            "source_id": f"{word}_source",
            "title": "A title",
            "publisher": "P",
            "published": "2023-01-01",
            "type": "press",
        }
    )
    return {table: [*tables.get(table, []), confidential_row(table, word)] for table in TABLES}


def canaries() -> tuple[list[str], list[str]]:
    """The numbers and the days that stand in secret cells alone."""
    found = {"2024-02-13", "0.7137"} | {text for row in ROWS.values() for text in row.secret.values()}
    days = {text for text in found if text.count("-") == 2}
    return sorted(text for text in found - days if text.replace(".", "").isdigit()), sorted(days)


def write_rows(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Path:
    """Write rows as CSV files with every column of their table and those of the making of public tables."""
    texts = {}
    for name, rows in tables.items():
        header = list(dict.fromkeys([*columns(name), *(column for row in rows for column in row)]))
        header = [
            column for column in header if any(row.get(column) for row in rows) or column in TABLES[name].model_fields
        ]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [header, *([row.get(column) or "" for column in header] for row in rows)]
        )
        texts[name] = text.getvalue()
    return write_tables(folder, texts)


def secret_decision(folder: Path, word: str = "canary") -> Path:
    """Write the decision with a confidential row in every table."""
    return write_rows(folder, secret_rows(word))
