"""A published run, opened again: complete, dated, traceable, and the same every time."""

import json
import re
import subprocess
import sys
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from fvmanalys.analysis import Findings
from fvmanalys.report.edition import Edition
from fvmanalys.report.topics import beside, information, turning
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.words import LANGUAGES, Words
from fvmanalys.run.record import file_hashes
from tests.conftest import DRAWS, ROOT, need

SOURCES = pd.read_csv(ROOT / "data/raw/sources.csv").set_index("source_id")


@cache
def workbook_text(run: Path) -> str:
    """Every text in the workbook, of a run or by its own name."""
    book = openpyxl.load_workbook(run if run.is_file() else run / "beslutsbilaga.xlsx", read_only=True)
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join(str(cell) for cell in cells if cell is not None)


def test_a_run_has_every_part(appendix: Path) -> None:
    names = {path.name for path in appendix.iterdir()}
    assert names == {"manifest.json", "beslutsbilaga.xlsx", "beslutsbilaga.html", "lagesrapport.html", "lagesrapport.docx", "notebooks", "tables", "figures", "raw", "log.jsonl"}
    assert (appendix.parents[1] / "latest").resolve() == appendix


def test_the_manifest_names_every_output_by_its_hash(appendix: Path) -> None:
    manifest = json.loads((appendix / "manifest.json").read_text("utf-8"))
    found = {name: digest for name, digest in file_hashes(appendix).items() if not name.startswith(("raw/", "manifest", "log"))}
    assert manifest["outputs"] == found
    assert manifest["inputs"] == file_hashes(appendix / "raw")
    assert manifest["run_id"] == appendix.name
    assert manifest["as_of"] == "2025-05-27"


def test_no_source_is_newer_than_as_of(appendix: Path) -> None:
    cited = pd.read_csv(appendix / "tables/sources.csv")
    assert len(cited) > 50
    assert cited["published"].max() <= "2025-05-27"
    later = SOURCES[SOURCES["published"] > "2025-05-27"]
    assert len(later) > 5
    shown = workbook_text(appendix) + (appendix / "beslutsbilaga.html").read_text("utf-8")
    shown += "".join(path.read_text("utf-8") for path in (appendix / "notebooks").iterdir())
    assert [url for url in later["url"].dropna() if url in shown] == []
    assert [name for name in later.index if re.search(rf"\b{re.escape(name)}\b", shown)] == []


def test_no_row_was_known_later_than_as_of(appendix: Path) -> None:
    for path in (appendix / "tables").glob("*.csv"):
        table = pd.read_csv(path)
        days = table.get("known_from", pd.Series(dtype=object)).dropna()
        assert all(day <= "2025-05-27" for day in days), path.name


def test_nothing_of_a_run_tells_what_came_later(other_appendix: Path) -> None:
    """Neither text nor table: not the option, the area and the report of a month later, though earlier rows knew of them."""
    files = [path for path in other_appendix.rglob("*") if path.suffix in (".csv", ".html", ".ipynb", ".json", ".jsonl", ".svg")]
    assert len(files) > 60
    shown = "".join(path.read_text("utf-8") for path in files) + workbook_text(other_appendix)
    assert not re.search(r"Store Z|What readers said|hearing|2024-07-01|\bbright\b", shown)


def test_a_later_day_gives_another_answer_that_opens_with_the_decision(appendix: Path, region: Findings, region_later: Findings, later_book: Path) -> None:
    """The manifest tells the edition's answer, which is told of any day."""
    late = Edition(region_later, "sv")
    told = [" ".join(answer(edition)) for edition in (Edition(region, "sv"), late)]
    assert json.loads((appendix / "manifest.json").read_text("utf-8"))["answer"] == told[0] != told[1]
    assert told[1].startswith("Beslutet var redan fattat 2025-12-02")
    first_sheet = openpyxl.load_workbook(later_book).worksheets[0]
    texts = [str(cell) for row in first_sheet.iter_rows(max_row=12, values_only=True) for cell in row if cell]
    assert any("Beslutet var redan fattat" in text for text in texts)
    beside_it, whole = beside.own_report_sentences(late), workbook_text(later_book)
    assert beside_it[0].startswith("Den egna rapporten förordar") and len(beside_it) >= 3
    assert [text for text in beside_it if text not in whole] == []
    assert beside.own_report_sentences(Edition(region, "sv")) == []


def page_text(run: Path) -> str:
    """What a reader sees of the page, without marks."""
    return unescape(re.sub(r"<[^>]*>", "", (run / "beslutsbilaga.html").read_text("utf-8")))


