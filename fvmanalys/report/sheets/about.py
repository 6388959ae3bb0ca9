"""Om bilagan: how to read it, the method in plain words, and exactly which calculation it shows."""

from collections.abc import Sequence

from fvmanalys.report.names import is_stand_in
from fvmanalys.report.sheets.frame import Book, Column, Sheet

__all__ = ["write_about"]

KEY = "about"
WIDTHS = (34, 92)
HEAD = ("title", "question", "organisation", "unit", "meeting", "register_number", "version")


def write_about(book: Book) -> None:
    """How to read, method, run and reservations."""
    sheet = Sheet(book, KEY, WIDTHS, portrait=True)
    sheet.title()
    pairs(sheet, "head", [(f"head_{column}", sheet.decision(column)) for column in HEAD])
    for name in ("reading", "method", "reservations"):
        start = f"sheet.{KEY}.{name.removesuffix('s')}_"
        known = [key for key in book.words.texts if key.startswith(start) and key.endswith(".term")]
        pairs(sheet, name, [(key.removeprefix(f"sheet.{KEY}."), book.words(f"{key[:-5]}.text")) for key in known])
    run_table(sheet)
    sheet.finish()


def pairs(sheet: Sheet, name: str, rows: list[tuple[str, str]], more: Sequence[tuple[str, str]] = ()) -> None:
    """A table of terms, by their keys, and what they mean, where that is known; and some more."""
    sheet.begin(name)
    told = [(sheet.text(key), text) for key, text in rows if text]
    sheet.listing(name, [Column(sheet.text("term"), "bold text"), Column(sheet.text("meaning"))], [*told, *more])


def run_table(sheet: Sheet) -> None:
    """Which calculation this is: enough to make it again."""
    book, words = sheet.book, sheet.words
    simulation, inputs = book.findings.simulation, book.findings.inputs
    run = {
        "as_of": words.day(inputs.as_of),
        "draws": words.number(simulation.draws),
        "seed": str(simulation.seed),
        "id": book.run_id,
        "version": book.version,
        "language": sheet.text("language"),
        "options": words.listing(list(book.options.values())),
        "reference": book.options[inputs.reference],
    }
    more = []
    for row in inputs.tables["parameters"].to_dict("records"):
        name = words.of(row, "name") if row["name"] else words(f"parameter.{row['parameter_id']}")
        more.append((words("public.named", name=name) if is_stand_in(row) else name, parameter_text(sheet, row)))
    pairs(sheet, "run", [(f"run_{name}", text) for name, text in run.items()], more)


def parameter_text(sheet: Sheet, row: dict) -> str:
    """The value used of a parameter."""
    words = sheet.words
    value = row["likely"]
    if row["parameter_id"] == "price_year":
        return str(int(value))
    if row["unit"] == "share":
        return words.share(value, 1)
    return sheet.text(
        "parameter",
        value=words.number(value, 0 if float(value).is_integer() else 2),
        unit=words(f"workbook.unit.{row['unit'] or 'none'}"),
    )
