"""Many scenarios, on this machine or on a Dask cluster elsewhere: a grid in, one Parquet dataset out.

Scenarios are computed in chunks; each is written as a part, whole or not at all, and when all are there they become
one dataset in the order of the scenarios. So a sweep that was stopped goes on where it was, and its bytes depend on
nothing but what was asked.
"""

import hashlib
import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from fvmanalys.analysis.compare import compare
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.sweeps import DATASET, FIGURES
from fvmanalys.errors import FvmanalysError, RunFailed, RunStopped, UsageError
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.dated import default_folder
from fvmanalys.evidence.fields import BOUNDS, PARAMETER_UNITS
from fvmanalys.evidence.settings import did_you_mean
from fvmanalys.evidence.write import raw_texts
from fvmanalys.model.simulate import simulate
from fvmanalys.run.folder import held
from fvmanalys.run.grid import TEXTS, Grid, Scenario, read_grid
from fvmanalys.run.record import canonical, code_hash, text_hashes, versions

__all__ = ["Swept", "publisher", "run_sweep"]

SWEEP, PARTS = "sweep.json", "parts"
CHUNK, AHEAD = 50, 3  # scenarios computed at a time, and chunks handed to each worker before one has come back
GROUP = 2**16  # rows of the dataset that are packed together
PATIENCE = 10  # seconds for a scheduler to answer and for a worker to be there

Rows = list[dict[str, Any]]
Progress = Callable[[int, int], None]
Publish = Callable[[Inputs, int, int, Path], Any]


@dataclass(frozen=True)
class Swept:
    """A sweep that is done: its dataset, how many scenarios it holds, and what failed of them."""

    path: Path
    scenarios: int
    failures: list[str]


def run_sweep(
    path: Path,
    out: Path,
    *,
    data: Path | None = None,
    scheduler: str = "",
    workers: int | None = None,
    chunk: int = CHUNK,
    publish: Publish | None = None,
    progress: Progress = lambda done, total: None,
) -> Swept:
    """Compute every scenario of GRID.toml that `out` lacks, and make the dataset of all when the last is there.

    On `workers` processes of this machine (0: in this one, without Dask; None: one a core), or on the cluster of
    `scheduler`, whose workers need the package and are sent the tables. `publish` is called with each scenario's
    inputs, draws, seed and folder. Raises UsageError before anything is computed.
    """
    parquet()
    grid = read_grid(path)
    bases = read_bases(grid, data or default_folder(), path.parent)
    check_axes(path, grid, bases)
    with held(out):
        claim(out, asdict(grid), bases)
        if not (out / DATASET).exists():
            compute = partial(chunk_rows, grid.draws, grid.seed, publish=publish, out=out)
            complete(
                out, grid, 1 if publish else chunk, progress, partial(computed, compute, bases, scheduler, workers)
            )
            compact(out, grid)
        for part in parts_of(out):
            part.unlink()
    return Swept(out / DATASET, grid.size, failures_in(out / DATASET))


def complete(out: Path, grid: Grid, chunk: int, progress: Progress, compute: Any) -> None:
    """Compute and keep every scenario that is not there; RunFailed tells which could not be, when all others are."""
    done = {index for part in parts_of(out) for index in part_indices(part)}
    missing = [index for index in range(grid.size) if index not in done]
    chunks = [missing[start : start + chunk] for start in range(0, len(missing), chunk)]
    lost = list[str]()
    count = len(done)
    progress(count, grid.size)
    for indices, rows in compute({index: grid.scenario(index) for index in indices} for indices in chunks):
        if isinstance(rows, str):
            lost.append(f"scenarios {indices[0]} to {indices[-1]} {rows}")
            continue
        write_part(out, grid, indices, rows)
        count += len(indices)
        progress(count, grid.size)
    if lost:
        raise RunFailed("\n".join([*lost, "all others are done; run the same again for these"]))


