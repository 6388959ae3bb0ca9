"""The public version: what is confidential is in no byte of it, and nothing published can be computed back to it."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from itertools import permutations
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.optimize import linprog

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError, RunFailed
from fvmanalys.report.words import Words
from fvmanalys.run import public, publish
from fvmanalys.run.masking.guard import check_bytes
from fvmanalys.run.masking.markup import merged_html
from fvmanalys.run.masking.moves import directions, moved
from fvmanalys.run.masking.names import marker, without_names
from fvmanalys.run.masking.raw import RawTable, Secret, csv_text, is_secret, masked_copy, read_raw, secrets_in, write_raw
from fvmanalys.run.masking.tables import MASK, merged_tables
from fvmanalys.run.masking.values import Masks, common_number
from fvmanalys.run.public import load_quietly, remove_orphans
from fvmanalys.run.suite import Suite, read_suite
from fvmanalys.run.verify import TAMPERED, UNCHANGED, verify
from tests.conftest import ROOT, need
from tests.decisions import library_decision, write_tables
from tests.secrets import DAYS, EXTRA, GROUND, KNOWN, NUMBERS, ROWS, TEXTS, secret_decision, with_rows
from tests.workbook_checks import faults, table_description_faults

DRAWS = 256
EN, SV = Words("en"), Words("sv")


def suite(*notebooks: str, lang: str = "en", draws: int = DRAWS, seed: int = 1) -> Suite:
    """A suite of these notebooks alone; the appendix is always among them."""
    every = [entry for entry in read_suite(ROOT / "suite.toml").notebooks if entry.appendix or Path(entry.path).name[:2] in notebooks]
    return replace(read_suite(ROOT / "suite.toml"), notebooks=every, lang=lang, draws=draws, seed=seed)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small decision with a confidential row of every kind."""
    return secret_decision(tmp_path_factory.mktemp("secret") / "raw")


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its public version."""
    return publish.run(data, tmp_path_factory.mktemp("public"), suite("00"), public=True).path


# What stands in the files


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of every file, zips opened, pictures decoded, escapes resolved; and the bytes as they are."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from opened(path.name, path.read_bytes())


def opened(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from opened(f"{name}/{member}", archive.read(member))
        return
    text = content.decode("utf-8", "replace")
    yield name, name + text
    if name.endswith((".ipynb", ".json")):
        text = json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", "").replace("\\\"", '"')
        yield name, text
    for picture in re.findall(r"base64,([A-Za-z0-9+/=\s]+)", text):
        yield from opened(f"{name}/picture.svg", base64.b64decode(re.sub(r"\s", "", picture)))
    yield name, unescape(re.sub(r"<[^>]*>", " ", text))


def spellings(number: str) -> set[str]:
    decimals = len(number.partition(".")[2])
    english = f"{float(number):,.{decimals}f}"
    return {number, number.replace(".", ","), english, english.replace(",", "\u00a0").replace(".", ",")}


def holds(text: str, number: str) -> bool:
    return any(re.search(rf"(?<![\d.]){re.escape(one)}(?!\d)", text) for one in spellings(number))


def test_no_canary_stands_in_any_byte(run: Path) -> None:
    found = set()
    for name, text in everything(run):
        drawing = name.endswith(".svg")
        plain = re.sub(r"<[^>]*>", " ", text) if drawing else text
        found |= {(name, canary) for canary in (*TEXTS, *DAYS) if canary.lower() in text.lower()}
        found |= {(name, number) for number in NUMBERS if holds(plain, number)}
    assert not found


def test_the_ordinary_run_does_hold_the_canaries(data: Path) -> None:
    inputs = fvm.load(data)
    text = inputs.estimates.to_csv() + "".join(table.to_csv() for table in inputs.tables.values())
    assert [canary for canary in TEXTS if canary not in text] == []
    assert [number for number in NUMBERS if not holds(text, number)] == []


def test_of_a_confidential_raw_row_only_the_ground_is_kept(run: Path, data: Path) -> None:
    known, masked = read_raw(data), read_raw(run / "raw")
    assert set(known) == set(masked) and [path.suffix for path in (run / "raw").iterdir()] == [".csv"] * len(known)
    for name in ROWS:
        rows = pd.read_csv(run / "raw" / f"{name}.csv", dtype=str, keep_default_na=False, skip_blank_lines=False)
        assert len(rows) == len(known[name].rows)
        for given, kept in zip(known[name].rows, rows.to_dict("records"), strict=True):
            expected = {column: given[column] if column == "confidential" else "" for column in given} if is_secret(given) else given
            assert kept == expected, name


def test_the_manifest_has_no_seed_and_no_hash_of_an_unmasked_file(run: Path, data: Path) -> None:
    from fvmanalys.run.record import file_hashes

    text = (run / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert manifest["public"] is True
    assert manifest["confidential_rows"] == {GROUND: 9, "yes": 1}
    assert "seed" not in text
    unmasked = {digest for name, digest in file_hashes(data).items() if name.removesuffix(".csv") in ROWS}
    assert not unmasked & set(re.findall(r"[0-9a-f]{64}", text))


def test_no_seed_is_told_anywhere(run: Path) -> None:
    for path in (run / "notebooks").iterdir():
        sources = ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]]
        assert not [source for source in sources if re.search(r"^seed\s*=", source, re.MULTILINE)]
    for name, text in everything(run):
        assert "(seed 1)" not in text, name
        assert EN("sheet.about.run_seed") not in text, name


def test_the_reader_is_told_first_what_is_masked(run: Path) -> None:
    notices = [EN("public.notice", count="10", grounds=f"{GROUND} (9) and {EN('public.no_ground')} (1)"), EN("public.mask_means", mask=EN("public.mask"))]
    sheet = openpyxl.load_workbook(run / "beslutsbilaga.xlsx").worksheets[0]
    first = " ".join(str(sheet.cell(row, 1).value) for row in range(1, 9))
    texts = [first, *((run / "notebooks" / name).read_text("utf-8")[:9000] for name in ("00_underlag.ipynb", "08_beslutsbilaga.ipynb"))]
    texts.append(re.sub(r"<style>.*?</style>", "", (run / "beslutsbilaga.html").read_text("utf-8"), flags=re.DOTALL)[:2500])
    for text in texts:
        assert all(notice in unescape(text) for notice in notices)


def test_what_no_secret_touches_is_still_shown(run: Path, data: Path) -> None:
    shown = pd.read_csv(run / "tables/comparison.csv", index_col="option")
    known = fvm.find(fvm.load(data), DRAWS).comparison.table
    assert float(shown.loc["q", "cost_p50"]) == pytest.approx(known.loc["q", "cost_p50"], rel=5e-3)
    assert shown.loc["r", "cost_p50"] == MASK
    assert shown.loc["t", "score"] == MASK
    assert any((run / "figures").iterdir())
    html = (run / "beslutsbilaga.html").read_text("utf-8")
    assert "Confidential 2 (OSL 19 kap. 1 §)" in unescape(html)
    assert "<figure" in html


def test_public_workbooks_are_tidy_and_hold_no_formula(run: Path) -> None:
    path = run / "beslutsbilaga.xlsx"
    assert faults(path) == [] and table_description_faults(path) == []
    book = openpyxl.load_workbook(path)
    cells = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [value for value in cells if isinstance(value, str) and value.startswith("=")]
    assert not book.defined_names or not [name for name in book.defined_names if not name.startswith("_")]
    assert EN("public.mask") in cells


def test_the_public_workbook_opens_without_an_error(run: Path, tmp_path: Path) -> None:
    office = need("soffice")
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", tmp_path / "out", run / "beslutsbilaga.xlsx"], check=True, capture_output=True, timeout=180)
    book = openpyxl.load_workbook(tmp_path / "out/beslutsbilaga.xlsx", data_only=True)
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("#")]


def test_a_public_run_is_verified_by_its_hashes(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    found = verify(copy)
    assert found.verdict == UNCHANGED and found.holds and "hashes alone" in found.verdict
    (copy / "tables/comparison.csv").write_text("option\n", "utf-8")
    assert verify(copy).verdict == TAMPERED


# What can be computed from it


def interval(text: str) -> tuple[float, float] | None:
    """What a published number says: all that is rounded to it; None where it is masked."""
    try:
        value = float(text)
    except ValueError:
        return None
    decimals, whole = text.partition(".")[2], text.partition(".")[0].lstrip("-")
    places = len(decimals) if decimals.strip("0") else -(len(whole) - len(whole.rstrip("0"))) if len(whole) > 2 else 0
    return value - 0.5 * 10.0**-places, value + 0.5 * 10.0**-places


def test_no_linear_programme_narrows_a_cost_below_a_quarter(tmp_path: Path) -> None:
    """Four secrets in the same totals; all else of the costs is known, and so is how every published figure is made of them."""
    amounts = (("p", 1, "Building", "0.2117"), ("p", 2, "Running", "0.0904"), ("q", 1, "Building", "0.1933"), ("q", 2, "Building", "0.05111"))
    fixed = ROWS["contracts"][0] | {"low": "", "high": "", "distribution": ""}
    rows = [fixed | {"option_id": option, "item_id": f"fee_{option}_{number}", "category": category, "likely": amount} for option, number, category, amount in amounts]
    folder = secret_decision(tmp_path / "raw", {"contracts": rows}, options=3)
    variants = [fvm.find(inputs, DRAWS) for inputs in worlds(folder)]
    hidden = frozenset(f"contracts/{option}/masked_{number}" for number, option in enumerate("ppqq", 1))
    tables, streams = [one.tables() for one in variants], variants[0].simulation.yearly_streams
    shown, rounded = (list(equations(merged_tables(some, Masks(EN, hidden)), streams, sorted(hidden))) for some in (tables, tables[:1]))
    assert len(shown) >= 3
    for number, name in enumerate(sorted(hidden)):
        low, high = scale_of(number, shown, len(hidden))
        assert low <= 0.75 + 1e-6 and high >= 1.25 - 1e-6, name
    least, most = zip(*(scale_of(number, rounded, len(hidden)) for number in range(len(hidden))), strict=True)
    assert max(least) > 0.75 or min(most) < 1.25, "rounding alone would do, so this decision tests nothing"


def test_every_figure_of_every_table_holds_in_every_world(data: Path, tmp_path: Path) -> None:
    """The certificate that no programme over all tables can be beaten by: each variant's own figure is what is published, as rounded."""
    variants = worlds(Path(shutil.copytree(data, tmp_path / "raw")))
    tables = [fvm.find(inputs, DRAWS).tables() for inputs in variants]
    hidden = frozenset(name for inputs in variants for name in inputs.estimates.loc[inputs.estimates["confidential"] != "no", "id"])
    compared = rounded = 0
    for name, table in merged_tables(tables, Masks(EN, hidden)).items():
        keys = [column for column in table if column in tables[0][name] and tables[0][name][column].dtype.kind not in "fiub"]
        own = [one[name].astype(dict.fromkeys(keys, str)).set_index(keys) for one in tables if keys and name in one]
        for row in table.astype(dict.fromkeys(keys, str)).to_dict("records") if len(own) == len(tables) else []:
            key = tuple(row[column] for column in keys)
            found = [one.loc[[key] if len(keys) > 1 else [key[0]]] for one in own if (key if len(keys) > 1 else key[0]) in one.index]
            for column in set(row) - set(keys) if len(found) == len(own) and all(len(one) == 1 for one in found) else ():
                ends = interval(str(row[column]))
                for one in found if ends and not np.isnan(ends[0]) else []:
                    theirs = float(one[column].iloc[0])
                    assert ends[0] - 1e-9 <= theirs <= ends[1] + 1e-9, (name, key, column)
                    compared, rounded = compared + 1, rounded + (theirs != float(row[column]))
    assert compared > 1_000 and rounded > 20


