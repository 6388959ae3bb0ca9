"""Topics of the appendix: one word for one subject in every room.

answer       what is best, how sure, what speaks for and against, area by area
beside       the organisation's own report, and where it differs from the analysis
behind       the numbers behind figures that no other table holds
choice       what one gets for the money, and which options no value of a point makes best
coming       where each way forward stands, what comes next, what to read
information  decide as planned or find out first, what swings the answer, what is worth knowing
money        what is spent and published, what others came to, what contracts come to
news         what is new since the last run
people       what waiting costs, who is needed when, what agreements bind
since        what changed in the answer since the last run, and which inputs did it
sources      what it rests on: sources, estimates with their evidence, choices
traced       where the numbers come from, part by part
time         when things happen, how plans moved, who takes part
"""

from importlib import import_module

from fvmanalys.report.exhibit import Exhibit

__all__ = ["EXHIBITS"]

TOPICS = (
    "answer", "behind", "beside", "choice", "coming", "information", "money", "news", "people", "since", "sources",
    "time",
)  # fmt: skip
EXHIBITS: dict[str, Exhibit] = {
    one.name: one
    for topic in TOPICS
    for found in vars(import_module(f"{__name__}.{topic}")).values()
    for one in (found if isinstance(found, list) else [found])
    if isinstance(one, Exhibit)
}
