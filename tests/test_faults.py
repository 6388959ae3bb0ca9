"""Scheduled runs where things go wrong: `latest` stays a complete, verifying run, and the next run succeeds.

A little of what `python -m tests.soak` does at length; docs/soak.md holds its result.
"""

import json
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from fvmanalys.run import folder as place
from fvmanalys.run.chain import DIFFERENT, TAMPERED
from fvmanalys.run.log import LOG, read_log
from fvmanalys.run.sockets import MARK, remove_folders
from fvmanalys.run.verify import same_cell, verify
from tests.soak.ground import Ground, remains, write_suite

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the faults are made with POSIX signals and limits")
WEEKS = ["2024-06-04", "2024-06-11", "2024-06-18"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """A folder with one published run."""
    ground = Ground(tmp_path_factory.mktemp("ground"), brief=True)
    assert ground.run().code == 0
    yield ground
    ground.close()


def stays(ground: Ground, *more, code: int, says: str, **how) -> str:
    """A run that fails with this code and words, and changes nothing; gives what it said."""
    before = ground.latest()
    ended = ground.run(*more, **how)
    assert ended.code == code, ended
    assert says in ended.said
    assert "Traceback (most recent call last):\n  File" not in ended.said, "a fault of the program, not an error told"
    assert ground.check_latest() == before
    assert not remains(ground.out)
    ground.check_quiet()
    return ended.said


# Killed


def test_killed_at_each_step_boundary_and_at_five_moments(ground):
    for step in ground.steps():
        assert ground.run(fault=("kill_after" if step == "run" else "kill_before", step), seed=2).code == -signal.SIGKILL or step.endswith(".ipynb")
        ground.check_latest()
    ground.check_next(seed=3)
    moments = random.Random(1)
    for _ in range(5):
        running = ground.start(seed=3)
        time.sleep(moments.uniform(0.1, 2))
        with suppress(ProcessLookupError):  # on a fast machine it may have ended
            running.signal(signal.SIGKILL)
        running.end()
        ground.check_latest()
    ground.check_next(seed=1)


def test_the_log_of_a_killed_run_is_kept_and_listed(ground, monkeypatch, capsys):
    from fvmanalys import cli

    assert ground.run(fault=("kill_before", "figures"), seed=5).code == -signal.SIGKILL
    ground.check_next(seed=1)
    kept = max(place.failed(ground.out), key=lambda path: path.stat().st_mtime)
    assert [path.name for path in kept.iterdir()] == [LOG]
    assert read_log(kept / LOG)[-1]["step"] == "tables"
    monkeypatch.setattr("sys.argv", ["fvmanalys", "runs", "--out", str(ground.out)])
    with pytest.raises(SystemExit):
        cli.main()
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(kept.name))
    assert "failed" in line
    assert "as of 2024-06-01" in line
    assert "killed after tables" in line


def start_slow(ground):
    """A run whose kernels have been forked and are in the middle of their cells."""
    begun = ground.folder / "begun"
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir()
    slow = write_suite(ground.folder / "slow", f"import os, time; open('{begun}/' + str(os.getpid()), 'w').close(); time.sleep(60)")
    for name in ("two", "three"):
        shutil.copy(slow.with_name("one.ipynb"), slow.with_name(f"{name}.ipynb"))
        slow.write_text(f'{slow.read_text()}[[notebooks]]\npath = "{name}.ipynb"\n')
    running = ground.start(config=slow)
    until = time.monotonic() + 120
    while len(list(begun.iterdir())) < 2:
        assert time.monotonic() < until, "no kernels came to their cells"
        time.sleep(0.05)
    assert len({psutil.Process(int(one.name)).ppid() for one in begun.iterdir()} - {running.process.pid}) == 1
    return running


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_forked_kernels_end_with_a_run_that_is_killed_and_nothing_is_published(ground, monkeypatch):
    before = ground.latest()
    running = start_slow(ground)
    running.signal(signal.SIGKILL)
    assert running.end().code == -signal.SIGKILL
    until = time.monotonic() + 20
    while ground.kernels():
        assert time.monotonic() < until, "kernels are left behind"
        time.sleep(0.1)
    assert ground.check_latest() == before
    monkeypatch.setattr(tempfile, "tempdir", str(ground.temporary))
    place.clean_remains(ground.out)
    assert remains(ground.out) == [".lock-holder"]
    ground.check_quiet()


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_run_cleanly(ground, number):
    before = ground.latest()
    running = start_slow(ground)
    running.signal(number)
    ended = running.end()
    assert ended.code == 1
    assert f"RunStopped: stopped by {signal.Signals(number).name}; what is published is as it was" in ended.said
    assert ground.check_latest() == before
    assert not remains(ground.out)
    assert not ground.kernels()
    assert not list(ground.temporary.glob("fvmanalys-*"))


