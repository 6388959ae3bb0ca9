"""A home for a user who has none, before anything asks for it."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["ensure_home"]


def ensure_home() -> None:
    """Give a user without a home (a container's number, without a name) a private one until the program ends."""
    try:
        Path.home()
    except RuntimeError:
        home = tempfile.mkdtemp(prefix="fvmanalys-home-")
        os.environ["USERPROFILE" if os.name == "nt" else "HOME"] = home
        atexit.register(shutil.rmtree, home, ignore_errors=True)
