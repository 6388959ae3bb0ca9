"""Which estimates are correlated in pairs, and whether all that is said of them can hold at once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeAlias

from fvmanalys.errors import Fault
from fvmanalys.evidence.quantities import fault
from fvmanalys.evidence.rules import PAIR, Tables, estimate_ids

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["correlated_groups", "correlation_faults", "nearest_correlation"]

Matrix: TypeAlias = "NDArray[np.float64]"
LEAST_CHANGE, MOST_CHANGE = 1e-10, 0.01


def correlated_groups(rows: Sequence[Mapping[str, Any]]) -> list[tuple[list[str], Matrix]]:
    """The estimates that hang together, each group with its correlations on the normal scale, 0 where unsaid.

    A rank correlation r is a normal one of 2·sin(π·r/6) (Pearson 1907).
    """
    import numpy as np  # takes a while to import, and few tables hold correlations

    groups: dict[str, list[str]] = {}
    for row in rows:
        joined = (groups.get(row[end], [row[end]]) for end in PAIR)
        together = list(dict.fromkeys(name for group in joined for name in group))
        groups |= dict.fromkeys(together, together)
    found = {id(group): (group, np.eye(len(group))) for group in groups.values()}
    for row in rows:
        group, matrix = found[id(groups[row["first_id"]])]
        first, second = (group.index(row[end]) for end in PAIR)
        value = row["correlation"]
        matrix[first, second] = matrix[second, first] = (
            2 * np.sin(np.pi * value / 6) if row["scale"] == "rank" else value
        )
    return list(found.values())


def nearest_correlation(matrix: Matrix) -> Matrix:
    """The nearest matrix that correlations can make (Higham 2002, IMA Journal of Numerical Analysis 22(3))."""
    import numpy as np

    found = matrix
    correction = np.zeros_like(matrix)
    while np.linalg.eigvalsh(found)[0] < -LEAST_CHANGE:
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        valid = (vectors * np.maximum(values, 0)) @ vectors.T
        correction = valid - shifted
        found = valid.copy()
        np.fill_diagonal(found, 1.0)
    return found


def correlation_faults(tables: Tables) -> Iterator[Fault]:
    """Check that no pair stands twice or beside a common factor, and that all of them are possible at once."""
    tied = estimate_ids({name: [row for row in rows if row.get("moves_with")] for name, rows in tables.items()})
    seen: dict[frozenset[str], dict[str, Any]] = {}
    for row in tables.get("correlations", []):
        pair = frozenset(row[end] for end in PAIR)
        if len(pair) == 1:
            yield fault(row, "second_id", f"{row['second_id']!r} is the first as well", "name two estimates")
        elif pair in seen:
            yield fault(row, "second_id", f"is the pair of row {seen[pair]['_row']} again", "keep one of the rows")
        for end in PAIR:
            if row[end] in tied:
                problem = f"{row[end]!r} has a common factor (moves_with)"
                yield fault(row, end, problem, "clear moves_with, or remove this row")
        seen.setdefault(pair, row)
    rows = [row for pair, row in seen.items() if len(pair) == 2]
    for group, matrix in correlated_groups(rows) if rows else ():
        if abs(nearest_correlation(matrix) - matrix).max() > MOST_CHANGE:
            yield impossible(group, matrix, seen)


def impossible(group: list[str], matrix: Matrix, seen: dict[frozenset[str], dict[str, Any]]) -> Fault:
    """The fault of three estimates that cannot be correlated as they are said to be, at the row of their last pair."""
    import numpy as np

    three = combinations(range(len(group)), 3)
    i, j, k = min(three, key=lambda places: np.linalg.eigvalsh(matrix[np.ix_(places, places)])[0])
    a, b, c = (group[place] for place in (i, j, k))
    said = [(seen.get(frozenset((group[x], group[y]))), matrix[x, y]) for x, y in ((i, j), (j, k), (i, k))]
    told = ", ".join(f"{value:.2g}{'' if row else ' (not said)'}" for row, value in said)
    last = max((row for row, _ in said if row), key=lambda row: row["_row"])
    problem = f"{a!r}, {b!r} and {c!r} cannot be correlated so: {told} for 1-2, 2-3 and 1-3 on the normal scale"
    return fault(last, "correlation", problem, "weaken one of them, or say what is not said")
