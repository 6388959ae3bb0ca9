"""Conditions under which rows count: sets of risks and signals that must hold or, with `!`, must not."""

__all__ = ["as_set", "in_id", "literals", "together"]


def as_set(condition: str) -> str:
    """The parts of a condition, each once and in one order: it is a set."""
    return ";".join(sorted({part.strip() for part in condition.split(";") if part.strip()}))


def literals(condition: str) -> list[tuple[str, bool]]:
    """The names in a condition, each with whether it must hold."""
    parts = [part.strip() for part in condition.split(";") if part.strip()]
    return [(part.removeprefix("!"), not part.startswith("!")) for part in parts]


def together(one: str, other: str) -> str | None:
    """What must hold for two conditions to hold at once; None where they exclude one another."""
    both = as_set(f"{one};{other}")
    parts = set(literals(both))
    return None if any((name, not holds) in parts for name, holds in parts) else both


def in_id(condition: str) -> str:
    """A condition as it stands in an estimate's id."""
    return as_set(condition).replace(";", "&")
