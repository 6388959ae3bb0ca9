"""When: what happens when, how plans moved, and who else takes part in what."""

from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import plan_table, slipped_plans
from fvmanalys.model.events import DECIDED
from fvmanalys.report.edition import Caption, Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = [
    "CRITICAL", "EVENTS", "MILESTONES", "PARTNERS", "decision_sentence", "milestones_caption", "time_answer",
    "timeline_caption",
]  # fmt: skip

EVENTS = Exhibit(
    "events",
    lambda findings: events_once(findings.events),
    "option name p05:month p50:month p85:month happens:share deadline:day p_deadline_met:outcomes",
)
MILESTONES = Exhibit(
    "milestones",
    lambda findings: plan_table(findings.inputs),
    "name plan_version planned_date actual_date:day moved_months:n0 kind known_from source_id note",
)
CRITICAL = Exhibit("critical_path", "critical", "option name share on_path:yes_no")
PARTNERS = Exhibit("partners", "inputs.tables.partners", "group item count status kind known_from source_id note")


def time_answer(edition: Edition) -> list[str]:
    """When the decision is expected, which lasting option is in full use first, and which deadlines are at risk."""
    table = edition.findings.comparison.table
    events = edition.findings.events
    use = table.loc[table["permanent"], "full_use_p50"].dropna()
    texts = decision_sentence(edition)
    if len(use):
        first, last = str(use.idxmin()), str(use.idxmax())
        late = table.at[first, "full_use_p85"]
        texts.append(edition("notebook.full_use", option=first, when=use[first], late=late))
        texts += [edition("notebook.last", option=last, when=use[last])] if first != last else []
    deadlines = events.dropna(subset=["p_deadline_met"]).drop_duplicates(["event", "p_deadline_met"])
    return texts + edition.each("notebook.deadline", deadlines.to_dict("records"))


def decision_sentence(edition: Edition) -> list[str]:
    """When the decision is expected, or that it has been taken; nothing where there is none."""
    events = edition.findings.events
    decided = events[events["event"].eq(DECIDED)].head(1).to_dict("records")
    return [edition("notebook.decided" if row["p50"] <= 0 else "notebook.decision", row) for row in decided]


def timeline_caption(edition: Edition) -> Caption:
    """Which permanent option is in full use first, and when each is."""
    comparison, events = edition.findings.comparison, edition.findings.events
    use = comparison.table["full_use_p50"]
    permanent = use[comparison.table["permanent"]].dropna()
    first = str(permanent.idxmin()) if len(permanent) else comparison.best
    full = {option: edition.inputs.full_use_event(option) for option in edition.options}
    rows = events[events["event"].eq(events["option"].map(full))].to_dict("records")
    return edition.caption("timeline", rows, option=first, when=use[first], as_of=edition.as_of)


def milestones_caption(edition: Edition) -> Caption:
    """The plan that slipped most, of those with an outcome if there is one; and every version of every plan."""
    rows = slipped_plans(edition.inputs).to_dict("records")
    most = max(rows, key=lambda row: (row["actual"] is not None, row["slip_months"]))
    facts = {"name": edition.named(most), "months": abs(most["slip_months"]), "versions": len(most["planned"])}
    told = [row | {"planned": ", ".join(edition.words.day(day) for day in row["planned"])} for row in rows]
    return edition.caption("milestones", told, "title" if most["slip_months"] >= 0 else "title_earlier", **facts)
