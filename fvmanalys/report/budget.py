"""What the contract is worth and what each option does to the budget: sentences and tables, apart from present value."""

from fvmanalys.analysis.budget import INFLATION, contract_terms, nominal_budget
from fvmanalys.report.edition import Edition
from fvmanalys.report.markup import Html, html_table

__all__ = ["budget_sentences", "contract_sentences", "table_nominal", "table_payers"]

WRITE_DOWN = "write_down"


def contract_sentences(edition: Edition) -> list[str]:
    """How long the contract runs under the option that keeps it; that the others leave it."""
    findings, words = edition.findings, edition.words
    names, as_of = edition.options, findings.inputs.as_of
    return [
        edition(
            "budget.term",
            option=names[row["option"]],
            start=words.month(as_of, row["full_use"]),
            end=words.month(as_of, row["end"]),
            extended=words.month(as_of, row["extended"]),
        )
        for row in contract_terms(findings.simulation).to_dict("records")
    ]


def budget_sentences(edition: Edition) -> list[str]:
    """In what money the budget is, and what is known of a write-down."""
    findings, words = edition.findings, edition.words
    rate = findings.inputs.parameters.get("inflation", INFLATION)
    context = findings.inputs.tables["context"]
    known = context[context["item_id"].eq(WRITE_DOWN)].to_dict("records")
    texts = [edition("budget.nominal", rate=words.share(rate, 1)), edition("budget.result")]
    texts += [edition("budget.burden")] if len(findings.start_burden) else []
    if not known:
        return [*texts, edition("budget.no_write_down")]
    return [*texts, *(edition("budget.write_down", name=words.of(row, "name"), amount=words.amount(row["likely"])) for row in known)]


def table_nominal(edition: Edition) -> Html:
    """What each option takes out of the organisation's own result, calendar year by calendar year, in the money of the year."""
    findings, words = edition.findings, edition.words
    names, table = edition.options, nominal_budget(findings.simulation)
    own = table[table["payer"] == ""].pivot_table(index="year", columns="option", values="nominal", aggfunc="sum", sort=False)
    rows = [[str(year), *(words.millions(own.at[year, option]) for option in names)] for year in own.index]
    rows.append([edition("table.total"), *(words.millions(own[option].sum()) for option in names)])
    return html_table(edition("table.nominal"), [edition("column.year"), *names.values()], rows, len(names), "total")


def table_payers(edition: Edition) -> Html:
    """Who pays: the nominal total of each option by payer."""
    findings, words = edition.findings, edition.words
    names, table = edition.options, nominal_budget(findings.simulation)
    wide = table.pivot_table(index="payer", columns="option", values="nominal", aggfunc="sum", fill_value=0.0, sort=False)
    called = {row["payer"]: words.of(row, "payer") for row in findings.inputs.tables["contracts"].to_dict("records")}
    rows = [
        [called[payer] if payer else edition("budget.own"), *(words.millions(wide.at[payer, option]) for option in names)]
        for payer in sorted(wide.index)
    ]
    return html_table(edition("table.payers"), [edition("column.payer"), *names.values()], rows, len(names))
