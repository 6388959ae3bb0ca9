"""HTML that shows itself in a notebook and on the page; whatever comes from the data is escaped here."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Any

from markupsafe import Markup

from fvmanalys.report.harmless import harmless, is_web_address

__all__ = [
    "MARK", "Html", "anchored", "answer_box", "bullets", "contents", "details", "escape", "heading", "html_table",
    "link", "marked", "marks", "missing", "paragraphs", "section", "unmarked",
]  # fmt: skip


# A number of a sentence with where it leads; so it goes with the text, whatever that is put together to.
MARK = re.compile("\ue000([^\ue000-\ue002]*)\ue001([^\ue000-\ue002]*)\ue002")


def marked(text: str, place: str) -> str:
    """A text with where it leads, until it is shown."""
    return f"\ue000{place}\ue001{text}\ue002"


def unmarked(text: str) -> str:
    """A text without where its parts lead."""
    return MARK.sub(r"\2", text)


def marks(text: str) -> list[tuple[str, str]]:
    """The parts of a text that lead somewhere, each with where."""
    return [(part, place) for place, part in MARK.findall(text)]


class Html(Markup):
    """Text that is HTML already; what is put to it and is none is made harmless and escaped."""

    @classmethod
    def escape(cls, text: Any, /) -> "Html":
        """HTML as it is, anything else as HTML may hold it."""
        if hasattr(text, "__html__"):
            return super().escape(text)
        return cls(MARK.sub(r'<a href="#\1">\2</a>', str(super().escape(harmless(text)))))

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return "Html"


TEXT = ' style="text-align:left"'  # JupyterLab would set all to the right
NUMBER = ' class="number" style="text-align:right"'
DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def escape(text: object) -> Html:
    """A text as HTML may hold it, between tags or in an attribute."""
    return Html.escape(unmarked(harmless(text)))


def safe(text: object) -> str:
    """HTML as it is, anything else escaped; days marked up, so that no line breaks inside them."""
    return str(text) if isinstance(text, Html) else DAY.sub(r"<time>\g<0></time>", str(Html.escape(text)))


def heading(text: str, level: int = 2, anchor: str = "") -> Html:
    """A heading."""
    place = f' id="{escape(anchor)}"' if anchor else ""
    return Html(f"<h{level}{place}>{safe(text)}</h{level}>")


def paragraphs(texts: str | Iterable[str], style: str = "") -> Html:
    """One text, or several, as paragraphs."""
    kind = f' class="{style}"' if style else ""
    return Html("".join(f"<p{kind}>{safe(text)}</p>" for text in ([texts] if isinstance(texts, str) else texts)))


def section(name: str, text: str) -> Html:
    """The heading of a section, which links lead to."""
    return heading(text, 2, name)


def contents() -> Html:
    """Where the page puts links to its sections."""
    return Html("<nav></nav>")


def answer_box(texts: Iterable[str]) -> Html:
    """The answer, set apart."""
    return Html(f'<div class="answer">{paragraphs(texts)}</div>')


def bullets(texts: Iterable[str]) -> Html:
    """Texts as a list."""
    items = "".join(f"<li>{safe(text)}</li>" for text in texts)
    return Html(f"<ul>{items}</ul>" if items else "")


def missing(reason: str) -> Html:
    """Why something is not shown."""
    return paragraphs(reason, "missing")


def details(summary: str, content: str) -> Html:
    """Something long that the reader opens."""
    return Html(f"<details><summary>{safe(summary)}</summary>{safe(content)}</details>")


def link(text: str, url: str) -> str:
    """A link where the address is one that a browser follows to a page, else the text."""
    return Html(f'<a href="{escape(url)}">{safe(text)}</a>') if is_web_address(url) else text


def anchored(text: str, anchor: str) -> Html:
    """A link to a place on the same page."""
    return Html(f'<a href="#{anchor}">{safe(text)}</a>')


def html_table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    numbers: int | Sequence[int] = 0,
    style: str = "",
    ids: Sequence[str] = (),
) -> Html:
    """A table with a caption, column headings and, first in each row, the row's heading.

    `numbers` says which columns are right-aligned: those given, or the last so many. In the style, `cards` makes a
    card of each row on narrow screens, and `only-wide` and `only-narrow` show the table on such screens alone.
    `ids` name the rows that links lead to.
    """
    right = set(range(len(head) - numbers, len(head))) if isinstance(numbers, int) else set(numbers)
    kinds = [NUMBER if place in right else TEXT for place in range(len(head))]
    top = "".join(f'<th scope="col"{kind}>{safe(text)}</th>' for text, kind in zip(head, kinds, strict=True))
    labels = [f' data-label="{escape(text)}"' if "cards" in style.split() else "" for text in head]
    names = chain((f' id="{one}"' if one else "" for one in ids), repeat(""))
    body = "".join(f"<tr{name}>{table_row(row, kinds, labels)}</tr>" for row, name in zip(rows, names, strict=False))
    table = f"<table><caption{TEXT}>{safe(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    hidden = (
        ' style="display:none"' if "only-narrow" in style.split() else ""
    )  # where no style sheet chooses one of two
    looks = f'class="table{" " + style if style else ""}"{hidden}'
    return Html(f'<div {looks} tabindex="0" role="region" aria-label="{escape(caption)}">{table}</div>')


def table_row(row: Sequence[object], kinds: Sequence[str], labels: Sequence[str]) -> str:
    """The cells of a row, each with what its column is called where the row may become a card."""
    first, *rest = row
    looks = zip(rest, kinds[1:], labels[1:], strict=True)
    cells = "".join(f"<td{kind}{label}>{safe(value)}</td>" for value, kind, label in looks)
    return f'<th scope="row"{TEXT}>{safe(first)}</th>{cells}'
