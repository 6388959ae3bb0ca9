"""Which distribution has given numbers as its 5th and 95th percentile, where these are not its parameters."""

from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["RANGED", "NotPossible", "truncated", "truncated_quantile", "truncation", "widened"]

RANGED = ("uniform", "triangular", "pert")  # the distributions that have two ends
P05, P95 = 0.05, 0.95
NARROWEST, WIDEST, FARTHEST = 0.1, 30.0, 1e5  # spreads tried, of the range; places of the peak tried, of the spread
FINE = {"xtol": 1e-15, "rtol": 1e-14}


class NotPossible(ValueError):
    """No distribution of the kind has these percentiles."""


def standard_ends(distribution: str, mode: float) -> tuple[float, float]:
    """The 5th and 95th percentile of a distribution on 0 to 1 with its peak at `mode`."""
    if distribution == "uniform":
        return P05, P95
    if distribution == "pert":
        from scipy.special import betaincinv  # takes a while to import

        low, high = betaincinv(1 + 4 * mode, 5 - 4 * mode, [P05, P95])
        return float(low), float(high)
    import numpy as np

    low = np.sqrt(P05 * mode) if mode > P05 else 1 - np.sqrt((1 - P05) * (1 - mode))
    high = np.sqrt(P95 * mode) if mode > P95 else 1 - np.sqrt((1 - P95) * (1 - mode))
    return float(low), float(high)


@lru_cache(maxsize=1024)
def widened(distribution: str, low: float, likely: float, high: float) -> tuple[float, float]:
    """The ends of the distribution that has `low` and `high` as 5th and 95th percentile, and its peak at `likely`."""
    from scipy.optimize import brentq

    def misses(mode: float) -> float:
        least, most = standard_ends(distribution, mode)
        return (mode - least) - peak * (most - least)

    peak = 0.0 if distribution == "uniform" else (likely - low) / (high - low)
    mode = 0.5 if distribution == "uniform" else float(brentq(misses, 0.0, 1.0, **FINE))
    least, most = standard_ends(distribution, mode)
    width = (high - low) / (most - least)
    return low - least * width, low + (1 - least) * width


def truncation(high: float, bounds: tuple[float, float]) -> tuple[float, float]:
    """Where a normal is cut: what its unit allows or, where that is anything, zero on the side that it lies on."""
    if bounds != (-inf, inf):
        return bounds
    return (0.0, inf) if high > 0 else (-inf, 0.0)


@lru_cache(maxsize=1024)
def truncated(low: float, high: float, least: float, most: float) -> tuple[float, float]:
    """Centre and spread, in ranges from `low`, of the cut normal with `low` and `high` as 5th and 95th percentile."""
    from scipy.optimize import brentq

    def centre(spread: float) -> float:
        ends = -FARTHEST * spread, 1 + FARTHEST * spread
        return float(brentq(lambda place: share_below(0.0, place, spread, first, last) - P05, *ends, **FINE))

    def misses(spread: float) -> float:
        return share_below(1.0, centre(spread), spread, first, last) - P95

    if not least < low < high < most:
        raise NotPossible
    first, last = (least - low) / (high - low), (most - low) / (high - low)
    try:
        if misses(WIDEST) > 0:
            raise NotPossible
        spread = float(brentq(misses, NARROWEST, WIDEST, **FINE))
        return centre(spread), spread
    except ValueError:  # no root: the range lies too near an end, or beyond all numbers
        raise NotPossible from None


def share_below(value: float, centre: float, spread: float, least: float, most: float) -> float:
    """The distribution function of a cut normal, by the tail that keeps its digits."""
    import numpy as np
    from scipy.special import log_ndtr

    side = 1.0 if centre > value else -1.0
    first, here, last = (float(log_ndtr(side * (one - centre) / spread)) for one in (least, value, most))
    if side > 0:
        return float(np.exp(here - last) * np.expm1(first - here) / np.expm1(first - last))
    return float(np.expm1(here - first) / np.expm1(last - first))


def truncated_quantile(probability: "np.ndarray", low: float, high: float, least: float, most: float) -> "np.ndarray":
    """The quantile of the cut normal with `low` and `high` as 5th and 95th percentile; NotPossible without one."""
    import numpy as np
    from scipy.special import log_ndtr, ndtri_exp

    centre, spread = truncated(low, high, least, most)
    width = high - low
    side = 1.0 if centre > 0 else -1.0
    first, last = (float(log_ndtr(side * ((one - low) / width - centre) / spread)) for one in (least, most))
    if side > 0:
        here = last + np.log(probability - (probability - 1) * np.exp(first - last))
    else:
        here = first + np.log1p(probability * np.expm1(last - first))
    return low + width * (centre + side * spread * ndtri_exp(here))
