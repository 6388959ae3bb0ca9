"""A run that nothing has changed for since it was made: known again by a private record, and not made once more.

The record lies in the output folder, for its owner alone, and is never needed: without it, or where a file of the run
is not what it was, the run is made anew. A clock, the net or a file elsewhere that a notebook reads is not seen.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from fvmanalys.errors import UsageError
from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.run import folder as place
from fvmanalys.run.build import Plan
from fvmanalys.run.record import canonical, file_hashes, sha256
from fvmanalys.run.signature import SIGNATURE, signature
from fvmanalys.run.verify import tampered_files

__all__ = ["remember", "taken_over"]


def made_of(plan: Plan) -> str:
    """Hash what a run rests on beside its name: the run that it tells changes from, and what lies beside notebooks."""
    folders = {Path(one.path).parent for one in plan.suite.notebooks}
    beside = [path for folder in folders for path in folder.iterdir() if path.is_file() and path.suffix != ".ipynb"]
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(beside)]
    former = file_hashes(plan.former.folder) if plan.former else {}
    return hashlib.sha256(canonical([plan.name, plan.public, facts, former])).hexdigest()


def taken_over(plan: Plan, key: Any = None) -> Path | None:
    """The run that is published already and would come out the same, signed alike; `latest` leads to it again."""
    run = plan.out / "runs" / plan.name
    with suppress(OSError, UsageError, TypeError):
        manifest = read_manifest(run)
        same = known(plan.out).get(plan.name) == [made_of(plan), sha256(run / MANIFEST)]
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
        kept[plan.name] = [made_of(plan), sha256(plan.out / "runs" / plan.name / MANIFEST)]
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
