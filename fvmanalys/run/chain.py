"""The runs of a folder as a chain: each manifest holds the hash of the manifest published before it."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fvmanalys.errors import UsageError
from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.run import folder as place
from fvmanalys.run.record import sha256

__all__ = ["BROKEN", "WHOLE", "Verified", "published_before", "verify_chain"]

SAME, SAME_NUMBERS, DIFFERENT = "same", "same numbers, other versions", "different"
TAMPERED, DAMAGED = "tampered", "its manifest is damaged"
WHOLE, BROKEN = "each run is as the next one knew it", "the chain of runs is broken"


@dataclass(frozen=True)
class Verified:
    """A verdict on a run or a chain of runs, and the places it rests on."""

    verdict: str
    places: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything is as it was published."""
        return self.verdict in (SAME, SAME_NUMBERS, WHOLE)


def published_before(out: Path, name: str) -> dict[str, str] | None:
    """The run published last before this one was first made, with the hash of its manifest."""
    equal = out / "runs" / name
    if (equal / MANIFEST).is_file():
        with suppress(UsageError):
            return read_manifest(equal).get("previous")
    newest = place.latest(out)
    if newest is None or newest.name == name or not (newest / MANIFEST).is_file():
        return None
    return {"run_id": newest.name, "sha256": sha256(newest / MANIFEST)}


def verify_chain(out: Path) -> Verified:
    """Hold every run of a folder against what the run published after it says of it.

    Unseen is the last run's removal or replacement: hold its hash against the one written down when it was published.
    """
    manifests = {}
    broken = []
    for path in place.published(out):
        try:
            manifests[path.name] = read_manifest(path)
        except UsageError as error:
            broken.append(str(error))
    if not manifests:
        raise UsageError(f"{out}: holds no published run; name the folder that runs are published in")
    links = {name: manifest.get("previous") for name, manifest in manifests.items()}
    broken += [fault for name, link in links.items() if link for fault in link_faults(out, name, link)]
    first = sorted(name for name, link in links.items() if not link)
    if len(first) > 1:
        problem = "each says that no run was published before it; one of them was put there"
        broken.append(f"{' and '.join(first)}: {problem}")
    told = Counter(link["run_id"] for link in links.values() if link)
    twice = sorted(name for name, count in told.items() if count > 1)
    broken += [f"{name}: two runs say that they were published next after it" for name in twice]
    return Verified(BROKEN if broken else WHOLE, broken)


def link_faults(out: Path, name: str, link: dict[str, Any]) -> list[str]:
    """What is wrong with the run that another says was published before it."""
    former = out / "runs" / str(link["run_id"]) / MANIFEST
    if Path(str(link["run_id"])).name != link["run_id"] or not former.is_file():
        return [f"{link['run_id']}: was published before {name}, and is not here"]
    if sha256(former) != link["sha256"]:
        return [f"{link['run_id']}: its manifest is not the one that {name} was published after"]
    return []
