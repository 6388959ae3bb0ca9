"""What estimates are called, also where nobody has named them."""

import re

import fvmanalys as fvm
from fvmanalys.report.edition import Edition
from fvmanalys.report.fitting import columns, drawable, wrapped
from fvmanalys.report.harmless import harmless, one_line
from fvmanalys.report.workbook import write_workbook
from tests.tiny import tiny

LATER = {"known_from": "2024-06-01"}


def unnamed():
    """A decision of which nothing but options and areas has a name, and whose criteria and weights speak of an area of another day."""
    weight = {"kind": "assumption", "owner": "analysts", "unit": "points", "likely": 1, "name": "Patients", "viewpoint_id": "patients"}
    return tiny(
        options=("a", "b"),
        areas={"x": {}, "y": LATER},
        parameters={"price_year": 2023},
        timeline=[{"option_id": "*", "event_id": "decided", "is": (1, 2, 3)}, {"option_id": "b", "event_id": "live", "after": "decided", "is": 2}],
        contracts=[
            {"option_id": option, "item_id": item, "category": "licence", "basis": "once", "is": (1, 2, 3)}
            for option in "ab"
            for item in ("first", "second")
        ],
        staff_costs=[{"role_id": "pause_lead", "is": 1}],
        staffing=[{"option_id": "b", "role_id": "pause_lead", "phase": "pause", "is": 3}],
        levels=[{"option_id": "*", "area_id": "x", "is": 1}, {"option_id": "b", "area_id": "x", "from_event": "live", "is": 2}],
        risks=[{"option_id": "b", "risk_id": "fails", "is": 0.5}],
        readiness=[{"option_id": "*", "standing_share": share, "is": 3} for share in (0, 1)],
        viewpoints=[weight | {"area_id": "x", "known_from": "2023-01-01"}, weight | LATER | {"area_id": "y"}],
    )


def test_estimates_without_names_are_told_apart_by_their_keys():
    findings = fvm.find(unnamed(), 16)
    for lang in ("sv", "en"):
        names = Edition(findings, lang).estimates
        assert len(set(names.values())) == len(names), "each is called something else"
        assert all(part.strip(" ():") for name in names.values() for part in re.split(r"[,:]", name)), names
    assert names["contracts/b/first"] == "licence, first (b)"
    assert names["levels/b/x//live"] == "Level: x, live (b)" and names["levels/*/x//"] == "Level: x, today"
    assert names["staffing/b/pause_lead/pause"] == "pause_lead, during the pause (b)"
    assert names["viewpoints/patients/x"] == "The group's weight: Patients, x"
    assert not any("_" in name for one, name in names.items() if one.startswith("parameters/"))


def test_a_weight_of_an_area_that_is_not_known_yet_is_no_fault(tmp_path):
    write_workbook(Edition(fvm.find(unnamed(), 16), "sv"), tmp_path / "book.xlsx")
    assert (tmp_path / "book.xlsx").stat().st_size > 0


def test_what_is_drawn_is_no_wider_than_there_is_room():
    for text in ("x" * 500, "漢" * 500, "漢" * 44 + "x" * 300, "x" * 300 + "😀" * 44, "kort", "漢字 och latin " * 30):
        assert all(columns(line) <= 88 for line in drawable(text, 88).split("\n"))
        assert all(columns(line) <= 26 for line in wrapped(text).split("\n")) and wrapped(text).count("\n") < 3
    assert drawable("kort", 88) == "kort" and drawable("x" * 89, 88) == "x" * 86 + " …"
    assert drawable("1\n2\n3\n4\n5", 88) == "1\n2\n3\n4 …" and wrapped("") == "–"


def test_hard_spaces_stay_and_other_blanks_become_one():
    assert one_line(" a\u00a0b\u202fc \t\r\n d\u0000 ") == "a\u00a0b\u202fc d"
    assert harmless("a\r\nb\rc\ud800\ufffe") == "a\nb\nc"
