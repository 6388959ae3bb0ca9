"""What verification finds: a verdict, and the places it rests on."""

from dataclasses import dataclass, field

__all__ = ["BROKEN", "DAMAGED", "DIFFERENT", "SAME", "SAME_NUMBERS", "TAMPERED", "WHOLE", "Verified"]

SAME, SAME_NUMBERS, DIFFERENT = "same", "same numbers, other versions", "different"
TAMPERED, DAMAGED = "tampered", "its manifest is damaged"
WHOLE, BROKEN = "each run is as the next one knew it", "the chain of runs is broken"


@dataclass(frozen=True)
class Verified:
    """A verdict on a run or a chain of runs, and the places it rests on."""

    verdict: str
    places: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything is as it was published."""
        return self.verdict in (SAME, SAME_NUMBERS, WHOLE)
