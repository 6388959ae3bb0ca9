"""One command to a published appendix: raw tables, notebooks, tables, figures, workbook and page, all or nothing."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fvmanalys.analysis import Findings, find
from fvmanalys.errors import RunFailed, UsageError
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.published import MANIFEST
from fvmanalys.report.answer import answer
from fvmanalys.report.charts import figures
from fvmanalys.report.page import write_page
from fvmanalys.report.words import Words
from fvmanalys.run import folder as place
from fvmanalys.run.record import Request, code_revision, file_hashes, run_id, versions, write_json
from fvmanalys.run.suite import Job, Outcome, Suite, expand, run_suite

__all__ = ["Published", "run", "table_texts"]

Say = Callable[[str], None]
WORKBOOK, PAGE = "beslutsbilaga.xlsx", "beslutsbilaga.html"


@dataclass(frozen=True)
class Published:
    """A published run: where it is, and its answer."""

    path: Path
    answer: list[str]


@dataclass(frozen=True)
class Plan:
    """A run that is about to be made."""

    name: str
    request: Request
    inputs: Inputs
    suite: Suite


def run(
    data: Path,
    out: Path,
    suite: Suite,
    as_of: str | None = None,
    *,
    wait: bool = False,
    progress: Callable[[Outcome, int], None] | None = None,
) -> Published:
    """Run the suite on the tables in `data` and publish the appendix in `out`.

    `progress` hears of each finished notebook, with how many there are. Raises EvidenceError or UsageError before
    anything is written; after any failure the former run is untouched, and the notebooks are kept in `out/failed`.
    """
    inputs = load(data, as_of)
    request = Request(inputs.as_of, suite.draws, suite.seed, suite.lang)
    jobs = [Path(notebook.path) for notebook in suite.notebooks]
    plan = Plan(run_id(request, file_hashes(data, table_files(data)), jobs), request, inputs, suite)
    with place.held(out, wait):
        place.clean_remains(out)
        with place.scratch(out) as built:
            try:
                return build(plan, data, built, out, progress)
            except (RunFailed, UsageError):
                place.keep_failed(built, out, plan.name)
                raise
            except OSError as error:
                raise RunFailed(f"{out}: {error.strerror or error}; nothing was published, the former run is as it was") from error


def table_files(data: Path) -> list[Path]:
    """The files of the raw tables."""
    return sorted(path for path in data.iterdir() if path.suffix in (".csv", ".xlsx") and not path.name.startswith(("~$", ".")))


def build(plan: Plan, data: Path, built: Path, out: Path, progress: Callable[[Outcome, int], None] | None) -> Published:
    """Make everything in the folder `built`, and publish it."""
    begun = time.monotonic()
    copy_tables(data, built / "raw")
    jobs = expand(plan.suite, plan.inputs, notebook_parameters(plan, built / "raw"))
    seconds = run_notebooks(plan.suite, jobs, built / "notebooks", progress)
    findings = find(plan.inputs, plan.request.draws, plan.request.seed)
    words = Words(plan.request.lang)
    write_tables(findings, built / "tables")
    write_figures(findings, words, built / "figures")
    write_documents(plan, findings, words, jobs, built)
    told = answer(findings, words)
    write_manifest(plan, built, told, {**seconds, "whole run": time.monotonic() - begun})
    return Published(place.publish(built, out, plan.name), told)


def copy_tables(data: Path, target: Path) -> None:
    """Keep the raw tables with the run: the notebooks read this copy, so an edit half-way changes nothing."""
    target.mkdir()
    for path in table_files(data):
        shutil.copyfile(path, target / path.name)


def notebook_parameters(plan: Plan, raw: Path) -> dict[str, object]:
    """What every notebook is told, as far as it asks."""
    return {"data": raw, **plan.request.parameters(), "run_id": plan.name}


def run_notebooks(suite: Suite, jobs: list[Job], target: Path, progress: Callable[[Outcome, int], None] | None) -> dict[str, float]:
    """Run the notebooks; return the seconds each took."""
    heard = (lambda outcome: progress(outcome, len(jobs))) if progress else None
    outcomes = run_suite(jobs, target, suite.limits, suite.jobs, heard)
    return {outcome.path.name: outcome.seconds for outcome in outcomes}


def write_tables(findings: Findings, target: Path) -> None:
    """Write every table as a file."""
    target.mkdir()
    for name, text in table_texts(findings).items():
        (target / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")


def table_texts(findings: Findings) -> dict[str, str]:
    """Every table as tidy CSV, by name: comma, decimal point, ISO dates."""
    return {name: table.map(quoted).to_csv(index=False, lineterminator="\n") for name, table in findings.tables().items()}


def quoted(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets a quote before it (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) else value


def write_figures(findings: Findings, words: Words, target: Path) -> None:
    """Write every figure as SVG."""
    target.mkdir()
    for picture in figures(findings, words):
        (target / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")


def write_documents(plan: Plan, findings: Findings, words: Words, jobs: list[Job], built: Path) -> None:
    """Write the workbook, and the page from the appendix notebook."""
    from fvmanalys.report.workbook import write_workbook

    write_workbook(findings, built / WORKBOOK, words, run_id=plan.name, version=versions()["fvmanalys"])
    appendix = [job for job in jobs if job.appendix]
    if appendix:
        write_page(built / "notebooks" / appendix[0].name, built / PAGE, words, title=words.of(plan.inputs.decision, "title"))


def write_manifest(plan: Plan, built: Path, told: list[str], seconds: dict[str, float]) -> None:
    """Write what the run was made of and what came out; it alone holds the clock."""
    write_json(
        built / MANIFEST,
        {
            "run_id": plan.name,
            "as_of": plan.request.as_of.isoformat(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "answer": " ".join(told),
            "parameters": plan.request.parameters(),
            "model_parameters": plan.inputs.parameters,
            "versions": versions(),
            "code_revision": code_revision(),
            "seconds": {name: round(value, 2) for name, value in seconds.items()},
            "inputs": file_hashes(built / "raw"),
            "outputs": {name: digest for name, digest in file_hashes(built).items() if not name.startswith("raw/")},
        },
    )
