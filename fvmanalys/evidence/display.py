"""How objects show themselves in a notebook and in a terminal: what they are, in a line and as a small table."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from fvmanalys.evidence.readonly import ReadOnlyTable

__all__ = ["Branch", "Estimates", "Shows"]


class Shows:
    """Shows itself by what it tells: `told` gives each fact by its name."""

    @property
    def told(self) -> Mapping[str, object]:
        """What there is to tell, the first things first."""
        return {}

    @property
    def below(self) -> Mapping[str, pd.DataFrame]:
        """Tables to show below it, by name."""
        return {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'; '.join(f'{name}: {one}' for name, one in self.told.items())})"

    def _repr_html_(self) -> str:
        below = self.below  # what a table shows is not told as well
        rows = "".join(
            f"<tr>{cell('th', name)}{cell('td', str(one))}</tr>" for name, one in self.told.items() if name not in below
        )
        head = f"<table><caption>{escape(type(self).__name__)}</caption><tbody>{rows}</tbody></table>"
        return head + "".join(captioned(table, name) for name, table in below.items())


def captioned(table: pd.DataFrame, name: str) -> str:
    """A table of results with its name; numbers to three digits, texts to the left."""
    heads = "".join(cell("th", one) for one in table)
    rows = ["".join(cell("td", one) for one in row) for row in table.itertuples(index=False)]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><caption>{escape(name)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def cell(tag: str, content: Any) -> str:
    """A cell of a table, by what it holds."""
    if isinstance(content, str):
        return f'<{tag} style="text-align:left">{escape(content)}</{tag}>'
    return f"<{tag}>{'' if pd.isna(content) else three_digits(content)}</{tag}>"


def three_digits(value: float) -> str:
    """A number to three digits, all of those before the decimal mark."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Branch:
    """Estimates whose ids begin alike: what comes next are attributes, `[…]` takes any part; `.row` is an estimate."""

    def __init__(self, table: pd.DataFrame, prefix: str):
        self._table, self._prefix = table, prefix

    @property
    def row(self) -> pd.Series:
        return self._table.set_index("id", drop=False).loc[self._prefix]

    @property
    def table(self) -> pd.DataFrame:
        return self._table[self._under]

    @property
    def _under(self) -> pd.Series:
        return self._table["id"].eq(self._prefix) | self._table["id"].str.startswith(f"{self._prefix}/")

    def __getitem__(self, part: str) -> "Branch":
        found = Branch(self._table, f"{self._prefix}/{part}")
        if not found._under.any():
            raise KeyError(found._prefix)
        return found

    def __getattr__(self, part: str) -> "Branch":
        if part.startswith("_"):
            raise AttributeError(part)
        try:
            return self[part]
        except KeyError as error:
            raise AttributeError(f"no estimate begins with {error}; there are {', '.join(dir(self))}") from error

    def __dir__(self) -> list[str]:
        return [one for one in next_parts(self._table, self._prefix) if one.isidentifier()]

    def __repr__(self) -> str:
        if self._prefix in set(self._table["id"]):
            row = self.row
            ranged = row["distribution"] not in ("", "fixed")
            ends = f" ({row['low']:g} to {row['high']:g}, {row['distribution']})" if ranged else ""
            whose = f"{row['kind']}, {row['owner'] or row['source_id']}"
            return f"{row['id']}: {row['likely']:g}{ends} {row['unit']}; {whose}"
        return f"{self._prefix}: {', '.join(next_parts(self._table, self._prefix))}"

    def _repr_html_(self) -> str:
        shown = ["id", "name", "low", "likely", "high", "distribution", "unit", "kind", "owner", "known_from", "note"]
        return self.table[shown].to_html(index=False, na_rep="")


def next_parts(table: pd.DataFrame, prefix: str) -> list[str]:
    """What comes after a prefix in the ids that have it."""
    after = re.compile(re.escape(prefix) + r"/([^/]+)")
    return list(dict.fromkeys(found[1] for name in table["id"] if (found := after.match(name))))


class Estimates(ReadOnlyTable):
    """The table of estimates, whose tables are attributes too: `estimates.contracts.b.licence`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in set(self["id"].str.split("/").str[0]):
            return super().__getattr__(name)
        return Branch(self, name)

    def __dir__(self) -> list[str]:
        return [*self["id"].str.split("/").str[0].unique(), *super().__dir__()]
