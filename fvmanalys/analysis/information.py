"""What it is worth to know more before choosing: EVPI, EVPPI, EVSI,
and whether to decide as planned or investigate first.

Raiffa & Schlaifer 1961, Applied Statistical Decision Theory; by regression on draws: Strong, Oakley & Brennan 2014,
Medical Decision Making 34(3). Net benefit is draws × options, in money, with every option that may be chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fvmanalys.analysis.leads import ERRORS, Leads, Told, leads, slices_of, standard_error
from fvmanalys.analysis.learning import Lesson
from fvmanalys.analysis.misfit import Beside, beside
from fvmanalys.analysis.tails import check_finite_mean, has_known_mean
from fvmanalys.errors import UsageError
from fvmanalys.model.draws import Floats
from fvmanalys.model.regression import Regression, knots_each, regress

__all__ = [
    "Value",
    "Verdict",
    "choice_told",
    "chosen",
    "evpi",
    "evppi",
    "evppi_all",
    "evsi",
    "highest",
    "net_value",
    "place_of_highest",
    "pulled",
    "read_columns",
    "told_of",
    "value_of_fit",
    "verdict",
]

ALIKE, ALIKE_ERRORS = 0.1, 5.0  # correlation of neighbouring residuals that shows a poor fit, and in standard errors
MISSED = 0.01  # share of the variance that the correlated residuals stand for, below which it does not matter
DIFFER, DIFFER_ERRORS = 0.01, 3.0  # share of EVPI by which the two estimates may differ, and in standard errors
FEW_ANSWERS = 60  # yes or no, beyond which their count is as good as any number
COUNTED = 0.03  # of its value, by which a count may differ from any other reading
CLEARLY, SEEN = 4.0, 0.02  # standard errors, and share of the value, of what a fit misses that is told of


@dataclass(frozen=True)
class Value:
    """A value of information, in the unit of the net benefit.

    `fit` is the share of the variance of the differences between options that the inputs explain, in draws left out
    of the fit. `warning` is empty or a word: `few_draws` (for a curve of each of so many inputs), `poor_fit` (the fit
    misses something that the draws show, along an input or among several together), `estimates_differ` (the two
    estimates that `value` is the mean of lie apart), `near_tie` (which option is best is not known well enough to
    tell) or `few_answers` (if a share is asked for by so few answers, yes or no, what they come to is too coarse for
    the value to hold).
    """

    value: float
    standard_error: float
    fit: float = 1.0
    warning: str = ""

    def __float__(self) -> float:
        return self.value

    @property
    def is_clear(self) -> bool:
        """Whether the value can be told from zero: it is more than two standard errors."""
        return self.value > ERRORS * self.standard_error


def evpi(net_benefit: ArrayLike) -> Value:
    """The expected value of perfect information, E[max] − max E, with the standard error of its mean.

    The draws of a simulation are stratified, so their errors, here and below, are taken between its slices; those of
    other draws, and of a simulation's turned into a plain array, are as if each draw were made on its own.

    >>> payoff = np.repeat([[1500, 900, 500], [300, 600, 500], [-800, -200, 500]], [5, 3, 2], axis=0)
    >>> round(float(evpi(payoff)), 9)
    350.0
    """
    over = leads(read_benefit(net_benefit), slices_of(net_benefit))
    if not over.drawn.shape[1]:
        return Value(0.0, 0.0)
    gain = np.maximum(highest(over.drawn), 0)
    return Value(float(gain.mean()), over.error_of_gain(gain))


def evppi(net_benefit: ArrayLike, inputs: ArrayLike) -> Value:
    """The expected value of perfect information about some inputs (draws × k, or one column).

    The mean of two estimates: E[max] of the fitted conditional means, which noise in the fit raises, and what the
    options that the fit would choose for draws left out of it in fact gave, which noise lowers by as much. Never
    below 0 nor above EVPI; of constant inputs exactly 0.
    """
    over = leads(read_benefit(net_benefit), slices_of(net_benefit))
    columns = read_columns(inputs)
    check_same_draws(over.drawn, columns)
    return partial_value(over, columns)


def evppi_all(net_benefit: ArrayLike, columns: Mapping[str, ArrayLike] | pd.DataFrame) -> pd.DataFrame:
    """The EVPPI of every single input: a row an input, with evppi, standard_error, fit and warning."""
    over = leads(read_benefit(net_benefit), slices_of(net_benefit))
    rows = {}
    for name in columns:
        column = read_columns(columns[name], str(name))
        check_same_draws(over.drawn, column)
        value = partial_value(over, column)
        rows[name] = {
            "evppi": value.value,
            "standard_error": value.standard_error,
            "fit": value.fit,
            "warning": value.warning,
        }
    names = ["evppi", "standard_error", "fit", "warning"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("input")


def evsi(net_benefit: ArrayLike, inputs: ArrayLike, variance_reduction: float) -> Value:
    """The expected value of an investigation that removes the share `variance_reduction` of the inputs' prior variance.

    What was fitted is smoothed by what is still unknown after it (`learning`): exact for normal inputs and any curve
    that the fit follows, where the shrinking of fitted means (Jalal & Alarid-Escudero 2018, Medical Decision Making
    38(2)) is so for straight lines alone. Rises from 0 at v = 0 to EVPPI at v = 1.
    """
    if not 0 <= variance_reduction <= 1:
        raise UsageError(f"variance_reduction {variance_reduction!r} is not a share; give a number from 0 to 1")
    over = leads(read_benefit(net_benefit), slices_of(net_benefit))
    columns = read_columns(inputs)
    check_same_draws(over.drawn, columns)
    return partial_value(over, columns, variance_reduction)


def partial_value(over: Leads, inputs: Floats, reduction: float = 1.0) -> Value:
    """The value of an investigation of the inputs that removes a share of their variance."""
    lead = over.drawn
    if not lead.shape[1] or len(lead) < 2 or not reduction:
        return Value(0.0, np.inf if lead.shape[1] and reduction else 0.0, 0.0)
    found = regress(lead, inputs)
    check = beside(found, lead, inputs)
    if reduction == 1:
        return value_of_fit(over, found, inputs.shape[1], check)
    lesson = Lesson(found, inputs, np.full(inputs.shape[1], reduction))
    value = value_of_fit(over, found, inputs.shape[1], check, lesson.means, reduction)
    return warned_of_counts(value, inputs, found.fitted, lesson.means, reduction)


def warned_of_counts(value: Value, inputs: Floats, fitted: Floats, learnt: Floats, reduction: float) -> Value:
    """The same value, with a warning where it would be another if the
    input is a share that few answers yes or no tell of.
    """
    by_count = value_of_count(inputs, fitted, reduction)
    by_reading = float(np.maximum(learnt.max(axis=1), 0).mean())
    apart = abs(by_count - by_reading) > COUNTED * max(by_count, by_reading)
    return replace(value, warning=value.warning or "few_answers") if apart else value


def value_of_count(inputs: Floats, fitted: Floats, reduction: float) -> float:
    """What a count of yes in so many answers is worth as removes the share `reduction` of a share's variance;
    NaN where it is none.

    As many answers as that takes by a beta distribution of the same mean and spread, n·(1 − v) = v·(α + β).
    """
    share = inputs[:, 0]
    if (
        inputs.shape[1] > 1
        or share.min() < 0
        or share.max() > 1
        or not 0 < share.var() < share.mean() * (1 - share.mean())
    ):
        return np.nan
    answers = round((share.mean() * (1 - share.mean()) / share.var() - 1) * reduction / (1 - reduction))
    if answers > FEW_ANSWERS:
        return np.nan
    likely = np.array([comb(answers, yes) * share**yes * (1 - share) ** (answers - yes) for yes in range(answers + 1)])
    return float(np.maximum((likely @ fitted / len(share)).max(axis=1), 0).sum())


def value_of_fit(
    over: Leads, found: Regression, k: int, check: Beside, learnt: Floats | None = None, reduction: float = 1.0
) -> Value:
    """The value of what is learnt of k inputs whose regression is already made and checked;
    without more, of knowing them.

    `learnt` has the conditional means after an investigation that removes the share `reduction` of their variance.
    """
    lead = over.drawn
    known = np.maximum(highest(found.fitted), 0)
    left_out = gain_chosen(lead, found.left_out)
    fitted = float(known.mean())
    everything = float(np.maximum(highest(lead), 0).mean())
    value = float(np.clip((fitted + left_out.mean()) / 2, 0, everything))
    gap = abs(fitted - left_out.mean()) / 2
    variance = lead.var(axis=0)
    fit = float(found.explained @ variance / variance.sum()) if variance.any() else 0.0
    error = over.error_of_gain((known + left_out + pulled(found, chosen(found.fitted))) / 2)
    missed = gain_missed(lead, found, check, value)
    warning = "poor_fit" if missed or check.triples else warn(found, fit, (len(lead), k), gap, error, everything)
    warning = warning or ("near_tie" if found.design and over.near_tie(value) else "")
    if learnt is None:
        error = over.error_of_more(error, told_of(found, found.fitted))
        return Value(value, max(error, gap, missed), fit, warning)
    told = np.maximum(highest(learnt), 0)
    share = min(float(told.mean()) / fitted, 1.0) if fitted else 1.0
    moved = pulled(found, choice_told(learnt, found.fitted) - share / 2 * chosen(found.fitted))
    error = over.error_of_gain(told + share / 2 * (left_out - known) + moved)
    error = over.error_of_more(error, told_of(found, learnt, float(np.sqrt(reduction))))
    return Value(share * value, max(error, share * gap, missed), fit, warning)


def told_of(found: Regression, means: Floats, heard: float | Floats = 1.0) -> Told:
    """How far inputs tell of each lead, where conditional means come to `means`."""
    spread = means.std(axis=0)
    ahead = chosen(means).mean(axis=0)
    free = 1 - ahead.sum() + ahead
    if found.smoother is None:
        none = np.zeros(len(spread))
        return Told(spread, none, none, none, free)
    turn = np.eye(found.smoother.residuals.shape[1]) if found.smoother.outcomes is None else found.smoother.outcomes
    tables = found.smoother.slopes, found.smoother.kept, found.smoother.residuals
    slopes, kept, residuals = (table @ turn for table in tables)
    errors = np.sqrt((residuals**2).mean(axis=0) / len(residuals))
    shown, left = (np.linalg.norm(one, axis=0) / np.where(errors > 0, errors, np.inf) for one in (slopes, kept))
    return Told(spread, left, shown, errors, free, len(slopes), heard)


def pulled(found: Regression, weights: Floats) -> Floats:
    """What the residual of each draw adds, through the fit, to the mean of fitted leads × weights."""
    return found.smoother.pulled(weights) if found.smoother else np.zeros(len(weights))


def choice_told(learnt: Floats, fitted: Floats) -> Floats:
    """How likely each option is to be chosen after an investigation, for the inputs of each draw.

    A reading is as far from the inputs for a choice as for the fit, so the choices of readings are smoothed by as much
    as the fit was.
    """
    told = chosen(learnt)
    variance = fitted.var(axis=0)
    off = fitted - fitted.mean(axis=0)
    kept = np.clip((off * learnt).mean(axis=0) / np.where(variance > 0, variance, np.inf), 0, 1)
    return told.mean(axis=0) + kept * (told - told.mean(axis=0))


def gain_missed(lead: Floats, found: Regression, check: Beside, value: float) -> float:
    """What choosing by the neighbours of each draw as well would have given more;
    0 where that is not clear, or small.
    """
    rows = slice(None, None, check.step)
    predicted = found.left_out[rows]
    lead = lead[rows]
    more = gain_chosen(lead, predicted + check.residuals) - gain_chosen(lead, predicted)
    clear = more.mean() > CLEARLY * standard_error(more) and more.mean() > SEEN * value
    return float(more.mean()) if clear else 0.0


def highest(table: Floats) -> Floats:
    """The highest of each draw, column by column: much faster than draw by draw where columns are few."""
    return reduce(np.maximum, table.T)


def place_of_highest(table: Floats) -> NDArray[np.int64]:
    """The column of the highest of each draw, the first of equal ones."""
    top = table[:, 0].copy()
    place = np.zeros(len(table), dtype=np.int64)
    for column in range(1, table.shape[1]):
        above = table[:, column] > top
        place[above] = column
        np.maximum(top, table[:, column], out=top)
    return place


def chosen(predicted: Floats) -> Floats:
    """Whether each option is predicted to be best and better than the best choice now: 0 or 1, draws × leads."""
    top = place_of_highest(predicted)
    found = np.zeros(predicted.shape, order="F")
    draws = np.arange(len(predicted))
    found[draws, top] = predicted[draws, top] > 0
    return found


def gain_chosen(lead: Floats, predicted: Floats) -> Floats:
    """What each draw gave beyond the best choice now, with the option that is predicted to be best in it."""
    top = place_of_highest(predicted)
    draws = np.arange(len(lead))
    return np.where(predicted[draws, top] > 0, lead[draws, top], 0.0)


def warn(found: Regression, fit: float, shape: tuple[int, int], gap: float, error: float, everything: float) -> str:
    """The word of warning that a fit deserves, if any; `shape` is draws and inputs."""
    draws = shape[0]
    if not knots_each(*shape):
        return "few_draws"
    if found.alike > max(ALIKE, ALIKE_ERRORS / np.sqrt(draws)) and found.alike * (1 - fit) > MISSED:
        return "poor_fit"
    return "estimates_differ" if 2 * gap > max(DIFFER * everything, DIFFER_ERRORS * error) else ""


def net_value(evsi: float | Value, cost: float, extra_wait: float, cost_of_delay_per_month: float) -> float:
    """What an investigation is worth after its own cost and that of waiting: EVSI − cost − extra wait × cost of delay.

    `extra_wait` is the months by which the decision is expected to come later for it, not the months that it takes.
    """
    return float(evsi) - cost - extra_wait * cost_of_delay_per_month


@dataclass(frozen=True)
class Verdict:
    """Decide as planned, or investigate first.

    `investigation` is the one with the highest net value (or several, joined by `;`), None where there is none;
    `is_clear` says whether that net value is more than two standard errors from zero. `table` has all of them, the
    best first.
    """

    decide_now: bool
    investigation: str | None
    net_value: float
    is_clear: bool
    table: pd.DataFrame


def verdict(investigations: pd.DataFrame, cost_of_delay_per_month: float) -> Verdict:
    """Weigh investigations, or portfolios of them: decide as planned when none has a positive net value.

    A row each: investigation_id, evsi, cost, extra_wait (months) and, optionally, standard_error (of the EVSI).
    """
    table = investigations.copy()
    rows = table[["evsi", "cost", "extra_wait"]].to_dict("records")
    table["net_value"] = [
        net_value(row["evsi"], row["cost"], row["extra_wait"], cost_of_delay_per_month) for row in rows
    ]
    table = table.sort_values("net_value", ascending=False, kind="stable", ignore_index=True)
    if table.empty:
        return Verdict(True, None, 0.0, True, table)
    best = table.iloc[0]
    worth = float(best["net_value"])
    error = float(best.get("standard_error", 0.0))
    return Verdict(worth <= 0, str(best["investigation_id"]), worth, abs(worth) > ERRORS * error, table)


def read_benefit(net_benefit: ArrayLike) -> Floats:
    """Net benefit as draws × options; refused where it is not finite or has no mean."""
    benefit = read_columns(net_benefit, "net_benefit")
    if has_known_mean(net_benefit):
        return benefit
    for option, values in enumerate(benefit.T):
        check_finite_mean(values, f"net_benefit, option {label(net_benefit, option)}")
    return benefit


def read_columns(values: ArrayLike, name: str = "inputs") -> Floats:
    """A table of finite numbers as draws × columns; one column may be given as a plain list."""
    try:
        table = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} holds something that is not a number; give numbers only, draws × columns") from error
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size:
        raise UsageError(f"{name} has shape {np.shape(values)}; give at least one draw (rows) and one column")
    wrong = np.argwhere(~np.isfinite(table))
    if len(wrong):
        row, column = wrong[0]
        raise UsageError(
            f"{name}: {table[row, column]} in column {label(values, column)}, draw {row} ({len(wrong)} such values); "
            "mend what produced it, or leave those draws out of every array alike"
        )
    return table


def label(values: ArrayLike, column: int) -> str:
    """The name of a column, or its number."""
    return repr(values.columns[column]) if isinstance(values, pd.DataFrame) else str(column)


def check_same_draws(lead: Floats, inputs: Floats) -> None:
    """Refuse arrays of different numbers of draws."""
    if len(lead) != len(inputs):
        raise UsageError(
            f"net_benefit has {len(lead)} draws and inputs {len(inputs)}; give both from "
            "the same simulation, a row a draw"
        )
