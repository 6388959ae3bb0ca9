"""The command line: check the raw tables, run the suite, list, verify and compare what is published."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from fvmanalys.errors import FvmanalysError, UsageError
from fvmanalys.run.console import lines_of, plain, say, undisturbed
from fvmanalys.run.home import ONE_THREAD, ensure_home

# Plain help: what draws boxes around it takes three times as long to start as the rest.
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def version(asked: bool) -> None:
    """Print the version and end, if it was asked for."""
    if asked:
        from fvmanalys import __version__

        say(f"fvmanalys {__version__}")
        raise typer.Exit


@app.callback(help=__doc__)
def options(
    _: Annotated[bool, Option("--version", help="Print the version.", is_eager=True, callback=version)] = False,
) -> None:
    """Hear what concerns no single command."""


def found(path: str) -> Any:
    """An option's value where none is given: the path in the project that we stand in, at its root or below it."""

    def place() -> Path:
        from fvmanalys.evidence.dated import project

        return project() / path

    return {"default_factory": place, "show_default": f"the project's {path}"}


Data = Annotated[Path, Option(help="Folder of raw tables.", **found("data/raw"))]
Out = Annotated[Path, Option(help="Folder that runs are published in.", **found("data/processed"))]
AsOf = Annotated[str | None, Option(help="Use what was known this day (year-month-day); default: the decision's own.")]


@app.command()
def check(
    data: Data,
    as_of: AsOf = None,
    public: Annotated[bool, Option("--public", help="Check what a public run is made of; name what it lacks.")] = False,
) -> None:
    """Validate the raw tables; name every fault as file:row: column: what is wrong; what to do.

    What breaks no rule and is still worth a look follows the result, and changes no exit code.
    """
    from fvmanalys.evidence.dated import read_dated
    from fvmanalys.evidence.second_look import worth_a_look

    if public:
        from fvmanalys.evidence.public import check_public

        inputs, notes = check_public(data, as_of)
        known = inputs.dated
        say(*notes)
    else:
        known = read_dated(data, as_of)
    rows = sum(map(len, known.tables.values()))
    say(f"{data}: no faults; {rows} rows and {known.quantities} estimates are in force at {known.as_of}")
    for text in [] if public else worth_a_look(known):
        say(f"worth a look: {text}")


@app.command()
def init(
    folder: Annotated[Path, Argument(help="Folder to make; one that is there already must be empty.")],
    xlsx: Annotated[bool, Option("--xlsx", help="Write the raw tables as Excel workbooks.")] = False,
) -> None:
    """Lay out a new decision: every raw table with an explained example, notebooks and suite.toml, ready to run."""
    from fvmanalys.run.start import READ_ME, lay_out

    lay_out(folder, xlsx)
    say(f"{folder / READ_ME}: how to go on; in {folder}: fvmanalys check, fvmanalys run")


@app.command()
def standins(
    data: Data,
    out: Annotated[Path | None, Option(help="Folder that the forms are written in, a workbook for each owner.")] = None,
    take: Annotated[Path | None, Option(help="Folder of filled-in forms, to be written into the raw tables.")] = None,
    lang: Annotated[str, Option(help="Language: sv or en.")] = "sv",
) -> None:
    """Write what the public tables lack as forms for the owners of the rows,
    with nothing secret in them; or take them back.
    """
    from fvmanalys.evidence.public import make_public
    from fvmanalys.report.standins import write_forms
    from fvmanalys.report.taken import take_forms
    from fvmanalys.report.words import Words, read_texts

    read_texts(lang)
    if take is not None and out is None:
        say(*take_forms(take, data))
        return
    if out is None or take is not None:
        raise UsageError(
            "standins: give --out FOLDER to write forms, or --take FOLDER to take those that are filled in"
        )
    for path, count in write_forms(make_public(data), out, Words(lang)):
        say(f"{path}: {count} cells to fill in")


Questions = Annotated[Path | None, Option(help="CSV of practice questions: question_id, question, unit, answer.")]


@app.command()
def form(
    what: Annotated[str, Argument(metavar="AREA", help="An area_id, or estimates: those worth most to know.")],
    out: Annotated[Path, Argument(help="Workbook to write; with --assessors one for each, numbered.")],
    data: Data,
    assessors: Annotated[str, Option(help="How many forms, or how many to each role: 'midwife=8; doctor=4'.")] = "",
    ids: Annotated[str, Option(help="With estimates: ids or patterns, with ; between.")] = "",
    calibration: Questions = None,
    after: Annotated[
        Path | None, Option(help="Folder that collect wrote: show each what the group and they said.")
    ] = None,
    lang: Annotated[str, Option(help="Language of the form: sv or en.")] = "sv",
) -> None:
    """Write Excel forms in which assessors judge the levels of an area, or any estimates."""
    from fvmanalys.run.asking import hand_out

    say(*hand_out(data, what, out, sent=assessors, ids=ids, calibration=calibration, after=after, lang=lang))


