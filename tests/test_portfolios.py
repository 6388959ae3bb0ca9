"""Investigations that reveal events, alone and side by side, against exact Bayes, nested draws and plain loops."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.analysis.information import evppi, evsi
from fvmanalys.analysis.knowledge import Knowledge
from fvmanalys.analysis.outside import with_parameters
from fvmanalys.analysis.portfolios import Inquiry, Study, chosen_subsets, least_accuracy
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import declared
from fvmanalys.report.topics import EXHIBITS, information
from fvmanalys.report.topics.board import next_steps
from tests.tiny import KNOWN, tiny

DRAWS = 8192
RATES = st.floats(0, 1)


def two_states(p=0.3, draws=1000):
    """Two options, the second worth 10 more or 20 less where a risk holds."""
    holds = np.arange(draws) < p * draws
    return Study(np.zeros((draws, 2)), np.column_stack([np.zeros(draws), np.where(holds, 20.0, -10.0)]), {}, {"r": holds})


def reveals(hit, false_alarm, *others):
    return Inquiry("look", {}, (("r", hit, false_alarm), *others))


def bayes(p, hit, false_alarm):
    """The same by hand: what the second option is worth after yes and after no, each by how likely it is."""
    yes = p * hit * -20 + (1 - p) * false_alarm * 10
    no = p * (1 - hit) * -20 + (1 - p) * (1 - false_alarm) * 10
    return max(yes, 0) + max(no, 0) - max(p * -20 + (1 - p) * 10, 0)


def worth(study, *inquiries, value=1.0):
    return float(study.values(list(inquiries), [value])[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), RATES, RATES)
def test_what_a_test_of_an_event_is_worth_is_exact_bayes(thousandths, hit, false_alarm):
    p = thousandths / 1000
    assert worth(two_states(p), reveals(hit, false_alarm)) == pytest.approx(bayes(p, hit, false_alarm), abs=1e-9)


def mixed_study(seed=1, draws=DRAWS):
    """Three options whose worth hangs on a risk and on two numbers, one of which moves with the risk."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, draws))
    holds = rng.random(draws) < 1 / (1 + np.exp(-0.7 * x - 0.4))
    cost = np.column_stack([np.zeros(draws), 1 - 2 * x + 3 * holds, 0.5 + y - 2 * holds + rng.normal(size=draws)])
    return Study(np.zeros_like(cost), cost, {"x": x, "y": y}, {"r": holds})


@settings(max_examples=8, deadline=None)
@given(st.floats(0.5, 1), st.floats(0, 0.5), st.floats(0, 1), st.floats(0, 1), st.sampled_from([{}, {"x": 0.5}, {"x": 1.0, "y": 0.3}]))
def test_it_never_falls_when_a_test_gets_better(hit, false_alarm, closer, fewer, resolves):
    study = mixed_study(draws=4096)
    before = worth(study, Inquiry("a", resolves, (("r", hit, false_alarm),)))
    after = worth(study, Inquiry("a", resolves, (("r", hit + (1 - hit) * closer, false_alarm * fewer),)))
    assert after >= before - 1e-12


@pytest.mark.parametrize("rate", [0.0, 0.37, 1.0])
def test_a_test_no_better_than_chance_is_worth_what_the_numbers_are(rate):
    study = mixed_study()
    numbers = worth(study, Inquiry("a", {"x": 0.6}))
    assert worth(study, Inquiry("a", {"x": 0.6}, (("r", rate, rate),))) == pytest.approx(numbers, abs=1e-12)
    assert worth(study, reveals(rate, rate)) == pytest.approx(0, abs=1e-12)


def test_a_perfect_test_is_worth_the_event_itself():
    study = mixed_study()
    benefit = -study.cost
    exact = np.mean([benefit[study.occurs["r"] == state].mean(axis=0).max() * (study.occurs["r"] == state).mean() * 2 for state in (True, False)])
    assert worth(study, reveals(1, 0)) == pytest.approx(exact - benefit.mean(axis=0).max(), abs=1e-9)
    assert worth(study, reveals(1, 0)) == pytest.approx(float(evppi(benefit, study.occurs["r"].astype(float))), abs=0.02)


