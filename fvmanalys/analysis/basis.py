"""What the inputs rest on, as tables: estimates in force, what became known last, and the sources that rows cite."""

import pandas as pd

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.rules import split

__all__ = ["cited_by", "estimate_table", "newest_rows", "source_types"]


def estimate_table(
    inputs: Inputs, tables: tuple[str, ...] = (), kinds: tuple[str, ...] = (), part: str = ""
) -> pd.DataFrame:
    """The estimates of some tables and kinds, or of all; `part` is a part of the ids, such as an area's."""
    rows = [
        {"option_id": "", **row, "table": table, "number": row["id"]}
        for table, row in inputs.quantities
        if (not tables or table in tables) and (not kinds or row["kind"] in kinds)
    ]
    return pd.DataFrame([row for row in rows if not part or part in row["id"].split("/")])


def newest_rows(inputs: Inputs, most: int = 12) -> pd.DataFrame:
    """What became known last, of any table."""
    rows = [{**row, "table": name} for name, table in inputs.records.items() for row in table if row.get("known_from")]
    return pd.DataFrame(sorted(rows, key=lambda row: row["known_from"], reverse=True)[:most])


def source_types(inputs: Inputs) -> pd.DataFrame:
    """How many of the cited sources are of each type, and the newest of them."""
    groups = inputs.sources.groupby("type")["published"]
    return groups.agg(count="size", newest="max").reset_index()


def cited_by(inputs: Inputs, tables: tuple[str, ...] = (), part: str = "") -> pd.DataFrame:
    """The sources cited by rows of some tables, or of all; `part` is a value that one of a row's ids must have."""
    cited: set[str] = set()
    for name, table in inputs.tables.items():
        if "source_id" in table and name != "sources" and (not tables or name in tables):
            rows = table[table.isin([part]).any(axis=1)] if part else table
            cited |= {one for text in rows["source_id"] for one in split(text)}
    return inputs.sources[inputs.sources.index.isin(cited)].reset_index()
