"""How sure the answer is and what is worth finding out: the sentences and tables of that question."""

from fvmanalys.analysis import Findings
from fvmanalys.analysis.information import Value
from fvmanalys.analysis.knowledge import verdict_spans
from fvmanalys.analysis.outside import coverage
from fvmanalys.analysis.pause import waiting_is_possible
from fvmanalys.report.charts.uncertainty import alike, leading_numbers
from fvmanalys.report.exhibits import head
from fvmanalys.report.labels import investigation_names, number_names
from fvmanalys.report.markup import Html, html_table
from fvmanalys.report.names import area_names, millions, option_names, source_marks
from fvmanalys.report.words import Words

__all__ = [
    "backtest_sentences",
    "table_backtest",
    "table_gaps",
    "table_groups",
    "table_investigations",
    "table_ranks",
    "uncertainty_answer",
    "verdict_missing",
    "verdict_sentences",
]


def uncertainty_answer(findings: Findings, words: Words) -> list[str]:
    """Decide now or find out first, over which range that holds, and what it would be worth to know."""
    texts = verdict_sentences(findings, words) or [verdict_missing(findings, words)]
    if findings.comparison.runner_up is None:
        return texts
    everything = words("verdict.everything", value=words.amount(float(findings.knowledge.everything)))
    return [*texts, f"{everything} {first_number(findings, words)}"]


def first_number(findings: Findings, words: Words) -> str:
    """The single number worth most to know, or that none stands out."""
    table = leading_numbers(findings)
    if table.empty or not table.iloc[0]["clear"]:
        return words("verdict.no_number")
    row, tied = table.iloc[0], alike(table)
    facts = {"name": number_names(findings, words)[row["id"]], "value": words.amount(row["evppi"])}
    return words("verdict.numbers", count=words.number(tied), **facts) if tied > 1 else words("verdict.number", **facts)


def verdict_missing(findings: Findings, words: Words) -> str:
    """Why it cannot be said whether to decide or to find out; nothing where it can."""
    if findings.decision_taken is not None:
        return words("missing.verdict_taken", date=words.day(findings.decision_taken["date"]))
    if not waiting_is_possible(findings.inputs):
        return words("missing.verdict_no_decision")
    if findings.comparison.runner_up is None:
        return words("missing.acceptability")
    return "" if findings.inputs.has("investigations") else words("missing.investigations")


def verdict_sentences(findings: Findings, words: Words) -> list[str]:
    """The verdict at the value used, how sure it is, and over which range of values it holds; none where there is no verdict."""
    found = findings.knowledge.verdict
    if verdict_missing(findings, words) or found is None:
        return []
    row = found.table.iloc[0]
    facts = {
        "name": investigation_names(findings, words)[row["investigation_id"]],
        "count": words.number(len(found.table)),
        "evsi": words.amount(row["evsi"]),
        "cost": words.amount(row["cost"]),
        "months": words.number(row["months"]),
        "delay": words.amount(row["months"] * findings.knowledge.monthly_delay()),
        "net": words.amount(abs(row["net_value"])),
    }
    text = words("verdict.decide" if found.decide_now else "verdict.investigate", **facts)
    text = text if found.is_clear else f"{text} {words('verdict.unclear')}"
    return [text, " ".join(range_sentences(findings, words))]


def range_sentences(findings: Findings, words: Words) -> list[str]:
    """Over which values of a point the verdict holds, and what holds at others."""
    spans, names = verdict_spans(findings.knowledge.verdict_range), investigation_names(findings, words)
    value = findings.comparison.value_per_point
    texts = []
    for row in spans.to_dict("records"):
        ends = {"low": words.amount(row["low"]), "high": words.amount(row["high"])}
        if len(spans) == 1:
            texts.append(words("verdict.everywhere", **ends))
        elif row["low"] <= value <= row["high"]:
            texts.insert(0, words("verdict.holds", **ends))
        elif not row["clear"]:
            texts.append(words("verdict.elsewhere_even", name=names[row["investigation_id"]], **ends))
        elif row["investigation_id"]:
            texts.append(words("verdict.elsewhere", name=names[row["investigation_id"]], net=words.amount(row["net_value"]), **ends))
        else:
            texts.append(words("verdict.elsewhere_decide", **ends))
    return texts


def backtest_sentences(findings: Findings, words: Words) -> list[str]:
    """How forecasts from comparable programmes would have fared, and how little that proves."""
    counts = coverage(findings.backtest)
    told = counts["within"] + counts["beyond"]
    if not told + counts["open"]:
        return [words("missing.backtest")]
    numbers = {name: words.number(count) for name, count in (*counts.items(), ("told", told))}
    return [words("verdict.backtest" if told else "verdict.backtest_open", **numbers), words("verdict.backtest_caution")]


