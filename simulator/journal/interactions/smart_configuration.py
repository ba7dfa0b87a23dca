"""Where clients of a secured journal get their tokens (https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html)."""

import orjson

from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader


def apply(journal: Journal, _: Reader, __: Call) -> Answer:
    """200 with the configuration; 404 in open mode, which has none."""
    guard = journal.settings.guard
    if guard is None:
        raise refuse(404, "not-found", "this journal runs in open mode; there is no token service")
    configuration = {
        "issuer": guard.issuer,
        "jwks_uri": f"{guard.issuer}/.well-known/openid-configuration/jwks",
        "token_endpoint": f"{guard.issuer}/connect/token",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "scopes_supported": ["system/*.cruds", "user/*.cruds", "patient/*.rs"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2", "permission-user", "permission-patient"],
    }
    return Answer(200, orjson.dumps(configuration))


INTERACTION = Interaction(apply, audited=False, public=True)
