"""One run of the command line in a process of its own, with one thing going wrong."""

import functools
import itertools
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib.backends.backend_svg
import nbconvert
import xlsxwriter  # noqa: F401  loaded once, before the processes part

from fvmanalys import cli, find, load
from fvmanalys.report import charts, workbook
from fvmanalys.run import build, folder, log, publish

__all__ = ["brief_runs", "clean_and_die", "command", "public_run_and_die", "publish_and_die", "short_runs"]


def command(words: list[str], temporary: str, heard: str, brief: bool, fault: str = "", *facts: Any) -> None:
    """Run `fvmanalys words…`; its sockets lie in `temporary`, what it says in the file `heard`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would have it ignored
    tempfile.tempdir = temporary
    say_in(heard)
    if brief:
        brief_runs(setattr)
    if fault:
        FAULTS[fault](*facts)
    sys.argv = ["fvmanalys", *words]
    cli.main()


def say_in(heard: str | Path) -> None:
    """Let what this process says go to a file."""
    handle = os.open(heard, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)


def die() -> None:
    """End as by the kernel's own hand: no clean-up of any kind."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_before(step: str) -> None:
    """Die when the step begins."""
    begin = log.Log.step

    def step_or_die(self: log.Log, what: str, **facts: Any) -> Any:
        if what == step:
            die()
        return begin(self, what, **facts)

    log.Log.step = step_or_die  # type: ignore[method-assign]


def kill_after(step: str) -> None:
    """Die when the step has ended."""
    add = log.Log.add

    def add_and_die(self: log.Log, what: str, *rest: Any, **facts: Any) -> None:
        add(self, what, *rest, **facts)
        if what == step:
            die()

    log.Log.add = add_and_die  # type: ignore[method-assign]


OPERATIONS = [(os, name) for name in ("replace", "symlink", "mkdir", "unlink", "rmdir", "fsync")] + [(shutil, "copyfile")]


def kill_at_operation(number: int) -> None:
    """Die just before this process changes anything on the disk for that many times."""
    counted = itertools.count(1)

    def dying(operation: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(operation)
        def operate(*words: Any, **more: Any) -> Any:
            if next(counted) == number:
                die()
            return operation(*words, **more)

        return operate

    for module, name in OPERATIONS:
        setattr(module, name, dying(getattr(module, name)))


def publish_and_die(built: Path, out: Path, name: str, number: int) -> None:
    """Publish a folder, and die at that operation."""
    kill_at_operation(number)
    folder.publish(built, out, name)


def public_run_and_die(data: Path, out: Path, suite: Any, number: int, public: bool = True, home: Path | None = None) -> None:
    """Make a run without its slowest parts, with `home` for home, temporary folder and console, and die at that operation."""
    if home:
        os.environ["HOME"] = tempfile.tempdir = str(home)
        say_in(home / "console")
    short_runs(setattr)
    kill_at_operation(number)
    publish.run(data, out, suite, public=public)


def brief_runs(patch: Callable[[Any, str, Any], None]) -> None:
    """Let runs draw two of the figures and write three of the sheets: most of their time goes into the others."""
    patch(charts, "ALL", (charts.plot_comparison, charts.plot_acceptability))
    patch(workbook, "SHEETS", {key: workbook.SHEETS[key] for key in ("comparison", "workings", "about")})


def short_runs(patch: Callable[[Any, str, Any], None]) -> None:
    """Let runs write what they know where tables, notebooks, figures, workbook and page would be made."""

    def all_known(findings: Any, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(findings.inputs.estimates.drop(columns="_file").to_csv(), encoding="utf-8")

    patch(build, "write_tables", lambda findings, target: all_known(findings, target / "estimates.csv"))
    patch(build, "write_history", lambda plan, findings, target: all_known(findings, target))
    patch(build, "read_history", lambda path: None)
    patch(build, "answer", lambda edition: [str(edition.findings.comparison.best)])
    patch(build, "run_suite", lambda jobs, folder, *_: all_known(find(load(jobs[0].parameters["data"]), 8), folder / "one.ipynb"))
    patch(build, "write_figures", lambda edition, history, target: all_known(edition.findings, target / "one.svg"))
    patch(build, "write_book", lambda plan, edition, path: all_known(edition.findings, path))
    patch(build, "write_pages", lambda plan, edition, jobs, built: (built / build.PAGE).write_text("<h1>page</h1>"))


def clean_and_die(out: Path, number: int) -> None:
    """Clean what is left of a killed run, and die at that operation."""
    kill_at_operation(number)
    folder.clean_remains(out)


def limit_files(size: int) -> None:
    """Let no file grow above so many bytes, here and in the kernels: the system's own answer to a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def set_clock_back(days: float) -> None:
    """Let every clock of this process but the monotonic one be `days` behind, and a second more each time somebody looks."""
    looked, now, local, utc, real = itertools.count(), time.time, time.localtime, time.gmtime, datetime

    def behind() -> float:
        return now() - 86_400 * days - next(looked)

    class AnyTime(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, real)

    class Clock(real, metaclass=AnyTime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.fromtimestamp(behind(), tz)

        today = now

        @classmethod
        def utcnow(cls) -> Any:
            return real.fromtimestamp(behind(), UTC).replace(tzinfo=None)

    time.time, time.localtime = behind, lambda seconds=None: local(behind() if seconds is None else seconds)
    time.gmtime = lambda seconds=None: utc(behind() if seconds is None else seconds)
    for module in list(sys.modules.values()):
        if vars(module).get("datetime") is real:
            module.datetime = Clock  # type: ignore[attr-defined]


FAULTS: dict[str, Callable[..., None]] = {
    "kill_before": kill_before,
    "kill_after": kill_after,
    "limit_files": limit_files,
    "set_clock_back": set_clock_back,
}
LOADED = (Path, matplotlib.backends.backend_svg, nbconvert, publish)
