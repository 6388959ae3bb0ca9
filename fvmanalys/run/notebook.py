"""Run one notebook in a kernel of its own, judge the result, and keep what is the same every time.

papermill calls a notebook completed when its kernel died, when a cell ran out of time and when a cell said
`sys.exit(0)`. Here success is: no exception, every code cell executed, no error among the outputs, and every output
heard.
"""

import asyncio
import math
import os
import re
import site
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL
from typing import Annotated, Any

import nbformat
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill import execute_notebook
from papermill.engines import Engine, papermill_engines
from papermill.translators import PythonTranslator
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as declared

from fvmanalys.analysis.kept import WHERE
from fvmanalys.errors import FvmanalysError, KernelDied, RunFailed, RunTimedOut
from fvmanalys.run.anonymous import anonymous, places_here
from fvmanalys.run.client import Client, SilentKernel, TooMuch, Weighed, joined
from fvmanalys.run.home import ONE_THREAD
from fvmanalys.run.kernels import Kernels
from fvmanalys.run.source import TITLES, place, read_notebook, runs

__all__ = ["Job", "Limits", "Outcome", "Stopped", "clean_notebook", "execute"]

# One thread, so that sums come out the same to the last digit on any number of cores; figures as JupyterLab shows them.
ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    **ONE_THREAD,
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "SOURCE_DATE_EPOCH": "0",
}


Positive = Annotated[float, Field(gt=0, strict=True)]


@declared(frozen=True, config=ConfigDict(extra="forbid"))
class Limits:
    """Seconds that a cell, a notebook, the run and the start of a kernel may take; megabytes that a notebook shows."""

    cell_seconds: Positive = 300.0
    notebook_seconds: Positive = 600.0
    run_seconds: Positive = 1800.0
    start_seconds: Positive = 60.0
    output_megabytes: Positive = 20.0


@dataclass(frozen=True)
class Job:
    """One notebook, its parameters (readers see the last part of a `Path`), and the file name of what comes out."""

    notebook: Path
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    appendix: bool = False
    report: bool = False
    section: bool = False


@dataclass(frozen=True)
class Outcome:
    """An executed notebook, judged successful, and the seconds it took."""

    path: Path
    seconds: float


class Stopped(Exception):
    """Another notebook failed first."""


def _environment(scratch: str) -> dict[str, str]:
    """Let the kernel import the fvmanalys that we are, no start-up file of the user's, and nothing of another run."""
    here = str(Path(__file__).parents[2])
    paths = [] if here in site.getsitepackages() else [here]
    inherited = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    ours = {name: value for name, value in os.environ.items() if name != WHERE}
    return {**ours, **ENVIRONMENT, "IPYTHONDIR": scratch, "PYTHONPATH": os.pathsep.join(paths + inherited)}


class Watched(Engine):
    """papermill's engine, with our kernel and our watch over it."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, watch: Any = None, **_: Any) -> NotebookNode:
        """Leave the cells to the watch."""
        return watch.run_cells(nb_man.nb)


papermill_engines.register("fvmanalys", Watched)


# One attempt at one job


class Watch:
    """What is left of each limit, and how far the notebook came."""

    def __init__(self, job: Job, limits: Limits, kernels: Kernels, run_ends: float):
        self.job, self.limits, self.kernels = job, limits, kernels
        self.ends = {"notebook_seconds": time.monotonic() + limits.notebook_seconds, "run_seconds": run_ends}
        self.notebook: NotebookNode | None = None
        self.answered = False
        self.said = ""
        self.cell = 0
        self.expects_error = False

    @property
    def place(self) -> str:
        """The notebook and the cell that it has come to, counted as Jupyter does when all cells are run."""
        return f"{self.job.name}, cell [{self.cell}]" if self.cell else self.job.name

    def look(self) -> None:
        """Stop where another notebook has failed, or time is up."""
        if self.kernels.stopped:
            raise Stopped
        limit = min(self.ends, key=self.ends.__getitem__)
        if time.monotonic() >= self.ends[limit]:
            seconds = getattr(self.limits, limit)
            raise RunTimedOut(f"{self.place}: not done after {seconds:g} s; make it faster or raise limits.{limit}")

    def note_answer(self, notebook: NotebookNode) -> None:
        """Remember that the kernel answered: what fails from now on is not the start."""
        self.answered = True

    def before_cell(self, cell: NotebookNode, cell_index: int) -> None:
        """Count the cell as Jupyter does, and give it its time."""
        if not runs(cell):
            return
        self.cell += 1
        self.look()
        if "skip-execution" in cell.metadata.get("tags", []):
            raise RunFailed(f"{self.place}: never ran; remove what skips it")
        self.expects_error = "raises-exception" in cell.metadata.get("tags", [])
        self.ends["cell_seconds"] = time.monotonic() + self.limits.cell_seconds

    def run_cells(self, notebook: NotebookNode) -> NotebookNode:
        """Start a kernel in the notebook's folder, as JupyterLab does, run the cells and end the kernel."""
        self.notebook = notebook
        self.look()
        seconds = min(self.limits.start_seconds, *(end - time.monotonic() for end in self.ends.values()))
        with self.kernels.manager(Weighed(room=self.limits.output_megabytes * 1e6), seconds) as manager:
            scratch = Path(manager.connection_file).parent
            client = Client(
                notebook,
                self.look,
                km=manager,
                startup_timeout=math.ceil(seconds),
                shutdown_kernel="immediate",
                on_notebook_start=self.note_answer,
                on_cell_start=self.before_cell,
            )
            where = {
                "cwd": str(self.job.notebook.parent),
                "env": {**_environment(str(scratch)), **self.kernels.environment},
            }
            with (
                (scratch / "stderr").open("w+b") as said,
                asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
            ):
                try:
                    return runner.run(client.run(stdout=DEVNULL, stderr=said, **where))
                finally:
                    said.seek(0)
                    self.said = said.read().decode("utf-8", errors="replace").strip()

    def cannot_start(self, error: Exception) -> bool:
        """Whether the kernel failed before it answered: of a busy machine, that is worth another try."""
        return not self.answered and isinstance(error, RuntimeError | OSError)

    def failure(self, error: Exception) -> RunFailed | Stopped:
        """Say what happened, where, and what to do."""
        if self.kernels.stopped:
            return Stopped()
        if isinstance(error, DeadKernelError):
            why = "it crashed, was killed, or ran out of memory; if memory ran out, take fewer --jobs or --draws"
            return KernelDied(f"{self.place}: the kernel died: {why}")
        if self.cannot_start(error):
            why = f"{error}\n{self.said}".strip()
            return KernelDied(
                f"{self.place}: the kernel did not start in {self.limits.start_seconds:g} s, twice ({why})"
            )
        if isinstance(error, CellExecutionError):
            tagged = "; the tag raises-exception allows none in a run, catch it" if self.expects_error else ""
            return RunFailed(
                f"{self.place}: {error.ename}: {cut(error.evalue, 500)}{tagged}\n{cut(plain(error.traceback), 20_000)}"
            )
        if isinstance(error, TooMuch):
            most = self.limits.output_megabytes
            return RunFailed(
                f"{self.place}: the notebook shows more than {most:g} MB; show less or raise limits.output_megabytes"
            )
        if isinstance(error, SilentKernel):
            return RunFailed(
                f"{self.place}: is done, but not all that it showed came from the kernel; run again, and show less"
            )
        return RunFailed(f"{self.place}: {type(error).__name__}: {error}")


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
                _keep_partial(job, watch.notebook, failure, folder / "failed")
            raise failure from error
    raise AssertionError("unreachable")


