"""The output folder: what is published appears at once, `latest` moves only after, and one run holds it at a time.

Whatever moment a run is killed at, `latest` is a complete run. Only whole folders are moved, and only by a rename: a
run is built in `.building-RUN_ID-…`; a published run that is to be replaced by its equal stands, as a whole copy, in
`.replaced-RUN_ID` until the new one is in place. What a killed run leaves is settled and removed by the next.
"""

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from fvmanalys.errors import FvmanalysError, RunFailed, RunLocked, UsageError
from fvmanalys.evidence.changing import MADE_WITH
from fvmanalys.evidence.published import MANIFEST, PublishedRun, read_manifest, read_published
from fvmanalys.report.harmless import one_line
from fvmanalys.run.log import LOG
from fvmanalys.run.record import file_hashes
from fvmanalys.run.signature import SIGNATURE
from fvmanalys.run.sockets import remove_folders

__all__ = [
    "INTERNAL", "MADE", "PUBLIC", "claim", "clean_remains", "failed", "former_run", "held", "keep_failed", "latest",
    "point", "publish", "published", "readable_runs", "scratch",
]  # fmt: skip

BUILDING, REPLACED, PART, LOCK, HOLDER = ".building-", ".replaced-", ".part-", ".lock", ".lock-holder"
KIND, INTERNAL, PUBLIC = ".kind", "internal", "public"
MADE = ".made"  # what published runs were made of
BROKEN = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


