"""How a value is told, in words and in a cell: one style for sentence, table, page, notebook and workbook."""

from dataclasses import replace

from fvmanalys.errors import UsageError
from fvmanalys.report import told
from fvmanalys.report import told_of_changes as changes
from fvmanalys.report import told_of_rows as rows
from fvmanalys.report.digits import significant, two_digits
from fvmanalys.report.item import NOTHING, Item, Style
from fvmanalys.report.words import lowered

__all__ = ["STYLES", "style_of", "usual"]

FEW = 2


USUAL = {  # how columns are told that are told alike almost everywhere: style, keys
    "option": "option option_id winner best family", "kind": "kind", "sources": "source_id", "unit": "unit",
    "money": "net_benefit net_benefit_p05 net_benefit_p50 net_benefit_p95 cost cost_mean cost_p05 cost_p50 cost_p85 "
    "cost_p95 programme_mean programme_p05 programme_p50 programme_p85 programme_p95 net_value expected_loss loss "
    "per_year total difference",
    "share": "share p_best full_use_within_horizon probability_beyond density coverage family_p_best family_low "
    "family_high",
    "points": "score score_p05 score_p50 score_p95", "month": "full_use_p50 full_use_p85", "worth": "evppi evsi",
    "day": "known_from planned_date", "n0": "months count estimates programmes", "year": "year", "estimate": "id",
    "range": "likely", "yes_no": "permanent", "area": "area", "sized": "base switching_value", "hundreds": "per_user",
    "investigation": "investigation_id", "word=warning": "warning", "word=table_name": "table",
    "word=scenario": "is", "word=source_type": "type",
}  # fmt: skip
USUALLY = {key: style for style, keys in USUAL.items() for key in keys.split()}


def usual(key: str) -> str:
    """How a column is told where its exhibit does not say otherwise."""
    return USUALLY.get(key, "text")


def style_of(spec: str) -> tuple[Style, str]:
    """The style that a column or a field names, and its argument: `word=role` is the style `word` with `role`."""
    name, _, argument = spec.partition("=")
    if name not in STYLES:
        raise UsageError(f"style {name!r} is not known; there are {', '.join(STYLES)}")
    return STYLES[name], argument


def tell_spread(item: Item) -> str:
    """A value with the ends of its range (columns in `_low` and `_high`), all told by the style after `=`."""
    tell = STYLES[item.argument].tell
    low, high = (tell(replace(item, value=item.row[f"{item.key}_{end}"])) for end in ("low", "high"))
    return item.words("quantity.range", likely=tell(item), ends=item.words.between(low, high))


def tell_was(item: Item) -> str:
    """A figure, and in brackets what the former run said where that was something else; told by the style after `=`."""
    tell = STYLES[item.argument].tell
    former = item.edition.findings.former
    now = tell(item)
    if not item.row["known"] or former is None:
        return now
    then = replace(
        item.edition, findings=replace(item.edition.findings, inputs=replace(item.edition.inputs, as_of=former.as_of))
    )
    was = tell(replace(item, edition=then, value=item.row[f"before_{item.key}"]))
    return now if now == was else item.words("situation.was", now=now, before=was)


def tell_investigations(item: Item) -> str:
    """Investigations joined by `;`, or how many where they are told briefly; none is to decide as planned."""
    if item.value == "":
        return item.words("label.as_planned")
    known = item.edition.investigations
    names = [known[one] for one in str(item.value).split(";") if one in known]
    if item.argument == "brief" and len(names) > FEW:
        return item.words("label.together", count=len(names))
    return item.words.listing(names) if names else NOTHING


def number(decimals: int) -> Style:
    """A plain number with so many decimals; where it has some, enough for two digits of a small one."""

    def tell(item: Item) -> str:
        small = 0 if item.missing or not decimals else significant(item.value)
        return item.words.number(item.value, max(decimals, small))

    return Style(tell, f"n{decimals}")