def scale_of(number: int, rules: list[tuple[np.ndarray, float, float]], count: int) -> tuple[float, float]:
    """How small and how large one secret may be, in shares of itself, if every published figure holds."""
    left = np.array([row for coefficients, _, _ in rules for row in (coefficients, -coefficients)])
    right = np.array([end for _, low, high in rules for end in (high, -low)])
    goal = np.eye(count)[number]
    least, most = (linprog(sign * goal, A_ub=left, b_ub=right, bounds=[(0, 100)] * count) for sign in (1, -1))
    assert least.status == most.status == 0
    return least.fun, -most.fun


def equations(tables: dict[str, pd.DataFrame], streams: pd.DataFrame, names: list[str]) -> Iterator[tuple[np.ndarray, float, float]]:
    """What each published figure of cost says of the secrets: how much of each is in it, and between which ends they sum."""

    def rule(figure: object, chosen: pd.DataFrame, measure: str, minus: pd.DataFrame | None = None) -> Iterator[tuple[np.ndarray, float, float]]:
        found = interval(str(figure))
        parts = [(1.0, chosen)] + ([(-1.0, minus)] if minus is not None else [])
        secret = np.array([sum(sign * rows.loc[rows["stream"] == name, measure].sum() for sign, rows in parts) for name in names])
        known = sum(sign * rows.loc[~rows["stream"].isin(names), measure].sum() for sign, rows in parts)
        if found and secret.any():
            yield secret, found[0] - known, found[1] - known

    for row in tables["comparison"].to_dict("records"):
        yield from rule(row["cost_mean"], streams[streams["option"] == row["option"]], "present_value")
    for row in tables["yearly_cost"].to_dict("records"):
        mine = streams[(streams["option"] == row["option"]) & (streams["category"] == row["category"]) & (streams["year"] == row["year"])]
        yield from rule(row["present_value"], mine, "present_value")
        yield from rule(row["cost"], mine, "cost")
    for row in tables["reasons"].query("kind == 'category'").to_dict("records"):
        of = {who: streams[(streams["option"] == row[who]) & (streams["category"] == row["part"])] for who in ("option", "other")}
        yield from rule(row["difference"], of["other"], "present_value", of["option"])


