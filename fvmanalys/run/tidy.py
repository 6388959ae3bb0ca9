"""Tables as files: tidy CSV that no spreadsheet takes for formulas."""

import pandas as pd

__all__ = ["tidy_csv", "quoted"]


def tidy_csv(table: pd.DataFrame) -> str:
    """A table as tidy CSV: comma, decimal point, ISO dates."""
    return table.map(quoted).to_csv(index=False, lineterminator="\n")


def quoted(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets a quote before it (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) else value
