"""The page: one file that needs no other, readable by anybody, whatever the data holds."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from fvmanalys.errors import RunFailed
from fvmanalys.report.page import check_page, write_page
from fvmanalys.report.wellformed import page_faults
from fvmanalys.report.words import Words
from fvmanalys.run.suite import Job, run_notebook
from tests.decisions import library_decision, write_tables

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "08_beslutsbilaga.ipynb"
HOSTILE = "</title><script>alert('x')</script>"
VOID = {"meta", "img", "br", "link", "hr", "input"}


class Page(HTMLParser):
    """The start tags of a page, and whether each is closed in turn."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, *names: str) -> list[dict]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def executed(tmp_path_factory) -> Path:
    """The appendix of a decision whose names are hostile, run on few draws."""
    folder = tmp_path_factory.mktemp("page")
    tables = library_decision(3)
    for table, old in (
        ("decision", "Where to keep the books"),
        ("options", "A way to store books"),
        ("areas", "never found"),
        ("sources", "Reader survey"),
    ):
        tables[table] = tables[table].replace(old, HOSTILE)
    tables["revisions"] = f"date,what,from,to\n2024-05-01,{HOSTILE},3,4"
    job = Job(NOTEBOOK, NOTEBOOK.name, {"data": write_tables(folder / "data", tables), "draws": 512, "lang": "en", "run_id": "run-1"})
    return run_notebook(job, folder / "out").path


@pytest.fixture(scope="module")
def text(executed, tmp_path_factory) -> str:
    target = tmp_path_factory.mktemp("html") / "page.html"
    return write_page(executed, target, Words("en"), title=HOSTILE).read_text("utf-8")


@pytest.fixture(scope="module")
def page(text) -> Page:
    return Page(text)


def test_the_page_is_well_formed_and_names_its_language(page):
    assert page.open == []
    assert page.all("html") == [{"lang": "en"}]


def test_the_page_loads_nothing_from_elsewhere(page, text):
    assert page.all("script", "link", "iframe", "object") == []
    assert all(attributes["src"].startswith("data:") for attributes in page.all("img"))
    assert not re.search(r"@import|url\((?!#)", text)


def test_hostile_text_is_shown_as_text(text):
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_what_was_changed_after_a_result_is_told(text):
    assert "One figure was changed after a result was seen, on <time>2024-05-01</time>." in text


def test_every_figure_is_a_drawing_with_a_text_in_its_place_and_real_words(page, text):
    drawings = [attributes for attributes in page.all("svg")]
    assert len(drawings) > 5 and page.all("img") == []
    assert all(one["role"] == "img" and one["aria-label"].strip() for one in drawings)
    assert text.count("<text ") > 100


def test_a_figure_that_has_a_narrow_variant_shows_one_of_the_two(executed, tmp_path):
    narrow = {"comparison": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>t</title><desc>d</desc><text>slim</text></svg>'}
    shown = write_page(executed, tmp_path / "page.html", Words("en"), title="T", narrow=lambda: narrow).read_text("utf-8")
    figure = shown.partition('<figure id="figure-comparison">')[2].partition("</figure>")[0]
    assert re.findall(r'<svg class="([^"]+)"', figure) == ["only-wide", "only-narrow"] and "slim" in figure
    assert "<title>" not in figure


def test_the_contents_are_always_one_step_away(text):
    assert '<p class="back"><a href="#contents">To the contents</a></p>' in text and '<nav id="contents"' in text


def test_there_is_one_first_heading_and_no_level_is_skipped(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_headings_with_scope(page):
    assert len(page.all("caption")) == len(page.all("table")) > 5
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))


def test_links_lead_somewhere(page):
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    inner = {attributes["href"][1:] for attributes in page.all("a") if attributes["href"].startswith("#")}
    assert inner <= places


def test_no_id_stands_twice(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_no_code_is_shown(text):
    assert "display(" not in text and "import " not in text


def test_the_same_notebook_gives_the_same_bytes(executed, text, tmp_path):
    assert write_page(executed, tmp_path / "again.html", Words("en"), title=HOSTILE).read_text("utf-8") == text


def test_a_notebook_that_has_not_run_gives_no_page(tmp_path):
    with pytest.raises(RunFailed, match="shows no heading; run it before making the page"):
        write_page(NOTEBOOK, tmp_path / "page.html", Words(), title="Title")


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda text: text.replace("</", "<~"), "is never closed"),
        (lambda text: text.replace("</", "&lt;~"), "<html> is never closed"),
        (lambda text: text.replace("</td>", "&lt;~td&gt;", 1), "comes before the end of <td>"),
        (lambda text: text.replace("</p>", "</~p>", 1), "is no tag"),
        (lambda text: text.replace("</main>", "</p></main>"), "</p> closes nothing"),
        (lambda text: text.replace("</main>", "1 < 2</main>"), "'<' is not escaped"),
        (lambda text: text.replace("<main", "<div/><main"), "<div/> does not close itself"),
        (lambda text: text[: len(text) // 2], "<body> is never closed"),
    ],
)
def test_a_page_that_is_not_whole_is_refused(text, damage, fault):
    assert page_faults(text) == []
    assert any(fault in found for found in page_faults(damage(text)))
    with pytest.raises(RunFailed, match=r"page\.html: \d+ faults in its HTML; mend"):
        check_page(damage(text), "page.html")


def test_what_a_cell_leaves_open_is_not_mended_in_silence(tmp_path):
    shown = nbformat.v4.new_output("display_data", {"text/html": "<h1>A</h1><ul><li>b<li>c</ul>"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[shown])])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(RunFailed, match="</ul> comes before the end of <li>"):
        write_page(tmp_path / "a.ipynb", tmp_path / "page.html", Words("en"), title="A")
    assert not (tmp_path / "page.html").exists()


def test_a_page_may_hold_what_html_allows():
    head = "<!DOCTYPE html><html><head><style>a > b {} /* < */</style></head>"
    body = '<body><img src="x"><br/>a &lt; b &amp; &#60; > c'
    assert page_faults(head + body + "<svg><path d=''/><g></g></svg><!-- <p> --></body></html>") == []
