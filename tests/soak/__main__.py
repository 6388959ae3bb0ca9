"""`python -m tests.soak [KILLS]`: every fault at length; docs/soak.md is what came of it, or the first thing that did not hold."""

import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from fvmanalys import __version__
from tests.soak.ground import ROOT, Ground, remains, write_suite
from tests.test_limits import made

RESULT = ROOT / "docs/soak.md"
HEAD = """# Soak

What `make soak` found last: runs that are killed, starved and hindered on purpose, on a small decision (three options, a suite of one
notebook, 64 draws), by the real command line. After each fault `latest` must be a complete run that `fvmanalys verify` finds the same,
no kernel may be left running, and the next run must succeed and leave no remains. The first thing that does not hold ends the soak.
`tests/test_publication.py` adds what no stopwatch hits: a kill before each single change of the disk while a run is published, and
while the next one mends what that left.

"""


def random_kills(ground: Ground, kills: int) -> str:
    """SIGKILL at random moments, from the start of the process to some time after its end."""
    moments, hits, longest = random.Random(20241112), 0, 3.0
    for number in range(kills):
        seed = moments.choice((1, 2, 3))
        begun, running = time.monotonic(), ground.start(seed=seed)
        running.process.join(moments.uniform(0, longest))
        running.signal(signal.SIGKILL) if running.process.is_alive() else None
        hits += running.end().code == -signal.SIGKILL
        ground.check_latest()
        begun = time.monotonic()
        ground.check_next(seed=seed)
        longest = 0.9 * longest + 0.1 * 1.1 * (time.monotonic() - begun)
        print(f"  {number + 1} of {kills}", flush=True)
    return f"{kills} at random moments, {hits} of them before the run had ended; runs took some {longest:.0f} s"


def boundary_kills(ground: Ground, _: int) -> str:
    """SIGKILL before and after each step."""
    done = 0
    for fault in ("kill_before", "kill_after"):
        for step in ground.steps():
            ended = ground.run(fault=(fault, step), seed=2)
            done += ended.code == -signal.SIGKILL
            ground.check_latest()
            ground.check_next(seed=2)
    return f"{done} kills: before and after each of {', '.join(ground.steps())}"


def full_disk(ground: Ground, _: int) -> str:
    """No file above a size, from a few bytes to the size of the workbook; then a small disk of its own."""
    sizes = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000, 90_000]
    for size in sizes:
        ended = ground.run(fault=("limit_files", size), seed=2)
        assert ended.code == 1, ended
        assert "what is published is as it was" in ended.said or size < 1_000, ended
        ground.check_latest()
        ground.check_next(seed=2)
    return f"file-size limits of {', '.join(map(str, sizes))} bytes: exit code 1 each time; {small_disk(ground)}"


def small_disk(ground: Ground, _: int = 0) -> str:
    """A disk of some hundred kilobytes, mounted where that is allowed, that is emptied of its ballast in steps."""
    out = ground.folder / "disk"
    out.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(out)], capture_output=True).returncode:
        return "no small disk could be mounted here"
    try:
        usual, ground.out = ground.out, out
        ground.check_next()
        failures = 0
        for room in range(0, 3_000, 300):
            ballast = out.parent / "disk" / "ballast"
            free = os.statvfs(out).f_bavail * os.statvfs(out).f_frsize
            ballast.write_bytes(bytes(max(0, free - room * 1024)))
            ended = ground.run(seed=2)
            assert ended.code in (0, 1), ended
            failures += ended.code
            assert ended.code == 0 or "No space left on device" in ended.said, ended
            ground.check_latest()
            ballast.unlink()
        ground.check_next(seed=3)
        return f"a disk of 8 MB with 0 to 2.7 MB left: {failures} of 10 runs refused with exit code 1, the others published"
    finally:
        ground.out = usual
        subprocess.run(["umount", str(out)], check=True)


def side_by_side(ground: Ground, _: int) -> str:
    """Two, then twenty runs at once; then twenty that wait."""
    told = []
    for count, more in ((2, ()), (20, ()), (20, ("--wait",))):
        running = [ground.start(*more, seed=number % 3) for number in range(count)]
        codes = [one.end().code for one in running]
        assert set(codes) <= {0, 5}, codes
        assert codes.count(0) >= 1
        assert not more or codes.count(0) == count, codes
        ground.check_latest()
        assert not remains(ground.out)
        told.append(f"{count}{' that wait' if more else ''}: {codes.count(0)} published, {codes.count(5)} refused with exit code 5")
    ground.check_next()
    return "; ".join(told)


