"""Choose later: hold back a choice between ways until something is known,
and take in each draw the one that then looks best.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fvmanalys.analysis.information import Value, check_same_draws, leads, read_benefit, read_columns, standard_error
from fvmanalys.analysis.regression import regress
from fvmanalys.model.draws import Floats

__all__ = ["Later", "choose_later"]


@dataclass(frozen=True)
class Later:
    """A choice held back: the place of the way taken in each draw,
    what it gives, and what that is beyond choosing now.
    """

    taken: NDArray[np.int64]
    worth: Floats
    gain: Value


def choose_later(worth: ArrayLike, known: ArrayLike) -> Later:
    """Choose between ways (draws × ways) once `known` (draws × k, or one column) has been seen.

    In draws that look the same by then the way with the higher conditional mean is taken, each draw by a regression
    on all the others, so that no choice sees its own future. Dixit & Pindyck 1994, Investment under Uncertainty, ch.
    2.
    """
    ways, columns = read_benefit(worth), read_columns(known)
    now = int(ways.mean(axis=0).argmax())
    lead = leads(ways)
    check_same_draws(lead, columns)
    others = np.delete(np.arange(ways.shape[1]), now)
    taken = np.full(len(ways), now)
    if len(others):
        predicted = regress(lead, columns).left_out
        taken = np.where(predicted.max(axis=1) > 0, others[predicted.argmax(axis=1)], now)
    given = ways[np.arange(len(ways)), taken]
    return Later(taken, given, Value(float((given - ways[:, now]).mean()), standard_error(given - ways[:, now])))
