"""One edition of the appendix: the findings, what everything in them is called in one language, and how it is told."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from fvmanalys.report.addresses import entry_of
from fvmanalys.report.item import NOTHING, Item
from fvmanalys.report.markup import marked
from fvmanalys.report.names import Names, Row
from fvmanalys.report.said import said_at
from fvmanalys.report.styles import style_of

__all__ = ["Caption", "Edition"]


class Caption(NamedTuple):
    """What is said of a figure, whoever draws it: the sentence it shows, how it is read, and all of it in words."""

    title: str
    note: str
    told: str

    @property
    def alt(self) -> str:
        """What it says to who does not see it."""
        return f"{self.title}. {self.told}"


@dataclass(frozen=True)
class Edition(Names):
    """Findings in a language. Call it with the key of a text and, where the text tells of one, a row of a table.

    A field of a text is `{column:style}`: the column of the row, or the value given by that name, as its style tells
    it; without a style it is text, in this language where the row has it. In a `linked` one each number of a table
    or a sentence leads to what it is made of, which `topics.traced.made_of` shows; in a `noted` one those of sentences
    carry their address.
    """

    linked: bool = False
    noted: bool = False

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Where what a number is made of stands on the page: raw rows and entries."""
        table = self.findings.made_of
        rows = {one: f"r{place}" for place, one in enumerate(self.inputs.estimates["id"])}
        numbers = {one: f"t{place}" for place, one in enumerate(dict.fromkeys([*table["entry"], *table["address"]]))}
        return rows | numbers

    @cached_property
    def led(self) -> dict[str, str]:
        """The numbers told so far that lead to an entry of their own at the end of the page: address, as it is told."""
        return {}

    def __call__(self, key: str, row: Row | None = None, /, **values: Any) -> str:
        """The text at `key` with its fields told."""
        return Teller(self, key, {} if row is None else row, values).format(self.words.texts[key])

    def each(self, key: str, rows: Iterable[Row], /, **values: Any) -> list[str]:
        """The text at `key` told of every row."""
        return [self(key, row, **values) for row in rows]

    def caption(self, name: str, rows: Iterable[Row] | str, title: str = "title", /, **values: Any) -> Caption:
        """What is said of the figure `name`: title and note from given values, its alt text from every row, or told."""
        told = rows if isinstance(rows, str) else "; ".join(self.each(f"chart.{name}.row", rows))
        note = f"chart.{name}.note"
        texts = (self(f"chart.{name}.{part}", **values, rows=told) for part in (title, "alt"))
        said, alt = texts
        return Caption(said, self(note, **values) if note in self.words.texts else "", alt)

    def tell(self, style: str, value: Any, row: Row | None = None, key: str = "") -> str:
        """One value as its style tells it."""
        found, argument = style_of(style)
        return found.tell(Item(self, value, {} if row is None else row, key, argument))

    def leading(self, told: str, address: str) -> str:
        """What is told of a number, with where it leads in this edition."""
        if not address or told == NOTHING or not (self.linked or self.noted):
            return told
        return marked(told, address if self.noted else self.place(address, told))

    def place(self, address: str, told: str) -> str:
        """Where on the page the entry of a number stands: one of `made_of`, a raw row, or one that is made for it."""
        entry = entry_of(self, address, self.anchors)
        if not entry:
            self.anchors[address] = f"t{len(self.anchors)}"
            self.led[address] = told
        return self.anchors[entry or address]

    def put(self, style: str, value: Any) -> Any:
        """One value as a cell holds it."""
        found, argument = style_of(style)
        return found.cell(Item(self, value, {}, "", argument))[0]


class Teller(string.Formatter):
    """Fills the fields of one text from given values and a row, each as its style tells it."""

    def __init__(self, edition: Edition, key: str, row: Row, values: Row):
        self.edition, self.key, self.row, self.values = edition, key, row, values

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """The field's name with its value, so that `format_field` knows which column it is."""
        given = field_name in self.values
        return (field_name, given, self.values[field_name] if given else self.row[field_name]), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """The value as its style tells it; a given text as it is."""
        name, given, what = value
        if given and not format_spec:
            return str(what)
        told = self.edition.tell(format_spec or "text", what, {} if given else self.row, name)
        if not (self.edition.linked or self.edition.noted):
            return told
        facts = {**self.row, **self.values}
        return self.edition.leading(told, said_at(self.edition, self.key, name, format_spec or "text", what, facts))
