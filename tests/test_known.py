"""Nothing later than the day: what is loaded, and what a run keeps of its raw tables, holds only what was known."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fvmanalys as fvm
from fvmanalys.evidence.write import raw_texts
from fvmanalys.run.record import Request, run_id, text_hashes
from tests.decisions import EVIDENCE, later_knowledge, library_decision, write_tables

DAYS = ("2024-06-01", "2024-08-15", "2024-12-31", "2025-12-31")
AWKWARD = ['three, "four"', "two\nlines", "a\rreturn", "=1+1", "0,10", "åäö  –", "NA", "1e3", "'", "a;b"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tables(tmp_path_factory.mktemp("later") / "raw", later_knowledge(library_decision(3)))


def again(inputs, folder):
    """The same day's knowledge, read from what a run keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in raw_texts(inputs).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return fvm.load(folder, inputs.as_of)


def assert_same(one, other):
    for name, table in one.items():
        columns = [column for column in table if column not in ("_file", "_row")]
        pd.testing.assert_frame_equal(table[columns], other[name].reindex(columns=columns), check_dtype=False)


@pytest.mark.parametrize("day", DAYS)
def test_what_a_run_keeps_says_the_same_of_its_day(folder, tmp_path, day):
    inputs = fvm.load(folder, day)
    kept = again(inputs, tmp_path / "kept")
    assert_same(inputs.tables, kept.tables)
    assert_same(inputs.history, kept.history)
    assert raw_texts(kept) == raw_texts(inputs)
    assert fvm.simulate(kept, 64).cost.equals(fvm.simulate(inputs, 64).cost)


@pytest.mark.parametrize("day", DAYS)
def test_no_file_of_a_run_holds_a_later_day(folder, day):
    for name, text in raw_texts(fvm.load(folder, day)).items():
        for column in ("known_from", "published"):
            days = pd.read_csv(folder / name, dtype=str).get(column, pd.Series(dtype=str)).dropna()
            later = [one for one in days if one > day]
            assert not [one for one in later if re.search(rf"\b{one}\b", text)], name


def test_nothing_is_told_of_what_nobody_knew_of_yet(folder):
    """The option `z`, the area `light` and the report `hearing` come in July 2024, and rows of January know of them."""
    early, late = (raw_texts(fvm.load(folder, day)) for day in ("2024-06-01", "2024-12-31"))
    for word in ("z", "light", "hearing", "fire"):
        assert not [name for name, text in early.items() if re.search(rf"\b{word}\b", text)], word
        assert [name for name, text in late.items() if re.search(rf"\b{word}\b", text)], word


@pytest.mark.parametrize("kind", ["assumption", "judgement"])
def test_a_source_is_cited_from_the_day_it_is_published(tmp_path, kind):
    tables = library_decision(2)
    row = f"p,rent,Rent,Rent,once,1,MSEK,{kind},quote;survey,2024-01-01,analysts"
    tables["contracts"] = (
        f"option_id,item_id,name,category,basis,likely,unit,{EVIDENCE}\n{row}\n{row.replace('p,', 'q,', 1)}"
    )
    tables["levels"] = tables["levels"].replace("2024-03-01", "2024-01-01")
    data = write_tables(tmp_path, tables)
    early, late = fvm.load(data, "2024-01-31"), fvm.load(data, "2024-02-01")
    assert (list(early.sources.index), list(late.sources.index)) == (["quote"], ["quote", "survey"])
    assert set(early.tables["contracts"]["source_id"]) == {"quote"}
    assert set(late.tables["contracts"]["source_id"]) == {"quote;survey"}
    assert (len(early.tables["sources"]), len(late.tables["sources"])) == (1, 2)


def test_a_superseded_row_that_named_what_is_not_known_any_day_yet_is_not_kept(tmp_path):
    header = f"option_id,item_id,name,category,basis,from_event,likely,unit,{EVIDENCE}\n"
    evidence = "assumption,,{day},analysts"
    rows = [
        f"*,ads,Advertising,Other,once,fair,1,MSEK,{evidence.format(day='2024-02-01')}",
        f"*,ads,Advertising,Other,once,,2,MSEK,{evidence.format(day='2024-03-01')}",
    ]
    tables = library_decision(2) | {"contracts": header + "\n".join(rows)}
    tables["timeline"] += f"\n*,fair,Fair,,3,6,12,pert,months,{evidence.format(day='2024-09-01')}"
    data = write_tables(tmp_path / "raw", tables)
    assert [len(fvm.load(data, day).history["contracts"]) for day in ("2024-06-01", "2024-09-01")] == [1, 2]
    kept = again(fvm.load(data, "2024-06-01"), tmp_path / "kept")
    assert list(kept.tables["contracts"]["likely"]) == [2]


def test_later_knowledge_and_the_look_of_a_file_make_no_other_run(tmp_path):
    plain = library_decision(3)
    later = plain | {
        "areas": f"{plain['areas']}\ncare,Care of books,lost,kept,,35,,,points,assumption,,2024-07-01,analysts"
    }
    with_commas = plain | {"areas": plain["areas"].replace(",", ";")}
    ids = []
    for number, tables in enumerate((plain, later, with_commas)):
        inputs = fvm.load(write_tables(tmp_path / str(number), tables), "2024-06-01")
        ids.append(run_id(Request(inputs.as_of, 64, 1, "en"), text_hashes(raw_texts(inputs)), []))
    assert len(set(ids)) == 1
    changed = plain | {"areas": plain["areas"].replace("20,40,60", "20,41,60")}
    inputs = fvm.load(write_tables(tmp_path / "changed", changed), "2024-06-01")
    assert run_id(Request(inputs.as_of, 64, 1, "en"), text_hashes(raw_texts(inputs)), []) not in ids


@settings(max_examples=10, deadline=None)
@given(notes=st.lists(st.sampled_from(AWKWARD), min_size=2, max_size=2))
def test_any_text_is_kept_to_the_letter(tmp_path_factory, notes):
    tables, folder = library_decision(2), tmp_path_factory.mktemp("text")
    quoted = ['"' + note.replace('"', '""') + '"' for note in notes]
    header, *rows = tables["areas"].splitlines()
    tables["areas"] = "\n".join(
        [f"{header},note", *(f"{row},{note}" for row, note in zip(rows, [*quoted, ""], strict=True))]
    )
    inputs = fvm.load(write_tables(folder / "raw", tables))
    assert list(inputs.tables["areas"]["note"]) == [*notes, ""]
    assert_same(inputs.tables, again(inputs, folder / "kept").tables)
