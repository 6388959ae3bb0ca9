"""What a kernel says while it runs a notebook: all of it is heard, each output in its own cell, within the limits.

nbclient drops what a thread shows after its cell, takes many messages for a cell that is late, looks at no limit while
they come, and puts text together in a time that grows with its square.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from itertools import groupby
from time import monotonic
from typing import Any

from jupyter_client.session import Session
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from traitlets import Float

__all__ = ["Client", "SilentKernel", "TooMuch", "Weighed", "joined"]

LOG = logging.getLogger("fvmanalys.run.client")
LOG.addHandler(logging.NullHandler())  # our errors say it better
MOMENT, SILENCE = 0.2, 30.0
INDENT = 12  # what a line of text costs in a notebook's file, beside its letters


class TooMuch(Exception):
    """The notebook shows more than it may."""


class SilentKernel(Exception):
    """The kernel says that a cell is done, but what it showed last never came."""


class Weighed(Session):
    """The messages of one kernel, each weighed before it is read: too large a one would take all memory and time."""

    room = Float(math.inf)  # bytes; a trait, for jupyter_client reads with a copy of the session

    def deserialize(self, msg_list: list[Any], content: bool = True, copy: bool = True) -> dict[str, Any]:
        """Read a message, if there is room for it in a notebook's file."""
        parts = [bytes(part) for part in msg_list]
        self.room -= sum(len(part) + INDENT * part.count(rb"\n") for part in parts)
        if self.room < 0:
            raise TooMuch
        return super().deserialize(msg_list, content, copy)


class Client(NotebookClient):
    """nbclient, that calls `look` all the while: what this raises ends the notebook."""

    def __init__(self, notebook: NotebookNode, look: Callable[[], None], **how: Any) -> None:
        how |= {"record_timing": False, "store_widget_state": False, "force_raise_errors": True}
        super().__init__(notebook, log=LOG, shell_timeout_interval=1, **how)
        self.look = look
        self.asked: dict[str, tuple[NotebookNode, int]] = {}
        self.heard = monotonic()

    async def run(self, **kernel: Any) -> NotebookNode:
        """Start the kernel, run the cells, hear what threads and processes still had to say, and end the kernel."""
        await self.async_start_new_kernel(**kernel)
        try:
            await self.async_start_new_kernel_client()
            info: Any = await self.async_wait_for_reply(self.kc.kernel_info())
            self.nb.metadata.language_info = info["content"]["language_info"]
            for index, cell in enumerate(self.nb.cells):
                await self.async_execute_cell(cell, index)
            await self.hear_out(self.kc.execute("", silent=True))
            return self.nb
        finally:
            if self.km:
                await self._async_cleanup_kernel()

    async def hear_out(self, asked: str) -> None:
        """Wait until the kernel has answered a question of ours, and so has said all that it had to say before."""
        last = next(reversed(self.asked.values()), (new_code_cell(), -1))
        output = asyncio.ensure_future(self._async_poll_output_msg(asked, *last))
        alive = asyncio.ensure_future(self._async_poll_kernel_alive())
        self.task_poll_for_reply = asyncio.ensure_future(
            self._async_poll_for_reply(asked, last[0], None, output, alive)
        )
        try:
            await self.task_poll_for_reply
        except asyncio.CancelledError:
            raise DeadKernelError("Kernel died") from None

    async def _async_poll_output_msg(self, asked: str, cell: NotebookNode, cell_index: int) -> None:
        """Put what comes into the cell that shows it, until this one is done."""
        self.asked[asked] = cell, cell_index
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            self.heard = monotonic()
            await asyncio.sleep(0)  # a message that has come already would let nobody else have a turn
            parent = message["parent_header"].get("msg_id")
            try:
                if parent in self.asked:
                    self.process_message(message, *self.asked[parent])
            except CellExecutionComplete:
                if parent == asked:
                    return

    async def _async_poll_for_reply(
        self,
        asked: str,
        cell: NotebookNode,
        timeout: float | None,
        output: asyncio.Future[None],
        alive: asyncio.Future[None],
    ) -> dict[str, Any]:
        """Wait for the reply and for everything that was shown before it."""
        reply = asyncio.ensure_future(self.reply_to(asked))
        waiting: set[asyncio.Future[Any]] = {reply, output}
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, timeout=MOMENT, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                self.look()
                if reply.done() and monotonic() - self.heard > SILENCE:
                    raise SilentKernel
            return reply.result()
        finally:
            for task in (alive, output, reply):
                task.cancel()

    async def reply_to(self, asked: str) -> dict[str, Any]:
        """Wait for the reply to a question."""
        while True:
            message: dict[str, Any] = await self.kc.shell_channel.get_msg(timeout=None)
            if message["parent_header"].get("msg_id") == asked:
                return message


# Text as a reader sees it


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was written between two displays, standard output first: how the two mix is a matter of timing."""
    parts = [(stream, list(group)) for stream, group in groupby(outputs, lambda output: output.output_type == "stream")]
    return [output for stream, group in parts for output in (streams(group) if stream else group)]


def streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """One output a stream."""
    names = sorted({output.name for output in outputs}, reverse=True)
    texts = {name: "".join(output.text for output in outputs if output.name == name) for name in names}
    return [new_output("stream", name=name, text=overwritten(text)) for name, text in texts.items()]


def overwritten(text: str) -> str:
    """A text after its carriage returns: what follows one is written over what stands before, as in a terminal."""
    return "\n".join(map(last_written, text.split("\n"))) if "\r" in text else text


def last_written(line: str) -> str:
    """What is seen of a line."""
    seen = ""
    for part in reversed(line.rstrip("\r").split("\r")):
        seen += part[len(seen) :]
    return seen
