"""Wires the rooms into jobs: the only package that knows every one of them."""
