"""What is published and what failed, a line a run: when it was made, what it knew, how long it took, what it said."""

from pathlib import Path

from fvmanalys.errors import UsageError
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.run import folder as place
from fvmanalys.run.log import LOG, read_log

__all__ = ["listed"]


def listed(out: Path) -> list[str]:
    """The runs of a folder, published ones first, each in the order of their names: the day of knowledge leads."""
    if not (out / "runs").is_dir() and not (out / "failed").is_dir():
        raise UsageError(f"{out}: holds no runs; name the folder that runs are published in with --out")
    newest = place.latest(out)
    lines = [
        f"{run.run_id}  {'latest' if run.folder.resolve() == newest else 'published'}  as of {run.as_of}  "
        f"made {run.created}  {seconds_of(run)}  {run.manifest.get('answer', '')}"
        for run in place.readable_runs(out)
    ]
    return lines + [failed_line(kept) for kept in place.failed(out)]


def seconds_of(run: PublishedRun) -> str:
    """How long a run took, where its manifest says so."""
    steps = run.manifest.get("seconds")
    whole = steps.get("whole run") if isinstance(steps, dict) else None
    return f"{whole:.0f} s" if isinstance(whole, int | float) else "–"


def failed_line(kept: Path) -> str:
    """A line for a failed run, from its log: what it died of, or after which step it was killed."""
    head = f"{kept.name}  failed  as of {kept.name[:10]}"
    log = read_log(kept / LOG)
    if not log:
        return f"{head}  kept in {kept}"
    last = log[-1]
    why = last.get("error") or f"killed after {last['step']}"
    seconds = last["seconds"] if last["step"] == "run" else sum(line["seconds"] for line in log)
    return f"{head}  ended {last['at'][:19]}+00:00  {seconds:.0f} s  {why}; kept in {kept}"
