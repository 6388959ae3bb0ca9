"""What an option that holds back its choice between two ways must say, so that nobody knows the way before its day."""

from collections.abc import Iterator, Mapping, Sequence

from fvmanalys.errors import Fault
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.rules import Rows, Tables, fault, near, split, takes_readiness
from fvmanalys.evidence.variants import INHERITED, Line, counting, counting_either, renamed, takes

__all__ = ["choice_faults", "events_of_one_way", "signals_of_both"]


def choice_faults(options: Rows, tables: Tables, known: Mapping[str, Sequence[Line]]) -> Iterator[Fault]:
    """Check that what a choice waits for is there, and is the same whichever way is taken."""
    whole = {name: tables.get(name, []) for name in INHERITED}
    for row in (row for row in options if len(known.get(row["option_id"], [])) > 1):
        option = row["option_id"]
        at = row["choose_at"]
        ways = known[row["option_id"]]
        timeline = counting_either("timeline", whole, ways)
        signals = signals_of_both(whole, ways)
        events = {one["event_id"] for one in timeline}
        apart = events_of_one_way(timeline, ways) & {at, *waited_for(at, timeline)}
        for name in sorted(apart):
            problem = f"{name!r}, which the choice waits for, is not the same in {ways[0][1]} and {ways[1][1]}"
            yield fault(row, "choose_at", problem, f"give {option!r} a row of its own for it in timeline")
        if at and at not in events | signals:
            problem = f"{at!r} is no event of option {option!r}, and no signal that it has whichever way it takes"
            remedy = near(at, [*events, *signals]) or "add it to timeline or signals, or correct it"
            yield fault(row, "choose_at", problem, remedy)
        curves = [[one["_row"] for one in counting("readiness", whole["readiness"], line)] for line in ways]
        waiting = [one for one in timeline if takes_readiness("timeline", one) and one["low"] is one["likely"] is None]
        if curves[0] != curves[1] and not all(one["date"] for one in waiting):
            problem = f"{ways[0][1]} and {ways[1][1]} have different rows of readiness"
            yield fault(row, "choose_among", problem, f"give {option!r} rows of its own in readiness")


def events_of_one_way(timeline: Rows, ways: Sequence[Line]) -> set[str]:
    """The events of which a row counts in one way alone."""
    condition = takes(ways[0])
    return {row["event_id"] for row in timeline if condition in dict(literals(row["when"]))}


def signals_of_both(tables: Tables, ways: Sequence[Line]) -> set[str]:
    """The signals that are the same whichever way is taken."""
    sides = [{row["signal_id"] for row in counting("signals", tables["signals"], line)} for line in ways]
    return set.intersection(*sides) - renamed(tables, ways)[0].keys()


def waited_for(event: str, timeline: Rows) -> list[str]:
    found = [event]
    for name in found:
        before = [one for row in timeline if row["event_id"] == name for one in split(row["after"])]
        found += [one for one in dict.fromkeys(before) if one not in found]
    return found[1:]
