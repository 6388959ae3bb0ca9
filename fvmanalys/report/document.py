"""The situation report as a document that an office goes on with: its HTML as headings, lists and tables."""

import zipfile
from datetime import datetime
from html.parser import HTMLParser
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

from fvmanalys.report.edition import Edition
from fvmanalys.report.harmless import harmless, is_web_address
from fvmanalys.report.topics import sources
from fvmanalys.report.topics.situation import sections, title

__all__ = ["write_document"]

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
TEXT_WIDTH, LOGO_MILLIMETRES = 174, 12
LINE_LETTERS, CELL_LETTERS, MOST_LETTERS = 90, 3, 60  # of a line, around a cell, and of the longest text
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def write_document(edition: Edition, path: Path) -> None:
    """Write the report as .docx: the same findings and language give the same bytes."""
    from docx import Document  # half a second to import

    document = Document()
    made = datetime(edition.as_of.year, edition.as_of.month, edition.as_of.day)
    properties = document.core_properties
    properties.title = harmless(title(edition))
    properties.author = harmless(edition.words.of(edition.inputs.decision, "organisation"))
    properties.created = properties.modified = made
    properties.language = LANGUAGES[edition.lang]
    properties.comments = ""
    speak(document, LANGUAGES[edition.lang])
    lay_out(document, edition.accent)
    if edition.logo:
        add_logo(document, edition)
    document.add_heading(harmless(title(edition)), 0)
    document.add_paragraph(harmless(sources.header(edition)))
    for section in sections(edition):
        document.add_heading(harmless(section.heading), 1)
        for part in section.parts:
            if isinstance(part, str):
                Writer(document).feed(str(part))
            else:
                document.add_paragraph(harmless(part.alt))
    held = BytesIO()
    document.save(held)
    path.write_bytes(dateless(held.getvalue()))


def lay_out(document: Any, accent: str) -> None:
    """A4 with a plain type, as an office prints, and headings in the accent."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm((210 - TEXT_WIDTH) / 2)
    page.top_margin = page.bottom_margin = Mm(20)
    plain = document.styles["Normal"]
    plain.font.name = "Arial"
    plain.font.size = Pt(10)
    plain.paragraph_format.space_after = Pt(4)
    document.styles["Title"].font.size = Pt(20)
    colour = RGBColor.from_string(accent[1:].upper())
    for name in ("Title", "Heading 1", "Heading 2", "Caption"):
        document.styles[name].font.color.rgb = colour
    for line in document.styles["Title"].element.xpath(".//w:pBdr/w:bottom"):
        line.set(qn("w:color"), str(colour))


def add_logo(document: Any, edition: Edition) -> None:
    """The organisation's logo, above the title."""
    from docx.shared import Mm

    picture = document.add_picture(BytesIO(edition.logo), height=Mm(LOGO_MILLIMETRES))
    if picture.width > Mm(TEXT_WIDTH / 2):
        picture.height = round(picture.height * Mm(TEXT_WIDTH / 2) / picture.width)
        picture.width = Mm(TEXT_WIDTH / 2)
    picture._inline.docPr.set("descr", harmless(edition.words.of(edition.inputs.decision, "organisation")))


def column_widths(rows: list[list[str]]) -> list[float]:
    """The columns of a table, together as wide as the text: each holds its longest word, long texts get the rest."""
    columns = list(zip_longest(*rows, fillvalue=""))
    least = [max(len(word) for text in column for word in ["", *text.split()]) + CELL_LETTERS for column in columns]
    more = [max(0, min(max(map(len, column)), MOST_LETTERS) - few) for column, few in zip(columns, least, strict=True)]
    share = max(0, LINE_LETTERS - sum(least)) / max(sum(more), 1)
    letters = [few + share * many for few, many in zip(least, more, strict=True)]
    return [TEXT_WIDTH * one / sum(letters) for one in letters]


def speak(document: Any, language: str) -> None:
    """Say in which language the text is, for those who have it read out and for the spelling."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    marks = document.styles["Normal"].element.get_or_add_rPr()
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), language)
    marks.append(spoken)


def dateless(content: bytes) -> bytes:
    """The same archive without the hour at which it was written."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            new.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()


class Writer(HTMLParser):
    """Writes our own HTML into a document: paragraphs, lists, smaller headings, tables and links to the web."""

    def __init__(self, document: Any):
        super().__init__()
        self.document = document
        self.paragraph: Any = None
        self.address = ""
        self.rows: list[list[str]] | None = None
        self.caption: str | None = None
        self.hidden = 0  # how deep in a table that only narrow screens show

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what the tag begins."""
        given = dict(attrs)
        if tag == "div" and (self.hidden or "only-narrow" in (given.get("class") or "").split()):
            self.hidden += 1
        if self.hidden:
            return
        if tag in ("p", "li", "h3"):
            looks = {"p": None, "li": "List Bullet", "h3": "Heading 2"}
            self.paragraph = self.document.add_paragraph(style=looks[tag])
        elif tag == "a":
            self.address = given.get("href") or ""
        elif tag == "table":
            self.rows = []
        elif tag == "caption":
            self.caption = ""
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("th", "td") and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """End what the tag ends; a table is written when all of it is known."""
        if self.hidden:
            self.hidden -= tag == "div"
        elif tag == "a":
            self.address = ""
        elif tag == "table" and self.rows:
            self.table(self.caption or "", self.rows)
            self.rows = self.caption = None
        elif tag in ("p", "li", "h3"):
            self.paragraph = None

    def handle_data(self, data: str) -> None:
        """Put a text where it belongs."""
        if self.hidden:
            return
        if self.rows is not None and not self.rows:
            self.caption = (self.caption or "") + data
        elif self.rows:
            self.rows[-1][-1] += data
        elif self.paragraph is not None and is_web_address(self.address):
            self.link(data)
        elif self.paragraph is not None:
            self.paragraph.add_run(data)

    def link(self, text: str) -> None:
        """A text that leads to an address on the web."""
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        place = self.paragraph.part.relate_to(self.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        led = OxmlElement("w:hyperlink")
        led.set(qn("r:id"), place)
        run = self.paragraph.add_run(text)
        run.underline = True
        led.append(run._r)
        self.paragraph._p.append(led)

    def table(self, caption: str, rows: list[list[str]]) -> None:
        """A table with its caption above it and its headings again on every page."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        widths = column_widths(rows)
        self.document.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = True
        table = self.document.add_table(len(rows), max(map(len, rows)), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text, width in zip(row.cells, texts, widths, strict=False):
                cell.width = Mm(width)
                run = cell.paragraphs[0].add_run(text)
                run.font.size = Pt(9)
                run.bold = row is table.rows[0]
        again = OxmlElement("w:tblHeader")
        again.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(again)
        self.document.add_paragraph()
