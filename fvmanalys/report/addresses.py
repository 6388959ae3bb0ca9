"""The address of every number that a table shows, by which it is traced to raw rows."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from fvmanalys.analysis.breakdown import ALL_PARTS
from fvmanalys.analysis.trace_tables import ALL, AND, KEYS, key_part
from fvmanalys.report.item import Item
from fvmanalys.report.names import Names
from fvmanalys.report.styles import style_of

__all__ = ["address_of", "entry_of", "near", "numbered"]

Row = Mapping[str, Any]
BY_OPTION = ("costs", "budget", "paid", "phases")  # tables with a column an option
KINDS = {  # what a number is made of, by what its column begins with; else of the net benefit
    "cost": "cost", "programme": "programme", "score": "score", "extra_cost": "cost", "extra_score": "score",
    "equivalent_annual_cost": "cost", "total": "cost", "per_": "cost", "present_value": "cost", "full_use": "events",
}  # fmt: skip
OF_ROWS = (  # tables of which no number is one of the draws
    "agreements", "backtest", "contracts_compared", "evidence_by_table", "evidence_counts", "reference_class_quantiles",
    "scale", "source_types", "uncertain",
)  # fmt: skip
SAME_NUMBER = {  # a number that stands in two tables, by table and column
    ("frontier", "cost"): ("comparison", "cost_mean"),
    ("frontier", "score"): ("comparison", "score"),
    ("comparison", "programme_p50"): ("programme", "programme_p50"),
    ("comparison", "programme_p85"): ("programme", "programme_p85"),
}
FIRST_KEYS = {
    "context": "item_id",
    "partners": "group item",
    "reference_class": "programme_id",
    "spend": "period_start category",
}
WIDE = {  # tables whose columns are options, areas or years of what is published long; `column` is that of the cell
    "areas": "areas/{column}/{area}/score",
    "costs": "costs/{category}/{column}",
    "differences": "reasons/{column}/{kind}/{part}/difference",
    "nominal": "budget/{year}/{column}",
    "budget": "budget/{year}/{column}",
    "payers": "paid/{payer}/{column}",
    "paid": "paid/{payer}/{column}",
    "wins": "wins/{option}/{column}/share",
    "acceptability": "acceptability/{value_per_point}/{column}/p_best",
    "evidence_counts_by_table": "evidence_by_table/{table}/{column}",
    "parameters": "estimates/parameters/{parameter_id}/{column}",
    "scale": "scale/{area_id}/{column}",
    "team": "team/{option}/{year}/{column}",
    "risk_list": "risk_losses/{id}/{column}",
    "tree": "tree/{option}/{event}/{holds}/{column}",
    "milestones": "moved/{milestone_id}/{plan_version}/{column}",
    "options_now": "comparison/{option}/{column}",
    "programme": "programme/{option}/{column}",
}


class Shown(Protocol):
    """A table that readers see, and where its rows are published."""

    @property
    def name(self) -> str: ...

    @property
    def published(self) -> str: ...


def entry_of(edition: Names, address: str, known: Mapping[str, str]) -> str:
    """The entry of just this number among what is `known`: of `made_of`, or the raw row that it is or is told of."""
    table, *key = address.split("/")
    column = key.pop()
    if table == "comparison" and column.startswith("full_use_p") and key[0] in edition.options:
        table = "events"
        key = [key[0], edition.inputs.full_use_event(key[0])]
        column = column.removeprefix("full_use_")
    renamed = SAME_NUMBER.get((table, column), (table, column))
    exact = "/".join([renamed[0], *key, renamed[1]])
    row = "/".join(key) if column in ("low", "likely", "high") else exact
    return next((one for one in (exact, address, row) if one in known), "")


def near(edition: Names, address: str, known: Mapping[str, str]) -> str:
    """An entry that a number is computed of, where it has none of its own."""
    table, *key = address.split(AND)[0].split("/")
    column = key.pop()
    option = column if table in BY_OPTION else next((one for one in key if one in edition.options), "")
    kind = next((entry for start, entry in KINDS.items() if column.startswith(start)), "net_benefit")
    tried = ["/".join(key)]
    if table in ("areas", "levels"):
        tried.append(f"areas/{option}/{key[1]}")
    if table in ("events", "critical_path"):
        tried.append(f"events/{option}/{key[1]}")
    if kind == "events":
        tried.append(f"events/{option}/{edition.inputs.full_use_event(option)}")
    tried += [f"{name}/{one}" for one in key[-1:] for name in ("context", "investigations", "areas")]
    best = "" if table in OF_ROWS else edition.findings.comparison.best
    tried += ["cost/" + option if table in BY_OPTION else f"{kind}/{option or best}"]
    return next((one for one in tried if one in known), "")


def address_of(edition: Names, exhibit: Shown, column: str, row: Row) -> str:
    """The address of the number in a cell; empty for what changed since a former run, which is not told from here."""
    name = exhibit.published or exhibit.name
    if exhibit.name.startswith("changed_"):
        return ""
    if exhibit.name in WHOLLY:
        return WHOLLY[exhibit.name](edition, column, row)
    special = SPECIAL.get(exhibit.name)
    found = special(edition, column, row) if special else ""
    if found:
        return found
    if exhibit.name in WIDE:
        return filled(WIDE[exhibit.name], column, row)
    keys = KEYS.get(name, FIRST_KEYS.get(name, "")).split()
    return filled("/".join([name, *(f"{{{key}}}" for key in keys), "{column}"]), column, row)


def filled(template: str, column: str, row: Row) -> str:
    """A template with the column and the values of a row; a row of sums is the sum over what it does not say."""
    missing = ALL if "sum" in row else ""
    names = [part[1:-1] for part in template.split("/") if part.startswith("{")]
    known = {name: key_part(row.get(name, missing)) for name in names}
    return template.format(**{**known, "column": column})


def numbered(edition: Names, exhibit: Shown, column: str, style: str, row: Row) -> bool:
    """Whether a cell shows a number that is computed or read, and no key or day."""
    form, argument = style_of(style)
    value = row.get(column)
    if not form.is_number or isinstance(value, str | bool) or column in exhibit_keys(exhibit):
        return False
    return not Item(edition, value, row, column, argument).missing


def exhibit_keys(exhibit: Shown) -> list[str]:
    """The columns that say which row it is."""
    return [*KEYS.get(exhibit.published or exhibit.name, "").split(), "number", "year"]


def areas(edition: Names, column: str, row: Row) -> str:
    """The weight of an area, which has no option."""
    return f"weights/{row['area']}/weight" if column == "weight" else ""


def events(edition: Names, column: str, row: Row) -> str:
    """An event that all options share, by the first of them."""
    return filled(
        "events/{option}/{event}/{column}",
        column,
        {**row, "option": next(iter(edition.options))} if row["option"] == "*" else row,
    )


def area_levels(edition: Names, column: str, row: Row) -> str:
    """A level at the horizon, today's, or the minimum."""
    if row["head"] == "minimum":
        return f"scale/{column}/minimum"
    first = next(iter(edition.options))
    return f"levels/{first}/{column}/level_now" if row["head"] else f"levels/{row['option']}/{column}/level_end"


