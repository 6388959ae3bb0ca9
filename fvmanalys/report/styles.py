"""How a value is told, in words and in a cell: one style for sentence, table, page, notebook and workbook."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from fvmanalys.analysis.information import ERRORS
from fvmanalys.analysis.pause import BEST
from fvmanalys.errors import UsageError
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.digits import as_given, rough, significant, two_digits
from fvmanalys.report.harmless import is_web_address
from fvmanalys.report.item import NOTHING, Address, Item, Style
from fvmanalys.report.markup import Html, link
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.words import day_after, lowered

__all__ = ["STYLES", "style_of"]

ANY_OPTION = {ALL_OPTIONS: "table.all_options", BEST: "waiting.best"}


def style_of(spec: str) -> tuple[Style, str]:
    """The style that a column or a field names, and its argument: `word=role` is the style `word` with `role`."""
    name, _, argument = spec.partition("=")
    if name not in STYLES:
        raise UsageError(f"style {name!r} is not known; there are {', '.join(STYLES)}")
    return STYLES[name], argument


# Each of these tells one kind of value; NaN, None and "" are a dash.


def tell_text(item: Item) -> str:
    """A text of the data, in the edition's language where its row has it."""
    if item.missing:
        return NOTHING
    return item.edition.words.of(item.row, item.key) if item.key in item.row else str(item.value)


def tell_option(item: Item) -> str:
    """An option's short name; a word for all of them, and for the best at each time."""
    if item.value in ANY_OPTION:
        return item.edition.words(ANY_OPTION[item.value])
    return NOTHING if item.missing else item.edition.options.get(item.value, str(item.value))


def tell_options(item: Item) -> str:
    """The short names of several options."""
    known = item.edition.options
    return item.edition.words.listing([known.get(one, one) for one in split(item.value)]) or NOTHING


def tell_part(item: Item) -> str:
    """The name of an area, a cost category or an employer."""
    known, words = item.edition.areas | item.edition.categories, item.edition.words
    return NOTHING if item.missing else known.get(item.value) or words.get(f"employer.{item.value}", str(item.value))


def tell_step(item: Item) -> str:
    """A part of a difference with its kind; the smallest of a kind together."""
    words, kind = item.edition.words, item.row["kind"]
    if not item.value:
        return words(f"chart.decomposition.rest_{kind}")
    return words(f"chart.decomposition.{kind}", part=item.edition.part(kind, item.value))


def tell_categories(item: Item) -> str:
    """Several categories, as a sentence lists them."""
    known = item.edition.categories
    return item.edition.words.listing([known.get(one, one) for one in split(item.value)]) or NOTHING


def tell_word(item: Item) -> str:
    """A word for what the data names by a key, such as a role; what has no word is told as it is."""
    return NOTHING if item.missing else item.edition.words.get(f"{item.argument}.{item.value}", str(item.value))


def tell_yes_no(item: Item) -> str:
    """Yes or no."""
    if isinstance(item.value, str):
        return item.edition.words(f"yes_no.{item.value}") if item.value else NOTHING
    return NOTHING if item.missing else item.edition.words("yes_no.yes" if item.value else "yes_no.no")


def put_kind(item: Item) -> Any:
    """Fact, judgement or assumption: mark and word; and that it is a stand-in."""
    said = item.edition.kind_text({**item.row, "kind": item.value})
    return f"{KIND_MARKS[item.value]} {said}" if item.value in KIND_MARKS else said or None


def kind_form(item: Item) -> str:
    """The fill of a kind of evidence."""
    return f"{item.value} text" if item.value in KIND_MARKS else "text"


def tell_sources(item: Item) -> str:
    """Sources as numbers that lead to the list of sources."""
    numbers = item.edition.cited(item.value)
    return Html(" ".join(f'<a href="#source-{number}">[{number}]</a>' for number in numbers)) if numbers else NOTHING


