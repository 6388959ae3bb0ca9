"""What assessors answered as a workbook: the pools side by side, where they disagree, and who has not answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from fvmanalys.report.edition import Edition
from fvmanalys.report.sheets.book import Book, new_workbook
from fvmanalys.report.sheets.frame import Column, Sheet
from fvmanalys.report.words import Words

__all__ = ["Collected", "assessor", "silent", "write_collected"]

MOST_ROWS = 2_000  # of a sheet that somebody reads
SHEETS = {
    "collected": ((46, 14, 8, 10, 10, 10, 12, 12, 14, 14),
                  "id:text unit:text answered:n0 low:n1 likely:n1 high:n1 lowest:n1 highest:n1 worth:n1 misses:n1"),
    "collected_pools": ((46, 14, 26, 11, 11, 11, 12), "id:text unit:text pool:text low:n1 likely:n1 high:n1 mean:n1"),
    "collected_answers": ((46, 24, 11, 11, 11, 60), "id:text assessor:text low:n1 likely:n1 high:n1 reason:text"),
    "collected_scores": ((24, 14, 14, 14), "assessor:text calibration:n2 information:n2 weight:share1"),
}  # fmt: skip


@dataclass(frozen=True)
class Collected:
    """What came of collecting: tables by sheet, in the order they are shown, and what is told of them."""

    tables: dict[str, pd.DataFrame]
    forms: int
    pool: str
    worth: float
    missing: Sequence[tuple[str, int]]
    uncalibrated: bool = False


def assessor(words: Words, role: str, number: int | str) -> str:
    """What an assessor is called: a role and a number."""
    return words("collected.assessor", role=role or words("collected.nameless"), number=number)


def silent(missing: Sequence[tuple[str, int]], words: Words) -> list[str]:
    """Who has not answered: every role once, numbers that follow one another from the first to the last."""
    runs: list[list] = []
    for role, number in missing:
        if runs and runs[-1][0] == role and runs[-1][-1] == number - 1:
            runs[-1][2:] = [number]
        else:
            runs.append([role, number])
    return [assessor(words, role, "–".join(map(str, ends))) for role, *ends in runs]


def told(found: Collected, edition: Edition) -> list[str]:
    """What is said of it, the first things first."""
    words = edition.words
    pool = words(f"collected.pool.{found.pool}")
    names = silent(found.missing, words)
    said = [words("sheet.collected.answers", count=found.forms, pool=pool)]
    said.append(words("sheet.collected.worth", worth=words.amount(found.worth)))
    said.append(words("collected.missing", names=", ".join(names)) if names else words("collected.nobody_missing"))
    if rows := found.tables.get("collected", pd.DataFrame()).to_dict("records"):
        most = max(rows, key=lambda row: row["misses"] / (row["high"] - row["low"] or inf))
        misses = words.rough(most["misses"], most["unit"])
        said.append(words("collected.nearest", name=edition.estimates[most["id"]], misses=misses))
    return [*said, *([words("collected.uncalibrated")] if found.uncalibrated else [])]


def write_collected(found: Collected, edition: Edition, path: Path) -> list[str]:
    """Write the workbook, and return what it says first; text in it is never a formula."""
    said = told(found, edition)
    shown = {key: table for key, table in found.tables.items() if 0 < len(table) <= MOST_ROWS}
    said += [] if "collected_answers" in shown else [edition.words("collected.many", most=MOST_ROWS)]
    title = edition.words("sheet.collected.title")
    with new_workbook(path, edition.words, edition.as_of, title=title) as workbook:
        book = Book(workbook, edition, "", "")
        for key in shown:
            workbook.add_worksheet(book.sheet_name(key))
        for key, table in shown.items():
            write_table(book, key, table, said)
    return said


def write_table(book: Book, key: str, table: pd.DataFrame, said: list[str]) -> None:
    """Write one of its sheets."""
    edition = book.edition
    widths, columns = SHEETS[key]
    sheet = Sheet(book, key, widths)
    sheet.title()
    sheet.lines(said if key == "collected" else [sheet.text("about")])
    if key == "collected":
        sheet.begin("questions")
    styles = dict(one.split(":") for one in columns.split())
    heads = [Column(heading(edition.words, name), style) for name, style in styles.items()]
    rows = [[shown_as(edition, row, name) for name in styles] for row in table.to_dict("records")]
    sheet.table(sheet.text("title"), heads, rows, repeat=True)
    sheet.finish()


def heading(words: Words, name: str) -> str:
    """What a column is called."""
    return words.get(f"collected.heading.{name}", "") or words(f"form.heading.{name}")


def shown_as(edition: Edition, row: dict[str, Any], name: str) -> Any:
    """What stands in a cell."""
    if name == "id":
        return edition.estimates[row["id"]]
    if name == "unit":
        return edition.words(f"workbook.unit.{row['unit'] or 'none'}")
    if name == "pool":
        return edition.words(f"collected.pool.{row['pool']}")
    return assessor(edition.words, row["role"], row["number"]) if name == "assessor" else row[name]
