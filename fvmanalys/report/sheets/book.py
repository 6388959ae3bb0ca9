"""The workbook being written: what its sheets ask of the findings, its formats, and where tables stand."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

from fvmanalys.analysis import Findings
from fvmanalys.analysis.yearly import Levers, Outlook, Settings, leading_levers, outlook, published_settings
from fvmanalys.report.digits import of_amounts, of_steps, significant
from fvmanalys.report.edition import Edition
from fvmanalys.report.palette import ACCENT, INK, LINE, PAPER, SOFT, in_accent
from fvmanalys.report.words import Words

__all__ = ["INPUT_FILL", "Book", "Region", "alignment", "new_workbook"]

FONT = {"font_name": "Arial", "font_size": 10, "font_color": INK}
LEFT_STYLES = ("text", "link", "date")
INPUT_FILL = "#fff4d6"
EVIDENCE_FILLS = {"fact": "#dce8f3", "judgement": "#fdf0d5", "assumption": PAPER}
HEADER_SIZE = 9


@contextmanager
def new_workbook(path: str | Path, words: Words, day: date, **properties: str) -> Iterator[Workbook]:
    """A workbook in a language, dated by a day and never by the clock; text in it is never a formula or a link."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    default = {"font_name": FONT["font_name"], "font_size": FONT["font_size"]}
    workbook = Workbook(str(path), options | {"default_format_properties": default})
    workbook.set_properties({"created": datetime(day.year, day.month, day.day), **properties})
    workbook.set_custom_property(words("workbook.property_language"), words("workbook.language"), "text")
    yield workbook
    workbook.close()


@dataclass(frozen=True)
class Region:
    """Where a table stands, for charts and formulas; rows and columns count from 0 within its data."""

    sheet: str
    first_row: int
    last_row: int
    left: int

    def cell(self, row: int, column: int) -> str:
        """One cell, with its sheet."""
        return f"{quote_sheetname(self.sheet)}!{self.here(row, column)}"

    def here(self, row: int, column: int) -> str:
        """One cell, from its own sheet."""
        return str(xl_rowcol_to_cell(self.first_row + row, self.left + column, True, True))

    def heading(self, column: int) -> str:
        """The heading of a column."""
        return self.cell(-1, column)

    def column(self, column: int, first: int = 0, last: int | None = None) -> str:
        """A column's rows from `first` to `last`, with their sheet."""
        end = self.last_row - self.first_row if last is None else last
        return f"{self.cell(first, column)}:{self.here(end, column)}"

    def row(self, row: int, first: int, last: int) -> str:
        """A row's cells from one column to another, with their sheet."""
        return f"{self.cell(row, first)}:{self.here(row, last)}"


