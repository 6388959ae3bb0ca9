"""What is computed of the draws of a simulation, a chunk at a time, and put together again."""

import mmap
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import prod
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.model.compiled import Model, Outcome
from fvmanalys.model.costs import Window, window_sums
from fvmanalys.model.draws import Floats
from fvmanalys.model.levels import level_path
from fvmanalys.model.sample import Sample

__all__ = ["joined", "outcome_chunk", "pairs", "path_chunk", "room", "run_chunks", "yearly_chunk"]

IN_MEMORY = 2**29  # bytes of outcomes, beyond which they are kept in a file


def run_chunks(samples: Iterable[Sample], workers: int, compute: Callable[[Sample], Any]) -> list[Any]:
    """Compute every chunk, in the order of the draws."""
    if workers == 1:
        return [compute(sample) for sample in samples]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(compute, samples))


def room(shape: tuple[int, ...]) -> tuple[Floats, Callable[[], None]]:
    """Room for columns, of very many draws in a file that is gone when they are, and what lets memory go of it."""
    size = 8 * prod(shape)
    if size <= IN_MEMORY:
        return np.empty(shape), lambda: None
    with TemporaryFile() as file:
        file.truncate(size)
        mapped = mmap.mmap(file.fileno(), size)
    advice = getattr(mmap, "MADV_DONTNEED", None)  # which not every system has
    return np.frombuffer(mapped).reshape(shape), lambda: None if advice is None else mapped.madvise(advice)


def outcome_chunk(model: Model, sample: Sample) -> dict[str, Outcome]:
    """The outcome of every option."""
    return {option: model.outcome(sample, option) for option in model.options}


def pairs(outcomes: Mapping[str, Outcome], part: str) -> dict[tuple[str, str], Floats]:
    """One part of every option's outcome, by option and what it is of."""
    return {
        (option, key): column for option, outcome in outcomes.items() for key, column in getattr(outcome, part).items()
    }


def joined(chunks: Sequence[Mapping[tuple[str, str], Floats]], names: list[str]) -> pd.DataFrame:
    """The columns of all chunks as one table."""
    columns = {key: np.concatenate([chunk[key] for chunk in chunks]) for key in chunks[0]}
    return pd.DataFrame(columns).rename_axis(columns=names)


def path_chunk(model: Model, sample: Sample, moments: Floats) -> dict[tuple[str, str], Floats]:
    """The sum over draws of the level of every option and area at some moments."""
    sums: dict[tuple[str, str], Floats] = {}
    for option, parts in model.options.items():
        paths = level_path(parts.levels, model.times(sample, option), sample, option, moments)
        sums |= {(option, area): path * sample.size for area, path in paths.items()}
    return sums


def yearly_chunk(model: Model, sample: Sample, edges: Floats) -> dict[tuple[str, int], Floats]:
    """The sum over draws of every stream in every year: rows discounted and plain, columns years."""
    windows = [Window(rate, model.horizon, *year) for rate in (model.rate, 0.0) for year in pairwise(edges)]
    sums: dict[tuple[str, int], Floats] = {}
    for option, parts in model.options.items():
        found = window_sums(parts.streams, sample, option, model.times(sample, option), windows)
        sums |= {(option, index): total for index, total in enumerate(found.reshape(len(found), 2, -1))}
    return sums
