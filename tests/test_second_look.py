"""What `check` calls worth a look: each rule on decisions that it should speak of, and on such as it should not."""

import openpyxl
import pytest
from typer.testing import CliRunner

import fvmanalys as fvm
from fvmanalys.cli import app
from fvmanalys.evidence import second_look, worth_a_look
from tests.decisions import ASSUMED, EVIDENCE, library_decision, write_tables
from tests.tiny import tiny

SOURCES = [
    {"source_id": name, "title": "S", "publisher": "P", "published": f"{name[1:]}-06-01", "type": "primary"}
    for name in ("s2016", "s2018", "s2023")
]
PARAMETERS = {"price_year": 2022}
INDEX = [{"year": year, "index": 1} for year in (2016, 2018, 2020, 2022, 2023, 2030)]
NO_PRICE_YEAR = "price_year: is empty, so it is read as money of 2022, though the newest source is from 2018"
EARLY = "though the newest source is from 2018; keep it only if the amount has been converted to that year"
EARLY_GUESS = EARLY.replace("newest source is from 2018", "amount is from 2023")
ASKED = "; give the year whose money the amount is in"
ALONE = "ties this estimate to no other"
RENAME = "name a factor that another estimate has, or clear it"
HIDDEN = "is hidden, and read all the same"
IDLE = "moves nothing: no `when` names it; let a row wait for it, or remove it"
NONE = {"option_id": "*", "item_id": "none", "category": "none", "basis": "once", "is": 0}


def cost(name="fee", value=(1, 2, 3), **more):
    return {
        "option_id": "a",
        "item_id": name,
        "category": "fees",
        "basis": "per_year",
        "unit": "MSEK",
        "is": value,
    } | more


def said(**more):
    return cost("said", kind="judgement") | more


def told(about="", **tables):
    """What is said of a decision, without the places' folder; `about` is a column."""
    texts = worth_a_look(tiny(**tables))
    return [text.rsplit("/", 1)[-1] for text in texts if f": {about}" in text]


def contracts(*rows, **tables):
    return {"sources": SOURCES, "contracts": [*rows], "price_index": INDEX, "parameters": PARAMETERS} | tables


@pytest.mark.parametrize(
    "rows, texts",
    [
        ([cost(source_id="s2018")], [f"contracts.csv:2: {NO_PRICE_YEAR}{ASKED}"]),
        (
            [cost(source_id="s2016;s2018"), cost("b", source_id="s2018"), cost("c", source_id="s2018")],
            [f"contracts.csv:2: {NO_PRICE_YEAR} (so too on row 3, 4){ASKED}"],
        ),
        (
            [
                cost(source_id="s2018", price_year=2018),
                cost("b", source_id="s2018;s2023"),
                cost("c", source_id="s2023"),
            ],
            [],
        ),
        ([said(source_id="s2018", price_year=2020)], [f"contracts.csv:2: price_year: is 2020, {EARLY}"]),
        ([said(source_id="s2016;s2018", price_year=2030)], [f"contracts.csv:2: price_year: is 2030, {EARLY}"]),
        ([cost(source_id="s2018", price_year=2030)], [f"contracts.csv:2: price_year: is 2030, {EARLY_GUESS}"]),
        ([cost(source_id="s2018", price_year=2023), said(source_id="s2023", price_year=2023), cost("c")], []),
    ],
)
def test_a_price_year_fits_the_date_of_the_source(rows, texts):
    assert told("price_year", **contracts(*rows)) == texts


def test_a_price_year_is_asked_for_of_salaries_too_and_nowhere_where_none_is_counted_in():
    salaries = [{"role_id": "nurse", "is": (0.5, 0.6, 0.7), "source_id": "s2018"}]
    assert len(told("price_year", **contracts(NONE, staff_costs=salaries))) == 1
    assert told("price_year", sources=SOURCES, contracts=[cost(source_id="s2018")]) == []


@pytest.mark.parametrize(
    "value, speaks",
    [
        (7, True),
        ((7, 7, 7), True),
        ((7, None, 7, "uniform"), True),
        (-7, True),
        ((6, 7, 8), False),
        (0, False),
        ((6, None, 8, "uniform"), False),
    ],
)
def test_an_assumption_that_nobody_can_know_has_a_range(value, speaks):
    assert (
        any("contracts" in text for text in told("likely: is an assumption", contracts=[cost(value=value)])) == speaks
    )


@pytest.mark.parametrize(
    "tables",
    [
        {
            "timeline": [
                {"option_id": "*", "event_id": "done", "is": (6, 12, 18)},
                {"option_id": "a", "event_id": "late", "is": 3},
            ]
        },
        {"staff_costs": [{"role_id": "nurse", "is": 0.6}]},
        {"levels": [{"option_id": "*", "area_id": "x", "is": 40}]},
    ],
)
def test_a_range_is_asked_for_wherever_something_is_guessed(tables):
    quiet = {"timeline": [{"option_id": "*", "event_id": "done", "is": (6, 12, 18)}]}
    assert len(told("likely: is an assumption", **quiet | tables)) == 1


