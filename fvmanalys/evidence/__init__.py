"""Evidence: files to trusted estimates.

conditions  what must hold for a row to count
fields    what a column may hold
rows      what rows have in common
tables    what each raw table holds, declared once
encoding  bytes to text, refused where it is garbled
limits    how much of a file is read
spelling  numbers and days as they are written
files     CSV and Excel files to rows of text
read      the files of a folder to typed rows; every fault named at once
asof      what was known when; what superseded what
variants  what an option takes over from the one that it varies
quantities  what must hold within a quantity
rules     what must hold within a row, between rows and between tables
choices   what an option that holds back a choice must say
known     what could be read on a day
standing  what must stand on the day
frames    rows as read-only tables
estimates  which quantities the tables hold
changing  what an analyst changes without editing files
append    rows written into the files of the raw tables
dated     the rows known on one day
inputs    the tables as known on one day
cells     the cells of a workbook, straight from its parts
forms     what assessors wrote in their forms
superseding  rows that take the place of others
write     those tables as files
second_look  what breaks no rule and is seldom meant
public    raw tables to public tables, which a public run is made of
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fvmanalys.evidence.inputs import Inputs, load
    from fvmanalys.evidence.second_look import worth_a_look

__all__ = ["Inputs", "load", "worth_a_look"]


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: `check` needs no tables that compute."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'second_look' if name == 'worth_a_look' else 'inputs'}"), name)
