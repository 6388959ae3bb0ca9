"""Where the numbers come from: what each is made of, in words, for the page and for comments of cells."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from fvmanalys.report.addresses import address_of, entry_of, numbered
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, anchored

__all__ = ["MadeOf", "made_of", "row_traced"]

MOST_SAID = 3  # parts in a comment
UNITS = {  # how the parts of an entry are told where they are no shares of it
    "cost": "amount", "programme": "amount", "net_benefit": "amount", "score": "points", "areas": "points",
    "events": "years",
}  # fmt: skip


@dataclass(frozen=True)
class MadeOf:
    """The entries of `Findings.made_of` in words."""

    edition: Edition

    @cached_property
    def seconds(self) -> dict[str, str]:
        """What an entry may be of beside an option: an area or an event."""
        edition = self.edition
        events = edition.findings.events.to_dict("records")
        return {row["event"]: edition.words.of(row, "name") for row in events} | dict(edition.areas)

    @cached_property
    def rows(self) -> dict[str, Any]:
        """The row of every estimate."""
        return {row["id"]: row for row in self.edition.quantities}

    def called(self, entry: str, before: str = "", **more: Any) -> str:
        """What an entry is called; as a part of another (`before`), in brief."""
        kind, option, *second = entry.split("/", 2)
        of = {"option": self.edition.options[option], "second": "".join(self.seconds.get(one, one) for one in second)}
        return self.edition(f"trace.{before}{kind}", **of, **more)

    def parts(self, entry: str, rows: pd.DataFrame) -> list[tuple[str, str, str]]:
        """The parts of an entry: their names, where they lead on the page, and how much of the number each is."""
        style = UNITS[entry.partition("/")[0]]
        whole = bool(rows["share"].between(0, 1).all())
        told = self.edition.words.share if whole else lambda amount: self.edition.tell(style, amount)
        sizes = rows["share" if whole else "amount"]
        return [(*self.part(str(name)), told(size)) for name, size in zip(rows["part"], sizes, strict=True)]

    def part(self, name: str) -> tuple[str, str]:
        """A part's name, and where it leads."""
        edition = self.edition
        kind = name.partition("/")[0]
        if name in self.rows:
            return edition.estimate(self.rows[name], with_option=False), edition.anchors[name]
        if name in edition.anchors:
            return self.called(name, "part_"), edition.anchors[name]
        return edition("trace.dated" if kind == "timeline" else "trace.rest"), ""


def made_of(edition: Edition) -> Html:
    """What the leading numbers of each option are made of: where the numbers of the page lead, and on to raw rows."""
    told = MadeOf(edition)
    said = []
    table = edition.findings.made_of
    for name in dict.fromkeys(table["entry"]):
        rows = table[table["entry"] == name]
        parts = told.parts(str(name), rows)
        linked = [Html("{} {}").format(anchored(one, to) if to else one, size) for one, to, size in parts]
        head = told.called(str(name), value=rows["value"].iloc[0])
        said.append(Html('<li id="{}">{}: {}</li>').format(edition.anchors[str(name)], head, Html(" · ").join(linked)))
    return Html('<ul class="traces">') + Html("").join(said) + Html("</ul>")


def row_traced(edition: Edition, exhibit: Exhibit, row: Any) -> str:
    """How the numbers of a row are traced, and what each is mostly made of; nothing where it has none."""
    columns = [one for one in exhibit.shown(edition, apart=True) if numbered(edition, exhibit, one.key, one.style, row)]
    found = {one.heading: address_of(edition, exhibit, one.key, row) for one in columns}
    lines = [edition("trace.comment", heading=heading, address=one) for heading, one in found.items() if one]
    told = MadeOf(edition)
    table = edition.findings.made_of
    for entry in dict.fromkeys(entry_of(edition, address, edition.anchors) for address in found.values() if address):
        rows = table[table["entry"].eq(entry)]
        if len(rows):
            parts = "; ".join(f"{said} {size}" for said, _, size in told.parts(entry, rows)[:MOST_SAID])
            lines.append(edition("trace.mostly", entry=told.called(entry, value=rows["value"].iloc[0]), parts=parts))
    return "\n".join(lines)
