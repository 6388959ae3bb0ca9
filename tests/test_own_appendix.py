"""The page of a user's own appendix: its pictures and its markdown, and nothing that acts or loads."""

import re
from pathlib import Path

import pytest
from nbformat import read
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from fvmanalys.report.page import write_page
from fvmanalys.report.words import Words
from fvmanalys.run import build, publish
from fvmanalys.run.suite import read_suite
from tests.decisions import library_decision, write_tables
from tests.soak.child import brief_runs

ROOT = Path(__file__).parents[1]

SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
UNTOLD = "Figuren saknar beskrivning i text."


def page(folder, *cells):
    (folder / "bok.ipynb").write_text(writes(new_notebook(cells=[new_markdown_cell("# Rubrik"), *cells])), "utf-8")
    return write_page(folder / "bok.ipynb", folder / "sida.html", Words(), title="T").read_text("utf-8")


def figure(kind, content, **about):
    return new_code_cell("plot()", outputs=[new_output("display_data", data={kind: content}, metadata=about)])


@pytest.mark.parametrize(("kind", "content"), [("image/png", "iVBORw0KGgo=\n"), ("image/jpeg", "/9j/4AA="), ("image/svg+xml", SVG)])
def test_a_figure_is_shown_and_one_without_a_text_says_so(tmp_path, kind, content):
    text = page(tmp_path, figure(kind, content), figure(kind, content, **{kind: {"alt": "Kostnaden <ökar>"}}))
    assert re.findall(r'<img src="data:([^;]+);base64,[A-Za-z0-9+/=]+" alt="([^"]*)"', text) == [
        (kind, UNTOLD), (kind, "Kostnaden &lt;ökar&gt;"),
    ]  # fmt: skip
    assert text.count("<figcaption>") == 1
    assert "script" not in text and "onload" not in text


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "a <b onclick='x()'>b</b>", "<svg onload=x()>", "[x](javascript:alert(1))", "<img src=x onerror=y()>"],
)
def test_markdown_is_shown_and_nothing_in_it_acts(tmp_path, source):
    output = new_output("display_data", data={"text/markdown": source})
    text = page(tmp_path, new_markdown_cell(f"**fet**\n\n{source}"), new_code_cell("x", outputs=[output]))
    assert "<strong>fet</strong>" in text
    assert not re.search(r"<(script|svg|b|img)\b|href=\"javascript", text)


def test_a_picture_in_markdown_is_shown_where_the_notebook_holds_it_and_else_named(tmp_path):
    held = new_markdown_cell("![Karta](attachment:k.png) ![](attachment:k.png)", attachments={"k.png": {"image/png": "iVBORw0KGgo="}})
    text = page(tmp_path, held, new_markdown_cell("![Borta](https://exempel.se/b.png) ![](fil.png) ![x](attachment:ingen.png)"))
    assert re.findall(r'<img [^>]*alt="([^"]*)"', text) == ["Karta", UNTOLD]
    assert all(f"Bilden ”{name}” är inte med" in text for name in ("Borta", "fil.png", "x"))
    assert "exempel.se" not in text


def copied_template(folder, title, question):
    """The template with another title and question, in a suite with a small appendix before it."""
    template = read(ROOT / "notebooks/mall.ipynb", as_version=4)
    template.cells[0].source = f"# {title}\n\nEn egen rad."
    template.cells[1].source = f"**Frågan:** {question}"
    small = new_notebook(cells=[new_code_cell('draws = 8', metadata={"tags": ["parameters"]}), new_code_cell(
        "from IPython.display import HTML, display\nfrom fvmanalys.report.markup import contents, heading, section\n"
        'display(heading("Bilagan", 1), contents(), section("first", "Det första"))'
    )])  # fmt: skip
    folder.mkdir()
    (folder / "bilaga.ipynb").write_text(writes(small), "utf-8")
    (folder / "egen.ipynb").write_text(writes(template), "utf-8")
    (folder / "suite.toml").write_text(
        'draws = 64\n[[notebooks]]\npath = "egen.ipynb"\nsection = true\n[[notebooks]]\npath = "bilaga.ipynb"\nappendix = true\n', "utf-8"
    )
    return read_suite(folder / "suite.toml")


def test_a_copied_notebook_with_a_question_of_its_own_is_a_section_of_the_appendix(tmp_path, monkeypatch):
    brief_runs(monkeypatch.setattr)
    suite = copied_template(tmp_path / "suite", "Vad är värt & mest?", "Är det <värt> det?")
    run = publish.run(write_tables(tmp_path / "raw", library_decision(2)), tmp_path / "out", suite).path
    text = (run / build.PAGE).read_text("utf-8")
    assert '<li><a href="#own-1">Vad är värt &amp; mest?</a></li>' in text
    assert text.index('<h2 id="first">') < text.index('<h2 id="own-1">') < text.index("Är det &lt;värt&gt; det?")
    assert text.count("<h1") == 1 and re.search(r"<h3[^>]*>Svaret</h3>", text)
    assert '<figure id="figure-comparison">' in text
    assert (run / "notebooks/egen.ipynb").is_file()
