"""Fuzzing of the reference journal over HTTP: what is sent, to whom, as whom, and what no answer may hold."""
