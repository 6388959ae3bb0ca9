"""What an organisation has of its own in the appendix: logo, colour and words, as `[own]` in suite.toml names them."""

import base64
import re
import string
from collections.abc import Iterator
from pathlib import Path
from struct import unpack
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from fvmanalys.errors import UsageError
from fvmanalys.evidence.encoding import Unreadable
from fvmanalys.evidence.limits import read_bytes
from fvmanalys.evidence.settings import read_toml
from fvmanalys.report.palette import PAPER, SOFT, contrast
from fvmanalys.report.words import LANGUAGES, flat, read_texts

__all__ = ["Own", "read_own"]

LARGEST = 200_000  # bytes of a logo: the page holds it
PNG_BEGINS = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PNG_HEAD = 33
READABLE = 4.5  # contrast of text on paper (WCAG 2.2, AA)
KINDS = {".png": "image/png", ".svg": "image/svg+xml"}
ACTIVE = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)|<(?:\w+:)?(?:script|foreignObject|iframe|use|image)\b|\son\w+\s*=|href\s*=", re.IGNORECASE
)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Own:
    """Files beside suite.toml with the logo and with words; `accent` takes the place of the house's colour.

    The logo is a PNG, or an SVG for the pages with a PNG of the same name beside it for workbook and document.
    """

    logo: str = ""
    accent: str = ""
    words: str = ""


def read_own(suite_file: Path, own: Own) -> dict[str, Any]:
    """What the settings name, as the run keeps it; every fault is told at once."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    folder = suite_file.parent
    if own.accent:
        faults += colour_faults(own.accent)
        found["accent"] = own.accent
    try:
        if own.logo:
            drawn = Path(own.logo).with_suffix(".png").as_posix()
            beside = {"logo_png": drawn} if drawn != own.logo and (folder / drawn).exists() else {}
            for key, name in ({"logo": own.logo} | beside).items():
                raw = read_bytes(folder / name)
                faults += logo_faults(name, raw)
                found[key] = f"data:{KINDS.get(Path(name).suffix)};base64,{base64.b64encode(raw).decode()}"
        if own.words:
            found["words"] = {
                lang: flat(texts) for lang, texts in read_toml(folder / own.words, "name another file of words").items()
            }
            faults += word_faults(own.words, found["words"])
    except Unreadable as error:
        faults.append(f"{own.logo or own.words}: {error.problem}; correct the path")
    if faults:
        raise UsageError("\n".join(f"{suite_file}: own: {fault}" for fault in faults))
    return found


def colour_faults(accent: str) -> Iterator[str]:
    if not re.fullmatch("#[0-9a-fA-F]{6}", accent):
        yield f"accent {accent!r} is no colour; write it as #1f4e79"
    elif (found := min(contrast(accent, one) for one in (PAPER, SOFT))) < READABLE:
        yield f"accent {accent!r} has a contrast of {found:.1f} to the paper; take a darker one, at least {READABLE}"


def logo_faults(name: str, raw: bytes) -> Iterator[str]:
    """What is wrong with a logo: kind, size, or that it does anything but show."""
    kind = Path(name).suffix
    if kind not in KINDS:
        yield f"logo {name!r} is neither .png nor .svg; save it as one of them"
    if len(raw) > LARGEST:
        yield f"logo {name!r} holds {len(raw)} bytes; make it smaller than {LARGEST}"
    if kind == ".png" and (len(raw) < PNG_HEAD or not raw.startswith(PNG_BEGINS) or not all(unpack(">2I", raw[16:24]))):
        yield f"logo {name!r} is no PNG; save it again"
    if kind == ".svg" and (b"<svg" not in raw or ACTIVE.search(raw)):
        yield f"logo {name!r} is no plain drawing: it holds a script, a link or something else; save it as plain SVG"


def word_faults(name: str, words: dict[str, dict[str, str]]) -> Iterator[str]:
    """Words of a language or key that there is none of, or with fields that the text has no values for."""
    for lang, texts in words.items():
        if lang not in LANGUAGES:
            yield f"{name}: {lang}: no such language; put the words under [{'] or ['.join(LANGUAGES)}]"
            continue
        for key, text in texts.items():
            known = read_texts(lang).get(key)
            if known is None or not isinstance(text, str):
                yield f"{name}: {lang}.{key}: no such text; the keys are those of fvmanalys/report/words/{lang}.toml"
            elif unknown := sorted(fields_of(text, name) - (fields := fields_of(known, name))):
                yield f"{name}: {lang}.{key}: {', '.join(unknown)} has no value there; use {sorted(fields)}"


def fields_of(text: str, name: str) -> set[str]:
    try:
        return {
            f"{field}:{style}" if style else field
            for _, field, style, _ in string.Formatter().parse(text)
            if field is not None
        }
    except ValueError as error:
        raise UsageError(f"{name}: {text!r}: {error}; write {{{{ for a brace") from error
