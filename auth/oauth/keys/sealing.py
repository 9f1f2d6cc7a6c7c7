"""The seal: signing keys are stored encrypted with a secret that is not in the database."""

import json
import os
import secrets
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SECRET_FILE = "oauth-secret"  # noqa: S105 - the name of a file
SECRET_BYTES = 32
_ALGORITHMS = ["dir", "A256GCM"]


class SealError(ValueError):
    """The content cannot be decrypted, or the secret cannot be used. The message names the remedy."""


class Seal:
    """Encrypts and decrypts with one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise SealError(f"the secret that signing keys are sealed with must have {SECRET_BYTES} bytes")
        self._key = OctKey.import_key(secret)

    def seal(self, content: dict[str, Any]) -> str:
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, json.dumps(content), self._key, _ALGORITHMS)

    def open(self, sealed: str) -> dict[str, Any]:
        try:
            content = jwe.decrypt_compact(sealed, self._key, _ALGORITHMS).plaintext or b""
            opened: dict[str, Any] = json.loads(content)
        except (JoseError, ValueError):
            raise SealError("a signing key was sealed with another secret than the one that is set") from None
        return opened


def secret_in(folder: Path) -> bytes:
    """The secret in the data folder. Created when it does not exist."""
    path = folder / SECRET_FILE
    if not path.exists():
        _create(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SealError(f"{path} can be read by others. Run: chmod 600 {path}")
    return decode_secret(path.read_text())


def decode_secret(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise SealError(f"the secret must be {2 * SECRET_BYTES} hexadecimal digits") from None


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Linked when it is complete, so that two processes that start together use one secret.
    with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-", encoding="ascii") as aside:
        aside.write(secrets.token_hex(SECRET_BYTES))
        aside.flush()
        try:
            os.link(aside.name, path)
        except FileExistsError:
            return
