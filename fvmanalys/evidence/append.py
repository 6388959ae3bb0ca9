"""Rows written into the CSV files of the raw tables, as those files are spelt: all of them, or none and every fault."""

import codecs
import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fvmanalys.errors import UsageError
from fvmanalys.evidence.encoding import Unreadable, decode
from fvmanalys.evidence.fields import Kind
from fvmanalys.evidence.files import find_separator
from fvmanalys.evidence.limits import read_bytes
from fvmanalys.evidence.tables import TABLES, kinds

__all__ = ["CsvTable", "append_rows"]

Texts = Mapping[str, str]


class CsvTable:
    """A raw table as its CSV file holds it, in its own dialect; `starts` says which of the `rows` begins on a line."""

    def __init__(self, path: Path):
        if path.suffix != ".csv" or path.stem not in TABLES:
            raise Unreadable("is no CSV file", "write the rows into the workbook by hand")
        self.table = path.stem
        self.raw = read_bytes(path)
        self.text = decode(self.raw)
        self.mark = find_separator(self.text, path.stem)
        self.rows: list[list[str]] = []
        self.starts: dict[int, int] = {}
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.mark)
        for cells in reader:
            self.starts[reader.line_num - sum(cell.count("\n") for cell in cells)] = len(self.rows)
            self.rows.append(cells)
        first = (*TABLES[path.stem].KEY, "known_from")
        self.header = next(cells for cells in self.rows if set(first) & set(cells))

    def widen(self, columns: Iterable[str]) -> None:
        """Add columns that the header lacks."""
        self.header += [column for column in dict.fromkeys(columns) if column not in self.header]

    def number(self, text: str) -> str:
        return text.replace(".", ",") if self.mark == ";" else text

    def append(self, row: Texts) -> None:
        """Add a row; its numbers are given with a decimal point."""
        kind = kinds(self.table)
        self.widen(name for name, text in row.items() if text)
        spelt = {name: self.number(text) if kind.get(name) is Kind.NUMBER else text for name, text in row.items()}
        self.rows.append([spelt.get(name, "") for name in self.header])

    @property
    def encoded(self) -> bytes:
        """The file as it is now."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.mark, lineterminator="\r\n" if "\r\n" in self.text else "\n")
        width = len(self.header)
        writer.writerows(cells + [""] * (width - len(cells)) if any(cells) else cells for cells in self.rows)
        return out.getvalue().encode("utf-8-sig" if self.raw.startswith(codecs.BOM_UTF8) else "utf-8")


def append_rows(folder: Path, rows: Mapping[str, Iterable[Texts]], check: Callable[[Path], object]) -> list[Path]:
    """Add rows by table to the raw tables in a folder, once `check` lets them pass; a table that it lacks is begun."""
    with tempfile.TemporaryDirectory(prefix=".rows-", dir=folder) as scratch:
        for path in folder.iterdir():
            if path.is_file() and path.stem in TABLES:
                Path(scratch, path.name).write_bytes(read_bytes(path))
        written = []
        for name, some in rows.items():
            place = next((path for path in Path(scratch).glob(f"{name}.*")), Path(scratch, f"{name}.csv"))
            if not place.exists():
                place.write_text(",".join(TABLES[name].KEY) + "\n", encoding="utf-8")
            try:
                table = CsvTable(place)
            except Unreadable as error:
                raise UsageError(f"{folder / place.name}: {error.problem}; {error.remedy}") from error
            for row in some:
                table.append(row)
            place.write_bytes(table.encoded)
            written.append(place.name)
        check(Path(scratch))
        for name in written:
            os.replace(Path(scratch, name), folder / name)
    return [folder / name for name in written]
