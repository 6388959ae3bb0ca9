"""A choice that the tables hold back: options.choose_at and options.choose_among."""

import numpy as np
import pytest

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.information import CHOOSE_LATER
from tests.decisions import ASSUMED, library_decision, write_tables
from tests.tiny import tiny


def lump(option, item, event, amount, when="", **more):
    return {"option_id": option, "item_id": item, "category": "c", "basis": "once", "from_event": event, "when": when, "is": amount} | more


FREE = lump("*", "none", "", 0)
UP = {"option_id": "*", "risk_id": "up", "name": "Price up", "is": 0.5}


def factory(choice=None):
    """Dixit & Pindyck 1994, Investment under Uncertainty, ch. 2: 1 600 buys a factory for one thing a year; the price is 200 now and
    from next year 300 or 100, as likely the one as the other; 10 %, forever. Incomes are costs below zero, what comes each year a sum."""
    when = [("up", -3300), ("!up", -1100)]
    contracts = [FREE, lump("build", "buy", "built", 1600), lump("build", "first", "y0", -200), lump("wait", "first", "y0", None)]
    contracts += [lump("build", "sell", "y1", amount, held) for held, amount in when]
    timeline = [{"option_id": "*", "event_id": f"y{t}", "name": f"Year {t}", "is": 12 * t} for t in (0, 1)]
    timeline += [{"option_id": "build", "event_id": "built", "is": 0}, {"option_id": "wait", "event_id": "built", "is": 12}]
    options = {"nothing": {}, "build": {}, "wait": choice or {"choose_at": "y1", "choose_among": "build;nothing"}}
    signal = {"option_id": "wait", "signal_id": "price", "name": "The price", "of": "up", "is": 1, "false_alarm_likely": 0}
    tables = {"timeline": timeline, "contracts": contracts, "risks": [UP], "signals": [signal]}
    return tiny(options, parameters={"discount_rate": 0.1, "horizon_years": 20}, **tables)


@pytest.mark.parametrize("at", ["y1", "price"])
def test_the_published_value_of_waiting_for_the_price_comes_out_of_the_tables(at):
    """600 now, 773 for waiting, so 173 the option to wait; bound beforehand to build a year later it would be 545."""
    findings = fvm.find(factory({"choose_at": at, "choose_among": "build;nothing"}), 4096)
    worth = findings.simulation.net_benefit().mean()
    assert worth["build"] == pytest.approx(600, abs=0.5)
    assert worth["wait"] == pytest.approx(773, abs=0.5)
    table = findings.choices.set_index("way")
    assert table["option_value"].tolist() == pytest.approx([173, 173], abs=0.5)
    assert table["share"].to_dict() == pytest.approx({"build": 0.5, "nothing": 0.5}, abs=0.01)
    assert table["committed"].to_dict() == pytest.approx({"build": -1600 / 1.1 + 2000, "nothing": 0}, abs=0.5)
    assert table["now"].to_dict() == pytest.approx({"build": 600, "nothing": 0}, abs=0.5)
    assert findings.comparison.best == "wait"


def test_two_faulty_signals_are_worth_what_every_answer_of_both_gives():
    """Worked by hand: P(holds | each answer), and the better way of each of the four."""
    hit, alarm, chance, gain, loss = (0.9, 0.6), (0.2, 0.3), 0.4, 50.0, 30.0
    told = [{"option_id": "v", "signal_id": f"s{i}", "name": "s", "of": "good", "is": hit[i], "false_alarm_likely": alarm[i]} for i in (0, 1)]
    contracts = [FREE, lump("b", "x", "done", -gain, "good"), lump("b", "x", "done", loss, "!good")]
    inputs = tiny(
        {"a": {}, "b": {}, "v": {"choose_at": "heard", "choose_among": "b;a"}},
        parameters={"discount_rate": 0},
        timeline=[{"option_id": "v", "event_id": "heard", "is": 1}],
        contracts=contracts, risks=[{"option_id": "*", "risk_id": "good", "name": "g", "is": chance}], signals=told,
    )  # fmt: skip
    expected = 0.0
    for first in (0, 1):
        for second in (0, 1):
            like = [np.prod([p[i] if yes else 1 - p[i] for i, yes in enumerate((first, second))]) for p in (hit, alarm)]
            expected += max(0.0, chance * like[0] * gain - (1 - chance) * like[1] * loss)
    found = fvm.simulate(inputs, 2**16).net_benefit()["v"]
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / 2**8)
    assert expected > max(0, chance * gain - (1 - chance) * loss) + 1


