"""Tables as readers see them: the findings in words, with units, evidence and sources. Each gives None where there is nothing to show."""

import numpy as np
import pandas as pd

from fvmanalys.analysis.explain import full_use_after
from fvmanalys.report.edition import Edition
from fvmanalys.report.markup import Html, html_table, paragraphs
from fvmanalys.report.words import Words, lowered

__all__ = [
    "full_use_sentences",
    "table_areas", "table_costs", "table_levels", "table_options", "table_reasons", "table_ways",
]  # fmt: skip


def head(name: str, columns: str, words: Words) -> list[str]:
    """The headings of a table's columns."""
    return [words.get(f"column_{name}.{column}", "") or words(f"column.{column}") for column in columns.split()]


def amount_range(row: pd.Series, name: str, words: Words) -> str:
    """P5–P95 of an amount."""
    return words.between(words.millions(row[f"{name}_p05"]), words.millions(row[f"{name}_p95"]))


def table_options(edition: Edition) -> Html:
    """The options side by side: a column an option, a row a measure."""
    findings, words = edition.findings, edition.words
    table, names, as_of = findings.comparison.table, edition.options, findings.inputs.as_of
    best = findings.comparison.best
    measures = {
        "net_benefit": lambda row: words.millions(row["net_benefit"]),
        "net_benefit_range": lambda row: amount_range(row, "net_benefit", words),
        "p_best": lambda row: words.share(row["p_best"]),
        "expected_loss": lambda row: words.millions(row["expected_loss"]),
        "score": lambda row: words.points(row["score"]),
        "cost": lambda row: words.millions(row["cost_p50"]),
        "cost_ceiling": lambda row: words.millions(row["cost_p85"]),
        "programme": lambda row: words.millions(row["programme_p50"]),
        "programme_ceiling": lambda row: words.millions(row["programme_p85"]),
        "full_use": lambda row: "–" if np.isnan(row["full_use_p50"]) else words.month(as_of, row["full_use_p50"]),
        "full_use_late": lambda row: "–" if np.isnan(row["full_use_p85"]) else words.month(as_of, row["full_use_p85"]),
        "full_use_within_horizon": lambda row: words.share(row["full_use_within_horizon"]),
    }
    top = [
        edition("column.measure"),
        *(edition("column.best", option=names[option]) if option == best else names[option] for option in table.index),
    ]
    reference = names[findings.inputs.reference]
    rows = [
        [edition(f"measure.{name}", reference=reference), *(text(row) for _, row in table.iterrows())] for name, text in measures.items()
    ]
    shown = html_table(edition("table.options", prices=edition.prices), top, rows, len(table), "measures")
    return Html(shown + paragraphs(full_use_sentences(edition), "note"))


def full_use_sentences(edition: Edition) -> list[str]:
    """In which share of its outcomes an option comes into full use although something has gone wrong, and by what."""
    findings, words = edition.findings, edition.words
    names, found = edition.options, full_use_after(findings.simulation).to_dict("records")
    parts = [
        edition(
            "answer.full_use_replaced" if row["event"] else "answer.full_use_risk",
            option=names[row["option"]],
            share=words.share(row["share"]),
            risk=lowered(words.of(row, "risk")),
            event=lowered(words.of(row, "event")),
        )
        for row in found
    ]
    return [edition("answer.full_use", parts="; ".join(parts))] if parts else []


def table_ways(edition: Edition) -> Html:
    """What each option means."""
    findings, words = edition.findings, edition.words
    names = edition.long_names
    rows = [
        [
            names[row["option_id"]],
            words.of(row, "description") or "–",
            edition(f"yes_no.{row['permanent']}"),
            edition.kind_mark(row),
        ]
        for row in findings.inputs.tables["options"].to_dict("records")
    ]
    return html_table(edition("table.ways"), head("ways", "option description permanent kind", words), rows)


def table_reasons(edition: Edition, most: int = 3) -> Html | None:
    """What speaks for and against each option, beside the best other."""
    findings, words = edition.findings, edition.words
    names = edition.options
    rows = []
    for (option, other), table in findings.reasons.groupby(["option", "other"], sort=False):
        ordered = table[table["difference"].abs() >= 0.5].sort_values("difference", kind="stable")
        against, favour = ordered[ordered["difference"] < 0].head(most), ordered[ordered["difference"] > 0].tail(most)[::-1]
        rows.append(
            [edition("table.beside", option=names[option], other=names[other]), listed(favour, edition), listed(against, edition)]
        )
    return html_table(edition("table.reasons"), head("reasons", "option for against", words), rows) if rows else None


def listed(parts: pd.DataFrame, edition: Edition) -> str:
    """Parts of a difference with their amounts."""
    rows = parts.to_dict("records")
    return "; ".join(f"{edition.part(row['kind'], row['part'])} {signed(row['difference'], edition.words)}" for row in rows) or "–"


def signed(msek: float, words: Words) -> str:
    """An amount of MSEK with its sign."""
    return ("+" if msek > 0 else "") + words.amount(msek)


def table_areas(edition: Edition) -> Html:
    """The score of each option in each area, with its range and the area's weight."""
    findings, words = edition.findings, edition.words
    table, names, called = findings.comparison.areas, edition.options, edition.areas
    weights = findings.inputs.tables["areas"].set_index("area_id")
    share = weights["likely"] / weights["likely"].sum()
    rows = [
        [
            called[area],
            words.share(share[area]),
            *(score_range(table.loc[(option, area)], words) for option in names),
            edition.kind_mark(weights.loc[area]),
        ]
        for area in called
    ]
    top = [edition("column.area"), edition("column.weight"), *names.values(), edition("column.weight_kind")]
    return html_table(edition("table.areas"), top, rows, range(1, len(names) + 2))


def score_range(row: pd.Series, words: Words) -> str:
    """A score, its range, and the chance that it is below the minimum."""
    text = words("table.score", score=words.points(row["score"]), low=words.points(row["score_p05"]), high=words.points(row["score_p95"]))
    below = row["p_below_minimum"]
    return text if not np.isfinite(below) else words("table.below", text=text, share=words.share(below))


def table_costs(edition: Edition) -> Html:
    """The expected present value of each option, by category of cost."""
    findings, words = edition.findings, edition.words
    names, called = edition.options, edition.categories
    wide = findings.yearly.pivot_table(index="category", columns="option", values="present_value", aggfunc="sum", sort=False)[list(names)]
    wide = wide.loc[wide.abs().sum(axis=1).sort_values(ascending=False, kind="stable").index]
    rows = [
        [called[category], *(words.millions(value) if np.isfinite(value) else "–" for value in values)]
        for category, values in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    total = findings.comparison.table["cost_mean"]
    rows.append([edition("table.total"), *(words.millions(total[option]) for option in names)])
    return html_table(
        edition("table.costs", prices=edition.prices), [edition("column.category"), *names.values()], rows, len(names), "total"
    )


def table_levels(edition: Edition, area: str = "") -> Html:
    """The level of each option today and at the horizon, and when its own level begins; of one area or of all."""
    findings, words = edition.findings, edition.words
    names, called, as_of = edition.options, edition.areas, findings.inputs.as_of
    table = findings.levels[findings.levels["area"].eq(area) | (not area)]
    rows = [
        [
            called[row["area"]],
            names[row["option"]],
            words.points(row["level_now"]),
            words.points(row["level_end"]),
            "–" if np.isnan(row["reached_p50"]) else words.month(as_of, row["reached_p50"]),
        ]
        for row in table.to_dict("records")
    ]
    return html_table(edition("table.levels"), head("levels", "area option level_now level_end begins", words), rows, (2, 3))
