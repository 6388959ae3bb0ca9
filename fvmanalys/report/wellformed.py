"""Whether a page is whole: every element closed in its turn, and no tag left among the texts."""

from html.parser import HTMLParser

__all__ = ["page_faults"]

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
FOREIGN = {"svg", "math"}  # in these any element may close itself
RAW = {"script", "style"}


class Reader(HTMLParser):
    """Reads a page and notes what is not whole."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[tuple[str, int]] = []
        self.faults: list[str] = []

    def note(self, fault: str) -> None:
        """Keep a fault with its place."""
        self.faults.append(f"line {self.getpos()[0]}: {fault}")

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Open an element."""
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Let an element close itself where it may."""
        if tag not in VOID and not FOREIGN & {tag, *(name for name, _ in self.open)}:
            self.note(f"<{tag}/> does not close itself")

    def handle_endtag(self, tag: str) -> None:
        """Close an element; of several opened since, none was closed."""
        if tag not in {name for name, _ in self.open}:
            self.note(f"</{tag}> closes nothing")
            return
        while (last := self.open.pop())[0] != tag:
            self.note(f"</{tag}> comes before the end of <{last[0]}> from line {last[1]}")

    def handle_data(self, data: str) -> None:
        """Look for a tag that is none."""
        if "<" in data and not (self.open and self.open[-1][0] in RAW):
            self.note(f"{data[data.index('<') :][:20]!r} is not escaped")

    def parse_bogus_comment(self, i: int, report: bool = True) -> int:
        """Note what browsers hide as a comment and nobody meant as one: `</~p>`."""
        self.note(f"{self.rawdata[i : i + 20]!r} is no tag")
        return super().parse_bogus_comment(i, report)


def page_faults(text: str) -> list[str]:
    """What is not whole in a page, by line."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    return [*reader.faults, *(f"line {line}: <{tag}> is never closed" for tag, line in reader.open)]
