"""Search: parameters to SQL, and the rows found to a bundle (http://hl7.org/fhir/R4/search.html)."""
