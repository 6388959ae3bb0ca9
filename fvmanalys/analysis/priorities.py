"""How the answer depends on what one cares about: every weight vector, an order, and each group's own weights."""

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison, probability_best
from fvmanalys.analysis.weights import central_weights, confidence_factors, ordinal_weights, rank_acceptability
from fvmanalys.errors import UsageError

__all__ = ["net_scores", "priorities", "viewpoint_choices", "viewpoint_weights"]

DRAWS = 8192


def net_scores(comparison: Comparison, draws: int = DRAWS) -> pd.DataFrame:
    """Area scores with the cost taken off each as points: draws × (option, area).

    Weighted with any weights that sum to 1 they order the options as value·S − C does, so the value must be above 0.
    """
    simulation = comparison.simulation
    value = comparison.value_per_point
    if not value > 0:
        raise UsageError(f"value_per_point {value!r}: give one above 0, or no cost can be set against points")
    options = simulation.inputs.options(permanent_only=True)
    areas = simulation.inputs.areas
    points = {option: simulation.cost[option] / comparison.value_per_point for option in options}
    columns = {
        (option, area): simulation.area_scores[option, area] - points[option] for option in options for area in areas
    }
    return pd.DataFrame(columns).iloc[:draws]


def priorities(comparison: Comparison) -> pd.DataFrame:
    """Rank acceptability, central weights and confidence factors over sets of weights.

    SMAA: Lahdelma & Salminen 2001, Operations Research 49(3). A row a set of weights (`all` alike, or `ordered` as the
    mean weights are) and permanent option.
    """
    scores = net_scores(comparison)
    common = common_weights(comparison)
    order = [int(place) for place in np.argsort(-common.to_numpy(), kind="stable")]
    seed = comparison.simulation.seed
    tables = []
    for name, weights in {"all": None, "ordered": ordinal_weights(order, len(scores), seed)}.items():
        ranks = pd.DataFrame(rank_acceptability(scores, weights, seed))
        centre = pd.DataFrame(central_weights(scores, weights, seed)).add_prefix("weight_")
        table = pd.DataFrame({"weights": name, "first_rank": ranks.iloc[:, 0], "last_rank": ranks.iloc[:, -1]})
        table["confidence"] = confidence_factors(scores, weights, seed)
        tables.append(table.join(centre).rename_axis("option").reset_index())
    return pd.concat(tables, ignore_index=True)


CHOICES = ["viewpoint", "name", "name_en", "kind", "stand_in", "best", "p_best", "lead", "dividing_area"]


def viewpoint_weights(comparison: Comparison) -> pd.DataFrame:
    """The likely weight (or the middle of its range) that each viewpoint gives each area, normalised to sum to 1."""
    inputs = comparison.simulation.inputs
    estimates = comparison.simulation.model.estimates
    rows = [
        (row["viewpoint_id"], row["area_id"], estimates[row["id"]].centre)
        for row in inputs.records["viewpoints"]
        if row["id"]
    ]
    table = pd.DataFrame(rows, columns=["viewpoint_id", "area_id", "weight"])
    weights = table.pivot_table(index="viewpoint_id", columns="area_id", values="weight", sort=False)
    weights = weights.reindex(columns=inputs.areas).fillna(0.0)
    return weights[weights.sum(axis=1) > 0].pipe(lambda given: given.div(given.sum(axis=1), axis=0))


def viewpoint_choices(comparison: Comparison) -> pd.DataFrame:
    """What each viewpoint would choose, with the lead in MSEK and the kind of its weights.

    The dividing area is the one whose other weight moves the difference between the viewpoint's best option and the
    common best one the most (where they agree: the best and the runner-up).
    """
    simulation, value = comparison.simulation, comparison.value_per_point
    options = simulation.inputs.options(permanent_only=True)
    table = simulation.inputs.tables["viewpoints"]
    names = table.drop_duplicates("viewpoint_id").set_index("viewpoint_id")
    shown = set(table.loc[table["stand_in"] == "yes", "viewpoint_id"])
    common = common_weights(comparison)
    scores = {option: simulation.area_scores[option][simulation.inputs.areas] for option in options}
    rows = []
    for viewpoint, weights in viewpoint_weights(comparison).iterrows() if len(names) else []:
        worth = pd.DataFrame(
            {option: value * (scores[option] @ weights) - simulation.cost[option] for option in options}
        )
        ranked = worth.mean().sort_values(ascending=False)
        best = ranked.index[0]
        other = comparison.best if ranked.index[0] != comparison.best else comparison.runner_up
        apart = (weights - common) * (scores[best] - scores[other]).mean() if other else pd.Series(dtype=float)
        about = names.loc[viewpoint]
        told = [about["name"], about.get("name_en", ""), about["kind"], "yes" if viewpoint in shown else "no"]
        chance = float(probability_best(worth.to_numpy())[options.index(best)])
        lead = float(ranked.iloc[0] - ranked.iloc[1]) if len(ranked) > 1 else np.nan
        rows.append([viewpoint, *told, best, chance, lead, apart.abs().idxmax() if len(apart) else ""])
    return pd.DataFrame(rows, columns=CHOICES)


def common_weights(comparison: Comparison) -> pd.Series:
    """The mean weight of each area in the comparison itself."""
    return comparison.simulation.weights.mean()