# A function `tell_X` tells the style X, unless it stands below with more to say of cells.
PLAIN = {
    name.removeprefix("tell_"): Style(tell)
    for module in (told, rows, changes)
    for name, tell in vars(module).items()
    if name.startswith("tell_")
}
STYLES: dict[str, Style] = PLAIN | {
    "named": Style(lambda item: item.edition.named(item.row, item.key)),
    "area": Style(told.tell_part),
    "category": Style(told.tell_part),
    "lever": Style(lambda item: item.edition.levers.get(item.value, str(item.value))),
    "difference_part": Style(lambda item: item.edition.part(item.row["kind"], item.value)),
    "risk": Style(lambda item: lowered(item.edition.risks.get(item.value, str(item.value)))),
    "sized": Style(rows.tell_sized, "right", rows.tell_sized),
    "estimate": Style(lambda item: item.edition.estimates.get(item.value, str(item.value))),
    "investigation": Style(tell_investigations),
    "factor": Style(lambda item: item.edition.factors.get(f"factors/{item.value}", str(item.value))),
    "kind": Style(
        lambda item: item.edition.kind_mark({**item.row, "kind": item.value}), told.kind_form, told.put_kind, False
    ),
    "sources": Style(told.tell_sources, "text", told.put_sources),
    "worth": Style(
        told.tell_worth,
        "money",
        parts=lambda key, _: [(key, "money"), ("standard_error", "error"), ("clear", "clearly")],
    ),
    "error": Style(lambda item: item.words.millions(told.put_error(item)), "money", told.put_error),
    "rounded": Style(told.tell_rounded, told.rounded_form, told.put_rounded),
    "ratio": Style(
        told.tell_ratio, lambda item: "right" if isinstance(told.put_ratio(item), str) else "n2", told.put_ratio
    ),
    "hundreds": Style(
        told.tell_hundreds,
        lambda item: "right" if item.missing else "n0",
        lambda item: told.tell_hundreds(item) if item.missing else item.value,
    ),
    "owed_to": Style(
        lambda item: item.edition.kind_mark({"kind": item.value}) or told.tell_owed_to_in_words(item),
        told.kind_form,
        lambda item: told.put_kind(item) or told.tell_owed_to_in_words(item),
        number=False,
    ),
    "lowered_area": Style(lambda item: lowered(told.tell_part(item))),
    "viewpoint": Style(lambda item: item.edition.viewpoint(item.row)),
    "day": Style(lambda item: item.words.day(item.value), "date"),
    "month": Style(told.tell_month, "month", told.put_month),
    "year": Style(lambda item: str(int(item.value)), "year"),
    "years": Style(lambda item: item.words.years(item.value), "n1"),
    "scale": Style(lambda item: item.words.millions(item.value), "scale"),
    "money": Style(lambda item: item.words.millions(item.value), "money"),
    "amount": Style(lambda item: item.words.amount(item.value), "money"),
    "share": Style(lambda item: item.words.share(item.value), "share"),
    "share1": Style(lambda item: item.words.share(item.value, 1), "share1"),
    "outcomes": Style(told.tell_outcomes, told.outcomes_form, told.put_outcomes),
    "points": Style(lambda item: item.words.points(item.value), "points"),
    "latest": Style(told.tell_latest, "month", lambda item: told.latest(item) or item.words("table.missed")),
    "rough": Style(lambda item: item.words.number(two_digits(item.value)), "n0"),
    "thousands": Style(
        lambda item: item.words.number(two_digits(item.value / 1000)), "n0", lambda item: item.value / 1000
    ),
    "long_option": Style(lambda item: item.edition.long_names[item.value]),
    "interval": Style(told.tell_interval, number=True),
    "score": Style(rows.tell_score, number=True),
    "weights": Style(rows.tell_weights, "right"),
    "source": Style(told.tell_source, put=told.put_source),
    "linked": Style(told.tell_linked, "text", told.tell_text),
    "was": Style(tell_was, number=True),
    "moved": Style(changes.tell_moved, changes.moved_form, changes.put_moved, number=True),
    "figure_name": Style(lambda item: item.edition.figure(told.known_cells(item.row))),
    "spent": Style(lambda item: item.words.measured([item.value], "MSEK")),
    "lowered_word": Style(lambda item: lowered(told.tell_word(item))),
    "row": Style(lambda item: item.edition.label(told.known_cells(item.row))),
    "number_name": Style(lambda item: item.edition.estimate(told.known_cells(item.row) | {"id": item.value}, False)),
    "named_area": Style(lambda item: item.edition.named(item.row, name=item.edition.areas[item.value])),
    "dated": Style(lambda item: f"{item.words.day(item.row['date'])} {told.tell_text(item)}"),
    "lowered": Style(lambda item: lowered(told.tell_text(item))),
    "range": Style(
        told.tell_range,
        told.figure_form,
        parts=lambda key, _: [(key, "plain"), ("low", "plain"), ("high", "plain"), ("unit", "unit")],
    ),
    "plain": Style(told.tell_plain, told.figure_form),
    "spread": Style(
        tell_spread, "money", parts=lambda key, style: [(key, style), (f"{key}_low", style), (f"{key}_high", style)]
    ),
    "figure": Style(lambda item: item.words.quantity(item.row), told.figure_form),
    "address": Style(told.tell_address, "link", told.put_address),
    "n0": number(0),
    "n1": number(1),
    "n2": number(2),
}
