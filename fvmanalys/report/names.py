"""What the things of a decision are called in one language: options, areas, estimates, sources, and any row."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import takewhile
from typing import Any, Self

import numpy as np

from fvmanalys.analysis import Findings
from fvmanalys.analysis.breakdown import cost_by_category
from fvmanalys.analysis.tornado import numbers
from fvmanalys.evidence import Inputs
from fvmanalys.evidence.conditions import literals
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.markup import Html, escape
from fvmanalys.report.palette import ACCENT, KIND_MARKS, MOST_PARTS, OPTION_COLOURS, OPTION_MARKERS
from fvmanalys.report.words import SPACE, Words, lowered

__all__ = ["Names", "Row", "distinct", "is_stand_in"]

Row = Mapping[str, Any]
# What a row without a name is called by.
KEYS = ("what", "category", "item_id", "role_id", "event_id", "risk_id", "signal_id", "criterion_id", "year", "text")
FALSE_ALARM = "false_alarm"
PREFIXED = (
    "areas", "criteria", "events", "investigations", "levels", "limits", "price_index", "readiness", "risks", "signals",
    "staff_costs",
    "timeline", "viewpoints",
)  # fmt: skip
UNBROKEN = 20
LETTERS = 3  # an id that is no longer is a letter, such as A or A1


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Names by id; those that several share have their id with them, so that readers can tell them apart."""
    shared = Counter(name.casefold() for name in names.values())
    told = {key: f"{name} ({key})" if shared[name.casefold()] > 1 else name for key, name in names.items()}
    return told if len(set(told.values())) == len(told) else {key: f"{name} ({key})" for key, name in names.items()}


def lettered(option: str, name: str) -> str:
    """A name with the letter of its option before it, unless it begins or ends with that."""
    said = name.casefold().replace("(", " ").replace(")", " ").split()
    return name if len(option) > LETTERS or option.casefold() in (*said[:1], *said[-1:]) else f"{option} {name}"


def is_stand_in(row: Row) -> bool:
    """Whether what the row says is a stand-in for something confidential."""
    return bool(row.get("stand_in") == "yes")


