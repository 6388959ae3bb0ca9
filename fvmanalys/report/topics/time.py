"""When: what happens when, how plans moved, and who else takes part in what."""

from fvmanalys.analysis.explain import events_once
from fvmanalys.analysis.plans import plan_table
from fvmanalys.report.exhibit import Exhibit

__all__ = ["EVENTS", "MILESTONES", "PARTNERS"]

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
