"""What stands between the sheets and the workbook: here nothing, in a public version what takes the secrets out."""

from collections.abc import Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

__all__ = ["Screen"]


class Screen:
    """Lets everything through as it is; each method is told which sheet asks."""

    notices: tuple[str, ...] = ()
    no_live: str = ""

    def line(self, sheet: str, text: str) -> str:
        """A title or a heading."""
        return text

    def lines(self, sheet: str, texts: Sequence[str]) -> list[str]:
        """Sentences that stand together."""
        return list(texts)

    def table(self, sheet: str, said: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Any]], styles: Sequence[str]) -> Any:
        """A table: what is said of it, its headings and its rows, of values or pairs (value, style)."""
        return list(said), list(heads), list(rows)

    def placed(self, sheet: str, row: int, rows: Sequence[Sequence[Any]]) -> None:
        """Hear where the rows of a table stand: in the sheet of that name, from that row on, from its first column."""

    def charts(self, sheet: str, workbook: Workbook, charts: Sequence[tuple[Chart, str]]) -> tuple[list[tuple[Chart, str]], str]:
        """Charts with their alternative texts, and what to say of those that are left out."""
        return list(charts), ""

    def choice(self, name: str, value: bool) -> bool:
        """Something that the look of all sheets depends on."""
        return value
