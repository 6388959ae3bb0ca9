"""Files made to harm whoever opens them: each is refused with its file, what is wrong and what to do, in bounded memory and time."""

import copy
import json
import os
import socket
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

import fvmanalys as fvm
from fvmanalys.cli import app
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence import limits
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.files import read_table
from tests.conftest import ROOT
from tests.decisions import library_decision, write_tables

MEGABYTE = 2**20
SHEET = "xl/worksheets/sheet1.xml"
# Read files in a process of its own, and say of each how it was refused, with the megabytes and seconds that it took.
READ = """
import json, sys, time
from pathlib import Path
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.files import read_table
for name in sys.argv[1:]:
    Path("/proc/self/clear_refs").write_text("5")
    begun, said = time.monotonic(), "read"
    try:
        read_table(Path(name))
    except Unreadable as error:
        said = f"{error.problem}; {error.remedy}"
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
    print(json.dumps([said, int(peak) / 1024, time.monotonic() - begun]))
"""


def book(path: Path, sheet: str = "<row><c><v>1</v></c></row>", repeat: int = 1, **parts: bytes | str) -> Path:
    """A workbook of one sheet, with some parts of it replaced; a sheet is given as rows, and how often they are repeated."""
    whole = path.with_name("whole.zip")
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        held = {name: source.read(name) for name in source.namelist()} | parts
        held[SHEET] = parts.get(SHEET) or framed(sheet * repeat)
        for name, content in held.items():
            target.writestr(name, content)
    whole.unlink()
    return path