@app.command()
def collect(
    forms: Annotated[list[Path], Argument(help="Forms that were handed in, or folders of them.")],
    out: Annotated[Path, Option(help="Folder to write the rows, the pools and the answers in.")],
    owner: Annotated[str, Option(help="Who stands for the judgements: an organisation or a role.")],
    known_from: Annotated[str, Option(help="The day of the judgements (year-month-day).")],
    data: Data,
    pool: Annotated[str, Option(help="What the rows rest on: equal, calibration or median; all are shown.")] = "equal",
    calibration: Questions = None,
    write: Annotated[bool, Option("--write", help="Write the rows into the raw tables too (CSV).")] = False,
    lang: Annotated[str, Option(help="Language of the workbook and of the notes: sv or en.")] = "sv",
) -> None:
    """Pool what assessors wrote in their forms; write rows for the raw tables, and a workbook of who disagrees on what.

    Every fault is named with file, sheet and cell; nothing is written if there is any.
    """
    from fvmanalys.run.collecting import collect as gather

    say(*gather(data, forms, out, owner, known_from, pooled=pool, calibration=calibration, lang=lang, write=write))


@app.command()
def run(
    data: Data,
    out: Out,
    as_of: AsOf = None,
    weekly: Annotated[str | None, Option(help="A run each week from day to day: 2025-01-07..2025-03-25.")] = None,
    draws: Annotated[int | None, Option(min=1, help="Draws of every estimate; default: the configuration's.")] = None,
    seed: Annotated[int | None, Option(min=0, help="Seed of the random numbers; default: the configuration's.")] = None,
    lang: Annotated[str | None, Option(help="Language of workbook and page: sv or en.")] = None,
    public: Annotated[bool, Option("--public", help="Run the public tables alone (docs/public.md).")] = False,
    changes: Annotated[Path | None, Option(help="Changes for this run, as inputs.save_changes writes them.")] = None,
    jobs: Annotated[int | None, Option(min=1, help="Notebooks at a time.")] = None,
    fresh: Annotated[bool, Option("--fresh", help="Make the run anew, though nothing has changed.")] = False,
    wait: Annotated[bool, Option("--wait", help="Wait while another run holds the folder.")] = False,
    sign: Annotated[Path | None, Option(help="Private key to sign the run with (Ed25519, PEM).")] = None,
    quiet: Annotated[bool, Option("--quiet", help="Say nothing unless something fails.")] = False,
    config: Annotated[Path | None, Option(help="How to run; default: the project's suite.toml, or our own.")] = None,
) -> None:
    """Run the notebooks and publish a decision appendix: workbook, page, tables, figures."""
    from fvmanalys.report.words import read_texts
    from fvmanalys.run import publish
    from fvmanalys.run.failing import stoppable
    from fvmanalys.run.log import Log
    from fvmanalys.run.signature import private_key
    from fvmanalys.run.suite import read_suite, suite_at_hand, weeks

    given: dict[str, Any] = {"draws": draws, "seed": seed, "lang": lang, "jobs": jobs}
    if lang is not None:
        read_texts(lang)
    if public and changes is not None:
        raise UsageError("--public: comes with --changes, which may hold what is secret; give one of them")
    key = private_key(sign) if sign else None
    suite = replace(
        read_suite(config or suite_at_hand()), **{name: value for name, value in given.items() if value is not None}
    )
    for day in weeks(weekly, as_of) if weekly else [as_of]:
        with stoppable(), Bar(quiet) as bar:
            published = publish.run(
                data,
                out,
                suite,
                day,
                public=public,
                changes=changes,
                fresh=fresh,
                wait=wait,
                key=key,
                progress=bar.advance,
                log=Log(bar.say),
            )
        if not quiet:
            say(published.path / publish.WORKBOOK, " ".join(published.answer))
            say(
                f"verify --expect {published.digest}", file=sys.stderr
            )  # beside the seconds: it rests on the clock, the answer does not


@app.command()
def sweep(
    grid: Annotated[Path, Argument(help="What varies: GRID.toml (docs/sweeps.md).")],
    out: Annotated[Path, Option(help="Folder of the sweep; one that was stopped goes on there.")],
    data: Data,
    scheduler: Annotated[str, Option(help="Dask scheduler of a cluster: tcp://ADDRESS:PORT.")] = "",
    workers: Annotated[
        int | None, Option(min=0, help="Processes here; 0: this one alone; default: a core each.")
    ] = None,
    notebooks: Annotated[bool, Option("--notebooks", help="Publish a run of every scenario too.")] = False,
    quiet: Annotated[bool, Option("--quiet", help="Say nothing unless something fails.")] = False,
    config: Annotated[Path | None, Option(help="With --notebooks: as of fvmanalys run.")] = None,
) -> None:
    """Compute many scenarios, here or on a Dask cluster, into one Parquet dataset."""
    from fvmanalys.run.failing import stoppable
    from fvmanalys.run.sweep import publisher, run_sweep

    if notebooks and (scheduler or workers):
        raise UsageError("--notebooks runs the scenarios here, one after another; leave out --scheduler and --workers")
    publish = publisher(config) if notebooks else None
    with stoppable(), Bar(quiet, "scenarios") as bar:
        swept = run_sweep(
            grid,
            out,
            data=data,
            scheduler=scheduler,
            workers=0 if notebooks else workers,
            publish=publish,
            progress=bar.reach,
        )
    if not quiet:
        say(f"{swept.path}: {swept.scenarios} scenarios, {len(swept.failures)} of them failed")
    say(*swept.failures, file=sys.stderr)
    if swept.failures:
        raise typer.Exit(1)


