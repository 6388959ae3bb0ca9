"""Raw tables that are wrong: every fault is named with its file, row, column and remedy, and nothing is computed."""

import re

import pytest
from openpyxl import Workbook

import fvmanalys as fvm
from fvmanalys.errors import EvidenceError
from fvmanalys.evidence.read import holds_personal_identity
from tests.decisions import ASSUMED, EVIDENCE, library_decision, write_tables

QUANTITY = f"low,likely,high,distribution,unit,{EVIDENCE}"
OPTIONAL = {
    "staffing": f"option_id,role_id,phase,employer,from_event,to_event,profile,{QUANTITY}\np,porter,move,own,decided,open,level,1,2,3,pert,fte,{ASSUMED}",
    "staff_costs": f"role_id,name,price_year,{QUANTITY}\nporter,Porter,2022,0.4,0.5,0.6,uniform,MSEK,{ASSUMED}",
    "risks": f"option_id,risk_id,name,{QUANTITY}\n*,flood,Flood,0.05,0.1,0.2,pert,share,{ASSUMED}",
    "readiness": f"option_id,standing_share,{QUANTITY}\n*,0,3,6,9,pert,months,{ASSUMED}\n*,1,0,1,2,pert,months,{ASSUMED}",
    "price_index": "year,index\n2022,95\n2023,100",
    "reference_class": "programme_id,name,role,cost_ratio,duration_ratio,censored\none,One,core,1.2,1.5,\ntwo,Two,core,2.0,,",
    "investigations": f"investigation_id,name,resolves,variance_reduction,months,{QUANTITY}\nsurvey,Survey,contracts/p/*,0.5,2,,0.2,,,MSEK,{ASSUMED}",
    "spend": "period_start,period_end,category,part_of,amount\n2023-01-01,2023-12-31,Shelves,,4",
}


def whole_decision():
    tables = library_decision(3) | OPTIONAL
    tables["parameters"] += f"\nprice_year,Price year,,2023,,,year,{ASSUMED}"
    return tables


def change(table, old, new):
    def mutate(tables):
        assert old in tables[table]
        tables[table] = tables[table].replace(old, new, 1)

    return mutate


def add(table, line):
    def mutate(tables):
        tables[table] += "\n" + line

    return mutate


def put(table, text):
    return lambda tables: tables.update({table: text})


def both(*changes):
    return lambda tables: [mutate(tables) for mutate in changes]


LAST = object()
CRITERIA = f"area_id,criterion_id,name,{QUANTITY}\naccess,near,Near,,1,,,points,{ASSUMED}"
VIEWPOINTS = f"viewpoint_id,area_id,name,{QUANTITY}\nreaders,access,Readers,,5,,,points,{ASSUMED}\nstaff,care,Staff,,5,,,points,{ASSUMED}"
NEW_LEVEL = f"p,access,,,10,20,30,pert,level,{ASSUMED}"
SPEND_HEAD = "period_start,period_end,category,part_of,amount\n"



def divided(weight):
    """The area access has one criterion, of this weight."""
    return both(put("criteria", CRITERIA.replace(",1,,,points", weight)), lambda t: t.update(levels=t["levels"].replace("access,,", "access,near,")))


