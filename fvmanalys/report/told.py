"""How each kind of value is told in words, and what stands in its cell where that is something else."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from fvmanalys.analysis.leads import ERRORS
from fvmanalys.analysis.pause import BEST
from fvmanalys.evidence.rules import split
from fvmanalys.evidence.tables import ALL_OPTIONS
from fvmanalys.report.digits import as_given, rounded, two_digits
from fvmanalys.report.harmless import is_web_address
from fvmanalys.report.item import NOTHING, Address, Item
from fvmanalys.report.markup import Html, escape, link, safe
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.words import day_after

__all__ = ["known_cells"]

ANY_OPTION = {ALL_OPTIONS: "table.all_options", BEST: "waiting.best"}


# Each of these tells one kind of value; NaN, None and "" are a dash.


def tell_text(item: Item) -> str:
    """A text of the data, in the edition's language where its row has it."""
    if item.missing:
        return NOTHING
    return item.words.of(item.row, item.key) if item.key in item.row else str(item.value)


def tell_option(item: Item) -> str:
    """An option's short name; a word for all of them, and for the best at each time."""
    if item.value in ANY_OPTION:
        return item.words(ANY_OPTION[item.value])
    return NOTHING if item.missing else item.edition.options.get(item.value, str(item.value))


def tell_options(item: Item) -> str:
    """The short names of several options."""
    known = item.edition.options
    return item.words.listing([known.get(one, one) for one in split(item.value)]) or NOTHING


def tell_part(item: Item) -> str:
    """The name of an area, a cost category or an employer."""
    known = item.edition.areas | item.edition.categories
    return (
        NOTHING if item.missing else known.get(item.value) or item.words.get(f"employer.{item.value}", str(item.value))
    )


def tell_step(item: Item) -> str:
    """A part of a difference with its kind; the smallest of a kind together."""
    kind = item.row["kind"]
    if not item.value:
        return item.words(f"chart.decomposition.rest_{kind}")
    return item.words(f"chart.decomposition.{kind}", part=item.edition.part(kind, item.value))


def tell_categories(item: Item) -> str:
    """Several categories, as a sentence lists them."""
    known = item.edition.categories
    return item.words.listing([known.get(one, one) for one in split(item.value)]) or NOTHING


def tell_linked(item: Item) -> str:
    """The title of a source as a link, marked with its language where that is another than the edition's."""
    row = item.row
    spoken = (
        item.words.lang if item.words.lang == "en" and row.get("title_en") else row.get("language") or item.words.lang
    )
    told = link(item.words.of(row, item.key), row["url"])
    return told if spoken == item.words.lang else Html(f'<span lang="{spoken}">{safe(told)}</span>')


def tell_word(item: Item) -> str:
    """A word for what the data names by a key, such as a role; what has no word is told as it is."""
    return NOTHING if item.missing else item.words.get(f"{item.argument}.{item.value}", str(item.value))


def tell_yes_no(item: Item) -> str:
    """Yes or no."""
    if isinstance(item.value, str):
        return item.words(f"yes_no.{item.value}") if item.value else NOTHING
    return NOTHING if item.missing else item.words("yes_no.yes" if item.value else "yes_no.no")


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
    return item.words("unit.never") if item.value is not None and np.isinf(item.value) else NOTHING


def tell_month(item: Item) -> str:
    """The month that lies so many years after `as_of`, never, or a dash where no event is named."""
    return NOTHING if item.missing else item.words.month(item.edition.as_of, item.value)


def tell_outcomes(item: Item) -> str:
    """In how many of the outcomes: none, all, or a share of them."""
    return NOTHING if item.missing else item.words.outcomes(item.value)


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
    return item.words.number(item.value, 0 if item.missing else as_given(item.value, 3))


def tell_address(item: Item) -> str:
    """What opens a source."""
    return item.words("source.open", number=item.edition.source_numbers[item.row["source_id"]])


def put_address(item: Item) -> Any:
    """A link to the web, or nothing."""
    text = tell_address(item)
    return Address(text, item.value) if is_web_address(item.value) else None


def latest(item: Item) -> date | None:
    """A last day, or nothing where it has passed."""
    return None if item.missing or item.value < item.edition.as_of else item.value


def tell_latest(item: Item) -> str:
    """The month of a last day, which is as exact as an expected day can be; or that it has passed."""
    day = latest(item)
    return item.words("table.missed") if day is None else item.words.month(day, 0.0)


def tell_range(item: Item) -> str:
    """An estimate with its range and unit; or that nobody has published it."""
    return item.words("table.unknown") if item.missing else item.words.quantity(item.row)


def is_clear(item: Item) -> bool:
    """Whether a value of information can be told from zero: its row knows its standard error."""
    return bool(item.value > ERRORS * item.row["standard_error"])