@app.command()
def runs(out: Out) -> None:
    """List what is published and what failed: run, day of knowledge, when it was made, seconds, answer."""
    from fvmanalys.run.listing import listed

    for line in listed(out):
        say(line)


@app.command()
def history(
    out: Annotated[Path, Option(help="File to write: its name ends in .xlsx or .csv.")],
    runs: Out,
    lang: Annotated[str, Option(help="Language of the workbook: sv or en.")] = "sv",
) -> None:
    """Write how the answer and its certainty moved over all published runs, as a workbook or as CSV."""
    from fvmanalys.run.history import write_history_file

    for line in write_history_file(runs, out, lang):
        say(line)


@app.command()
def verify(
    run: Annotated[Path, Argument(help="Folder of a published run; with --chain the folder of all of them.")],
    chain: Annotated[bool, Option("--chain", help="Hold all runs of a folder against one another.")] = False,
    expect: Annotated[str, Option(help="The hash that was written down when the run was published.")] = "",
    key: Annotated[Path | None, Option(help="Public key that the run must be signed with (Ed25519, PEM).")] = None,
    config: Annotated[Path | None, Option(help="Suite to make it again with; default: as of fvmanalys run.")] = None,
) -> None:
    """Make a run again from its own raw tables; say whether every figure and every file is the same."""
    if chain:
        from fvmanalys.run.chain import verify_chain

        found = verify_chain(run)
    else:
        from fvmanalys.run.failing import stoppable
        from fvmanalys.run.suite import read_suite, suite_at_hand
        from fvmanalys.run.verify import verify as check_run

        with stoppable():
            found = check_run(run, read_suite(config or suite_at_hand()), expect=expect, key=key)
    say(f"{run}: {found.verdict}", *found.places)
    if not found.holds:
        raise typer.Exit(1)


@app.command()
def diff(
    run_a: Annotated[str, Argument(help="The former run: its folder, or its name within --out.")],
    run_b: Annotated[str, Argument(help="The later run: its folder, or its name within --out.")],
    out: Out,
    lang: Annotated[str | None, Option(help="Language: sv or en; default: the later run's.")] = None,
) -> None:
    """Say what changed in the answer from one run to another, and which inputs did it."""
    from fvmanalys.run.differences import differences

    former, later = (Path(run) if Path(run).is_dir() else out / "runs" / run for run in (run_a, run_b))
    told = differences(former, later, lang)
    say(*told.sentences)
    for grid in told.grids:
        show(grid.title, grid.head, grid.rows, grid.numbers)


def show(title: str, head: list[str], rows: list[list[str]], numbers: list[int]) -> None:
    """Print a table, the columns `numbers` to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(plain(title)), title_justify="left", box=SIMPLE_HEAD)
    for place, name in enumerate(head):
        table.add_column(Text(plain(name)), justify="right" if place in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console(highlight=False).print(table)


class Bar:
    """A line a step, and in a terminal a progress bar below them; nothing when quiet."""

    def __init__(self, quiet: bool, what: str = "notebooks"):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.console = Console(stderr=True, quiet=quiet)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.progress = Progress(
            *columns, console=self.console, disable=quiet or not self.console.is_terminal, transient=True
        )
        self.task = self.progress.add_task(what, total=None)

    def __enter__(self) -> "Bar":
        self.progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.progress.stop()

    def advance(self, outcome: Any, total: int) -> None:
        """Hear that a notebook is done."""
        self.progress.update(self.task, total=total, advance=1, description=plain(outcome.path.stem))

    def reach(self, done: int, total: int) -> None:
        """Hear how much is done."""
        self.progress.update(self.task, total=total, completed=done)

    def say(self, line: str) -> None:
        """Show what a step came to, above the bar if there is one."""
        self.console.print(plain(line), highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Run a command; a failure is told on standard error, and its exit code says which kind it was."""
    with undisturbed():
        ensure_home()
        os.environ.update(ONE_THREAD)
        try:
            app()
        except FvmanalysError as error:
            print(f"{type(error).__name__}: {lines_of(error)}", file=sys.stderr)
            sys.exit(error.exit_code)
        except (OSError, MemoryError) as error:  # what no command foresaw, and no fault of ours
            where = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
            why = error.strerror if isinstance(error, OSError) else "out of memory"
            print(
                f"UsageError: {plain(where)}{why or error}; see that it can be read and written, and is not full",
                file=sys.stderr,
            )
            sys.exit(2)


if __name__ == "__main__":
    main()