# what is wrong: how to make it, file, row (None: the whole file), column, and words of the message
FAULTS = {
    "a misspelt optional table": (put("risk", OPTIONAL["risks"]), "risk.csv", None, "file", "no table of the suite; rename it to risks.csv"),
    "a file that is no table": (put("weather", "a,b\n1,2"), "weather.csv", None, "file", "no table of the suite; move it out"),
    "a missing required table": (lambda t: t.pop("areas"), "areas.csv", None, "file", "is missing; every decision needs"),
    "an empty file": (put("areas", ""), "areas.csv", 1, "file", "holds no rows"),
    "a header and nothing else": (put("risks", OPTIONAL["risks"].split("\n")[0]), "risks.csv", 1, "file", "holds no rows"),
    "an unknown column": (change("options", "permanent", "permanant"), "options.csv", 1, "permanant", "unknown; did you mean permanent"),
    "a column unlike any other": (change("options", "short_name", "xyzzy"), "options.csv", 1, "xyzzy", "unknown; remove it; the columns are option_id, "),
    "a column twice": (change("options", "short_name", "name"), "options.csv", 1, "name", "stands twice in the header"),
    "a missing column": (put("price_index", "year\n2023"), "price_index.csv", 1, "index", "column is missing; add the column"),
    "a ragged row": (add("price_index", "2024"), "price_index.csv", LAST, "row", "has 1 cells where the header has 2; quote a cell"),
    "an unquoted comma": (add("price_index", "2024,104,5"), "price_index.csv", LAST, "row", "has 3 cells where the header has 2"),
    "a decimal comma in a comma file": (add("price_index", '2024,"104,5"'), "price_index.csv", LAST, "index", "'104,5' is not a number; write a plain"),
    "a word for a number": (change("parameters", "0.03,", "low,"), "parameters.csv", 2, "likely", "'low' is not a number"),
    "infinity": (change("parameters", "0.05", "inf"), "parameters.csv", 2, "high", "not a finite number"),
    "an infinite ratio": (add("reference_class", "x,X,core,inf,1,"), "reference_class.csv", LAST, "cost_ratio", "not a finite number"),
    "an underscore in a number": (change("spend", ",4", ",4_000"), "spend.csv", 2, "amount", "'4_000' is not a number"),
    "a year with decimals": (add("price_index", "2024.5,100"), "price_index.csv", LAST, "year", "whole number"),
    "a date with a slash": (change("decision", "2024-06-01", "1/6 2024"), "decision.csv", 2, "as_of", "'1/6 2024' is not a date; write it as year-month-day"),
    "a date that does not exist": (change("decision", "2024-06-01", "2024-06-31"), "decision.csv", 2, "as_of", "'2024-06-31' is not a date"),
    "zero for a date": (change("decision", "2024-06-01", "0"), "decision.csv", 2, "as_of", "'0' is not a date"),
    "a required cell that is empty": (change("sources", "Reader survey", ""), "sources.csv", 3, "title", "is missing; fill it in"),
    "low above likely": (change("parameters", "0.01,0.03", "0.04,0.03"), "parameters.csv", 2, "low", "0.04 is above likely 0.03; correct the row"),
    "high below likely": (change("parameters", "0.05", "0.02"), "parameters.csv", 2, "high", "0.02 is below likely 0.03"),
    "low above high without likely": (change("areas", "10,30,50", "60,,50"), "areas.csv", 4, "low", "60 is above high 50"),
    "a range without distribution": (change("parameters", "0.05,uniform", "0.05,"), "parameters.csv", 2, "distribution", "a range is given; name it"),
    "a distribution without range": (change("areas", ",30,,,points", ",30,,pert,points"), "areas.csv", 3, "low", "is empty although the distribution is 'pert'"),
    "a distribution without numbers": (change("areas", ",30,,,points", ",,,pert,points"), "areas.csv", 3, "likely", "is empty"),
    "a pert without likely": (change("areas", "20,40,60", "20,,60"), "areas.csv", 2, "likely", "'pert' needs it; give the most likely"),
    "a lognormal that reaches zero": (change("contracts", "0.5,1.0,2.0", "0,1.0,2.0"), "contracts.csv", 3, "low", "0 is not above zero, as a lognormal"),
    "an unknown distribution": (change("areas", "uniform", "gauss"), "areas.csv", 4, "distribution", "'gauss' is not one of the allowed values; use one of"),
    "an unknown unit": (change("areas", "uniform,points", "uniform,kg"), "areas.csv", 4, "unit", "'kg' is not one of the allowed values; use one of"),
    "a unit of another table": (change("risks", "share", "ratio"), "risks.csv", 2, "unit", "'ratio' does not belong in risks; use share"),
    "months where the horizon is years": (change("parameters", "uniform,years", "uniform,months"), "parameters.csv", 3, "unit", "does not belong to horizon_years; use years"),
    "no unit": (change("risks", "share", ""), "risks.csv", 2, "unit", "is empty; use share"),
    "a share above one": (change("risks", "0.05,0.1,0.2", "0.05,0.1,20"), "risks.csv", 2, "high", "20 is no share; write a share between 0 and 1"),
    "negative months": (change("timeline", "3,6,12", "-3,6,12"), "timeline.csv", 2, "low", "-3 is negative; months cannot be"),
    "negative people": (change("staffing", "1,2,3", "-1,2,3"), "staffing.csv", 2, "low", "-1 is negative; fte cannot be"),
    "negative points": (change("areas", "10,30,50", "-10,30,50"), "areas.csv", 4, "low", "-10 is negative; points cannot be"),
    "a fixed level below the scale": (change("levels", "20,30,40,uniform", ",-5,,"), "levels.csv", 2, "likely", "-5 is off the scale; write a level from 0 to 100"),
    "a fixed level above the scale": (change("levels", "20,30,40,uniform", ",100.5,,fixed"), "levels.csv", 2, "likely", "100.5 is off the scale"),
    "a range of levels below the scale": (change("levels", "20,30,40,uniform", "-20,-10,-1,pert"), "levels.csv", 2, "high", "-1 is off the scale"),
    "a range of levels above the scale": (change("levels", "20,30,40,uniform", "101,,120,uniform"), "levels.csv", 2, "low", "101 is off the scale"),
    "a negative weight of an area": (change("areas", "10,30,50,uniform,points", "-1,30,50,uniform,ratio"), "areas.csv", 4, "low", "-1 is a negative weight; write 0"),
    "a negative weight of a criterion": (divided(",-1,,,ratio"), "criteria.csv", 2, "likely", "-1 is a negative weight"),
    "a negative weight of a viewpoint": (put("viewpoints", VIEWPOINTS.replace("5,,,points", "-5,,,ratio", 1)), "viewpoints.csv", 2, "likely", "-5 is a negative weight"),
    "areas that all weigh nothing": (lambda t: t.update(areas=re.sub(r"(20,40,60,pert|,30,,|10,30,50,uniform),points", ",0,,,points", t["areas"])), "areas.csv", 2, "likely", "all weights are zero; give at least one a weight above zero"),
    "criteria that all weigh nothing": (divided("0,,0,uniform,points"), "criteria.csv", 2, "likely", "all weights of 'access' are zero"),
    "a viewpoint that weighs nothing": (put("viewpoints", VIEWPOINTS.replace("5,,,points", "0,,,points", 1)), "viewpoints.csv", 2, "likely", "all weights of 'readers' are zero"),
    "a fact without a source": (change("risks", ASSUMED, "fact,,2024-01-01,"), "risks.csv", 2, "source_id", "the kind is fact; name the source"),
    "a judgement without an owner": (change("risks", ASSUMED, "judgement,survey,2024-03-01,"), "risks.csv", 2, "owner", "is empty although the kind is judgement"),
    "an assumption without an owner": (change("risks", ASSUMED, "assumption,,2024-01-01,"), "risks.csv", 2, "owner", "is empty although the kind is assumption"),
    "an unknown source": (change("risks", ASSUMED, "fact,quota,2024-01-01,"), "risks.csv", 2, "source_id", "'quota' is not in sources; did you mean 'quote'"),
    "the second of two sources unknown": (change("risks", ASSUMED, "fact,quote; q,2024-01-01,"), "risks.csv", 2, "source_id", "'q' is not in sources"),
    "a fact known before it was published": (change("risks", ASSUMED, "fact,survey,2024-01-31,"), "risks.csv", 2, "known_from", r"before its source was published \(2024-02-01\)"),
    "the same key twice on a day": (add("risks", f"*,flood,Flood,,0.3,,,share,{ASSUMED}"), "risks.csv", LAST, "option_id/risk_id", "stands twice; remove one"),
    "a condition beside none on a day": (
        both(lambda t: t.update(timeline=t["timeline"].replace("event_id,name", "event_id,when,name").replace("decided,Dec", "decided,,Dec").replace("open,Op", "open,,Op")), add("timeline", f"p,open,flood,Open,decided,,9,,,months,{ASSUMED}")),
        "timeline.csv", LAST, "option_id/event_id", "stands twice",
    ),
    "an unknown option": (change("staffing", "p,porter", "pp,porter"), "staffing.csv", 2, "option_id", "'pp' is not in options"),
    "an unknown area": (change("levels", "*,quiet", "*,quite"), "levels.csv", 4, "area_id", "'quite' is not in areas; did you mean 'quiet'"),
    "an unknown role": (change("staffing", "porter", "baker"), "staffing.csv", 2, "role_id", "'baker' is not in staff_costs"),
    "an unknown event to start from": (change("contracts", "total,decided", "total,decide"), "contracts.csv", 2, "from_event", "did you mean 'decided'"),
    "an unknown event to end at": (change("contracts", "decided,open", "decided,opne"), "contracts.csv", 2, "to_event", "did you mean 'open'"),
    "an unknown event to follow": (change("timeline", "Open,decided", "Open,decide"), "timeline.csv", 3, "after", "did you mean 'decided'"),
    "an unknown event of full use": (change("options", "yes,open", "yes,opened"), "options.csv", 2, "full_use_event", "did you mean 'open'"),
    "an unknown event of a level": (change("levels", "p,access,,open", "p,access,,closed"), "levels.csv", 5, "from_event", "'closed' is not in timeline"),
    "events in a circle": (change("timeline", "Decision,,", "Decision,open,"), "timeline.csv", 2, "after", "circle: decided -> open -> decided; remove one of the links"),
    "a date beside a duration": (
        lambda t: t.update(timeline=t["timeline"].replace("name,after", "date,after").replace("Decision", "2024-09-01").replace("Open", "")),
        "timeline.csv", 2, "date", "stands beside a duration; keep the date or the months",
    ),
    "an event with neither": (change("timeline", "3,6,12,pert", ",,,"), "timeline.csv", 2, "likely", "is empty; give a number"),
    "a total without an end": (change("contracts", "total,decided,open,ramp_up", "total,decided,,level"), "contracts.csv", 2, "to_event", "a total or a ramp; name the event"),
    "a ramp without an end": (change("contracts", "per_year,open,,level", "per_year,open,,ramp_up"), "contracts.csv", 3, "to_event", "a total or a ramp; name the event"),
    "a staffing ramp without an end": (change("staffing", "open,level", ",ramp_down"), "staffing.csv", 2, "to_event", "is a ramp; name the event"),
    "an unknown basis": (change("contracts", "total", "sum"), "contracts.csv", 2, "basis", "'sum' is not one of the allowed values; use one of: 'total'"),
    "a condition on an unknown risk": (
        both(change("staffing", "phase,employer", "phase,when,employer"), change("staffing", "move,own", "move,!fire,own")),
        "staffing.csv", 2, "when", "'fire' is no risk of option 'p'; add it to risks",
    ),
    "a condition that names nothing": (
        both(change("staffing", "phase,employer", "phase,when,employer"), change("staffing", "move,own", "move,!,own")), "staffing.csv", 2, "when", "'!' holds a character",
    ),
    "a criterion of an area without any": (change("levels", "p,access,,", "p,access,near,"), "levels.csv", 5, "criterion_id", "'near' is no criterion of area 'access'; use one of"),
    "a price year that the index lacks": (change("staff_costs", "2022", "2019"), "staff_costs.csv", 2, "price_year", "2019 is not in price_index; add the year"),
    "a price year without an index": (lambda t: t.pop("price_index"), "staff_costs.csv", 2, "price_year", "there is no price_index; add the table"),
    "a price year without a target": (
        lambda t: t.update(parameters=t["parameters"].rsplit("\n", 1)[0]), "staff_costs.csv", 2, "price_year", "is given, but no parameter .*; add price_year to parameters",
    ),
    "two decisions": (add("decision", "Another,City University,Which?,"), "decision.csv", 3, "row", "is a second decision; keep one row"),
    "two references": (change("options", "no,no", "no,yes"), "options.csv", 2, "reference", "2 options are the reference; set reference to yes for exactly one"),
    "no reference": (change("options", "yes,yes", "yes,no"), "options.csv", 2, "reference", "0 options are the reference"),
    "no permanent option": (lambda t: t.update(options=t["options"].replace(",yes,yes,", ",no,yes,").replace(",yes,no,", ",no,no,")), "options.csv", 2, "permanent", "may be the lasting answer"),
    "a parameter missing": (change("parameters", "discount_rate", "outside_view"), "parameters.csv", None, "parameter_id", "'discount_rate' is not known at 2024-06-01; add the row"),
    "a parameter unknown": (add("parameters", f"exchange_rate,,,0.02,,,share,{ASSUMED}"), "parameters.csv", LAST, "parameter_id", "'exchange_rate' is not one of the allowed values; use one of"),
    "a horizon of no years": (change("parameters", "10,15,20", "0,0,20"), "parameters.csv", 3, "likely", "0 is not above zero; give a positive"),
    "a personal identity number": (change("sources", "Reader survey", "Survey of 19811228-9874"), "sources.csv", 3, "title", "holds a personal identity number; remove it"),
    "strength without a factor": (
        both(change("risks", "unit,", "unit,strength,"), change("risks", "share,", "share,0.5,")), "risks.csv", 2, "strength", "without moves_with; name the common factor",
    ),
    "strength out of range": (
        both(change("risks", "unit,", "unit,moves_with,strength,"), change("risks", "share,", "share,rain,1.5,")), "risks.csv", 2, "strength", "'1.5' is too large; it must be at most 1",
    ),
    "an id with a slash": (change("risks", "flood", "fl/ood"), "risks.csv", 2, "risk_id", "holds a character that has a meaning of its own; use letters"),
    "an option without cost": (
        lambda t: t.update(contracts="\n".join(line for line in t["contracts"].split("\n") if not line.startswith(("q,", "*,"))), investigations=OPTIONAL["investigations"]),
        "options.csv", 3, "option_id", "'q' has no cost row known at 2024-06-01; add one to contracts",
    ),
    "an option without a level in an area": (
        lambda t: t.update(levels="\n".join(line for line in t["levels"].split("\n") if not line.startswith(("q,care", "*,care")))),
        "options.csv", 3, "option_id", "'q' has no level for 'care' known at 2024-06-01; add a row to levels",
    ),
    "an investigation that resolves nothing": (change("investigations", "contracts/p/*", "contracts/x/*"), "investigations.csv", 2, "resolves", "'contracts/x/.' matches no estimate"),
    "a period reversed": (put("spend", SPEND_HEAD + "2023-12-31,2023-01-01,Shelves,,4"), "spend.csv", 2, "period_end", "2023-01-01 is before 2023-12-31; swap"),
    "a part of nothing": (change("spend", "Shelves,,", "Shelves,Boxes,"), "spend.csv", 2, "part_of", "'Boxes' is no category of spend"),
    "a programme without a ratio": (change("reference_class", "2.0,,", ",,"), "reference_class.csv", 3, "cost_ratio", "is empty, and so is duration_ratio"),
    "a bound without a number": (change("reference_class", "2.0,,", "2.0,,both"), "reference_class.csv", 3, "censored", "says both but duration_ratio is empty"),
    "part of a month in the readiness share": (change("readiness", "*,1,", "*,1.5,"), "readiness.csv", 3, "standing_share", "'1.5' is too large; it must be at most 1"),
    "a quotation mark that never closes": (change("sources", "Reader survey", '"Reader survey'), "sources.csv", None, "file", "cannot be read as CSV near line 3"),
}  # fmt: skip