def area_risks(edition: Names, column: str, row: Row) -> str:
    """How often an option falls short of the minimum, or of today's level where there is none."""
    shown = edition.findings.comparison.areas.loc[(row["option"], column), "p_below_minimum"]
    return f"areas/{row['option']}/{column}/{'p_below_minimum' if shown == shown else 'p_below_today'}"


def times(edition: Names, column: str, row: Row) -> str:
    """Full use, a deadline, or the largest team of an employer."""
    what, _, name = column.partition("_")
    found = {
        "met": f"events/{row['option']}/{name}/p_deadline_met",
        "peak": f"staffing_peaks/{row['option']}/{name}/peak_fte",
    }
    return found.get(what, f"comparison/{row['option']}/{column}")


def limited(edition: Names, column: str, row: Row) -> str:
    """A limit in the year when it is most probably exceeded."""
    table = edition.findings.limits_exceeded
    worst = table[table["limit_id"].eq(row["limit_id"]) & table["option"].eq(column)].sort_values("p_exceeded").iloc[-1]
    return f"limits_exceeded/{row['limit_id']}/{column}/{worst['year']}/p_exceeded"


def decomposition(edition: Names, column: str, row: Row) -> str:
    """The whole difference between the leader and the nearest rival."""
    comparison = edition.findings.comparison
    return f"decomposition/{comparison.best}/{comparison.runner_up}/+/+/+/difference" if "sum" in row else ""


def pause_bill(edition: Names, column: str, row: Row) -> str:
    """The streams of a sum."""
    table = edition.findings.pause_bill
    ending = table[table["ends_with_decision"].astype(bool)] if row.get("sum", "").endswith("ending") else table
    return AND.join(f"pause_bill/{one}/{column}" for one in ending["stream"]) if "sum" in row else ""


def yearly_cost(edition: Names, column: str, row: Row) -> str:
    """A category in a year, all, or those that have no column of their own."""
    every = list(dict.fromkeys(edition.findings.yearly["category"]))
    names = every if column == ALL_PARTS else [column] if column else [one for one in every if one not in row]
    table = edition.findings.yearly
    known = table[table["option"].eq(row["option"]) & table["year"].eq(row["year"])]["category"]
    names = [one for one in names if one in set(known)]
    return AND.join(f"yearly_cost/{row['option']}/{one}/{row['year']}/cost" for one in names)


def phases(edition: Names, column: str, row: Row) -> str:
    """The staffing of a phase in all years, where the option has any."""
    table = edition.findings.yearly
    known = table["option"].eq(column) & table["category"].eq(row["category"])
    return f"yearly_cost/{column}/{row['category']}/+/present_value" if known.any() else ""


def scale(edition: Names, column: str, row: Row) -> str:
    """The weight of an area as it is likely."""
    return f"scale/{row['area_id']}/likely" if column == "weight" else ""


def estimates(edition: Names, column: str, row: Row) -> str:
    """The range of a number that something else is told of."""
    return f"estimates/{row['id']}/{column}" if column in ("low", "likely", "high") else ""


def scenarios(edition: Names, column: str, row: Row) -> str:
    """The limit of a condition."""
    return filled("scenarios/{box}/{condition}/value", column, row) if column == "limit" else ""


def spread(edition: Names, column: str, row: Row) -> str:
    """What part of the numbers are of a kind, and how many of them are uncertain."""
    found = {"count_share": "evidence_counts/{source}/share", "inputs": "uncertain/{source}/inputs"}
    return filled(found[column], column, row) if column in found else ""


SPECIAL: dict[str, Callable[[Names, str, Row], str]] = {
    "areas": areas,
    "events": events,
    "area_levels": area_levels,
    "area_risks": area_risks,
    "times": times,
    "limited": limited,
    "decomposition": decomposition,
    "pause_bill": pause_bill,
    "scale": scale,
    "information_estimates": estimates,
    "gaps": estimates,
    "scenarios": scenarios,
    "spread": spread,
}
WHOLLY: dict[str, Callable[[Names, str, Row], str]] = {"yearly_cost": yearly_cost, "phases": phases}
