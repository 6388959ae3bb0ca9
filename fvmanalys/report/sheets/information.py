"""What is worth finding out: groups of numbers, single numbers and knowledge gaps, each with what knowing it is worth."""

from typing import Any

from fvmanalys.report.charts.uncertainty import leading_numbers
from fvmanalys.report.labels import number_names
from fvmanalys.report.sheets.evidence import kind_cell, rough_style
from fvmanalys.report.sheets.frame import Sheet
from fvmanalys.report.sheets.labels import named_estimates
from fvmanalys.report.uncertainty import group_name

__all__ = ["gaps_table", "groups_table", "numbers_table", "reading"]

MOST_NUMBERS, MOST_GAPS = 20, 15


def reading(sheet: Sheet, row: dict[str, Any]) -> str:
    """In words whether a value of information can be told from zero, and what to bear in mind where the fit is poor."""
    value = row["evsi"] if "evsi" in row else row["evppi"]
    said = sheet.text("clear") if value > 2 * row["standard_error"] else sheet.words("chart.information.unclear")
    return f"{said}; {sheet.words('warning.' + row['warning'])}" if row.get("warning") else said


def groups_table(sheet: Sheet) -> None:
    """What it is worth to know all of an area, a table, what moves together, or all assumptions."""
    findings = sheet.book.findings
    table = findings.knowledge.groups.query("estimates > 1")
    if not sheet.section("groups", not table.empty, "groups.note"):
        return
    rows = [
        [
            group_name(findings, row, sheet.words),
            reading(sheet, row),
            sheet.text(f"groups.of_{row['group_kind']}"),
            row["evppi"],
            row["standard_error"],
            row["estimates"],
        ]
        for row in table.to_dict("records")
    ]
    sheet.listing("groups", sheet.columns("groups", "name:text reading:text kind:text evppi:money error:money numbers:n0"), rows)


def numbers_table(sheet: Sheet) -> None:
    """The single numbers worth most to know."""
    book = sheet.book
    table = leading_numbers(book.findings).query("evppi > 0").head(MOST_NUMBERS)
    if not sheet.section("numbers", not table.empty):
        return
    sheet.notes("numbers.note", everything=sheet.words.amount(float(book.findings.knowledge.everything)))
    names, known = number_names(book.findings, book.words), named_estimates(book)
    about = book.findings.inputs.estimates.set_index("id")
    rows = []
    for row in table.to_dict("records"):
        ends = [(about.at[row["id"], end], rough_style(about.at[row["id"], end])) for end in ("low", "high")]
        named, said = known[row["id"]], [names[row["id"]], reading(sheet, row), kind_cell(book, row)]
        whose = " ".join(part for part in (named.owner, book.cited(row["source_id"])) if part)
        rows.append([*said, row["evppi"], row["standard_error"], *ends, named.unit, whose])
    styles = "name:text reading:text kind:text evppi:money error:money low:n1 high:n1 unit:text owner:text"
    sheet.listing("numbers", sheet.columns("numbers", styles), rows)


def gaps_table(sheet: Sheet) -> None:
    """The assumptions worth most to replace, who answers for them and what would replace them."""
    book = sheet.book
    table = leading_numbers(book.findings, "assumption").query("evppi > 0").head(MOST_GAPS)
    if not sheet.section("gaps", not table.empty, "gaps.note"):
        return
    names, known = number_names(book.findings, book.words), named_estimates(book)
    about = book.findings.inputs.estimates.set_index("id")
    rows = []
    for row in table.to_dict("records"):
        figures = [(about.at[row["id"], end], rough_style(about.at[row["id"], end])) for end in ("low", "likely", "high")]
        named = known[row["id"]]
        said = [names[row["id"]], reading(sheet, row), named.unit, row["evppi"]]
        rows.append([*said, *figures, named.owner, sheet.words.of(row, "note")])
    styles = "name:text reading:text unit:text evppi:money low:n1 likely:n1 high:n1 owner:text note_column:text"
    sheet.listing("gaps", sheet.columns("gaps", styles), rows)
