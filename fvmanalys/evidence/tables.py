"""What each raw table holds: columns, types and rules, declared once.

Every table is a pydantic class whose fields are its columns. `KEY` names the columns that identify a row, `UNITS`
the units its quantity may have, `WEIGHED` the columns that group rows whose quantities are weights, `SAYS` the
columns that a row has nothing of if it withdraws an earlier one, `SECOND` what the columns of a second quantity
begin with. What kind of thing a column holds follows from its declaration (`kinds`). docs/tables.md says it to
people; a test holds the two together. Of a confidential row, numbers, dates and texts are secret; keys, choices and
references to other rows are its structure, which is public. `SECRET` and `STRUCTURE` mark the columns that are
otherwise than their type says.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from fvmanalys.evidence.fields import (  # isort: skip
    BOUNDS, SECRET, STRUCTURE, Amount, Area, Base, Category, Day, Distribution, Event, Events, EvidenceKind, Factor,
    Filled, Growth, Id, Index, Kind, Language, Level, Months, Names, Option, Owner, ParameterId, PriceYear, Profile,
    Programme, Quantity, Ratio, References, Role, Share, Sources, When, Year, YesNo, is_secret, kind_of, reference,
)  # fmt: skip
from fvmanalys.evidence.rows import Evidenced, Quantified, Row

__all__ = [
    "ALL_OPTIONS", "BOUNDS", "TABLES", "Evidenced", "Quantified", "Row", "bounds", "columns", "kinds", "references",
    "text_columns", "OPEN", "STAND_IN", "releasable", "release_columns", "secret_columns", "with_translations",
]  # fmt: skip

ALL_OPTIONS = "*"


class Decision(Evidenced):
    REQUIRED = True
    title: Filled
    organisation: Filled
    question: Filled
    as_of: Day | None = None
    register_number: str = ""
    unit: str = ""
    meeting: str = ""
    version: str = ""


class Source(Evidenced):
    KEY = ("source_id",)
    REQUIRED = True
    source_id: Id
    title: Filled
    publisher: Filled
    published: Day
    type: Literal["primary", "press", "secondary", "academic", "internal"]
    url: str = ""
    language: Language = ""


class OptionRow(Evidenced):
    KEY = ("option_id",)
    REQUIRED = True
    option_id: Id
    name: Filled
    short_name: str = ""
    description: str = ""
    permanent: YesNo = "yes"
    reference: YesNo = "no"
    full_use_event: Event = ""
    variant_of: Base = ""
    choose_at: Annotated[str, Names(), STRUCTURE] = ""
    choose_among: Annotated[str, References("options", "option_id", many=True)] = ""


class AreaRow(Quantified):
    KEY = ("area_id",)
    REQUIRED = True
    WEIGHED = ()
    UNITS = ("points", "share", "ratio")
    area_id: Id
    name: Filled
    description: str = ""
    level_0: str = ""
    level_100: str = ""
    minimum: Level | None = None
    minimum_kind: EvidenceKind = ""
    minimum_source_id: Sources = ""
    minimum_owner: Owner = ""


class Criterion(Quantified):
    KEY = ("area_id", "criterion_id")
    WEIGHED = ("area_id",)
    UNITS = ("points", "share", "ratio")
    area_id: Area
    criterion_id: Id
    name: Filled


class Parameter(Quantified):
    KEY = ("parameter_id",)
    REQUIRED = True
    parameter_id: ParameterId
    name: str = ""


class TimelineRow(Quantified):
    KEY = ("option_id", "event_id")
    SAYS = ("low", "likely", "high", "date")
    REQUIRED = True
    UNITS = ("months",)
    option_id: Option
    event_id: Id
    name: str = ""
    after: Events = ""
    date: Day | None = None
    deadline: Day | None = None
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
    real_growth: Growth | None = None
    outside_view: YesNo = "no"
    optimism_bias: Annotated[float | None, Field(ge=0, le=10)] = None
    bias_mitigated: Share | None = None
    payer: Annotated[str, STRUCTURE] = ""
    when: When = ""
    programme: Programme = "yes"
    group: Category = ""


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
    group: Category = ""


class StaffCost(Quantified):
    KEY = ("role_id",)
    UNITS = ("MSEK",)
    role_id: Id
    name: str = ""
    price_year: PriceYear = None
    real_growth: Growth | None = None


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
    trigger: str = ""
    action: str = ""
    action_owner: Owner = ""


class Signal(Quantified):
    KEY = ("option_id", "signal_id")
    UNITS = ("share",)
    SECOND = "false_alarm"
    option_id: Option
    signal_id: Id
    name: str = ""
    of: Annotated[Filled, Names(), STRUCTURE]
    false_alarm_low: float | None = None
    false_alarm_likely: float | None = None
    false_alarm_high: float | None = None
    false_alarm_distribution: Annotated[Distribution, SECRET] = ""


class FactorRow(Evidenced):
    KEY = ("factor_id",)
    factor_id: Annotated[Factor, Field(min_length=1)]
    name: Filled


class Correlation(Evidenced):
    KEY = ("first_id", "second_id")
    first_id: Annotated[Filled, Names()]
    second_id: Annotated[Filled, Names()]
    correlation: Annotated[float, Field(ge=-1, le=1)]
    scale: Literal["rank", "normal"] = "rank"


class DiscountRate(Evidenced):
    KEY = ("from_year",)
    from_year: Annotated[float, Field(ge=0, le=200)]
    rate: Annotated[float, Field(gt=-1, le=1)]


class Limit(Quantified):
    KEY = ("limit_id",)
    UNITS = ("MSEK",)
    limit_id: Id
    name: Filled
    category: Category = "*"
    group: Category = "*"
    payer: Annotated[str, STRUCTURE] = ""
    year_from: Year | None = None
    year_to: Year | None = None


class Readiness(Quantified):
    KEY = ("option_id", "standing_share")
    UNITS = ("months",)
    option_id: Option
    standing_share: Share


class PriceIndex(Evidenced):
    KEY = ("year",)
    year: Year
    index: Index


class ReferenceProgramme(Evidenced):
    KEY = ("programme_id",)
    programme_id: Id
    name: Filled
    country: str = ""
    supplier: str = ""
    role: Literal["core", "weak"] = "core"
    cost_ratio: Ratio | None = None
    duration_ratio: Ratio | None = None
    censored: Literal["", "cost", "duration", "both"] = ""


class Investigation(Quantified):
    KEY = ("investigation_id",)
    UNITS = ("MSEK",)
    investigation_id: Id
    name: Filled
    resolves: Annotated[str, Names(), STRUCTURE] = ""
    variance_reduction: Share | None = None
    reveals: Annotated[str, Names(), STRUCTURE] = ""
    hit_rate: Share | None = None
    false_alarm_rate: Share | None = None
    months: Months


class ContextRow(Quantified):
    KEY = ("item_id",)
    item_id: Id
    name: Filled
    option_id: Annotated[str, References("options", "option_id", all_options=True)] = ""
    categories: Category = ""


class Milestone(Evidenced):
    KEY = ("milestone_id", "plan_version")
    SAYS = ("planned_date", "actual_date")
    milestone_id: Id
    plan_version: str = ""
    name: Filled
    planned_date: Day | None = None
    actual_date: Day | None = None
    own_programme: YesNo = Field(
        "no", description="whether the plan is the own programme's, and counts in the back-test"
    )


class Spend(Evidenced):
    KEY = ("period_start", "category")
    period_start: Day
    category: Category = Field(min_length=1)
    period_end: Day
    part_of: Category = ""
    amount: Amount


class Partner(Evidenced):
    KEY = ("group", "item")
    group: Filled
    item: Filled
    count: Quantity | None = None
    status: str = ""


class Viewpoint(Quantified):
    KEY = ("viewpoint_id", "area_id")
    WEIGHED = ("viewpoint_id",)
    UNITS = ("points", "share", "ratio")
    viewpoint_id: Id
    area_id: Area
    name: Filled


class NewsRow(Evidenced):
    KEY = ("news_id",)
    news_id: Id
    date: Day
    section: Literal["summary", "communication", "operation", "costs", "next", "about", "spokesperson"]
    text: Filled


class Measure(Evidenced):
    KEY = ("measure_id",)
    measure_id: Id
    date: Day
    name: Filled
    url: str = ""


FROM: dict[str, Any] = {"from": (str, "")}  # a word of Python's own, so this class is made by a call
Revision: type[Evidenced] = create_model(
    "Revision",
    __base__=Evidenced,
    date=(Day, ...),
    what=(Filled, ...),
    **FROM,
    to=(str, ""),
    why=(str, ""),
    effect=(str, ""),
)
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
    "signals": Signal,
    "readiness": Readiness,
    "price_index": PriceIndex,
    "reference_class": ReferenceProgramme,
    "factors": FactorRow,
    "limits": Limit,
    "discount_rates": DiscountRate,
    "correlations": Correlation,
    "investigations": Investigation,
    "context": ContextRow,
    "milestones": Milestone,
    "spend": Spend,
    "partners": Partner,
    "viewpoints": Viewpoint,
    "revisions": Revision,
    "news": NewsRow,
    "measures": Measure,
}


def columns(table: str) -> list[str]:
    """Name the declared columns of `table`, keys first."""
    row = TABLES[table]
    return [*row.KEY, *(name for name in row.model_fields if name not in row.KEY)]


def bounds(table: str, unit: str) -> tuple[float, float]:
    """Between what a quantity of `table` lies whenever it is drawn; a weight is never negative, in any unit."""
    return BOUNDS.get(unit, (-inf if TABLES[table].WEIGHED is None else 0.0, inf))  # type: ignore[attr-defined]


@cache
def kinds(table: str) -> Mapping[str, Kind]:
    """What each declared column of `table` holds."""
    return MappingProxyType({name: kind_of(field) for name, field in TABLES[table].model_fields.items()})


def text_columns(table: str) -> list[str]:
    """Name the free-text columns of `table`, those that may have a sibling `X_en`."""
    return [name for name, kind in kinds(table).items() if kind is Kind.TEXT]


def references(table: str) -> Iterator[tuple[str, References]]:
    """Each column of `table` that must point at another table, with where it points."""
    for name, field in TABLES[table].model_fields.items():
        mark = reference(field)
        if mark:
            yield name, mark


OPEN = ("", "no")  # what `confidential` holds where a row is public
RELEASE = ("secret", "public", "public_from")
STAND_IN = "public_"


def secret_columns(table: str) -> list[str]:
    """Name the columns whose content is secret where the row is confidential, translations too."""
    fields = TABLES[table].model_fields
    return with_translations(table, [name for name in releasable(table) if is_secret(fields[name])])


def releasable(table: str) -> list[str]:
    """Name the columns that are secret or that a row may call so: all but keys and what says how it is released."""
    fixed = {*TABLES[table].KEY, "when", "known_from", "confidential", "stand_in"}
    return [name for name in TABLES[table].model_fields if name not in fixed]


def release_columns(table: str) -> list[str]:
    """Name the columns that say what of a confidential row is public; only the making of public tables reads them."""
    return [*RELEASE, *(f"{STAND_IN}{name}" for name in with_translations(table, releasable(table)))]


def with_translations(table: str, names: Iterable[str]) -> list[str]:
    """The columns, each followed by its translation where it may have one."""
    texts = text_columns(table)
    return [one for name in names for one in (name, *([f"{name}_en"] if name in texts else []))]
