"""Runs that take too long, ask for too much or are told to stop: at any moment what is published is whole, and is what is told."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fvmanalys.cli import app
from fvmanalys.errors import RunStopped, RunTimedOut, UsageError
from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.run import build, publish, surroundings
from fvmanalys.run import folder as place
from fvmanalys.run.failing import Again, stoppable
from fvmanalys.run.suite import Limits, Suite, read_suite
from fvmanalys.run.verify import tampered_files, verify
from tests.decisions import library_decision, write_tables
from tests.soak.child import short_runs
from tests.soak.ground import remains, write_suite

# What is raised in a destructor, or in a callback of the garbage collector as hypothesis has one, is heard the second time.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
STEPS = ["find", "write_tables", "run_suite", "write_figures", "write_book", "write_pages", "answer"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "raw", library_decision(2))


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    short_runs(monkeypatch.setattr)
    return read_suite(write_suite(tmp_path / "suite", "1"))


def without_end(*_: object) -> None:
    """Go on and on, after errors too, as a library may."""
    for _ in count():
        try:
            sum(range(1000))
        except Exception:
            continue


def stopped_by_signal(*_: object) -> None:
    """Go on and on, and be asked to stop."""
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
    without_end()


def left(out: Path) -> list[str]:
    """What lies in an output folder and should not: the holder's name is gone when nobody holds it."""
    return [name for name in remains(out) if name != "failed"]


@pytest.mark.parametrize("step", STEPS)
def test_the_time_of_a_run_covers_every_step_of_it(tmp_path, monkeypatch, data, suite, step):
    monkeypatch.setattr(build, step, without_end)
    with pytest.raises(RunTimedOut, match=r"not done after 0\.3 s; .*limits\.run_seconds; what is published is as it was"):
        publish.run(data, tmp_path / "out", replace(suite, limits=Limits(run_seconds=0.3)))
    assert not left(tmp_path / "out") and not place.published(tmp_path / "out")
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


@pytest.mark.parametrize("step", STEPS)
def test_a_run_can_be_stopped_at_every_step_of_it(tmp_path, monkeypatch, data, suite, step):
    monkeypatch.setattr(build, step, stopped_by_signal)
    with pytest.raises(RunStopped, match="stopped by SIGTERM; what is published is as it was"), stoppable():
        publish.run(data, tmp_path / "out", suite)
    assert not left(tmp_path / "out") and not place.published(tmp_path / "out")


def test_a_run_that_was_done_in_time_is_not_interrupted_later(tmp_path, data, suite):
    publish.run(data, tmp_path / "out", replace(suite, limits=Limits(run_seconds=1e12)))
    assert not [thread for thread in threading.enumerate() if isinstance(thread, Again) and not thread.done.is_set()]


class Deaf:
    """Its end takes a while, and what is raised in it goes nowhere."""

    def __del__(self) -> None:
        time.sleep(0.6)


def deaf_at_first(*_: object) -> None:
    """Go on and on, and be told of the first signal where nothing comes of it."""
    Deaf()
    without_end()


def asked_while_deaf(*_: object) -> None:
    """The same, and be asked to stop."""
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    deaf_at_first()


def test_the_time_of_a_run_is_up_though_a_destructor_swallows_the_first_word_of_it(tmp_path, monkeypatch, data, suite):
    monkeypatch.setattr(build, "find", deaf_at_first)
    with pytest.raises(RunTimedOut, match=r"not done after 0\.4 s"):
        publish.run(data, tmp_path / "out", replace(suite, limits=Limits(run_seconds=0.4)))
    assert not left(tmp_path / "out")


def test_a_run_is_stopped_though_a_destructor_swallows_the_first_word_of_it(tmp_path, monkeypatch, data, suite):
    monkeypatch.setattr(build, "find", asked_while_deaf)
    with pytest.raises(RunStopped, match="stopped by SIGTERM"), stoppable():
        publish.run(data, tmp_path / "out", suite)
    assert not left(tmp_path / "out")


@contextmanager
def asked_to_stop_at(number: int) -> Iterator[list[int]]:
    """Ask this process to stop just before it moves or links for that many times; hear whether it came to that."""
    counted, sent = count(1), []

    def asking(operation):
        def operate(*words, **more):
            if next(counted) == number:
                sent.append(number)
                signal.raise_signal(signal.SIGTERM)
            return operation(*words, **more)

        return operate

    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace", "symlink"):
            patch.setattr(os, name, asking(getattr(os, name)))
        yield sent


@pytest.mark.parametrize("scene", ["first", "another", "its equal, damaged"])
def test_a_signal_at_any_change_of_a_publication_loses_nothing_and_is_told_as_it_is(tmp_path, monkeypatch, data, suite, scene):
    real, asked = place.publish, suite if scene != "another" else replace(suite, seed=2)
    if scene != "first":
        before = publish.run(data, tmp_path / "before", suite).path
        (before / "answer.txt").write_text("damaged") if scene == "its equal, damaged" else None
    for number in count(1):
        out, sent = tmp_path / str(number), []
        if scene != "first":
            shutil.copytree(tmp_path / "before", out, symlinks=True)

        def asked_while_it_publishes(*facts, number=number, sent=sent):
            with asked_to_stop_at(number) as came:
                path = real(*facts)
            sent += came
            return path

        monkeypatch.setattr(place, "publish", asked_while_it_publishes)
        told = ""
        try:
            with stoppable():
                publish.run(data, out, asked)
        except RunStopped as error:
            told = str(error)
        monkeypatch.setattr(place, "publish", real)
        run = place.latest(out)
        assert run and not tampered_files(run, read_manifest(run)) and read_manifest(run)["parameters"]["seed"] == asked.seed
        assert not left(out)
        assert told == (f"stopped by SIGTERM, when {out / 'runs' / run.name} had been published" if sent else "")
        if not sent:
            break
    assert number > 2


# Draws


@pytest.mark.parametrize("draws", [1_000_000_000, 10**30])
def test_more_draws_than_there_is_memory_for_are_refused_before_the_work(tmp_path, data, suite, draws):
    config = write_suite(tmp_path / "suite", "1")
    done = CliRunner().invoke(app, ["run", "--data", str(data), "--out", str(tmp_path / "out"), "--config", str(config), "--draws", str(draws)])
    assert isinstance(done.exception, UsageError)
    assert "gigabytes of memory, and there are" in str(done.exception) and "give at most" in str(done.exception)
    assert "\n" not in str(done.exception) and not (tmp_path / "out").exists()


def test_the_memory_of_a_container_counts(tmp_path, monkeypatch, data, suite):
    (tmp_path / "memory.max").write_text("1000000\n")
    monkeypatch.setattr(surroundings, "CONTAINER", (str(tmp_path / "none"), str(tmp_path / "memory.max")))
    with pytest.raises(UsageError, match=r"and there are 0\.0; give at most \d+ draws"):
        publish.run(data, tmp_path / "out", replace(suite, draws=100_000))
    (tmp_path / "memory.max").write_text("max\n")
    publish.run(data, tmp_path / "out", replace(suite, draws=100))


def test_a_manifest_cannot_ask_for_more_draws_than_there_is_memory_for(tmp_path, data, suite):
    run = publish.run(data, tmp_path / "out", suite).path
    manifest = read_manifest(run)
    manifest["parameters"]["draws"] = 10**12
    (run / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="gigabytes of memory"):
        verify(run)
