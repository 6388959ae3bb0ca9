"""An organisation's own logo, colour and words: checked before a run, kept with it, and shown in it."""

import pytest

import fvmanalys as fvm
from fvmanalys.errors import UsageError
from fvmanalys.report.edition import Edition
from fvmanalys.run import build, publish
from fvmanalys.run.suite import read_suite
from fvmanalys.run.verify import verify
from tests.decisions import library_decision, write_tables
from tests.test_own_appendix import copied_template

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


FILES = {
    "words.toml": '[sv.page]\nbak = "x"\n[de]\na = "b"\n',
    "fields.toml": '[sv]\nmade_with = "{other}"\n',
    "large.svg": SVG + " " * 200_000,
    "script.svg": SVG.replace("<rect", "<script>a()</script><rect"),
    "click.svg": SVG.replace("<rect", "<rect onclick='a()'"),
    "false.png": SVG,
}


def own(folder, files, **settings):
    """The file of a suite with things of its own."""
    copied_template(folder, "T", "Q?")
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    path = folder / "suite.toml"
    told = "".join(f"{key} = '{value}'\n" for key, value in settings.items())
    path.write_text(f"{path.read_text('utf-8')}[own]\n{told}", "utf-8")
    return path


def test_a_run_shows_keeps_and_verifies_what_is_its_organisations_own(tmp_path):
    words = '[sv.explore]\nsave = "Behåll"\n[sv.page]\nback = "Åter till början"\n'
    path = own(tmp_path / "suite", {"logo.svg": SVG, "words.toml": words}, logo="logo.svg", accent="#7a1f3d", words="words.toml")
    data, suite = write_tables(tmp_path / "raw", library_decision(2)), read_suite(path)
    run = publish.run(data, tmp_path / "out", suite).path
    text = (run / build.PAGE).read_text("utf-8")
    assert "--accent: #7a1f3d;" in text and "Åter till början" in text
    assert '<p class="logo"><img src="data:image/svg+xml;base64,' in text and 'alt="City University"' in text
    assert Edition(fvm.find(fvm.load(run / "raw"), 8), "sv").words("explore.save") == "Behåll"
    assert verify(run, suite).holds
    path.write_text(path.read_text("utf-8").replace("#7a1f3d", "#1f4e79"), "utf-8")
    assert publish.run(data, tmp_path / "out", read_suite(path)).path.name != run.name


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
        ({"words": "words.toml"}, r"(?s)sv.page.bak: no such text.*de: no such language"),
        ({"words": "fields.toml"}, r"sv.made_with: other has no value there; use \['changes'\]"),
        ({"colour": "#000000"}, r"own\.colour: no such setting"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_run(tmp_path, given, told):
    with pytest.raises(UsageError, match=told):
        read_suite(own(tmp_path / "suite", FILES, **given))
