"""Many scenarios: one dataset, the same bytes whatever computed them, and however often it was stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.sweeps import Sweep, read_sweep
from fvmanalys.errors import RunLocked, RunStopped, UsageError
from fvmanalys.model.draws import draw_block
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics import sweeps
from fvmanalys.run import sweep as swept
from fvmanalys.run.folder import held
from fvmanalys.run.grid import read_grid
from fvmanalys.run.sweep import run_sweep
from tests.soak.ground import write_suite
from tests.tiny import write_tiny

ROOT = Path(__file__).parents[1]
GRID = """
draws = 64
[parameters]
value_per_point = [0.2, 1]
[times]
"contracts/p/run" = {low = 0.5, high = 2.5, steps = 5}
"""


def decision(folder, dearer=0):
    """Three options of a few rows; q costs more and opens later, and its level is higher."""
    folder.mkdir()
    contracts = [{"option_id": "*", "item_id": "none", "category": "c", "basis": "once", "is": 0}]
    contracts += [
        {"option_id": name, "item_id": "run", "category": "c", "basis": "per_year", "is": (likely / 2 + dearer, likely + dearer, 2 * likely + dearer)}
        for name, likely in (("p", 1), ("q", 2), ("r", 4))
    ]
    levels = [{"option_id": "*", "area_id": "x", "is": 10}, {"option_id": "q", "area_id": "x", "from_event": "done", "is": (30, 50, 60)}]
    timeline = [{"option_id": "p", "event_id": "done", "is": (3, 6, 12)}, {"option_id": "*", "event_id": "done", "is": 12}]
    options = {name: {"name": name.upper()} for name in "pqr"}
    return write_tiny(folder, options, parameters={"value_per_point": 0.5}, contracts=contracts, levels=levels, timeline=timeline)


@pytest.fixture
def data(tmp_path):
    pytest.importorskip("pyarrow", reason="what reads and writes the dataset is not installed (the extra `scale`)")
    return decision(tmp_path / "raw")


def written(folder, text, name="grid.toml"):
    (folder / name).write_text(text, "utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "varies nothing; give values under one of parameters, estimates"),
        ("draw = 5\n[parameters]\nx = 1", "draw: no such setting; did you mean 'draws'"),
        ("draws = 0\nseed = true\n[parameters]\nx = 1", "draws: 0 is not a whole number from 1; correct it\n.*seed: True is not"),
        ("design = 'gird'\n[parameters]\nx = 1", "design: 'gird' is not known; did you mean 'grid'"),
        ("design = 'latin_hypercube'\n[parameters]\nx = 1", "samples: 0 is not a whole number from 1"),
        ("times = 3", r"times: is no section; write \[times\] above it"),
        ("[parameters]\nx = []", "parameters/x: has no values; give some"),
        ("[parameters]\nx = ['a', 2]", "parameters/x: 'a' is not a number; give numbers, or a range"),
        ("[add]\nx = {low = 1, high = 2}", "add/x: steps None is not a whole number from 2"),
        ("[add]\nx = {low = 2, high = 1, steps = 2}", "add/x: low 2 is not below high 1; swap them"),
        ("[add]\nx = {low = 2, hihg = 1}", "add/x: is no range; write {low"),
        ("options = [[]]", "options: names nothing"),
        ("draws =", "is not TOML"),
    ],
)
def test_what_a_grid_says_wrong_is_told_at_once(tmp_path, text, told):
    with pytest.raises(UsageError, match=rf"(?s)grid.toml: {told}"):
        read_grid(written(tmp_path, text))


def test_a_grid_is_every_combination_and_a_sampled_design_reaches_every_part_of_every_axis(tmp_path):
    grid = read_grid(written(tmp_path, 'as_of = ["2024-01-01", "2024-06-01"]\n' + GRID))
    made = [tuple(grid.scenario(index).values()) for index in range(grid.size)]
    assert len(set(made)) == grid.size == 20 and made[:2] == [("2024-01-01", 0.2, 0.5), ("2024-01-01", 0.2, 1.0)]
    sampled = read_grid(written(tmp_path, "design = 'latin_hypercube'\nsamples = 40\n[add]\nx = {low = -1, high = 3}\ny = [1, 2]"))
    found = pd.DataFrame([sampled.scenario(index) for index in range(40)])
    assert sorted(np.floor((found["add/x"] + 1) * 10)) == list(range(40))
    assert found["add/y"].value_counts().to_dict() == {1.0: 20, 2.0: 20}


def test_each_scenario_is_what_a_call_of_the_library_gives_in_the_order_of_the_grid(data, tmp_path):
    done = run_sweep(written(tmp_path, GRID), tmp_path / "out", data=data, workers=0, chunk=3)
    table = read_sweep(tmp_path / "out").table
    assert done.scenarios == 10 and done.failures == [] and table["scenario"].tolist() == sorted([*range(10)] * 3)
    row = table[(table["scenario"] == 7) & (table["option"] == "q")].iloc[0]
    inputs = fvm.load(data).with_estimate("parameters/value_per_point", 1.0).with_estimate("contracts/p/run", times=1.5)
    expected = fvm.compare(fvm.simulate(inputs, 64)).table.loc["q"]
    assert row["parameters/value_per_point"] == 1.0 and row["times/contracts/p/run"] == 1.5
    assert [row[name] for name in ("cost_mean", "score", "net_benefit_p05")] == [expected[name] for name in ("cost_mean", "score", "net_benefit_p05")]


def test_a_scenario_is_the_same_whatever_was_computed_before_it_in_its_process(data, tmp_path):
    grid = read_grid(written(tmp_path, 'as_of = ["2024-01-01", "2024-06-01"]\noptions = [["p", "q"], ["p", "q", "r"]]\n' + GRID.replace("steps = 5", "steps = 2")))
    bases = swept.read_bases(grid, data, tmp_path)

    def told(order):
        rows = swept.chunk_rows(grid.draws, grid.seed, bases, {index: grid.scenario(index) for index in order})
        return sorted(map(repr, rows))

    forwards = told(range(grid.size))
    assert len(forwards) == grid.size * 5 / 2
    draw_block.cache_clear()
    assert told(np.random.default_rng(1).permutation(grid.size).tolist()) == forwards


def test_parameters_estimates_days_options_and_folders_vary_together(data, tmp_path):
    other = decision(tmp_path / "dear", dearer=20)
    text = f'draws = 16\ndata = ["{data.name}", "{other.name}"]\nas_of = ["2023-05-01", "2024-06-01"]\noptions = [["p", "q", "r"], ["p", "r"]]\n'
    text += '[parameters]\nstanding_share = [0.5]\n[estimates]\n"contracts/q/run" = [3]\n[add]\n"timeline/p/done" = [1]'
    done = run_sweep(written(tmp_path, text), tmp_path / "out", data=data, workers=0)
    table = read_sweep(tmp_path / "out").table
    assert len(done.failures) == 4 and all("UsageError: no estimate 'contracts/q/run'" in one for one in done.failures)
    costs = table[table["option"] == "p"].groupby("data", sort=False)["cost_mean"].mean()
    assert costs.index.tolist() == ["raw", "dear"] and costs.iloc[1] > costs.iloc[0] + 50 and set(table["options"]) == {"p;q;r"} and table["as_of"].nunique() == 2


def test_what_no_scenario_can_be_is_refused_before_anything_is_computed(data, tmp_path):
    text = '[parameters]\nvalue_per_pont = 1\n[times]\n"contracts/p/rum" = [1, 2]\n[estimates]\n"areas/x" = [-5]\n'
    with pytest.raises(UsageError) as told:
        run_sweep(written(tmp_path, 'options = ["p", "x"]\n' + text), tmp_path / "out", data=data, workers=0)
    lines = str(told.value).splitlines()
    assert len(lines) == 4 and all("grid.toml: " in line for line in lines) and not (tmp_path / "out").exists()
    assert "no option 'x' is in play" in lines[0] and "did you mean 'contracts/p/run'" in str(told.value)


def test_another_sweep_is_not_mixed_into_a_folder(data, tmp_path):
    run_sweep(written(tmp_path, "draws = 8\n[add]\n'contracts/p/run' = [0]"), tmp_path / "out", data=data, workers=0)
    again = []
    run_sweep(tmp_path / "grid.toml", tmp_path / "out", data=data, workers=0, progress=lambda *told: again.append(told))
    assert again == []
    with pytest.raises(UsageError, match="holds another sweep, or one of other tables or code; give another folder"):
        run_sweep(written(tmp_path, "draws = 9\n[add]\n'contracts/p/run' = [0]"), tmp_path / "out", data=data, workers=0)


def test_two_sweeps_do_not_write_in_one_folder_at_a_time(data, tmp_path):
    with held(tmp_path / "out"), pytest.raises(RunLocked):
        run_sweep(written(tmp_path, GRID), tmp_path / "out", data=data, workers=0)
    assert not (tmp_path / "out" / "sweep.json").exists()


def command(grid, out, data, *more):
    return [sys.executable, "-m", "fvmanalys.cli", "sweep", str(grid), "--out", str(out), "--data", str(data), *more]


def wait_for(ready, seconds=60):
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.02)


def parts(out):
    return sorted((out / "parts").glob("[0-9]*.parquet"))


def test_a_sweep_that_is_killed_goes_on_where_it_was_and_ends_with_the_same_bytes(data, tmp_path):
    many, out = GRID.replace("steps = 5", "steps = 10"), tmp_path / "out"
    whole = run_sweep(written(tmp_path, many), tmp_path / "whole", data=data, workers=0, chunk=7).path.read_bytes()
    code = "import sys; from pathlib import Path; from fvmanalys.run.sweep import run_sweep; grid, out, data = map(Path, sys.argv[1:])"
    asked = [sys.executable, "-c", f"{code}; run_sweep(grid, out, data=data, workers=0, chunk=2)", str(tmp_path / "grid.toml"), str(out), str(data)]
    process = subprocess.Popen(asked, cwd=ROOT)
    wait_for(lambda: len(parts(out)) > 2)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL and not (out / "scenarios.parquet").exists()
    (out / "parts" / ".0000018-0000019.parquet.part").write_bytes(b"half")
    kept = sum(len(swept.part_indices(part)) for part in parts(out))
    seen = []
    again = run_sweep(tmp_path / "grid.toml", out, data=data, workers=0, progress=lambda *told: seen.append(told))
    assert again.path.read_bytes() == whole and seen[0] == (kept, 20) and kept >= 6


def test_two_processes_of_this_machine_give_the_same_bytes_as_none(data, tmp_path):
    alone = run_sweep(written(tmp_path, GRID), tmp_path / "alone", data=data, workers=0).path.read_bytes()
    subprocess.run(command(tmp_path / "grid.toml", tmp_path / "out", data, "--workers", "2"), cwd=ROOT, check=True, timeout=120)
    assert (tmp_path / "out" / "scenarios.parquet").read_bytes() == alone


def test_a_worker_lost_in_the_middle_loses_nothing(data, tmp_path):
    """A scheduler and a worker of their own on loopback. When it has computed something it is killed, and all its tables with it; another comes."""
    many = GRID.replace("steps = 5", "steps = 10")
    alone = run_sweep(written(tmp_path, many), tmp_path / "alone", data=data, workers=0).path.read_bytes()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask, quiet = [sys.executable, "-m", "dask"], {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    quiet["env"] = os.environ | {"PYTHONPATH": str(ROOT)}
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", address, "--no-dashboard", "--no-show"], **quiet)
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    workers = [subprocess.Popen(worker, **quiet)]
    try:

        def replace_it(done, total):
            if done and len(workers) == 1:
                workers[0].kill()
                workers.append(subprocess.Popen(worker, **quiet))

        found = run_sweep(tmp_path / "grid.toml", tmp_path / "out", data=data, scheduler=address, chunk=2, progress=replace_it)
        assert len(workers) == 2 and found.path.read_bytes() == alone
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_a_scheduler_that_is_not_there_is_one_line_and_exit_code_2(data, tmp_path):
    grid = written(tmp_path, GRID)
    code = "import sys; from fvmanalys import cli; from fvmanalys.run import sweep; sweep.PATIENCE = 0.5; cli.main()"
    asked = [sys.executable, "-c", code, *command(grid, tmp_path / "out", data, "--scheduler", "tcp://127.0.0.1:9")[3:]]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2, found.stderr
    assert found.stderr.splitlines() == ["UsageError: --scheduler tcp://127.0.0.1:9: no scheduler answers there; start one with `dask scheduler`"]


def test_with_notebooks_the_run_of_a_scenario_is_of_its_own_tables(data, tmp_path, monkeypatch):
    from fvmanalys.run import publish

    seen = []
    monkeypatch.setattr(publish, "run", lambda folder, out, suite, day, fresh: seen.append((fvm.load(folder, day), out)))
    grid = written(tmp_path, "draws = 8\noptions = [['p', 'r']]\n[parameters]\nvalue_per_point = [0.3]\n[times]\n'contracts/p/run' = [1, 3]")
    run_sweep(grid, tmp_path / "out", data=data, workers=0, publish=swept.publisher(ROOT / "suite.toml"))
    likely = [inputs.estimates.set_index("id").at["contracts/p/run", "likely"] for inputs, _ in seen]
    assert likely == [1, 3] and [out.name for _, out in seen] == ["0000000", "0000001"]
    assert seen[1][0].options() == ["p", "r"] and seen[1][0].parameters["value_per_point"] == 0.3


def test_with_notebooks_each_scenario_is_a_published_run_of_the_same_figures(data, tmp_path):
    config = write_suite(tmp_path / "suite", "print('told', draws, seed)")
    grid = written(tmp_path, "draws = 16\nseed = 2\n[parameters]\nvalue_per_point = [0.2, 1]")
    subprocess.run(command(grid, tmp_path / "out", data, "--notebooks", "--config", str(config)), cwd=ROOT, check=True, timeout=300)
    figures = ["cost_mean", "score", "net_benefit"]
    for scenario, swept_here in read_sweep(tmp_path / "out").table.groupby("scenario"):
        run = tmp_path / "out" / "runs" / f"{scenario:07d}" / "latest"
        published = pd.read_csv(run / "tables" / "comparison.csv").set_index("option")[figures]
        pd.testing.assert_frame_equal(published, swept_here.set_index("option")[figures], rtol=1e-9)
        assert "told 16 2" in (run / "notebooks" / "one.ipynb").read_text("utf-8")


def test_a_sweep_with_notebooks_that_is_asked_to_stop_stops_and_counts_the_scenario_as_not_done(data, tmp_path):
    def stopped(inputs, draws, seed, folder):
        if folder.name == "0000001":
            raise RunStopped("stopped by SIGTERM")

    grid = written(tmp_path, "draws = 8\n[times]\n'contracts/p/run' = [1, 2, 3]")
    with pytest.raises(RunStopped):
        run_sweep(grid, tmp_path / "out", data=data, workers=0, publish=stopped)
    assert [swept.part_indices(part) for part in parts(tmp_path / "out")] == [{0}]


# What a sweep tells


def made_up(count=2000):
    """Option b is best where x is above 0.7 while the day is the later one."""
    generator = np.random.default_rng(1)
    x, y = generator.uniform(size=(2, count))
    day = np.where(np.arange(count) % 2, "2025-01-01", "2024-01-01")
    wins = (x > 0.7) & (day == "2025-01-01")
    rows = [
        {"scenario": place, "times/contracts/q/run": x[place], "add/contracts/p/run": y[place], "as_of": day[place], "option": option, "best": (option == "q") == wins[place], "net_benefit": float(option == "q")}
        for place in range(count)
        for option in ("p", "q")
    ]
    return Sweep(pd.DataFrame(rows), 2)


def test_where_the_answer_flips_and_when_it_does_not_hold(data):
    sweep = made_up()
    wins = sweep.best["option"].eq("q").mean()
    assert sweep.usual == "p" and sweep.answers["share"].tolist() == pytest.approx([1 - wins, wins])
    assert {one.partition("=")[0] for one in sweep.boxes["id"]} == {"times/contracts/q/run", "as_of"}
    limit = sweep.boxes.set_index("id").at["times/contracts/q/run", "value"]
    assert limit == pytest.approx(0.7, abs=0.05) and sweep.boxes["density"].min() > 0.9
    edition = Edition(fvm.find(fvm.load(data), 64), "sv")
    said = " ".join(sweeps.sweep_answer(edition, sweep))
    assert "P är bäst i" in said and "av 2\u202f000 scenarier" in said.replace("\u00a0", "\u202f") and "2 scenarier gick inte att räkna" in said
    shown = sweeps.BOXES(edition, sweep=sweep)
    assert "kunskapsläge" in shown and "är " in shown and "Running" not in shown
    assert "Var svaret vänder" in sweeps.FLIPS(edition, sweep=sweep) 


def test_along_an_axis_the_answer_flips_where_another_option_is_best_in_most_scenarios():
    rows = [{"scenario": place, "parameters/value_per_point": value, "option": option, "best": (option == "q") == (value > 2), "net_benefit": 0.0} for place, value in enumerate([1.0, 2.0, 3.0, 4.0] * 3) for option in "pq"]
    found = Sweep(pd.DataFrame(rows), 0).flips
    assert found["low"].tolist() == [1, 2, 3, 4] and found["flips"].tolist() == [False, False, True, False]
    assert found["option"].tolist() == ["p", "p", "q", "q"] and found["scenarios"].tolist() == [3] * 4


def test_texts_are_held_in_one_way_whether_or_not_pyarrow_is_there():
    assert pd.Series(["a"]).dtype.storage == "python"
