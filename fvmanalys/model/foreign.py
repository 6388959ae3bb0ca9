"""Another model's draws as a Simulation: costs and effects that R,
a spreadsheet or a program of one's own has drawn.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fvmanalys.errors import UsageError
from fvmanalys.evidence.files import RawTable
from fvmanalys.evidence.inputs import understand
from fvmanalys.model.draws import LARGEST, Floats
from fvmanalys.model.simulate import SLICED, Simulation, read_model

__all__ = ["ForeignDraws", "from_draws"]

Draws: TypeAlias = ArrayLike | pd.DataFrame | str | Path
EFFECT = "effect"
ROW_NUMBERS = re.compile(r"|X|index|rownames|Unnamed: 0")  # what programs call the column of row numbers that they add
NO_ID = re.compile(r"[\s/;!*]+")
AS_OF = "2000-01-01"
KNOWN = {"kind": "assumption", "owner": "from_draws", "known_from": AS_OF}


@dataclass(frozen=True, repr=False)
class ForeignDraws(Simulation):
    """Outcomes drawn elsewhere; `drawn` holds what they were computed from, draws × inputs, as far as it was given."""

    drawn: pd.DataFrame = field(default_factory=pd.DataFrame)

    def net_benefit(self, value_per_point: float | None = None) -> pd.DataFrame:
        """Net benefit as of any simulation, of draws whose order says nothing."""
        benefit = super().net_benefit(value_per_point)
        del benefit.attrs[SLICED]
        return benefit

    def draws_of(self, estimate_id: str) -> Floats:
        """An input as it was drawn elsewhere."""
        if estimate_id not in self.drawn:
            raise UsageError(
                f"{estimate_id!r} is none of the inputs given: {', '.join(map(str, self.drawn)) or 'there are none'}"
            )
        return self.drawn[estimate_id].to_numpy()


def from_draws(
    cost: Draws,
    effect: Draws,
    inputs: Draws | None = None,
    value_per_point: float | Sequence[float] = 1.0,
    as_of: str = AS_OF,
) -> ForeignDraws:
    """Make a Simulation of another model's draws, for `compare` and all that follows from cost and effect.

    `cost` and `effect` are draws × options: arrays, DataFrames, or CSV files with a column an option and a row a
    draw, as R and spreadsheets write them; `inputs` is draws × inputs. The first option is the reference.
    `value_per_point` is what a unit of effect is worth, or low, likely and high. Raises UsageError, with the place,
    for what cannot be compared.
    """
    costs = read_draws(cost, "cost")
    effects = read_draws(effect, EFFECT)
    drawn = pd.DataFrame(index=costs.index) if inputs is None else read_draws(inputs, "inputs")
    check_alike(costs, effects, drawn)
    names = list(map(str, costs if isinstance(cost, pd.DataFrame | str | Path) else effects))
    ids = [NO_ID.sub("_", name) for name in names]
    if len(ids) < 2 or len(set(ids)) < len(ids):
        problem = f"options {', '.join(names)}: a comparison needs two or more, with different names"
        raise UsageError(f"{problem}; give a column for each")
    costs, effects = (frame.set_axis(pd.Index(ids, name="option"), axis=1) for frame in (costs, effects))
    tables = stand_in_tables(ids, names, np.atleast_1d(np.asarray(value_per_point, dtype=float)).tolist(), as_of)
    known = understand(Path(), {name: raw_table(name, rows) for name, rows in tables.items()}, [])
    found = ForeignDraws(known, len(costs), 1, costs, costs, effects, read_model(known), drawn=drawn)
    none = pd.DataFrame(index=costs.index, columns=pd.MultiIndex.from_arrays([[], []], names=["option", "event"]))
    areas = effects.set_axis(pd.MultiIndex.from_product([ids, [EFFECT]], names=["option", "area"]), axis=1)
    weights = pd.DataFrame({EFFECT: np.ones(len(costs))})
    today = pd.DataFrame(index=costs.index)
    found.__dict__.update(events=none, area_scores=areas, weights=weights, levels_today=today)
    return found


def read_draws(given: Draws, name: str) -> pd.DataFrame:
    """Draws as a table of numbers, with row numbers left out; UsageError for what is no number."""
    if isinstance(given, str | Path):
        name = str(given)
        text = Path(given).read_text("utf-8-sig")
        semicolons = ";" in text.partition("\n")[0]
        given = pd.read_csv(io.StringIO(text), sep=";" if semicolons else ",", decimal="," if semicolons else ".")
        given = given[[column for column in given if not ROW_NUMBERS.fullmatch(str(column))]]
    table = given if isinstance(given, pd.DataFrame) else numbered(np.asarray(given))
    numbers = table.apply(pd.to_numeric, errors="coerce").astype(float).reset_index(drop=True)
    wrong = np.argwhere(~(np.abs(numbers.to_numpy()) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        problem = (
            f"{name}: '{table.iat[row, column]}' in row {row + 1}, column "
            f"'{table.columns[column]}', is no finite number"
        )
        raise UsageError(f"{problem} ({len(wrong)} such cells); mend or leave out those draws in every table")
    if not numbers.size:
        raise UsageError(f"{name} has shape {table.shape}; give a row a draw, and a column an option or input")
    return numbers


def numbered(values: np.ndarray) -> pd.DataFrame:
    """An array as a table whose columns are numbered from 1."""
    if values.ndim != 2:
        raise UsageError(f"draws have shape {values.shape}; give a row a draw, and a column an option or input")
    return pd.DataFrame(values, columns=pd.RangeIndex(1, values.shape[1] + 1))


def check_alike(costs: pd.DataFrame, effects: pd.DataFrame, drawn: pd.DataFrame) -> None:
    """Refuse draws that do not belong together."""
    if not len(costs) == len(effects) == len(drawn):
        told = f"cost has {len(costs)} draws, effect {len(effects)} and inputs {len(drawn)}"
        raise UsageError(f"{told}; give the same draws in the same order")
    one, other = ([] if isinstance(frame.columns, pd.RangeIndex) else list(frame) for frame in (costs, effects))
    if costs.shape[1] != effects.shape[1] or (one and other and one != other):
        told = f"cost has the options {', '.join(map(str, costs))}, effect {', '.join(map(str, effects))}"
        raise UsageError(f"{told}; give the same options in the same order")


def stand_in_tables(
    ids: list[str], names: list[str], value: list[float], as_of: str
) -> dict[str, list[dict[str, Any]]]:
    """Raw tables that name the options and hold nothing else: what they cost and give has been drawn already."""
    low, likely, high = value if len(value) == 3 else (value[0] / 5, value[0], value[0] * 4)
    known = {**KNOWN, "known_from": as_of}
    worth = {"low": low, "likely": likely, "high": high, "distribution": "uniform", "unit": "MSEK"}
    nothing = {"option_id": "*", "likely": 0, **known}
    return {
        "decision": [{"title": "from_draws", "organisation": "-", "question": "-", "as_of": as_of}],
        "sources": [{"source_id": "draws", "title": "-", "publisher": "-", "published": as_of, "type": "internal"}],
        "options": [
            {"option_id": one, "name": name, "reference": "yes" if one == ids[0] else "no"}
            for one, name in zip(ids, names, strict=True)
        ],
        "areas": [{"area_id": EFFECT, "name": EFFECT, "likely": 1, "unit": "points", **known}],
        "parameters": [
            {"parameter_id": "value_per_point", **worth, **known},
            {"parameter_id": "discount_rate", "likely": 0, "unit": "share", **known},
            {"parameter_id": "horizon_years", "likely": 1, "unit": "years", **known},
        ],
        "timeline": [{"event_id": "start", "unit": "months", **nothing}],
        "contracts": [{"item_id": "none", "category": "none", "basis": "once", "unit": "MSEK", **nothing}],
        "levels": [{"area_id": EFFECT, "unit": "level", **nothing}],
    }


def raw_table(name: str, rows: list[dict[str, Any]]) -> RawTable:
    """Rows as a table that has been read."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    return RawTable(
        f"{name}.csv",
        header,
        [(line, [written(row.get(one, "")) for one in header]) for line, row in enumerate(rows, 2)],
    )


def written(value: Any) -> str:
    """A number in plain digits, all of them; a text as it is."""
    return value if isinstance(value, str) else np.format_float_positional(value, trim="-")
