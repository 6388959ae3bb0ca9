"""The workbook: opened again by another program, recalculated by a third, attacked with hostile text, and read for its language."""

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import fvmanalys as fvm
from fvmanalys.analysis.yearly import (
    Levers,
    Settings,
    mid_year_figures,
    mid_year_present_value,
    mid_year_score,
    outlook,
    published_settings,
    turnable,
    year_counts,
)
from fvmanalys.evidence.tables import TABLES, text_columns
from fvmanalys.model.streams import present_value
from fvmanalys.report.edition import Edition
from fvmanalys.report.harmless import is_web_address
from fvmanalys.report.sheets.book import Book
from fvmanalys.report.sheets.cells import header_names, safe_text
from fvmanalys.report.sheets.engine import lever_names
from fvmanalys.report.sheets.measure import clause_lines, lines_needed, text_width
from fvmanalys.report.topics.answer import answer
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import PRINT_SET, SHEETS, write_workbook
from tests.conftest import BOOK, DRAWS
from tests.decisions import library_decision, write_tables
from tests.tiny import tiny
from tests.workbook_checks import faults, opened, table_description_faults

ROOT = Path(__file__).resolve().parents[1]
CASES = ("library", "region")
EMPTY_ALLOWED = ("Diagramunderlag",)  # where every row has the same columns, though not all of them say something
SWEDISH = re.compile(r"\b(och|att|är|för|av|till|inte|ett|på|vid|kostnad|nytta|bemanning|områden?)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|and|of|is|what|cost|benefit|year|option|sheet|values?)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def findings(tmp_path_factory, region):
    """A small decision with seven options and three areas, and the region's own."""
    folder = write_tables(tmp_path_factory.mktemp("decision") / "raw", library_decision())
    return {"library": fvm.find(fvm.load(folder), DRAWS), "region": region}


@pytest.fixture(scope="module")
def workbooks(findings, region_books, tmp_path_factory):
    """Both decisions in both languages."""
    folder, paths = tmp_path_factory.mktemp("workbooks"), {("region", lang): path for lang, path in region_books.items()}
    for lang in region_books:
        paths["library", lang] = folder / f"library_{lang}.xlsx"
        write_workbook(Edition(findings["library"], lang), paths["library", lang], *BOOK)
    return paths


def strings(path):
    """Every text in the cells, with its sheet."""
    book = opened(path, data_only=True)
    return [(sheet.title, cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def table_with(sheet, heading):
    """The rows of the table that has a heading, by the heading of each column."""
    for table in sheet.tables.values():
        rows = [[cell.value for cell in row] for row in sheet[table.ref]]
        if heading in rows[0]:
            return pd.DataFrame(rows[1:], columns=rows[0])
    raise AssertionError(f"no table has the heading {heading!r}")


# What is in it


def test_the_sheets_stand_in_order_and_the_first_answers(findings, workbooks):
    words = Words("sv")
    book = opened(workbooks["region", "sv"])
    assert book.sheetnames == [words(f"sheet.{key}.name") for key in SHEETS if key != "changes"]
    assert book.sheetnames[:2] == ["Sammanfattning", "Prova själv"] and book.sheetnames[-1] == "Om bilagan"
    text = " ".join(cell.value for row in book["Sammanfattning"].iter_rows(max_col=1) for cell in row if isinstance(cell.value, str))
    for sentence in answer(Edition(findings["region"], words.lang)):
        assert sentence in text, sentence
    assert all(row["name"] in text for row in findings["region"].inputs.tables["options"].to_dict("records"))


def test_the_summary_prints_on_one_page(workbooks):
    setup = opened(workbooks["library", "sv"])["Sammanfattning"].page_setup
    assert (setup.fitToWidth or 1, setup.fitToHeight or 1, setup.orientation) == (1, 1, "portrait")


def test_every_estimate_source_context_row_and_milestone_is_there(findings, workbooks):
    inputs = findings["region"].inputs
    found = {text for _, text in strings(workbooks["region", "sv"])}
    assert set(inputs.estimates["id"]) <= found
    assert {row["title"] for _, row in inputs.sources.iterrows()} <= found
    assert (
        set(inputs.tables["context"]["name"]) | set(inputs.tables["milestones"]["name"]) | set(inputs.tables["partners"]["item"]) <= found
    )


def test_sources_lead_to_the_web_by_links_that_say_which(findings, workbooks):
    sheet = opened(workbooks["region", "en"])["Sources"]
    links = {cell.hyperlink.target: cell.value for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    addresses = {url for url in findings["region"].inputs.sources["url"] if is_web_address(url)}
    assert {target.split("#")[0] for target in links} == {address.split("#")[0] for address in addresses}
    assert all(re.fullmatch(r"Open \[\d+\]", text) for text in links.values())


def test_parts_whose_table_is_missing_say_so(workbooks):
    found = {text for _, text in strings(workbooks["library", "en"])}
    for key in (
        "exhibit.spend.none",
        "exhibit.published_totals.none",
        "exhibit.partners.none",
        "exhibit.milestones.none",
        "exhibit.views.none",
    ):
        assert any(text.startswith(Words("en")(key if key.startswith("exhibit.") else f"sheet.{key}")[:40]) for text in found), key


def test_published_figures_equal_the_comparison(findings, workbooks):
    words, table = Words("en"), findings["library"].comparison.table
    shown = table_with(
        opened(workbooks["library", "en"], data_only=True)["Comparison"], words("column.net_benefit_p05")
    )
    np.testing.assert_allclose(shown[words("exhibit.worth.column.net_benefit")].astype(float), table["net_benefit"], rtol=1e-12)
    np.testing.assert_allclose(shown[words("column.net_benefit_p95")].astype(float), table["net_benefit_p95"], rtol=1e-12)


# The print set and the screen


@pytest.mark.parametrize("case", CASES)
def test_only_the_print_set_is_printed_and_every_other_sheet_says_how(workbooks, case):
    words, book = Words("sv"), opened(workbooks[case, "sv"])
    printed = {words(f"sheet.{key}.name") for key in PRINT_SET}
    for sheet in book:
        selected, area = sheet.sheet_view.tabSelected, sheet.print_area.rpartition("!")[2].replace("$", "")
        said = {cell.value for cell in sheet["A"]}
        assert bool(selected) == (sheet.title in printed), "what is selected when the book opens is what one prints"
        if sheet.title not in printed:
            assert sheet[area.split(":")[0]].value is None and area.split(":")[0] == area.split(":")[-1]
            assert any(words("workbook.on_demand").startswith(str(one)) for one in said if one), sheet.title


def test_the_first_sheet_leads_to_every_other_and_names_an_office(workbooks):
    sheet = opened(workbooks["region", "sv"])["Sammanfattning"]
    led = [cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink]
    names = set(opened(workbooks["region", "sv"]).sheetnames)
    assert {place.rpartition("!")[0].strip("'") for place in led} == names
    assert "Frågor om underlaget: Koncernkontoret, Västra Götalandsregionen." in {cell.value for cell in sheet["A"]}


@pytest.mark.parametrize("case", CASES)
def test_no_column_is_all_dashes_no_table_stands_twice_and_charts_can_be_copied(workbooks, case):
    seen = {}
    for sheet in opened(workbooks[case, "sv"], data_only=True):
        assert sheet.protection.objects is False, "a chart of a sheet whose objects are protected cannot be copied"
        for table in sheet.tables.values():
            head, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
            columns = list(zip(head, *rows, strict=True))
            empty = [one[0] for one in columns[1:] if set(one[1:]) <= {"–"} and sheet.title not in EMPTY_ALLOWED]
            assert not empty, (sheet.title, table.name, empty)
            assert seen.setdefault((tuple(map(str, head)), str(rows)), table.name) == table.name, f"{table.name} stands twice"


def test_the_curve_over_the_value_of_a_point_runs_to_the_end_of_its_range(findings, workbooks):
    words, grid = Words("en"), findings["library"].comparison.acceptability.index
    sheet = opened(workbooks["library", "en"], data_only=True)[words("sheet.comparison.name")]
    shown = table_with(sheet, words("column.value_per_point"))
    assert [shown.iloc[0, 0], shown.iloc[-1, 0]] == pytest.approx([grid[0], grid[-1]])


# Accessible, safe, the same every time


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("case", CASES)
def test_a_workbook_is_accessible(workbooks, case, lang):
    assert faults(workbooks[case, lang]) == []
    assert table_description_faults(workbooks[case, lang]) == []


def test_properties_name_the_organisation_the_language_and_no_clock(workbooks):
    book = opened(workbooks["region", "sv"])
    properties = book.properties
    assert properties.creator == properties.lastModifiedBy == "Västra Götalandsregionen"
    assert properties.created.date().isoformat() == "2025-05-27" and properties.modified.date().isoformat() == "2025-05-27"
    assert {item.name: str(item.value) for item in book.custom_doc_props.props}["Språk"] == "sv-SE"


def test_the_same_findings_give_the_same_bytes(findings, workbooks, tmp_path):
    again = tmp_path / "again.xlsx"
    write_workbook(Edition(findings["library"], "sv"), again, *BOOK)
    assert again.read_bytes() == workbooks["library", "sv"].read_bytes()


def hostile_strings():
    """A hundred texts that harm where text is taken for something else."""
    starts = ["=", "+", "-", "@", "\t=", "\r=", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example","x")', "=1+1", "{=SUM(A1:A9)}"]
    parts = ["1+1", "<b>&amp;</b>", "]]>", "\x00\x01\x08\x1b", "\ud800", "\ufffe", "_x0041_", "\u202eabc", "😀" * 20, "'; DROP TABLE"]
    return [start + part for start in starts for part in parts[:-1]] + [
        "x" * 40_000,
        "😀" * 20_000,
        "internal:A1",
        "file:///etc/passwd",
        "A&B &P &[Tab]",
        "%s {0} {name}",
        '"quoted"',
        "a\r\nb\tc",
        "  ",
        "ÅÄÖ" * 200,
    ]


def attacked(findings):
    """The findings with hostile text in every text column that is not a key."""
    inputs, hostile = findings.inputs, hostile_strings()
    tables, number = {}, 0
    for name, table in inputs.tables.items():
        table = table.copy()
        keys = {*TABLES[name].KEY, "category", "phase", "categories", "confidential"}
        for column in text_columns(name):
            if column in keys or column not in table:
                continue
            table[column] = [hostile[(number + index) % len(hostile)] for index in range(len(table))]
            number += len(table)
        tables[name] = table
    tables["sources"]["url"] = (
        ["javascript:alert(1)", "file:///etc/passwd"] * 9 if len(tables["sources"]) == 18 else "internal:'Sammanfattning'!A1"
    )
    inputs = replace(inputs, tables=tables)
    return replace(
        findings,
        inputs=inputs,
        simulation=replace(findings.simulation, inputs=inputs),
        comparison=replace(findings.comparison, simulation=replace(findings.simulation, inputs=inputs)),
    )


def test_hostile_text_comes_out_as_harmless_text(findings, tmp_path):
    path, again = tmp_path / "attacked.xlsx", tmp_path / "again.xlsx"
    write_workbook(Edition(attacked(findings["library"]), "sv"), path, *BOOK)
    write_workbook(Edition(findings["library"], "sv"), again, *BOOK)
    assert formulas(path) == formulas(again), "only our own formulas are formulas"
    with zipfile.ZipFile(path) as archive:
        names, content = archive.namelist(), {name: archive.read(name) for name in archive.namelist()}
    assert not [name for name in names if "externalLink" in name or "vba" in name]
    relations = b"".join(content[name] for name in names if name.endswith(".rels"))
    assert b"evil" not in relations and b"javascript" not in relations and b"file:" not in relations
    charts = b"".join(content[name] for name in names if name.startswith("xl/charts/chart"))
    assert not re.search(rb"<c:f>[^<]*(cmd|HYPERLINK|DROP)", charts)
    found = {text for _, text in strings(path)}
    notes = [text for text in hostile_strings() if safe_text(text).strip()]
    assert sum(safe_text(text) in found or safe_text(text).strip() in found for text in notes) > 20
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for text in found)
    assert faults(path) == []


def formulas(path):
    """The formulas of a workbook, whatever stands in their texts."""
    book = opened(path)
    return sorted((sheet.title, cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f")


@pytest.mark.parametrize(
    ("text", "expected"), [("a\x00b\x1fc", "abc"), ("a\r\nb\rc", "a\nb\nc"), ("=1+1", "=1+1"), ("\ud800x", "x"), ("\u202eabc", "\u202eabc")]
)
def test_text_keeps_all_but_what_xml_cannot_hold(text, expected):
    assert safe_text(text) == expected


@pytest.mark.parametrize("letter", ["x", "😀"])
def test_text_too_long_for_a_cell_is_cut_with_a_mark(letter):
    cut = safe_text(letter * 40_000)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767 and cut.endswith("[…]")


def test_headings_are_made_different_and_never_empty():
    assert header_names(["A", "a", " A\n", ""]) == ["A", "a (2)", "A (3)", "[4]"]


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://a.example/b?c=1#d", True),
        ("javascript:alert(1)", False),
        ("file:///etc", False),
        ("https://a b", False),
        ("internal:A1", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_become_links(address, is_one):
    assert is_web_address(address) is is_one


def test_prose_is_broken_after_clauses_and_never_too_wide():
    text = "Det första ledet är ganska långt, det andra är kort men inte så kort; det tredje avslutar meningen som här blir lång."  # codespell:ignore
    lines = clause_lines(text, 60)
    assert " ".join(lines) == text and lines[0].endswith(";") and all(text_width(line) <= 60 for line in lines)
    assert "".join(clause_lines("x" * 500, 40)) == "x" * 500
    assert lines_needed("kort", 20) == 1 and lines_needed("ett\ntvå", 20) == 2 and lines_needed("x" * 100, 20) > 4


# In one language


def test_nothing_is_left_in_swedish_in_an_english_workbook(findings, workbooks):
    inputs = findings["region"].inputs
    given = set(inputs.sources["title"])
    ours = [text for _, text in strings(workbooks["library", "en"])] + [text for text in texts_of_parts(workbooks["library", "en"])]
    theirs = [text for _, text in strings(workbooks["region", "en"]) if text not in given and not any(text.endswith(one) for one in given)]
    assert [text for text in ours if SWEDISH.search(text)] == []
    assert [text for text in theirs if SWEDISH.search(text)] == []
    swedish_letters = [word for text in theirs for word in re.findall(r"[^\W\d_]*[åäöÅÄÖ][^\W\d_]*", text)]
    assert [word for word in swedish_letters if not word[0].isupper()] == [], "only names are Swedish"


def test_nothing_of_ours_is_in_english_in_a_swedish_workbook(findings, workbooks):
    inputs = findings["library"].inputs
    ours = [
        text for _, text in strings(workbooks["region", "sv"]) if text in set(Words("en").texts.values()) - set(Words("sv").texts.values())
    ]
    assert ours == [] and inputs.as_of
    titles = [text for text in texts_of_parts(workbooks["region", "sv"]) if ENGLISH.search(text)]
    assert titles == []


def texts_of_parts(path):
    """Texts outside the cells: of charts, alternative texts, table descriptions, headers and footers."""
    patterns = {r"xl/charts/chart\d+\.xml": r"<a:t>([^<]*)", r"xl/drawings/drawing\d+\.xml": r'descr="([^"]*)"', r"xl/tables/table\d+\.xml": r'altText(?:Summary)?="([^"]*)"', r"xl/worksheets/sheet\d+\.xml": r"<odd(?:Header|Footer)>([^<]*)"}  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            for part, text in patterns.items():
                if re.fullmatch(part, name):
                    yield from re.findall(text, archive.read(name).decode())


# The yearly convention


def test_mid_year_figures_equal_a_sum_by_hand():
    # 100 a year in two whole years at 4 %: 100/1.04^0.5 + 100/1.04^1.5
    assert mid_year_present_value([100, 100], [0, 1, 2], 0.04) == pytest.approx(100 / 1.04**0.5 + 100 / 1.04**1.5)
    # a horizon of 1.5 counts half of the second year, from its middle, 1.25
    assert mid_year_present_value([100, 100], [0, 1, 2], 0.04, 1.5) == pytest.approx(100 / 1.04**0.5 + 50 / 1.04**1.25)
    assert mid_year_score([40, 60], [0, 1, 2], 0.0, 1.5) == pytest.approx((40 + 30) / 1.5)
    shares, factors = year_counts([0, 1, 2], 0.0, 0.5)
    assert shares.tolist() == [0.5, 0.0] and factors.tolist() == [1.0, 1.0]


def test_mid_year_lies_close_to_the_continuous_value():
    edges = np.arange(0, 21.0)
    assert mid_year_present_value(np.full(20, 10.0), edges, 0.035) == pytest.approx(float(present_value(10, 0, 20, 0.035)), rel=1e-4)


def test_the_outlook_sums_to_the_undiscounted_cost_and_reaches_as_far_as_may_be_turned(findings):
    found = findings["library"]
    ahead = outlook(found.inputs, DRAWS, found.simulation.seed)
    assert ahead.edges[-1] == turnable(found.inputs)["horizon_years"].high == 20
    within = found.yearly.groupby(["option", "year"])["cost"].sum()
    whole = within[within.index.get_level_values("year") < 2039]
    for (option, year), cost in whole.items():
        assert ahead.costs.at[year, (option, "", "")] == pytest.approx(cost, rel=1e-9)
    first = found.simulation.level_paths(np.array([0.0])).set_index(["option", "area"])["level"]
    for key, level in first.items():
        assert ahead.levels[key].iloc[0] == pytest.approx(level, abs=8)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_risk_that_never_or_always_occurs_costs_what_the_model_says_of_it(share):
    inputs = risky()
    risks = {one["id"]: 0.5 for one in inputs.records["risks"]}
    ahead = outlook(inputs, DRAWS, 1, levers=Levers(risks))
    for risk in risks:
        certain = outlook(inputs.with_estimate(risk, value=share), DRAWS, 1, levers=Levers({one: 0.5 for one in risks if one != risk}))
        settings = Settings({"x": 1.0, "y": 2.0}, 1.0, 0.03, 10.0)
        mine = mid_year_figures(inputs, ahead, replace(settings, chances={risk: share}))
        pd.testing.assert_frame_equal(mine, mid_year_figures(inputs, certain, settings), rtol=1e-9)


def test_weights_that_sum_to_nothing_give_no_score(findings):
    found = findings["library"]
    ahead, settings = outlook(found.inputs, DRAWS, 1), published_settings(found.comparison)
    none = mid_year_figures(found.inputs, ahead, replace(settings, weights=dict.fromkeys(settings.weights, 0.0)))
    assert none["score"].isna().all() and none["cost"].notna().all()


# Recalculated by LibreOffice


def soffice():
    """LibreOffice, or skip; with FVM_REQUIRE_ALL its absence is a failure."""
    program = shutil.which("soffice")
    if program is None:
        message = "LibreOffice (soffice) is not installed: formulas are not recalculated by another program"
        pytest.fail(message) if os.environ.get("FVM_REQUIRE_ALL") == "1" else pytest.skip(message)
    return program


def input_cells(book):
    """The marked inputs: sheet and cell by defined name."""
    places = [(name, *place) for name, defined in book.defined_names.items() for place in list(defined.destinations)[:1]]
    found = {name: book[sheet][place.replace("$", "")] for name, sheet, place in places if ":" not in place}
    return {name: cell for name, cell in found.items() if not cell.protection.locked}


def risky():
    """Three options, each with a risk of its own that changes what it costs, gives and when; one with a trial before."""
    names = {"a": "fails", "b": "stops", "c": "slips"}
    own = [
        {"option_id": one, "item_id": "build", "category": "Build", "basis": "total", "from_event": "", "to_event": "done", "is": (8.0, 10.0 + place, 15.0)}
        for place, one in enumerate(names)
    ]
    after = [{"option_id": one, "item_id": "repair", "category": "Repair", "basis": "per_year", "from_event": "done", "when": risk, "is": (2, 3, 5)} for one, risk in names.items()]
    events = [
        {"option_id": one, "event_id": "done", "when": when, "is": months}
        for one, risk in names.items()
        for when, months in ((f"!{risk}", (6, 12, 20)), (risk, (18, 24, 40)))
    ]
    given = [{"option_id": one, "area_id": area, "from_event": "done", "when": when, "is": level}
        for one, risk in names.items() for area in ("x", "y") for when, level in ((f"!{risk}", (50, 60, 70)), (risk, (20, 30, 50)))]
    return tiny(
        options=tuple(names), areas={"x": {"is": 20}, "y": {"is": 40}}, parameters={"value_per_point": 1, "discount_rate": 0.03},
        risks=[{"option_id": one, "risk_id": risk, "name": risk, "is": (0.1, 0.3, 0.6)} for one, risk in names.items()],
        signals=[{"option_id": "a", "signal_id": "trial", "of": "fails", "is": 0.8, "false_alarm_likely": 0.1}],
        contracts=[*own, *after, {"option_id": "a", "item_id": "trial", "category": "Repair", "basis": "once", "when": "trial", "is": 4}],
        timeline=events, levels=[*({"option_id": "*", "area_id": area, "is": 20} for area in ("x", "y")), *given],
    )  # fmt: skip


def random_settings(findings, number):
    """Settings that a reader may choose, levers and all."""
    rng, book = np.random.default_rng(number), book_of(findings)
    chosen = {name: rng.uniform(limit.low, limit.high) for name, limit in turnable(findings.inputs).items()}
    weights = {area: float(rng.integers(1, 90)) for area in findings.inputs.areas}
    levers = {name: dict(zip(ids, map(float, rng.uniform(0, most, len(ids))), strict=True)) for name, ids, most in (("chances", book.levers.chances, 1), ("factors", book.levers.bundles, 10))}  # fmt: skip
    return Settings(weights, **chosen, **levers)


def book_of(findings, lang="en"):
    """The book of findings, of which nothing is written: what it would reckon with."""
    return Book(None, Edition(findings, lang), "", "", has_print_set=True)


def levers_by_name(findings, words, settings):
    """What each marked cell is to hold, by its defined name."""
    called = {what: words(f"sheet.live.called.{what}") for what in ("value_per_point", "discount_rate", "horizon_years", "weight")}
    known = lever_names(book_of(findings, words.lang))
    found = {called[what]: getattr(settings, what) for what in ("value_per_point", "discount_rate", "horizon_years")}
    found |= {f"{called['weight']}_{area}": weight for area, weight in settings.weights.items()}
    return found | {known[lever]: value for lever, value in {**settings.chances, **settings.factors}.items()}


def turned(path, values, out, kept=None):
    """A copy with values in some cells of a sheet; its formulas have no values, so that they must be calculated.

    `values` are (number of the sheet, cell, value). Only the sheets whose numbers are `kept` are not emptied.
    """
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for item in book.namelist():
            content, place = book.read(item), re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", item)
            if place:
                number, text = int(place[1]), content.decode()
                text = re.sub(r'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="\w+")?>(<f>[^<]*</f>)<v>[^<]*</v>', r"\1>\2", text)
                if kept is not None and number not in kept:
                    text = re.sub(r"<sheetData>.*</sheetData>", "<sheetData/>", text, flags=re.DOTALL)
                    text = re.sub(r"<(drawing|tableParts|hyperlinks|legacyDrawing)\b.*?(/>|</\1>)", "", text, flags=re.DOTALL)
                for where, cell, value in values:
                    text = text if where != number else holding(text, cell, value)
                content = text.encode()
            copy.writestr(item, content)


def holding(text, cell, value):
    """A sheet with another value in a cell."""
    told = f' t="inlineStr"><is><t>{value}</t></is>' if isinstance(value, str) else f"><v>{float(value)!r}</v>"
    text, count = re.subn(rf'(<c r="{cell}" s="\d+")><v>[^<]*</v>', rf"\1{told}", text)
    assert count == 1, cell
    return text


COUNTS = {"library": 1, "region": 6, "risky": 3}  # random settings of all levers
PASTED = {"none": dict.fromkeys(("x", "y"), 0.0), "beyond": {"x": -3.0, "y": 1.0}, "text": {"x": "twenty", "y": 1.0}}


@pytest.fixture(scope="module")
def recalculated(findings, workbooks, tmp_path_factory):
    """Workbooks as published and at several settings, all recalculated in one go.

    Of those that are turned at random the sheets that take no part are empty, so that it takes seconds.
    """
    program, folder = soffice(), tmp_path_factory.mktemp("recalculated")
    found = {**findings, "risky": fvm.find(risky(), DRAWS)}
    paths = {"region": workbooks["region", "sv"], "library": workbooks["library", "en"], "risky": folder / "made.xlsx"}
    write_workbook(Edition(found["risky"], "en"), paths["risky"])
    asked = {}
    for case, count in COUNTS.items():
        words, published = Words("sv" if case == "region" else "en"), published_settings(found[case].comparison)
        book = opened(paths[case])
        cells = {name: (book.sheetnames.index(cell.parent.title) + 1, cell.coordinate) for name, cell in input_cells(book).items()}
        reckoned = {book.sheetnames.index(words(f"sheet.{key}.name")) + 1 for key in ("live", "workings")}
        chosen = {"published": published, **{str(one): random_settings(found[case], one) for one in range(count)}}
        chosen |= {name: replace(published, weights=weights) for name, weights in PASTED.items() if case == "risky"}
        for name, settings in chosen.items():
            path = folder / f"{case}_{name}.xlsx"
            values = [(*cells[lever], value) for lever, value in levers_by_name(found[case], words, settings).items()]
            assert not name.isdigit() or len(values) == len(cells), "every marked cell is turned"
            turned(paths[case], values, path, reckoned if name.isdigit() and (case, name) != ("risky", "0") else None)
            asked[case, name] = (settings, folder / "out" / path.name)
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, own, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run([*command, *map(str, sorted(folder.glob("*_*.xlsx")))], check=True, capture_output=True, timeout=300)
    return found, asked


@pytest.mark.slow
@pytest.mark.parametrize(("case", "lang"), [("library", "en"), ("region", "sv")])
def test_every_formula_recalculates_to_the_value_it_carries(workbooks, recalculated, case, lang):
    carried = opened(workbooks[case, lang], data_only=True)
    theirs = opened(recalculated[1][case, "published"][1], data_only=True)
    places = [
        (sheet.title, cell.coordinate)
        for sheet in opened(workbooks[case, lang])
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(places) > 150
    for sheet, place in places:
        ours, other = carried[sheet][place].value, theirs[sheet][place].value
        assert ours is not None and not str(other).startswith(("#", "Err:")), (sheet, place)
        assert other == (ours if isinstance(ours, str) else pytest.approx(ours, rel=1e-9, abs=1e-9)), (sheet, place)


def shown_by(path, words):
    """The table of results of a recalculated workbook."""
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    rows = book[words("sheet.live.name")].iter_rows(values_only=True)
    head = next([one for one in row if one is not None] for row in rows if words("sheet.live.published_cost") in row)
    found = [row[: len(head)] for row in takewhile(lambda row: row[0] is not None, rows)]
    book.close()
    return pd.DataFrame(found, columns=head)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "lang"), [("library", "en"), ("region", "sv"), ("risky", "en")])
def test_turning_every_lever_gives_the_library_s_own_values(recalculated, case, lang):
    everything, asked = recalculated
    found, words = everything[case], Words(lang)
    ahead = book_of(found).outlook
    settings = {name: one for (whose, name), one in asked.items() if whose == case and name not in PASTED}
    assert len(settings) == COUNTS[case] + 1 and (case == "library" or (len(ahead.levers.chances) == 3 and ahead.levers.bundles))
    for setting, path in settings.values():
        shown, expected = shown_by(path, words), mid_year_figures(found.inputs, ahead, setting)
        within = 1e-6 * expected["cost"].abs().max()
        for column, heading in (("cost", "sheet.live.cost"), ("score", "sheet.live.score"), ("net_benefit", "column.net_benefit")):
            np.testing.assert_allclose(shown[words(heading)].astype(float), expected[column], atol=within)
        ranks = pd.to_numeric(shown[words("sheet.live.rank")], errors="coerce")
        np.testing.assert_array_equal(ranks, expected["rank"])


@pytest.mark.slow
@pytest.mark.parametrize("name", PASTED)
def test_what_may_not_be_is_said_beside_its_cell_and_gives_no_number(recalculated, name):
    words, path = Words("en"), recalculated[1]["risky", name][1]
    sheet = opened(path, data_only=True)[words("sheet.live.name")]
    heads = {words("sheet.live.area"), words("sheet.live.message")}
    tables = ([[cell.value for cell in row] for row in sheet[table.ref]] for table in sheet.tables.values())
    head, first, *_ = next(rows for rows in tables if heads <= set(rows[0]))
    said = first[head.index(words("sheet.live.message"))]
    key = {"none": "no_weights", "beyond": "allowed", "text": "no_number"}[name]
    assert said == words(f"sheet.live.{key}", low="0", high="1,000")
    assert set(shown_by(path, words)[words("column.net_benefit")]) == {"–"}


@pytest.mark.slow
def test_every_sheet_says_when_a_lever_has_been_turned(recalculated):
    words, asked = Words("en"), recalculated[1]
    for name, key in (("published", "as_published"), ("0", "turned")):
        book = opened(asked["risky", name][1], data_only=True)
        said = [{cell.value for cell in sheet["A"]} for sheet in book]
        assert all(words(f"workbook.{key}") in cells or words(f"sheet.live.{key}") in cells for cells in said)