@dataclass(frozen=True)
class Names:
    """What everything in the findings is called in one language."""

    findings: Findings
    lang: str = "sv"

    @cached_property
    def words(self) -> Words:
        """The words of the language."""
        return Words.in_run(self.lang, self.inputs.own)

    @property
    def inputs(self) -> Inputs:
        """The tables that the findings are made of."""
        return self.findings.inputs

    @property
    def accent(self) -> str:
        """The organisation's own colour, or the house's."""
        return str(self.inputs.own.get("accent") or ACCENT)

    @property
    def logo(self) -> bytes:
        """The organisation's logo as PNG, where it has one: no workbook and no document shows an SVG."""
        own = self.inputs.own
        kind, _, content = (own.get("logo_png") or own.get("logo", "")).partition(";base64,")
        return base64.b64decode(content) if kind == "data:image/png" else b""

    @property
    def as_of(self) -> date:
        """The day of knowledge, from which times are counted."""
        return self.findings.inputs.as_of

    @cached_property
    def former(self) -> Self:
        """The same with the former run's tables: what its rows are called."""
        former = self.findings.changes.former
        return replace(self, findings=replace(self.findings, inputs=former.inputs)) if former else self

    @cached_property
    def options(self) -> dict[str, str]:
        """The short name of every option, no two alike."""
        return self.option_names("short_name")

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of every option among all, which its colour, marker and pattern go by."""
        return {option: place for place, option in enumerate(self.inputs.options())}

    @cached_property
    def letters(self) -> list[str]:
        """What each option is called where there is room for no more than a letter."""
        return [one if len(one) <= LETTERS else name for one, name in self.options.items()]

    def look(self, option: str) -> tuple[str, str]:
        """The colour and the marker of an option."""
        place = self.places[option] % len(OPTION_COLOURS)
        return OPTION_COLOURS[place], OPTION_MARKERS[place]

    @cached_property
    def category_places(self) -> dict[str, int]:
        """The place, which its fill goes by, of every cost category that charts tell apart; what is small has none."""
        shown = cost_by_category(self.findings.yearly, MOST_PARTS).columns
        return {category: place for place, category in enumerate(shown) if category}

    @cached_property
    def phases(self) -> dict[str, str]:
        """The name of every phase of staffing."""
        rows = self.inputs.records["staffing"]
        own = {row["phase"]: self.words.get(f"chart.staffing.{row['phase']}", "") for row in rows}
        return {row["phase"]: own[row["phase"]] or self.words.of(row, "phase").capitalize() for row in rows}

    @cached_property
    def phase_places(self) -> dict[str, int]:
        """The place of every phase of staffing, which its fill goes by."""
        return {phase: place for place, phase in enumerate(dict.fromkeys(self.inputs.tables["staffing"]["phase"]))}

    @cached_property
    def long_names(self) -> dict[str, str]:
        """The name of every option, no two alike."""
        return self.option_names("name")

    @cached_property
    def options_of_both(self) -> dict[str, str]:
        """The short name of every option of this run or the former."""
        return distinct(self.former.options | self.options)

    def option_names(self, column: str) -> dict[str, str]:
        """A name of every option, no two alike, that begins with its id where that is but a letter or two."""
        rows = self.inputs.records["options"]
        names = {row["option_id"]: self.words.of(row, column) or self.words.of(row, "name") for row in rows}
        return {one: lettered(one, name) for one, name in distinct(names).items()}

    @cached_property
    def areas(self) -> dict[str, str]:
        """The name of every area, no two alike."""
        return distinct({row["area_id"]: self.words.of(row, "name") for row in self.inputs.records["areas"]})

    @cached_property
    def categories(self) -> dict[str, str]:
        """The name of every cost category, no two alike: as the contracts call it, or the phase of a staffing."""
        phases = {row["phase"]: self.phase(row) for row in self.inputs.records["staffing"]}
        return distinct(
            phases | {row["category"]: self.words.of(row, "category") for row in self.inputs.records["contracts"]}
        )

    @cached_property
    def groups(self) -> dict[str, str]:
        """The name of every group of costs; a cost without one is its category's."""
        rows = [row for table in ("contracts", "staffing") for row in self.inputs.records[table] if row.get("group")]
        return self.categories | {row["group"]: self.words.of(row, "group") for row in rows}

    @cached_property
    def risks(self) -> dict[str, str]:
        """The name of every risk by its risk_id, and by its whole id with its option where several have that name."""
        rows = self.inputs.records["risks"]
        known = {row["risk_id"]: self.words.of(row, "name") or row["risk_id"] for row in rows}
        whose = {row["id"]: self.options.get(row["option_id"], "") for row in rows}
        whole = {
            row["id"]: self.words("label.of", name=known[row["risk_id"]], option=whose[row["id"]])
            for row in rows
            if whose[row["id"]]
        }
        return known | {row["id"]: known[row["risk_id"]] for row in rows} | whole

    def part(self, kind: str, part: str) -> str:
        """The name of a part of a difference: an area, a group of costs or a risk."""
        return {"area": self.areas, "group": self.groups, "risk": self.risks}[kind].get(part, part)

    def phase(self, row: Row) -> str:
        """What the staffing of a phase is called; `pause` and `restart` are our own names."""
        phase = self.words.of(row, "phase").lower()
        return self.words.get(f"category.{row['phase']}", "") or self.words("category.staffing", phase=phase)

    @cached_property
    def estimates(self) -> dict[str, str]:
        """What every estimate is called: what it is, of which option, and in which outcomes it counts."""
        rows = list(self.quantities)
        events = [
            row | {"id": row["id"].replace("risks/", "events/", 1), "table": "events"}
            for row in rows
            if row["table"] == "risks"
        ]
        return {row["id"]: self.estimate(row, with_option=True) for row in [*rows, *events]} | self.factors

    @cached_property
    def factors(self) -> dict[str, str]:
        """What every common factor is called, by its id among what could be found out."""
        names = {row["factor_id"]: self.words.of(row, "name") for row in self.inputs.records["factors"]}
        used = {str(one) for one in self.inputs.estimates["moves_with"]} - {""}
        return {
            f"factors/{one}": self.words("label.factors", name=lowered(names.get(one, one))) for one in sorted(used)
        }

    @cached_property
    def marked(self) -> dict[str, str]:
        """What every estimate is called, after the mark of its kind."""
        kinds = self.findings.knowledge.about["kind"] if self.findings.comparison.runner_up else {}
        known = {row["id"]: row["kind"] for row in self.quantities} | dict(kinds)
        return {
            name: f"{KIND_MARKS[kind]} {self.estimates[name]}" for name, kind in known.items() if name in self.estimates
        }

    @property
    def quantities(self) -> Iterator[dict[str, Any]]:
        """The row of every quantity, with its `id` and `table`."""
        yield from ({**row, "table": table} for table, row in self.inputs.quantities)

    def estimate(self, row: Row, with_option: bool) -> str:
        """What one estimate is called."""
        text = self.full_label(row)
        option = row.get("option_id", "")
        if with_option and option in self.options:
            name = self.options[option]
            name = name.replace(" ", SPACE) if len(name) <= UNBROKEN else name
            text = self.words("label.of", name=text, option=name)
        return self.stood_in(self.conditional(text, row), row)

    def conditional(self, text: str, row: Row) -> str:
        """A name with the condition under which its row counts."""
        for name, holds in literals(str(row.get("when") or "")):
            if name in self.conditions:
                key = "label.if" if holds else "label.unless"
                text = self.words(key, name=text, risk=lowered(self.conditions[name]))
        return text

    @cached_property
    def conditions(self) -> dict[str, str]:
        """What every risk and signal is called."""
        records = self.inputs.records
        tables = (("risks", "risk_id"), ("signals", "signal_id"))
        return {row[key]: self.words.of(row, "name") or row[key] for table, key in tables for row in records[table]}

    def full_label(self, row: Row) -> str:
        """What one estimate is, with its phase."""
        text = self.label(row)
        if row["table"] in PREFIXED:
            second = row["table"] == "signals" and row.get("id", "").endswith(f"/{FALSE_ALARM}")
            return self.words(f"label.{FALSE_ALARM if second else row['table']}", name=text)
        if row["table"] == "staffing":
            phase = self.words.get(f"label.phase_{row['phase']}", "") or self.words.of(row, "phase").lower()
            return self.words("label.staffing", name=text, phase=phase)
        return text

    def figure(self, row: Row) -> str:
        """What a figure is called, and of which option or group it is where it is one's own."""
        if row["table"] == "options":
            return self.label(row)
        whose = self.options.get(row.get("option_id", "")) or (self.words.of(row, "group") if row.get("group") else "")
        name = self.full_label(row)
        return self.words("label.of", name=name, option=whose) if whose else name

    def label(self, row: Row) -> str:
        """What a row of a table is about: its name, or else what its keys say."""
        table = row["table"]
        words = self.words
        if table == "options":
            return self.long_names.get(row["option_id"]) or words.of(row, "name")
        area = [self.areas.get(row["area_id"], str(row["area_id"]))] if "area_id" in row else []
        if table == "areas" and area:
            return area[0]
        if row.get("name") or row.get("item"):
            name = words.of(row, "name" if row.get("name") else "item")
            return ", ".join([name, *(area if table == "viewpoints" else [])])
        if row.get("parameter_id"):
            return words(f"parameter.{row['parameter_id']}")
        parts = area
        if table == "levels":
            parts.append(self.event(row) if row["from_event"] else words("label.now"))
        parts += [words.of(row, column) for column in KEYS if row.get(column)]
        if "standing_share" in row:
            parts.append(words("table.standing", share=words.share(row["standing_share"])))
        return ", ".join(parts) or words(f"table_name.{table}")

    def event(self, row: Row) -> str:
        """The name of the event from which a row counts: the option's own, else the one of all, else any option's."""
        rows = [event for event in self.inputs.records["timeline"] if event["event_id"] == row["from_event"]]
        own = row.get("option_id")
        nearest = sorted(rows, key=lambda event: (event["option_id"] != own, event["option_id"] != ALL_OPTIONS))
        return self.words.of(nearest[0], "name") if nearest and nearest[0]["name"] else str(row["from_event"])

    @cached_property
    def levers(self) -> dict[str, str]:
        """What every number and bundle that can be turned is called."""
        bundles = [name for name in self.findings.switching_values["id"] if name.startswith("bundle/")]
        return self.estimates | {name: self.bundle(*name.split("/", 3)[1:]) for name in bundles}

    def bundle(self, option: str, kind: str, part: str) -> str:
        """What a bundle of numbers is called, or one that several rows share."""
        if kind == "number":
            return self.shared(part)
        return self.words(
            f"lever.{kind}", option=self.options.get(option, option), part=self.categories.get(part, part)
        )

    def shared(self, first: str) -> str:
        """What a number is called that several rows share, by the id of the first: what it is, and whose."""
        same = next(names for names in numbers(self.findings.simulation.model.estimates) if names[0] == first)
        rows = [row for row in self.quantities if row["id"] in same]
        labels = list(dict.fromkeys(self.full_label(row) for row in rows))
        heads = {
            self.inputs.lines[row["option_id"]][-1] if row.get("option_id") in self.options else "" for row in rows
        }
        whose = self.options[heads.pop()] if len(heads) == 1 and "" not in heads else self.words("lever.several")
        each = zip(*(label.split() for label in labels), strict=False)
        alike = " ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, each)).rstrip(" ,")
        key = "number" if len(labels) == 1 else "alike" if " " in alike else "numbers"
        return self.words(f"lever.{key}", part=alike if key == "alike" else labels[0], option=whose)

    @cached_property
    def investigations(self) -> dict[str, str]:
        """The name of every investigation."""
        rows = self.inputs.tables["investigations"].to_dict("records")
        return {row["investigation_id"]: self.words.of(row, "name") for row in rows}

    @cached_property
    def source_numbers(self) -> dict[str, int]:
        """The number of every cited source, in this edition's list of sources."""
        return {source: number for number, source in enumerate(self.inputs.sources.index, start=1)}

    def cited(self, sources: str) -> list[int]:
        """The numbers of sources given as ids joined by `;`."""
        return [self.source_numbers[one] for one in split(sources) if one in self.source_numbers]

    @cached_property
    def prices(self) -> str:
        """In which year's prices amounts are."""
        year = self.inputs.parameters.get("price_year")
        if year and np.isfinite(year):
            return self.words("quantity.prices", year=int(year))
        return self.words("quantity.real")

    def named(self, row: Row, column: str = "name", name: str = "") -> str:
        """What a row is called, or else by the `name` given, marked where its figures are stand-ins."""
        return self.stood_in(name or self.words.of(row, column), row)

    def stood_in(self, name: str, row: Row) -> str:
        """A name, marked where the row is a stand-in."""
        return self.words("public.named", name=name) if is_stand_in(row) else name

    def viewpoint(self, row: Row) -> str:
        """What a viewpoint is called, with the mark and the word of what its weights are."""
        return f"{KIND_MARKS[row['kind']]}{SPACE}{self.named(row)} ({self.words('kind.' + row['kind'])})"

    def kind_mark(self, row: Row) -> str:
        """The kind of evidence of a row as a mark and a word, and that it is a stand-in."""
        kind = row.get("kind")
        said = [escape(self.stand_in_mark(row))]
        if kind in KIND_MARKS:
            word = escape(self.words(f"kind.{kind}"))
            mark = Html(f'<span class="kind"><span aria-hidden="true">{KIND_MARKS[kind]}</span> {word}</span>')
            said.insert(0, mark)
        return Html(", ").join(filter(None, said))

    def kind_text(self, row: Row) -> str:
        """The kind of evidence of a row in words, and that it is a stand-in."""
        kind = self.words(f"kind.{row['kind']}") if row.get("kind") in KIND_MARKS else ""
        return ", ".join(filter(None, [kind, self.stand_in_mark(row)]))

    def stand_in_mark(self, row: Row) -> str:
        """That a row is a stand-in, with the ground for secrecy; nothing where it is none."""
        if not is_stand_in(row):
            return ""
        ground = self.words.of(row, "confidential")
        return self.words("public.mark") if ground == "yes" else self.words("public.mark_ground", ground=ground)
