"""Keys that verify tokens, and the key pair of the development issuer in the data folder."""

import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key
from joserfc.util import urlsafe_b64decode

from auth.tokens.weak_keys import ed25519_weakness, rsa_weakness

# Public-key algorithms only, because a key that verifies an HMAC also signs.
ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
KEY_FILE = "development-key.json"


class KeyFileError(ValueError):
    """A key cannot be used. The message names the file or the key, and the remedy."""


class TrustedKeys:
    """The keys of one issuer, by their id."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[str, Key] = {}
        for key in keys:
            _check_strength(key)
            key.ensure_kid()
            if str(key.kid) in self._keys:
                raise KeyFileError(f"two keys have the id {key.kid}")
            self._keys[str(key.kid)] = key

    def find(self, kid: object, algorithm: str) -> Key | None:
        """The key with this id, if it fits the algorithm. Without an id, the only key of the set."""
        if kid is None and len(self._keys) == 1:
            kid = next(iter(self._keys))
        key = self._keys.get(kid) if isinstance(kid, str) else None
        return key if key and key.key_type == ALGORITHMS[algorithm] else None


def has_development_key(folder: Path) -> bool:
    return (folder / KEY_FILE).exists()


def development_key(folder: Path) -> ECKey:
    """The key pair that signs development tokens. Created when it does not exist."""
    path = folder / KEY_FILE
    if not path.exists():
        _create(path)
    return _load(path)


def _check_strength(key: Key) -> None:
    weakness = None
    if isinstance(key, RSAKey):
        numbers = key.public_key.public_numbers()
        weakness = rsa_weakness(numbers.n, numbers.e)
    elif not isinstance(key, ECKey | OKPKey) or key.curve_name != CURVES[key.key_type]:
        raise KeyFileError("a key is neither RSA nor on the curve P-256 or Ed25519")
    elif isinstance(key, OKPKey):
        weakness = ed25519_weakness(urlsafe_b64decode(str(key.as_dict(private=False)["x"]).encode()))
    if weakness is not None:
        raise KeyFileError(f"the key {key.kid} {weakness}")


def _create(path: Path) -> None:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked, so that two processes that start together use one key, and no process reads half a file.
    with NamedTemporaryFile("w", dir=path.parent, prefix=".key-", encoding="utf-8") as aside:
        json.dump(key.as_dict(private=True), aside)
        aside.flush()
        try:
            os.link(aside.name, path)
        except FileExistsError:
            return


def _load(path: Path) -> ECKey:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path} can be read by others. Run: chmod 600 {path}")
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        key = import_key(content, "EC")
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise KeyFileError(f"{path} holds no key. Remove it, and a new one is made") from None
    return key