@dataclass
class Book:
    """The workbook being written, and what its sheets ask of the findings and the words."""

    workbook: Workbook
    edition: Edition
    run_id: str
    version: str
    formats: dict[tuple, Format] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    tables: int = 0
    has_print_set: bool = False

    def form(self, **properties: Any) -> Format:
        """A format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({**FONT, "valign": "top", **self.coloured(properties)})
        return self.formats[key]

    def coloured(self, properties: dict[str, Any]) -> dict[str, Any]:
        """Properties of cells or of a chart in the organisation's own colour."""
        found: dict[str, Any] = in_accent(properties, self.edition.accent)
        return found

    def number_format(self, style: str) -> str:
        """Excel's code for a style, as written in the United States; Excel itself shows the reader's separators."""
        percent = " %" if self.words.lang == "sv" else "%"
        if re.fullmatch(r"n\d", style):
            return "#,##0" + (f".{'0' * int(style[1])}" if style != "n0" else "")
        if style == "money":
            return self.number_format(f"n{self.money_decimals}")
        numbers = {"whole": "#,##0", "points": "0", "year": "0", "factor": "0.0000"}
        shares = {"share": f"0{percent}", "share1": f"0.0{percent}", "distance": f"0.00{percent}"}
        codes = numbers | shares | {"date": "yyyy-mm-dd", "month": "yyyy-mm"}
        return codes.get(style, "General")

    @cached_property
    def money_decimals(self) -> int:
        """The decimals of a million that say something: three digits of the largest cost."""
        return significant(float(self.findings.comparison.table["cost_mean"].abs().max()), 3)

    def resolved(self, style: str, values: Sequence[Any]) -> str:
        """A style with the decimals that a column of such values needs: by their size; a scale by its steps."""
        *marks, kind = style.split(" ")
        if kind not in ("money", "n1", "scale"):
            return style
        amounts = [getattr(one, "value", one) for one in values]
        known = [one for one in amounts if isinstance(one, (int, float)) and np.isfinite(one)]
        least = of_steps(known) if kind == "scale" else self.money_decimals if kind == "money" else 1
        return " ".join([*marks, f"n{max(least, of_amounts(known))}"])

    @property
    def findings(self) -> Findings:
        """What is told."""
        return self.edition.findings

    @property
    def words(self) -> Words:
        """The words of the workbook's language."""
        return self.edition.words

    @property
    def options(self) -> dict[str, str]:
        """The short name of every option."""
        return self.edition.options

    @property
    def areas(self) -> dict[str, str]:
        """The name of every area."""
        return self.edition.areas

    def cited(self, text: str) -> str:
        """Sources as their numbers in the list of sources."""
        return " ".join(f"[{number}]" for number in self.edition.cited(text))

    @cached_property
    def outlook(self) -> Outlook:
        """Expected yearly cost and levels."""
        simulation = self.findings.simulation
        return outlook(self.findings.inputs, simulation.draws, simulation.seed, simulation.workers, self.levers)

    @cached_property
    def levers(self) -> Levers:
        """The risks and bundles that readers may turn: those that most easily turn the answer."""
        rival = self.findings.comparison.runner_up is not None
        return (
            leading_levers(self.findings.comparison, self.findings.turning) if rival and self.has_levers else Levers()
        )

    @cached_property
    def settings(self) -> Settings:
        """The published settings of what the reader may turn."""
        return published_settings(self.findings.comparison)

    @cached_property
    def has_levers(self) -> bool:
        """Whether readers can turn something: one rate discounts costs and benefits throughout, as their own does."""
        if not self.has_print_set:
            return False
        model = self.findings.simulation.model
        return not isinstance(model.rate, tuple) and model.rate == model.benefit_rate

    @property
    def turned(self) -> str:
        """The name of the count of levers that do not stand as published."""
        return self.words("sheet.live.called.turned")

    def sheet_name(self, key: str) -> str:
        """What a sheet is called."""
        return self.words(f"sheet.{key}.name")

    def header_form(self, style: str, indent: int, size: float = HEADER_SIZE) -> Format:
        """How the heading of a column looks."""
        rule = {"bg_color": SOFT, "bottom": 2, "bottom_color": ACCENT}
        return self.form(
            bold=True, font_size=size, text_wrap=True, align=alignment(style), valign="bottom", indent=indent, **rule
        )

    def cell_form(self, style: str, indent: int = 0) -> Format:
        """How a cell of a table looks; marks (bold, left, input, a kind of evidence) may precede its style."""
        *marks, kind = style.split(" ")
        properties: dict[str, Any] = {
            "bottom": 1,
            "bottom_color": LINE,
            "align": alignment(style),
            "num_format": self.number_format(kind),
            "indent": indent,
        }
        if kind in ("text", "link", "right"):
            properties |= {"text_wrap": True}
        if kind == "link":
            properties |= {"font_color": ACCENT, "underline": 1}
        if "bold" in marks:
            properties |= {"bold": True}
        if "input" in marks:
            properties |= {"locked": False, "bg_color": INPUT_FILL, "border": 1, "border_color": ACCENT, "bold": True}
        for mark in set(marks) & set(EVIDENCE_FILLS):
            properties |= {"bg_color": EVIDENCE_FILLS[mark]}
        return self.form(**properties)


def alignment(style: str) -> str:
    """Which way a style's values are set."""
    return "left" if style.split(" ")[-1] in LEFT_STYLES or style.startswith("left ") else "right"
