"""Another model's draws, through all that follows from cost and effect."""

import time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis import Findings
from fvmanalys.analysis.information import evpi, evppi, evppi_all
from fvmanalys.analysis.sensitivity import evidence_share
from fvmanalys.analysis.weights import rank_acceptability
from fvmanalys.errors import UsageError
from fvmanalys.report import charts
from fvmanalys.report.edition import Edition
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_draws

# R's voi package (vignettes/voi.Rmd), 10 000 draws of its own: p1 ~ N(1, 1), p2 ~ N(0, 2), net benefit 0 and p1 − p2. Here as the
# cost p2 and the effect p1, worth 1 a unit; voi 1.0.3 gives these values on the same draws.
DRAWS = pd.read_csv(Path(__file__).parent / "data" / "voi_linear_normal.csv.gz")


def linear_normal():
    nothing = np.zeros(len(DRAWS))
    cost, effect = pd.DataFrame({"none": nothing, "treat": DRAWS["p2"]}), pd.DataFrame({"none": nothing, "treat": DRAWS["p1"]})
    return fvm.from_draws(cost, effect, DRAWS[["p1", "p2"]])


def test_values_of_information_are_those_of_the_voi_package():
    found = linear_normal()
    worth = found.net_benefit()
    assert float(evpi(worth)) == pytest.approx(0.4759885113, abs=1e-9)
    assert float(evppi(worth, found.draws_of("p1"))) == pytest.approx(0.0821011995641574, abs=0.006)
    assert float(evppi(worth, found.draws_of("p2"))) == pytest.approx(0.390298274347286, abs=0.012)
    assert list(evppi_all(worth, found.drawn).index) == ["p1", "p2"]
    assert [float(evpi(found.net_benefit(k))) for k in (2, 3)] == pytest.approx([0.4028003133, 0.4174207339], abs=1e-9)


def test_a_comparison_of_draws_says_what_the_draws_say():
    found = linear_normal()
    comparison = fvm.compare(found)
    worth = DRAWS["p1"] - DRAWS["p2"]
    assert comparison.best == "treat" and comparison.table.loc["treat", "p_best"] == pytest.approx((worth > 0).mean())
    assert comparison.table.loc["treat", "net_benefit"] == pytest.approx(worth.mean())
    assert comparison.acceptability.loc[1.0, "treat"] == pytest.approx((worth > 0).mean())
    cost, effect = DRAWS["p2"].mean(), DRAWS["p1"].mean()
    assert cost < 0 < effect and comparison.frontier["dominated_by"].to_dict() == {"none": "treat", "treat": ""}
    assert rank_acceptability(found.area_scores).loc["treat", 1] == pytest.approx((DRAWS["p1"] > 0).mean())
    shares = evidence_share(worth, found.drawn, {"p1": "fact", "p2": "assumption"})
    assert shares.loc["assumption", "share"] == pytest.approx(0.8, abs=0.03)
    edition = Edition(Findings(found.inputs, found, comparison), "en")
    assert all(plot(edition) for plot in (charts.plot_comparison, charts.plot_acceptability))


def test_the_published_regrets_of_three_ways_to_save():
    """Wikipedia, Regret (decision theory): stocks, bonds and the money market as rates rise, stay and fall; regret at most 7, 5 and 11."""
    returns = np.array([[-4, -2, 3], [4, 3, 2], [12, 8, 1]], dtype=float)
    found = fvm.from_draws(-returns, np.zeros((3, 3)))
    worth = found.net_benefit().to_numpy()
    assert (worth.max(axis=1, keepdims=True) - worth).max(axis=0).tolist() == pytest.approx([7, 5, 11])


def test_the_published_value_of_knowing_the_market():
    """Wikipedia, Expected value of perfect information: stock, fund or deposit; means 680, 590 and 500, 1 030 with what is known, 350 for it."""
    payoff = np.repeat([[1500, 900, 500], [300, 600, 500], [-800, -200, 500]], [5, 3, 2], axis=0)
    found = fvm.from_draws(-payoff, np.zeros((10, 3)))
    assert (-found.cost.mean()).tolist() == pytest.approx([680, 590, 500])
    assert float(evpi(found.net_benefit())) == pytest.approx(350)


