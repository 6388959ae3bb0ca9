"""What the leading numbers of each option are made of, one level deep: what a page has room for of their traces."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.trace import DRAWN, ROW, Trace

__all__ = ["REST", "made_of", "parts_of"]

COLUMNS = ["entry", "address", "value", "part", "amount", "share"]
MOST = 5
LEAST = 0.02
NOTHING = 1e-9
REST = ""
INNER = ("draws", "date", "events", "months", "occurs", "when")  # what is drawn and named by its row
MEASURES = {  # the numbers of an entry, the mean first
    "cost": "cost_mean cost_p05 cost_p50 cost_p85 cost_p95",
    "programme": "programme_mean programme_p05 programme_p50 programme_p85 programme_p95",
    "score": "score score_p05 score_p50 score_p95",
    "net_benefit": "net_benefit net_benefit_p05 net_benefit_p50 net_benefit_p95",
    "loss": "expected_loss regret_p95",
}


def made_of(tracer: Any) -> pd.DataFrame:
    """The parts of every number of an entry, the largest first: entry, address, value, part, amount, share.

    An entry is `cost`, `programme`, `score`, `net_benefit` or `loss` with its option, `areas` with option and area, or
    `events` with option and event, of the first option where all share it. A part is another entry, or the id of an
    estimate or the address of a raw row; what is small, of the first number of the entry, stands as a rest in all of
    them, so that parts sum to the number.
    """
    rows = []
    for entry, numbers in entries(tracer):
        kept = leading(sums(numbers[0][1]))
        rows += [[entry, address, node.value, *one] for address, node in numbers for one in parts_of(node, kept)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(part=table["part"].replace(shared(tracer)))


def shared(tracer: Any) -> dict[str, str]:
    """The events that all options share, each by the name of its entry."""
    table = tracer.table("events")
    first = table[table["shared"]].drop_duplicates("event").set_index("event")["key"]
    return {f"events/{row['key']}": f"events/{first[row['event']]}" for _, row in table[table["shared"]].iterrows()}


def parts_of(node: Trace, kept: list[str] | None = None) -> list[tuple[str, float, float]]:
    """The parts of a number with how much and what share of it each is: the largest, or those `kept`; then the rest."""
    parts = {"{file}:{row}".format(**node.row): (node.value, 1.0)} if node.row else sums(node)
    by = int(DRAWN in (node.how, *(part.how for part in node.parts if node.how == "same")))
    found = [(part, *parts.get(part, (0.0, 0.0))) for part in (leading(parts, by) if kept is None else kept)]
    left = node.value - sum(one[1] for one in found)
    share = 1 - sum(one[2] for one in found)
    size = max([abs(node.value), *(abs(one[1]) for one in found)])
    rest = abs(share) > LEAST if by else abs(left) > NOTHING * size
    return [*found, (REST, left, share)] if rest else found


def entries(tracer: Any) -> Iterator[tuple[str, list[tuple[str, Trace]]]]:
    """The entries, each with the addresses and the traces of its numbers."""
    draws = tracer.draws
    tables = {"programme": "programme"}
    same = shared(tracer)
    competing = set(draws.competing)
    for option in draws.model.options:
        for kind, columns in MEASURES.items():
            if kind != "loss" or option in competing:
                found = [f"{tables.get(kind, 'comparison')}/{option}/{one}" for one in columns.split()]
                yield f"{kind}/{option}", [(one, tracer.trace(one)) for one in found]
        for area in draws.model.areas:
            found = [f"areas/{option}/{area}/{one}" for one in MEASURES["score"].split()]
            yield f"areas/{option}/{area}", [(one, tracer.trace(one)) for one in found]
        for event in draws.times(option):
            name = f"events/{option}/{event}"
            if same.get(name, name) == name:
                yield name, list(percentiles(tracer, name)) or [(name, draws.when(option, event))]


def percentiles(tracer: Any, entry: str) -> Iterator[tuple[str, Trace]]:
    """When an event happens at each percentile that is told, where it does so."""
    row = tracer.records("events").get(entry.partition("/")[2], {})
    for column in ("p50", "p05", "p85"):
        if abs(row.get(column, np.inf)) < np.inf:
            yield f"{entry}/{column}", tracer.number("events", row, column)


def leading(parts: dict[str, tuple[float, float]], by: int = 0) -> list[str]:
    """The largest parts, by their amount (0) or their share (1)."""
    sizes = {name: abs(one[by]) for name, one in parts.items()}
    order = sorted(parts, key=lambda name: -sizes[name])
    return [name for name in order[:MOST] if sizes[name] >= LEAST * sum(sizes.values()) and name != REST]


def sums(node: Trace) -> dict[str, tuple[float, float]]:
    """How much of a number is each entry or row, and what share."""
    found: dict[str, tuple[float, float]] = {}
    for part, amount, share in flat(node):
        name = called(part)
        before = found.get(name, (0.0, 0.0))
        found[name] = before[0] + amount, before[1] + share
    return found


def flat(node: Trace, amount: float = 1.0, share: float = 1.0) -> Iterator[tuple[Trace, float, float]]:
    """The parts with what they are and their share; of a row of an event that counts under a condition, its own."""
    for place, (part, own) in enumerate(zip(node.parts, node.shares, strict=True)):
        sign = -amount if node.how == "difference" and place else amount
        if (node.how in ("same", "quantile") and part.parts) or part.id == "best":
            yield from flat(part, sign, share * own)
        elif part.how == "product" and part.id.startswith("events/"):
            inner = part.parts[-1]
            for one, of in zip(inner.parts, inner.shares, strict=True):
                yield one, sign * part.value * of, share * own * of
        else:
            yield part, sign * part.value, share * own


def called(part: Trace) -> str:
    """The entry or the row that a part is."""
    kind, _, left = part.id.partition("/")
    if part.how == ROW or (part.how == DRAWN and kind not in INNER):
        return part.id
    if kind in ("streams", "levels"):
        return left.partition("/")[2]
    if kind in ("areas", "cost", "score", "net_benefit"):
        return part.id
    if kind == "points":
        return f"score/{left}"
    if kind == "events" and left.count("/") == 1:
        return part.id
    rows = part.reach
    return max(rows, key=lambda name: abs(rows[name][0]), default=REST)
