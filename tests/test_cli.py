"""The command line: what it prints, what it returns, and that nothing is written where something is wrong."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from fvmanalys.cli import main
from tests.decisions import library_decision, write_tables
from tests.soak.child import brief_runs


def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, *words: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it printed."""
    monkeypatch.setattr("sys.argv", ["fvmanalys", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out, shown.err


def suite(folder: Path, source: str, limits: str = "") -> Path:
    """A suite of one notebook with one cell after its parameters."""
    parameters = nbformat.v4.new_code_cell('data = ""\nas_of = ""\ndraws = 100\nseed = 1', metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(source)])
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "one.ipynb")
    (folder / "suite.toml").write_text(f'draws = 100\n{limits}\n[[notebooks]]\npath = "one.ipynb"\n')
    return folder / "suite.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "raw", library_decision(3))


def test_check_loads_nothing_that_computes(data) -> None:
    told = "import sys; from fvmanalys.cli import app; app(['check', '--data', sys.argv[1]], standalone_mode=False); print(sorted({'numpy', 'pandas', 'scipy', 'openpyxl'} & {*sys.modules}))"
    shown = subprocess.run([sys.executable, "-c", told, data], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"


def test_check_says_what_is_in_force(monkeypatch, capsys, data) -> None:
    code, out, _ = call(monkeypatch, capsys, "check", "--data", data)
    assert code == 0
    assert "no faults" in out


def test_check_names_every_fault_and_returns_2(monkeypatch, capsys, data) -> None:
    text = (data / "areas.csv").read_text().replace("points", "stars", 1)
    (data / "areas.csv").write_text(text)
    code, _, err = call(monkeypatch, capsys, "check", "--data", data)
    assert code == 2
    assert "areas.csv:2: unit:" in err


def test_a_run_on_broken_input_writes_nothing(monkeypatch, capsys, data, tmp_path) -> None:
    (data / "levels.csv").unlink()
    config = suite(tmp_path / "suite", "1")
    code, _, err = call(monkeypatch, capsys, "run", "--data", data, "--out", tmp_path / "out", "--config", config)
    assert code == 2
    assert "levels.csv: file: is missing" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("source", "limits", "code", "message"),
    [
        ("import os; os._exit(1)", "", 4, "kernel died"),
        ("import time; time.sleep(60)", "[limits]\ncell_seconds = 2.0", 3, "not done after 2 s"),
        ("import sys; sys.exit(0)", "", 1, "one.ipynb"),
        ("1 / 0", "", 1, "ZeroDivisionError"),
    ],
)
def test_a_failing_notebook_has_its_exit_code_and_publishes_nothing(monkeypatch, capsys, data, tmp_path, source, limits, code, message) -> None:
    brief_runs(monkeypatch.setattr)
    config, out = suite(tmp_path / "suite", source, limits), tmp_path / "out"
    returned, _, err = call(monkeypatch, capsys, "run", "--data", data, "--out", out, "--config", config)
    assert returned == code
    assert message in err
    assert not (out / "runs").exists()
    assert not (out / "latest").exists()
    assert list((out / "failed").rglob("one.ipynb"))


@pytest.mark.parametrize(
    ("line", "message"),
    [("drawz = 100", "did you mean"), ('draws = "many"', "give str")],
)
def test_a_misspelt_or_mistyped_parameter_is_refused_before_anything_runs(monkeypatch, capsys, data, tmp_path, line, message) -> None:
    config, out = suite(tmp_path / "suite", "1"), tmp_path / "out"
    notebook = nbformat.read(tmp_path / "suite/one.ipynb", 4)
    notebook.cells[0].source = notebook.cells[0].source.replace("draws = 100", line)
    nbformat.write(notebook, tmp_path / "suite/one.ipynb")
    code, _, err = call(monkeypatch, capsys, "run", "--data", data, "--out", out, "--config", config)
    assert code == 2
    assert message in err
    assert not (out / "runs").exists()


def test_a_held_folder_returns_5(monkeypatch, capsys, data, tmp_path) -> None:
    from fvmanalys.run.folder import held

    config, out = suite(tmp_path / "suite", "1"), tmp_path / "out"
    with held(out):
        code, _, err = call(monkeypatch, capsys, "run", "--data", data, "--out", out, "--config", config)
    assert code == 5
    assert "is held by" in err


def test_an_unknown_language_or_option_returns_2(monkeypatch, capsys, data, tmp_path) -> None:
    config = suite(tmp_path / "suite", "1")
    assert call(monkeypatch, capsys, "run", "--data", data, "--lang", "xx", "--config", config, "--out", tmp_path / "out")[0] == 2
    assert call(monkeypatch, capsys, "run", "--no-such-option")[0] == 2


def test_every_command_has_help(monkeypatch, capsys) -> None:
    for command in ("check", "run"):
        code, out, _ = call(monkeypatch, capsys, command, "--help")
        assert code == 0
        assert "--data" in out
