"""How sure: decide or find out first, what swings the answer, what is worth knowing, how forecasts fared."""

from math import inf, nan
from typing import Any

import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.knowledge import tied, verdict_spans
from fvmanalys.analysis.leads import ERRORS
from fvmanalys.analysis.outside import coverage
from fvmanalys.analysis.pause import waiting_is_possible
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = [
    "BACKTEST", "BRING_FORWARD", "CHOOSE_LATER", "EVIDENCE", "GAPS", "GROUPS", "INVESTIGATIONS", "NUMBERS", "OWN_PARTS",
    "PORTFOLIOS", "RANGE", "RANKS", "TORNADO", "VIEWPOINTS", "backtest_caption", "backtest_sentences",
    "evidence_caption", "information_caption", "net_value_caption", "owed_to", "ranks_caption", "span_name", "swings",
    "tornado_caption", "uncertainty_answer", "verdict_caption", "verdict_missing", "verdict_sentences",
    "viewpoint_label", "viewpoints_caption", "worth_knowing",
]  # fmt: skip

MOST = 12
OWN = ("low", "likely", "high", "unit", "kind", "confidential", "stand_in")


def with_range(findings: Findings, table: pd.DataFrame) -> pd.DataFrame:
    """A table of estimates, each with its range, unit and kind."""
    known = findings.inputs.estimates.set_index("id")[list(OWN)]
    events = known[known.index.str.startswith("risks/")].rename(index=lambda name: name.replace("risks/", "events/", 1))
    found = table.drop(columns=list(OWN), errors="ignore").join(
        pd.concat([known, events.assign(low=nan, likely=nan, high=nan)]), on="id"
    )
    kinds = findings.knowledge.about["kind"]
    return found.assign(kind=found["kind"].fillna(found["id"].map(kinds)), unit=found["unit"].fillna("")).fillna(
        {"confidential": "no", "stand_in": "no"}
    )


def worth_knowing(findings: Findings, kind: str = "") -> pd.DataFrame:
    """The numbers worth most to find out, with their ranges."""
    return with_range(findings, findings.knowledge.leading(kind).head(MOST))


def swings(findings: Findings) -> pd.DataFrame:
    """The numbers that swing the lead most, the widest swing first."""
    return with_range(findings, findings.knowledge.tornado.head(MOST))


def investigations(findings: Findings) -> pd.DataFrame:
    """The investigations, with what is known of them."""
    table = findings.knowledge.investigations
    about = findings.inputs.tables["investigations"].set_index("investigation_id")
    columns = [column for column in ("kind", "confidential", "stand_in", "note", "note_en") if column in about]
    return table if table.empty else table.join(about[columns], on="investigation_id")


def portfolios(findings: Findings) -> pd.DataFrame:
    """The portfolios, each with the warning of what it is made of."""
    table = clearly(findings.knowledge.portfolios).head(MOST)
    if table.empty:
        return table
    warned = findings.knowledge.side_by_side[findings.comparison.value_per_point].set_index("investigation_id")[
        "warning"
    ]
    return table.assign(warning=table["investigations"].map(warned))


def clearly(table: pd.DataFrame) -> pd.DataFrame:
    """Values of information, each with whether it can be told from zero."""
    worth = table["evsi" if "evsi" in table else "evppi"]
    return table.assign(clear=worth > ERRORS * table["standard_error"])


def owed_to(findings: Findings) -> pd.DataFrame:
    """What the uncertainty of the lead is owed to, beside how many of the numbers are of each kind, and uncertain."""
    counts = findings.evidence_counts.set_index("kind")["share"]
    kinds = findings.inputs.estimates.set_index("id")["kind"]
    uncertain = kinds.reindex(list(findings.knowledge.columns)).value_counts()
    source = findings.spread["source"]
    return findings.spread.assign(count_share=source.map(counts), inputs=source.map(uncertain))


