"""Topics of the appendix: one word for one subject in every room.

choice       what one gets for the money, and which options no value of a point makes best
information  decide now or find out first, what swings the answer, what is worth knowing
money        what is spent and published, what others came to, what contracts come to
people       what waiting costs, who is needed when, what agreements bind
time         when things happen, how plans moved, who takes part
"""

from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.topics import choice, information, money, people, time

__all__ = ["EXHIBITS"]

EXHIBITS: dict[str, Exhibit] = {
    one.name: one for topic in (choice, information, money, people, time) for one in vars(topic).values() if isinstance(one, Exhibit)
}
