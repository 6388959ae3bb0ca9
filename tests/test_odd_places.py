"""Odd places to write to, and odd files to be pointed at: one clear line and exit code 2, soon, and nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fvmanalys.run.listing import listed
from fvmanalys.run.log import LOG
from tests.conftest import ROOT
from tests.tiny import write_tiny

pytestmark = pytest.mark.skipif(os.name != "posix", reason="made with POSIX links, pipes and devices")
# Each command in a process of its own would take a second to start: all of them in one, which ends as each of them would.
ALL = """
import contextlib, io, json, sys
from fvmanalys import cli
for words in json.loads(sys.argv[1]):
    sys.argv, told = ["fvmanalys", *words], io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        except BaseException as error:
            code = f"traceback: {error!r}"
    print(json.dumps([code, told.getvalue()]), flush=True)
"""


def ends(folder: Path, *commands: list[str]) -> list[tuple[object, str]]:
    """How commands end in a folder: exit code and what is said."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", ALL, json.dumps(commands)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=environment, timeout=120)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]


def odd_places(folder: Path) -> None:
    (folder / "file").write_text("mine")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "endless").symlink_to("/dev/zero")


WRITERS = [
    [*command, place]
    for command in (["standins", "--out"], ["init"], ["history", "--out"], ["runs", "--out"], ["run", "--out"])
    for place in ("file", "file/below", "loop", "/proc/none", "pipe")
]
READERS = [
    ["run", "--out", "new", option, odd]
    for option in ("--config", "--sign")
    for odd in ("pipe", "endless", "loop", "file", "none", ".")
] + [["check", "--as-of", day] for day in ("9999-01-01", "0001-01-01", "2025-02-30", "soon", "2025-01-01\n")]  # fmt: skip


@pytest.mark.parametrize("commands", [WRITERS, READERS], ids=["writers", "readers"])
def test_an_odd_place_is_one_clear_line_and_exit_code_2(tmp_path, commands):
    secret = {"option_id": "*", "item_id": "fee", "category": "none", "basis": "once", "is": 1, "confidential": "yes"}
    (tmp_path / "data/raw").mkdir(parents=True)
    write_tiny(tmp_path / "data/raw", contracts=[secret])
    odd_places(tmp_path)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    for words, (code, told) in zip(commands, ends(tmp_path, *commands), strict=True):
        lines = [line for line in told.strip().splitlines() if not line.startswith("check: ")]
        assert code == 2 and len(lines) == 1 and "; " in lines[0], (words, code, told)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("text", ["[1]\n", "1\n", '{"step": 1}\n', '{"at": "x", "step": "run", "seconds": "long"}\n', "[" * 100_000, "\0\n"])
def test_a_log_that_we_did_not_write_hinders_no_list(tmp_path, text):
    (tmp_path / "failed/x").mkdir(parents=True)
    (tmp_path / "failed/x" / LOG).write_text(text)
    assert "kept in" in listed(tmp_path)[0]


def test_manifests_and_tables_that_are_no_files_are_passed_over(tmp_path):
    (tmp_path / "data/raw").mkdir(parents=True)
    write_tiny(tmp_path / "data/raw")
    for number, make in enumerate((os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero"), lambda path: (path.touch(), os.truncate(path, 2**40)))):
        (tmp_path / f"data/processed/runs/{number}").mkdir(parents=True)
        make(tmp_path / f"data/processed/runs/{number}/manifest.json")
    (code, told), (other, also) = ends(tmp_path, ["runs"], ["diff", "0", "1"])
    assert (code, told, other) == (0, "", 2), (told, also)
