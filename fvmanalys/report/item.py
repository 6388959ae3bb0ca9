"""A value to be told, and what a style is: how one kind of value is told in words and put in a cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fvmanalys.report.names import Names
from fvmanalys.report.words import Words

__all__ = ["NOTHING", "Address", "Item", "Style"]

NOTHING = "–"


@dataclass(frozen=True)
class Item:
    """A value to be told: of which row and column, in which edition, and what its style was given after `=`."""

    edition: Names
    value: Any
    row: Mapping[str, Any]
    key: str
    argument: str = ""

    @property
    def words(self) -> Words:
        """The words of its edition."""
        return self.edition.words

    @property
    def missing(self) -> bool:
        """Whether there is nothing to tell."""
        return self.value is None or self.value == "" or self.value is pd.NaT or self.value != self.value


@dataclass(frozen=True)
class Address:
    """Text that leads to an address on the web."""

    text: str
    address: str


@dataclass(frozen=True)
class Style:
    """How one kind of value is told: `tell` gives words, `put` what stands in a cell, and `form` that cell's format.

    `form` may depend on the value. A style that tells several columns at once names in `parts`, from its key and
    argument, those that a sheet holds apart: key and style of each.
    """

    tell: Callable[[Item], str]
    form: str | Callable[[Item], str] = "text"
    put: Callable[[Item], Any] | None = None
    number: bool | None = None
    parts: Callable[[str, str], list[tuple[str, str]]] | None = None

    @property
    def is_number(self) -> bool:
        """Whether values stand to the right."""
        return self.form not in ("text", "link", "date") if self.number is None else self.number

    @property
    def heading_form(self) -> str:
        """The format by which a heading is set above its column."""
        return self.form if isinstance(self.form, str) else "n0" if self.is_number else "text"

    def cell(self, item: Item) -> tuple[Any, str]:
        """What stands in a cell, and its format."""
        form = self.form if isinstance(self.form, str) else self.form(item)
        if self.put:
            return self.put(item), form
        return (item.value if self.is_number or form == "date" else self.tell(item)), form
