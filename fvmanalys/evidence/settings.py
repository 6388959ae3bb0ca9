"""Settings that somebody wrote in TOML: read, or told what is wrong with the file and what to do."""

import tomllib
from pathlib import Path
from typing import Any

from fvmanalys.errors import UsageError
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.limits import read_bytes

__all__ = ["read_toml"]


def read_toml(path: Path, name_another: str) -> dict[str, Any]:
    """Read a file of settings; where it is none, a UsageError asks to name another, such as "name a suite file"."""
    try:
        return tomllib.loads(read_bytes(path, 1).decode("utf-8"))
    except Unreadable as error:
        raise UsageError(f"{path}: {error.problem}; {name_another}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is not TOML: {error}; correct it, or {name_another}") from error
