"""The output folder: what is published appears at once, `latest` moves only after, and one run holds it at a time."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fvmanalys.errors import RunFailed, RunLocked

__all__ = ["clean_remains", "failed", "held", "keep_failed", "latest", "publish", "published", "scratch"]

BUILDING, REPLACED, LOCK, HOLDER = ".building-", ".replaced-", ".lock", ".lock-holder"


@contextmanager
def held(out: Path, wait: bool = False) -> Iterator[None]:
    """Hold the folder while something is built in it; RunLocked tells who else does."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / LOCK, timeout=-1 if wait else 0)
        lock.acquire()
    except Timeout as error:
        holder = (out / HOLDER).read_text("utf-8").strip() if (out / HOLDER).exists() else "another run"
        raise RunLocked(f"{out} is held by {holder}; wait for it, or run again with --wait") from error
    except OSError as error:
        raise RunFailed(f"{out} cannot be written ({error.strerror}); choose another folder with --out") from error
    try:
        (out / HOLDER).write_text(f"process {os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        (out / HOLDER).unlink(missing_ok=True)
        lock.release()


def clean_remains(out: Path) -> list[str]:
    """Remove what a killed run left behind; to be called by who holds the folder."""
    remains = [path for path in out.iterdir() if path.name.startswith((BUILDING, REPLACED))]
    for path in remains:
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in remains]


@contextmanager
def scratch(out: Path) -> Iterator[Path]:
    """A folder beside the published ones, on the same disk, that is gone afterwards unless it was published."""
    folder = Path(tempfile.mkdtemp(prefix=BUILDING, dir=out))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(built: Path, out: Path, name: str) -> Path:
    """Move a complete run to its place and let `latest` point at it; an identical run replaces its equal."""
    target = out / "runs" / name
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        former = out / f"{REPLACED}{name}"
        shutil.rmtree(former, ignore_errors=True)
        os.replace(target, former)
        os.replace(built, target)
        shutil.rmtree(former, ignore_errors=True)
    else:
        os.replace(built, target)
    point_latest(out, name)
    return target


def point_latest(out: Path, name: str) -> None:
    """Let `latest` be a link to the run, or a text file with its path where links are impossible."""
    part = out / f"{BUILDING}latest"
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(Path("runs") / name, target_is_directory=True)
    except OSError:
        part.write_text(f"runs/{name}\n", encoding="utf-8")
    os.replace(part, out / "latest")


def latest(out: Path) -> Path | None:
    """The newest complete run, if there is one."""
    link = out / "latest"
    if link.is_symlink() or link.is_dir():
        return link.resolve()
    return out / link.read_text("utf-8").strip() if link.exists() else None


def keep_failed(built: Path, out: Path, name: str) -> Path | None:
    """Keep the notebooks of a failed run, where somebody can open them; None where nothing was written."""
    if not any(built.rglob("*.ipynb")):
        return None
    target = out / "failed" / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    shutil.copytree(built / "notebooks", target)
    return target


def published(out: Path) -> list[Path]:
    """The published runs of a folder, by name."""
    return sorted(path.parent for path in (out / "runs").glob("*/manifest.json"))


def failed(out: Path) -> list[Path]:
    """The failed runs whose notebooks are kept, by name."""
    return sorted(path for path in (out / "failed").glob("*") if path.is_dir())
