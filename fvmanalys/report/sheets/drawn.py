"""Another model's draws in one sheet: what is compared, how sure it is, and what its inputs are worth knowing."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.information import evppi_all
from fvmanalys.analysis.leads import ERRORS
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.sheets.comparison import KEY, WIDTHS, acceptability, worth_chart
from fvmanalys.report.sheets.frame import Book, Sheet
from fvmanalys.report.topics import answer, choice

__all__ = ["INPUTS", "write_drawn"]


def worth_of_inputs(findings: Findings) -> pd.DataFrame:
    """What it would be worth to know each input, the one worth most first; nothing where no inputs were given."""
    drawn = findings.simulation.drawn  # type: ignore[attr-defined]
    if drawn.empty:
        return pd.DataFrame()
    table = evppi_all(findings.simulation.net_benefit(findings.comparison.value_per_point), drawn).reset_index()
    table = table.sort_values("evppi", ascending=False, kind="stable")
    return table.assign(clear=table["evppi"] > ERRORS * table["standard_error"])


INPUTS = Exhibit("drawn_inputs", worth_of_inputs, "input:text evppi:worth")


def write_drawn(book: Book) -> None:
    """The comparison as far as cost and effect tell it."""
    sheet = Sheet(book, KEY, WIDTHS)
    sheet.title(sheet.text("title"))
    sheet.notes("rounding", "missing", value=sheet.words.amount(book.findings.comparison.value_per_point))
    for exhibit in (answer.WORTH, answer.COST, answer.CHOICE, choice.FRONTIER, choice.WINS):
        sheet.exhibit(exhibit)
    sheet.heading(sheet.text("charts"))
    sheet.charts([worth_chart(book)], rows=12)
    acceptability(sheet)
    sheet.exhibit(INPUTS)
    sheet.finish()
