"""Key sets as issuers publish them, imported key by key: an odd one is left out, and the rest still counts."""

import warnings
from collections.abc import Iterator
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key, import_key

from auth.tokens.keys import ALGORITHMS, KeyFileError, TrustedKeys

MAX_KEYS = 100


def usable_keys(published: object) -> list[Key]:
    """Those of the published keys that we can use. Of two with one id the first counts."""
    usable: dict[str, Key] = {}
    for key in _usable(published if isinstance(published, list) else []):
        usable.setdefault(str(key.kid), key)
    return list(usable.values())


def _usable(published: list[Any]) -> Iterator[Key]:
    for each in published[:MAX_KEYS]:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        # A key set is published: whatever is private or shared in it is no key to trust.
        if each.get("kty") not in ALGORITHMS.values() or not {"d", "k"}.isdisjoint(each):
            continue
        try:
            with warnings.catch_warnings():
                # joserfc warns of a weak key. It is left out, and there is nothing more to say.
                warnings.simplefilter("ignore", SecurityWarning)
                key = import_key(each)
            key.ensure_kid()
            TrustedKeys([key])
        except (JoseError, KeyFileError, ValueError, TypeError, KeyError, AttributeError):
            continue
        yield key
