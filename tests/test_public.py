"""Public runs: two folders that differ only in secrets give the same run, to the last byte, wherever one looks."""

import base64
import json
import multiprocessing
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from typer.testing import CliRunner

import fvmanalys as fvm
from fvmanalys.analysis import Findings
from fvmanalys.cli import app
from fvmanalys.errors import EvidenceError, RunFailed, UsageError
from fvmanalys.evidence.public import PublicTables, make_public
from fvmanalys.evidence.published import read_manifest
from fvmanalys.evidence.tables import TABLES, columns, secret_columns
from fvmanalys.evidence.write import raw_texts
from fvmanalys.report.charts import figures
from fvmanalys.report.edition import Edition
from fvmanalys.report.harmless import harmless
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.sheets.cells import safe_text
from fvmanalys.report.topics.answer import BESIDE_PUBLIC, answer_sentence, beside_public, stand_in_notice
from fvmanalys.report.topics.sources import header
from fvmanalys.report.words import Words
from fvmanalys.report.workbook import write_workbook
from fvmanalys.run import build, publish
from fvmanalys.run import folder as place
from fvmanalys.run.build import write_raw
from fvmanalys.run.differences import differences
from fvmanalys.run.history import history_table
from fvmanalys.run.log import Log
from fvmanalys.run.suite import Suite, read_suite
from fvmanalys.run.verify import tampered_files, verify
from tests.conftest import BRIEF, ROOT
from tests.decisions import library_decision, write_tables
from tests.secrets import EXTRA, GROUND, ROWS, canaries, confidential_row, secret_decision, secret_rows, write_rows
from tests.soak import child
from tests.soak.child import short_runs
from tests.soak.ground import remains
from tests.test_hostile import appendix_of
from tests.test_workbook import strings
from tests.workbook_checks import faults, table_description_faults

EN = Words("en")
NUMBERS, DAYS = canaries()