ONE_CAUSE_MANY_PLACES = {"no permanent option", "an option without a level in an area", "an option without cost"}


@pytest.mark.parametrize("wrong", FAULTS)
def test_a_fault_names_its_file_row_column_and_remedy(tmp_path, wrong):
    mutate, file, row, column, words = FAULTS[wrong]
    tables = whole_decision()
    mutate(tables)
    with pytest.raises(EvidenceError) as caught:
        fvm.load(write_tables(tmp_path / "raw", tables))
    assert caught.value.exit_code == 2
    row = tables[file[:-4]].count("\n") + 1 if row is LAST else row
    place = f"{tmp_path / 'raw' / file}{f':{row}' if row else ''}: {column}: "
    matching = [text for text in map(str, caught.value.faults) if text.startswith(place) and re.search(words, text)]
    assert matching, f"{place}{words} not among:\n{caught.value}"
    assert re.fullmatch(r".+; \S.+", matching[0].removeprefix(place))
    assert matching[0] in str(caught.value)
    assert len(caught.value.faults) == 1 or wrong in ONE_CAUSE_MANY_PLACES, str(caught.value)


@pytest.mark.parametrize("levels", ["-20,30,40,uniform", "20,30,120,uniform", "-20,-10,40,pert", "-50,,150,normal", "0,0,0,pert", ",100,,", ",0,,fixed"])
def test_a_range_of_levels_may_pass_an_end_of_the_scale(tmp_path, levels):
    tables = whole_decision()
    change("levels", "20,30,40,uniform", levels)(tables)
    assert fvm.load(write_tables(tmp_path, tables))