def framed(rows: str) -> str:
    """A sheet with these rows, that says it has more of them than there are."""
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def strings(text: str) -> dict[str, str]:
    return {"xl/sharedStrings.xml": f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{text}</sst>'}


def retold(path: Path, tell: Callable[[zipfile.ZipFile, zipfile.ZipInfo], object]) -> None:
    """Let the list of parts at a workbook's end say something else than the parts."""
    with zipfile.ZipFile(path, "a") as archive:
        tell(archive, archive.getinfo(SHEET))
        archive._didModify = True


def overlapping(path: Path) -> None:
    """A zip file in which a thousand parts are the same bytes."""
    book(path, "<row/>", 250_000)
    names = [f"xl/worksheets/more{number}.xml" for number in range(1_000)]
    retold(path, lambda archive, sheet: archive.filelist.extend(renamed(sheet, name) for name in names))


def renamed(part: zipfile.ZipInfo, name: str) -> zipfile.ZipInfo:
    twin = copy.copy(part)
    twin.filename = name
    return twin


def understated(path: Path) -> None:
    """A sheet that says it is a hundred bytes long, and is two hundred megabytes."""
    content = framed("").replace("</sheetData>", " " * 200 * MEGABYTE)
    book(path, **{SHEET: content})

    def tell(_: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> None:
        sheet.file_size, sheet.CRC = 100, zlib.crc32(content[:100].encode())

    retold(path, tell)


BILLION = "".join(f"<!ENTITY a{one + 1} '{f'&a{one};' * 10}'>" for one in range(9))
BOMBS = {
    "a billion rows, declared and named": (lambda path: book(path, '<row r="1"><c r="A1"/></row><row r="1000000000"><c><v>1</v></c></row>'), "has a row beyond the last that Excel has"),
    "rows of empty cells": (lambda path: book(path, "<row>" + "<c/>" * 10 + "</row>", 300_000), "holds more than 500000 rows and cells, formats counted"),
    "a row without an end": (lambda path: book(path, "<row>" + "<c><v>1</v></c>" * 400_000 + "</row>"), "fills 400000 columns, more than 1000"),
    "sixty thousand columns": (lambda path: book(path, "<row>" + "<c><v>1</v></c>" * 60_000 + "</row>"), "fills 60000 columns, more than 1000"),
    "the last column of every row": (lambda path: book(path, '<row><c r="A1"><v>1</v></c><c r="XFD1"/></row>', 50_000), "holds more than 500000 cells"),
    "many rows": (lambda path: book(path, "<row><c><v>1</v></c></row>", 60_000), "holds more than 50000 rows"),
    "a gigabyte of zeros": (lambda path: book(path, **{"xl/styles.xml": bytes(200 * MEGABYTE)}), "is larger than 64 megabytes when unpacked"),
    "shared strings": (lambda path: book(path, **strings("<si><t>x</t></si>" * 1_500_000)), "too many formats or texts"),
    "rich strings": (lambda path: book(path, **strings("<si>" + "<r><rPr><b/></rPr><t>x</t></r>" * 400_000 + "</si>")), "too many formats or texts"),
    "one long string": (lambda path: book(path, **strings("<si><t>" + "x" * 100 * MEGABYTE + "</t></si>")), "is larger than 64 megabytes when unpacked"),
    "attributes": (lambda path: book(path, "<row " + "".join(f'a{one}="" ' for one in range(3_000_000)) + "/>"), "one tag or text of a megabyte"),
    "formats": (lambda path: book(path, **{"xl/styles.xml": "<styleSheet>" + "<xf/>" * 2_000_000 + "</styleSheet>"}), "too many formats or texts"),
    "depth": (lambda path: book(path, "<a>" * 1_500_000 + "</a>" * 1_500_000), "too many formats or texts"),
    "sheets": (lambda path: book(path, **{"xl/workbook.xml": "<workbook>" + '<sheet name="a" r:id="rId1"/>' * 300_000 + "</workbook>"}), "too many formats or texts"),
    "entities": (lambda path: book(path, **{SHEET: f"<!DOCTYPE a [<!ENTITY a0 'ha'>{BILLION}]>{framed('&a9;')}"}), "no plain XML in UTF-8"),
    "entities in UTF-16": (lambda path: book(path, **{SHEET: f"<!DOCTYPE a [<!ENTITY a0 'ha'>{BILLION}]>{framed('&a9;')}".encode("utf-16")}), "no plain XML in UTF-8"),
    "entities in a page of IBM's": (lambda path: book(path, **{SHEET: b'<?xml version="1.0" encoding="cp037"?>' + framed("&a9;").encode("cp037")}), "no plain XML in UTF-8"),
    "overlapping parts": (overlapping, "cannot be opened as an Excel workbook"),
    "a length understated": (understated, "cannot be opened as an Excel workbook"),
    "no workbook at all": (lambda path: path.write_bytes(b"PK\3\4" * 1000), "cannot be opened as an Excel workbook"),
    "too many bytes": (lambda path: path.write_bytes(bytes(21 * MEGABYTE)), "is larger than 20 megabytes"),
}  # fmt: skip
ENDLESS = {
    "one endless line": (b"x" * 21 * MEGABYTE, "is larger than 20 megabytes"),
    "one line, just short enough": (b"option_id," + b"x" * 19 * MEGABYTE, "field larger than field limit"),
    "a line of separators": (b"option_id," * 1_900_000, "fills 1900000 columns"),
    "sixty thousand columns": (b",".join(b"c%d" % one for one in range(60_000)) + b"\n1,2\n", "fills 60000 columns, more than 1000"),
    "one quoted cell": (b'option_id,"' + b"\n" * 19 * MEGABYTE, "field larger than field limit"),
    "many rows": (b"option_id,item_id\n" + b"a,b\n" * 60_000, "holds more than 50000 rows"),
    "bytes of no encoding": (b"option_id\n" + bytes(range(128, 256)) * 30_000, "is neither UTF-8 nor"),
    "zero bytes": (bytes(19 * MEGABYTE), "holds zero bytes"),
}


def refusals(*paths: Path) -> list[tuple[str, float, float]]:
    """How reading each of these files ends, with the megabytes and the seconds that it takes."""
    command = [sys.executable, "-c", READ, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def made(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file made to harm, and what is said of it."""
    for number, (make, words) in enumerate(BOMBS.values()):
        path = folder / f"{number}" / "contracts.xlsx"
        path.parent.mkdir()
        make(path)
        yield path, words
    for number, (content, words) in enumerate(ENDLESS.values(), len(BOMBS)):
        path = folder / f"{number}" / "contracts.csv"
        path.parent.mkdir()
        path.write_bytes(content)
        yield path, words


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
def test_files_made_to_harm_are_refused_with_a_remedy_in_bounded_memory_and_time(tmp_path):
    paths, words = zip(*made(tmp_path), strict=True)
    for name, said, (found, megabytes, seconds) in zip([*BOMBS, *ENDLESS], words, refusals(*paths), strict=True):
        assert said in found and "; " in found, (name, found)
        assert megabytes < 600 and seconds < 60, (name, megabytes, seconds)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
def test_a_table_as_large_as_may_be_is_read_in_bounded_memory(tmp_path):
    rows = "<row>" + "<c><v>1.5</v></c>" * 8 + "</row>"
    path = book(tmp_path / "price_index.xlsx", f"<row>{named('year', 'index', *'abcdef')}</row>{rows * 49_000}")
    [(found, megabytes, seconds)] = refusals(path)
    assert found == "read" and megabytes < 1_000 and seconds < 100, (found, megabytes, seconds)


def named(*names: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in names)


@pytest.mark.parametrize("sheets", [1, 40])
def test_a_workbook_that_takes_too_long_is_refused_wherever_the_time_goes(tmp_path, monkeypatch, sheets):
    names = "".join(f'<sheet name="s{number}" sheetId="{number + 1}" r:id="rId1"/>' for number in range(sheets))
    spaces = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    path = book(
        tmp_path / "price_index.xlsx", "<row><c><v>1</v></c></row>", 30_000, **{"xl/workbook.xml": f"<workbook {spaces}><sheets>{names}</sheets></workbook>"}
    )
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    with pytest.raises(Unreadable, match=r"was not read within 0\.05 seconds"):
        read_table(path)


def test_all_tables_together_hold_no_more_than_a_decision_may(tmp_path, monkeypatch):
    folder = write_tables(tmp_path, library_decision(2))
    monkeypatch.setattr(limits, "TOGETHER", 200)
    with pytest.raises(EvidenceError) as caught:
        fvm.load(folder)
    [fault] = caught.value.faults
    assert fault.problem == "and the tables before it hold more than 200 cells" and fault.remedy


# What is no file


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


PLACES = {
    "a pipe": os.mkfifo,
    "a socket": a_socket,
    "a folder": Path.mkdir,
    "an endless device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/ptmx"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("gone.csv"),
    "a file without an end": lambda path: (path.touch(), os.truncate(path, 2**40)),
}


@pytest.mark.skipif(os.name != "posix", reason="made with POSIX links, pipes and devices")
@pytest.mark.parametrize("table", ["contracts", "risks"])
@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_file_is_one_fault_of_every_command_and_nobody_waits_for_it(tmp_path, monkeypatch, table, kind):
    folder = write_tables(tmp_path / "raw", {name: text for name, text in library_decision(2).items() if name != table})
    monkeypatch.chdir(folder)
    PLACES[kind](folder / f"{table}.csv")
    for words in (["check"], ["check", "--public"], ["run", "--out", tmp_path / "out"], ["standins", "--out", tmp_path / "out"]):
        done = CliRunner().invoke(app, [*map(str, words), "--data", str(folder)])
        assert isinstance(done.exception, EvidenceError) and len(done.exception.faults) == 1, done.exception
        assert done.exception.faults[0].file == str(folder / f"{table}.csv") and done.exception.faults[0].remedy
    assert not (tmp_path / "out").exists()
