"""What published runs answered, one after another: the tidy table that tells how the answer moved."""

from pathlib import Path

import pandas as pd

__all__ = ["COLUMNS", "MEASURES", "by_day", "read_history"]

MEASURES = ["p_best", "net_benefit", "net_benefit_p05", "net_benefit_p95", "cost_p50", "cost_p85", "score"]
COLUMNS = [
    "run_id", "as_of", "created", "option", "option_name", "option_name_en", "permanent", "reference", "best",
    *MEASURES,
    "advice", "answer", "events", "events_en",
]  # fmt: skip


def read_history(path: str | Path) -> pd.DataFrame:
    """Read a history that was written as CSV; one without rows where no file is named."""
    if not str(path):
        return pd.DataFrame(columns=COLUMNS)
    numbers = dict.fromkeys(MEASURES, float) | dict.fromkeys(("permanent", "reference", "best"), bool)
    return pd.read_csv(
        path,
        dtype={column: numbers.get(column, str) for column in COLUMNS},
        keep_default_na=False,
        na_values={m: [""] for m in MEASURES},
    )


def by_day(history: pd.DataFrame) -> pd.DataFrame:
    """The newest run of each day of knowledge, in order of time."""
    runs = history.drop_duplicates("run_id").sort_values(["as_of", "created", "run_id"], kind="stable")
    newest = runs.drop_duplicates("as_of", keep="last")["run_id"]
    kept = history[history["run_id"].isin(newest)]
    return kept.sort_values("as_of", kind="stable", ignore_index=True)
