"""Topics of the appendix: one word for one subject in every room.

time         when things happen, how plans moved, who takes part
"""

from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.topics import time

__all__ = ["EXHIBITS"]

EXHIBITS: dict[str, Exhibit] = {
    one.name: one for topic in (time,) for one in vars(topic).values() if isinstance(one, Exhibit)
}
