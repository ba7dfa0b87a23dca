"""The token service: HelseID-style tokens bound by DPoP, SMART Backend Services, and wrong tokens on request."""
