"""What things cost: the closed form of a stream between two events, whole or cut to a window of time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fvmanalys.model.draws import Floats

__all__ = ["PROFILES", "lump_value", "present_value", "window_value"]

VANISHING = 1e-290  # so small that its product with a time may have lost its digits
SERIES_BELOW = 0.5
SERIES_TERMS = 16


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

    Times are years after `as_of`; arrays broadcast, and the result has their shape. With ρ = ln(1+rate) − ln(1+growth) a
    level stream from a to b is amount·(e^(−ρa) − e^(−ρb))/ρ; ramps integrate in closed form too, and ρ = 0 is exact.
    `start` and `end` keep the profile's shape; what lies before 0 is sunk, what lies after `horizon` is out of sight, and
    both are left out. A stream whose end does not come after its start costs nothing.
    """
    return np.asarray(amount) * window_value(start, end, rate, profile, growth, 0.0, horizon)


def window_value(
    start: ArrayLike, end: ArrayLike, rate: ArrayLike, profile: str, growth: ArrayLike, opens: ArrayLike, closes: ArrayLike
) -> Floats:
    """The present value, at time 0, of one MSEK per year at full profile, of what falls between `opens` and `closes`."""
    start, end, opens, closes = (np.asarray(time, dtype=float) for time in (start, end, opens, closes))
    rho = np.log1p(np.asarray(rate, dtype=float)) - np.log1p(np.asarray(growth, dtype=float))
    first, last = np.clip(start, opens, closes), np.clip(end, opens, closes)
    counts = (last > first) & (end > start)
    first, last = np.where(counts, first, 0.0), np.where(counts, last, 0.0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return np.where(counts, PROFILES[profile](rho, start, end, first, last), 0.0)


def level(rho: Floats, start: Floats, end: Floats, first: Floats, last: Floats) -> Floats:
    """∫ e^(−ρt) dt from first to last."""
    length = last - first
    still = np.abs(rho) < VANISHING
    return np.exp(-rho * first) * np.where(still, length, -np.expm1(-rho * length) / np.where(still, 1.0, rho))


def ramp_up(rho: Floats, start: Floats, end: Floats, first: Floats, last: Floats) -> Floats:
    """∫ (t − start)/(end − start)·e^(−ρt) dt from first to last: from nothing at start to full at end."""
    length = last - first
    rising = length**2 * np.exp(-rho * first) * first_moment(rho * length)
    value = ((first - start) * level(rho, start, end, first, last) + rising) / (end - start)
    return np.where(np.isfinite(end), value, 0.0)


def ramp_down(rho: Floats, start: Floats, end: Floats, first: Floats, last: Floats) -> Floats:
    """∫ (end − t)/(end − start)·e^(−ρt) dt from first to last: from full at start to nothing at end."""
    length, flat = last - first, level(rho, start, end, first, last)
    falling = length**2 * np.exp(-rho * last) * first_moment(-rho * length)
    return np.where(np.isfinite(end), ((end - last) * flat + falling) / (end - start), flat)


def first_moment(x: Floats) -> Floats:
    """∫ u·e^(−xu) du over [0, 1] = (1 − (1 + x)e^(−x))/x², by its series where the closed form would cancel."""
    near = np.abs(x) < SERIES_BELOW
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    series, term = np.zeros_like(small), np.ones_like(small)
    if np.any(near):
        for k in range(SERIES_TERMS):
            series = series + term / (k + 2)
            term = -term * small / (k + 1)
    return np.where(near, series, (1 - (1 + large) * np.exp(-large)) / large**2)


def lump_value(time: ArrayLike, rate: float, growth: float, opens: float, closes: float) -> Floats:
    """The present value of one MSEK paid at `time`, if that falls between `opens` and `closes`; growth counts to its date."""
    time = np.asarray(time, dtype=float)
    inside = (time >= opens) & (time < closes)
    when = np.where(inside, time, 0.0)
    return np.where(inside, np.exp((np.log1p(growth) - np.log1p(rate)) * when), 0.0)


PROFILES: dict[str, Callable[..., Floats]] = {"level": level, "ramp_up": ramp_up, "ramp_down": ramp_down}
