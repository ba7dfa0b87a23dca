"""Words of topic-based subscriptions (Subscriptions R5 Backport 1.1 for R4), and the topics that the contract names."""

from typing import Final

BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
TOPIC: Final = "https://journalbenk.example/fhir/SubscriptionTopic/"
"""A topic's canonical address begins with this; the contract names what follows."""
