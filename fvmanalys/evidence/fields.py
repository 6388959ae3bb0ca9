"""What a column of a raw table may hold: numbers in their bounds, days, words, ids, names of other rows."""

from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from math import inf
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, Field
from pydantic.fields import FieldInfo

from fvmanalys.evidence.conditions import as_set

__all__ = [
    "BOUNDS", "FIRST_DAY", "LAST_DAY", "KRONOR", "PARAMETER_UNITS", "SECRET", "STRUCTURE", "WRITTEN", "Kind", "Names",
    "References", "is_secret", "kind_of", "reference",
]  # fmt: skip


SECRET, STRUCTURE = "secret in a confidential row", "public in a confidential row"


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    WHOLE = "whole number"
    DATE = "date"
    CHOICE = "one of a few words"
    ID = "identifier of the row"
    NAMES = "names of something declared elsewhere"
    TEXT = "text for readers"


@dataclass(frozen=True)
class Identifies:
    """A value of this column is what other rows call this one by."""


@dataclass(frozen=True)
class Names:
    """A value of this column names something that stands elsewhere, by a rule of its own."""


@dataclass(frozen=True)
class References(Names):
    """A value of this column must stand in `table.column`; `many`: several, separated by `;`."""

    table: str
    column: str
    many: bool = False
    all_options: bool = False


def kind_of(field: FieldInfo) -> Kind:
    """What a column holds, from its declaration."""
    [base] = base_types(field.annotation)
    if base is not str:
        return {float: Kind.NUMBER, int: Kind.WHOLE, Date: Kind.DATE, Literal: Kind.CHOICE}[base]
    marks = {type(mark) for mark in field.metadata}
    return Kind.NAMES if marks & {Names, References} else Kind.ID if Identifies in marks else Kind.TEXT


def base_types(annotation: Any) -> set[Any]:
    """The types in an annotation, without what restricts them and without None."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is None or origin is Literal:
        return {origin or annotation} - {NoneType}
    return set().union(*map(base_types, parts[:1] if origin is Annotated else parts))


def reference(field: FieldInfo) -> References | None:
    """The reference that a column declares, if it has one."""
    return next((mark for mark in field.metadata if isinstance(mark, References)), None)


def is_secret(field: Any) -> bool:
    """Whether a column that is no key is secret in a confidential row."""
    if SECRET in field.metadata or STRUCTURE in field.metadata:
        return SECRET in field.metadata
    return kind_of(field) is not Kind.CHOICE and reference(field) is None


# Numbers and days. What lies beyond these bounds is a slip of the hand, and would overflow somewhere.

FIRST_DAY, LAST_DAY = Date(1901, 1, 1), Date(2199, 12, 31)
Day = Annotated[Date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Share = Annotated[float, Field(ge=0, le=1)]
Ratio = Annotated[float, Field(gt=0, le=1e6)]
Index = Annotated[float, Field(ge=1e-6, le=1e9)]
Amount = Annotated[float, Field(ge=-1e9, le=1e9)]
Quantity = Annotated[float, Field(ge=0, le=1e12)]
Months = Annotated[float, Field(ge=0, le=2400)]
Level = Annotated[float, Field(ge=0, le=100)]
Growth = Annotated[float, Field(gt=-1, le=10)]
Year = Annotated[int, Field(ge=1900, le=2100)]
PriceYear = Annotated[
    float | None, Field(ge=1900, le=2100, description="the year of its prices; empty: the parameter price_year")
]
Unit = Literal[
    "", "MSEK", "kSEK", "SEK", "months", "years", "fte", "level", "points", "share", "ratio", "year", "count"
]
# What a quantity in a unit can be. A level may be written wider, and is clipped when it is drawn.
BOUNDS = {
    "level": (0.0, 100.0),
    "share": (0.0, 1.0),
    **dict.fromkeys(("points", "fte", "months", "years", "count"), (0.0, inf)),
}
WRITTEN = {
    "MSEK": (-1e9, 1e9),
    "months": (0, 2400),
    "years": (0, 200),
    "fte": (0, 1e7),
    "level": (-1000, 1000),
    "points": (0, 1e9),
    "share": (0, 1),
    "ratio": (-1e9, 1e9),
    "year": (1900, 2100),
    "count": (0, 1e12),
}
KRONOR = {"SEK": 1e6, "kSEK": 1e3}  # how many are a million kronor, the unit that they become when they are read

# Words.

YesNo = Literal["yes", "no"]
Language = Literal[
    "", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hu", "is", "it", "lt", "lv", "nl", "no", "pl", "pt", "sv"
]
Distribution = Literal["", "fixed", "uniform", "triangular", "pert", "normal", "lognormal", "truncated_normal"]
Ends = Literal["", "range", "p90"]
Profile = Literal["level", "ramp_up", "ramp_down"]
EvidenceKind = Literal["", "fact", "judgement", "assumption"]
PARAMETER_UNITS = {
    "discount_rate": "share",
    "benefit_discount_rate": "share",
    "horizon_years": "years",
    "price_year": "year",
    "value_per_point": "MSEK",
    "outside_view": "share",
    "standing_share": "share",
    "inflation": "share",
    "minimum_risk": "share",
}
ParameterId = Literal[*PARAMETER_UNITS]  # type: ignore[valid-type]
Programme = Annotated[YesNo, Field(description="whether the row counts in the option's programme cost")]
Filled = Annotated[str, Field(min_length=1)]

# Ids, and names of other rows.

ID = r"[^\s/;!*]+"
Id = Annotated[
    str, Field(pattern=f"^{ID}$", description="an identifier: no blank, slash, semicolon, ! or *"), Identifies()
]
Option = Annotated[str, Field(min_length=1), References("options", "option_id", all_options=True)]
Base = Annotated[str, References("options", "option_id")]
Event = Annotated[str, References("timeline", "event_id")]
Events = Annotated[str, References("timeline", "event_id", many=True)]
Area = Annotated[str, Field(min_length=1), References("areas", "area_id")]
Role = Annotated[str, Field(min_length=1), References("staff_costs", "role_id")]
Sources = Annotated[str, References("sources", "source_id", many=True), SECRET]
Owner = Annotated[str, STRUCTURE]
Category = Annotated[str, STRUCTURE]
When = Annotated[
    str,
    Field(
        pattern=rf"^(!?{ID}\s*(;\s*!?{ID}\s*)*;?)?$",
        description="risks and signals, with ! where they must not hold: the row counts in the draws where all is so",
    ),
    AfterValidator(as_set),
    Names(),
]
Factor = Annotated[str, Field(pattern=r"^[^;!*]*$", description="the common factor this estimate is tied to"), Names()]
