"""Bytes to text: UTF-8, or Windows-1252 where the text is plausible in it; what is garbled is refused with its row."""

import re

__all__ = ["SAVE_AGAIN", "Unreadable", "check_whole", "decode"]

SAVE_AGAIN = "save it as CSV in UTF-8, or as an Excel workbook"
WINDOWS = "cp1252"
NAMES = {WINDOWS: "Windows-1252", "cp850": "DOS (code page 437 or 850)", "mac_roman": "Mac Roman"}
BLANKS = bytes.maketrans(b',;"', b"   ")
LETTER = r"[^\W\d_]"
LINE_END = re.compile(rb"\r\n?|\n")
SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class Unreadable(ValueError):
    """A file, or all of it from one place on, cannot be read: what is wrong, what to do, and on which row."""

    def __init__(self, problem: str, remedy: str = SAVE_AGAIN, row: int | None = None):
        super().__init__(problem)
        self.problem, self.remedy, self.row = problem, remedy, row


def decode(raw: bytes) -> str:
    """Decode UTF-8, with or without BOM, or else Windows-1252; Unreadable where another encoding is more plausible."""
    if b"\0" in raw:
        unicode = "UTF-16, perhaps, which Excel calls Unicode text"
        raise Unreadable(f"holds zero bytes, so it is neither UTF-8 nor Windows-1252 text ({unicode})")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
    lines = LINE_END.split(raw)
    check_mixed(raw, lines, len(LINE_END.findall(raw[:place])))
    likely = most_plausible(raw)
    if likely != WINDOWS:
        row, line = next((row, line) for row, line in enumerate(lines, 1) if cost(line, likely) < cost(line, WINDOWS))
        best, worst = (line.decode(name, "replace") for name in (likely, WINDOWS))
        word, garbled = unlike(best, worst)
        reads = f"that reads {word!r} where Windows-1252 reads {garbled!r}"
        problem = f"is neither UTF-8 nor Windows-1252, but likely {NAMES[likely]}: {reads}"
        raise Unreadable(problem, row=row)
    return raw.decode(WINDOWS)


def check_mixed(raw: bytes, lines: list[bytes], place: int) -> None:
    """Refuse text that is UTF-8 but for some bytes: as Windows-1252 all the rest of it would be garbled."""
    sequences = len(SEQUENCE.findall(raw))
    stray = len(re.findall(rb"[\x80-\xff]", SEQUENCE.sub(b"", raw)))
    if sequences > stray or (sequences and TWICE.search(raw.decode(WINDOWS, "replace"))):
        likely = most_plausible(lines[place])
        word, garbled = unlike(patched(lines[place], likely), lines[place].decode("utf-8", "replace"))
        seen = f"{garbled!r}; {word!r} if it is {NAMES[likely]}"
        problem = f"holds a byte that is no UTF-8, as the rest of the file is ({seen})"
        raise Unreadable(problem, f"write that word again, and {SAVE_AGAIN}", place + 1)


def patched(line: bytes, encoding: str) -> str:
    """A line of UTF-8 whose stray bytes are read in another encoding."""
    parts = re.split(rb"(" + SEQUENCE.pattern + rb")", line)
    return "".join(part.decode("utf-8" if place % 2 else encoding, "replace") for place, part in enumerate(parts))


def unlike(one: str, other: str) -> tuple[str, str]:
    """The first words that differ between two readings of a line."""
    pairs = zip(re.split(r"[\s,;\"]+", one), re.split(r"[\s,;\"]+", other), strict=False)
    return next(((word, twin) for word, twin in pairs if word != twin), (one[:40], other[:40]))


# How odd a text is. Letters of the Nordic languages lie between 0x80 and 0x9f in the code pages of DOS and of the Mac,
# where
# Windows-1252 has typographic marks: what stands inside a word there, and at its end, tells them apart.

