"""The situation report: what counts as new, where each way forward stands, and that it can be written on any day."""

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fvmanalys import find, load
from fvmanalys.evidence.published import read_published
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics import coming, news, situation
from fvmanalys.report.topics.people import wait_missing
from fvmanalys.report.words import Words
from fvmanalys.run.suite import Job, run_notebook
from tests.decisions import library_decision, write_tables
from tests.test_charts import EXTRA

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "07_lagesrapport.ipynb"
SV, EN = Words("sv"), Words("en")
EVENT = "roof,outcome,The roof leaks,,2024-05-20,no,fact,survey,2024-05-21"
LATER = "p,build,Building,Building,total,decided,open,ramp_up,6,9,22,pert,MSEK,fact,survey,2024-05-20,City University"
SECTIONS = tuple(situation.SECTIONS)


def tables(*, later: bool = False, **changed: str) -> dict[str, str]:
    """The library's decision with everything around it, and with what became known in May if asked."""
    whole = library_decision(3) | EXTRA | changed
    if later:
        whole = whole | {"contracts": f"{whole['contracts']}\n{LATER}", "milestones": f"{whole['milestones']}\n{EVENT}"}
    return whole


def published(folder: Path, data: Path, day: str, **manifest: object) -> Path:
    """A former run, as far as the report reads it."""
    (folder / "tables").mkdir(parents=True)
    shutil.copytree(data, folder / "raw")
    find(load(data, day), 64).comparison.table.reset_index().to_csv(folder / "tables" / "comparison.csv", index=False)
    told = {"run_id": f"{day}-0", "as_of": day, "parameters": {"draws": 64, "seed": 1}} | manifest
    (folder / "manifest.json").write_text(json.dumps(told))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "raw", tables(later=True))


def changes(found) -> set[tuple[str, str]]:
    return {(one.table, one.what) for one in found.changes}


def test_without_a_former_run_what_became_known_in_the_last_days_is_new(data):
    found = find(load(data, "2024-06-01"), 64).news
    assert changes(found) == {("contracts", "changed"), ("milestones", "new")}
    assert found.since == date(2024, 5, 2)
    assert not found.told_by_run
    assert find(load(data, "2024-05-19"), 64).news.changes == []


def test_on_the_first_day_all_is_new_and_only_counted(tmp_path):
    kept = ("sources", "milestones")
    started = {name: text if name in kept else text.replace("2024-01-01,", "2024-02-20,") for name, text in tables().items()}
    first = find(load(write_tables(tmp_path / "raw", started), "2024-03-01"), 64)
    assert first.news.begins
    assert not news.FIGURES(Edition(first, EN.lang))
    assert "all is new" in news.figures_missing(Edition(first, EN.lang))
    assert not find(load(tmp_path / "raw", "2024-04-15"), 64).news.begins


def test_a_row_entered_late_is_new_though_its_day_is_old(data, tmp_path):
    before = write_tables(tmp_path / "before", tables())
    former = read_published(published(tmp_path / "former", before, "2024-05-25"))
    findings = find(load(data, "2024-05-28"), 64, former=former)
    found = findings.news
    assert found.told_by_run
    assert changes(found) == {("contracts", "changed"), ("milestones", "new")}
    assert found.since == date(2024, 5, 25)


def test_a_withdrawn_row_and_one_with_better_evidence_are_told_apart(data, tmp_path):
    risk = "item_id,name,likely,unit,kind,source_id,known_from,owner\nseats,Seats,{},count,{}"
    old = risk.format(40, "assumption,,2024-01-01,analysts")
    better = f"{old}\nseats,Seats,40,count,fact,survey,2024-05-20,"
    gone = f"{old}\nseats,Seats,,,assumption,,2024-05-20,analysts"
    for text, expected in ((better, "confirmed"), (gone, "withdrawn")):
        folder = write_tables(tmp_path / expected, tables(context=text))
        found = find(load(folder, "2024-06-01"), 64).news
        assert changes(found) == {("context", expected)}


def test_the_table_shows_what_stood_before_and_what_stands_now(data):
    findings = find(load(data, "2024-06-01"), 64)
    table = news.FIGURES(Edition(findings, EN.lang))
    before, now = "SEK 8m (SEK 5–20m) in all", "SEK 9m (SEK 6–22m) in all"
    assert 0 < table.index(">changed<") < table.index(before) < table.index(now)
    events = news.bullets_events(Edition(findings, EN.lang))
    assert "2024-05-20" in events
    assert "The roof leaks" in events


