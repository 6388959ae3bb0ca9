"""What is best: the answer in sentences, how sure it is, what speaks for and against, and what each area gets."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from fvmanalys.analysis import Findings
from fvmanalys.analysis.explain import areas_by_option, full_use_after, strongest
from fvmanalys.analysis.leads import ERRORS, standard_error
from fvmanalys.analysis.yearly import published_settings
from fvmanalys.model.draws import slice_starts
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit
from fvmanalys.report.markup import Html, paragraphs
from fvmanalys.report.topics.sources import what_it_rests_on
from fvmanalys.report.topics.turning import condition_sentences, is_open, risk_sentences, variant_sentences

__all__ = [
    "AREAS", "BESIDE_PUBLIC", "CHOICE", "COST", "LEVELS", "OPTIONS", "REASONS", "SCALE", "SCORES", "USE", "WAYS",
    "WORTH", "acceptability_caption", "answer", "answer_sentence", "area_answer", "area_scale", "areas_by_name",
    "areas_caption", "beside_public", "comparison_caption", "full_use_sentences", "levels_caption", "made_with",
    "of_options", "option_rows", "options_shown", "stand_in_notice", "what_changes", "what_it_rests_on",
]  # fmt: skip

CLEAR, LEANING = 0.8, 0.5
HALF = 0.5  # of the outcomes, below which a deadline is said to be missed
SEEN = 0.005  # a share that is told
FRACTIONS = {
    "none": 0.02, "tenth": 0.1, "fifth": 0.2, "quarter": 0.25, "third": 1 / 3, "two_fifths": 0.4, "half": 0.5,
    "three_fifths": 0.6, "two_thirds": 2 / 3, "three_quarters": 0.75, "four_fifths": 0.8, "nine_tenths": 0.9,
    "all": 0.98,
}  # fmt: skip


def option_rows(findings: Findings) -> pd.DataFrame:
    """The comparison, a row an option."""
    return findings.comparison.table.reset_index()


def of_options(name: str, columns: str, **more: Any) -> Exhibit:
    """An exhibit of the comparison."""
    return Exhibit(name, option_rows, columns, published="comparison", **more)


def areas(findings: Findings) -> pd.DataFrame:
    """The areas with the weights that the published answer uses."""
    weights = published_settings(findings.comparison).weights
    return findings.inputs.tables["areas"].assign(weight=lambda table: table["area_id"].map(weights))


def levels(findings: Findings, area: str = "") -> pd.DataFrame:
    """Levels today and at the horizon, of one area or of all."""
    return findings.levels[findings.levels["area"].eq(area) | (not area)]


def areas_by_name(edition: Edition) -> dict[str, str]:
    """What each area is called."""
    return edition.areas


def reference(edition: Edition) -> dict[str, Any]:
    """Which option the others are compared with."""
    return {"reference": edition.options[edition.inputs.reference]}


OPTIONS = of_options(
    "options",
    "option:option_best net_benefit net_benefit_p05:interval=net_benefit_p95 p_best expected_loss score "
    "cost_p50 cost_p85 programme_p50 programme_p85 full_use_p50 full_use_p85 full_use_within_horizon",
    turned=True,
    facts=reference,
)
WAYS = Exhibit("ways", "inputs.tables.options", "option_id:long_option description permanent kind")
WORTH = of_options("worth", "option net_benefit net_benefit_p05 net_benefit_p50 net_benefit_p95 break_even_value:money")
COST = of_options("cost", "option cost_mean cost_p05 cost_p50 cost_p85 cost_p95 programme_p50 programme_p85")
USE = of_options("use", "option full_use_p50 full_use_p85 full_use_within_horizon score score_p05 score_p50 score_p95")
CHOICE = of_options(
    "choice", "option p_best expected_loss regret_p95:money dominated_by:option permanent reference:yes_no"
)
REASONS = Exhibit(
    "reasons", lambda findings: strongest(findings.reasons, 3), "option:beside favour:parts against:parts"
)
AREAS = Exhibit(
    "areas", lambda findings: areas_by_option(findings.comparison), "area weight:share *:score weight_kind:kind"
)
SCALE = Exhibit(
    "scale", areas, "area_id:named_area description level_0 level_100 minimum:n0", aside="weight:n0 low:weights"
)
SCORES = Exhibit(
    "scores",
    lambda findings: findings.comparison.areas.reset_index(),
    "option area score score_p05 score_p50 score_p95 p_below_today:share p_below_minimum:share",
    published="areas",
)
LEVELS = Exhibit("levels", levels, "option area level_now:points level_end:points reached_p50:month")
BESIDE_PUBLIC = Exhibit(
    "public_comparison",
    "public_comparison",
    "option net_benefit public_net_benefit:money net_benefit_difference:money p_best public_p_best:share",
)


def options_shown(edition: Edition) -> Html:
    """The options side by side, and what full use counts in."""
    return Html(OPTIONS(edition) + paragraphs(full_use_sentences(edition), "note"))


def answer(edition: Edition) -> list[str]:
    """The answer: the decision if it has been taken, what is best, how sure that is, what a mistake costs."""
    findings = edition.findings
    comparison = edition.findings.comparison
    before = requirement_sentences(edition) if comparison.none_acceptable else []
    sentences = [*before, decided_sentence(edition), answer_sentence(edition), *condition_sentences(edition)]
    sentences += [] if before else requirement_sentences(edition)
    if comparison.runner_up is not None:
        row, (low, high) = comparison.table.loc[comparison.best], comparison.margin_range
        facts = {"second": comparison.runner_up, "gap": comparison.lead, "loss": float(row["expected_loss"])}
        certainty = "clear" if row["p_best"] >= CLEAR else "leaning" if row["p_best"] >= LEANING else "open"
        undecided = "undecided" if is_open(findings) else certainty
        sentences += [edition(f"answer.{undecided}", low=low, high=high, **facts), edition("answer.gap", **facts)]
    return [sentence for sentence in [*sentences, ahead_sentence(edition)] if sentence]


def requirement_sentences(edition: Edition) -> list[str]:
    """What must hold and does not: minimum levels, and deadlines that are mostly missed."""
    findings = edition.findings
    comparison = edition.findings.comparison
    risk = findings.inputs.parameters["minimum_risk"]
    permanent = findings.inputs.tables["options"].query("permanent == 'yes'")["option_id"]
    if comparison.none_acceptable:
        return [edition("answer.none_acceptable", risk=risk), *deadline_sentences(edition)]
    worst = comparison.shortfalls.drop_duplicates("option")
    rows = worst[worst["option"].isin(permanent)].to_dict("records")
    return [*(edition("answer.unacceptable", row, risk=risk) for row in rows), *deadline_sentences(edition)]


def deadline_sentences(edition: Edition) -> list[str]:
    """Deadlines that options in the running do not meet in half of the outcomes: one sentence where none does."""
    competing = edition.inputs.options(permanent_only=True)
    events = edition.findings.events
    table = events[events["option"].isin(competing)].dropna(subset=["p_deadline_met"])
    texts = []
    for event in dict.fromkeys(table["event"]):
        missed = table[table["event"].eq(event) & table["p_deadline_met"].lt(HALF)].to_dict("records")
        if len(missed) == len(competing):
            texts.append(edition("answer.deadline_none", missed[0]))
        else:
            texts += [edition("answer.deadline", row) for row in missed]
    return texts


def answer_sentence(edition: Edition) -> str:
    """Which option is best, and in what share of the outcomes, as a range over what is a choice and what is a view."""
    comparison = edition.findings.comparison
    facts = {"best": comparison.best, "second": comparison.runner_up, "as_of": edition.as_of}
    if comparison.runner_up is None:
        return edition("answer.only", **facts)
    known = edition.findings.chances.set_index("option_id")
    first, second = known.loc[comparison.best], known.loc[comparison.runner_up]
    said = edition("answer.best", p_best=chance(edition, first), p_second=chance(edition, second), **facts)
    if first["family_p_best"] - first["p_best"] < SEEN:
        return said
    return f"{said} {edition('answer.family', p_best=chance(edition, first, 'family_'), **facts)}"


def chance(edition: Edition, row: pd.Series, of: str = "") -> str:
    """How probable something is, in words, with its range; `of` is `family_` for the whole family."""
    at = f"p_best_range/{row.name}/{of}"
    nearest = min(FRACTIONS, key=lambda name: abs(FRACTIONS[name] - row[f"{of}p_best"]))
    ends = edition.words.measured([round(row[f"{of}{end}"], 2) for end in ("low", "high")], "share")
    low, to, high = ends.rpartition("–")
    ends = edition.leading(low, f"{at}low") + to + edition.leading(high, f"{at}high")
    about = edition.leading(edition(f"fraction.{nearest}"), f"{at}p_best")
    return edition("answer.chance", about=about, ends=ends)


def ahead_sentence(edition: Edition) -> str:
    """That an option which may not be the lasting answer has a higher expected net benefit than the best, if so."""
    comparison = edition.findings.comparison
    lead = comparison.table["net_benefit"] - comparison.table["net_benefit"][comparison.best]
    ahead = lead[~comparison.table["permanent"] & (lead > 0)]
    if ahead.empty:
        return ""
    return edition("answer.ahead", option=str(ahead.idxmax()), best=comparison.best, lead=ahead.max())


def decided_sentence(edition: Edition) -> str:
    """What was decided and when, if that lies before `as_of`."""
    taken = edition.findings.decision_taken
    if taken is None:
        return ""
    what = edition.words.of(taken, "name").rstrip(".")
    return edition("answer.decided", date=taken["date"], what=what, as_of=edition.as_of)


def what_changes(edition: Edition) -> list[str]:
    """How probable the leader's own risk may be, whether variants pay, and where the best option changes."""
    comparison = edition.findings.comparison
    said = risk_sentences(edition) + variant_sentences(edition)
    if comparison.switches.empty:
        grid = comparison.acceptability.index
        return [*said, edition("answer.no_switch", low=grid[0], high=grid[-1])]
    return said + edition.each("answer.switch", comparison.switches.to_dict("records"))


