"""The workbook of several variants as one: what every sheet would say is heard first, merged, and written once.

Sentences are wrapped over rows after they have been merged, so it is not the cells that are merged but what the sheets ask to
have written (`fvmanalys.report.sheets.screen`): line by line and table by table. A chart is shown only where everything it is
drawn from, and every setting of it, is the same in all variants.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from openpyxl.utils.cell import range_boundaries
from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from fvmanalys.report.sheets.book import alignment
from fvmanalys.report.sheets.cells import Formula, Input
from fvmanalys.report.sheets.screen import Screen
from fvmanalys.run.masking.tables import aligned_rows, common_marker
from fvmanalys.run.masking.values import DIGITS, Masks, common_number, rounded

__all__ = ["Heard", "Item", "Shown", "merged_items", "merged_texts"]

WRITTEN = 6  # a number that needs more digits than these was computed


@dataclass(frozen=True)
class Item:
    """What a sheet asks to have written: texts that stand together, or a table with its rows as pairs (value, style)."""

    texts: list[str]
    heads: list[str] = field(default_factory=list)
    rows: list[list[Any]] | None = None

    @property
    def kind(self) -> str:
        """What to tell items apart by."""
        return f"table {self.texts[0]}" if self.rows is not None else "texts"


class Heard(Screen):
    """Hears what a variant's sheets say."""

    def __init__(self, notices: Sequence[str], no_live: str):
        self.notices, self.no_live = tuple(notices), no_live
        self.items: dict[str, list[Item]] = defaultdict(list)
        self.choices: dict[str, bool] = {}

    def line(self, sheet: str, text: str) -> str:
        """Hear a line."""
        self.items[sheet].append(Item([text]))
        return text

    def lines(self, sheet: str, texts: Sequence[str]) -> list[str]:
        """Hear lines that stand together."""
        self.items[sheet].append(Item(list(texts)))
        return list(texts)

    def table(self, sheet: str, said: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Any]], styles: Sequence[str]) -> Any:
        """Hear a table."""
        pairs = [[value if isinstance(value, tuple) else (value, style) for value, style in zip(row, styles, strict=True)] for row in rows]
        self.items[sheet].append(Item(list(said), list(heads), pairs))
        return super().table(sheet, said, heads, rows, styles)

    def choice(self, name: str, value: bool) -> bool:
        """Hear a choice."""
        self.choices[name] = value
        return value


class Shown(Screen):
    """Shows what the variants have in common, whichever of them the sheets are written from.

    `prints` holds a picture in words of every chart, to be compared with that of the other variants; a chart among
    `dropped`, or with a masked cell, is left out.
    """

    def __init__(
        self, heard: Sequence[Heard], items: dict[str, list[Item]], masks: Masks, dropped: frozenset[tuple[str, int]] = frozenset()
    ):
        self.notices, self.no_live = heard[0].notices, heard[0].no_live
        self.choices = {name: any(one.choices.get(name, False) for one in heard) for name in heard[0].choices}
        self.items = {sheet: iter(parts) for sheet, parts in items.items()}
        self.masks, self.dropped = masks, dropped
        self.masked: set[tuple[str, int, int]] = set()
        self.prints: dict[tuple[str, int], str] = {}

    def line(self, sheet: str, text: str) -> str:
        """Show a line."""
        return next(self.items[sheet]).texts[0]

    def lines(self, sheet: str, texts: Sequence[str]) -> list[str]:
        """Show lines that stand together."""
        return next(self.items[sheet]).texts

    def table(self, sheet: str, said: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Any]], styles: Sequence[str]) -> Any:
        """Show a table."""
        item = next(self.items[sheet])
        return item.texts, item.heads, item.rows

    def placed(self, sheet: str, row: int, rows: Sequence[Sequence[Any]]) -> None:
        """Remember which cells are masked."""
        for down, cells in enumerate(rows):
            self.masked |= {(sheet, row + down, across) for across, (value, _) in enumerate(cells) if value == self.masks.word}

    def charts(self, sheet: str, workbook: Workbook, charts: Sequence[tuple[Chart, str]]) -> tuple[list[tuple[Chart, str]], str]:
        """Show the charts of which nothing is masked."""
        kept = []
        for chart, alt in charts:
            place = (sheet, sum(name == sheet for name, _ in self.prints))
            self.prints[place] = printed((chart, alt))
            if place not in self.dropped and not self.masked & set(cells_of(chart)):
                kept.append((chart, alt))
        return kept, "" if len(kept) == len(charts) else self.masks.words("public.charts_left_out", count=len(charts) - len(kept))

    def choice(self, name: str, value: bool) -> bool:
        """Choose alike, whichever variant it is: as any of them does."""
        return self.choices[name]