def bad_notebooks(ground: Ground, _: int) -> str:
    """A hanging cell, a dying kernel, an exception, a quiet exit."""
    cells = {
        "a hanging cell": ("while True: pass", 3),
        "a cell that sleeps": ("import time; time.sleep(600)", 3),
        "a dying kernel": ("import os; os._exit(1)", 4),
        "a killed kernel": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 4),
        "an exception": ("1 / 0", 1),
        "a quiet exit": ("import sys; sys.exit(0)", 1),
    }
    for number, (cell, code) in enumerate(cells.values()):
        config = write_suite(ground.folder / f"bad-{number}", cell, limits="[limits]\nnotebook_seconds = 4.0")
        ended = ground.run(config=config)
        assert ended.code == code, ended
        ground.check_latest()
        ground.check_next()
    return "; ".join(f"{name}: exit code {code}" for name, (_, code) in cells.items())


def clock_back(ground: Ground, _: int) -> str:
    """The clock a year behind, and going back an hour each time somebody looks."""
    for days in (1, 400, 20_000):
        ground.check_next(fault=("set_clock_back", days))
    return "1, 400 and 20 000 days behind, and falling: published each time"


def signals(ground: Ground, _: int) -> str:
    """Asked to stop at ten moments, by each signal."""
    moments = random.Random(1)
    names = ("SIGTERM", "SIGINT", "SIGHUP")
    codes = []
    for name in names * 4:
        running = ground.start(seed=2)
        time.sleep(moments.uniform(0.5, 4))
        running.signal(getattr(signal, name))
        codes.append(running.end().code)
        ground.check_latest()
        ground.check_quiet(5)
    ground.check_next(seed=2)
    return f"{len(codes)} runs stopped by {', '.join(names)}: exit codes {sorted(set(codes))}"


def hostile_tables(ground: Ground, _: int) -> str:
    """Tables made to harm whoever opens them, by the real command: refused, each with its remedy."""
    seconds = []
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        for path, words in made(Path(folder)):
            for table in ground.data.iterdir():
                if table.stem != path.stem:
                    shutil.copy(table, path.parent)
            begun, ended = time.monotonic(), ground.run("--data", path.parent)
            assert ended.code == 2 and words in ended.said and "Traceback" not in ended.said, ended
            seconds.append(time.monotonic() - begun)
    ground.check_next()
    told = f"{len(seconds)} bombs, endless files and garbled ones: exit code 2 each time, with the file and a remedy"
    return f"{told}; the longest took {max(seconds):.0f} s"


def too_much(ground: Ground, _: int) -> str:
    """Runs without the time or the memory that they would need, and output folders that lead astray."""
    config = write_suite(ground.folder / "late", "print(draws)", limits="[limits]\nrun_seconds = 1.0")
    ended = ground.run(config=config, seed=9)
    assert ended.code == 3 and "limits.run_seconds" in ended.said, ended
    ended = ground.run("--draws", 1_000_000_000)
    assert ended.code == 2 and "gigabytes of memory" in ended.said, ended
    for name, make in {"latest": lambda path: path.symlink_to("latest"), "failed": Path.touch, "runs": Path.mkdir}.items():
        out = ground.folder / f"astray-{name}"
        out.mkdir()
        make(out / name)
        ended = ground.run(out=out)
        assert ended.code == (0 if name == "runs" else 2) and "Traceback" not in ended.said, ended
    ground.check_latest()
    ground.check_next()
    return "a second for the whole run: exit code 3; a thousand million draws, `latest` that loops, a file `failed`: exit code 2 before the work"


PARTS: dict[str, Callable[[Ground, int], str]] = {
    "Killed at each step boundary": boundary_kills,
    "Killed at random": random_kills,
    "Asked to stop": signals,
    "Disk full": full_disk,
    "Side by side": side_by_side,
    "Notebooks that fail": bad_notebooks,
    "Clock set back": clock_back,
    "Tables made to harm": hostile_tables,
    "Too much asked": too_much,
}


def main(kills: int = 200) -> None:
    """Do all of it, and write what came of it."""
    lines, began = [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        ground.check_next()
        for name, part in PARTS.items():
            print(name, flush=True)
            begun = time.monotonic()
            lines.append(f"| {name} | {part(ground, kills)} | {(time.monotonic() - begun) / 60:.0f} min |")
            print(lines[-1], flush=True)
        ground.close()
    made = f"fvmanalys {__version__}, Python {platform.python_version()}, {platform.system()}, {date.today()}: "
    table = "\n".join(["| fault | what came of it | took |", "|---|---|---|", *lines])
    RESULT.write_text(f"{HEAD}{made}everything held ({(time.monotonic() - began) / 60:.0f} minutes).\n\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
