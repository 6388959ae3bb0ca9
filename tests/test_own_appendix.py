"""The page of a user's own appendix: its pictures and its markdown, and nothing that acts or loads."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from fvmanalys.report.page import write_page
from fvmanalys.report.words import Words

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
