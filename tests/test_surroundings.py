"""What a run finds around it: a remedy is told before the work, or none is needed."""

import multiprocessing
import os
import secrets
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import SoftFileLock

from fvmanalys.errors import RunFailed, RunLocked, UsageError
from fvmanalys.run import folder as place
from fvmanalys.run import publish, sockets
from fvmanalys.run.listing import listed
from fvmanalys.run.suite import read_suite
from fvmanalys.run.surroundings import check_surroundings
from tests.decisions import library_decision, write_tables
from tests.soak.ground import write_suite

ROOT = Path(__file__).parents[1]
NAME = "2024-06-01-0123456789"
NO_HOME = """
import os, pwd
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
os.environ.pop("HOME", None)
"""


def ended(*lines: str, **environment: str) -> subprocess.CompletedProcess:
    """A program in a process of its own."""
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, env=environment)


def test_a_user_without_a_home_gets_one_that_is_private_and_gone_afterwards(tmp_path):
    told = (
        "import pathlib; from fvmanalys.run.home import ensure_home; ensure_home(); home = pathlib.Path.home()"
    )
    shown_mode = "print(home, oct(home.stat().st_mode))"
    shown = "from nbconvert import TemplateExporter; print(bool(TemplateExporter().template_paths))"
    done = ended(NO_HOME, told, shown_mode, shown, TMPDIR=str(tmp_path), PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "0o40700" in done.stdout
    assert not list(tmp_path.glob("fvmanalys-*"))


def test_a_home_that_is_there_stays(tmp_path):
    done = ended(
        "from fvmanalys.run.home import ensure_home; import os; ensure_home(); print(os.environ['HOME'])",
        HOME="/x",
    )
    assert done.stdout == "/x\n"


# The output folder


def a_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")


def a_link(path: Path, to: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(to)


def a_copied_run(path: Path) -> None:
    path.mkdir(parents=True)
    (path / "manifest.json").write_text("{}")


def lying(out: Path) -> set[tuple[str, int, str]]:
    """What lies in a folder: names, kinds and where links lead."""
    return {(path.name, stat.S_IFMT(path.lstat().st_mode), os.path.realpath(path)) for path in out.rglob("*")}


SCENES = {
    "runs is a file": (lambda out: a_file(out / "runs"), r"runs: is a file, where a folder is due; move it away"),
    "failed is a file": (lambda out: a_file(out / "failed"), r"failed: is a file, where a folder is due; move it away"),
    "runs leads nowhere": (lambda out: a_link(out / "runs", "gone"), r"runs: is a link that leads to no folder"),
    "failed loops": (lambda out: a_link(out / "failed", "failed"), r"failed: is a link that leads to no folder"),
    "the run is a file": (lambda out: a_file(out / "runs" / NAME), rf"{NAME}: is a file"),
    "the failed run is a file": (lambda out: a_file(out / "failed" / NAME), rf"{NAME}: is a file"),
    "latest is a copy": (
        lambda out: a_copied_run(out / "latest"),
        r"latest: is a folder, not a link to a run .*remove it",
    ),
    "latest loops": (lambda out: a_link(out / "latest", "latest"), r"latest: leads to no run of .*; remove it"),
    "latest leads away": (lambda out: a_link(out / "latest", "/etc"), r"latest: leads to no run of"),
    "latest leads nowhere": (lambda out: a_link(out / "latest", "../gone"), r"latest: leads to no run of"),
    "latest is a text": (lambda out: a_file(out / "latest"), r"latest: leads to no run of"),
    "latest is no text": (lambda out: (out / "latest").write_bytes(b"\xff\0" * 9), r"latest: leads to no run of"),
    "latest is a pipe": (lambda out: os.mkfifo(out / "latest"), r"latest: leads to no run of"),
    "the lock is a folder": (
        lambda out: (out / ".lock").mkdir(),
        r"cannot be written .*choose another folder with --out",
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_what_would_hinder_publication_is_told_before_the_work_and_stays_as_it_is(tmp_path, monkeypatch, scene):
    make, told = SCENES[scene]
    out = tmp_path / "out"
    out.mkdir()
    make(out)
    before = lying(out)
    monkeypatch.setattr(publish, "run_id", lambda *_: NAME)
    monkeypatch.setattr(publish, "make", lambda *_: pytest.fail("the work was begun"))
    data = write_tables(tmp_path / "raw", library_decision(2))
    with pytest.raises(UsageError, match=told):
        publish.run(data, out, read_suite(write_suite(tmp_path / "suite", "1")))
    assert before <= lying(out)
    assert {name for name, *_ in lying(out) - before} <= {".lock", ".kind"}
    with suppress(UsageError):  # a folder without runs lists nothing
        assert not [line for line in listed(out) if "latest" in line]


def test_every_hindrance_is_told_at_once(tmp_path):
    for name in ("runs", "failed", "latest"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError) as caught:
        check_surroundings(tmp_path, NAME)
    assert [line.split(": ")[0].rsplit("/")[-1] for line in str(caught.value).splitlines()] == [
        "runs",
        "failed",
        "latest",
    ]


@pytest.mark.parametrize("latest", ["runs/gone", f"{place.REPLACED}{NAME}"])
@pytest.mark.parametrize("make", [Path.symlink_to, Path.write_text])
def test_a_run_that_was_removed_or_is_being_replaced_hinders_nothing(tmp_path, latest, make):
    make(tmp_path / "latest", latest)
    (tmp_path / "runs").mkdir()
    check_surroundings(tmp_path, NAME)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["latest", "runs"]


def refusing(monkeypatch, number: int) -> None:
    """Let the system refuse every rename."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)


@pytest.mark.parametrize("kept", ["runs", "failed"])
def test_a_folder_on_another_disk_is_told_with_its_remedy(tmp_path, monkeypatch, kept):
    (tmp_path / kept).mkdir()
    refusing(monkeypatch, 18)
    with pytest.raises(UsageError, match=rf"{kept}: lies on another disk .*let --out be a folder on that disk"):
        check_surroundings(tmp_path, NAME)
    assert not list((tmp_path / kept).iterdir())


@pytest.mark.parametrize(
    ("number", "kind"), [(13, UsageError), (1, UsageError), (30, UsageError), (28, RunFailed), (5, RunFailed)]
)
def test_a_folder_that_may_not_be_written_is_the_callers_to_mend_and_a_full_disk_a_failure(
    tmp_path, monkeypatch, number, kind
):
    (tmp_path / "runs").mkdir()
    refusing(monkeypatch, number)
    with pytest.raises(kind, match=r"runs cannot be written .*with --out") as caught:
        check_surroundings(tmp_path, NAME)
    assert type(caught.value) is kind


def test_a_folder_whose_name_is_none_is_not_taken_for_a_failed_run(tmp_path):
    (tmp_path / "failed" / NAME).mkdir(parents=True)
    (tmp_path / "mine").mkdir()
    for name in ("", ".", ".."):
        built = tmp_path / f"{place.BUILDING}{name}-12345678"
        built.mkdir()
        (built / "log.jsonl").write_text("{}")
    place.clean_remains(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == [NAME, "failed", "mine"]


# The lock


def test_a_lock_of_another_machine_says_whose_it_is_and_when_it_may_be_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(
        place, "FileLock", SoftFileLock
    )  # what filelock takes where a disk has no locks of the system's
    (tmp_path / place.LOCK).write_text("12\nsome-container\n")
    (tmp_path / place.HOLDER).write_text("process 12 on some-container since 2025-01-01T00:00:00+00:00\n")
    told = r"held by process 12 on some-container since 2025.*if that process, or .* is gone, remove .*\.lock"
    with pytest.raises(RunLocked, match=told), place.held(tmp_path):
        pass


def hold(out: str, seconds: float) -> None:
    with place.held(Path(out)):
        time.sleep(seconds)


def test_who_waits_is_told_for_whom_and_a_dead_process_holds_nothing(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(str(tmp_path), 60))
    process.start()
    while not (tmp_path / place.HOLDER).exists():
        time.sleep(0.01)
    told: list[str] = []

    def hear(text: str) -> None:
        told.append(text)
        process.kill()

    with place.held(tmp_path, wait=True, tell=hear):
        process.join()
    assert f"is held by process {process.pid} on " in told[0]
    assert "remove" not in told[0]


# Where sockets lie


@pytest.mark.parametrize("letters", [20, 70, 100, 250])
def test_a_long_temporary_folder_is_replaced_by_a_short_one_that_others_cannot_change(tmp_path, monkeypatch, letters):
    folder = tmp_path / ("x" * letters)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    found = sockets.short_place()
    assert len(os.fsencode(f"{found}/fvmanalys-12345678/12345678/kernel-ipc-12")) <= 107
    assert found == folder or found.stat().st_mode & stat.S_ISVTX


def test_where_no_folder_is_short_enough_and_safe_that_is_told(tmp_path, monkeypatch):
    long, shared = tmp_path / ("å" * 60), Path(tempfile.mkdtemp(dir="/tmp"))
    long.mkdir()
    shared.chmod(0o777)
    monkeypatch.setattr(sockets, "places", lambda: [long, shared])
    try:
        with pytest.raises(
            UsageError, match=r"is too long a path for the sockets .*set TMPDIR to a folder whose path has at most \d+"
        ):
            check_surroundings(tmp_path, NAME)
    finally:
        shared.rmdir()


def planted(kind: str, folder: Path) -> Path:
    """A mark that names a folder that is not a run's, or is none."""
    folder.mkdir()
    temporary = Path(tempfile.gettempdir()) / f"fvmanalys-{secrets.token_hex(4)}"
    target = {"name": temporary.with_name(f"{temporary.name}-notes"), "place": folder / temporary.name}.get(
        kind, temporary
    )
    mark = folder / sockets.MARK
    if kind == "link":
        (folder / "elsewhere").mkdir()
        target.symlink_to(folder / "elsewhere")
    else:
        target.mkdir()
    if kind == "pipe":
        os.mkfifo(mark)
    elif kind == "linked mark":
        (folder / "other").write_text(str(target))
        mark.symlink_to(folder / "other")
    else:
        mark.write_text(str(target))
    return target


@pytest.mark.parametrize("kind", ["name", "place", "link", "pipe", "linked mark", "owner"])
def test_a_planted_mark_removes_nothing_and_ends_no_process(tmp_path, monkeypatch, kind):
    target = planted(kind, tmp_path / "run")
    if kind == "owner":
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    (target / "kept").write_text("mine")
    reader = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", str(target / "kept"), "-f", str(target / "kept")]
    )
    try:
        sockets.remove_folders(tmp_path)
        assert (target / "kept").read_text() == "mine"
        assert reader.poll() is None
    finally:
        reader.kill()
        reader.wait()
        subprocess.run(["rm", "-rf", str(target)], check=True)


@pytest.mark.parametrize(
    "words", [["-f", "{}/kernel.json"], ["{}/a/kernel.json"], ["-f", "{}-2/a/kernel.json"], ["-f", "x{}/a/kernel.json"]]
)
def test_only_a_kernel_of_the_folder_is_one(words):
    folder = Path("/tmp/fvmanalys-01234567")
    assert not sockets.is_kernel([word.format(folder) for word in words], folder)
    assert sockets.is_kernel(["python", "-m", "ipykernel_launcher", "-f", f"{folder}/a/kernel.json", "--quiet"], folder)
