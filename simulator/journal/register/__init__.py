"""What the journal learns from the national population register (Folkeregisteret)."""
