"""Hostile text in every text column of the region's own tables, through workbook and page, comes out as the same harmless text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

import fvmanalys as fvm
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import TABLES, text_columns
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from tests.test_workbook import hostile_strings, strings
from tests.workbook_checks import faults

ROOT = Path(__file__).resolve().parents[1]
PART_OF_THE_LANGUAGE = {"when", "moves_with", "resolves", "confidential"}  # what they hold names something else, or is a mark
NEVER_IN_A_KEY = r"[\ud800-\udfff\ufffe/;!*]"  # refused when the tables are read
RESERVED = {"pause", "restart", ""}  # phases that the model knows, and columns that say something by being empty


class Text(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.texts = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.tags |= {name for name, _ in attributes if name.startswith("on")}
        self.tags |= {value for name, value in attributes if name == "href" and re.match(r"\s*(javascript|data|file):", value or "")}

    def handle_data(self, text):
        self.texts.add(" ".join(text.split()))


def attacked(inputs: Inputs, hostile: list[str], shift: int) -> Inputs:
    """The tables with a hostile text in every text that stands in them, the same for the same; `shift` turns the list."""
    given: dict[str, str] = {}

    def attack(text: str, key: bool) -> str:
        harm = hostile[(len(given) + shift) % len(hostile)] + f" {len(given)}"
        return text if text in RESERVED else given.setdefault(text, re.sub(NEVER_IN_A_KEY, "", harm) if key else harm)

    tables = {}
    for name, table in inputs.tables.items():
        columns = [column for column in text_columns(name) if column not in PART_OF_THE_LANGUAGE and column in table]
        tables[name] = table.assign(**{column: [attack(str(text), column in TABLES[name].KEY) for text in table[column]] for column in columns})
    tables["sources"]["url"] = ["javascript:alert(1)" if row % 2 else "file:///etc/passwd" for row in range(len(tables["sources"]))]
    return replace(inputs, tables=tables)


def shown(text: str) -> str:
    """A text as a reader sees it, whatever the breaks."""
    return " ".join(safe_text(text).split())


@pytest.fixture(scope="module")
def hostile() -> list[str]:
    """Texts that a file can hold; the longest are tried elsewhere."""
    return [text for text in hostile_strings() if shown(text) and len(text) < 1_000 and not re.search("[\ud800-\udfff]", text)]


@pytest.fixture(scope="module")
def findings(hostile):
    return fvm.find(attacked(fvm.load(ROOT / "data/raw"), hostile, 0), 64)


@pytest.mark.slow
def test_every_text_column_of_every_table_reaches_the_workbook_unharmed(findings, hostile, tmp_path):
    path = tmp_path / "attacked.xlsx"
    write_workbook(findings, path, Words("sv"), "run", "1")
    assert faults(path) == []
    found = " \n ".join(" ".join(text.split()) for _, text in strings(path))
    assert [text for text in hostile if shown(text) not in found] == []


@pytest.mark.slow
def test_every_text_column_of_every_table_reaches_the_page_unharmed(findings, hostile):
    page = Text(appendix_of(findings))
    assert page.tags <= {
        "a", "caption", "details", "div", "figcaption", "figure", "h1", "h2", "h3", "img", "li", "nav", "p", "span", "summary", "table",
        "tbody", "td", "th", "thead", "time", "tr", "ul",
    }  # fmt: skip
    found = " \n ".join(page.texts)
    assert [text for text in hostile if shown(text) not in found] == []


def appendix_of(findings) -> str:
    """What the cells of the appendix notebook show for these findings."""
    shown: list[str] = []
    names = {"lang": "sv", "run_id": "run", "history": "", "findings": findings}
    for cell in nbformat.read(ROOT / "notebooks/08_beslutsbilaga.ipynb", 4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            code = cell.source.replace("from IPython.display import display\n", "")
            lines = [line for line in code.splitlines() if not line.startswith("findings = ")]
            names["display"] = lambda *parts: shown.extend(part._repr_html_() for part in parts)
            exec("\n".join(lines), names)
    return "\n".join(shown)
