"""Load in open loop: a study's interactions replayed by Locust at their intended instants, and recorded whole."""
