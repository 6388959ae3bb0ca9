"""The runner: what papermill would call a success and is not, and what must come out the same every time."""

import os
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest

from fvmanalys.errors import KernelDied, RunFailed, RunTimedOut, UsageError
from fvmanalys.run.suite import (
    Job,
    Limits,
    check_parameters,
    clean_notebook,
    expand,
    read_suite,
    run_notebook,
    run_suite,
)

PARAMETERS = 'area = ""\ndraws = 100\nrate = 0.035\npublic = False\ntables: str | None = None'
TIGHT = Limits(cell_seconds=30, notebook_seconds=60, run_seconds=60, start_seconds=30)


def write_notebook(folder, *cells, name="bok.ipynb", parameters=(PARAMETERS,)):
    tagged = [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in parameters]
    notebook = nbformat.v4.new_notebook(cells=[*tagged, *map(nbformat.v4.new_code_cell, cells)])
    path = folder / name
    nbformat.write(notebook, path)
    return path


def run_cells(tmp_path, *cells, limits=TIGHT, **parameters):
    path = write_notebook(tmp_path, *cells)
    return run_notebook(Job(path, path.name, parameters), tmp_path / "out", limits)


def text_of(path):
    return Path(path).read_text("utf-8")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] if Path("/proc").exists() else True


# Success, and what only looks like it


def test_a_notebook_runs_with_its_parameters(tmp_path):
    outcome = run_cells(tmp_path, "print(area, draws * 2)", "", area="lakemedel", draws=21)
    assert outcome.path == tmp_path / "out" / "bok.ipynb"
    assert "lakemedel 42" in text_of(outcome.path)
    assert outcome.seconds > 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bok.ipynb"]


def test_braces_and_spaces_in_a_path_are_harmless(tmp_path):
    folder = tmp_path / "år {2025} a"
    folder.mkdir()
    assert run_cells(folder, "print(area)", area="x").path.exists()


def test_a_notebook_runs_in_its_own_folder_as_in_jupyterlab(tmp_path):
    (tmp_path / "rad.txt").write_text("närvarande", "utf-8")
    assert "närvarande" in text_of(run_cells(tmp_path, "print(open('rad.txt', encoding='utf-8').read())").path)


def test_kernel_imports_the_library_that_runs_it(tmp_path):
    assert '"fvmanalys/errors.py\\n"' in text_of(run_cells(tmp_path, "from fvmanalys import errors", "print(errors.__file__)").path)


def test_exception_names_notebook_cell_and_what_was_raised(tmp_path):
    with pytest.raises(RunFailed, match=r"bok\.ipynb, cell \[2\]: ZeroDivisionError: division by zero") as caught:
        run_cells(tmp_path, "1 / 0", "print('never')")
    assert caught.value.exit_code == 1
    assert not (tmp_path / "out" / "bok.ipynb").exists()
    assert "ZeroDivisionError" in text_of(tmp_path / "out" / "failed" / "bok.ipynb")
    assert str(tmp_path / "out" / "failed" / "bok.ipynb") in str(caught.value)


@pytest.mark.parametrize("leave", ["import sys; sys.exit(0)", "import sys; sys.exit()", "raise SystemExit"])
def test_leaving_early_is_a_failure(tmp_path, leave):
    with pytest.raises(RunFailed, match=r"bok\.ipynb, cell \[2\]: SystemExit") as caught:
        run_cells(tmp_path, leave, "print('never')")
    assert caught.value.exit_code == 1


def test_skipped_cell_is_a_failure(tmp_path):
    path = write_notebook(tmp_path, "print(1)")
    notebook = nbformat.read(path, 4)
    notebook.cells[1].metadata["tags"] = ["skip-execution"]
    nbformat.write(notebook, path)
    with pytest.raises(RunFailed, match=r"cell \[2\]: never ran"):
        run_notebook(Job(path, path.name), tmp_path / "out", TIGHT)


def test_dead_kernel_is_told_from_other_failures(tmp_path):
    with pytest.raises(KernelDied, match=r"bok\.ipynb, cell \[3\]: the kernel died") as caught:
        run_cells(tmp_path, "print('before')", "import os; os._exit(0)", "print('never')")
    assert caught.value.exit_code == 4
    assert "before" in text_of(tmp_path / "out" / "failed" / "bok.ipynb")