def parquet() -> Any:
    """The library that reads and writes the dataset; UsageError says how to get it."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError("a sweep needs the extra `scale`; install fvmanalys[scale]") from error
    return pyarrow


# What varies


def read_bases(grid: Grid, folder: Path, place: Path) -> dict[tuple[str, str], Inputs]:
    """The inputs of every folder, as seen from a place, and day that a scenario starts from."""
    values = {axis.name: axis.values for axis in grid.axes}
    return {
        (data, day): load(place / data if data else folder, day or None)
        for data in values.get("data", ("",))
        for day in values.get("as_of", ("",))
    }


def check_axes(path: Path, grid: Grid, bases: Mapping[tuple[str, str], Inputs]) -> None:
    """Refuse an axis that no inputs know, and a value that no rule allows."""
    faults = []
    for axis in (one for one in grid.axes if one.name not in ("data", "as_of")):
        tried = axis.values or axis.ends
        for value in dict.fromkeys(tried if axis.name in TEXTS else (min(tried), max(tried))):
            problems = list[str]()
            for inputs in bases.values():
                problems.append(problem_with(inputs, {axis.name: value}))
                if not problems[-1]:
                    break
            if all(problems):
                faults.append(f"{path}: {axis.name}: {problems[0]}")
                break
    if faults:
        raise UsageError("\n".join(faults))


def problem_with(inputs: Inputs, scenario: Scenario) -> str:
    """What is wrong with a scenario; empty where nothing is."""
    try:
        changed(inputs, scenario)
    except FvmanalysError as error:
        return " ".join(str(error).split())
    return ""


def changed(inputs: Inputs, scenario: Scenario) -> Inputs:
    """The inputs of a scenario, checked by the rules of the raw tables."""
    if "options" in scenario:
        names = scenario["options"].split(";")
        known = inputs.options()
        if unknown := [name for name in names if name not in known]:
            raise UsageError(f"no option {unknown[0]!r} is in play; {did_you_mean(unknown[0], known)}")
        gone = [f"options/{name}" for name in known if name not in names]
        inputs = inputs.with_(gone, drop=True) if gone else inputs
    given = set(inputs.tables["parameters"]["parameter_id"])
    values = {}
    for name, value in scenario.items():
        section, _, key = name.partition("/")
        if section == "parameters" and key in PARAMETER_UNITS and key not in given:
            inputs = with_parameter(inputs, key, value)
        elif section in ("parameters", "estimates"):
            values[name.removeprefix("estimates/")] = value
        elif section in ("times", "add"):
            inputs = inputs.with_(key, **{section: value})
    return inputs.with_(values) if values else inputs


def with_parameter(inputs: Inputs, name: str, value: float) -> Inputs:
    """The inputs with a parameter that the tables leave at its default."""
    low, high = BOUNDS.get(PARAMETER_UNITS[name], (-np.inf, np.inf))
    if not low <= value <= high:
        raise UsageError(f"{name} {value:g} is not between {low:g} and {high:g}; correct it")
    return with_parameters(inputs, **{name: value})


# What is computed


def chunk_rows(
    draws: int,
    seed: int,
    bases: Mapping[Any, Inputs],
    scenarios: Mapping[int, Scenario],
    publish: Publish | None = None,
    out: Path = Path(),
) -> Rows:
    """The rows of some scenarios: one for each option, or a single one that says why there is none."""
    rows: Rows = []
    for index, scenario in scenarios.items():
        try:
            inputs = changed(bases[scenario.get("data", ""), scenario.get("as_of", "")], scenario)
            found = compare(simulate(inputs, draws, seed))
            if publish:
                publish(inputs, draws, seed, out / "runs" / f"{index:07d}")
            for option, row in zip(found.table.index, found.table.to_dict("records"), strict=True):
                figures = {name: float(row[name]) for name in FIGURES}
                rows.append({"scenario": index, **scenario, "option": option, "best": option == found.best, **figures})
        except RunStopped:
            raise
        except Exception as error:  # whatever it is, it is told of its scenario, and the others go on
            told = f"{type(error).__name__}: {' '.join(str(error).split())}"
            rows.append({"scenario": index, **scenario, "error": told})
    return rows


def publisher(config: Path | None) -> Publish:
    """What publishes the run of a scenario, with its notebooks, in a folder."""
    from fvmanalys.run import publish
    from fvmanalys.run.suite import read_suite, suite_at_hand

    suite = read_suite(config or suite_at_hand())

    def published(inputs: Inputs, draws: int, seed: int, folder: Path) -> None:
        with TemporaryDirectory() as place:
            for name, text in raw_texts(inputs).items():
                (Path(place) / name).write_text(text, encoding="utf-8", newline="")
            asked = replace(suite, draws=draws, seed=seed)
            publish.run(Path(place), folder, asked, inputs.as_of.isoformat(), fresh=False)

    return published


def computed(
    compute: Any, bases: Any, scheduler: str, workers: int | None, asked: Iterator[dict[int, Scenario]]
) -> Iterator[tuple[Sequence[int], Rows | str]]:
    """Each chunk with its rows, or with what became of it, in whatever order they are ready."""
    if workers == 0 and not scheduler:
        yield from ((list(scenarios), compute(bases, scenarios)) for scenarios in asked)
    elif first := next(asked, None):
        with cluster(scheduler, workers) as client:
            yield from on_dask(client, compute, chain([first], asked), bases)


@contextmanager
def cluster(scheduler: str, workers: int | None) -> Iterator[Any]:
    """A client of the cluster: processes of this machine, or those of a scheduler that is there already."""
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UsageError("a sweep needs the extra `scale`; install fvmanalys[scale]") from error
    if not scheduler:
        alone = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": "ERROR"}
        with LocalCluster(n_workers=workers, **alone) as local, Client(local) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--scheduler {scheduler}: no scheduler answers there; start one with `dask scheduler`"
        ) from error
    with client:
        check_workers(client, scheduler)
        yield client


def check_workers(client: Any, scheduler: str) -> None:
    """Refuse a cluster without workers, or with other code than this: its figures would not be these."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        hashes = client.run(code_hash, [])
    except TimeoutError as error:
        problem = f"--scheduler {scheduler}: no worker is there"
        raise UsageError(f"{problem}; start some with `dask worker {scheduler}`") from error
    except Exception as error:
        problem = f"--scheduler {scheduler}: its workers cannot load fvmanalys ({type(error).__name__}: {error})"
        raise UsageError(f"{problem}; install the package there") from error
    other = [worker for worker, found in hashes.items() if found != code_hash([])]
    if other:
        raise UsageError(f"--scheduler {scheduler}: {other[0]} has another fvmanalys than this; install the same there")


