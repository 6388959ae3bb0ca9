"""In which order the strata of a block come: sliced,
so that what switches from run to run meets the whole range of each.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLOCK", "RUN", "Block", "blocks", "halves_of", "keyed_order", "shuffled", "slice_starts", "sliced_strata",
    "slices_of",
]  # fmt: skip

BLOCK = 4096
SLICES, LEAST_SLICE = 16, 64  # of a block, at most; of draws, at least
# draws side by side in which a risk occurs or not together, and every estimate has one in each quarter of its range
RUN = 4


@dataclass(frozen=True)
class Block:
    """A block of draws: its place in the sequence and its length."""

    index: int
    size: int


def blocks(draws: int) -> list[Block]:
    """Cut `draws` into blocks; the last may be short, and is then stratified over its own length."""
    whole, rest = divmod(draws, BLOCK)
    return [*(Block(index, BLOCK) for index in range(whole)), *([Block(whole, rest)] if rest else [])]


def slices_of(size: int) -> int:
    """Into how many equal slices of consecutive draws a block is cut:
    16 of 256 for a whole one, 1 for an odd length.
    """
    most = min(SLICES, size // LEAST_SLICE)
    return gcd(size, 1 << most.bit_length() - 1) if most else 1


def slice_starts(draws: int) -> NDArray[np.int64]:
    """Where the slices of a simulation of so many draws begin."""
    starts = []
    place = 0
    for block in blocks(draws):
        starts.append(place + np.arange(0, block.size, block.size // slices_of(block.size)))
        place += block.size
    return np.concatenate(starts)


def sliced_strata(size: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """The strata of a block dealt to its slices, rising in each:
    slices × draws, one of every group of neighbours in each.
    """
    return generator.permuted(np.arange(size).reshape(-1, slices_of(size)), axis=1).T


def halves_of(size: int) -> int:
    """Into how many halves each slice falls: 2, or 1 where its length is odd."""
    return gcd(size // slices_of(size), 2)


def keyed_order(size: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """A keyed permutation of the strata, sliced:
    of two neighbours one in each half of a slice, of its quarters one in each run.

    So what switches from run to run (`draw_runs`) or half to half (`draw_halves`) meets the whole range of every
    estimate, and means stay sharp where a risk or the outside view switches many estimates at once.
    """
    strata = sliced_strata(size, generator)
    slices, halves = len(strata), halves_of(size)
    length = strata.shape[1] // halves
    run = gcd(length, RUN)
    strata = shuffled(strata.reshape(slices, length, halves), 2, generator).swapaxes(1, 2)
    strata = generator.permuted(strata.reshape(slices, halves, run, length // run), axis=3)
    return shuffled(strata, 2, generator).swapaxes(2, 3).ravel()


def shuffled(strata: NDArray[np.int64], axis: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Put the few along an axis in random order; two change places by the toss of a coin."""
    if strata.shape[axis] != 2:
        return np.take_along_axis(strata, np.argsort(generator.random(strata.shape), axis=axis), axis=axis)
    heads = generator.random(tuple(1 if place == axis else size for place, size in enumerate(strata.shape))) < 0.5
    return np.where(heads, strata, np.flip(strata, axis))
