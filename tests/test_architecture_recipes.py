"""What docs/architecture.md says one touches to add something: each change is made in a copy, works, and is counted."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.decisions import library_decision, write_tables

ROOT = Path(__file__).parents[1]
TOLD = dict(re.findall(r"^\| (a [\w ]+?) \|.*\| (\d+) \|$", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE))
SV, EN = "fvmanalys/report/words/sv.toml", "fvmanalys/report/words/en.toml"
FOUND = "import fvmanalys as fvm\nfrom fvmanalys.report.edition import Edition\nedition = Edition(fvm.find(fvm.load('raw'), 16), 'en')\n"
PLOT = '''"""A figure."""

from fvmanalys.report.figure import sketch

__all__ = ["plot_new"]


def plot_new(edition):
    """A line."""
    with sketch(edition.words, 2.0) as drawing:
        drawing.panels[0].line(0, 0, 1)
        return drawing.finish("new", edition.caption("new", []))
'''
SHEET = '''"""A sheet."""

from fvmanalys.report.sheets.frame import Sheet


def write_new(book):
    """Its title."""
    sheet = Sheet(book, "new", (40, 40))
    sheet.title(sheet.text("title"))
    sheet.finish()
'''
TABLE = '''class Visit(Evidenced):
    """Who has been here."""

    KEY = ("visit_id",)
    visit_id: Id


TABLES: dict'''


def words(section, **texts):
    """A section of words, added at the end of both languages."""
    lines = "".join(f'{key} = "{text}"\n' for key, text in texts.items())
    return [(path, None, f"\n[{section}]\n{lines}") for path in (SV, EN)]


def heading(section, line):
    """A line of words in a section that there is."""
    return [(path, f"[{section}]\n", f"[{section}]\n{line}\n") for path in (SV, EN)]


RECIPES = {
    "a sentence of the first sheet": (
        [
            ("fvmanalys/report/topics/answer.py", "ahead_sentence(edition)] if", 'ahead_sentence(edition), edition("new.said")] if'),
            *words("new", said="Said anew."),
        ],
        FOUND + "from fvmanalys.report.topics.answer import answer\nassert 'Said anew.' in answer(edition)",
    ),
    "a table column": (
        [("fvmanalys/report/topics/time.py", "p85:month happens", "p85:month p95:month happens"), *heading("exhibit", 'events.column.p95 = "P95, anew"')],
        FOUND + "from fvmanalys.report.topics.time import EVENTS\nassert 'P95, anew' in EVENTS(edition)",
    ),
    "a figure": (
        [
            ("fvmanalys/report/charts/new.py", None, PLOT),
            ("fvmanalys/report/charts/__init__.py", "MODULES = (", 'MODULES = ("new", '),
            *words("chart.new", title="A new figure", alt="A line."),
        ],
        FOUND + "from fvmanalys.report.charts import ALL\nassert 'A new figure' in ALL[0](edition).title",
    ),
    "a formula": (
        [
            ("fvmanalys/analysis/explain.py", None, "\n\ndef width(table):\n    return table['cost_p95'] - table['cost_p05']\n"),
            ("fvmanalys/analysis/findings.py", '    "areas": lambda', '    "width": lambda findings: explain.width(findings.comparison.table).rename("width").reset_index(),\n    "areas": lambda'),
        ],
        FOUND + "assert list(edition.findings.tables()['width']) == ['option', 'width']",
    ),
    "a property of an option": (
        [
            ("fvmanalys/evidence/tables.py", "    permanent: YesNo", '    colour: str = ""\n    permanent: YesNo'),
            ("docs/tables.md", None, "\n"),
        ],
        "import fvmanalys as fvm\nassert 'colour' in fvm.load('raw').tables['options']",
    ),
    "a sheet": (
        [
            ("fvmanalys/report/sheets/new.py", None, SHEET),
            ("fvmanalys/report/workbook.py", '    "about": write_about', '    "new": write_new,\n    "about": write_about'),
            ("fvmanalys/report/workbook.py", "from xlsxwriter import Workbook\n", "from xlsxwriter import Workbook\nfrom fvmanalys.report.sheets.new import write_new\n"),
            *words("sheet.new", name="Anew", title="A new sheet", holds="What is new."),
        ],
        FOUND + "import openpyxl\nfrom fvmanalys.report.workbook import write_workbook\nwrite_workbook(edition, 'book.xlsx')\nassert 'Anew' in openpyxl.load_workbook('book.xlsx').sheetnames",
    ),
    "a notebook": (
        [
            ("notebooks/09_new.ipynb", None, json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})),
            ("suite.toml", None, '\n[[notebooks]]\npath = "notebooks/09_new.ipynb"\n'),
        ],
        "from fvmanalys.run.suite import read_suite\nfrom pathlib import Path\nassert 'notebooks/09_new.ipynb' in str(read_suite(Path('suite.toml')))",
    ),
    "a raw table": (
        [
            ("fvmanalys/evidence/tables.py", "TABLES: dict", TABLE),
            ("fvmanalys/evidence/tables.py", '    "sources": Source,', '    "sources": Source,\n    "visits": Visit,'),
            ("docs/tables.md", None, "\n### `visits`\n"),
            *heading("table_name", 'visits = "Visits"'),
        ],
        "import fvmanalys as fvm\nassert fvm.load('raw').tables['visits']['visit_id'].tolist() == ['first']",
    ),
}


def test_every_recipe_is_tried():
    assert set(TOLD) == set(RECIPES)


def test_what_the_house_says_one_touches_is_enough(tmp_path):
    """All in one copy, where each is seen by itself: to begin anew with every one takes seconds."""
    for name in ("fvmanalys", "notebooks", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "suite.toml", tmp_path)
    visits = {"visits": "visit_id,kind,known_from,owner\nfirst,assumption,2024-01-01,analysts"}
    write_tables(tmp_path / "raw", library_decision(2) | visits)
    for what, (changes, _) in RECIPES.items():
        for path, old, new in changes:
            file = tmp_path / path
            text = file.read_text("utf-8") if file.exists() else ""
            assert old is None or text.count(old) == 1, f"{path} has no {old!r}"
            file.write_text(text + new if old is None else text.replace(old, new), encoding="utf-8")
        assert len({path for path, _, _ in changes}) == int(TOLD[what]), what
    sees = "\n".join(dict.fromkeys("\n".join(seen for _, seen in RECIPES.values()).splitlines()))
    done = subprocess.run([sys.executable, "-c", sees], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
