"""What is said on the console: plain text in any code page, and never a reason for a command to fail."""

import codecs
import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

__all__ = ["lines_of", "plain", "say", "undisturbed"]

# What steers a terminal, begins a new line, or turns the order of letters: a name may hold it, and would forge what we
# say.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
NEAREST = {"\u2212": "-", "\u2011": "-", "\u2192": "->", "\u2264": "<=", "\u2265": ">=", "\u202f": " ", "\u2007": " "}
HANDLER = "fvmanalys.console"


def plain(text: object) -> str:
    """A text on one line, with what is not to be seen written out: `\\x1b`."""
    return UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode(), str(text))


def lines_of(text: object) -> str:
    """A text of several lines, each of them plain."""
    return "\n".join(map(plain, str(text).expandtabs(4).split("\n")))


def say(*lines: object, file: TextIO | None = None) -> None:
    """Print lines, each of them plain."""
    for line in lines:
        print(plain(line), file=file)


class Deaf(io.RawIOBase):
    """A stream that takes everything, and remembers what the one behind it refused first."""

    def __init__(self, behind: Any):
        self.behind = behind
        self.refusal: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The system's number of the stream behind."""
        return int(self.behind.fileno())

    def isatty(self) -> bool:
        return bool(self.behind.isatty())

    def write(self, data: Any) -> int:
        """Write what can be written."""
        if self.refusal is None:
            try:
                return int(self.behind.write(data) or len(data))
            except OSError as error:
                self.refusal = error
        return len(data)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no print in here fail: a closed or full output, a pipe that nobody reads, a letter that it has not."""
    for number in range(3):
        hold(number)
    deaf = {name: listen(name) for name in ("stdout", "stderr")}
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        refusal = deaf["stdout"].refusal if deaf["stdout"] else None
        if refusal and refusal.errno != errno.EPIPE:
            why = f"standard output cannot be written ({refusal.strerror})"
            say(f"{why}; what the command did is done", file=sys.stderr)


def hold(number: int) -> None:
    """Open a standard stream that was closed: else the next file to be opened would get what is printed."""
    try:
        os.fstat(number)
    except OSError:
        with suppress(OSError):
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)


def listen(name: str) -> Deaf | None:
    """Put a stream that cannot fail in the place of a standard one; one that somebody else put there stays."""
    stream = getattr(sys, name)
    if stream is None:
        setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  for as long as the program runs
    if stream is None or stream is not getattr(sys, f"__{name}__"):
        return None
    codecs.register_error(HANDLER, nearest)
    stream.flush()
    deaf = Deaf(getattr(stream.buffer, "raw", stream.buffer))
    setattr(sys, name, io.TextIOWrapper(io.BufferedWriter(deaf), stream.encoding, HANDLER, line_buffering=True))
    return deaf


def nearest(error: UnicodeError) -> tuple[str, int]:
    """What stands for letters that a code page has not."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(NEAREST.get(one) or one.encode("unicode_escape").decode() for one in letters), error.end
