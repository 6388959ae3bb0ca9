"""What a user's own cell shows, as the page takes it: HTML, pictures with a text, markdown to be read."""

import base64
from collections.abc import Mapping
from typing import Any

from fvmanalys.report.markup import Html, escape
from fvmanalys.report.words import Words

__all__ = ["markdown_shown", "output_shown"]

PICTURES = ("image/svg+xml", "image/png", "image/jpeg")


def output_shown(output: Mapping[str, Any], words: Words) -> str:
    """An output as HTML; nothing of one that is neither HTML, picture nor markdown."""
    data = output["data"]
    if "text/html" in data:
        return str(data["text/html"])
    for kind in PICTURES:
        if kind in data:
            about = output.get("metadata", {})
            return _figure(kind, data[kind], about.get(kind, {}).get("alt") or about.get("alt") or "", words)
    return markdown_shown(data["text/markdown"], {}, words) if "text/markdown" in data else ""


def _figure(kind: str, content: str, text: str, words: Words) -> str:
    """A picture; as an image, an SVG runs no script and loads nothing. One that has no text in its place says so."""
    encoded = base64.b64encode(content.encode()).decode() if kind == "image/svg+xml" else "".join(content.split())
    told = "" if text else f"<figcaption>{escape(words('page.figure_untold'))}</figcaption>"
    alt = escape(text or words("page.figure_untold"))
    return f'<figure><img src="data:{kind};base64,{escape(encoded)}" alt="{alt}">{told}</figure>'


def markdown_shown(source: str, attachments: Mapping[str, Any], words: Words) -> str:
    """Markdown as HTML: tags within it are shown as text, and of pictures only those that the notebook holds."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath  # a second to import

    class Renderer(IPythonRenderer):
        def image(self, text: str, url: str, title: str | None = None) -> str:
            picture = attachments.get(url.removeprefix("attachment:"), {}) if url.startswith("attachment:") else {}
            held = [kind for kind in PICTURES[1:] if kind in picture]
            if not held:
                return Html(escape(words("page.picture_left_out", name=text or url)))
            alt = escape(text or words("page.figure_untold"))
            return f'<img src="data:{held[0]};base64,{escape(picture[held[0]])}" alt="{alt}">'

    renderer = Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))
