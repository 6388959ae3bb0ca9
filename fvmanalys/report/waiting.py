"""What waiting costs, how large a team to keep, by when to decide and what agreements bind: sentences and tables."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.pause import BEST, waiting_is_possible
from fvmanalys.analysis.staffing import agreements, terms, training_load
from fvmanalys.analysis.whatif import latest_decisions, standing_over_delays
from fvmanalys.evidence.rules import split
from fvmanalys.report.charts.staffing import FLAT
from fvmanalys.report.exhibits import head
from fvmanalys.report.labels import number_names
from fvmanalys.report.markup import Html, html_table
from fvmanalys.report.names import between, kind_mark, millions, option_names, quantity, source_marks
from fvmanalys.report.palette import KIND_MARKS
from fvmanalys.report.words import Words

__all__ = [
    "agreement_kinds",
    "agreement_name",
    "agreement_note",
    "agreement_sources",
    "standing_moves",
    "start_burden",
    "table_agreements",
    "table_bill",
    "table_deadlines",
    "table_delays",
    "table_peaks",
    "table_standing",
    "table_start_burden",
    "table_training",
    "team_missing",
    "terms_sentences",
    "training_sentences",
    "wait_missing",
    "waiting_answer",
]

AT_END = 0.02


def wait_missing(findings: Findings, words: Words) -> str:
    """Why nothing can be said of waiting; nothing where it can."""
    if findings.decision_taken is not None:
        return words("missing.wait_taken", date=words.day(findings.decision_taken["date"]))
    return "" if waiting_is_possible(findings.inputs) else words("missing.wait_no_decision")


def team_missing(findings: Findings, words: Words) -> str:
    """Why no standing team can be weighed; nothing where it can."""
    return wait_missing(findings, words) or ("" if findings.inputs.has("readiness") else words("missing.readiness"))


def waiting_answer(findings: Findings, words: Words) -> list[str]:
    """What a month of waiting costs, how large a team to keep, and by when to decide; or why that cannot be said."""
    reason = wait_missing(findings, words)
    if reason:
        return [reason]
    team = team_missing(findings, words)
    return [
        delay_sentence(findings, words),
        *bill_sentence(findings, words),
        team or team_sentence(findings, words),
        *use_sentences(findings, words),
    ]


def delay_sentence(findings: Findings, words: Words) -> str:
    """What the first month of delay costs, by part."""
    table = findings.knowledge.delays
    first = table.loc[table["months"] > 0, "months"].min()
    row = table[(table["months"] == first) & (table["option"] == BEST)].iloc[0]
    parts = {name: words.amount(row[name] / first) for name in ("loss", "pause_bill", "lost_points")}
    shifted = words(
        "waiting.shift_up" if row["shifted_costs"] >= 0 else "waiting.shift_down", amount=words.amount(abs(row["shifted_costs"]) / first)
    )
    return words("waiting.month", shifted=shifted, **parts)


def bill_sentence(findings: Findings, words: Words) -> list[str]:
    """What is paid each month, and how much of it ends with the decision."""
    table = findings.pause_bill
    if table.empty:
        return []
    ends = table.loc[table["ends_with_decision"], "msek_per_month"].sum()
    on = table["msek_per_month"].sum() - ends
    return [words("waiting.bill" if on else "waiting.bill_only", ends=words.amount(ends), goes_on=words.amount(on))]


def team_sentence(findings: Findings, words: Words) -> str:
    """How large a team to keep for the best option, and how flat the curve is or at which end it is best."""
    team = findings.standing_teams[findings.comparison.best]
    facts = {"option": option_names(findings, words)[team.option], "share": words.share(team.share)}
    facts |= {"low": words.share(team.low), "high": words.share(team.high)}
    texts = [words("waiting.team", **facts)]
    if team.share <= AT_END or team.share >= 1 - AT_END:
        curve = team.curve.set_index("share")["total"]
        more = words.amount(abs(curve.iloc[-1] - curve.iloc[0]))
        texts.append(words("waiting.team_none" if team.share <= AT_END else "waiting.team_full", more=more))
    texts += [words("waiting.team_flat")] if team.high - team.low >= FLAT else []
    return " ".join(texts)


def use_sentences(findings: Findings, words: Words) -> list[str]:
    """By when to decide for the best option to be in full use by the first years that can be reached."""
    table, as_of = latest_decisions(findings.simulation), findings.inputs.as_of
    rows = table[table["option"] == findings.comparison.best].to_dict("records")
    within = [row for row in rows if row["p50"] is not None and row["p50"] >= as_of]
    name = option_names(findings, words)[findings.comparison.best]
    if not within:
        return [words("waiting.too_late", option=name)] if rows else []
    row = within[0]
    late = words("waiting.missed") if row["p80"] is None or row["p80"] < as_of else words("waiting.by_day", day=month_of(row["p80"], words))
    return [words("waiting.use", option=name, year=row["year"], p50=month_of(row["p50"], words), p80=late)]


def month_of(day: date, words: Words) -> str:
    """The month of a day, which is as exact as an expected day can be."""
    return words.month(day, 0.0)


def terms_sentences(findings: Findings, words: Words) -> list[str]:
    """What else is known of consultants and other parties' people."""
    rows = terms(findings.inputs)
    return [
        words("waiting.known", name=words.of(row, "name"), value=quantity(row, words), kind=words(f"kind.{row['kind']}").lower(), note=note)
        for row in rows
        for note in [words.of(row, "note")]
    ]


