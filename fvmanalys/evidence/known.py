"""What could be read of the tables on a day: nothing later, and nothing about what nobody knew of yet."""

from datetime import date
from fnmatch import filter as matching
from typing import Any

from fvmanalys.evidence.rules import Rows, Tables, estimate_ids, history_faults, revealed, split

__all__ = ["known_on"]


def known_on(tables: Tables, as_of: date) -> Tables:
    """Keep the rows known at `as_of`, superseded ones too, without what they say of what was not known yet.

    What stands then must be without faults. Rows about an option, area or event that nobody knew of go, and no row
    cites a later source: what is kept can be read as tables of their own.
    """
    kept = {name: [row for row in rows if day_of(row) <= as_of] for name, rows in tables.items()}
    kept["sources"] = public_sources(tables["sources"], kept, as_of)
    while kept != tables:
        kept = without_unknown(kept)
        places = {(fault.file, fault.row) for fault in history_faults(kept)}
        if not places:
            break
        kept = {name: [row for row in rows if (row["_file"], row["_row"]) not in places] for name, rows in kept.items()}
    return kept


def public_sources(sources: Rows, kept: Tables, as_of: date) -> Rows:
    """The sources published by then; one registered later is left out, unless a fact would be left without it."""
    facts = [row["source_id"] for rows in kept.values() for row in rows if row.get("kind") == "fact"]
    needed = {one for text in facts for one in split(text)}
    published = [row for row in sources if row["published"] <= as_of]
    return [row for row in published if row["source_id"] in needed or day_of(row) <= as_of]


def day_of(row: dict[str, Any]) -> date:
    return row.get("known_from") or date.min


def without_unknown(tables: Tables) -> Tables:
    """The rows without sources, estimates and categories of spend that are not among them."""
    sources = {row["source_id"] for row in tables["sources"]}
    estimates = estimate_ids(tables)
    spent = {row["category"] for row in tables.get("spend", [])}

    def cleaned(row: dict[str, Any]) -> dict[str, Any]:
        cited, resolved = split(row.get("source_id", "")), split(row.get("resolves", ""))
        changed = {}
        if not sources.issuperset(cited):
            changed["source_id"] = ";".join(one for one in cited if one in sources)
        if any(matching(estimates, one) for one in resolved):
            changed["resolves"] = ";".join(one for one in resolved if matching(estimates, one))
        if "reveals" in row:
            changed["reveals"] = ";".join(
                one for one in split(row["reveals"]) if revealed(one, tables.get("risks", []))
            )
        if row.get("part_of", "") not in spent:
            changed["part_of"] = ""
        return row | {column: text for column, text in changed.items() if column in row}

    return {name: rows if name == "sources" else [cleaned(row) for row in rows] for name, rows in tables.items()}
