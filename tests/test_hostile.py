"""Hostile text in every text column of the region's own tables, through workbook and page, comes out as the same harmless text."""

import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis import Findings
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import TABLES, text_columns
from fvmanalys.report.edition import Edition
from fvmanalys.report.harmless import ILLEGAL
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.workbook import write_workbook
from tests.conftest import BOOK, ROOT
from tests.test_workbook import hostile_strings, strings
from tests.workbook_checks import faults

NOTEBOOK = ROOT / "notebooks/08_beslutsbilaga.ipynb"
PART_OF_THE_LANGUAGE = {"confidential"}  # a mark with its own tests
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


TIES = {"moves_with", "factor_id"}  # keys of random numbers: others would draw, and so rank, otherwise; readers see the names of factors


def attacked(inputs: Inputs) -> tuple[Inputs, dict[str, str]]:
    """The tables with a hostile text in place of every text in them, the same for the same, and what became what."""
    hostile, given = hostile_texts(), {}
    keys = {str(text) for name, table in inputs.tables.items() for column in attacked_columns(name, table, True) for text in table[column]}

    def attack(text: str) -> str:
        harm = hostile[len(given) % len(hostile)] + f" {len(given):04d}"
        return text if text in RESERVED else given.setdefault(text, re.sub(NEVER_IN_A_KEY, "", harm) if text in keys else harm)

    tables = {
        name: table.assign(**{column: [attack(str(text)) for text in table[column]] for column in attacked_columns(name, table)})
        for name, table in inputs.tables.items()
    }
    tables["sources"]["url"] = ["javascript:alert(1)" if row % 2 else "file:///etc/passwd" for row in range(len(tables["sources"]))]
    return replace(inputs, tables=tables), given


def attacked_columns(name: str, table: pd.DataFrame, keys_alone: bool = False) -> list[str]:
    """The text columns of a table, each with its English; or those alone whose texts identify something."""
    named = [column for column in text_columns(name) if column not in {*PART_OF_THE_LANGUAGE, *TIES}]
    named = [column for column in named if not keys_alone or column in TABLES[name].KEY]
    return [column for base in named for column in (base, f"{base}_en") if column in table]


def hostile_texts() -> list[str]:
    """The hostile strings as a file can hold them; with the number that follows, the longest are as long as a cell may be."""
    fitting = [text for text in hostile_strings() if len(text) < 1_000 and not re.search("[\ud800-\udfff]", text)]
    return [*fitting, "x" * 32_760, "😀" * 16_380, "ord " * 8_190]


def shown(text: str) -> str:
    """A text as a reader sees it, whatever the breaks, and the case that a sentence asks for."""
    return " ".join(safe_text(text).split()).casefold()


def whole(texts: Iterable[str]) -> str:
    """All texts of a document as one, each once: it is searched thousands of times."""
    return " \n ".join(map(shown, dict.fromkeys(texts)))


def lost(before: str, after: str, given: dict[str, str], by_chance: Iterable[str] = ()) -> list[str]:
    """What is shown of the tables as they are, and not of the attacked ones: texts that do not stand there by chance or in another."""
    every = whole(given)
    told = [text for text in given if len(shown(text)) >= 12 and shown(text) in before and every.count(shown(text)) == 1]
    assert len(told) > len(given) / 3
    told = [text for text in told if text not in by_chance]
    return [text for text in told if shown(given[text]) not in after and not (len(given[text]) > 10_000 and beginning(given[text]) in after)]


def factors(found: Findings) -> set[str]:
    """The names of common factors: which are shown hangs on values near nothing, drawn by ids that are attacked too."""
    return {*found.inputs.tables["factors"]["name"], *found.inputs.tables["factors"]["name_en"]}


def beginning(text: str) -> str:
    """As much of a long text as there is room for in a cell that says something else too."""
    return shown(text[:16_000])


@pytest.fixture(scope="module")
def harmed(region) -> tuple[Findings, dict[str, str]]:
    """What is found of the attacked tables, and what became what."""
    inputs, given = attacked(region.inputs)
    return fvm.find(inputs, 512), given


@pytest.mark.slow
def test_every_text_column_of_every_table_reaches_the_workbook_unharmed(region, region_books, harmed, tmp_path):
    """In English, so that the other columns of languages are met as well."""
    found, given = harmed
    path = tmp_path / "attacked.xlsx"
    write_workbook(Edition(found, "en"), path, *BOOK)
    assert faults(path) == []
    before, after = (whole(text for _, text in strings(one)) for one in (region_books["en"], path))
    assert lost(before, after, given, factors(region)) == []


@pytest.mark.slow
def test_every_text_column_of_every_table_reaches_the_page_unharmed(region, appendix, harmed):
    found, given = harmed
    published, page = shown_by(appendix / "notebooks" / NOTEBOOK.name), appendix_of(found, "sv")
    assert not ILLEGAL.search(page)
    before, after = map(Text, (published, page))
    assert after.tags <= before.tags | {"a"}
    assert lost(whole(before.texts), whole(after.texts), given, factors(region)) == []


def shown_by(path: Path) -> str:
    """What the cells of a notebook that has run show."""
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", ())]
    return "\n".join(output.data["text/html"] for output in outputs if "text/html" in output.get("data", {}))


def appendix_of(findings, lang: str) -> str:
    """What the cells of the appendix notebook show for these findings."""
    shown: list[str] = []
    names = {"lang": lang, "run_id": "run", "history": "", "findings": findings}
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            code = cell.source.replace("from IPython.display import display\n", "")
            lines = [line for line in code.splitlines() if not line.startswith("findings = ")]
            names["display"] = lambda *parts: shown.extend(part._repr_html_() for part in parts)
            exec("\n".join(lines), names)
    return "\n".join(shown)
