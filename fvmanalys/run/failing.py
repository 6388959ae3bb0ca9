"""What ends a run early, told as one error: a signal, a full disk, a program's own fault. What it came to is kept."""

import _thread
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from xlsxwriter.exceptions import FileCreateError

from fvmanalys.errors import FvmanalysError, RunFailed, RunStopped, RunTimedOut
from fvmanalys.run.folder import keep_failed
from fvmanalys.run.log import LOG, Log

__all__ = ["kept_and_told", "stoppable", "to_its_end", "told", "within"]

UNTOUCHED = "what is published is as it was"
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
TIME_UP = getattr(signal, "SIGALRM", signal.SIGINT)


class Again(threading.Thread):
    """Tells the main thread of a signal each second until it is heard: a destructor swallows what is raised in it."""

    def __init__(self, number: signal.Signals, first: float = 1.0):
        super().__init__(daemon=True)
        self.number = number
        self.first = min(first, threading.TIMEOUT_MAX)
        self.done = threading.Event()

    def run(self) -> None:
        """Wait for the first time, then for a second each."""
        seconds = self.first
        while not self.done.wait(seconds):
            _thread.interrupt_main(self.number)
            seconds = 1.0


def being_heard() -> bool:
    """Whether an interrupt is on its way out of what it interrupted, so that another would only hinder the cleaning."""
    error = sys.exception()
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C, a scheduler's SIGTERM and a closed terminal end a run as a failure does: kernels ended, nothing left.

    The next signals wait for the cleaning; one that is ignored (`nohup`) stays so. Outside the main thread Python hears
    none.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[Again] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if not asked:
            asked.append(Again(signal.Signals(number)))
            asked[0].start()
        if not being_heard():
            raise KeyboardInterrupt(asked[0].number.name)

    with handled(stop):
        try:
            yield
        except KeyboardInterrupt as error:
            raise stopped(error) from error
        finally:
            for again in asked:
                again.done.set()


@contextmanager
def handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Let a handler hear the signals that come in here, but for those that are ignored."""
    before = {one: signal.getsignal(one) for one in SIGNALS if signal.getsignal(one) != signal.SIG_IGN}
    for one in before:
        signal.signal(one, handler)
    try:
        yield
    finally:
        for one, former in before.items():
            signal.signal(one, former)


class OutOfTime(KeyboardInterrupt):
    """The run's time is up: no error, so that no library goes on after it as it does after errors."""


@contextmanager
def within(seconds: float) -> Iterator[float]:
    """Interrupt what is done in here, if in the main thread, after so many seconds; give the moment when they end."""
    ends = time.monotonic() + seconds
    if threading.current_thread() is not threading.main_thread():
        yield ends
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if time.monotonic() < ends:
            if callable(before):
                before(number, frame)
        elif not being_heard():
            raise OutOfTime(f"not done after {seconds:g} s; make it faster or raise limits.run_seconds")

    before = signal.signal(TIME_UP, stop)
    alarm = Again(TIME_UP, seconds)
    alarm.start()
    try:
        yield ends
    finally:
        alarm.done.set()
        signal.signal(TIME_UP, before)


@contextmanager
def to_its_end() -> Iterator[list[str]]:
    """Let no signal interrupt what is done in here; give the names of those that came meanwhile."""
    heard: list[str] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return
    with handled(lambda number, frame: heard.append(signal.Signals(number).name)):
        yield heard


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
            why = str(failure or error).splitlines()[0]
            log.add("run", log.elapsed, f"failed: {type(failure or error).__name__}", error=why)
        log.close()
        kept = keep_failed(built, out, name)
        if failure is not None and kept:
            failure.args = (str(failure).replace(str((built / "notebooks").absolute()), str(kept)),)
        if failure is None or failure is error:
            raise
        raise failure from error


def stopped(error: KeyboardInterrupt) -> RunFailed:
    """The error of a run that was asked to stop, by the signal that the interrupt names, or that took too long."""
    if isinstance(error, OutOfTime):
        return RunTimedOut(f"the run was {error}; {UNTOUCHED}")
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
