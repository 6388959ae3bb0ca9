"""What agreements bind, what is known of consultants, and what training takes: parts of the staffing sheet."""

from fvmanalys.analysis.staffing import agreements, terms, training_load
from fvmanalys.report.palette import MUTED
from fvmanalys.report.sheets.evidence import kind_cell, plain_style
from fvmanalys.report.sheets.frame import Sheet
from fvmanalys.report.waiting import agreement_kinds, agreement_name, agreement_note, agreement_sources

__all__ = ["agreements_table", "terms_table", "training_table"]

PARTS = ("likely", "low", "high")


def agreements_table(sheet: Sheet) -> None:
    """Which agreements end, when, how many they concern and at what notice."""
    words, found = sheet.words, agreements(sheet.book.findings.inputs)
    if not sheet.section("agreements", bool(found), "agreements.note"):
        return
    rows = []
    for parts in found:
        count, notice, ends = (parts[name] or {} for name in ("count", "notice", "ends"))
        day = ends.get("actual_date") or ends.get("planned_date")
        figures = [*(count.get(part) for part in PARTS), notice.get("likely")]
        said = ["; ".join(agreement_kinds(parts, words)), sheet.book.cited(agreement_sources(parts))]
        rows.append([agreement_name(parts, words), said[0], day, *figures, said[1]])
    styles = "name:text kind:text ends:date likely:n0 low:n0 high:n0 notice:n0 source:text"
    sheet.listing("agreements", sheet.columns("agreements", styles), rows)
    noted = [(agreement_name(parts, words), agreement_note(parts, words)) for parts in found]
    sheet.lines([sheet.text("agreements.noted", name=name, note=note) for name, note in noted if note], font_color=MUTED)


def terms_table(sheet: Sheet) -> None:
    """What else is known of consultants and other parties' people, from the background figures."""
    book, known = sheet.book, terms(sheet.book.findings.inputs)
    if not sheet.section("terms", bool(known), "terms.note"):
        return
    rows = []
    for row in known:
        figures = [(row[part], plain_style(row[part], row["unit"])) for part in PARTS]
        evidence = [kind_cell(book, row["kind"]), book.cited(row["source_id"]), row["known_from"]]
        rows.append([sheet.words.of(row, "name"), sheet.words(f"workbook.unit.{row['unit'] or 'none'}"), *figures, *evidence])
    styles = "name:text unit:text likely:n0 low:n0 high:n0 kind:text source:text known_from:date"
    sheet.listing("terms", sheet.columns("terms", styles), rows)


def training_table(sheet: Sheet) -> None:
    """Users × hours × cost of each option, beside what its own cost rows say."""
    table = training_load(sheet.book.findings.simulation)
    if not sheet.section("training", not table.empty, "training.note"):
        return
    thousands = ("hours", "hours_low", "hours_high")
    figures = ("users", *thousands, "months", "fte", "cost", "cost_low", "cost_high", "contract")
    rows = [
        [sheet.book.options[row["option"]], *(row[name] / 1000 if name in thousands else row[name] for name in figures)]
        for row in table.to_dict("records")
    ]
    sheet.listing("training", sheet.columns("training", f"option:text {' '.join(f'{name}:n0' for name in figures)}"), rows)
