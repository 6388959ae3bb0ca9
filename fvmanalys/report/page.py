"""The appendix as one web page that needs no other file: what the executed notebook shows, without code."""

import re
from pathlib import Path

import nbformat

from fvmanalys.errors import RunFailed
from fvmanalys.report.markup import Html
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, PAPER, SOFT
from fvmanalys.report.shown import markdown_shown, output_shown
from fvmanalys.report.wellformed import page_faults
from fvmanalys.report.words import Words

__all__ = ["check_page", "write_page"]

TEMPLATE = Path(__file__).parent / "appendix"
COLOURS = {"accent": ACCENT, "ink": INK, "line": LINE, "muted": MUTED, "paper": PAPER, "soft": SOFT}
SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
CONTENTS = "<nav></nav>"


def write_page(executed_notebook: Path, target: Path, words: Words, *, title: str) -> Path:
    """Write the page of an executed notebook: the same bytes for the same notebook."""
    from nbconvert import TemplateExporter  # a second to import; HTMLExporter mends in silence

    notebook = nbformat.read(executed_notebook, as_version=4)
    page = {"lang": words.lang, "title": title, "skip": words("page.skip"), "style": style()}
    template = {"template_name": TEMPLATE.name, "template_file": "index.html.j2"}
    exporter = TemplateExporter(extra_template_basedirs=[str(TEMPLATE.parent)], **template)
    exporter.register_filter("shown", lambda output: output_shown(output, words))
    exporter.register_filter("told", lambda cell: markdown_shown(cell.source, cell.get("attachments", {}), words))
    body, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    if "<h1" not in body:
        raise RunFailed(f"{executed_notebook}: shows no heading; run it before making the page")
    page_text = body.replace(CONTENTS, contents(body, words))
    check_page(page_text, target.name)
    target.write_text(page_text, encoding="utf-8", newline="\n")
    return target


def check_page(text: str, name: str) -> None:
    """Refuse a page that browsers would have to mend, each in its own way."""
    faults = page_faults(text)
    if faults:
        what = f"{name}: {len(faults)} faults in its HTML; mend what the notebook of the appendix shows"
        raise RunFailed("\n".join([what, *faults[:5]]))


def style() -> str:
    """The style sheet, with the colours of the palette."""
    colours = " ".join(f"--{name}: {colour};" for name, colour in COLOURS.items())
    return Html(f":root {{ {colours} }}\n{(TEMPLATE / 'style.css').read_text('utf-8').strip()}")


def contents(body: str, words: Words) -> str:
    """Links to the sections, where the notebook leaves room for them."""
    links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in SECTION.findall(body))
    return f'<nav aria-label="{words("page.contents")}"><ul>{links}</ul></nav>'
