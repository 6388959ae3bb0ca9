"""A file that a user named: whether it may be written is known before the work, and it is written whole or not."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from fvmanalys.errors import UsageError

__all__ = ["written"]


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a file to write, that takes the place of the one named when all is well; UsageError at once if it cannot."""
    part = None
    try:
        check_free(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        part = Path(name)
        yield part
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask())
        os.replace(part, path)
    except (OSError, FileCreateError) as error:
        why = f"cannot be written ({getattr(error, 'strerror', None) or error})"
        raise UsageError(f"{path}: {why}; close it where it is open, or name another file with --out") from error
    finally:
        if part:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def check_free(path: Path) -> None:
    """Refuse a file that is there and may not be written, or that Excel or LibreOffice says it has open."""
    for mark in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        if mark.exists():
            remedy = "close it, or remove that file if it is not"
            raise UsageError(f"{path}: is open in Excel or LibreOffice, as {mark.name} says; {remedy}")
    if os.path.lexists(path):
        path.open("r+b").close()


def umask() -> int:
    """What new files may not allow, as the system has it."""
    kept = os.umask(0o077)
    os.umask(kept)
    return kept
