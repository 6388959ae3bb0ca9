"""What the contract is worth and what each option does to the budget: sentences and tables, apart from present value."""

from fvmanalys.analysis import Findings
from fvmanalys.analysis.budget import INFLATION, contract_terms, nominal_budget
from fvmanalys.report.markup import Html, html_table
from fvmanalys.report.names import millions, option_names
from fvmanalys.report.words import Words

__all__ = ["budget_sentences", "contract_sentences", "table_nominal", "table_payers"]

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
