"""How long a public run takes, against an ordinary one of the same tables: `python tests/benchmarks/public_run.py [PAIRS]`.

Ten rows of the default decision are called confidential, each with a stand-in of its own. Runs are made in turn, without
notebooks but for a bare one, and the median ratio of the pairs is told.
"""

import csv
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from fvmanalys.run import publish
from fvmanalys.run.suite import read_suite
from tests.soak.ground import ROOT, write_suite

ROWS, DRAWS = 10, 1_000
SHOWN = ("name", "low", "likely", "high", "distribution", "source_id", "real_growth", "price_year")


def with_secrets(data: Path, target: Path) -> Path:
    """The raw tables, ten cost rows of them confidential, with stand-ins that say the same: so both runs draw as much."""
    target.mkdir()
    for path in data.glob("*.csv"):
        (target / path.name).write_bytes(path.read_bytes())
    with (data / "contracts.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    kept = [name for name in SHOWN if name in header]
    more = ["confidential"] * ("confidential" not in header) + ["public_from", *(f"public_{name}" for name in kept)]
    texts = [dict(zip(header, row, strict=True)) for row in rows]
    for row in texts[:ROWS]:
        row |= {"confidential": "yes", "public_from": row["known_from"], **{f"public_{name}": row[name] for name in kept}}
    with (target / "contracts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*header, *more], restval="")
        writer.writeheader()
        writer.writerows(texts)
    return target


def main(pairs: int = 3) -> None:
    """Measure, and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        data = with_secrets(ROOT / "data/raw", Path(folder, "raw"))
        suite = replace(read_suite(write_suite(Path(folder, "suite"), "1")), draws=DRAWS)
        ratios = []
        for number in range(pairs):
            took = {}
            for public in (True, False) if number % 2 else (False, True):
                begun = perf_counter()
                publish.run(data, Path(folder, f"{number}-{public}"), suite, public=public)
                took[public] = perf_counter() - begun
            ratios.append(took[True] / took[False])
            print(f"{took[True]:.1f} s against {took[False]:.1f} s: {ratios[-1]:.2f}", flush=True)
        print(f"median {np.median(ratios):.2f}, at most 1.1")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
