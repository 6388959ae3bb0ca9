"""Drawings are made small without looking otherwise: real text, ids of their own, and lines where they were."""

import re
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fvmanalys.report.compact import short_path
from fvmanalys.report.edition import Caption
from fvmanalys.report.figure import sketch
from fvmanalys.report.placing import aside, box_of, overlap
from fvmanalys.report.words import Words

PLACES = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=7, unique=True)


def drawn(name):
    """A figure with many bars, a smooth line and each of our hatches."""
    with sketch(Words(), 2.0) as drawing:
        axes = drawing.panels[0].axes
        for place, hatch in enumerate(["////", "....", "xxxx", ""]):
            axes.bar(range(place, 40, 4), np.arange(10), hatch=hatch, facecolor="#ececec", edgecolor="#1a1a1a")
        axes.plot(np.linspace(0, 40, 2000), np.linspace(0, 9, 2000), clip_on=True)
        return drawing.finish(name, Caption("Nine tenths", "A note", "Ten bars of 1 to 9"))


def test_a_figure_is_small_and_its_text_is_text():
    picture = drawn("one")
    assert len(picture.svg) < 12_000
    root = ElementTree.fromstring(picture.svg)
    assert "Nine tenths" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(list(root.iter("{http://www.w3.org/2000/svg}pattern"))) == 3


def test_figures_that_stand_on_one_page_share_no_id():
    one, other = (set(re.findall(r' id="([^"]+)"', drawn(name).svg)) for name in ("one", "other"))
    assert one and not one & other


def test_what_a_figure_refers_to_is_in_it():
    svg = drawn("one").svg
    asked = {*re.findall(r"url\(#([^)]+)\)", svg), *re.findall(r'href="#([^"]+)"', svg)}
    assert asked and asked <= set(re.findall(r' id="([^"]+)"', svg))


WAVES = st.tuples(st.floats(0.1, 100), st.floats(1, 20), st.integers(2, 120)).map(
    lambda wave: [(500 * at / wave[2], 100 + wave[0] * np.sin(wave[1] * at / wave[2])) for at in range(wave[2] + 1)]
)


@settings(deadline=None, max_examples=40)
@given(WAVES | st.lists(st.tuples(st.floats(0, 500), st.floats(0, 300)), min_size=2, max_size=40))
def test_a_shortened_path_runs_within_a_tenth_of_a_point_of_the_whole(points):
    path = "M " + " L ".join(f"{x:.6f} {y:.6f}" for x, y in points)
    kept = corners(short_path(path))
    for point in points:
        assert min(distance(np.array(point), one, other) for one, other in zip(kept, [*kept[1:], kept[-1]], strict=True)) < 0.2


def corners(path):
    """The corners of a path of lines, in whole coordinates."""
    found = [np.zeros(2)]
    for command, numbers in re.findall(r"([MLHVlhv])([^MLHVlhv]*)", path):
        values = np.array(re.findall(r"-?[\d.]+", numbers), dtype=float)
        place = found[-1].copy()
        moved = {"h": slice(0, 1), "v": slice(1, 2)}.get(command.lower(), slice(0, 2))
        place[moved] = values + (place[moved] if command.islower() else 0)
        found.append(place)
    return found[1:]


def distance(point, one, other):
    """How far a point lies from the line between two others."""
    along, length = other - one, float((other - one) @ (other - one))
    share = 0.0 if length == 0 else min(max(float((point - one) @ along) / length, 0), 1)
    return float(np.hypot(*(point - one - share * along)))


@settings(deadline=None, max_examples=25)
@given(PLACES)
def test_a_name_covers_another_only_where_there_is_no_room(places):
    with sketch(Words(), 4.2) as drawing:
        axes = drawing.panels[0].axes
        axes.set_xlim(-40, 140)
        axes.set_ylim(-20, 120)
        sides = aside(axes, places, ["A name"] * len(places))
    points = [((x + 40) / 180 * 495, (y + 20) / 140 * 217) for x, y in places]
    boxes = [box_of(*point, 5.8 * 6, (*side["xytext"], side["ha"], side["va"])) for point, side in zip(points, sides, strict=True)]
    far = [all(np.hypot(x - a, y - b) > 90 for a, b in points if (a, b) != (x, y)) for x, y in points]
    covered = [any(overlap(box, other) for other in boxes if other is not box) for box in boxes]
    assert not any(alone and hidden for alone, hidden in zip(far, covered, strict=True))
