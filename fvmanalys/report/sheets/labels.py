"""What estimates and options are called, also where a row has no name of its own."""

from dataclasses import dataclass
from typing import Any

from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.labels import event_name
from fvmanalys.report.sheets.book import Book

__all__ = ["Named", "named_estimates", "option_label"]


@dataclass(frozen=True)
class Named:
    """An estimate's name, the unit it is given in, who answers for it, and its id as readers see it."""

    name: str
    unit: str
    owner: str
    id: str


def named_estimates(book: Book) -> dict[str, Named]:
    """Every estimate by id, its name made from its keys where the data gives none."""
    inputs = book.findings.inputs
    places = {(row["_file"], row["_row"]): row for table in inputs.tables.values() for row in table.to_dict("records")}
    found = {}
    for estimate in inputs.estimates.to_dict("records"):
        row = places[estimate["_file"], estimate["_row"]]
        named = label(book, estimate, row), unit_name(book, estimate, row), book.words.of(row, "owner"), shown_id(book, estimate, row)
        found[estimate["id"]] = Named(*named)
    return found


def shown_id(book: Book, estimate: dict[str, Any], row: dict[str, Any]) -> str:
    """An estimate's id; a phase, which is a word and not only a key, stands in the reader's language."""
    if estimate["table"] != "staffing":
        return str(estimate["id"])
    return str(estimate["id"].replace(f"/{row['phase']}", f"/{book.words.of(row, 'phase')}"))


def label(book: Book, estimate: dict[str, Any], row: dict[str, Any]) -> str:
    """The name of one estimate."""
    table, words = estimate["table"], book.words
    if table == "levels":
        start = event_name(book.findings, row, words) if row["from_event"] else words("workbook.label.now")
        return words("workbook.label.level", area=book.areas.get(row["area_id"], row["area_id"]), start=start)
    if table == "readiness":
        return words("workbook.label.readiness", share=words.share(row["standing_share"]))
    name = words.of(row, "name") if row.get("name") else row.get("event_id") or estimate["id"].split("/")[1]
    if table == "viewpoints":
        return words("workbook.label.viewpoint", name=name, area=book.areas.get(row["area_id"], row["area_id"]))
    known = {"areas", "staffing", "staff_costs", "timeline", "risks", "criteria", "investigations"}
    return words(f"workbook.label.{table}", name=name) if table in known else name


def unit_name(book: Book, estimate: dict[str, Any], row: dict[str, Any]) -> str:
    """The unit of an estimate, with the time it is counted by."""
    unit = book.words(f"workbook.unit.{estimate['unit'] or 'none'}")
    basis = "per_person" if estimate["table"] == "staff_costs" else row.get("basis", "")
    return book.words.get(f"workbook.basis.{basis}", "{unit}").format(unit=unit)


def option_label(book: Book, option: Any) -> str:
    """An option's short name; a word for all of them, nothing for none."""
    return book.words("workbook.all") if option == ALL_OPTIONS else book.options.get(option, "") if isinstance(option, str) else ""
