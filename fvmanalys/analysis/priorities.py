"""How the answer depends on what one cares about: every weight vector, an order, and each group's own weights."""

import numpy as np
import pandas as pd

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.viewpoints import common_weights
from fvmanalys.analysis.weights import central_weights, confidence_factors, ordinal_weights, rank_acceptability
from fvmanalys.errors import UsageError
from fvmanalys.model.draws import Floats

__all__ = ["net_scores", "priorities"]

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
    sets = {"all": None, "ordered": ordinal_weights(order, len(scores), seed)}
    return pd.concat([set_of_weights(name, scores, some, seed) for name, some in sets.items()], ignore_index=True)


def set_of_weights(name: str, scores: pd.DataFrame, weights: Floats | None, seed: int) -> pd.DataFrame:
    """The measures of every option over one set of weights."""
    ranks = pd.DataFrame(rank_acceptability(scores, weights, seed))
    centre = pd.DataFrame(central_weights(scores, weights, seed)).add_prefix("weight_")
    table = pd.DataFrame({"weights": name, "first_rank": ranks.iloc[:, 0], "last_rank": ranks.iloc[:, -1]})
    table["confidence"] = confidence_factors(scores, weights, seed)
    return table.join(centre).rename_axis("option").reset_index()