@pytest.mark.parametrize(
    "text", ['"","Status quo","New one"\n"1",10.5,20\n"2",11,21.25\n', "Status quo;New one\n10,5;20\n11;21,25\n", "\ufeffStatus quo,New one\n10.5,20\n11,21.25\n"]
)
def test_tables_of_r_and_of_a_swedish_spreadsheet_are_read(text, tmp_path):
    path = tmp_path / "psa.csv"
    path.write_text(text, "utf-8")
    found = fvm.from_draws(path, str(path), value_per_point=(0.5, 2, 3))
    assert list(found.cost) == ["Status_quo", "New_one"]
    assert found.cost.to_numpy().tolist() == [[10.5, 20], [11, 21.25]]
    assert found.inputs.tables["options"]["name"].tolist() == ["Status quo", "New one"]
    assert fvm.compare(found).acceptability.index[[0, -1]].tolist() == [0.5, 3]


GOOD = np.arange(8.0).reshape(4, 2)


@pytest.mark.parametrize(
    ("cost", "effect", "inputs", "told"),
    [
        (np.where(GOOD == 5, np.nan, GOOD), GOOD, None, "cost: 'nan' in row 3, column '2', is no finite number (1 such cells)"),
        (GOOD, np.where(GOOD == 0, np.inf, GOOD), None, "effect: 'inf' in row 1, column '1', is"),
        (GOOD, GOOD, np.where(GOOD == 7, np.nan, GOOD), "inputs: 'nan' in row 4, column '2', is"),
        (GOOD, GOOD[:3], None, "cost has 4 draws, effect 3 and inputs 4"),
        (GOOD, GOOD, GOOD[1:], "cost has 4 draws, effect 4 and inputs 3"),
        (GOOD, GOOD[:, :1], None, "cost has the options 1, 2, effect 1"),
        (GOOD[:, :1], GOOD[:, :1], None, "a comparison needs two or more"),
        (pd.DataFrame(GOOD, columns=["a", "b"]), pd.DataFrame(GOOD, columns=["b", "a"]), None, "cost has the options a, b, effect b, a"),
        (pd.DataFrame(GOOD, columns=["a b", "a/b"]), GOOD, None, "with different names"),
        (pd.DataFrame({"a": ["1", "x"], "b": [1, 2]}), GOOD[:2], None, "cost: 'x' in row 2, column 'a'"),
        (GOOD[:0], GOOD[:0], None, "cost has shape (0, 2)"),
        (GOOD[:, 0], GOOD, None, "draws have shape (4,)"),
    ],
)
def test_draws_that_do_not_belong_together_are_refused_with_their_place(cost, effect, inputs, told):
    with pytest.raises(UsageError) as error:
        fvm.from_draws(cost, effect, inputs)
    assert told in str(error.value)
    with pytest.raises(UsageError, match="'p3' is none of the inputs given: p1, p2"):
        linear_normal().draws_of("p3")


def test_a_hundred_options_are_compared_soon():
    draws = np.random.default_rng(1).normal(size=(1000, 100))
    start = time.perf_counter()
    assert len(fvm.compare(fvm.from_draws(draws, draws[::-1])).frontier) == 100
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("given", [True, False])
def test_draws_fill_a_short_workbook(given, lang, tmp_path):
    draws = np.random.default_rng(1).normal(size=(500, 3))
    found = fvm.from_draws(draws, draws[::-1] + np.arange(3), draws[:, :2] if given else None, (0.5, 1, 2))
    write_draws(found, tmp_path / "draws.xlsx", lang)
    sheet, workings = openpyxl.load_workbook(tmp_path / "draws.xlsx").worksheets
    assert workings.max_row > 4
    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    title = Words(lang)("exhibit.drawn_inputs.title")
    assert (title in texts) is given and Words(lang)("exhibit.wins.title") in texts
    assert fvm.compare(found).table["net_benefit"].max() == pytest.approx(2) and 2 in texts
