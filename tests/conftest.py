"""Published runs that several tests look at: each made once a session, with few draws."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

import fvmanalys as fvm
from fvmanalys.analysis import Findings
from fvmanalys.run import publish
from fvmanalys.run.suite import read_suite
from tests.decisions import later_knowledge, library_decision, write_tables

ROOT = Path(__file__).parents[1]
DRAWS = 512
LONGEST = ("test_appendix", "test_faults", "test_public", "test_hostile", "test_notebooks")  # begun first, so that none is left for the end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, for the processes that share the work to end together."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def run_suite(out: Path, data: Path = ROOT / "data/raw", lang: str = "sv") -> Path:
    """Publish a run of the whole suite; return its folder."""
    suite = replace(read_suite(ROOT / "suite.toml"), draws=DRAWS, lang=lang)
    return publish.run(data, out, suite).path


@pytest.fixture(scope="session")
def region() -> Findings:
    """What is found of the default decision on its own day; found once by each process."""
    return fvm.find(fvm.load(ROOT / "data/raw"), DRAWS)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """A published run that all workers of a session share: the first to ask makes it, the others wait."""
    base = factory.getbasetemp()
    out = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{out}.lock"):
        return (out / "latest").resolve() if (out / "latest").exists() else make(out)


@pytest.fixture(scope="session")
def appendix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default decision on its own day."""
    return made_once(tmp_path_factory, "appendix", run_suite)


@pytest.fixture(scope="session")
def other_appendix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another decision, with seven options and three areas known on its day and one of each later, in English."""

    def make(out: Path) -> Path:
        return run_suite(out, write_tables(out / "tables" / "raw", later_knowledge(library_decision(7))), lang="en")

    return made_once(tmp_path_factory, "other", make)


def need(program: str) -> str:
    """The path of a program; without it the test skips, or fails where everything must be there."""
    found = shutil.which(program)
    if not found and os.environ.get("FVM_REQUIRE_ALL"):
        pytest.fail(f"{program} is missing")
    if not found:
        pytest.skip(f"{program} is not installed")
    return str(found)
