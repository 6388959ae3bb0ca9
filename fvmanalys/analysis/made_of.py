"""What the leading numbers of each option are made of, one level deep: what a page has room for of their traces."""

from collections.abc import Iterator

import pandas as pd

from fvmanalys.analysis.trace import Trace
from fvmanalys.analysis.trace_draws import TracedDraws

__all__ = ["REST", "made_of"]

COLUMNS = ["entry", "value", "part", "amount", "share"]
MOST = 5
LEAST = 0.02
NOTHING = 1e-9
REST = ""


def made_of(draws: TracedDraws) -> pd.DataFrame:
    """The parts of every entry, the largest first, what is small as a rest: entry, value, part, amount, share.

    An entry is `cost`, `programme`, `score` or `net_benefit` with its option, `areas` with option and area, or `events`
    with option and event. A part is another entry, the id of an estimate or the address of a raw row.
    """
    rows = []
    for name, node in entries(draws):
        found: dict[str, list[float]] = {}
        for part, amount, share in flat(node):
            one = found.setdefault(called(part), [0.0, 0.0])
            one[:] = one[0] + amount, one[1] + share
        parts = sorted(found.items(), key=lambda pair: -abs(pair[1][0]))
        size = sum(abs(amount) for _, (amount, _) in parts)
        kept = [(part, *sizes) for part, sizes in parts[:MOST] if abs(sizes[0]) >= LEAST * size and part != REST]
        left = [sizes for part, sizes in parts if part not in [one[0] for one in kept]]
        amount, share = (sum(one[place] for one in left) for place in (0, 1))
        more = [(REST, amount, share)] if abs(amount) > NOTHING * size else []
        rows += [[name, node.value, *one] for one in [*kept, *more]]
    return pd.DataFrame(rows, columns=COLUMNS)


def entries(draws: TracedDraws) -> Iterator[tuple[str, Trace]]:
    """The entries with the traces of their means."""
    model, even = draws.model, draws.even
    for option in model.options:
        yield f"cost/{option}", draws.cost(option, even)
        yield f"programme/{option}", draws.programme(option, even)
        yield f"score/{option}", draws.score(option, even)
        yield f"net_benefit/{option}", draws.mean_benefit(option)
        yield from ((f"areas/{option}/{area}", draws.area(option, area, even)) for area in model.areas)
        yield from ((f"events/{option}/{event}", draws.when(option, event)) for event in draws.times(option))


def flat(node: Trace) -> Iterator[tuple[Trace, float, float]]:
    """The parts with what they are and their share; of a row of an event that counts under a condition, its own."""
    for part, share in zip(node.parts, node.shares, strict=True):
        if part.how == "product" and part.id.startswith("events/"):
            inner = part.parts[-1]
            for one, own in zip(inner.parts, inner.shares, strict=True):
                yield one, part.value * own, share * own
        else:
            yield part, part.value, share


def called(part: Trace) -> str:
    """The entry or the row that a part is."""
    kind, _, left = part.id.partition("/")
    if kind in ("streams", "levels"):
        return left.partition("/")[2]
    if kind in ("areas", "cost", "score"):
        return part.id
    if kind == "points":
        return f"score/{left}"
    if kind == "events" and left.count("/") == 1:
        return part.id
    rows = part.reach
    return max(rows, key=lambda name: abs(rows[name][0]), default=REST)
