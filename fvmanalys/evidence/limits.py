"""How much of a file is read, whatever it says of its own size: bytes, parts, rows, columns, cells and seconds."""

import io
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fvmanalys.evidence.encoding import Unreadable

__all__ = ["SHEET_ROWS", "TOGETHER", "Unpacked", "check_time", "filled", "read_bytes", "unpack"]

BYTES, UNPACKED = 20, 64  # megabytes, of a file and of all parts of a workbook
ROWS, COLUMNS, CELLS = 50_000, 1_000, 500_000
TOGETHER = 1_000_000  # cells of all tables
SHEET_ROWS = 1_048_576  # as many as Excel has
SECONDS = 60.0
MEGABYTE = 2**20
PARTS, TAGS, OTHERS = 10_000, 6_000_000, 200_000  # what a workbook of so many cells needs, and far more
FITTING = "keep the rows of this decision alone in it"
CLEARED = "delete empty rows and columns with their formats, or copy the cells alone to a new workbook"
CELL = re.compile(rb"<(?:\w+:)?(?:c|row)[\s/>]")
COMMON = re.compile(rb"<(?:/|(?:\w+:)?(?:v|f|is|t|si)[\s/>])")  # beside cells, the tags that a workbook has many of
NOT_PLAIN = re.compile(
    rb"\0|\A(?:\xff\xfe|\xfe\xff)|<!ENTITY|<\?xml[^<>]*encoding\s*=\s*.(?!utf-?8|us-ascii|iso-8859|windows-125)",
    re.IGNORECASE,
)
LONG = re.compile(rb"[^<]{1000000}")


def read_bytes(path: Path, megabytes: int = BYTES) -> bytes:
    """Read a file; Unreadable where it is none (a pipe, a device, a link to nothing), too large or not allowed."""
    try:
        if path.is_symlink() and not path.exists():
            raise Unreadable("is a link to a file that is not there", "put the file there, or remove the link")
        if not path.is_file():
            raise Unreadable("is no file", "put a file in its place, or move it away")
        with path.open("rb") as file:
            raw = file.read(megabytes * MEGABYTE + 1)
    except OSError as error:
        remedy = "close it elsewhere, or let this account read it"
        raise Unreadable(f"cannot be read ({error.strerror})", remedy) from error
    if len(raw) > megabytes * MEGABYTE:
        raise Unreadable(f"is larger than {megabytes} megabytes", FITTING)
    return raw


def filled(rows: Iterable[tuple[int, list[str]]], ends: float = float("inf")) -> Iterator[tuple[int, list[str]]]:
    """The rows in which anything stands; Unreadable from the first on that is beyond the limits."""
    count = cells = 0
    for row, texts in rows:
        check_time(ends)
        if not any(texts):
            continue
        if len(texts) > COLUMNS and any(texts[COLUMNS:]):
            last = max(place for place, text in enumerate(texts, 1) if text)
            raise Unreadable(f"fills {last} columns, more than {COLUMNS}", "remove what stands beside the table", row)
        count = count + 1
        cells = cells + min(len(texts), COLUMNS)
        if count > ROWS or cells > CELLS:
            what = f"{ROWS} rows" if count > ROWS else f"{CELLS} cells"
            raise Unreadable(f"holds more than {what}", FITTING, row)
        yield row, texts[:COLUMNS]


def check_time(ends: float) -> None:
    """Refuse what takes too long to read."""
    if time.monotonic() > ends:
        raise Unreadable(f"was not read within {SECONDS:g} seconds", f"{FITTING}; {CLEARED}")


class Unpacked(io.BytesIO):
    """A workbook whose parts have been measured, packed anew, that is given out for so many seconds."""

    ends = float("inf")

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on, if there is time left."""
        check_time(self.ends)
        return super().read(size)


def unpack(raw: bytes) -> Unpacked:
    """Measure the parts of a workbook; whoever opens what comes out finds no more than what was measured."""
    book = Unpacked()
    left = UNPACKED * MEGABYTE
    tags = 0
    others = 0
    cells = 0
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(book, "w") as anew:
        parts = {part.filename: part for part in archive.infolist()}
        if len(parts) > PARTS:
            raise Unreadable(f"has more than {PARTS} parts, as no workbook has", CLEARED)
        for name, part in parts.items():
            content = content_of(archive, part, left)
            left -= len(content)
            marked = count_tags(name, content)
            tags, others, cells = tags + marked[0], others + marked[1], cells + marked[2]
            if tags > TAGS or others > OTHERS or cells > CELLS:
                many = f"more than {CELLS} rows and cells, formats counted"
                raise Unreadable(f"holds {many if cells > CELLS else 'too many formats or texts'}", CLEARED)
            anew.writestr(name, content)
    book.ends = time.monotonic() + SECONDS
    return book


def content_of(archive: zipfile.ZipFile, part: Any, most: int) -> bytes:
    """A part of a workbook, as far as it may be long; what it says of its own length is not believed."""
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable(f"is packed in a way that no workbook is ({part.filename[:100]})", CLEARED)
    with archive.open(part) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise Unreadable(f"is larger than {UNPACKED} megabytes when unpacked", CLEARED)
    return content


def check_plain(name: str, content: bytes) -> None:
    """Refuse XML that says less than it holds, or a single tag or text longer than any that Excel writes."""
    if NOT_PLAIN.search(content) or LONG.search(content):
        what = "one tag or text of a megabyte" if LONG.search(content) else "what is no plain XML in UTF-8"
        remedy = "copy its cells to a new workbook, and save it as *.xlsx"
        raise Unreadable(f"holds {what} ({name[:100]})", remedy)


def count_tags(name: str, content: bytes) -> tuple[int, int, int]:
    """How many tags and attributes an XML part holds, how many of them are of no cell or text, and rows and cells."""
    head = content[:100].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if not head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return 0, 0, 0
    check_plain(name, content)
    tags = content.count(b"<")
    cells = sum(1 for _ in CELL.finditer(content))
    common = sum(1 for _ in COMMON.finditer(content))
    return tags + content.count(b"="), tags - common - cells, cells
