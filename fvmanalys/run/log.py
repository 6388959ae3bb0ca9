"""What a run did: one JSON line a step in a file, the same for people on the console."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from fvmanalys.run.console import plain

__all__ = ["LOG", "Log", "read_log"]

LOG = "log.jsonl"


class Log:
    """The steps of one run, in the order they ended.

    A line holds `at` (UTC), `step`, `seconds` (by the monotonic clock), `outcome` ("done", or "failed: " and the class
    of the error), and facts of its own. `console` hears the same as one short line.
    """

    def __init__(self, console: Callable[[str], None] | None = None):
        self.lines: list[dict[str, Any]] = []
        self._begun = time.monotonic()
        self._console = console or (lambda text: None)
        self._file: TextIO | None = None

    @property
    def elapsed(self) -> float:
        """The seconds since the run began."""
        return time.monotonic() - self._begun

    def open(self, path: Path) -> None:
        """Keep the log in this file too, from the first line on; each line reaches the disk as it is written."""
        self.close()
        self._file = path.open("w", encoding="utf-8", newline="\n", buffering=1)
        for line in self.lines:
            self._keep(line)

    def close(self) -> None:
        """Let go of the file: it gets no more lines, and its folder may be moved."""
        if self._file:
            with suppress(OSError):  # what a full disk refused once, it refuses again
                self._file.close()
        self._file = None

    @contextmanager
    def step(self, what: str, **facts: Any) -> Iterator[dict[str, Any]]:
        """Time what is done inside, and write its line when it ends; facts may be added to what it gives."""
        begun = time.monotonic()
        try:
            yield facts
        except BaseException as error:
            with suppress(OSError):  # a full disk must not hide what failed
                self.add(what, time.monotonic() - begun, f"failed: {type(error).__name__}", **facts)
            raise
        self.add(what, time.monotonic() - begun, **facts)

    def say(self, text: str) -> None:
        """Tell the console what is no step."""
        self._console(text)

    def add(self, what: str, seconds: float, outcome: str = "done", **facts: Any) -> None:
        """Write the line of a step that somebody else timed."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "step": what, "seconds": round(seconds, 3), "outcome": outcome, **facts}
        line = {name: plain(value) if isinstance(value, str) else value for name, value in line.items()}
        self.lines.append(line)
        self._console(f"{what}: {seconds:.1f} s" + ("" if outcome == "done" else f", {outcome}"))
        self._keep(line)

    def _keep(self, line: dict[str, Any]) -> None:
        if self._file:
            self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a log; of one cut short by a kill, those that are whole."""
    lines = []
    for text in path.read_text("utf-8", errors="replace").split("\n") if path.is_file() else []:
        with suppress(ValueError, RecursionError):
            lines.append(json.loads(text))
    kinds = {"at": str, "step": str, "seconds": int | float}
    steps = [line for line in lines if isinstance(line, dict)]
    return [line for line in steps if all(isinstance(line.get(name), kind) for name, kind in kinds.items())]
