"""Findings kept by a run for its own notebooks: found once, and read by every kernel that asks for just these.

What is kept is data alone, in a private folder that is there as long as the run: tables, draws and the small records of
this package. Its hash comes from whoever kept it, not from the file; what is damaged, changed or asked for with other
inputs is found anew.
"""

import hashlib
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.frames import PLACE
from fvmanalys.evidence.published import PublishedRun
from fvmanalys.model import Simulation
from fvmanalys.model.simulate import read_model

__all__ = ["ASKED", "WHERE", "Kept", "keep", "kept_for", "read_ahead"]

WHERE, ASKED = "FVMANALYS_KEPT", "FVMANALYS_ASKED"  # what is kept for kernels, and what most of them ask for
DATA = (pd.DataFrame, pd.Series, pd.Index, np.generic, str, int, float, bool, date, type(None))
TOTALS, TABLES = ("cost", "programme_cost", "score"), ("table", "areas", "shortfalls")
OF_FORMER = ("changes", "news", "plot_changes")  # findings and a figure that tell of the run before
MOST = 2**30  # bytes: more is not worth keeping


def key_of(inputs: Inputs, draws: int, seed: int) -> str:
    """Hash what findings rest on: every row known, wherever it was read, the day, and what else is asked."""
    asked = inputs.as_of, int(draws), seed
    found = hashlib.blake2b(repr(asked).encode(), digest_size=16)
    for tables in (inputs.tables, inputs.history):
        for name in sorted(tables):
            rows = pd.DataFrame(tables[name]).drop(columns=list(PLACE), errors="ignore")
            found.update(f"\n{name}\n".encode() + rows.to_csv(index=False).encode())
    return found.hexdigest()


def run_id(former: PublishedRun | None) -> str:
    """What the run before is called; empty where there is none."""
    return former.run_id if former else ""


def cached(whole: object) -> dict[str, Any]:
    """What an object has computed so far, as far as it is data; draws by draws are soon made again."""
    given = {field.name for field in fields(whole)} if is_dataclass(whole) else set()
    return {name: value for name, value in vars(whole).items() if name not in given and is_data(value)}


def is_data(value: Any) -> bool:
    """Whether something is data through and through, and no Inputs, model or fit."""
    if isinstance(value, DATA):
        return True
    if isinstance(value, Mapping):
        return type(value) is dict and all(is_data(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | frozenset):
        return all(map(is_data, value))
    if is_dataclass(value) and type(value).__module__.startswith("fvmanalys.analysis."):
        return all(is_data(getattr(value, field.name)) for field in fields(value))
    return False


@dataclass(frozen=True)
class Kept:
    """What was kept: the comparison, and what else was found, by its name in findings and in their knowledge."""

    comparison: Comparison
    findings: dict[str, Any]
    knowledge: dict[str, Any]
    told_from: str  # the run before that they tell of


AHEAD: dict[str, tuple[Inputs, int, int, Kept | None]] = {}  # filled in a process that forks kernels


def keep(
    comparison: Comparison, former: PublishedRun | None, found: Mapping[str, object], folder: Path
) -> dict[str, str]:
    """Keep findings in a private folder; give what a kernel's environment must say of it, or nothing."""
    simulation = comparison.simulation
    key = key_of(replace(simulation.inputs, barred=frozenset()), simulation.draws, simulation.seed)
    parts = {name: cached(whole) for name, whole in found.items()}
    parts["simulation"] = cached(simulation) | {name: getattr(simulation, name) for name in TOTALS}
    parts["comparison"] = cached(comparison) | {name: getattr(comparison, name) for name in TABLES}
    raw = pickle.dumps((key, run_id(former), simulation.inputs.barred, parts), protocol=pickle.HIGHEST_PROTOCOL)
    if len(raw) > MOST:
        return {}
    path = folder / "kept"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw)
    except FileExistsError:
        return {}
    except OSError:  # a full disk: the notebooks find for themselves
        path.unlink(missing_ok=True)
        return {}
    return {WHERE: f"{hashlib.sha256(raw).hexdigest()} {path}"}


def kept_for(inputs: Inputs, draws: int, seed: int, former: PublishedRun | None) -> Kept | None:
    """What was kept of findings from just these inputs; None where there is nothing, or it is damaged."""
    where = os.environ.get(WHERE, "")
    ahead = AHEAD.pop(where, None)
    mine = ahead and ahead[0] is inputs and ahead[1:3] == (int(draws), seed)
    found = ahead[3] if ahead and mine else read_kept(where, inputs, draws, seed)
    if found and found.told_from != run_id(former):
        drawn = {one: figure for one, figure in found.findings.get("drawn", {}).items() if one[0] not in OF_FORMER}
        kept = {name: one for name, one in found.findings.items() if name not in OF_FORMER}
        return replace(found, findings=kept | {"drawn": drawn})
    return found


def read_ahead(where: str, inputs: Inputs, draws: int, seed: int) -> None:
    """Read what was kept for whatever is forked from this process: each takes it over once, as its own."""
    AHEAD[where] = inputs, int(draws), seed, read_kept(where, inputs, draws, seed)


def read_kept(where: str, inputs: Inputs, draws: int, seed: int) -> Kept | None:
    """Read what was kept, as the environment names it."""
    digest, _, place = where.partition(" ")
    if not place:
        return None
    try:
        raw = Path(place).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(raw).hexdigest() != digest:
        return None
    key, told_from, barred, parts = pickle.loads(raw)  # its hash came with our environment, from the run that wrote it
    if key != key_of(inputs, draws, seed):
        return None
    inputs = inputs if inputs.barred == barred else replace(inputs, barred=barred)
    known = parts["simulation"]
    compared = parts["comparison"]
    totals, tables = ({name: part.pop(name) for name in names} for part, names in ((known, TOTALS), (compared, TABLES)))
    simulation = Simulation(inputs, int(draws), seed, **totals, model=read_model(inputs))
    comparison = Comparison(simulation, inputs.parameters["value_per_point"], **tables)
    vars(simulation).update(known)
    vars(comparison).update(compared)
    return Kept(comparison, parts["findings"], parts["knowledge"], told_from)
