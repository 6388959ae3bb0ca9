"""Take this machine's paths out of what a reader sees: whole paths with a name, however spelt, and no more."""

import html
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.entities import codepoint2name
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["Places", "anonymous", "places", "places_here"]

# A path begins at its root: not within a longer path or an address, perhaps after a colour or an escaped line break.
BEGIN = r"(?:(?<![\w.~+/\\-])|(?<=file://)|(?<=file:///)|(?<=[\[;]\dm)|(?<=[\[;]\d\dm)|(?<=\[m)|(?<=\\[nrt]))"
# It ends where a name ends: `/home/ann` is not the beginning of `/home/annika`, nor of `/home/ann.old`.
END = r"(?![\w\u0300-\u036f-]|[.@+~%$]+\w|\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}))"
ANY_FOLDER = r"(?:/|[A-Za-z]:\\)[\w./\\-]{0,200}"
WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
NAME = re.compile(r"\w\w")
TAG_ENDS = re.compile(r"\s*>")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")
CELL, HOME, PYTHON = "(cell)", "~", "(python)"
WORDLESS = re.compile(r"image/(?!svg)|audio/|video/|application/pdf")


@dataclass(frozen=True)
class Places:
    """Places of this machine as one pattern, a group for each, and what a reader sees instead."""

    pattern: re.Pattern[str]
    shown: tuple[str, ...]


def places(known: Mapping[str, str]) -> Places:
    """Prepare to replace absolute places that have a name by what is shown; relative below what is shown as nothing."""
    longest = sorted(filter(is_named, known), key=len, reverse=True)
    groups = [f"({spelt(place)}{'' if known[place] else f'(?:{separator(place)})?'})" for place in longest]
    cell = r"ipykernel_\d+[/\\]+\d+\.py"
    ours = "|".join([rf"({spelt(tempfile.gettempdir())}[/\\]+{cell})", *groups])
    first = r"/|[A-Za-z]:" if all(place.startswith("/") for place in longest) else r"[/\\A-Za-z]"
    pattern = re.compile(rf"(?={first}){BEGIN}(?:{ours}|({ANY_FOLDER}{cell}))")
    return Places(pattern, (CELL, *(known[place] for place in longest), CELL))


def places_here(parameters: Mapping[str, Any]) -> Places:
    """The places of a run: its user's home, its Python, the project, the working folder, and the paths it was given."""
    known = {sys.prefix: PYTHON}
    with suppress(RuntimeError):  # a user may have no home
        known[str(Path.home())] = HOME
    known |= {str(Path(__file__).parents[2]): "", str(Path.cwd()): ""}
    known |= {str(value.absolute()): value.name for value in parameters.values() if isinstance(value, Path)}
    return places({os.path.realpath(place): shown for place, shown in known.items()} | known)


def is_named(place: str) -> bool:
    """Whether a place is an absolute path with a name in it."""
    absolute = place.startswith("/") or WINDOWS.match(place)
    return bool(absolute) and any(map(NAME.search, parts_of(place)))


def parts_of(place: str) -> list[str]:
    """The names in a path; a Windows path begins with its drive, or with nothing."""
    return re.split(separator(place), place.rstrip("/\\") if WINDOWS.match(place) else place.strip("/"))


def separator(place: str) -> str:
    """What stands between the parts of a path."""
    return r"[/\\]+" if WINDOWS.match(place) else "/+"


def spelt(place: str) -> str:
    """A pattern of a path as it is, and as Python, JSON, HTML, web addresses and a Mac write it."""
    windows = WINDOWS.match(place)
    composed = sorted({place, *(unicodedata.normalize(form, place) for form in ("NFC", "NFD"))})
    path = "|".join(separator(place).join("".join(map(letter, part)) for part in parts_of(one)) for one in composed)
    return f"(?i:{path}){END}" if windows else f"/(?:{path}){END}"


def letter(character: str) -> str:
    """A pattern of one letter of a name, in all its spellings."""
    if character.isascii() and character.isalnum():
        return character
    code = ord(character)
    entities = [html.escape(character), f"&#{code};", f"&#x{code:x};", f"&{codepoint2name.get(code, f'#{code}')};"]
    escapes = [character.encode("unicode_escape").decode(), json.dumps(character)[1:-1]]
    spellings = {character, *entities, *escapes}
    with suppress(UnicodeEncodeError):  # half a letter
        spellings |= {quote(character), quote(character).lower(), repr(character.encode())[2:-1]}
    return f"(?:{'|'.join(map(re.escape, sorted(spellings)))})"


def anonymous(value: Any, known: Places) -> Any:
    """Replace the places in every text of a value, except pictures and sound, and drop addresses of objects."""
    if isinstance(value, str):
        if "/" not in value and "\\" not in value and " at 0x" not in value:
            return value  # a line of millions of letters would keep all else waiting
        return ADDRESS.sub("", known.pattern.sub(lambda found: instead(found, known), value))
    if isinstance(value, list):
        return [anonymous(part, known) for part in value]
    if isinstance(value, dict):
        return type(value)(
            {key: part if WORDLESS.match(str(key)) else anonymous(part, known) for key, part in value.items()}
        )
    return value


def instead(found: re.Match[str], known: Places) -> str:
    """What a reader sees instead of a place; a tag that ends (`</table>`) is none."""
    text = found.string
    path = found.group()
    if text[found.start() - 1 : found.start()] == "<" and "/" not in path[1:] and TAG_ENDS.match(text, found.end()):
        return path
    return known.shown[(found.lastindex or 1) - 1] or ("" if path.endswith(("/", "\\")) else ".")
