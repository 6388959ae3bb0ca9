"""Every word a decision-maker reads: the texts in `sv.toml` and `en.toml`, and how numbers and dates are written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.errors import UsageError
from fvmanalys.model.events import DAYS_PER_YEAR
from fvmanalys.report.digits import as_given, rounded, two_digits

__all__ = ["LANGUAGES", "Words", "day_after", "flat", "lowered", "read_texts"]

LANGUAGES = ("sv", "en")
SPACE = "\u00a0"
MINUS = "\u2212"
LATEST_YEARS = 900.0  # what lies further ahead has no day: the calendar ends, and no number reaches so far


@lru_cache(maxsize=len(LANGUAGES))
def read_texts(lang: str) -> dict[str, str]:
    """The texts of a language by dotted key, such as `answer.best`."""
    if lang not in LANGUAGES:
        raise UsageError(f"language {lang!r} is not known; use {' or '.join(LANGUAGES)}")
    return flat(tomllib.loads(resources.files(__package__).joinpath(f"{lang}.toml").read_text("utf-8")))


def flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as one with dotted keys."""
    texts: dict[str, str] = {}
    for key, value in tree.items():
        texts |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return texts


def lowered(text: str) -> str:
    """A name inside a sentence."""
    return text[:1].lower() + text[1:]


def day_after(as_of: date, years: float) -> date | None:
    """The day so many years after `as_of`; None for what never happens, is not known or beyond the calendar."""
    if years is None or not np.isfinite(years) or abs(years) > LATEST_YEARS:
        return None
    return as_of + timedelta(days=round(years * DAYS_PER_YEAR))


@dataclass(frozen=True)
class Words:
    """The words of one language; call it with a key and the values of the text's fields."""

    lang: str = "sv"
    own: tuple[tuple[str, str], ...] = ()  # an organisation's own texts, by key

    @cached_property
    def texts(self) -> dict[str, str]:
        """All texts by key."""
        return read_texts(self.lang) | dict(self.own) if self.own else read_texts(self.lang)

    @classmethod
    def in_run(cls, lang: str, own: Mapping[str, Any]) -> "Words":
        """The words of a run, some of them the organisation's own."""
        return cls(lang, tuple(own.get("words", {}).get(lang, {}).items()))

    def __call__(self, key: str, **values: Any) -> str:
        """The text at `key`, with its fields filled in."""
        return self.texts[key].format(**values)

    def get(self, key: str, default: str) -> str:
        """The text at `key`, or a default for what the data names and the words do not know."""
        return self.texts.get(key, default)

    def of(self, row: Any, column: str) -> str:
        """What the data says in this language: the column `X_en` in English where it is filled, else `X`."""
        translated = row.get(f"{column}_en", "") if self.lang == "en" else ""
        return translated if isinstance(translated, str) and translated else str(row[column])

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's separators; a dash where there is none."""
        if value is None or not np.isfinite(value):
            return "–"
        text = f"{abs(value):,.{decimals}f}"
        sign = MINUS if float(f"{value:.{decimals}f}") < 0 else ""
        return sign + (text.replace(",", SPACE).replace(".", ",") if self.lang == "sv" else text)

    def amount(self, msek: float) -> str:
        """An amount of MSEK to two or three digits, always in millions, so that it reads the same in text and table."""
        if msek is None or not np.isfinite(msek):
            return "–"
        return self("unit.million", value=self.number(*rounded(msek)))

    def share(self, value: float, decimals: int = 0) -> str:
        """A share as per cent."""
        if value is None or not np.isfinite(value):
            return "–"
        if decimals == 0 and 0 < value < 0.005:
            return self("unit.below_percent")
        if decimals == 0 and 0.995 < value < 1:
            return self("unit.above_percent")
        return self.number(100 * value, decimals) + (SPACE if self.lang == "sv" else "") + "%"

    def points(self, value: float) -> str:
        """A score or a level."""
        return self.number(value)

    def day(self, day: date | None) -> str:
        """A date as year-month-day."""
        return day.isoformat() if isinstance(day, date) else "–"

    def month(self, as_of: date, years: float) -> str:
        """The month that lies `years` after `as_of`; a dash for what never happens."""
        day = day_after(as_of, years)
        if day is None:
            return self("unit.never")
        return f"{self(f'month.{day.month}')} {day.year}"

    def years(self, value: float) -> str:
        """A length of time in years."""
        return "–" if value is None or not np.isfinite(value) else self("unit.years", value=self.number(value, 1))

    def listing(self, parts: list[str]) -> str:
        """Parts as a sentence lists them: a, b and c."""
        return (
            parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {self('unit.and')} {parts[-1]}" if parts else ""
        )

    def millions(self, msek: float) -> str:
        """An amount of MSEK without its unit, to two or three digits; small ones with decimals."""
        return self.number(*rounded(msek)) if np.isfinite(msek) else self.number(msek)

    def between(self, low: str, high: str) -> str:
        """From one value to another."""
        if low == high:
            return low
        return self("quantity.to", low=low, high=high) if MINUS in low + high else f"{low}–{high}"

    def measured(self, values: list[float], unit: str) -> str:
        """A value, or a range, with its unit and no more decimals than it has."""
        sizes = [100 * value if unit == "share" else value for value in values]
        texts = [str(int(size)) if unit == "year" else self.number(size, as_given(size, 2)) for size in sizes]
        return self.get(f"quantity.{unit}", "{value}").format(value=self.between(texts[0], texts[-1]))

    def rough(self, value: float, unit: str) -> str:
        """A computed number with its unit: an amount and a share as everywhere, others to two significant digits."""
        if unit in ("MSEK", "share"):
            return self.amount(value) if unit == "MSEK" else self.share(value)
        return self.measured([two_digits(value)], unit) if np.isfinite(value) else "–"

    def quantity(self, row: Any) -> str:
        """An estimate as published: its likely value, and its range where it has one."""
        low, likely, high = row["low"], row["likely"], row["high"]
        if pd.isna(low) or low == high:
            return self.measured([likely], row["unit"])
        ends = self.measured([low, high], row["unit"])
        if pd.isna(likely):
            return ends
        return self("quantity.range", likely=self.measured([likely], row["unit"]), ends=ends)

    def outcomes(self, share: float) -> str:
        """In how many of the outcomes: none, all, or a share of them."""
        key = "no_outcome" if share == 0 else "all_outcomes" if share == 1 else "outcomes"
        return self(f"quantity.{key}", share=self.share(share))
