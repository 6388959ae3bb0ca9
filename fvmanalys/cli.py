"""The command line: check the raw tables, run the suite, list and verify what is published."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fvmanalys.errors import FvmanalysError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Data = Annotated[Path, typer.Option(help="Folder of raw tables.")]
Out = Annotated[Path, typer.Option(help="Folder that runs are published in.")]
AsOf = Annotated[str | None, typer.Option(help="Use only what was known on this day (year-month-day); default: the decision's own.")]


@app.command()
def check(data: Data = Path("data/raw"), as_of: AsOf = None) -> None:
    """Validate the raw tables; name every fault as file:row: column: what is wrong; what to do."""
    from fvmanalys.evidence import load

    inputs = load(data, as_of)
    rows = sum(len(table) for table in inputs.tables.values())
    print(f"{data}: no faults; {rows} rows and {len(inputs.estimates)} estimates are in force at {inputs.as_of}")


@app.command()
def run(
    data: Data = Path("data/raw"),
    out: Out = Path("data/processed"),
    as_of: AsOf = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Draws of every estimate; default: the configuration's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the random numbers; default: the configuration's.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of workbook and page: sv or en.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Notebooks at a time.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait while another run holds the folder.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something fails.")] = False,
    config: Annotated[Path, typer.Option(help="How to run: notebooks, draws, jobs, limits.")] = Path("suite.toml"),
) -> None:
    """Run the notebooks and publish a decision appendix: workbook, page, tables, figures."""
    from fvmanalys.report.words import read_texts
    from fvmanalys.run import publish
    from fvmanalys.run.failing import stoppable
    from fvmanalys.run.log import Log
    from fvmanalys.run.suite import read_suite

    given: dict[str, Any] = {"draws": draws, "seed": seed, "lang": lang, "jobs": jobs}
    if lang is not None:
        read_texts(lang)
    suite = replace(read_suite(config), **{name: value for name, value in given.items() if value is not None})
    with stoppable(), Bar(quiet) as bar:
        published = publish.run(data, out, suite, as_of, wait=wait, progress=bar.advance, log=Log(bar.say))
    if not quiet:
        print(f"{published.path / publish.WORKBOOK}\n{' '.join(published.answer)}")


@app.command()
def runs(out: Out = Path("data/processed")) -> None:
    """List what is published and what failed: run, day of knowledge, when it was made, seconds, answer."""
    from fvmanalys.evidence.published import read_manifest
    from fvmanalys.run import folder

    newest = folder.latest(out)
    for path in folder.published(out):
        told = read_manifest(path)
        mark = "latest" if newest == path.resolve() else "published"
        print(f"{path.name}  {mark}  as of {told['as_of']}  made {told['created']}  {told['seconds']['whole run']:.0f} s  {told['answer']}")
    for path in folder.failed(out):
        print(f"{path.name}  failed  notebooks kept in {path}")


@app.command()
def verify(run: Annotated[Path, typer.Argument(help="Folder of a published run.")]) -> None:
    """Compute every table of a run anew from its own raw tables; say whether every figure is the same."""
    from fvmanalys.run.verify import verify as check_run

    found = check_run(run)
    print("\n".join([f"{run}: {found.verdict}", *found.places]))
    if not found.holds:
        raise typer.Exit(1)


class Bar:
    """A line a step, and in a terminal a progress bar below them; nothing when quiet."""

    def __init__(self, quiet: bool):
        self.console = Console(stderr=True, quiet=quiet)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.progress = Progress(*columns, console=self.console, disable=quiet or not self.console.is_terminal, transient=True)
        self.task = self.progress.add_task("notebooks", total=None)

    def __enter__(self) -> "Bar":
        self.progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.progress.stop()

    def advance(self, outcome: Any, total: int) -> None:
        """Hear that a notebook is done."""
        self.progress.update(self.task, total=total, advance=1, description=outcome.path.stem)

    def say(self, line: str) -> None:
        """Show what a step came to, above the bar if there is one."""
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Run a command; a failure is told on standard error, and its exit code says which kind it was."""
    try:
        app()
    except FvmanalysError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
