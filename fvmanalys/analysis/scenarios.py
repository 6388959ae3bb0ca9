"""Scenario discovery: in which draws the leader is not best, said by at most three conditions on numbers and events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fvmanalys.analysis.knowledge import Knowledge
from fvmanalys.analysis.parts import OptionParts
from fvmanalys.model.draws import Floats

__all__ = ["COLUMNS", "Condition", "boxes", "losses", "scenarios", "tried_boxes", "within"]

COLUMNS = ["box", "condition", "id", "operator", "value", "density", "coverage", "share"]
AT_LEAST, AT_MOST = ">=", "<="
MOST_CONDITIONS, MOST_BOXES = 3, 3
BINS = 40  # equally many draws in each; a condition's value lies between two of them
PEEL = 0.25  # no more of a number's draws in the box are cut away at a time
SMALLEST = 0.05  # of the draws, in a box
SURE = 5.0  # standard errors by which what a cut keeps must differ from what it cuts away
MOSTLY = 0.5  # of the draws that the leader would win among as many others, a box holds no more
SEEN = 3.0  # standard errors by which a box's density must lie above that of all draws, where it was not found

Mask = np.ndarray
Bounds = dict[tuple[str, str], int]  # the outermost cell kept, of each number cut and on which side


@dataclass(frozen=True)
class Condition:
    """That a number is at least, or at most, a value; an event is a number that is 1 where it happens, else 0."""

    id: str
    operator: str
    value: float

    def __str__(self) -> str:
        return f"{self.id} {self.operator} {self.value:.6g}"

    def holds(self, column: Floats) -> Mask:
        """Where it does."""
        return column >= self.value if self.operator == AT_LEAST else column <= self.value


def scenarios(knowledge: Knowledge) -> pd.DataFrame:
    """Boxes of draws in which the leader is mostly not best, the one that gathers most first, a row a condition.

    Found on the first half of the draws, measured on the other: `density` is the share of a box's draws in which an
    option outside the leader's family is better, `coverage` the share of all such draws in it, `share` that of all
    draws. An event, `events/OPTION/RISK`, is 1 where it happens. Empty without a rival, or where no box holds on the
    other half.
    """
    if not knowledge.comparison.rivals or knowledge.size < 2:
        return pd.DataFrame(columns=COLUMNS)
    return tried_boxes(losses(knowledge), numbers_and_events(knowledge))


def tried_boxes(lost: Mask, columns: Mapping[str, Floats]) -> pd.DataFrame:
    """Boxes found on the first half of some draws, or of scenarios in no order, and measured on the other half."""
    half = len(lost) // 2
    rows = []
    found = boxes(lost[:half], {name: column[:half] for name, column in columns.items()})
    for conditions in found:
        inside = within(conditions, {name: column[half:] for name, column in columns.items()})
        fresh = lost[half:]
        held = inside.sum()
        share = held / max(len(fresh), 1)
        base = fresh.mean() if len(fresh) else 0.0
        density = fresh[inside].mean() if held else 0.0
        if density > base + SEEN * np.sqrt(base * (1 - base) / max(held, 1)):
            rows.append((conditions, density, fresh[inside].sum() / fresh.sum(), share))
    rows.sort(key=lambda row: -row[2])
    told = [
        [place, str(one), one.id, one.operator, one.value, *measured]
        for place, (conditions, *measured) in enumerate(rows, 1)
        for one in conditions
    ]
    return pd.DataFrame(told, columns=COLUMNS)


def losses(knowledge: Knowledge) -> Mask:
    """The draws in which an option outside the leader's family is better than the leader."""
    benefit = knowledge.benefit()
    comparison = knowledge.comparison
    return (benefit[comparison.rivals].max(axis=1) > benefit[comparison.best]).to_numpy()


def numbers_and_events(knowledge: Knowledge) -> dict[str, Floats]:
    """Every uncertain number and event of the leader and its rivals; what is one number stands once."""
    comparison = knowledge.comparison
    model = knowledge.simulation.model
    parts = [
        OptionParts(model, [], option, comparison.value_per_point) for option in (comparison.best, *comparison.rivals)
    ]
    used = set[str]().union(*(one.ids for one in parts))
    firsts = {knowledge.first_ids[name] for name in used if name in knowledge.first_ids}
    numbers = {name: column for name, column in knowledge.columns.items() if name in firsts}
    events = {name: mask for name, mask in knowledge.occurrences.items() if name in used and mask.std() > 0}
    return numbers | {name.replace("risks/", "events/", 1): mask.astype(float) for name, mask in events.items()}


def within(conditions: Sequence[Condition], columns: Mapping[str, Floats]) -> Mask:
    """The draws in which all conditions hold."""
    return np.all([one.holds(columns[one.id]) for one in conditions], axis=0)


