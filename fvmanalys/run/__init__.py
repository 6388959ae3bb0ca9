"""From a command to a published appendix.

suite      runs the notebooks through papermill, and judges whether they succeeded
publish    puts a complete run in its place, or leaves the old one untouched
public     the public version: what is confidential, and what it could be told from, masked (masking/ holds the parts)
sweep      many scenarios, on this machine or on a cluster
"""
