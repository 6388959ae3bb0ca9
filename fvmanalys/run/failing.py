"""What ends a run early, told as one error: a signal, a full disk, a program's own fault. What it came to is kept."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from xlsxwriter.exceptions import FileCreateError

from fvmanalys.errors import FvmanalysError, RunFailed, RunStopped
from fvmanalys.run.folder import keep_failed
from fvmanalys.run.log import LOG, Log

__all__ = ["kept_and_told", "stoppable", "told"]

UNTOUCHED = "what is published is as it was"
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C, a scheduler's SIGTERM and a closed terminal end a run as a failure does: kernels ended, nothing left.

    The first signal is heard, the next ones wait for the cleaning. One that is ignored (`nohup`) stays so. Outside the
    main thread, where Python hears no signals, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        for heard in before:
            signal.signal(heard, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = {one: signal.getsignal(one) for one in SIGNALS if signal.getsignal(one) != signal.SIG_IGN}
    for one in before:
        signal.signal(one, stop)
    try:
        yield
    except KeyboardInterrupt as error:
        raise stopped(error) from error
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def told(out: Path) -> Iterator[None]:
    """Tell what fails in here as one error with its exit code."""
    try:
        yield
    except Exception as error:
        failure = as_failure(error, out)
        if failure is None or failure is error:
            raise
        raise failure from error


@contextmanager
def kept_and_told(built: Path, out: Path, name: str, log: Log) -> Iterator[None]:
    """Keep the notebooks and the log of what fails in here, and tell it as one error with its exit code."""
    try:
        yield
    except BaseException as error:
        failure = as_failure(error, out)
        with suppress(OSError):  # on a full disk the console must do
            log.open(built / LOG)
            log.add("run", log.elapsed, f"failed: {type(failure or error).__name__}", error=str(failure or error).splitlines()[0])
        log.close()
        kept = keep_failed(built, out, name)
        if failure is not None and kept:
            failure.args = (str(failure).replace(str((built / "notebooks").absolute()), str(kept)),)
        if failure is None or failure is error:
            raise
        raise failure from error


def stopped(error: KeyboardInterrupt) -> RunStopped:
    """The error of a run that was asked to stop, by the signal that the interrupt names."""
    return RunStopped(f"stopped by {' '.join(map(str, error.args)) or 'Ctrl-C'}; {UNTOUCHED}")


def as_failure(error: BaseException, out: Path) -> FvmanalysError | None:
    """The error that a user can act on; None for a fault in the program."""
    if isinstance(error, FvmanalysError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return stopped(error)
    if isinstance(error, FileCreateError) and error.args and isinstance(error.args[0], OSError):
        return as_failure(error.args[0], out)
    if isinstance(error, OSError):
        return RunFailed(f"{error.filename or out}: {error.strerror or error}; {UNTOUCHED}")
    if isinstance(error, MemoryError):
        return RunFailed(f"out of memory; run fewer draws, or fewer notebooks at a time; {UNTOUCHED}")
    return None
