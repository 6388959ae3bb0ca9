"""The cells of a workbook straight from its parts: what a thousand forms are read with in seconds."""

import re
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath
from typing import NamedTuple
from xml.etree import ElementTree

from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.files import cell_text
from fvmanalys.evidence.limits import unpack
from fvmanalys.evidence.spelling import Day, Number, Percent

__all__ = ["Cells", "read_cells"]

AGAIN = "save it without a password as an Excel workbook (*.xlsx)"
LETTERS_AND_ROW = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
DAYS = (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
BUILT_IN = dict.fromkeys(DAYS, "d") | dict.fromkeys((9, 10), "%")  # Excel's own formats by their numbers
QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


class Cells(NamedTuple):
    """What stands in a sheet, by column and row; `uncomputed` are formulas that nobody has computed."""

    sheet: str
    filled: dict[tuple[str, int], str]
    uncomputed: set[tuple[str, int]]


def read_cells(raw: bytes) -> list[Cells]:
    """Read every sheet of a workbook; Unreadable where it is none, or larger than a table may be."""
    try:
        opened = unpack(raw)
        with zipfile.ZipFile(opened) as archive:
            texts, kinds = shared_texts(archive), number_kinds(archive)
            found = [cells_of(name, archive.read(path), texts, kinds) for name, path in sheet_paths(archive)]
        if not found:
            raise Unreadable("holds no sheet of an Excel workbook", AGAIN)
        return found
    except Unreadable:
        raise
    except Exception as error:  # whatever is made of a file that is no workbook
        raise Unreadable(f"cannot be opened as an Excel workbook ({error})", AGAIN) from error


def local(element: ElementTree.Element) -> str:
    """The name of an element without its namespace, which differs between kinds of workbooks."""
    return element.tag.rpartition("}")[2]


def below(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Every element of a name."""
    return (one for one in element.iter() if local(one) == name)


def text_of(element: ElementTree.Element) -> str:
    """The text in an element, without how it is pronounced."""
    if local(element) in ("t", "v"):
        return element.text or ""
    return "".join(text_of(child) for child in element if local(child) != "rPh")


def part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """A part of a workbook; an empty one where it is not there. What is no plain XML has been refused before."""
    return ElementTree.fromstring(archive.read(name)) if name in archive.namelist() else ElementTree.Element("none")


def sheet_paths(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The name of every sheet with the part that holds it."""
    related = below(part(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    targets = {one.get("Id"): one.get("Target", "") for one in related}
    found = []
    for sheet in below(part(archive, "xl/workbook.xml"), "sheet"):
        target = targets[next(value for key, value in sheet.attrib.items() if key.endswith("}id"))]
        found.append((sheet.get("name", ""), target.lstrip("/") if target[:1] == "/" else normpath(join("xl", target))))
    return [(name, path) for name, path in found if path in archive.namelist()]


def shared_texts(archive: zipfile.ZipFile) -> list[str]:
    return [text_of(one) for one in below(part(archive, "xl/sharedStrings.xml"), "si")]


def number_kinds(archive: zipfile.ZipFile) -> dict[str, type[str]]:
    """The styles that show a number as a day, which is what a program may make of 3.5, or as a percentage."""
    styles = part(archive, "xl/styles.xml")
    own = {one.get("numFmtId"): QUOTED.sub("", one.get("formatCode", "")) for one in below(styles, "numFmt")}
    used = [one.get("numFmtId", "0") for group in below(styles, "cellXfs") for one in group]
    return {
        str(place): kind_of(own[name] if name in own else BUILT_IN.get(int(name), ""))
        for place, name in enumerate(used)
    }


def kind_of(code: str) -> type[str]:
    """What a number is shown as by a format."""
    return Percent if "%" in code else Day if re.search("[dmyhs]", code, re.IGNORECASE) else Number


def cells_of(sheet: str, content: bytes, texts: list[str], kinds: dict[str, type[str]]) -> Cells:
    """The filled cells of a sheet."""
    found = Cells(sheet, {}, set())
    for cell in below(ElementTree.fromstring(content), "c"):
        place = LETTERS_AND_ROW.fullmatch(cell.get("r", ""))
        if not place:
            raise Unreadable("has a cell that does not say where it stands", AGAIN)
        key = place[1], int(place[2])
        kind = cell.get("t", "n")
        parts = {local(child): child for child in cell}
        value = text_of(parts["v"]) or None if "v" in parts else None
        if kind == "inlineStr":
            text = cell_text(text_of(cell))
        elif value is None:
            text = ""
            found.uncomputed.update([key] if "f" in parts and kind != "str" else [])
        elif kind == "s":
            text = cell_text(texts[int(value)])
        elif kind == "n":
            shown = kinds.get(cell.get("s", ""), Number)
            text = Day(value) if shown is Day else shown(cell_text(float(value)))
        else:
            text = cell_text(value == "1") if kind == "b" else Day(value) if kind == "d" else cell_text(value)
        if text:
            found.filled[key] = text
    return found
