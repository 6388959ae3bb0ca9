"""Figures say what they show, look the same every time, and suit any decision."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from fvmanalys import find, load
from fvmanalys.errors import UsageError
from fvmanalys.report import charts, palette
from fvmanalys.report.edition import Edition
from fvmanalys.report.figure import Picture
from fvmanalys.report.markup import Html, html_table, link, paragraphs
from fvmanalys.report.placing import spread
from fvmanalys.report.topics.information import verdict_missing, verdict_sentences
from fvmanalys.report.topics.people import team_missing, wait_missing, waiting_answer
from fvmanalys.report.words import Words
from tests.decisions import library_decision, write_tables

HOSTILE = '<b>"A & $x_1$"</b>'
MILESTONES = """milestone_id,plan_version,name,planned_date,actual_date,own_programme,kind,source_id,known_from
opening,plan 1,Opening,2022-01-01,,no,fact,quote,2023-11-01
opening,plan 2,Opening,2023-01-01,,no,fact,quote,2023-11-01
opening,outcome,Opening,,2024-01-01,no,fact,quote,2024-01-01
moving,plan 1,Moving,2024-03-01,,yes,fact,quote,2023-11-01"""
REFERENCE_CLASS = """programme_id,name,role,cost_ratio,duration_ratio,censored,kind,source_id,known_from,owner
one,One,core,1.5,1.2,,assumption,quote,2023-11-01,analysts
two,Two,core,2.5,,cost,assumption,quote,2023-11-01,analysts"""
CONTEXT = """item_id,name,option_id,categories,likely,unit,kind,source_id,known_from
total,Published total,p,Building;Running,30,MSEK,fact,quote,2023-11-01"""
INVESTIGATIONS = """investigation_id,name,resolves,variance_reduction,months,low,likely,high,distribution,unit,kind,source_id,known_from,owner
survey,Ask the readers,levels/*,0.5,2,0.01,0.02,0.05,pert,MSEK,assumption,,2024-01-01,analysts
tender,Ask the builders,contracts/*/build,0.7,4,0.1,0.2,0.3,pert,MSEK,assumption,,2024-01-01,analysts"""
VIEWPOINTS = """viewpoint_id,area_id,name,likely,unit,kind,source_id,known_from,owner
readers,access,Readers,80,points,assumption,,2024-01-01,analysts
readers,quiet,Readers,20,points,assumption,,2024-01-01,analysts
keepers,care,Keepers,100,points,assumption,,2024-01-01,analysts"""
STAFFING = """option_id,role_id,phase,name,employer,from_event,to_event,low,likely,high,distribution,unit,kind,source_id,known_from,owner
*,mover,pause,Movers,own,,decided,2,4,6,pert,fte,assumption,,2024-01-01,analysts
p,mover,restart,Movers again,consultant,decided,open,1,2,3,pert,fte,assumption,,2024-01-01,analysts"""
STAFF_COSTS = """role_id,low,likely,high,distribution,unit,kind,source_id,known_from,owner
mover,0.05,0.1,0.2,pert,MSEK,assumption,,2024-01-01,analysts"""
READINESS = """option_id,standing_share,likely,unit,kind,source_id,known_from,owner
*,0,12,months,assumption,,2024-01-01,analysts
*,1,2,months,assumption,,2024-01-01,analysts"""
EXTRA = {
    "milestones": MILESTONES,
    "reference_class": REFERENCE_CLASS,
    "context": CONTEXT,
    "investigations": INVESTIGATIONS,
    "viewpoints": VIEWPOINTS,
    "staffing": STAFFING,
    "staff_costs": STAFF_COSTS,
    "readiness": READINESS,
}
WITHOUT_TABLES = [
    charts.plot_milestones,
    charts.plot_views,
    charts.plot_reference_class,
    charts.plot_published_totals,
    charts.plot_verdict,
    charts.plot_net_value,
    charts.plot_viewpoints,
    charts.plot_backtest,
    charts.plot_changes,
    charts.plot_standing_team,
    charts.plot_staffing,
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A decision of seven options and three areas, with every table that a figure needs."""
    return find(load(write_tables(tmp_path_factory.mktemp("library"), library_decision() | EXTRA)), draws=512)


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("plot", [plot for plot in charts.ALL if plot.__name__ != "plot_changes"], ids=lambda plot: plot.__name__)
def test_every_figure_is_svg_with_a_title_and_alt_text(library, plot, lang):
    picture = plot(Edition(library, lang))
    ElementTree.fromstring(picture.svg)
    assert picture.title in picture.alt
    assert re.search(r"\d", picture.alt)
    assert 'alt="' in picture._repr_html_()


def test_a_figure_without_alt_text_does_not_render():
    with pytest.raises(UsageError, match="figure 'empty' has no alt text"):
        Picture("empty", "Title", "Note", " ", "<svg/>")


def test_the_same_findings_give_the_same_bytes(library):
    first, second = (charts.plot_comparison(Edition(library)).svg for _ in range(2))
    assert first == second


@pytest.mark.parametrize("plot", WITHOUT_TABLES)
def test_a_figure_whose_table_is_missing_is_none(tmp_path, plot):
    findings = find(load(write_tables(tmp_path, library_decision(2))), draws=64)
    assert plot(Edition(findings)) is None


