"""Shapley values: what each of several changes does to an outcome, whatever the order they are made in."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np

from fvmanalys.model.draws import Floats

__all__ = ["EXACT_UP_TO", "Value", "pairs_within", "shapley"]

Value = Callable[[frozenset[str]], Floats]
EXACT_UP_TO = 6
EVALUATIONS = 128
FEWEST_PAIRS = 4


def shapley(
    players: Sequence[str], value: Value, pairs: int = 0, seed: int = 1, exact_up_to: int = EXACT_UP_TO
) -> Floats:
    """Divide `value` of all players, less that of none, among them: players × outcomes.

    Shapley 1953, Contributions to the Theory of Games 2. `value` gives an array of outcomes for a set of players, asked
    once for each. Exact up to `exact_up_to`, beyond them the mean over random orders (Štrumbelj & Kononenko 2010,
    Journal of Machine Learning Research 11), each with its reverse (Mitchell et al. 2022, same journal 23): `pairs` of
    them; 0: as many as `pairs_within`.
    """
    known: dict[frozenset[str], Floats] = {}

    def once(coalition: frozenset[str]) -> Floats:
        if coalition not in known:
            known[coalition] = np.asarray(value(coalition), dtype=float)
        return known[coalition]

    if len(players) <= exact_up_to and not pairs:
        return np.array([exact_share(player, players, once) for player in players])
    return sampled_shares(players, once, pairs or pairs_within(len(players)), seed)


def pairs_within(players: int) -> int:
    """How many pairs of orders keep the work within bounds: a number, never a time, so that runs are equal."""
    return max(FEWEST_PAIRS, EVALUATIONS // (2 * players))


def exact_share(player: str, players: Sequence[str], value: Value) -> Floats:
    """The mean of what a player adds, over every order in which all may come."""
    others = [other for other in players if other != player]
    added: Floats = np.zeros_like(value(frozenset()))
    for size in range(len(players)):
        weight = 1 / (len(players) * comb(len(others), size))
        for before in map(frozenset, combinations(others, size)):
            added += weight * (value(before | {player}) - value(before))
    return added


def sampled_shares(players: Sequence[str], value: Value, pairs: int, seed: int) -> Floats:
    """The mean of what each player adds, over random orders and their reverses."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(pairs):
        order = rng.permutation(len(players))
        found.append((added_in_order(players, order, value) + added_in_order(players, order[::-1], value)) / 2)
    return np.mean(found, axis=0)


def added_in_order(players: Sequence[str], order: Sequence[int] | np.ndarray, value: Value) -> Floats:
    """What each player adds when all come in one order."""
    before = value(frozenset())
    added = np.empty((len(players), *before.shape))
    coalition: frozenset[str] = frozenset()
    for place in order:
        coalition = coalition | {players[place]}
        after = value(coalition)
        added[place], before = after - before, after
    return added