def test_facts_judgements_choices_and_chances_need_no_range():
    quiet = {
        "timeline": [{"option_id": "*", "event_id": "done", "is": 12, "kind": "judgement"}],
        "risks": [{"option_id": "*", "risk_id": "flood", "is": 0.1}],
    }
    assert told("likely", contracts=[cost(value=7, kind="fact", source_id="s", known_from="2023-06-01")], **quiet) == []


@pytest.mark.parametrize(
    "risks, when, rows",
    [
        ([("*", "flood"), ("*", "fire")], [("a", "flood")], [3]),
        ([("*", "flood"), ("b", "fire")], [("*", "!flood"), ("a", "!flood")], [3]),
        ([("a", "flood"), ("b", "flood")], [("a", "flood")], [3]),
        ([("a", "flood"), ("b", "fire")], [], [2, 3]),
        ([("a", "flood"), ("*", "flood")], [("a", "flood"), ("a", "!flood")], []),
    ],
)
def test_a_risk_moves_something(risks, when, rows):
    given = {"risks": [{"option_id": option, "risk_id": name, "is": 0.5} for option, name in risks]}
    waiting = [NONE, *(cost(f"c{number}", option_id=option, when=name) for number, (option, name) in enumerate(when))]
    found = told("risk_id", options=("a", "b"), contracts=waiting, **given)
    assert found == [f"risks.csv:{row}: risk_id: {risks[row - 2][1]!r} {IDLE}" for row in rows]


@pytest.mark.parametrize(
    "names, texts",
    [
        (["team", "team", "taem"], [f"'taem' {ALONE}; did you mean 'team'?"]),
        (["Team", "team", "team"], [f"'Team' {ALONE}; did you mean 'team'?"]),
        (["weather"], [f"'weather' {ALONE}; {RENAME}"]),
        (["team_a", "team_a", "team_b"], [f"'team_b' {ALONE}; {RENAME}"]),
        (["team", "team", "", "weather", "weather"], []),
    ],
)
def test_a_common_factor_ties_estimates_together(names, texts):
    found = told("moves_with", contracts=[cost(f"c{number}", moves_with=name) for number, name in enumerate(names)])
    assert [text.split("moves_with: ")[1] for text in found] == texts


def test_a_factor_is_shared_across_tables_but_not_by_two_versions_of_one_row():
    levels = [{"option_id": "*", "area_id": "x", "is": (1, 2, 3), "moves_with": "team"}]
    assert told("moves_with", contracts=[cost(moves_with="team")], levels=levels) == []
    assert (
        len(told("moves_with", contracts=[cost(moves_with="team"), cost(moves_with="team", known_from="2023-05-01")]))
        == 1
    )


@pytest.mark.parametrize(
    "names, texts",
    [
        (["Licenser", "Licenser", "Licesner"], ["'Licesner' has this row alone; did you mean 'Licenser'?"]),
        (["drift", "Drift", "Drift"], ["'drift' has this row alone; did you mean 'Drift'?"]),
        (["Fas 1", "Fas 2", "Fas 2"], []),
        (["Del A", "Del B", "Del B"], []),
        (["Building", "Rent", "Rent"], []),
        (["Licesner", "Licenser"], []),
    ],
)
def test_a_category_of_a_single_row_is_not_written_nearly_as_another(names, texts):
    found = told("category", contracts=[cost(f"c{number}", category=name) for number, name in enumerate(names)])
    assert [text.split("category: ")[1] for text in found] == texts


def test_a_phase_is_a_category_too():
    staff = [
        {"option_id": "a", "role_id": f"r{number}", "phase": phase, "is": (1, 2, 3)}
        for number, phase in enumerate(["rollout", "rollout", "rolout"])
    ]
    roles = [{"role_id": f"r{number}", "is": (0.5, 0.6, 0.7)} for number in range(3)]
    found = told("phase", staffing=staff, staff_costs=roles)
    assert found == ["staffing.csv:4: phase: 'rolout' has this row alone; did you mean 'rollout'?"]


def test_thousands_of_lone_names_are_looked_up_no_more_than_a_hundred_times(monkeypatch):
    looked = []
    near = second_look.difflib.get_close_matches
    monkeypatch.setattr(second_look.difflib, "get_close_matches", lambda *words: looked.append(words) or near(*words))
    many = [cost(f"c{n}", category=f"lone {n:x} {'xyz'[n % 3] * (n % 7)}") for n in range(150)]
    common = [cost(f"d{n}", category="Licenser") for n in range(2)]
    found = told("category", contracts=[cost("first", category="Licesner"), *many, *common])
    assert found[0] == "contracts.csv:2: category: 'Licesner' has this row alone; did you mean 'Licenser'?"
    assert len(looked) == 100


