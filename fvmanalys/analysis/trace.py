"""A number and what it is made of: a tree down to raw rows, each node made of its parts by one operation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import escape

from fvmanalys.evidence import Inputs
from fvmanalys.evidence.tables import TABLES
from fvmanalys.model.draws import Floats

__all__ = ["DRAWN", "DRAWS", "OPERATIONS", "Order", "Part", "Rows", "Trace", "drawn", "rest", "same", "total"]

CLOSE, NOTHING = 1e-9, 1e-12  # of the largest of a node's numbers, and at all: what rounding may add
NEAR = 40  # a quantile is traced by the draws around it: a fortieth of all on each side
DEEP = 5  # levels of a tree that a notebook shows
ROW, DRAWS, REST, DRAWN = "row", "draws", "rest", "drawn"
OPERATIONS: dict[str, Callable[[list[float]], float]] = {
    "sum": lambda values: float(sum(values)),
    "quantile": lambda values: float(sum(values)),
    "difference": lambda values: values[0] - sum(values[1:]),
    "product": lambda values: float(np.prod(values)),
    "ratio": lambda values: values[0] / values[1],
    "same": lambda values: values[0],
}
EVIDENCE = ["id", "share", "file", "row", "kind", "source_id", "owner", "known_from"]


@dataclass(frozen=True, repr=False)
class Trace:
    """One number, `how` it comes of its parts, and these, made when they are asked for.

    A `quantile` is the mean of the draws near it, of which the parts are additive, and a rest. What is `drawn` is
    computed of the draws of its parts, whose shares are those of what varies. A `row` is a raw row, `draws` the share
    of the draws that count, `rest` what no part explains.
    """

    id: str
    value: float
    how: str
    make: Callable[[], Sequence["Trace"]] = field(default=tuple)
    given: Sequence[float] = field(default=())
    row: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def parts(self) -> tuple["Trace", ...]:
        """What the number is made of."""
        return tuple(self.make())

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """How much of the number passes through each part: of a sum its part of it, of a product the whole."""
        if self.how == DRAWN:
            return tuple(self.given)
        if self.how in ("product", "same"):
            return (1.0,) * len(self.parts)
        if self.how == "ratio":
            return (1.0, -1.0)
        signs = [1.0, *[-1.0 if self.how == "difference" else 1.0] * len(self.parts)]
        return tuple(
            sign * part.value / self.value if self.value else np.nan
            for sign, part in zip(signs, self.parts, strict=False)
        )

    def holds(self) -> bool:
        """Whether the parts combine to the number by its operation, or their shares to the whole."""
        if self.how == ROW:
            return bool(self.row.get("file")) and not self.parts
        if self.how in (DRAWS, REST):
            return not self.parts
        if not self.parts:
            return False
        if self.how == DRAWN:
            return len(self.shares) == len(self.parts) and abs(sum(self.shares) - 1) < CLOSE
        values = [part.value for part in self.parts]
        size = max([abs(self.value), *map(abs, values)])
        return bool(abs(OPERATIONS[self.how](values) - self.value) <= CLOSE * size + NOTHING)

    def walk(self, seen: set[int] | None = None) -> Iterator["Trace"]:
        """Every node of the tree once, this one first, but for those that have been `seen` before, by their id()."""
        seen = set[int]() if seen is None else seen
        left = [self]
        while left:
            node = left.pop()
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                left += reversed(node.parts)

    def rows(self) -> pd.DataFrame:
        """The raw rows that the number rests on, the largest share first: id, share, and what is known of each."""
        rows = [{"id": name, "share": share, **row} for name, (share, row) in self.reach.items()]
        table = pd.DataFrame(rows, columns=EVIDENCE)
        return table.sort_values("share", key=lambda column: -column.abs(), kind="stable", ignore_index=True)

    @cached_property
    def reach(self) -> dict[str, tuple[float, Mapping[str, Any]]]:
        """Every raw row below, with the share of the number that comes from it."""
        found = {self.id: (1.0, self.row)} if self.how == ROW else {}
        for part, share in zip(self.parts, self.shares, strict=True):
            for name, (own, row) in part.reach.items():
                more = share * own if np.isfinite(share) else 0.0
                found[name] = found.get(name, (0.0, row))[0] + more, row
        return found

    def __repr__(self) -> str:
        return "\n".join(self.lines(3))

    def _repr_html_(self) -> str:
        return self.branch(DEEP)

    def head(self, share: float = np.nan) -> str:
        """What the node is, in a line: its number, its share of the one above, and its place or how it is made."""
        of = f" {share:.0%}" if np.isfinite(share) else ""
        place = "{file}:{row} {kind} {source_id}".format(**self.row).rstrip() if self.row else f"({self.how})"
        value = f" = {self.value:.6g}" if np.isfinite(self.value) else ""
        return f"{self.id}{value}{of} {place}"

    def ranked(self) -> list[tuple["Trace", float]]:
        """The parts with their shares, those of a sum the largest first."""
        pairs = list(zip(self.parts, self.shares, strict=True))
        return sorted(pairs, key=lambda pair: -abs(pair[0].value)) if self.how == "sum" else pairs

    def lines(self, depth: int, share: float = np.nan, indent: str = "") -> Iterator[str]:
        """The tree in plain text, so many levels deep."""
        yield indent + self.head(share)
        for part, own in self.ranked() if depth else ():
            yield from part.lines(depth - 1, own, indent + "  ")

    def branch(self, depth: int, share: float = np.nan) -> str:
        """The tree as a notebook shows it, to be opened branch by branch."""
        head = escape(self.head(share))
        if not depth or not self.parts:
            return f'<div style="margin-left:1.2em">{head}</div>'
        inside = "".join(part.branch(depth - 1, own) for part, own in self.ranked())
        look = " open" if depth == DEEP else ""
        return f'<details{look} style="margin-left:1.2em"><summary>{head}</summary>{inside}</details>'


class Order:
    """The draws by size, kept for the column that was asked of last."""

    def __init__(self) -> None:
        self.column = np.empty(0)
        self.draws = np.empty(0, dtype=int)

    def around(self, column: Floats, share: float) -> np.ndarray:
        """The draws around a quantile."""
        if not np.array_equal(self.column, column):
            self.column = column
            self.draws = np.argsort(column, kind="stable")
        finite = int(np.isfinite(column).sum())
        near = share * (len(column) - 1)
        width = max(1, len(column) // NEAR)
        low = max(0, int(near) - width)
        high = min(finite, int(near) + width + 2)
        return self.draws[min(low, high - 1) : high]


Part = Trace | tuple[Trace, Floats]  # with its draws, where it has any


@dataclass(frozen=True)
class Rows:
    """The raw rows of inputs, as the ends of traces."""

    inputs: Inputs

    @cached_property
    def estimates(self) -> dict[str, dict[str, Any]]:
        """The estimates by id."""
        return {row["id"]: row for row in self.inputs.estimates.to_dict("records")}

    def estimate(self, name: str) -> Trace:
        """The row of an estimate, with its likely value."""
        return self.end(name, self.estimates[name]["likely"], self.estimates[name])

    def record(self, table: str, row: dict[str, Any], value: float = np.nan) -> Trace:
        """Any row of a raw table, by its key."""
        name = "/".join([table, *(str(row[column] or "") for column in TABLES[table].KEY)])
        return self.end(name, value, row)

    def end(self, name: str, value: float, row: dict[str, Any]) -> Trace:
        """A raw row with its place and what it rests on."""
        known = {one: row.get(one, "") for one in ("kind", "source_id", "owner", "known_from")}
        return Trace(name, float(value), ROW, row={"file": Path(row["_file"]).name, "row": row["_row"], **known})

    def all_of(self, table: str, **wanted: Any) -> list[Trace]:
        """The rows of a raw table, or those with the wanted values."""
        rows = self.inputs.records[table]
        return [self.record(table, row) for row in rows if all(row[key] == one for key, one in wanted.items())]

    def parameters(self, *names: str) -> list[Trace]:
        """The rows of some parameters that the table has."""
        return [self.estimate(f"parameters/{one}") for one in names if f"parameters/{one}" in self.estimates]


def rest(value: float) -> Trace:
    """What no part explains."""
    return Trace(REST, value, REST)


def total(name: str, parts: Sequence[Trace], value: float | None = None, how: str = "sum") -> Trace:
    """A sum of parts; where it is less or more than the number, what is left stands as a rest."""
    found = sum(part.value for part in parts)
    value = found if value is None else value
    left = value - found
    size = max([abs(value), *(abs(part.value) for part in parts)], default=0.0)
    more = [rest(left)] if abs(left) > CLOSE * size or not parts else []
    return Trace(name, float(value), how, lambda: [*parts, *more])


def same(name: str, node: Trace, value: float) -> Trace:
    """A published number that is another, by its own name."""
    return Trace(name, value, "same", lambda: [node])


def drawn(name: str, value: float, parts: Sequence[Part], outcome: Floats | None = None) -> Trace:
    """A number computed of the draws of its parts, each with its own draws, as far as it has any.

    A part's share is the square of its correlation with the `outcome`, the rest what they do together; even if none
    varies.
    """
    pairs = [part if isinstance(part, tuple) else (part, None) for part in parts]
    nodes = [part for part, _ in pairs]
    shares = owed([column for _, column in pairs], outcome)
    left = 1 - sum(shares)
    if abs(left) > CLOSE:
        nodes = [*nodes, rest(np.nan)]
        shares = [*shares, left]
    return Trace(name, float(value), DRAWN, lambda: nodes, shares)


def owed(columns: Sequence[Floats | None], outcome: Floats | None) -> list[float]:
    """The squared correlation of each column with an outcome, together at most 1; alike where none has any."""
    found = np.array([0.0 if column is None or outcome is None else squared(column, outcome) for column in columns])
    if not found.any():
        return [1 / len(columns) for _ in columns]
    return list(found / max(1.0, found.sum()))


def squared(column: Floats, outcome: Floats) -> float:
    """The squared correlation of two columns, over the draws in which both are numbers."""
    both = np.isfinite(column) & np.isfinite(outcome)
    if both.sum() < 2 or not np.ptp(column[both]) or not np.ptp(outcome[both]):
        return 0.0
    return float(np.corrcoef(column[both], outcome[both])[0, 1] ** 2)
