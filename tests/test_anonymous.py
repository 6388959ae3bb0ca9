"""Paths of this machine go from what a reader sees; nothing that only looks like one is touched."""

import json
import time
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from fvmanalys.run.anonymous import anonymous, places
from fvmanalys.run.notebook import clean_notebook

TABLE = "<table><tr><td>1 km/h</td></tr></table>"
PAGE = f'<div id="table"><h1>Kvarnen</h1>{TABLE}<p>och/eller <time>2025-01-01</time></p><br/></div>'
NAMED = [
    "/home/anna",
    "/hem/åsa öst",
    "/srv/o'neil",
    "/data/x",
    r"C:\Users\anna",
    r"C:\Användare\åsa",
    r"\\server\delad\anna",
    "/home/a.b-c",
]


def shown(text: object, *known: str) -> object:
    """A text as a reader sees it, where these paths are `~`."""
    return anonymous(text, places(dict.fromkeys(known, "~")))


@pytest.mark.parametrize(
    "home", ["/", "//", "/h", "/p", "/a/b", "C:\\", "C:\\d", "", ".", "h1", "/h1", "/table", "/div", "/time", "/td"]
)
def test_whatever_the_home_is_no_markup_is_touched(home):
    assert shown(PAGE, home) == PAGE
    assert shown({"data": {"text/html": [PAGE]}}, home) == {"data": {"text/html": [PAGE]}}


@pytest.mark.parametrize(
    "text", ["1/2", "och/eller", "/", "a / b", "https://exempel.se/", "x\\y", "50 km/h", "</>", "~/x", "./h/x", "//"]
)
@pytest.mark.parametrize("home", ["/", "/h", "C:\\", "/e"])
def test_a_place_without_a_name_is_never_looked_for(text, home):
    assert shown(text, home) == text


@pytest.mark.parametrize("place", NAMED)
def test_a_path_is_found_however_it_is_spelt(place):
    below = "\\bok.csv" if "\\" in place else "/bok.csv"
    spelt = [
        place + below,
        repr(place + below),
        json.dumps(place + below),
        (place + below).encode("unicode_escape").decode(),
    ]
    if "\\" in place:
        spelt.append((place + below).replace("\\", "/"))
    else:
        spelt += [
            f"file://{quote(place + below)}",
            str((place + below).encode()),
            f"\x1b[32m{place}{below}\x1b[0m",
            f"x:{place}{below}",
        ]
    for text in spelt:
        found = shown(f"läs ({text}).", place)
        assert "~" in found, text
        assert "anna" not in found, text
        assert not any(part in found for part in ("sa", "neil", "Users", "srv", "server", "home")), text
        assert "bok.csv" in found, text


@pytest.mark.parametrize("place", NAMED)
def test_only_whole_components_are_replaced(place):
    for longer in (f"{place}lund", f"{place}.bak", f"{place}-2", f"{place}å", f"{place}_x"):
        assert shown(f"se {longer} här", place) == f"se {longer} här"
    assert shown(f"{place}, {place}. {place}: ({place})", place) == "~, ~. ~: (~)"


def test_a_web_address_is_no_path():
    text = "https://exempel.se/home/anna/sida http://home/anna"
    assert shown(text, "/home/anna") == text


def test_of_nested_places_the_longest_counts_and_below_a_working_folder_paths_are_relative():
    known = places({"/home/anna": "~", "/home/anna/bok": "", "/home/anna/bok/rå": "rå"})
    assert anonymous("/home/anna/x /home/anna/bok/y.py /home/anna/bok /home/anna/bok/rå/z", known) == "~/x y.py . rå/z"


def test_pictures_and_what_is_no_text_stay_as_they_are():
    output = {
        "image/png": "/home/anna",
        "image/gif": "/home/anna",
        "image/svg+xml": "<text>/home/anna</text>",
        "n": 1.5,
        "b": None,
    }
    assert shown(output, "/home/anna") == output | {"image/svg+xml": "<text>~</text>"}


NAME = st.text(st.characters(categories=["L", "N"], include_characters=" _-"), min_size=2, max_size=8).filter(
    lambda name: name[0].isalnum() and name[1].isalnum() and name[-1].isalnum()
)


@given(st.lists(NAME, min_size=1, max_size=3), st.sampled_from(["/", "\\"]))
def test_two_equal_runs_in_different_folders_show_the_same(parts, separator):
    results = []
    for root in ("/ett", "/två") if separator == "/" else ("C:\\ett", "D:\\två"):
        place = separator.join([root, *parts])
        text = f"{place}{separator}a {place!r} {json.dumps(place)} {place.encode('unicode_escape').decode()}"
        results.append(anonymous(text, places({place: "rå"})))
    assert results[0] == results[1]


def notebook(folder: Path, *texts: str) -> Path:
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text=text) for text in texts])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "bok.ipynb")
    return folder / "bok.ipynb"


@pytest.mark.parametrize("home", [None, "", "/", "/h1", "relative"])
def test_a_notebook_is_cleaned_without_a_home(tmp_path, monkeypatch, home):
    monkeypatch.setattr("pwd.getpwuid", lambda uid: (_ for _ in ()).throw(KeyError(uid)))
    monkeypatch.delenv("HOME") if home is None else monkeypatch.setenv("HOME", home)
    path = notebook(tmp_path, PAGE)
    clean_notebook(path)
    assert nbformat.read(path, 4).cells[0].outputs[0].text == PAGE


def test_the_file_of_a_cell_is_told_without_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/var/min tillfälliga")
    texts = [
        "/tmp/ipykernel_12/3456.py:1: W",
        "/var/min tillfälliga/ipykernel_12/3456.py:1: W",
        "C:\\Temp\\ipykernel_7\\89.py:1: W",
        "x <y at 0x7f0123456789>",
    ]
    path = notebook(tmp_path, "\n".join(texts))
    clean_notebook(path)
    assert nbformat.read(path, 4).cells[0].outputs[0].text.splitlines() == ["(cell):1: W"] * 3 + ["x <y>"]


@pytest.mark.parametrize("text", ["/", "/tmp/", "/ipykernel_1/", "\x1b[31m/", "</p>", "C:\\"])
def test_a_long_line_takes_no_time_to_speak_of(text):
    begun = time.monotonic()
    assert shown(text * (1_000_000 // len(text)), "/home/anna").startswith(text)
    assert time.monotonic() - begun < 5


def test_the_kind_of_what_is_given_stays():
    assert isinstance(shown(NotebookNode(data={"text/plain": "x"}), "/home/anna"), NotebookNode)
