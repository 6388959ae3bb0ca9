"""The public version of a run: what is confidential, and every figure from which it could be computed back, is masked.

*How.* Everything is made several times: once with the secrets as they are, and in variants where every number and day of a
confidential row is a quarter lower, a quarter higher, or (where there are several) every other one lower and the rest
higher. A figure is published only if it reads the same in every variant: as it is, or rounded to three or two digits;
otherwise the mask stands in its place. A chart, a formula or a text is treated alike.

*Why that is enough.* Whatever is published is as true, letter by letter, of the worlds where every secret is 25 % lower, or
25 % higher. So no computation from it, with all public rows, the open code and any guess of the seed, can tell
these worlds apart: the feasible interval of each secret holds at least ±25 % of it (the rule that the protection of
magnitude tables is judged by, with p = 25; Hundepool et al., Statistical Disclosure Control, Wiley 2012, chapter 4). The
second parts that secondary suppression has to search for are found by themselves: they are the figures that change.

*What it does not promise.* Which figures are masked depends on the variants, and so on the secrets, as in all suppression
of cells: who knows the program may learn something from the pattern of masks itself. Ids that public rows use too and the
keys of a row are not moved. A share is moved no further than to 0 or 1. docs/public.md tells the rest.
"""

import hashlib
import os
import re
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import psutil

from fvmanalys.analysis import Findings, find
from fvmanalys.errors import EvidenceError, Fault, KernelDied, RunFailed, RunTimedOut
from fvmanalys.evidence import Inputs, load
from fvmanalys.evidence.published import MANIFEST, read_manifest
from fvmanalys.report.answer import answer
from fvmanalys.report.charts import ALL
from fvmanalys.report.edition import Edition
from fvmanalys.report.workbook import write_workbook
from fvmanalys.run.build import WORKBOOK, Plan, Progress, heard, notebook_parameters, write_appendix_page, write_manifest
from fvmanalys.run.kernels import MARK, remove_temporary
from fvmanalys.run.log import Log
from fvmanalys.run.masking.guard import check_bytes
from fvmanalys.run.masking.moves import directions, moved
from fvmanalys.run.masking.names import without_names
from fvmanalys.run.masking.notebooks import merged_notebook, without_seed
from fvmanalys.run.masking.raw import (
    GROUND,
    PUBLIC,
    Secret,
    Tables,
    csv_text,
    grounds,
    masked_copy,
    newest_public_day,
    read_raw,
    secrets_in,
    write_raw,
)
from fvmanalys.run.masking.sheets import Heard, Shown, merged_items, merged_texts
from fvmanalys.run.masking.tables import MASK, merged_tables
from fvmanalys.run.masking.values import Masks
from fvmanalys.run.record import Request, file_hashes, run_id, versions, write_json
from fvmanalys.run.suite import Job, expand, run_suite
from fvmanalys.run.tidy import tidy_csv

__all__ = ["PublicRequest", "build_public", "load_quietly", "masked_hashes", "write_public_manifest"]

PRIVATE = "fvmanalys-private-"
REMEDY = "to see why, run without --public in a folder of your own"


@dataclass(frozen=True)
class PublicRequest(Request):
    """What a public run is asked to compute; the seed is used, and not told."""

    def parameters(self) -> dict[str, Any]:
        """The request as plain values, without the seed."""
        return {name: value for name, value in super().parameters().items() if name != "seed"} | {"public": True}


@dataclass(frozen=True)
class Variants:
    """The worlds that must read the same, the one with the secrets as they are first; and what is secret."""

    folders: list[Path]
    findings: list[Findings]
    tables: Tables
    secrets: list[Secret]
    masks: Masks
    notices: list[str]


def load_quietly(data: Path, as_of: str | None) -> Inputs:
    """Load the raw tables; an error says where the faults are, and repeats nothing of what stands there."""
    try:
        return load(data, as_of or newest_public_day(data))
    except EvidenceError as error:
        remedy = "run `fvmanalys check`, which shows it"
        faults = [Fault(one.file, one.row, one.column, "is wrong (not shown in a public run)", remedy) for one in error.faults]
        raise EvidenceError(faults) from None


def masked_hashes(data: Path) -> dict[str, str]:
    """The hash of each raw table as it will be published."""
    masked = masked_copy(read_raw(data))
    return {f"{name}.csv": hashlib.sha256(csv_text(table).encode()).hexdigest() for name, table in sorted(masked.items())}


