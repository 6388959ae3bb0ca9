"""Whether a published run still says what its inputs say: every file by its hash, and every one made anew."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings, find
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.published import MANIFEST, PublishedRun, read_manifest, read_published
from fvmanalys.evidence.write import raw_texts
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.answer import answer
from fvmanalys.run.build import HISTORY, Plan, build, table_texts
from fvmanalys.run.chain import DAMAGED, DIFFERENT, SAME, SAME_NUMBERS, TAMPERED, Verified
from fvmanalys.run.log import LOG, Log
from fvmanalys.run.record import RUN_ID, Request, file_hashes, run_id, sha256, versions
from fvmanalys.run.signature import SIGNATURE, signed_by
from fvmanalys.run.suite import Suite
from fvmanalys.run.surroundings import check_memory

__all__ = ["verify"]

NEAR = 1e-9
HELD: dict[str, type] = dict.fromkeys(("run_id", "as_of", "answer"), str)
HELD |= {**dict.fromkeys(("parameters", "versions", "inputs", "outputs"), dict), "public": bool}


def verify(run: Path, suite: Suite | None = None, *, expect: str = "", key: Path | None = None) -> Verified:
    """Compare a run with its manifest and with what its own copy of the raw tables gives today.

    Every table, the answer and the run's name are computed anew; where versions, code and notebooks are the run's,
    every file is made again and compared byte by byte. Nothing in the folder is executed, no link followed. `expect` is
    the hash of the manifest as somebody wrote it down; `key` the file of a public key that must have signed it.
    """
    if not (run / MANIFEST).is_file() or (run / MANIFEST).is_symlink():
        raise UsageError(f"{run}: has no {MANIFEST}; name the folder of a published run")
    try:
        manifest = read_manifest(run)
        lacks = [name for name, kind in HELD.items() if not isinstance(manifest.get(name), kind)]
        damage = [f"{MANIFEST}: {name} is missing or no {HELD[name].__name__}" for name in lacks]
    except UsageError as error:
        damage = [str(error)]
    if damage:
        return Verified(DAMAGED, damage)
    touched = []
    found = sha256(run / MANIFEST)
    if expect and found != expect.strip().lower():
        touched.append(f"{MANIFEST}: its hash is {found}, not {expect}")
    if key is not None and not signed_by(run, key):
        touched.append(f"{SIGNATURE}: is missing, or was not made with the private part of {key}")
    touched += tampered_files(run, manifest)
    return Verified(TAMPERED, touched) if touched else made_anew(run, manifest, suite)


def tampered_files(run: Path, manifest: dict[str, Any]) -> list[str]:
    """What is not as the manifest says: files changed, missing or added, and what is neither file nor full folder."""
    recorded = manifest["outputs"] | {f"raw/{name}": digest for name, digest in manifest["inputs"].items()}
    recorded |= {LOG: manifest.get("log")}
    words = {(True, False): "is missing", (False, True): "was added", (True, True): "was changed"}
    found: dict[str, str] = {}
    odd: list[str] = []
    parts = [
        Path(folder, name)
        for folder, *names in os.walk(run, followlinks=False)
        for name in sorted([*names[0], *names[1]])
    ]
    for path in parts:
        name = path.relative_to(run).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and not path.is_symlink():
            found |= {} if name in (MANIFEST, SIGNATURE) else {name: sha256(path)}
        elif not stat.S_ISDIR(mode):
            odd.append(f"{name} is {'a link' if stat.S_ISLNK(mode) else 'no file'}, and was added")
        elif not any(path.iterdir()):
            odd.append(f"{name} is an empty folder, and was added")
    names = sorted(name for name in recorded | found if recorded.get(name) != found.get(name))
    return [*(f"{name} {words[name in recorded, name in found]}" for name in names), *odd]


def made_anew(run: Path, manifest: dict[str, Any], suite: Suite | None) -> Verified:
    """Compute tables, answer and name anew and, where the same code and versions are at hand, make every file again."""
    asked = manifest["parameters"]
    inputs = load(run / "raw", asked["as_of"])
    request = Request(inputs.as_of, asked["draws"], asked["seed"], asked["lang"])
    check_memory(request.draws, inputs, 1 + (suite.jobs if suite else 0))
    former = former_of(run, manifest)
    findings = find(inputs, request.draws, request.seed, former)
    differences, unknown = compare_tables(run, findings)
    differences += told_otherwise(manifest, inputs, findings, request)
    if differences:
        return Verified(DIFFERENT, differences)
    then = {name: manifest["versions"].get(name, "-") for name in versions()}
    other = [f"{name}: {then[name]} then, {now} now" for name, now in versions().items() if then[name] != now]
    name = run_id(request, manifest["inputs"], suite.notebooks if suite else [])
    if other or name != manifest["run_id"]:
        code = [] if other else [f"run_id: {manifest['run_id']} then, {name} with the code and the notebooks at hand"]
        return Verified(SAME_NUMBERS, unknown + other + code)
    if suite is None:
        raise UsageError("no suite to make the run again with; name its file with --config")
    suite = replace(suite, draws=request.draws, seed=request.seed, lang=request.lang)  # type: ignore[arg-type]
    raw = raw_texts(inputs)
    changed = remade(Plan(name, request, inputs, suite, run.parent, former, raw, bool(manifest["public"])), run)
    return Verified(DIFFERENT, changed) if changed else Verified(SAME, unknown)


def remade(plan: Plan, run: Path) -> list[str]:
    """The files that come out otherwise when the run is made again; what rests on other runs is taken as it is."""
    with tempfile.TemporaryDirectory(prefix="verify-") as scratch:
        kept = Path(scratch, "out", "runs", plan.name, HISTORY)
        if (run / HISTORY).is_file():
            kept.parent.mkdir(parents=True)
            kept.write_bytes((run / HISTORY).read_bytes())
        again = Path(scratch, "run")
        again.mkdir(mode=0o700)
        build(replace(plan, out=Path(scratch, "out")), again, Log())
        then, now = file_hashes(run), file_hashes(again)
    own = {name for name in then | now if name not in (MANIFEST, SIGNATURE, LOG)}
    other = sorted(name for name in own if then.get(name) != now.get(name))
    return [f"{name}: comes out otherwise when it is made again" for name in other]


def told_otherwise(manifest: dict[str, Any], inputs: Inputs, findings: Findings, request: Request) -> Iterator[str]:
    """Where the manifest says something else than its own raw tables: the answer, or that the run is public."""
    now = " ".join(answer(Edition(findings, request.lang)))
    if manifest["answer"] != now:
        yield f"{MANIFEST}: answer: {manifest['answer']!r} then, {now!r} now"
    if manifest.get("public") and inputs.confidential:
        yield f"{MANIFEST}: public: says yes, but the raw tables hold confidential rows that are no stand-ins"


def compare_tables(run: Path, findings: Findings) -> tuple[list[str], list[str]]:
    """Where tables differ from those computed anew, and which rest on other runs, checked by their hashes alone."""
    texts = table_texts(findings)
    pairs = [(run / "tables" / f"{name}.csv", text) for name, text in texts.items()]
    different = [place for path, text in pairs for place in table_differences(path, text)]
    others = sorted(path.name for path in (run / "tables").glob("*.csv") if path.stem not in texts)
    return different, [f"{name}: rests on other runs too, and is checked by its hash alone" for name in others]


def former_of(run: Path, manifest: dict[str, Any]) -> PublishedRun | None:
    """The run that a run tells changes from, where it still stands beside it."""
    name = str(manifest.get("former") or "")
    folder = run.resolve().parent / name
    return read_published(folder) if re.fullmatch(RUN_ID, name) and (folder / MANIFEST).is_file() else None


def table_differences(path: Path, text: str) -> list[str]:
    """Where a published table and one computed anew differ: table, row, column, then and now."""
    if not path.exists():
        return [f"{path.name}: was not published"]
    published = path.read_text("utf-8")
    if published == text:
        return []
    then, now = (pd.read_csv(StringIO(one), keep_default_na=False, dtype=str) for one in (published, text))
    if then.shape != now.shape or list(then.columns) != list(now.columns):
        sizes = "{} rows and {} columns then, {} and {} now".format(*then.shape, *now.shape)
        return [f"{path.name}: {sizes}"]
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
