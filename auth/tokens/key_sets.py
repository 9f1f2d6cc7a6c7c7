"""Imports the key sets that issuers publish. A key that cannot be used is left out; the others still count."""

import warnings
from collections.abc import Iterator
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key, import_key

from auth.tokens.keys import ALGORITHMS, KeyFileError, TrustedKeys

MAX_KEYS = 100


def usable_keys(published: object) -> list[Key]:
    """The published keys that can be used. Of two keys with the same id the first counts."""
    usable: dict[str, Key] = {}
    for key in _import_each(published if isinstance(published, list) else []):
        usable.setdefault(str(key.kid), key)
    return list(usable.values())


def _import_each(published: list[Any]) -> Iterator[Key]:
    for each in published[:MAX_KEYS]:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        # Key sets are public, so a private or shared key in one is known to everybody.
        if each.get("kty") not in ALGORITHMS.values() or not {"d", "k"}.isdisjoint(each):
            continue
        try:
            with warnings.catch_warnings():
                # joserfc warns of a weak key; `TrustedKeys` refuses it.
                warnings.simplefilter("ignore", SecurityWarning)
                key = import_key(each)
            key.ensure_kid()
            TrustedKeys([key])
        except (JoseError, KeyFileError, ValueError, TypeError, KeyError, AttributeError):
            continue
        yield key