def put_sources(item: Item) -> str:
    """Sources as their numbers in the list of sources."""
    return " ".join(f"[{number}]" for number in item.edition.cited(item.value))


def put_month(item: Item) -> date | str:
    """The day that lies so many years after `as_of`, or a word where there is none."""
    day = day_after(item.edition.as_of, item.value)
    if day is not None:
        return day
    return item.edition.words("unit.never") if item.value is not None and np.isinf(item.value) else NOTHING


def tell_month(item: Item) -> str:
    """The month that lies so many years after `as_of`, never, or a dash where no event is named."""
    return NOTHING if item.missing else item.edition.words.month(item.edition.as_of, item.value)


def tell_outcomes(item: Item) -> str:
    """In how many of the outcomes: none, all, or a share of them."""
    return NOTHING if item.missing else item.edition.words.outcomes(item.value)


def put_outcomes(item: Item) -> Any:
    """A share; in words where it is none or all."""
    return tell_outcomes(item) if item.value in (0, 1) else item.value


def outcomes_form(item: Item) -> str:
    """Words and shares alike stand to the right."""
    return "right" if item.value in (0, 1) else "share"


def figure_form(item: Item) -> str:
    """As many decimals as a figure has, at most three, none from 1 000 up; a year as it is, a share in per cent."""
    if item.row.get("unit") == "share" and not item.missing:
        return "share" if abs(100 * item.value - round(100 * item.value)) < 1e-9 else "share1"
    return "year" if item.row.get("unit") == "year" or item.missing else f"n{as_given(item.value, 3)}"


def tell_plain(item: Item) -> str:
    """A figure with as many decimals as it has, without its unit."""
    return item.edition.words.number(item.value, 0 if item.missing else as_given(item.value, 3))


def tell_address(item: Item) -> str:
    """A link with the text of its row, where the address is one of the web's."""
    return link(item.edition.words.of(item.row, item.argument), item.value)


def put_address(item: Item) -> Any:
    """A link to the web, or nothing."""
    text = item.edition.words("sheet.origins.sources.open", number=item.row["number"])
    return Address(text, item.value) if is_web_address(item.value) else None


def latest(item: Item) -> date | None:
    """A last day, or nothing where it has passed."""
    return None if item.missing or item.value < item.edition.as_of else item.value


def tell_latest(item: Item) -> str:
    """The month of a last day, which is as exact as an expected day can be; or that it has passed."""
    day = latest(item)
    return item.edition.words("table.missed") if day is None else item.edition.words.month(day, 0.0)


def tell_kinds(item: Item) -> str:
    """What each part rests on, of kinds given as `part:kind;part:kind`: the part, its mark and its word."""
    words = item.edition.words
    known = [pair.split(":") for pair in split(item.value)]
    kinds = [(words(f"agreement.{part}"), f"{KIND_MARKS[kind]} {words(f'kind.{kind}').lower()}") for part, kind in known]
    return "; ".join(words("agreement.kind", part=part, kind=kind) for part, kind in kinds) or NOTHING


def tell_range(item: Item) -> str:
    """An estimate with its range and unit; or that nobody has published it."""
    return item.edition.words("table.unknown") if item.missing else item.edition.words.quantity(item.row)


def tell_spread(item: Item) -> str:
    """A value with the ends of its range, in columns that end in `_low` and `_high`, all told by the style after `=`."""
    words, told = item.edition.words, STYLES[item.argument].tell
    low, high = (told(replace(item, value=item.row[f"{item.key}_{end}"])) for end in ("low", "high"))
    return words("quantity.range", likely=told(item), ends=words.between(low, high))


def is_clear(item: Item) -> bool:
    """Whether a value of information can be told from zero: its row knows its standard error."""
    return bool(item.value > ERRORS * item.row["standard_error"])


def tell_worth(item: Item) -> str:
    """A value of information with its error to either side, or in words that it cannot be told from zero."""
    words = item.edition.words
    if not is_clear(item):
        return words("chart.information.unclear")
    value, error = (words.millions(amount) for amount in (item.value, ERRORS * item.row["standard_error"]))
    return words("table.worth", value=value, error=error)


