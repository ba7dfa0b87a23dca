"""The reference journal: a FHIR R4 server in a process of its own, sharing no code with the bench that tests it."""
