"""What a run needs of the machine around it, seen to before any work."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.run import folder as place
from fvmanalys.run.sockets import short_place

__all__ = ["check_memory", "check_surroundings"]

KEPT = ("runs", "failed")
HELD = 16  # bytes that a draw of an estimate takes at most while a run is made, with all that is computed from it
CONTAINER = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def check_memory(draws: int, inputs: Inputs, at_once: int = 1) -> None:
    """Refuse more draws than there is memory for, where so many processes compute with them at once."""
    each = HELD * len(inputs.estimates) * at_once
    there = memory()
    if draws * each > there:
        sizes = f"{draws * each / 1e9:,.0f} gigabytes of memory, and there are {there / 1e9:,.1f}"
        asked = f"{draws:,} draws, {at_once} times at once, take some {sizes}"
        raise UsageError(f"{asked}; give at most {there // each:,} draws")


def memory() -> int:
    """The bytes of memory that this machine has, or the container that we are in."""
    found = [psutil.virtual_memory().total]
    for path in map(Path, CONTAINER):
        with suppress(OSError, ValueError):
            found.append(int(path.read_text()))
    return min(found)


def check_surroundings(out: Path, name: str) -> None:
    """Refuse a place, held by the caller, where the run `name` could not be published, with every fault and remedy."""
    short_place()
    faults = [*in_the_way(out, name), *latest_faults(out), *filter(None, (unmovable(out, out / kept) for kept in KEPT))]
    if faults:
        raise UsageError("\n".join(faults))


def in_the_way(out: Path, name: str) -> Iterator[str]:
    """What stands where a folder of the run's own is due."""
    for path in (out / kept / below for kept in KEPT for below in ("", name)):
        if os.path.lexists(path) and not path.is_dir():
            what = "a link that leads to no folder" if path.is_symlink() else "a file"
            yield f"{path}: is {what}, where a folder is due; move it away, or choose another folder with --out"


def unmovable(out: Path, kept: Path) -> str:
    """Why a run made in `out` cannot be moved to the folder `kept`; nothing where it can, as trying it shows."""
    target = kept if kept.is_dir() else out
    probe = target
    try:
        probe = Path(tempfile.mkdtemp(prefix=place.PART, dir=out))
        os.replace(probe, target / probe.name)
    except OSError as error:
        if error.errno == errno.EXDEV:
            remedy = f"let --out be a folder on that disk, or {out} itself a link to one"
            return f"{kept}: lies on another disk than {out}, and a run is moved there in one stroke; {remedy}"
        failure = place.refused(target, error, "let its owner allow it, or choose another folder with --out")
        if not isinstance(failure, UsageError):
            raise failure from error
        return str(failure)
    finally:
        for rest in [probe, target / probe.name, *kept.glob(f"{place.PART}*")]:
            with suppress(OSError):
                rest.rmdir()
    return ""


def latest_faults(out: Path) -> Iterator[str]:
    """What is wrong with a `latest` that no run has made: it would be in the way, or be lost."""
    link = out / "latest"
    named = place.latest(out)
    if link.is_dir() and not link.is_symlink():
        copied = "was it copied by what follows links?"
        yield f"{link}: is a folder, not a link to a run ({copied}); remove it, its run is in runs/"
        return
    if named and named.parent == (out / "runs").resolve():
        return  # a run, or one that somebody removed
    being_replaced = named and named.parent == out.resolve() and named.name.startswith(place.REPLACED)
    if os.path.lexists(link) and not being_replaced:
        yield f"{link}: leads to no run of {out}; remove it, and the next run makes it anew"
