"""How a value is told, in words and in a cell: one style for sentence, table, page, notebook and workbook."""

from dataclasses import replace

from fvmanalys.errors import UsageError
from fvmanalys.report import told
from fvmanalys.report import told_of_changes as changes
from fvmanalys.report import told_of_rows as rows
from fvmanalys.report.digits import significant, two_digits
from fvmanalys.report.item import NOTHING, Item, Style
from fvmanalys.report.words import lowered

__all__ = ["STYLES", "style_of"]

FEW = 2


def style_of(spec: str) -> tuple[Style, str]:
    """The style that a column or a field names, and its argument: `word=role` is the style `word` with `role`."""
    name, _, argument = spec.partition("=")
    if name not in STYLES:
        raise UsageError(f"style {name!r} is not known; there are {', '.join(STYLES)}")
    return STYLES[name], argument


def tell_spread(item: Item) -> str:
    """A value with the ends of its range, in columns that end in `_low` and `_high`,
    all told by the style after `=`.
    """
    words = item.edition.words
    tell = STYLES[item.argument].tell
    low, high = (tell(replace(item, value=item.row[f"{item.key}_{end}"])) for end in ("low", "high"))
    return words("quantity.range", likely=tell(item), ends=words.between(low, high))


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
    return now if now == was else item.edition.words("situation.was", now=now, before=was)


def tell_investigations(item: Item) -> str:
    """One investigation or several, joined by `;`, or how many where they are to be told briefly;
    none is to decide as planned.
    """
    if item.value == "":
        return item.edition.words("label.as_planned")
    known = item.edition.investigations
    names = [known[one] for one in str(item.value).split(";") if one in known]
    if item.argument == "brief" and len(names) > FEW:
        return item.edition.words("label.together", count=len(names))
    return item.edition.words.listing(names) if names else NOTHING


def number(decimals: int) -> Style:
    """A plain number with so many decimals; where it has some, enough for two digits of a small one."""

    def tell(item: Item) -> str:
        small = 0 if item.missing or not decimals else significant(item.value)
        return item.edition.words.number(item.value, max(decimals, small))

    return Style(tell, f"n{decimals}")


