"""What can go wrong, and the exit code each failure gives.

FvmanalysError                      1
├── UsageError                      2   a call, a setting or a parameter is wrong
│   └── EvidenceError               2   the raw tables are wrong: every fault at once
├── ModelError                      1   a number cannot be computed from what was given
└── RunFailed                       1   a notebook, or the publication, failed
    ├── RunTimedOut                 3   a cell, a notebook or the run took too long
    ├── RunStopped                  1   somebody, or the scheduler, asked it to stop
    ├── KernelDied                  4   a kernel died or never answered
    └── RunLocked                   5   another run holds the folder
"""

from dataclasses import dataclass

__all__ = [
    "EvidenceError",
    "Fault",
    "FvmanalysError",
    "KernelDied",
    "ModelError",
    "RunFailed",
    "RunLocked",
    "RunStopped",
    "RunTimedOut",
    "UsageError",
]


class FvmanalysError(Exception):
    """Anything the suite refuses or fails to do; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(FvmanalysError):
    """A call, a setting or a parameter is wrong."""

    exit_code = 2


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of the raw tables, and what to do about it."""

    file: str
    row: int | None
    column: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return " ".join(f"{place}: {self.column}: {self.problem}; {self.remedy}".splitlines())


class EvidenceError(UsageError):
    """The tables are wrong; `faults` holds every fault found."""

    def __init__(self, faults: list[Fault], where: str = "the raw tables"):
        self.faults = faults
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in {where}"
        super().__init__("\n".join([count, *map(str, faults)]))


class ModelError(FvmanalysError):
    """A number cannot be computed from what was given."""


class RunFailed(FvmanalysError):
    """A notebook, or the publication of a run, failed."""


class RunTimedOut(RunFailed):
    """A cell, a notebook or the whole run took longer than its limit."""

    exit_code = 3


class RunStopped(RunFailed):
    """A run was asked to stop: Ctrl-C, a scheduler's signal, a closed terminal."""


class KernelDied(RunFailed):
    """A kernel died, or never answered."""

    exit_code = 4


class RunLocked(RunFailed):
    """Another run holds the output folder."""

    exit_code = 5
