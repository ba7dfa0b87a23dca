"""Candidates that are wrong on purpose: the reference journal with one fault each, and four that are no journal at all.

Start one by hand: ``python -m tests.mutants NAME --port 8080``.
"""
