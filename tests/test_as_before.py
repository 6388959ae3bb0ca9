"""What uses none of the newer tables is as it was before they came: figures of that time, written down."""

from csv import DictReader, DictWriter
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.pause import cost_of_delay
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


def changed(tables, change):
    """Every table with `change(name, row)` made to its rows."""
    found = {}
    for name, text in tables.items():
        rows = list(DictReader(StringIO(text)))
        for row in rows:
            change(name, row)
        out = StringIO()
        writer = DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        found[name] = out.getvalue()
    return found


def without_range(name, row):
    """Every number but the parameters at its likely value."""
    if name != "parameters":
        row.update({column: "" for column in ("low", "high", "distribution") if column in row})


def figures(tables, folder):
    comparison = fvm.compare(fvm.simulate(fvm.load(write_tables(folder / "raw", tables)), 16384, 1))
    return comparison.table[["cost_mean", "score", "net_benefit", "p_best"]].T.to_dict("list")


@pytest.mark.parametrize("name", FIXED)
def test_a_decision_without_ranges_is_as_before_to_the_last_digits(name, tmp_path):
    assert figures(changed(library_decision(4), without_range), tmp_path)[name] == pytest.approx(FIXED[name], rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", DRAWN)
def test_a_decision_with_ranges_is_as_before_within_what_another_order_of_the_same_strata_moves(name, tmp_path):
    found = figures(library_decision(4), tmp_path)[name]
    assert found[:3] == pytest.approx(DRAWN[name][:3], rel=2e-3, abs=1e-9)
    assert found[3] == pytest.approx(DRAWN[name][3], abs=0.01, nan_ok=True)


# The same of the region's own tables as they stood at that commit, without what only readers see: five options with risks, rows under
# conditions, a price index and a pause. First with no range, nothing seen from outside, and no risk or every risk occurring: mean cost,
# programme cost (P50), score, net benefit, years to full use (P50), nominal costs times years after 2025, and the loss by waiting six months.
STILL = {
    ("0", "A"): (11425.919953136243, 3153.0670872418837, 48.29250157911184, 0.0, 6.208333333333333, 133667.5930426769, 33.882406214015646),
    ("0", "B"): (12164.369660466282, 4876.748582252906, 51.00252860787006, -467.44700445421313, 8.083333333333332, 138355.2079127389, 72.20945159144776),
    ("0", "C"): (13040.652611462227, 4724.407526631555, 53.38462845194555, -1105.5199710426105, 7.583333333333333, 156675.39750962233, 29.136192914535968),
    ("0", "D"): (12784.557695437541, 5006.666011786672, 51.89435509988778, -998.4523902237024, 9.083333333333332, 158915.50836277538, 56.815573876833696),
    ("1", "A"): (13245.637703479562, 5973.824104820629, 43.35028075827278, 0.0, 11.625, 167432.5176470449, 130.16359370512873),
    ("1", "B"): (14794.946470363704, 7616.7924561721275, 40.878873615995616, -1796.4494811118566, 15.166666666666666, 216895.94705710004, 155.67642874800913),
    ("1", "C"): (14467.393718704405, 7284.883456806283, 41.49519605887016, -1407.264485165104, 13.833333333333332, 197068.83539928016, 186.21458460275062),
    ("1", "D"): (14453.53358055325, 7256.703383839124, 41.29095813047484, -1413.82813985348, 14.0, 198791.26298062326, 187.24389898593836),
}
# … and as they stand, of 4,096 draws: mean cost, score, net benefit and P(best).
MOVING = {
    "A": (13962.328827464462, 45.601423305077915, 0.0, 0.4560546875),
    "B": (15100.961098030562, 47.17913715430245, -980.8608856436463, 0.262451171875),
    "C": (16019.138965987584, 47.72552312866388, -1844.4001561645246, 0.145751953125),
    "D": (15834.167271099232, 46.24419708448438, -1807.5610656941262, 0.1357421875),
}


@pytest.fixture(scope="module")
def region_tables():
    """The region's tables of that commit, as text."""
    with ZipFile(Path(__file__).parent / "data" / "region_before.zip") as file:
        return {Path(name).stem: file.read(name).decode() for name in file.namelist()}


@pytest.fixture(scope="module", params=["0", "1"])
def still(request, region_tables, tmp_path_factory):
    """The figures of every option where nothing is uncertain, and with what chance risks occur."""

    def change(name, row):
        without_range(name, row)
        if name == "risks":
            row["likely"] = request.param
        if row.get("parameter_id") == "outside_view":
            row.update(low="", likely="0", high="", distribution="fixed")

    inputs = fvm.load(write_tables(tmp_path_factory.mktemp("still"), changed(region_tables, change)))
    simulation = fvm.simulate(inputs, 64, 1)
    found = fvm.compare(simulation).table[["cost_mean", "programme_p50", "score", "net_benefit", "full_use_p50"]]
    years = simulation.yearly_cost()
    late = (years["cost"] * (years["year"] - 2025)).groupby(years["option"]).sum()
    waited = cost_of_delay(inputs, 64, 1, months=(6,)).set_index("option")["loss"]
    return request.param, found.assign(late=late, waited=waited).T.to_dict("list")


def test_the_region_without_ranges_is_as_before_to_the_last_digits(still):
    chance, found = still
    for option in "ABCD":
        assert found[option] == pytest.approx(STILL[chance, option], rel=1e-12, abs=1e-9)


def test_the_region_with_ranges_is_as_before_within_what_another_order_of_the_same_strata_moves(region_tables, tmp_path):
    simulation = fvm.simulate(fvm.load(write_tables(tmp_path / "raw", region_tables)), 4096, 1)
    found = fvm.compare(simulation).table[["cost_mean", "score", "net_benefit", "p_best"]].T.to_dict("list")
    for option, before in MOVING.items():
        assert found[option][:2] == pytest.approx(before[:2], rel=3e-3)
        assert found[option][2] == pytest.approx(before[2], abs=80)
        assert found[option][3] == pytest.approx(before[3], abs=0.02)
