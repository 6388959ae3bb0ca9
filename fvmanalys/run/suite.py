"""Turn suite.toml into jobs, and run them side by side."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from fvmanalys.errors import RunTimedOut, UsageError
from fvmanalys.evidence.dated import project
from fvmanalys.evidence.settings import read_toml, setting_fault
from fvmanalys.run.kernels import Kernels
from fvmanalys.run.notebook import Job, Limits, Outcome, Stopped, clean_notebook, execute
from fvmanalys.run.own import Own, read_own
from fvmanalys.run.source import check_parameters, declared_parameters, notebook_faults

__all__ = [
    "Job", "Limits", "SUITE", "Notebook", "Outcome", "Suite", "check_parameters", "clean_notebook", "expand",
    "own_suite", "read_suite", "run_notebook", "run_suite", "shipped", "suite_at_hand", "weeks",
]  # fmt: skip

SUITE = "suite.toml"
DECLARED = ConfigDict(extra="forbid")
Count = Annotated[int, Field(ge=1, strict=True)]


# How to run: suite.toml


@dataclass(frozen=True, config=DECLARED)
class Notebook:
    """One notebook of the suite, run once, or once `per` area; a `section` comes last in the appendix."""

    path: str
    per: Literal["areas"] | None = None
    appendix: Annotated[bool, Field(strict=True)] = False
    report: Annotated[bool, Field(strict=True)] = False
    section: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, config=DECLARED)
class Suite:
    """How to run, never what to decide: the notebooks in order, draws, seed, parallel jobs, language and limits."""

    notebooks: Annotated[list[Notebook], Field(min_length=1)]
    draws: Count = 20_000
    seed: Annotated[int, Field(ge=0, strict=True)] = 1
    jobs: Count = 2
    lang: Literal["sv", "en"] = "sv"
    limits: Limits = Field(default_factory=Limits)
    own: Own = Field(default_factory=Own)
    place: dict[str, Any] = Field(default_factory=dict, exclude=True)  # what `own` names, as it was read


def shipped(name: str) -> Path:
    """A file that comes with the library: inside it where it is installed, beside it in a checkout."""
    library = Path(__file__).parents[1]
    inside = library / "shipped" / name
    return inside if inside.exists() else library.parent / name


def own_suite() -> Path | None:
    """The suite of the project that we stand in, if it has one."""
    own = project() / SUITE
    return own if own.exists() else None


def suite_at_hand() -> Path:
    """The suite of the project that we stand in, or else the one that comes with the library."""
    return own_suite() or shipped(SUITE)


def read_suite(path: str | Path) -> Suite:
    """Read suite.toml; a notebook's path is relative to its folder."""
    path = Path(path)
    try:
        suite = TypeAdapter(Suite).validate_python(read_toml(path, "name a suite file with --config"))
    except ValidationError as error:
        raise UsageError("\n".join(f"{path}: {_setting_fault(fault)}" for fault in error.errors())) from error
    located = [replace(one, path=str((path.parent / one.path).absolute())) for one in suite.notebooks]
    for number, (one, entry) in enumerate(zip(suite.notebooks, located, strict=True)):
        if not Path(entry.path).is_file():
            problem = f"there is no {one.path!r}; correct the path or remove the entry"
            raise UsageError(f"{path}: notebooks.{number}.path: {problem}")
    return replace(suite, place=read_own(path, suite.own), notebooks=located)


def _setting_fault(fault: Any) -> str:
    parts = {"limits": Limits, "notebooks": Notebook, "own": Own}
    kind: Any = parts[str(fault["loc"][0])] if len(fault["loc"]) > 1 else Suite
    return setting_fault(".".join(map(str, fault["loc"])), fault, list(kind.__dataclass_fields__))