def worlds(folder: Path) -> list[fvm.Inputs]:
    """Every variant of a folder of raw tables, loaded."""
    raw, as_of = read_raw(folder), fvm.load(folder).as_of
    secrets = secrets_in(raw)
    base = without_names(raw, secrets, EN)
    found = []
    for number, world in enumerate([base, *(moved(base, way, as_of) for way in directions(secrets))]):
        place = folder.parent / f"world-{number}" / "raw"
        write_raw(world, place)
        found.append(fvm.load(place))
    return found


@pytest.mark.parametrize("kind", sorted(set(ROWS) - {"sources"}))
def test_every_variant_loads_and_moves_every_number(kind: str, tmp_path: Path) -> None:
    rows = {name: ROWS[name] for name in ({"staffing", "staff_costs"} if kind in ("staffing", "staff_costs") else {kind})}
    folder = secret_decision(tmp_path / "raw", rows)
    raw, as_of = read_raw(folder), fvm.load(folder).as_of
    for way in directions(secrets_in(raw))[:2]:
        world = moved(raw, way, as_of)
        before, after = (next(row for row in tables[kind].rows if is_secret(row)) for tables in (raw, world))
        for column in ("low", "likely", "high", "amount"):
            if before.get(column):
                assert float(after[column]) == pytest.approx(float(before[column]) * (1 + 0.25 * way(0)))
        assert kind not in ("timeline", "milestones") or before != after
    assert len(worlds(folder)) >= 3


