"""The nouns every room speaks: frozen dataclasses and table schemas, without I/O, clock or randomness."""
