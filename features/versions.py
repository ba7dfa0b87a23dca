"""What a change builds on: the version that an answer gave, in the words it was given in."""

from simulator.checks.evidence import version_given
from simulator.domain.exchange import Exchange

Headers = tuple[tuple[str, str], ...]


def building_on(seen: Exchange) -> Headers:
    """If-Match for a change that builds on what was answered: the very ETag, or the version in FHIR's form.

    A candidate that named no version gets one that it has never had.
    """
    tag = seen.response.headers.get("etag") if seen.response else None
    return (("If-Match", tag or f'W/"{version_given(seen) or "unknown"}"'),)
