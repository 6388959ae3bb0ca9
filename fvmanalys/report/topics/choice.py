"""What one gets for the money: what each further point costs, and which options no value of a point makes best."""

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.frontier import FRONTIER as ON_FRONTIER
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = ["FRONTIER", "MEASURES", "WINS", "frontier", "frontier_caption"]

FEWEST = 3  # options between which there is more to say than that one costs or gives more


def frontier(findings: Findings) -> pd.DataFrame:
    """The options in order of score with the price of each further point; nothing where there are but two."""
    table = findings.comparison.frontier.reset_index()
    return table if len(table) >= FEWEST else table.iloc[:0]


FRONTIER = Exhibit(
    "frontier",
    frontier,
    "option cost score status:word=frontier dominated_by:options extra_cost:money extra_score:n1 cost_per_point:money",
)


MEASURES = Exhibit(
    "measures",
    "measures",
    "option benefit_cost_ratio:n2 equivalent_annual_cost:money return_rate:share1 return_rates:n0 payback:month",
)
WINS = Exhibit(
    "wins",
    lambda findings: findings.wins.iloc[: len(findings.wins) if len(findings.wins) >= FEWEST else 0],
    "option *:share",
    each=lambda edition: {one: edition.options[one] for one in edition.findings.wins["option"]},
)


def frontier_caption(edition: Edition) -> Caption:
    """Who is best at some value of a point, who at none, and where every option lies."""
    table = frontier(edition.findings)
    on = table["status"] == ON_FRONTIER
    facts = {"on": ";".join(table.loc[on, "option"]), "off": ";".join(table.loc[~on, "option"])}
    return edition.caption("frontier", table.to_dict("records"), "title_all" if on.all() else "title", **facts)
