"""Which columns of a confidential row are secret, and which say what may be public instead."""

from collections.abc import Iterable
from typing import Any

from fvmanalys.evidence.fields import SECRET, STRUCTURE, Kind, kind_of, reference
from fvmanalys.evidence.tables import TABLES, text_columns

__all__ = ["OPEN", "STAND_IN", "releasable", "release_columns", "secret_columns", "with_translations"]

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


def is_secret(field: Any) -> bool:
    """Whether a column that is no key is secret in a confidential row."""
    if SECRET in field.metadata or STRUCTURE in field.metadata:
        return SECRET in field.metadata
    return kind_of(field) is not Kind.CHOICE and reference(field) is None