def test_cell_out_of_time_names_the_limit(tmp_path):
    with pytest.raises(RunTimedOut, match=r"bok\.ipynb, cell \[2\]: not done after 1 s; .*limits\.cell_seconds") as caught:
        run_cells(tmp_path, "while True: pass", limits=Limits(cell_seconds=1))
    assert caught.value.exit_code == 3


def test_notebook_out_of_time_though_no_cell_is(tmp_path):
    with pytest.raises(RunTimedOut, match=r"limits\.notebook_seconds"):
        run_cells(tmp_path, *["import time; time.sleep(0.5)"] * 9, limits=Limits(cell_seconds=5, notebook_seconds=2))


def test_run_out_of_time_ends_what_waits(tmp_path):
    path = write_notebook(tmp_path, "import time; time.sleep(30)")
    jobs = [Job(path, f"{number}.ipynb") for number in range(3)]
    with pytest.raises(RunTimedOut, match=r"limits\.run_seconds"):
        run_suite(jobs, tmp_path / "out", Limits(run_seconds=2), workers=1)


def test_kernel_that_never_answers_gets_one_more_chance(tmp_path, monkeypatch):
    starts = []

    def environment(scratch):
        starts.append(scratch)
        return {**os.environ, "PYTHONPATH": str(tmp_path / "slow")}

    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr("fvmanalys.run.notebook._environment", environment)
    with pytest.raises(KernelDied, match=r"did not start in 1 s, twice"):
        run_cells(tmp_path, "print(1)", limits=Limits(start_seconds=1))
    assert len(starts) == 2


# Side by side


def test_notebooks_run_side_by_side_and_come_back_in_order(tmp_path):
    path = write_notebook(tmp_path, "print('drog', draws)")
    seen = []
    jobs = [Job(path, f"bok-{draws}.ipynb", {"draws": draws}) for draws in (1, 2, 3)]
    outcomes = run_suite(jobs, tmp_path / "out", TIGHT, workers=2, progress=seen.append)
    assert [outcome.path.name for outcome in outcomes] == [job.name for job in jobs]
    assert {outcome.path for outcome in seen} == {outcome.path for outcome in outcomes}
    assert all(f"drog {number}" in text_of(outcome.path) for number, outcome in enumerate(outcomes, start=1))


def told_by_three(tmp_path, source):
    """What three kernels of one run print, where two run at a time."""
    path = write_notebook(tmp_path, source)
    outcomes = run_suite([Job(path, f"{number}.ipynb") for number in range(3)], tmp_path / "out", TIGHT, workers=2)
    return [nbformat.read(outcome.path, 4).cells[1].outputs[0].text.split() for outcome in outcomes]