def tell_clearly(item: Item) -> str:
    """In words whether a value of information can be told from zero."""
    words = item.edition.words
    return words("table.clear") if item.value else words("chart.information.unclear")


def put_error(item: Item) -> float:
    """The error to either side of a value."""
    return ERRORS * item.value


def rounded_form(item: Item) -> str:
    """The form of a computed figure: about two digits that matter; a share in per cent."""
    unit = item.row.get("unit")
    known = not item.missing and np.isfinite(item.value)
    return str(unit) if unit in ("share", "year") else f"n{rough(item.value) if known else 0}"


def tell_rounded(item: Item) -> str:
    """A computed figure to about two digits, without its unit."""
    form, words = rounded_form(item), item.edition.words
    if form in ("share", "year"):
        return words.share(item.value) if form == "share" else str(int(item.value))
    return words.number(item.value, int(form[1]))


def tell_group(item: Item) -> str:
    """What a natural group of numbers is called."""
    words, kind = item.edition.words, item.row["group_kind"]
    if kind == "factor":
        estimates = item.edition.inputs.estimates
        first = estimates.loc[estimates["moves_with"].eq(item.value), "id"].iloc[0]
        return words("table.group_factor", name=item.edition.estimates[first])
    if kind == "area":
        return words("table.group_area", name=item.edition.areas[item.value])
    return words(f"table_name.{item.value}") if kind == "table" else words("table.group_assumptions")


def tell_judged(item: Item) -> str:
    """Whether an outcome kept within its forecast, and how many comparable programmes did better."""
    words = item.edition.words
    judged, share = words(f"chart.backtest.{item.value or 'open'}"), words.share(item.row["share_below"])
    return words("exhibit.backtest.outcome" if item.row["outcome"] else "exhibit.backtest.so_far", judged=judged, share=share)


def tell_owed(item: Item) -> str:
    """What a part of the uncertainty is owed to."""
    words = item.edition.words
    return words(f"kind.{item.value}") if item.value in KIND_MARKS else words(f"chart.share.{item.value}")


def tell_view(item: Item) -> str:
    """What a view is called: inside, outside, or the share of outcomes in which the outside view applies."""
    words = item.edition.words
    key = {0: "inside", 1: "outside"}.get(item.value, "mixture")
    return words(f"view.{key}", share=words.share(item.value))


def tell_ratio(item: Item) -> str:
    """A ratio, or the bound that it is; the argument says of what."""
    text = item.edition.words.number(item.value, 2)
    bound = item.row["censored"] in (item.argument, "both") and not item.missing
    return item.edition.words("chart.class.bound", ratio=text) if bound else text


def put_ratio(item: Item) -> Any:
    """A ratio as a number; a bound in words."""
    return tell_ratio(item) if item.row["censored"] in (item.argument, "both") else item.value


def tell_hundreds(item: Item) -> str:
    """An amount to whole hundreds, or that nobody has published what it takes."""
    return item.edition.words("table.unknown") if item.missing else item.edition.words.number(round(item.value, -2))


def number(decimals: int) -> Style:
    """A plain number with so many decimals; where it has some, enough for two digits of a small one."""

    def tell(item: Item) -> str:
        small = 0 if item.missing or not decimals else significant(item.value)
        return item.edition.words.number(item.value, max(decimals, small))

    return Style(tell, f"n{decimals}")


