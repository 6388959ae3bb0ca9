"""What uses none of the newer tables is as it was before they came: figures of that time, written down."""

from csv import DictReader, DictWriter
from io import StringIO

import numpy as np
import pytest

import fvmanalys as fvm
from tests.decisions import library_decision, write_tables

# Mean cost, score and net benefit, and P(best), of 16,384 draws with seed 1, by the program of commit 2614697, which knew neither lists
# of conditions, signals and variants nor correlations, percentiles as ends and rates by period:
#   git archive 2614697 | tar -x -C OLD && PYTHONPATH=OLD python -c "import fvmanalys as fvm; from tests.decisions import *; …"
FIXED = {
    "p": (21.11040737174159, 46.356601611884535, 0.0, 1.0),
    "q": (25.221218964279903, 49.65788197407641, -2.460171411442367, np.nan),
    "r": (29.28045766888569, 52.85507146888188, -4.920815368645428, 0.0),
    "s": (33.288466941354, 55.948940311347684, -7.381890219880829, 0.0),
}
DRAWN = {
    "p": (23.717657420901826, 46.99058758947646, 0.0, 0.6968994140625),
    "q": (28.467178383503565, 50.17263451964294, -3.158497497518498, np.nan),
    "r": (33.12902707783213, 53.21730968155292, -6.298008610892078, 0.20196533203125),
    "s": (37.70171797327, 56.157475070818755, -9.400616811697025, 0.10113525390625),
}


def without_ranges(tables):
    """Every number but the parameters at its likely value."""
    found = {}
    for name, text in tables.items():
        rows = list(DictReader(StringIO(text)))
        for row in rows if name != "parameters" else ():
            row.update({column: "" for column in ("low", "high", "distribution") if column in row})
        out = StringIO()
        writer = DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        found[name] = out.getvalue()
    return found


def figures(tables, folder):
    comparison = fvm.compare(fvm.simulate(fvm.load(write_tables(folder / "raw", tables)), 16384, 1))
    return comparison.table[["cost_mean", "score", "net_benefit", "p_best"]].T.to_dict("list")


@pytest.mark.parametrize("name", FIXED)
def test_a_decision_without_ranges_is_as_before_to_the_last_digits(name, tmp_path):
    assert figures(without_ranges(library_decision(4)), tmp_path)[name] == pytest.approx(FIXED[name], rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", DRAWN)
def test_a_decision_with_ranges_is_as_before_within_what_another_order_of_the_same_strata_moves(name, tmp_path):
    found = figures(library_decision(4), tmp_path)[name]
    assert found[:3] == pytest.approx(DRAWN[name][:3], rel=2e-3, abs=1e-9)
    assert found[3] == pytest.approx(DRAWN[name][3], abs=0.01, nan_ok=True)
