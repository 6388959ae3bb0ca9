"""Where a raw row enters: the published numbers that move with it, and by how much."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from fvmanalys.analysis.findings import Findings, find
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence import Inputs

__all__ = ["used_by"]

COLUMNS = ["number", "value", "changed", "difference", "relative"]
STEP, LEAST = 0.1, 1e-9  # a tenth of the row; of a number: what rounding may change
MOVED = ("comparison", "areas", "events")


def used_by(
    inputs: Inputs, estimate_id: str, draws: int = 2048, seed: int = 1, tables: Sequence[str] = MOVED
) -> pd.DataFrame:
    """Which published numbers (addresses of `Findings.trace`) a row moves, the most moved first.

    The row's whole range is raised by a tenth, or lowered where it may not be higher; 0 is raised by 1, a share by
    0.01.
    """
    before = find(inputs, draws, seed)
    after = find(stepped(inputs, estimate_id), draws, seed)
    rows = []
    for name in tables:
        known = dict(numbers(after, name))
        for address, value in numbers(before, name):
            changed = known.get(address, np.nan)
            size = max(abs(value), abs(changed))
            if abs(changed - value) > LEAST * size or np.isfinite(changed) != np.isfinite(value):
                rows.append(
                    [address, value, changed, changed - value, (changed - value) / abs(value) if value else np.nan]
                )
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.sort_values("relative", key=lambda column: -column.abs(), kind="stable", ignore_index=True)


def stepped(inputs: Inputs, estimate_id: str) -> Inputs:
    """The same inputs with a row a tenth higher, or lower where no more is allowed."""
    _, row = inputs.row_of(estimate_id)
    known = inputs.estimates.set_index("id").loc[estimate_id, ["low", "likely", "high"]]
    if not known.fillna(0).any():
        return inputs.with_estimate(estimate_id, add=0.01 if row["unit"] == "share" else 1.0)
    try:
        return inputs.with_estimate(estimate_id, times=1 + STEP)
    except EvidenceError:
        return inputs.with_estimate(estimate_id, times=1 - STEP)


def numbers(findings: Findings, name: str) -> Iterator[tuple[str, float]]:
    """The numbers of a published table by their addresses."""
    table = findings.tracer.table(name)
    columns = table.select_dtypes("number").columns
    for row in table.to_dict("records"):
        yield from ((f"{name}/{row['key']}/{one}", float(row[one])) for one in columns if row[one] == row[one])
