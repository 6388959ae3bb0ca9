"""The answer in a sentence, made from the findings: what is best, how sure that is, what would change it."""

from fvmanalys.report.edition import Edition
from fvmanalys.report.topics.turning import condition_sentences, is_open, margin_range, risk_sentences

__all__ = ["answer", "answer_sentence", "what_changes", "what_it_rests_on"]

CLEAR, LEANING = 0.8, 0.5


def answer_sentence(edition: Edition) -> str:
    """Which option is best, and in what share of the outcomes."""
    findings, words = edition.findings, edition.words
    comparison, as_of = findings.comparison, words.day(findings.inputs.as_of)
    second = comparison.runner_up
    best = edition.options[comparison.best]
    if second is None:
        return edition("answer.only", as_of=as_of, best=best)
    shares = comparison.table["p_best"]
    return edition(
        "answer.best",
        as_of=as_of,
        best=best,
        second=edition.options[second],
        p_best=words.share(shares[comparison.best]),
        p_second=words.share(shares[second]),
    )


def answer(edition: Edition) -> list[str]:
    """The answer as sentences: the decision if it has been taken, what is best, how sure that is, what a mistake costs."""
    findings, comparison = edition.findings, edition.findings.comparison
    sentences = [decided_sentence(edition), answer_sentence(edition), *condition_sentences(edition)]
    second = comparison.runner_up
    if second is not None:
        share, table = comparison.table["p_best"][comparison.best], comparison.table
        loss, low_high = float(table["expected_loss"][comparison.best]), margin_range(findings)
        facts = {"second": second, "gap": comparison.lead, "loss": loss, "low": low_high[0], "high": low_high[1]}
        certainty = "clear" if share >= CLEAR else "leaning" if share >= LEANING else "open"
        undecided = is_open(findings)
        sentences += [edition(f"answer.{'undecided' if undecided else certainty}", **facts), edition("answer.gap", **facts)]
    return [sentence for sentence in [*sentences, ahead_sentence(edition)] if sentence]


def ahead_sentence(edition: Edition) -> str:
    """That an option which may not be the lasting answer has a higher expected net benefit than the best, if one has."""
    findings, words = edition.findings, edition.words
    table = findings.comparison.table
    lead = table["net_benefit"] - table["net_benefit"][findings.comparison.best]
    ahead = lead[~table["permanent"] & (lead > 0)]
    if ahead.empty:
        return ""
    option, best = (edition.options[name] for name in (str(ahead.idxmax()), findings.comparison.best))
    return edition("answer.ahead", option=option, best=best, lead=words.amount(ahead.max()))


def decided_sentence(edition: Edition) -> str:
    """What was decided and when, if that lies before `as_of`."""
    findings, words = edition.findings, edition.words
    taken = findings.decision_taken
    if taken is None:
        return ""
    return edition(
        "answer.decided", date=words.day(taken["date"]), what=words.of(taken, "name").rstrip("."), as_of=words.day(findings.inputs.as_of)
    )


def what_changes(edition: Edition) -> list[str]:
    """How probable the leader's own risk may be, and where the best option changes as the value of a point does."""
    findings, words = edition.findings, edition.words
    switches, grid = findings.comparison.switches, findings.comparison.acceptability.index
    said = risk_sentences(edition)
    if switches.empty:
        return [*said, edition("answer.no_switch", low=words.amount(grid[0]), high=words.amount(grid[-1]))]
    return said + [
        edition(
            "answer.switch",
            value=words.amount(row["value_per_point"]),
            from_option=edition.options[row["from_option"]],
            to_option=edition.options[row["to_option"]],
        )
        for row in switches.to_dict("records")
    ]


def what_it_rests_on(edition: Edition) -> str:
    """How many of the figures are facts, judgements and assumptions."""
    findings, words = edition.findings, edition.words
    counts = findings.evidence_counts.set_index("kind")["estimates"]
    return edition(
        "answer.rests",
        estimates=words.number(counts.sum()),
        facts=words.number(counts["fact"]),
        judgements=words.number(counts["judgement"]),
        assumptions=words.number(counts["assumption"]),
    )
