"""The answer in a sentence, made from the findings: what is best, how sure that is, what would change it."""

from fvmanalys.analysis import Findings
from fvmanalys.report.names import option_names
from fvmanalys.report.words import Words

__all__ = ["answer", "answer_sentence", "option_name", "what_changes", "what_it_rests_on"]

CLEAR, LEANING = 0.8, 0.5


def option_name(findings: Findings, option: str, words: Words, column: str = "name") -> str:
    """What an option is called."""
    return option_names(findings, words, column)[option]


def answer_sentence(findings: Findings, words: Words) -> str:
    """Which option is best, and in what share of the outcomes."""
    comparison, as_of = findings.comparison, words.day(findings.inputs.as_of)
    second = comparison.runner_up
    best = option_name(findings, comparison.best, words, "short_name")
    if second is None:
        return words("answer.only", as_of=as_of, best=best)
    shares = comparison.table["p_best"]
    return words(
        "answer.best",
        as_of=as_of,
        best=best,
        second=option_name(findings, second, words, "short_name"),
        p_best=words.share(shares[comparison.best]),
        p_second=words.share(shares[second]),
    )


def answer(findings: Findings, words: Words) -> list[str]:
    """The answer as sentences: the decision if it has been taken, what is best, how sure that is, what a mistake costs."""
    comparison = findings.comparison
    sentences = [decided_sentence(findings, words), answer_sentence(findings, words)]
    second = comparison.runner_up
    if second is not None:
        share, table = comparison.table["p_best"][comparison.best], comparison.table
        certainty = "clear" if share >= CLEAR else "leaning" if share >= LEANING else "open"
        gap = table["net_benefit"][comparison.best] - table["net_benefit"][second]
        loss = words.amount(table["expected_loss"][comparison.best])
        sentences += [
            words(f"answer.{certainty}"),
            words("answer.gap", second=option_name(findings, second, words, "short_name"), gap=words.amount(gap), loss=loss),
        ]
    return [sentence for sentence in [*sentences, ahead_sentence(findings, words)] if sentence]


def ahead_sentence(findings: Findings, words: Words) -> str:
    """That an option which may not be the lasting answer has a higher expected net benefit than the best, if one has."""
    table = findings.comparison.table
    lead = table["net_benefit"] - table["net_benefit"][findings.comparison.best]
    ahead = lead[~table["permanent"] & (lead > 0)]
    if ahead.empty:
        return ""
    option, best = (option_name(findings, name, words, "short_name") for name in (str(ahead.idxmax()), findings.comparison.best))
    return words("answer.ahead", option=option, best=best, lead=words.amount(ahead.max()))


def decided_sentence(findings: Findings, words: Words) -> str:
    """What was decided and when, if that lies before `as_of`."""
    taken = findings.decision_taken
    if taken is None:
        return ""
    return words(
        "answer.decided", date=words.day(taken["date"]), what=words.of(taken, "name").rstrip("."), as_of=words.day(findings.inputs.as_of)
    )


def what_changes(findings: Findings, words: Words) -> list[str]:
    """Where the best option changes as the value of a point does."""
    switches, grid = findings.comparison.switches, findings.comparison.acceptability.index
    if switches.empty:
        return [words("answer.no_switch", low=words.amount(grid[0]), high=words.amount(grid[-1]))]
    return [
        words(
            "answer.switch",
            value=words.amount(row["value_per_point"]),
            from_option=option_name(findings, row["from_option"], words, "short_name"),
            to_option=option_name(findings, row["to_option"], words, "short_name"),
        )
        for row in switches.to_dict("records")
    ]


def what_it_rests_on(findings: Findings, words: Words) -> str:
    """How many of the figures are facts, judgements and assumptions."""
    counts = findings.evidence_counts.set_index("kind")["estimates"]
    return words(
        "answer.rests",
        estimates=words.number(counts.sum()),
        facts=words.number(counts["fact"]),
        judgements=words.number(counts["judgement"]),
        assumptions=words.number(counts["assumption"]),
    )