def table_investigations(findings: Findings, words: Words) -> Html | None:
    """What each investigation is worth, costs and delays."""
    table, names = findings.knowledge.investigations, investigation_names(findings, words)
    monthly = findings.knowledge.monthly_delay()
    rows = [
        [
            names[row["investigation_id"]],
            *(millions(value, words) for value in (row["evsi"], row["cost"])),
            words.number(row["months"]),
            millions(row["months"] * monthly, words),
            millions(row["net_value"], words),
        ]
        for row in table.to_dict("records")
    ]
    return (
        html_table(words("table.investigations"), head("investigations", "name evsi cost months delay net", words), rows, 5)
        if rows
        else None
    )


def table_gaps(findings: Findings, words: Words, most: int = 12) -> Html | None:
    """The numbers that nobody has published, in order of what knowing them is worth: who answers for each, and what would replace it."""
    labels = number_names(findings, words)
    about = findings.inputs.estimates.set_index("id")
    records = {row["id"]: row for rows in findings.inputs.records.values() for row in rows if row["id"]}
    rows = [
        [
            labels[row["id"]],
            worth(Value(row["evppi"], row["standard_error"]), words),
            words.of(records[row["id"]], "owner") or "–",
            words.of(records[row["id"]], "note") or "–",
            source_marks(findings, about.at[row["id"], "source_id"]) or "–",
        ]
        for row in leading_numbers(findings, "assumption").head(most).to_dict("records")
    ]
    return html_table(words("table.gaps"), head("gaps", "name worth owner replaced sources", words), rows, (1,)) if rows else None


def worth(value: Value, words: Words) -> str:
    """A value of information with two standard errors, or in words that it cannot be told from zero."""
    if value.value <= 2 * value.standard_error:
        return words("chart.information.unclear")
    return words("table.worth", value=millions(value.value, words), error=millions(2 * value.standard_error, words))


def table_groups(findings: Findings, words: Words) -> Html | None:
    """What it is worth to know everything about an area, a table or all assumptions; those beyond doubt above zero."""
    rows = [
        [
            group_name(findings, row, words),
            words.number(row["estimates"]),
            worth(Value(row["evppi"], row["standard_error"]), words),
            words(f"warning.{row['warning']}") if row["warning"] else "–",
        ]
        for row in findings.knowledge.groups.to_dict("records")
        if row["evppi"] > 2 * row["standard_error"]
    ]
    return html_table(words("table.groups"), head("groups", "group numbers worth remark", words), rows, (1, 2)) if rows else None


def group_name(findings: Findings, row: dict, words: Words) -> str:
    """What a natural group of numbers is called."""
    if row["group_kind"] == "factor":
        estimates = findings.inputs.estimates
        first = estimates.loc[estimates["moves_with"].eq(row["group"]), "id"].iloc[0]
        return words("table.group_factor", name=number_names(findings, words)[first])
    if row["group_kind"] == "area":
        return words("table.group_area", name=area_names(findings, words)[row["group"]])
    return words(f"table_name.{row['group']}") if row["group_kind"] == "table" else words("table.group_assumptions")


def table_ranks(findings: Findings, words: Words) -> Html | None:
    """How often each option is best and last, whatever the weights and with weights in the given order."""
    names, table = option_names(findings, words), findings.priorities
    if findings.comparison.runner_up is None:
        return None
    rows = [
        [
            names[row["option"]],
            words(f"chart.ranks.{row['weights']}"),
            *(words.share(row[column]) for column in ("first_rank", "last_rank", "confidence")),
            typical(findings, row, words),
        ]
        for row in table.to_dict("records")
    ]
    return html_table(words("table.ranks"), head("ranks", "option weights first last confidence typical", words), rows, (2, 3, 4))


def typical(findings: Findings, row: dict, words: Words) -> str:
    """The mean weights of those who would choose an option, the heaviest first."""
    weights = {name: row[f"weight_{area}"] for area, name in area_names(findings, words).items()}
    ordered = sorted(weights.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {words.share(weight)}" for name, weight in ordered)


def table_backtest(findings: Findings, words: Words) -> Html | None:
    """Each past plan, what comparable programmes known that day would have forecast, and the outcome."""
    rows = [
        [
            words("chart.backtest.plan", name=words.of(row, "name"), plan=row["plan"]),
            words.day(row["planned_on"]),
            words.day(row["planned_date"]),
            words.number(row["programmes"]),
            words.day(row["forecast_p50"]),
            words.day(row["forecast_p80"]),
            words.day(row["outcome"]),
            words(f"chart.backtest.{row['within_p80'] or 'open'}"),
        ]
        for row in findings.backtest.to_dict("records")
    ]
    top = head("backtest", "plan planned_on planned programmes forecast_p50 forecast_p80 actual within", words)
    return html_table(words("table.backtest"), top, rows, (3,)) if rows else None