def test_with_numbers_beside_it_is_what_nested_draws_give():
    """For every reading of x and answer of the test the mean of each option over many draws from what is then possible."""
    rng, hit, false_alarm, known = np.random.default_rng(7), 0.85, 0.2, np.sqrt(0.6)
    best = []
    for _ in range(1500):
        x, read_noise, u = rng.normal(), rng.normal(), rng.random()
        z = known * x + np.sqrt(1 - known**2) * read_noise
        says = u < (hit if rng.random() < 1 / (1 + np.exp(-0.7 * x - 0.4)) else false_alarm)
        xs = known * z + np.sqrt(1 - known**2) * rng.normal(size=1500)
        p = 1 / (1 + np.exp(-0.7 * xs - 0.4))
        yes = p * hit, (1 - p) * false_alarm
        weights = yes if says else (p - yes[0], 1 - p - yes[1])
        holds = weights[0].sum() / (weights[0] + weights[1]).sum()
        mean_x = ((weights[0] + weights[1]) * xs).sum() / (weights[0] + weights[1]).sum()
        best.append(max(0.0, -(1 - 2 * mean_x + 3 * holds), -(0.5 - 2 * holds)))
    study = mixed_study(draws=32_768)
    expected = np.mean(best) - (-study.cost).mean(axis=0).max()
    found = study.values([Inquiry("a", {"x": 0.6}, (("r", hit, false_alarm),))], [1.0])[0]
    assert float(found) == pytest.approx(expected, abs=4 * np.hypot(np.std(best) / np.sqrt(1500), found.standard_error))
    assert found.standard_error < 0.03


def test_two_tests_of_one_event_tell_as_much_as_their_joint_answers():
    p, rates = 0.3, ((0.8, 0.3), (0.7, 0.1))
    expected = -max(p * -20 + (1 - p) * 10, 0)
    for first, second in product((True, False), repeat=2):
        answers = [(hit if says else 1 - hit, fa if says else 1 - fa) for says, (hit, fa) in zip((first, second), rates, strict=True)]
        expected += max(p * answers[0][0] * answers[1][0] * -20 + (1 - p) * answers[0][1] * answers[1][1] * 10, 0)
    one, other = (Inquiry(str(place), {}, (("r", *pair),)) for place, pair in enumerate(rates))
    assert worth(two_states(p), one, other) == pytest.approx(expected, abs=1e-9)


