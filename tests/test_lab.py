"""JupyterLab in a browser: every notebook runs to its end as it stands, and figures follow a slider."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import nbformat
import pytest

from tests.conftest import need
from tests.decisions import library_decision, write_tables

pytest.importorskip("playwright")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
JUPYTER = ROOT / ".venv-lab/bin/jupyter"
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
FEW = ["04_prioriterat_omrade.ipynb", "08_beslutsbilaga.ipynb"]  # the others run there too when it is asked for, as in `make soak`
SECONDS = 90


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on these notebooks and a small decision, with few draws; the address of its first page."""
    if not JUPYTER.exists():
        why = f"{JUPYTER.relative_to(ROOT)} is missing; run `make .venv-lab/.installed`"
        pytest.fail(why) if os.environ.get("FVM_REQUIRE_ALL") else pytest.skip(why)
    folder = tmp_path_factory.mktemp("lab")
    write_tables(folder / "data/raw", library_decision(3))
    with served(folder, 64) as address:
        yield address


@contextmanager
def served(folder, draws):
    """JupyterLab on the notebooks, with so many draws, in a folder that holds the tables; the address of its first page."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    for path in (folder / "notebooks").glob("*.ipynb"):
        path.write_text(with_draws(path, draws), "utf-8")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    options = ["--no-browser", "--LabApp.expose_app_in_browser=True", "--allow-root", f"--ServerApp.port={port}", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([JUPYTER, "lab", *options], cwd=folder, env=os.environ | own | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api", folder / "log")
            yield f"http://127.0.0.1:{port}/lab"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def with_draws(path, draws):
    """A notebook with so many draws among its parameters."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source += f"\ndraws = {draws}"
    return nbformat.writes(notebook)


def wait_for(address, log):
    for _ in range(300):
        try:
            return urllib.request.urlopen(address, timeout=1).read()
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def page(lab):
    with browser() as page:
        yield page


@contextmanager
def browser():
    """A page of a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(SECONDS * 1000)
        yield page
        chromium.close()


def run_all(page, lab, name):
    """Open a notebook and run all its cells; wait until the last has run."""
    page.goto(f"{lab}/tree/notebooks/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await panel.context.ready;
        await panel.sessionContext.changeKernel({name: 'python3'});
        window.jupyterapp.commands.execute('notebook:run-all-cells');
    }""")


def cells_run(page):
    """What the kernel's model says of every code cell: its number and its outputs."""
    return page.evaluate(
        """() => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            return notebook.widgets.filter(one => one.model.type === 'code' && one.model.sharedModel.getSource().trim())
                .map(one => [one.model.executionCount, one.model.outputs.toJSON().map(output => output.output_type)]);
        }"""
    )


def finished(page):
    """Whether every cell has run, or one has failed."""
    found = cells_run(page)
    return bool(found) and (all(number for number, _ in found) or any("error" in kinds for _, kinds in found))


def wait_until(page, holds, name):
    """Wait for something; a picture is kept of where it did not come."""
    ends = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < ends:
        page.wait_for_timeout(50)
    kept(page, name)
    assert holds()


def kept(page, name):
    """A picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("FVM_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize("name", NOTEBOOKS if os.environ.get("FVM_EVERY_NOTEBOOK") else FEW)
def test_a_notebook_runs_to_its_end_as_it_stands(page, lab, name):
    run_all(page, lab, name)
    wait_until(page, lambda: finished(page), name)
    assert [kinds for number, kinds in cells_run(page) if not number or "error" in kinds] == []


FIGURE = ".jp-OutputArea figure img"


def slider(page, lab):
    """The first slider of the board, with its figure in sight."""
    run_all(page, lab, "index.ipynb")
    wait_until(page, lambda: finished(page), "index.ipynb")
    handle = page.locator(".widget-slider .noUi-handle").first
    handle.wait_for()
    wait_until(page, lambda: page.locator(FIGURE).count() > 0, "sliders")
    handle.focus()
    return handle


# How long it takes is measured by `python -m tests.benchmarks.slider`.
def test_a_figure_follows_a_slider(page, lab):
    slider(page, lab)
    before = page.locator(FIGURE).first.get_attribute("src")
    page.keyboard.press("ArrowRight")
    wait_until(page, lambda: page.locator(FIGURE).first.get_attribute("src") != before, "slider")


def test_a_number_is_followed_to_its_rows(page):
    opened, branches = page.locator(".jp-OutputArea details[open]"), page.locator(".jp-OutputArea summary")
    before = opened.count()
    for _ in range(2):
        branches.nth(opened.count()).click()
    kept(page, "trace")
    assert opened.count() == before + 2
    assert opened.last.inner_text().count(" = ") > 1
