"""What things cost: closed forms against numerical integration, and every row of contracts and staffing as it is meant."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import fvmanalys as fvm
from fvmanalys.errors import UsageError
from fvmanalys.model.streams import present_value
from tests.tiny import tiny

SHAPES = {
    "level": lambda t, start, end: 1.0,
    "ramp_up": lambda t, start, end: (t - start) / (end - start),
    "ramp_down": lambda t, start, end: (end - t) / (end - start),
}
PROFILES = sorted(SHAPES)
TIMES = st.floats(-30, 60, allow_nan=False)
RATES = st.one_of(st.just(0.0), st.floats(1e-9, 0.2))


def integral(start, end, rate, profile, growth, horizon):
    """The definition, integrated numerically by SciPy."""
    first, last = max(start, 0.0), min(end, horizon)
    if end <= start or last <= first:
        return 0.0
    factor = lambda t: ((1 + growth) / (1 + rate)) ** t  # noqa: E731
    return quad(lambda t: SHAPES[profile](t, start, end) * factor(t), first, last, epsabs=0, epsrel=1e-13, limit=200)[0]


@settings(deadline=None, max_examples=150)
@given(TIMES, st.floats(0.01, 60), st.sampled_from([0.0, 1e-9, 0.001, 0.035, 0.1, 0.4]), st.sampled_from(PROFILES), st.sampled_from([0.0, 0.02, 0.035, -0.05]), st.floats(0.5, 50))
def test_present_value_is_the_integral_of_its_definition(start, length, rate, profile, growth, horizon):
    seen = min(start + length, horizon) - max(start, 0)
    assume(seen <= 0 or seen > 1e-2)  # shorter ones are beyond the integrator
    expected = integral(start, start + length, rate, profile, growth, horizon)
    assert present_value(1.0, start, start + length, rate, profile, growth, horizon) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(st.floats(-5, 20), st.floats(0.1, 30), RATES, st.floats(0, 40))
def test_the_horizon_takes_away_exactly_what_lies_after_it(start, length, rate, cut):
    end = start + length
    whole, early = present_value(3.0, start, end, rate), present_value(3.0, start, end, rate, horizon=cut)
    assert early + present_value(3.0, max(start, cut), end, rate) == pytest.approx(whole, rel=1e-12, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(st.floats(-5, 20), st.floats(0.1, 30), RATES, st.floats(-0.1, 0.2), st.floats(0.1, 40))
def test_the_two_ramps_sum_to_the_level(start, length, rate, growth, horizon):
    up, down, level = (present_value(1.0, start, start + length, rate, profile, growth, horizon) for profile in ("ramp_up", "ramp_down", "level"))
    assert up + down == pytest.approx(level, rel=1e-9, abs=1e-12)


def test_a_level_stream_has_the_closed_form_of_the_design():
    rho = np.log(1.035)
    assert present_value(7.0, 2, 12, 0.035) == pytest.approx(7 * (np.exp(-2 * rho) - np.exp(-12 * rho)) / rho, rel=1e-14)


def test_a_rate_of_zero_and_growth_at_the_rate_are_exact():
    assert present_value(7.0, 2, 12, 0.0) == 70
    assert present_value(7.0, 2, 12, 0.0, "ramp_up") == 35
    assert present_value(7.0, 0, 0.5, 0.0, growth=5e-324) == 3.5 == present_value(7.0, 0, 0.5, 0.0, growth=-5e-324)
    assert present_value(7.0, 0, 10, 0.03, growth=0.03) == pytest.approx(70, rel=1e-15)


def test_a_perpetuity_is_the_rate_divided_by_rho():
    assert present_value(1.0, 0, np.inf, 0.035) == pytest.approx(1 / np.log(1.035), rel=1e-14)
    assert present_value(1.0, 3, np.inf, 0.035) == pytest.approx(1.035**-3 / np.log(1.035), rel=1e-14)
    assert present_value(1.0, 0, np.inf, 0.05, growth=0.02) == pytest.approx(1 / np.log(1.05 / 1.02), rel=1e-14)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_stream_whose_end_does_not_come_after_its_start_costs_nothing(profile):
    found = present_value(5.0, [3, 3, 9, np.inf, -4], [3, 1, -2, 4, -1], 0.03, profile)
    assert found.tolist() == [0, 0, 0, 0, 0]


def test_start_and_end_keep_the_shape_when_the_integral_is_cut():
    assert present_value(1.0, -5, 5, 0.0, "ramp_up") == pytest.approx(5 * 0.75)
    assert present_value(1.0, -5, 5, 0.0, "ramp_down") == pytest.approx(5 * 0.25)
    assert present_value(1.0, 0, 10, 0.0, "ramp_up", horizon=5) == pytest.approx(5 * 0.25)


def test_arrays_go_in_and_come_out_broadcast():
    found = present_value(np.ones((3, 1)), 0.0, np.arange(1, 5), 0.03)
    assert found.shape == (3, 4)
    assert found[2, 1] == present_value(1.0, 0, 2, 0.03)


GIVEN = {"amount": 2.0, "start": 1.0, "end": 8.0, "rate": 0.03, "growth": 0.01, "horizon": 10.0}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("missing", GIVEN)
def test_what_is_missing_gives_no_number_and_is_not_taken_for_never(profile, missing):
    several = GIVEN | {missing: np.array([GIVEN[missing], np.nan, GIVEN[missing]])}
    found = present_value(**several, profile=profile)
    assert np.isnan(found).tolist() == [False, True, False]
    assert found[0] == found[2] == present_value(**GIVEN, profile=profile) > 0
    assert np.isnan(present_value(**GIVEN | {"end": 0.0, missing: np.nan}, profile=profile))


def test_never_costs_nothing_and_without_end_has_its_limit():
    assert present_value(1.0, np.inf, np.inf, 0.03) == 0 == present_value(np.inf, 5, 1, 0.03)
    assert present_value(1.0, 0, np.inf, 0.03, "ramp_up") == 0 == present_value(1.0, -np.inf, 10, 0.03, "ramp_down")
    flat = present_value(1.0, 0, np.inf, 0.03)
    assert present_value(1.0, 0, np.inf, 0.03, "ramp_down") == flat
    assert present_value(1.0, -np.inf, 10, 0.03, "ramp_up") == present_value(1.0, 0, 10, 0.03)


@settings(deadline=None, max_examples=50)
@given(st.floats(1e-3, 1.0), st.floats(0, 200).map(lambda power: 10 ** (power / 2)))
def test_a_ramp_over_ages_keeps_its_closed_form(rate, end):
    """∫ t/T·e^(−ρt) dt over [0, T] = (1 − (1 + ρT)e^(−ρT))/(ρ²T)."""
    rho, flat = np.log1p(rate), present_value(1.0, 0, end, rate)
    up, down = (present_value(1.0, 0, end, rate, profile) for profile in ("ramp_up", "ramp_down"))
    assert up + down == pytest.approx(flat, rel=1e-9)
    if rho * end > 1:
        assert up == pytest.approx((1 - (1 + rho * end) * np.exp(-rho * end)) / rho / rho / end, rel=1e-9)


@pytest.mark.parametrize("rate", [-1.0, -1.5, -np.inf, np.inf, [0.03, -1.0], [[-2.0]]])
@pytest.mark.parametrize("name", ["rate", "growth"])
def test_a_rate_or_growth_of_minus_one_or_less_is_refused(name, rate):
    with pytest.raises(UsageError, match=rf"{name} (-|inf).*: give a finite share above -1"):
        present_value(**GIVEN | {name: np.array(rate)})
    assert present_value(**GIVEN | {name: -0.99}) > 0


def test_an_unknown_profile_is_named_with_those_that_exist():
    with pytest.raises(UsageError, match="profile 'levle': use one of level, ramp_up, ramp_down"):
        present_value(1.0, 0, 1, 0.03, "levle")


# Rows of contracts. Rate 3 %, horizon 10 years, events at the months given.

EVENTS = [{"option_id": "a", "event_id": name, "is": months} for name, months in (("one", 12), ("four", 48), ("late", 240))]
LOST = {"option_id": "b", "event_id": "only_b", "is": 1}
PARAMETERS = {"discount_rate": 0.03, "horizon_years": 10}


def bill(parameters=None, amount=12, **columns):
    """The present value of one contract of option a."""
    own = {"option_id": "a", "item_id": "i", "category": "c", "is": amount}
    tables = {name: columns.pop(name) for name in ("price_index", "risks") if name in columns}
    inputs = tiny(options=("a", "b"), parameters=PARAMETERS | (parameters or {}), timeline=[*EVENTS, LOST], contracts=[own | columns, NOTHING], **tables)
    return float(fvm.simulate(inputs, 1).cost["a"].iloc[0])


NOTHING = {"option_id": "b", "item_id": "i", "category": "c", "basis": "once", "is": 0}


def test_per_year_is_the_rate_at_full_profile():
    for profile in PROFILES:
        found = bill(basis="per_year", from_event="one", to_event="four", profile=profile)
        assert found == pytest.approx(12 * integral(1, 4, 0.03, profile, 0, 10))


def test_an_empty_start_is_as_of_and_an_empty_end_the_horizon():
    assert bill(basis="per_year") == pytest.approx(12 * integral(0, 10, 0.03, "level", 0, 10))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_total_is_spread_by_its_profile_over_its_own_length(profile):
    assert bill({"discount_rate": 0}, basis="total", from_event="one", to_event="four", profile=profile) == pytest.approx(12)
    half = 1 if profile == "level" else 0.5
    assert bill(basis="total", from_event="one", to_event="four", profile=profile) == pytest.approx(12 / 3 / half * integral(1, 4, 0.03, profile, 0, 10))


def test_a_total_that_passes_the_horizon_is_cut_and_not_squeezed():
    assert bill({"discount_rate": 0}, basis="total", from_event="one", to_event="late") == pytest.approx(12 * 9 / 19)


def test_a_total_whose_end_does_not_come_after_its_start_falls_due_at_its_start():
    assert bill(basis="total", from_event="four", to_event="one") == pytest.approx(12 * 1.03**-4)
    assert bill(basis="total", from_event="four", to_event="four", real_growth=0.05) == pytest.approx(12 * (1.05 / 1.03) ** 4)
    assert bill(basis="total", from_event="late", to_event="one") == 0


def test_once_is_a_lump_at_its_start():
    assert bill(basis="once", from_event="four") == pytest.approx(12 * 1.03**-4)
    assert bill(basis="once") == 12
    assert bill(basis="once", from_event="late") == 0


def test_a_lump_on_the_horizon_itself_still_counts():
    assert bill({"horizon_years": 4}, basis="once", from_event="four") == pytest.approx(12 * 1.03**-4)


def test_growth_counts_from_as_of():
    assert bill(basis="per_year", from_event="one", to_event="four", real_growth=0.02) == pytest.approx(12 * integral(1, 4, 0.03, "level", 0.02, 10))
    assert bill(basis="once", from_event="four", real_growth=0.02) == pytest.approx(12 * (1.02 / 1.03) ** 4)
    assert bill({"discount_rate": 0}, basis="total", from_event="one", to_event="four", real_growth=0.02) == pytest.approx(4 * integral(1, 4, 0, "level", 0.02, 10))


def test_an_event_that_the_option_lacks_never_comes():
    assert bill(basis="per_year", from_event="only_b") == 0
    assert bill(basis="once", from_event="only_b") == 0
    assert bill(basis="total", from_event="only_b", to_event="four") == 0
    assert bill(basis="per_year", to_event="only_b") == pytest.approx(bill(basis="per_year"))
    assert bill({"discount_rate": 0}, basis="total", from_event="one", to_event="only_b") == pytest.approx(12)
    assert bill(basis="per_year", to_event="only_b", profile="ramp_up") == pytest.approx(12 * integral(0, 10, 0.03, "ramp_up", 0, 10))


def test_what_lies_before_as_of_is_sunk():
    past = {"option_id": "a", "event_id": "past", "date": "2022-01-01"}
    two = (date(2024, 1, 1) - date(2022, 1, 1)).days / 365.25
    rows = [("total", 12 * 1 / (1 + two)), ("per_year", 12), ("once", 0)]
    for basis, expected in rows:
        row = {"option_id": "a", "item_id": "i", "category": "c", "basis": basis, "from_event": "past", "to_event": "one", "is": 12}
        inputs = tiny(parameters={"discount_rate": 0}, timeline=[past, *EVENTS], contracts=[row])
        assert fvm.simulate(inputs, 1).cost["a"].iloc[0] == pytest.approx(expected)


INDEX = [{"year": year, "index": index} for year, index in ((2020, 80), (2022, 100), (2023, 110))]


@pytest.mark.parametrize(("year", "factor"), [(2020, 110 / 80), (2022, 1.1), (2023, 1), ("", 1)])
def test_an_amount_is_turned_into_the_price_year(year, factor):
    assert bill({"price_year": 2023}, basis="once", price_year=year, price_index=INDEX) == pytest.approx(12 * factor)


def test_income_is_negative_cost():
    assert bill(amount=-12, basis="once", from_event="one") == pytest.approx(-12 / 1.03)


def test_a_conditional_row_counts_in_the_draws_where_its_risk_holds():
    risks = [{"option_id": "a", "risk_id": "fails", "name": "F", "is": 0.25}]
    rows = [{"option_id": "a", "item_id": f"i{amount}", "category": "c", "basis": "once", "when": when, "is": amount} for when, amount in (("fails", 8), ("!fails", 4))]
    cost = fvm.simulate(tiny(contracts=rows, risks=risks), 4096).cost["a"]
    assert cost.value_counts().to_dict() == {4.0: 3072, 8.0: 1024}


def test_own_and_shared_costs_add_up():
    rows = [{"option_id": option, "item_id": "i", "category": "c", "basis": "once", "is": amount} for option, amount in (("*", 5), ("a", 3))]
    assert fvm.simulate(tiny(options=("a", "b"), contracts=rows), 1).cost.iloc[0].to_dict() == {"a": 8, "b": 5}


# Staffing


def staffed(share=1, **columns):
    row = {"option_id": "a", "role_id": "nurse", "phase": "work", "from_event": "one", "to_event": "four", "is": (2, 4, 6)} | columns
    cost = {"role_id": "nurse", "name": "Nurse", "price_year": 2022, "real_growth": 0.01, "is": (0.5, 0.8, 1.2)}
    parameters = PARAMETERS | {"standing_share": share, "price_year": 2023}
    return fvm.simulate(tiny(parameters=parameters, timeline=EVENTS, staffing=[row], staff_costs=[cost], price_index=INDEX), 100)


def test_staffing_is_people_times_their_cost_a_year():
    found = staffed()
    product = found.draws_of("staffing/a/nurse/work") * found.draws_of("staff_costs/nurse") * 1.1
    assert found.cost["a"].to_numpy() == pytest.approx(product * integral(1, 4, 0.03, "level", 0.01, 10))
    assert set(found.yearly_cost()["category"]) == {"none", "work"}


def test_the_standing_team_is_kept_and_the_rest_rebuilt():
    whole = staffed(0.3, phase="work").cost["a"].to_numpy()
    keyed = {phase: staffed(0.3, phase=phase) for phase in ("pause", "restart")}
    for phase, kept in (("pause", 0.3), ("restart", 0.7)):
        people = keyed[phase].draws_of(f"staffing/a/nurse/{phase}") / staffed(0.3).draws_of("staffing/a/nurse/work")
        assert keyed[phase].cost["a"].to_numpy() == pytest.approx(whole * kept * people)


# The yearly table


def test_years_are_the_same_integral_cut_at_new_year_and_sum_to_the_mean_cost():
    rows = [
        {"option_id": "a", "item_id": "build", "category": "build", "basis": "total", "from_event": "one", "to_event": "four", "profile": "ramp_up", "is": (10, 20, 40)},
        {"option_id": "a", "item_id": "run", "category": "run", "basis": "per_year", "from_event": "four", "real_growth": 0.02, "is": (1, 2, 3)},
        {"option_id": "a", "item_id": "fee", "category": "run", "basis": "once", "from_event": "one", "is": 5},
    ]
    simulation = fvm.simulate(tiny(parameters=PARAMETERS, timeline=EVENTS, contracts=rows), 4096)
    yearly = simulation.yearly_cost()
    assert yearly["present_value"].sum() == pytest.approx(simulation.cost["a"].mean(), rel=1e-12)
    assert yearly["cost"].sum() == pytest.approx(simulation.programme_cost["a"].mean(), rel=1e-12)
    assert list(yearly["year"].unique()) == list(range(2024, 2034))
    opens, closes = ((date(year, 1, 1) - date(2024, 1, 1)).days / 365.25 for year in (2030, 2031))
    expected = 2 * (integral(4, 10, 0.03, "level", 0.02, closes) - integral(4, 10, 0.03, "level", 0.02, opens))
    cell = yearly[yearly["category"].eq("run") & yearly["year"].eq(2030)]
    assert cell["present_value"].item() == pytest.approx(expected, rel=1e-3)


def test_the_programme_cost_is_undiscounted_and_leaves_out_rows_that_are_no_part_of_it():
    rows = [{"option_id": "a", "item_id": name, "category": "c", "basis": "once", "from_event": "four", "programme": name, "is": 6} for name in ("yes", "no")]
    simulation = fvm.simulate(tiny(parameters=PARAMETERS, timeline=EVENTS, contracts=rows), 1)
    assert simulation.programme_cost["a"].iloc[0] == 6
    assert simulation.cost["a"].iloc[0] == pytest.approx(12 * 1.03**-4)


def test_years_run_from_the_year_of_as_of_to_the_horizon():
    yearly = fvm.simulate(tiny(parameters={"horizon_years": 1.5}, contracts=[{"option_id": "a", "item_id": "i", "category": "c", "basis": "per_year", "is": 1}]), 1).yearly_cost()
    assert yearly["year"].tolist() == [2024, 2025]
    assert yearly["cost"].tolist() == pytest.approx([366 / 365.25, 1.5 - 366 / 365.25])
    assert isinstance(yearly, pd.DataFrame)
