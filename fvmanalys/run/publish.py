"""One command to a published appendix: raw tables, notebooks, tables, figures, workbook and page, all or nothing."""

import hashlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fvmanalys.errors import EvidenceError, Fault, RunFailed, RunStopped, UsageError
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.changing import read_changes
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.limits import read_bytes
from fvmanalys.evidence.public import PublicTables, make_public
from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.evidence.read import READ
from fvmanalys.evidence.tables import TABLES
from fvmanalys.evidence.write import raw_texts
from fvmanalys.run import folder as place
from fvmanalys.run.build import WORKBOOK, Plan, Progress, TakeOver, build, notebook_parameters, write_manifest
from fvmanalys.run.failing import kept_and_told, to_its_end, told, within
from fvmanalys.run.log import LOG, Log
from fvmanalys.run.record import Request, run_id, sha256, text_hashes
from fvmanalys.run.signature import sign
from fvmanalys.run.suite import Suite, expand
from fvmanalys.run.surroundings import check_memory, check_surroundings
from fvmanalys.run.unchanged import notebooks_taken_over, remember, taken_over

__all__ = ["WORKBOOK", "Published", "run"]


@dataclass(frozen=True)
class Published:
    """A published run: where it is, its answer, the seconds that each step took, and the hash of its manifest."""

    path: Path
    answer: list[str]
    seconds: dict[str, float]
    digest: str  # the hash of its manifest, by which it is known again


def run(
    data: Path,
    out: Path,
    suite: Suite,
    as_of: str | None = None,
    *,
    public: bool = False,
    changes: Path | None = None,
    fresh: bool = True,
    wait: bool = False,
    key: Any = None,
    progress: Progress | None = None,
    log: Log | None = None,
) -> Published:
    """Run the suite on the tables in `data` and publish the appendix in `out`.

    `progress` hears of each finished notebook, with how many there are; `log` of each step. EvidenceError or UsageError
    come before anything is written; after any failure the former run is untouched, and the notebooks are kept in
    `out/failed`. A `public` run is made of the public tables alone. `changes` is a file of changes for this run, `key`
    signs the manifest. Unless it must be `fresh`, a run that nothing has changed for is taken over as it is.
    """
    log = log or Log()
    with log.step("check"):
        inputs = read_unchanged(data, as_of, public)
        inputs = replace(with_changes(inputs, changes) if changes else inputs, own=suite.place)
        if suite.own.logo.endswith(".svg") and "logo_png" not in suite.place:
            log.say(f"own: {suite.own.logo}: is on the pages alone; put it as PNG beside it for workbook and document")
        raw = raw_texts(inputs)
        check_memory(suite.draws, inputs, 1 + suite.jobs)
        request = Request(inputs.as_of, suite.draws, suite.seed, suite.lang)
        expand(suite, inputs, notebook_parameters(Plan("", request, inputs, suite, out, None, raw, public), out))
    name = run_id(request, text_hashes(raw), suite.notebooks)
    with ExitStack() as unstopped, place.held(out, wait, log.say), told(out):
        check_surroundings(out, name)
        place.claim(out, place.PUBLIC if public else place.INTERNAL)
        place.clean_remains(out)
        plan = Plan(name, request, inputs, suite, out, place.former_run(out, name, inputs.as_of), raw, public)
        if not fresh and (path := taken_over(plan, key)):
            manifest = read_manifest(path)
            notebooks = [Path(file).name for file in manifest["outputs"] if file.startswith("notebooks/")]
            log.say(f"{name}: nothing has changed since it was made; taken over: {', '.join(notebooks)}")
            return Published(path, [manifest["answer"]], manifest["seconds"], sha256(path / MANIFEST))
        with place.scratch(out, name) as built, kept_and_told(built, out, name, log):
            answer = make(plan, built, log, progress, key, None if fresh else notebooks_taken_over)
            heard = unstopped.enter_context(to_its_end())
            with log.step("publish"):
                path = place.publish(built, out, name)
                remember(plan)
    if heard:
        raise RunStopped(f"stopped by {heard[0]}, when {path} had been published")
    return Published(path, answer, {line["step"]: line["seconds"] for line in log.lines}, sha256(path / MANIFEST))


def read_unchanged(data: Path, as_of: str | None, public: bool) -> Inputs:
    """Read the tables, or make the public ones, while nobody edits them."""
    before = table_hashes(data)
    inputs = public_tables(data).load(as_of) if public else load(data, as_of)
    if table_hashes(data) != before:
        raise RunFailed(f"{data}: was edited while the run began; run again")
    return inputs


def with_changes(inputs: Inputs, path: Path) -> Inputs:
    """The inputs with the changes of a file; each that cannot be made is told by its number."""
    faults = []
    for number, change in enumerate(read_changes(path), start=1):
        try:
            inputs = inputs.with_change(change)
        except UsageError as error:
            faults.append(f"{path}: change.{number}: {error}")
    if faults:
        raise UsageError("\n".join(faults))
    return inputs


def public_tables(data: Path) -> PublicTables:
    """Make the public tables; of raw tables that cannot be read, name the files and repeat nothing of their cells."""
    try:
        return make_public(data)
    except EvidenceError as error:
        remedy = "run `fvmanalys check --public`, which says where and why"
        files = dict.fromkeys(fault.file for fault in error.faults)
        raise EvidenceError([Fault(file, None, "file", "cannot be read", remedy) for file in files]) from None


def table_hashes(data: Path) -> dict[str, str]:
    """The hashes of the raw tables; none of what cannot be read, which is told when they are read."""
    found = {}
    for path in (data / f"{name}{kind}" for name in TABLES for kind in READ):
        with suppress(Unreadable):
            found[path.name] = hashlib.sha256(read_bytes(path)).hexdigest()
    return found


def make(
    plan: Plan, built: Path, log: Log, progress: Progress | None, key: Any = None, take_over: TakeOver | None = None
) -> list[str]:
    """Make everything in the folder `built`, and its manifest; return the answer in sentences."""
    log.open(built / LOG)
    with within(plan.suite.limits.run_seconds) as ends:
        answer = build(plan, built, log, progress, ends, take_over)
    log.add("run", log.elapsed, as_of=plan.request.as_of, answer=" ".join(answer))
    log.close()
    write_manifest(plan, built, answer, log)
    if key is not None:
        sign(built, key)
    return answer
