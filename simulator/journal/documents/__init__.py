"""Documents: their content as bytes, and those that other communities share (IHE MHD 4.2)."""
