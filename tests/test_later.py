"""A choice held back until something is known."""

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.information import evppi
from fvmanalys.analysis.later import choose_later
from tests.tiny import tiny


def factory():
    """Dixit & Pindyck, Investment under Uncertainty, ch. 2: 1 600 buys a factory for one thing a year, of which the first is sold at once.
    Its price is 200 now and from next year 300 or 100, as likely the one as the other; 10 %. Incomes are costs below zero."""
    year = [{"option_id": "*", "event_id": f"y{t}", "is": 12 * t} for t in range(0, 200)]
    rows = [("now", 1600, "y0", ""), ("now", -200, "y0", ""), ("wait", 1600, "y1", "")]
    rows += [(name, -300 if when == "up" else -100, f"y{t}", when) for name in ("now", "wait") for t in range(1, 200) for when in ("up", "!up")]
    contracts = [
        {"option_id": name, "item_id": f"i{place}", "category": "c", "basis": "once", "from_event": event, "when": when, "is": amount}
        for place, (name, amount, event, when) in enumerate(rows)
    ]
    contracts.append({"option_id": "*", "item_id": "none", "category": "c", "basis": "once", "is": 0})
    risks = [{"option_id": "*", "risk_id": "up", "name": "u", "is": 0.5}]
    parameters = {"discount_rate": 0.1, "horizon_years": 200}
    return fvm.simulate(tiny(options=("nothing", "now", "wait"), parameters=parameters, timeline=year, contracts=contracts, risks=risks), 4096)


def test_the_published_value_of_waiting_for_the_price():
    """600 now, 773 for waiting, so 173 the option to wait."""
    simulation = factory()
    worth = simulation.net_benefit()
    assert worth["now"].mean() == pytest.approx(600, abs=0.5)
    price = worth["wait"] > worth["wait"].mean()
    later = choose_later(worth[["wait", "nothing"]], price)
    assert later.worth.mean() == pytest.approx(773, abs=0.5)
    assert later.worth.mean() - worth["now"].mean() == pytest.approx(173, abs=0.5)
    assert (later.taken == np.where(price, 0, 1)).all()


def test_a_choice_held_back_is_worth_what_it_is_worth_to_know_and_no_more_where_nothing_is_learnt():
    """Two ways that differ by x + noise: knowing x gives E|x|/2 beyond choosing now; a column of noise gives nothing."""
    generator = np.random.default_rng(1)
    x, noise, other = generator.normal(size=(3, 20_000))
    ways = np.column_stack([np.zeros_like(x), x + noise])
    later = choose_later(ways, x)
    assert float(later.gain) == pytest.approx(np.sqrt(2 / np.pi) / 2, abs=4 * later.gain.standard_error)
    assert float(later.gain) == pytest.approx(float(evppi(ways, x)), abs=0.01)
    blind = choose_later(ways, other)
    assert float(blind.gain) < 3 * blind.gain.standard_error + 1e-12


def test_one_way_is_taken_always():
    later = choose_later(np.arange(8.0).reshape(8, 1), np.arange(8.0))
    assert later.taken.tolist() == [0] * 8 and float(later.gain) == 0
