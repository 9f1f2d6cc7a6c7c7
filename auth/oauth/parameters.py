"""The characters of OAuth parameters (RFC 6749 appendix A), checked before any other code reads a value."""

import re
from collections.abc import Iterable

MAX_VALUE_LENGTH = 8192
# VSCHAR: printable ASCII.
_OPAQUE = re.compile(r"[\x20-\x7e]*")
# NQCHAR with spaces: without the quotation mark and the backslash, which an error description may not hold.
_PLAIN = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
# Clients send more than the standard allows here, and get it back unchanged.
_STATE = re.compile(r"[^\x00-\x1f\x7f]*")

_OPAQUE_NAMES = """
    client_id client_secret code nonce refresh_token subject_token actor_token token
"""
_PLAIN_NAMES = """
    acr_values actor_token_type audience client_assertion client_assertion_type code_challenge code_challenge_method
    code_verifier grant_type max_age prompt redirect_uri requested_token_type resource response_mode response_type scope
    subject_token_type token_type_hint
"""
PATTERNS = {
    **dict.fromkeys(_OPAQUE_NAMES.split(), _OPAQUE),
    **dict.fromkeys(_PLAIN_NAMES.split(), _PLAIN),
    "state": _STATE,
}


def malformed_parameter(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The first known parameter with a character that it may not have, or too long. Unknown ones are ignored."""
    for name, value in pairs:
        pattern = PATTERNS.get(name)
        if pattern is not None and (len(value) > MAX_VALUE_LENGTH or not pattern.fullmatch(value)):
            return name
    return None