# A machine that refuses


@pytest.mark.parametrize(("size", "step"), [(2_000, "tables"), (40_000, "figures|workbook")])
def test_a_full_disk_is_one_clear_error(ground, size, step):
    said = stays(ground, code=1, says="File too large; what is published is as it was", fault=("limit_files", size), whole=True)
    assert re.search(rf"^({step}): .* s, failed: \w+$", said, re.MULTILINE)


def test_a_folder_that_nobody_can_write_is_one_clear_error(ground):
    ended = ground.run(out=Path("/proc/fvmanalys"))
    assert ended.code == 2
    assert "UsageError: /proc/fvmanalys cannot be written" in ended.said
    assert "choose another folder with --out" in ended.said


def test_tables_edited_while_they_are_read_are_not_published(ground, monkeypatch):
    from fvmanalys.errors import RunFailed
    from fvmanalys.run import publish
    from fvmanalys.run.suite import read_suite

    table, read = ground.data / "contracts.csv", publish.load
    content = table.read_bytes()

    def load_and_edit(*facts):
        inputs = read(*facts)
        table.write_bytes(content + b"\n")
        return inputs

    monkeypatch.setattr(publish, "load", load_and_edit)
    with pytest.raises(RunFailed, match="was edited while the run began; run again"):
        publish.run(ground.data, ground.out, read_suite(ground.config))
    table.write_bytes(content)
    ground.check_latest()


def test_a_failing_cell_is_shown_with_its_traceback_and_kept(ground):
    config = write_suite(ground.folder / "bad", "def ratio(a, b):\n    return a / b", "ratio(1, 0)")
    said = stays(ground, code=1, says="RunFailed: one.ipynb, cell [3]: ZeroDivisionError: division by zero", config=config)
    assert "----> 2     return a / b" in said
    assert "\x1b[" not in said
    kept = Path(said.split("what it came to: ")[1].split("\n")[0].strip())
    assert kept.is_file()
    assert kept.parent.parent.parent == ground.out / "failed"
    assert "ZeroDivisionError" in kept.read_text("utf-8")


def test_a_dying_kernel_and_a_hanging_cell_have_their_codes(ground):
    dying = write_suite(ground.folder / "dying", "import os; os._exit(1)")
    stays(ground, code=4, says="KernelDied: one.ipynb, cell [2]: the kernel died", config=dying)
    hanging = write_suite(ground.folder / "hanging", "while True: pass", limits="[limits]\nnotebook_seconds = 3.0")
    stays(ground, code=3, says="RunTimedOut: one.ipynb, cell [2]: not done after 3 s", config=hanging)


def test_an_orphan_that_makes_its_folder_anew_is_ended_by_the_next_run(tmp_path):
    """What a kernel does that was just starting when its run was killed: removing the folder alone would not do."""
    sockets = Path(tempfile.gettempdir()) / f"fvmanalys-{secrets.token_hex(4)}"
    again = "import os, sys, time\nwhile True: os.makedirs(sys.argv[2][:-12], exist_ok=True); time.sleep(0.001)"
    orphan = subprocess.Popen([sys.executable, "-c", again, "-f", str(sockets / "1" / "kernel.json")])
    (tmp_path / MARK).write_text(str(sockets), encoding="utf-8")
    try:
        while not sockets.exists():
            time.sleep(0.01)
        remove_folders(tmp_path)
        orphan.wait(timeout=60)
        assert not sockets.exists()
    finally:
        orphan.kill()
        shutil.rmtree(sockets, ignore_errors=True)


