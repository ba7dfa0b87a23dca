"""Messages between organisations: taken in with a receipt, sent with a follow-up, in FHIR and at the edge in XML."""
