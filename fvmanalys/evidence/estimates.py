"""Which quantities the tables hold: the id of each, and what keys its random numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.evidence.conditions import in_id
from fvmanalys.evidence.quantities import second_quantity
from fvmanalys.evidence.rules import Rows, id_part
from fvmanalys.evidence.tables import TABLES, Quantified
from fvmanalys.evidence.variants import INHERITED, part_of, stream_owners

__all__ = ["ESTIMATE_COLUMNS", "estimate_id", "estimate_rows", "ids_by_place", "with_ids"]

ESTIMATE_COLUMNS = [
    "id", "stream", "table", "name", "option_id", "low", "likely", "high", "distribution", "ends", "unit", "moves_with",
    "strength",
    "kind", "source_id", "known_from", "owner", "confidential", "stand_in", "note", "name_en", "owner_en", "note_en",
    "_file", "_row",
]  # fmt: skip


def estimate_id(table: str, row: dict[str, Any]) -> str:
    """The id `table/key/key`; empty keys are kept."""
    return "/".join([table, *(id_part(row[column]) for column in TABLES[table].KEY)])


def with_ids(rows: Rows, known: dict[tuple[str, int], str]) -> Rows:
    """Rows, each with the `id` of its quantity by its place; an empty one where it has none."""
    return [{**row, "id": known.get((row["_file"], row["_row"]), "")} for row in rows]


def ids_by_place(estimates: pd.DataFrame) -> dict[tuple[str, int], str]:
    """The id of the first quantity of each row, by its place."""
    rows = zip(estimates["_file"], estimates["_row"], estimates["id"], strict=True)
    return {(file, row): one for file, row, one in reversed(list(rows))}


def estimate_rows(name: str, table: pd.DataFrame, known: Mapping[str, list[list[str]]]) -> Iterator[dict[str, Any]]:
    """The quantities of one table; their ids have the condition where two share a key, their streams the base's key."""
    if not issubclass(TABLES[name], Quantified) or table.empty:
        return
    rows = table.to_dict("records")
    ids = [estimate_id(name, row) for row in rows]
    times = Counter(ids)
    second = TABLES[name].SECOND
    whose = {
        option: stream_owners(name, rows, one) for option, one in known.items() if len(one[0]) > 1 and name in INHERITED
    }
    for row, key in zip(rows, ids, strict=True):
        if pd.notna(row["likely"]) or pd.notna(row["low"]):
            unique = f"{key}/{in_id(row['when'])}" if row.get("when") and times[key] > 1 else key
            owner = whose.get(row.get("option_id", ""), {}).get(part_of(name, row))
            stream = estimate_id(name, {**row, "option_id": owner}) if owner else key
            found = {**row, "table": name, "name": row.get("name", "")}
            yield {**found, "id": unique, "stream": f"{stream}/hit_rate" if second else stream}
            if second:
                yield {
                    **second_quantity(found, second),
                    "id": f"{unique}/{second}",
                    "stream": f"{stream}/{second}",
                    "strength": np.nan,
                }
