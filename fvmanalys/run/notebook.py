"""Run one notebook in a kernel of its own, judge the result, and keep what is the same every time.

papermill calls a notebook completed when its kernel died, when a cell ran out of time and when a cell said `sys.exit(0)`.
Here success is: no exception, every code cell executed, no error among the outputs.
"""

import asyncio
import logging
import os
import re
import site
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill import PapermillExecutionError, execute_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as declared

from fvmanalys.errors import FvmanalysError, KernelDied, RunFailed, RunTimedOut, UsageError
from fvmanalys.run.anonymous import anonymous, places_here
from fvmanalys.run.kernels import Kernels

__all__ = ["Job", "Limits", "Outcome", "Stopped", "clean_notebook", "execute", "read_notebook"]

LOG = logging.getLogger("papermill")
LOG.addHandler(logging.NullHandler())  # our errors say it better

# One thread, so that sums come out the same to the last digit on any number of cores.
ENVIRONMENT = {
    "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


Seconds = Annotated[float, Field(gt=0, strict=True)]


@declared(frozen=True, config=ConfigDict(extra="forbid"))
class Limits:
    """Seconds that one cell, one notebook, the whole run and the start of a kernel may take."""

    cell_seconds: Seconds = 300.0
    notebook_seconds: Seconds = 600.0
    run_seconds: Seconds = 1800.0
    start_seconds: Seconds = 60.0


@dataclass(frozen=True)
class Job:
    """One notebook, its parameters, and the file name of what comes out.

    A `Path` among the parameters is a place on this machine: the notebook gets all of it, a reader of the result sees its
    last part.
    """

    notebook: Path
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    appendix: bool = False


@dataclass(frozen=True)
class Outcome:
    """An executed notebook, judged successful, and the seconds it took."""

    path: Path
    seconds: float


class Stopped(Exception):
    """Another notebook failed first."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook, or say what is wrong with the file."""
    try:
        return nbformat.read(path, as_version=4)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); correct the path") from error
    except (ValueError, nbformat.ValidationError) as error:
        raise UsageError(f"{path}: is not a notebook ({error}); save it again in JupyterLab") from error


def _environment(scratch: str) -> dict[str, str]:
    """Let the kernel import the fvmanalys that we are, and no start-up file of the user's."""
    here = str(Path(__file__).parents[2])
    paths = [] if here in site.getsitepackages() else [here]
    inherited = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    return {**os.environ, **ENVIRONMENT, "IPYTHONDIR": scratch, "PYTHONPATH": os.pathsep.join(paths + inherited)}


class Engine(NBClientEngine):
    """papermill's engine, with our kernel and our watch over it."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, watch: Any = None, **_: Any) -> NotebookNode:
        """Leave the cells to the watch."""
        return watch.run_cells(nb_man)


papermill_engines.register("fvmanalys", Engine)


# One attempt at one job


class Watch:
    """What is left of each limit, and how far the notebook came."""

    def __init__(self, job: Job, limits: Limits, kernels: Kernels, run_ends: float):
        self.job, self.limits, self.kernels = job, limits, kernels
        self.ends = {"notebook_seconds": time.monotonic() + limits.notebook_seconds, "run_seconds": run_ends}
        self.notebook: NotebookNode | None = None
        self.answered = False
        self.cell = 0
        self.limit = "cell_seconds"

    def seconds_left(self, cell: Any = None) -> float:
        """Give the seconds that the next cell may take, and remember which limit that is."""
        left = {"cell_seconds": self.limits.cell_seconds} | {name: end - time.monotonic() for name, end in self.ends.items()}
        self.limit = min(left, key=left.__getitem__)
        return max(left[self.limit], 0.01)  # nbclient takes 0 for endless

    def note_answer(self, notebook: NotebookNode) -> None:
        """Remember that the kernel answered: what fails from now on is not the start."""
        self.answered = True

    def before_cell(self, cell: NotebookNode, cell_index: int) -> None:
        """Count the cell as Jupyter does, or stop because another notebook has failed."""
        if self.kernels.stopped:
            raise Stopped
        self.cell += 1

    def run_cells(self, nb_man: Any) -> NotebookNode:
        """Start a kernel in the notebook's folder, as JupyterLab does, run the cells and end the kernel."""
        self.notebook = nb_man.nb
        with self.kernels.manager() as manager:
            client = PapermillNotebookClient(
                nb_man,
                km=manager,
                log=LOG,
                startup_timeout=self.limits.start_seconds,
                timeout_func=self.seconds_left,
                iopub_timeout=30,
                coalesce_streams=True,
                shutdown_kernel="immediate",
                on_notebook_start=self.note_answer,
                on_cell_execute=self.before_cell,
            )
            environment = _environment(os.path.dirname(manager.connection_file))
            return client.execute(cleanup_kc=True, cwd=str(self.job.notebook.parent), env=environment)

    def cannot_start(self, error: Exception) -> bool:
        """Whether the kernel failed before it answered: of a busy machine, that is worth another try."""
        return not self.answered and isinstance(error, RuntimeError | OSError)

    def failure(self, error: Exception) -> RunFailed | Stopped:
        """Say what happened, where, and what to do."""
        if self.kernels.stopped:
            return Stopped()
        place = f"{self.job.name}, cell [{self.cell}]" if self.cell else self.job.name
        if isinstance(error, CellTimeoutError):
            seconds = getattr(self.limits, self.limit)
            return RunTimedOut(f"{place}: not done after {seconds:g} s; make it faster or raise limits.{self.limit}")
        if isinstance(error, DeadKernelError):
            return KernelDied(f"{place}: the kernel died; it crashed, was killed, or ran out of memory")
        if self.cannot_start(error):
            return KernelDied(f"{place}: the kernel did not start in {self.limits.start_seconds:g} s, twice ({error})")
        if isinstance(error, PapermillExecutionError):
            return RunFailed(f"{place}: {error.ename}: {error.evalue}\n{plain(error.traceback)}")
        return RunFailed(f"{place}: {type(error).__name__}: {error}")


