"""One edition of the appendix: the findings, what everything in them is called in one language, and how it is told."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from fvmanalys.analysis import Findings
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.rules import split
from fvmanalys.report import labels, names
from fvmanalys.report.item import Item
from fvmanalys.report.styles import style_of
from fvmanalys.report.words import Words

__all__ = ["Caption", "Edition"]

Row = Mapping[str, Any]


class Caption(NamedTuple):
    """What is said of a figure, whoever draws it: the sentence it shows, how it is read, and what it says to who does not see it."""

    title: str
    note: str
    alt: str


@dataclass(frozen=True)
class Edition:
    """Findings in a language. Call it with the key of a text and, where the text tells of one, a row of a table.

    A field of a text is `{column:style}`: the column of the row, or the value given by that name, as its style tells
    it; without a style it is text, in this language where the row has it.
    """

    findings: Findings
    lang: str = "sv"

    @cached_property
    def words(self) -> Words:
        """The words of the language."""
        return Words(self.lang)

    @property
    def inputs(self) -> Inputs:
        """The tables that the findings are made of."""
        return self.findings.inputs

    @property
    def as_of(self) -> date:
        """The day of knowledge, from which times are counted."""
        return self.findings.inputs.as_of

    def __call__(self, key: str, row: Row | None = None, /, **values: Any) -> str:
        """The text at `key` with its fields told."""
        return Teller(self, {} if row is None else row, values).format(self.words.texts[key])

    def each(self, key: str, rows: Iterable[Row], /, **values: Any) -> list[str]:
        """The text at `key` told of every row."""
        return [self(key, row, **values) for row in rows]

    def caption(self, name: str, rows: Iterable[Row], title: str = "title", /, **values: Any) -> Caption:
        """What is said of the figure `name`: its title and note from given values, and its alt text from every row."""
        said = self(f"chart.{name}.{title}", **values)
        told = self(f"chart.{name}.alt", rows="; ".join(self.each(f"chart.{name}.row", rows)), **values)
        return Caption(said, self(f"chart.{name}.note", **values), f"{said}. {told}")

    def tell(self, style: str, value: Any, row: Row | None = None, key: str = "") -> str:
        """One value as its style tells it."""
        found, argument = style_of(style)
        return found.tell(Item(self, value, {} if row is None else row, key, argument))

    @cached_property
    def options(self) -> dict[str, str]:
        """The short name of every option."""
        return names.option_names(self.findings, self.words)

    @cached_property
    def areas(self) -> dict[str, str]:
        """The name of every area."""
        return names.area_names(self.findings, self.words)

    @cached_property
    def categories(self) -> dict[str, str]:
        """The name of every cost category."""
        return names.category_names(self.findings, self.words)

    @cached_property
    def estimates(self) -> dict[str, str]:
        """What every estimate is called, with its option and condition."""
        return labels.number_names(self.findings, self.words)

    @cached_property
    def investigations(self) -> dict[str, str]:
        """The name of every investigation."""
        return labels.investigation_names(self.findings, self.words)

    @cached_property
    def source_numbers(self) -> dict[str, int]:
        """The number of every cited source, in this edition's list of sources."""
        return {source: number for number, source in enumerate(self.inputs.sources.index, start=1)}

    def cited(self, sources: str) -> list[int]:
        """The numbers of sources given as ids joined by `;`."""
        return [self.source_numbers[one] for one in split(sources) if one in self.source_numbers]

    @cached_property
    def prices(self) -> str:
        """In which year's prices amounts are."""
        return names.price_note(self.findings, self.words)


class Teller(string.Formatter):
    """Fills the fields of one text from given values and a row, each as its style tells it."""

    def __init__(self, edition: Edition, row: Row, values: Row):
        self.edition, self.row, self.values = edition, row, values

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """The field's name with its value, so that `format_field` knows which column it is."""
        given = field_name in self.values
        return (field_name, given, self.values[field_name] if given else self.row[field_name]), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """The value as its style tells it; a given text as it is."""
        name, given, what = value
        if given and not format_spec:
            return str(what)
        return self.edition.tell(format_spec or "text", what, {} if given else self.row, name)
