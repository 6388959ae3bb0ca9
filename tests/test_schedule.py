"""The examples for schedulers: that they are what their schedulers read, as far as can be seen without them."""

import ast
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from fvmanalys import cli

FOLDER = Path(__file__).parents[1] / "docs/schedule"
# The elements of the Task Scheduler's schema (version 1.2) that a weekly command may have, and what they stand in, in order.
TASK = {
    "Task": ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"],
    "RegistrationInfo": ["Description"],
    "Triggers": ["CalendarTrigger"],
    "CalendarTrigger": ["StartBoundary", "Enabled", "ScheduleByWeek"],
    "ScheduleByWeek": ["DaysOfWeek", "WeeksInterval"],
    "DaysOfWeek": ["Tuesday"],
    "Principals": ["Principal"],
    "Principal": ["UserId", "RunLevel"],
    "Settings": ["MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "StartWhenAvailable",
                 "RunOnlyIfNetworkAvailable", "Enabled", "ExecutionTimeLimit", "Priority"],
    "Actions": ["Exec"],
    "Exec": ["Command", "Arguments", "WorkingDirectory"],
}  # fmt: skip


def commands() -> dict[str, str]:
    """The call of fvmanalys in each example."""
    found = {path.name: re.search(r"fvmanalys(?:\.exe)? (run [^;|'\"}\n]*)", path.read_text("utf-8")) for path in FOLDER.iterdir() if path.is_file()}
    return {name: match[1] for name, match in found.items() if match}


def test_every_example_uses_options_that_the_command_has():
    known = {f"--{name.replace('_', '-')}" for name in cli.run.__annotations__}
    assert set(commands()) == {"crontab", "fvmanalys.service", "task.xml", "airflow_dag.py"}
    for name, command in commands().items():
        assert set(re.findall(r"--[\w-]+", command)) <= known, name


def test_the_windows_task_has_the_elements_of_its_schema_in_their_order():
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    for element in ElementTree.parse(FOLDER / "task.xml").iter():
        parts = [part.tag.removeprefix(space) for part in element]
        assert parts == TASK.get(element.tag.removeprefix(space), [])


def test_the_crontab_has_five_fields_and_no_bare_per_cent():
    lines = [line for line in (FOLDER / "crontab").read_text().splitlines() if re.match(r"[\d*]", line)]
    assert [line.split()[:5] for line in lines] == [["30", "5", "*", "*", "2"]]
    assert not re.search(r"(?<!\\)%", lines[0])


def test_the_airflow_dag_is_python():
    tree = ast.parse((FOLDER / "airflow_dag.py").read_text("utf-8"))
    assert "catchup" in {word.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords}


def test_the_parameters_of_a_job_in_jupyterlab_are_python_of_the_kind_that_the_notebook_has():
    text = (FOLDER.parent / "schedule.md").read_text("utf-8")
    values = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|$", text, re.MULTILINE))
    book = nbformat.read(FOLDER.parents[1] / "notebooks/04_prioriterat_omrade.ipynb", 4)
    [cell] = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]
    known: dict = {}
    exec(cell.source, known)
    assert {"data", "draws"} <= set(values)
    assert {name: type(ast.literal_eval(value)) for name, value in values.items()} == {name: type(known[name]) for name in values}


def test_systemd_accepts_its_units(tmp_path):
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("systemd-analyze is not installed")
    units = [shutil.copy(FOLDER / name, tmp_path) for name in ("fvmanalys.service", "fvmanalys.timer")]
    ended = subprocess.run([program, "verify", *units], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