# Single parts


def test_a_number_is_exact_or_rounded_or_masked() -> None:
    assert common_number([1234.5, 1234.5]) == 1234.5
    assert common_number([1234.5, 1233.9]) == 1230
    assert common_number([1234.5, 1243.0]) == 1200
    assert common_number([1234.5, 1290.0]) is None
    assert common_number([2027, 2028], whole=True) is None
    assert common_number([float("nan"), 1.0]) is None


def test_the_secrets_of_one_whole_never_all_move_alike(tmp_path: Path) -> None:
    """Weights are told as shares: were all of a viewpoint to move alike in every variant, their shares would be told."""
    areas = ("access", "care", "quiet")
    weight = {"unit": "points", "name": "Group"}
    rows = [weight | {"viewpoint_id": group, "area_id": area, "likely": "20"} for area in areas for group in ("one", "other")]
    later = [weight | {"area_id": area, "likely": "30", "name": area.title(), "known_from": "2024-05-01"} for area in areas]
    earlier = [row | {"likely": "10", "known_from": "2024-03-01"} for row in later]
    pairs = [row for pair in zip(earlier, later, strict=True) for row in pair]
    header = dict.fromkeys([*rows[0], "confidential", *KNOWN])
    tables = library_decision(3) | {"viewpoints": ",".join(header)}
    folder = write_tables(tmp_path / "raw", with_rows(tables, {"viewpoints": rows, "areas": pairs}))
    found = worlds(folder)
    for name, group in (("areas", None), ("viewpoints", "masked_1"), ("viewpoints", "masked_2")):
        shown = [one.tables[name] for one in found]
        chosen = [table if group is None else table[table["viewpoint_id"] == group] for table in shown]
        shares = {tuple((table["likely"] / table["likely"].sum()).round(6)) for table in chosen}
        assert len(shares) > 1 and all(len(one) == 3 for one in shares), name