# What passes of a confidential row beside its keys and its `when`: choices, references to other rows, who answers.
STRUCTURE = {
    "kind", "owner", "confidential", "category", "basis", "profile", "payer", "employer", "programme", "from_event",
    "to_event", "after", "outside_view", "permanent", "reference", "full_use_event", "type", "role", "censored",
    "own_programme", "part_of", "categories", "resolves", "option_id", "scale", "reveals", "of", "group", "variant_of", "choose_at", "choose_among", "minimum_kind", "minimum_owner",
    "action_owner", "language", "section",
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_numbers_dates_and_texts_are_secret_and_structure_is_not(table: str) -> None:
    passes = (
        STRUCTURE
        | {*TABLES[table].KEY, "when", "known_from", "stand_in"}
        | ({"unit"} if table != "decision" else set())
    )
    assert {column for column in secret_columns(table) if not column.endswith("_en")} == set(columns(table)) - passes
    assert all(f"{column}_en" in secret_columns(table) for column in ("note", "name") if column in columns(table))


def test_every_table_has_a_confidential_row_to_try() -> None:
    assert set(ROWS) == set(TABLES)


# Non-interference, at the level of the public tables

# A file that looks garbled is refused whole, which the page on public runs says; what garbling looks like is left out here.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\xc2\xc3\xe2\ufffd")
TEXT = st.text(LETTERS | st.sampled_from("\n\t;,\"'=é"), max_size=12)
CELL = st.one_of(
    st.just(""),
    TEXT,
    st.floats().map(str),
    st.dates().map(str),
    st.sampled_from(["pert", "fixed", "report", "yes", "omit", "p", "19121212-1212"]),
)


def secret_cells(table: str) -> list[str]:
    return [*secret_columns(table), "known_from"]


@st.composite
def changed(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """The decision with other secrets: cells changed, rows that are omitted added, columns in another order."""
    tables = secret_rows()
    for table, rows in tables.items():
        rows[-1] |= draw(st.dictionaries(st.sampled_from(secret_cells(table)), CELL, max_size=6))
        for _ in range(draw(st.integers(0, 2))):
            omitted = {column: draw(CELL) for column in draw(st.lists(st.sampled_from(columns(table)), max_size=4))}
            rows.insert(draw(st.integers(0, len(rows))), omitted | {"confidential": GROUND, "public": "omit"})
        order = draw(st.permutations(list(rows[0])))
        rows[0] = {column: rows[0][column] for column in order}
    return tables


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> PublicTables:
    """The public tables of the decision."""
    return make_public(secret_decision(tmp_path_factory.mktemp("secret") / "raw"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables=changed())
def test_public_tables_are_the_same_whatever_is_secret(
    public: PublicTables, tables: dict[str, list[dict[str, Any]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = make_public(write_rows(Path(folder) / "raw", tables))
    assert found.tables == public.tables
    assert [str(fault) for fault in found.faults] == [str(fault) for fault in public.faults] == []


def test_the_property_can_fail(public: PublicTables, tmp_path: Path) -> None:
    tables = secret_rows()
    tables["contracts"][-1]["category"] = "Running"
    assert make_public(write_rows(tmp_path / "raw", tables)).tables != public.tables


@pytest.mark.parametrize("table", TABLES)
def test_no_secret_cell_of_any_column_reaches_the_public_tables(table: str, tmp_path: Path) -> None:
    tables, words = secret_rows(), {}
    for number, column in enumerate(secret_cells(table)):
        words[column] = tables[table][-1][column] = f"Quassel{number}x"
    public = make_public(write_rows(tmp_path / "raw", tables))
    assert not [column for column, word in words.items() if word in str(public.tables)]
    public.load()


def test_public_tables_do_not_tell_how_the_files_were_written(public: PublicTables, tmp_path: Path) -> None:
    folder = secret_decision(tmp_path / "raw")
    for path in folder.iterdir():
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        numbers = [
            column for column, field in TABLES[path.stem].model_fields.items() if "float" in str(field.annotation)
        ]
        if path.stem in ("levels", "options"):
            table.to_excel(path.with_suffix(".xlsx"), index=False)
            path.unlink()
        else:
            for column in [one for name in numbers for one in (name, f"public_{name}") if one in table]:
                table[column] = table[column].str.replace(".", ",")
            table.to_csv(path, sep=";", index=False, encoding="cp1252")
    assert raw_texts(make_public(folder).load()) == raw_texts(public.load())


# How one row is let out


def released(tmp_path: Path, table: str, **cells: str) -> PublicTables:
    """The decision with other cells in the confidential row of one table."""
    tables = secret_rows()
    tables[table][-1] |= cells
    return make_public(write_rows(tmp_path / "raw", tables))


def row_of(public: PublicTables, table: str, **key: str) -> dict[str, str]:
    rows = [dict(zip(public.tables[table].header, cells, strict=True)) for _, cells in public.tables[table].rows]
    return next(
        row for row in rows if all(row[name] == text for name, text in key.items()) and row.get("stand_in") == "yes"
    )


def test_a_stand_in_stands_where_the_secret_stood_and_is_marked(public: PublicTables) -> None:
    row = row_of(public, "contracts", item_id="fee")
    shown = {name: text for name, text in row.items() if text}
    assert shown == {
        "option_id": "r", "item_id": "fee", "kind": "assumption", "source_id": "report", "known_from": "2024-02-01",
        "owner": "analysts", "confidential": GROUND, "stand_in": "yes", "likely": "9", "unit": "MSEK", "name": "Fee",
        "category": "Building", "basis": "once", "from_event": "open", "payer": "City",
    }  # fmt: skip


def test_a_date_may_stand_for_a_duration(public: PublicTables) -> None:
    row = row_of(public, "timeline", event_id="open")
    assert row["date"] == "2026-01-31" and not row["likely"]


def test_structure_that_a_row_calls_secret_has_a_stand_in_of_its_own(tmp_path: Path) -> None:
    public = released(
        tmp_path,
        "contracts",
        secret="category; payer",
        category="Quassel",
        category_en="Quassel",
        payer="Quassel",
        public_category="Running",
    )
    row = row_of(public, "contracts", item_id="fee")
    assert row["category"] == "Running" and "Quassel" not in str(public.tables)
    with pytest.raises(
        EvidenceError, match=r"contracts\.csv:\d+: category: is empty, and 'contracts/r/fee' is confidential"
    ):
        released(tmp_path, "contracts", secret="category").load()


@pytest.mark.parametrize(
    ("called", "hint"),
    [
        ("item_id", "choose a secret key neutral"),
        ("when", "neutral"),
        ("categori", "did you mean 'category'"),
        ("confidential", ""),
    ],
)
def test_a_key_or_an_unknown_column_cannot_be_called_secret(tmp_path: Path, called: str, hint: str) -> None:
    with pytest.raises(EvidenceError, match=f"secret: '{called}' is no column that a row can call secret; .*{hint}"):
        released(tmp_path, "contracts", secret=called).load()


def test_a_confidential_fact_needs_a_source_that_may_be_shown(tmp_path: Path) -> None:
    with pytest.raises(
        EvidenceError, match=r"contracts\.csv:11: source_id: is empty, and 'contracts/r/fee' is confidential"
    ):
        released(tmp_path, "contracts", kind="fact", public_source_id="").load()
    row = row_of(
        released(tmp_path, "contracts", kind="fact", secret="kind", public_kind="assumption", public_source_id=""),
        "contracts",
        item_id="fee",
    )
    assert row["kind"] == "assumption"


def test_an_omitted_row_is_not_there(tmp_path: Path) -> None:
    public = released(tmp_path, "contracts", public="omit")
    shown = str(public.tables["contracts"])
    assert "fee" not in shown and GROUND not in shown


def test_what_an_omitted_row_leaves_behind_is_a_fault_of_the_public_tables(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"staffing\.csv:\d+: role_id: 'keeper' is not in staff_costs"):
        released(tmp_path, "staff_costs", public="omit").load()


def test_a_withdrawal_is_known_from_its_public_day(tmp_path: Path) -> None:
    public = released(tmp_path, "timeline", public="withdraw", public_from="2024-05-01")
    row = row_of(public, "timeline", event_id="open")
    assert row["known_from"] == "2024-05-01" and not row.get("date") and not row.get("likely")
    assert list(public.load("2024-04-30").tables["timeline"].query("option_id == 'r'")["likely"]) == [13]
    assert public.load("2024-05-01").tables["timeline"].query("option_id == 'r'").empty


def test_an_omitted_row_that_supersedes_leaves_the_earlier_one_and_check_says_so(tmp_path: Path) -> None:
    tables = secret_rows()
    for row in (tables["timeline"][-1], tables["parameters"][-1]):
        row["public"] = "omit"
    public = make_public(write_rows(tmp_path / "raw", tables))
    assert list(public.load().tables["timeline"].query("option_id == 'r'")["likely"]) == [13]
    shown = CliRunner().invoke(app, ["check", "--public", "--data", str(tmp_path / "raw")])
    assert shown.exit_code == 0
    assert (
        f"{tmp_path / 'raw/timeline.csv'}:7: is omitted; then row 5, known from 2024-01-01, stands in its place"
        in shown.stdout
    )
    assert f"{tmp_path / 'raw/parameters.csv'}:5: is omitted; then row 4," in shown.stdout


@pytest.mark.parametrize("table", TABLES)
def test_a_confidential_row_without_stand_ins_is_a_fault_that_names_it(table: str, tmp_path: Path) -> None:
    tables = secret_rows()
    rows = tables[table]
    rows[-1] = {column: text for column, text in rows[-1].items() if not column.startswith("public_")}
    public = make_public(write_rows(tmp_path / "raw", tables))
    key = "/".join([table, *(rows[-1].get(name, "") for name in TABLES[table].KEY)])
    needed = {"public_from"} | {
        f"public_{name}" for name in ROWS[table].stands if TABLES[table].model_fields[name].is_required()
    }
    needed |= (
        {"public_likely"}
        if "likely" in TABLES[table].model_fields
        else {"public_planned_date"}
        if table == "milestones"
        else set()
    )
    with pytest.raises(EvidenceError) as caught:
        public.load()
    faults = public.of_owner(caught.value.faults)
    assert {
        fault.column
        for fault in faults
        if Path(fault.file).stem == table and f"{key!r} is confidential" in fault.problem
    } == needed
    assert {fault.row for fault in faults if fault.column in needed and Path(fault.file).stem == table} == {
        len(rows) + 1
    }


def test_what_is_missing_is_named_all_at_once_with_what_is_wrong(tmp_path: Path) -> None:
    tables = secret_rows()
    tables["contracts"][-1] |= {"public_likely": "many"}
    tables["levels"][-1] |= {"public_from": "", "public": "omitted"}
    tables["risks"][0] |= {"public_likely": "0.2", "public": "omit"}
    tables["partners"][-1] |= {"public": "withdraw"}
    shown = CliRunner().invoke(app, ["check", "--public", "--data", str(write_rows(tmp_path / "raw", tables))])
    assert shown.exit_code == 1 and isinstance(shown.exception, EvidenceError)
    told = [str(fault).removeprefix(f"{tmp_path / 'raw'}/") for fault in shown.exception.faults]
    assert sorted(text.split(";")[0] for text in told) == [
        "contracts.csv:11: public_likely: 'many' is not a number",
        "levels.csv:17: public: 'omitted' is not one of the allowed values",
        "levels.csv:17: public_from: is empty, and 'levels/r/access//open' is confidential",
        "partners.csv:3: public: is withdraw, and nothing in partners can be withdrawn",
        "risks.csv:2: public: is filled in although the row is not confidential",
        "risks.csv:2: public_likely: is filled in although the row is not confidential",
    ]


def test_only_sources_that_public_rows_cite_appear(public: PublicTables, tmp_path: Path) -> None:
    assert {cells[0] for _, cells in public.tables["sources"].rows} == {"quote", "survey", "report"}
    uncited = released(tmp_path, "contracts", public_source_id="")
    assert "report" not in str(uncited.tables)
    uncited.load()


def test_a_decision_that_cites_nothing_has_public_tables(tmp_path: Path) -> None:
    tables = secret_rows()
    for rows in tables.values():
        for row in rows:
            row |= {"kind": "assumption", "owner": "analysts", "public_source_id": ""} | (
                {} if "title" in row else {"source_id": ""}
            )
            if row.get("confidential", "") in ("", "no"):
                del row["public_source_id"]
    inputs = make_public(write_rows(tmp_path / "raw", tables)).load()
    assert inputs.sources.empty


def test_a_day_is_not_taken_from_what_is_secret(tmp_path: Path) -> None:
    public = released(tmp_path, "decision", public_as_of="", as_of="2024-06-13")
    assert public.load().as_of.isoformat() == "2024-03-01"


def test_forms_for_owners_ask_for_what_is_missing_and_hold_no_secret(tmp_path: Path) -> None:
    tables = secret_rows()
    for table, owner in (("contracts", "Öst & Co"), ("levels", "analysts"), ("spend", "")):
        tables[table][-1] = {
            name: text for name, text in tables[table][-1].items() if not name.startswith("public_")
        } | {"owner": owner}
    folder = write_rows(tmp_path / "raw", tables)
    shown = CliRunner().invoke(
        app, ["standins", "--out", str(tmp_path / "forms"), "--data", str(folder), "--lang", "en"]
    )
    assert shown.exit_code == 0, shown.exception
    forms = sorted((tmp_path / "forms").iterdir())
    assert [path.name for path in forms] == [
        "standins-1-unnamed.xlsx",
        "standins-2-analysts.xlsx",
        "standins-3-st-Co.xlsx",
    ]
    cells = [
        [[str(cell) for cell in row if cell] for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
        for path in forms
    ]
    asked = [row[:4] for row in cells[2][5:]]
    wanted = ("public_from", "public_low", "public_likely", "public_high", "public_distribution")
    assert asked == [["contracts.csv", "11", "contracts/r/fee", column] for column in wanted]
    assert not [
        path
        for path in forms
        for _, text in opened(path.name, path.read_bytes())
        if "canary" in text or any(holds(text, number) for number in NUMBERS)
    ]


SHOWN = {"public_from": "2024-05-01", "public_low": 1, "public_likely": 2.5, "public_high": 4, "public_distribution": "pert"}


def with_forms(folder: Path, answers: dict[str, Any], semicolons: bool = False) -> tuple[Path, Path]:
    """A decision whose row lacks stand-ins, and the forms for it with these answers."""
    tables = secret_rows()
    last = tables["contracts"][-1]
    tables["contracts"][-1] = {name: text for name, text in last.items() if name == "public_source_id" or not name.startswith("public_")}
    data = write_rows(folder / "raw", tables)
    path = data / "contracts.csv"
    if semicolons:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        numbers = ["low", "likely", "high"]
        table[numbers] = table[numbers].map(lambda text: text.replace(".", ","))
        table.to_csv(path, sep=";", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    assert CliRunner().invoke(app, ["standins", "--out", str(folder / "forms"), "--data", str(data)]).exit_code == 0
    [form] = (folder / "forms").iterdir()
    book = openpyxl.load_workbook(form)
    for row in book.active.iter_rows(min_row=6):
        row[5].value = answers.get(row[3].value)
    book.save(form)
    return data, form.parent


def taken(data: Path, forms: Path) -> Any:
    return CliRunner().invoke(app, ["standins", "--take", str(forms), "--data", str(data)])


@pytest.mark.parametrize("semicolons", [False, True])
def test_what_owners_fill_in_is_taken_into_the_raw_tables_and_nothing_else_changes(tmp_path: Path, semicolons: bool) -> None:
    data, forms = with_forms(tmp_path, SHOWN, semicolons)
    before = text_of(data)
    done = taken(data, forms)
    assert done.exit_code == 0 and "contracts.csv: 5 cells taken" in done.output, done.exception
    assert make_public(data).faults == []
    shown = make_public(data).load().estimates.set_index("id").loc["contracts/r/fee"]
    assert list(shown[["low", "likely", "high", "distribution"]]) == [1, 2.5, 4, "pert"]
    after = text_of(data)
    assert [{name: row.get(name, "") for name in old} for old, row in zip(before, after, strict=True)] == before
    assert sorted(path.name for path in data.iterdir()) == sorted(f"{name}.csv" for name in TABLES)


def text_of(data: Path) -> list[dict[str, str]]:
    table = pd.read_csv(data / "contracts.csv", sep=None, engine="python", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return table.to_dict("records")


@pytest.mark.parametrize(
    ("answers", "moved", "words"),
    [
        (SHOWN | {"public_likely": "much"}, False, ["'much'"]),
        (SHOWN | {"public_low": 9}, False, ["9"]),
        (SHOWN | {"public_from": "soon", "public_likely": "much"}, False, ["'soon'", "'much'"]),
        (SHOWN, True, ["row 11 of", "is not 'contracts/r/fee' any more"]),
        ({}, False, ["holds no form with anything filled in"]),
    ],
)
def test_a_form_that_cannot_be_taken_changes_nothing_and_names_every_fault(
    tmp_path: Path, answers: dict[str, Any], moved: bool, words: list[str]
) -> None:
    data, forms = with_forms(tmp_path, answers)
    path = data / "contracts.csv"
    if moved:
        head, first, *rest = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join([head, *rest, first]), "utf-8")
    before = path.read_bytes()
    done = taken(data, forms)
    assert isinstance(done.exception, UsageError) and all(word in str(done.exception) for word in words), done.exception
    assert path.read_bytes() == before and "canary" not in str(done.exception)


# Whole runs


def suite(*notebooks: str, lang: str = "en", draws: int = 256) -> Suite:
    """A suite of the appendix, and these notebooks."""
    every = read_suite(ROOT / "suite.toml")
    chosen = [entry for entry in every.notebooks if entry.appendix or Path(entry.path).name[:2] in notebooks]
    return replace(every, notebooks=chosen, lang=lang, draws=draws)


def other_secrets() -> dict[str, list[dict[str, Any]]]:
    """The decision with every secret cell changed, and with rows that are omitted, some of which supersede."""
    tables = secret_rows("finch")
    for table, rows in tables.items():
        for column in secret_cells(table):
            rows[-1][column] = "" if len(column) % 3 else "1987-06-05" if "date" in column else "999.25"
        rows.insert(0, confidential_row(table, "heron") | {"known_from": "2024-05-05", "public": "omit"})
        rows.append(confidential_row(table, "egret") | {"known_from": "2023-05-05", "public": "omit"})
    return tables


TEMPORARY: list[Path] = []


class Ran:
    """The command line in a process of its own, with a home and temporary files that nothing else touches."""

    def __init__(self, base: Path, rows: dict[str, list[dict[str, Any]]], notebooks: list[Path], public: bool = True, brief: bool = False):
        self.out, self.home, self.temporary = base / "out", base / "home", Path(tempfile.mkdtemp(prefix="fvm"))
        TEMPORARY.append(self.temporary)
        self.home.mkdir(parents=True)
        config = base / "suite.toml"
        entries = [
            f'[[notebooks]]\npath = "{path}"\nappendix = {str(path.stem.startswith("08")).lower()}\n'
            for path in notebooks
        ]
        config.write_text('draws = 256\njobs = 1\nlang = "en"\n' + "".join(entries), "utf-8")
        command = [
            sys.executable,
            *(("-c", BRIEF) if brief else ("-m", "fvmanalys.cli")),
            "run",
            "--data",
            write_rows(base / "raw", rows),
            "--out",
            "out",
            "--config",
            config,
        ]
        command += ["--public"] if public else []
        environment = os.environ | {
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(self.home),
        }
        self.done = subprocess.run(command, cwd=base, env=environment, capture_output=True, text=True, timeout=300)

    def canaries_found(self, *folders: Path) -> set[tuple[str, str]]:
        """Where a secret of the decision stands: on the console, and in folders (output, home and temporary files)."""
        found = set()
        console = [("console", f"{self.done.stdout}{self.done.stderr}")]
        for name, text in [
            *console,
            *(one for folder in folders or (self.out, self.home, self.temporary) for one in everything(folder)),
        ]:
            plain = re.sub(r"<[^>]*>", " ", text) if name.endswith(".svg") else CLOCK.sub("", text)
            found |= {(name, canary) for canary in ("canary", *DAYS) if canary in text}
            found |= {(name, number) for number in NUMBERS if holds(plain, number)}
        return found


HASH = re.compile(r"\b[0-9a-f]{64}\b|(?<=-)[0-9a-f]{10}\b")  # by chance some digits of it are those of a secret


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of every file and its name: zips opened, pictures decoded, escapes resolved; the bytes too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield from opened(str(path.relative_to(folder)), path.read_bytes())


def opened(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from opened(f"{name}/{member}", archive.read(member))
        return
    text = HASH.sub("", content.decode("utf-8", "replace"))
    yield name, name + text
    for picture in re.findall(r"base64,([A-Za-z0-9+/=\s]+)", text):
        yield from opened(f"{name}/picture.svg", base64.b64decode(re.sub(r"\s", "", picture)))
    yield name, unescape(re.sub(r"<[^>]*>", " ", text))


def holds(text: str, number: str) -> bool:
    decimals = len(number.partition(".")[2])
    english = f"{float(number):,.{decimals}f}"
    spellings = {number, number.replace(".", ","), english, english.replace(",", "\u00a0").replace(".", ",")}
    return any(re.search(rf"(?<![\d.]){re.escape(one)}(?!\d)", text) for one in spellings)


CLOCK = re.compile(r'"(at|created|seconds|log)": ("[^"]*"|[\d.]+)|: \d+\.\d s|--expect [0-9a-f]{64}')


def tree(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, by name; of manifest and log all but the clock and what follows from it."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        content = (
            os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b"folder"
        )
        if path.name == ".made":  # what a run and its notebooks rest on (a former run has a clock), and the hash of a manifest with a clock
            noted = {
                run: "told from a run" if read_manifest(folder / "runs" / run)["former"] else [made, executed]
                for run, (made, _, executed) in json.loads(content).items()
            }
            content = json.dumps(noted).encode()
        if path.name == "manifest.json":
            manifest = json.loads(content)
            clocked = {"created": "", "log": "", "seconds": sorted(manifest["seconds"])}
            before = manifest["previous"] and manifest["previous"] | {"sha256": "of a manifest with a clock"}
            content = json.dumps(manifest | clocked | {"previous": before}).encode()
        found[name] = CLOCK.sub("", content.decode()).encode() if path.name == "log.jsonl" else content
    return found


def notebook(path: Path, code: str) -> Path:
    """A notebook of one cell beside the parameters."""
    cells = [nbformat.v4.new_code_cell('data = ""', metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(code)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


APPENDIX = ROOT / "notebooks/08_beslutsbilaga.ipynb"


@pytest.fixture(scope="module", autouse=True)
def tidied() -> Iterator[None]:
    """Remove the temporary folders of all runs: their names must be short, so that they do not lie among pytest's."""
    yield
    for folder in TEMPORARY:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    """Public runs of two decisions that differ only in what is secret."""
    return [
        Ran(tmp_path_factory.mktemp(name), rows, [APPENDIX])
        for name, rows in (("one", secret_rows()), ("other", other_secrets()))
    ]


def test_two_folders_that_differ_in_secrets_alone_give_the_same_run_to_the_last_byte(twins: list[Ran]) -> None:
    one, other = twins
    assert one.done.returncode == other.done.returncode == 0, one.done.stderr + other.done.stderr
    assert one.done.stdout == other.done.stdout and "beslutsbilaga.xlsx" in one.done.stdout
    assert CLOCK.sub("", one.done.stderr) == CLOCK.sub("", other.done.stderr)
    found = tree(one.out)
    assert found == tree(other.out)
    assert found[".kind"] == b"public\n" and any(name.endswith("beslutsbilaga.html") for name in found)


def test_no_canary_stands_anywhere_after_a_public_run(twins: list[Ran]) -> None:
    assert twins[0].canaries_found() == set()
    assert not list(twins[0].temporary.iterdir())


def test_an_internal_run_does_hold_the_canaries(tmp_path: Path) -> None:
    inputs = fvm.load(secret_decision(tmp_path / "raw"))
    text = inputs.estimates.to_csv() + "".join(table.to_csv() for table in inputs.history.values())
    assert [canary for canary in ("canary", *DAYS) if canary not in text] == []
    assert [number for number in NUMBERS if not holds(text, number)] == []


def test_a_run_that_fails_keeps_nothing_secret_and_the_same_for_both(tmp_path: Path) -> None:
    failing = notebook(
        tmp_path / "fails.ipynb",
        "import fvmanalys\ninputs = fvmanalys.load(data)\nraise ValueError(inputs.estimates.to_csv())",
    )
    runs = [
        Ran(tmp_path / name, rows, [failing], brief=True) for name, rows in (("one", secret_rows()), ("other", other_secrets()))
    ]
    assert [run.done.returncode for run in runs] == [1, 1]
    kept = [tree(run.out) for run in runs]
    assert kept[0] == kept[1] and any(name.endswith("fails.ipynb") for name in kept[0])
    assert runs[0].canaries_found() == set()


STEPS = ("raw tables", "model", "tables", "notebooks", "figures", "workbook", "page", "publish")


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_stops_at_any_step_keeps_the_same_for_both(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Log.step

    def stop(log: Log, what: str, **facts: Any) -> Any:
        if what == step:
            raise RunFailed("stopped")
        return begin(log, what, **facts)

    short_runs(monkeypatch.setattr)
    monkeypatch.setattr(Log, "step", stop)
    kept = []
    for name, rows in (("one", secret_rows()), ("other", other_secrets())):
        with pytest.raises(RunFailed, match="stopped"):
            publish.run(write_rows(tmp_path / name / "raw", rows), tmp_path / name / "out", suite(), public=True)
        kept.append(tree(tmp_path / name / "out"))
    assert kept[0] == kept[1] and any(name.startswith("failed/") and name.endswith(".jsonl") for name in kept[0])
    assert not any(b"canary" in content for content in kept[0].values())


@pytest.mark.skipif(os.name != "posix", reason="a kill is POSIX's own")
def test_a_run_killed_at_any_change_of_the_disk_leaves_nothing_secret_and_the_next_mends_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([child.__name__])
    data = secret_decision(tmp_path / "raw")
    for number in (1, 2, 3, 5, 8, 12, 20, 40, 60, 10_000):
        process = context.Process(target=child.public_run_and_die, args=(data, tmp_path / "out", suite(), number))
        process.start()
        process.join()
        assert process.exitcode == (0 if number == 10_000 else -signal.SIGKILL), number
        left = dict(everything(tmp_path / "out"))
        assert not [name for name, text in left.items() if "canary" in text or any(day in text for day in DAYS)]
    assert any(name.endswith("one.ipynb") for name in left)


@pytest.mark.skipif(os.name != "posix", reason="a kill is POSIX's own")
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # many more in `make soak`
@given(kills=st.lists(st.tuples(st.integers(1, 120), st.integers(1, 2)), min_size=1, max_size=2), public=st.booleans())
@example(kills=[(10_000, 2), (60, 1)], public=True)  # of a run that is told from another
def test_whenever_runs_are_killed_what_is_published_is_whole_and_no_secret_lies_elsewhere(
    kills: list[tuple[int, int]], public: bool
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([child.__name__])
    left = []
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("one", secret_rows()), ("other", other_secrets())) if public else [("one", secret_rows())]:
            home, out, data = Path(folder, name, "home"), Path(folder, name, "out"), write_rows(Path(folder, name, "raw"), rows)
            home.mkdir()
            for number, seed in [*kills, (10_000, 1)]:
                facts = data, out, replace(suite(), seed=seed), number, public, home
                process = context.Process(target=child.public_run_and_die, args=facts)
                process.start()
                process.join()
                assert process.exitcode in ((0,) if number == 10_000 else (0, -signal.SIGKILL))
                run = place.latest(out)
                assert run is None or not tampered_files(run, read_manifest(run))
                seen = dict(everything(home)) | (dict(everything(out)) if public else {})
                assert not [one for one, text in seen.items() if "canary" in text or any(day in text for day in DAYS)]
            left.append(tree(out))
            assert not remains(out)
    assert not public or left[0] == left[1]


KILLS = {
    "while a notebook runs": "import os, signal, fvmanalys\nprint(fvmanalys.load(data).estimates.to_csv())\n"
    "os.kill(os.getppid(), signal.SIGKILL)",
    "by a scheduler": "import os, signal, time\nos.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)",
}


@pytest.mark.skipif(os.name != "posix", reason="a kill is POSIX's own")
def test_an_internal_run_that_is_killed_leaves_nothing_secret_outside_its_folder(tmp_path: Path) -> None:
    run = Ran(
        tmp_path, secret_rows(), [notebook(tmp_path / "kills.ipynb", KILLS["while a notebook runs"])], public=False, brief=True
    )
    assert run.done.returncode == -signal.SIGKILL
    assert run.canaries_found(run.home, run.temporary) == set() and run.canaries_found(run.out)


@pytest.mark.skipif(os.name != "posix", reason="a kill is POSIX's own")
@pytest.mark.parametrize("moment", KILLS)
def test_a_killed_run_leaves_nothing_secret_anywhere(moment: str, tmp_path: Path) -> None:
    run = Ran(tmp_path, secret_rows(), [notebook(tmp_path / "kills.ipynb", KILLS[moment])], brief=True)
    assert run.done.returncode in (-signal.SIGKILL, 1)
    assert run.canaries_found() == set()
    assert [path for path in run.out.rglob("*") if path.is_file()]


def test_a_public_run_that_lacks_stand_ins_writes_nothing(tmp_path: Path) -> None:
    tables = secret_rows()
    tables["contracts"][-1]["public_from"] = ""
    with pytest.raises(
        EvidenceError, match=r"in the public tables .*\ncontracts\.csv:11: known_from: is empty"
    ) as caught:
        publish.run(write_rows(tmp_path / "raw", tables), tmp_path / "out", suite(), public=True)
    assert not (tmp_path / "out").exists() and "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "harm", ["confidential\ncanary,canary,canary\n", "canary,canary\n1,2\n", "\0canary", '"canary']
)
def test_raw_tables_that_cannot_be_read_are_told_without_what_stands_there(harm: str, tmp_path: Path) -> None:
    folder = secret_decision(tmp_path / "raw")
    (folder / "contracts.csv").write_text(harm, "utf-8")
    with pytest.raises(EvidenceError) as caught:
        publish.run(folder, tmp_path / "out", suite(), public=True)
    assert f"{folder / 'contracts.csv'}: file: cannot be read; run `fvmanalys check --public`" in str(caught.value)
    assert "canary" not in str(caught.value) and not (tmp_path / "out").exists()


def test_the_manifest_says_that_the_run_is_public_and_verify_makes_it_anew(twins: list[Ran]) -> None:
    run = (twins[0].out / "latest").resolve()
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert manifest["public"] is True and manifest["parameters"]["seed"] == 1
    assert manifest["code_revision"] == "", "the checkout may hold the raw tables"
    assert verify(run).holds


def test_without_secrets_a_public_run_is_the_ordinary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("run_suite", "write_figures", "write_book", "write_pages"):
        monkeypatch.setattr(build, name, lambda *_: None)
    folder = write_tables(tmp_path / "raw", library_decision(3) | EXTRA)
    (folder / "levels.csv").write_text(
        (folder / "levels.csv").read_text("utf-8").replace(",quiet,,", ",quiet,still,"), "utf-8"
    )
    runs = [
        publish.run(folder, tmp_path / name, suite(), public=public).path
        for name, public in (("internal", False), ("public", True))
    ]
    found = [
        {path.name: path.read_bytes() for path in (run / "tables").iterdir() if path.stem != "history"} for run in runs
    ]
    assert found[0] == found[1] and len(found[0]) > 20


def test_public_runs_tell_changes_history_and_differences_as_any_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("run_suite", "write_figures", "write_book", "write_pages"):
        monkeypatch.setattr(build, name, lambda *_: None)
    folder = secret_decision(tmp_path / "raw")
    runs = [
        publish.run(folder, tmp_path / "out", suite(), day, public=True).path for day in ("2024-05-01", "2024-06-01")
    ]
    assert json.loads((runs[1] / "manifest.json").read_text("utf-8"))["former"] == runs[0].name
    assert list(history_table(tmp_path / "out")["as_of"].unique()) == ["2024-05-01", "2024-06-01"]
    assert (runs[1] / "tables/changes.csv").is_file()
    told = differences(*runs)
    assert told.sentences and "canary" not in str(told)


# What readers are told


def all_stand_ins() -> dict[str, list[dict[str, Any]]]:
    """The decision with every row confidential, each with stand-ins for all that it says."""
    tables = secret_rows()
    for table, rows in tables.items():
        for row in [row for row in rows if not row.get("confidential")]:
            row |= {f"public_{column}": row.pop(column) for column in secret_columns(table) if row.get(column)}
            row |= {
                "confidential": GROUND,
                "public_from": row.get("known_from") or "2023-01-01",
                "known_from": "2024-06-01",
            }
    return tables


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a public run finds where every row is a stand-in."""
    return fvm.find(make_public(write_rows(tmp_path_factory.mktemp("all") / "raw", all_stand_ins())).load(), 256)


def test_stand_ins_equal_to_the_open_figures_give_the_same_answer(shown: Findings, public: PublicTables) -> None:
    assert shown.comparison.table.equals(fvm.find(public.load(), 256).comparison.table)


def test_the_page_opens_with_the_stand_ins_and_marks_each(shown: Findings) -> None:
    page = appendix_of(shown, "en")
    count = len(shown.inputs.estimates)
    opening = unescape(re.sub("<[^>]*>", "", page[: page.index('id="answer"')]))
    assert (
        f"{count} of {count} figures are stand-ins" in opening
        and f"{GROUND} (" in opening
        and "conclusions are those of the stand-ins" in opening
    )
    unmarked = [
        (re.sub("<[^>]*>", "", table[: table.index("</caption>")]), re.sub("<[^>]*>", " ", row))
        for table in re.findall(r"<table>.*?</table>", page, re.DOTALL)
        if re.search(r"<th[^>]*>Kind( of evidence)?</th>", table)
        for row in re.findall(r"<tr>.*?</tr>", table[table.index("<tbody>") :], re.DOTALL)
        if 'class="kind"' in row and "stand-in" not in row
    ]
    assert unmarked == [] and page.count("stand-in") > count


def test_the_workbook_opens_with_the_stand_ins_and_marks_each(shown: Findings, tmp_path: Path) -> None:
    write_workbook(Edition(shown, EN.lang), tmp_path / "book.xlsx")
    assert faults(tmp_path / "book.xlsx") == [] and table_description_faults(tmp_path / "book.xlsx") == []
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    first = " ".join(str(book.worksheets[0].cell(row, 1).value) for row in range(1, 9))
    assert f"{len(shown.inputs.estimates)} of {len(shown.inputs.estimates)} figures are stand-ins" in first
    marks = {f"{mark} " for mark in KIND_MARKS.values()}
    cells = [
        (sheet.title, [str(cell.value or "") for cell in row]) for sheet in book.worksheets for row in sheet.iter_rows()
    ]
    rows = [(title, row) for title, row in cells if any(cell[:2] in marks for cell in row)]
    assert [
        (title, row)
        for title, row in rows
        if not any("stand-in" in cell for cell in row) and title not in KINDS_TOGETHER and any(row[1:])
    ] == []
    assert len(rows) > len(shown.inputs.estimates)


GROUNDS = ["OSL (19 kap. ((1 §)", '=1+1; <b>&"x"*', "31 kap. 16 §\u2028\x0b", "{ground}", "n" * 190]


def test_a_ground_in_odd_characters_is_shown_as_it_is_and_does_nothing(tmp_path: Path) -> None:
    tables = secret_rows()
    *others, last = tables["contracts"]
    tables["contracts"] = others + [last | {"item_id": f"fee{number}", "confidential": ground} for number, ground in enumerate(GROUNDS)]
    findings = fvm.find(make_public(write_rows(tmp_path / "raw", tables)).load(), 64)
    page, book = appendix_of(findings, "en"), tmp_path / "book.xlsx"
    write_workbook(Edition(findings, EN.lang), book)
    told = " ".join(text for _, text in strings(book))
    assert faults(book) == [] and "<b>" not in page
    for ground in GROUNDS:
        shown = escape(harmless(ground.strip()))
        assert f"stand-in ({shown})" in page and f"{shown} (1)" in page, ground
        assert f"stand-in ({safe_text(ground.strip())})" in told, ground


def test_inputs_that_an_analyst_changed_keep_their_public_version(tmp_path: Path) -> None:
    inputs = fvm.load(secret_decision(tmp_path / "raw"))
    changed = fvm.find(inputs.with_estimate("contracts/r/fee", 50), 64)
    public = fvm.find(inputs, 64).public_version
    assert changed.public_version.comparison.table.equals(public.comparison.table)
    assert not changed.comparison.table.equals(public.comparison.table)


KINDS_TOGETHER = {"About", "Uncertainty", "Risks and gaps"}  # here a kind is told of, not a row
SINGLE_ROWS = ("milestones", "reference-class", "timeline", "tornado", "information", "viewpoints")


def test_figures_of_single_rows_mark_them(shown: Findings) -> None:
    pictures = {picture.name: picture for picture in figures(Edition(shown, "en"))}
    assert [name for name in SINGLE_ROWS if "stand-in" not in pictures[name].alt + pictures[name].svg] == []


def test_without_stand_ins_nobody_is_told_of_any(tmp_path: Path) -> None:
    findings = fvm.find(fvm.load(write_tables(tmp_path / "raw", library_decision(3))), 64)
    assert stand_in_notice(Edition(findings, EN.lang)) == beside_public(Edition(findings, EN.lang)) == [] and not BESIDE_PUBLIC(Edition(findings, EN.lang))
    assert "Public version" not in header(Edition(findings, EN.lang)) and findings.public_tables is None


def test_an_internal_run_shows_what_the_public_version_says(tmp_path: Path) -> None:
    secret_decision(tmp_path / "as edited")
    write_raw(raw_texts(fvm.load(tmp_path / "as edited")), tmp_path / "as the run keeps it")
    findings = fvm.find(fvm.load(tmp_path / "as the run keeps it"), 256)
    theirs = fvm.find(make_public(tmp_path / "as edited").load(findings.inputs.as_of), 256).comparison
    told = " ".join(beside_public(Edition(findings, EN.lang)))
    assert answer_sentence(Edition(findings.public_version, EN.lang)) in told and "canary" not in told
    lead = theirs.table.loc[theirs.table["permanent"], "net_benefit"].nlargest(2).diff().abs().iloc[-1]
    assert (
        f"by {EN.amount(lead)} and is best in {EN.share(theirs.table['p_best'][theirs.best])} of the outcomes" in told
    )
    table = findings.tables()["public_comparison"].set_index("option")
    assert list(table["public_net_benefit"]) == list(theirs.table["net_benefit"])
    assert list(table["net_benefit_difference"]) == list(
        findings.comparison.table["net_benefit"] - theirs.table["net_benefit"]
    )
    assert "The answer with stand-ins" in appendix_of(findings, "en")


def test_an_internal_run_says_how_many_rows_lack_stand_ins(tmp_path: Path) -> None:
    tables = secret_rows()
    for table in ("levels", "risks"):
        tables[table][-1]["public_from"] = ""
    findings = fvm.find(fvm.load(write_rows(tmp_path / "raw", tables)), 64)
    assert beside_public(Edition(findings, EN.lang)) == [Edition(findings, "en")("public.lacks", count=2)]
    tables["levels"][-1] |= {"public_from": "2024-02-01", "public_low": "70"}
    tables["risks"][-1] |= {"public_from": "2024-02-01"}
    broken = fvm.find(fvm.load(write_rows(tmp_path / "broken", tables)), 64)
    assert beside_public(Edition(broken, EN.lang)) == [EN("public.broken")]


# The folder that runs are published in


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_public_and_internal_runs_never_share_a_folder(first: bool, second: bool, tmp_path: Path) -> None:
    kinds = {True: place.PUBLIC, False: place.INTERNAL}
    with place.held(tmp_path / "out"):
        place.claim(tmp_path / "out", kinds[first])
    folder = secret_decision(tmp_path / "raw")
    with pytest.raises(
        UsageError, match=f"holds {kinds[first]} runs, and {kinds[second]} ones .* choose another folder with --out"
    ):
        publish.run(folder, tmp_path / "out", suite(), public=second)
    assert (tmp_path / "out/.kind").read_text() == f"{kinds[first]}\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".kind", ".lock"]


@pytest.mark.parametrize(
    ("manifests", "kind"),
    [
        (['{"public": true}'], "public"),
        (["{}"], "internal"),
        (['{"public": true}', "{}"], "internal"),
        (["not json"], "internal"),
        ([], ""),
    ],
)
def test_a_folder_from_before_it_said_its_kind_is_known_by_its_runs(
    manifests: list[str], kind: str, tmp_path: Path
) -> None:
    for number, text in enumerate(manifests):
        (tmp_path / f"runs/{number}").mkdir(parents=True)
        (tmp_path / f"runs/{number}/manifest.json").write_text(text)
    other = {"public": "internal", "internal": "public"}.get(kind)
    if other:
        with pytest.raises(UsageError, match=f"holds {kind} runs"):
            place.claim(tmp_path, other)
    for one in [kind] if kind else ["public"]:
        place.claim(tmp_path, one)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's own")
def test_only_its_owner_can_look_into_a_run_until_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    short_runs(monkeypatch.setattr)
    monkeypatch.setattr(
        "fvmanalys.run.build.run_suite",
        lambda *rest: seen.extend(stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("out/.building-*")),
    )
    run = publish.run(secret_decision(tmp_path / "raw"), tmp_path / "out", suite()).path
    assert seen == [0o700] and stat.S_IMODE(run.stat().st_mode) == 0o755


def test_no_part_of_a_workbook_lies_in_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    findings = fvm.find(fvm.load(secret_decision(tmp_path / "raw")), 64)
    for name in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory"):
        monkeypatch.setattr(tempfile, name, refuse)
    write_workbook(Edition(findings, EN.lang), tmp_path / "book.xlsx")
