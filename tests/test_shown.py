"""What cells show: all of it is kept, where it was shown, and nothing that they show keeps a run from ending in time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from fvmanalys.errors import RunFailed, RunTimedOut
from fvmanalys.run.client import joined, overwritten
from fvmanalys.run.source import place, runs
from fvmanalys.run.suite import Job, Limits, run_notebook
from tests.conftest import BRIEF
from tests.decisions import library_decision, write_tables

PARAMETERS = new_code_cell('lang = "sv"', metadata={"tags": ["parameters"]})
LONG = 400_000
SHOWS = {
    "import asyncio\nasync def speak(): await asyncio.sleep(0.3); print('sent')\nlate = asyncio.create_task(speak())": "sent\n",
    "import sys\nfor k in range(3000):\n    sys.stdout.write('0' * 99 + '\\n')\n    sys.stdout.flush()": ("0" * 99 + "\n") * 3000,
    f"print('x' * {LONG})": "x" * LONG + "\n",
    f"print('/' * {LONG})": "/" * LONG + "\n",
    f"print('a\\b' * {LONG // 2})": "a\b" * (LONG // 2) + "\n",
    f"print('\\x1b[31m/' * {LONG // 6})": "\x1b[31m/" * (LONG // 6) + "\n",
    "for k in range(2000): print(f'\\r{k} of 2000', end='', flush=k % 2)": "1999 of 2000",
    "print('\\n' * 100_000, end='')": "\n" * 100_000,
    "print('a\\ud800b', chr(0), '\\uffff'); print('åäö')": "a?b \x00 \uffff\nåäö\n",
    "import logging; logging.basicConfig(format='%(message)s')\nfor k in range(1500): logging.warning(k)": "".join(f"{k}\n" for k in range(1500)),
    "await late\nimport os; os.system('echo från skalet'); os.write(1, b'direkt\\n');": "från skalet\ndirekt\n",
}


def write(folder, *cells, name="bok.ipynb"):
    made = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    nbformat.write(new_notebook(cells=[PARAMETERS, *made]), folder / name)
    return folder / name


def run(folder, *cells, limits=None, **parameters):
    path = write(folder, *cells)
    return nbformat.read(run_notebook(Job(path, path.name, parameters), folder / "out", limits or Limits()).path, as_version=4)


def texts(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_all_that_cells_print_is_kept_each_in_its_own_cell(tmp_path, capfd, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # ipykernel would not listen to what processes write
    between = [new_markdown_cell("text"), new_code_cell(" \n"), new_raw_cell("rå")]
    notebook = run(tmp_path, *between, *SHOWS, lang="en")
    shown = {cell.source: texts(cell) for cell in notebook.cells[4:]}
    assert [(source, shown[source][:200]) for source, text in SHOWS.items() if shown[source] != text] == []
    assert capfd.readouterr() == ("", ""), "what cells print is for the notebook, not for the console"
    counted = [place(notebook, number) for number, cell in enumerate(notebook.cells) if runs(cell)]
    assert counted == [f"cell [{cell.execution_count}]" for cell in notebook.cells if runs(cell)]


def test_many_displays_are_all_kept_in_order_with_what_is_printed_between_them(tmp_path):
    source = "from IPython.display import HTML, display\nfor k in range(1000):\n    print(k)\n    display(k)\nHTML('<p>' * 300_000)"
    outputs = run(tmp_path, source).cells[1].outputs
    assert [output.get("text") or output.data["text/plain"] for output in outputs[:-1]] == [f"{k}{end}" for k in range(1000) for end in ("\n", "")]
    assert outputs[-1].data["text/html"] == "<p>" * 300_000


FOREVER = {
    "flushed": "while True: print('x', flush=True)",
    "displays": "from IPython.display import display\nwhile True: display(1)",
    "over and over": "while True: print('\\r' + '=' * 70, end='')",
    "lines": "print('\\n' * 400_000)\nwhile True: print('x' * 20)",
}


@pytest.mark.parametrize("source", FOREVER.values(), ids=FOREVER.keys())
def test_a_cell_that_shows_without_end_ends_at_its_limit(tmp_path, source):
    begun = time.monotonic()
    with pytest.raises(RunFailed, match=r"bok\.ipynb, cell \[2\]: (not done after 3 s; .*cell_seconds|the notebook shows more than 20 MB)"):
        run(tmp_path, source, limits=Limits(cell_seconds=3))
    assert time.monotonic() - begun < 20
    assert (tmp_path / "out" / "failed" / "bok.ipynb").stat().st_size < 50e6


@pytest.mark.parametrize("source", ["print('x' * 3_000_000)", "for k in range(30): print('x' * 100_000)", FOREVER["displays"]])
def test_a_notebook_that_shows_more_than_it_may_names_cell_and_limit(tmp_path, source):
    with pytest.raises(RunFailed, match=r"cell \[3\]: the notebook shows more than 0\.5 MB; show less or raise limits\.output_megabytes"):
        run(tmp_path, "print('x' * 300_000)", source, limits=Limits(output_megabytes=0.5))


def test_time_spent_showing_counts_but_is_told_as_nothing_else(tmp_path):
    with pytest.raises(RunTimedOut, match=r"cell \[2\]: not done after 1 s; make it faster or raise limits\.cell_seconds"):
        run(tmp_path, "for k in range(8000): print(k, flush=True)\nimport time; time.sleep(1)", limits=Limits(cell_seconds=1))


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize("source", [FOREVER["flushed"], f"print('x' * {LONG})\nwhile True: pass"])
def test_sigterm_is_heard_whatever_a_cell_shows(tmp_path, source):
    write(tmp_path, f"open('begun', 'w').close()\n{source}")
    (tmp_path / "suite.toml").write_text('draws = 8\n[[notebooks]]\npath = "bok.ipynb"\n')
    data = write_tables(tmp_path / "data", library_decision(2))
    places = ["--data", str(data), "--out", str(tmp_path / "out"), "--config", str(tmp_path / "suite.toml"), "--quiet"]
    process = subprocess.Popen([sys.executable, "-c", BRIEF, "run", *places], stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "begun").exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    assert "RunStopped: stopped by SIGTERM" in process.communicate(timeout=20)[1]


# Text as a reader sees it


@pytest.mark.parametrize(
    ("text", "seen"),
    [("a\rb", "b"), ("abc\rX", "Xbc"), ("a\r\nb\r\n", "a\nb\n"), ("10 %\r20 %\r", "20 %"), ("a\nbcd\re\n", "a\necd\n"), ("\r\r", "")],
)
def test_what_follows_a_carriage_return_is_written_over_what_stands_before(text, seen):
    assert overwritten(text) == seen
    assert overwritten(overwritten(text)) == overwritten(text)


def test_a_thousand_overwritten_letters_take_no_time_to_speak_of():
    text = "\r".join("x" * length for length in range(3000)) + "y" * 3_000_000
    begun = time.monotonic()
    assert len(overwritten(text)) == 3_002_999
    assert time.monotonic() - begun < 10


def test_the_two_streams_are_told_one_after_the_other_between_displays():
    stream = nbformat.v4.new_output
    parts = [stream("stream", name=name, text=text) for name, text in (("stderr", "e1"), ("stdout", "o1"), ("stderr", "e2"))]
    figure = stream("display_data", data={"text/plain": "f"})
    told = joined([*parts, figure, parts[1], parts[0]])
    assert [output.get("text", "figure") for output in told] == ["o1", "e1e2", "figure", "o1", "e1"]


# Where it went wrong


def test_the_first_error_is_told_with_its_own_cell_though_the_cell_expects_it(tmp_path):
    expects = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    with pytest.raises(RunFailed, match=r"cell \[3\]: ZeroDivisionError: division by zero.*raises-exception"):
        run(tmp_path, "print(1)", expects, "print(2)", "raise KeyError", lang="en")


def test_cells_are_counted_as_jupyter_counts_them(tmp_path):
    between = [new_markdown_cell("# x"), new_raw_cell("x"), new_code_cell(""), new_code_cell("  \n"), new_code_cell("# bara en kommentar")]
    with pytest.raises(RunFailed, match=r"bok\.ipynb, cell \[4\]: NameError") as caught:
        run(tmp_path, *between, "%%time\n1", "saknas", lang="en")
    assert "Cell In[4], line 1" in str(caught.value)


def test_an_error_as_long_as_a_book_is_told_shortly(tmp_path):
    with pytest.raises(RunFailed, match=r"cell \[2\]: ValueError: x+ \[…\] x+\n") as caught:
        run(tmp_path, "raise ValueError('x' * 1_000_000)")
    assert len(str(caught.value)) < 30_000


# Figures


def test_figures_are_shown_as_in_jupyterlab_and_come_out_the_same_every_time(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")  # as a scheduler may have it
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='ett'); plt.legend()\nplt.show()"
    vector = "from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('svg')\nplt.hist([1, 2, 2]);"
    runs = []
    for name in ("ett", "tva"):
        (tmp_path / name).mkdir()
        runs.append(run(tmp_path / name, plot, vector))
    kinds = [[kind for output in cell.outputs for kind in output.get("data", {})] for cell in runs[0].cells[1:]]
    assert kinds == [["image/png", "text/plain"], ["image/svg+xml", "text/plain"]]
    assert runs[0] == runs[1]


def test_a_kernel_that_cannot_start_says_why(tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ipykernel.py").write_text("raise ImportError('en trasig installation')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'broken'}{os.pathsep}{Path(__file__).parents[1]}")
    monkeypatch.setattr("fvmanalys.run.notebook._environment", lambda scratch: {**os.environ})
    with pytest.raises(RunFailed, match=r"did not start in 60 s, twice(.|\n)*en trasig installation"):
        run(tmp_path, "1")
