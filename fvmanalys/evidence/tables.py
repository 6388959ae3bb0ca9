"""What each raw table holds: columns, types and rules, declared once.

Every table is a pydantic class whose fields are its columns. `KEY` names the columns that identify a row, `UNITS`
the units its quantity may have, and `References` says which column of which other table a value must be found in.
Checks and messages come from here; docs/tables.md says it to people, and a test holds the two together.

Of a confidential row, numbers, dates and texts are secret; keys, choices and references to other rows are its structure,
which is public. `SECRET` and `STRUCTURE` mark the columns that are otherwise than their type says.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, create_model, field_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "ALL_OPTIONS", "SECRET", "STRUCTURE", "TABLES", "Evidenced", "Quantified", "References", "Row", "bounds", "columns", "reference",
    "text_columns",
]  # fmt: skip

ALL_OPTIONS = "*"
SECRET, STRUCTURE = "secret in a confidential row", "public in a confidential row"
Distribution = Literal["", "fixed", "uniform", "triangular", "pert", "normal", "lognormal"]
Unit = Literal["", "MSEK", "months", "years", "fte", "level", "points", "share", "ratio", "year", "count"]
# What a quantity in a unit can be. A level may be written wider, and is clipped when it is drawn.
BOUNDS = {
    "level": (0.0, 100.0),
    "share": (0.0, 1.0),
    **dict.fromkeys(("points", "fte", "months", "years", "count"), (0.0, math.inf)),
}
YesNo = Literal["yes", "no"]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class References:
    """A value of this column must stand in `table.column`; `many`: several, separated by `;`."""

    table: str
    column: str
    many: bool = False
    all_options: bool = False


Id = Annotated[str, Field(pattern=r"^[^\s/;!*]+$", description="an identifier: no blank, slash, semicolon, ! or *")]
NewOption = Annotated[str, Field(pattern=r"^[^\s/;!*]+$", description="identifies an option")]
Option = Annotated[str, Field(min_length=1), References("options", "option_id", all_options=True)]
Event = Annotated[str, References("timeline", "event_id")]
Events = Annotated[str, References("timeline", "event_id", many=True)]
Area = Annotated[str, Field(min_length=1), References("areas", "area_id")]
Role = Annotated[str, Field(min_length=1), References("staff_costs", "role_id")]
Sources = Annotated[str, References("sources", "source_id", many=True), SECRET]
Owner = Annotated[str, STRUCTURE]
Category = Annotated[str, STRUCTURE]
Profile = Literal["level", "ramp_up", "ramp_down"]
PriceYear = Annotated[float | None, Field(ge=1900, le=2100, description="the year of its prices; empty: the parameter price_year")]
When = Annotated[str, Field(pattern=r"^(!?[^\s/;!*]+)?$", description="a risk_id, or !risk_id: the row counts in the draws where it holds")]
Programme = Annotated[YesNo, Field(description="whether the row counts in the option's programme cost")]


class Row(BaseModel):
    """A row of a raw table."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, validate_default=False, allow_inf_nan=False)
    KEY: ClassVar[tuple[str, ...]] = ()
    REQUIRED: ClassVar[bool] = False

    @field_validator("*", mode="before")
    @classmethod
    def check_spelling(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what a computer reads as a day or a number but nobody writes as one, such as 0 for 1970-01-01 or 1_000."""
        kind = str(cls.model_fields[info.field_name or ""].annotation)
        if "date" in kind and isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            raise PydanticCustomError("date_parsing", "is not a date")
        if ("float" in kind or kind == "<class 'int'>") and "_" in str(value):
            raise PydanticCustomError("float_parsing", "is not a number")
        return value


class Evidenced(Row):
    """A row whose knowledge may have a date and an origin."""

    kind: Literal["", "fact", "judgement", "assumption"] = ""
    source_id: Sources = ""
    known_from: Date | None = None
    owner: Owner = ""
    confidential: Annotated[str, STRUCTURE] = Field("no", max_length=200, description="the ground if the row is confidential, or yes")
    stand_in: Annotated[YesNo, Field(description="yes in public tables, where stand-ins stand for what is secret in the row")] = "no"
    note: str = ""


class Quantified(Evidenced):
    """A row that holds an estimate: low, likely, high, distribution, unit, and where they come from."""

    UNITS: ClassVar[tuple[str, ...]] = ()
    low: float | None = Field(None, allow_inf_nan=False)
    likely: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    distribution: Annotated[Distribution, SECRET] = ""
    unit: Unit = ""
    moves_with: str = Field("", pattern=r"^[^;!*]*$", description="the common factor this estimate is tied to")
    strength: float | None = Field(None, ge=-1, le=1, description="how tightly, -1 to 1; empty: 1")
    kind: Literal["fact", "judgement", "assumption"]
    known_from: Date


class Decision(Evidenced):
    REQUIRED = True
    title: str = Field(min_length=1)
    organisation: str = Field(min_length=1)
    question: str = Field(min_length=1)
    as_of: Date | None = None
    register_number: str = ""
    unit: str = ""
    meeting: str = ""
    version: str = ""


class Source(Evidenced):
    KEY = ("source_id",)
    REQUIRED = True
    source_id: Id
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    published: Date
    type: Literal["primary", "press", "secondary", "academic", "internal"]
    url: str = ""


class OptionRow(Evidenced):
    KEY = ("option_id",)
    REQUIRED = True
    option_id: NewOption
    name: str = Field(min_length=1)
    short_name: str = ""
    description: str = ""
    permanent: YesNo = "yes"
    reference: YesNo = "no"
    full_use_event: Event = ""


class AreaRow(Quantified):
    KEY = ("area_id",)
    REQUIRED = True
    UNITS = ("points", "share", "ratio")
    area_id: Id
    name: str = Field(min_length=1)
    description: str = ""
    level_0: str = ""
    level_100: str = ""
    minimum: float | None = Field(None, ge=0, le=100)


class Criterion(Quantified):
    KEY = ("area_id", "criterion_id")
    UNITS = ("points", "share", "ratio")
    area_id: Area
    criterion_id: Id
    name: str = Field(min_length=1)


class Parameter(Quantified):
    KEY = ("parameter_id",)
    REQUIRED = True
    parameter_id: Literal["discount_rate", "horizon_years", "price_year", "value_per_point", "outside_view", "standing_share", "inflation"]
    name: str = ""


class TimelineRow(Quantified):
    KEY = ("option_id", "event_id")
    REQUIRED = True
    UNITS = ("months",)
    option_id: Option
    event_id: Id
    name: str = ""
    after: Events = ""
    date: Date | None = None
    deadline: Date | None = None
    outside_view: YesNo = "no"
    when: When = ""


class Contract(Quantified):
    KEY = ("option_id", "item_id")
    REQUIRED = True
    UNITS = ("MSEK",)
    option_id: Option
    item_id: Id
    name: str = ""
    category: Category = Field(min_length=1)
    basis: Literal["total", "per_year", "once"]
    from_event: Event = ""
    to_event: Event = ""
    profile: Profile = "level"
    price_year: PriceYear = None
    real_growth: float | None = Field(None, gt=-1)
    outside_view: YesNo = "no"
    payer: Annotated[str, STRUCTURE] = ""
    when: When = ""
    programme: Programme = "yes"


class StaffingRow(Quantified):
    KEY = ("option_id", "role_id", "phase")
    UNITS = ("fte",)
    option_id: Option
    role_id: Role
    phase: str = Field(pattern=r"^[^/;!*]+$")
    name: str = ""
    employer: Literal["own", "consultant", "partner"] = "own"
    from_event: Event = ""
    to_event: Event = ""
    profile: Profile = "level"
    when: When = ""
    programme: Programme = "yes"


class StaffCost(Quantified):
    KEY = ("role_id",)
    UNITS = ("MSEK",)
    role_id: Id
    name: str = ""
    price_year: PriceYear = None
    real_growth: float | None = Field(None, gt=-1)


class LevelRow(Quantified):
    KEY = ("option_id", "area_id", "criterion_id", "from_event")
    REQUIRED = True
    UNITS = ("level",)
    option_id: Option
    area_id: Area
    criterion_id: Annotated[str, References("criteria", "criterion_id")] = ""
    from_event: Event = ""
    assessor: str = ""
    when: When = ""


class Risk(Quantified):
    KEY = ("option_id", "risk_id")
    UNITS = ("share",)
    option_id: Option
    risk_id: Id
    name: str = ""


class Readiness(Quantified):
    KEY = ("option_id", "standing_share")
    UNITS = ("months",)
    option_id: Option
    standing_share: Share


class PriceIndex(Evidenced):
    KEY = ("year",)
    year: int = Field(ge=1900, le=2100)
    index: Positive


class ReferenceProgramme(Evidenced):
    KEY = ("programme_id",)
    programme_id: Id
    name: str = Field(min_length=1)
    country: str = ""
    supplier: str = ""
    role: Literal["core", "weak"] = "core"
    cost_ratio: Positive | None = None
    duration_ratio: Positive | None = None
    censored: Literal["", "cost", "duration", "both"] = ""


class Investigation(Quantified):
    KEY = ("investigation_id",)
    UNITS = ("MSEK",)
    investigation_id: Id
    name: str = Field(min_length=1)
    resolves: Annotated[str, STRUCTURE] = Field(min_length=1)
    variance_reduction: Share
    months: float = Field(ge=0)


class ContextRow(Quantified):
    KEY = ("item_id",)
    item_id: Id
    name: str = Field(min_length=1)
    option_id: Annotated[str, References("options", "option_id", all_options=True)] = ""
    categories: Category = ""


class Milestone(Evidenced):
    KEY = ("milestone_id", "plan_version")
    milestone_id: Id
    plan_version: str = ""
    name: str = Field(min_length=1)
    planned_date: Date | None = None
    actual_date: Date | None = None
    own_programme: YesNo = Field("no", description="whether the plan is the own programme's, and counts in the back-test")


class Spend(Evidenced):
    KEY = ("period_start", "category")
    period_start: Date
    category: Category = Field(min_length=1)
    period_end: Date
    part_of: Category = ""
    amount: float = Field(allow_inf_nan=False)


class Partner(Evidenced):
    KEY = ("group", "item")
    group: str = Field(min_length=1)
    item: str = Field(min_length=1)
    count: float | None = Field(None, ge=0)
    status: str = ""


class Viewpoint(Quantified):
    KEY = ("viewpoint_id", "area_id")
    UNITS = ("points", "share", "ratio")
    viewpoint_id: Id
    area_id: Area
    name: str = Field(min_length=1)


# `from` is a word of Python's own, so this class is made by a call.
REVISION: dict[str, Any] = {
    "date": (Date, ...),
    "what": (Annotated[str, Field(min_length=1)], ...),
    "from": (str, ""),
    "to": (str, ""),
    "why": (str, ""),
    "effect": (str, ""),
}
Revision: type[Evidenced] = create_model("Revision", __base__=Evidenced, **REVISION)
Revision.KEY = ("date", "what")


TABLES: dict[str, type[Row]] = {
    "decision": Decision,
    "sources": Source,
    "options": OptionRow,
    "areas": AreaRow,
    "criteria": Criterion,
    "parameters": Parameter,
    "timeline": TimelineRow,
    "contracts": Contract,
    "staffing": StaffingRow,
    "staff_costs": StaffCost,
    "levels": LevelRow,
    "risks": Risk,
    "readiness": Readiness,
    "price_index": PriceIndex,
    "reference_class": ReferenceProgramme,
    "investigations": Investigation,
    "context": ContextRow,
    "milestones": Milestone,
    "spend": Spend,
    "partners": Partner,
    "viewpoints": Viewpoint,
    "revisions": Revision,
}


def columns(table: str) -> list[str]:
    """Name the declared columns of `table`, keys first."""
    row = TABLES[table]
    return [*row.KEY, *(name for name in row.model_fields if name not in row.KEY)]


def bounds(table: str, unit: str) -> tuple[float, float]:
    """Between what a quantity of `table` lies whenever it is drawn; a weight is never negative, in any unit."""
    is_weight = "points" in TABLES[table].UNITS  # type: ignore[attr-defined]
    return BOUNDS.get(unit, (0.0 if is_weight else -math.inf, math.inf))


def text_columns(table: str) -> list[str]:
    """Name the free-text columns of `table`, those that may have a sibling `X_en`."""
    fields = TABLES[table].model_fields
    return [name for name, field in fields.items() if field.annotation is str and not reference(field) and not name.endswith("_id")]


def reference(field: Any) -> References | None:
    """The reference that a column declares, if it has one."""
    return next((mark for mark in field.metadata if isinstance(mark, References)), None)


def references(table: str) -> Iterator[tuple[str, References]]:
    """Each column of `table` that must point at another table, with where it points."""
    for name, field in TABLES[table].model_fields.items():
        mark = reference(field)
        if mark:
            yield name, mark
