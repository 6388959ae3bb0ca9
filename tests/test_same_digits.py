"""Every number that is read on the print set, the page and the situation report was told, and a quantity by the same digits wherever it is.

All telling of numbers is listened to while the three are made: what value, by what text. Then their prose is read. A value that
nobody would write by hand is known again by its digits, so that no list of quantities is needed.
"""

import html
import re
from collections import defaultdict
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pytest

import fvmanalys as fvm
from fvmanalys.report import figure
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.answer import COST, WORTH, answer
from fvmanalys.report.topics.situation import sections
from fvmanalys.report.words import Words, read_texts
from fvmanalys.report.workbook import PRINT_SET, write_workbook
from tests.decisions import library_decision, write_tables

PAGE = Path(__file__).parents[1] / "notebooks" / "08_beslutsbilaga.ipynb"
NUMBER = r"\d{1,3}(?:[\u00a0,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
WITH_UNIT = rf"(?:{NUMBER})[\u00a0 ]?(?:mnkr\b|%)|SEK[\u00a0 ]\u2212?(?:{NUMBER})m\b"
UNREAD = r"\[\d+\]|\d{4}-\d\d-\d\d"  # the numbers of sources, and days
BY_HAND = 4  # significant digits: a value with fewer may be another that happens to be the same


@contextmanager
def listening():
    """What is told of each number while this lasts: the texts by its size in the unit that is shown, and all texts."""
    heard, texts, own = defaultdict(set), set(), {name: getattr(Words, name) for name in ("number", "amount", "millions", "share", "rough")}
    depth = 0

    def listen(name):
        def tell(words, value, *more, **named):
            nonlocal depth
            depth += 1
            text = own[name](words, value, *more, **named)
            depth -= 1
            texts.add(text)
            if not depth and value is not None and np.isfinite(value):
                per_cent = name == "share" or (name == "rough" and more[0] == "share")
                heard[float(f"{abs(100 * value if per_cent else value):.9g}")].add(text)
            return text

        return tell

    with pytest.MonkeyPatch.context() as patch:
        for name in own:
            patch.setattr(Words, name, listen(name))
        measured = Words.measured
        patch.setattr(Words, "measured", lambda *given: texts.add(text := measured(*given)) or text)
        yield heard, texts


def apart(heard):
    """The quantities that are told by different digits."""
    told = {value: {re.sub(r"\D", "", text) for text in texts} for value, texts in heard.items() if len(f"{value:.9g}".replace(".", "").strip("0")) >= BY_HAND}
    return {value: heard[value] for value, digits in told.items() if len(digits) > 1}


def page_of(findings, lang):
    """The notebook of the appendix run here on findings; pictures are no more than what is said of them."""
    shown, known = [], {}
    given = {"find": lambda *_: findings, "load": lambda *_: None, "default_folder": str, "lang": lang, "display": lambda *parts: shown.extend(parts)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure.FigureCanvasSVG, "print_svg", lambda *_, **__: None)
        patch.setattr(figure, "compact", lambda *_: "<svg/>")
        for cell in nbformat.read(PAGE, as_version=4).cells:
            if cell.cell_type == "code":
                exec(cell.source.replace("from IPython.display import display", ""), known)
                known |= given
    return "\n".join(part if isinstance(part, str) else f"<p>{part.title} {part.note} {part.alt}</p>" for part in shown)


def prose(text):
    """What a reader reads of HTML."""
    alternatives = re.sub(r'<img alt="([^"]*)"[^>]*>', r" \1 ", text)
    return re.sub(UNREAD, " ", html.unescape(re.sub(r"<[^>]*>", " ", alternatives)))


def printed(edition, path):
    """The texts of the print set's cells."""
    write_workbook(edition, path)
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = [book[edition(f"sheet.{key}.name")] for key in PRINT_SET if edition(f"sheet.{key}.name") in book.sheetnames]
    return re.sub(UNREAD, " ", "\n".join(cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)))


def given_numbers(edition, pattern):
    """Numbers that stand in our own texts, and in those and the days of the data."""
    texts = [re.sub(r"\{[^}]*\}", " ", text) for text in read_texts(edition.lang).values()]
    cells = [value for table in edition.inputs.tables.values() for column in table for value in table[column]]
    texts += [value.isoformat() if isinstance(value, date) else str(value) for value in cells if isinstance(value, str | date)]
    return {bare(one) for text in texts for one in re.findall(pattern, text)}


def bare(text):
    return re.sub(r"[\u00a0 \u2212]", "", text)


@pytest.fixture(scope="module", params=["region-sv", "library-en"])
def read(request, region, tmp_path_factory):
    """An edition, what was heard while its three texts were made, and these."""
    folder, (name, lang) = tmp_path_factory.mktemp("read"), request.param.split("-")
    findings = region if name == "region" else fvm.find(fvm.load(write_tables(folder / "raw", library_decision(4))), 128)
    edition = Edition(findings, lang)
    with listening() as (heard, said):
        page = prose(page_of(findings, lang))
        parts = [part for section in sections(edition) for part in section.parts]
        report = prose(" ".join(part if isinstance(part, str) else part.alt for part in parts))
        texts = {"page": page, "report": report, "printed": printed(edition, folder / "book.xlsx")}
    return edition, heard, said, texts


def unheard(edition, said, texts):
    """Numbers that were neither told nor given, with the amounts and shares of which that is so with their unit."""
    found = {}
    for pattern in (NUMBER, WITH_UNIT):
        known = {bare(one) for text in said for one in re.findall(pattern, text)} | given_numbers(edition, pattern)
        for place, text in texts.items():
            found |= {(place, one[0]): text[max(0, one.start() - 60) : one.end() + 20] for one in re.finditer(pattern, text) if bare(one[0]) not in known}
    return {key: around for key, around in found.items() if not re.fullmatch(r"(19|20)\d\d", key[1])}


def test_a_quantity_is_told_by_the_same_digits_wherever_it_is(read):
    _, heard, _, _ = read
    assert len(heard) > 300
    assert apart(heard) == {}


def test_every_number_that_is_read_was_told_or_given(read):
    edition, _, said, texts = read
    assert min(len(re.findall(NUMBER, text)) for text in texts.values()) > 40
    assert unheard(edition, said, texts) == {}


def test_a_planted_wrong_digit_is_found(read):
    edition, _, said, texts = read
    right = edition.words.amount(edition.findings.comparison.table["cost_mean"].max())
    wrong = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), right)
    assert ("page", wrong) in unheard(edition, said, texts | {"page": f"{texts['page']} {right} {wrong}"})
    assert ("page", right) not in unheard(edition, said, texts | {"page": f"{texts['page']} {right}"})


def test_a_sentence_that_tells_a_figure_more_closely_is_found(read):
    edition = Edition(read[0].findings, read[0].lang)
    edition.words.__dict__["texts"] = read_texts(edition.lang) | {"answer.gap": "{gap:n2}"}
    with listening() as (heard, _):
        WORTH(edition), COST(edition), answer(edition)
        assert edition.findings.comparison.runner_up is not None and apart(heard)
