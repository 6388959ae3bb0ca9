"""What must be so before anything is imported: a home for a user who has none, and one thread for sums."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["ONE_THREAD", "ensure_home"]

# So that sums come out the same to the last digit on any number of cores; threads that wait for one another cost more
# than they give.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def ensure_home() -> None:
    """Give a user without a home (a container's number, without a name) a private one until the program ends."""
    try:
        Path.home()
    except RuntimeError:
        home = tempfile.mkdtemp(prefix="fvmanalys-home-")
        os.environ["USERPROFILE" if os.name == "nt" else "HOME"] = home
        atexit.register(shutil.rmtree, home, ignore_errors=True)
