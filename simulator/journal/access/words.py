"""The words of HelseID and the trust framework that the journal reads in tokens.

Sources: NorskHelsenett/HelseID.Library (claims), NorskHelsenett/Tillitsrammeverk (attest v1.1), HL7 Norway (OIDs).
"""

from typing import Final

PID: Final = "helseid://claims/identity/pid"
SECURITY_LEVEL: Final = "helseid://claims/identity/security_level"
HPR_NUMBER: Final = "helseid://claims/hpr/hpr_number"
ORG_PARENT: Final = "helseid://claims/client/claims/orgnr_parent"
ORG_CHILD: Final = "helseid://claims/client/claims/orgnr_child"
ATTEST: Final = "nhn:tillitsrammeverk:parameters"

FNR: Final = "urn:oid:2.16.578.1.12.4.1.4.1"
DNR: Final = "urn:oid:2.16.578.1.12.4.1.4.2"
HPR: Final = "urn:oid:2.16.578.1.12.4.1.4.4"
ENH: Final = "urn:oid:2.16.578.1.12.4.1.4.101"
PERSON_SYSTEMS: Final = frozenset({FNR, DNR})
PROFESSION: Final = "urn:oid:2.16.578.1.12.4.1.1.9060"
PURPOSE: Final = "urn:oid:2.16.840.1.113883.1.11.20448"
PURPOSES: Final = frozenset({"TREAT", "ETREAT", "COC", "BTG"})