def test_a_weight_of_nothing_among_others_is_sound(tmp_path):
    tables = whole_decision()
    change("areas", "10,30,50,uniform", ",0,,")(tables)
    assert fvm.load(write_tables(tmp_path, tables))


def test_the_whole_decision_is_sound(tmp_path):
    assert fvm.load(write_tables(tmp_path, whole_decision())).has("staffing")


def test_all_faults_of_a_folder_are_named_at_once(tmp_path):
    tables = whole_decision()
    for wrong in ("low above likely", "a fact without a source", "an unknown role", "events in a circle", "a part of nothing", "a total without an end"):
        FAULTS[wrong][0](tables)
    with pytest.raises(EvidenceError, match="6 faults in the raw tables") as caught:
        fvm.load(write_tables(tmp_path, tables))
    assert {fault.column for fault in caught.value.faults} == {"low", "source_id", "role_id", "after", "part_of", "to_event"}


def test_several_faults_of_one_row_are_named_at_once(tmp_path):
    tables = whole_decision()
    tables["risks"] = tables["risks"].replace("0.05,0.1,0.2,pert,share", "x,y,0.2,gauss,kg")
    with pytest.raises(EvidenceError) as caught:
        fvm.load(write_tables(tmp_path, tables))
    assert {fault.column for fault in caught.value.faults} == {"low", "likely", "distribution", "unit"}