def full_use_sentences(edition: Edition) -> list[str]:
    """In which share of its outcomes an option comes into full use although something has gone wrong, and by what."""
    parts: dict[str, str] = {}
    for row in full_use_after(edition.findings.simulation).to_dict("records"):
        first = "answer.full_use_replaced" if row["event"] else "answer.full_use_risk"
        told = parts.get(row["option"], "")
        parts[row["option"]] = told + edition("answer.full_use_also" if told else first, row)
    return [edition("answer.full_use", parts="; ".join(parts.values()))] if parts else []


def area_answer(edition: Edition, area: str) -> list[str]:
    """Which lasting option gives an area most, how far ahead it is, and where the area stands today."""
    findings = edition.findings
    scores = findings.comparison.areas.xs(area, level="area").loc[findings.inputs.options(permanent_only=True)]
    best = str(scores["score"].idxmax())
    row = scores.loc[best].to_dict()
    texts = [edition("notebook.area", row, area=area, best=best)]
    if len(scores) > 1:
        second = str(scores["score"].drop(best).idxmax())
        gap = findings.simulation.area_scores[best, area] - findings.simulation.area_scores[second, area]
        even = gap.mean() <= ERRORS * standard_error(gap.to_numpy(), slice_starts(len(gap)))
        facts = {"second": second, "best": best, "share": float((gap > 0).mean())}
        key = "notebook.area_even" if even else "notebook.area_second"
        texts.append(edition(key, score=scores.loc[second, "score"], **facts))
    minimum = findings.inputs.tables["areas"].set_index("area_id").at[area, "minimum"]
    if np.isfinite(minimum):
        texts.append(edition("notebook.area_minimum", row, minimum=minimum, best=best))
    return texts


