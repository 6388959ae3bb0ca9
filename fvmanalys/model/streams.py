"""What things cost: the closed form of a stream between two events, whole or cut to a window of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from math import factorial
from typing import Any

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike

from fvmanalys.errors import UsageError
from fvmanalys.model.draws import Floats

__all__ = [
    "PROFILES",
    "Period",
    "Rate",
    "check_rate",
    "discounted_time",
    "lump_value",
    "periods",
    "present_value",
    "sums_in_force",
    "window_value",
]

VANISHING = 1e-290  # so small that its product with a time may have lost its digits
SERIES_BELOW = 0.5
SERIES = np.array([(-1) ** k / (factorial(k) * (k + 2)) for k in range(16)])
FAR = 50  # times ρ after which what is left of a stream cannot be seen in its value


@dataclass(frozen=True)
class Period:
    """A time with one rate of discount; `factor` lets its (1 +
    rate)^−t follow on what has been discounted before it.
    """

    opens: float
    closes: float
    rate: float
    factor: float


Rate = float | tuple[Period, ...]  # the same throughout, or period by period


def periods(steps: Iterable[tuple[float, float]]) -> tuple[Period, ...]:
    """The periods of a rate that changes in steps of (years from time 0, rate), the first from 0 on.

    >>> [round(one.factor * (1 + one.rate) ** -31, 4) for one in periods([(0, 0.035), (30, 0.03)])][1]
    0.3459
    """
    starts, rates = zip(*sorted(steps), strict=True)
    factors = [1.0]
    for start, before, after in zip(starts[1:], rates, rates[1:], strict=False):
        factors.append(factors[-1] * ((1 + after) / (1 + before)) ** start)
    return tuple(Period(*one) for one in zip(starts, (*starts[1:], np.inf), rates, factors, strict=True))


def present_value(
    amount: ArrayLike,
    start: ArrayLike,
    end: ArrayLike,
    rate: ArrayLike,
    profile: str = "level",
    growth: ArrayLike = 0.0,
    horizon: ArrayLike = np.inf,
) -> Any:
    """Discount a stream of `amount` MSEK per year that runs from `start` to `end`.

    Times are years after `as_of`; arrays broadcast, and the result has their shape. With ρ = ln(1+rate) −
    ln(1+growth) a level stream from a to b is amount·(e^(−ρa) − e^(−ρb))/ρ; ramps integrate in closed form too, and
    ρ = 0 is exact. `start` and `end` keep the profile's shape; what lies before 0 is sunk, what lies after `horizon`
    is out of sight, and both are left out. A stream whose end does not come after its start costs nothing. Infinity
    is never; NaN is what is missing, and gives NaN. Raises UsageError for a rate or growth of -1 (-100 %) or less,
    and for an unknown profile.
    """
    if profile not in PROFILES:
        raise UsageError(f"profile {profile!r}: use one of {', '.join(PROFILES)}")
    check_rate("rate", rate)
    check_rate("growth", growth)
    given = [np.asarray(one, dtype=float) for one in (amount, start, end, rate, growth, horizon)]
    missing = reduce(np.logical_or, map(np.isnan, given))
    spread = window_value(start, end, rate, profile, growth, 0.0, horizon)
    with np.errstate(invalid="ignore"):
        value = np.where(spread == 0, 0.0, given[0] * spread)  # an endless amount of nothing is nothing
    return np.where(missing, np.nan, value)[()]


def check_rate(name: str, value: ArrayLike) -> None:
    """Refuse a rate or growth that leaves nothing, or less than nothing, after a year."""
    wrong = [one for one in np.ravel(np.asarray(value, dtype=float)) if one <= -1 or np.isinf(one)]
    if wrong:
        raise UsageError(f"{name} {wrong[0]:g}: give a finite share above -1 (3,5 % is 0.035)")


def window_value(
    start: ArrayLike,
    end: ArrayLike,
    rate: ArrayLike,
    profile: str,
    growth: ArrayLike,
    opens: ArrayLike,
    closes: ArrayLike,
) -> Floats:
    """The present value, at time 0, of one MSEK per year at full profile,
    of what falls between `opens` and `closes`.
    """
    start, end, opens, closes = (np.asarray(time, dtype=float) for time in (start, end, opens, closes))
    rho = np.log1p(np.asarray(rate, dtype=float)) - np.log1p(np.asarray(growth, dtype=float))
    counts = (start < closes) & (end > opens) & (end > start) & (opens < closes)
    if not counts.any():
        return np.zeros(np.broadcast_shapes(counts.shape, rho.shape))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if counts.ndim != 1 or rho.ndim or opens.ndim or closes.ndim:
            first, last = (np.where(counts, np.clip(time, opens, closes), 0.0) for time in (start, end))
            return np.where(counts, PROFILES[profile](rho, start, end, first, last), 0.0)
        found = np.zeros(counts.shape)
        if profile == "level":
            whole = (start <= opens) & (end >= closes)
            found[whole] = level(rho, start, end, opens[None], closes[None])
            counts &= ~whole
        some = np.flatnonzero(counts)
        places = slice(None) if len(some) == len(found) else some
        start, end = (time[places] if time.ndim else time for time in (start, end))
        found[places] = PROFILES[profile](rho, start, end, np.clip(start, opens, closes), np.clip(end, opens, closes))
        return found


def level(rho: Floats, start: Floats, end: Floats, first: Floats, last: Floats) -> Floats:
    """∫ e^(−ρt) dt from first to last."""
    length = last - first
    if not rho.ndim:
        return length * 1.0 if abs(rho) < VANISHING else np.exp(-rho * first) * (-np.expm1(-rho * length) / rho)
    still = np.abs(rho) < VANISHING
    return np.exp(-rho * first) * np.where(still, length, -np.expm1(-rho * length) / np.where(still, 1.0, rho))


def ramp_up(rho: Floats, start: Floats, end: Floats, first: Floats, last: Floats) -> Floats:
    """∫ (t − start)/(end − start)·e^(−ρt) dt from first to last: from nothing at start to full at end."""
    flat = level(rho, start, end, first, last)
    value = ((first - start) * flat + rising(rho, first, last)) / (end - start)
    return np.where(np.isfinite(end), np.where(np.isfinite(start), value, flat), 0.0)


def rising(rho: Floats, first: Floats, last: Floats) -> Floats:
    """∫ (t − first)·e^(−ρt) dt from first to last."""
    length = last - first
    far = rho * length > FAR
    if not np.any(far):
        return np.exp(-rho * first) * (length**2 * first_moment(rho * length))
    near = np.where(far, 0.0, length)
    return np.exp(-rho * first) * np.where(far, 1 / np.where(far, rho, 1.0) ** 2, near**2 * first_moment(rho * near))


def ramp_down(rho: Floats, start: Floats, end: Floats, first: Floats, last: Floats) -> Floats:
    """∫ (end − t)/(end − start)·e^(−ρt) dt from first to last: from full at start to nothing at end."""
    length = last - first
    flat = level(rho, start, end, first, last)
    falling = length**2 * np.exp(-rho * last) * first_moment(-rho * length)
    far = rho * length > FAR
    if np.any(far):
        falling = np.where(far, length * flat - rising(rho, first, last), falling)
    value = ((end - last) * flat + falling) / (end - start)
    return np.where(np.isfinite(end), np.where(np.isfinite(start), value, 0.0), flat)


def first_moment(x: Floats) -> Floats:
    """∫ u·e^(−xu) du over [0, 1] = (1 − (1 + x)e^(−x))/x², by its series where the closed form would cancel."""
    near = np.abs(x) < SERIES_BELOW
    if np.all(near):
        return polyval(x, SERIES)
    large = np.where(near, 1.0, x)
    closed = (1 - (1 + large) * np.exp(-large)) / large**2
    return np.where(near, polyval(np.where(near, x, 0.0), SERIES), closed) if np.any(near) else closed


def discounted_time(end: ArrayLike, rate: Rate) -> Any:
    """∫ of the discount factor from 0 to `end`: what one MSEK a year until then is worth."""
    spans = rate if isinstance(rate, tuple) else (Period(0.0, np.inf, rate, 1.0),)
    return np.sum(
        [one.factor * window_value(0.0, end, one.rate, "level", 0.0, one.opens, one.closes) for one in spans], axis=0
    )


def lump_value(time: ArrayLike, rate: float, growth: float, opens: float, closes: float) -> Floats:
    """The present value of one MSEK paid at `time`,
    if that falls between `opens` and `closes`; growth counts to its date.
    """
    time = np.asarray(time, dtype=float)
    inside = np.nonzero(np.atleast_1d((time >= opens) & (time < closes)))[0]
    found = np.zeros(np.size(time))
    found[inside] = np.exp((np.log1p(growth) - np.log1p(rate)) * np.atleast_1d(time)[inside])
    return found.reshape(time.shape)


def sums_in_force(moments: Floats, start: Floats, end: Floats, amounts: Floats) -> Floats:
    """The sum over draws, at each of some rising moments, of amounts in force from start until end."""
    first = np.searchsorted(moments, start)
    last = np.maximum(np.searchsorted(moments, end), first)
    changes = [np.bincount(place, amounts, len(moments) + 1) for place in (first, last)]
    counts = [np.bincount(place, amounts != 0, len(moments) + 1) for place in (first, last)]
    some = np.cumsum(counts[0] - counts[1]) > 0  # where none is, what is left of the sums is rounding
    return np.where(some, np.cumsum(changes[0] - changes[1]), 0.0)[:-1]


PROFILES: dict[str, Callable[..., Floats]] = {"level": level, "ramp_up": ramp_up, "ramp_down": ramp_down}