def leaders(edition: Edition) -> dict[str, Any]:
    """The two leading options, and how far apart they are."""
    comparison = edition.findings.comparison
    return {"first": comparison.best, "second": comparison.runner_up, "lead": comparison.lead}


def weights_by_area(edition: Edition) -> dict[str, str]:
    """What the column of each area's weight is called."""
    return {f"weight_{area}": name for area, name in edition.areas.items()}


INVESTIGATIONS = Exhibit(
    "investigations",
    investigations,
    "investigation_id kind evsi cost months extra_wait:n0 delay_cost:money net_value required_accuracy:share "
    "warning note",
)
PORTFOLIOS = Exhibit("portfolios", portfolios, "investigations:investigation evsi cost extra_wait:n0 net_value warning")
BRING_FORWARD = Exhibit("bring_forward", "knowledge.bring_forward", "option_id value:money months")
CHOOSE_LATER = Exhibit(
    "choices",
    "choices",
    "option_id name way:option share now:money committed:money net_benefit option_value:money standard_error:error",
)
OWN_PARTS = Exhibit(
    "information_own_parts",
    lambda findings: clearly(findings.knowledge.own_parts).sort_values("evppi", ascending=False).head(MOST),
    "factor:factor id evppi warning",
)
RANGE = Exhibit(
    "verdict_range",
    "knowledge.verdict_range",
    "value_per_point:scale investigation_id advice:word=advice net_value evpi:money cost_of_delay:money",
)
TORNADO = Exhibit(
    "tornado",
    swings,
    "id kind unit low_value:rounded high_value:rounded difference_low:money difference_high:money swing:money",
    facts=leaders,
)
GROUPS = Exhibit(
    "information_groups",
    lambda findings: findings.knowledge.groups[findings.knowledge.groups["estimates"] > 1],
    "group:group group_kind:word=group_kind evppi estimates warning",
)
NUMBERS = Exhibit(
    "information_estimates",
    worth_knowing,
    "id kind evppi likely owner source_id warning",
    facts=lambda edition: {"everything": float(edition.findings.knowledge.everything)},
)
GAPS = Exhibit(
    "gaps",
    lambda findings: worth_knowing(findings, "assumption"),
    "id evppi likely owner note source_id warning",
    published="information_estimates",
)
EVIDENCE = Exhibit("spread", owed_to, "source:owed_to share count_share:share inputs:n0")
VIEWPOINTS = Exhibit("viewpoints", "viewpoints", "name:viewpoint best dividing_area:area p_best lead:money")
RANKS = Exhibit(
    "priorities",
    "priorities",
    "option weights:word=chart.ranks first_rank:share last_rank:share confidence:share *:share",
    each=weights_by_area,
)
BACKTEST = Exhibit(
    "backtest",
    "backtest",
    "name:named plan programmes planned_on:day planned_date forecast_p50:day forecast_p80:day outcome:day "
    "within_p80:judged",
)


def uncertainty_answer(edition: Edition) -> list[str]:
    """Decide as planned or find out first, over which range that holds, and what it would be worth to know."""
    texts = verdict_sentences(edition) or [verdict_missing(edition)]
    if edition.findings.comparison.runner_up is None:
        return texts
    everything = edition("verdict.everything", value=float(edition.findings.knowledge.everything))
    return [*texts, f"{everything} {first_number(edition)}"]


def first_number(edition: Edition) -> str:
    """The single number worth most to know, or that none stands out."""
    table = edition.findings.knowledge.leading()
    if table.empty or not table.iloc[0]["clear"]:
        return edition("verdict.no_number")
    count = tied(table)
    return edition("verdict.numbers" if count > 1 else "verdict.number", table.iloc[0], count=count)


def verdict_missing(edition: Edition) -> str:
    """Why it cannot be said whether to decide or to find out; nothing where it can."""
    findings = edition.findings
    if findings.decision_taken is not None:
        return edition("missing.verdict_taken", findings.decision_taken)
    if not waiting_is_possible(findings.inputs):
        return edition("missing.verdict_no_decision")
    if findings.comparison.runner_up is None:
        return edition("missing.acceptability")
    return "" if findings.inputs.has("investigations") else edition("missing.investigations")