def test_the_summary_tells_how_the_answer_moved(data, tmp_path):
    former = read_published(published(tmp_path / "former", data, "2024-05-01"))
    findings = find(load(data, "2024-06-01"), 64, former=former)
    text = " ".join(coming.summary(Edition(findings, EN.lang)))
    share = EN.share(former.comparison["p_best"].max())
    assert f"with knowledge as of 2024-05-01: then in {share}" in text
    assert "Since then the material has gained one new event and one changed figure" in text


def test_other_draws_than_the_former_runs_are_said(data, tmp_path):
    former = read_published(published(tmp_path / "former", data, "2024-05-01", parameters={"draws": 4096, "seed": 1}))
    findings = find(load(data, "2024-06-01"), 64, former=former)
    assert EN("situation.other_draws") in news.news_basis(Edition(findings, EN.lang))


def test_a_former_run_that_lost_its_tables_is_compared_by_date_alone(data, tmp_path):
    folder = published(tmp_path / "former", data, "2024-05-01")
    shutil.rmtree(folder / "raw")
    findings = find(load(data, "2024-06-01"), 64, former=read_published(folder))
    found = findings.news
    assert not found.told_by_run
    assert changes(found) == {("contracts", "changed"), ("milestones", "new")}
    assert any("cannot be read" in text for text in news.news_basis(Edition(findings, EN.lang)))


def test_what_comes_next_is_in_order_of_time(data):
    findings = find(load(data, "2024-02-15"), 64)
    table = coming.COMING(Edition(findings, EN.lang))
    assert "2024-03-01" in table
    assert "Decision" in table
    assert table.index("2024-03-01") < table.index("Decision")


def test_the_reading_list_has_new_sources_first(data):
    findings = find(load(data, "2024-03-15"), 64)
    found = findings.news
    text = coming.reading_list(Edition(findings, EN.lang))
    assert text.index("Reader survey") < text.index("Quotation for shelving")
    assert f"New since <time>{found.since}</time>" in text


def test_a_team_that_only_shrinks_is_not_said_to_grow(data):
    findings = find(load(data, "2024-03-15"), 64)
    months = findings.staffing.assign(fte=np.where(findings.staffing["time"] == findings.staffing["time"].min(), 9.0, 1.0))
    known = {"comparison": findings.comparison, "inputs": findings.inputs}
    assert coming.team_sentences(Edition(SimpleNamespace(staffing=months, **known), EN.lang))[1] == ""
    assert coming.team_sentences(Edition(SimpleNamespace(staffing=months.assign(fte=months["time"]), **known), EN.lang))[1] != ""


def test_after_the_decision_nothing_is_said_of_waiting(tmp_path):
    timeline = library_decision(3)["timeline"].replace("after,low", "after,date,low").replace("Decision,,3,6,12,pert,months", "Decision,,2024-02-01,,,,,")
    timeline = "\n".join(line if "date" in line or "2024-02-01," in line else line.replace("decided,", "decided,,", 1) for line in timeline.splitlines())
    data = write_tables(tmp_path / "raw", tables(timeline=timeline))
    findings = find(load(data, "2024-06-01"), 64)
    assert findings.decision_taken is not None
    assert "2024-02-01" in wait_missing(Edition(findings))
    assert "2024-02-01" in coming.summary(Edition(findings, SV.lang))[0]
    assert coming.team_review(Edition(findings, SV.lang)) == [wait_missing(Edition(findings))]
    assert coming.cost_review(Edition(findings, SV.lang))[0] == wait_missing(Edition(findings))


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_report_is_written_without_any_optional_table(tmp_path, lang):
    data = write_tables(tmp_path / "raw", library_decision(7))
    outcome = run_notebook(Job(NOTEBOOK, NOTEBOOK.name, {"data": data, "draws": 64, "lang": lang}), tmp_path / "out")
    text = outcome.path.read_text("utf-8")
    assert all(f'id=\\"{name}\\"' in text for name in SECTIONS)
    assert Words(lang)("situation.no_events") in text
    assert "Traceback" not in text


def test_the_report_tells_changes_from_a_former_run(data, tmp_path):
    former = published(tmp_path / "former", data, "2024-05-01")
    job = Job(NOTEBOOK, NOTEBOOK.name, {"data": data, "as_of": "2024-06-01", "draws": 64, "lang": "en", "former": former})
    text = run_notebook(job, tmp_path / "out").path.read_text("utf-8")
    assert EN("situation.section_news") in text
    assert "The roof leaks" in text
    assert str(tmp_path) not in text
