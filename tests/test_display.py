"""Objects show themselves, and completion reads like the domain."""

import pickle
import re

import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.findings import SUBJECTS
from tests.test_changed_inputs import DRAWS, ROWS
from tests.tiny import tiny


@pytest.fixture(scope="module")
def findings():
    return fvm.find(tiny(options=("a", "b"), **ROWS), DRAWS)


def test_every_object_tells_what_it_is_in_a_line_and_as_a_table(findings):
    for one in (findings.inputs, findings.simulation, findings.comparison, findings):
        told, html = repr(one), one._repr_html_()
        assert told.startswith(f"{type(one).__name__}(") and len(told) < 600
        assert html.startswith("<table>") and "as of" in told and "2024-01-01" in html
    assert "changed: contracts/a/fee" in repr(findings.inputs.with_("contracts/a/fee", add=1))
    assert "changed" not in repr(findings.inputs)
    for one in (findings, findings.comparison):
        assert ">net benefit, MSEK</th>" in one._repr_html_() and one._repr_html_().count("<tr>") >= 3
    assert not re.search(r"\d\.\d{3}", findings.simulation._repr_html_()) and "cost, MSEK" in findings.simulation._repr_html_()
    assert findings.comparison.best in repr(findings) and "assumptions" in repr(findings)


def test_draws_of_another_model_show_themselves_as_short():
    draws = pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 1.5]})
    foreign = fvm.from_draws(draws, draws, value_per_point=1.0)
    for one in (foreign, fvm.compare(foreign)):
        assert len(repr(one)) < 300 and "as of" in repr(one)
    assert '<td style="text-align:left">b</td>' * 2 in fvm.compare(foreign)._repr_html_()


def test_names_in_tables_are_told_as_text(findings):
    decision = dict(findings.inputs.decision) | {"title": "<b>A & B</b>"}
    odd = findings.inputs.with_rows("decision", [decision])
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in odd._repr_html_()


def test_estimates_complete_by_their_ids(findings):
    estimates = findings.inputs.estimates
    assert {"contracts", "levels", "columns"} <= set(dir(estimates))
    assert dir(estimates.contracts) == ["a", "b"] and dir(estimates.contracts.a) == ["fee"]
    assert repr(estimates.contracts.a.fee) == "contracts/a/fee: 2 (1 to 4, pert) MSEK; assumption, analysts"
    assert estimates.contracts.a.fee.row["likely"] == 2
    assert estimates.timeline["*"].decided.row["likely"] == 6
    assert estimates.levels.table["id"].str.startswith("levels/").all()
    assert "contracts/a/fee" in estimates.contracts._repr_html_()
    with pytest.raises(AttributeError, match="no estimate begins with 'contracts/a/fees'; there are fee"):
        _ = estimates.contracts.a.fees
    with pytest.raises(AttributeError):
        _ = estimates.contract
    assert pickle.loads(pickle.dumps(estimates)).equals(estimates.copy())


def test_subjects_show_the_tables_and_sentences_of_the_appendix(findings):
    assert {*SUBJECTS} <= set(dir(findings)) and not [one for one in SUBJECTS if one in vars(type(findings))]
    for name in SUBJECTS:
        assert repr(getattr(findings, name)).startswith(f"{name}: ")
    assert "<table" in findings.money.costs and "mnkr" in findings.money.costs
    told = findings.money._repr_html_()
    assert "<code>money.costs</code> Förväntad kostnad per kostnadsslag" in told and told.count("<li>") == len(dir(findings.money))
    assert "mnkr" not in findings.money("en")._repr_html_()
    assert "mnkr" not in findings.money("en").costs and "budget" in dir(findings.money)
    with pytest.raises(AttributeError, match="money has no 'cost'; there are budget"):
        _ = findings.money.cost
    with pytest.raises(AttributeError, match="Findings has no 'monie'"):
        _ = findings.monie


def test_the_package_offers_what_an_analyst_needs_first_and_nothing_else():
    assert dir(fvm) == sorted(fvm.__all__) and {"load", "find", "explore", "compare_inputs"} <= set(dir(fvm))


def test_a_trace_opens_part_by_part(findings):
    html = findings.trace(f"comparison/{findings.comparison.best}/cost_p50")._repr_html_()
    assert "comparison/" in html and html.count("<details") > 2
    assert html.count("<details") == html.count("</details>")
