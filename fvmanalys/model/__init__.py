"""Model: estimates to outcomes.

draws       estimates to random columns: keyed streams, distributions, common factors
programmes  the reference class as something to draw from
sample      a chunk of draws, each random quantity made once
events      when things happen
streams     the closed form of a cost between two events
costs       the cost rows of an option as streams
regression  conditional means, by smoothed regression on draws
choices     which of two ways is taken by what is known when it is chosen
levels      what the options give, area by area
simulate    the three together → Simulation
foreign     another model's draws as a Simulation
"""

from fvmanalys.model.foreign import from_draws
from fvmanalys.model.simulate import Simulation

__all__ = ["Simulation", "from_draws"]