@pytest.mark.parametrize("options", [2, 9])
def test_figures_suit_few_options_and_many(tmp_path, options):
    findings = find(load(write_tables(tmp_path, library_decision(options))), draws=64)
    assert {picture.name for picture in charts.figures(Edition(findings, "en"))} >= {
        "comparison",
        "areas",
        "levels",
        "cost",
        "timeline",
    } or options == 2


def test_names_from_the_data_cannot_break_a_figure(tmp_path):
    tables = library_decision(3)
    tables["options"] = tables["options"].replace("Store Q,Q", '"' + HOSTILE.replace('"', '""') + '","' + HOSTILE.replace('"', '""') + '"')
    findings = find(load(write_tables(tmp_path, tables)), draws=64)
    for picture in charts.figures(Edition(findings)):
        ElementTree.fromstring(picture.svg)
        assert "<b>" not in picture._repr_html_()


def test_labels_that_are_near_are_moved_apart_in_order():
    moved = spread([0.5, 0.51, 0.1], 0.1)
    assert moved[1] - moved[0] >= 0.1 - 1e-6
    assert moved[2] == 0.1
    assert np.isclose(moved[:2].mean(), 0.505)


def test_colours_that_carry_text_stand_out_from_the_paper():
    assert (
        min(palette.contrast(colour, palette.PAPER) for colour in (*palette.OPTION_COLOURS, palette.INK, palette.MUTED, palette.ACCENT))
        >= 4.5
    )


def test_options_differ_by_more_than_colour():
    looks = zip(palette.OPTION_MARKERS, palette.OPTION_DASHES, strict=True)
    assert len(set(looks)) == len(palette.OPTION_COLOURS)
    assert len({*palette.OPTION_MARKERS}) == len(palette.OPTION_MARKERS)


def test_whatever_comes_from_the_data_is_escaped():
    table = html_table("<i>", ["<u>", "b"], [["<script>", Html("<em>kept</em>")]])
    assert "<script>" not in table and "&lt;script&gt;" in table and "<em>kept</em>" in table and "<i>" not in table
    assert "<b>" not in paragraphs("<b>")


def test_an_estimate_is_shown_as_published():
    row = {"low": float("nan"), "likely": 310.57, "high": float("nan"), "unit": "MSEK"}
    assert Words().quantity(row) == "310,57 mnkr"
    assert Words().quantity(row | {"low": 2000.0, "likely": 2100.0, "high": 2200.0}) == "2\u00a0100 mnkr (2\u00a0000–2\u00a0200 mnkr)"
    assert Words().quantity(row | {"likely": 0.15, "unit": "share"}) == "15 %"
    assert Words().quantity(row | {"likely": 2023.0, "unit": "year"}) == "2023"


def test_only_web_addresses_become_links():
    assert link("title", "javascript:alert(1)") == "title"
    assert link("<t>", "https://x.se/?a=1&b") == '<a href="https://x.se/?a=1&amp;b">&lt;t&gt;</a>'
    assert link("t", 'https://x.se/?a="') == "t"


def test_a_number_that_cannot_be_told_from_zero_is_said_to_be_so_in_words(library):
    picture = charts.plot_information(Edition(library, "en"))
    table = library.knowledge.estimates
    assert table["clear"].all() or "cannot be told from zero" in picture.alt
    for _, row in table[~table["clear"]].iterrows():
        assert Edition(library, "en").tell("worth", row["evppi"], row) == "cannot be told from zero"


def test_the_verdict_names_an_investigation_and_its_range(library):
    sentences = " ".join(verdict_sentences(Edition(library, "en")))
    assert re.search(r"Decide as planned|Investigate before deciding", sentences)
    assert re.search(r"Ask the (readers|builders)", sentences)
    assert "when a point is worth between" in sentences or "over the whole range" in sentences


def test_what_cannot_be_weighed_is_left_out_with_the_reason(tmp_path):
    findings = find(load(write_tables(tmp_path, library_decision(3))), draws=64)
    assert verdict_missing(Edition(findings, "en")).startswith("No investigations have been proposed")
    assert team_missing(Edition(findings, "en")).startswith("Nobody has said how long a restart takes")
    assert wait_missing(Edition(findings, "en")) == ""
    assert any("how large a team" in text for text in waiting_answer(Edition(findings, "en")))


def test_after_the_decision_nothing_is_said_of_waiting(tmp_path):
    tables = library_decision(3) | {"readiness": READINESS, "investigations": INVESTIGATIONS}
    tables["timeline"] = (
        tables["timeline"]
        .replace("option_id,event_id,name,after,low", "option_id,event_id,name,after,date,low")
        .replace("*,decided,Decision,,3,6,12,pert,months", "*,decided,Decision,,2024-02-01,,,,,")
    )
    tables["timeline"] = re.sub(r"^(\w),open,Open,decided,", r"\1,open,Open,decided,,", tables["timeline"], flags=re.MULTILINE)
    findings = find(load(write_tables(tmp_path, tables)), draws=64)
    assert waiting_answer(Edition(findings, "en")) == [wait_missing(Edition(findings, "en"))]
    assert "2024-02-01" in verdict_missing(Edition(findings, "en"))
    assert charts.plot_standing_team(Edition(findings, "en")) is None
    assert charts.plot_net_value(Edition(findings, "en")) is None