# Files that are no tables


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"year,index\n2023,1\x0000\n", "zero bytes"),
        ("year,index\n2023,100\n".encode("utf-16"), "zero bytes"),
        (b"year,index\n2023,\x81\n", "neither UTF-8 nor Windows-1252"),
    ],
)
def test_bytes_that_are_no_text_are_refused(tmp_path, raw, words):
    folder = write_tables(tmp_path, whole_decision())
    (folder / "price_index.csv").write_bytes(raw)
    with pytest.raises(EvidenceError, match=f"price_index.csv(:2)?: file: .*{words}.*; save it as CSV in UTF-8"):
        fvm.load(folder)


def test_a_corrupt_workbook_is_refused(tmp_path):
    tables = whole_decision()
    del tables["price_index"]
    folder = write_tables(tmp_path, tables)
    (folder / "price_index.xlsx").write_bytes(b"PK\x03\x04 this is no workbook")
    with pytest.raises(EvidenceError, match=r"price_index.xlsx: file: cannot be opened as an Excel workbook .*; save it as"):
        fvm.load(folder)


def test_a_table_in_two_files_is_refused(tmp_path):
    folder = write_tables(tmp_path, whole_decision())
    Workbook().save(folder / "price_index.xlsx")
    with pytest.raises(EvidenceError, match=r"price_index.xlsx: file: price_index stands in two files; keep one"):
        fvm.load(folder)


