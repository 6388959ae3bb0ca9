"""Analysis: outcomes to insight.

compare   net benefit, probability of being best, expected loss, dominance, regret, break-even
frontier  what each further point costs, and who lies off the line
measures  benefit-cost ratio, rates of return, payback, the critical path
later     a choice held back until something is known
outside   reference class forecasting
explain   what the comparison is made of
changes   what changed between two runs, and why
mixtures  old and new rows mixed; shapley divides a change among them
opinions  two sets of inputs, and which part of the answer each difference explains
trace     where a number comes from, down to raw rows; uses: the reverse
pooling   what several assessors say as one distribution
sweeps    what many scenarios tell
findings  everything that an appendix tells, computed once
"""

from fvmanalys.analysis.compare import Comparison
from fvmanalys.analysis.findings import Findings, find
from fvmanalys.analysis.opinions import Opinions, compare_inputs

__all__ = ["Comparison", "Findings", "Opinions", "compare_inputs", "find"]