STYLES: dict[str, Style] = {
    "text": Style(tell_text),
    "named": Style(lambda item: item.edition.named(item.row, item.key)),
    "option": Style(tell_option),
    "options": Style(tell_options),
    "area": Style(tell_part),
    "category": Style(tell_part),
    "part": Style(tell_part),
    "categories": Style(tell_categories),
    "lever": Style(lambda item: item.edition.levers.get(item.value, str(item.value))),
    "difference_part": Style(lambda item: item.edition.part(item.row["kind"], item.value)),
    "step": Style(tell_step),
    "risk": Style(lambda item: lowered(item.edition.risks.get(item.value, str(item.value)))),
    "sized": Style(lambda item: item.edition.words.rough(item.value, item.row["unit"])),
    "estimate": Style(lambda item: item.edition.estimates.get(item.value, str(item.value))),
    "investigation": Style(lambda item: item.edition.investigations.get(item.value, NOTHING)),
    "word": Style(tell_word),
    "yes_no": Style(tell_yes_no),
    "kind": Style(lambda item: item.edition.kind_mark({**item.row, "kind": item.value}), kind_form, put_kind, False),
    "sources": Style(tell_sources, "text", put_sources),
    "worth": Style(
        tell_worth,
        "money",
        parts=lambda key, _: [(key, "money"), ("standard_error", "error"), ("clear", "clearly")],
    ),
    "error": Style(lambda item: item.edition.words.millions(put_error(item)), "money", put_error),
    "clearly": Style(tell_clearly),
    "rounded": Style(tell_rounded, rounded_form),
    "view": Style(tell_view),
    "ratio": Style(
        tell_ratio,
        lambda item: "right" if isinstance(put_ratio(item), str) else "n2",
        put_ratio,
    ),
    "hundreds": Style(
        tell_hundreds,
        lambda item: "right" if item.missing else "n0",
        lambda item: tell_hundreds(item) if item.missing else item.value,
    ),
    "group": Style(tell_group),
    "judged": Style(tell_judged),
    "owed_to": Style(
        lambda item: item.edition.kind_mark({"kind": item.value}) or tell_owed(item),
        kind_form,
        lambda item: put_kind(item) or tell_owed(item),
        number=False,
    ),
    "owed_to_in_words": Style(tell_owed),
    "lowered_area": Style(lambda item: lowered(tell_part(item))),
    "viewpoint": Style(lambda item: item.edition.viewpoint(item.row)),
    "day": Style(lambda item: item.edition.words.day(item.value), "date"),
    "month": Style(tell_month, "month", put_month),
    "year": Style(lambda item: str(int(item.value)), "year"),
    "years": Style(lambda item: item.edition.words.years(item.value), "n1"),
    "scale": Style(lambda item: item.edition.words.millions(item.value), "scale"),
    "money": Style(lambda item: item.edition.words.millions(item.value), "money"),
    "amount": Style(lambda item: item.edition.words.amount(item.value), "money"),
    "share": Style(lambda item: item.edition.words.share(item.value), "share"),
    "share1": Style(lambda item: item.edition.words.share(item.value, 1), "share1"),
    "outcomes": Style(tell_outcomes, outcomes_form, put_outcomes),
    "points": Style(lambda item: item.edition.words.points(item.value), "points"),
    "latest": Style(tell_latest, "month", lambda item: latest(item) or item.edition.words("table.missed")),
    "kinds": Style(tell_kinds),
    "rough": Style(lambda item: item.edition.words.number(two_digits(item.value)), "n0"),
    "thousands": Style(
        lambda item: item.edition.words.number(two_digits(item.value / 1000)), "n0", lambda item: item.value / 1000
    ),
    "unit": Style(lambda item: item.edition.words(f"workbook.unit.{item.value or 'none'}")),
    "range": Style(
        tell_range, figure_form, parts=lambda key, _: [(key, "plain"), ("low", "plain"), ("high", "plain"), ("unit", "unit")]
    ),
    "plain": Style(tell_plain, figure_form),
    "spread": Style(
        tell_spread, "money", parts=lambda key, style: [(key, style), (f"{key}_low", style), (f"{key}_high", style)]
    ),
    "figure": Style(lambda item: item.edition.words.quantity(item.row), figure_form),
    "address": Style(tell_address, "link", put_address),
    "n0": number(0),
    "n1": number(1),
    "n2": number(2),
}
