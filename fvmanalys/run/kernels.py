"""The kernels of a run: this Python, private sockets, and an end to all of them at the first failure.

A kernel whose run is killed ends by itself within some seconds (ipykernel watches its parent), or when the next run
begins.
"""

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zmq
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.session import Session

from fvmanalys.run.forked import INSIDE, Forker, Provisioner
from fvmanalys.run.sockets import MARK, new_folder

__all__ = ["Kernels"]

SETTINGS = ['--InlineBackend.rc={"svg.hashsalt": "fvmanalys"}']  # a figure has the same names inside every time


class ThisPython(KernelSpecManager):
    """Knows one kernel: ours, in the interpreter that runs us, whatever else the machine has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Give that kernel, by any name; `-P` lets no file beside a notebook stand in for a module that it needs."""
        argv = [sys.executable, "-P", str(INSIDE), "-f", "{connection_file}", *SETTINGS]
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict() | {"argv": argv})


class Kernels:
    """The kernels now running, so that the first failure can end them all; to `fork` pays where there are several.

    Their files and sockets lie in a private folder; by a mark in `folder` the next run can remove what a killed run
    left.
    """

    def __init__(self, folder: Path, fork: bool = False) -> None:
        self._managers: set[AsyncKernelManager] = set()
        self._lock = threading.Lock()
        self._mark = folder / MARK
        self._sockets = new_folder()
        self.forker = Forker(self._sockets, fork)
        self.stopped = False
        self.environment: dict[str, str] = {}

    def __enter__(self) -> "Kernels":
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        self._mark.write_text(str(self._sockets), encoding="utf-8")
        self._sockets.mkdir(mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._sockets, ignore_errors=True)
        self._mark.unlink(missing_ok=True)

    @contextmanager
    def manager(self, session: Session, seconds: float) -> Iterator[AsyncKernelManager]:
        """Give a manager whose kernel may take so many seconds to fork; its files lie in a folder of their own."""
        with tempfile.TemporaryDirectory(prefix="", dir=self._sockets, ignore_cleanup_errors=True) as folder:
            transport = "ipc" if os.name == "posix" else "tcp"
            files = {"connection_file": os.path.join(folder, "kernel.json"), "transport": transport}
            manager = AsyncKernelManager(
                kernel_name="python3", kernel_spec_manager=ThisPython(), session=session, **files
            )
            provisioner = Provisioner(kernel_id=Path(folder).name, kernel_spec=manager.kernel_spec, parent=manager)
            provisioner.forker = self.forker
            provisioner.seconds = seconds
            manager.kernel_id = provisioner.kernel_id
            manager.provisioner = provisioner
            manager.context.setsockopt(zmq.RCVHWM, 0)  # drop nothing, as on the kernel's side
            with self._lock:
                self._managers.add(manager)
            try:
                yield manager
            finally:
                with self._lock:
                    self._managers.discard(manager)

    def stop(self) -> None:
        """End every kernel; one that is about to start ends before its first cell."""
        with self._lock:
            self.stopped = True
            processes = [getattr(manager.provisioner, "process", None) for manager in self._managers]
        for process in filter(None, processes):
            process.kill()
        self.forker.end()
