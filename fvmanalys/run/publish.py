"""One command to a published appendix: raw tables, notebooks, tables, figures, workbook and page, all or nothing."""

from dataclasses import dataclass
from pathlib import Path

from fvmanalys.evidence import load
from fvmanalys.run import folder as place
from fvmanalys.run.build import WORKBOOK, Plan, Progress, build, table_files, write_manifest
from fvmanalys.run.failing import kept_and_told
from fvmanalys.run.former import former_run
from fvmanalys.run.log import LOG, Log
from fvmanalys.run.record import Request, file_hashes, run_id
from fvmanalys.run.suite import Suite

__all__ = ["WORKBOOK", "Published", "run"]


@dataclass(frozen=True)
class Published:
    """A published run: where it is, its answer, and the seconds that each step took."""

    path: Path
    answer: list[str]
    seconds: dict[str, float]


def run(
    data: Path,
    out: Path,
    suite: Suite,
    as_of: str | None = None,
    *,
    wait: bool = False,
    progress: Progress | None = None,
    log: Log | None = None,
) -> Published:
    """Run the suite on the tables in `data` and publish the appendix in `out`.

    `progress` hears of each finished notebook, with how many there are; `log` of each step. Raises EvidenceError or
    UsageError before anything is written; after any failure the former run is untouched, and the notebooks are kept in
    `out/failed`.
    """
    log = log or Log()
    with log.step("check"):
        inputs = load(data, as_of)
    request = Request(inputs.as_of, suite.draws, suite.seed, suite.lang)
    name = run_id(request, file_hashes(data, table_files(data)), [Path(notebook.path) for notebook in suite.notebooks])
    with place.held(out, wait):
        place.clean_remains(out)
        plan = Plan(name, request, inputs, suite, data, former_run(out, name, inputs.as_of))
        with place.scratch(out, name) as built, kept_and_told(built, out, name, log):
            return make(plan, built, out, log, progress)


def make(plan: Plan, built: Path, out: Path, log: Log, progress: Progress | None) -> Published:
    """Make everything in the folder `built`, and publish it."""
    log.open(built / LOG)
    told = build(plan, built, log, progress)
    log.add("run", log.elapsed, as_of=plan.request.as_of, answer=" ".join(told))
    log.close()
    write_manifest(plan, built, told, log)
    with log.step("publish"):
        path = place.publish(built, out, plan.name)
    return Published(path, told, {line["step"]: line["seconds"] for line in log.lines})