def on_dask(
    client: Any, compute: Any, asked: Iterator[dict[int, Scenario]], bases: Any
) -> Iterator[tuple[Sequence[int], Rows | str]]:
    """Hand out chunks, a few ahead of what is done; tables are a task's result, made again where a worker is lost."""
    from distributed import as_completed

    packed = pickle.dumps(dict(bases))
    sent = client.submit(pickle.loads, packed, key=f"inputs-{hashlib.sha256(packed).hexdigest()}")
    given = dict[str, list[int]]()

    def hand_out(count: int) -> list[Any]:
        futures = []
        for scenarios in islice(asked, count):
            futures.append(client.submit(compute, sent, scenarios, pure=False))
            given[futures[-1].key] = list(scenarios)
        return futures

    ready = as_completed(hand_out(AHEAD * max(len(client.scheduler_info()["workers"]), 1)))
    for future in ready:
        indices = given.pop(future.key)
        if future.status == "finished":
            yield indices, future.result()
        else:
            yield indices, f"were lost with their workers ({future.exception() or future.status})"
        for following in hand_out(1):
            ready.add(following)


# What is kept


def claim(out: Path, grid: dict[str, Any], bases: Mapping[tuple[str, str], Inputs]) -> None:
    """Take the folder for just this sweep: what it was asked, of which tables, with which code."""
    tables = {" ".join(key): text_hashes(raw_texts(inputs)) for key, inputs in bases.items()}
    made_of = {"grid": grid, "tables": tables, "versions": versions() | {"pyarrow": parquet().__version__}}
    digest = hashlib.sha256(canonical([made_of, code_hash([])])).hexdigest()
    text = canonical(made_of | {"sweep": digest}) + b"\n"
    place = out / SWEEP
    (out / PARTS).mkdir(parents=True, exist_ok=True)
    if place.exists() and place.read_bytes() != text:
        raise UsageError(f"{out}: holds another sweep, or one of other tables or code; give another folder with --out")
    if not place.exists():
        if any((out / PARTS).iterdir()) or (out / DATASET).exists():
            raise UsageError(
                f"{out}: holds parts of a sweep that does not say what it is; give another folder with --out"
            )
        write_whole(place, lambda part: part.write_bytes(text))


def schema(grid: Grid) -> Any:
    """The columns of the dataset: the scenario, what varies, the option, its figures, and what went wrong."""
    pa = parquet()
    numeric = {axis.name: axis.name not in TEXTS for axis in grid.axes}
    axes = [(name, pa.float64() if is_number else pa.string()) for name, is_number in numeric.items()]
    figures = [(name, pa.float64()) for name in FIGURES]
    told = [("option", pa.string()), ("best", pa.bool_()), *figures, ("error", pa.string())]
    return pa.schema([("scenario", pa.int32()), *axes, *told])


def write_part(out: Path, grid: Grid, indices: Sequence[int], rows: Rows) -> None:
    """Write the rows of a chunk, which then is done."""
    pa = parquet()
    table = pa.Table.from_pylist(rows, schema(grid))
    place = out / PARTS / f"{indices[0]:07d}-{indices[-1]:07d}.parquet"
    write_whole(place, lambda part: pa.parquet.write_table(table, part))


def write_whole(place: Path, write: Callable[[Path], Any]) -> None:
    """Write a file that is there whole or not at all."""
    part = place.with_name(f".{place.name}.part")
    write(part)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(place)


def parts_of(out: Path) -> list[Path]:
    """The parts that are there, in the order of their first scenarios."""
    return sorted(path for path in (out / PARTS).glob("*.parquet") if not path.name.startswith("."))


def part_indices(part: Path) -> set[int]:
    """The scenarios that a part holds."""
    return set(parquet().parquet.read_table(part, columns=["scenario"])["scenario"].to_pylist())


def compact(out: Path, grid: Grid) -> None:
    """Make one dataset of all parts, in the order of the scenarios, and remove them."""
    pa = parquet()
    parts = parts_of(out)
    table = pa.concat_tables([pa.parquet.read_table(part, schema=schema(grid)) for part in parts]).combine_chunks()
    order = np.argsort(table["scenario"].to_numpy(), kind="stable")
    table = table.take(order).combine_chunks()
    write_whole(
        out / DATASET, lambda part: pa.parquet.write_table(table, part, row_group_size=GROUP, compression="zstd")
    )
    for part in parts:
        part.unlink()


def failures_in(ready: Path) -> list[str]:
    """What failed, by scenario."""
    table = parquet().parquet.read_table(ready, columns=["scenario", "error"])
    return [f"scenario {row['scenario']}: {row['error']}" for row in table.to_pylist() if row["error"]]