@pytest.mark.parametrize(
    "growth, speaks", [(0.26, True), (3, True), (0.25, False), (0.02, False), (-0.5, False), (None, False)]
)
def test_nothing_grows_by_more_than_a_quarter_a_year(growth, speaks):
    assert bool(told("real_growth", contracts=[cost(real_growth=growth)])) == speaks


@pytest.mark.parametrize(
    "values, rows",
    [
        ([2, 3, 40, 1_500_000], [5]),
        ([(1, 2, 3), (2, 3, 4), (900_000, 1_000_000, 2_000_000)], [4]),
        ([2, 3, -4_000_000], [4]),
        ([2, 3, (2, 3, 4_000_000)], [4]),
        ([0.5, 3, 40, 2_900], []),
        ([2, 3_000_000], []),
        ([0, 0, 0, 4], []),
    ],
)
def test_an_amount_is_not_a_thousand_times_the_others(values, rows):
    found = [
        text
        for text in told(contracts=[cost(f"c{number}", value) for number, value in enumerate(values)])
        if "times the middle amount" in text
    ]
    assert [int(text.split(":")[1]) for text in found] == rows


def test_what_is_spent_is_looked_at_for_kronor_too():
    spend = [
        {"period_start": f"202{year}-01-01", "period_end": f"202{year}-12-31", "category": "all", "amount": amount}
        for year, amount in enumerate([30, 40, 35_000_000])
    ]
    said = "35,000,000 is 875,000 times the middle amount of spend, 40"
    assert told("amount", spend=spend) == [
        f"spend.csv:4: amount: {said}; amounts are in millions: write 1 500 000 kronor as 1.5"
    ]


@pytest.mark.parametrize(
    "value, speaks",
    [
        ((1, None, 9, "normal"), True),
        ((-2, 5, 12, "normal"), True),
        ((8, 10, 12, "normal"), False),
        ((-9, -5, -1, "normal"), False),
        ((1, 2, 9, "lognormal"), False),
        ((-2, 5, 12, "uniform"), False),
    ],
)
def test_a_normal_cost_stays_above_zero(value, speaks):
    assert bool(told("distribution", contracts=[cost(value=value)])) == speaks


def hide_rows(sheet):
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[4].hidden = True


def hide_column(sheet):
    sheet.column_dimensions["C"].hidden = True


def hide_sheet(sheet):
    sheet.parent.create_sheet("other")
    sheet.sheet_state = "hidden"


def hide_what_is_empty(sheet):
    sheet.row_dimensions[9].hidden = sheet.column_dimensions["Z"].hidden = True


@pytest.mark.parametrize(
    "hide, texts",
    [
        (hide_rows, ["contracts.xlsx:2: row: is hidden or filtered away, and read all the same (so too on row 4)"]),
        (hide_column, [f"contracts.xlsx: column C: {HIDDEN}"]),
        (hide_sheet, [f"contracts.xlsx: sheet: 'contracts' {HIDDEN}"]),
        (hide_what_is_empty, []),
    ],
)
def test_what_a_workbook_hides_is_told(tmp_path, hide, texts):
    tables = library_decision(2)
    text = tables.pop("contracts")
    folder, book = write_tables(tmp_path, tables), openpyxl.Workbook()
    book.active.title = "contracts"
    for line in text.split("\n"):
        book.active.append(
            [float(cell) if cell[:1].isdigit() and "-" not in cell else cell or None for cell in line.split(",")]
        )
    hide(book.active)
    book.save(folder / "contracts.xlsx")
    found = [text.rsplit("/", 1)[-1] for text in worth_a_look(fvm.load(folder)) if "read all the same" in text]
    assert [text.removesuffix("; show it and look, or remove it") for text in found] == texts


def test_check_says_it_after_the_result_and_ends_well(tmp_path):
    risks = f"option_id,risk_id,likely,unit,{EVIDENCE}\n*,flood,0.1,share,{ASSUMED}"
    folder = write_tables(tmp_path / "raw", library_decision(2) | {"risks": risks})
    result = CliRunner().invoke(app, ["check", "--data", str(folder)])
    first, *others = result.output.splitlines()
    assert result.exit_code == 0
    assert "no faults" in first
    assert others == [f"worth a look: {folder}/risks.csv:2: risk_id: 'flood' {IDLE}"]


def test_a_row_that_has_been_replaced_is_let_be():
    assert told("real_growth", contracts=[cost(real_growth=3), cost(real_growth=0.03, known_from="2023-05-01")]) == []
