"""A run, or a notebook of one, that nothing has changed for: known again by a private record, and not made once more.

The record lies in the output folder, for its owner alone, and is never needed: without it, or where a file of the run
is not what it was, the run is made anew. A clock, the net or a file elsewhere that a notebook reads is not seen.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fvmanalys.errors import UsageError
from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.run import folder as place
from fvmanalys.run.build import Plan, notebook_parameters
from fvmanalys.run.record import canonical, code_hash, file_hashes, sha256, versions
from fvmanalys.run.signature import SIGNATURE, signature
from fvmanalys.run.source import essence, read_notebook
from fvmanalys.run.suite import expand
from fvmanalys.run.verify import tampered_files

__all__ = ["notebooks_taken_over", "remember", "taken_over"]


def made_of(plan: Plan) -> str:
    """Hash what a run rests on beside its name: the run that it tells changes from, and what lies beside notebooks."""
    facts = beside({Path(one.path).parent for one in plan.suite.notebooks})
    former = file_hashes(plan.former.folder) if plan.former else {}
    return hashlib.sha256(canonical([plan.name, plan.public, facts, former])).hexdigest()


def beside(folders: Iterable[Path]) -> list[tuple[str, int, int]]:
    """The files in folders of notebooks that are none, as far as can be told without reading them."""
    found = [path for folder in folders for path in folder.iterdir() if path.is_file() and path.suffix != ".ipynb"]
    return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(found)]


def rests_on(plan: Plan, folder: Path) -> dict[str, str]:
    """Hash what each notebook of a run in a folder rests on, by its name: code, cells, what it is told and reads."""
    found = {}
    common = [plan.public, versions(), code_hash([])]
    for job in expand(plan.suite, plan.inputs, notebook_parameters(plan, folder)):
        told = {name: read(value) if isinstance(value, Path) else value for name, value in job.parameters.items()}
        facts = [*common, job.name, told, essence(read_notebook(job.notebook)), beside({job.notebook.parent})]
        found[job.name] = hashlib.sha256(canonical(facts)).hexdigest()
    return found


def read(path: Path) -> dict[str, str]:
    """The hashes of what a notebook finds at a place."""
    return file_hashes(path) if path.is_dir() else {path.name: sha256(path)}


def notebooks_taken_over(plan: Plan, folder: Path) -> dict[str, bytes]:
    """The notebooks that a run in a folder need not execute, by name: a published run has them from just the same."""
    wanted = rests_on(plan, folder)
    found = {}
    for run, facts in known(plan.out).items():
        with suppress(ValueError, TypeError, LookupError, AttributeError):
            for name, (rested_on, digest) in facts[2].items():
                if wanted.get(name) == rested_on:
                    with suppress(OSError):
                        content = (plan.out / "runs" / run / "notebooks" / name).read_bytes()
                        if hashlib.sha256(content).hexdigest() == digest:
                            found[name] = content
    return found


def taken_over(plan: Plan, key: Any = None) -> Path | None:
    """The run that is published already and would come out the same, signed alike; `latest` leads to it again."""
    run = plan.out / "runs" / plan.name
    with suppress(OSError, UsageError, TypeError):
        manifest = read_manifest(run)
        same = (known(plan.out).get(plan.name) or [])[:2] == [made_of(plan), sha256(run / MANIFEST)]
        signed = (run / SIGNATURE).read_text("ascii") if (run / SIGNATURE).exists() else ""
        if same and signed == (signature(run, key) if key else "") and not tampered_files(run, manifest):
            place.point(plan.out, plan.name)
            return run
    return None


def remember(plan: Plan) -> None:
    """Note what a run was made of, and forget those that are published no longer."""
    record = plan.out / place.MADE
    part = plan.out / f"{place.PART}made"
    with suppress(OSError):
        here = {run.name for run in place.published(plan.out)}
        kept = {name: facts for name, facts in known(plan.out).items() if name in here}
        run = plan.out / "runs" / plan.name
        executed = {name: [key, sha256(run / "notebooks" / name)] for name, key in rests_on(plan, run).items()}
        kept[plan.name] = [made_of(plan), sha256(run / MANIFEST), executed]
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump(kept, file, sort_keys=True, indent=0)
        os.replace(part, record)


def known(out: Path) -> dict[str, Any]:
    """What is noted of published runs; nothing where it cannot be read."""
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads((out / place.MADE).read_bytes())
        return found if isinstance(found, dict) else {}
    return {}
