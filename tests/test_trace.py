"""Every published number leads to raw rows, and at each step down the parts combine to the number."""

import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.trace import Trace, drawn, rest, total
from fvmanalys.errors import UsageError
from fvmanalys.report import charts
from fvmanalys.report.addresses import address_of, numbered
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import MARK, Html
from fvmanalys.report.sheets.frame import Sheet
from fvmanalys.report.topics import EXHIBITS, answer, board, information, people, sources, traced
from fvmanalys.report.words import LANGUAGES
from fvmanalys.report.workbook import PRINT_SET, write_workbook
from tests.tiny import tiny

DRAWS = 64
OWN = [{"option_id": option, "event_id": "done", "name": "Done", "after": "decided;ready", "is": (3, length, 40), "outside_view": "yes"} for option, length in (("a", 6), ("b", 12))]
EVERYTHING = {
    "options": {"a": {}, "b": {}, "c": {"permanent": "no"}},
    "areas": {"x": {"is": (1, 2, 4), "minimum": 20}, "y": {"is": 1}},
    "parameters": {"outside_view": 0.3, "discount_rate": 0.035, "price_year": 2024, "standing_share": 0.5, "inflation": 0.02},
    "price_index": [{"year": 2023, "index": 95}, {"year": 2024, "index": 100}],
    "criteria": [{"area_id": "y", "criterion_id": name, "name": name, "is": (1, 2, 3)} for name in ("safe", "fast")],
    "risks": [{"option_id": "*", "risk_id": "slips", "name": "Slips", "is": (0.2, 0.4, 0.6)}],
    "signals": [{"option_id": "b", "signal_id": "gate", "name": "Gate", "of": "slips", "is": 0.7, "false_alarm_likely": 0.2}],
    "timeline": [
        {"option_id": "*", "event_id": "decided", "name": "Decided", "is": (1, 4, 8)},
        {"option_id": "*", "event_id": "ready", "name": "Ready", "date": "2024-06-01"},
        *OWN,
        {"option_id": "c", "event_id": "done", "name": "Done", "after": "decided", "is": 6, "when": "slips"},
        {"option_id": "c", "event_id": "done", "name": "Done", "after": "ready", "is": 9, "when": "!slips"},
    ],
    "contracts": [
        {"option_id": "a", "item_id": "fee", "name": "Fee", "category": "run", "basis": "per_year", "from_event": "done", "is": (1, 2, 5), "price_year": 2023, "real_growth": 0.01},
        {"option_id": "b", "item_id": "build", "name": "Build", "category": "build", "basis": "total", "from_event": "decided", "to_event": "done", "profile": "ramp_up", "is": (5, 9, 30), "outside_view": "yes", "programme": "yes"},
        {"option_id": "b", "item_id": "fine", "name": "Fine", "category": "run", "basis": "once", "from_event": "ready", "is": 3, "when": "gate", "payer": "state", "optimism_bias": 0.2, "bias_mitigated": 0.5},
        {"option_id": "*", "item_id": "old", "name": "Old", "category": "run", "basis": "per_year", "to_event": "done", "is": 1},
    ],
    "staff_costs": [{"role_id": "nurse", "name": "Nurse", "is": (0.6, 0.8, 1)}],
    "staffing": [{"option_id": "*", "role_id": "nurse", "phase": "pause", "name": "Team", "employer": "own", "to_event": "decided", "is": (4, 6, 9)}],
    "levels": [
        *({"option_id": "*", "area_id": "y", "criterion_id": name, "is": 30} for name in ("safe", "fast")),
        {"option_id": "*", "area_id": "x", "is": (20, 30, 40)},
        *({"option_id": option, "area_id": "x", "from_event": "done", "is": (30, high, 90)} for option, high in (("a", 50), ("b", 70), ("c", 40))),
        *({"option_id": option, "area_id": "y", "criterion_id": "safe", "from_event": "done", "is": (30, high, 90)} for option, high in (("a", 50), ("b", 60))),
    ],
    "reference_class": [{"programme_id": str(one), "name": f"P{one}", "role": "core", "cost_ratio": one, "duration_ratio": 1 + one / 2} for one in (1, 2, 3)],
    "context": [{"item_id": "users", "name": "Users", "likely": 1000, "unit": "count"}, {"item_id": "contract_value", "name": "Value", "likely": 30, "unit": "MSEK"}, {"item_id": "contract_term", "name": "Term", "likely": 5, "unit": "years"}],
    "limits": [{"limit_id": "cap", "name": "Cap", "is": 4}],
    "investigations": [{"investigation_id": "ask", "name": "Ask", "resolves": "contracts/*", "variance_reduction": 0.5, "months": 2, "likely": 0.1, "unit": "MSEK"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def findings():
    known = {"kind": "assumption", "owner": "analysts", "known_from": "2023-01-01"}
    tables = {name: rows for name, rows in EVERYTHING.items() if name not in ("options", "areas", "parameters")}
    dated = {name: [known | row for row in rows] for name, rows in tables.items() if name in ("context", "reference_class", "investigations", "price_index", "timeline")}
    return fvm.find(tiny(EVERYTHING["options"], EVERYTHING["areas"], EVERYTHING["parameters"], **tables | dated), DRAWS)


def traces(findings, name, most=8):
    """The traces of a table, of some of its rows."""
    table = findings.tracer.table(name)
    for row in table.iloc[:: max(1, len(table) // most)].to_dict("records"):
        for column in table:
            try:
                yield findings.tracer.number(name, row, column)
            except UsageError as error:
                assert "is not a number" in str(error)


def test_every_number_of_every_table_comes_of_its_parts_and_leads_to_raw_rows(findings):
    seen, found, kept = set(), {}, []
    for name in findings.tables():
        for trace in traces(findings, name):
            kept.append(trace)
            assert [(node.id, node.how, node.value) for node in trace.walk(seen) if not node.holds()] == [], trace.id
            assert trace.reach or trace.value == 0, trace.id
            found[name] = found.get(name, 0) + 1
    assert len(found) > 35 and sum(found.values()) > 400
    assert found.keys() >= {"comparison", "areas", "events", "yearly_cost", "levels", "views", "decomposition", "limits_exceeded", "investigations", "per_user"}


def test_a_cost_is_its_streams_each_by_its_share_down_to_the_file_and_row(findings):
    trace = findings.trace("comparison/b/cost_p50")
    near, *left = trace.parts
    assert trace.how == "quantile" and [one.how for one in left] in ([], ["rest"])
    assert {part.id for part in near.parts} == {"streams/b/contracts/b/build", "streams/b/contracts/b/fine", "streams/b/contracts/*/old", "streams/b/staffing/*/nurse/pause"}
    assert sum(near.shares) == pytest.approx(1)
    rows = trace.rows().set_index("id")
    assert rows.loc["contracts/b/build", ["file", "row", "kind", "owner"]].tolist() == ["contracts.csv", 3, "assumption", "analysts"]
    assert {"timeline/*/decided", "timeline/b/done", "risks/*/slips", "signals/b/gate", "staff_costs/nurse", "reference_class/2"} <= set(rows.index)
    shown = findings.trace("comparison/b/cost_mean")
    assert "    streams/b/contracts/b/build = " in repr(shown) and shown._repr_html_().count("<details") > 10
    assert "contracts.csv:3 assumption</div>" in shown._repr_html_() and "<summary>cost/b = " in shown._repr_html_()


@pytest.mark.parametrize("column", ["cost_mean", "cost_p05", "cost_p85", "programme_p50", "score", "score_p95", "net_benefit", "net_benefit_p05", "expected_loss", "regret_p95"])
def test_an_additive_number_has_additive_parts_to_the_last_digit(findings, column):
    trace = findings.trace(f"comparison/b/{column}")
    assert trace.value == findings.comparison.table.at["b", column] and all(node.holds() for node in trace.walk())
    assert {node.how for node in trace.walk() if node.how != "rest"} <= {"same", "sum", "quantile", "difference", "product", "drawn", "row", "draws"}


# By hand: a fee of 2 a year from month 12 of ten years costs 18, of which all comes from its row and none from the lump of 0.
def test_parts_are_those_found_by_hand():
    inputs = tiny(("a", "b"), parameters={"discount_rate": 0}, contracts=[{"option_id": "*", "item_id": "fee", "category": "run", "basis": "per_year", "from_event": "done", "is": 2}, {"option_id": "a", "item_id": "lump", "category": "run", "basis": "once", "is": 6}], levels=[{"option_id": "a", "area_id": "x", "is": 10}, {"option_id": "b", "area_id": "x", "from_event": "done", "is": 30}])  # fmt: skip
    findings = fvm.find(inputs, 16)
    cost = findings.trace("comparison/a/cost_mean").parts[0]
    assert {part.id: part.value for part in cost.parts} == pytest.approx({"streams/a/contracts/*/fee": 18, "streams/a/contracts/a/lump": 6})
    assert cost.shares == pytest.approx((0.75, 0.25))
    amount, years = cost.parts[0].parts
    assert (amount.id, amount.value, years.value) == ("contracts/*/fee", 2, pytest.approx(9))
    worth = findings.trace("comparison/b/net_benefit").parts[0]
    assert [part.value for part in worth.parts] == pytest.approx([27 - 10, -6]) and worth.how == "difference"
    assert findings.trace("events/a/done/p50").rows()["id"].tolist() == ["timeline/*/done"]
    assert findings.trace("costs/+/a").value == pytest.approx(24)


def test_a_raw_number_is_its_own_row(findings):
    trace = findings.trace("estimates/contracts/a/fee/high")
    assert (trace.how, trace.value, trace.row["file"], trace.row["row"]) == ("row", 5, "contracts.csv", 2)


@pytest.mark.parametrize(("address", "words"), [
    ("nothing/a/cost_p50", "table 'nothing' is not published"),
    ("comparison/z/cost_p50", "comparison has no row 'z'; its rows are called as a, b, c"),
    ("comparison/a/cost_p51", "comparison has no column 'cost_p51'"),
    ("comparison/a/dominated_by", "is not a number"),
    ("comparison", "comparison has no row ''"),
])  # fmt: skip
def test_what_is_no_published_number_is_refused_with_what_there_is(findings, address, words):
    with pytest.raises(UsageError, match=words):
        findings.trace(address)


def test_a_node_that_does_not_come_of_its_parts_does_not_hold():
    row = Trace("r", 2.0, "row", row={"file": "f.csv", "row": 2})
    assert row.holds() and total("t", [row, row]).holds() and total("t", [row], 3.0).parts[1].how == "rest"
    assert not Trace("t", 5.0, "sum", lambda: [row, row]).holds() and not Trace("t", 5.0, "product", lambda: [row]).holds()
    assert not Trace("t", 5.0, "sum").holds() and not Trace("r", 1.0, "row").holds() and rest(1.0).holds()
    assert not Trace("t", 1.0, "drawn", lambda: [row], [0.5]).holds()
    varying = np.arange(8.0)
    assert drawn("t", 1.0, [(row, varying), (row, varying**0)], varying).shares == pytest.approx((1, 0))


def test_a_row_is_used_by_the_numbers_that_it_moves_and_by_no_others(findings):
    used = findings.inputs.used_by("contracts/b/build", DRAWS).set_index("number")
    assert used.loc["comparison/b/cost_mean", "difference"] > 0 and used.loc["comparison/b/net_benefit", "difference"] < 0
    assert not any(name.startswith(("comparison/a/cost", "comparison/b/score", "events/")) for name in used.index)
    streams = {part.id: part.value for part in findings.trace("comparison/b/cost_mean").parts[0].parts}
    assert used.loc["comparison/b/cost_mean", "difference"] == pytest.approx(streams["streams/b/contracts/b/build"] / 10, rel=1e-6)


def test_a_row_that_may_not_be_higher_is_lowered_and_one_of_nothing_is_raised():
    inputs = tiny(("a", "b"), contracts=[{"option_id": "*", "item_id": "none", "category": "none", "basis": "once", "is": 0}], levels=[{"option_id": "a", "area_id": "x", "is": 95}, {"option_id": "b", "area_id": "x", "is": 50}])  # fmt: skip
    used = inputs.used_by("levels/a/x//", 16).set_index("number")["difference"]
    assert used["comparison/a/score"] == pytest.approx(-9.5) and used["areas/a/x/score"] == pytest.approx(-9.5)
    assert inputs.used_by("contracts/*/none", 16).set_index("number").loc["comparison/a/cost_mean", "difference"] == pytest.approx(1)
    with pytest.raises(UsageError, match="contracts/a/no"):
        inputs.used_by("contracts/a/no", 16)


SHOWN = {**{f"board.{one.name}": one for one in vars(board).values() if isinstance(one, Exhibit)}, **EXHIBITS}


def cells(edition, exhibit, most=10**6):
    """The numbers of an exhibit with their addresses, as a sheet holds them apart, of so many rows; and sums."""
    rows = exhibit.rows(edition)
    rows = rows[:: -(-len(rows) // most) or 1]
    rows += list(exhibit.summed(edition, exhibit.shown(edition), rows)) if rows else []
    for row in rows:
        for column in exhibit.shown(edition, apart=True):
            if numbered(edition, exhibit, column.key, column.style, row):
                found = address_of(edition, exhibit, column.key, row)
                assert found or row[column.key] == 0, (exhibit.name, column.key)
                yield from [(found, row[column.key])] if found else []


@pytest.mark.parametrize("decision", ["findings"])
def test_every_number_that_page_and_print_set_show_is_traced_to_raw_rows_that_add_up_to_it(decision, request):
    edition = Edition(request.getfixturevalue(decision), "en")
    seen, kept, wrong, count = set(), [], [], 0
    for name, exhibit in SHOWN.items():
        for address, shown in cells(edition, exhibit):
            try:
                trace = edition.findings.trace(address)
            except UsageError as error:
                wrong.append(f"{name}: {error}")
                continue
            kept.append(trace)
            value = shown.toordinal() if hasattr(shown, "toordinal") else shown["score"] if isinstance(shown, dict) else shown
            wrong += [f"{name}: {address} is {trace.value}, shown {value}"] * (trace.value != pytest.approx(value, rel=1e-9, abs=1e-9))
            wrong += [f"{name}: {address}: {node.id} ({node.how})" for node in trace.walk(seen) if not node.holds()]
            wrong += [f"{name}: {address} leads nowhere"] * (not trace.reach and value != 0)
            count += 1
    assert wrong == [] and count > 300


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_a_linked_page_leads_to_what_it_is_made_of_and_on_to_raw_rows(findings, lang):
    edition = Edition(findings, lang, linked=True)
    shown = Html("").join([sources.ESTIMATES(edition), *(one(edition) for name, one in EXHIBITS.items() if name != "estimates")])
    page = shown + traced.made_of(edition)
    ids, links = re.findall(r' id="([rt]\d+)"', page), re.findall(r'href="#([rt]\d+)"', page)
    assert len(ids) == len(set(ids)) and set(links) <= set(ids) and len(links) > 200
    assert not re.search('href="#[rt][0-9]', "".join(one(Edition(findings, lang)) for one in EXHIBITS.values()))


def test_nothing_that_leads_on_stands_above_itself(findings):
    leads = findings.made_of.groupby("entry")["part"].agg(set)
    for entry in leads.index:
        below = leads[entry]
        while more := set().union(*(leads.get(one, set()) for one in below)) - below:
            below |= more
        assert entry not in below


def test_the_parts_of_every_number_of_an_entry_sum_to_it_with_a_rest(findings):
    for address, rows in findings.made_of.groupby("address"):
        assert len(rows) <= 6 and (rows["part"] == "").sum() <= 1
        assert rows["amount"].sum() == pytest.approx(rows["value"].iloc[0], abs=1e-9), address
        shown = findings.trace(address).value if address.count("/") > 2 or not address.startswith("events") else rows["value"].iloc[0]
        assert shown == rows["value"].iloc[0], address


MEASURES = [one for one in ("cost_mean", "cost_p05", "cost_p50", "cost_p85", "cost_p95", "programme_p50", "programme_p85", "score", "score_p95", "net_benefit", "net_benefit_p05", "net_benefit_p50", "net_benefit_p95", "expected_loss", "regret_p95", "full_use_p50", "full_use_p85")]


@pytest.mark.parametrize("column", MEASURES)
def test_a_link_leads_to_the_number_of_its_own_measure(findings, column):
    edition = Edition(findings, "en", linked=True)
    place = edition.place(f"comparison/b/{column}", "")
    shown = traced.made_of(edition)
    style = "month" if column.startswith("full_use") else "points" if column.startswith("score") else "amount"
    value = edition.tell(style, findings.comparison.table.at["b", column])
    assert re.search(f'id="{place}">([^<]*)<', shown)[1].endswith(f" {value}")


APPENDIX = Path(__file__).parents[1] / "notebooks/08_beslutsbilaga.ipynb"


def page_of(findings, lang, monkeypatch):
    """What the appendix shows, without its figures; a number of a sentence leads to its address."""
    edition, shown = Edition(findings, lang, linked=True, noted=True), []
    monkeypatch.setattr("IPython.display.display", lambda *parts: shown.extend(map(str, parts)))
    monkeypatch.setitem(vars(findings), "drawn", {(one.__name__, lang): () for one in charts.ALL})
    cells = ["".join(cell["source"]) for cell in json.loads(APPENDIX.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    names = {}
    for code in (*cells[:2], cells[2].partition("findings =")[0]):
        exec(code, names)
    names |= {"findings": findings, "edition": edition, "words": edition.words, "decision": findings.inputs.decision}
    for code in cells[3:]:
        exec(code, names)
    return "\n".join(shown)


def fixed_parts(edition):
    """What the texts themselves say in digits, the longest first."""
    parts = [part for text in edition.words.texts.values() for part in re.split(r"\{[^}]*\}", text) if re.search(r"\d", part)]
    return sorted(parts, key=len, reverse=True)


def untraced(edition, texts):
    """The numbers that lead nowhere, but for what the texts themselves say, years, and how the run was made."""
    found = []
    for text in texts:
        for part in fixed_parts(edition):
            text = text.replace(part, " ")
        found += [text] * bool(re.search(r"\d", re.sub(rf"\b20\d\d\b|\b{edition.findings.simulation.draws}\b|\(\w+ 1\)", "", text)))
    return found


SENTENCE = re.compile(r"<(p|li)\b[^>]*>(.*?)</\1>", re.DOTALL)
LEADS = re.compile(r'<a href="#([^"]*/[^"]*)">(.*?)</a>')


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_in_a_sentence_of_the_page_is_traced_to_raw_rows(findings, lang, monkeypatch):
    edition, page = Edition(findings, lang), page_of(findings, lang, monkeypatch)
    assert not re.search("[\ue000-\ue002]", page)
    sentences = [found[2] for found in SENTENCE.finditer(page.partition('<table class="traces"')[0])]
    assert untraced(edition, [unescape(re.sub("<[^>]*>", "", LEADS.sub("", one))) for one in sentences]) == []
    addresses = {found[1] for one in sentences for found in LEADS.finditer(one)}
    walked(findings, addresses)
    assert len(addresses) > 50


def walked(findings, addresses):
    """Trace numbers: every step holds, and each comes from raw rows."""
    seen, kept = set(), []
    for address in addresses:
        kept.append(findings.trace(address))
        assert [f"{address}: {node.id} ({node.how})" for node in kept[-1].walk(seen) if not node.holds()] == []
        assert {row["file"].rpartition(".")[2] for _, row in kept[-1].reach.values()} <= {"csv", "xlsx"}
        assert kept[-1].reach or kept[-1].value == 0, address


@pytest.mark.parametrize("lang", LANGUAGES)
def test_comments_of_the_print_set_say_how_the_numbers_of_each_row_and_each_sentence_are_traced(findings, lang, tmp_path, monkeypatch):
    edition, texts, write = Edition(findings, lang), [], Sheet.lines
    monkeypatch.setattr(Sheet, "lines", lambda sheet, said, **look: (texts.extend(said if sheet.printed else []), write(sheet, said, **look))[1])
    write_workbook(edition, tmp_path / "book.xlsx")
    assert untraced(edition, [MARK.sub("", text) for text in texts]) == []
    told = []
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        assert not any(re.search("[\ue000-\ue002]", str(cell.value)) for row in sheet for cell in row)
        comments = [cell.comment.text for row in sheet for cell in row if cell.comment]
        assert bool(comments) <= (sheet.title in {edition(f"sheet.{key}.name") for key in PRINT_SET})
        told += [re.search(r": ([a-z_]+/.*)", line)[1] for text in comments for line in text.splitlines() if re.search(r": [a-z_]+/", line)]
    assert len(told) > 120 and {"comparison/b/cost_p50", "lead/a/lead", "p_best_range/b/p_best"} <= set(told)
    walked(findings, set(told))


def test_numbers_of_the_default_decision_lead_to_its_raw_rows(region):
    edition, found = Edition(region, "sv", noted=True), []
    for name, exhibit in SHOWN.items():
        shown = [address for address, _ in cells(edition, exhibit, 10**6 if name in WHOLE else 8)]
        found += shown if name in WHOLE else shown[:: max(1, len(shown) // 2)]
    assert len(found) > 300
    texts = [*answer.answer(edition), *answer.what_changes(edition), *information.uncertainty_answer(edition), *people.waiting_answer(edition), *board.reason_sentences(edition), *board.unknown_sentences(edition)]
    said = {place for text in texts for place, _ in MARK.findall(text)}
    assert len(said) > 40
    walked(region, [*found, *said])


WHOLE = {"cost", "board.BRIEF", "switching_values", "board.TURNS", "information_estimates", "information_groups", "tornado"}