def shown(sees, later):
    """Ways that differ by what risk and amount come to, told by an event before the choice or after it."""
    timeline = [{"option_id": "*", "event_id": "asked", "is": 6}, {"option_id": "*", "event_id": "told", "when": "good", "is": 12 if later else 3}]
    contracts = [FREE, lump("b", "x", "done", -40, "good"), lump("b", "x", "done", 30, "!good")]
    options = {"a": {}, "b": {}, "v": {"choose_at": "asked", "choose_among": "b;a"}}
    risks = [{"option_id": "*", "risk_id": name, "name": name, "is": 0.5} for name in ("good", "other")]
    if sees == "other":
        timeline[1]["when"] = "other"
    return tiny(options, parameters={"discount_rate": 0}, timeline=timeline, contracts=contracts, risks=risks)


@pytest.mark.parametrize(("sees", "later", "worth"), [("good", False, 20), ("good", True, 5), ("other", False, 5)])
def test_what_comes_after_the_choice_or_says_nothing_of_it_is_worth_nothing(sees, later, worth):
    """Known beforehand, the risk that decides is worth E[max] − max E; known afterwards, or another one, it is worth nothing."""
    table = fvm.find(shown(sees, later), 8192).choices
    assert table["net_benefit"].tolist() == pytest.approx([worth, worth], abs=0.3)
    assert table["option_value"].iloc[0] == pytest.approx(worth - 5, abs=0.3)


def test_in_every_draw_it_is_the_way_taken_whatever_draws_and_chunks():
    """Cost, score and events are those of one of the ways, and the first draws are the same in a longer run."""
    signal = {"option_id": "v", "signal_id": "s", "name": "s", "of": "good", "is": 0.8, "false_alarm_likely": 0.3}
    levels = [{"option_id": "*", "area_id": "x", "is": 10}, {"option_id": "b", "area_id": "x", "from_event": "done", "is": (20, 50, 90)}]
    timeline = [{"option_id": "*", "event_id": "asked", "is": 6}, {"option_id": "b", "event_id": "done", "is": (3, 8, 20)}]
    inputs = tiny(
        {"a": {}, "b": {}, "v": {"choose_at": "asked", "choose_among": "b;a"}}, timeline=timeline, levels=levels,
        contracts=[FREE, lump("b", "x", "done", (40, 60, 90), "good"), lump("v", "wait", "asked", 1)],
        risks=[{"option_id": "*", "risk_id": "good", "name": "g", "is": 0.5}], signals=[signal],
    )  # fmt: skip
    short, long = fvm.simulate(inputs, 4096), fvm.simulate(inputs, 12288, workers=2, chunk_blocks=1)
    waited = short.cost["v"].min()
    for way in ("a", "b"):
        mine = np.isclose(short.score["v"], short.score[way])
        assert np.allclose((short.cost["v"] - short.cost[way])[mine], waited) and 0.1 < mine.mean() < 0.95
        own = short.events[way, "done"] if way == "b" else np.inf
        assert (short.events["v", "done"] == own)[mine].all()
    assert (np.isclose(short.score["v"], short.score["a"]) | np.isclose(short.score["v"], short.score["b"])).all()
    assert short.cost["v"].equals(long.cost["v"].head(4096)) and short.score["v"].equals(long.score["v"].head(4096))


def test_risks_of_one_name_are_each_ways_own():
    """Both ways have a risk `fails` of their own: what they cost where it holds is each one's."""
    risks = [{"option_id": name, "risk_id": "fails", "name": "f", "is": chance} for name, chance in (("a", 0.0), ("b", 1.0))]
    contracts = [lump(name, "c", "", amount) for name, amount in (("a", 1), ("b", 2))]
    contracts += [lump(name, "loss", "done", 5, "fails") for name in "ab"]
    inputs = tiny({"a": {}, "b": {}, "v": {"choose_at": "asked", "choose_among": "a;b"}}, timeline=[{"option_id": "*", "event_id": "asked", "is": 1}], contracts=contracts, risks=risks, parameters={"discount_rate": 0})
    simulation = fvm.simulate(inputs, 64)
    assert simulation.cost.mean().to_dict() == {"a": 1, "b": 7, "v": 1}
    rule = simulation.model.rule("v")
    assert rule.worth(simulation.samples[0], 1.0, 1.0).mean() == -7


ASKED = [{"option_id": "*", "event_id": "asked", "is": 6}]


