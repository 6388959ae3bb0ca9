"""What a published run consists of, step by step, each made in a folder that nobody sees yet."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from math import inf
from pathlib import Path

import pandas as pd

from fvmanalys.analysis import Findings, find
from fvmanalys.analysis.kept import ASKED
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.published import MANIFEST, PublishedRun, read_history
from fvmanalys.report.edition import Edition
from fvmanalys.report.page import Look, write_page
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.words import Words
from fvmanalys.run.chain import published_before
from fvmanalys.run.history import known_history
from fvmanalys.run.log import LOG, Log
from fvmanalys.run.record import Request, code_revision, file_hashes, versions, write_json
from fvmanalys.run.suite import Job, Outcome, Suite, expand, run_suite
from fvmanalys.run.tidy import tidy_csv

__all__ = ["HISTORY", "PAGE", "WORKBOOK", "Plan", "Progress", "build", "table_texts", "write_manifest"]

Progress = Callable[[Outcome, int], None]
TakeOver = Callable[["Plan", Path], dict[str, bytes]]
WORKBOOK, PAGE, HISTORY = "beslutsbilaga.xlsx", "beslutsbilaga.html", "tables/history.csv"
REPORT_PAGE, REPORT = "lagesrapport.html", "lagesrapport.docx"


@dataclass(frozen=True)
class Plan:
    """A run that is about to be made."""

    name: str
    request: Request
    inputs: Inputs
    suite: Suite
    out: Path
    former: PublishedRun | None = None
    raw: dict[str, str] = field(default_factory=dict)
    public: bool = False

    @property
    def words(self) -> Words:
        """The words of its language."""
        return Words.in_run(self.request.lang, self.inputs.own)


def build(
    plan: Plan,
    built: Path,
    log: Log,
    progress: Progress | None = None,
    ends: float = inf,
    take_over: TakeOver | None = None,
) -> list[str]:
    """Make everything in the folder `built`, its notebooks before the moment `ends`; return the answer in sentences.

    `take_over` gives the notebooks that need not be executed, by name.
    """
    with log.step("raw tables"):
        write_raw(plan.raw, built / "raw")
    with log.step("model"):
        findings = find(plan.inputs, plan.request.draws, plan.request.seed, plan.former)
        edition = Edition(findings, plan.words.lang)
    with log.step("tables"):
        write_tables(findings, built / "tables")
        write_history(plan, findings, built / HISTORY)
    with log.step("figures"):
        write_figures(edition, read_history(built / HISTORY), built / "figures")
    jobs = expand(plan.suite, plan.inputs, notebook_parameters(plan, built))
    with log.step("notebooks"):
        hear = heard(jobs, log, progress)
        taken = take_over(plan, built) if take_over else {}
        hand_over(taken, built / "notebooks", log, hear)
        if left := [job for job in jobs if job.name not in taken]:
            run_suite(
                left,
                built / "notebooks",
                plan.suite.limits,
                plan.suite.jobs,
                hear,
                ends,
                lambda private: findings.keep(private) | most_ask(plan, built),
            )
    with log.step("workbook"):
        write_book(plan, edition, built / WORKBOOK)
    with log.step("page"):
        write_pages(plan, edition, jobs, built)
    return answer(edition)


def write_raw(texts: dict[str, str], target: Path) -> None:
    """Keep the tables with the run: the notebooks read them there, so an edit half-way changes nothing."""
    target.mkdir()
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8", newline="")


def notebook_parameters(plan: Plan, built: Path) -> dict[str, object]:
    """What every notebook is told, as far as it asks."""
    former = plan.former.folder if plan.former else ""
    history = built / HISTORY if (built / HISTORY).exists() else ""
    return {
        "data": built / "raw",
        **plan.request.parameters(),
        "run_id": plan.name,
        "former": former,
        "history": history,
    }


def most_ask(plan: Plan, built: Path) -> dict[str, str]:
    """What most notebooks ask for, as kernels hear it: the folder of the tables, the day, draws and seed."""
    asked = [str((built / "raw").absolute()), plan.request.as_of.isoformat(), plan.request.draws, plan.request.seed]
    return {ASKED: json.dumps(asked)}


def hand_over(taken: dict[str, bytes], target: Path, log: Log, hear: Callable[[Outcome], None]) -> None:
    """Put notebooks that were executed before in their place, and say which."""
    target.mkdir()
    for name, content in taken.items():
        (target / name).write_bytes(content)
        hear(Outcome(target / name, 0.0))
    if taken:
        log.say(f"nothing that they rest on has changed; taken over: {', '.join(taken)}")


def heard(jobs: list[Job], log: Log, progress: Progress | None) -> Callable[[Outcome], None]:
    """What is done when a notebook is done: log it and tell who wants to know."""

    def hear(outcome: Outcome) -> None:
        log.add(outcome.path.name, outcome.seconds)
        if progress:
            progress(outcome, len(jobs))

    return hear


def write_tables(findings: Findings, target: Path) -> None:
    """Write every table as a file."""
    target.mkdir()
    for name, text in table_texts(findings).items():
        (target / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")


def write_history(plan: Plan, findings: Findings, target: Path) -> None:
    """Write how the answer has moved; a run that is made again keeps what it knew, as it keeps its former run."""
    kept = plan.out / "runs" / plan.name / HISTORY
    known = (
        kept.read_text("utf-8") if kept.exists() else tidy_csv(known_history(plan.out, findings, plan.name, plan.words))
    )
    target.write_text(known, encoding="utf-8", newline="\n")


def table_texts(findings: Findings) -> dict[str, str]:
    """Every table as tidy CSV, by name: comma, decimal point, ISO dates."""
    return {name: tidy_csv(table) for name, table in findings.tables().items()}


def write_figures(edition: Edition, history: pd.DataFrame, target: Path) -> None:
    """Write every figure as SVG."""
    from fvmanalys.report.charts import figures, plot_history  # takes long to import, as what follows does

    target.mkdir()
    for picture in filter(
        None, [*figures(edition, hand_over=True), plot_history(history, edition.words, edition.accent)]
    ):
        (target / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")


def write_book(plan: Plan, edition: Edition, path: Path) -> None:
    """Write the workbook."""
    from fvmanalys.report.workbook import write_workbook

    write_workbook(edition, path, run_id=plan.name, version=versions()["fvmanalys"])


def write_pages(plan: Plan, edition: Edition, jobs: list[Job], built: Path) -> None:
    """Write the pages of the notebooks that are the appendix and the situation report, if any; and the document."""

    @cache
    def narrow() -> dict[str, str]:
        from fvmanalys.report.charts import narrow_figures

        return narrow_figures(edition, read_history(built / HISTORY))

    title = plan.words.of(plan.inputs.decision, "title")
    own = [built / "notebooks" / job.name for job in jobs if job.section]
    look = Look(edition.accent, plan.inputs.own.get("logo", ""), plan.inputs.decision["organisation"])
    for job in jobs:
        notebook = built / "notebooks" / job.name
        if job.appendix:
            write_page(notebook, built / PAGE, plan.words, title=title, narrow=narrow, sections=own, look=look)
        if job.report:
            from fvmanalys.report.document import write_document
            from fvmanalys.report.topics.situation import title as report_title

            write_page(notebook, built / REPORT_PAGE, plan.words, title=report_title(edition), narrow=narrow, look=look)
            write_document(edition, built / REPORT)


def write_manifest(plan: Plan, built: Path, told: list[str], log: Log) -> None:
    """Write what the run was made of and what came out; it and the log alone hold the clock."""
    write_json(
        built / MANIFEST,
        {
            "run_id": plan.name,
            "as_of": plan.request.as_of.isoformat(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "former": plan.former.run_id if plan.former else None,
            "previous": published_before(plan.out, plan.name),
            "answer": " ".join(told),
            "parameters": plan.request.parameters(),
            "model_parameters": plan.inputs.parameters,
            "versions": versions(),
            "public": plan.public,
            "code_revision": code_revision() if not plan.public else "",  # the checkout may hold the raw tables too
            "seconds": {line["step"]: line["seconds"] for line in log.lines} | {"whole run": round(log.elapsed, 2)},
            "inputs": file_hashes(built / "raw"),
            "outputs": {
                name: digest
                for name, digest in file_hashes(built).items()
                if not name.startswith("raw/") and name != LOG
            },
            "log": file_hashes(built, [built / LOG]).get(LOG),
        },
    )