@pytest.mark.parametrize("name", ["risks.CSV", "Risks.csv", "risks.xls", "risk.ods", "risks.txt"])
def test_a_table_that_would_be_passed_over_is_refused(tmp_path, name):
    tables = whole_decision()
    text = tables.pop("risks")
    folder = write_tables(tmp_path, tables)
    (folder / name).write_text(text)
    with pytest.raises(EvidenceError, match=rf"{re.escape(name)}: file: .*; (rename it to|save it as) risks"):
        fvm.load(folder)


def test_files_beside_the_tables_do_no_harm(tmp_path):
    folder = write_tables(tmp_path, whole_decision())
    for name in ("README.md", "notes.txt", "~$risks.xlsx", ".hidden.csv"):
        (folder / name).write_text("nothing to see")
    assert fvm.load(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(EvidenceError, match="nowhere: folder: is no folder; name the folder"):
        fvm.load(tmp_path / "nowhere")


# People

# 811228-9874 is the worked example of the check digit in Skatteverket's brochure SKV 704.


@pytest.mark.parametrize(
    "text",
    ["811228-9874", "19811228-9874", "198112289874", "8112289874", "811228+9874", "19811228 9874", "811288-9873", "see 19811228-9874, p. 2", "tel/811228-9874"],
)
def test_personal_and_coordination_numbers_are_found(text):
    assert holds_personal_identity(text)


@pytest.mark.parametrize(
    "text",
    ["2024-11-12", "20241112", "1234567890", "8112289875", "2025-05-27 14:30", "232100-0131", "556012-5790", "RS 2023-01234", "0.8112281234", "+46 10 441 00 00", "https://news.example/2024/11/12/1234567-a", "1 234 567 890", "2000000000"],
)  # fmt: skip
def test_ordinary_figures_dates_and_addresses_pass(text):
    assert not holds_personal_identity(text)


def test_a_personal_identity_number_is_not_repeated_in_the_message(tmp_path):
    tables = whole_decision()
    FAULTS["a personal identity number"][0](tables)
    with pytest.raises(EvidenceError) as caught:
        fvm.load(write_tables(tmp_path, tables))
    assert "9874" not in str(caught.value)


# What stands on the day


def test_a_parameter_not_yet_known_is_a_fault_and_no_key_error(tmp_path):
    tables = library_decision(2)
    tables["parameters"] = tables["parameters"].replace("2024-01-01", "2024-05-01", 1)
    with pytest.raises(EvidenceError, match=r"parameters.csv: parameter_id: 'discount_rate' is not known at 2024-04-01; add the row"):
        fvm.load(write_tables(tmp_path, tables), "2024-04-01")


@pytest.mark.parametrize(
    ("table", "column"), [("staff_costs", "role_id"), ("price_index", "price_year"), ("risks", "when"), ("options", "reference"), ("areas", "known_from")]
)
def test_what_a_row_needs_must_be_known_on_the_same_day(tmp_path, table, column):
    tables = whole_decision()
    both(change("staffing", "phase,employer", "phase,when,employer"), change("staffing", "move,own", "move,flood,own"))(tables)
    tables["price_index"] = "year,index,known_from\n2022,95,2024-01-01\n2023,100,2024-01-01"
    early = fvm.load(write_tables(tmp_path / "early", tables), "2024-04-01")
    assert early.has(table)
    tables[table] = tables[table].replace("2024-01-01", "2024-05-01")
    if table == "options":
        tables[table] += f"\nz,Store Z,Z,Another,yes,no,open,{ASSUMED}"
        tables["levels"] += "".join(f"\nz,{area},,open,1,2,3,pert,level,{ASSUMED}" for area in ("access", "care", "quiet"))
    with pytest.raises(EvidenceError, match=column):
        fvm.load(write_tables(tmp_path / "late", tables), "2024-04-01")
    assert fvm.load(tmp_path / "late", "2024-05-01").has(table)


def test_rows_of_an_option_not_yet_in_play_are_no_faults(tmp_path):
    tables = library_decision(2)
    tables["options"] += "\nz,Store Z,Z,Another,yes,no,moved,assumption,,2024-05-01,analysts"
    tables["timeline"] += "\nz,moved,Moved,decided,,3,,,months,assumption,,2024-05-01,analysts"
    tables["contracts"] += f"\nz,van,Van,Moving,once,moved,,level,,1,,,MSEK,{ASSUMED}"
    folder = write_tables(tmp_path, tables)
    assert fvm.load(folder, "2024-04-01").options() == ["p", "q"]
    assert fvm.load(folder, "2024-05-01").options() == ["p", "q", "z"]


def test_a_circle_through_one_half_of_an_event_is_named(tmp_path):
    tables = library_decision(2) | {"risks": OPTIONAL["risks"]}
    tables["timeline"] = tables["timeline"].replace("name,after,", "when,after,").replace("Decision,", ",").replace("Open,", ",")
    half = "p,{},{},{},,3,,,months," + ASSUMED
    tables["timeline"] += "\n" + "\n".join([half.format("a", "flood", "b"), half.format("a", "!flood", ""), half.format("b", "", "a")])
    with pytest.raises(EvidenceError, match="events run in a circle: a -> b -> a"):
        fvm.load(write_tables(tmp_path, tables))