@contextmanager
def held(out: Path, wait: bool = False, tell: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Hold the folder while something is built in it; RunLocked tells who does, or `tell` hears whom we wait for."""
    lock = FileLock(out / LOCK)
    try:
        out.mkdir(parents=True, exist_ok=True)
        acquire(lock, out, wait, tell)
    except OSError as error:
        raise refused(out, error, "choose another folder with --out") from error
    try:
        with suppress(OSError):  # who holds the folder is told as a kindness: a full disk shows soon enough
            since = datetime.now(UTC).isoformat(timespec="seconds")
            who = f"process {os.getpid()} on {socket.gethostname()} since {since}\n"
            (out / HOLDER).write_text(who, encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (out / HOLDER).unlink(missing_ok=True)
        lock.release()


def acquire(lock: BaseFileLock, out: Path, wait: bool, tell: Callable[[str], None]) -> None:
    """Take the lock, at once or when it is free."""
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        who = f"{out} is held by {holder(out)}"
        if not wait:
            raise RunLocked(f"{who}; wait for it, or run again with --wait{stale(out)}") from error
        tell(f"{who}; waiting for it{stale(out)}")
        lock.acquire()


def holder(out: Path) -> str:
    with suppress(OSError):
        if (out / HOLDER).is_file():
            return one_line((out / HOLDER).read_text("utf-8", errors="replace")) or "another run"
    return "another run"


def stale(out: Path) -> str:
    """When the lock may be removed by hand: only where the disk has no locks of the system's own.

    Those end with their process. Without them nobody here can tell whether a process elsewhere still runs.
    """
    with suppress(OSError):
        if (out / LOCK).stat().st_size:
            return f"; if that process, or the machine or container it ran in, is gone, remove {out / LOCK}"
    return ""


def refused(path: Path, error: OSError, remedy: str) -> FvmanalysError:
    """The error of a place that cannot be used: the caller's to mend, unless the disk is full or broken."""
    kind = RunFailed if error.errno in BROKEN else UsageError
    return kind(f"{path} cannot be written ({error.strerror or error}); {remedy}")


def claim(out: Path, kind: str) -> None:
    """Say, first, which kind of runs the folder is for; refuse the other: internal never stands beside public."""
    said = (out / KIND).read_text("utf-8", errors="replace").strip() if (out / KIND).is_file() else ""
    found = said or min(map(kind_of_run, published(out)), default="")  # internal, where an older folder holds both
    if found not in ("", kind):
        problem = f"holds {found} runs, and {kind} ones never stand beside them"
        raise UsageError(f"{out}: {problem}; choose another folder with --out")
    if not (out / KIND).exists():
        (out / KIND).write_text(f"{kind}\n", encoding="utf-8")


def kind_of_run(run: Path) -> str:
    """Which kind a published run is; one that cannot be read may hold anything."""
    with suppress(UsageError):
        return PUBLIC if read_manifest(run).get("public") else INTERNAL
    return INTERNAL


# Where a run is made, and what is left of one that did not succeed


@contextmanager
def scratch(out: Path, name: str = "run") -> Iterator[Path]:
    """A folder beside the published ones, on the same disk, that is gone afterwards unless it was published."""
    folder = Path(tempfile.mkdtemp(prefix=f"{BUILDING}{name}-", dir=out))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clean_remains(out: Path) -> list[str]:
    """Settle and remove what a killed run left behind, but for its log; to be called by who holds the folder."""
    remains = sorted(path for path in out.iterdir() if path.name.startswith((BUILDING, REPLACED, PART)))
    settle(out)
    for path in remains:
        remove_folders(path)
        if path.name.startswith(BUILDING):
            shutil.rmtree(path / "notebooks", ignore_errors=True)
            keep_failed(path, out, path.name.removeprefix(BUILDING).rpartition("-")[0])
        remove(path)
    return [path.name for path in remains]


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, as far as it can be."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def keep_failed(built: Path, out: Path, name: str) -> Path | None:
    """Move a failed run's notebooks and log, if any, to where somebody can open them; no room is needed for that."""
    if not name.strip("."):  # a folder of that name is none of ours
        return None
    target = out / "failed" / name
    kept = [path for path in (built / "notebooks", built / LOG) if path.exists()]
    if not kept:
        return None
    with suppress(OSError):  # what failed is worth more than why it could not be kept
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in kept:
            for part in path.iterdir() if path.is_dir() else [path]:
                os.replace(part, target / part.name)
    return target if target.is_dir() else None


# Publication


def publish(built: Path, out: Path, name: str) -> Path:
    """Move a complete run to its place and let `latest` point at it; an equal run that is intact there stays."""
    target = out / "runs" / name
    target.parent.mkdir(exist_ok=True)
    if is_intact(target, built):
        point(out, name)
        return target
    sync(built)
    try:
        if target.exists():  # where `latest` is that run, it is a whole copy of it meanwhile
            former = out / f"{REPLACED}{name}"
            copy_whole(target, former, out)
            if latest(out) == target.resolve():
                os.replace(make_link(out, former.name), out / "latest")
            unname(target, out)
        link = make_link(out, f"runs/{name}")  # needs room on the disk, the two renames do not
        os.replace(built, target)
        target.chmod(0o755)  # until here, only its owner could look into it
        sync_folder(target.parent)
        os.replace(link, out / "latest")
        sync_folder(out)
    finally:
        settle(out)
    remove(out / "failed" / name)
    return target


def point(out: Path, name: str) -> None:
    """Let `latest` be a run that is there; what failed under its name is settled."""
    os.replace(make_link(out, f"runs/{name}"), out / "latest")
    remove(out / "failed" / name)


def is_intact(target: Path, built: Path) -> bool:
    """Whether a published run holds, file by file, what its equal came out as; the clock in log and manifest aside."""
    if not (target / MANIFEST).is_file() or (target / SIGNATURE).exists() != (built / SIGNATURE).exists():
        return False
    then, now = (file_hashes(folder) for folder in (target, built))
    logged = then.get(LOG)
    for clock in (MANIFEST, LOG, SIGNATURE):
        then.pop(clock, None)
        now.pop(clock, None)
    with suppress(UsageError):
        return then == now and read_manifest(target).get("log") == logged
    return False


def settle(out: Path) -> None:
    """Bring a replacement to its end, or back to its beginning, and let `latest` be a run in its own place."""
    for former in out.glob(f"{REPLACED}*"):
        target = out / "runs" / former.name.removeprefix(REPLACED)
        if not target.exists():
            copy_whole(former, target, out)
        if latest(out) == former.resolve():
            os.replace(make_link(out, f"runs/{target.name}"), out / "latest")
        unname(former, out)
    for part in out.glob(f"{PART}*"):
        remove(part)


def copy_whole(source: Path, target: Path, out: Path) -> None:
    """Copy a folder, so that the copy is there whole or not at all."""
    part = Path(tempfile.mkdtemp(prefix=PART, dir=out))
    try:
        shutil.copytree(source, part, dirs_exist_ok=True)
        sync(part)
        os.replace(part, target)
    finally:
        remove(part)


def unname(path: Path, out: Path) -> None:
    """Take a folder from its place in one stroke, to be removed: half of it must never stand there."""
    os.replace(path, Path(tempfile.mkdtemp(prefix=PART, dir=out)) / path.name)


def make_link(out: Path, to: str) -> Path:
    """What will be `latest`: a link, or a text file with the path where links are impossible or cannot be replaced."""
    part = out / f"{PART}latest"
    part.unlink(missing_ok=True)
    try:
        if os.name != "posix":
            raise OSError("a link to a folder cannot be replaced in one stroke here")
        part.symlink_to(to, target_is_directory=True)
    except OSError:
        part.write_text(f"{to}\n", encoding="utf-8")
    return part


def sync(folder: Path) -> None:
    """Bring every file of a folder to the disk before its name: after a power cut it is whole, or not there."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    for path in [folder, *filter(Path.is_dir, folder.rglob("*"))]:
        sync_folder(path)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# What is there


def latest(out: Path) -> Path | None:
    """The newest complete run, as far as `latest` names one."""
    link = out / "latest"
    with suppress(OSError, ValueError):  # what is no text, or no path, names nothing
        if link.is_symlink():
            return Path(os.path.realpath(link.parent / os.readlink(link)))
        if link.is_file():
            with link.open(encoding="utf-8") as file:
                return Path(os.path.realpath(out / file.read(4096).strip()))
    return link.resolve() if link.is_dir() else None


def published(out: Path) -> list[Path]:
    """The published runs of a folder, by name."""
    return sorted(path.parent for path in (out / "runs").glob(f"*/{MANIFEST}"))


def readable_runs(out: Path) -> list[PublishedRun]:
    """The published runs of a folder whose manifest can be read."""
    runs = []
    for path in published(out):
        with suppress(UsageError):
            runs.append(read_published(path))
    return runs


def former_run(out: Path, name: str, as_of: date) -> PublishedRun | None:
    """The run before the one called `name`, if there is one; never a trial, made with an analyst's changes.

    A run that is made again keeps the former run that it had: equal runs are equal to the last byte.
    """
    known = {run.run_id: run for run in readable_runs(out)}
    if name in known:
        return known.get(known[name].manifest.get("former") or "")
    earlier = [run for run in known.values() if run.as_of <= as_of and MADE_WITH not in run.manifest.get("inputs", {})]
    return max(earlier, key=lambda run: (run.as_of, run.created), default=None)


def failed(out: Path) -> list[Path]:
    """The failed runs whose notebooks are kept, by name."""
    return sorted(path for path in (out / "failed").glob("*") if path.is_dir())
