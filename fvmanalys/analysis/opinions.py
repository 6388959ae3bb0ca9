"""Two sets of inputs, such as two analysts': whose numbers differ, and which part of the answer each explains."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from fvmanalys.analysis.changes import Changes, divided, listed
from fvmanalys.analysis.compare import Comparison, compare
from fvmanalys.analysis.mixtures import Mixture
from fvmanalys.errors import UsageError
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.display import Shows
from fvmanalys.model.simulate import simulate

__all__ = ["Opinions", "compare_inputs"]


@dataclass(frozen=True, repr=False)
class Opinions(Shows):
    """Two answers, and how the way from the first to the second is divided among the numbers that differ."""

    first: Comparison
    second: Comparison
    changes: Changes

    @property
    def told(self) -> dict[str, object]:
        """What each finds best, over how much they differ, and what most of it comes from."""
        known = {"best": " and ".join(dict.fromkeys([self.first.best, self.second.best])), "rows": len(self.rows)}
        if "lead" not in self.parts or self.parts.empty:
            return known
        most = self.parts["lead"].abs().idxmax()
        return known | {
            f"lead of {self.first.best} over {self.first.runner_up}, moved by": f"{self.parts['lead'].sum():.3g} MSEK",
            "most of it by": f"{most} ({self.parts.loc[most, 'lead']:.3g} MSEK)",
        }

    @property
    def below(self) -> dict[str, pd.DataFrame]:
        """Whose rows differ, and what each part does."""
        both = [[listed(side, one.numbers) for side in (one.before, one.after)] for one in self.changes.row_changes]
        owners = self.rows[["key", "owner_before", "owner_after"]].set_axis(["row", "owner", "other owner"], axis=1)
        rows = owners.join(pd.DataFrame(both, columns=["says", "the other says"]))
        parts = self.parts.add_suffix(", MSEK").reset_index(names="part")
        return {"rows": rows[["row", "owner", "says", "other owner", "the other says"]], "parts": parts}

    @property
    def rows(self) -> pd.DataFrame:
        """The rows that differ, with who says what: group, table, option, key, what, before, after, both owners."""
        sides = [(one.before or {}, one.after or {}) for one in self.changes.row_changes]
        owners = [[row.get("owner", "") for row in both] for both in sides]
        told = self.changes.rows[["group", "table", "option", "key", "what", "columns", "before", "after"]]
        return told.join(pd.DataFrame(owners, columns=["owner_before", "owner_after"]))

    @cached_property
    def parts(self) -> pd.DataFrame:
        """What each part that differs does to every option's net benefit, and to the first's `lead`, MSEK."""
        parts = self.changes.parts("net_benefit")
        leader, rival = self.first.best, self.first.runner_up
        known = leader in parts and rival in parts
        return parts.assign(lead=parts[leader] - parts[rival]) if known else parts


def compare_inputs(
    first: Inputs, second: Inputs, draws: int = 20_000, seed: int = 1, by: Literal["option", "row"] = "option"
) -> Opinions:
    """Say where two sets of inputs differ, and which part (Shapley values) of the answers' difference each explains.

    A part is what differs in a table of an option or, `by` row, one row; rows that need one another are one part.
    """
    if by not in ("option", "row"):
        raise UsageError(f"by {by!r} is no way to divide a difference; use option or row")
    mixture = Mixture(first, second, by == "row")
    if not mixture.both or not set(first.areas) & set(second.areas):
        raise UsageError("the two have no option or no area in common; compare two states of one decision")
    one, other = (compare(simulate(inputs, draws, seed)) for inputs in (first, second))
    return Opinions(one, other, divided(other, mixture, None, (one.table, other.table)))
