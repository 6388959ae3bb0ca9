"""Where the numbers come from: what each is made of, in words, for the page and for comments of cells."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fvmanalys.report.addresses import address_of, entry_of, numbered
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, anchored

__all__ = ["MadeOf", "made_of", "row_traced"]

MOST_SAID = 3  # parts in a comment


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

    def part(self, row: Any) -> tuple[str, str, str]:
        """One part: its name, where it leads on the page, and how much of the number it is."""
        name, edition = str(row["part"]), self.edition
        kind, anchor = name.partition("/")[0], edition.anchors.get(name, "")
        if name in self.rows:
            said = edition.estimate(self.rows[name], with_option=False)
        elif anchor:
            said = self.called(name, "part_")
        else:
            said = edition("trace.dated" if kind == "timeline" else "trace.rest")
        share, amount = row["share"], row["amount"]
        size = edition.words.share(share) if abs(share) <= 1 else edition.tell("money", amount)
        return said, anchor, size


def made_of(edition: Edition) -> Html:
    """What the leading numbers of each option are made of: where the numbers of the page lead, and on to raw rows."""
    told, said = MadeOf(edition), []
    for name, rows in edition.findings.made_of.groupby("entry", sort=False):
        parts = [told.part(row) for row in rows.to_dict("records")]
        linked = [Html("{} {}").format(anchored(one, to) if to else one, size) for one, to, size in parts]
        head = told.called(str(name), value=rows["value"].iloc[0])
        said.append(Html('<li id="{}">{}: {}</li>').format(edition.anchors[str(name)], head, Html(" · ").join(linked)))
    return Html('<ul class="traces">') + Html("").join(said) + Html("</ul>")


def row_traced(edition: Edition, exhibit: Exhibit, row: Any) -> str:
    """How the numbers of a row are traced, and what each is mostly made of; nothing where it has none."""
    columns = [one for one in exhibit.shown(edition, apart=True) if numbered(edition, exhibit, one.key, one.style, row)]
    found = {one.heading: address_of(edition, exhibit, one.key, row) for one in columns}
    lines = [edition("trace.comment", heading=heading, address=one) for heading, one in found.items() if one]
    told, table = MadeOf(edition), edition.findings.made_of
    for entry in dict.fromkeys(entry_of(edition, address, edition.anchors) for address in found.values() if address):
        rows = table[table["entry"].eq(entry)].head(MOST_SAID).to_dict("records")
        parts = "; ".join(f"{said} {size}" for said, _, size in map(told.part, rows))
        lines += (
            [edition("trace.mostly", entry=told.called(entry, value=rows[0]["value"]), parts=parts)] if rows else []
        )
    return "\n".join(lines)
