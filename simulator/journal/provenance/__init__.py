"""Where entries come from: a Provenance for every write, and those that are sent with one."""
