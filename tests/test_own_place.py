"""An organisation's own logo, colour and words: checked before a run, kept with it, and shown in it."""

import base64
import re
import zipfile
from dataclasses import replace

import docx
import openpyxl
import pytest

import fvmanalys as fvm
from fvmanalys.errors import UsageError
from fvmanalys.report import charts
from fvmanalys.report.document import write_document
from fvmanalys.report.edition import Edition
from fvmanalys.run import build, publish
from fvmanalys.run.log import Log
from fvmanalys.run.suite import read_suite
from fvmanalys.run.verify import verify
from tests.decisions import library_decision, write_tables
from tests.soak.child import brief_runs
from tests.test_own_appendix import copied_template

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAC0lEQVR4nGNgQAAAAAwAAejzKEkAAAAASUVORK5CYII=")
OURS = re.compile("(?:#|FF|\")(?:1f4e79|8fb3d4|b9cde0|d9e5f0|dce8f3)", re.IGNORECASE)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


FILES = {
    "words.toml": '[sv.page]\nbak = "x"\n[de]\na = "b"\n',
    "fields.toml": '[sv]\nmade_with = "{other}"\n',
    "large.svg": SVG + " " * 200_000,
    "script.svg": SVG.replace("<rect", "<script>a()</script><rect"),
    "click.svg": SVG.replace("<rect", "<rect onclick='a()'"),
    "false.png": SVG,
    "cut.png": PNG[:20],
}


def own(folder, files, **settings):
    """The file of a suite with things of its own."""
    copied_template(folder, "T", "Q?")
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    path = folder / "suite.toml"
    told = "".join(f"{key} = '{value}'\n" for key, value in settings.items())
    path.write_text(f"{path.read_text('utf-8')}[own]\n{told}", "utf-8")
    return path


def parts(path):
    """What an archive is made of, as text."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_a_run_shows_keeps_and_verifies_what_is_its_organisations_own(tmp_path, monkeypatch):
    words = '[sv.explore]\nsave = "Behåll"\n[sv.page]\nback = "Åter till början"\n'
    given = {"logo": "logo.svg", "accent": "#7a1f3d", "words": "words.toml"}
    path = own(tmp_path / "suite", {"logo.svg": SVG, "logo.png": PNG, "words.toml": words}, **given)
    data, suite = write_tables(tmp_path / "raw", library_decision(2)), read_suite(path)
    run = publish.run(data, tmp_path / "out", suite).path
    text = (run / build.PAGE).read_text("utf-8")
    assert "--accent: #7a1f3d;" in text and "Åter till början" in text
    assert '<p class="logo"><img src="data:image/svg+xml;base64,' in text and 'alt="City University"' in text
    kept = Edition(fvm.find(fvm.load(run / "raw"), 8), "sv")
    assert kept.words("explore.save") == "Behåll" and kept.logo == PNG
    figures = {one.name: one.read_text("utf-8") for one in (run / "figures").iterdir()}
    shown = figures | parts(run / build.WORKBOOK) | {"page": text, "drawn": charts.plot_comparison(kept).svg}
    assert {name for name, content in shown.items() if OURS.search(content)} == set()
    assert "#7a1f3d" in figures["evidence.svg"] and "FF7A1F3D" in shown["xl/styles.xml"]
    assert any("7A1F3D" in content for name, content in shown.items() if name.startswith("xl/charts/"))
    first = openpyxl.load_workbook(run / build.WORKBOOK).worksheets[0]
    assert [image._data() for image in first._images] == [PNG] and 'descr="City University"' in shown["xl/drawings/drawing1.xml"]
    assert verify(run, suite).holds
    path.write_text(path.read_text("utf-8").replace("#7a1f3d", "#1f4e79"), "utf-8")
    (path.parent / "logo.png").unlink()
    said = []
    brief_runs(monkeypatch.setattr)
    assert publish.run(data, tmp_path / "out", read_suite(path), log=Log(said.append)).path.name != run.name
    assert "own: logo.svg: is on the pages alone; put it as PNG beside it for workbook and document" in said


def test_the_situation_report_has_the_logo_and_the_colour(tmp_path):
    place = read_suite(own(tmp_path / "suite", {"logo.png": PNG}, logo="logo.png", accent="#7a1f3d")).place
    inputs = replace(fvm.load(write_tables(tmp_path / "raw", library_decision(2))), own=place)
    write_document(Edition(fvm.find(inputs, 8), "sv"), tmp_path / "l.docx")
    document = docx.Document(tmp_path / "l.docx")
    assert str(document.styles["Heading 1"].font.color.rgb) == "7A1F3D"
    [picture] = document.inline_shapes
    assert picture._inline.docPr.get("descr") == "City University"
    assert PNG in [part.blob for part in document.part.package.iter_parts()]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"accent": "#ffee00"}, r"accent '#ffee00' has a contrast of 1\.\d to the paper; take a darker one, at least 4\.5"),
        ({"accent": "red"}, "accent 'red' is no colour"),
        ({"logo": "none.svg"}, "none.svg: .*correct the path"),
        ({"logo": "words.toml"}, "is neither .png nor .svg"),
        ({"logo": "large.svg"}, "make it smaller than 200000"),
        ({"logo": "script.svg"}, "no plain drawing"),
        ({"logo": "click.svg"}, "no plain drawing"),
        ({"logo": "false.png"}, "is no PNG"),
        ({"logo": "cut.png"}, "is no PNG"),
        ({"accent": "#767676"}, r"has a contrast of 3\.8"),
        ({"words": "words.toml"}, r"(?s)sv.page.bak: no such text.*de: no such language"),
        ({"words": "fields.toml"}, r"sv.made_with: other has no value there; use \['changes'\]"),
        ({"colour": "#000000"}, r"own\.colour: no such setting"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_run(tmp_path, given, told):
    with pytest.raises(UsageError, match=told):
        read_suite(own(tmp_path / "suite", FILES, **given))