def tell_worth(item: Item) -> str:
    """A value of information with its error to either side, or in words that it cannot be told from zero."""
    if not is_clear(item):
        return item.words("chart.information.unclear")
    value, error = (item.words.millions(amount) for amount in (item.value, ERRORS * item.row["standard_error"]))
    return item.words("table.worth", value=value, error=error)


def tell_clearly(item: Item) -> str:
    """In words whether a value of information can be told from zero."""
    return item.words("table.clear") if item.value else item.words("chart.information.unclear")


def put_error(item: Item) -> float:
    """The error to either side of a value."""
    return ERRORS * item.value


def rounded_form(item: Item) -> str:
    """The form of a computed figure without its unit: as many digits as with it; a share in per cent."""
    unit = item.row.get("unit")
    return str(unit) if unit in ("share", "year") else f"n{told_as(item)[1]}"


def told_as(item: Item) -> tuple[float, int]:
    """A computed figure as `Words.rough` tells it, and its decimals."""
    if item.missing or not np.isfinite(item.value):
        return np.nan, 0
    if item.row.get("unit") == "MSEK":
        return rounded(item.value)
    value = two_digits(item.value)
    return value, as_given(value, 2)


def put_rounded(item: Item) -> Any:
    """A computed figure as it is told."""
    return item.value if rounded_form(item) in ("share", "year") or item.missing else told_as(item)[0]


def tell_rounded(item: Item) -> str:
    """A computed figure as it is told elsewhere, without its unit."""
    form = rounded_form(item)
    if form in ("share", "year"):
        return item.words.share(item.value) if form == "share" else str(int(item.value))
    return item.words.number(*told_as(item))


def tell_owed_to_in_words(item: Item) -> str:
    """What a part of the uncertainty is owed to."""
    return item.words(f"kind.{item.value}") if item.value in KIND_MARKS else item.words(f"chart.share.{item.value}")


def tell_view(item: Item) -> str:
    """What a view is called: inside, outside, or the share of outcomes in which the outside view applies."""
    key = {0: "inside", 1: "outside"}.get(item.value, "mixture")
    return item.words(f"view.{key}", share=item.words.share(item.value))


def tell_ratio(item: Item) -> str:
    """A ratio, or the bound that it is; the argument says of what."""
    text = item.words.number(item.value, 2)
    bound = item.row["censored"] in (item.argument, "both") and not item.missing
    return item.words("chart.class.bound", ratio=text) if bound else text


def put_ratio(item: Item) -> Any:
    """A ratio as a number; a bound in words."""
    return tell_ratio(item) if item.row["censored"] in (item.argument, "both") else item.value


def tell_hundreds(item: Item) -> str:
    """An amount to whole hundreds, or that nobody has published what it takes."""
    return item.words("table.unknown") if item.missing else item.words.number(round(item.value, -2))


def known_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what its own table does not have, where rows of several tables stand in one."""
    return {column: value for column, value in row.items() if value is not None and value == value}


def tell_option_best(item: Item) -> str:
    """An option's short name; with a word where it is the best."""
    name = item.edition.options[item.value]
    best = item.value == item.edition.findings.comparison.best
    return item.words("table.best", option=name) if best else name


def tell_source(item: Item) -> str:
    """A source's number, which others lead to, and who published it."""
    return Html(f'<span id="source-{item.edition.source_numbers[item.value]}">{escape(put_source(item))}</span>')


def put_source(item: Item) -> str:
    """A source's number and who published it."""
    number = item.edition.source_numbers[item.value]
    publisher = item.words.of(item.row, "publisher")
    return item.words("source.cell", number=number, publisher=publisher)


def tell_interval(item: Item) -> str:
    """From one amount to that of another column."""
    return item.words.between(item.words.millions(item.value), item.words.millions(item.row[item.argument]))


def tell_wait(item: Item) -> str:
    """A time of waiting in whole months, because nobody knows it closer."""
    months = round(item.value)
    if item.value > 0 and not months:
        return item.words("quantity.wait_under")
    return (
        item.words("quantity.wait_one")
        if months == 1
        else item.words("quantity.wait", months=item.words.number(months))
    )


def tell_distribution(item: Item) -> str:
    """The shape of an estimate, and which percentiles its ends are where a shape has them otherwise."""
    shape = item.words(f"workbook.distribution.{item.value or 'fixed'}")
    return item.words("workbook.distribution.p90", shape=shape) if item.row.get("ends") == "p90" else shape


def tell_payer(item: Item) -> str:
    """Who pays: the organisation itself where nobody is named."""
    rows = item.edition.inputs.records["contracts"]
    called = {row["payer"]: item.words.of(row, "payer") for row in rows}
    return called[item.value] if item.value else item.words("budget.own")


def tell_sentence(item: Item) -> str:
    """A text with a full stop."""
    text = tell_text(item)
    return text if text.endswith((".", "!", "?")) else f"{text}."
