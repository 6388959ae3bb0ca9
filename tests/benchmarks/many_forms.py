"""How long 1 500 filled-in forms take to write, read and pool: `python -m tests.benchmarks.many_forms [FORMS]`.

The forms are those of an area of the default decision, filled in straight in the sheet's XML as a spreadsheet would.
"""

import re
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from fvmanalys.evidence.forms import COLUMNS
from fvmanalys.run.asking import hand_out
from fvmanalys.run.collecting import collect
from tests.conftest import ROOT

FILLED = re.compile(rb'<c r="([GHI])(\d+)" s="(\d+)"/>')


def fill(path: Path, rng: np.random.Generator) -> None:
    """Write an answer into every row of a form."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    middle = rng.uniform(30, 70)
    beside = {COLUMNS["low"].encode(): -15, COLUMNS["likely"].encode(): 0, COLUMNS["high"].encode(): 15}

    def answer(found: re.Match) -> bytes:
        return b'<c r="%s%s" s="%s"><v>%.1f</v></c>' % (found[1], found[2], found[3], middle + beside[found[1]])

    parts["xl/worksheets/sheet1.xml"] = FILLED.sub(answer, parts["xl/worksheets/sheet1.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def main(count: int = 1500) -> None:
    """Measure, and tell."""
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        data, forms = ROOT / "data" / "raw", Path(folder) / "forms"
        steps = {}

        def step(name, work):
            begun = time.perf_counter()
            found = work()
            steps[name] = time.perf_counter() - begun
            return found

        step("write", lambda: list(hand_out(data, "maternity", forms / "form.xlsx", sent=f"midwife={count}")))
        for path in forms.glob("*.xlsx"):
            fill(path, rng)
        told = step("collect", lambda: collect(data, [forms], Path(folder) / "out", "o", "2026-12-01"))
        print(*told[:2], sep="\n")
        print(*(f"{name}: {seconds:.1f} s for {count} forms" for name, seconds in steps.items()), sep="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