STYLES: dict[str, Style] = {
    "text": Style(told.tell_text),
    "named": Style(lambda item: item.edition.named(item.row, item.key)),
    "option": Style(told.tell_option),
    "options": Style(told.tell_options),
    "area": Style(told.tell_part),
    "category": Style(told.tell_part),
    "part": Style(told.tell_part),
    "categories": Style(told.tell_categories),
    "lever": Style(lambda item: item.edition.levers.get(item.value, str(item.value))),
    "difference_part": Style(lambda item: item.edition.part(item.row["kind"], item.value)),
    "step": Style(told.tell_step),
    "risk": Style(lambda item: lowered(item.edition.risks.get(item.value, str(item.value)))),
    "sized": Style(rows.tell_sized, "right", rows.tell_sized),
    "estimate": Style(lambda item: item.edition.estimates.get(item.value, str(item.value))),
    "investigation": Style(tell_investigations),
    "factor": Style(lambda item: item.edition.factors.get(f"factors/{item.value}", str(item.value))),
    "word": Style(told.tell_word),
    "yes_no": Style(told.tell_yes_no),
    "kind": Style(
        lambda item: item.edition.kind_mark({**item.row, "kind": item.value}), told.kind_form, told.put_kind, False
    ),
    "sources": Style(told.tell_sources, "text", told.put_sources),
    "worth": Style(
        told.tell_worth,
        "money",
        parts=lambda key, _: [(key, "money"), ("standard_error", "error"), ("clear", "clearly")],
    ),
    "error": Style(lambda item: item.edition.words.millions(told.put_error(item)), "money", told.put_error),
    "clearly": Style(told.tell_clearly),
    "rounded": Style(told.tell_rounded, told.rounded_form, told.put_rounded),
    "view": Style(told.tell_view),
    "wait": Style(told.tell_wait),
    "ratio": Style(
        told.tell_ratio, lambda item: "right" if isinstance(told.put_ratio(item), str) else "n2", told.put_ratio
    ),
    "hundreds": Style(
        told.tell_hundreds,
        lambda item: "right" if item.missing else "n0",
        lambda item: told.tell_hundreds(item) if item.missing else item.value,
    ),
    "group": Style(rows.tell_group),
    "judged": Style(rows.tell_judged),
    "owed_to": Style(
        lambda item: item.edition.kind_mark({"kind": item.value}) or told.tell_owed(item),
        told.kind_form,
        lambda item: told.put_kind(item) or told.tell_owed(item),
        number=False,
    ),
    "owed_to_in_words": Style(told.tell_owed),
    "lowered_area": Style(lambda item: lowered(told.tell_part(item))),
    "viewpoint": Style(lambda item: item.edition.viewpoint(item.row)),
    "day": Style(lambda item: item.edition.words.day(item.value), "date"),
    "month": Style(told.tell_month, "month", told.put_month),
    "year": Style(lambda item: str(int(item.value)), "year"),
    "years": Style(lambda item: item.edition.words.years(item.value), "n1"),
    "scale": Style(lambda item: item.edition.words.millions(item.value), "scale"),
    "money": Style(lambda item: item.edition.words.millions(item.value), "money"),
    "amount": Style(lambda item: item.edition.words.amount(item.value), "money"),
    "share": Style(lambda item: item.edition.words.share(item.value), "share"),
    "share1": Style(lambda item: item.edition.words.share(item.value, 1), "share1"),
    "outcomes": Style(told.tell_outcomes, told.outcomes_form, told.put_outcomes),
    "points": Style(lambda item: item.edition.words.points(item.value), "points"),
    "latest": Style(told.tell_latest, "month", lambda item: told.latest(item) or item.edition.words("table.missed")),
    "kinds": Style(rows.tell_kinds),
    "rough": Style(lambda item: item.edition.words.number(two_digits(item.value)), "n0"),
    "thousands": Style(
        lambda item: item.edition.words.number(two_digits(item.value / 1000)), "n0", lambda item: item.value / 1000
    ),
    "unit": Style(rows.tell_unit),
    "distribution": Style(told.tell_distribution),
    "size": Style(rows.tell_size),
    "option_best": Style(told.tell_best),
    "branch": Style(rows.tell_branch),
    "option_or_head": Style(rows.tell_option_or_head),
    "long_option": Style(lambda item: item.edition.long_names[item.value]),
    "beside": Style(rows.tell_beside),
    "parts": Style(rows.tell_parts),
    "interval": Style(told.tell_interval, number=True),
    "score": Style(rows.tell_score, number=True),
    "weights": Style(rows.tell_weights, "right"),
    "payer": Style(told.tell_payer),
    "source": Style(told.tell_source, put=told.put_source),
    "linked": Style(told.tell_title, "text", told.tell_text),
    "was": Style(tell_was, number=True),
    "said": Style(rows.tell_said),
    "moved": Style(changes.tell_moved, changes.moved_form, changes.put_moved, number=True),
    "changed_group": Style(changes.tell_changed_group),
    "changed_row": Style(changes.tell_changed_row),
    "changed_option": Style(changes.tell_changed_option),
    "changed_what": Style(changes.tell_what),
    "side": Style(changes.tell_side),
    "when": Style(rows.tell_when),
    "months": Style(rows.tell_months),
    "ground": Style(rows.tell_ground),
    "figure_name": Style(lambda item: item.edition.figure(told.known_cells(item.row))),
    "spent": Style(lambda item: item.edition.words.measured([item.value], "MSEK")),
    "lowered_word": Style(lambda item: lowered(told.tell_word(item))),
    "row": Style(lambda item: item.edition.label(told.known_cells(item.row))),
    "number_name": Style(lambda item: item.edition.estimate(told.known_cells(item.row) | {"id": item.value}, False)),
    "id": Style(rows.tell_id),
    "named_area": Style(lambda item: item.edition.named(item.row, name=item.edition.areas[item.value])),
    "dated": Style(lambda item: f"{item.edition.words.day(item.row['date'])} {told.tell_text(item)}"),
    "lowered": Style(lambda item: lowered(told.tell_text(item))),
    "sentence": Style(told.tell_sentence),
    "range": Style(
        told.tell_range,
        told.figure_form,
        parts=lambda key, _: [(key, "plain"), ("low", "plain"), ("high", "plain"), ("unit", "unit")],
    ),
    "plain": Style(told.tell_plain, told.figure_form),
    "spread": Style(
        tell_spread, "money", parts=lambda key, style: [(key, style), (f"{key}_low", style), (f"{key}_high", style)]
    ),
    "figure": Style(lambda item: item.edition.words.quantity(item.row), told.figure_form),
    "address": Style(told.tell_address, "link", told.put_address),
    "n0": number(0),
    "n1": number(1),
    "n2": number(2),
}
