"""What a run was made of: hashes of inputs, code and outputs, versions, and the identity that follows from them."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fvmanalys
from fvmanalys.run.source import essence, read_notebook

if TYPE_CHECKING:
    from fvmanalys.run.suite import Notebook

__all__ = [
    "RUN_ID", "Request", "code_revision", "file_hashes", "run_id", "sha256", "text_hashes", "versions", "write_json",
]  # fmt: skip

RECORDED = ("numpy", "pandas", "scipy", "matplotlib", "XlsxWriter", "nbconvert", "papermill", "ipykernel")
RUN_ID = r"\d{4}-\d{2}-\d{2}-[0-9a-f]{10}"  # what a run is called
PACKAGE = Path(fvmanalys.__file__).parent


@dataclass(frozen=True)
class Request:
    """What a run is asked to compute; together with inputs and versions it decides every published byte."""

    as_of: date
    draws: int
    seed: int
    lang: str

    def parameters(self) -> dict[str, Any]:
        return {**asdict(self), "as_of": self.as_of.isoformat()}


def sha256(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_hashes(folder: Path, paths: Iterable[Path] | None = None) -> dict[str, str]:
    """The hash of each file, by its path below `folder`; sorted, so that equal folders give equal records."""
    chosen = sorted(path for path in (paths or folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in chosen}


def text_hashes(files: dict[str, str]) -> dict[str, str]:
    """The hash of each text as a file in UTF-8, by its name."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def code_hash(notebooks: Iterable["Notebook"]) -> str:
    """One hash of the library's code and words, and of what decides what comes out of the notebooks that run."""
    kinds = (".py", ".toml", ".html", ".css", ".j2")
    shipped = PACKAGE / "shipped"  # notebooks and suite, which lie beside the library in a checkout
    library = file_hashes(
        PACKAGE, (path for path in PACKAGE.rglob("*") if path.suffix in kinds and shipped not in path.parents)
    )
    told = [
        [Path(one.path).name, one.per, one.appendix, one.report, one.section, essence(read_notebook(Path(one.path)))]
        for one in notebooks
    ]
    return hashlib.sha256(canonical([library, told])).hexdigest()


def code_revision() -> str:
    """The revision of the checkout that the library is run from, if it is one."""
    if not (PACKAGE.parent / ".git").exists():
        return ""  # installed, perhaps in the middle of somebody else's checkout
    command = ["git", "-C", str(PACKAGE.parent), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def versions() -> dict[str, str]:
    """The versions of everything that may change a figure or a byte."""
    found = {name: metadata.version(name) for name in RECORDED}
    return {"fvmanalys": fvmanalys.__version__, "python": platform.python_version(), **found}


def run_id(request: Request, inputs: dict[str, str], notebooks: Iterable["Notebook"]) -> str:
    """`as_of` and the first ten hex digits of the hash of inputs, parameters, seed and versions; never the clock."""
    made_of = [inputs, request.parameters(), versions(), code_hash(notebooks)]
    return f"{request.as_of.isoformat()}-{hashlib.sha256(canonical(made_of)).hexdigest()[:10]}"


def canonical(value: Any) -> bytes:
    """A value as JSON whose bytes depend on nothing but the value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a value as JSON for people."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
