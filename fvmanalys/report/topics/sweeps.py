"""What a sweep tells: how the answer fares over many scenarios, where along an axis it flips, and when it fails.

Of no appendix: notebooks/09_scenarier.ipynb reads one where somebody has made it.
"""

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.scenarios import AT_LEAST
from fvmanalys.analysis.sweeps import Sweep
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = ["ANSWERS", "BOXES", "FLIPS", "sweep_answer"]


def apart(axes: pd.Series) -> dict[str, list[str]]:
    """The axis of each row as the way in which it varies, the id of what varies, and its choice where that is one."""
    names = [name.partition("=") for name in axes]
    ways = [name.partition("/") for name, *_ in names]
    ids = ["/".join(["parameters", key]) if way == "parameters" else key for way, _, key in ways]
    return {"way": [way for way, *_ in ways], "id": ids, "choice": [choice for *_, choice in names]}


def flips(findings: Findings, sweep: Sweep) -> pd.DataFrame:
    """Along each axis, which option is best."""
    table = sweep.flips
    return table.assign(**apart(table["axis"] + "=" + table["choice"]))


def boxes(findings: Findings, sweep: Sweep) -> pd.DataFrame:
    """The conditions under which the option that is best in most scenarios is not; a choice holds or does not."""
    table = sweep.boxes
    named = table.assign(**apart(table["id"]))
    least = table["operator"] == AT_LEAST
    is_choice = named["choice"] != ""
    told = np.where(is_choice, np.where(least, "is", "is_not"), np.where(least, "at_least", "at_most"))
    return named.assign(**{"is": told}, limit=table["value"].mask(is_choice))


ANSWERS = Exhibit(
    "sweep_answers", lambda findings, sweep: sweep.answers, "option share lowest:money mean:money highest:money"
)
FLIPS = Exhibit("sweep_flips", flips, "id way:word=way choice low:n2 high:n2 scenarios:n0 option share flips:yes_no")
BOXES = Exhibit("sweep_boxes", boxes, "box:n0 id way:word=way choice is limit:n2 density coverage share")


def sweep_answer(edition: Edition, sweep: Sweep) -> list[str]:
    """Which option is best in most scenarios, along what it flips, and how many scenarios failed."""
    first = sweep.answers.iloc[0]
    table = flips(edition.findings, sweep)
    turning = table[table["flips"]].drop_duplicates("axis")
    names = [edition("sweep.axis", row) for row in turning.to_dict("records")]
    texts = [edition("sweep.answer", first.to_dict(), scenarios=len(sweep.best))]
    texts.append(edition("sweep.flips", axes=edition.words.listing(names)) if names else edition("sweep.steady"))
    return texts + ([edition("sweep.failed", failed=sweep.failed)] if sweep.failed else [])
