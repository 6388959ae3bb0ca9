"""A finding as a table, declared once: its rows, its columns and how each is told; three places render it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.report.addresses import address_of, entry_of, near, numbered
from fvmanalys.report.edition import Edition
from fvmanalys.report.item import NOTHING, Item
from fvmanalys.report.markup import Html, anchored, details, html_table, missing
from fvmanalys.report.styles import style_of, usual

__all__ = ["Cell", "Column", "Exhibit", "declared"]

Row = Mapping[str, Any]
EACH = "*"  # the key of a column that there is one of for each of many
LONG = "long"  # the look of a table for looking things up in, which leads nowhere
OWN_ROWS = ("estimates", "parameters", "context", "spend", "reference_class", "partners", "milestones")  # are raw rows
MOST_CARDS = 40  # rows; a longer table is for looking things up in
Cell = tuple[Any, str]  # what stands in a cell of a sheet, and its format


@dataclass(frozen=True)
class Column:
    """A column of an exhibit: its table's column, how its values are told, and its heading (default: its key's)."""

    key: str
    style: str
    heading: str = ""


@dataclass(frozen=True)
class Exhibit:
    """One table that readers see.

    `name` is the key of its words: `exhibit.NAME.title`, `.none` (why there is nothing; without it nothing is said)
    and perhaps `.note`. `table` gives the rows, ids and numbers, or is the path of the table among the findings.
    `columns` are `key:style` with blanks between, or `key` where it is told as usual; `*:style` is one for `each`
    option, or whatever else there are many of. `sums` is the key of the word for the sum of all rows, or gives rows,
    each with such a key in `sum`. A `turned` exhibit shows its rows as columns on the page, which is narrow; `aside`
    are columns for which only a sheet has room. The rows stand in `tables/NAME.csv`, or in the table `published`.
    `facts` gives the values of fields in the exhibit's texts, `look` its class on the page.
    """

    name: str
    table: Callable[..., pd.DataFrame] | str
    columns: str | Callable[[Edition], Sequence[Column]]
    sums: Callable[[Findings], Iterable[Row]] | str = ""
    each: Callable[[Edition], Mapping[str, str]] = lambda edition: edition.options
    turned: bool = False
    published: str = ""
    aside: str = ""
    look: str = ""
    facts: Callable[[Edition], Row] | None = None

    def __call__(self, edition: Edition, **choice: Any) -> Html:
        """The exhibit as a page or a notebook shows it, or the sentence for when there is nothing."""
        rows = self.told_by(linked_told if edition.linked else column_told, edition, choice)
        if not rows:
            return missing(self.words(edition, "none")) if self.has(edition, "none") else Html("")
        columns = self.shown(edition)
        title = self.words(edition, "title")
        right = [place for place, column in enumerate(columns) if style_of(column.style)[0].is_number]
        head = [column.heading for column in columns]
        look = self.look or self.name
        if not self.turned:
            ids = (
                [edition.anchors.get(row["id"], "") for row in self.rows(edition, **choice)]
                if self.is_raw(edition)
                else ()
            )
            return html_table(title, head, rows, right, f"{look} cards" if len(rows) <= MOST_CARDS else look, ids)
        top = [edition.words("column.measure"), *(row[0] for row in rows)]
        across = [[column.heading, *(row[place] for row in rows)] for place, column in enumerate(columns) if place]
        turned = html_table(title, top, across, len(rows), "measures only-wide")
        return turned + html_table(title, head, rows, right, f"{look} cards only-narrow")

    def is_raw(self, edition: Edition) -> bool:
        """Whether numbers lead to rows of this table."""
        return edition.linked and self.name == "estimates"

    def behind(self, edition: Edition, picture: Any, **choice: Any) -> Html:
        """A figure, and behind it, folded, the rows that it is drawn of; nothing where there is no figure."""
        if picture is None:
            return Html("")
        rows = self(edition, **choice)
        return Html(picture._repr_html_()) + (details(edition("page.numbers"), rows) if rows else Html(""))

    def has(self, edition: Edition, part: str) -> bool:
        """Whether the exhibit has such a text."""
        return f"exhibit.{self.name}.{part}" in edition.words.texts

    def words(self, edition: Edition, part: str) -> str:
        """One of the exhibit's own texts."""
        return edition(f"exhibit.{self.name}.{part}", **self.given(edition))

    def given(self, edition: Edition) -> Row:
        """The values of fields in the exhibit's texts."""
        return {"prices": edition.prices, **(self.facts(edition) if self.facts else {})}

    def shown(self, edition: Edition, apart: bool = False) -> list[Column]:
        """The columns with their headings; what the page tells in one, a sheet holds `apart`."""
        columns = declared(self.columns) if isinstance(self.columns, str) else list(self.columns(edition))
        columns += declared(self.aside) if apart else []
        columns = [part for one in columns for part in (self.spread(edition, one.style) if one.key == EACH else [one])]
        columns = [part for one in columns for part in (parts_of(one) if apart else [one])]
        return [Column(one.key, one.style, one.heading or self.heading(edition, one.key)) for one in columns]

    def spread(self, edition: Edition, style: str) -> list[Column]:
        """A column for each of what there may be many of."""
        return [Column(key, style, name) for key, name in self.each(edition).items()]

    def told_apart(self, edition: Edition, **choice: Any) -> tuple[list[Column], list[list[Cell]]]:
        """The columns that a sheet has, without those that say nothing in any row, and their cells."""
        columns = self.shown(edition, apart=True)
        rows = self.cells(edition, **choice)
        said = [place for place, _ in enumerate(columns) if place == 0 or any(says(row[place][0]) for row in rows)]
        return [columns[place] for place in said], [[row[place] for place in said] for row in rows]

    def heading(self, edition: Edition, key: str) -> str:
        """What a column is called, in this exhibit or everywhere."""
        own = f"exhibit.{self.name}.column.{key}"
        return edition(own if own in edition.words.texts else f"column.{key}", **self.given(edition))

    def rows(self, edition: Edition, **choice: Any) -> list[dict[str, Any]]:
        """The rows, without those of sums."""
        table = self.table if callable(self.table) else partial(found, self.table)
        return table(edition.findings, **choice).to_dict("records")

    def told(self, edition: Edition, **choice: Any) -> list[list[str]]:
        """Every cell in words, row by row."""
        return self.told_by(column_told, edition, choice)

    def told_by(self, tell: "Telling", edition: Edition, choice: Row) -> list[list[str]]:
        """Every cell as it is told."""
        return self.filled(edition, self.shown(edition), partial(tell, edition, self), lambda text: text, choice)

    def cells(self, edition: Edition, **choice: Any) -> list[list[Cell]]:
        """Every cell as a sheet holds it."""
        columns = self.shown(edition, apart=True)
        return self.filled(
            edition, columns, lambda column, row: column_cell(edition, column, row), lambda text: (text, "text"), choice
        )

    def filled(
        self,
        edition: Edition,
        columns: list[Column],
        fill: Callable[[Column, Row], Any],
        text: Callable[[str], Any],
        choice: Row,
    ) -> list[list[Any]]:
        """The rows, then those of sums: a word, and what there is to sum."""
        known = self.rows(edition, **choice)
        rows = [[fill(column, row) for column in columns] for row in known]
        for row in self.summed(edition, columns, known) if known else []:
            cells = (fill(one, row) if one.key in row else text(NOTHING) for one in columns[1:])
            rows.append([text(edition.words(row["sum"])), *cells])
        return rows

    def summed(self, edition: Edition, columns: list[Column], rows: list[dict[str, Any]]) -> Iterable[Row]:
        """The rows of sums."""
        if not isinstance(self.sums, str):
            return self.sums(edition.findings)
        if not self.sums:
            return []
        numbers = [one.key for one in columns[1:] if style_of(one.style)[0].is_number]
        return [{"sum": self.sums} | {key: total(row[key] for row in rows) for key in numbers}]


