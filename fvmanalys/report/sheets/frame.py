"""What all sheets share: title, prose, tables, bands of charts, and how they print."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

import numpy as np
from xlsxwriter.chart import Chart

from fvmanalys.report.digits import rounded
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.harmless import one_line
from fvmanalys.report.item import Address
from fvmanalys.report.markup import marks
from fvmanalys.report.palette import ACCENT, MUTED
from fvmanalys.report.sheets.book import HEADER_SIZE, Book, Region, alignment
from fvmanalys.report.sheets.cells import Jump, header_names, safe_text, table_name, write_cell
from fvmanalys.report.sheets.measure import clause_lines, lines_needed, whole_words
from fvmanalys.report.styles import style_of
from fvmanalys.report.topics.traced import row_traced
from fvmanalys.report.words import lowered

__all__ = ["PAGE_UNITS", "SPARE_ROWS", "Book", "Column", "Drawn", "Region", "Sheet", "roomy"]

PIXELS_A_CHARACTER, PIXELS_PADDING = 7, 5
ROW_POINTS = 14.25
ROW_PIXELS = 19
TALLEST_POINTS = 409.0
PAGE_UNITS = 92.0  # the width of a printed page in units of column width, before what each column takes for itself
AIR = 2.5  # points between a sentence and the next
LINE_POINTS, ROW_PADDING = 13.0, 3.0
MARGIN_INCHES, EDGE_INCHES = 0.5, 0.65
PAGE_POINTS = (11.69 - 2 * EDGE_INCHES) * 72 / 0.96  # a page may shrink a little, by its width or by its height
SPARE_ROWS = 2  # blank, because LibreOffice may lose the last of a page that it shrinks
PRINTED_SIZE = 10  # the smallest type of what is printed, so that a page that shrinks a little is still read
ABREAST, PANEL_ROWS = 3, 17  # charts
ALL: Mapping[str, Any] = {}  # rows, of which nothing is chosen
HEADER_PART = 70
UNSCALED = {"scale_with_doc": False}
WIDEST = 48.0
WORDY = 40.0
MANY_LETTERS = 90  # the width of a column where a text is so long
COMMENT = (3.5, 2.5)
MOST_SAID = 2_000  # how much larger than usual a comment is, and how long
LOGO_PIXELS = (160, 40)  # at most so wide and high
LOGO_AIR, DPI = 3, 96
LOGO_ROW = 36.0  # points
TITLE_SIZE, PAGE_TITLE, HEADING_SIZE = 15, 13, 12


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and how its values look."""

    header: str
    style: str = "text"


