"""The frontier: published examples, and another way to find who lies on it."""

import time
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.analysis.frontier import frontier
from tests.tiny import tiny

# Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3: annual cost and aggregate value of seven offices.
COST = pd.Series({"A": 35000, "B": 17800, "C": 6700, "D": 14100, "E": 34800, "F": 18600, "G": 12000})
VALUE = pd.Series({"A": 80.8, "B": 39.4, "C": 47.4, "D": 52.3, "E": 64.8, "F": 20.9, "G": 60.2})


def test_the_offices_on_the_frontier_and_off_it_are_the_books():
    """The book leaves out E too: A costs 200 more for 16 points, so that a little less of A and more of G beats it."""
    found = frontier(COST, VALUE)
    assert list(found.index) == ["F", "B", "C", "D", "G", "E", "A"]
    assert list(found.index[found["status"] == "frontier"]) == ["C", "G", "A"]
    assert sorted(found.index[found["status"] == "dominated"]) == ["B", "D", "F"]
    assert found.loc["E", ["status", "dominated_by"]].tolist() == ["extended", "G;A"]
    assert found.loc[["G", "A"], "cost_per_point"].tolist() == pytest.approx([414, 1117], abs=0.6)


def test_the_price_of_a_life_year_by_hiv_screening_is_that_of_dampack():
    """Paltiel et al. 2006, Annals of Internal Medicine 145(11), table 4, as R's dampack has it (vignettes/basic_cea.Rmd)."""
    names = ["status quo", "one time", "5yr", "3yr", "annual"]
    cost = pd.Series([26000, 27000, 28020, 28440, 29440], names)
    months = pd.Series([277.25, 277.57, 277.78, 277.83, 277.76], names)
    found = frontier(cost, months / 12)
    assert found.loc[names[1:4], "cost_per_point"].tolist() == pytest.approx([37500, 58285.71, 100800], abs=0.01)
    assert found.loc["annual", ["status", "dominated_by"]].tolist() == ["dominated", "3yr"]


def test_a_comparison_holds_the_frontier_of_the_options_that_may_last():
    rows = {"a": (0, 10, "yes"), "b": (30, 20, "yes"), "c": (25, 40, "yes"), "d": (1, 90, "no")}
    inputs = tiny(
        options={name: {"permanent": permanent} for name, (_, _, permanent) in rows.items()},
        contracts=[{"option_id": name, "item_id": "i", "category": "c", "basis": "once", "is": cost} for name, (cost, _, _) in rows.items()],
        levels=[{"option_id": name, "area_id": "x", "is": level} for name, (_, level, _) in rows.items()],
    )
    found = fvm.compare(fvm.simulate(inputs, 8)).frontier
    assert found["status"].to_dict() == {"a": "frontier", "b": "dominated", "c": "frontier"}
    assert found.loc["c", ["extra_cost", "extra_score", "cost_per_point"]].tolist() == pytest.approx([25, 30, 25 / 30])


points = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 20)), min_size=1, max_size=9)


@settings(deadline=None)
@given(points)
def test_who_lies_on_the_frontier_is_who_no_mixture_of_two_beats(rows):
    """By trying every option and every mixture of two, in whole numbers."""
    names = [f"o{place}" for place in range(len(rows))]
    cost, score = (pd.Series([row[place] for row in rows], names, dtype=float) for place in (0, 1))
    found = frontier(cost, score)
    for name, (c, s) in zip(names, rows, strict=True):
        beaten = any((oc <= c and os >= s) and (oc, os) != (c, s) for oc, os in rows)
        mixed = any(
            lc + (s - ls) / (hs - ls) * (hc - lc) < c - 1e-9
            for (lc, ls), (hc, hs) in combinations(sorted(rows, key=lambda row: row[1]), 2)
            if ls < s < hs
        )
        assert found.loc[name, "status"] == ("dominated" if beaten else "extended" if mixed else "frontier")
    prices = found["cost_per_point"].dropna().to_numpy()
    assert (np.diff(prices) >= -1e-9).all()


def test_a_hundred_options_are_soon_in_order():
    """On a curve of rising prices every option is on the frontier; halved in number they are as many."""
    score = pd.Series(np.arange(100.0), [f"o{place}" for place in range(100)])
    start = time.perf_counter()
    assert (frontier(score**2, score)["status"] == "frontier").all()
    assert (frontier(-((100 - score) ** 2), score)["status"].iloc[1:-1] == "extended").all()
    assert time.perf_counter() - start < 10
