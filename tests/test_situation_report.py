"""The situation report as its readers get it: section by section, as a page and as a document, and the same every time."""

import re
from datetime import date

import docx
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.plans import coming_plans
from fvmanalys.report.document import write_document
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.situation import SECTIONS, said, sections
from tests.tiny import tiny

SAID = {"kind": "fact", "source_id": "s", "known_from": "2024-01-01"}
TOLD = {name: f"What is told of {name}" for name in ("summary", "communication", "operation", "costs", "next", "about", "spokesperson")}


def news(day="2023-12-20", **texts):
    return [{"news_id": name, "date": day, "section": name, "text": text} | SAID for name, text in texts.items()]


def report(**tables):
    return Edition(fvm.find(tiny(options=("a", "b"), **tables), 16), "en")


@pytest.fixture(scope="module")
def whole():
    """A report with something in every section."""
    measures = [{"measure_id": "m", "date": "2023-12-21", "name": "A letter", "url": "https://example.org/letter"} | SAID]
    return report(news=news(**TOLD), measures=measures)


@pytest.fixture(scope="module")
def bare():
    """A report of a decision that nobody has told anything of."""
    return report()


def html(edition):
    return {one.anchor: "".join(part if isinstance(part, str) else part.alt for part in one.parts) for one in sections(edition)}


def test_each_section_holds_what_was_told_for_it_with_its_source(whole):
    shown = html(whole)
    assert list(shown) == list(SECTIONS)
    assert all(f"{text} (P)" in shown[name] for name, text in TOLD.items())
    assert '<time>2023-12-21</time>: <a href="https://example.org/letter">A letter</a>.' in shown["measures"]


def test_a_section_that_nothing_was_told_for_says_who_fills_it(bare):
    shown = html(bare)
    for name in (*TOLD, "measures"):
        assert bare(f"situation.fill_{name}") in re.sub("<.*?>", "", shown[name]).replace("&#39;", "'"), name


@pytest.mark.parametrize(("day", "lately"), [("2023-12-31", True), ("2023-12-03", True), ("2023-12-01", False), ("2022-01-01", False)])
def test_what_is_a_month_old_is_told_no_longer_but_what_stands_is(day, lately):
    edition = report(news=news(day, **TOLD))
    assert {name for name in TOLD if said(edition, name)} == (set(TOLD) if lately else {"about", "spokesperson"})


PLANNED = {"milestone_id": "m", "name": "Live"} | SAID
ONE, TWO, NONE = "2025-01-01", "2025-06-01", None


@pytest.mark.parametrize(
    ("plans", "announced"),
    [
        ([("v1", ONE, "2023-02-01")], [ONE]),
        ([("v1", ONE, "2023-02-01"), ("v2", TWO, "2023-03-01")], [TWO]),
        ([("v1", ONE, "2023-02-01"), ("v2", TWO, "2023-03-01"), ("v2", NONE, "2023-04-01")], []),
        ([("v1", ONE, "2023-02-01"), ("gone", NONE, "2023-04-01")], []),
        ([("v1", ONE, "2023-02-01"), ("gone", NONE, "2023-04-01"), ("v2", TWO, "2023-05-01")], [TWO]),
    ],
)
def test_a_plan_that_was_withdrawn_is_not_announced_nor_the_one_before_it(plans, announced):
    rows = [PLANNED | {"plan_version": version, "planned_date": day, "known_from": known} for version, day, known in plans]
    found = coming_plans(tiny(milestones=rows))["planned_date"].tolist()
    assert found == [date.fromisoformat(day) for day in announced]


def text_of(path):
    document = docx.Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return document, "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("name", ["whole", "bare"])
def test_the_document_says_all_that_the_page_says(name, request, tmp_path):
    edition = request.getfixturevalue(name)
    write_document(edition, tmp_path / "report.docx")
    document, text = text_of(tmp_path / "report.docx")
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [edition(f"situation.section_{name}") for name in SECTIONS]
    for section in sections(edition):
        for part in section.parts:
            for paragraph in re.findall(r"<(?:p|li)[^>]*>(.*?)</(?:p|li)>", part) if isinstance(part, str) else []:
                assert plain(re.sub("<.*?>", "", paragraph)) in plain(text)


def plain(text):
    return re.sub(r"\W", "", re.sub(r"&\w+;|&#\w+;", "", text))


def test_the_document_is_the_same_every_time_and_says_its_language(whole, tmp_path):
    for name in ("one", "other"):
        write_document(whole, tmp_path / f"{name}.docx")
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "other.docx").read_bytes()
    document = docx.Document(tmp_path / "one.docx")
    assert document.core_properties.language == "en-GB" and document.core_properties.title.startswith("Situation report")
    assert document.core_properties.created.date() == whole.as_of
    assert 'w:val="en-GB"' in document.styles["Normal"].element.xml


def test_a_document_can_hold_whatever_a_name_can():
    odd = {"a": {"name": "<b>A</b> & \u0007x"}, "b": {}}
    edition = Edition(fvm.find(tiny(options=odd, news=news(summary="1 < 2 & \u0007 3")), 16), "en")
    assert "1 &lt; 2 &amp;" in html(edition)["summary"]
