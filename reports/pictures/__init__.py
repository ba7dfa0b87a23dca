"""Pictures of a report: inline SVG, the same bytes for the same run, readable without colour."""
