"""The subjects of findings, told by a room further right: `findings.money.costs` is the table of the appendix."""

from importlib import import_module
from typing import Any

from fvmanalys.evidence.display import Shows

__all__ = ["SUBJECTS", "Subjects"]

SUBJECTS = ("answer", "choice", "information", "money", "people", "sources", "time")


class Subjects(Shows):
    """Findings that tell what they are, and whose subjects are attributes."""

    inputs: Any
    simulation: Any
    comparison: Any

    @property
    def told(self) -> dict[str, object]:
        """The decision, the answer, what it rests on, and where to look."""
        answer = {name: one for name, one in self.comparison.told.items() if name != "as of"}
        first = {"decision": self.inputs.decision["title"], **answer}
        return first | self.inputs.told | {"draws": self.simulation.draws, "subjects": ", ".join(SUBJECTS)}

    def __getattr__(self, name: str) -> Any:
        """A subject, with its sentences and tables as the appendix has them."""
        if name not in SUBJECTS:
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        return import_module("fvmanalys").subject(self, name)

    def __dir__(self) -> list[str]:
        return [*SUBJECTS, *super().__dir__()]
