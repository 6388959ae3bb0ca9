"""When: what happens when, how plans moved, and who else takes part in what."""

from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import plan_table
from fvmanalys.model.events import DECIDED
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibit import Exhibit

__all__ = ["CRITICAL", "EVENTS", "MILESTONES", "PARTNERS", "decision_sentence", "time_answer"]

EVENTS = Exhibit(
    "events",
    lambda findings: events_once(findings.events),
    "option:option name:text p05:month p50:month p85:month happens:share deadline:day p_deadline_met:outcomes",
)
MILESTONES = Exhibit(
    "milestones",
    lambda findings: plan_table(findings.inputs),
    "name:text plan_version:text planned_date:day actual_date:day moved_months:n0"
    " kind:kind known_from:day source_id:sources note:text",
)
PARTNERS = Exhibit(
    "partners",
    lambda findings: findings.inputs.tables["partners"],
    "group:text item:text count:n0 status:text kind:kind known_from:day source_id:sources note:text",
)


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


CRITICAL = Exhibit(
    "critical_path", lambda findings: findings.critical, "option:option name:text share:share on_path:yes_no"
)
