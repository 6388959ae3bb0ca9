"""The kernel of a run, started as a script: ipykernel,
that drops nothing of what a cell shows, however fast it comes.

With `--fork` and the number of a channel it imports what notebooks need, and forks a kernel each time that it is asked.
"""

import gc
import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import json_default, json_packer

__all__ = ["RunKernel", "forked"]

NEEDED = (
    "fvmanalys.analysis", "fvmanalys.report.charts", "fvmanalys.report.topics", "fvmanalys.report.topics.since",
    "ipykernel.ipkernel",
)  # fmt: skip


def pack(message: Any) -> bytes:
    """Write a message; one that UTF-8 cannot hold in ASCII, for ipykernel would lose it and all printed with it."""
    try:
        return json_packer(message)
    except UnicodeEncodeError:
        return json.dumps(message, default=json_default).encode()


class RunKernel(IPKernelApp):
    """A kernel whose messages wait until they are read, where ipykernel drops what comes after the first thousand."""

    def init_iopub(self, context: "zmq.Context[Any]") -> None:
        """Open the socket of what is shown."""
        context.setsockopt(zmq.SNDHWM, 0)
        self.session.pack = pack
        super().init_iopub(context)


def forked(channel: Connection) -> bool:
    """Fork a kernel whenever one is asked for, and end them all with who asks; true in each kernel."""
    for name in NEEDED:
        import_module(name)
    tell(channel, alone())
    children: set[int] = set()
    looked = False
    while alone() and (asked := hear(channel)):
        if "status" in asked:
            tell(channel, status_of(asked["status"], children))
            continue
        if not looked:
            look_ahead(asked["env"])
            looked = True
            if not alone():
                break
        if child := os.fork():
            children.add(child)
            tell(channel, child)
        else:
            channel.close()
            become(**asked)
            return True
    for child in children:
        for end in (os.killpg, os.kill):
            with suppress(OSError):
                end(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return False


def alone() -> bool:
    """Whether no thread runs, which would be missing in what is forked."""
    return len(os.listdir("/proc/self/task")) == 1


def look_ahead(env: dict[str, str]) -> None:
    """Read what a run has found, and its tables, once for all its kernels, each of which has them as its own."""
    with suppress(Exception):  # what cannot be read is told by the kernels
        kept = import_module("fvmanalys.analysis.kept")
        data, as_of, draws, seed = json.loads(env[kept.ASKED])
        inputs = import_module("fvmanalys.evidence.inputs").load_ahead(data, as_of)
        kept.read_ahead(env[kept.WHERE], inputs, draws, seed)
    gc.freeze()  # memory that nobody touches stays shared


def tell(channel: Connection, what: object) -> None:
    """Answer, if anybody is still there."""
    with suppress(OSError):
        channel.send_bytes(json.dumps(what).encode())


def hear(channel: Connection) -> dict[str, Any]:
    """What is asked; nothing where nobody is there any more."""
    with suppress(OSError, EOFError):
        return dict(json.loads(channel.recv_bytes()))
    return {}


def status_of(child: int, children: set[int]) -> int | str:
    """The exit status of a kernel that has ended."""
    ended, status = os.waitpid(child, os.WNOHANG)
    children.discard(ended)
    return os.waitstatus_to_exitcode(status) if ended else "runs"


def become(argv: list[str], cwd: str, env: dict[str, str], said: str) -> None:
    """Be what a process started with these would be: leader of its own group, and with random numbers of its own."""
    os.setsid()
    for number, (path, mode) in enumerate([(os.devnull, os.O_RDONLY), (os.devnull, os.O_WRONLY), (said, os.O_WRONLY)]):
        opened = os.open(path, mode | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    sys.modules["numpy"].random.seed()


if __name__ == "__main__":
    if "--fork" not in sys.argv:
        RunKernel.launch_instance()
    elif forked(Connection(int(sys.argv[-1]))):
        RunKernel.launch_instance(parent_handle=os.getppid())  # it ends when the one that forked it has ended
