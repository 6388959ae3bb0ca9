"""What stands for an option, or for a category of costs, has one look wherever it is drawn."""

import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

import fvmanalys as fvm
from fvmanalys.analysis.pause import BEST
from fvmanalys.report import palette
from fvmanalys.report.edition import Edition
from fvmanalys.report.workbook import write_workbook
from tests.tiny import tiny

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def waiting(permanent):
    """Four options that keep a team through a pause; `permanent` says which of them may be chosen."""
    return tiny(
        options={name: {"permanent": "yes" if name in permanent else "no"} for name in "abcd"},
        timeline=[{"option_id": "*", "event_id": "decided", "is": (3, 6, 12)}, {"option_id": "*", "event_id": "restarted", "after": "decided"}],
        contracts=[{"option_id": name, "item_id": "i", "category": f"kind {name}", "basis": "per_year", "is": place + 1} for place, name in enumerate("abcd")],
        levels=[{"option_id": name, "area_id": "x", "from_event": "restarted", "is": (30, 40 + 5 * place, 90)} for place, name in enumerate("abcd")],
        staffing=[{"option_id": "*", "role_id": "r", "phase": phase, "to_event": end, "is": 5} for phase, end in (("pause", "decided"), ("restart", "restarted"))],
        staff_costs=[{"role_id": "r", "is": 1}],
        readiness=[{"option_id": "*", "standing_share": share, "is": months} for share, months in ((0, 12), (1, 2))],
    )


@pytest.fixture(scope="module", params=["abcd", "bd"])
def edition(request):
    return Edition(fvm.find(waiting(request.param), 64))


@pytest.fixture(scope="module")
def charts(edition, tmp_path_factory):
    """Every series of each native chart: what it is called, and the colours of its line, its fill and its points."""
    path = tmp_path_factory.mktemp("looks") / "book.xlsx"
    write_workbook(edition, path)
    book = openpyxl.load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name) for name in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    charts = [list(ElementTree.fromstring(part).iter(f"{C}ser")) for part in parts]
    seen = [[one for one in series if one.find(f"{C}spPr/{A}noFill") is None] for series in charts]
    return [[found for one in series for found in named(book, one)] for series in seen]


@pytest.fixture(scope="module")
def drawn(charts):
    return [found for series in charts for found in series]


def cells(book, reference):
    """The values of the cells that a chart refers to."""
    sheet, _, where = reference.rpartition("!")
    left, top, right, bottom = range_boundaries(where.replace("$", ""))
    rows = book[sheet.strip("'").replace("''", "'")].iter_rows(top, bottom, left, right, values_only=True)
    return [value for row in rows for value in row]


def named(book, series):
    """A series with its own colour; one whose points have each their own, point by point."""
    points = series.findall(f"{C}dPt")
    if points:
        called = cells(book, series.find(f"{C}cat//{C}f").text)
        return [(called[at], colour_of(point)) for at, point in enumerate(points)]
    name = series.find(f"{C}tx//{C}f")
    called = cells(book, name.text)[0] if name is not None else series.findtext(f"{C}tx/{C}v")
    return [(called, colour_of(series))]


def colour_of(element):
    """The colour of its line, or that in front of its pattern, or of its fill; of its marker where it has no line."""
    found = [look.find(f".//{A}srgbClr") for look in (element.find(f"{C}spPr"), element.find(f"{C}marker")) if look is not None]
    return next(f"#{one.get('val')}".lower() for one in found if one is not None)


def test_an_option_has_its_own_colour_in_every_native_chart(edition, drawn):
    own = {edition.options[option]: palette.OPTION_COLOURS[place] for place, option in enumerate(edition.inputs.options())}
    found = [(name, colour) for name, colour in drawn if name in own]
    assert len(found) > 20
    assert [(name, colour) for name, colour in found if colour != own[name]] == []


def test_no_option_is_drawn_twice_in_a_native_chart(edition, charts):
    names = [[name for name, _ in series if name in edition.options.values()] for series in charts]
    assert [found for found in names if len(set(found)) < len(found)] == []


def test_nothing_but_an_option_has_an_option_s_colour_in_a_native_chart(edition, drawn):
    others = {colour for name, colour in drawn if name not in edition.options.values()}
    assert others and not others & set(palette.OPTION_COLOURS)
    assert edition.words("waiting.best") in {name for name, _ in drawn} and BEST not in edition.options


def test_no_colour_means_two_things():
    parts = {colour for colour, _ in (*palette.FILLS, *palette.KIND_FILLS.values())} | {palette.ACCENT, palette.INK, palette.MUTED}
    assert not set(palette.OPTION_COLOURS) & parts
    assert len(set(palette.OPTION_COLOURS)) == len(palette.OPTION_COLOURS)


def test_the_reference_has_a_label_where_its_bar_has_no_height(edition, tmp_path):
    write_workbook(edition, tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/")]
    labelled = [chart for chart in charts if edition("changes.column.reference") in chart]
    place = edition.places[edition.inputs.reference]
    assert labelled and all(f'<c:dLbl><c:idx val="{place}"/><c:layout/>' in chart for chart in labelled)
