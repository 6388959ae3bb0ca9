"""Kernels forked from one process that has imported what notebooks need: each starts at once, and knows of no other.

What is forked has memory of its own, so that no notebook can change what another reads. Where a process cannot be
forked safely (another system than Linux, or a thread that runs already), kernels start the ordinary way.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from fvmanalys.analysis.kept import WHERE

__all__ = ["INSIDE", "Forker", "Provisioner"]

INSIDE = Path(__file__).with_name("inside.py")
NO_THREAD = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}  # pandas imports pyarrow where it is installed
PATIENCE = 30.0  # seconds that a process which is ready may take to fork, or to end what it forked


class Forked:
    """A kernel that is a child of the forker, as `subprocess.Popen` would show it."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, forker: "Forker") -> None:
        self.pid, self.forker = pid, forker
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Whether it has ended: its exit status."""
        if self.returncode is None:
            self.returncode = self.forker.status(self.pid)
        return self.returncode

    wait = poll  # the provisioner waits until it has ended

    def send_signal(self, number: int) -> None:
        """Send a signal to it and to what it has started."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                try:
                    os.killpg(self.pid, number)
                except ProcessLookupError:  # it leads no group yet
                    os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Forker:
    """The process that has imported everything, started for the first kernel and ended with the last.

    It ends all that it has forked when it ends. Its command names a file in our private folder, so that the next run
    finds what a killed one left.
    """

    def __init__(self, folder: Path, wanted: bool) -> None:
        self._file = folder / "forker" / "kernel.json"
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Connection | None = None
        self._ready = False
        self.usable = wanted and sys.platform == "linux"

    def _start(self, env: Mapping[str, str]) -> None:
        if self._process is not None or not self.usable:
            return
        self._channel, theirs = Pipe()
        words = [sys.executable, "-P", str(INSIDE), "-f", str(self._file), "--fork", str(theirs.fileno())]
        ours = {name: value for name, value in env.items() if name != WHERE} | NO_THREAD
        with theirs:
            self._process = subprocess.Popen(
                words,
                env=ours,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def fork(self, asked: Mapping[str, Any], seconds: float) -> Forked | None:
        """A kernel as it is asked for, within so many seconds; None where there can be none."""
        with self._lock:
            self._start(asked["env"])
            if self.usable and not self._ready:
                self._ready = self.usable = self._answer(seconds) is True
            pid = self._ask(asked) if self.usable else None
            if pid is None:
                self.usable = False
                self._end()
                return None
            return Forked(pid, self)

    def status(self, pid: int) -> int | None:
        """The exit status of a kernel that has ended; all have when we can no longer ask."""
        with self._lock:
            found = self._ask({"status": pid})
        return -signal.SIGKILL if found is None else None if found == "runs" else int(found)

    def _ask(self, what: Mapping[str, Any]) -> Any:
        with suppress(OSError):
            if self._channel is not None:
                self._channel.send_bytes(json.dumps(what).encode())
        return self._answer(PATIENCE)

    def _answer(self, seconds: float) -> Any:
        """What it answers; None where it does not in time, or has ended."""
        with suppress(OSError, EOFError):
            if self._channel is not None and self._channel.poll(seconds):
                return json.loads(self._channel.recv_bytes())
        return None

    def end(self) -> None:
        """End it, and with it all that it forked; who waits for its answer hears that it has ended."""
        self.usable = False
        if self._process is not None and not self._ready:
            self._process.kill()
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            try:
                self._process.wait(PATIENCE if self._ready else 0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Provisioner(LocalProvisioner):
    """Starts a kernel by forking, and the ordinary way where that cannot be."""

    process: Any
    forker: Forker
    seconds: float

    async def launch_kernel(self, cmd: list[str], **how: Any) -> Any:
        """Launch a kernel with a command."""
        asked = {
            "argv": cmd[cmd.index(str(INSIDE)) :],
            "cwd": how["cwd"],
            "env": how["env"],
            "said": how["stderr"].name,
        }
        self.process = self.forker.fork(asked, self.seconds)
        if self.process is None:
            return await super().launch_kernel(cmd, **how)
        self.pid = self.pgid = self.process.pid
        self.cwd = how["cwd"]
        return self.connection_info