def weeks(span: str, as_of: str | None = None) -> list[str]:
    """The days of `FIRST..LAST`, a week apart, as `as_of` takes them."""
    try:
        first, last = map(date.fromisoformat, span.split(".."))
    except ValueError as error:
        raise UsageError(f"--weekly {span!r}: is not two days; write 2025-01-07..2025-03-25") from error
    if as_of:
        raise UsageError(f"--weekly {span!r}: comes with --as-of; give one of them")
    if last < first:
        raise UsageError(f"--weekly {span!r}: ends before it begins; swap the days")
    return [(first + timedelta(days=7 * week)).isoformat() for week in range((last - first).days // 7 + 1)]


# What to run: one job a notebook, or one an area


def expand(suite: Suite, inputs: Any, common: Mapping[str, Any] | None = None) -> list[Job]:
    """Make the jobs: a notebook `per` area gives one for each, with the parameter `area`.

    Of `common`, each job takes what its notebook declares. Whatever would end a run at a notebook is told here, all at
    once; so is a declared name that nothing gives, but that resembles one given and not declared.
    """
    common = dict(common or {})
    faults = list[str]()
    for entry in suite.notebooks:
        area = {} if entry.per is None else {"area": ""}
        faults += notebook_faults(Path(entry.path), common | area, list(area))
    if faults:
        raise UsageError("\n".join(dict.fromkeys(faults)))
    return [job for entry in suite.notebooks for job in _jobs(entry, inputs, common)]


def _jobs(entry: Notebook, inputs: Any, common: dict[str, Any]) -> Iterator[Job]:
    path = Path(entry.path)
    declared = declared_parameters(path)
    asked = {name: value for name, value in common.items() if name in declared}
    if entry.per is None:
        yield Job(path, path.name, asked, entry.appendix, entry.report, entry.section)
        return
    for area in map(str, inputs.tables["areas"]["area_id"]):
        yield Job(path, f"{path.stem}-{area}.ipynb", {**asked, "area": area}, entry.appendix, section=entry.section)


# Running


def run_notebook(job: Job, folder: str | Path, limits: Limits | None = None) -> Outcome:
    """Run one notebook; its result appears in `folder` whole, or a partial one in `folder/failed` and an error."""
    return run_suite([job], folder, limits, workers=1)[0]


def run_suite(
    jobs: Sequence[Job],
    folder: str | Path,
    limits: Limits | None = None,
    workers: int = 2,
    progress: Callable[[Outcome], object] | None = None,
    ends: float = inf,
    keep: Callable[[Path], dict[str, str]] | None = None,
) -> list[Outcome]:
    """Run the jobs, `workers` at a time; at the first failure end every kernel and raise it.

    `progress` is called in this thread with each outcome. Time is up at the moment `ends` at the latest. `keep` puts
    what is known already into a private folder, and says what the kernels must know of it.
    """
    limits = limits or Limits()
    folder = Path(folder).absolute()
    report = progress or (lambda outcome: None)
    for job in jobs:
        check_parameters(job.notebook, job.parameters)
    names = Counter(job.name for job in jobs)
    for name in names:
        if names[name] > 1 or Path(name).name != name:
            raise UsageError(f"{name!r}: cannot be the file name of one result; rename the notebook or the area")
    run_ends = min(ends, time.monotonic() + limits.run_seconds)
    with (
        Kernels(folder, fork=len(jobs) > workers) as kernels,
        _kept(folder, keep) as kernels.environment,
        ThreadPoolExecutor(workers, thread_name_prefix="notebook") as pool,
    ):
        waiting = [pool.submit(_in_turn, job, folder, limits, kernels, run_ends) for job in jobs]
        try:
            for done in as_completed(waiting):
                if not isinstance(done.exception(), Stopped):
                    report(done.result())
        finally:
            kernels.stop()
    return [done.result() for done in waiting]


@contextmanager
def _kept(folder: Path, keep: Callable[[Path], dict[str, str]] | None) -> Iterator[dict[str, str]]:
    """What kernels must know of what is kept for them: secrets may be in it, so it lies with the run and goes first."""
    if keep is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix=".kept-", dir=folder, ignore_cleanup_errors=True) as private:
        yield keep(Path(private))


def _in_turn(job: Job, folder: Path, limits: Limits, kernels: Kernels, run_ends: float) -> Outcome:
    """Run a job when its turn comes, unless the run has failed or its time is up."""
    if kernels.stopped:
        raise Stopped
    if time.monotonic() >= run_ends:
        raise RunTimedOut(
            f"{job.name}: not begun after {limits.run_seconds:g} s; run fewer notebooks or raise limits.run_seconds"
        )
    try:
        return execute(job, folder, limits, kernels, run_ends)
    except BaseException:
        kernels.stop()
        raise
