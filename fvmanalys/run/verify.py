"""Whether a published run still says what its inputs say: every file by its hash, every table computed anew."""

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import find
from fvmanalys.evidence import load
from fvmanalys.evidence.published import MANIFEST, PublishedRun, read_manifest, read_published
from fvmanalys.run.build import table_texts
from fvmanalys.run.log import LOG
from fvmanalys.run.record import file_hashes, versions

__all__ = ["DIFFERENT", "SAME", "SAME_NUMBERS", "TAMPERED", "Verified", "verify"]

SAME, SAME_NUMBERS, DIFFERENT, TAMPERED = "same", "same numbers, other versions", "different", "tampered"
NEAR = 1e-9


@dataclass(frozen=True)
class Verified:
    """What verification found: one of four verdicts, and the places it rests on."""

    verdict: str
    places: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every figure is the same."""
        return self.verdict in (SAME, SAME_NUMBERS)


def verify(run: Path) -> Verified:
    """Compare a run with its manifest and with what its own copy of the raw tables gives today."""
    manifest = read_manifest(run)
    changed = tampered_files(run, manifest)
    if changed:
        return Verified(TAMPERED, changed)
    differences, unknown = compare_tables(run, manifest)
    if differences:
        return Verified(DIFFERENT, differences)
    if manifest["versions"] == versions():
        return Verified(SAME, unknown)
    other = [f"{name}: {manifest['versions'].get(name, '-')} then, {now} now" for name, now in versions().items()]
    return Verified(SAME_NUMBERS, unknown + other)


def compare_tables(run: Path, manifest: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Where the tables differ from those computed anew, and which rest on other runs and are checked by their hashes alone."""
    asked = manifest["parameters"]
    findings = find(load(run / "raw", asked["as_of"]), asked["draws"], asked["seed"], former_of(run, manifest))
    texts = table_texts(findings)
    different = [place for name, text in texts.items() for place in table_differences(run / "tables" / f"{name}.csv", text)]
    others = sorted(path.name for path in (run / "tables").glob("*.csv") if path.stem not in texts)
    return different, [f"{name}: rests on other runs too, and is checked by its hash alone" for name in others]


def former_of(run: Path, manifest: dict[str, Any]) -> PublishedRun | None:
    """The run that a run tells changes from, where it still stands beside it."""
    folder = run.resolve().parent / (manifest.get("former") or MANIFEST)
    return read_published(folder) if (folder / MANIFEST).is_file() else None


def tampered_files(run: Path, manifest: dict[str, Any]) -> list[str]:
    """The files that are not as the manifest says: changed, missing, or added."""
    recorded = manifest["outputs"] | {f"raw/{name}": digest for name, digest in manifest["inputs"].items()} | {LOG: manifest["log"]}
    found = {name: digest for name, digest in file_hashes(run).items() if name != MANIFEST}
    words = {(True, False): "is missing", (False, True): "was added", (True, True): "was changed"}
    names = sorted(name for name in recorded | found if recorded.get(name) != found.get(name))
    return [f"{name} {words[name in recorded, name in found]}" for name in names]


def table_differences(path: Path, text: str) -> list[str]:
    """Where a published table and one computed anew differ: table, row, column, then and now."""
    if not path.exists():
        return [f"{path.name}: was not published"]
    published = path.read_text("utf-8")
    if published == text:
        return []
    then, now = (pd.read_csv(StringIO(one), keep_default_na=False, dtype=str) for one in (published, text))
    if then.shape != now.shape or list(then.columns) != list(now.columns):
        return [f"{path.name}: {then.shape[0]} rows and {then.shape[1]} columns then, {now.shape[0]} and {now.shape[1]} now"]
    return [
        f"{path.name}:{row + 2}: {column}: {before} then, {after} now"
        for column in then.columns
        for row, (before, after) in enumerate(zip(then[column], now[column], strict=True))
        if not same_cell(before, after)
    ]


def same_cell(before: str, after: str) -> bool:
    """Whether two cells hold the same text, or the same number to nine digits."""
    if before == after:
        return True
    try:
        return bool(np.isclose(float(before), float(after), rtol=NEAR, atol=NEAR))
    except ValueError:
        return False
