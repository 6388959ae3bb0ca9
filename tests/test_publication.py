"""Publication at the level of the system's calls: killed before each of them, `latest` is a whole run, and the next run mends it."""

import json
import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from fvmanalys.errors import UsageError
from fvmanalys.run import folder as place
from fvmanalys.run.log import LOG
from fvmanalys.run.record import file_hashes
from fvmanalys.run.verify import tampered_files
from tests.soak import child

ROOT = Path(__file__).parents[1]
KILLED = -9


@pytest.fixture(scope="module")
def processes(request):
    """Processes that begin where everything is imported, and may die."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([child.__name__])
        yield context


def build(out: Path, text: str) -> Path:
    """A small folder as a run builds it: files (another `text` is another content), a log, a manifest."""
    out.mkdir(exist_ok=True)
    folder = out / f"{place.BUILDING}x-12345678"
    (folder / "tables").mkdir(parents=True)
    (folder / "tables/a.csv").write_text(f"a\n1\n{text}\n")
    (folder / LOG).write_text(text)
    outputs = {name: digest for name, digest in file_hashes(folder).items() if name != LOG}
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs, "inputs": {}, "log": file_hashes(folder)[LOG], "text": text}))
    return folder


def whole(out: Path) -> str:
    """What `latest` says of itself; it is whole, and has a place of its own or is waiting to."""
    run = place.latest(out)
    manifest = json.loads((run / "manifest.json").read_text())
    assert not tampered_files(run, manifest)
    return manifest["text"]


def ended(processes, target, *facts) -> int:
    process = processes.Process(target=target, args=facts)
    process.start()
    process.join()
    return process.exitcode


# What is published before, in order; what is published now.
SCENES = {"first": ([], "a"), "another": (["a"], "b"), "its equal": (["a"], "a"), "the equal of an older one": (["a", "b"], "a")}


def prepare(out: Path, before: list[str]) -> None:
    for name in before:
        place.publish(build(out, f"old {name}"), out, name)


@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_any_operation_of_a_publication_latest_is_whole_and_the_next_run_mends_it(processes, tmp_path, scene):
    before, name = SCENES[scene]
    number, killed = 0, KILLED
    while killed == KILLED:
        number += 1
        out = tmp_path / str(number)
        prepare(out, before)
        killed = ended(processes, child.publish_and_die, build(out, "new"), out, name, number)
        if before:
            assert whole(out) in (f"old {before[-1]}", "new")
        place.clean_remains(out)
        assert {path.name for path in place.published(out)} >= set(before)
        if before:
            assert whole(out) in (f"old {before[-1]}", "new")
            assert place.latest(out).parent == (out / "runs").resolve()
        place.publish(build(out, "next"), out, name)
        assert whole(out) == "next"
        assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
    assert killed == 0
    assert number > 10


def test_killed_while_mending_what_a_kill_left(processes, tmp_path):
    number, killed, twice = 0, KILLED, 0
    while killed == KILLED:
        number += 1
        out = tmp_path / str(number)
        prepare(out, ["a"])
        killed = ended(processes, child.publish_and_die, build(out, "new"), out, "a", number)
        for second in range(1 + number % 7, 40, 7):  # every pair once would take a minute
            again = tmp_path / f"{number}-{second}"
            shutil.copytree(out, again, symlinks=True)
            mending = ended(processes, child.clean_and_die, again, second)
            twice += mending == KILLED
            assert whole(again) in ("old a", "new")
            place.clean_remains(again)
            place.publish(build(again, "next"), again, "a")
            assert whole(again) == "next"
            if mending != KILLED:  # it had fewer operations than that: all that follow are the same
                break
    assert twice > 10


def test_a_publication_that_the_system_refuses_leaves_the_former_as_it_was(tmp_path, monkeypatch):
    prepare(tmp_path, ["a"])
    built, replace = build(tmp_path, "new"), os.replace

    def refuse(source, target):
        if Path(source) == built:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        place.publish(built, tmp_path, "a")
    assert whole(tmp_path) == "old a"
    assert place.latest(tmp_path) == (tmp_path / "runs/a").resolve()


def test_where_links_are_impossible_latest_is_a_file_that_names_the_run(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no links here")

    monkeypatch.setattr(os, "symlink", refuse)
    for name in ("a", "b", "b"):
        place.publish(build(tmp_path, f"new {name}"), tmp_path, name)
        assert (tmp_path / "latest").read_text() == f"runs/{name}\n"
        assert whole(tmp_path) == f"new {name}"


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    told = r"cannot be written .*choose another folder with --out"
    with pytest.raises(UsageError, match=told), place.held(tmp_path / "file" / "out"):
        pass


def test_a_damaged_run_is_replaced_by_its_equal(tmp_path):
    prepare(tmp_path, ["a"])
    (tmp_path / "runs/a/tables/a.csv").write_text("a\n2\n")
    place.publish(build(tmp_path, "new"), tmp_path, "a")
    assert whole(tmp_path) == "new"