def agreement_name(parts: dict[str, Any], words: Words) -> str:
    """What an agreement is called: its milestone, else the figure known of it."""
    return next(words.of(row, "name") for row in (parts["ends"], parts["notice"], parts["count"]) if row)


def agreement_kinds(parts: dict[str, Any], words: Words) -> list[str]:
    """What each part that is known of an agreement rests on: its mark and its word."""
    known = [(words(f"agreement.{name}"), row["kind"]) for name, row in parts.items() if row]
    return [words("agreement.kind", part=part, kind=f"{KIND_MARKS[kind]} {words(f'kind.{kind}').lower()}") for part, kind in known]


def agreement_sources(parts: dict[str, Any]) -> str:
    """The ids of the sources of an agreement, each once."""
    return ";".join(dict.fromkeys(one for row in parts.values() if row for one in split(row["source_id"])))


def agreement_note(parts: dict[str, Any], words: Words) -> str:
    """What is said of an agreement."""
    return " ".join(dict.fromkeys(words.of(row, "note") for row in parts.values() if row and row["note"]))


def table_agreements(findings: Findings, words: Words) -> Html | None:
    """Which agreements end, when, how many they concern and at what notice, with the evidence of each part."""
    rows = [
        [
            agreement_name(parts, words),
            words.day(parts["ends"]["actual_date"] or parts["ends"]["planned_date"]) if parts["ends"] else words("agreement.no_date"),
            quantity(parts["count"], words) if parts["count"] else "–",
            quantity(parts["notice"], words) if parts["notice"] else words("table.unknown"),
            "; ".join(agreement_kinds(parts, words)),
            source_marks(findings, agreement_sources(parts)) or "–",
            agreement_note(parts, words) or "–",
        ]
        for parts in agreements(findings.inputs)
    ]
    top = head("agreements", "name ends count notice kind sources note", words)
    return html_table(words("table.agreements"), top, rows) if rows else None


def training_sentences(findings: Findings, words: Words) -> list[str]:
    """What training takes with the best option, and whether the cost rows say the same."""
    table, names = training_load(findings.simulation), option_names(findings, words)
    rows = table[table["option"] == findings.comparison.best].to_dict("records")
    texts = [words("training.load", option=names[row["option"]], **load_texts(row, words)) for row in rows]
    apart = [names[option] for option in table.loc[~table["agrees"].astype(bool), "option"]]
    agree = [words("training.apart", options=words.listing(apart)) if apart else words("training.agrees")] if len(table) else []
    return texts + agree


def load_texts(row: dict[str, Any], words: Words) -> dict[str, str]:
    """The parts of a training load in words, to two significant digits."""
    hours = [words.number(two_digits(row[part] / 1000)) for part in ("hours", "hours_low", "hours_high")]
    return {
        "users": words.number(row["users"]),
        "hours": words("quantity.range", likely=hours[0], ends=between(hours[1], hours[2], words)),
        "months": words.number(two_digits(row["months"])),
        "fte": words.number(two_digits(row["fte"])),
        **{part: spread(row, part, words) for part in ("cost", "contract")},
    }


def spread(row: dict[str, Any], part: str, words: Words) -> str:
    """An amount with its range."""
    ends = between(millions(row[f"{part}_low"], words), millions(row[f"{part}_high"], words), words)
    return words("quantity.range", likely=millions(row[part], words), ends=ends)


def two_digits(value: float) -> float:
    """A number to two significant digits."""
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 1) if value and np.isfinite(value) else 1.0
    return round(value / step) * step if np.isfinite(value) else value


def table_training(findings: Findings, words: Words) -> Html | None:
    """What training takes with each option: users, hours, full-time equivalents and cost, beside the cost rows' own."""
    names, shown = option_names(findings, words), ("users", "hours", "months", "fte", "cost", "contract")
    rows = [
        [names[row["option"]], *(load_texts(row, words)[part] for part in shown)]
        for row in training_load(findings.simulation).to_dict("records")
    ]
    return html_table(words("table.training"), head("training", f"option {' '.join(shown)}", words), rows, 6) if rows else None


def standing_moves(findings: Findings, words: Words) -> list[str]:
    """How the best share moves if the decision comes later, and which option is chosen."""
    names, best = option_names(findings, words), findings.comparison.best
    moves = standing_over_delays(findings.inputs, best, draws=min(2048, findings.simulation.draws), seed=findings.simulation.seed)
    texts = [
        words(
            "waiting.moves",
            years=words.number(row["delay"]),
            share=words.share(row["share"]),
            low=words.share(row["low"]),
            high=words.share(row["high"]),
        )
        for row in moves.to_dict("records")
        if row["delay"] > 0
    ]
    others = [words("waiting.other", option=names[o], share=words.share(t.share)) for o, t in findings.standing_teams.items() if o != best]
    return texts + ([words("waiting.others", parts=words.listing(others))] if others else [])