def build_public(plan: Plan, built: Path, log: Log, progress: Progress | None = None) -> list[str]:
    """Make everything of a public run in the folder `built`; return the answer in sentences.

    What is not masked lies in a folder that only its owner can read, outside the output folder, and is gone afterwards.
    """
    with private_folder(built) as folder, quietly(built):
        with log.step("variants"):
            variants = make_variants(plan, folder)
            write_raw(masked_copy(variants.tables), built / "raw")
            check_unedited(plan, built / "raw")
        with log.step("tables"):
            write_tables(variants, built / "tables")
        jobs = run_notebooks(plan, variants, folder, log, progress)
        with log.step("masking"):
            write_notebooks(plan, variants, jobs, folder, built / "notebooks")
            write_figures(plan, variants, built / "figures")
        with log.step("workbook"):
            write_public_workbook(plan, variants, folder, built / WORKBOOK)
        with log.step("page"):
            write_appendix_page(replace(plan, inputs=variants.findings[0].inputs), jobs, built)
        with log.step("guard"):
            check_bytes(built, variants.tables, variants.secrets)
        told = merged_texts([answer(one, plan.words) for one in variants.findings], variants.masks)
    return told


def check_unedited(plan: Plan, raw: Path) -> None:
    """Refuse tables that are not those the run was named after."""
    if run_id(plan.request, file_hashes(raw), [Path(notebook.path) for notebook in plan.suite.notebooks]) != plan.name:
        raise RunFailed(f"{plan.data} was edited while the run began")


