"""Both languages say the same things, and numbers and dates are written as each language does."""

import ast
import re
import string
from datetime import date
from pathlib import Path

import pytest

from fvmanalys.errors import UsageError
from fvmanalys.report.words import LANGUAGES, Words, read_texts

REPORT = Path(__file__).parents[1] / "fvmanalys" / "report"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys():
    assert set(read_texts("sv")) == set(read_texts("en"))


def test_each_text_has_the_same_fields_in_both_languages():
    english = read_texts("en")
    differing = {
        key: (fields(text), fields(english[key])) for key, text in read_texts("sv").items() if fields(text) != fields(english[key])
    }
    assert not differing


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang):
    assert [key for key, text in read_texts(lang).items() if not text.strip()] == []


def test_every_key_that_the_code_names_exists():
    known = set(read_texts("sv"))
    named = {key for path in REPORT.rglob("*.py") for key in literal_keys(path)}
    assert named - known == set()


def literal_keys(path: Path) -> list[str]:
    """The first arguments of calls of `words` that are plain text."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and node.args]
    called = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in ("words", "self", "book.words")]
    return [call.args[0].value for call in called if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)]


def test_swedish_writes_hard_spaces_and_decimal_commas():
    words = Words("sv")
    assert words.number(-1234567.891, 1) == "\u22121\u00a0234\u00a0567,9"
    assert words.share(0.035, 1) == "3,5\u00a0%"
    assert words.day(date(2025, 5, 27)) == "2025-05-27"


def test_english_writes_commas_and_decimal_points():
    words = Words("en")
    assert words.number(1234567.891, 1) == "1,234,567.9"
    assert words.share(0.035, 1) == "3.5%"


def test_what_is_not_a_number_is_a_dash():
    assert Words().number(float("nan")) == Words().amount(float("inf")) == Words().share(float("nan")) == "–"


def test_an_unknown_language_is_named_with_those_there_are():
    with pytest.raises(UsageError, match="language 'fi' is not known; use sv or en"):
        read_texts("fi")


def test_swedish_page_words_hold_no_common_english():
    english = re.compile(r"\b(the|and|with|option|cost|score|benefit|figure|of)\b", re.IGNORECASE)
    assert {key: text for key, text in read_texts("sv").items() if english.search(re.sub(r"\{.*?\}", "", text))} == {}


@pytest.mark.parametrize(("one", "other"), [("sv", "en"), ("en", "sv")])
def test_what_is_said_alike_in_one_language_is_said_alike_in_the_other(one, other):
    said, told = read_texts(one), read_texts(other)
    found: dict[str, dict[str, str]] = {}
    for key, text in said.items():
        found.setdefault(text, {}).setdefault(told[key], key)
    assert {text: others for text, others in found.items() if len(others) > 1} == {}


def test_a_heading_that_all_tables_share_stands_once():
    texts = read_texts("sv"), read_texts("en")
    own = {key: key.rpartition(".")[2] for key in texts[0] if re.fullmatch(r"exhibit\.\w+\.column\.\w+", key)}
    assert [key for key, column in own.items() if all(known.get(f"column.{column}") == known[key] for known in texts)] == []
