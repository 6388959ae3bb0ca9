"""What the contract is worth and what each option does to the budget: sentences and tables, apart from present value."""

from fvmanalys.analysis import Findings
from fvmanalys.analysis.budget import INFLATION, contract_terms, contracts_compared, nominal_budget, per_user
from fvmanalys.report.exhibits import head
from fvmanalys.report.markup import Html, html_table
from fvmanalys.report.names import kind_mark, millions, option_names, source_marks
from fvmanalys.report.words import Words

__all__ = ["budget_sentences", "contract_sentences", "table_contracts", "table_nominal", "table_payers", "table_per_user"]

WRITE_DOWN = "write_down"


def contract_sentences(findings: Findings, words: Words) -> list[str]:
    """How long the contract runs under the option that keeps it; that the others leave it."""
    names, as_of = option_names(findings, words), findings.inputs.as_of
    return [
        words(
            "budget.term",
            option=names[row["option"]],
            start=words.month(as_of, row["full_use"]),
            end=words.month(as_of, row["end"]),
            extended=words.month(as_of, row["extended"]),
        )
        for row in contract_terms(findings.simulation).to_dict("records")
    ]


def budget_sentences(findings: Findings, words: Words) -> list[str]:
    """In what money the budget is, and what is known of a write-down."""
    rate = findings.inputs.parameters.get("inflation", INFLATION)
    context = findings.inputs.tables["context"]
    known = context[context["item_id"].eq(WRITE_DOWN)].to_dict("records")
    texts = [words("budget.nominal", rate=words.share(rate, 1)), words("budget.result")]
    texts += [words("budget.burden")] if len(findings.start_burden) else []
    if not known:
        return [*texts, words("budget.no_write_down")]
    return [*texts, *(words("budget.write_down", name=words.of(row, "name"), amount=words.amount(row["likely"])) for row in known)]


def table_nominal(findings: Findings, words: Words) -> Html:
    """What each option takes out of the organisation's own result, calendar year by calendar year, in the money of the year."""
    names, table = option_names(findings, words), nominal_budget(findings.simulation)
    own = table[table["payer"] == ""].pivot_table(index="year", columns="option", values="nominal", aggfunc="sum", sort=False)
    rows = [[str(year), *(millions(own.at[year, option], words) for option in names)] for year in own.index]
    rows.append([words("table.total"), *(millions(own[option].sum(), words) for option in names)])
    return html_table(words("table.nominal"), [words("column.year"), *names.values()], rows, len(names), "total")


def table_payers(findings: Findings, words: Words) -> Html:
    """Who pays: the nominal total of each option by payer."""
    names, table = option_names(findings, words), nominal_budget(findings.simulation)
    wide = table.pivot_table(index="payer", columns="option", values="nominal", aggfunc="sum", fill_value=0.0, sort=False)
    called = {row["payer"]: words.of(row, "payer") for row in findings.inputs.tables["contracts"].to_dict("records")}
    rows = [
        [called[payer] if payer else words("budget.own"), *(millions(wide.at[payer, option], words) for option in names)]
        for payer in sorted(wide.index)
    ]
    return html_table(words("table.payers"), [words("column.payer"), *names.values()], rows, len(names))


def table_contracts(findings: Findings, words: Words) -> Html | None:
    """Published contracts per year, and per user and year where the number of users is published."""
    context = {row["item_id"]: row for row in findings.inputs.tables["context"].to_dict("records")}
    rows = [
        [
            words.of(context[row["item_id"]], "name"),
            millions(row["amount"], words),
            words.number(row["years"]),
            millions(row["per_year"], words),
            words.number(round(row["per_user"], -2)) if row["per_user"] == row["per_user"] else words("table.unknown"),
            kind_mark(context[row["item_id"]], words),
            source_marks(findings, context[row["item_id"]]["source_id"]) or "–",
        ]
        for row in contracts_compared(findings.inputs).to_dict("records")
    ]
    top = head("contracts", "name amount years per_year per_user kind sources", words)
    return html_table(words("table.contracts"), top, rows, (1, 2, 3, 4)) if rows else None


def table_per_user(findings: Findings, words: Words) -> Html:
    """All costs of each option per year, and per user and year where the number of users is known."""
    names = option_names(findings, words)
    rows = [
        [
            names[row["option"]],
            millions(row["total"], words),
            millions(row["per_year"], words),
            words.number(round(row["per_user"], -2)) if row["per_user"] == row["per_user"] else words("table.unknown"),
        ]
        for row in per_user(findings.simulation).to_dict("records")
    ]
    return html_table(words("table.per_user"), head("contracts", "option amount per_year per_user", words), rows, 3)
