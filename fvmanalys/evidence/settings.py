"""Settings that somebody wrote in TOML: read, or told what is wrong with the file and what to do."""

import difflib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fvmanalys.errors import UsageError
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.limits import read_bytes

__all__ = ["did_you_mean", "read_toml", "setting_fault"]


def read_toml(path: Path, name_another: str) -> dict[str, Any]:
    """Read a file of settings; where it is none, a UsageError asks to name another, such as "name a suite file"."""
    try:
        return tomllib.loads(read_bytes(path, 1).decode("utf-8"))
    except Unreadable as error:
        raise UsageError(f"{path}: {error.problem}; {name_another}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is not TOML: {error}; correct it, or {name_another}") from error


def setting_fault(where: str, fault: Any, known: Sequence[str]) -> str:
    """Say one pydantic error of a setting, with what to do; `known` are the settings that there are."""
    if fault["type"] == "missing":
        return f"{where}: is missing; add it"
    if fault["type"] == "unexpected_keyword_argument":
        return f"{where}: no such setting; {did_you_mean(str(fault['loc'][-1]), known)}"
    return f"{where}: {fault['msg'].lower()}; correct {fault['input']!r}"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The known name that is closest, or all of them."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known))}"
