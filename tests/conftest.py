"""What several tests look at: findings, workbooks and published runs, each made once a session, with few draws."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

import fvmanalys as fvm
from fvmanalys.analysis import Findings
from fvmanalys.report.edition import Edition
from fvmanalys.report.words import LANGUAGES
from fvmanalys.report.workbook import write_workbook
from fvmanalys.run import publish
from fvmanalys.run.suite import read_suite
from tests.decisions import later_knowledge, library_decision, write_tables

ROOT = Path(__file__).parents[1]
DRAWS = 512
# The command line, with two of the figures alone: half of the time of a small run goes into the others.
BRIEF = "from fvmanalys.report import charts; charts.ALL = charts.ALL[:2]; from fvmanalys.cli import main; main()"
BOOK = "2025-05-27-abcdef1234", "1.2.3"  # the run and version that a workbook names
LONGEST = (  # begun first, so that none is left for the end
    "test_appendix", "test_public", "test_faults", "test_workbook", "test_first_steps", "test_page_opened", "test_lab", "test_changes",
    "test_hostile", "test_sweep", "test_knowledge", "test_shown", "test_console", "test_limits", "test_switching", "test_notebooks",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, for the processes that share the work to end together."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def run_suite(out: Path, data: Path = ROOT / "data/raw", lang: str = "sv") -> Path:
    """Publish a run of the whole suite; return its folder."""
    suite = replace(read_suite(ROOT / "suite.toml"), draws=DRAWS, lang=lang)
    return publish.run(data, out, suite).path


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """What all workers of a session share: the first to ask makes it there, the others wait."""
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    done = place.with_name(f"{name}.done")
    with FileLock(f"{place}.lock"):
        if not done.exists():
            make(place)
            done.touch()
    return place


@contextmanager
def region_kept(factory: pytest.TempPathFactory, day: str | None = None) -> Iterator[None]:
    """While everything that is found of the default decision, on its own day or another, is taken over and not found anew."""

    def make(place: Path) -> None:
        findings = fvm.find(fvm.load(ROOT / "data/raw", day), DRAWS)
        findings.tables()
        place.mkdir(mode=0o700, exist_ok=True)
        (place / "told").write_text(json.dumps(findings.keep(place)))

    told = json.loads((shared(factory, f"region-{day}", make) / "told").read_text())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        yield


def found(factory: pytest.TempPathFactory, day: str | None = None) -> Findings:
    """What is found of the default decision."""
    with region_kept(factory, day):
        return fvm.find(fvm.load(ROOT / "data/raw", day), DRAWS)


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What is found of the default decision on its own day."""
    return found(tmp_path_factory)


@pytest.fixture(scope="session")
def region_later(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What is found of it after it was taken."""
    return found(tmp_path_factory, "2025-12-31")


def book(factory: pytest.TempPathFactory, findings: Findings, lang: str) -> Path:
    """The workbook of some findings of the default decision."""
    return shared(factory, f"{findings.inputs.as_of}_{lang}.xlsx", lambda path: write_workbook(Edition(findings, lang), path, *BOOK))


@pytest.fixture(scope="session")
def region_books(tmp_path_factory: pytest.TempPathFactory, region: Findings) -> dict[str, Path]:
    """The workbook of the default decision on its own day, by its language."""
    return {lang: book(tmp_path_factory, region, lang) for lang in LANGUAGES}


@pytest.fixture(scope="session")
def later_book(tmp_path_factory: pytest.TempPathFactory, region_later: Findings) -> Path:
    """The Swedish workbook of it after it was taken."""
    return book(tmp_path_factory, region_later, "sv")


@pytest.fixture(scope="session")
def appendix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default decision on its own day, published."""
    with region_kept(tmp_path_factory):
        return (shared(tmp_path_factory, "appendix", run_suite) / "latest").resolve()


@pytest.fixture(scope="session")
def other_appendix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another decision, with seven options and three areas known on its day and one of each later, in English."""

    def make(out: Path) -> Path:
        return run_suite(out, write_tables(out / "tables" / "raw", later_knowledge(library_decision(7))), lang="en")

    return (shared(tmp_path_factory, "other", make) / "latest").resolve()


def need(program: str) -> str:
    """The path of a program; without it the test skips, or fails where everything must be there."""
    found = shutil.which(program)
    if not found and os.environ.get("FVM_REQUIRE_ALL"):
        pytest.fail(f"{program} is missing")
    if not found:
        pytest.skip(f"{program} is not installed")
    return str(found)
