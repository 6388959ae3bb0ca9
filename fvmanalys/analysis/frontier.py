"""What a point costs from option to option:
the options that are worth their price at some value of a point, and the others.

An option is *dominated* where another gives no less for no more, *extendedly dominated* where a mixture of two does;
the rest are the frontier, along which each further point costs more than the last (Cantor 1994, Medical Decision
Making 14(3)).
"""

import numpy as np
import pandas as pd

__all__ = ["DOMINATED", "EXTENDED", "FRONTIER", "dominated_by", "frontier"]

FRONTIER, DOMINATED, EXTENDED = "frontier", "dominated", "extended"
ROUNDING = 1e-12  # of the largest amount: so far above the line between two options one lies on it


def dominated_by(cost: pd.Series, score: pd.Series) -> pd.Series:
    """For each option one that costs no more and gives no less, and is better in one; empty where none does.

    Goodwin & Wright, Decision Analysis for Management Judgment, ch. 3.
    """
    found = {}
    for option in cost.index:
        no_worse = (cost <= cost[option]) & (score >= score[option])
        better = (cost < cost[option]) | (score > score[option])
        stronger = score[no_worse & better]
        found[option] = "" if stronger.empty else str(stronger.idxmax())
    return pd.Series(found, dtype=object)


def frontier(cost: pd.Series, score: pd.Series) -> pd.DataFrame:
    """The options in order of score: cost, score, status, dominated_by, extra_cost, extra_score, cost_per_point.

    `dominated_by` names who gives no less for no more, or, joined by `;`, the two between which the frontier passes
    below. The last three tell an option of the frontier from the one before it: what it costs and gives more, and the
    price of each point of that (the incremental cost-effectiveness ratio).
    """
    table = pd.DataFrame({"cost": cost, "score": score, "dominated_by": dominated_by(cost, score)})
    table = table.sort_values(["score", "cost"], kind="stable").rename_axis("option")
    hull = lower_hull(table[table["dominated_by"] == ""])
    status = pd.Series(FRONTIER, index=table.index).where(table["dominated_by"] == "", DOMINATED)
    for option in table.index[(status == FRONTIER) & ~table.index.isin(hull)]:
        after = int(np.searchsorted(score[hull], score[option]))
        status[option] = EXTENDED
        table.loc[option, "dominated_by"] = ";".join(map(str, hull[after - 1 : after + 1]))
    table.insert(2, "status", status)
    further = table.loc[hull, ["cost", "score"]].diff().add_prefix("extra_")
    price = further["extra_cost"] / further["extra_score"].where(further["extra_score"] > 0)
    return table.join(further.assign(cost_per_point=price))


def lower_hull(table: pd.DataFrame) -> list:
    """The options on or below every line between two others, by score from the lowest; equal ones side by side."""
    hull: list = []
    cost = table["cost"]
    score = table["score"]
    slack = ROUNDING * float(np.abs(table["cost"]).max() or 1.0)
    for option in table.drop_duplicates(["cost", "score"]).index:
        while len(hull) > 1 and above_line(hull[-1], hull[-2], option, cost, score) > slack:
            hull.pop()
        hull.append(option)
    lying = set(zip(cost[hull], score[hull], strict=True))
    return [option for option in table.index if (cost[option], score[option]) in lying]


def above_line(middle: object, low: object, high: object, cost: pd.Series, score: pd.Series) -> float:
    """How much more an option costs than the mixture of two others that gives as much."""
    width = score[high] - score[low]
    share = (score[middle] - score[low]) / width if width > 0 else 0.0
    return float(cost[middle] - cost[low] - share * (cost[high] - cost[low]))
