"""One number or one text that reads the same in every variant, or else the word that says it is masked."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from fvmanalys.report.words import MINUS, Words
from fvmanalys.run.masking.names import MASKED_ID

__all__ = ["Masks", "common_number", "rounded"]

DIGITS = (3, 2)
DAY = r"\d{4}-\d{2}(?:-\d{2})?"
NUMBER = r"(?<![\w.,])[−-]?(?:\d{1,3}(?:[\u00a0\u202f]\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
TOKEN = re.compile(rf"{DAY}|{NUMBER}|\w+|\s+|[^\w\s]")
LONGEST_PLAIN = 3  # a number of more digits without separators is a year or a name, and is never rounded


def rounded(value: float, digits: int) -> float:
    """A number to so many significant digits."""
    return value if not value or not math.isfinite(value) else round(value, digits - 1 - math.floor(math.log10(abs(value))))


def common_number(values: Sequence[float], whole: bool = False) -> float | None:
    """What can be said of a number: itself where it is the same in every variant, else to three or two digits, else None.

    Something `whole`, such as a year or a count, is not rounded.
    """
    first = values[0]
    if all(value == first or (math.isnan(value) and math.isnan(first)) for value in values):
        return first
    if whole or not all(map(math.isfinite, values)):
        return None
    rounds = ({rounded(value, digits) for value in values} for digits in DIGITS)
    return next((found.pop() for found in rounds if len(found) == 1), None)


@dataclass(frozen=True)
class Masks:
    """The words of the masks in one language, what tells a confidential row, and the ids of confidential estimates."""

    words: Words
    secret_ids: frozenset[str] = frozenset()

    @cached_property
    def word(self) -> str:
        """What stands in the place of a masked figure."""
        return self.words("public.mask")

    @cached_property
    def marker(self) -> re.Pattern[str]:
        """A marker, with its ground, or an id that has been replaced."""
        start = re.escape(self.words("public.marker", number="#")).replace(r"\#", r"\d+")
        return re.compile(rf"\b{start}(?: \([^()]*(?:\([^()]*\)[^()]*)*\))?|\b{MASKED_ID}\d+\b", re.IGNORECASE)

    def of_row(self, texts: Sequence[str]) -> str:
        """The marker of a row about something confidential, if these texts of it say that it is; else nothing."""
        found = [self.marker.search(text) for text in texts if self.names_secret(text)]
        spelt = sorted((match.group() for match in found if match), key=lambda text: text.startswith(MASKED_ID))
        return spelt[0] if spelt else self.word if found else ""

    def names_secret(self, text: str) -> bool:
        """Whether a text is the name of something confidential, not a sentence about it."""
        match = self.marker.search(text)
        return text in self.secret_ids or bool(match and len(text) - len(match.group()) < 60 and not re.search(r"[.!?]$", text))

    def text(self, texts: Sequence[str]) -> str:
        """The text as far as it reads the same in every variant: word by word, numbers rounded where that makes them equal."""
        if len(set(texts)) == 1:
            return texts[0]
        tokens = [TOKEN.findall(text) for text in sorted(set(texts))]  # which of them is true must not show
        same_length = len({len(one) for one in tokens}) == 1
        kept = [self.token(one) for one in zip(*tokens, strict=True)] if same_length else self.aligned(tokens)
        pattern = re.escape(self.word)
        return re.sub(rf"{pattern}(?:[\s–-]*{pattern})+", lambda _: self.word, "".join(kept))

    def token(self, tokens: Sequence[str]) -> str:
        """One word or number."""
        if len(set(tokens)) == 1:
            return tokens[0]
        values = [number_of(token, self.words.lang) for token in tokens]
        if any(value is None for value in values):
            return self.word
        found = common_number([value for value in values if value is not None])
        return self.word if found is None else self.spelt(found, min(decimals_of(token, self.words.lang) for token in tokens))

    def spelt(self, value: float, decimals: int) -> str:
        """A rounded number with no more decimals than it had."""
        size = math.floor(math.log10(abs(value))) if value else 0
        return self.words.number(value, min(decimals, max(0, DIGITS[-1] - size)))

    def aligned(self, tokens: Sequence[list[str]]) -> list[str]:
        """The words that every variant has, in their order, a mask where any has more between them; the mask alone if not half are left."""
        first, *others = tokens
        maps = [{place: place for place in range(len(first))}, *(matching(first, other) for other in others)]
        kept = [place for place in range(len(first)) if all(place in one for one in maps)]
        if 2 * count_words([first[place] for place in kept]) < max(map(count_words, tokens)):
            return [self.word]
        shown: list[str] = []
        before = [-1] * len(maps)
        for place in [*kept, None]:
            here = [len(text) if place is None else one[place] for one, text in zip(maps, tokens, strict=True)]
            if any(now != then + 1 for now, then in zip(here, before, strict=True)):
                shown.append(f" {self.word}" if shown and shown[-1][-1].isalnum() else self.word)
                shown += [" "] if place is not None and first[place][0].isalnum() else []
            shown += [] if place is None else [first[place]]
            before = here
        return shown


def count_words(tokens: Sequence[str]) -> int:
    """How many of the tokens are words or numbers."""
    return sum(token[0].isalnum() for token in tokens)


def matching(first: list[str], other: list[str]) -> dict[int, int]:
    """Where the words of one text stand in another, in the same order."""
    blocks = SequenceMatcher(None, first, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def number_of(token: str, lang: str) -> float | None:
    """The number that a token writes; None for a word, a day and a year."""
    if not re.fullmatch(NUMBER, token) or (token.isdigit() and len(token) > LONGEST_PLAIN):
        return None
    plain = re.sub("[\u00a0\u202f]", "", token.replace(MINUS, "-").replace("–", "-"))
    return float(plain.replace(",", "." if lang == "sv" else ""))


def decimals_of(token: str, lang: str) -> int:
    """How many decimals a token writes."""
    return len(token.partition("," if lang == "sv" else ".")[2])
