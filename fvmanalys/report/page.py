"""The appendix as one web page that needs no other file: what the executed notebook shows, without code."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from fvmanalys.errors import RunFailed
from fvmanalys.report.markup import Html, escape, section
from fvmanalys.report.palette import ACCENT, INK, LINE, MUTED, PAPER, SOFT
from fvmanalys.report.shown import markdown_shown, output_shown
from fvmanalys.report.wellformed import page_faults
from fvmanalys.report.words import Words

__all__ = ["Look", "check_page", "write_page"]

TEMPLATE = Path(__file__).parent / "appendix"
COLOURS = {"ink": INK, "line": LINE, "muted": MUTED, "paper": PAPER, "soft": SOFT}
SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
CONTENTS, MAIN = "<nav></nav>", '<main id="main">'
FIGURE = re.compile(r'<figure id="figure-([^"]+)"><img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]+)"/>')
TITLED = re.compile(r"<title>.*?</title><desc>.*?</desc>", re.DOTALL)
ALIGNED = re.compile(r' style="text-align:(?:left|right)"')  # for notebooks; the page has a style sheet


class Look(NamedTuple):
    """What an organisation has of its own on the page: the colour of headings and links, and its logo."""

    accent: str = ACCENT
    logo: str = ""
    organisation: str = ""


PLAIN = Look()


def write_page(
    executed_notebook: Path,
    target: Path,
    words: Words,
    *,
    title: str,
    narrow: Callable[[], Mapping[str, str]] = dict,
    sections: Sequence[Path] = (),
    look: Look = PLAIN,
) -> Path:
    """Write the page of an executed notebook: the same bytes for the same notebook.

    `narrow` draws the figures for narrow screens, SVG by name; it is asked where the page has a figure.
    `sections` are other executed notebooks, each shown as a section of its own at the end.
    """
    from nbconvert import TemplateExporter  # a second to import; HTMLExporter mends in silence

    notebook = nbformat.read(executed_notebook, as_version=4)
    for number, path in enumerate(sections, start=1):
        notebook.cells += section_cells(nbformat.read(path, as_version=4), f"own-{number}", path.stem)
    page = {"lang": words.lang, "title": title, "skip": words("page.skip"), "style": style(look)}
    template = {"template_name": TEMPLATE.name, "template_file": "index.html.j2"}
    exporter = TemplateExporter(extra_template_basedirs=[str(TEMPLATE.parent)], **template)
    exporter.register_filter("shown", lambda output: output_shown(output, words))
    exporter.register_filter("told", lambda cell: markdown_shown(cell.source, cell.get("attachments", {}), words))
    body, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    if "<h1" not in body:
        raise RunFailed(f"{executed_notebook}: shows no heading; run it before making the page")
    if CONTENTS in body:
        back = f'<p class="back"><a href="#contents">{words("page.back")}</a></p>'
        body = body.replace(CONTENTS, contents(body, words)).replace(MAIN, f"{MAIN}\n{back}", 1)
    if look.logo:
        image = f'<p class="logo"><img src="{escape(look.logo)}" alt="{escape(look.organisation)}" height="48"></p>'
        body = body.replace(MAIN, f"{MAIN}\n{image}", 1)
    variants = narrow() if FIGURE.search(body) else {}
    drawn = FIGURE.sub(lambda found: inline(found, variants), body)
    page_text = ALIGNED.sub("", drawn)
    check_page(page_text, target.name)
    target.write_text(page_text, encoding="utf-8", newline="\n")
    return target


def section_cells(notebook: NotebookNode, anchor: str, name: str) -> list[NotebookNode]:
    """The cells of a notebook as a section of a page: its title as the section's, other headings a step further in."""
    cells = []
    title = name
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            first = re.match(r"# (.+)\n*", cell.source) if title == name else None
            title = first[1].strip() if first else title
            cell.source = re.sub(
                r"^(#+ )", r"#\1", cell.source[first.end() :] if first else cell.source, flags=re.MULTILINE
            )
        cells.append(cell)
    shown = new_output("display_data", data={"text/html": section(anchor, title)})
    return [
        NotebookNode(cell | {"id": f"{anchor}-{place}"})
        for place, cell in enumerate([new_code_cell("", outputs=[shown]), *cells])
    ]


def check_page(text: str, name: str) -> None:
    """Refuse a page that browsers would have to mend, each in its own way."""
    faults = page_faults(text)
    if faults:
        what = f"{name}: {len(faults)} faults in its HTML; mend what the notebook of the appendix shows"
        raise RunFailed("\n".join([what, *faults[:5]]))


def style(look: Look) -> str:
    """The style sheet, with the colours of the palette and the organisation's own."""
    known = {"accent": look.accent} | COLOURS
    colours = " ".join(f"--{name}: {colour};" for name, colour in known.items())
    return Html(f":root {{ {colours} }}\n{(TEMPLATE / 'style.css').read_text('utf-8').strip()}")


def inline(figure: re.Match, narrow: Mapping[str, str]) -> str:
    """One of our figures as a drawing in the page itself, its text to be searched; and its narrow variant."""
    name, alt, data = figure.groups()
    wide = base64.b64decode(data).decode()
    if name not in narrow:
        return f'<figure id="figure-{name}">{labelled(wide, alt)}'
    return f'<figure id="figure-{name}">{labelled(wide, alt, "only-wide")}{labelled(narrow[name], alt, "only-narrow")}'


def labelled(drawing: str, alt: str, look: str = "") -> str:
    """A drawing with the text that stands for it, instead of its own title and description."""
    style = f' class="{look}"' if look else ""
    return TITLED.sub("", drawing.replace("<svg ", f'<svg{style} role="img" aria-label="{alt}" ', 1), count=1)


def contents(body: str, words: Words) -> str:
    """Links to the sections, where the notebook leaves room for them."""
    links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in SECTION.findall(body))
    return f'<nav id="contents" aria-label="{words("page.contents")}"><ul>{links}</ul></nav>'