def verdict_sentences(edition: Edition) -> list[str]:
    """The verdict at the value used, how sure it is, and over which values it holds; none without a verdict."""
    found = edition.findings.knowledge.verdict
    if verdict_missing(edition) or found is None:
        return []
    knowledge = edition.findings.knowledge
    row = found.table.iloc[0]
    advice = "decide" if found.decide_now else "investigate"
    due = row["extra_wait"] * knowledge.monthly_delay()
    text = edition(f"verdict.{advice}", row, count=len(knowledge.inquiries), net=abs(row["net_value"]), delay_cost=due)
    text = text if found.is_clear else f"{text} {edition('verdict.unclear')}"
    texts = [text, " ".join(range_sentences(edition)), *forward_sentences(edition), *accuracy_sentences(edition)]
    return [*texts, edition("verdict.greedy")] if knowledge.is_greedy else texts


def forward_sentences(edition: Edition) -> list[str]:
    """What deciding at once would be worth, and what waiting costs by how large a team is kept."""
    findings = edition.findings
    texts = forward_sentence(edition)
    verdict = findings.knowledge.verdict
    if verdict and verdict.net_value > 0:
        texts = [f"{text} {edition('verdict.beside_finding_out', net_value=verdict.net_value)}" for text in texts]
    team = findings.team_and_wait
    if len(team):
        now, then = team.to_dict("records")
        key = "team_same" if now["decide_now"] == then["decide_now"] else "team_turns"
        texts.append(edition(f"verdict.{key}", then, now=now["cost_of_delay"], recommended=then["cost_of_delay"]))
    return texts


def forward_sentence(edition: Edition) -> list[str]:
    """What deciding at once would be worth, where the decision is some time off."""
    first = edition.findings.knowledge.bring_forward.iloc[0]
    key = "bring_forward" if first["value"] > 0 else "bring_forward_costs"
    return [edition(f"verdict.{key}", first)] if first["months"] > 0 else []


def accuracy_sentences(edition: Edition) -> list[str]:
    """How often the answer of each investigation that reveals something must be right for it to pay."""
    table = edition.findings.knowledge.investigations
    keys = {0.5: "accuracy_any", inf: "accuracy_never"}
    rows = table[table["required_accuracy"].notna()].to_dict("records")
    return [edition(f"verdict.{keys.get(row['required_accuracy'], 'accuracy')}", row) for row in rows]


def range_sentences(edition: Edition) -> list[str]:
    """Over which values of a point the verdict holds, and what holds at others."""
    spans = verdict_spans(edition.findings.knowledge.verdict_range)
    if len(spans) == 1:
        return [edition("verdict.everywhere", spans.iloc[0])]
    value = edition.findings.comparison.value_per_point
    texts: list[str] = []
    for row in spans.to_dict("records"):
        if row["low"] <= value <= row["high"]:
            texts.insert(0, edition("verdict.holds", row))
        else:
            texts.append(edition(f"verdict.elsewhere_{span_kind(row)}", row))
    return texts


def span_kind(span: dict[str, Any]) -> str:
    """What one does in a span: decide, investigate, or either."""
    return "even" if not span["clear"] else "investigate" if span["investigation_id"] else "decide"


def backtest_sentences(edition: Edition) -> list[str]:
    """How forecasts from comparable programmes would have fared, and how little that proves."""
    counts = coverage(edition.findings.backtest)
    told = counts["within"] + counts["beyond"]
    if not told + counts["open"]:
        return [edition("exhibit.backtest.none")]
    return [
        edition("verdict.backtest" if told else "verdict.backtest_open", counts, told=told),
        edition("verdict.backtest_caution"),
    ]