def test_the_appendix_says_what_the_answer_hangs_on_and_what_to_do_about_it(appendix: Path, region: Findings) -> None:
    """From which risk of a new failure on somebody else leads, whether a gate pays, how right a test must be, what waiting costs."""
    edition = Edition(region, "sv")
    [condition], accuracies = turning.condition_sentences(edition), information.accuracy_sentences(edition)
    failing = region.switching_values.set_index("id").loc["risks/A/restart_fails"]
    assert f"omstarten misslyckas på nytt (A Oracle)” är under {edition.words.rough(failing['switching_value'], 'share')} (vi räknar med" in condition
    assert condition.endswith(f"tar {edition.options[failing['winner']]} över.")
    [gate] = [text for text in turning.variant_sentences(edition) if text.startswith("A1 Oracle med stoppgrind ")]
    assert re.search(r"lönar sig (inte )?framför|lika bra", gate) and "omstarten misslyckas på nytt" in gate
    assert any("prövning av Millennium" in text and re.search(r"rätt i minst \d+\s% av fallen", text) for text in accuracies)
    [team] = [text for text in information.forward_sentences(edition) if text.startswith("En månads väntan kostar")]
    assert re.search(r"\smnkr med teamet som det är och .*\smnkr med den del av det som rekommenderas", team)
    shown = page_text(appendix)
    assert [text for text in (condition, gate, *accuracies, team) if text not in shown] == []


def test_to_decide_now_is_never_advised_without_its_conditions(appendix: Path, other_appendix: Path) -> None:
    for run in (appendix, other_appendix):
        told = page_text(run) + workbook_text(run)
        assert not re.search(r"besluta nu|decide now", told, re.IGNORECASE)
    for lang in LANGUAGES:
        words = Words(lang)
        advised = [words.texts[f"verdict.{key}"] for key in ("decide", "elsewhere_decide")]
        assert all(re.search(r"antaganden|assumptions|\{low", text) for text in advised)


@pytest.mark.parametrize("words", ["49", "50 000", "2 100", "2023-04-30", "2024-11-12", "2024-11-15", "Mödravård", "Primärvård", "Läkemedel", "Resultathantering", "Patientadministration", "Avtalstid", "förlängning", "formell paus", "Varsel"])
def test_what_the_board_knows_is_found_in_the_workbook(appendix: Path, words: str) -> None:
    plain = workbook_text(appendix).replace("\u00a0", " ")
    assert words in plain or words.replace(" ", "") in plain


def test_every_estimate_is_listed_with_its_evidence(appendix: Path) -> None:
    estimates = pd.read_csv(appendix / "tables/estimates.csv", keep_default_na=False)
    sheet = openpyxl.load_workbook(appendix / "beslutsbilaga.xlsx")["Uppgifter"]
    shown = {str(value) for row in sheet.iter_rows(values_only=True) for value in row if value}
    assert set(estimates["id"]) <= shown


def test_two_runs_are_the_same_to_the_byte_though_the_clock_is_a_year_on(other_appendix: Path, tmp_path: Path) -> None:
    """The clock is another for the kernels too: workbook, page, notebooks, tables and figures take no date from it."""
    later = [need("faketime"), "-f", "+400d", sys.executable, "-m", "fvmanalys.cli", "run"]
    asked = ["--data", str(other_appendix / "raw"), "--out", str(tmp_path), "--lang", "en", "--draws", str(DRAWS), "--quiet"]
    subprocess.run([*later, *asked], check=True, cwd=ROOT, timeout=600)
    again = (tmp_path / "latest").resolve()
    assert again.name == other_appendix.name
    first, second = file_hashes(other_appendix), file_hashes(again)
    assert {name for name in first | second if first.get(name) != second.get(name)} == {"manifest.json", "log.jsonl"}
    days = [date.fromisoformat(json.loads((run / "manifest.json").read_text("utf-8"))["created"][:10]) for run in (other_appendix, again)]
    assert (days[1] - days[0]).days >= 399


def test_another_decision_needs_no_code(other_appendix: Path) -> None:
    table = pd.read_csv(other_appendix / "tables/comparison.csv")
    assert list(table["option"]) == list("pqrstuv")
    assert len(pd.read_csv(other_appendix / "tables/areas.csv")) == 21
    notebooks = {path.name for path in (other_appendix / "notebooks").iterdir()}
    assert {f"04_prioriterat_omrade-{area}.ipynb" for area in ("access", "care", "quiet")} <= notebooks


def test_notebooks_hold_no_path_of_the_machine(appendix: Path) -> None:
    for path in (appendix / "notebooks").iterdir():
        assert str(ROOT) not in path.read_text("utf-8"), path.name
        assert str(appendix.parents[1]) not in path.read_text("utf-8"), path.name
