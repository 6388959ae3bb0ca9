"""What rows of raw tables have in common: where what they say comes from, and the estimate that many of them hold."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from fvmanalys.evidence.fields import (  # isort: skip
    SECRET, STRUCTURE, Day, Distribution, Ends, EvidenceKind, Factor, Owner, Sources, Unit, YesNo,
)  # fmt: skip

__all__ = ["Evidenced", "Quantified", "Row", "cell", "no_numbers", "same_place"]


class Row(BaseModel):
    """A row of a raw table."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, validate_default=False, allow_inf_nan=False)
    KEY: ClassVar[tuple[str, ...]] = ()
    SAYS: ClassVar[tuple[str, ...]] = ()
    REQUIRED: ClassVar[bool] = False
    SECOND: ClassVar[str] = ""


class Evidenced(Row):
    """A row whose knowledge may have a date and an origin."""

    kind: EvidenceKind = ""
    source_id: Sources = ""
    known_from: Day | None = None
    owner: Owner = ""
    confidential: Annotated[str, STRUCTURE] = Field(
        "no", max_length=200, description="the ground if the row is confidential, or yes"
    )
    stand_in: Annotated[
        YesNo, Field(description="yes in public tables, where stand-ins stand for what is secret in the row")
    ] = "no"
    note: str = ""


class Quantified(Evidenced):
    """A row that holds an estimate: low, likely, high, distribution, unit, and where they come from."""

    SAYS: ClassVar[tuple[str, ...]] = ("low", "likely", "high")
    UNITS: ClassVar[tuple[str, ...]] = ()
    WEIGHED: ClassVar[tuple[str, ...] | None] = None
    low: float | None = None
    likely: float | None = None
    high: float | None = None
    distribution: Annotated[Distribution, SECRET] = ""
    ends: Annotated[Ends, SECRET] = ""
    unit: Unit = ""
    moves_with: Factor = ""
    strength: float | None = Field(None, ge=-1, le=1, description="how tightly, -1 to 1; empty: 1")
    kind: Literal["fact", "judgement", "assumption"]
    known_from: Day


def no_numbers(row: dict[str, Any]) -> dict[str, None]:
    """The cells of a row that are no numbers, as None."""
    return {name: None for name, content in row.items() if isinstance(content, float) and content != content}


def same_place(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows stand in the same place of the same file."""
    return (one["_file"], one["_row"]) == (other["_file"], other["_row"])


def cell(content: Any) -> str:
    """What a CSV file would hold."""
    if isinstance(content, Real) and not isinstance(content, Integral):
        return repr(float(content)).removesuffix(".0")
    return "" if content is None else str(content)
