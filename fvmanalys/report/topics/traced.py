"""Where the numbers come from: what each is made of, in words, for the page and for comments of cells."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from fvmanalys.analysis.made_of import REST, parts_of
from fvmanalys.report.addresses import address_of, entry_of, numbered
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, anchored

__all__ = ["MadeOf", "made_of", "row_traced"]

MOST_SAID = 3  # parts in a comment
SEEN = 0.001  # of a number, below which a rest is not told
UNITS = {  # how the parts of an entry are told where they are no shares of it
    "cost": "amount", "programme": "amount", "net_benefit": "amount", "score": "points", "areas": "points",
    "events": "years", "loss": "amount",
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

    @cached_property
    def entries(self) -> set[str]:
        """The names of the entries."""
        return set(self.edition.findings.made_of["entry"])

    def called(self, entry: str, before: str = "") -> str:
        """What an entry is called; as a part of another (`before`), in brief."""
        kind, option, *second = entry.split("/", 2)
        of = {"option": self.edition.options[option], "second": "".join(self.seconds.get(one, one) for one in second)}
        return self.edition(f"trace.{before}{kind}", **of)

    def number(self, address: str, value: float) -> str:
        """A number of an entry, and which: its mean or a percentile."""
        kind, *_, column = address.split("/")
        percent = column.rpartition("_")[2].removeprefix("p")
        style = "month" if kind == "events" else "points" if column.startswith("score") else "amount"
        which = f"P{int(percent)}" if percent.isdigit() else self.edition("trace.mean")
        return self.edition("trace.number", which=which, value=self.edition.tell(style, value))

    def parts(self, entry: str, rows: pd.DataFrame) -> list[tuple[str, str, str]]:
        """The parts of an entry: their names, where they lead on the page, and how much of the number each is."""
        style = UNITS.get(entry.partition("/")[0], "amount")
        whole = bool(rows["share"].between(0, 1).all())
        told = self.edition.words.share if whole else lambda amount: self.edition.tell(style, amount)
        sizes = rows["share" if whole else "amount"]
        return [(*self.part(str(name)), told(size)) for name, size in zip(rows["part"], sizes, strict=True)]

    def cell(self, entry: str, amount: float) -> Html:
        """How much a part is, without its unit."""
        unit = UNITS[entry.partition("/")[0]]
        edition = self.edition
        if unit == "years":
            return Html("<td>{}</td>").format(edition.words.number(amount, 1))
        return Html("<td>{}</td>").format(edition.tell("money" if unit == "amount" else unit, amount))

    def part(self, name: str) -> tuple[str, str]:
        """A part's name, and where it leads."""
        edition = self.edition
        kind = name.partition("/")[0]
        if name in self.rows:
            return edition.estimate(self.rows[name], with_option=False), edition.anchors[name]
        if name in self.entries:
            return self.called(name, "part_"), edition.anchors[name]
        return edition("trace.dated") if kind == "timeline" else told_plainly(edition, name), ""


def told_plainly(edition: Edition, name: str) -> str:
    """A part without an entry: the column that it is, or its place; the rest."""
    return edition.words.get(f"column.{name}", name) if name else edition("trace.rest")


def linked(name: str, anchor: str) -> str:
    """A part's name, which leads on if it has an entry."""
    return anchored(name, anchor) if anchor else name


def made_of(edition: Edition) -> Html:
    """What the leading numbers of each option, and those told before, are made of: where the numbers of the page lead.

    An entry has a column for each of its numbers, and a row for each part, by which one comes on to raw rows.
    """
    told = MadeOf(edition)
    table = edition.findings.made_of
    said = [entry_shown(told, name, table[table["entry"].eq(name)]) for name in dict.fromkeys(table["entry"])]
    own = list[Html]()
    for address, shown in edition.led.items():
        rows = pd.DataFrame(parts_of(edition.findings.trace(address)), columns=["part", "amount", "share"])
        parts = [Html("{} {}").format(linked(name, anchor), size) for name, anchor, size in told.parts(address, rows)]
        text = Html(" · ").join(parts)
        own.append(
            Html('<li id="{}">{} <code>{}</code>: {}</li>').format(edition.anchors[address], shown, address, text)
        )
    return Html("").join(said) + Html('<ul class="traces">{}</ul>').format(Html("").join(own))


def entry_shown(told: MadeOf, name: str, rows: pd.DataFrame) -> Html:
    """An entry as a table: its numbers with their parts, which sum to them."""
    anchors = told.edition.anchors
    values = dict(zip(rows["address"], rows["value"], strict=True))
    places = {one: Html(f' id="{anchors[one]}"') if one != name else "" for one in values}
    heads = [Html('<th scope="col"{}>{}</th>').format(places[one], told.number(one, values[one])) for one in values]
    seen = rows[rows["part"].ne(REST) | rows["amount"].abs().gt(SEEN * rows["value"].abs())]
    amounts = {(row["part"], row["address"]): row["amount"] for row in seen.to_dict("records")}
    body = Html("").join(
        Html('<tr><th scope="row">{}</th>{}</tr>').format(
            linked(*told.part(part)),
            Html("").join(told.cell(name, amounts.get((part, address), 0.0)) for address in values),
        )
        for part in dict.fromkeys(seen["part"])
    )
    caption = Html("<caption>{}</caption>").format(told.called(name))
    head = Html("<thead><tr><td></td>{}</tr></thead>").format(Html("").join(heads))
    table = '<table class="traces" id="{}">{}{}<tbody>{}</tbody></table>'
    return Html(table).format(anchors[name], caption, head, body)


def row_traced(edition: Edition, exhibit: Exhibit, row: Any) -> str:
    """How the numbers of a row are traced, and what each is mostly made of; nothing where it has none."""
    columns = [one for one in exhibit.shown(edition, apart=True) if numbered(edition, exhibit, one.key, one.style, row)]
    found = {one.heading: address_of(edition, exhibit, one.key, row) for one in columns}
    lines = [edition("trace.comment", heading=heading, address=one) for heading, one in found.items() if one]
    told = MadeOf(edition)
    table = edition.findings.made_of.set_index("address")
    for address in dict.fromkeys(entry_of(edition, one, edition.anchors) for one in found.values() if one):
        if address in table.index:
            rows = table.loc[[address]]
            name = str(rows["entry"].iloc[0])
            parts = "; ".join(f"{said} {size}" for said, _, size in told.parts(name, rows)[:MOST_SAID])
            number = told.number(address, rows["value"].iloc[0])
            lines.append(edition("trace.mostly", entry=f"{told.called(name)}, {number}", parts=parts))
    return "\n".join(lines)
