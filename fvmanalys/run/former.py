"""The run that an appendix tells changes from: the newest one published in the same folder that knows no later day."""

from datetime import date
from pathlib import Path

from fvmanalys.errors import UsageError
from fvmanalys.evidence.changing import MADE_WITH
from fvmanalys.evidence.published import PublishedRun, read_published
from fvmanalys.run import folder as place

__all__ = ["former_run"]


def former_run(out: Path, name: str, as_of: date) -> PublishedRun | None:
    """The run before the one called `name`, if there is one; never a trial, made with an analyst's changes.

    A run that is made again keeps the former run that it had: equal runs are equal to the last byte.
    """
    known = {run.run_id: run for run in readable_runs(out)}
    if name in known:
        return known.get(known[name].manifest.get("former") or "")
    earlier = [run for run in known.values() if run.as_of <= as_of and MADE_WITH not in run.manifest.get("inputs", {})]
    return max(earlier, key=lambda run: (run.as_of, run.created), default=None)


def readable_runs(out: Path) -> list[PublishedRun]:
    """The published runs of a folder whose manifest can be read."""
    runs = []
    for path in place.published(out):
        try:
            runs.append(read_published(path))
        except UsageError:
            continue
    return runs
