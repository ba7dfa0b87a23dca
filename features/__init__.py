"""Conformance in Gherkin: what a candidate shall do for the people and the care of a study, in the ward's words."""
