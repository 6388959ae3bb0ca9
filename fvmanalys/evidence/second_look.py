"""What breaks no rule and is seldom meant: a price year, a guess without a range, a name that stands alone."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist, median
from typing import TYPE_CHECKING, Any

from fvmanalys.errors import Fault
from fvmanalys.evidence.asof import key_of
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.dated import Dated
from fvmanalys.evidence.encoding import SAVE_AGAIN
from fvmanalys.evidence.files import open_book, sheet_of
from fvmanalys.evidence.limits import read_bytes, unpack
from fvmanalys.evidence.percentiles import RANGED, widened
from fvmanalys.evidence.rules import CONDITIONAL, fault, revealed, split
from fvmanalys.evidence.tables import ALL_OPTIONS, TABLES, Quantified

if TYPE_CHECKING:
    from fvmanalys.evidence.inputs import Inputs

__all__ = ["worth_a_look"]

PRICED = ("contracts", "staff_costs")
GUESSED = ("timeline", "contracts", "staffing", "staff_costs", "levels", "readiness")
RANGE = ("low", "likely", "high")
AMOUNTS = {"contracts": RANGE, "staff_costs": RANGE, "investigations": RANGE, "spend": ("amount",)}
CATEGORIES = {"contracts": "category", "staffing": "phase", "spend": "category"}
FAST_GROWTH = 0.25
FAR_OFF, LEAST_COMPARED = 1000, 3
SELDOM = 0.001
ALIKE, NEARLY_THE_SAME = 0.6, 0.8
NUMBERING = re.compile(r"\d+|(?<![^\W_])[^\W_](?![^\W_])")  # what tells `program_A` from `program_B`
LOOKED_UP = 100  # lone names of a column for which one that was meant is looked for


def worth_a_look(inputs: "Inputs | Dated") -> list[str]:
    """List what is allowed and seldom meant, each as file:row: column: what stands there; what to consider.

    A name that stands alone is looked up among all rows ever known; rows of one file told alike share a line.
    """
    found: dict[tuple[str, str, str, str], list[Fault]] = {}
    known = inputs if isinstance(inputs, Dated) else inputs.dated
    for rule in RULES:
        for one in rule(known):
            found.setdefault((one.file, one.column, one.problem, one.remedy), []).append(one)
    told = []
    for first, *others in found.values():
        rows = ", ".join(str(one.row) for one in others)
        told.append(str(replace(first, problem=f"{first.problem} (so too on row {rows})") if rows else first))
    return told


def with_newest_source(known: Dated) -> Iterator[tuple[dict[str, Any], int]]:
    """The rows of amounts, each with the year in which the newest of its sources was published, 0 without."""
    published = {source["source_id"]: source["published"].year for source in known.rows("sources")}
    for row in (row for table in PRICED for row in known.rows(table)):
        yield row, max((published[one] for one in split(row["source_id"]) if one in published), default=0)


def unsaid_price_years(known: Dated) -> Iterator[Fault]:
    """Find amounts without a price year whose sources are all older than the year whose money they are read as."""
    counted = known.parameters.get("price_year", 0)
    for row, newest in with_newest_source(known):
        if row["price_year"] is None and 0 < newest < counted:
            problem = f"is empty, so it is read as money of {counted:g}, though the newest source is from {newest}"
            yield fault(row, "price_year", problem, "give the year whose money the amount is in")


def early_price_years(known: Dated) -> Iterator[Fault]:
    """Find price years that had not come when the amount was said, by its newest source or by whoever assumes it."""
    for row, newest in with_newest_source(known):
        sourced = newest and row["kind"] != "assumption"
        said, whose = (newest, "the newest source") if sourced else (row["known_from"].year, "the amount")
        if (row["price_year"] or 0) > said:
            problem = f"is {row['price_year']:g}, though {whose} is from {said}"
            yield fault(row, "price_year", problem, "keep it only if the amount has been converted to that year")


def guesses_without_range(known: Dated) -> Iterator[Fault]:
    """Find assumptions given as if they were known: a number without a range, or with one that has no width."""
    for row in (row for table in GUESSED for row in known.rows(table) if row["kind"] == "assumption"):
        low, likely, high = row["low"], row["likely"], row["high"]
        if likely != 0 and (likely is not None if low is None else low == high):
            yield fault(row, "likely", "is an assumption without a range", "give low and high: nobody can know it")


def unused_risks(known: Dated) -> Iterator[Fault]:
    """Find risks that no row waits for; one that says what sets it off is there to be watched."""
    rows = [row for table in CONDITIONAL for row in known.ever(table)]
    used = {(row["option_id"], name) for row in rows for name, _ in literals(row["when"])}
    used |= {(row["option_id"], row["of"]) for row in known.rows("signals")}
    named = [one for row in known.rows("investigations") for one in split(row["reveals"])]
    found = [revealed(one, known.rows("risks")).split("/") for one in named]
    used |= {(option, risk) for _, option, risk in filter(any, found)}
    for option, ways in known.ways.items():
        used |= {(base, name) for own, name in used if own == option for line in ways for base in line}
    for row in known.rows("risks"):
        options = {option for option, risk in used if risk == row["risk_id"]}
        waiting = options if row["option_id"] == ALL_OPTIONS else options & {row["option_id"], ALL_OPTIONS}
        if not waiting and not row.get("trigger"):
            problem = f"{row['risk_id']!r} moves nothing: no `when` names it"
            yield fault(row, "risk_id", problem, "let a row wait for it, or remove it")


def conditions_never_met(known: Dated) -> Iterator[Fault]:
    """Find rows that wait for something both to hold and not."""
    for row in (row for table in CONDITIONAL for row in known.rows(table)):
        wanted = set(literals(row["when"]))
        for name in sorted(name for name, holds in wanted if holds and (name, False) in wanted):
            problem = f"asks that {name!r} both holds and does not, so the row never counts"
            yield fault(row, "when", problem, "keep one of the two")


def lone_factors(known: Dated) -> Iterator[Fault]:
    """Find common factors that tie an estimate to nothing."""
    tables = [name for name, row in TABLES.items() if issubclass(row, Quantified)]
    members = {(name, *key_of(name, row)): row["moves_with"] for name in tables for row in known.ever(name)}
    counts = Counter(factor for factor in members.values() if factor)
    meant_by = Meant(counts, ALIKE)
    for row in (row for name in tables for row in known.rows(name) if counts[row["moves_with"]] == 1):
        meant = meant_by(row["moves_with"])
        remedy = f"did you mean {meant!r}?" if meant else "name a factor that another estimate has, or clear it"
        yield fault(row, "moves_with", f"{row['moves_with']!r} ties this estimate to no other", remedy)


def lone_categories(known: Dated) -> Iterator[Fault]:
    """Find categories of a single row that are written nearly as another."""
    for table, column in CATEGORIES.items():
        counts = Counter({key_of(table, row): row[column] for row in known.ever(table)}.values())
        meant_by = Meant(counts, NEARLY_THE_SAME)
        for row in (row for row in known.rows(table) if counts[row[column]] == 1):
            if meant := meant_by(row[column]):
                yield fault(row, column, f"{row[column]!r} has this row alone", f"did you mean {meant!r}?")


class Meant:
    """What a lone name was probably meant as: a more common one; for the first lone ones, since looking takes time."""

    def __init__(self, counts: Counter, alike: float):
        self.common = {name.casefold(): str(name) for name, count in counts.items() if count > 1}
        self.plain = {name: NUMBERING.sub("", name) for name in self.common}
        self.alike, self.left = alike, LOOKED_UP

    def __call__(self, name: str) -> str:
        """Give that name, or nothing; a number or a lone letter is meant to differ."""
        folded = name.casefold()
        if folded in self.common:
            return self.common[folded]
        self.left -= 1
        if self.left < 0:
            return ""
        numbered = NUMBERING.sub("", folded)
        possible = [other for other, plain in self.plain.items() if plain != numbered]
        return "".join(self.common[one] for one in difflib.get_close_matches(folded, possible, 1, self.alike))


def fast_growth(known: Dated) -> Iterator[Fault]:
    """Find amounts that grow faster than anything does for long."""
    for row in (row for table in PRICED for row in known.rows(table) if (row["real_growth"] or 0) > FAST_GROWTH):
        problem = f"is {row['real_growth']:g}, a growth of {100 * row['real_growth']:g} % a year"
        yield fault(row, "real_growth", problem, "write 3 % as 0.03, and growth beyond the price index only")


def far_off_amounts(known: Dated) -> Iterator[Fault]:
    """Find amounts a thousand times the middle one of their table, as kronor are among millions."""
    for table, columns in AMOUNTS.items():
        rows = known.rows(table)
        sizes = [size for row in rows if (size := size_of(row, columns[len(columns) // 2])) > 0]
        middle = median(sizes) if len(sizes) >= LEAST_COMPARED else float("inf")
        for row in rows:
            column = next((column for column in columns if size_of(row, column) >= FAR_OFF * middle), "")
            if column:
                times = abs(row[column]) / middle
                problem = f"{row[column]:,.15g} is {times:,.0f} times the middle amount of {table}, {middle:g}"
                yield fault(row, column, problem, "amounts are in millions: write 1 500 000 kronor as 1.5")


def size_of(row: Mapping[str, Any], column: str) -> float:
    """How large an amount is, without its sign; 0 where there is none."""
    return abs(row[column] or 0.0)


def costs_below_zero(known: Dated) -> Iterator[Fault]:
    """Find distributions by which a cost becomes an income oftener than once in a thousand, or ends below zero."""
    for row in (row for table in PRICED for row in known.rows(table) if row["distribution"] == "normal"):
        middle = (row["low"] + row["high"]) / 2
        spread = (row["high"] - row["low"]) / (2 * NormalDist().inv_cdf(0.95))
        share = NormalDist(middle, spread).cdf(0) if spread > 0 else 0.0
        if middle > 0 and share > SELDOM:
            said = f"a normal from {row['low']:g} to {row['high']:g}"
            problem = f"{said} is below zero in {100 * share:.2g} % of the outcomes"
            yield fault(row, "distribution", problem, "use truncated_normal or lognormal, unless it may be an income")
    for row in (row for table in PRICED for row in known.rows(table) if row["ends"] == "p90" and row["low"] >= 0):
        shape = row["distribution"]
        least = widened(shape, row["low"], row["likely"], row["high"])[0] if shape in RANGED else 0.0
        if least < 0:
            problem = f"makes {shape} reach down to {least:.3g}, below zero"
            yield fault(row, "ends", problem, "use lognormal or ends = range, unless it may be an income")


def hidden_cells(known: Dated) -> Iterator[Fault]:
    """Find what a workbook hides from whoever opens it: rows, columns and whole sheets are read all the same."""
    for table in TABLES:
        path = known.folder / f"{table}.xlsx"
        rows = [row["_row"] for row in known.ever(table) if Path(row["_file"]) == path]
        if rows and path.exists():
            yield from hidden_in(path, rows)


def hidden_in(path: Path, rows: Sequence[int]) -> Iterator[Fault]:
    """What is hidden of a table in a workbook, whose rows have these numbers."""
    try:
        sheet = sheet_of(open_book(unpack(read_bytes(path)), whole=True), path.stem)
    except Exception as error:  # all of a workbook is opened here, and more of it may be damaged than is read elsewhere
        yield Fault(str(path), None, "file", f"cannot be searched for hidden cells ({error})", SAVE_AGAIN)
        return
    hidden, remedy = "is hidden, and read all the same", "show it and look, or remove it"
    if sheet.sheet_state != "visible":
        yield Fault(str(path), None, "sheet", f"{sheet.title!r} {hidden}", remedy)
    for row in rows:
        if row in sheet.row_dimensions and sheet.row_dimensions[row].hidden:
            yield Fault(str(path), row, "row", "is hidden or filtered away, and read all the same", remedy)
    from openpyxl.utils import get_column_letter

    read = set(rows)
    filled = {column for (row, column), cell in sheet._cells.items() if row in read and cell.value is not None}
    for one in list(sheet.column_dimensions.values()):
        for column in sorted(filled) if one.hidden else ():
            if (one.min or 0) <= column <= (one.max or -1):
                yield Fault(str(path), None, f"column {get_column_letter(column)}", hidden, remedy)


RULES: tuple[Callable[[Dated], Iterator[Fault]], ...] = (
    hidden_cells, far_off_amounts, unsaid_price_years, early_price_years, fast_growth, costs_below_zero,
    guesses_without_range, unused_risks, conditions_never_met, lone_factors, lone_categories,
)  # fmt: skip
