"""Where the sockets of kernels lie: a private folder with a short path, removed after a run that was killed."""

import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psutil
import zmq

from fvmanalys.errors import UsageError

__all__ = ["MARK", "new_folder", "remove_folders", "short_place"]

MARK, NAME = ".kernels", "fvmanalys-{}"
OURS = re.compile(r"fvmanalys-[0-9a-f]{8}")
BELOW = len(os.fsencode("/fvmanalys-12345678/12345678/kernel-ipc-12"))


def new_folder() -> Path:
    """Name a folder that nobody has yet, where the path of a socket is short enough for the system."""
    return short_place() / NAME.format(secrets.token_hex(4))


def short_place() -> Path:
    """The temporary folder, or another one where its path is too long for sockets; UsageError where there is none."""
    first, *others = places()
    longest = zmq.IPC_PATH_MAX_LEN - BELOW
    for place in [first, *filter(is_safe, others)]:
        if os.name != "posix" or len(os.fsencode(place)) <= longest:
            return place
    problem = f"is too long a path for the sockets of kernels ({len(os.fsencode(first))} bytes)"
    raise UsageError(f"{first}: {problem}; set TMPDIR to a folder whose path has at most {longest}")


def places() -> list[Path]:
    """Folders for what is temporary, in order."""
    others = [os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp"] if os.name == "posix" else []
    return [Path(place) for place in (tempfile.gettempdir(), *others) if place]


def is_safe(place: Path) -> bool:
    """Whether others cannot take away what we put in a folder: it is ours, or has the sticky bit."""
    with suppress(OSError):
        known = place.stat()
        mine = known.st_uid == os.geteuid() and not known.st_mode & 0o022
        return os.access(place, os.W_OK | os.X_OK) and bool(mine or known.st_mode & stat.S_ISVTX)
    return False


def remove_folders(folder: Path) -> None:
    """Remove a killed run's temporary folders, which marks below `folder` name; not what a planted mark names."""
    for mark in folder.rglob(MARK):
        if not is_mine(mark, stat.S_ISREG):
            continue
        temporary = Path(mark.read_text("utf-8", errors="replace")[:1000])
        if OURS.fullmatch(temporary.name) and temporary.parent in places():
            end_kernels(temporary)
            if is_mine(temporary, stat.S_ISDIR):
                remove_folders(temporary)
                shutil.rmtree(temporary, ignore_errors=True)
        mark.unlink(missing_ok=True)


def is_mine(path: Path, kind: Callable[[int], bool]) -> bool:
    """Whether something is of a kind, no link to it, and our own."""
    with suppress(OSError):
        known = path.lstat()
        return kind(known.st_mode) and (os.name != "posix" or known.st_uid == os.geteuid())
    return False


def end_kernels(temporary: Path) -> None:
    """End the kernels of a killed run at once: one that is just starting would make its folder anew."""
    me = psutil.Process().username()
    every = psutil.process_iter(["cmdline", "username"])
    kernels = [one for one in every if one.info["username"] == me and is_kernel(one.info["cmdline"] or [], temporary)]
    for one in kernels:
        with suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(kernels, timeout=10)


def is_kernel(words: list[str], temporary: Path) -> bool:
    """Whether a command starts a kernel whose file lies in a folder of this one."""
    files = [Path(word) for flag, word in pairwise(words) if flag == "-f"]
    return any(file.name == "kernel.json" and file.parent.parent == temporary for file in files)
