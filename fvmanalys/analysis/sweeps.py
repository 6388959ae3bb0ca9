"""What a sweep tells: where over its scenarios the answer flips, and in which of them the usual answer is not best."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from fvmanalys.analysis.scenarios import COLUMNS, tried_boxes
from fvmanalys.errors import UsageError

__all__ = ["DATASET", "FIGURES", "Sweep", "read_sweep"]

DATASET = "scenarios.parquet"
FIGURES = (
    "cost_mean", "cost_p50", "cost_p85", "score", "net_benefit", "net_benefit_p05", "net_benefit_p95", "p_best",
    "expected_loss",
)  # fmt: skip
FEW, PARTS = 12, 8  # values of an axis that are told one by one, and parts of as many scenarios of one that has more


@dataclass(frozen=True)
class Sweep:
    """The scenarios of a sweep: `table` has a row for each option of each scenario; those that failed are `failed`."""

    table: pd.DataFrame
    failed: int

    @property
    def axes(self) -> list[str]:
        names = list(self.table)
        return names[names.index("scenario") + 1 : names.index("option")]

    @cached_property
    def best(self) -> pd.DataFrame:
        """What varies and which option is best, a row a scenario."""
        return self.table.loc[self.table["best"], [*self.axes, "option"]].reset_index(drop=True)

    @property
    def usual(self) -> str:
        """The option that is best in most scenarios."""
        return str(self.best["option"].value_counts().idxmax())

    @property
    def answers(self) -> pd.DataFrame:
        """In how many scenarios each option is best, and how it fares over them: net benefit from lowest to highest."""
        groups = self.table.groupby("option", sort=False)
        benefit = groups["net_benefit"].agg(lowest="min", mean="mean", highest="max")
        benefit.insert(0, "share", groups["best"].sum() / len(self.best))
        return benefit.reset_index().sort_values("share", ascending=False, kind="stable", ignore_index=True)

    @property
    def flips(self) -> pd.DataFrame:
        """Along each axis, which option is best in most scenarios at each of its values, or in each part of its range.

        `low` and `high` are the same where it is one value, `choice` names it on an axis without numbers; `flips` says
        whether the option is another than just before.
        """
        rows = []
        for axis in self.axes:
            before = ""
            for place, group in self.best.groupby(parts_of(self.best[axis]), sort=True):
                shares = group["option"].value_counts(normalize=True)
                values = group[axis]
                option = str(shares.idxmax())
                ends = [np.nan, np.nan, str(place)] if values.dtype.kind != "f" else [values.min(), values.max(), ""]
                rows.append([axis, *ends, len(group), option, shares.max(), bool(before) and option != before])
                before = option
        return pd.DataFrame(rows, columns=["axis", "low", "high", "choice", "scenarios", "option", "share", "flips"])

    @property
    def boxes(self) -> pd.DataFrame:
        """Where the option that is best in most scenarios is not (PRIM), on scenarios that it was not found on."""
        columns = {}
        for axis in self.axes:
            values = self.best[axis]
            if values.dtype.kind == "f":
                columns[axis] = values.to_numpy()
            else:
                columns |= {f"{axis}={one}": (values == one).to_numpy(dtype=float) for one in sorted(set(values))}
        varied = {name: column for name, column in columns.items() if column.min() < column.max()}
        lost = (self.best["option"] != self.usual).to_numpy()
        order = np.random.default_rng(0).permutation(len(self.best))
        if len(order) < 2 or not varied:
            return pd.DataFrame(columns=COLUMNS)
        return tried_boxes(lost[order], {name: column[order] for name, column in varied.items()})


def parts_of(values: pd.Series) -> pd.Series:
    """The parts of an axis: its values, or ranges of equally many scenarios where these are many."""
    if values.dtype.kind != "f" or values.nunique() <= FEW:
        return values
    return pd.qcut(values, PARTS, labels=False, duplicates="drop")


def read_sweep(folder: str | Path) -> Sweep:
    """Read the dataset of a sweep; UsageError says what is missing."""
    path = Path(folder) / DATASET
    if not path.is_file():
        raise UsageError(f"{folder}: holds no {DATASET}; give the folder of a sweep that is done")
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError("reading a sweep needs the extra `scale`; install fvmanalys[scale]") from error
    columns = pyarrow.parquet.read_table(path).to_pydict()
    table = pd.DataFrame(columns)
    failed = table["error"].notna()
    done = table[~failed].drop(columns="error").astype({"best": bool})
    return Sweep(done.reset_index(drop=True), int(failed.sum()))
