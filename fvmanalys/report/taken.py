"""Forms that owners have filled in to the raw tables: every cell of them, or none and every fault."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fvmanalys.errors import EvidenceError, Fault, UsageError
from fvmanalys.evidence.append import CsvTable
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.files import filled_rows, open_book
from fvmanalys.evidence.limits import read_bytes, unpack
from fvmanalys.evidence.public import make_public
from fvmanalys.evidence.spelling import Number
from fvmanalys.evidence.tables import TABLES, release_columns
from fvmanalys.report.standins import FIRST

__all__ = ["take_forms"]

WHERE = "the forms"


class Answer(NamedTuple):
    """What an owner wrote: in which form and row, and the file, row, key and column that it is for."""

    form: str
    line: int
    file: str
    row: str
    key: str
    column: str
    text: str

    def fault(self, problem: str, remedy: str) -> Fault:
        """What is wrong with it."""
        return Fault(self.form, self.line, self.column, problem, remedy)


def take_forms(forms: Path, data: Path) -> list[str]:
    """Write into the CSV files of the raw tables what stands in the forms of a folder; tell how many cells of which.

    Nothing is written where any answer cannot be taken, or would break a rule: EvidenceError names all of them.
    """
    faults: list[Fault] = []
    answers = [one for path in sorted(forms.glob("*.xlsx")) for one in answers_in(path, faults)]
    if not answers and not faults:
        raise UsageError(f"{forms}: holds no form with anything filled in; name the folder of the forms")
    texts = {}
    for file in dict.fromkeys(one.file for one in answers):
        texts[file] = with_answers(data / Path(file).name, [one for one in answers if one.file == file], faults)
    if faults:
        raise EvidenceError(faults, WHERE)
    try:
        replace_all(data, texts)
    except OSError as error:
        raise UsageError(f"{data}: cannot be written ({error.strerror}); close what is open there") from error
    return [f"{data / file}: {sum(one.file == file for one in answers)} cells taken" for file in texts]


def answers_in(path: Path, faults: list[Fault]) -> Iterator[Answer]:
    """What a form holds in its last column."""
    try:
        rows = filled_rows(open_book(unpack(read_bytes(path))).worksheets[0])
    except Exception as error:  # whatever openpyxl makes of a file that is no workbook
        faults.append(Fault(str(path), None, "file", f"cannot be read as a form ({error})", "save it as *.xlsx again"))
        return
    for line, cells in rows:
        if line > FIRST and len(cells) > 5 and cells[5]:
            file, row, key, column = map(str, cells[:4])
            yield Answer(str(path), line, file, row, key, column, cells[5])


def with_answers(path: Path, answers: list[Answer], faults: list[Fault]) -> bytes:
    """A raw table as a file, with the answers in it; what cannot be taken is added to the faults."""
    name = path.stem
    try:
        table = CsvTable(path)
    except Unreadable as error:
        faults += [one.fault(f"{path} {error.problem}", error.remedy) for one in answers[:1]]
        return b""
    table.widen(one.column for one in answers)
    header, rows, starts = table.header, table.rows, table.starts
    for one in answers:
        row = rows[starts[int(one.row)]] if one.row.isdecimal() and int(one.row) in starts else []
        row += [""] * (len(header) - len(row))
        named = dict(zip(header, row, strict=False))
        if one.key != "/".join([name, *(named.get(key, "").strip() for key in TABLES[name].KEY)]):
            faults.append(
                one.fault(f"row {one.row} of {path} is not {one.key!r} any more", "write new forms, and fill in those")
            )
        elif one.column not in release_columns(name):
            faults.append(
                one.fault(f"{one.column!r} is no column that an owner fills in", "leave the other columns as they were")
            )
        else:
            row[header.index(one.column)] = table.number(one.text) if isinstance(one.text, Number) else one.text
    return table.encoded


def replace_all(data: Path, texts: dict[str, bytes]) -> None:
    """Put files into a folder of raw tables, unless a rule would break."""
    with tempfile.TemporaryDirectory(prefix=".taken-", dir=data) as scratch:
        for path in data.iterdir():
            if path.is_file() and path.stem in TABLES:
                Path(scratch, path.name).write_bytes(texts.get(path.name) or read_bytes(path))
        tables = make_public(scratch)
        try:
            tables.load()
        except EvidenceError as error:
            broken = tables.of_owner(one for one in error.faults if one not in tables.faults)
            if broken:
                raise EvidenceError(broken, WHERE) from None
        for name in texts:
            os.replace(Path(scratch, name), data / name)
