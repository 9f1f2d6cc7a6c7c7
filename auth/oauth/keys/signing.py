"""The key that signs now and the keys that verify, chosen by the clock, so that all workers agree."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, import_key

from auth.oauth.keys.sealing import Seal
from auth.oauth.records import SigningKeyRecord

ALGORITHM = "ES256"
# A key is published this long before it signs, which is longer than a key set is cached.
LEAD = timedelta(minutes=10)
# A retired key is published this long, which is longer than a token lives.
TRAIL = timedelta(hours=1)


class NoSigningKeyError(RuntimeError):
    """No key signs now. `customer360 keys rotate` makes one."""


class SigningKeys:
    """The keys as they were last read from the store."""

    def __init__(self, records: Sequence[SigningKeyRecord], seal: Seal) -> None:
        self._records = records
        self._seal = seal

    def sign(self, typ: str, claims: dict[str, Any], now: datetime) -> str:
        """Sign with the newest active key and name it in the header."""
        record = self._signing_record(now)
        key = import_key(self._seal.open(record.sealed), "EC")
        return jwt.encode({"typ": typ, "alg": ALGORITHM, "kid": record.kid}, claims, key, algorithms=[ALGORITHM])

    def public_keys(self, now: datetime) -> list[Key]:
        return [import_key(dict(each.public), "EC") for each in self._unretired(now)]

    def kids(self, now: datetime) -> frozenset[str]:
        return frozenset(each.kid for each in self._unretired(now))

    def published(self, now: datetime) -> dict[str, Any]:
        """The public key set: active keys, keys that will sign soon, and keys of tokens that have not expired."""
        return {"keys": [dict(each.public) for each in self._unretired(now)]}

    def _unretired(self, now: datetime) -> list[SigningKeyRecord]:
        return [each for each in self._records if each.retires_at is None or each.retires_at > now]

    def _signing_record(self, now: datetime) -> SigningKeyRecord:
        ready = [each for each in self._unretired(now) if each.signs_from <= now]
        if not ready:
            raise NoSigningKeyError("no key signs now. Run: customer360 keys rotate")
        return max(ready, key=lambda each: (each.signs_from, each.kid))


def new_key(seal: Seal, signs_from: datetime) -> SigningKeyRecord:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    described = {"use": "sig", "alg": ALGORITHM}
    return SigningKeyRecord(
        kid=str(key.kid),
        sealed=seal.seal(dict(key.as_dict(private=True))),
        public={**key.as_dict(private=False), **described},
        signs_from=signs_from,
        retires_at=None,
    )
