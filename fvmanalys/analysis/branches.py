"""What an option comes to as its events turn out: the branches of the choice, and what each risk takes."""

from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.model.draws import blocks
from fvmanalys.model.sample import Mask, Sample

__all__ = ["branches", "curves", "risk_losses"]

CONDITIONED = ("timeline", "contracts", "staffing", "levels")


def branches(comparison: Comparison) -> pd.DataFrame:
    """Every lasting option, and what it comes to as its signal and its weightiest own risk turn out, a row a branch.

    Columns: option, event (a signal_id or risk_id, "" for the option itself), holds, depth, share (of all draws), cost,
    score, and net_benefit beside the reference's mean, all means of the branch. A branch that no draw takes is left
    out.
    """
    simulation = comparison.simulation
    sample = whole_sample(comparison)
    figures = {"cost": simulation.cost, "score": simulation.score, "net_benefit": worth(comparison)}
    rows: list[dict[str, Any]] = []

    def add(option: str, mask: Mask, depth: int, event: str = "", holds: bool = True) -> None:
        if mask.any():
            means = {name: float(table[option].to_numpy()[mask].mean()) for name, table in figures.items()}
            rows.append(
                {"option": option, "event": event, "holds": holds, "depth": depth, "share": float(mask.mean()), **means}
            )

    for option in simulation.inputs.options(permanent_only=True):
        whole = np.ones(sample.size, dtype=bool)
        add(option, whole, 0)
        signal, risk = own_events(comparison, sample, option)
        went_on = whole
        depth = 1
        if signal:
            said = sample.occurs(option, signal)
            add(option, said, 1, signal)
            add(option, ~said, 1, signal, False)
            went_on = ~said
            depth = 2
        if risk:
            occurs = sample.occurs(option, risk)
            add(option, went_on & occurs, depth, risk)
            add(option, went_on & ~occurs, depth, risk, False)
    return pd.DataFrame(rows)


def whole_sample(comparison: Comparison) -> Sample:
    """All draws of the simulation as one sample."""
    simulation = comparison.simulation
    return simulation.model.sample(blocks(simulation.draws), simulation.seed)


def worth(comparison: Comparison) -> pd.DataFrame:
    """value·S − C of every option in every draw, less the reference's mean."""
    simulation = comparison.simulation
    table = comparison.value_per_point * simulation.score - simulation.cost
    return table - table[simulation.inputs.reference].mean()


def own_events(comparison: Comparison, sample: Sample, option: str) -> tuple[str, str]:
    """The first signal that an option's rows ask for, and its own risk that moves its worth most; "" without."""
    inputs = comparison.simulation.inputs
    rows = [row for table in CONDITIONED for row in inputs.counting(table, option)]
    known = sample.conditions[option]
    asked = dict.fromkeys(name for row in rows for name, _ in literals(row["when"]) if known[name].rate)
    shared = {row["risk_id"] for row in inputs.counting("risks", option) if row["option_id"] == ALL_OPTIONS}
    signal = next((name for name in asked if known[name].of), "")
    found = worth(comparison)[option].to_numpy()
    moved = {
        name: moves(found, sample.occurs(option, name)) for name in asked if not known[name].of and name not in shared
    }
    return signal, max(moved, key=lambda name: moved[name], default="")


def moves(figures: np.ndarray, occurs: Mask) -> float:
    """The variance between draws in which something occurs and those in which it does not."""
    share = occurs.mean()
    return float(share * (1 - share) * lost(figures, occurs) ** 2) if 0 < share < 1 else 0.0


def lost(figures: np.ndarray, occurs: Mask) -> float:
    """How much less a figure is on average where something occurs."""
    return float(figures[~occurs].mean() - figures[occurs].mean()) if occurs.any() and not occurs.all() else 0.0


def risk_losses(comparison: Comparison) -> pd.DataFrame:
    """Every risk once with its row's own columns, probability, loss where it occurs (MSEK) and expected, their product.

    The largest first. A risk that all options share is told of the leader.
    """
    simulation = comparison.simulation
    sample = whole_sample(comparison)
    table = worth(comparison)
    rows = {}
    for option in [comparison.best, *simulation.inputs.options()]:
        for row in simulation.inputs.counting("risks", option):
            if row["id"] not in rows:
                loss = lost(table[option].to_numpy(), sample.occurs(option, row["risk_id"]))
                chance = float(sample.column(row["id"]).mean())
                rows[row["id"]] = {**row, "probability": chance, "loss": loss, "expected": chance * loss}
    found = pd.DataFrame(list(rows.values()))
    return found if found.empty else found.sort_values("expected", ascending=False, kind="stable", ignore_index=True)


def curves(comparison: Comparison, points: int = 41) -> pd.DataFrame:
    """The net benefit that each option (columns) stays below in a share (index) of its draws."""
    shares = np.linspace(0, 1, points)
    table = comparison.simulation.net_benefit(comparison.value_per_point)
    return pd.DataFrame(
        np.quantile(table.to_numpy(), shares, axis=0), index=pd.Index(shares, name="share"), columns=table.columns
    )
