"""Sliders over a decision: figures follow them, and what is turned can be saved, shown and taken back."""

import builtins

import pytest

import fvmanalys as fvm
from fvmanalys.errors import UsageError
from fvmanalys.evidence.changing import read_changes
from tests.decisions import library_decision, write_tables

pytest.importorskip("ipywidgets")
DRAWS = 256


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return fvm.load(write_tables(tmp_path_factory.mktemp("library") / "raw", library_decision(3)))


@pytest.fixture(scope="module")
def board(inputs):
    return fvm.explore(inputs, draws=DRAWS, lang="en")


@pytest.fixture
def untouched(board):
    board.why.value = ""
    board.reset()
    return board


def expected(inputs):
    return fvm.compare(fvm.simulate(inputs, DRAWS)).table["net_benefit"].to_dict()


def test_choices_weights_the_decision_and_what_turns_the_answer_have_sliders(board):
    assert [*board.sliders][:6] == [
        "parameters/value_per_point", "parameters/discount_rate", "areas/access", "areas/care", "areas/quiet", "timeline/*/decided",
    ]  # fmt: skip
    assert len(board.sliders) > 6
    assert board.sliders["areas/access"].description.endswith("(points)")
    assert all(one.min <= one.value <= one.max for one in board.sliders.values())


def test_every_slider_moves_the_answer_and_the_figure_as_changed_inputs_would(untouched):
    before = untouched.views["comparison"].value
    assert "data:image/svg" in before
    for name, slider in untouched.sliders.items():
        slider.value = slider.min if slider.max == slider.value else slider.max
        assert (name, untouched.told.value) == (name, "")
        assert untouched.edition.findings.comparison.table["net_benefit"].to_dict() == expected(untouched.inputs)
        assert len(untouched.inputs.changes) > 0
        assert untouched.views["comparison"].value != before
        untouched.reset()
    assert untouched.views["comparison"].value == before


def test_the_other_figures_are_drawn_when_they_are_looked_at(untouched):
    untouched.sliders["parameters/value_per_point"].value = 1.5
    for place, name in enumerate(untouched.views):
        untouched.tabs.selected_index = place
        assert "data:image/svg" in untouched.views[name].value
    untouched.tabs.selected_index = 0


def test_an_estimate_that_is_searched_for_gets_a_slider(untouched, inputs):
    name = next(one for one in inputs.estimates["id"] if one.startswith("contracts/") and one not in untouched.sliders)
    untouched.search.value = next(told for told, one in untouched.names.items() if one == name)
    slider = untouched.sliders[name]
    slider.value = slider.max
    assert untouched.inputs.changes["id"].tolist() == [name]
    assert untouched.search.value == ""


def test_what_is_turned_is_saved_shown_and_taken_back(untouched, inputs, tmp_path):
    untouched.buttons["table"].click()
    assert "Nothing is changed" in untouched.told.value
    untouched.why.value = "Trying out"
    untouched.sliders["areas/access"].value = 33
    untouched.sliders["parameters/discount_rate"].value = 0.02
    untouched.buttons["table"].click()
    assert "areas/access" in untouched.told.value and "likely 33" in untouched.told.value
    untouched.file.value = str(tmp_path / "mine.toml")
    untouched.buttons["save"].click()
    again = inputs
    for change in read_changes(tmp_path / "mine.toml"):
        again = again.with_change(change)
    assert expected(again) == expected(untouched.inputs)
    assert set(again.changes["why"]) == {"Trying out"}
    untouched.file.value = str(tmp_path / "no" / "mine.toml")
    untouched.buttons["save"].click()
    assert "No such file" in untouched.told.value
    untouched.buttons["reset"].click()
    assert untouched.inputs.steps == ()
    assert untouched.sliders["areas/access"].value == untouched.knobs["areas/access"].base


def test_what_cannot_be_is_told_and_leaves_the_answer(untouched):
    before = untouched.headline.value
    for name in ("access", "care", "quiet"):
        untouched.sliders[f"areas/{name}"].min = 0
        untouched.sliders[f"areas/{name}"].value = 0
    assert "fault" in untouched.told.value
    untouched.reset()
    assert (untouched.told.value, untouched.headline.value) == ("", before)


def test_without_ipywidgets_one_error_says_what_to_install(inputs, monkeypatch):
    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", lambda name, *rest: missing(name) if name == "ipywidgets" else real(name, *rest))
    with pytest.raises(UsageError, match="explore needs ipywidgets; install it"):
        fvm.explore(inputs)


def missing(name):
    raise ImportError(name)