@contextmanager
def private_folder(built: Path) -> Iterator[Path]:
    """A folder that only its owner can enter, gone afterwards; of a run that is killed, the next public one removes it."""
    remove_orphans(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{PRIVATE}{os.getpid()}-"))
    try:
        (built / MARK).write_text(str(folder), encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        (built / MARK).unlink(missing_ok=True)


def remove_orphans(temporary: Path) -> None:
    """Remove the private folders of processes that are no more; those of other users cannot be removed, and stay."""
    for folder in temporary.glob(f"{PRIVATE}*-*"):
        owner = folder.name.removeprefix(PRIVATE).partition("-")[0]
        if owner.isdigit() and not folder.is_symlink() and not psutil.pid_exists(int(owner)):
            remove_temporary(folder)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def quietly(built: Path) -> Iterator[None]:
    """Let a failure say what kind it is and where, and nothing that may come from a confidential row; keep no notebook."""
    try:
        yield
    except (OSError, MemoryError, RunTimedOut, KernelDied):
        shutil.rmtree(built / "notebooks", ignore_errors=True)
        raise
    except Exception as error:
        shutil.rmtree(built / "notebooks", ignore_errors=True)
        raise RunFailed(f"{place_of(error)}: {type(error).__name__}; {REMEDY}") from None


def place_of(error: Exception) -> str:
    """Where something failed: the notebook and its cell, or the line of the code."""
    if isinstance(error, RunFailed):
        return re.sub(r"^\d+-", "", str(error).partition(":")[0])
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def make_variants(plan: Plan, folder: Path) -> Variants:
    """Write and compute every variant."""
    tables, words = read_raw(plan.data), plan.words
    secrets = secrets_in(tables)
    base = without_names(tables, secrets, words) if secrets else tables
    worlds = [base, *(moved(base, direction, plan.request.as_of) for direction in directions(secrets))]
    folders = [folder / str(number) / "raw" for number in range(len(worlds))]
    for world, place in zip(worlds, folders, strict=True):
        write_raw(world, place)
    findings = [find(load(place, plan.request.as_of), plan.request.draws, plan.request.seed) for place in folders]
    estimates = [one.inputs.estimates for one in findings]
    hidden = frozenset(name for table in estimates for name in table.loc[~table["confidential"].isin(PUBLIC), "id"])
    return Variants(folders, findings, tables, secrets, Masks(words, hidden), notices(plan, secrets))


def notices(plan: Plan, secrets: list[Secret]) -> list[str]:
    """What every reader of the public version is told first."""
    words = plan.words
    if not secrets:
        return [words("public.nothing_secret")]
    spelt = {ground: words("public.no_ground") if ground == "yes" else ground for ground in grounds(secrets)}
    known = words.listing([f"{spelt[ground]} ({count})" for ground, count in grounds(secrets).items()])
    mask = words("public.mask")
    return [words("public.notice", count=words.number(len(secrets)), grounds=known), words("public.mask_means", mask=mask)]


def write_tables(variants: Variants, target: Path) -> None:
    """Write every table, masked where there are secrets."""
    target.mkdir()
    shown = [findings.tables() for findings in variants.findings]
    merged = merged_tables(shown, variants.masks) if variants.secrets else shown[0]
    for name, table in merged.items():
        (target / f"{name}.csv").write_text(tidy_csv(table), encoding="utf-8", newline="\n")


def run_notebooks(plan: Plan, variants: Variants, folder: Path, log: Log, progress: Progress | None) -> list[Job]:
    """Run the suite on every variant, all in one pool; give the jobs of one."""
    jobs = expand(plan.suite, variants.findings[0].inputs, notebook_parameters(plan, folder / "0") | {"seed": plan.request.seed})
    every = [
        replace(job, name=f"{number}-{job.name}", parameters={**job.parameters, **({"data": place} if "data" in job.parameters else {})})
        for number, place in enumerate(variants.folders)
        for job in jobs
    ]
    limits = replace(plan.suite.limits, run_seconds=plan.suite.limits.run_seconds * len(variants.folders))
    with log.step("notebooks"):
        run_suite(every, folder / "notebooks", limits, plan.suite.jobs, heard(every, log, progress))
    return jobs


def write_notebooks(plan: Plan, variants: Variants, jobs: list[Job], folder: Path, target: Path) -> None:
    """Write every notebook as far as the variants agree."""
    target.mkdir()
    told = partial(without_seed, said=seed_sentence(plan, "page.made"), instead=seed_sentence(plan, "public.made"))
    for job in jobs:
        made = [folder / "notebooks" / f"{number}-{job.name}" for number in range(len(variants.folders))]
        notebook = merged_notebook(made, variants.masks, variants.notices, told)
        (target / job.name).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def seed_sentence(plan: Plan, key: str) -> str:
    """How the figures were made: the sentence with the seed, or the one without it."""
    words, request = plan.words, plan.request
    return words(key, draws=words.number(request.draws), seed=request.seed, as_of=words.day(request.as_of))


def write_figures(plan: Plan, variants: Variants, target: Path) -> None:
    """Write every figure that is the same in all variants; one that differs is not drawn for the rest of them."""
    target.mkdir()
    for plot in ALL:
        first, *others = (partial(plot, Edition(findings, plan.words.lang)) for findings in variants.findings)
        picture = first()
        if picture is not None and all((drawn := other()) is not None and drawn.svg == picture.svg for other in others):
            (target / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")


def write_public_workbook(plan: Plan, variants: Variants, folder: Path, target: Path) -> None:
    """Write the workbook: hear what every variant says, then write what they share, from each of them, to the same bytes."""
    no_live = "" if len({live_print(findings) for findings in variants.findings}) == 1 else plan.words("public.no_live")
    spoken = [Heard(variants.notices, no_live) for _ in variants.findings]
    write = partial(write_workbook, words=plan.words, run_id=plan.name, version=versions()["fvmanalys"])
    for findings, screen in zip(variants.findings, spoken, strict=True):
        write(findings, folder / "heard.xlsx", screen=screen)
    items = merged_items(spoken, variants.masks)
    trial = [Shown(spoken, items, variants.masks) for _ in variants.findings]
    for findings, shown in zip(variants.findings, trial, strict=True):
        write(findings, folder / "trial.xlsx", screen=shown)
    places = {place for one in trial for place in one.prints}
    dropped = frozenset(place for place in places if len({one.prints.get(place) for one in trial}) > 1)
    made = set()
    for findings in variants.findings:
        write(findings, folder / WORKBOOK, screen=Shown(spoken, items, variants.masks, dropped))
        made.add((folder / WORKBOOK).read_bytes())
    if len(made) > 1:
        raise RunFailed(f"{WORKBOOK}: would tell the variants apart")
    target.write_bytes(made.pop())


def live_print(findings: Findings) -> str:
    """Everything that the part which readers turn rests on, as one text."""
    from fvmanalys.analysis.yearly import outlook, published_settings, turnable

    simulation = findings.simulation
    ahead = outlook(findings.inputs, simulation.draws, simulation.seed, simulation.workers)
    settings = [repr(published_settings(findings.comparison)), repr(turnable(findings.inputs))]
    return "\n".join([ahead.cost.to_csv(), ahead.levels.to_csv(), *settings])


def write_public_manifest(plan: Plan, built: Path, told: list[str], log: Log) -> None:
    """Write the manifest of a public run: no seed, nothing that comes from an unmasked file."""
    write_manifest(plan, built, told, log)
    table, manifest = plan.inputs.tables["parameters"], read_manifest(built)
    secret = set(table.loc[~table[GROUND].isin(PUBLIC), "parameter_id"])
    known = {name: MASK if name in secret else value for name, value in manifest["model_parameters"].items()}
    seconds = {"whole run": manifest["seconds"]["whole run"]}
    counted = grounds(secrets_in(read_raw(built / "raw")))
    public = {"public": True, "confidential_rows": counted, "model_parameters": known, "seconds": seconds}
    write_json(built / MANIFEST, manifest | public)
    with quietly(built):
        raw = read_raw(plan.data)
        check_bytes(built, raw, secrets_in(raw))
