"""The RESTful interactions, a module for each, headed by its paragraph of http://hl7.org/fhir/R4/http.html."""
