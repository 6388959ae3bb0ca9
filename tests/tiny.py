"""A decision of a few rows, given as dicts: what a test is about stands in the test, the rest is filled in."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import fvmanalys as fvm

KNOWN = {"kind": "assumption", "owner": "analysts", "known_from": "2023-01-01"}
UNITS = {"areas": "points", "criteria": "points", "timeline": "months", "contracts": "MSEK", "staffing": "fte", "staff_costs": "MSEK", "levels": "level", "risks": "share", "signals": "share", "limits": "MSEK", "readiness": "months"}  # fmt: skip
PARAMETERS = {"discount_rate": "share", "benefit_discount_rate": "share", "horizon_years": "years", "price_year": "year", "value_per_point": "MSEK", "outside_view": "share", "inflation": "share", "standing_share": "share", "minimum_risk": "share"}  # fmt: skip


def quantity(value):
    """Columns of a quantity given as a number, (low, likely, high) or (low, likely, high, distribution)."""
    if value is None or not isinstance(value, tuple):
        return {"likely": value}
    return dict(zip(("low", "likely", "high", "distribution"), (*value, "pert")[:4], strict=True))


def row(table, given):
    """A row with its quantity under `is`, its unit and its evidence."""
    given = dict(given)
    value = quantity(given.pop("is")) if "is" in given else {}
    unit = {"unit": UNITS[table]} if value.get("likely") is not None and table in UNITS else {}
    evidence = KNOWN if table in UNITS or table == "parameters" else {}
    return evidence | value | unit | given


def parameter_rows(options):
    values = {"discount_rate": 0.03, "horizon_years": 10, "value_per_point": 1} | options
    return [{"parameter_id": name, "unit": PARAMETERS[name], "is": value} for name, value in values.items()]


def tiny(options=("a",), areas=("x",), parameters=None, **tables):
    """Load a decision on 2024-01-01; tables not given hold the least that is allowed.

    `options` and `areas` are names, or dicts of what their rows hold; the first option is the reference.
    """
    with TemporaryDirectory() as folder:
        return fvm.load(write_tiny(folder, options, areas, parameters, **tables))


def write_tiny(folder, options=("a",), areas=("x",), parameters=None, **tables):
    """Write the tables of `tiny` to a folder, and return it."""
    first = next(iter(options))
    rows = {
        "decision": [{"title": "T", "organisation": "O", "question": "Q?", "as_of": "2024-01-01"}],
        "sources": [{"source_id": "s", "title": "S", "publisher": "P", "published": "2023-01-01", "type": "primary"}],
        "options": [{"option_id": name, "name": name, "reference": "yes" if name == first else "no", "full_use_event": "done"} | more(options, name) for name in options],
        "areas": [{"area_id": name, "name": name, "is": 1} | more(areas, name) for name in areas],
        "parameters": parameter_rows(parameters or {}),
        "timeline": [],
        "contracts": [{"option_id": "*", "item_id": "none", "category": "none", "basis": "once", "is": 0}],
        "levels": [{"option_id": "*", "area_id": name, "is": 0} for name in areas],
    } | tables
    if not any(one["event_id"] == "done" for one in rows["timeline"]):
        rows["timeline"] = [*rows["timeline"], {"option_id": "*", "event_id": "done", "is": 12}]
    for name, given in rows.items():
        write(Path(folder) / f"{name}.csv", [row(name, one) for one in given])
    return folder


def more(rows, name):
    """What is given of a row, if anything."""
    return rows[name] if isinstance(rows, dict) else {}


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for one in rows for column in one)), restval="")
        writer.writeheader()
        writer.writerows(rows)


def times(inputs, draws=1, seed=1):
    """The events of option a."""
    return fvm.simulate(inputs, draws, seed).events["a"]
