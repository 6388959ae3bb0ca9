"""A published run as evidence: what it was made of, what it answered, and the raw tables it kept."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from fvmanalys.errors import UsageError
from fvmanalys.evidence.inputs import Inputs, load
from fvmanalys.evidence.limits import read_bytes

__all__ = [
    "MANIFEST", "PublishedRun", "read_manifest", "read_published", "COLUMNS", "MEASURES", "by_day", "read_history",
]  # fmt: skip

MANIFEST = "manifest.json"
NUMBERS = ("cost_mean", "cost_p50", "score", "net_benefit", "p_best", "expected_loss", "full_use_p50")
RESTORE = "restore the run from a copy, or name another one"


@dataclass(frozen=True)
class PublishedRun:
    """A run in its folder; what it keeps is read when first asked for."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def run_id(self) -> str:
        return str(self.manifest["run_id"])

    @property
    def as_of(self) -> date:
        """The day whose knowledge it used."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def created(self) -> str:
        return str(self.manifest.get("created", ""))

    @cached_property
    def inputs(self) -> Inputs:
        """Its own copy of the raw tables, as known on its day."""
        return load(self.folder / "raw", self.as_of)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """Its comparison as published, by option."""
        table = self.table("comparison", ("option", "permanent", *NUMBERS)).astype({"option": str}).set_index("option")
        damaged = [name for name in NUMBERS if not pd.api.types.is_numeric_dtype(table[name])]
        if damaged or table["net_benefit"].isna().all():
            where = f"{self.folder}: tables/comparison.csv"
            raise UsageError(f"{where} holds no numbers in {', '.join(damaged) or 'net_benefit'}; {RESTORE}")
        return table

    @cached_property
    def is_readable(self) -> bool:
        """Whether it can be compared with: an older or damaged one may not."""
        try:
            return bool(self.inputs.tables) and not self.comparison.empty
        except UsageError:
            return False

    def table(self, name: str, columns: Iterable[str], blanks: bool = True) -> pd.DataFrame:
        """A table as published; UsageError where it is unreadable or lacks a column; `blanks` are missing, or text."""
        path = self.folder / "tables" / f"{name}.csv"
        try:
            table = pd.read_csv(BytesIO(read_bytes(path)), keep_default_na=blanks)
        except ValueError as error:
            raise UsageError(f"{path}: cannot be read ({error}); {RESTORE}") from error
        missing = [column for column in columns if column not in table]
        if missing:
            raise UsageError(f"{path}: has no column {', '.join(missing)}; {RESTORE}")
        return table


def read_manifest(run: Path) -> dict[str, Any]:
    """The manifest of a run."""
    remedy = "name the folder of a published run"
    try:
        told = json.loads(read_bytes(run / MANIFEST).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{run}: has no readable {MANIFEST} ({error}); {remedy}") from error
    if not isinstance(told, dict):
        raise UsageError(f"{run}: has no readable {MANIFEST} (it is no object); {remedy}")
    return told


def read_published(folder: str | Path) -> PublishedRun:
    """Read a published run; UsageError where the folder is none."""
    run = PublishedRun(Path(folder), read_manifest(Path(folder)))
    try:
        known = bool(run.run_id and run.as_of)
    except (KeyError, TypeError, ValueError):
        known = False
    if not known:
        raise UsageError(f"{folder}: its {MANIFEST} does not say which run it is; name the folder of a published run")
    return run


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
