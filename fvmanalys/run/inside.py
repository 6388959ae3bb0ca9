"""The kernel of a run, started as a script: ipykernel,
that drops nothing of what a cell shows, however fast it comes.
"""

import json
from typing import Any

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import json_default, json_packer

__all__ = ["RunKernel"]


def pack(message: Any) -> bytes:
    """Write a message; one that UTF-8 cannot hold in ASCII,
    for ipykernel would lose it and all that was printed with it.
    """
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


if __name__ == "__main__":
    RunKernel.launch_instance()
