"""How time and memory grow: with draws, options, estimates and areas, and with the processes that a sweep has.

    python -m tests.benchmarks.scale [--most 10_000_000] [--scenarios 400]

Growth is told in processor time, so that other work on the machine weighs little: against that of the smallest, for
each draw, option, estimate or area. A sweep is told in scenarios a second from its first chunk to its last, and, since
that says little on a machine that is busy, by the processor time of whoever hands out the work beside its workers'.
"""

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

import fvmanalys as fvm
from fvmanalys.model.draws import draw_block
from fvmanalys.run.sweep import run_sweep
from tests.tiny import tiny, write_tiny

DRAWS = 10_000
PEAK = """
import resource, sys, time, fvmanalys as fvm
inputs, start = fvm.load(sys.argv[1]), time.process_time()
fvm.simulate(inputs, int(sys.argv[2]))
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**3 if sys.platform == "darwin" else 1024**2))
"""
GRID = """
design = "latin_hypercube"
samples = {}
draws = 10_000
[parameters]
value_per_point = {{low = 0.1, high = 2}}
[times]
"contracts/o0/c0" = {{low = 0.5, high = 2}}
"""


def decision(options=2, estimates=1, areas=1):
    """Tables of so many options with so many cost rows each, and areas."""
    names, places = [f"o{place}" for place in range(options)], [f"a{place}" for place in range(areas)]
    rows = [(name, f"c{place}") for name in names for place in range(estimates)]
    contracts = [{"option_id": name, "item_id": item, "category": "c", "basis": "per_year", "from_event": "done", "is": (1, 2, 4)} for name, item in rows]
    levels = [{"option_id": name, "area_id": area, "from_event": "done", "is": (20, 50, 80)} for name in names for area in places]
    timeline = [{"option_id": name, "event_id": "done", "is": (3, 6, 24)} for name in names]
    return names, places, {"contracts": contracts, "levels": levels, "timeline": timeline}


def simulated(**size):
    """The processor time of simulating a decision of some size: the least of three."""
    names, places, tables = decision(**size)
    inputs, found = tiny(names, places, **tables), []
    for _ in range(3):
        draw_block.cache_clear()
        start = process_time()
        fvm.simulate(inputs, DRAWS)
        found.append(process_time() - start)
    return min(found)


def growth(what, sizes, **other):
    """The time of each size for each of its parts, against that of the smallest; it falls where there is a fixed part."""
    times = [simulated(**{what: size}, **other) for size in sizes]
    return [(f"{size} {what}", f"{times[place] / times[0] / (size / sizes[0]):.2f}", f"{times[place]:.2f} s") for place, size in enumerate(sizes)]


def draws(data, most):
    """The time of each draw against that at the fewest, and the peak memory, each in a process of its own."""
    rows, first = [], 0.0
    count = 10_000
    while count <= most:
        found = subprocess.run([sys.executable, "-c", PEAK, data, str(count)], capture_output=True, text=True, check=True)
        seconds, memory = map(float, found.stdout.split())
        first = first or seconds / count
        rows.append((f"{count:,} draws", f"{seconds / count / first:.2f}", f"{seconds:.1f} s, {memory:.2f} GB"))
        count *= 10
    return rows


@contextmanager
def own_cluster(workers):
    """A scheduler and workers of their own on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    dask = [sys.executable, "-m", "dask"]
    started = [subprocess.Popen([*dask, "scheduler", "--host", address, "--no-dashboard", "--no-show"], **quiet)]
    started += [subprocess.Popen([*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"], **quiet) for _ in range(workers)]
    try:
        yield address
    finally:
        for process in started[::-1]:
            process.terminate()
            process.wait()


def children():
    """The processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def swept(folder, grid, data, **how):
    """Scenarios a second of a sweep, and the processor time of handing out against that of all its processes."""
    marks, before = [], children()
    run_sweep(grid, folder, data=data, progress=lambda done, total: marks.append((done, perf_counter(), process_time())), **how)
    (first, start, spent), (last, end, used) = marks[1], marks[-1]
    return (last - first) / (end - start), used - spent, children() - before


def sweeps(scenarios):
    """A sweep with one worker, with two, and against a scheduler of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        names, areas, tables = decision(3, 4, 2)
        (folder / "raw").mkdir()
        write_tiny(folder / "raw", names, areas, **tables)
        grid = folder / "grid.toml"
        grid.write_text(GRID.format(scenarios), "utf-8")
        one, *_ = swept(folder / "one", grid, folder / "raw", workers=1)
        two, handing, working = swept(folder / "two", grid, folder / "raw", workers=2)
        with own_cluster(2) as address:
            apart, *_ = swept(folder / "apart", grid, folder / "raw", scheduler=address)
    note = f"handing out took {handing:.1f} s of processor time, the workers {working:.1f} s with their start"
    return [
        ("one worker", "1.00", f"{one:.1f} scenarios a second"),
        ("two workers", f"{two / one:.2f}", note),
        ("two workers of a scheduler apart", f"{apart / one:.2f}", ""),
    ]


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--most", type=int, default=10_000_000)
    parser.add_argument("--scenarios", type=int, default=400)
    parser.add_argument("--only", choices=("draws", "options", "estimates", "areas", "sweeps"))
    asked = parser.parse_args()
    parts = {
        "draws": lambda: draws(asked.data, asked.most),
        "options": lambda: growth("options", (2, 10, 50), estimates=10),
        "estimates": lambda: growth("estimates", (10, 100, 1000)),
        "areas": lambda: growth("areas", (2, 10, 50)),
        "sweeps": lambda: sweeps(asked.scenarios),
    }
    for name, measure in parts.items():
        for what, found, told in measure() if asked.only in (None, name) else ():
            print(f"{what:<40}{found:>8}  {told}", flush=True)


if __name__ == "__main__":
    main()