INSIDE_NO_WORD = (
    "\u2020-\u2022\u201a\u201c-\u201e\u2030\u2039\u203a\u20ac\u2122\u02c6\u02dc"
    "\xa1-\xa9\xab\xac\xae-\xb1\xb4\xb6\xb8\xbb-\xbf\xd7\xf7"
)
CAPITAL = "".join(filter(str.isupper, map(chr, range(0xC0, 0x100)))) + "\u0152\u0160\u0178\u017d"
SMALL = "a-z" + "".join(filter(str.islower, map(chr, range(0xC0, 0x100))))
NORDIC = re.compile("[" + b"\xc4\xc5\xc6\xc9\xd6\xd8\xe4\xe5\xe6\xe9\xf6\xf8".decode("latin-1") + "]")
ODD = {
    re.compile("[\ufffd\x80-\x9f\xad\u2500-\u25ff]"): 4,
    re.compile(rf"[{INSIDE_NO_WORD}](?<={LETTER}.)(?={LETTER})"): 3,
    re.compile(f"[{CAPITAL}](?<=[{SMALL}].)|[{CAPITAL}](?<=[A-Z].)(?=[{SMALL}])"): 3,
    re.compile(rf"[\u201a\u201e\u02c6\u02dc\u0192](?<={LETTER}.)(?!{LETTER})"): 2,
    re.compile(r"[\u2122\u2030](?<![^\W_].)(?=\S)"): 2,
    re.compile(rf"[\u2020\u2021](?<={LETTER}.)|[\u2020\u2021\u20ac](?={LETTER})|\u2026(?<={LETTER}.)(?={LETTER})"): 1,
    re.compile("[\u0161\u017e](?<=[b-df-hj-np-tv-xz].)(?=[b-df-hj-np-tv-xz])", re.IGNORECASE): 1,
}


def most_plausible(raw: bytes) -> str:
    """The encoding in which text is least odd: Windows-1252, unless another is less so."""
    nordic = {name: len(NORDIC.findall(raw.decode(name, "replace"))) for name in NAMES}
    return min(NAMES, key=lambda name: (cost(raw, name), name != WINDOWS, -nordic[name]))


def cost(raw: bytes, encoding: str) -> float:
    """How odd a text is in an encoding: marks inside words, capitals after small letters, letters that stand alone."""
    words = {word for word in set(raw.translate(BLANKS).split()) if not word.isascii()}
    text = b"\n".join(words).decode(encoding, "replace")
    low = "".join(letter for letter in bytes(range(0x80, 0xA0)).decode(encoding, "ignore") if letter.isalpha())
    lone = re.compile(rf"[{low}](?<!{LETTER}.)(?!{LETTER})")
    at_digits = re.compile(rf"[{low}](?<=\d.)|[{low}](?=\d)")
    return sum(weight * len(odd.findall(text)) for odd, weight in {**ODD, lone: 1, at_digits: 2}.items())


# Text encoded twice: UTF-8 that somebody read as Windows-1252 and saved as UTF-8.

TRAIL = "".join(map(chr, range(0x80, 0xC0))) + bytes(range(0x80, 0xC0)).decode(WINDOWS, "ignore")
MARKS = "\xa0\xab\xbb\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u2039\u203a"  # may follow a whole word
PLAIN = TRAIL.translate(dict.fromkeys(map(ord, MARKS)))
TWICE = re.compile(
    rf"\xc3(?:[{PLAIN}]|[{MARKS}](?={LETTER}))|\xc2(?<![A-Z{CAPITAL}].)[{TRAIL}]|\xe2[\u20ac\x80][{TRAIL}]"
)


def check_whole(rows: list[tuple[int, list[str]]]) -> None:
    """Refuse rows whose letters were lost or encoded twice before the file, in order itself, was saved."""
    for row, cells in rows:
        for cell in cells:
            if cell.isascii():
                continue
            if "\ufffd" in cell:
                word = shortened(cell, cell.index("\ufffd"))
                problem = f"holds {word!r}, where a letter was lost when the file was saved"
                raise Unreadable(problem, "write the word again, here and wherever a letter is lost", row)
            found = TWICE.search(cell)
            if found:
                garbled = shortened(cell, found.start())
                likely = f"{repaired(garbled)!r}: UTF-8 that was read as Windows-1252 and saved again"
                problem = f"reads {garbled!r}, which is likely {likely}"
                raise Unreadable(problem, "open the original as UTF-8 and save it again as CSV in UTF-8", row)


def shortened(cell: str, place: int) -> str:
    """The word at a place in a cell."""
    start = cell.rfind(" ", 0, place) + 1
    end = cell.find(" ", place)
    return cell[max(start, place - 30) : min(end if end > 0 else len(cell), place + 30)]


def repaired(garbled: str) -> str:
    """A word as it was before it was encoded twice."""
    bytes_of = {chr(code): bytes([code]) for code in range(256)}
    bytes_of |= {bytes([code]).decode(WINDOWS, "ignore"): bytes([code]) for code in range(256)}
    return TWICE.sub(
        lambda found: b"".join(map(bytes_of.__getitem__, found.group())).decode("utf-8", "replace"), garbled
    )
