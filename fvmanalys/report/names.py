"""What the things of a decision are called, in the reader's language."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.evidence.rules import split
from fvmanalys.report.digits import as_given, rounded
from fvmanalys.report.markup import Html, escape
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.words import MINUS, SPACE, Words

__all__ = [
    "area_names",
    "between",
    "category_names",
    "distinct",
    "is_stand_in",
    "kind_mark",
    "kind_text",
    "measured",
    "millions",
    "named",
    "option_names",
    "outcomes",
    "price_note",
    "quantity",
    "source_marks",
    "viewpoint_name",
    "truth",
]


def option_names(findings: Findings, words: Words, column: str = "short_name") -> dict[str, str]:
    """The name of every option, no two alike."""
    rows = findings.inputs.tables["options"].to_dict("records")
    return distinct({row["option_id"]: words.of(row, column) or words.of(row, "name") for row in rows})


def area_names(findings: Findings, words: Words) -> dict[str, str]:
    """The name of every area, no two alike."""
    rows = findings.inputs.tables["areas"].to_dict("records")
    return distinct({row["area_id"]: words.of(row, "name") for row in rows})


def category_names(findings: Findings, words: Words) -> dict[str, str]:
    """The name of every cost category, no two alike: as the contracts call it, or the phase of a staffing."""
    tables = findings.inputs.tables
    contracts = {row["category"]: words.of(row, "category") for row in tables["contracts"].to_dict("records")}
    phases = {row["phase"]: phase_name(row, words) for row in tables["staffing"].to_dict("records")}
    return distinct(phases | contracts)


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Names by id; those that several share have their id with them, so that readers can tell them apart."""
    shared = Counter(name.casefold() for name in names.values())
    told = {key: f"{name} ({key})" if shared[name.casefold()] > 1 else name for key, name in names.items()}
    return told if len(set(told.values())) == len(told) else {key: f"{name} ({key})" for key, name in names.items()}


def phase_name(row: dict[str, Any], words: Words) -> str:
    """What the staffing of a phase is called; `pause` and `restart` are our own names."""
    return words.get(f"category.{row['phase']}", "") or words("category.staffing", phase=words.of(row, "phase").lower())


def kind_mark(row: Any, words: Words) -> str:
    """The kind of evidence of a row as a mark and a word, and that it is a stand-in."""
    kind, said = row.get("kind"), [escape(stand_in_mark(row, words))]
    if kind in KIND_MARKS:
        word = escape(words(f"kind.{kind}"))
        said.insert(0, f'<span class="kind"><span aria-hidden="true">{KIND_MARKS[kind]}</span> {word}</span>')
    return Html(", ".join(filter(None, said)))


def kind_text(row: Any, words: Words) -> str:
    """The kind of evidence of a row in words, and that it is a stand-in."""
    kind = words(f"kind.{row['kind']}") if row.get("kind") in KIND_MARKS else ""
    return ", ".join(filter(None, [kind, stand_in_mark(row, words)]))


def stand_in_mark(row: Any, words: Words) -> str:
    """That a row is a stand-in, with the ground for secrecy; nothing where it is none."""
    if not is_stand_in(row):
        return ""
    ground = words.of(row, "confidential")
    return words("public.mark") if ground == "yes" else words("public.mark_ground", ground=ground)


def is_stand_in(row: Any) -> bool:
    """Whether what the row says is a stand-in for something confidential."""
    return bool(row.get("stand_in") == "yes")


def named(row: Any, words: Words, column: str = "name", name: str = "") -> str:
    """What a row is called, or else by the `name` given, marked where its figures are stand-ins."""
    name = name or words.of(row, column)
    return words("public.named", name=name) if is_stand_in(row) else name


def source_marks(findings: Findings, text: str) -> str:
    """Source ids as numbers that lead to the list of sources."""
    numbers = {source: number for number, source in enumerate(findings.inputs.sources.index, start=1)}
    return Html(" ".join(f'<a href="#source-{numbers[one]}">[{numbers[one]}]</a>' for one in split(text) if one in numbers))


def quantity(row: dict[str, Any], words: Words) -> str:
    """An estimate as published: its likely value, and its range where it has one."""
    low, likely, high = row["low"], row["likely"], row["high"]
    if pd.isna(low) or low == high:
        return measured([likely], row["unit"], words)
    ends = measured([low, high], row["unit"], words)
    return words("quantity.range", likely=measured([likely], row["unit"], words), ends=ends) if pd.notna(likely) else ends


def measured(values: list[float], unit: str, words: Words) -> str:
    """A value, or a range, with its unit and no more decimals than it has."""
    scale = 100 if unit == "share" else 1
    sizes = [scale * value for value in values]
    texts = [str(int(size)) if unit == "year" else words.number(size, as_given(size, 2)) for size in sizes]
    return words.get(f"quantity.{unit}", "{value}").format(value=texts[0] if len(texts) == 1 else between(texts[0], texts[1], words))


def between(low: str, high: str, words: Words) -> str:
    """From one value to another."""
    return low if low == high else words("quantity.to", low=low, high=high) if MINUS in low + high else f"{low}–{high}"


def millions(msek: float, words: Words) -> str:
    """An amount of MSEK without its unit, to two or three digits; small ones with decimals."""
    return words.number(*rounded(msek)) if np.isfinite(msek) else words.number(msek)


def truth(value: Any, words: Words) -> str:
    """Something shown as it is if it is a date or a text, and as a dash where there is nothing."""
    return words.day(value) if isinstance(value, date) or value is None else str(value) or "–"


def outcomes(share: float, words: Words) -> str:
    """In how many of the outcomes: none, all, or a share of them."""
    key = "no_outcome" if share == 0 else "all_outcomes" if share == 1 else "outcomes"
    return words(f"quantity.{key}", share=words.share(share))


def price_note(findings: Findings, words: Words) -> str:
    """In which year's prices amounts are, where that is said."""
    year = findings.inputs.parameters.get("price_year")
    return words("quantity.prices", year=int(year)) if year and np.isfinite(year) else words("quantity.real")


def viewpoint_name(row: dict, words: Words) -> str:
    """What a viewpoint is called, with the mark and the word of what its weights are."""
    return f"{KIND_MARKS[row['kind']]}{SPACE}{named(row, words)} ({words('kind.' + row['kind'])})"