def execute(job: Job, folder: Path, limits: Limits, kernels: Kernels, run_ends: float) -> Outcome:
    """Run a job in this thread; a kernel that never answers gets a second chance."""
    begun = time.monotonic()
    for attempt in ("first", "second"):
        watch = Watch(job, limits, kernels, run_ends)
        try:
            notebook = _run(watch)
            _judge(job, notebook)
            return Outcome(_write(job, notebook, folder), time.monotonic() - begun)
        except Exception as error:
            if attempt == "first" and watch.cannot_start(error) and not kernels.stopped:
                continue
            failure = error if isinstance(error, FvmanalysError) else watch.failure(error)
            if isinstance(failure, RunFailed) and watch.notebook is not None:
                _keep_partial(watch, failure, folder / "failed")
            raise failure from error
    raise AssertionError("unreachable")


def _keep_partial(watch: Watch, failure: RunFailed, folder: Path) -> None:
    """Write the notebook as far as it came, and name it in the failure; on a full disk the failure must do."""
    with suppress(OSError):
        failure.args = (f"{failure}\nwhat it came to: {_write(watch.job, watch.notebook, folder)}",)


def plain(traceback: list[str]) -> str:
    """A traceback as the kernel gives it, without the colours of a terminal."""
    return COLOUR.sub("", "\n".join(traceback)).strip()


def _run(watch: Watch) -> NotebookNode:
    """Hand the notebook to papermill, and close the event loop that nbclient makes for this thread."""
    if watch.kernels.stopped:
        raise Stopped
    values = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in watch.job.parameters.items()}
    with asyncio.Runner(loop_factory=ensure_event_loop) as runner:
        runner.get_loop()
        return execute_notebook(
            read_notebook(watch.job.notebook),
            None,  # papermill would write the file anew around each cell
            values,
            engine_name="fvmanalys",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            watch=watch,
        )


def _judge(job: Job, notebook: NotebookNode) -> None:
    """Raise unless every code cell ran, and ran without error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(cells, start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                raise RunFailed(f"{job.name}, cell [{number}]: {output.ename}: {output.evalue}")
        if not cell.execution_count:
            raise RunFailed(f"{job.name}, cell [{number}]: never ran; remove what skips it")


# What is the same every time

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def clean_notebook(path: str | Path) -> None:
    """Take timings, random ids and this machine's paths out of an executed notebook, so that equal runs give equal bytes."""
    path = Path(path)
    _replace(path, _cleaned(read_notebook(path), {}))


def _cleaned(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    for key in set(notebook.metadata) - {"kernelspec", "language_info", "title", "authors"}:
        del notebook.metadata[key]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    known = places_here(parameters)
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        cell["source"] = anonymous(cell["source"], known)
        if cell.cell_type == "code":
            cell["outputs"] = anonymous(cell["outputs"], known)
    return notebook


def _write(job: Job, notebook: NotebookNode, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return _replace(folder / job.name, _cleaned(notebook, job.parameters))


def _replace(path: Path, notebook: NotebookNode) -> Path:
    """Write beside the file, then put in its place: a reader sees the old notebook or the new one, never half of one."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path