# Side by side, and the clock


def test_of_two_runs_one_says_who_holds_the_folder_and_the_next_waits(ground):
    first = ground.start(seed=7)
    while not (ground.out / place.HOLDER).exists():
        time.sleep(0.01)
    second, third = ground.run(seed=8), ground.start("--wait", seed=9)
    assert second.code == 5
    assert f"is held by process {first.process.pid} on " in second.said
    assert (first.end().code, third.end().code) == (0, 0)
    ground.check_next()


def test_a_clock_set_back_changes_nothing(ground):
    run = ground.check_next()
    before = {path.relative_to(run): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    ground.check_next(fault=("set_clock_back", 400))
    after = {path.relative_to(run): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert {str(path) for path in before if before[path] != after.get(path)} == set(), "what came out is the same, so it stays"
    assert before.keys() == after.keys()
    assert all(line["seconds"] >= 0 for line in read_log(run / LOG))


# Weeks, and what verify finds


def test_three_weeks_are_one_command(ground, tmp_path):
    ended = ground.run("--weekly", f"{WEEKS[0]}..{WEEKS[-1]}", out=tmp_path)
    assert ended.code == 0, ended
    assert [path.name[:10] for path in place.published(tmp_path)] == WEEKS
    assert place.latest(tmp_path).name.startswith(WEEKS[-1])
    assert all(verify(path).holds for path in place.published(tmp_path))


def changed(text: str) -> str:
    """The table with one digit another one: the first whose change is seen in nine digits."""
    for found in re.finditer(r"[0-9]", text):
        number, other = found.start(), str((int(found.group()) + 5) % 10)
        start = max(text.rfind(mark, 0, number) for mark in ",\n") + 1
        end = re.compile(r"[,\n]").search(text, number).start()
        if not same_cell(text[start:end], text[start:number] + other + text[number + 1 : end]):
            return text[:number] + other + text[number + 1 :]
    return text


def test_verify_finds_a_single_changed_digit_in_any_file(ground, tmp_path):
    run = Path(shutil.copytree(ground.check_latest(), tmp_path / "run"))
    for path in sorted(path for path in run.rglob("*") if path.is_file() and path.name != "manifest.json"):
        content = path.read_bytes()
        damaged = bytearray(content)
        digits = [number for number, byte in enumerate(content) if chr(byte).isdigit() and byte < 128]
        damaged[digits[len(digits) // 2]] ^= 1
        path.write_bytes(damaged)
        found = verify(run)
        assert (found.verdict, found.places) == (TAMPERED, [f"{path.relative_to(run).as_posix()} was changed"])
        path.write_bytes(content)
    assert verify(run).holds


def once(function):
    """A function that works only the first time, and then gives the same again."""
    known = []
    return lambda *asked: (known or known.append(function(*asked)) or known)[0]


def test_verify_finds_a_changed_digit_in_any_table_though_the_manifest_was_changed_too(ground, tmp_path, monkeypatch):
    from fvmanalys.run import verify as module
    from fvmanalys.run.record import sha256

    run = Path(shutil.copytree(ground.check_latest(), tmp_path / "run"))
    for name in ("load", "find", "table_texts"):
        monkeypatch.setattr(module, name, once(getattr(module, name)))
    assert verify(run).holds
    computed = module.table_texts()
    published = {path: path.read_text("utf-8") for path in sorted((run / "tables").glob("*.csv")) if path.stem in computed}
    with_numbers = {path: text for path, text in published.items() if changed(text) != text}
    assert len(with_numbers) > 20
    for path, content in with_numbers.items():
        manifest = (run / "manifest.json").read_text("utf-8")
        path.write_text(changed(content), encoding="utf-8", newline="\n")
        told = json.loads(manifest)
        told["outputs"][f"tables/{path.name}"] = sha256(path)
        (run / "manifest.json").write_text(json.dumps(told), "utf-8")
        found = verify(run)
        assert found.verdict == DIFFERENT, path.name
        assert found.places[0].startswith(path.name)
        path.write_text(content, encoding="utf-8", newline="\n")
        (run / "manifest.json").write_text(manifest, "utf-8")