TELLING = """
import os, threading, random, numpy, fvmanalys.errors
changed = hasattr(fvmanalys.errors, "mine")
fvmanalys.errors.mine = os.environ["MINE"] = "changed"
print(os.getppid(), os.getpid(), changed, random.random(), numpy.random.random(), os.environ["IPYTHONDIR"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_forked_kernels_know_nothing_of_one_another_and_all_end_with_their_run(tmp_path):
    parents, pids, changed, randoms, draws, folders = zip(*told_by_three(tmp_path, TELLING), strict=True)
    assert len(set(parents)) == 1 and int(parents[0]) != os.getpid()
    assert set(changed) == {"False"} and all(len(set(what)) == 3 for what in (pids, randoms, draws, folders))
    assert not any(is_alive(int(pid)) for pid in {*parents, *pids})


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_a_forked_kernel_that_is_killed_from_outside_is_told_in_one_clear_line(tmp_path):
    with pytest.raises(KernelDied) as told:
        told_by_three(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    line, *kept = str(told.value).splitlines()
    assert re.fullmatch(r"[012]\.ipynb, cell \[2\]: the kernel died: it crashed, was killed, or ran out of memory; .* fewer --jobs or --draws", line)
    assert len(kept) == 1 and kept[0].startswith("what it came to: ")


def test_where_a_thread_runs_before_kernels_are_forked_they_start_the_ordinary_way(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import threading\nthreading.Timer(60, print).start()")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert {parent for parent, *_ in told_by_three(tmp_path, TELLING)} == {str(os.getpid())}


def test_first_failure_ends_the_others_and_leaves_no_kernel(tmp_path):
    slow_cells = ("import os, pathlib; pathlib.Path('pid').write_text(str(os.getpid()))", "import time; time.sleep(60)")
    slow = write_notebook(tmp_path, *slow_cells, name="slow.ipynb")
    wait = "import pathlib, time\nwhile not (pathlib.Path('pid').exists() and pathlib.Path('pid').read_text()): time.sleep(0.05)"
    bad = write_notebook(tmp_path, wait, "raise ValueError('fel')", name="bad.ipynb")
    jobs = [Job(slow, "slow.ipynb"), Job(bad, "bad.ipynb"), Job(slow, "third.ipynb")]
    began = time.monotonic()
    with pytest.raises(RunFailed, match=r"bad\.ipynb, cell \[3\]: ValueError: fel"):
        run_suite(jobs, tmp_path / "out", Limits(cell_seconds=50), workers=2)
    assert time.monotonic() - began < 15
    assert not is_alive(int((tmp_path / "pid").read_text()))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["failed"]


def test_two_results_of_one_name_are_refused(tmp_path):
    path = write_notebook(tmp_path)
    with pytest.raises(UsageError, match=r"'a\.ipynb': cannot be the file name of one result"):
        run_suite([Job(path, "a.ipynb"), Job(path, "a.ipynb")], tmp_path / "out")


# The same every time


def test_equal_runs_give_equal_bytes_whatever_the_folders(tmp_path):
    cells = (
        "import sys; print('till', tables); print('fel', file=sys.stderr)",
        "import warnings; warnings.warn('varning'); object()",
        "import os; print(os.path.expanduser('~'), sys.prefix, 'https://exempel.se' + os.path.expanduser('~') + '/sida')",
    )
    results = []
    for name in ("ett", "tva"):
        folder = tmp_path / name
        (folder / "tables").mkdir(parents=True)
        results.append(run_cells(folder, *cells, tables=folder / "tables").path)
    assert results[0].read_bytes() == results[1].read_bytes()
    shown = text_of(results[0])
    assert str(tmp_path) not in shown
    assert sys.prefix not in shown
    assert f"https://exempel.se{Path.home()}/sida" in shown
    assert "papermill" not in shown.replace("injected-parameters", "")


def test_cleaning_twice_changes_nothing(tmp_path):
    path = run_cells(tmp_path, "print(1)").path
    before = path.read_bytes()
    clean_notebook(path)
    assert path.read_bytes() == before


# Parameters


def test_misspelt_parameter_is_refused_with_a_guess(tmp_path):
    with pytest.raises(UsageError, match=r"no parameter 'drawz'; did you mean 'draws'\?") as caught:
        run_cells(tmp_path, "print(draws)", drawz=1)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "value", "due"),
    [
        ("draws", "100", "int"),
        ("draws", 1.5, "int"),
        ("draws", True, "int"),
        ("rate", "0.1", "float"),
        ("public", 1, "bool"),
        ("area", 3, "str"),
    ],
)
def test_mistyped_parameter_is_refused(tmp_path, name, value, due):
    with pytest.raises(UsageError, match=rf"parameter {name!r}: .* give {due}"):
        check_parameters(write_notebook(tmp_path), {name: value})


def test_types_that_fit(tmp_path):
    check_parameters(write_notebook(tmp_path), {"rate": 1, "draws": 5, "public": True, "tables": tmp_path, "area": "x"})


@pytest.mark.parametrize("count", [0, 2])
def test_parameters_stand_in_exactly_one_cell(tmp_path, count):
    path = write_notebook(tmp_path, parameters=[PARAMETERS] * count)
    with pytest.raises(UsageError, match=rf"{count} cells are tagged 'parameters'; tag exactly one"):
        check_parameters(path, {})


def test_parameters_cell_that_is_not_python(tmp_path):
    with pytest.raises(UsageError, match="is not plain Python"):
        check_parameters(write_notebook(tmp_path, parameters=["%pip install x"]), {})


def test_a_file_that_is_no_notebook(tmp_path):
    (tmp_path / "bok.ipynb").write_text("hej")
    with pytest.raises(UsageError, match="is not a notebook"):
        check_parameters(tmp_path / "bok.ipynb", {})
    with pytest.raises(UsageError, match="cannot be read"):
        check_parameters(tmp_path / "ingen.ipynb", {})


# suite.toml and its jobs


def suite_file(folder, text):
    (folder / "suite.toml").write_text(text, "utf-8")
    return folder / "suite.toml"


def test_our_own_suite_file_ends_with_the_appendix():
    root = Path(__file__).parents[1]
    appendices = [Path(entry.path) for entry in read_suite(root / "suite.toml").notebooks if entry.appendix]
    assert appendices == [root / "notebooks" / "08_beslutsbilaga.ipynb"]


def test_suite_file_is_read(tmp_path):
    write_notebook(tmp_path)
    suite = read_suite(suite_file(tmp_path, 'draws = 500\n[limits]\ncell_seconds = 5\n[[notebooks]]\npath = "bok.ipynb"\nper = "areas"'))
    assert (suite.draws, suite.seed, suite.limits.cell_seconds, suite.limits.start_seconds) == (500, 1, 5, 60)
    assert suite.notebooks[0].path == str(tmp_path / "bok.ipynb")


BOOK = '[[notebooks]]\npath = "bok.ipynb"\n'
LIMITS = "[limits]\ncell_second"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"drawz = 1\n{BOOK}", r"suite\.toml: drawz: no such setting; did you mean 'draws'\?"),
        (f"{LIMITS} = 1\n{BOOK}", r"limits\.cell_second: no such setting; did you mean 'cell_seconds'\?"),
        (f"{LIMITS}s = '1'\n{BOOK}", r"limits\.cell_seconds: input should be a valid number; correct '1'"),
        (f"{LIMITS}s = 0\n{BOOK}", r"limits\.cell_seconds: .*greater than 0"),
        (f"{BOOK}per = 'area'", r"notebooks\.0\.per: input should be 'areas'; correct 'area'"),
        (f"draws = '1'\n{BOOK}", r"draws: input should be a valid integer"),
        (BOOK.replace("bok", "ingen"), r"notebooks\.0\.path: there is no 'ingen\.ipynb'"),
        ("draws = 1", r"notebooks: is missing"),
        ("draws = = 1", r"is not TOML: .*line 1"),
    ],
)
def test_faults_in_the_suite_file_name_file_and_key(tmp_path, text, message):
    write_notebook(tmp_path)
    with pytest.raises(UsageError, match=message):
        read_suite(suite_file(tmp_path, text))


def test_missing_suite_file():
    with pytest.raises(UsageError, match=r"ingen\.toml: is no file; name a suite file with --config"):
        read_suite("ingen.toml")


def expanded(folder, common, parameters=PARAMETERS, per='per = "areas"'):
    write_notebook(folder, parameters=[parameters])
    suite = read_suite(suite_file(folder, f'[[notebooks]]\npath = "bok.ipynb"\n{per}'))
    inputs = SimpleNamespace(tables={"areas": pd.DataFrame({"area_id": ["lakemedel", "primarvard"]})})
    return expand(suite, inputs, common)


def test_a_notebook_per_area_gives_a_job_for_each(tmp_path):
    jobs = expanded(tmp_path, {"draws": 7, "seed": 1})
    assert [job.name for job in jobs] == ["bok-lakemedel.ipynb", "bok-primarvard.ipynb"]
    assert [dict(job.parameters) for job in jobs] == [{"area": "lakemedel", "draws": 7}, {"area": "primarvard", "draws": 7}]


def test_a_notebook_that_asks_for_a_misspelt_parameter_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"parameter 'drwas' is given by no run; did you mean 'draws'\?"):
        expanded(tmp_path, {"draws": 7}, parameters="drwas = 1", per="")
