"""The appendix as one web page that needs no other file: what the executed notebook shows, without code."""

import re
from pathlib import Path

import nbformat

from fvmanalys.errors import RunFailed
from fvmanalys.report.markup import Html
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, PAPER, SOFT
from fvmanalys.report.words import Words

__all__ = ["write_page"]

TEMPLATE = Path(__file__).parent / "appendix"
COLOURS = {"accent": ACCENT, "ink": INK, "line": LINE, "muted": MUTED, "paper": PAPER, "soft": SOFT}
SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
CONTENTS = "<nav></nav>"


def write_page(executed_notebook: Path, target: Path, words: Words, *, title: str) -> Path:
    """Write the page of an executed notebook: the same bytes for the same notebook."""
    from nbconvert import HTMLExporter  # a second to import, and only the appendix needs it

    notebook = nbformat.read(executed_notebook, as_version=4)
    page = {"lang": words.lang, "title": title, "skip": words("page.skip"), "style": style()}
    exporter = HTMLExporter(template_name=TEMPLATE.name, extra_template_basedirs=[str(TEMPLATE.parent)])
    body, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    if "<h1" not in body:
        raise RunFailed(f"{executed_notebook}: shows no heading; run it before making the page")
    target.write_text(body.replace(CONTENTS, contents(body, words)), encoding="utf-8", newline="\n")
    return target


def style() -> str:
    """The style sheet, with the colours of the palette."""
    colours = " ".join(f"--{name}: {colour};" for name, colour in COLOURS.items())
    return Html(f":root {{ {colours} }}\n{(TEMPLATE / 'style.css').read_text('utf-8').strip()}")


def contents(body: str, words: Words) -> str:
    """Links to the sections, where the notebook leaves room for them."""
    links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in SECTION.findall(body))
    return f'<nav aria-label="{words("page.contents")}"><ul>{links}</ul></nav>'
