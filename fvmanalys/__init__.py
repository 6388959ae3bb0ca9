"""Decision analysis for a region's care-information programme: evidence in, a decision appendix out.

`load` reads the raw tables as known on a day, `simulate` draws what they say, `compare` sets the options side by side,
and `find` gathers everything that an appendix tells.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fvmanalys.analysis import Comparison, Findings, compare_inputs, find
    from fvmanalys.analysis.compare import compare
    from fvmanalys.evidence import Inputs, load
    from fvmanalys.model import Simulation, from_draws
    from fvmanalys.model.simulate import simulate
    from fvmanalys.report.explore import explore

__all__ = [
    "Comparison", "Findings", "Inputs", "Simulation", "compare", "compare_inputs", "explore", "find", "from_draws",
    "load", "simulate",
]  # fmt: skip
__version__ = "0.1.0"

HOMES = {
    "Inputs": "evidence", "load": "evidence", "Simulation": "model", "from_draws": "model",
    "simulate": "model.simulate", "compare": "analysis.compare", "explore": "report.explore",
}  # fmt: skip
FOR_OBJECTS = {
    "used_by": "analysis.uses",
    "subject": "report.shelf",
}  # what an object of a room further left offers as its own method


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: a command that needs none of them starts at once."""
    if name not in __all__ and name not in FOR_OBJECTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{(HOMES | FOR_OBJECTS).get(name, 'analysis')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """What an analyst needs first, and nothing else."""
    return [*__all__]
