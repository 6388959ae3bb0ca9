"""What JupyterLab does besides its own, so that looking at notebooks leaves the checkout as it was (see `make lab`)."""

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["show_git"]


def show_git(os_path: str, **_: Any) -> None:
    """Show git a file just saved, if through git's filter it is what it was: by its size git calls it changed."""
    path = Path(os_path)
    unchanged, add = (
        ["git", "-C", str(path.parent), *words, "--", path.name] for words in (["diff", "--quiet"], ["add", "--update"])
    )
    with suppress(OSError):
        if subprocess.run(unchanged, capture_output=True).returncode == 0:
            subprocess.run(add, capture_output=True)
