"""One set of requirements, told three times: pyproject.toml for pip, environment.yml for conda, requirements.lock for every night."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
CONDA_NAMES = {"matplotlib-base": "matplotlib"}


def requirements(lines):
    """Give name and bounds of each requirement, in the spelling that pip and conda share."""
    parts = [re.fullmatch(r"([\w.-]+)\s*(.*)", line.strip()).groups() for line in lines]
    return {re.sub(r"[-_.]+", "-", CONDA_NAMES.get(name, name).lower()): bounds for name, bounds in parts}


def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]


def locked_blocks():
    """Give each pinned line with its hashes."""
    return [block for block in re.split(r"\n(?=[a-z0-9])", LOCK) if not block.startswith("#")]


def test_conda_and_pip_users_get_the_same():
    by_conda = requirements(line for line in conda() if line != "pip")
    by_pip = requirements([*PROJECT["dependencies"], *EXTRAS["lab"]])
    assert by_conda == by_pip | {"python": PROJECT["requires-python"]}


def test_conda_users_install_the_project_once_and_are_told_so_in_both_places():
    assert all(isinstance(line, str) for line in conda())
    for name in ("README.md", "environment.yml"):
        assert "pip install --no-deps -e ." in (ROOT / name).read_text("utf-8")


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for line in [*PROJECT["dependencies"], *EXTRAS["lab"], *EXTRAS["dev"]]:
        assert re.search(rf'"{re.escape(line)}",\s+# \S+', text), f"{line}: add a reason in a comment"


def test_every_requirement_is_locked():
    pinned = {block.split("==")[0] for block in locked_blocks()}
    assert set(requirements([*PROJECT["dependencies"], *EXTRAS["dev"]])) <= pinned


def test_every_locked_package_has_one_version_and_hashes():
    loose = [block for block in locked_blocks() if not re.match(r"[a-z0-9-]+==[^ ]+ (.|\n)*--hash=sha256:[0-9a-f]{64}", block)]
    assert not loose


def test_lock_names_no_address():
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", LOCK)