def test_days_of_secrets_move_and_the_same_rows_stay_in_force(tmp_path: Path) -> None:
    rows = {"levels": [ROWS["levels"][0], ROWS["levels"][0] | {"likely": "40", "known_from": "2024-05-01"}], "spend": ROWS["spend"], "sources": [ROWS["sources"][0] | {"published": "2024-02-20"}]}
    base, *others = worlds(secret_decision(tmp_path / "raw", rows))
    assert {tuple(one.tables["levels"]["_row"]) for one in others} == {tuple(base.tables["levels"]["_row"])}
    for days in ([max(one.tables["levels"]["known_from"]) for one in (base, *others)], [max(one.tables["sources"]["published"]) for one in (base, *others)]):
        assert len(set(days)) > 1
    lengths = {row["period_end"] - row["period_start"] for one in (base, *others) for row in one.tables["spend"].to_dict("records") if row["amount"] != 1.5}
    assert len(lengths) == 3


def test_a_plan_and_its_outcome_move_so_that_the_delay_changes() -> None:
    row = {"milestone_id": "m", "plan_version": "", "planned_date": "2024-01-10", "actual_date": "2024-03-10", "confidential": "yes"}
    raw = {"milestones": RawTable(list(row), [row])}
    found = [moved(raw, way, date(2024, 6, 1))["milestones"].rows[0] for way in directions(secrets_in(raw))]
    delays = [(date.fromisoformat(one["actual_date"]) - date.fromisoformat(one["planned_date"])).days for one in found]
    assert delays == [45, 75]


def test_a_standing_share_and_a_price_year_move_where_another_is_free() -> None:
    def shares(*given: str) -> list[str]:
        rows = [{"option_id": "*", "standing_share": share, "likely": "6", "unit": "months", "confidential": "yes" if share == "0.4" else ""} for share in given]
        raw = {"readiness": RawTable(list(rows[0]), rows)}
        return [moved(raw, way, date(2024, 6, 1))["readiness"].rows[0]["standing_share"] for way in directions(secrets_in(raw))]

    assert shares("0.4", "1") == ["0.3", "0.5"] and shares("0.4", "0.5") == ["0.3", "0.4"]
    year = {"parameter_id": "price_year", "likely": "2023", "unit": "year", "confidential": "yes"}
    index = [{"year": str(one), "index": "100", "confidential": ""} for one in (2020, 2022, 2023, 2024)]
    raw = {"parameters": RawTable(list(year), [year]), "price_index": RawTable(list(index[0]), index)}
    assert [moved(raw, way, date(2024, 6, 1))["parameters"].rows[0]["likely"] for way in directions(secrets_in(raw))] == ["2022", "2024"]