def table_bill(findings: Findings, words: Words) -> Html | None:
    """What a month of the pause costs, by part, with its evidence."""
    labels = number_names(findings, words)
    rows = [
        [
            labels[row["stream"]],
            words.get(f"employer.{row['part']}", "") or str(row["part"]),
            words.number(row["msek_per_month"], 1),
            words(f"yes_no.{'yes' if row['ends_with_decision'] else 'no'}"),
            kind_mark(row["kind"], words),
            source_marks(findings, row["source_id"]) or "–",
        ]
        for row in findings.pause_bill.to_dict("records")
    ]
    return html_table(words("table.bill"), head("bill", "name part amount ends kind sources", words), rows, (2,)) if rows else None


def table_delays(findings: Findings, words: Words) -> Html | None:
    """The loss of each option, and of the best, at every delay, by part."""
    names = option_names(findings, words) | {BEST: words("waiting.best")}
    rows = [
        [
            names[row["option"]],
            words.number(row["months"]),
            *(millions(row[part], words) for part in ("loss", "pause_bill", "lost_points", "shifted_costs")),
        ]
        for row in findings.knowledge.delays.sort_values(["option", "months"], kind="stable").to_dict("records")
        if row["months"] > 0
    ]
    return (
        html_table(words("table.delays"), head("delays", "option months loss pause_bill lost_points shifted", words), rows, 5)
        if rows
        else None
    )


def table_standing(findings: Findings, words: Words) -> Html | None:
    """The best share of the team for each option, the range within 5 %, and what it costs beside keeping all or none."""
    names = option_names(findings, words)
    rows = []
    for option, team in findings.standing_teams.items():
        curve = team.curve.set_index("share")["total"]
        near = words("table.range", low=words.share(team.low), high=words.share(team.high))
        rows.append(
            [
                names[option],
                words.share(team.share),
                near,
                *(millions(value, words) for value in (curve.min(), curve.iloc[0], curve.iloc[-1])),
            ]
        )
    return html_table(words("table.standing_team"), head("standing", "option share near least none full", words), rows, 5) if rows else None


def table_peaks(findings: Findings, words: Words) -> Html | None:
    """The highest month of each option and employer beside what has been had before, and the employer's share of all."""
    names, as_of = option_names(findings, words), findings.inputs.as_of
    rows = [
        [
            names[row["option"]],
            words(f"employer.{row['employer']}"),
            words.number(row["peak_fte"]),
            words.month(as_of, row["peak_time"]),
            words.number(row["before_fte"]) if pd.notna(row["before_fte"]) else words("table.unknown"),
            words("table.unknown") if pd.isna(row["before_fte"]) else words(f"yes_no.{'yes' if row['exceeds'] else 'no'}"),
            words.share(row["mean_share"]),
        ]
        for row in findings.staffing_peaks.to_dict("records")
        if row["peak_fte"] >= 0.5
    ]
    return (
        html_table(words("table.peaks"), head("peaks", "option employer peak when before exceeds share", words), rows, (2, 4, 6))
        if rows
        else None
    )


def table_deadlines(findings: Findings, words: Words) -> Html | None:
    """By when to decide for each option to be in full use by the end of a year, in half and in 80 of 100 outcomes."""
    table, names, as_of = latest_decisions(findings.simulation), option_names(findings, words), findings.inputs.as_of
    if table.empty:
        return None
    years = list(table["year"].unique())

    def cell(row: dict) -> str:
        days = [words("table.missed") if row[name] is None or row[name] < as_of else month_of(row[name], words) for name in ("p50", "p80")]
        return days[0] if days[0] == days[1] else words("table.deadline", p50=days[0], p80=days[1])

    rows = [
        [names[option], *(cell(row) for row in table[table["option"] == option].to_dict("records"))] for option in table["option"].unique()
    ]
    return html_table(words("table.deadlines"), [words("column.option"), *(str(year) for year in years)], rows)


def start_burden(findings: Findings) -> list[dict]:
    """The rows of what the services bear around go-lives: an option's own one-off costs outside its programme."""
    rows, options = findings.inputs.records["contracts"], findings.inputs.options()
    return [row for row in rows if row["programme"] == "no" and row["basis"] in ("once", "total") and row["option_id"] in options]


def table_start_burden(findings: Findings, words: Words) -> Html | None:
    """The load around go-lives that no programme budget shows: own one-off costs outside it, such as training and lost production."""
    labels = number_names(findings, words)
    costs = findings.simulation.yearly_streams.groupby(["option", "stream"], sort=False)["cost"].sum()
    rows = [
        [
            labels[row["id"]],
            millions(costs.get((row["option_id"], row["id"]), 0.0), words),
            kind_mark(row["kind"], words),
            source_marks(findings, row["source_id"]) or "–",
            words.of(row, "note") or "–",
        ]
        for row in start_burden(findings)
    ]
    return html_table(words("table.burden"), head("burden", "name cost kind sources note", words), rows, (1,)) if rows else None
