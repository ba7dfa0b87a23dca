"""Who calls and what they may see: a stage in front of the interactions, absent in open mode."""
