"""A small decision, a suite of one notebook and an output folder, where runs go wrong and are looked at afterwards."""

import itertools
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil

from fvmanalys.evidence.published import read_manifest
from fvmanalys.run import folder as place
from fvmanalys.run.log import LOG, read_log
from fvmanalys.run.verify import tampered_files, verify
from tests.decisions import library_decision, write_tables
from tests.soak import child

__all__ = ["Ended", "Ground", "write_suite"]

ROOT = Path(__file__).parents[2]
PARAMETERS = 'data = ""\nas_of = ""\ndraws = 64\nseed = 1'


def write_suite(folder: Path, *cells: str, limits: str = "") -> Path:
    """A suite of one notebook with these cells after its parameters."""
    parameters = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, cells)]), folder / "one.ipynb")
    (folder / "suite.toml").write_text(f'draws = 64\n{limits}\n[[notebooks]]\npath = "one.ipynb"\n')
    return folder / "suite.toml"


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal), and what it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Running:
    """A process that runs, and the file of what it says."""

    process: Any
    heard: Path

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, number)

    def end(self) -> Ended:
        """Wait for it."""
        self.process.join(600)
        assert self.process.exitcode is not None, f"still runs after ten minutes: {self.heard}"
        return Ended(self.process.exitcode, self.heard.read_text("utf-8") if self.heard.exists() else "")


@dataclass
class Ground:
    """A place to run in: `out` is what is published, `temporary` holds the kernels' sockets."""

    folder: Path
    brief: bool = False
    verified: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        os.environ.update(PYTHONPATH=str(ROOT), OPENBLAS_NUM_THREADS="1")  # for the processes that are started from here
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload([child.__name__])
        self.out = self.folder / "out"
        self.data = write_tables(self.folder / "raw", library_decision(3))
        self.config = write_suite(self.folder / "suite", "print(draws, seed)")
        self.temporary = Path(tempfile.mkdtemp(prefix="soak"))  # short: a socket's path has some hundred bytes at most

    def close(self) -> None:
        """Remove what lies outside the folder."""
        shutil.rmtree(self.temporary, ignore_errors=True)

    def start(
        self, *more: Any, fault: tuple[Any, ...] = (), config: Path | None = None, out: Path | None = None, seed: int = 1, whole: bool = False
    ) -> "Running":
        """Start `fvmanalys run`; it is made `whole` though this is a place of brief ones."""
        words = ["run", "--fresh", "--data", self.data, "--out", out or self.out, "--config", config or self.config, "--seed", seed, *more]
        heard = self.folder / f"heard-{next(self.numbers)}"
        process = self.processes.Process(target=child.command, args=(list(map(str, words)), str(self.temporary), str(heard), self.brief and not whole, *fault))
        process.start()
        return Running(process, heard)

    def run(self, *more: Any, **how: Any) -> Ended:
        """Run `fvmanalys run` to its end."""
        return self.start(*more, **how).end()

    def steps(self) -> list[str]:
        """The steps of the latest run, in their order."""
        run = self.latest()
        return [line["step"] for line in read_log(run / LOG)] + ["publish"]

    def latest(self) -> Path:
        """The run that `latest` is."""
        run = place.latest(self.out)
        assert run is not None, "there is no latest"
        return run

    def check_latest(self) -> Path:
        """`latest` is a complete run, untouched, and verifies; each content is computed anew once."""
        run = self.latest()
        manifest = read_manifest(run)
        assert not tampered_files(run, manifest)
        content = str(sorted(manifest["outputs"].items()))
        if content not in self.verified:
            found = verify(run)
            assert found.holds, found
            self.verified.add(content)
        return run

    def check_next(self, **how: Any) -> Path:
        """The next run succeeds, is `latest`, and leaves nothing of those before it: no remains, no socket, no kernel."""
        ended = self.run(**how)
        assert ended.code == 0, ended
        run = self.check_latest()
        assert run.parent == (self.out / "runs").resolve()
        assert not remains(self.out), remains(self.out)
        self.check_quiet()
        return run

    def check_quiet(self, seconds: float = 30) -> None:
        """Kernels whose run was killed end by themselves, soon, and no socket is left."""
        for _ in range(int(seconds / 0.1)):
            if not self.kernels():
                break
            time.sleep(0.1)
        assert not self.kernels()
        assert not list(self.temporary.glob("fvmanalys-*"))

    def kernels(self) -> list[int]:
        """The processes that belong to our runs."""
        ours = str(self.temporary)
        return [one.pid for one in psutil.process_iter(["cmdline"]) if any(ours in word for word in one.info["cmdline"] or [])]


def remains(out: Path) -> list[str]:
    """What lies in an output folder and is neither a run, nor a failed one, nor the lock, nor says its kind."""
    return sorted({path.name for path in out.iterdir()} - {"runs", "failed", "latest", place.LOCK, place.KIND, place.MADE})