def test_how_many_rows_a_table_has_is_told_only_where_all_variants_agree() -> None:
    def years(last: int) -> dict[str, pd.DataFrame]:
        return {"yearly": pd.DataFrame([{"option": "p", "year": year, "cost": 1.0} for year in range(2024, last)])}

    merged = [merged_tables([years(first), years(2026), years(2030)], Masks(EN))["yearly"] for first in (2027, 2029)]
    assert merged[0].equals(merged[1])


def test_what_only_one_variant_says_of_a_secret_is_not_told() -> None:
    tables = [{"best": pd.DataFrame([{"option": "p", "best_other": other}])} for other in ("Confidential 7", "Store Q")]
    assert merged_tables(tables, Masks(EN))["best"].to_dict("records") == [{"option": "p", "best_other": MASK}]


@pytest.mark.parametrize("ground", ["OSL (19 kap. ((1 §)", "=1+1; <b>&\"x\"*", "31 kap. 16 §\u2028\x0b", "()", "n" * 90])
def test_a_ground_in_odd_characters_is_found_again(ground: str) -> None:
    told = marker(Secret(3, "contracts", 0, ground), EN)
    assert Masks(EN).of_row([told]) == told


def test_a_run_without_a_day_does_not_take_that_of_a_secret(tmp_path: Path) -> None:
    folder = secret_decision(tmp_path / "raw")
    path = folder / "decision.csv"
    assert load_quietly(folder, None).as_of == date(2024, 6, 1)
    path.write_text(path.read_text("utf-8").replace("2024-06-01", ""), "utf-8")
    assert fvm.load(folder).as_of == date(2024, 4, 1)
    assert load_quietly(folder, None).as_of == date(2024, 3, 1)