def area_scale(edition: Edition, area: str) -> list[str]:
    """What an area is, and what the ends of its scale mean."""
    row = edition.inputs.tables["areas"].set_index("area_id").loc[area]
    texts = [edition.words.of(row, "description")]
    if row["level_0"] and row["level_100"]:
        texts.append(edition("notebook.scale", row))
    return [text for text in texts if text]


def comparison_caption(edition: Edition, title: str = "title") -> Caption:
    """Which option is ahead, and by how much; and every option's net benefit."""
    comparison = edition.findings.comparison
    facts = {"best": comparison.best, "second": comparison.runner_up, "gap": comparison.lead, **reference(edition)}
    key = title if comparison.runner_up or title != "title" else "title_only"
    return edition.caption("comparison", option_rows(edition.findings).to_dict("records"), key, **facts)


def acceptability_caption(edition: Edition) -> Caption:
    """Who is best at the value used, and everybody's chances there and at both ends."""
    curves, value = edition.findings.comparison.acceptability, edition.findings.comparison.value_per_point
    used = curves.index[np.abs(curves.index - value).argmin()]
    places = {"low": curves.index[0], "used": used, "high": curves.index[-1]}
    rows = [{"option": one} | {name: curves.at[at, one] for name, at in places.items()} for one in curves]
    facts = {"best": curves.loc[used].idxmax(), "share": curves.loc[used].max(), "value": value}
    return edition.caption("acceptability", rows, low=places["low"], high=places["high"], **facts)


