"""Om bilagan: how to read it, the method in plain words, and exactly which calculation it shows."""

from collections.abc import Sequence

from fvmanalys.report.names import is_stand_in
from fvmanalys.report.sheets.frame import Book, Column, Sheet

__all__ = ["write_about"]

KEY = "about"
WIDTHS = (34, 92)
HEAD = ("title", "question", "organisation", "unit", "meeting", "register_number", "version")
METHOD = (
    "present_value",
    "programme",
    "score",
    "net_benefit",
    "best",
    "loss",
    "percentiles",
    "views",
    "retrospective",
    "events",
    "live",
)
RESERVATIONS = ("estimates", "distributions", "benefit", "weights", "tails", "sunk", "decision")


def write_about(book: Book) -> None:
    """How to read, method, run and reservations."""
    sheet = Sheet(book, KEY, WIDTHS, portrait=True)
    sheet.title(sheet.text("title"))
    head_table(sheet)
    sheet.heading(sheet.text("reading"))
    terms(sheet, "reading", ("missing", "kinds", "inputs", "figures"))
    sheet.heading(sheet.text("method"))
    terms(sheet, "method", (*METHOD, "evidence"))
    sheet.heading(sheet.text("reservations"))
    terms(sheet, "reservations", RESERVATIONS)
    run_table(sheet)
    sheet.finish()


def pairs(sheet: Sheet, name: str, rows: list[tuple[str, str]]) -> None:
    """A table of terms and what they mean."""
    columns = [Column(sheet.text("term"), "bold text"), Column(sheet.text("meaning"))]
    sheet.table(sheet.text(name), sheet.text("pairs_about", name=sheet.text(name)), columns, rows)


def terms(sheet: Sheet, name: str, keys: Sequence[str]) -> None:
    """A table of terms that this sheet has texts for."""
    stem = name.removesuffix("s")
    pairs(sheet, name, [(sheet.text(f"{stem}_{key}.term"), sheet.text(f"{stem}_{key}.text")) for key in keys])


def head_table(sheet: Sheet) -> None:
    """The head of a public record, where given."""
    sheet.heading(sheet.text("head"))
    rows = [(sheet.text(f"head_{column}"), sheet.decision(column)) for column in HEAD if sheet.decision(column)]
    pairs(sheet, "head", rows)


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
    rows = [(sheet.text(f"run_{name}"), text) for name, text in run.items()]
    for row in inputs.tables["parameters"].to_dict("records"):
        name = words.of(row, "name") if row["name"] else words(f"parameter.{row['parameter_id']}")
        rows.append((words("public.named", name=name) if is_stand_in(row) else name, parameter_text(sheet, row)))
    sheet.heading(sheet.text("run"))
    pairs(sheet, "run", [(term, text) for term, text in rows if text])


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
