"""Text in the encodings that people save: what is plausible is read, and what is garbled is refused with row and cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence.encoding import check_whole, decode
from tests.decisions import library_decision, write_tables

SWEDISH = ["Mödravård", "Läkemedel", "Göteborg", "Umeå", "VÅRD OCH HÄLSA", "Råd för äldre", "Överblick på väg"]
NAMES = [
    "Façade", "ÅÄÖ", "é", "Größe", "¿Qué señor?", "São Paulo", "MAÇÃ", "“quoted”", "it’s", "5 € – 10 €", "€500", "20 °C ±5 %", "m²",
    "§ 4", "• punkt", "Millennium™", "Škoda", "Miloš", "Žižek", "œuvre", "À la carte", "Þór", "Östra", "”ord” på", "”BLÅ”", "1ª plats",
    "Å1", "Ö", "2024–2025", "naïve café", "l·l", "5 µg", "ja…", "Straße", "„Gänsefüßchen“", "d’Été", "RÉSUMÉ", "O’Neill", "«Ça»",
    "Tšehhi", "Košice", "VÄSTRA GÖTALAND", "SØREN Ærø", "a † b",
]  # fmt: skip
OTHERS = ["Łódź", "Αθήνα", "Москва", "東京", "Ísafjörður", "Gdańsk – Toruń", "AMANHÃ", "château", "ÂGE", "”MAÇÔ"]


def named(folder, name, encoding=None):
    """The decision with a name on row 4 of the sources, saved in an encoding."""
    tables = library_decision(2)
    tables["sources"] += f'\nthird,"{name}",Shelf Makers,2023-11-01,primary,'
    write_tables(folder, tables)
    if encoding:
        path = folder / "sources.csv"
        path.write_bytes(path.read_text("utf-8").encode(encoding))
    return folder


def read(folder):
    return fvm.load(folder).history["sources"]["title"].iloc[2]


def refused(folder, words):
    with pytest.raises(EvidenceError, match=words) as caught:
        fvm.load(folder)
    [fault] = caught.value.faults
    assert (fault.file, fault.row, fault.column) == (str(folder / "sources.csv"), 4, "file")
    return str(fault)


def text_of(name, encoding):
    """A file that holds a name and nothing else that is not ASCII, as it is read."""
    text = decode(f"title,note\n{name},x\n".encode(encoding))
    check_whole([(2, text.split("\n")[1].split(","))])
    return text.split("\n")[1].removesuffix(",x")


@pytest.mark.parametrize("name", NAMES)
def test_plausible_windows_1252_is_read(name):
    assert text_of(name, "cp1252") == name


@pytest.mark.parametrize("name", [*NAMES, *SWEDISH, *OTHERS])
def test_utf_8_is_read_whatever_the_language(name):
    assert text_of(name, "utf-8") == text_of(name, "utf-8-sig") == name


@given(st.text(st.characters(categories=["L", "Nd", "Zs"], exclude_characters="\xc2\xc3\xe2")))
def test_letters_in_utf_8_are_never_refused(name):
    assert text_of(f"x{name}x", "utf-8") == f"x{name}x"


def test_swedish_in_windows_1252_is_the_same_decision(tmp_path):
    assert read(named(tmp_path, "; ".join(SWEDISH), "cp1252")) == "; ".join(SWEDISH)


@pytest.mark.parametrize("name", SWEDISH)
@pytest.mark.parametrize(("encoding", "told"), [("cp850", "DOS"), ("cp437", "DOS"), ("mac_roman", "Mac Roman")])
def test_text_of_dos_and_mac_is_refused_with_its_likely_encoding(tmp_path, name, encoding, told):
    said = refused(named(tmp_path, name, encoding), f"likely {told}.*; save it as CSV in UTF-8")
    assert max(name.split(), key=lambda word: not word.isascii()) in said


@pytest.mark.parametrize("name", SWEDISH)
def test_text_encoded_twice_is_refused_and_told_as_it_was(tmp_path, name):
    twice = name.encode("utf-8").decode("latin-1" if "Å" in name else "cp1252", "replace")
    said = refused(named(tmp_path, twice), "UTF-8 that was read as Windows-1252 and saved again; open the original as UTF-8")
    assert next(word for word in name.split() if not word.isascii()) in said


def test_text_encoded_twice_is_refused_in_a_workbook_too(tmp_path):
    folder = named(tmp_path, "x")
    (folder / "sources.csv").unlink()
    book = Workbook()
    for line in library_decision(2)["sources"].replace("Reader survey", "LÃ¤sarenkÃ¤t").split("\n"):
        book.active.append(line.split(","))
    book.save(folder / "sources.xlsx")
    with pytest.raises(EvidenceError, match=r"sources.xlsx:3: file: .*'Läsarenkät'"):
        fvm.load(folder)


@pytest.mark.parametrize(("encoding", "told"), [("cp1252", "Windows-1252"), ("cp850", "DOS"), ("mac_roman", "Mac Roman")])
@pytest.mark.parametrize("whole", ["Bökhyllor", "Hyllor för böcker och läsare"])
def test_one_bad_byte_in_utf_8_is_refused_and_garbles_nothing(tmp_path, encoding, told, whole):
    path = named(tmp_path, "Råd") / "sources.csv"
    path.write_bytes(path.read_bytes().replace("Råd".encode(), "Råd".encode(encoding)).replace(b"Quotation", whole.encode()))
    said = refused(tmp_path, f"holds a byte that is no UTF-8.*{told}")
    assert "'Råd'" in said


def test_a_letter_lost_before_the_file_was_saved_is_refused(tmp_path):
    refused(named(tmp_path, "G�teborg"), "'G�teborg', where a letter was lost")


def test_utf_16_is_called_by_its_name(tmp_path):
    named(tmp_path, "x", "utf-16")
    with pytest.raises(EvidenceError, match=r"sources.csv: file: .*zero bytes.*UTF-16.*; save it as CSV in UTF-8"):
        fvm.load(tmp_path)
