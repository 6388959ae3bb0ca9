"""A last look at every byte that is about to be published: no text and no figure that only confidential rows hold."""

import base64
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_origin

from fvmanalys.errors import RunFailed
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import TABLES
from fvmanalys.report.words import read_texts
from fvmanalys.run.masking.raw import GROUND, Secret, Tables, is_secret

__all__ = ["check_bytes", "texts_in"]

SHORTEST_TEXT, LONG_TEXT, FEWEST_DIGITS = 6, 10, 4
PICTURE = re.compile(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)")
TAG = re.compile(r"<[^>]*>")
SPOKEN = re.compile(r'\b(?:alt|title|descr|aria-label|prompt|error|val|content)="([^"]*)"')
YEARS = range(1900, 2101)


def check_bytes(folder: Path, tables: Tables, secrets: list[Secret]) -> None:
    """Refuse to publish a folder where something stands that only confidential rows hold; the error does not repeat it."""
    public = (text for table in tables.values() for row in table.rows if not is_secret(row) for text in row.values())
    known = "\n".join([*public, *public_ids(tables), *own_words()])
    marks = [(place, mark) for place, mark in marks_of(tables, secrets) if not mark.search(known)]
    for path in sorted(folder.rglob("*")):
        for text in texts_in(path.name, path.read_bytes()) if path.is_file() else ():
            for place, mark in marks:
                if mark.search(text):
                    raise RunFailed(f"{path.relative_to(folder)} would show what is confidential in {place}; nothing was published")


def public_ids(tables: Tables) -> Iterator[str]:
    """The ids of the estimates in public rows, which a confidential row may name."""
    for name, table in tables.items():
        yield from ("/".join([name, *(row.get(column, "") for column in TABLES[name].KEY)]) for row in table.rows if not is_secret(row))


def own_words() -> Iterator[str]:
    """Our own words, which are no secret, and the grounds."""
    for lang in ("sv", "en"):
        yield from read_texts(lang).values()
    yield from TABLES


def marks_of(tables: Tables, secrets: list[Secret]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """What to look for, and where it stands: long texts, and numbers of several digits however they are written."""
    for secret in secrets:
        row = tables[secret.table].rows[secret.place]
        for column, text in row.items():
            parts = {text, *split(text)} if column != GROUND and not chosen(secret.table, column) else set()
            for part in sorted(parts):
                pattern = number_mark(part) if re.fullmatch(r"-?\d+(\.\d+)?", part) else text_mark(part)
                if pattern:
                    yield f"{secret.table}, row {secret.number} of the confidential, column {column}", pattern


def chosen(table: str, column: str) -> bool:
    """Whether a column holds one of a few words that the suite itself uses, such as a unit."""
    field = TABLES[table].model_fields.get(column)
    return field is not None and get_origin(field.annotation) is Literal


def text_mark(text: str) -> re.Pattern[str] | None:
    """A text as it is written, a short one only as a whole word; none for a very short one and a day."""
    plain = len(text) < SHORTEST_TEXT or re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)
    pattern = r"\s+".join(map(re.escape, text.split()))
    return None if plain else re.compile(pattern if len(text) >= LONG_TEXT else rf"(?<!\w){pattern}(?!\w)")


def number_mark(text: str) -> re.Pattern[str] | None:
    """A number in any of the ways it may be written; none for one of few digits and for a year."""
    whole, _, decimals = text.lstrip("-").partition(".")
    decimals = decimals.rstrip("0")
    if len((whole + decimals).strip("0")) < FEWEST_DIGITS or (not decimals and int(whole) in YEARS):
        return None
    groups = re.escape(whole[: len(whole) % 3]), *re.findall("...", whole[len(whole) % 3 :])
    spaced = "[ \u00a0\u202f,.]?".join(filter(None, groups))
    rest = f"[.,]{decimals}0*" if decimals else "(?:[.,]0+)?"
    return re.compile(rf"(?<![\w.]){spaced}{rest}(?!\w|\.\d)")


def texts_in(name: str, content: bytes) -> Iterator[str]:
    """Every text in a file: members of a zip, pictures inside a page, strings of JSON; of a drawing not its numbers."""
    kind = name.rpartition(".")[2]
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from texts_in(member, archive.read(member))
        return
    text = content.decode("utf-8", "replace")
    yield name
    for one in strings_in(json.loads(text)) if kind in ("json", "ipynb") else [text]:
        yield from marked_up(one) if kind in ("svg", "xml", "rels", "html", "ipynb") else [one]


def marked_up(text: str) -> Iterator[str]:
    """What is written in HTML, SVG or XML: the text, comments, what is said of pictures, and what stands in them."""
    for picture in PICTURE.findall(text):
        yield from marked_up(base64.b64decode(re.sub(r"\s", "", picture)).decode("utf-8", "replace"))
    bare = PICTURE.sub("", text)
    yield from map(unescape, re.findall(r"<!--(.*?)-->", bare, re.DOTALL))
    yield from map(unescape, SPOKEN.findall(bare))
    yield unescape(TAG.sub(" ", bare))
    yield unescape(TAG.sub("", bare))


def strings_in(value: Any) -> Iterable[str]:
    """Every string in JSON; numbers as text."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from strings_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings_in(one)
    else:
        yield str(value)
