"""From a command to a published appendix.

suite      runs the notebooks through papermill, and judges whether they succeeded
publish    puts a complete run in its place, or leaves the old one untouched
grid       what a sweep varies
sweep      many scenarios, on this machine or on a cluster
"""
