"""What a run finds around it: a remedy is told before the work, or none is needed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
NO_HOME = """
import os, pwd
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
os.environ.pop("HOME", None)
"""


def ended(*lines: str, **environment: str) -> subprocess.CompletedProcess:
    """A program in a process of its own."""
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, env=environment)


def test_a_user_without_a_home_gets_one_that_is_private_and_gone_afterwards(tmp_path):
    told = "import pathlib; from fvmanalys.run.surroundings import ensure_home; ensure_home(); home = pathlib.Path.home()"
    shown_mode = "print(home, oct(home.stat().st_mode))"
    shown = "from nbconvert import TemplateExporter; print(bool(TemplateExporter().template_paths))"
    done = ended(NO_HOME, told, shown_mode, shown, TMPDIR=str(tmp_path), PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "0o40700" in done.stdout
    assert not list(tmp_path.glob("fvmanalys-*"))


def test_a_home_that_is_there_stays(tmp_path):
    done = ended(
        "from fvmanalys.run.surroundings import ensure_home; import os; ensure_home(); print(os.environ['HOME'])",
        HOME="/x",
    )
    assert done.stdout == "/x\n"
