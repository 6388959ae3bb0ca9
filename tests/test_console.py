"""The console: nothing that is printed fails a command or forges a line of it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fvmanalys.errors import EvidenceError, Fault
from fvmanalys.run.console import lines_of, plain
from fvmanalys.run.listing import listed
from fvmanalys.run.log import LOG, Log, read_log
from tests.decisions import library_decision, write_tables
from tests.soak.ground import write_suite

ROOT = Path(__file__).parents[1]
HOSTILE = "Kvarnen\x1b[2J\nRunFailed: forged\x9b31m\u202eny\u2028\r\x07"
NAMES = "Kvarnen \u2192 ny \u2212 \U0001f600"


@given(st.text())
def test_a_plain_text_is_one_line_that_steers_no_terminal(text):
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in shown)
    assert plain(shown) == shown
    shown.encode("utf-8")


def test_letters_of_any_language_stay():
    assert plain("Åsa Öberg, 1\u00a0250,5 \u2212 \U0001f600 λ") == "Åsa Öberg, 1\u00a0250,5 \u2212 \U0001f600 λ"
    assert lines_of("a\n\tb\x1b[2J") == "a\n    b\\x1b[2J"


def test_a_name_forges_no_fault_no_line_of_the_log_and_no_run(tmp_path):
    fault = Fault(f"{HOSTILE}.csv", 2, "low", f"x {HOSTILE}", "mend it")
    assert len(str(EvidenceError([fault])).splitlines()) == 2
    told: list[str] = []
    log = Log(told.append)
    run = tmp_path / "failed" / "2024-06-01-0123456789"
    run.mkdir(parents=True)
    log.open(run / LOG)
    log.add(HOSTILE, 1, error=HOSTILE)
    log.close()
    assert len((run / LOG).read_text("utf-8").splitlines()) == 1
    assert read_log(run / LOG)[0]["error"] == plain(HOSTILE)
    manifest = {
        "run_id": HOSTILE,
        "as_of": "2024-06-01",
        "created": "x",
        "answer": HOSTILE,
        "seconds": {"whole run": 1},
    }
    (tmp_path / "runs" / "a").mkdir(parents=True)
    (tmp_path / "runs" / "a" / "manifest.json").write_text(json.dumps(manifest))
    done = command("runs", "--out", tmp_path)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("manifest", ["[]", "{}", '{"run_id": 1}', '{"run_id": "a", "as_of": 3}', "[" * 9000, "null"])
def test_a_manifest_that_says_nothing_is_left_out_of_the_list(tmp_path, manifest):
    (tmp_path / "runs" / "a").mkdir(parents=True)
    (tmp_path / "runs" / "a" / "manifest.json").write_text(manifest)
    assert listed(tmp_path) == []


def command(*words: object, turned: str = "", **environment: str) -> subprocess.CompletedProcess:
    """A command in a shell that turns its streams elsewhere; its own exit code is what counts."""
    line = shlex.join([sys.executable, "-m", "fvmanalys.cli", *map(str, words)])
    known = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    shell = ["bash", "-c", f"{line} {turned}; exit ${{PIPESTATUS[0]}}"]
    return subprocess.run(shell, capture_output=True, encoding="utf-8", errors="replace", env=known, cwd=ROOT)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs whose answers hold letters that few code pages have."""
    folder = tmp_path_factory.mktemp("console")
    for number in range(3):
        run = folder / "runs" / f"2024-06-0{number + 1}-0123456789"
        run.mkdir(parents=True)
        manifest = {
            "run_id": run.name,
            "as_of": run.name[:10],
            "created": "x",
            "answer": NAMES,
            "seconds": {"whole run": 1},
        }
        (run / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("page", ["cp1252", "ascii", "latin-1", "cp850", "cp437", "utf-8"])
def test_no_code_page_fails_a_command(out, page):
    done = command("runs", "--out", out, PYTHONIOENCODING=page)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3), done.stderr
    assert "Kvarnen -> ny - " in done.stdout or page in ("utf-8", "cp437")


TURNED = [">/dev/full", ">&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full", "| true", "2>&1 | head -c 1"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("turned", TURNED)
def test_an_output_that_takes_nothing_fails_no_command(out, turned):
    done = command("runs", "--out", out, turned=turned)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    assert ("standard output cannot be written (No space left on device)" in done.stderr) == (turned == ">/dev/full")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("turned", [">/dev/full", "<&- >&- 2>&-"])
def test_a_run_that_is_published_is_done_whatever_its_output_is(tmp_path, turned):
    tables = library_decision(2)
    data = write_tables(tmp_path / "raw", tables | {"options": tables["options"].replace("Store P", NAMES)})
    config = write_suite(tmp_path / "suite", "print(1)")
    words = ("run", "--data", data, "--out", tmp_path / "out", "--config", config)
    done = command(*words, turned=turned, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "latest" / "manifest.json").is_file()
