"""The words of HelseID, SMART and the trust framework (tillitsrammeverket) that the token service writes.

Sources: NorskHelsenett/HelseID.Library and HelseID.Samples (claims), RFC 7523, RFC 9449 (DPoP), RFC 9068 (at+jwt),
SMART App Launch 2.2 Backend Services, NorskHelsenett/Tillitsrammeverk (attest v1.1).
"""

from typing import Final

PID: Final = "helseid://claims/identity/pid"
SECURITY_LEVEL: Final = "helseid://claims/identity/security_level"
ASSURANCE_LEVEL: Final = "helseid://claims/identity/assurance_level"
HPR_NUMBER: Final = "helseid://claims/hpr/hpr_number"
CLIENT_NAME: Final = "helseid://claims/client/client_name"
CLIENT_AMR: Final = "helseid://claims/client/amr"
ORG_PARENT: Final = "helseid://claims/client/claims/orgnr_parent"
ORG_CHILD: Final = "helseid://claims/client/claims/orgnr_child"

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
BACKEND_ALGORITHMS: Final = ("RS384", "ES384")
"""What SMART Backend Services asks a server to take; HelseID takes these and more."""
PROOF_ALGORITHMS: Final = ("ES256", "ES384", "RS256", "RS384", "PS256", "PS384")
SIGNING: Final = "ES256"
LONGEST_ASSERTION_S: Final = 300
"""Longest life of a client assertion: five minutes (SMART); HelseID's own clients keep to 60 s."""
TOKEN_LIFE_S: Final = 300
CLOCK_SKEW_S: Final = 5
