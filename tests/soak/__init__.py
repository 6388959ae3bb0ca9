"""Faults on purpose: runs that are killed, starved and hindered, and what must hold whatever happens.

`python -m tests.soak` does all of it and writes docs/soak.md; tests/test_faults.py does some of each in every test run.
"""