def printed(value: Any) -> str:
    """A picture in words of whatever a chart is made of."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{printed(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(printed, value)) + "]"
    return f"{type(value).__name__}{printed(vars(value))}" if hasattr(value, "__dict__") and not callable(value) else repr(value)


def cells_of(chart: Chart) -> Iterator[tuple[str, int, int]]:
    """Every cell that a chart is drawn from: sheet, row and column from 0."""
    for formula in chart.formula_ids:
        sheet, _, place = formula.lstrip("=").rpartition("!")
        left, top, right, bottom = range_boundaries(place)
        name = sheet.strip("'").replace("''", "'")
        yield from ((name, row - 1, column - 1) for row in range(top, bottom + 1) for column in range(left, right + 1))


def merged_items(variants: Sequence[Heard], masks: Masks) -> dict[str, list[Item]]:
    """What the sheets of all variants have in common, in the order of the first."""
    first = variants[0]
    merged = {sheet: list(merged_sheet([one.items.get(sheet, []) for one in variants], masks)) for sheet in first.items}
    return {sheet: list(map(settled, items)) for sheet, items in merged.items()} if first.no_live else merged


def settled(item: Item) -> Item:
    """An item without formulas, its computed numbers rounded: what may be turned no longer needs them."""
    return replace(item, rows=None if item.rows is None else [[(settled_value(value), style) for value, style in row] for row in item.rows])


def settled_value(value: Any) -> Any:
    """A number as it is if somebody may have written it, else to three digits."""
    number = value.value if isinstance(value, (Formula, Input)) else value
    if isinstance(number, (str, bool)) or not isinstance(number, (int, float, np.number)) or rounded(float(number), WRITTEN) == number:
        return number
    return rounded(float(number), DIGITS[0])


def merged_sheet(variants: Sequence[list[Item]], masks: Masks) -> Iterator[Item]:
    """The items of one sheet; what a variant lacks is masked."""
    first, *others = variants
    places = [counterparts(first, other) for other in others]
    for number, item in enumerate(first):
        found = [other[place[number]] for other, place in zip(others, places, strict=True) if number in place]
        if len(found) < len(others):
            rows = None if item.rows is None else [masked(row, masks) for row in item.rows[:1]]
            yield Item([masks.words("public.left_out")] * len(item.texts if rows is not None else "1"), item.heads, rows)
        else:
            yield merged_item([item, *found], masks)


def counterparts(first: list[Item], other: list[Item]) -> dict[int, int]:
    """Which item of another variant each item of the first stands for."""
    matcher = SequenceMatcher(None, [one.kind for one in first], [one.kind for one in other], autojunk=False)
    return {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}


def merged_item(items: Sequence[Item], masks: Masks) -> Item:
    """One item of every variant as one."""
    first = items[0]
    if first.rows is None:
        return Item(merged_texts([item.texts for item in items], masks))
    texts = [masks.text(texts) for texts in zip(*(item.texts for item in items), strict=True)]
    if len({len(item.heads) for item in items}) > 1:
        least = min(len(item.heads) for item in items)
        fewest = min((item.rows or [] for item in items), key=len)
        return Item(texts, [masks.word] * least, [masked(row[:least], masks) for row in fewest[:1]])
    heads = [masks.text(texts) for texts in zip(*(item.heads for item in items), strict=True)]
    return Item(texts, heads, list(merged_rows([item.rows or [] for item in items], masks)))


def merged_texts(variants: Sequence[list[str]], masks: Masks) -> list[str]:
    """Texts that stand together, as many as every variant has, and a word on the rest."""
    kept = [masks.text(texts) for texts in zip(*variants, strict=False)]
    return kept if len({len(texts) for texts in variants}) == 1 else [*kept, masks.words("public.left_out")]


def merged_rows(variants: Sequence[list[list[Any]]], masks: Masks) -> Iterator[list[Any]]:
    """The rows of a table; without the row of the seed, and of one about something confidential only the marker."""
    keyed = [[[str(row[0][0]), row] for row in rows] for rows in variants]
    seed, spare = masks.words("sheet.about.run_seed"), variants[0][0] if variants[0] else []
    for rows in aligned_rows(keyed):
        found = [pair[1] for pair in rows]
        if not all(isinstance(row, list) for row in found):
            yield masked(spare, masks)
        elif found[0][0][0] != seed:
            yield merged_row(found, masks)


def merged_row(rows: Sequence[list[Any]], masks: Masks) -> list[Any]:
    """One row of every variant as one."""
    marker = common_marker([list(spoken(row)) for row in rows], masks)
    if marker:
        first, *rest = masked(rows[0], masks)
        return [(marker, first[1]), *rest]
    return [merged_cell(cells, masks) for cells in zip(*rows, strict=True)]


def spoken(row: Sequence[Any]) -> Iterator[str]:
    """The texts of a row."""
    texts = (getattr(value, "text", value) for value, _ in row if not isinstance(value, Formula))
    yield from (text for text in texts if isinstance(text, str))


def masked(row: Sequence[Any], masks: Masks) -> list[Any]:
    """A row with nothing in it."""
    return [(masks.word, plain(style)) for _, style in row]


def plain(style: str) -> str:
    """The style of a text where something of another style stood."""
    return ("bold " if "bold" in style.split(" ") else "") + ("text" if alignment(style) == "left" else "right")


def merged_cell(cells: Sequence[tuple[Any, str]], masks: Masks) -> tuple[Any, str]:
    """One cell of every variant as one: the value and how it looks."""
    values, styles = zip(*cells, strict=True)
    if len(set(styles)) > 1:
        return masks.word, plain(styles[0])
    if all(value == values[0] for value in values) and isinstance(values[0], (Formula, Input)):
        return values[0], styles[0]
    bare = [value.value if isinstance(value, (Formula, Input)) else value for value in values]
    shown = merged_value(bare, styles[0], masks)
    return (shown, plain(styles[0]) if shown == masks.word else styles[0])


def merged_value(values: Sequence[Any], style: str, masks: Masks) -> Any:
    """One value."""
    first = values[0]
    if all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in values):
        found = common_number([float(value) for value in values], style.endswith("year"))
        return masks.word if found is None else found
    if all(isinstance(value, str) for value in values):
        return masks.text(values)
    same = all(type(value) is type(first) and (value == first or value is first) for value in values)
    return first if same or all(empty(value) for value in values) else masks.word


def empty(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (not isinstance(value, (str, date)) and value != value)