def tornado_caption(edition: Edition) -> Caption:
    """Whether any number alone can turn the answer, and every bar."""
    table = swings(edition.findings)
    turning = int((table[["difference_low", "difference_high"]].min(axis=1) < 0).sum())
    first = table.iloc[0]
    rows = table.to_dict("records")
    facts = {"id": first["id"], "swing": first["swing"], "count": turning, **leaders(edition)}
    return edition.caption("tornado", rows, "title_turns" if turning else "title", **facts)


def information_caption(edition: Edition) -> Caption:
    """The number worth most to know, or how many cannot be told apart, and every bar."""
    table = worth_knowing(edition.findings)
    first = table.iloc[0]
    count = tied(table)
    key = "title_none" if not first["clear"] else "title_tied" if count > 1 else "title"
    facts = {"id": first["id"], "evppi": first["evppi"], "count": count}
    everything = float(edition.findings.knowledge.everything)
    return edition.caption("information", table.to_dict("records"), key, **facts, everything=everything)


def net_value_caption(edition: Edition) -> Caption:
    """Whether any investigation is worth its wait, and the net value of each."""
    table = edition.findings.knowledge.investigations
    best = table.iloc[0]
    rows = table.assign(start=table["evsi"] - table["cost"]).to_dict("records")
    facts = {"investigation_id": best["investigation_id"], "net": best["net_value"], "count": len(table)}
    monthly = edition.findings.knowledge.monthly_delay()
    return edition.caption(
        "net_value", rows, "title" if best["net_value"] > 0 else "title_none", **facts, monthly=monthly
    )


def span_name(edition: Edition, span: dict[str, Any]) -> str:
    """What one does in a span."""
    return edition(f"chart.verdict.{span_kind(span)}", span)


def verdict_caption(edition: Edition, spans: pd.DataFrame) -> Caption:
    """What holds at the value used, and over which range."""
    value = edition.findings.comparison.value_per_point
    rows = [row | {"name": span_name(edition, row)} for row in spans.to_dict("records")]
    used = next(row for row in rows if row["low"] <= value <= row["high"])
    return edition.caption("verdict", rows, value=value, **{key: used[key] for key in ("name", "low", "high")})


def evidence_caption(edition: Edition) -> Caption:
    """How much rests on what nobody has confirmed, how much on events and on how others have fared; and every share."""
    table = edition.findings.spread
    return edition.caption("share", table.to_dict("records"), **table.set_index("source")["share"].to_dict())


def viewpoints_caption(edition: Edition) -> Caption:
    """Whether the groups agree, and what each would choose."""
    table = edition.findings.viewpoints
    rows = [row | {"text": viewpoint_label(edition, row)} for row in table.to_dict("records")]
    counts = table["best"].value_counts()
    facts = {"best": counts.index[0], "count": int(counts.iloc[0]), "all": len(rows)}
    return edition.caption("viewpoints", rows, "title_agree" if len(counts) == 1 else "title", **facts)


def viewpoint_label(edition: Edition, row: dict[str, Any]) -> str:
    """What a group would choose, how sure that is, and where it differs from the common weights."""
    return edition("chart.viewpoints.label" if row["dividing_area"] else "chart.viewpoints.label_alike", row)


def ranks_caption(edition: Edition, shares: pd.DataFrame) -> Caption:
    """The option that is best most often, whatever the weights; and every share (options × sets of weights)."""
    first = str(shares["all"].idxmax())
    rows = shares.rename_axis("option").reset_index().to_dict("records")
    return edition.caption("ranks", rows, best=first, share=shares.at[first, "all"])


def backtest_caption(edition: Edition) -> Caption:
    """How many forecasts held, of those that can be told; and every plan."""
    counts = coverage(edition.findings.backtest)
    told = counts["within"] + counts["beyond"]
    facts = {"within": counts["within"], "told": told, "open": counts["open"], "as_of": edition.as_of}
    rows = edition.findings.backtest.to_dict("records")
    return edition.caption("backtest", rows, "title" if told else "title_open", **facts)
