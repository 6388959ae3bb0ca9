"""How long a figure takes to follow a slider in JupyterLab: from the key that moves it until its image is there.

    python -m tests.benchmarks.slider [--draws 8192] [--moves 12]

Of the default decision and of a small one, in Chromium; it needs `.venv-lab`. Nothing here decides a test.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from tests.decisions import library_decision, write_tables
from tests.test_lab import FIGURE, ROOT, browser, served, slider

WATCH = """selector => {
    const before = document.querySelector(selector).src;
    let start = 0;
    document.addEventListener('keydown', () => { start = performance.now(); }, {once: true, capture: true});
    window.followed = new Promise(done => {
        const look = () => {
            const image = document.querySelector(selector);
            const there = start && image && image.src !== before && image.complete;
            there ? done((performance.now() - start) / 1000) : requestAnimationFrame(look);
        };
        look();
    });
}"""


def moved(page, moves):
    """The seconds of each move."""
    found = []
    for place in range(moves):
        page.evaluate(WATCH, FIGURE)
        page.keyboard.press("ArrowLeft" if place % 2 else "ArrowRight")
        found.append(page.evaluate("() => window.followed"))
        page.wait_for_timeout(500)
    return found


def measured(write, draws, moves):
    """The seconds of moves of the first slider over a decision, in order of size."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "data/raw")
        with served(Path(folder), draws) as address, browser() as page:
            slider(page, address)
            return sorted(moved(page, moves))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--draws", type=int, default=8192)
    options.add_argument("--moves", type=int, default=12)
    asked = options.parse_args()
    decisions = {
        "a small decision": lambda folder: write_tables(folder, library_decision(3)),
        "the default decision": lambda folder: shutil.copytree(ROOT / "data/raw", folder),
    }
    for name, write in decisions.items():
        found = measured(write, asked.draws, asked.moves)
        print(f"{name}: median {statistics.median(found):.2f} s, from {found[0]:.2f} to {found[-1]:.2f} s")


if __name__ == "__main__":
    main()
