"""Decision analysis for a region's care-information programme: evidence in, a decision appendix out.

`load` reads the raw tables as known on a day, `simulate` draws what they say, `compare` sets the options side by side,
and `find` gathers everything that an appendix tells.
"""

from fvmanalys.analysis import Comparison, Findings, compare, find
from fvmanalys.evidence import Inputs, load
from fvmanalys.model import Simulation, from_draws, simulate

__all__ = ["Comparison", "Findings", "Inputs", "Simulation", "compare", "find", "from_draws", "load", "simulate"]
__version__ = "0.1.0"