def areas_caption(edition: Edition, areas: list[str]) -> Caption:
    """Who is best in how many areas, and every score."""
    scores = edition.findings.comparison.areas["score"].unstack("area")
    permanent = edition.inputs.options(permanent_only=True)
    winners = [scores.loc[permanent, area].idxmax() for area in areas]
    most = max(permanent, key=winners.count)
    facts = {"best": most, "count": winners.count(most), "all": len(areas), "area": areas[0]}
    key = "title" if len(areas) > 1 else "title_one"
    told = " ".join(area_told(edition, area) for area in areas)
    caption = edition.caption("areas", told, key, score=scores.at[most, areas[0]], **facts)
    within = len(permanent) > 1 and all(is_within_reach(edition.findings, permanent, area) for area in areas)
    return caption._replace(title=edition("chart.areas.within", title=caption.title)) if within else caption


def is_within_reach(findings: Findings, options: list[str], area: str) -> bool:
    """Whether the best score lies inside the range of the next best: they differ by less than is uncertain."""
    scores = findings.comparison.areas.xs(area, level="area").loc[options]
    best, second = scores["score"].nlargest(2).index
    return bool(scores.loc[best, "score"] < scores.loc[second, "score_p95"])


def area_told(edition: Edition, area: str) -> str:
    """One area's scores in words."""
    rows = edition.findings.comparison.areas.xs(area, level="area").reset_index().to_dict("records")
    return f"{edition.areas[area]}: {'; '.join(edition.each('chart.areas.row', rows))}."


def levels_caption(edition: Edition, areas: list[str]) -> Caption:
    """Where levels stand today and end, and for which option most is gained."""
    table = edition.findings.levels[edition.findings.levels["area"].isin(areas)]
    permanent = table[table["option"].isin(edition.inputs.options(permanent_only=True))]
    ends = permanent.set_index(["area", "option"])["level_end"].unstack(sort=False).mean()
    facts = {"best": str(ends.idxmax()), "now": permanent["level_now"].mean(), "end": ends.max()}
    return edition.caption("levels", table.to_dict("records"), "title" if len(areas) > 1 else "title_one", **facts)


def stand_in_notice(edition: Edition) -> list[str]:
    """How many numbers are stand-ins, on which grounds, and that the conclusions are theirs; nothing without any."""
    rows = edition.inputs.stand_ins
    words = edition.words
    if not rows:
        return []
    said = [
        words("public.no_ground") if row["confidential"] == "yes" else words.of(row, "confidential") for row in rows
    ]
    grounds = words.listing([f"{ground} ({words.number(count)})" for ground, count in sorted(Counter(said).items())])
    numbers = edition.inputs.estimates["stand_in"].eq("yes").sum()
    return [edition("public.notice", numbers=numbers, estimates=len(edition.inputs.estimates), grounds=grounds)]


def made_with(edition: Edition) -> list[str]:
    """What an analyst changed for this run alone, and why; nothing where nothing was."""
    steps = edition.inputs.steps
    return (
        [edition("made_with", changes=edition.words.listing([one.why or one.about for one in steps]))] if steps else []
    )


def beside_public(edition: Edition) -> list[str]:
    """What the public version says, and how clear that is beside the answer here; nothing without secrets."""
    findings = edition.findings
    tables, public = findings.public_tables, findings.public_version
    if not findings.inputs.confidential:
        return []
    if public is None:
        lacking = tables.lacking if tables else 0
        return [edition("public.lacks", count=lacking) if lacking else edition("public.broken")]
    texts = [edition("public.says", answer=answer_sentence(Edition(public, edition.lang)))]
    here, there = findings.comparison, public.comparison
    if here.runner_up is None or there.runner_up is None:
        return texts
    shares = {"share": here.table["p_best"][here.best], "public_share": there.table["p_best"][there.best]}
    return [*texts, edition("public.differs", lead=here.lead, public_lead=there.lead, **shares)]
