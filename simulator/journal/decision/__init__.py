"""Decision support by CDS Hooks 2.0: warnings where a medicine is chosen or a chart opened."""
