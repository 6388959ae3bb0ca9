"""What data may say and a document may not hold: control characters, and addresses that do not lead to the web."""

import re

__all__ = ["harmless", "is_web_address", "one_line"]

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
BLANKS = re.compile(r"[^\S\u00a0\u2007\u202f]+")
WEB_ADDRESS = re.compile(r"https?://[^\s\"<>\\^`{|}]+", re.IGNORECASE)
LONGEST_ADDRESS = 2_000


def harmless(text: object) -> str:
    """A text without what neither XML nor HTML can hold, its lines ended alike."""
    return ILLEGAL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: object) -> str:
    """A harmless text on one line, its hard spaces kept."""
    return BLANKS.sub(" ", harmless(text)).strip(" ")


def is_web_address(text: str) -> bool:
    """Whether a text is an address that may be made a link."""
    return len(text) <= LONGEST_ADDRESS and WEB_ADDRESS.fullmatch(text) is not None