def _keep_partial(job: Job, notebook: NotebookNode, failure: RunFailed, folder: Path) -> None:
    """Write the notebook as far as it came, and name it in the failure; on a full disk the failure must do."""
    for cell in filter(runs, notebook.cells):
        cell.outputs = _ends(joined(cell.outputs))
    with suppress(OSError):
        failure.args = (f"{failure}\nwhat it came to: {_write(job, notebook, folder)}",)


def _ends(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The first and the last outputs of a cell with thousands, so that a run that must end writes them at once."""
    left_out = len(outputs) - 200
    told = new_output("stream", name="stderr", text=f"[{left_out} outputs left out here]\n")
    return outputs if left_out <= 0 else [*outputs[:100], told, *outputs[-100:]]


def cut(text: str, most: int) -> str:
    """A text, or its beginning and its end where it is too long for a message."""
    return text if len(text) <= most else f"{text[: most // 2]} […] {text[-most // 2 :]}"


def plain(traceback: str) -> str:
    """A traceback as the kernel gives it, without the colours of a terminal."""
    return COLOUR.sub("", traceback).strip()


def _run(watch: Watch) -> NotebookNode:
    """Hand the notebook to papermill."""
    notebook = read_notebook(watch.job.notebook)
    _set_parameters(notebook, watch.job.parameters)
    return execute_notebook(
        notebook,
        None,  # papermill would write the file anew around each cell
        engine_name="fvmanalys",
        kernel_name="python3",
        language="python",
        progress_bar=False,
        watch=watch,
    )


def _set_parameters(notebook: NotebookNode, parameters: Mapping[str, Any]) -> None:
    """Set the parameters in the cell of their defaults: in one of its own every later cell had another number."""
    values = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in parameters.items()}
    lines = [f"{name} = {PythonTranslator.translate(value)}" for name, value in values.items()]
    for cell in notebook.cells:
        if lines and "parameters" in cell.metadata.get("tags", []):
            cell.source = "\n".join([cell.source.rstrip(), "", "# Parameters", *lines])


def _judge(job: Job, notebook: NotebookNode) -> None:
    """Raise unless every code cell ran, and ran without error."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise RunFailed(f"{job.name}, {place(notebook, index)}: {output.ename}: {output.evalue}")
        if runs(cell) and not cell.execution_count:
            raise RunFailed(f"{job.name}, {place(notebook, index)}: never ran; remove what skips it")


# What is the same every time

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def clean_notebook(path: str | Path) -> None:
    """Take timings, random ids and this machine's paths out of an executed notebook: equal runs, equal bytes."""
    path = Path(path)
    _replace(path, _cleaned(nbformat.read(path, as_version=4), {}))


def _cleaned(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    for key in set(notebook.metadata) - {"language_info", *TITLES}:
        del notebook.metadata[key]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    known = places_here(parameters)
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
        cell["metadata"] = NotebookNode({key: value for key, value in cell.metadata.items() if key == "tags"})
        cell["source"] = anonymous(cell["source"], known)
        if cell.cell_type == "code":
            cell["outputs"] = anonymous(joined(cell["outputs"]), known)
    return notebook


def _write(job: Job, notebook: NotebookNode, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return _replace(folder / job.name, _cleaned(notebook, job.parameters))


def _replace(path: Path, notebook: NotebookNode) -> Path:
    """Write beside the file, then put in its place: a reader sees the old notebook or the new one, whole."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(
        (nbformat.v4.writes(notebook) + "\n").encode("utf-8", errors="replace")
    )  # half a surrogate pair becomes ?
    os.replace(part, path)
    return path
