"""How a value is told that needs more of its row: estimates, parts of a difference, what is new and what is to come."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from fvmanalys.analysis.levers import SHARED
from fvmanalys.evidence.rules import split
from fvmanalys.report.item import NOTHING, Item
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.words import lowered

__all__: list[str] = []

BRANCH = "– "


def tell_said(item: Item) -> str:
    """What a row of any table says."""
    table = item.row["table"]
    row = item.value
    if not isinstance(row, Mapping):
        return NOTHING
    if isinstance(row.get("date"), date):
        return item.words.day(row["date"])
    if "likely" in row:
        known = any(one is not None and one == one for one in (row["likely"], row["low"]))
        basis = f"workbook.basis.{row['basis']}" if table == "contracts" else ""
        return item.words.get(basis, "{unit}").format(unit=item.words.quantity(row)) if known else NOTHING
    if table == "reference_class":
        ratios = {
            name: item.words.number(row[f"{key}_ratio"], 2) for name, key in (("cost", "cost"), ("time", "duration"))
        }
        return item.words("situation.ratios", **ratios)
    if table == "partners":
        return " · ".join(
            part
            for part in (item.words.number(row["count"]), item.words.of(row, "status"))
            if part not in (NOTHING, "")
        )
    if table in ("spend", "options"):
        return item.words.amount(row["amount"]) if table == "spend" else item.words.of(row, "description")
    return item.words.number(row["index"], 1) if table == "price_index" else NOTHING


def tell_sized(item: Item) -> str:
    """A number that may be turned, to two digits with its unit; an amount that recurs as one a year."""
    number = str(item.row.get("id", "")).removeprefix(SHARED)
    text = item.words.rough(item.value, item.row["unit"])
    recurs = number.startswith("contracts/") and item.edition.inputs.row_of(number)[1].get("basis") == "per_year"
    return item.words("lever.per_year", amount=text) if recurs and text != NOTHING else text


def tell_when(item: Item) -> str:
    """The day of a plan or a deadline; the months between which something expected falls."""
    return tell_months(item) if item.row["kind"] == "expected" else item.words.day(item.value)


def tell_months(item: Item) -> str:
    """The month of P50, and those of P10 and P90 where they are others."""
    low, middle, high = (item.words.month(item.edition.as_of, item.row[name]) for name in ("p10", "p50", "p90"))
    return middle if low == high else item.words("situation.months", middle=middle, span=item.words.between(low, high))


def tell_ground(item: Item) -> str:
    """Why something is to come: who planned it and when, how often a deadline is met, or that it is expected."""
    row = item.row
    if item.value == "planned":
        return item.words(
            "situation.ground_planned", plan=item.words.of(row, "plan_version"), day=item.words.day(row["known_from"])
        )
    outcomes = item.words.outcomes(row["p_deadline_met"]) if item.value == "deadline" else ""
    return item.words(f"situation.ground_{item.value}", outcomes=outcomes)


def tell_score(item: Item) -> str:
    """A score with its range, and the chance that it is below the minimum."""
    row = item.value
    score, low, high = (item.words.points(row[name]) for name in ("score", "score_p05", "score_p95"))
    text = item.words("table.score", score=score, low=low, high=high)
    below = row["p_below_minimum"]
    return text if not np.isfinite(below) else item.words("table.below", text=text, share=item.words.share(below))


def tell_parts(item: Item) -> str:
    """Parts of a difference, each with its amount and sign."""
    parts = []
    for one in item.value:
        sign = "+" if one["difference"] > 0 else ""
        name = item.edition.part(one["kind"], one["part"])
        parts.append(f"{name} {sign}{item.words.amount(one['difference'])}")
    return "; ".join(parts) or NOTHING


def tell_beside(item: Item) -> str:
    """An option, and which other it is held against."""
    options = item.edition.options
    return item.words("table.beside", option=options[item.value], other=options[item.row["other"]])


def tell_size(item: Item) -> str:
    """The range of an estimate, or else its value, with its unit and the time it is counted by."""
    row = item.row
    values = [row["low"], row["high"]] if np.isfinite(row["low"]) else [row["likely"]]
    basis = "per_person" if row["table"] == "staff_costs" else row.get("basis") or ""
    return item.words.get(f"workbook.basis.{basis}", "{unit}").format(unit=item.words.measured(values, row["unit"]))


def tell_unit(item: Item) -> str:
    """The unit of an estimate, with the time it is counted by where its row says so."""
    basis = item.row.get("basis") or ""
    basis = "per_person" if item.row.get("table") == "staff_costs" else basis
    return item.words.get(f"workbook.basis.{basis}", "{unit}").format(
        unit=item.words(f"workbook.unit.{item.value or 'none'}")
    )


def tell_id(item: Item) -> str:
    """An estimate's id; a phase, which is a word and not only a key, stands in the reader's language."""
    if item.row["table"] != "staffing":
        return str(item.value)
    table, option, role, _, *condition = item.value.split("/")
    return "/".join([table, option, role, item.words.of(item.row, "phase"), *condition])


def tell_weights(item: Item) -> str:
    """From the lowest to the highest weight, where a row has them."""
    if item.missing:
        return NOTHING
    decimals = 0 if item.row["high"] >= 10 else 2
    return "–".join(item.words.number(item.row[end], decimals) for end in ("low", "high"))


def tell_judged(item: Item) -> str:
    """Whether an outcome kept within its forecast, and how many comparable programmes did better."""
    judged = item.words(f"chart.backtest.{item.value or 'open'}")
    share = item.words.share(item.row["share_below"])
    return item.words(
        "exhibit.backtest.outcome" if item.row["outcome"] else "exhibit.backtest.so_far", judged=judged, share=share
    )


def tell_group(item: Item) -> str:
    """What a natural group of numbers is called."""
    kind = item.row["group_kind"]
    if kind == "factor":
        estimates = item.edition.inputs.estimates
        first = estimates.loc[estimates["moves_with"].eq(item.value), "id"].iloc[0]
        return item.words("table.group_factor", name=item.edition.estimates[first])
    if kind == "area":
        return item.words("table.group_area", name=item.edition.areas[item.value])
    return item.words(f"table_name.{item.value}") if kind == "table" else item.words("table.group_assumptions")


def tell_kinds(item: Item) -> str:
    """What each part rests on, of kinds given as `part:kind;part:kind`: the part, its mark and its word."""
    known = [pair.split(":") for pair in split(item.value)]
    kinds = [
        (item.words(f"agreement.{part}"), f"{KIND_MARKS[kind]} {item.words(f'kind.{kind}').lower()}")
        for part, kind in known
    ]
    return "; ".join(item.words("agreement.kind", part=part, kind=kind) for part, kind in kinds) or NOTHING


def tell_branch(item: Item) -> str:
    """An option, or below it how one of its events turns out."""
    names, row = item.edition, item.row
    if not row["event"]:
        return names.options[item.value]
    told = (
        names.words("board.branch", event=lowered(names.conditions[row["event"]]))
        if row["holds"]
        else names.words("board.otherwise")
    )
    return BRANCH * row["depth"] + told


def tell_option_or_head(item: Item) -> str:
    """An option, or what stands above them all: today's level, or the minimum."""
    return item.edition.options[item.value] if item.value else item.words(f"board.{item.row['head']}")