def declared(columns: str) -> list[Column]:
    """Columns given as `key:style`, or as `key` where it is told as usual."""
    pairs = [pair.partition(":") for pair in columns.split()]
    return [Column(key, style or usual(key)) for key, _, style in pairs]


def found(path: str, findings: Findings) -> pd.DataFrame:
    """A table of the findings by its path."""
    table: Any = findings
    for name in path.split("."):
        table = table[name] if isinstance(table, Mapping) else getattr(table, name)
    return cast(pd.DataFrame, table)


def total(values: Iterable[float]) -> float:
    """The sum of what is not missing."""
    return sum(value for value in values if value == value)


def says(value: Any) -> bool:
    """Whether a cell says anything."""
    return not (value is None or value in ("", NOTHING) or (isinstance(value, float) and value != value))


def parts_of(column: Column) -> list[Column]:
    """The columns that a sheet has for one that tells several values at once; else the column itself."""
    style, argument = style_of(column.style)
    return [Column(*pair) for pair in style.parts(column.key, argument)] if style.parts else [column]


Telling = Callable[[Edition, Exhibit, Column, Row], str]


def column_told(edition: Edition, exhibit: Exhibit, column: Column, row: Row) -> str:
    """One value in words."""
    return edition.tell(column.style, row.get(column.key, ""), row, column.key)


def linked_told(edition: Edition, exhibit: Exhibit, column: Column, row: Row) -> str:
    """One value in words; a number leads to what it is made of."""
    said = column_told(edition, exhibit, column, row)
    if (
        exhibit.name in OWN_ROWS
        or exhibit.look == LONG
        or not numbered(edition, exhibit, column.key, column.style, row)
    ):
        return said
    address = address_of(edition, exhibit, column.key, row)
    if not address:
        return said
    entry = entry_of(edition, address, edition.anchors) or near(edition, address, edition.anchors)
    return anchored(said, edition.anchors[entry] if entry else edition.place(address, said))


def column_cell(edition: Edition, column: Column, row: Row) -> Cell:
    """One value as a cell holds it; a row of sums is bold."""
    style, argument = style_of(column.style)
    value, form = style.cell(Item(edition, row.get(column.key, ""), row, column.key, argument))
    return value, f"bold {form}" if "sum" in row else form
