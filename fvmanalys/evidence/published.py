"""A published run as evidence: what it was made of, what it answered, and the raw tables it kept."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from fvmanalys.errors import UsageError
from fvmanalys.evidence.inputs import Inputs, load

__all__ = ["MANIFEST", "PublishedRun", "read_manifest", "read_published"]

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class PublishedRun:
    """A run in its folder; what it keeps is read when first asked for."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def run_id(self) -> str:
        """What the run is called."""
        return str(self.manifest["run_id"])

    @property
    def as_of(self) -> date:
        """The day whose knowledge it used."""
        return date.fromisoformat(self.manifest["as_of"])

    @cached_property
    def inputs(self) -> Inputs:
        """Its own copy of the raw tables, as known on its day."""
        return load(self.folder / "raw", self.as_of)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """Its comparison as published, by option."""
        return pd.read_csv(self.folder / "tables" / "comparison.csv", index_col="option")


def read_manifest(run: Path) -> dict[str, Any]:
    """The manifest of a run."""
    try:
        return dict(json.loads((run / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise UsageError(f"{run}: has no readable {MANIFEST} ({error}); name the folder of a published run") from error


def read_published(folder: str | Path) -> PublishedRun:
    """Read a published run; UsageError where the folder is none."""
    return PublishedRun(Path(folder), read_manifest(Path(folder)))