class Sheet:
    """A worksheet filled from the top: a title, then prose, tables and charts, each below the last.

    A `printed` one is a page of the print set. In a book that has such a set, the others are for the screen.
    """

    def __init__(self, book: Book, key: str, widths: Sequence[float], portrait: bool = False, printed: bool = False):
        self.book = book
        self.words = book.words
        self.key = key
        self.widths = list(widths)
        self.portrait = portrait or printed
        self.printed = printed
        self.on_screen = book.has_print_set and not printed
        self.last_printed = -1
        self.name = book.sheet_name(key)
        self.sheet = book.workbook.get_worksheet_by_name(self.name)
        self.row, self.last_column = 0, 0
        self.heights: dict[int, float] = {}
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width, book.form())

    def text(self, key: str, **values: Any) -> str:
        """A text of this sheet, of all sheets, or a heading of all tables."""
        known = [f"{place}.{key}" for place in (f"sheet.{self.key}", "workbook", "column")]
        return self.words(next((one for one in known if one in self.words.texts), known[0]), **values)

    @property
    def across(self) -> float:
        """How wide the sheet is, in units of column width."""
        return sum(self.widths)

    def title(self, text: str = "", logo: bytes = b"") -> None:
        """The title, in A1, by default the sheet's own or its name, with a logo to its right; it stays in sight."""
        text = text or self.words.get(f"sheet.{self.key}.title", self.name)
        size = PAGE_TITLE if self.printed else TITLE_SIZE
        across = self.across - (self.logo(logo) / PIXELS_A_CHARACTER if logo else 0)
        look = {"bold": True, "font_size": size, "font_color": ACCENT} | ({"valign": "bottom"} if logo else {})
        self.prose(clause_lines(safe_text(text), across, size, True), **look)
        self.height(self.row - 1, 24)
        if logo:
            self.height(0, LOGO_ROW)
        self.sheet.freeze_panes(1, 0)
        if self.book.has_levers:
            self.levers_line()
        if self.on_screen:
            self.notes("on_demand")

    def logo(self, png: bytes) -> float:
        """Put a logo at the right end of the first row; return how many pixels wide it stands there."""
        from docx.image.image import Image  # knows a picture's size

        size = Image.from_blob(png)
        pixels = min(LOGO_PIXELS[0] / size.px_width, LOGO_PIXELS[1] / size.px_height)
        width = pixels * size.px_width
        column, offset = self.column_at(self.pixels() - width - LOGO_AIR)
        scales = {"x_scale": pixels * size.horz_dpi / DPI, "y_scale": pixels * size.vert_dpi / DPI}
        place = {"x_offset": offset, "y_offset": LOGO_AIR, "object_position": 3}
        name = safe_text(self.decision("organisation"))
        self.sheet.insert_image(
            0, column, "logo.png", {"image_data": BytesIO(png), "description": name} | scales | place
        )
        return float(width + 2 * LOGO_AIR)

    def levers_line(self) -> None:
        """Whether the figures of this sheet are those published, although the reader has turned something."""
        same, turned = (self.text(name).replace('"', '""') for name in ("as_published", "turned"))
        form = self.book.form(font_color=MUTED)
        self.sheet.write_formula(
            self.row, 0, f'=IF({self.book.turned}=0,"{same}","{turned}")', form, self.text("as_published")
        )
        self.row += 1

    def lines(self, texts: Sequence[str], **properties: Any) -> None:
        """Sentences, each from a row of its own; one too long for the page goes on in the next row."""
        size = properties.get("font_size", 10)
        bold = properties.get("bold", False)
        for text in texts:
            if self.printed and marks(text):
                self.comment(self.row, "\n".join(f"{part}: {place}" for part, place in dict.fromkeys(marks(text))))
            self.prose(clause_lines(safe_text(text), self.across, size, bold), **properties)
            self.height(self.row - 1, self.heights.get(self.row - 1, ROW_POINTS) + AIR)

    def link(self, text: str, name: str, row: int = 1, at: int | None = None) -> None:
        """A line that leads to a row of a sheet; at a row that was kept for it, or below what there is."""
        jump = Jump(safe_text(text), "'" + name.replace("'", "''") + f"'!A{row}")
        write_cell(self.sheet, self.row if at is None else at, 0, jump, self.book.form(font_color=ACCENT, underline=1))
        self.row += at is None

    def notes(self, *keys: str, **values: Any) -> None:
        """Notes of this sheet, in a quiet colour."""
        self.lines([self.text(key, **values) for key in keys], font_color=MUTED)

    def prose(self, lines: Sequence[str], **properties: Any) -> None:
        """Lines that already fit."""
        for line in lines:
            self.sheet.write_string(self.row, 0, line, self.book.form(**properties))
            if properties.get("font_size", 10) > 10:
                self.height(self.row, ROW_POINTS * properties["font_size"] / 10)
            self.row += 1

    def heading(self, text: str) -> None:
        """A heading."""
        self.row += 1
        lines = clause_lines(safe_text(text), self.across, HEADING_SIZE, bold=True)
        self.prose(lines, bold=True, font_size=HEADING_SIZE, font_color=ACCENT)
        self.height(self.row - 1, 20)

    def height(self, row: int, points: float) -> None:
        """Set the height of a row."""
        self.heights[row] = min(TALLEST_POINTS, points)
        self.sheet.set_row(row, self.heights[row])

    def columns(self, styles: str) -> list[Column]:
        """Columns given as `heading:style heading:style`."""
        pairs = [pair.split(":") for pair in styles.split()]
        return [Column(self.text(head), style.replace("_", " ")) for head, style in pairs]

    def exhibit(
        self,
        exhibit: Exhibit,
        *charts: "Drawn",
        rows: int = PANEL_ROWS,
        choice: Mapping[str, Any] = ALL,
        **options: bool,
    ) -> Region | None:
        """An exhibit under its heading, with its note; where there is nothing to show, the sentence that says so.

        The `charts` that are drawn of it stand above it, each so many `rows` high, at most three abreast.
        """
        edition = self.book.edition
        title, (shown, told) = exhibit.words(edition, "title"), exhibit.told_apart(edition, **choice)
        note = "note" if told else "none"
        if not told and not exhibit.has(edition, note):
            return None
        self.heading(title)
        self.lines([exhibit.words(edition, note)] if exhibit.has(edition, note) else [], font_color=MUTED)
        if not told:
            return None
        columns = [Column(one.heading, style_of(one.style)[0].heading_form) for one in shown]
        bands = range(self.row, self.row + rows * -(-len(charts) // ABREAST), rows)
        self.row += rows * len(bands)
        region = self.table(title, columns, told, **options)
        self.book.regions[exhibit.name] = region
        for place, band in enumerate(bands):
            drawn = charts[place * ABREAST : (place + 1) * ABREAST]
            self.charts([one(self, region) for one in drawn], band, rows, min(ABREAST, len(charts)))
        if self.printed:
            self.traces(exhibit, region)
        return region

    def exhibits(self, *exhibits: Exhibit, filters: bool = False) -> None:
        """Exhibits below one another."""
        for exhibit in exhibits:
            self.exhibit(exhibit, filters=filters)

    def traces(self, exhibit: Exhibit, region: Region) -> None:
        """A comment on each row of a printed table: how its numbers are traced, and what they are mostly made of."""
        edition = self.book.edition
        for place, row in enumerate(exhibit.rows(edition)):
            said = row_traced(edition, exhibit, row)
            if said:
                self.comment(region.first_row + place, said)

    def comment(self, row: int, text: str) -> None:
        """A comment on the first cell of a row: how its numbers are traced."""
        look = {"x_scale": COMMENT[0], "y_scale": COMMENT[1], "font_size": 9, "font_name": "Arial"}
        self.sheet.write_comment(row, 0, safe_text(text, MOST_SAID), look)

    def begin(self, name: str, *notes: str) -> None:
        """The heading that this sheet has for `name`, and notes."""
        self.heading(self.text(name))
        self.notes(*notes)

    def listing(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Region:
        """A table with the title that this sheet has for `name`, by which charts and formulas find it."""
        self.book.regions[name] = self.table(self.text(name), columns, rows)
        return self.book.regions[name]

    def table(
        self,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Any]],
        *,
        repeat: bool = False,
        filters: bool = False,
    ) -> Region:
        """A real table with a header row; `repeat` prints its header on every page that follows."""
        names = header_names([column.header for column in columns])
        region = Region(self.name, self.row + 1, self.row + max(len(rows), 1), 0)
        size = PRINTED_SIZE if self.printed else HEADER_SIZE
        forms = [
            self.book.header_form(column.style, indent(index, column.style), size)
            for index, column in enumerate(columns)
        ]
        head = [{"header": name, "header_format": form} for name, form in zip(names, forms, strict=True)]
        self.book.tables += 1
        first, *rest = (column.header for column in columns)
        about = self.words("workbook.about", first=lowered(first), rest="; ".join(rest))
        said = {"title": safe_text(title, 250), "description": safe_text(about, 2_000)}
        name = table_name(said["title"], self.book.tables, self.words("workbook.table"))
        look = {"name": name, "style": None, "autofilter": filters, "banded_rows": False}
        self.sheet.add_table(self.row, 0, region.last_row, len(columns) - 1, {"columns": head, **look, **said})
        room = 2.5 if filters else 0.0
        self.set_height(
            self.row,
            max(lines_needed(name, self.width(index) - room, size, bold=True) for index, name in enumerate(names)),
        )
        rows = rows or [[None] * len(columns)]
        values = [[bare(row[index]) for row in rows] for index in range(len(columns))]
        found = [lru_cache(partial(self.book.resolved, values=column)) for column in values]
        for offset, row in enumerate(rows):
            self.write_row(region.first_row + offset, row, columns, found)
        if repeat:
            self.sheet.repeat_rows(self.row)
        self.row = region.last_row + 1
        self.last_column = max(self.last_column, len(columns) - 1)
        return region

    def write_row(
        self, row: int, values: Sequence[Any], columns: Sequence[Column], found: Sequence[Callable[[str], str]]
    ) -> None:
        """A row of a table, as high as its text needs; a style may be given with a value as a pair (value, style).

        `found` gives a style the decimals that what stands in each column needs.
        """
        lines = 1
        for index, (value, column) in enumerate(zip(values, columns, strict=True)):
            value, style = value if isinstance(value, tuple) else (value, column.style)
            value, style = self.told(value, style) if self.printed else (value, self.shown(value, style, found[index]))
            write_cell(self.sheet, row, index, value, self.book.cell_form(style, indent(index, style)))
            text = value.text if isinstance(value, (Address, Jump)) else value
            if isinstance(text, str):
                lines = max(
                    lines,
                    lines_needed(text, self.width(index) - 1.5 * indent(index, style), bold=style.startswith("bold")),
                )
        self.set_height(row, lines)

    def shown(self, value: Any, style: str, resolved: Callable[[str], str]) -> str:
        """A style with the decimals of its column, and of an amount too small to be told with those, its own."""
        found = resolved(style)
        if style.split(" ")[-1] != "money" or not isinstance(value, (int, float)) or not np.isfinite(value):
            return found
        return f"{found[:-1]}{max(int(found[-1]), rounded(value)[1])}"

    def told(self, value: Any, style: str) -> tuple[Any, str]:
        """A value as the text beside it tells it: an amount to as many digits as in a sentence."""
        *marks, kind = style.split(" ")
        if kind == "points":
            return value, " ".join([*marks, "n0"])
        if kind == "share" and isinstance(value, float) and not re.match(r"[\d–]", self.words.share(value)):
            return self.words.share(value), " ".join([*marks, "right"])
        if kind not in ("money", "scale") or not isinstance(value, (int, float)) or not np.isfinite(value):
            return value, style
        amount, places = rounded(value if abs(value) > 1e-9 else 0.0)
        return amount, " ".join([*marks, f"n{places}"])

    def room(self) -> int:
        """How many rows are left on the printed page; one too wide shrinks, and so has room for more."""
        used = sum(self.heights.get(row, ROW_POINTS) for row in range(self.row))
        return int((PAGE_POINTS * max(1.0, self.across / PAGE_UNITS) - used) / ROW_POINTS)

    def set_height(self, row: int, lines: int) -> None:
        """Make a row high enough for so many lines."""
        if lines > 1:
            self.height(row, lines * LINE_POINTS + ROW_PADDING)

    def width(self, column: int) -> float:
        """How wide a column is; those beyond the sheet's own are as wide as its last."""
        return self.widths[min(column, len(self.widths) - 1)]

    def charts(
        self, charts: Sequence[tuple[Chart, str]], row: int | None = None, rows: int = 17, abreast: int = 0
    ) -> None:
        """A band of charts side by side, each with its alternative text; at `row`, or below what there is.

        `abreast` charts would fill the sheet's width; by default these do.
        """
        at = self.row if row is None else row
        width = self.pixels() / (abreast or len(charts))
        for index, (chart, alt) in enumerate(charts):
            column, offset = self.column_at(index * width)
            chart.set_size({"width": int(width) - 8, "height": rows * ROW_PIXELS - 8})
            place = {"x_offset": offset + 2, "y_offset": 2, "object_position": 2, "description": safe_text(alt, 4_000)}
            self.sheet.insert_chart(at, column, chart, place)
        self.row = max(self.row, at + rows)

    def pixels(self, columns: int | None = None) -> int:
        """How wide the sheet's own columns are."""
        return sum(int(width * PIXELS_A_CHARACTER) + PIXELS_PADDING for width in self.widths[:columns])

    def column_at(self, pixels: float) -> tuple[int, int]:
        """The column that a distance from the left falls in, and how far into it."""
        column = next((index for index in range(len(self.widths)) if self.pixels(index + 1) > pixels), 0)
        return column, int(pixels - self.pixels(column))

    def finish(self) -> None:
        """Print set-up, protection, and nothing beside what is shown.

        What is for the screen has an empty cell as its print area: a whole book prints its print set alone.
        """
        sheet = self.sheet
        last = max(self.last_column, len(self.widths) - 1)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(MARGIN_INCHES, MARGIN_INCHES, EDGE_INCHES, EDGE_INCHES)
        if self.on_screen:
            sheet.print_area(0, last + 1, 0, last + 1)
        elif self.printed:
            end = self.row - 1 if self.last_printed < 0 else self.last_printed
            sheet.print_area(0, 0, end + SPARE_ROWS, last)
        else:
            sheet.print_area(0, 0, self.row - 1, last)
        if self.printed:
            sheet.select()
        for row in set(range(self.row)) - set(
            self.heights
        ):  # said outright: some programs make a row without a height lower
            sheet.set_row(row, ROW_POINTS)
        if not self.portrait:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 1 if self.printed else 0)
        if last >= len(self.widths):
            sheet.set_column(len(self.widths), last, self.widths[-1], self.book.form())
        sheet.set_header(f"&L&10{self.header_part(self.decision('title'))}&R&10{self.header_part(self.name)}", UNSCALED)
        as_of = self.words("workbook.as_of", as_of=self.words.day(self.book.findings.inputs.as_of))
        run = self.words("workbook.run", run_id=self.book.run_id) if self.book.run_id else ""
        sheet.set_footer(
            f"&L&10{self.header_part(as_of)}&C&10{self.words('workbook.page')}&R&10{self.header_part(run)}", UNSCALED
        )
        sheet.protect(
            "", {"objects": True, "format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
        )

    def decision(self, column: str) -> str:
        """What the decision's own row says."""
        return self.words.of(self.book.findings.inputs.decision, column)

    def header_part(self, text: str) -> str:
        """A text as it may stand in a page header, where & is a command."""
        line = one_line(text)
        return (line if len(line) <= HEADER_PART else line[: HEADER_PART - 1] + "…").replace("&", "&&")


Drawn = Callable[[Sheet, Region], tuple[Chart, str]]  # a chart of an exhibit that stands there, with its text


def roomy(book: Book, widths: Sequence[float], exhibits: Sequence[Exhibit], most: float = WIDEST) -> list[float]:
    """Columns at least so wide, and wide enough for long texts and for no word of the exhibits to be broken."""
    found = list(widths)
    for exhibit in exhibits:
        columns, cells = exhibit.told_apart(book.edition)
        heads = [column.heading for column in columns]
        rows = [[str(value) if isinstance(value, str) else "" for value, _ in row] for row in cells]
        for place, texts in enumerate(zip(heads, *rows, strict=True)):
            least = found[place] if place < len(found) else widths[-1]
            least = max(least, WORDY) if max(map(len, texts)) > MANY_LETTERS else least
            found[place : place + 1] = [whole_words(texts, least, max(least, most))]
    return found


def bare(value: Any) -> Any:
    """What a cell holds, without its style."""
    return value[0] if isinstance(value, tuple) else value


def indent(column: int, style: str) -> int:
    """Text beside another column stands a step in from it."""
    return 1 if column and alignment(style) == "left" else 0
