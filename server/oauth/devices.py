"""Known devices: a signed cookie, set at a successful sign-in, lets its browser sign in while others are locked out."""

import hashlib
import hmac
import time
from secrets import token_urlsafe
from uuid import UUID

DEVICE_SECONDS = 180 * 24 * 60 * 60


class Devices:
    """The cookie holds a random id, the time and a mark. It is valid for one account, and proves nothing else."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"customer360 devices", "sha256")

    def new_cookie(self, account: UUID) -> str:
        text = f"{token_urlsafe(16)}.{int(time.time())}"
        return f"{text}.{self._mark(text, account)}"

    def known_device(self, cookie: str | None, account: UUID) -> str | None:
        """The id of the device, None if the cookie is not valid for the account."""
        text, _, mark = (cookie or "").rpartition(".")
        device, _, set_at = text.partition(".")
        if not hmac.compare_digest(self._mark(text, account).encode(), mark.encode("utf-8", "surrogatepass")):
            return None
        return device if time.time() - int(set_at) <= DEVICE_SECONDS else None

    def _mark(self, text: str, account: UUID) -> str:
        return hmac.new(self._key, f"{account} {text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
