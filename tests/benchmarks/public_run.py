"""How long a public run takes, against an ordinary one of the same tables: `python -m tests.benchmarks.public_run [PAIRS]`.

Ten rows of the default decision are called confidential, each with a stand-in of its own. What differs between the two
runs is how the tables are read; from the model on they do the same. So both are measured as far as the model, in
processor seconds and in turn; the whole runs, which share all that follows, lie closer together.
"""

import csv
import sys
import tempfile
from pathlib import Path
from time import process_time

import numpy as np

import fvmanalys as fvm
from fvmanalys.run.publish import read_unchanged
from tests.soak.ground import ROOT

ROWS, DRAWS = 10, 20_000
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


def main(pairs: int = 5) -> None:
    """Measure, and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        data = with_secrets(ROOT / "data/raw", Path(folder, "raw"))
        ratios = []
        for number in range(pairs):
            took = {}
            for public in (True, False) if number % 2 else (False, True):
                begun = process_time()
                assert not fvm.find(read_unchanged(data, None, public), DRAWS).comparison.table.empty
                took[public] = process_time() - begun
            ratios.append(took[True] / took[False])
            print(f"{took[True]:.1f} s against {took[False]:.1f} s: {ratios[-1]:.2f}", flush=True)
        print(f"median {np.median(ratios):.2f}, at most 1.1")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
