"""What estimates and options are called on the sheets, with unit, owner and id."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.sheets.book import Book

__all__ = ["Named", "named_estimates", "option_label"]


@dataclass(frozen=True)
class Named:
    """An estimate's name, the unit it is given in, its size with that unit, who answers for it, and its id as readers see it."""

    name: str
    unit: str
    size: str
    owner: str
    id: str


def named_estimates(book: Book) -> dict[str, Named]:
    """Every estimate by id; its name without the option, which has a column of its own."""
    found = {}
    for row in book.edition.quantities:
        unit, size = in_unit(book, row["table"], row)
        name, owner = book.edition.estimate(row, with_option=False), book.words.of(row, "owner")
        found[row["id"]] = Named(name, unit, size, owner, shown_id(book, row["table"], row))
    return found


def shown_id(book: Book, table: str, row: dict[str, Any]) -> str:
    """An estimate's id; a phase, which is a word and not only a key, stands in the reader's language."""
    if table != "staffing":
        return str(row["id"])
    table, option, role, _, *condition = row["id"].split("/")
    return "/".join([table, option, role, book.words.of(row, "phase"), *condition])


def in_unit(book: Book, table: str, row: dict[str, Any]) -> tuple[str, str]:
    """The unit of an estimate with the time it is counted by, and its range (or else its value) written with that unit."""
    basis = book.words.get(f"workbook.basis.{'per_person' if table == 'staff_costs' else row.get('basis', '')}", "{unit}")
    values = [row["low"], row["high"]] if np.isfinite(row["low"]) else [row["likely"]]
    unit = book.words(f"workbook.unit.{row['unit'] or 'none'}")
    return basis.format(unit=unit), basis.format(unit=book.words.measured(values, row["unit"]))


def option_label(book: Book, option: Any) -> str:
    """An option's short name; a word for all of them, nothing for none."""
    return book.words("workbook.all") if option == ALL_OPTIONS else book.options.get(option, "") if isinstance(option, str) else ""