def test_what_one_investigation_says_of_a_number_it_says_through_a_common_factor_too():
    """Two numbers that go together: to read the one perfectly is to know the same of the other, as a fit on it alone finds."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=DRAWS)
    y = 0.8 * x + 0.6 * rng.normal(size=DRAWS)
    cost = np.column_stack([np.zeros(DRAWS), 0.3 - y])
    study = Study(np.zeros_like(cost), cost, {"x": x, "y": y}, {})
    assert worth(study, Inquiry("a", {"x": 1.0})) == pytest.approx(float(evppi(-cost, x)), abs=0.02)
    assert worth(study, Inquiry("a", {"x": 0.5})) == pytest.approx(float(evsi(-cost, x, 0.5)), abs=0.02)


# In a decision


def asked(name, months=3, cost=0.1, **more):
    return KNOWN | {"investigation_id": name, "name": name, "months": months, "is": cost, "unit": "MSEK"} | more


def decision(*investigations, decided=(6, 9, 18), **more):
    """Two ways, one of which may fail; what is paid while nothing is decided."""
    tables = {
        "timeline": [{"option_id": "*", "event_id": "decided", "is": decided}],
        "risks": [{"option_id": "b", "risk_id": "fails", "is": (0.1, 0.3, 0.5)}, {"option_id": "*", "risk_id": "flood", "is": 0.2}],
        "contracts": [
            {"option_id": "a", "item_id": "price", "category": "c", "basis": "once", "is": (12, 20, 30)},
            {"option_id": "b", "item_id": "price", "category": "c", "basis": "once", "from_event": "decided", "is": (5, 10, 16)},
            {"option_id": "b", "item_id": "loss", "category": "c", "basis": "once", "when": "fails", "is": (15, 25, 40)},
            {"option_id": "*", "item_id": "wait", "category": "c", "basis": "per_year", "to_event": "decided", "is": 2},
        ],
    } | more
    return tiny("ab", investigations=list(investigations), **tables)


TEST = asked("test", 12, reveals="fails", hit_rate=0.9, false_alarm_rate=0.1)
PRICES = asked("prices", 2, resolves="contracts/*/price", variance_reduction=0.6)
WATER = asked("water", 24, reveals="flood", hit_rate=1, false_alarm_rate=0)


@pytest.fixture(scope="module")
def three():
    return Knowledge(fvm.compare(fvm.simulate(decision(TEST, PRICES, WATER), 4096)))


@pytest.mark.parametrize("decided", [(6, 9, 18), (0, 2, 60), 12, 0])
def test_the_extra_wait_is_what_goes_beyond_what_passes_anyway(decided):
    found = Knowledge(fvm.compare(fvm.simulate(decision(TEST, PRICES, WATER, decided=decided), 4096)))
    times = found.simulation.events[found.comparison.best, "decided"]
    for row in found.investigations.to_dict("records"):
        loop = sum(max(0.0, row["months"] / 12 - time) for time in times) / len(times)
        assert row["extra_wait"] == pytest.approx(12 * loop, abs=1e-9)
        assert row["delay_cost"] == pytest.approx(row["extra_wait"] * found.monthly_delay())
        assert row["net_value"] == pytest.approx(row["evsi"] - row["cost"] - row["delay_cost"])


def test_portfolios_are_all_subsets_with_their_sum_of_costs_and_longest_wait(three):
    table = three.portfolios.set_index("investigations")
    assert set(table.index) == {"", "test", "prices", "water", "test;prices", "test;water", "prices;water", "test;prices;water"}
    for name, row in table.iterrows():
        parts = [one for one in three.inquiries if one.name in name.split(";")]
        assert row["cost"] == pytest.approx(sum(one.cost for one in parts))
        assert row["extra_wait"] == pytest.approx(max((three.extra_wait(one.months) for one in parts), default=0))
        assert row["net_value"] == pytest.approx(row["evsi"] - row["cost"] - row["extra_wait"] * three.monthly_delay())
    assert table.index[0] == max(table.index, key=lambda name: table.at[name, "net_value"])
    assert table.loc[""].tolist() == [0, 0, 0, 0, 0]
    singles = three.investigations.set_index("investigation_id")
    for name in singles.index:
        assert table.at[name, "evsi"] == singles.at[name, "evsi"]
        assert all(table.at[more, "evsi"] >= table.at[name, "evsi"] for more in table.index if name in more.split(";"))


def test_a_portfolio_of_tests_is_what_a_plain_loop_over_their_answers_gives(three):
    """Test and water together: every joint state of the risks, every joint answer, weighed by hand."""
    benefit, states = three.benefit().to_numpy(), [three.occurrences["risks/b/fails"], three.occurrences["risks/*/flood"]]
    rates, expected = ((0.9, 0.1), (1.0, 0.0)), -benefit.mean(axis=0).max()
    for answers in product((True, False), repeat=2):
        weight = np.ones(len(benefit))
        for says, holds, (hit, false_alarm) in zip(answers, states, rates, strict=True):
            weight *= np.where(holds, hit, false_alarm) if says else 1 - np.where(holds, hit, false_alarm)
        expected += (benefit * weight[:, None]).mean(axis=0).max()
    assert three.portfolios.set_index("investigations").at["test;water", "evsi"] == pytest.approx(expected, abs=1e-9)


def test_the_verdict_is_the_best_portfolio(three):
    first = three.portfolios[three.portfolios["investigations"] != ""].iloc[0]
    assert (three.verdict.investigation, three.verdict.net_value) == (first["investigations"], pytest.approx(first["net_value"]))
    used = three.verdict_range[three.verdict_range["value_per_point"] == three.comparison.value_per_point].iloc[0]
    assert used["investigation_id"] == three.verdict.investigation


def test_the_required_accuracy_is_where_the_net_value_begins_to_be_positive(three):
    table = three.investigations.set_index("investigation_id")
    assert np.isnan(table.at["prices", "required_accuracy"])
    assert table.at["water", "required_accuracy"] == np.inf
    least = table.at["test", "required_accuracy"]
    test = next(one for one in three.inquiries if one.name == "test")
    due = test.cost + three.extra_wait(test.months) * three.monthly_delay()
    assert 0.5 < least < 0.9
    for share, positive in ((least - 1e-3, False), (least + 1e-3, True)):
        assert (three.worth_of(test.accurate(share), [1.0])[0].value > due) == positive
    assert [least_accuracy(net) for net in (lambda q: q, lambda q: -q, lambda q: q - 0.75)] == [0.5, np.inf, pytest.approx(0.75)]


def team_kept(people, months):
    """The same decision with a team that waits, and a restart that takes longer the less of it is kept."""
    return decision(
        TEST | {"months": months},
        timeline=[{"option_id": "*", "event_id": "decided", "is": (6, 9, 18)}, {"option_id": "*", "event_id": "restarted", "after": "decided"}],
        readiness=[{"option_id": "*", "standing_share": share, "is": wait} for share, wait in ((0, 12), (1, 3))],
        staffing=[{"option_id": "*", "role_id": "team", "phase": "pause", "employer": "own", "to_event": "decided", "is": people}],
        staff_costs=[{"role_id": "team", "is": 1}],
        levels=[{"option_id": "*", "area_id": "x", "is": 0}, *({"option_id": name, "area_id": "x", "from_event": "restarted", "is": 40} for name in "ab")],
        parameters={"standing_share": 1},
    )


@pytest.mark.parametrize(("people", "turns"), [(40, True), (0.5, False)])
def test_what_waiting_costs_is_told_with_the_team_as_it_is_and_as_recommended_and_whether_that_turns_the_advice(people, turns):
    inputs = team_kept(people, 12)
    findings = fvm.find(inputs, 512)
    table = findings.team_and_wait.set_index("team")
    share = findings.standing_teams[findings.comparison.best].share
    assert table["share"].tolist() == [1.0, share]
    for name, kept in (("now", 1.0), ("recommended", share)):
        waiting = fvm.find(with_parameters(inputs, standing_share=kept), 512).knowledge.monthly_delay()
        assert table.at[name, "cost_of_delay"] == pytest.approx(waiting, rel=1e-9)
    [told] = [text for text in information.forward_sentences(Edition(findings, "en")) if "with the team as it is" in text]
    assert ("turns the advice" in told) == turns == (table["decide_now"].nunique() == 2)


def test_what_to_do_next_is_to_ask_for_terms_to_find_out_and_to_bring_forward():
    risk = {"option_id": "b", "risk_id": "fails", "name": "It fails", "is": (0.1, 0.3, 0.5), "action": "Ask for a way out", "action_owner": "The board"}
    findings = fvm.find(decision(TEST, PRICES, risks=[risk]), 512)
    assert findings.comparison.best == "b"
    terms, find_out, forward = next_steps(Edition(findings, "en"))[:3]
    assert terms == "Against the risk “It fails”: ask for a way out. Responsible: The board."
    assert find_out == information.verdict_sentences(Edition(findings, "en"))[0] and find_out.startswith("Investigate before deciding")
    assert forward.startswith("To decide at once")


def test_many_investigations_are_gathered_one_by_one_from_the_best():
    worths = dict(zip("abcdefgh", (5, 4, 3, 2, 1, 0.5, -1, -2), strict=True))
    tried = list(chosen_subsets(list(worths), lambda names: sum(worths[name] for name in names) - 1.5 * (len(names) - 1)))
    assert tried[:9] == [(), *((name,) for name in worths)]
    assert ("a", "b", "c", "d") in tried
    assert ("a", "b", "c", "d", "e", "f") not in tried
    assert len(list(chosen_subsets("abcdef", lambda names: 0.0))) == 64


def test_bringing_the_decision_forward_is_what_deciding_today_would_change(three):
    simulation, table = three.simulation, three.bring_forward
    today = {"option_id": "*", "event_id": "decided", "date": "2024-01-01"}
    at_once = fvm.simulate(decision(TEST, timeline=[today]), 4096)
    for row in table.to_dict("records"):
        before, after = (one.score[row["option_id"]] - one.cost[row["option_id"]] for one in (simulation, at_once))
        assert row["value"] == pytest.approx((after - before).mean(), abs=1e-9)
        assert row["months"] == pytest.approx(12 * simulation.events[row["option_id"], "decided"].mean())
    assert table["option_id"].iloc[0] == three.comparison.best


def test_a_warning_of_what_an_investigation_is_worth_is_shown_with_it_and_with_its_portfolios():
    poll = asked("poll", resolves="risks/b/fails", variance_reduction=1 / 3)
    risks = [{"option_id": "b", "risk_id": "fails", "is": (0, 0.5, 1, "uniform")}]
    edition = Edition(fvm.find(decision(poll, TEST, risks=risks), 4096), "en")
    said = edition.words("warning.few_answers")
    assert [row[-2] for row in information.INVESTIGATIONS.told(edition) if "poll" in row[0]] == [said]
    told = {row[0]: row[-1] for row in information.PORTFOLIOS.told(edition)}
    assert any(said == warning for name, warning in told.items() if "poll" in name) and said not in [w for name, w in told.items() if "poll" not in name]


@pytest.mark.parametrize("name", [name for name, one in EXHIBITS.items() if isinstance(one.columns, str) and "worth" in {column.style for column in declared(one.columns)}])
def test_what_is_worth_knowing_is_never_shown_without_room_for_its_warning(name):
    assert "warning" in EXHIBITS[name].columns.split()