@pytest.mark.parametrize(
    ("choice", "timeline", "told"),
    [
        ({"choose_at": "asked", "choose_among": "b;q"}, ASKED, r"options.csv:4: choose_among: 'q' is not in options"),
        ({"choose_at": "asked", "choose_among": "b"}, ASKED, "choose_among: 'b' is not two other options; name the two ways"),
        ({"choose_at": "asked", "choose_among": "b;b"}, ASKED, "choose_among: 'b;b' is not two other options"),
        ({"choose_at": "asked", "choose_among": "b;v"}, ASKED, "choose_among: 'b;v' is not two other options"),
        ({"choose_at": "asked"}, ASKED, "choose_among: is empty although choose_at is given"),
        ({"choose_among": "a;b"}, ASKED, "choose_at: is empty although choose_among is given"),
        ({"choose_at": "asked", "choose_among": "a;b", "variant_of": "a"}, ASKED, "variant_of: stands beside choose_among"),
        ({"choose_at": "askd", "choose_among": "a;b"}, ASKED, "choose_at: 'askd' is no event of option 'v', and no signal .* did you mean 'asked'"),
        ({"choose_at": "ready", "choose_among": "a;b"}, [*ASKED, {"option_id": "a", "event_id": "ready", "is": 1}], "choose_at: 'ready', which the choice waits for, is not the same in a and b; give 'v' a row of its own"),
        ({"choose_at": "later", "choose_among": "a;b"}, [{"option_id": "*", "event_id": "later", "after": "mid", "is": 1}, {"option_id": "a", "event_id": "mid", "is": 1}, {"option_id": "b", "event_id": "mid", "is": 2}], "choose_at: 'mid', which the choice waits for, is not the same"),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_made_is_a_fault_in_its_cell(choice, timeline, told):
    with pytest.raises(EvidenceError, match=told):
        tiny({"a": {}, "b": {}, "v": choice}, timeline=timeline)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"w": {"choose_at": "asked", "choose_among": "v;a"}}, "options.csv:5: choose_among: 'v' holds back a choice of its own"),
        ({"w": {"variant_of": "v"}}, "options.csv:5: variant_of: 'v' holds back a choice of its own"),
        ({"w": {"variant_of": "v"}, "u": {"choose_at": "asked", "choose_among": "w;a"}}, "options.csv:6: choose_among: 'w' holds back a choice of its own, or varies"),
        ({"a": {"choose_at": "asked", "choose_among": "b;v"}}, "options.csv:2: choose_among: 'v' holds back a choice of its own"),
        ({"b": {"known_from": "2024-06-01", "kind": "assumption", "owner": "x"}}, "options.csv:4: choose_among: 'b' is not known at 2024-01-01"),
    ],
)  # fmt: skip
def test_choices_of_choices_and_ways_not_in_play_are_faults(more, told):
    options = {"a": {}, "b": {}, "v": {"choose_at": "asked", "choose_among": "a;b"}} | more
    with pytest.raises(EvidenceError, match=told):
        tiny(options, timeline=ASKED)


def test_ways_with_different_readiness_ask_for_the_options_own():
    readiness = [{"option_id": name, "standing_share": share, "is": months} for name, months in (("a", 2), ("b", 3)) for share in (0, 1)]
    options = {"a": {}, "b": {}, "v": {"choose_at": "asked", "choose_among": "a;b"}}
    timeline = [*ASKED, {"option_id": "*", "event_id": "restarted", "after": "asked"}]
    with pytest.raises(EvidenceError, match="choose_among: a and b have different rows of readiness; give 'v' rows of its own"):
        tiny(options, timeline=timeline, readiness=readiness)


def test_every_finding_and_the_page_know_an_option_that_chooses():
    findings = fvm.find(factory(), 512)
    tables = findings.tables()
    assert tables["choices"]["way"].tolist() == ["build", "nothing"]
    assert tables["comparison"].set_index("option").at["wait", "p_best"] > 0
    assert np.isfinite(tables["switching_values"]["base"]).all()
    shown = CHOOSE_LATER(Edition(findings, "en"))
    assert "Year 1" in shown and ">170<" in shown and ">770<" in shown
    assert not CHOOSE_LATER(Edition(fvm.find(tiny({"a": {}, "b": {}}), 64), "en"))


@pytest.mark.parametrize("options", [2, 3])
def test_an_option_that_chooses_moves_nothing_of_the_others(tmp_path, options):
    """Every draw of the others is the same, bit for bit, with and without it; so is what they are compared by."""
    plain = library_decision(options)
    header, *rows = plain["options"].splitlines()
    chosen = [f"{header},choose_at,choose_among", *(f"{row},," for row in rows), f"v,Wait,V,Later,yes,no,open,{ASSUMED},decided,q;p"]
    with_choice, without = (
        fvm.simulate(fvm.load(write_tables(tmp_path / name, tables)), 512)
        for name, tables in (("with", plain | {"options": "\n".join(chosen)}), ("without", plain))
    )
    others = list(without.cost)
    assert with_choice.cost[others].equals(without.cost) and with_choice.score[others].equals(without.score)
    assert with_choice.yearly_cost().query("option != 'v'").reset_index(drop=True).equals(without.yearly_cost())
    assert with_choice.cost["v"].notna().all()