def boxes(lost: Mask, columns: Mapping[str, Floats]) -> list[list[Condition]]:
    """Up to three boxes, each found on the draws that no former one holds.

    PRIM: Friedman & Fisher 1999, Statistics and Computing 9(2); for scenarios Bryant & Lempert 2010, Technological
    Forecasting and Social Change 77(1).
    """
    cells = {name: Cells.of(column) for name, column in columns.items()}
    left = np.ones(len(lost), dtype=bool)
    found = list[list[Condition]]()
    while len(found) < MOST_BOXES:
        conditions = one_box(lost, cells, left)
        if not conditions:
            break
        found.append(conditions)
        left &= ~within(conditions, columns)
    return found


@dataclass(frozen=True)
class Cells:
    """A column by cells of equally many draws: the cell of each draw, and the values on either side of each border."""

    place: np.ndarray
    least: Floats
    most: Floats

    @classmethod
    def of(cls, column: Floats) -> "Cells":
        """The cells of a column; of few different values one for each."""
        borders = np.unique(np.quantile(column, np.arange(1, BINS) / BINS, method="inverted_cdf"))
        place = np.searchsorted(borders, column, side="left")
        kept, place = np.unique(place, return_inverse=True)
        order = np.argsort(place, kind="stable")
        first = np.searchsorted(place[order], np.arange(len(kept)))
        return cls(place, np.minimum.reduceat(column[order], first), np.maximum.reduceat(column[order], first))

    def condition(self, name: str, operator: str, cell: int) -> Condition:
        """That a number lies in a cell or above it, or in one or below it."""
        if len(self.least) == 2 and (self.least == self.most).all():
            return Condition(name, operator, float(self.least[cell]))
        above = cell if operator == AT_LEAST else cell + 1
        return Condition(name, operator, float((self.most[above - 1] + self.least[above]) / 2))


def one_box(lost: Mask, cells: Mapping[str, Cells], left: Mask) -> list[Condition]:
    """The box that gathers most, of those cut step by step, the clearest cut first, that are mostly lost."""
    inside = left.copy()
    bounds = Bounds()
    best = Bounds()
    most = 0.0
    while 0 < lost[inside].sum() < inside.sum():
        cut = clearest(lost, cells, inside, bounds)
        if cut is None:
            break
        name, operator, cell = cut
        bounds = {**bounds, (name, operator): cell}
        inside &= kept(cells[name], operator, cell)
        worth = gathered(lost, inside, left)
        if worth > most:
            best, most = bounds, worth
    best = needed(best, lost, cells, left)
    return [cells[name].condition(name, operator, cell) for (name, operator), cell in best.items()]


def kept(cells: Cells, operator: str, cell: int) -> Mask:
    """The draws on the side of a cut that is kept."""
    return cells.place >= cell if operator == AT_LEAST else cells.place <= cell


def gathered(lost: Mask, inside: Mask, left: Mask) -> float:
    """The share of draws lost in a box beyond what as many others lose (weighted relative accuracy), if mostly lost."""
    if 1 - lost[inside].mean() > MOSTLY * (1 - lost.mean()):
        return 0.0
    return float((lost[inside] - lost[left].mean()).sum() / left.sum())


def clearest(lost: Mask, cells: Mapping[str, Cells], inside: Mask, bounds: Bounds) -> tuple[str, str, int] | None:
    """The cut of one number whose cut-off part has most clearly fewer losses than what is kept, if any."""
    best = SURE
    chosen = None
    smallest = SMALLEST * len(lost)
    for name, one in cells.items():
        counts = np.bincount(one.place[inside], minlength=len(one.least)).astype(float)
        losing = np.bincount(one.place[inside], weights=lost[inside], minlength=len(one.least))
        for operator, step in ((AT_LEAST, 1), (AT_MOST, -1)):
            if len(bounds) == MOST_CONDITIONS and (name, operator) not in bounds:
                continue
            away, gone = counts[::step].cumsum()[:-1], losing[::step].cumsum()[:-1]
            stays, keeps = counts.sum() - away, losing.sum() - gone
            allowed = (away > 0) & (stays >= smallest)
            if (away > 0).sum() > 1 and np.count_nonzero(counts) > 2:
                allowed &= away <= max(PEEL * counts.sum(), away[away > 0][0])
            with np.errstate(invalid="ignore", divide="ignore"):
                rate = losing.sum() / counts.sum()
                clear = (keeps / stays - gone / away) / np.sqrt(rate * (1 - rate) * (1 / away + 1 / stays))
            clear = np.where(allowed, clear, -np.inf)
            place = int(clear.argmax()) if len(clear) else 0
            if len(clear) and clear[place] > best:
                best = clear[place]
                chosen = (name, operator, place + 1 if step == 1 else len(counts) - place - 2)
    return chosen


def needed(bounds: Bounds, lost: Mask, cells: Mapping[str, Cells], left: Mask) -> Bounds:
    """The conditions of a box without those that it gathers no less without."""
    for key in bounds if len(bounds) > 1 else ():
        rest = {other: cell for other, cell in bounds.items() if other != key}
        sides = {other: kept(cells[other[0]], other[1], cell) for other, cell in bounds.items()}
        whole, without = (np.all([left, *(sides[other] for other in some)], axis=0) for some in (bounds, rest))
        if gathered(lost, without, left) >= gathered(lost, whole, left):
            return needed(rest, lost, cells, left)
    return bounds