@pytest.mark.skipif(os.name != "posix", reason="whether a process runs can be asked on POSIX alone")
def test_the_private_folder_of_a_killed_run_is_removed_by_the_next(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, held, other = (tmp_path / name for name in (f"fvmanalys-private-{ended.pid}-a", f"fvmanalys-private-{os.getpid()}-b", "fvmanalys-private-c"))
    for folder in (left, held, other):
        folder.mkdir()
    remove_orphans(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([held.name, other.name])


def test_the_guard_passes_over_the_words_of_the_suite_itself(tmp_path: Path) -> None:
    raw = read_raw(secret_decision(tmp_path / "raw", {"contracts": [ROWS["contracts"][0] | {"distribution": "triangular", "category": "Inrik"}]}))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/page.html").write_text("<p>triangular; inrikes</p>", "utf-8")
    check_bytes(tmp_path / "out", raw, secrets_in(raw))
    row = {"investigation_id": "ask", "name": "Ask", "resolves": "contracts/p/build;contracts/q/build", "variance_reduction": "0.5", "months": "2", "likely": "1", "unit": "MSEK"}
    asked = read_raw(secret_decision(tmp_path / "asked", {"investigations": [row]}))
    (tmp_path / "out/page.html").write_text("<p>contracts/p/build</p>", "utf-8")
    check_bytes(tmp_path / "out", asked, secrets_in(asked))
    (tmp_path / "out/page.html").write_text("<p>quassel_fee</p>", "utf-8")
    with pytest.raises(RunFailed, match="item_id"):
        check_bytes(tmp_path / "out", raw, secrets_in(raw))


def test_semicolon_files_and_excel_files_are_masked_as_comma_files_are(tmp_path: Path) -> None:
    folder = secret_decision(tmp_path / "raw")
    expected = {name: csv_text(table) for name, table in masked_copy(read_raw(folder)).items()}
    path, table = folder / "contracts.csv", pd.read_csv(folder / "contracts.csv", dtype=str, keep_default_na=False)
    numbers = [column for column in ("low", "likely", "high") if column in table]
    table.assign(**{column: table[column].str.replace(".", ",") for column in numbers}).to_csv(path, sep=";", index=False, encoding="cp1252")
    pd.read_csv(folder / "levels.csv", dtype=str, keep_default_na=False).to_excel(folder / "levels.xlsx", index=False)
    (folder / "levels.csv").unlink()
    assert {name: csv_text(table) for name, table in masked_copy(read_raw(folder)).items()} == expected
    assert len(worlds(folder)) == 5


def test_a_zero_is_moved_too(tmp_path: Path) -> None:
    rows = {"contracts": [ROWS["contracts"][0] | {"low": "", "likely": "0", "high": "", "distribution": ""}]}
    raw = read_raw(secret_decision(tmp_path / "raw", rows))
    likely = [next(row for row in moved(raw, way, fvm.load(tmp_path / "raw").as_of)["contracts"].rows if is_secret(row))["likely"] for way in directions(secrets_in(raw))]
    assert float(likely[0]) < 0 < float(likely[1])


def test_text_is_masked_word_by_word() -> None:
    assert Masks(SV).text(["Kostar 1\u00a0230 mnkr i maj 2027.", "Kostar 1\u00a0240 mnkr i maj 2028."]) == "Kostar 1\u00a0200 mnkr i maj [sekretess]."
    assert Masks(SV).text(["Kostar 45 mnkr.", "Kostar 54 mnkr."]) == "Kostar [sekretess] mnkr."
    assert Masks(SV).text(["A är bäst.", "Inget är klart bäst."]) == "[sekretess] är [sekretess] bäst."
    assert Masks(EN).text(["SEK 1,230m", "SEK 1,240m"]) == "SEK 1,200m"


@pytest.mark.parametrize(
    "texts",
    [
        ["Inget är klart bäst.", "A är bäst.", "A leder, men B är nära, och svaret lutar mot båda."],
        ["A, B och C.", "B och C.", "C och A, sedan B.", "A."],
        ["Kostar 45 mnkr.", "Kostar 54 mnkr i maj.", "Kostar mer."],
    ],
)
def test_a_masked_text_does_not_tell_which_variant_is_true(texts: list[str]) -> None:
    assert len({Masks(SV).text(list(order)) for order in permutations(texts)}) == 1


@pytest.mark.parametrize(
    "pages",
    [
        ["<table><tbody><tr><th>A</th><td>7</td></tr></tbody></table>", "<table><tbody></tbody></table>", "<table><tbody><tr><th>B</th><td>7</td></tr></tbody></table>"],
        ["<div><p>Ett.</p><p>Två.</p></div>", "<div><p>Ett.</p></div>", "<div></div>"],
        ["<p>Kostar <b>7</b>.</p>", "<p>Kostar 8.</p>", "<p><b>Kostar</b> inget.</p>"],
        ["<ul><li>A</li><li>B</li></ul>", "<ul><li>B</li></ul>", "<p>Inget.</p>"],
    ],
)
def test_a_masked_page_does_not_tell_which_variant_is_true(pages: list[str]) -> None:
    assert len({merged_html(list(order), Masks(SV)) for order in permutations(pages)}) == 1


def test_a_text_of_which_not_half_is_left_is_masked_whole() -> None:
    assert Masks(SV).text(["Svaret lutar åt ett håll men är osäkert.", "Valet är klart."]) == "[sekretess]"
    assert Masks(SV).text(["Svaret är klart.", "Svaret är inte klart."]) == "Svaret är [sekretess] klart."


def test_a_table_row_about_something_confidential_shows_its_marker_alone() -> None:
    html = "<table><tbody><tr><th>Sekretess 3 (OSL 19 kap. 1 §)</th><td>fact</td></tr><tr><th>A</th><td>7</td></tr></tbody></table>"
    assert "<td>[sekretess]</td></tr><tr><th>A</th><td>7</td>" in merged_html([html, html], Masks(SV))


def test_a_figure_that_differs_is_left_out() -> None:
    one, other = ('<figure><img alt="5" src="data:image/svg+xml;base64,QQ=="/></figure>' for _ in range(2))
    assert merged_html([one, other], Masks(EN)) == one
    assert "<figure" not in merged_html([one, other.replace("QQ", "QU")], Masks(EN))


def test_faults_are_told_without_what_stands_in_the_cell(tmp_path: Path) -> None:
    rows = {"contracts": [ROWS["contracts"][0] | {"likely": "77.77"}]}
    folder = secret_decision(tmp_path / "raw", rows)
    with pytest.raises(EvidenceError) as caught:
        publish.run(folder, tmp_path / "out", suite(), public=True)
    assert "contracts.csv:13: high" in str(caught.value) and "77.77" not in str(caught.value)


def test_the_guard_stops_a_run_that_would_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = secret_decision(tmp_path / "raw", {"contracts": ROWS["contracts"]}, options=2 + 1)
    for name in ("write_figures", "write_public_workbook", "run_notebooks"):
        monkeypatch.setattr(public, name, lambda *rest: [])
    monkeypatch.setattr(public, "write_appendix_page", lambda plan, jobs, built: (built / "page.html").write_text("<p>7,3<b>41</b></p>", "utf-8"))
    with pytest.raises(RunFailed, match=r"guard|page\.html") as caught:
        publish.run(folder, tmp_path / "out", suite(), public=True)
    assert "7.341" not in str(caught.value) and not (tmp_path / "out/runs").exists()
    assert not list(tmp_path.glob("out/failed/**/*.ipynb"))


# Whole runs


def test_two_public_runs_are_equal_to_the_last_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("run_notebooks", "write_figures", "write_appendix_page"):  # that these are alike, the next tests look at
        monkeypatch.setattr(public, name, lambda *rest: [])
    folder = secret_decision(tmp_path / "raw", {"contracts": ROWS["contracts"]}, options=3)
    run, again = (publish.run(folder, tmp_path / name, suite(lang="sv"), public=True).path for name in ("one", "other"))
    assert again.name == run.name
    for path in sorted(run.rglob("*")):
        if path.is_file() and path.name not in ("manifest.json", "log.jsonl"):
            assert path.read_bytes() == (again / path.relative_to(run)).read_bytes(), path.name


def test_notebooks_keep_no_clock_and_no_place(run: Path) -> None:
    for path in (run / "notebooks").iterdir():
        notebook = json.loads(path.read_text("utf-8"))
        assert "papermill" not in notebook["metadata"]
        assert not [cell for cell in notebook["cells"] if cell.get("metadata", {}).keys() & {"papermill", "execution"}]
        assert "fvmanalys-private-" not in path.read_text("utf-8")


def test_without_secrets_the_public_run_is_the_ordinary_one(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "raw", library_decision(3) | EXTRA)
    ordinary = publish.run(folder, tmp_path / "ordinary", suite()).path
    open_run = publish.run(folder, tmp_path / "public", suite(), public=True).path
    for part in ("raw", "tables", "figures"):
        names = sorted(path.name for path in (ordinary / part).iterdir() if path.stem != "history")  # it tells of other runs
        assert names == sorted(path.name for path in (open_run / part).iterdir())
        assert all((ordinary / part / name).read_bytes() == (open_run / part / name).read_bytes() for name in names)
    pages = [(one / "beslutsbilaga.html").read_text("utf-8") for one in (ordinary, open_run)]
    assert EN("public.nothing_secret") in pages[1]
    changed = set(pages[1].splitlines()) - set(pages[0].splitlines())
    assert len(changed) <= 4
    formulas = [sum(isinstance(cell.value, str) and cell.value.startswith("=") for sheet in openpyxl.load_workbook(one / "beslutsbilaga.xlsx") for row in sheet.iter_rows() for cell in row) for one in (ordinary, open_run)]
    assert formulas[0] == formulas[1] > 0
