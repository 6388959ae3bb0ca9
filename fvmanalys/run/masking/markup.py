"""HTML of several variants as one: text by text, table row by table row; a figure is the same in all, or is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser

from fvmanalys.run.masking.tables import aligned_rows
from fvmanalys.run.masking.values import Masks

__all__ = ["merged_html"]

VOID = ("img", "br", "hr", "meta", "link", "input", "col")
WHOLE = ("figure", "img", "svg", "script", "style")
PHRASE = ("p", "td", "th", "li", "caption", "summary", "h1", "h2", "h3", "h4", "figcaption", "span", "a", "div", "pre", "code")


@dataclass
class Node:
    """An element with what it holds, or a text (no tag) as it is written."""

    tag: str = ""
    start: str = ""
    children: list["Node"] = field(default_factory=list)

    def __str__(self) -> str:
        inside = "".join(map(str, self.children))
        return f"{self.start}{inside}</{self.tag}>" if self.tag and self.tag not in VOID else f"{self.start}{inside}"

    @property
    def text(self) -> str:
        """The text inside, without markup."""
        return "".join(child.text for child in self.children) if self.tag else unescape(self.start)

    def elements(self, tag: str) -> Iterator["Node"]:
        """The elements with a tag, wherever they are inside."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.elements(tag)


class Reader(HTMLParser):
    """Reads HTML into nodes that write themselves as they were read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open = [Node("root")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        node = Node(tag, self.get_starttag_text() or "")
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that closes itself as it is written."""
        self.open[-1].children.append(Node("img", self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and what was left open inside it."""
        names = [node.tag for node in self.open]
        if tag in names[1:]:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Keep a text as it is written."""
        kept = self.open[-1].children
        if kept and not kept[-1].tag:
            kept[-1].start += data
        else:
            kept.append(Node(start=data))

    def handle_entityref(self, name: str) -> None:
        """Keep a named character as it is written."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Keep a numbered character as it is written."""
        self.handle_data(f"&#{name};")


def read(html: str) -> Node:
    """Read HTML."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


def merged_html(variants: Sequence[str], masks: Masks) -> str:
    """The HTML as far as it is the same in every variant; of a table's row about something confidential only the marker."""
    tree = merged([read(html) for html in variants], masks)
    for row in tree.elements("tr"):
        blank(row, masks)
    return "".join(map(str, tree.children))


def merged(nodes: Sequence[Node], masks: Masks) -> Node:
    """One node of every variant as one."""
    first, *others = nodes
    if all(str(node) == str(first) for node in others):
        return first
    if not first.tag and not any(node.tag for node in others):
        return Node(start=escape(masks.text([node.text for node in nodes])))
    if first.tag in WHOLE or any((node.tag, node.start) != (first.tag, first.start) for node in others):
        return left_out(masks)
    if any("tr" in shape(node) for node in nodes) and differ(nodes):
        return Node(first.tag, first.start, [merged(row, masks) for row in table_rows(nodes)] or [nothing(masks)])
    if len({shape(node) for node in nodes}) > 1 and {tag for node in nodes for tag in shape(node)} in ({"p"}, {"li"}):
        return as_far_as_all(nodes, masks)
    if len({shape(node) for node in nodes}) > 1:
        return flat(nodes, masks) if first.tag in PHRASE and not blocks(nodes) else left_out(masks, first)
    return Node(first.tag, first.start, [merged(one, masks) for one in zip(*(node.children for node in nodes), strict=True)])


def as_far_as_all(nodes: Sequence[Node], masks: Masks) -> Node:
    """Paragraphs or items one by one, as many as every variant has, and a word on the rest."""
    first = nodes[0]
    kept = [merged(one, masks) for one in zip(*(node.children for node in nodes), strict=False)]
    return Node(first.tag, first.start, [*kept, *left_out(masks, first).children])


def shape(node: Node) -> tuple[str, ...]:
    """Which kinds of nodes a node holds."""
    return tuple(child.tag for child in node.children)


def blocks(nodes: Sequence[Node]) -> bool:
    """Whether any of the nodes holds more than phrases."""
    return any(child.tag not in ("", "time", "span", "a", "b", "em", "strong", "code") for node in nodes for child in node.children)


def differ(nodes: Sequence[Node]) -> bool:
    """Whether tables have other rows, or the same in another order."""
    return len({tuple(names(row) for row in node.children if row.tag) for node in nodes}) > 1


def names(row: Node) -> str:
    """What a row is about: the text of its first cell."""
    return next((child.text for child in row.children if child.tag), "")


def table_rows(nodes: Sequence[Node]) -> list[list[Node]]:
    """The rows of tables side by side; one that not every variant has is left out."""
    aligned = aligned_rows([[[names(row), row] for row in node.children if row.tag] for node in nodes])
    return [[pair[1] for pair in row] for row in aligned if all(isinstance(pair[1], Node) for pair in row)]


def nothing(masks: Masks) -> Node:
    """The only row of a table of which nothing can be shown."""
    return Node("tr", "<tr>", [Node("td", "<td>", [Node(start=escape(masks.word))])])


def flat(nodes: Sequence[Node], masks: Masks) -> Node:
    """An element whose text alone is kept, as far as it is the same."""
    return Node(nodes[0].tag, nodes[0].start, [Node(start=escape(masks.text([node.text for node in nodes])))])


def left_out(masks: Masks, kept: Node | None = None) -> Node:
    """What stands where something is left out; inside the element that held it, if that is kept."""
    notice = Node("p", '<p class="missing">', [Node(start=escape(masks.words("public.left_out")))])
    if kept is None or kept.tag in ("p", "h1", "h2", "h3", "figure"):
        return notice
    inside = Node("li", "<li>", notice.children) if kept.tag in ("ul", "ol") else notice
    return Node(kept.tag, kept.start, [inside])


def blank(row: Node, masks: Masks) -> None:
    """Of a row about something confidential, leave the marker."""
    cells = [child for child in row.children if child.tag in ("td", "th")]
    marker = masks.of_row([cell.text.strip() for cell in cells])
    for number, cell in enumerate(cells if marker else []):
        cell.children = [Node(start=escape(masks.word if number else marker))]
